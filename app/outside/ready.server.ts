import { setTimeout as sleep } from 'node:timers/promises'

import { OutsideFailure } from '../errors.ts'
import { refuseMightyRole } from './database.server.ts'
import { log } from './log.server.ts'

const PATIENCE = 30
const WAIT_MS = 2000

/**
 * What the web and the worker do before anything else. A database that is only just starting is waited for, a minute at
 * most.
 *
 * @throws Error saying what is wrong with this Node or this database role, and what to do
 */
export async function refuseUnfitSurroundings(): Promise<void> {
  refuseOldNode(process.versions.node)
  for (let attempt = 1; ; attempt++) {
    try {
      return await refuseMightyRole()
    } catch (error) {
      if (!(error instanceof OutsideFailure) || attempt === PATIENCE) throw error
      log.warn({ attempts: attempt, error }, 'PostgreSQL does not answer yet')
      await sleep(WAIT_MS)
    }
  }
}

/**
 * Refuses a Node older than 22.12.
 *
 * @param version  as `process.versions.node`
 */
export function refuseOldNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 12)) {
    throw new Error(`Node ${version} is too old: 22.12 or newer is needed. Start by npm start and npm run worker.`)
  }
}

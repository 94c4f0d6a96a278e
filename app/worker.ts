import { setTimeout as sleep } from 'node:timers/promises'

import { OutsideFailure } from './errors.ts'
import { backfillShop } from './jobs/backfill-shop.ts'
import { catchUp } from './jobs/catch-up.ts'
import { exportData } from './jobs/export-data.ts'
import { ingestBulkResult } from './jobs/ingest-bulk-result.ts'
import { nightly } from './jobs/nightly.ts'
import { publish } from './jobs/publish.ts'
import { recompute } from './jobs/recompute.ts'
import { redact } from './jobs/redact.ts'
import { uninstallShop } from './jobs/uninstall-shop.ts'
import { config } from './outside/config.server.ts'
import { closeDatabase, refuseMightyRole } from './outside/database.server.ts'
import { log } from './outside/log.server.ts'
import { startWorker } from './outside/queue.server.ts'

// In the order in which a shop meets them.
const JOBS = [backfillShop, ingestBulkResult, catchUp, recompute, publish, nightly, redact, exportData, uninstallShop]

const PATIENCE = 30
const WAIT_MS = 2000

function refuseOldNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 12)) {
    throw new Error(`Node ${process.versions.node} is too old: 22.12 or newer is needed. Start by npm run worker.`)
  }
}

/** A database that is only just starting is waited for, a minute at most. */
async function refuseMightyRoleOnceItAnswers(): Promise<void> {
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

async function main(): Promise<void> {
  refuseOldNode()
  await refuseMightyRoleOnceItAnswers()
  const worker = startWorker(JOBS, { concurrency: config.workerConcurrency, redisUrl: config.redisUrl })
  log.info({ count: JOBS.length }, 'worker runs')

  let isEnding = false
  async function end(code: number): Promise<void> {
    if (isEnding) return
    isEnding = true
    // What hangs must not keep the process: leases that were not given back run out.
    setTimeout(() => process.exit(code || 1), 25_000).unref()
    await worker.stop()
    await closeDatabase()
    log.info({}, 'worker stopped')
    process.exit(code)
  }
  process.on('SIGTERM', () => void end(0))
  process.on('SIGINT', () => void end(0))
  process.on('uncaughtException', (error) => {
    // Bull leaves a promise of its own unawaited when its connection is cut; the sweeper does not need it.
    if (error.message === 'Connection is closed.') return
    log.error({ error }, 'an error that nobody awaited')
    void end(1)
  })
}

main().catch((error: unknown) => {
  log.error({ error }, 'the worker does not start')
  process.exitCode = 1
  void closeDatabase()
})

import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import pg from 'pg'
import type { TestProject } from 'vitest/node'

import { startLocalPostgres } from '../../app/outside/local-postgres.server.ts'
import { migrate } from '../../prisma/migrate.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { superUrl: string; migrateUrl: string; appUrl: string }
  }
}

const PREFIX = 'morello-test-'

/** One PostgreSQL for the run, in a folder of its own, with the migrated database "template" to copy. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers()
  const folder = await mkdtemp(path.join(os.tmpdir(), PREFIX))
  // As root the server runs as another user, who must be able to pass.
  await chmod(folder, 0o711)
  await writeFile(path.join(folder, 'run'), String(process.pid))
  const server = await startLocalPostgres(folder, { isThrowaway: true })
  await migrate(server.migrateUrl)
  const client = new pg.Client({ connectionString: server.superUrl })
  await client.connect()
  await client.query('ALTER DATABASE morello WITH ALLOW_CONNECTIONS false IS_TEMPLATE true')
  await client.end()
  const { superUrl, migrateUrl, appUrl } = server
  project.provide('postgres', { superUrl, migrateUrl, appUrl })
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Servers of test runs that were killed before they could clean up. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const folder = path.join(os.tmpdir(), name)
    const pid = Number(await readFile(path.join(folder, 'run'), 'utf8').catch(() => ''))
    if (!pid || isAlive(pid)) continue
    const postmaster = Number(
      (await readFile(path.join(folder, 'data/postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0],
    )
    if (postmaster) {
      try {
        process.kill(postmaster, 'SIGQUIT')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') continue
      }
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

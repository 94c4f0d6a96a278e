import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import pg from 'pg'
import { afterEach, expect, test } from 'vitest'

import { type LocalPostgres, startLocalPostgres } from '#app/outside/local-postgres.server.ts'
import { migrate } from '../../prisma/migrate.mjs'

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

async function folder(mode: number): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), 'morello local '))
  ending.push(() => rm(made, { recursive: true, force: true }))
  await chmod(made, mode)
  return path.join(made, 'postgres')
}

async function started(where: string): Promise<LocalPostgres> {
  const server = await startLocalPostgres(where, { isThrowaway: true })
  ending.push(() => server.stop())
  return server
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

test('starts, keeps its data and its passwords over a stop, and is bound by its roles', async () => {
  const where = await folder(0o711)
  const first = await started(where)
  expect(await migrate(first.migrateUrl)).toContain('0001_init')
  expect(await migrate(first.migrateUrl)).toEqual([])
  expect(await ask(first.appUrl, 'SELECT count(*)::int AS n FROM "Shop"')).toEqual([{ n: 0 }])
  await ask(first.appUrl, `SELECT * FROM install_shop('kept.myshopify.com', '')`)
  await first.stop()
  const second = await started(where)
  expect(second.isAdopted).toBe(false)
  expect(await ask(second.appUrl, `SELECT installed_shop('kept.myshopify.com') AS shop`)).toEqual([{ shop: 1 }])
  expect((await stat(path.join(where, 'access.json'))).mode & 0o777).toBe(0o600)
})

test('a folder that the server’s user cannot reach is no obstacle', async () => {
  const server = await started(await folder(0o700))
  expect(await ask(server.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  const [{ dir }] = (await ask(server.superUrl, `SELECT current_setting('data_directory') AS dir`)) as [{ dir: string }]
  if (process.getuid?.() === 0) ending.unshift(() => rm(path.dirname(dir), { recursive: true, force: true }))
})

test('outlives a killed starter, is adopted by the next, and comes back after it is killed itself', async () => {
  const where = await folder(0o711)
  const script = `const { startLocalPostgres } = await import('#app/outside/local-postgres.server.ts')
    await startLocalPostgres(${JSON.stringify(where)}, { isThrowaway: true }); console.log('started'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGKILL')
  const adopted = await started(where)
  expect(adopted.isAdopted).toBe(true)
  const together = await Promise.all([startLocalPostgres(where), startLocalPostgres(where)])
  expect(together.map(({ appUrl }) => appUrl)).toEqual([adopted.appUrl, adopted.appUrl])

  const access = JSON.parse(await readFile(path.join(where, 'access.json'), 'utf8')) as { dataDir: string }
  const postmaster = Number((await readFile(path.join(access.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0])
  process.kill(postmaster, 'SIGKILL')
  const again = await started(where)
  expect(again.isAdopted).toBe(false)
  expect(await ask(again.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

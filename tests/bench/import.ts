import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { openPage } from '../demo/admin-door.ts'
import { startStack, type Stack } from '../demo/stack.ts'
import { World } from '../shop/world.ts'
import { writeHistory } from './history.ts'

const TABLES = ['Customer', 'Order', 'Line'] as const
const POLL_MS = 50

/** `peakMb`: until everybody has a stage; `peakAfterMb`: until insights and recommendations are worked out too. */
export type ImportFigures = { oursS: number; peerS: number; peakMb: number; peakAfterMb: number }

/**
 * Imports a shop's history with the production build: from the moment the worker begins to read the shop's ready file to
 * stored rows and stages, beside a plain COPY of the same rows into tables with the same keys and indexes. Leaves the
 * stack running for what wants to measure on its tables.
 */
export async function importHistory(folder: string, orders: number): Promise<{ figures: ImportFigures; stack: Stack }> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const history = writeHistory(folder, orders, Date.now())
  const stack = await startStack({
    folder,
    world: () => Promise.resolve(new World({ currency: 'USD', timezone: 'Etc/UTC' })),
    say: () => undefined,
    isFresh: true,
  })
  try {
    for (const [root, file] of Object.entries(history))
      stack.shop.shop.played.bulk.ready.set(root, {
        path: file.path,
        etag: file.etag,
        objectCount: file.objects,
        rootObjectCount: file.roots,
      })
    const database = new pg.Client({ connectionString: stack.rowsUrl })
    await database.connect()
    try {
      await openPage(stack, '/app')
      const oursS = await secondsToStages(database)
      const peakMb = peakMbOf(stack.worker.child.pid!)
      await untilNothingIsLeft(database)
      const peakAfterMb = peakMbOf(stack.worker.child.pid!)
      await expectComplete(database, orders)
      const peerS = await secondsToCopy(database)
      return { figures: { oursS, peerS, peakMb, peakAfterMb }, stack }
    } finally {
      await database.end()
    }
  } catch (problem) {
    await stack.stop()
    throw problem
  }
}

async function secondsToStages(database: pg.Client): Promise<number> {
  let startedAt: number | null = null
  for (;;) {
    const { rows } = await database.query<{ reading: boolean; worked: boolean; failed: string | null }>(
      `SELECT EXISTS (SELECT FROM "SyncRun" WHERE subject = 'orders' AND state IN ('downloading', 'merging', 'done')) AS reading,
              EXISTS (SELECT FROM "Summary") AND NOT EXISTS (SELECT FROM "Work" WHERE kind = 'recompute') AS worked,
              (SELECT string_agg(kind || ' ' || problem::text, '; ') FROM "Work" WHERE state IN ('dead', 'parked')) AS failed`,
    )
    const { reading, worked, failed } = rows[0]!
    if (failed !== null) throw new Error(`the import failed: ${failed}`)
    if (reading) startedAt ??= performance.now()
    if (worked && startedAt !== null) return (performance.now() - startedAt) / 1000
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function untilNothingIsLeft(database: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ left: string | null; made: boolean }>(
      `SELECT (SELECT string_agg(kind, ' ') FROM "Work"
                WHERE kind NOT IN ('nightly', 'check-health') AND state IN ('waiting', 'running')) AS left,
              EXISTS (SELECT FROM "Recommender" WHERE "rebuiltAt" IS NOT NULL) AS made`,
    )
    if (rows[0]!.left === null) {
      if (!rows[0]!.made) throw new Error('no recommendations were worked out')
      return
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** The most memory the process has ever held, as the kernel counts it. */
function peakMbOf(pid: number): number {
  const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match![1]) / 1024
}

async function expectComplete(database: pg.Client, orders: number): Promise<void> {
  const { rows } = await database.query<{ orders: number; lines: number; members: number; customers: number }>(
    `SELECT (SELECT count(*) FROM "Order")::int AS orders, (SELECT count(*) FROM "Line")::int AS lines,
            (SELECT count(*) FROM "Membership")::int AS members, (SELECT count(*) FROM "Customer")::int AS customers`,
  )
  const { orders: stored, lines, members, customers } = rows[0]!
  if (stored !== orders || lines !== orders * 3 || members !== customers)
    throw new Error(`stored ${stored} orders, ${lines} lines, ${members} stages of ${customers} customers`)
}

async function secondsToCopy(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`)
  const fileOf = (table: string) => path.join(rows[0]!.folder, `bench-${table}.copy`)
  await database.query('CREATE SCHEMA peer')
  for (const table of TABLES) {
    await database.query(`COPY public."${table}" TO '${fileOf(table)}'`)
    await database.query(`CREATE TABLE peer."${table}" (LIKE public."${table}" INCLUDING ALL)`)
  }
  await database.query('CHECKPOINT')
  const startedAt = performance.now()
  for (const table of TABLES) await database.query(`COPY peer."${table}" FROM '${fileOf(table)}'`)
  const seconds = (performance.now() - startedAt) / 1000
  await database.query('DROP SCHEMA peer CASCADE')
  for (const table of TABLES) rmSync(fileOf(table))
  return seconds
}

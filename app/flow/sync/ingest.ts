/**
 * A history's result file into the tables: watch the operation, stream the file chunk by chunk into staging, merge.
 * Every step is stored with how far it has come, so that the next worker goes on where this one was killed.
 */
import { setImmediate as turn } from 'node:timers/promises'

import type { Id } from '#app/domain/order.ts'
import type { WorkPayload } from '#app/domain/work.ts'
import { OutsideFailure } from '#app/errors.ts'
import { type BulkTx, withShopBulk } from '#app/outside/database.server.ts'
import { log } from '#app/outside/log.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { type Admin, adminOf } from '#app/outside/shopify.server.ts'
import type { Holder } from './backfill.ts'
import { chunksOf } from './chunks.ts'
import { emptyRows, type RowSet } from './copy-text.ts'
import {
  countStaged,
  mergeCustomers,
  mergeOrders,
  orphanedOrders,
  planForMany,
  ROAD,
  type StagedCounts,
  takeMergeLock,
} from './merge.ts'
import { type Operation, operationOf } from './operations.ts'
import { readChunk } from './read-chunk.ts'
import { refetchOrders } from './refetch.ts'
import {
  dropStaging,
  findRun,
  finishRun,
  newestRuns,
  noteOperation,
  noteProgress,
  readFromStart,
  type Run,
  stagedRows,
  startOver,
  withLeftOut,
} from './runs.ts'
import { stage } from './staging.ts'

type Ready = Extract<Operation, { is: 'ready' }>
/** What a whole file has staged, and the orders that only its lines name. */
type Checked = { staged: StagedCounts; orphans: Id[] }

/** A file is asked for afresh this many times; then the run fails and says why. */
const FRESH_OPERATIONS = 5
/** More lines without their order than this, and the file is not what Shopify wrote. */
const MAX_ORPHANS = 1000
const RESUME_AFTER_MS = 500
/** So much of the file becomes rows of one transaction: the rows are a quarter of it. */
const STORED_AT_ONCE_BYTES = 4 * 1_048_576

/** Reads a ready result in; polls while it is not ready. Knows the run by its id or by its operation. */
export async function ingestBulkResult(
  holder: Holder & { entity: string; payload: WorkPayload<'ingest-bulk-result'> },
): Promise<void | { againInMs: number }> {
  const { shop, entity, payload } = holder
  const run = await withShopBulk(shop, async (tx) => {
    const named = payload.run === undefined ? null : await findRun(tx, shop, { id: payload.run })
    return named ?? (await findRun(tx, shop, { operation: entity }))
  })
  if (!run || run.kind !== 'history' || run.operation === null || run.state === 'done' || run.state === 'failed') return
  const admin = await adminOf(shop)
  let checked: Checked | null = null
  if (run.state !== 'merging' || !(await isAllStaged(holder, run))) {
    const operation = await operationOf(admin, run.operation)
    if (operation.is === 'lost') return askAfresh(holder, run, operation.why)
    if (operation.is === 'running') return watch(holder, run, operation)
    try {
      const read = await download(holder, admin, run, operation)
      checked = await check(holder, read)
      if (!checked) return await askAfresh(holder, run, 'the file does not hold what Shopify counted')
    } catch (error) {
      if (error instanceof OutsideFailure && error.code === 'bulk-file-gone')
        return askAfresh(holder, run, 'the file is gone')
      throw error
    }
  }
  await merge(holder, admin, run, checked)
}

async function watch(
  holder: Holder,
  run: Run,
  counts: { objectCount: number; rootObjectCount: number },
): Promise<{ againInMs: number }> {
  await withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    await noteOperation(tx, holder.shop, run.id, { state: 'running', ...counts })
  })
  return { againInMs: pollAfterMs(counts.objectCount) }
}

/** Shopify rings when it is done, mostly: a small history is looked at often, a large one seldom. */
export function pollAfterMs(objectCount: number): number {
  return Math.min(10_000, 500 + objectCount / 20)
}

/** Streams the file into staging from where the run stands. */
async function download(holder: Holder, admin: Admin, run: Run, ready: Ready): Promise<Run> {
  let current = await withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    const { objectCount, rootObjectCount } = ready
    await noteOperation(tx, holder.shop, run.id, { state: 'downloading', objectCount, rootObjectCount })
    const counted: Run = { ...run, state: 'downloading', objectCount, rootObjectCount }
    return (await hasEveryRow(tx, run)) ? counted : readFromStart(tx, holder.shop, counted)
  })
  const { url } = ready
  if (url !== null) {
    for (;;) {
      const from = current.byteOffset
      const told: { reached: Run; isCutOff: boolean } = { reached: current, isCutOff: false }
      try {
        await stream(holder, admin, url, told)
        current = told.reached
        if (ready.fileSize === null || current.byteOffset >= ready.fileSize || current.byteOffset === from) break
      } catch (error) {
        current = told.reached
        // As long as each connection brings something, the file is being read; one that brings nothing is a failure.
        const mayGoOn = error instanceof OutsideFailure && error.code === 'shopify-unavailable'
        if (!mayGoOn || current.byteOffset === from || holder.signal.aborted) throw error
        log.info({ shop: holder.shop, run: run.id }, 'the bulk file is resumed')
        await new Promise((resolve) => setTimeout(resolve, RESUME_AFTER_MS))
      }
      if (told.isCutOff) break
    }
  }
  return current
}

/** Whether the run's file is whole; if so it is merged from now on, whatever happens to the file. */
async function check(holder: Holder, run: Run): Promise<Checked | null> {
  return withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    const checked = await lookAtStaging(tx, run)
    if (!isWhole(run, checked)) return null
    await noteOperation(tx, holder.shop, run.id, { state: 'merging' })
    return checked
  })
}

async function lookAtStaging(tx: BulkTx, run: Run): Promise<Checked> {
  await planForMany(tx)
  return {
    staged: await countStaged(tx, run.id),
    orphans: run.subject === 'orders' ? await orphanedOrders(tx, run.id, MAX_ORPHANS + 1) : [],
  }
}

async function isAllStaged(holder: Holder, run: Run): Promise<boolean> {
  return withShopBulk(holder.shop, (tx) => hasEveryRow(tx, run))
}

/** Staging is not logged: a crash of PostgreSQL empties it while the run's own row stands. */
async function hasEveryRow(tx: BulkTx, run: Run): Promise<boolean> {
  return (await stagedRows(tx, run.id)) === run.linesRead - run.leftOut.bad - run.leftOut.blank
}

/**
 * Reads on from `told.reached` and keeps it up to date. While one set of rows is on its way to PostgreSQL the next is
 * filled; no more than these two are held.
 */
async function stream(
  holder: Holder,
  admin: Admin,
  url: string,
  told: { reached: Run; isCutOff: boolean },
): Promise<void> {
  const file = await admin.openFile(url, told.reached.byteOffset, told.reached.etag)
  let ahead: Run = { ...told.reached, etag: file.etag ?? told.reached.etag }
  let storing: Promise<void> = Promise.resolve()
  let [rows, others] = [emptyRows(), emptyRows()]
  let from = ahead.byteOffset
  try {
    for await (const chunk of chunksOf(file.body, ahead.byteOffset)) {
      if (holder.signal.aborted) throw new OutsideFailure('lease-lost', 'the worker stops')
      if (chunk.kind === 'too-long') {
        const line = ahead.linesRead + 1
        const leftOut = withLeftOut(ahead.leftOut, [{ line, reason: 'longer than 5 MB' }], 0)
        ahead = { ...ahead, byteOffset: chunk.end, linesRead: line, leftOut }
        continue
      }
      const read = readChunk(chunk.bytes, ahead.subject, ahead.id, ahead.linesRead + 1, chunk.isLast, rows)
      ahead = {
        ...ahead,
        byteOffset: chunk.end - chunk.bytes.length + read.bytesRead,
        linesRead: ahead.linesRead + read.linesRead,
        rootsRead: ahead.rootsRead + read.roots,
        leftOut: withLeftOut(ahead.leftOut, read.bad, read.blank),
      }
      if (read.isCutOff) {
        // A line that ends in the middle of the connection is read by the next one.
        told.isCutOff = file.totalBytes !== null && chunk.end >= file.totalBytes
        break
      }
      // Reading never waits where the file is near: without a turn, the rows on their way would stand still meanwhile.
      await turn()
      if (ahead.byteOffset - from < STORED_AT_ONCE_BYTES) continue
      await storing
      storing = store(holder, told, ahead, rows)
      // A failure is met where it is awaited; until then it must not count as unhandled.
      storing.catch(() => undefined)
      ;[rows, others] = [others, rows]
      for (const one of Object.values(rows)) one.clear()
      from = ahead.byteOffset
    }
  } finally {
    await storing
    // What was read before the connection broke is not read again.
    if (ahead.byteOffset > told.reached.byteOffset) await store(holder, told, ahead, rows)
  }
}

async function store(holder: Holder, told: { reached: Run }, run: Run, rows: RowSet): Promise<void> {
  await withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    await stage(tx, rows)
    await noteProgress(tx, holder.shop, run)
  })
  told.reached = run
}

/**
 * Whether the file holds what Shopify counted. A bad line may be any of the missing objects; an order that only its lines
 * name was in Shopify's count and not in the file.
 */
function isWhole(run: Run, { staged, orphans }: Checked): boolean {
  if (orphans.length > MAX_ORPHANS) return false
  const roots = run.subject === 'orders' ? staged.orders : staged.customers
  const objects = staged.orders + staged.lines + staged.customers
  const missing = run.leftOut.bad + orphans.length
  return roots + missing >= (run.rootObjectCount ?? 0) && objects + missing >= (run.objectCount ?? 0)
}

async function merge(holder: Holder, admin: Admin, run: Run, known: Checked | null): Promise<void> {
  const { shop } = holder
  const { orphans } = await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await takeMergeLock(tx, shop)
    await planForMany(tx)
    const checked = known ?? (await lookAtStaging(tx, run))
    const merging = { shop, run: run.id, road: ROAD.bulk, fetchedAt: run.startedAt }
    await (run.subject === 'orders' ? mergeOrders : mergeCustomers)(tx, merging, {
      hasRepeats: checked.staged.hasRepeats,
      hasOrphans: checked.orphans.length > 0,
    })
    return checked
  })
  if (orphans.length > 0) await refetchOrders(holder, admin, run.id, orphans)
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await takeMergeLock(tx, shop)
    const problem = run.leftOut.bad > 0 ? { kind: 'bad-lines', detail: String(run.leftOut.bad) } : null
    await finishRun(tx, shop, run.id, { state: 'done', problem, orphans: orphans.length })
    // Under the lock the later of the two sees that the other is done.
    const runs = await newestRuns(tx, shop, 'history')
    if (runs.length === 2 && runs.every((one) => one.state === 'done')) {
      // From here on the rows are those of this import: whole histories, or 60 days with Shopify's counts.
      await tx.query(`UPDATE "Shop" SET limited = $2 WHERE shop = $1`, [shop, run.isCounted])
      await owe(tx, shop, 'catch-up', String(shop), {})
    }
  })
  await withShopBulk(shop, (tx) => dropStaging(tx, run.id))
}

/** A file that cannot be used is asked for again from the beginning, a few times. */
async function askAfresh(holder: Holder, run: Run, why: string): Promise<void> {
  const discarded = [...(run.problem?.discarded ?? []), ...(run.operation === null ? [] : [run.operation])]
  const problem = { kind: 'bulk-file-gone', detail: why, discarded }
  const isLast = discarded.length > FRESH_OPERATIONS
  log.warn({ shop: holder.shop, run: run.id, operation: run.operation ?? undefined }, 'a bulk result cannot be used')
  await withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    if (isLast) {
      await dropStaging(tx, run.id)
      await finishRun(tx, holder.shop, run.id, { state: 'failed', problem })
      return
    }
    await startOver(tx, holder.shop, run, problem)
    await owe(tx, holder.shop, 'backfill-shop', String(holder.shop), {})
  })
}

import type { Instant } from '#app/domain/order.ts'
import type { Beside } from '#app/domain/work.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { Subject } from './read-order.ts'

/** requested → running → downloading → merging → done | failed */
type RunState = 'requested' | 'running' | 'downloading' | 'merging' | 'done' | 'failed'

/** A line that is not what it must be: its number in the file, and which field is wrong. */
export type BadLineNote = { line: number; reason: string }

/** Lines that made no row; the first ones by number and reason. */
type LeftOutLines = { bad: number; blank: number; first: BadLineNote[] }

/** Trouble of a run: `discarded` are operations whose file could not be used; a fresh one was asked for each time. */
type RunProblem = { kind: string; detail?: string; discarded?: string[] }

export type Run = {
  id: number
  kind: 'history' | 'catch-up' | 'accounts'
  subject: Subject
  state: RunState
  /** Digits of the bulk operation's gid. */
  operation: string | null
  objectCount: number | null
  rootObjectCount: number | null
  etag: string | null
  byteOffset: number
  linesRead: number
  rootsRead: number
  leftOut: LeftOutLines
  /** By the database's clock. */
  startedAt: Instant
  problem: RunProblem | null
  /** Begun while Shopify hides older orders: customers are asked for with its counts. */
  isCounted: boolean
}

/** A run that reads something beside orders and customers. */
export type BesideRun = Pick<Run, 'id' | 'operation' | 'startedAt' | 'problem'>

const COLUMNS = `id, kind, subject, state, "bulkOperation" AS operation, "objectCount", "rootObjectCount", etag,
  "byteOffset"::float8 AS "byteOffset", "linesRead", "rootsRead", "badLines" AS "leftOut",
  (extract(epoch FROM "startedAt") * 1000)::float8 AS "startedAt", problem, counted AS "isCounted"`

const BAD_LINES_KEPT = 50
const NONE_LEFT_OUT: LeftOutLines = { bad: 0, blank: 0, first: [] }

function runOf(row: Omit<Run, 'leftOut'> & { leftOut: LeftOutLines | null }): Run {
  return { ...row, leftOut: row.leftOut ?? NONE_LEFT_OUT }
}

export async function findRun(
  tx: BulkTx,
  shop: ShopId,
  by: { id: number } | { operation: string },
): Promise<Run | null> {
  const rows = await tx.query<Run>(
    `SELECT ${COLUMNS} FROM "SyncRun" WHERE shop = $1 AND ${'id' in by ? 'id' : '"bulkOperation"'} = $2
     ORDER BY id DESC LIMIT 1`,
    [shop, 'id' in by ? by.id : by.operation],
  )
  return rows[0] ? runOf(rows[0]) : null
}

export async function openRuns(tx: BulkTx, shop: ShopId, kind: Run['kind']): Promise<Run[]> {
  const rows = await tx.query<Run>(
    `SELECT ${COLUMNS} FROM "SyncRun" WHERE shop = $1 AND kind = $2 AND state NOT IN ('done', 'failed') ORDER BY id`,
    [shop, kind],
  )
  return rows.map(runOf)
}

/** The newest run of a kind for each subject. */
export async function newestRuns(tx: BulkTx, shop: ShopId, kind: Run['kind']): Promise<Run[]> {
  const rows = await tx.query<Run>(
    `SELECT DISTINCT ON (subject) ${COLUMNS} FROM "SyncRun" WHERE shop = $1 AND kind = $2 ORDER BY subject, id DESC`,
    [shop, kind],
  )
  return rows.map(runOf)
}

/**
 * The run that is on, or a new one. Those of a day ago are forgotten; younger ones tell whose an operation is, and the newest
 * one that was done, that it was ever read.
 */
export async function openBeside(tx: BulkTx, shop: ShopId, subject: Beside): Promise<BesideRun> {
  const found = await tx.query<Run>(
    `SELECT ${COLUMNS} FROM "SyncRun" WHERE shop = $1 AND kind = 'beside' AND subject = $2 ORDER BY id DESC LIMIT 1`,
    [shop, subject],
  )
  if (found[0] && found[0].state !== 'done' && found[0].state !== 'failed') return runOf(found[0])
  await tx.query(
    `DELETE FROM "SyncRun" WHERE shop = $1 AND kind = 'beside' AND subject = $2 AND "startedAt" < now() - interval '1 day'
       AND id <> coalesce((SELECT max(d.id) FROM "SyncRun" d WHERE d.shop = $1 AND d.kind = 'beside' AND d.subject = $2
         AND d.state = 'done'), 0)`,
    [shop, subject],
  )
  const made = await tx.query<Run>(
    `INSERT INTO "SyncRun" (shop, kind, subject, state, "startedAt")
     VALUES ($1, 'beside', $2, 'requested', clock_timestamp()) RETURNING ${COLUMNS}`,
    [shop, subject],
  )
  return runOf(made[0]!)
}

/** Bulk operations that belong to other runs than these. */
export async function operationsOfOthers(
  tx: BulkTx,
  shop: ShopId,
  runs: readonly Pick<Run, 'id'>[],
): Promise<string[]> {
  const rows = await tx.query<{ operation: string }>(
    `SELECT "bulkOperation" AS operation FROM "SyncRun" WHERE shop = $1 AND id <> ALL ($2::int[]) AND "bulkOperation" IS NOT NULL`,
    [shop, runs.map((run) => run.id)],
  )
  return rows.map((row) => row.operation)
}

export async function createRun(
  tx: BulkTx,
  shop: ShopId,
  kind: Run['kind'],
  subject: Subject,
  isCounted = false,
): Promise<Run> {
  const rows = await tx.query<Run>(
    `INSERT INTO "SyncRun" (shop, kind, subject, state, "startedAt", counted)
     VALUES ($1, $2, $3, 'requested', clock_timestamp(), $4) RETURNING ${COLUMNS}`,
    [shop, kind, subject, isCounted],
  )
  return runOf(rows[0]!)
}

/** What the bulk operation says of itself while it runs and when it is ready. */
export async function noteOperation(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  told: { state: RunState; operation?: string; objectCount?: number; rootObjectCount?: number },
): Promise<void> {
  await tx.query(
    `UPDATE "SyncRun" SET state = $3, "bulkOperation" = coalesce($4, "bulkOperation"),
       "objectCount" = coalesce($5, "objectCount"), "rootObjectCount" = coalesce($6, "rootObjectCount")
     WHERE shop = $1 AND id = $2 AND state NOT IN ('done', 'failed')`,
    [shop, run, told.state, told.operation ?? null, told.objectCount ?? null, told.rootObjectCount ?? null],
  )
}

/** How far a run has come: stored with the rows that it counts, in one transaction. */
export async function noteProgress(tx: BulkTx, shop: ShopId, run: Run): Promise<void> {
  await tx.query(
    `UPDATE "SyncRun" SET "byteOffset" = $3, "linesRead" = $4, "rootsRead" = $5, etag = $6, "badLines" = $7
     WHERE shop = $1 AND id = $2`,
    [shop, run.id, run.byteOffset, run.linesRead, run.rootsRead, run.etag, JSON.stringify(run.leftOut)],
  )
}

export async function finishRun(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  end: { state: 'done' | 'failed'; problem: RunProblem | null; orphans?: number },
): Promise<void> {
  await tx.query(
    `UPDATE "SyncRun" SET state = $3, problem = $4, orphans = coalesce($5, orphans), "finishedAt" = now(), url = NULL
     WHERE shop = $1 AND id = $2`,
    [shop, run, end.state, end.problem === null ? null : JSON.stringify(end.problem), end.orphans ?? null],
  )
}

/** Trouble that the newest run of a kind met after it was done; null: it has passed. */
export async function noteTrouble(
  tx: BulkTx,
  shop: ShopId,
  kind: Run['kind'],
  problem: RunProblem | null,
): Promise<void> {
  await tx.query(
    `UPDATE "SyncRun" SET problem = $3 WHERE shop = $1 AND id = (
       SELECT max(id) FROM "SyncRun" WHERE shop = $1 AND kind = $2 AND state = 'done')`,
    [shop, kind, problem === null ? null : JSON.stringify(problem)],
  )
}

/** Forgets what a run has read, so that it begins with a fresh operation. */
export async function startOver(tx: BulkTx, shop: ShopId, run: Run, problem: RunProblem): Promise<void> {
  await dropStaging(tx, run.id)
  await tx.query(
    `UPDATE "SyncRun" SET state = 'requested', "bulkOperation" = NULL, "objectCount" = NULL, "rootObjectCount" = NULL,
       etag = NULL, "byteOffset" = 0, "linesRead" = 0, "rootsRead" = 0, "badLines" = NULL, problem = $3,
       "startedAt" = clock_timestamp()
     WHERE shop = $1 AND id = $2`,
    [shop, run.id, JSON.stringify(problem)],
  )
}

/** Reads the same file again from its first byte. */
export async function readFromStart(tx: BulkTx, shop: ShopId, run: Run): Promise<Run> {
  await dropStaging(tx, run.id)
  const fresh: Run = { ...run, byteOffset: 0, linesRead: 0, rootsRead: 0, etag: null, leftOut: NONE_LEFT_OUT }
  await noteProgress(tx, shop, fresh)
  return fresh
}

export async function dropStaging(tx: BulkTx, run: number): Promise<void> {
  await tx.query(`DELETE FROM "StagedLine" WHERE run = $1`, [run])
  await tx.query(`DELETE FROM "StagedOrder" WHERE run = $1`, [run])
  await tx.query(`DELETE FROM "StagedCustomer" WHERE run = $1`, [run])
}

/** Rows in staging: fewer than were read means that PostgreSQL crashed, for the tables are not logged. */
export async function stagedRows(tx: BulkTx, run: number): Promise<number> {
  const rows = await tx.query<{ rows: number }>(
    `SELECT ((SELECT count(*) FROM "StagedOrder" WHERE run = $1) + (SELECT count(*) FROM "StagedLine" WHERE run = $1)
       + (SELECT count(*) FROM "StagedCustomer" WHERE run = $1))::float8 AS rows`,
    [run],
  )
  return rows[0]!.rows
}

export function withLeftOut(leftOut: LeftOutLines, bad: BadLineNote[], blank: number): LeftOutLines {
  if (bad.length === 0 && blank === 0) return leftOut
  return {
    bad: leftOut.bad + bad.length,
    blank: leftOut.blank + blank,
    first: [...leftOut.first, ...bad].slice(0, BAD_LINES_KEPT),
  }
}

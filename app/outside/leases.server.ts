import { Prisma } from '@prisma/client'

import type { Instant } from '../domain/order.ts'
import type { Problem } from '../domain/pages.ts'
import type { WorkKind } from '../domain/work.ts'
import { AccessLost, Bug, InvalidInput, OutsideFailure } from '../errors.ts'
import { now } from './clock.ts'
import { type BulkTx, type ShopId, type Tx, withShop } from './database.server.ts'
import { log } from './log.server.ts'

/** A row of Work that this process holds for a while. `fence` grows at every claim. */
export type Lease = {
  shop: ShopId
  id: string
  kind: WorkKind
  entity: string
  version: number
  fence: number
  attempts: number
  payload: unknown
}

/** What a running job can ask: whether the worker is about to stop, or the lease is gone. */
export type JobContext = { signal: AbortSignal }

/** One kind of work and how it is done. */
export type Job = { kind: WorkKind; run(lease: Lease, context: JobContext): Promise<void | { againInMs: number }> }

const ATTEMPTS = 8
const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 10 * 60_000
// Whatever an answer from outside asks for.
const LONGEST_ASKED_WAIT_MS = 60 * 60_000
// They need no token, or tell whether access is back: a shop whose access is lost does not stop them.
const KINDS_WITHOUT_ACCESS: WorkKind[] = ['redact', 'export-data', 'uninstall-shop', 'follow-scopes']

/** Runs one statement that answers rows in either kind of transaction. */
export async function rowsOf<R>(tx: Tx | BulkTx, statement: Prisma.Sql): Promise<R[]> {
  if ('copyIn' in tx) return tx.query<R>(statement.text, statement.values)
  return tx.$queryRaw<R[]>(statement)
}

/**
 * Refuses to go on with a lost lease, and holds it until the transaction ends.
 *
 * @throws {OutsideFailure} lease-lost
 */
export async function refuseLostLease(tx: Tx | BulkTx, lease: Lease): Promise<void> {
  const held = await heldLeases(tx, lease.shop, [lease])
  if (held.size === 0) throw new OutsideFailure('lease-lost', `work ${lease.id} has another worker by now`)
}

/** The ids of those leases of a shop that are not lost; they are held until the transaction ends. */
export async function heldLeases(tx: Tx | BulkTx, shop: ShopId, leases: Lease[]): Promise<Set<string>> {
  // KEY SHARE lets the heartbeat through and makes claims skip the row until this transaction ends.
  const held = await rowsOf<{ id: string }>(
    tx,
    Prisma.sql`SELECT w.id::text AS id FROM "Work" w JOIN ${fenced(leases)} ON lease.id = w.id
      WHERE w.shop = ${shop}::int AND w.fence = lease.fence AND w.state = 'running' FOR KEY SHARE OF w`,
  )
  return new Set(held.map(({ id }) => id))
}

function fenced(leases: Lease[]): Prisma.Sql {
  const [ids, fences, versions] = [
    leases.map(({ id }) => id),
    leases.map(({ fence }) => fence),
    leases.map(({ version }) => version),
  ]
  return Prisma.sql`unnest(${ids}::text[]::bigint[], ${fences}::int[], ${versions}::int[]) lease(id, fence, version)`
}

type WorkRow = Omit<Lease, 'id'> & { id: bigint | string }

/** A claimed row as a lease. */
export function leaseOf(row: WorkRow): Lease {
  const { shop, kind, entity, version, fence, attempts, payload } = row
  return { shop, id: String(row.id), kind, entity, version, fence, attempts, payload }
}

/** Leases one row that Redis has named, if it is still due; null: done, taken or not due any more. */
export async function claimOne(shop: ShopId, id: string, leaseSeconds: number): Promise<Lease | null> {
  const rows = await withShop(
    shop,
    (tx) =>
      tx.$queryRaw<WorkRow[]>`
      UPDATE "Work" SET state = 'running', crashes = CASE state WHEN 'running' THEN crashes + 1 ELSE crashes END,
        fence = fence + 1, "leaseUntil" = clock_timestamp() + ${leaseSeconds}::int * interval '1 second'
      WHERE shop = ${shop}::int AND id = (
        SELECT id FROM "Work" WHERE shop = ${shop}::int AND id = ${id}::bigint AND crashes < 29
          AND state IN ('waiting', 'running') AND CASE state WHEN 'running' THEN "leaseUntil" ELSE "nextAt" END <= now()
        FOR UPDATE SKIP LOCKED)
      RETURNING shop, id, kind, entity, version, fence, attempts, payload`,
  )
  return rows[0] ? leaseOf(rows[0]) : null
}

/** Extends a lease; false: it is lost. */
export async function extendLease(lease: Lease, leaseSeconds: number): Promise<boolean> {
  const extended = await withShop(
    lease.shop,
    (tx) => tx.$executeRaw`
      UPDATE "Work" SET "leaseUntil" = clock_timestamp() + ${leaseSeconds}::int * interval '1 second'
      WHERE shop = ${lease.shop}::int AND id = ${lease.id}::bigint AND fence = ${lease.fence}::int AND state = 'running'`,
  )
  return extended === 1
}

/** Gives a lease back undone: another worker may begin at once, and what this one still does is refused. */
export async function giveBack(lease: Lease): Promise<void> {
  await withShop(
    lease.shop,
    (tx) => tx.$executeRaw`
      UPDATE "Work" SET state = 'waiting', "nextAt" = now(), "leaseUntil" = NULL, "issuedAt" = NULL, fence = fence + 1
      WHERE shop = ${lease.shop}::int AND id = ${lease.id}::bigint AND fence = ${lease.fence}::int AND state = 'running'`,
  )
}

/** Runs the job of a lease and writes down what became of it. Never throws but for a database that is away. */
export async function runLease(lease: Lease, job: Job | undefined, context: JobContext): Promise<void> {
  const about = { shop: lease.shop, job: lease.kind, entity: lease.entity, work: lease.id }
  const begunAt = now()
  try {
    if (!job) throw new Bug(`no job for work of kind ${lease.kind}`)
    const result = await job.run(lease, context)
    await withShop(lease.shop, (tx) => endLeases(tx, lease.shop, [lease], result ? result.againInMs : null))
    log.info(about, result ? 'work waits to look again' : 'work done')
  } catch (error) {
    await writeFailure(lease, error, begunAt)
  }
}

/**
 * Writes down that runs are done, or wait to look again. Owed again meanwhile, a work waits for its own time; with another
 * worker by now, it is left alone.
 */
export async function endLeases(
  tx: Tx | BulkTx,
  shop: ShopId,
  leases: Lease[],
  againInMs: number | null,
): Promise<void> {
  const removed =
    againInMs !== null
      ? []
      : await rowsOf<{ id: string }>(
          tx,
          Prisma.sql`DELETE FROM "Work" w USING ${fenced(leases)} WHERE w.shop = ${shop}::int AND w.id = lease.id
            AND w.fence = lease.fence AND w.version = lease.version AND w.state = 'running' RETURNING w.id::text AS id`,
        )
  if (removed.length === leases.length) return
  const inMs = againInMs === null ? null : Math.max(0, Math.round(againInMs))
  await rowsOf(
    tx,
    Prisma.sql`UPDATE "Work" w SET state = 'waiting', attempts = 0, crashes = 0, problem = NULL, "leaseUntil" = NULL,
      "issuedAt" = NULL, "nextAt" = CASE WHEN ${inMs}::bigint IS NOT NULL AND w.version = lease.version
        THEN now() + ${inMs}::bigint * interval '1 ms' ELSE w."nextAt" END
      FROM ${fenced(leases)} WHERE w.shop = ${shop}::int AND w.id = lease.id AND w.fence = lease.fence
        AND w.state = 'running' RETURNING w.id::text`,
  )
}

async function writeFailure(lease: Lease, error: unknown, begunAt: Instant): Promise<void> {
  const about = {
    shop: lease.shop,
    job: lease.kind,
    entity: lease.entity,
    work: lease.id,
    attempts: lease.attempts + 1,
    error,
  }
  if (error instanceof OutsideFailure && error.code === 'lease-lost') {
    log.warn(about, 'another worker has the work: left to it')
    return
  }
  if (error instanceof OutsideFailure && lease.attempts + 1 < ATTEMPTS) {
    log.warn(about, 'work failed and is tried again')
    await tryAgain(lease, problemOf(error), waitMs(lease.attempts, error.retryAfterMs))
    return
  }
  if (error instanceof AccessLost) {
    const isParked = await park(lease, problemOf(error), begunAt)
    log.warn(about, isParked ? 'access to the shop is lost: its work is parked' : 'access was lost and has come back')
    return
  }
  const isOurs = !(error instanceof OutsideFailure || error instanceof InvalidInput)
  log[isOurs ? 'error' : 'warn'](about, 'work is given up')
  await giveUp(lease, problemOf(error))
}

/** Twice as long after every failure, spread over half of it, so that what failed together does not return together. */
function waitMs(attempts: number, retryAfterMs: number | undefined): number {
  const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts)
  return Math.round(Math.max(backoff * (0.5 + Math.random() / 2), Math.min(retryAfterMs ?? 0, LONGEST_ASKED_WAIT_MS)))
}

async function tryAgain(lease: Lease, problem: Problem, inMs: number): Promise<void> {
  const json = JSON.stringify(problem)
  await withShop(
    lease.shop,
    (tx) => tx.$executeRaw`
      UPDATE "Work" SET state = 'waiting', attempts = attempts + 1, crashes = 0, problem = ${json}::jsonb,
        "leaseUntil" = NULL, "issuedAt" = NULL, "nextAt" = now() + ${inMs}::bigint * interval '1 ms'
      WHERE shop = ${lease.shop}::int AND id = ${lease.id}::bigint AND fence = ${lease.fence}::int AND state = 'running'`,
  )
}

/** What was owed while this run failed is another debt and gets its own try. */
async function giveUp(lease: Lease, problem: Problem): Promise<void> {
  const json = JSON.stringify(problem)
  const inMs = waitMs(lease.attempts, undefined)
  await withShop(
    lease.shop,
    (tx) => tx.$executeRaw`
      UPDATE "Work" SET state = CASE WHEN version = ${lease.version}::int THEN 'dead' ELSE 'waiting' END,
        attempts = attempts + 1, crashes = 0, problem = ${json}::jsonb, "leaseUntil" = NULL, "issuedAt" = NULL,
        "nextAt" = now() + ${inMs}::bigint * interval '1 ms'
      WHERE shop = ${lease.shop}::int AND id = ${lease.id}::bigint AND fence = ${lease.fence}::int AND state = 'running'`,
  )
}

/**
 * Parks the work and, unless only a scope is missing that other work may do without, whatever else of the shop waits and
 * needs access. Not where a token came while the work ran: nobody
 * would let it run again, for that has happened already.
 */
async function park(lease: Lease, problem: Problem, begunAt: Instant): Promise<boolean> {
  const { shop } = lease
  const json = JSON.stringify(problem)
  const isParked = await withShop(shop, async (tx) => {
    const newer = await tx.session.count({
      where: { shop, id: { startsWith: 'offline_' }, updatedAt: { gt: new Date(begunAt) } },
    })
    if (newer > 0 && lease.attempts + 1 < ATTEMPTS) return false
    await tx.$executeRaw`
      UPDATE "Work" SET state = 'parked', attempts = attempts + 1, crashes = 0, problem = ${json}::jsonb,
        "leaseUntil" = NULL, "issuedAt" = NULL
      WHERE shop = ${shop}::int AND id = ${lease.id}::bigint AND fence = ${lease.fence}::int AND state = 'running'`
    if (problem.kind === 'scope-missing') return true
    await tx.$executeRaw`
      UPDATE "Work" SET state = 'parked', problem = ${json}::jsonb, "issuedAt" = NULL
      WHERE shop = ${shop}::int AND state = 'waiting' AND kind NOT IN (${Prisma.join(KINDS_WITHOUT_ACCESS)})`
    return true
  })
  if (!isParked) await tryAgain(lease, problem, waitMs(lease.attempts, undefined))
  return isParked
}

function problemOf(error: unknown): Problem {
  if (error instanceof AccessLost) {
    if (error.code === 'token-revoked' || error.code === 'scope-missing' || error.code === 'shop-gone')
      return { kind: error.code, ...(error.scope === undefined ? {} : { detail: error.scope.slice(0, 500) }) }
  }
  if (error instanceof OutsideFailure) {
    if (error.code === 'shopify-refused') return { kind: error.code, detail: error.message.slice(0, 500) }
    if (error.code === 'shopify-unavailable' || error.code === 'shopify-throttled' || error.code === 'bulk-file-gone') {
      return { kind: error.code }
    }
  }
  return { kind: 'internal' }
}

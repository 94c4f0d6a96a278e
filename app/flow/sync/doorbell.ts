/** Whether an event still has to be asked about: what is stored may tell of it already. */
import type { Id, Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { isMerging } from './merge.ts'

/** `echoAt`: what the shop dated our own last write of this customer by. */
type Stored = { updatedAt: Instant | null; fetchedAt: Instant | null; echoAt: Instant | null }

type Answer = { is: 'known' } | { is: 'later'; inMs: number } | { is: 'ask' }

/** An answer, or the question's beginning by the database's clock: it decides between fetches of the same updatedAt. */
export type Look =
  { is: 'known' } | { is: 'later'; inMs: number } | { is: 'ask'; fetchedAt: Instant; isCounted: boolean }

/**
 * Several changes share one second of Shopify's, and only the first of them may ring: a delivery that looks like the one
 * before it is not sent. What was read so long after the second has seen them all; what was read earlier is read again.
 */
const SETTLED_MS = 5000
/** Clocks that differ by more make nobody wait. */
const LONGEST_WAIT_MS = 2 * SETTLED_MS
/** The order's answer brings the customer: theirs comes after it. */
const CUSTOMERS_AFTER_MS = 1500
/** Until the first import is done everything it brings would be stored twice; then most of what waits is known. */
const IMPORT_WAIT_MS = 60_000
const MERGE_WAIT_MS = 1000
/** What we write in bulk rings before its file tells which rings are our own. */
const BULK_WRITE_WAIT_MS = 60_000

/**
 * What a doorbell asks for.
 *
 * @param at   when the event happened, in Shopify's whole seconds; undefined: nobody knows
 * @param now  by the database's clock
 */
export function answerTo(at: Instant | undefined, stored: Stored, now: Instant, afterMs = 0): Answer {
  if (at === undefined) return { is: 'ask' }
  if (stored.echoAt !== null && stored.echoAt >= at) return { is: 'known' }
  if (stored.updatedAt === null || stored.fetchedAt === null || stored.updatedAt < at) return { is: 'ask' }
  const inMs = settlesInMs(stored.updatedAt, stored.fetchedAt)
  if (inMs === 0) return { is: 'known' }
  const restMs = inMs + afterMs - (now - stored.fetchedAt)
  return inMs <= LONGEST_WAIT_MS && restMs > 0 ? { is: 'later', inMs: restMs } : { is: 'ask' }
}

/** When to read again what was read at `fetchedAt`: others may have changed it in the same second; undefined: need not be. */
export function againAfter(updatedAt: Instant, fetchedAt: Instant): { againInMs: number } | undefined {
  const inMs = settlesInMs(updatedAt, fetchedAt)
  return inMs > 0 && inMs <= LONGEST_WAIT_MS ? { againInMs: inMs } : undefined
}

function settlesInMs(updatedAt: Instant, fetchedAt: Instant): number {
  return Math.max(0, updatedAt + SETTLED_MS - fetchedAt)
}

type Ring = { id: Id; payload: { at?: Instant | undefined; mayBeOurs?: boolean | undefined } }

/** Reads what is stored, and when the question begins. */
export async function lookAt(
  tx: BulkTx,
  shop: ShopId,
  kind: 'order' | 'customer',
  id: Id,
  payload: Ring['payload'],
): Promise<Look> {
  return (await lookAtAll(tx, shop, kind, [{ id, payload }]))[0]!
}

/** The same for many. */
export async function lookAtAll(tx: BulkTx, shop: ShopId, kind: 'order' | 'customer', rings: Ring[]): Promise<Look[]> {
  const rows = await tx.query<
    Stored & Record<'isImported' | 'isImporting' | 'isWritten' | 'isCounted', boolean> & { now: Instant }
  >(kind === 'order' ? STORED_ORDERS : STORED_CUSTOMERS, [shop, rings.map(({ id }) => id)])
  const afterMs = kind === 'customer' ? CUSTOMERS_AFTER_MS : 0
  const isBusy = await isMerging(tx, shop)
  return rows.map(({ isImported, isImporting, isWritten, isCounted, now, ...stored }, n): Look => {
    // An import that is yet to come, or to come again, brings everything.
    if (!isImported) return isImporting ? { is: 'later', inMs: IMPORT_WAIT_MS } : { is: 'known' }
    if (isWritten) return { is: 'later', inMs: BULK_WRITE_WAIT_MS }
    const { at, mayBeOurs } = rings[n]!.payload
    // A purchase changes Shopify's counts at the time of our write and is not of our making.
    const echoAt = mayBeOurs === true || !isCounted ? stored.echoAt : null
    const answer = answerTo(at, { ...stored, echoAt }, now, afterMs)
    if (answer.is !== 'ask') return answer
    // A clock that was set back must not make this question older than the last one.
    const fetchedAt = Math.max(now, stored.fetchedAt ?? now)
    return isBusy ? { is: 'later', inMs: MERGE_WAIT_MS } : { is: 'ask', fetchedAt, isCounted }
  })
}

// Shopify's counts of a customer are asked for where it hides older orders (limited.ts).
const STORED = `s."syncedAt" IS NOT NULL AS "isImported",
  s."syncedAt" IS NULL AND EXISTS (SELECT FROM "Work" w WHERE w.shop = $1 AND w.state IN ('waiting', 'running', 'parked')
    AND w.kind IN ('backfill-shop', 'ingest-bulk-result', 'catch-up')) AS "isImporting",
  s.limited OR s.scopes <> '' AND NOT 'read_all_orders' = ANY (string_to_array(s.scopes, ',')) AS "isCounted",
  floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
  (extract(epoch FROM t."updatedAt") * 1000)::float8 AS "updatedAt",
  (extract(epoch FROM t."fetchedAt") * 1000)::float8 AS "fetchedAt"`
const ASKED = `"Shop" s CROSS JOIN unnest($2::bigint[]) WITH ORDINALITY ring(id, n)`
const STORED_ORDERS = `SELECT ${STORED}, NULL AS "echoAt", false AS "isWritten"
  FROM ${ASKED} LEFT JOIN "Order" t ON t.shop = $1 AND t.id = ring.id WHERE s.shop = $1 ORDER BY ring.n`
const STORED_CUSTOMERS = `SELECT ${STORED}, (extract(epoch FROM greatest(l."echoAt", r."echoAt", k."echoAt")) * 1000)::float8 AS "echoAt",
    k."sentIn" IS NOT NULL AND EXISTS (SELECT FROM "Work" w WHERE w.shop = $1 AND w.kind = 'show-picks'
      AND w.state IN ('waiting', 'running')) OR EXISTS (SELECT FROM "PublicationRun" p WHERE p.shop = $1 AND p.state IN ('planned', 'running')
      AND p.id = (l.problem -> 'pending' ->> 'run')::int)
    AND EXISTS (SELECT FROM "Work" w WHERE w.shop = $1 AND w.kind = 'publish' AND w.state IN ('waiting', 'running'))
    AS "isWritten"
  FROM ${ASKED} LEFT JOIN "Customer" t ON t.shop = $1 AND t.id = ring.id
  LEFT JOIN "Ledger" l ON l.shop = $1 AND l.customer = ring.id
  LEFT JOIN "CustomerRewards" r ON r.shop = $1 AND r.customer = ring.id
  LEFT JOIN "CustomerPicks" k ON k.shop = $1 AND k.customer = ring.id WHERE s.shop = $1 ORDER BY ring.n`

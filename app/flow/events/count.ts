/** Visits and interests of customers, worked out from their events: of those who came lately, and every night of all. */
import { EVENTS_KEPT_DAYS, visitsOf, type CustomerEvent } from '#app/domain/events.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe, type JobArguments } from '#app/outside/queue.server.ts'

type Hold = Pick<JobArguments<'count-visits'>, 'stillMine' | 'signal'>

/** Customers whose events are in memory at once. */
const AT_ONCE = 500
/** While shoppers come, they are counted this often. */
const AGAIN_MS = 15_000
/** An event may be stored by a transaction that began before the last count. */
const OVERLAP = '1 minute'
/** Beyond it the shop's own segments are filled whole: that reads everybody once, not each by themselves. */
const MOST_ONE_BY_ONE = 100

/** Counts who came since the last time, or everybody; comes again while somebody came. */
export async function countVisits(shop: ShopId, everybody: boolean, hold: Hold): Promise<void | { againInMs: number }> {
  const asOf = now()
  const { customers, countedAt, isAnyNew } = await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    return touched(tx, shop, everybody)
  })
  const categories = customers.length === 0 ? NONE : await withShopBulk(shop, (tx) => categoriesByProduct(tx, shop))
  const changed: Id[] = []
  for (let from = 0; from < customers.length; from += AT_ONCE) {
    if (hold.signal.aborted) return { againInMs: 0 }
    const part = customers.slice(from, from + AT_ONCE)
    await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      changed.push(...(await countOf(tx, shop, part, asOf, categories)))
    })
  }
  await withShopBulk(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.query(`UPDATE "WebPixel" SET "countedAt" = $2 WHERE shop = $1`, [shop, countedAt])
    await oweMembers(tx, shop, changed)
    // While this ran somebody may have come, and what is under way is not owed.
    if (isAnyNew || everybody) await owe(tx, shop, 'count-visits', String(shop), {}, { inMs: AGAIN_MS })
  })
}

/**
 * The visits of an account that Shopify has merged into another are those of the one that stays; both are counted anew.
 *
 * @param stillMine  asked last: throws if another worker has taken over, and nothing is written
 */
export async function carryVisits(
  shop: ShopId,
  gone: Id,
  kept: Id,
  stillMine: (tx: BulkTx) => Promise<void>,
): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const moved = await tx.query(
      'UPDATE "StorefrontEvent" SET customer = $3::bigint WHERE shop = $1 AND customer = $2::bigint RETURNING 1',
      [shop, gone, kept],
    )
    if (moved.length > 0)
      await oweMembers(tx, shop, await countOf(tx, shop, [gone, kept], now(), await categoriesByProduct(tx, shop)))
    await stillMine(tx)
  })
}

const NONE: ReadonlyMap<Id, readonly Id[]> = new Map()

/** Whose events came since the last count; every night also who was counted, for they may have stayed away. */
async function touched(
  tx: BulkTx,
  shop: ShopId,
  everybody: boolean,
): Promise<{ customers: Id[]; countedAt: Date; isAnyNew: boolean }> {
  const [last] = await tx.query<{ at: Date; before: Date | null }>(
    `SELECT now() AS at, (SELECT p."countedAt" FROM "WebPixel" p WHERE p.shop = $1) AS before`,
    [shop],
  )
  const { at, before } = last!
  const rows = await tx.query<{ customer: Id; isNew: boolean }>(
    everybody
      ? `SELECT customer::text, false AS "isNew" FROM "StorefrontEvent" WHERE shop = $1 AND customer IS NOT NULL
         UNION SELECT customer::text, false FROM "CustomerVisits" WHERE shop = $1`
      : `SELECT customer::text, bool_or("receivedAt" > $2) AS "isNew" FROM "StorefrontEvent"
         WHERE shop = $1 AND customer IS NOT NULL AND "receivedAt" > $2::timestamptz - interval '${OVERLAP}' GROUP BY customer`,
    everybody ? [shop] : [shop, before ?? new Date(0)],
  )
  return { customers: rows.map(({ customer }) => customer), countedAt: at, isAnyNew: rows.some(({ isNew }) => isNew) }
}

async function categoriesByProduct(tx: BulkTx, shop: ShopId): Promise<ReadonlyMap<Id, readonly Id[]>> {
  const rows = await tx.query<{ product: Id; categories: Id[] }>(
    `SELECT p.product::text, array_agg(k.id::text) AS categories
     FROM "Collection" k CROSS JOIN LATERAL unnest(k.products) p(product)
     WHERE k.shop = $1 AND k."isCategory" GROUP BY p.product`,
    [shop],
  )
  return new Map(rows.map(({ product, categories }) => [product, categories]))
}

/** Counts some customers and answers those of whom something has changed. */
async function countOf(
  tx: BulkTx,
  shop: ShopId,
  customers: readonly Id[],
  asOf: Instant,
  categories: ReadonlyMap<Id, readonly Id[]>,
): Promise<Id[]> {
  const rows = await tx.query<CustomerEvent & { customer: Id }>(
    `SELECT customer::text, kind, product::text, (extract(epoch FROM at) * 1000)::float8 AS at FROM "StorefrontEvent"
     WHERE shop = $1 AND customer = ANY ($2::bigint[]) AND at > $3::timestamptz - $4::int * interval '1 day'
     ORDER BY customer, at, id`,
    [shop, customers, new Date(asOf), EVENTS_KEPT_DAYS],
  )
  const events = new Map<Id, CustomerEvent[]>()
  for (const { customer, ...event } of rows) {
    const own = events.get(customer)
    if (own) own.push(event)
    else events.set(customer, [event])
  }
  const counted = customers.flatMap((customer) => {
    const visits = visitsOf(events.get(customer) ?? [], asOf, (product) => categories.get(product) ?? [])
    return visits === null ? [] : [{ customer, ...visits, lastAt: new Date(visits.lastAt).toISOString() }]
  })
  const written = await tx.query<{ customer: Id }>(
    `INSERT INTO "CustomerVisits" AS v (shop, customer, "visits30d", "lastAt", interests)
     SELECT $1, c.customer, c."visits30d", c."lastAt", c.interests
     FROM jsonb_to_recordset($2::jsonb) AS c (customer bigint, "visits30d" int, "lastAt" timestamptz, interests bigint[])
     ON CONFLICT (shop, customer) DO UPDATE SET "visits30d" = excluded."visits30d", "lastAt" = excluded."lastAt",
       interests = excluded.interests
     WHERE (v."visits30d", v."lastAt", v.interests) IS DISTINCT FROM
       (excluded."visits30d", excluded."lastAt", excluded.interests)
     RETURNING v.customer::text`,
    [shop, JSON.stringify(counted)],
  )
  const known = new Set(counted.map(({ customer }) => customer))
  const gone = await tx.query<{ customer: Id }>(
    `DELETE FROM "CustomerVisits" WHERE shop = $1 AND customer = ANY ($2::bigint[]) RETURNING customer::text`,
    [shop, customers.filter((customer) => !known.has(customer))],
  )
  return [...written, ...gone].map(({ customer }) => customer)
}

/** Who is in the segments whose rules look at visits. */
async function oweMembers(tx: BulkTx, shop: ShopId, changed: readonly Id[]): Promise<void> {
  if (changed.length === 0 || !(await isNamed(tx, shop))) return
  if (changed.length > MOST_ONE_BY_ONE) return owe(tx, shop, 'fill-segments', String(shop), { of: 'data' })
  for (const customer of changed) await owe(tx, shop, 'recompute-customer', customer, {})
}

async function isNamed(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const found = await tx.query(
    `SELECT FROM "OwnSegment" WHERE shop = $1 AND rule::text ~ '"(visits-30d|since-visit-days|interested-in)"' LIMIT 1`,
    [shop],
  )
  return found.length > 0
}

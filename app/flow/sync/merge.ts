/**
 * From staging into the tables, set by set, under row-level security, parents first. An object wins on (updatedAt, road,
 * fetchedAt) over what is stored; an order that wins brings all its lines with it. Repeated objects fold into one. Where
 * the clock cannot tell two fetches apart, the later commit wins: one lease per object makes it the later fetch.
 */
import type { Id, Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { goneIn, type Gone } from './erased.ts'

/** Rank of a road: what was asked for by itself is fresher than a bulk file of the same updatedAt. */
export const ROAD = { bulk: 2, single: 3 } as const

type Merge = { shop: ShopId; run: number; road: (typeof ROAD)[keyof typeof ROAD]; fetchedAt: Instant }

/**
 * What staging is known not to be: then it need not be folded, nor each line's order looked for. `isShared`: others store
 * at the same time, so that an empty table may be no more.
 */
type Known = { hasRepeats: boolean; hasOrphans: boolean; isShared?: boolean }

/** What a run has staged, repeats folded. */
export type StagedCounts = { orders: number; lines: number; customers: number; hasRepeats: boolean }

const ORDER_COLUMNS = `shop, id, customer, name, "processedAt", "createdAt", "updatedAt", "cancelledAt", "isTest",
  "financialStatus", currency, "subtotalMinor", "totalMinor", "discountMinor", "refundedMinor", "isBusiness", quantity,
  "currentQuantity", discounts, road, "fetchedAt"`
const LINE_COLUMNS = `shop, "order", id, product, title, sku, quantity, "currentQuantity", "unitMinor", "discountMinor", discounts`

const STAGED_ORDERS = `(SELECT * FROM "StagedOrder" WHERE run = $2)`
const STAGED_LINES = `(SELECT * FROM "StagedLine" WHERE run = $2)`
const STAGED_CUSTOMERS = `(SELECT * FROM "StagedCustomer" WHERE run = $2)`
const FOLDED_ORDERS = `(SELECT DISTINCT ON (id) * FROM "StagedOrder" WHERE run = $2 ORDER BY id, "updatedAt" DESC, line DESC)`
const FOLDED_LINES = `(SELECT DISTINCT ON ("order", id) * FROM "StagedLine" WHERE run = $2 ORDER BY "order", id, line DESC)`
const FOLDED_CUSTOMERS = `(SELECT DISTINCT ON (id) * FROM "StagedCustomer" WHERE run = $2 ORDER BY id, "updatedAt" DESC, line DESC)`

/** Merges of one shop, and erasures, go one after the other. */
export async function takeMergeLock(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('merge', $1::int))`, [shop])
}

/** What is stored object by object goes side by side, but not while a merge or an erasure is on. */
export async function shareMergeLock(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(`SELECT set_config('lock_timeout', '10s', true)`)
  await tx.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('merge', $1::int))`, [shop])
}

/** Whether a merge or an erasure is on, which may take minutes. */
export async function isMerging(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const rows = await tx.query<{ isFree: boolean }>(
    `SELECT pg_try_advisory_xact_lock_shared(hashtextextended('merge', $1::int)) AS "isFree"`,
    [shop],
  )
  return !rows[0]!.isFree
}

/**
 * Millions of rows that the planner has never counted (staging is not analysed): without this it would join them one by
 * one.
 */
export async function planForMany(tx: BulkTx): Promise<void> {
  await tx.query(`SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '96MB', true),
    set_config('maintenance_work_mem', '128MB', true), set_config('statement_timeout', '0', true),
    set_config('max_parallel_workers_per_gather', '0', true)`)
}

export async function countStaged(tx: BulkTx, run: number): Promise<StagedCounts> {
  const rows = await tx.query<Record<'o' | 'od' | 'l' | 'ld' | 'c' | 'cd', number>>(
    `SELECT o.n AS o, o.d AS od, l.n AS l, l.d AS ld, c.n AS c, c.d AS cd FROM
       (SELECT count(*)::int AS n, count(DISTINCT id)::int AS d FROM "StagedOrder" WHERE run = $1) o,
       (SELECT count(*)::int AS n, count(DISTINCT id)::int AS d FROM "StagedLine" WHERE run = $1) l,
       (SELECT count(*)::int AS n, count(DISTINCT id)::int AS d FROM "StagedCustomer" WHERE run = $1) c`,
    [run],
  )
  const { o, od, l, ld, c, cd } = rows[0]!
  return { orders: od, lines: ld, customers: cd, hasRepeats: o !== od || l !== ld || c !== cd }
}

/** Orders that lines name and that the run has not staged, up to `limit`. */
export async function orphanedOrders(tx: BulkTx, run: number, limit: number): Promise<Id[]> {
  const rows = await tx.query<{ order: Id }>(
    `SELECT DISTINCT l."order"::text AS "order" FROM "StagedLine" l
     WHERE l.run = $1 AND NOT EXISTS (SELECT FROM "StagedOrder" s WHERE s.run = $1 AND s.id = l."order") LIMIT $2`,
    [run, limit],
  )
  return rows.map((row) => row.order)
}

/** Customers of a run into Customer. */
export async function mergeCustomers(
  tx: BulkTx,
  merge: Merge,
  { hasRepeats }: Pick<Known, 'hasRepeats'>,
): Promise<void> {
  const { shop, run, road, fetchedAt } = merge
  const erased = await goneIn(tx, merge, 'customer')
  await tx.query(
    `INSERT INTO "Customer" AS c (shop, id, "createdAt", "updatedAt", tags, "emailConsent", "smsConsent",
       "emailConsentAt", "smsConsentAt", "numberOfOrders", "lastOrderAt", "rfmGroup", "spendTier", country, road, "fetchedAt")
     SELECT $1::int, s.id, s."createdAt", s."updatedAt", s.tags, s."emailConsent", s."smsConsent",
       s."emailConsentAt", s."smsConsentAt", s."numberOfOrders",
       s."lastOrderAt", s."rfmGroup", s."spendTier", s.country, $3::smallint, $4::timestamptz
     FROM ${hasRepeats ? FOLDED_CUSTOMERS : STAGED_CUSTOMERS} s
     WHERE NOT EXISTS (
       SELECT FROM unnest($5::bigint[], $6::timestamptz[]) e(id, at) WHERE e.id = s.id AND NOT EXISTS (
         SELECT FROM "Order" o WHERE o.shop = $1 AND o.customer = e.id AND o."processedAt" > e.at))
       AND NOT s.id = ANY ($7::bigint[])
     ON CONFLICT (shop, id) DO UPDATE SET "createdAt" = excluded."createdAt", "updatedAt" = excluded."updatedAt",
       tags = excluded.tags, "emailConsent" = excluded."emailConsent", "smsConsent" = excluded."smsConsent",
       "emailConsentAt" = excluded."emailConsentAt", "smsConsentAt" = excluded."smsConsentAt",
       "numberOfOrders" = excluded."numberOfOrders", "lastOrderAt" = excluded."lastOrderAt",
       "rfmGroup" = excluded."rfmGroup", "spendTier" = excluded."spendTier", country = excluded.country,
       road = excluded.road, "fetchedAt" = excluded."fetchedAt"
     WHERE (excluded."updatedAt", excluded.road, excluded."fetchedAt") >= (c."updatedAt", c.road, c."fetchedAt")`,
    [shop, run, road, iso(fetchedAt), erased.ids, erased.at, erased.deleted],
  )
}

/** Orders of a run, with their lines, into Order and Line. */
export async function mergeOrders(
  tx: BulkTx,
  merge: Merge,
  { hasRepeats, hasOrphans, isShared = false }: Known,
): Promise<void> {
  const { shop, run, road, fetchedAt } = merge
  const people = await goneIn(tx, merge, 'customer')
  const orders = await goneIn(tx, merge, 'order')
  const goneOrders = [...orders.ids, ...orders.deleted]
  const isErasing = people.ids.length > 0 || goneOrders.length > 0
  const [{ isEmpty } = { isEmpty: false }] = await tx.query<{ isEmpty: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM "Order" WHERE shop = $1) AND NOT EXISTS (SELECT FROM "Line" WHERE shop = $1) AS "isEmpty"`,
    [shop],
  )
  const isFirst = isEmpty && !isShared
  const values = [shop, run, road, iso(fetchedAt)]
  const lines = hasRepeats ? FOLDED_LINES : STAGED_LINES
  await tx.query(
    `INSERT INTO "Order" AS o (${ORDER_COLUMNS})
     SELECT $1::int, s.id, s.customer, s.name, s."processedAt", s."createdAt", s."updatedAt", s."cancelledAt", s."isTest",
       s."financialStatus", s.currency, s."subtotalMinor", s."totalMinor", s."discountMinor", s."refundedMinor",
       s."isBusiness", coalesce(l.quantity, 0), coalesce(l."currentQuantity", 0),
       CASE WHEN d.discounts IS NULL THEN s.discounts WHEN s.discounts = '{}' THEN d.discounts
         ELSE ARRAY(SELECT DISTINCT key COLLATE "C" FROM unnest(s.discounts || d.discounts) key ORDER BY 1) END,
       $3::smallint, $4::timestamptz
     FROM ${hasRepeats ? FOLDED_ORDERS : STAGED_ORDERS} s
     LEFT JOIN (
       SELECT "order", least(sum(quantity), 2147483647)::int AS quantity,
         least(sum("currentQuantity"), 2147483647)::int AS "currentQuantity"
       FROM ${lines} one GROUP BY "order") l ON l."order" = s.id
     LEFT JOIN (
       SELECT "order", array_agg(DISTINCT key COLLATE "C" ORDER BY key COLLATE "C") AS discounts
       FROM ${lines} one, unnest(one.discounts) key WHERE one.discounts <> '{}' GROUP BY "order") d ON d."order" = s.id
     ${isErasing ? NOT_ERASED : ''}
     ${isFirst ? '' : NEWER_WINS}`,
    isErasing ? [...values, people.ids, people.at, goneOrders] : values,
  )
  if (isFirst && !isErasing) {
    await tx.query(
      `INSERT INTO "Line" (${LINE_COLUMNS})
       SELECT $1::int, l."order", l.id, l.product, l.title, l.sku, l.quantity, l."currentQuantity", l."unitMinor",
         l."discountMinor", l.discounts
       FROM ${lines} l ${hasOrphans ? WITH_ITS_ORDER : ''}`,
      [shop, run],
    )
    return
  }
  // What has won carries this fetch's mark; an older copy of the same order in the file does not.
  await tx.query(
    `DELETE FROM "Line" l USING "Order" o, (SELECT DISTINCT id FROM "StagedOrder" WHERE run = $2) s
     WHERE o.shop = $1 AND o.id = s.id AND o.road = $3 AND o."fetchedAt" = $4 AND l.shop = $1 AND l."order" = o.id`,
    values,
  )
  await tx.query(
    `INSERT INTO "Line" (${LINE_COLUMNS})
     SELECT $1::int, l."order", l.id, l.product, l.title, l.sku, l.quantity, l."currentQuantity", l."unitMinor",
       l."discountMinor", l.discounts
     FROM ${lines} l JOIN "Order" o ON o.shop = $1 AND o.id = l."order" AND o.road = $3 AND o."fetchedAt" = $4
     ${hasOrphans ? WITH_ITS_ORDER : ''}`,
    values,
  )
  if (people.ids.length > 0) await newBeginnings(tx, merge, people)
}

/** Who orders again after an erasure is a customer again, with what that order tells and nothing else. */
async function newBeginnings(tx: BulkTx, merge: Merge, people: Gone): Promise<void> {
  await tx.query(
    `INSERT INTO "Customer" (shop, id, "createdAt", "updatedAt", tags, road, "fetchedAt")
     SELECT $1::int, o.customer, min(o."processedAt"), min(o."processedAt"), '{}', $3::smallint, $4::timestamptz
     FROM "Order" o JOIN unnest($2::bigint[]) e(id) ON e.id = o.customer WHERE o.shop = $1 GROUP BY o.customer
     ON CONFLICT DO NOTHING`,
    [merge.shop, people.ids, merge.road, iso(merge.fetchedAt)],
  )
}

const WITH_ITS_ORDER = `WHERE EXISTS (SELECT FROM "StagedOrder" s WHERE s.run = $2 AND s.id = l."order")`

const NOT_ERASED = `WHERE NOT EXISTS (
    SELECT FROM unnest($5::bigint[], $6::timestamptz[]) e(id, at) WHERE e.id = s.customer AND s."processedAt" <= e.at)
  AND NOT s.id = ANY ($7::bigint[])`

const NEWER_WINS = `ON CONFLICT (shop, id) DO UPDATE SET customer = excluded.customer, name = excluded.name,
    "processedAt" = excluded."processedAt", "createdAt" = excluded."createdAt", "updatedAt" = excluded."updatedAt",
    "cancelledAt" = excluded."cancelledAt", "isTest" = excluded."isTest", "financialStatus" = excluded."financialStatus",
    currency = excluded.currency, "subtotalMinor" = excluded."subtotalMinor", "totalMinor" = excluded."totalMinor",
    "discountMinor" = excluded."discountMinor", "refundedMinor" = excluded."refundedMinor",
    "isBusiness" = excluded."isBusiness", quantity = excluded.quantity, "currentQuantity" = excluded."currentQuantity",
    discounts = excluded.discounts, road = excluded.road, "fetchedAt" = excluded."fetchedAt"
  WHERE (excluded."updatedAt", excluded.road, excluded."fetchedAt") >= (o."updatedAt", o.road, o."fetchedAt")`

function iso(instant: Instant): string {
  return new Date(instant).toISOString()
}

import { cherryFrom } from '#app/domain/cherry-picker.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { mondayOf, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import type { SummaryData } from '#app/domain/summary.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { DiscountSets } from './discount-sets.ts'
import {
  isOfBusiness,
  lookedOrders,
  noLines,
  readLines,
  removeEvidence,
  spansOf,
  take,
  within,
  writeEvidence,
  type Spans,
} from './evidence.ts'
import { evidenceOf } from './offers.ts'
import { noCustomers, readOrders, type CustomerColumns, type OrderColumns, type ReadRule } from './read-orders.ts'

type Stored = { order: number; lines: number; discounted: number; expected: number; variance: number }

/**
 * What one customer's lines say of discount habit: the stored evidence where nothing has happened in the week since, and
 * every buyer of the other weeks counted again, as a run over the whole shop does. Others' evidence of those weeks, which
 * this customer's order changes too, waits for the next such run.
 */
export async function takeCustomerEvidence(
  tx: BulkTx,
  shop: ShopId,
  customer: Id,
  orders: OrderColumns,
  customers: CustomerColumns,
  discounts: DiscountSets,
  rule: ReadRule,
  calendar: ShopCalendar,
  run: SummaryData & { asOf: Instant },
  asOf: Instant,
): Promise<void> {
  const since = cherryFrom(asOf)
  const stored = await storedEvidence(tx, shop, customer)
  const speaking: number[] = []
  for (let order = 0; order < orders.count; order += 1)
    if (orders.at[order]! > since && !isOfBusiness(orders, customers, order)) speaking.push(order)
  const speaks = new Set(speaking.map((order) => orders.ids[order]!))
  await removeEvidence(
    tx,
    shop,
    [...stored.keys()].filter((id) => !speaks.has(id)),
  )
  if (speaking.length === 0) return
  const first = mondayOf(calendar.dayOf(since))
  const weekOf = new Int16Array(orders.count).fill(-1)
  for (const order of speaking) weekOf[order] = (mondayOf(calendar.dayOf(orders.at[order]!)) - first) / 7
  const weeks = new Set(speaking.map((order) => weekOf[order]!))
  const missing = speaking.filter((order) => !stored.has(orders.ids[order]!)).map((order) => weekOf[order]!)
  const isCounted = await changedWeeks(tx, shop, weeks, new Set(missing), first, calendar, run)
  for (const order of speaking) {
    const row = stored.get(orders.ids[order]!)
    if (isCounted.has(weekOf[order]!)) continue
    if (row) take(orders, customers, order, row.lines, row.discounted, row.expected, row.variance)
    weekOf[order] = -1
  }
  const spans = spansOf(weekOf, 0, Math.max(...weeks) + 1, calendar, first)
  if (spans.length > 0) await countWeeks(tx, shop, customer, orders, customers, discounts, rule, calendar, spans, asOf)
}

async function storedEvidence(tx: BulkTx, shop: ShopId, customer: Id): Promise<Map<number, Stored>> {
  const rows = await tx.query<Omit<Stored, 'order'> & { order: string }>(
    `SELECT e."order", e."lines", e."discounted", e."expected", e."variance" FROM "Order" o
      JOIN "OrderEvidence" e ON e."shop" = o."shop" AND e."order" = o."id" WHERE o."shop" = $1 AND o."customer" = $2::bigint`,
    [shop, customer],
  )
  return new Map(rows.map((row) => [Number(row.order), { ...row, order: Number(row.order) }]))
}

/** Of some weeks, those that are not as the stored evidence knows them. */
async function changedWeeks(
  tx: BulkTx,
  shop: ShopId,
  weeks: ReadonlySet<number>,
  missing: Set<number>,
  firstMonday: number,
  calendar: ShopCalendar,
  run: SummaryData & { asOf: Instant },
): Promise<Set<number>> {
  const asked = [...weeks].filter((week) => !missing.has(week))
  if (asked.length === 0) return missing
  const start = (week: number) => new Date(calendar.startOf(firstMonday + 7 * week))
  // An order that was deleted leaves only its tombstone, which does not say when it was.
  const rows = await tx.query<{ week: number }>(
    `SELECT w."week" FROM unnest($2::int[], $3::timestamptz[], $4::timestamptz[]) w("week", "from", "to") WHERE
      EXISTS (SELECT FROM "Tombstone" t WHERE t."shop" = $1 AND t."kind" IN ('order', 'deleted-order') AND t."deletedAt" >= $6)
      OR EXISTS (SELECT FROM "Order" o WHERE o."shop" = $1 AND o."processedAt" >= w."from" AND o."processedAt" < w."to"
        AND o."fetchedAt" > $5)`,
    [
      shop,
      asked,
      asked.map(start),
      asked.map((week) => start(week + 1)),
      new Date(run.evidence.upTo),
      new Date(run.asOf),
    ],
  )
  for (const { week } of rows) missing.add(week)
  return missing
}

/** Counts some weeks' buyers again, writes what this customer's orders say by that, and hands it to them. */
async function countWeeks(
  tx: BulkTx,
  shop: ShopId,
  customer: Id,
  orders: OrderColumns,
  customers: CustomerColumns,
  discounts: DiscountSets,
  rule: ReadRule,
  calendar: ShopCalendar,
  spans: Spans,
  asOf: Instant,
): Promise<void> {
  // A few weeks of a large shop, found by their time and read line by line: never the whole tables.
  await tx.query(`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`)
  const all = noCustomers(4096)
  const bought = await readOrders(
    tx,
    shop,
    all,
    discounts,
    rule,
    calendar,
    4096,
    asOf,
    ` AND ${within(spans, '"processedAt"')}`,
  )
  await markBusinesses(tx, shop, all, asOf)
  const mondays = new Map<number, number>()
  const weekOf = new Int16Array(bought.count).fill(-1)
  for (let order = 0; order < bought.count; order += 1) {
    if (isOfBusiness(bought, all, order)) continue
    const monday = mondayOf(calendar.dayOf(bought.at[order]!))
    if (!mondays.has(monday)) mondays.set(monday, mondays.size)
    weekOf[order] = mondays.get(monday)!
  }
  const looked = lookedOrders(bought, weekOf, 0, mondays.size, cherryFrom(asOf))
  const self = all.index.find(Number(customer))
  for (let i = 0; i < looked.index.size; i += 1) if (looked.customer[i] !== self) looked.speaks[i] = 0
  const lines = noLines()
  await readLines(tx, shop, lines, looked, discounts, spans)
  const { sums } = evidenceOf(
    { orders: looked, customers: all.index.size, weeks: mondays.size, lines },
    discounts,
    rule.benefits,
  )
  const said: number[] = []
  const silent: number[] = []
  for (let order = 0; order < orders.count; order += 1) {
    const i = looked.index.find(orders.ids[order]!)
    if (i < 0 || looked.speaks[i] === 0) continue
    if (sums.lines[i] === 0) silent.push(orders.ids[order]!)
    else said.push(i)
    if (sums.lines[i]! > 0)
      take(orders, customers, order, sums.lines[i]!, sums.discounted[i]!, sums.expected[i]!, sums.variance[i]!)
  }
  await removeEvidence(tx, shop, silent)
  if (said.length > 0) await writeEvidence(tx, shop, looked, sums, said, true)
}

/** A company has bought for some of these customers, maybe in another week. */
async function markBusinesses(tx: BulkTx, shop: ShopId, customers: CustomerColumns, asOf: Instant): Promise<void> {
  const { ids, size } = customers.index
  const rows = await tx.query<{ customer: string }>(
    `SELECT DISTINCT "customer" FROM "Order" WHERE "shop" = $1 AND "isBusiness" AND "processedAt" <= $2
      AND "customer" = ANY($3::bigint[])`,
    [shop, new Date(asOf), Array.from(ids.subarray(0, size))],
  )
  for (const { customer } of rows) customers.isBusiness[customers.index.find(Number(customer))] = 1
}

import { cherryFrom } from '#app/domain/cherry-picker.ts'
import { IdIndex } from '#app/domain/id-index.ts'
import type { Instant } from '#app/domain/order.ts'
import type { WeekOfBuyers } from '#app/domain/sale-weeks.ts'
import { mondayOf, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import type { SummaryData } from '#app/domain/summary.ts'
import { readCopy } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { packedArray } from '#app/outside/packed-arrays.server.ts'
import type { DiscountSets } from './discount-sets.ts'
import { evidenceOf, offerId, wider, type BoughtLines, type LookedOrders, type OrderSums } from './offers.ts'
import type { CustomerColumns, OrderColumns } from './read-orders.ts'
import { mark, mixed, type WeekMarks } from './week-marks.ts'

/**
 * Adds up what lines say of discount habit: how many bought a product in an ISO week of the shop, how many of them paid
 * discounted, and what that says about every order of a known customer in the months that count (OrderEvidence). Nothing
 * of one week depends on another, so only weeks that are not as they were are counted; for the others the stored rows
 * speak. Fills the deal columns of the customers, and puts business customers into the marks of the weeks. Answers the
 * weeks with their buyers, oldest first.
 *
 * @param known  the marks of the weeks as the stored evidence knows them, and their buyers; null: there is none
 */
export async function takeEvidence(
  tx: BulkTx,
  shop: ShopId,
  orders: OrderColumns,
  customers: CustomerColumns,
  discounts: DiscountSets,
  benefits: ReadonlySet<string>,
  calendar: ShopCalendar,
  known: Pick<SummaryData['evidence'], 'marks' | 'weeks'> | null,
  asOf: Instant,
): Promise<WeekOfBuyers[]> {
  const since = cherryFrom(asOf)
  const first = mondayOf(calendar.dayOf(since))
  const weeks = (mondayOf(calendar.dayOf(asOf)) - first) / 7 + 1
  const weekOf = weeksOf(orders, customers, calendar, first)
  const buyers = known ? leaveOutUnchanged(weekOf, orders.marks, known, first, weeks) : new Map<number, WeekOfBuyers>()
  const stored = await takeStored(tx, shop, orders, weekOf, customers, since)
  const atOnce = weeksAtOnce(weekOf, weeks)
  // Right after an import the planner has not counted these tables yet, and would look the lines of every order up by itself.
  if (atOnce < weeks)
    await tx.query(`SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '32MB', true)`)
  // What an array held is freed only when V8 next collects: one set of columns serves for all weeks.
  const lines = noLines()
  for (let from = 0; from < weeks; from += atOnce) {
    const to = Math.min(weeks, from + atOnce)
    const spans = spansOf(weekOf, from, to, calendar, first)
    if (spans.length === 0) continue
    const looked = lookedOrders(orders, weekOf, from, to, since)
    await readLines(tx, shop, lines, looked, discounts, spans)
    const bought = { orders: looked, customers: customers.index.size, weeks, lines }
    const { sums, weeks: counted } = evidenceOf(bought, discounts, benefits)
    for (let week = from; week < to; week += 1) {
      if (counted.buyers[week] === 0) continue
      const monday = first + 7 * week
      buyers.set(monday, { monday, buyers: counted.buyers[week]!, discounted: counted.open[week]! })
    }
    const isStored = stored.recounted > 0 ? await compare(tx, shop, looked, sums, spans) : null
    await settle(tx, shop, orders, looked, customers, sums, isStored, stored.rows > 0)
  }
  return [...buyers.values()].sort((a, b) => a.monday - b.monday)
}

/** Orders whose lines are held at once: a large shop's are read a few weeks at a time. */
const ORDERS_AT_ONCE = 150_000

function weeksAtOnce(weekOf: Int16Array, weeks: number): number {
  let looked = 0
  for (const week of weekOf) if (week >= 0) looked += 1
  return Math.max(1, Math.ceil((weeks * ORDERS_AT_ONCE) / Math.max(looked, ORDERS_AT_ONCE)))
}

/**
 * The week of every order of the weeks that count, but for those of business customers: those leave a mark of their own,
 * because somebody whom a company has bought for since drops out of all their weeks.
 */
function weeksOf(
  orders: OrderColumns,
  customers: CustomerColumns,
  calendar: ShopCalendar,
  firstMonday: number,
): Int16Array {
  const weekOf = new Int16Array(orders.count).fill(-1)
  const from = calendar.startOf(firstMonday)
  for (let order = 0; order < orders.count; order += 1) {
    if (orders.at[order]! < from) continue
    const monday = mondayOf(calendar.dayOf(orders.at[order]!))
    if (isOfBusiness(orders, customers, order)) mark(orders.marks, monday, mixed(orders.ids[order]!, 1, 0))
    else weekOf[order] = (monday - firstMonday) / 7
  }
  return weekOf
}

/** Answers the buyers of the weeks that are as they were. */
function leaveOutUnchanged(
  weekOf: Int16Array,
  marks: WeekMarks,
  known: Pick<SummaryData['evidence'], 'marks' | 'weeks'>,
  firstMonday: number,
  weeks: number,
): Map<number, WeekOfBuyers> {
  const buyers = new Map<number, WeekOfBuyers>()
  const isSame = new Uint8Array(weeks)
  for (let week = 0; week < weeks; week += 1) {
    const monday = firstMonday + 7 * week
    const stored = known.weeks[monday]
    if (known.marks[monday] !== marks.get(monday) || stored === undefined) continue
    isSame[week] = 1
    buyers.set(monday, { monday, buyers: stored[0], discounted: stored[1] })
  }
  for (let order = 0; order < weekOf.length; order += 1)
    if (weekOf[order]! >= 0 && isSame[weekOf[order]!] === 1) weekOf[order] = -1
  return buyers
}

export function isOfBusiness(orders: OrderColumns, customers: CustomerColumns, order: number): boolean {
  const customer = orders.customer[order]!
  return orders.isBusiness[order] === 1 || (customer >= 0 && customers.isBusiness[customer] === 1)
}

export type Spans = { from: Instant; to: Instant }[]

/** Half-open spans of time that the weeks with orders to look at make, of those from one week up to another. */
export function spansOf(
  weekOf: Int16Array,
  from: number,
  to: number,
  calendar: ShopCalendar,
  firstMonday: number,
): Spans {
  const isLooked = new Uint8Array(to)
  for (const week of weekOf) if (week >= from && week < to) isLooked[week] = 1
  const spans: Spans = []
  for (let week = from; week < to; week += 1) {
    if (isLooked[week] === 0) continue
    const start = calendar.startOf(firstMonday + 7 * week)
    const end = calendar.startOf(firstMonday + 7 * (week + 1))
    const last = spans.at(-1)
    if (last?.to === start) last.to = end
    else spans.push({ from: start, to: end })
  }
  return spans
}

export function within(spans: Spans, column: string): string {
  const conditions = spans.map(({ from, to }) => {
    const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()]
    return `(${column} >= '${start}' AND ${column} < '${end}')`
  })
  return `(${conditions.join(' OR ')})`
}

function ordersWithin(shop: ShopId, spans: Spans): string {
  return `SELECT "id" FROM "Order" WHERE "shop" = ${Number(shop)} AND ${within(spans, '"processedAt"')}`
}

export function lookedOrders(
  orders: OrderColumns,
  weekOf: Int16Array,
  from: number,
  to: number,
  since: Instant,
): LookedOrders {
  const isLooked = (order: number) => weekOf[order]! >= from && weekOf[order]! < to
  let count = 0
  for (let order = 0; order < orders.count; order += 1) if (isLooked(order)) count += 1
  const looked: LookedOrders = {
    index: new IdIndex(count),
    positions: new Int32Array(count),
    week: new Int16Array(count),
    customer: new Int32Array(count),
    speaks: new Uint8Array(count),
  }
  for (let order = 0; order < orders.count; order += 1) {
    if (!isLooked(order)) continue
    const position = looked.index.add(orders.ids[order]!)
    looked.positions[position] = order
    looked.week[position] = weekOf[order]!
    looked.customer[position] = orders.customer[order]!
    looked.speaks[position] = orders.customer[order]! >= 0 && orders.at[order]! > since ? 1 : 0
  }
  return looked
}

export function noLines(): BoughtLines {
  const lines: BoughtLines = {
    count: 0,
    order: new Int32Array(4096),
    offer: new Int32Array(4096),
    discountSet: new Int32Array(4096),
    products: new IdIndex(),
    offers: new IdIndex(),
  }
  // Position 0 is no product.
  lines.products.add(1)
  return lines
}

/** Puts the lines of some weeks in the place of those that were there. */
export async function readLines(
  tx: BulkTx,
  shop: ShopId,
  lines: BoughtLines,
  looked: LookedOrders,
  discounts: DiscountSets,
  spans: Spans,
): Promise<void> {
  lines.count = 0
  lines.offers.clear()
  const sql = `SELECT "order", "product", "discountMinor", "discounts" FROM "Line"
    WHERE "shop" = ${Number(shop)} AND "quantity" > 0 AND "order" IN (${ordersWithin(shop, spans)})`
  // Lines of one order mostly come together.
  let id = 0
  let order = -1
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 4, (row) => {
    if (row.int8(0) !== id) {
      id = row.int8(0)
      order = looked.index.find(id)
    }
    if (order < 0) return
    if (lines.count === lines.order.length) {
      const room = Math.ceil(Math.max(lines.count * 1.5, looked.index.size * 2))
      lines.order = wider(lines.order, room)
      lines.offer = wider(lines.offer, room)
      lines.discountSet = wider(lines.discountSet, room)
    }
    const product = row.isNull(1) ? 0 : lines.products.add(row.int8(1))
    lines.order[lines.count] = order
    lines.offer[lines.count] = lines.offers.add(offerId(product, looked.week[order]!))
    lines.discountSet[lines.count] = row.int8(2) > 0 ? discounts.of(row, 3) : 0
    lines.count += 1
  })
}

/** So many rows are on their way at once: the driver holds each of them twice. */
const CHUNK = 5_000

/** Exactly what a recompute reads of the stored evidence. */
export function evidenceColumnsSql(shop: ShopId): string {
  return `SELECT "order", "lines", "discounted", "expected", "variance" FROM "OrderEvidence" WHERE "shop" = ${Number(shop)}`
}

/** Hands the customers what one of their orders says. */
export function take(
  orders: OrderColumns,
  customers: CustomerColumns,
  order: number,
  lines: number,
  discounted: number,
  expected: number,
  variance: number,
): void {
  const customer = orders.customer[order]!
  if (discounted > 0) orders.hasCounted[order] = 1
  customers.dealLines[customer]! += lines
  customers.dealDiscounted[customer]! += discounted
  customers.dealExpected[customer]! += expected
  customers.dealVariance[customer]! += variance
}

/**
 * Takes the stored evidence of the weeks that are not counted now, and removes that of orders which say nothing any more.
 * Answers how many rows there were, and how many of them are of weeks that are counted again.
 */
async function takeStored(
  tx: BulkTx,
  shop: ShopId,
  orders: OrderColumns,
  weekOf: Int16Array,
  customers: CustomerColumns,
  since: Instant,
): Promise<{ rows: number; recounted: number }> {
  let index: IdIndex | null = null
  let recounted = 0
  const gone: number[] = []
  const rows = await readCopy(tx.copyOut(`COPY (${evidenceColumnsSql(shop)}) TO STDOUT (FORMAT binary)`), 5, (row) => {
    // An import has none: it needs no index over all its orders.
    index ??= IdIndex.over(orders.ids, orders.count)
    const order = index.find(row.int8(0))
    const speaks =
      order >= 0 && orders.customer[order]! >= 0 && orders.at[order]! > since && !isOfBusiness(orders, customers, order)
    if (!speaks) gone.push(row.int8(0))
    else if (weekOf[order]! >= 0) recounted += 1
    else take(orders, customers, order, row.int4(1), row.int4(2), row.float8(3), row.float8(4))
  })
  await removeEvidence(tx, shop, gone)
  return { rows, recounted }
}

export async function removeEvidence(tx: BulkTx, shop: ShopId, gone: number[]): Promise<void> {
  if (gone.length === 0) return
  const ids = packedArray('int8', gone, Array.from(gone.keys()))
  await tx.query('DELETE FROM "OrderEvidence" WHERE "shop" = $1 AND "order" = ANY($2::bigint[])', [shop, ids])
}

/** Which of the orders looked at have exactly this evidence stored; removes what is stored of those that have none. */
async function compare(
  tx: BulkTx,
  shop: ShopId,
  looked: LookedOrders,
  sums: OrderSums,
  spans: Spans,
): Promise<Uint8Array> {
  const isStored = new Uint8Array(looked.index.size)
  const gone: number[] = []
  const sql = `${evidenceColumnsSql(shop)} AND "order" IN (${ordersWithin(shop, spans)})`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 5, (row) => {
    const order = looked.index.find(row.int8(0))
    if (order < 0) return
    if (sums.lines[order] === 0) {
      gone.push(row.int8(0))
      return
    }
    const isSame =
      row.int4(1) === sums.lines[order] &&
      row.int4(2) === sums.discounted[order] &&
      row.float8(3) === sums.expected[order] &&
      row.float8(4) === sums.variance[order]
    if (isSame) isStored[order] = 1
  })
  await removeEvidence(tx, shop, gone)
  return isStored
}

/** Hands the customers what the orders looked at say, and writes what differs from what is stored. */
async function settle(
  tx: BulkTx,
  shop: ShopId,
  orders: OrderColumns,
  looked: LookedOrders,
  customers: CustomerColumns,
  sums: OrderSums,
  isStored: Uint8Array | null,
  mayExist: boolean,
): Promise<void> {
  let changed: number[] = []
  for (let i = 0; i < looked.index.size; i += 1) {
    if (sums.lines[i] === 0) continue
    const order = looked.positions[i]!
    take(orders, customers, order, sums.lines[i]!, sums.discounted[i]!, sums.expected[i]!, sums.variance[i]!)
    if (isStored?.[i] === 1) continue
    changed.push(i)
    if (changed.length < CHUNK) continue
    await writeEvidence(tx, shop, looked, sums, changed, mayExist)
    changed = []
  }
  if (changed.length > 0) await writeEvidence(tx, shop, looked, sums, changed, mayExist)
}

export async function writeEvidence(
  tx: BulkTx,
  shop: ShopId,
  looked: LookedOrders,
  sums: OrderSums,
  positions: number[],
  mayExist: boolean,
): Promise<void> {
  await tx.query(
    `INSERT INTO "OrderEvidence" ("shop", "order", "lines", "discounted", "expected", "variance")
      SELECT $1::int, r.* FROM unnest($2::bigint[], $3::int[], $4::int[], $5::float8[], $6::float8[]) r ${
        mayExist
          ? `ON CONFLICT ("shop", "order") DO UPDATE SET "lines" = excluded."lines", "discounted" = excluded."discounted",
              "expected" = excluded."expected", "variance" = excluded."variance"`
          : ''
      }`,
    [
      shop,
      packedArray('int8', looked.index.ids, positions),
      packedArray('int4', sums.lines, positions),
      packedArray('int4', sums.discounted, positions),
      packedArray('float8', sums.expected, positions),
      packedArray('float8', sums.variance, positions),
    ],
  )
}

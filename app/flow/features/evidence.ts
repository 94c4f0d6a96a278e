import { IdIndex } from '#app/domain/id-index.ts'
import { DAY_MS, whyLeftOut, type Instant } from '#app/domain/order.ts'
import { dayText, mondayOf, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import { readCopy } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { DiscountSets } from './discount-sets.ts'
import {
  countedLines,
  countOffers,
  linesByBuyer,
  sumOrders,
  wider,
  type BoughtLines,
  type BoughtOrders,
  type Offers,
  type OrderSums,
} from './offers.ts'
import type { ReadRule } from './read-orders.ts'

/** Half-open spans of time; null: all of it. */
type Spans = { from: Instant; to: Instant }[] | null

/**
 * Counts again what was on offer: how many bought a product in an ISO week of the shop and how many of them paid discounted
 * (ProductWeek), and what that says about every order (OrderEvidence). Nothing of one week depends on another, so only
 * weeks with orders fetched after `upTo` are counted; null counts all of them.
 */
export async function recountEvidence(
  tx: BulkTx,
  shop: ShopId,
  read: ReadRule,
  calendar: ShopCalendar,
  asOf: Instant,
  upTo: Instant | null,
): Promise<void> {
  const spans = upTo === null ? null : await changedWeeks(tx, shop, calendar, upTo)
  if (spans !== null && spans.length === 0) return
  const discounts = new DiscountSets()
  const orders = await readOrders(tx, shop, read, calendar, asOf, spans)
  const lines = await readLines(tx, shop, orders, discounts, spans)
  const byBuyer = linesByBuyer(orders, lines)
  const weeks = new IdIndex()
  const weekOf = new Int32Array(orders.index.size)
  for (let i = 0; i < orders.index.size; i += 1) weekOf[i] = weeks.add(orders.week[i]! + 1_000_000)
  const isDiscounted = countedLines(orders, lines, byBuyer, weekOf, discounts, read.benefits)
  // Four bytes fewer per line while the counting below needs its own.
  lines.discountSet = new Int32Array(0)
  const offers = countOffers(orders, lines, byBuyer, weekOf, weeks.size, isDiscounted)
  const sums = sumOrders(orders, lines, byBuyer, weekOf, isDiscounted, offers)
  await writeProductWeeks(tx, shop, lines, weeks, offers, spans)
  await writeOrderEvidence(tx, shop, orders, sums, spans)
}

async function changedWeeks(
  tx: BulkTx,
  shop: ShopId,
  calendar: ShopCalendar,
  upTo: Instant,
): Promise<{ from: Instant; to: Instant }[]> {
  const rows = await tx.query<{ at: Date }>(
    `SELECT DISTINCT date_trunc('day', "processedAt", 'UTC') AS "at" FROM "Order" WHERE "shop" = $1 AND "fetchedAt" > $2`,
    [shop, new Date(upTo)],
  )
  // A UTC day may touch two days of the shop, and they two weeks.
  const mondays = new Set<number>()
  for (const { at } of rows) {
    mondays.add(mondayOf(calendar.dayOf(at.getTime())))
    mondays.add(mondayOf(calendar.dayOf(at.getTime() + DAY_MS - 1)))
  }
  const spans: { from: Instant; to: Instant }[] = []
  for (const monday of [...mondays].sort((a, b) => a - b)) {
    const from = calendar.startOf(monday)
    const to = calendar.startOf(monday + 7)
    const last = spans.at(-1)
    if (last?.to === from) last.to = to
    else spans.push({ from, to })
  }
  return spans
}

function within(spans: Spans, column: string): string {
  if (spans === null) return 'true'
  const conditions = spans.map(({ from, to }) => {
    const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()]
    return `(${column} >= '${start}' AND ${column} < '${end}')`
  })
  return `(${conditions.join(' OR ')})`
}

async function readOrders(
  tx: BulkTx,
  shop: ShopId,
  { rule, currency }: ReadRule,
  calendar: ShopCalendar,
  asOf: Instant,
  spans: Spans,
): Promise<BoughtOrders> {
  const index = new IdIndex(await countOf(tx, shop, 'Order', spans))
  let buyer = new Int32Array(index.ids.length)
  let week = new Int32Array(index.ids.length)
  let isGuest = new Uint8Array(index.ids.length)
  const customers = new IdIndex()
  let guests = 0
  const facts = {
    customer: 'anybody',
    orderedAt: 0,
    isTest: false,
    cancelledAt: null as number | null,
    financialStatus: '',
    subtotalMinor: 0,
    currency: '',
  }
  const sql = `SELECT "id", "customer", "processedAt", "isTest", "cancelledAt", "financialStatus", "subtotalMinor", "currency"
    FROM "Order" o WHERE "shop" = ${Number(shop)} AND NOT "isBusiness" AND ${within(spans, '"processedAt"')}
    AND NOT EXISTS (SELECT 1 FROM "Order" b WHERE b."shop" = ${Number(shop)} AND b."isBusiness" AND b."customer" = o."customer")`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 8, (row) => {
    facts.orderedAt = row.time(2)
    facts.isTest = row.bool(3)
    facts.cancelledAt = row.isNull(4) ? null : row.time(4)
    facts.financialStatus = row.key(5)
    facts.subtotalMinor = row.int8(6)
    facts.currency = row.key(7)
    if (whyLeftOut(facts, asOf, rule, currency) !== null) return
    const position = index.add(row.int8(0))
    if (position >= buyer.length) {
      buyer = wider(buyer, new Int32Array(index.ids.length))
      week = wider(week, new Int32Array(index.ids.length))
      isGuest = wider(isGuest, new Uint8Array(index.ids.length))
    }
    const isKnown = !row.isNull(1)
    // A guest is another buyer with every order; their positions count down from -1.
    if (!isKnown) guests += 1
    buyer[position] = isKnown ? customers.add(row.int8(1)) : -guests
    isGuest[position] = isKnown ? 0 : 1
    week[position] = mondayOf(calendar.dayOf(facts.orderedAt))
  })
  for (let i = 0; i < index.size; i += 1) if (buyer[i]! < 0) buyer[i] = customers.size - 1 - buyer[i]!
  return { index, buyer, week, isGuest }
}

async function countOf(tx: BulkTx, shop: ShopId, table: 'Order' | 'Line', spans: Spans): Promise<number> {
  if (spans !== null) return 4096
  const [row] = await tx.query<{ count: string }>(`SELECT count(*) AS count FROM "${table}" WHERE "shop" = $1`, [shop])
  return Number(row?.count ?? 0) + 1024
}

async function readLines(
  tx: BulkTx,
  shop: ShopId,
  orders: BoughtOrders,
  discounts: DiscountSets,
  spans: Spans,
): Promise<BoughtLines> {
  const room = await countOf(tx, shop, 'Line', spans)
  const products = new IdIndex()
  // BoughtLines without a product (typed in by staff) share position 0: nobody else bought "that product".
  products.add(1)
  const lines: BoughtLines = {
    count: 0,
    order: new Int32Array(room),
    product: new Int32Array(room),
    discountSet: new Int32Array(room),
    products,
  }
  const changed =
    spans === null
      ? 'true'
      : `"order" IN (SELECT "id" FROM "Order" WHERE "shop" = ${Number(shop)} AND ${within(spans, '"processedAt"')})`
  const sql = `SELECT "order", "product", "discountMinor", "discounts" FROM "Line"
    WHERE "shop" = ${Number(shop)} AND "quantity" > 0 AND ${changed}`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 4, (row) => {
    const order = orders.index.find(row.int8(0))
    if (order < 0) return
    if (lines.count === lines.order.length) {
      const more = Math.ceil(lines.count * 1.5)
      lines.order = wider(lines.order, new Int32Array(more))
      lines.product = wider(lines.product, new Int32Array(more))
      lines.discountSet = wider(lines.discountSet, new Int32Array(more))
    }
    lines.order[lines.count] = order
    lines.product[lines.count] = row.isNull(1) ? 0 : products.add(row.int8(1))
    lines.discountSet[lines.count] = row.int8(2) > 0 ? discounts.of(row, 3) : 0
    lines.count += 1
  })
  return lines
}

const CHUNK = 5_000

async function writeProductWeeks(
  tx: BulkTx,
  shop: ShopId,
  lines: BoughtLines,
  weeks: IdIndex,
  offers: Offers,
  spans: Spans,
): Promise<void> {
  const days = Array.from(weeks.ids.subarray(0, weeks.size), (week) => dayText(week - 1_000_000))
  await tx.query(
    `DELETE FROM "ProductWeek" WHERE "shop" = $1 ${spans === null ? '' : 'AND "week" = ANY($2::date[])'}`,
    spans === null ? [shop] : [shop, days],
  )
  for (let from = 0; from < offers.productWeeks.size; from += CHUNK) {
    const products: number[] = []
    const week: string[] = []
    const buyers: number[] = []
    const discounted: number[] = []
    const to = Math.min(offers.productWeeks.size, from + CHUNK)
    for (let offer = from; offer < to; offer += 1) {
      const key = offers.productWeeks.ids[offer]! - 1
      const product = Math.floor(key / 65_536)
      if (product === 0) continue
      products.push(lines.products.ids[product]!)
      week.push(days[key % 65_536]!)
      buyers.push(offers.buyers[offer]!)
      discounted.push(offers.discounted[offer]!)
    }
    await tx.query(
      `INSERT INTO "ProductWeek" ("shop", "product", "week", "buyers", "discounted")
        SELECT $1::int, r.* FROM unnest($2::bigint[], $3::date[], $4::int[], $5::int[]) r`,
      [shop, products, week, buyers, discounted],
    )
  }
}

async function writeOrderEvidence(
  tx: BulkTx,
  shop: ShopId,
  orders: BoughtOrders,
  sums: OrderSums,
  spans: Spans,
): Promise<void> {
  const isStored = new Uint8Array(orders.index.size)
  const gone: number[] = []
  const some =
    spans === null
      ? ''
      : `AND EXISTS (SELECT 1 FROM "Order" o WHERE o."shop" = e."shop" AND o."id" = e."order" AND ${within(spans, 'o."processedAt"')})`
  const sql = `SELECT "order", "lines", "discounted", "expected", "variance" FROM "OrderEvidence" e WHERE "shop" = ${Number(shop)} ${some}`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 5, (row) => {
    const order = orders.index.find(row.int8(0))
    if (order < 0 || sums.lines[order] === 0) {
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
  if (gone.length > 0)
    await tx.query('DELETE FROM "OrderEvidence" WHERE "shop" = $1 AND "order" = ANY($2::bigint[])', [shop, gone])
  for (let from = 0; from < orders.index.size; from += CHUNK) {
    const changed: number[] = []
    const to = Math.min(orders.index.size, from + CHUNK)
    for (let order = from; order < to; order += 1)
      if (isStored[order] === 0 && sums.lines[order]! > 0) changed.push(order)
    if (changed.length === 0) continue
    await tx.query(
      `INSERT INTO "OrderEvidence" ("shop", "order", "lines", "discounted", "expected", "variance")
        SELECT $1::int, r.* FROM unnest($2::bigint[], $3::int[], $4::int[], $5::float8[], $6::float8[]) r
        ON CONFLICT ("shop", "order") DO UPDATE SET "lines" = excluded."lines", "discounted" = excluded."discounted",
          "expected" = excluded."expected", "variance" = excluded."variance"`,
      [
        shop,
        changed.map((order) => orders.index.ids[order]!),
        changed.map((order) => sums.lines[order]!),
        changed.map((order) => sums.discounted[order]!),
        changed.map((order) => sums.expected[order]!),
        changed.map((order) => sums.variance[order]!),
      ],
    )
  }
}

/** Reads who bought what first and second: people, orders and lines in one stream each. */
import { PICKER_TIERS } from '#app/domain/cherry-picker.ts'
import { IdIndex } from '#app/domain/id-index.ts'
import { tallied, type Bought, type FirstBuyers } from '#app/domain/insight-tally.ts'
import type { InsightPeriod, StoredProducts } from '#app/domain/insights.ts'
import { DAY_MS, type Instant, type OrderRule } from '#app/domain/order.ts'
import { readCopy } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { validOrderSql } from '../valid-orders.ts'

type Asked = { shop: ShopId; asOf: Instant; orderRule: OrderRule; windowDays: number }
type People = FirstBuyers & { index: IdIndex }
/** Orders of first and second occasions, each with its place (insight-tally.ts). */
type Occasions = { index: IdIndex; place: Int32Array }

/** A gap is kept in days: what begins a second occasion may be this much off. */
const ROUNDING_MS = 1000

/** Products of every period, with the shop's own figures. */
export async function productsOf(tx: BulkTx, asked: Asked): Promise<Map<InsightPeriod, StoredProducts>> {
  const { shop, asOf, windowDays } = asked
  const people = await readPeople(tx, shop)
  const bought = await readBought(tx, shop, await readOccasions(tx, asked, people))
  const found = new Map(tallied(people, bought, windowDays, asOf))
  const titles = await titlesOf(tx, shop, [...found.values()])
  const titled = (product: string) => titles.get(product) ?? product
  for (const { products, pairs } of found.values()) {
    for (const each of products) each.title = titled(each.product)
    for (const each of pairs) Object.assign(each, { fromTitle: titled(each.from), toTitle: titled(each.to) })
  }
  return found
}

async function readPeople(tx: BulkTx, shop: ShopId): Promise<People> {
  const [row] = await tx.query<{ people: number }>(
    `SELECT count(*)::int AS "people" FROM "CustomerFeatures" WHERE "shop" = $1 AND "firstAt" IS NOT NULL`,
    [shop],
  )
  const room = row!.people
  const index = new IdIndex(room)
  const firstAt = new Float64Array(room)
  const firstGapDays = new Float64Array(room).fill(NaN)
  const isPicker = new Uint8Array(room)
  const sql = `SELECT "customer", "firstAt", "firstGapDays" FROM "CustomerFeatures"
    WHERE "shop" = ${Number(shop)} AND "firstAt" IS NOT NULL LIMIT ${room}`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 3, (person) => {
    const place = index.add(person.int8(0))
    firstAt[place] = person.time(1)
    if (!person.isNull(2)) firstGapDays[place] = person.float8(2)
  })
  const tiers = PICKER_TIERS.map((tier) => `'${tier}'`).join(', ')
  const pickers = `SELECT "customer" FROM "Membership" WHERE "shop" = ${Number(shop)} AND "cherryPicker" IN (${tiers})`
  await readCopy(tx.copyOut(`COPY (${pickers}) TO STDOUT (FORMAT binary)`), 1, (picker) => {
    const place = index.find(picker.int8(0))
    if (place >= 0) isPicker[place] = 1
  })
  return { index, count: index.size, firstAt, firstGapDays, isPicker }
}

/**
 * Occasions as in domain/occasions.ts: the first is what came within 24 hours of the first order; the second begins with the
 * first order after that.
 */
async function readOccasions(tx: BulkTx, { shop, asOf, orderRule }: Asked, people: People): Promise<Occasions> {
  const index = new IdIndex(people.count)
  let place = new Int32Array(Math.max(1024, people.count))
  const sql = `SELECT o."id", o."customer", o."processedAt" FROM "Order" o
    WHERE o."shop" = ${Number(shop)} AND ${validOrderSql('o', { shop, asOf, orderRule })}`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 3, (row) => {
    const person = people.index.find(row.int8(1))
    if (person < 0) return
    const after = row.time(2) - people.firstAt[person]!
    const sinceSecond = after - people.firstGapDays[person]! * DAY_MS
    const isSecond = after >= DAY_MS
    if (isSecond && !(sinceSecond >= -ROUNDING_MS && sinceSecond < DAY_MS)) return
    const order = index.add(row.int8(0))
    if (order >= place.length) place = wider(place)
    place[order] = 2 * person + (isSecond ? 1 : 0)
  })
  return { index, place }
}

async function readBought(tx: BulkTx, shop: ShopId, orders: Occasions): Promise<Bought> {
  const products = new IdIndex(4096)
  let place = new Int32Array(Math.max(1024, orders.index.size * 2))
  let product = new Int32Array(place.length)
  let count = 0
  const sql = `SELECT "order", "product" FROM "Line"
    WHERE "shop" = ${Number(shop)} AND "product" IS NOT NULL AND "currentQuantity" > 0`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 2, (row) => {
    const order = orders.index.find(row.int8(0))
    if (order < 0) return
    if (count === place.length) [place, product] = [wider(place), wider(product)]
    place[count] = orders.place[order]!
    product[count] = products.add(row.int8(1))
    count += 1
  })
  return { count, place, product, products: Array.from(products.ids.subarray(0, products.size), String) }
}

function wider(column: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.ceil(column.length * 1.5))
  more.set(column)
  return more
}

/** What each product that is kept is called. */
async function titlesOf(tx: BulkTx, shop: ShopId, stored: readonly StoredProducts[]): Promise<Map<string, string>> {
  const products = new Set(
    stored.flatMap((one) => [
      ...one.products.map(({ product }) => product),
      ...one.pairs.flatMap(({ from, to }) => [from, to]),
    ]),
  )
  const rows = await tx.query<{ product: string; title: string }>(
    `SELECT p."product"::text AS "product", l."title" FROM unnest($2::bigint[]) p("product") CROSS JOIN LATERAL (
       SELECT l."title" FROM "Line" l WHERE l."shop" = $1 AND l."product" = p."product" LIMIT 1) l`,
    [shop, [...products]],
  )
  return new Map(rows.map(({ product, title }) => [product, title]))
}

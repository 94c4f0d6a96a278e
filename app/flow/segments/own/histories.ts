/** Customers with all their orders in memory, for trying a rule on the past: everybody, or a fixed sample of a large shop. */
import { netMinorOf, type Instant } from '#app/domain/order.ts'
import type { PastPeople } from '#app/domain/rules/past.ts'
import type { StoredPerson } from '#app/domain/rules/person.ts'
import { now } from '#app/outside/clock.ts'
import { readCopy, type CopyRow } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { readPeople, SAMPLED_ONE_IN } from './people.ts'
import { validOrderSql } from '../../valid-orders.ts'
import type { RuleContext } from './rule-sql.ts'
import { readingsDone } from './unread.ts'

/** Of larger shops every second, fourth … customer is read: the same ones whenever a rule is tried. */
export type Most = { people: number; orders: number }
export const MOST: Most = { people: 20_000, orders: 200_000 }
/** What was read longer ago is read again. */
const FRESH_MS = 60_000
/** Orders of all shops that are kept. */
const MOST_KEPT = 400_000

/** Of what was bought, these are read. */
type Goods = { products: readonly string[]; collections: readonly string[] }

export type Histories = {
  past: PastPeople
  /** Everybody, of whom these are all, or a sample. */
  total: number
  goods: Goods
  /** As `readingsDone`. */
  readings: number
  most: Most
  readAt: Instant
}

/** Least recently used first. */
const kept = new Map<ShopId, Histories>()

/**
 * @param goods     that the rules name
 * @param benefits  keys of confirmed first-purchase benefits
 * @param most      that are read
 */
export async function historiesOf(
  tx: BulkTx,
  context: RuleContext,
  goods: Goods,
  benefits: ReadonlySet<string>,
  most: Most,
): Promise<Histories> {
  const known = kept.get(context.shop)
  // Read up to this very moment, whichever moment was asked about: another question may ask about a later one.
  const upToNow = { ...context, asOf: now() }
  const both = {
    products: [...new Set([...goods.products, ...(known?.goods.products ?? [])])],
    collections: [...new Set([...goods.collections, ...(known?.goods.collections ?? [])])],
  }
  const readings = await readingsDone(tx, context.shop)
  const isFresh =
    known &&
    known.readings === readings &&
    known.most.people === most.people &&
    known.most.orders === most.orders &&
    now() - known.readAt < FRESH_MS &&
    both.products.length === known.goods.products.length &&
    both.collections.length === known.goods.collections.length
  const histories = isFresh ? known : { ...(await readHistories(tx, upToNow, both, benefits, most)), readings }
  kept.delete(context.shop)
  kept.set(context.shop, histories)
  let orders = [...kept.values()].reduce((sum, each) => sum + each.past.at.length, 0)
  for (const [oldest, each] of kept) {
    if (orders <= MOST_KEPT || oldest === context.shop) break
    kept.delete(oldest)
    orders -= each.past.at.length
  }
  return histories
}

async function readHistories(
  tx: BulkTx,
  context: RuleContext,
  goods: Goods,
  benefits: ReadonlySet<string>,
  most: Most,
): Promise<Omit<Histories, 'readings'>> {
  const { total, oneIn } = await sampleSize(tx, context.shop, most)
  const customers: string[] = []
  const people: StoredPerson[] = []
  const looks = {
    ...goods,
    products: [],
    hasTags: true,
    hasCheckouts: true,
    hasVisits: true,
    hasAnswers: true,
    hasOwn: false,
  }
  await readPeople(tx, context, { oneIn }, looks, (customer, person) => {
    customers.push(String(customer))
    people.push({ ...person })
  })
  const orders = await readOrders(tx, context, customers, people, benefits)
  const bought = await readBought(tx, context, customers, goods.products)
  const readAt = context.asOf
  return { past: { readAt, customers, people, ...orders, bought }, total, goods, most, readAt }
}

async function sampleSize(tx: BulkTx, shop: ShopId, most: Most): Promise<{ total: number; oneIn: number }> {
  const [row] = await tx.query<{ people: number; orders: number }>(
    `SELECT count(*)::int AS "people", coalesce(sum("orders"), 0)::int AS "orders" FROM "CustomerFeatures" WHERE "shop" = $1`,
    [shop],
  )
  const { people, orders } = row!
  let oneIn = 1
  while (oneIn < SAMPLED_ONE_IN && (people / oneIn > most.people || orders / oneIn > most.orders)) oneIn *= 2
  return { total: people, oneIn }
}

const ORDER_FIELDS = 7

/** Their orders by person and time. Whom no account is known of is known since their first order, whatever became of it. */
async function readOrders(
  tx: BulkTx,
  context: RuleContext,
  customers: readonly string[],
  people: readonly StoredPerson[],
  benefits: ReadonlySet<string>,
): Promise<Pick<PastPeople, 'knownFrom' | 'start' | 'at' | 'netMinor' | 'hasBenefit'>> {
  const placeOf = new Map(customers.map((customer, place) => [Number(customer), place]))
  const read = { person: [] as number[], at: [] as Instant[], net: [] as number[], benefit: [] as number[] }
  const knownFrom = Float64Array.from(people, (person) => person.createdAt ?? Infinity)
  const isBenefit = benefitTest(benefits)
  await readCopy(tx.copyOut(ordersSql(context, customers)), ORDER_FIELDS, (row) => {
    const person = placeOf.get(row.int8(0))
    if (person === undefined) return
    const at = row.time(1)
    const counts = row.bool(2)
    if (counts || people[person]!.createdAt === null) knownFrom[person] = Math.min(knownFrom[person]!, at)
    if (!counts) return
    read.person.push(person)
    read.at.push(at)
    read.net.push(netMinorOf({ subtotalMinor: row.int8(3), totalMinor: row.int8(4), refundedMinor: row.int8(5) }))
    read.benefit.push(isBenefit(row, 6) ? 1 : 0)
  })
  // Rows come by time: counted and laid out by person, each keeps that order.
  const start = new Int32Array(people.length + 1)
  for (const person of read.person) start[person + 1]! += 1
  for (let i = 0; i < people.length; i += 1) start[i + 1]! += start[i]!
  const next = start.slice(0, people.length)
  const at = new Float64Array(read.at.length)
  const netMinor = new Float64Array(read.at.length)
  const hasBenefit = new Uint8Array(read.at.length)
  for (const [k, person] of read.person.entries()) {
    const place = next[person]!
    next[person] = place + 1
    at[place] = read.at[k]!
    netMinor[place] = read.net[k]!
    hasBenefit[place] = read.benefit[k]!
  }
  return { knownFrom, start, at, netMinor, hasBenefit }
}

/** By their keys: the index on customers finds the orders of those who were read, and of nobody else. */
function ordersSql(context: RuleContext, customers: readonly string[]): string {
  return `COPY (SELECT o."customer", o."processedAt", (${validOrderSql('o', context)}) AS "counts", o."subtotalMinor",
      o."totalMinor", o."refundedMinor", o."discounts"
    FROM "Order" o WHERE o."shop" = ${Number(context.shop)} AND o."customer" = ANY (${idsOf(customers)})
      AND o."processedAt" <= '${new Date(context.asOf).toISOString()}'
    ORDER BY o."processedAt", o."id") TO STDOUT (FORMAT binary)`
}

function idsOf(ids: readonly string[]): string {
  return `'{${ids.map((id) => BigInt(id)).join(',')}}'::bigint[]`
}

/** Few different sets of discounts stand in a million orders: each is looked into once. */
function benefitTest(benefits: ReadonlySet<string>): (row: CopyRow, field: number) => boolean {
  const known = new Map<string, boolean>()
  return (row, field) => {
    if (benefits.size === 0 || row.isEmptyArray(field)) return false
    const key = row.key(field)
    let is = known.get(key)
    if (is === undefined) {
      is = row.texts(field).some((discount) => benefits.has(discount))
      known.set(key, is)
    }
    return is
  }
}

async function readBought(
  tx: BulkTx,
  context: RuleContext,
  customers: readonly string[],
  products: readonly string[],
): Promise<PastPeople['bought']> {
  const bought = new Map<number, { product: string; at: Instant }[]>()
  if (products.length === 0) return bought
  const placeOf = new Map(customers.map((customer, place) => [Number(customer), place]))
  const sql = `SELECT o."customer", l."product", o."processedAt" FROM "Order" o
    JOIN "Line" l ON l."shop" = o."shop" AND l."order" = o."id"
    WHERE o."shop" = ${Number(context.shop)} AND o."customer" = ANY (${idsOf(customers)}) AND ${validOrderSql('o', context)}
      AND l."product" = ANY (${idsOf(products)}) AND l."currentQuantity" > 0`
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 3, (row) => {
    const person = placeOf.get(row.int8(0))
    if (person === undefined) return
    const theirs = bought.get(person)
    const one = { product: String(row.int8(1)), at: row.time(2) }
    if (theirs === undefined) bought.set(person, [one])
    else theirs.push(one)
  })
  return bought
}

import { addUse, goodsMinorOf, noUses, type BenefitUses } from '#app/domain/benefit-minimum.ts'
import { goodsKeptMinor } from '#app/domain/contribution.ts'
import { cherryFrom, isBenefitAttempt, isFreeKit } from '#app/domain/cherry-picker.ts'
import { IdIndex } from '#app/domain/id-index.ts'
import { netMinorOf, whyLeftOut, type Id, type Instant, type LeftOutReason, type OrderRule } from '#app/domain/order.ts'
import { mondayOf, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import { readCopy, type CopyRow } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { DiscountSets } from './discount-sets.ts'
import { mark, mixed, type WeekMarks } from './week-marks.ts'

/** Exactly what a recompute reads of a shop's orders. `where shop` is written although row-level security says it too. */
export function orderColumnsSql(shop: ShopId): string {
  return `SELECT "id", "customer", "processedAt", "isTest", "cancelledAt", "financialStatus", "subtotalMinor", "totalMinor",
    "refundedMinor", "currency", "isBusiness", "discountMinor", "discounts", "quantity", "fetchedAt", "currentQuantity"
    FROM "Order" WHERE "shop" = ${Number(shop)}`
}
const ORDER_FIELDS = 16
const [ID, CUSTOMER, AT, TEST, CANCELLED, STATUS, SUBTOTAL, TOTAL, REFUNDED] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const [CURRENCY, BUSINESS, DISCOUNT, DISCOUNTS, QUANTITY, FETCHED, LEFT] = [9, 10, 11, 12, 13, 14, 15]

/**
 * Valid orders as columns, guests' included, and what the others leave behind: numbers left out, free kits, benefit
 * attempts. Not one order is an object.
 */
export type OrderColumns = {
  count: number
  ids: Float64Array
  /** Position of the customer; -1: a guest. */
  customer: Int32Array
  at: Float64Array
  netMinor: Float64Array
  discountSet: Int32Array
  /** What the pieces kept would cost at full price; without a length where costs are not named. */
  keptMinor: Float64Array
  /** A discount that counts was on one of the lines. */
  hasCounted: Uint8Array
  isBusiness: Uint8Array
  /**
   * Per discount, what it took off the orders of known customers. An order's discount is shared equally among its keys,
   * because Shopify's order says only what all of them took off together.
   */
  takenOffMinor: Float64Array
  total: number
  leftOut: Record<LeftOutReason, number>
  /** Per shop week (its Monday) that counts, a number that changes with any of its valid orders. */
  marks: WeekMarks
  /** How the first-purchase benefits were used, by the positions of their keys. */
  benefitUses: Map<number, BenefitUses>
  /** Orders (positions) of the months that count which used a benefit and of which some pieces went back, but not all. */
  partlyBack: number[]
}

export type CustomerColumns = {
  index: IdIndex
  /** The first so many are in Shopify's list of customers; the rest is known from orders only. */
  listed: number
  /** Of those known from orders only, their oldest order. */
  createdAt: Float64Array
  /** A company has bought for them at least once. */
  isBusiness: Uint8Array
  dealLines: Int32Array
  dealDiscounted: Int32Array
  dealExpected: Float64Array
  dealVariance: Float64Array
  freeKits: Int32Array
  benefitAttempts: Int32Array
  benefitCuts: Int32Array
}

export type ReadRule = {
  rule: OrderRule
  currency: string
  /** Keys of confirmed first-purchase benefits. */
  benefits: ReadonlySet<string>
  hasCosts: boolean
}

/** @param only  one customer instead of all that Shopify lists */
export async function readCustomers(tx: BulkTx, shop: ShopId, only: Id | null = null): Promise<CustomerColumns> {
  const where = `"shop" = ${Number(shop)}${only === null ? '' : ` AND "id" = ${BigInt(only)}`}`
  const [counted] = await tx.query<{ count: string }>(`SELECT count(*) AS count FROM "Customer" WHERE ${where}`)
  const room = roomFor(Number(counted?.count ?? 0))
  const index = new IdIndex(room)
  const createdAt: Float64Array = new Float64Array(room).fill(NaN)
  await readCopy(
    tx.copyOut(
      `COPY (SELECT "id", "createdAt" FROM "Customer" WHERE ${where} ORDER BY "id") TO STDOUT (FORMAT binary)`,
    ),
    2,
    (row) => {
      createdAt[index.add(row.int8(0))] = row.time(1)
    },
  )
  return { index, listed: index.size, createdAt, ...customerSums(room) }
}

/** Some orders name customers that Shopify has not listed (deleted since): a little room for them. */
function roomFor(customers: number): number {
  return Math.ceil(customers * 1.02) + 64
}

/** Columns for customers who will be known from orders only. */
export function noCustomers(expected: number): CustomerColumns {
  const room = roomFor(expected)
  return {
    index: new IdIndex(room),
    listed: 0,
    createdAt: new Float64Array(room).fill(NaN),
    ...customerSums(room),
  }
}

function customerSums(room: number) {
  return {
    isBusiness: new Uint8Array(room),
    dealLines: new Int32Array(room),
    dealDiscounted: new Int32Array(room),
    dealExpected: new Float64Array(room),
    dealVariance: new Float64Array(room),
    freeKits: new Int32Array(room),
    benefitAttempts: new Int32Array(room),
    benefitCuts: new Int32Array(room),
  }
}

/** A customer known only from an order takes the next position; columns that are full grow by half. */
function widen(customers: CustomerColumns): void {
  const room = Math.ceil(customers.createdAt.length * 1.5)
  const createdAt = new Float64Array(room).fill(NaN)
  createdAt.set(customers.createdAt)
  const sums = customerSums(room)
  for (const column of Object.keys(sums) as (keyof typeof sums)[]) sums[column].set(customers[column])
  Object.assign(customers, sums, { createdAt })
}

/** @param only  a condition on the orders, with AND before it; without it, all of them */
export async function readOrders(
  tx: BulkTx,
  shop: ShopId,
  customers: CustomerColumns,
  discounts: DiscountSets,
  { rule, currency, benefits, hasCosts }: ReadRule,
  calendar: ShopCalendar,
  expected: number,
  asOf: Instant,
  only = '',
): Promise<OrderColumns> {
  const room = expected + 1024
  const orders: OrderColumns = {
    count: 0,
    ids: new Float64Array(room),
    customer: new Int32Array(room),
    at: new Float64Array(room),
    netMinor: new Float64Array(room),
    discountSet: new Int32Array(room),
    keptMinor: new Float64Array(hasCosts ? room : 0),
    hasCounted: new Uint8Array(room),
    isBusiness: new Uint8Array(room),
    takenOffMinor: new Float64Array(discounts.keys.length),
    total: 0,
    leftOut: { guest: 0, future: 0, test: 0, cancelled: 0, refunded: 0, unpaid: 0, zero: 0, 'other-currency': 0 },
    marks: new Map(),
    benefitUses: new Map(),
    partlyBack: [],
  }
  const evidenceFrom = cherryFrom(asOf)
  const marksFrom = calendar.startOf(mondayOf(calendar.dayOf(evidenceFrom)))
  const text = internedTexts()
  const isBenefitSet: boolean[] = []
  const usesBenefit = (set: number): boolean => {
    isBenefitSet[set] ??= discounts.keysOf(set).some((key) => benefits.has(key))
    return isBenefitSet[set]!
  }
  // One object for every row: the domain's questions are asked a million times.
  const facts = {
    customer: null as string | null,
    orderedAt: 0,
    isTest: false,
    cancelledAt: null as number | null,
    financialStatus: '',
    subtotalMinor: 0,
    discountMinor: 0,
    totalMinor: 0,
    refundedMinor: 0,
    currency: '',
    isBusiness: false,
    discounts: [] as string[],
  }
  const sql = orderColumnsSql(shop) + only
  await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), ORDER_FIELDS, (row) => {
    orders.total += 1
    facts.customer = row.isNull(CUSTOMER) ? null : 'known'
    facts.orderedAt = row.time(AT)
    facts.isTest = row.bool(TEST)
    facts.cancelledAt = row.isNull(CANCELLED) ? null : row.time(CANCELLED)
    facts.financialStatus = text(row, STATUS)
    facts.subtotalMinor = row.int8(SUBTOTAL)
    facts.discountMinor = row.int8(DISCOUNT)
    facts.totalMinor = row.int8(TOTAL)
    facts.refundedMinor = row.int8(REFUNDED)
    facts.currency = text(row, CURRENCY)
    facts.isBusiness = row.bool(BUSINESS)
    const reason = whyLeftOut(facts, asOf, rule, currency)
    if (reason !== null) orders.leftOut[reason] += 1
    if (reason === 'future') return
    const customer = facts.customer === null ? -1 : takeCustomer(customers, row.int8(CUSTOMER), facts)
    const set = discounts.of(row, DISCOUNTS)
    // A guest's order is nobody's, but others' lines are judged by what guests paid too.
    if (reason === 'guest') facts.customer = 'anybody'
    if (reason === 'guest' ? whyLeftOut(facts, asOf, rule, currency) !== null : reason !== null) {
      if (customer < 0 || facts.orderedAt <= evidenceFrom) return
      facts.discounts = discounts.keysOf(set)
      if (isFreeKit(facts, row.int4(QUANTITY))) customers.freeKits[customer]! += 1
      if (isBenefitAttempt(facts, usesBenefit(set))) customers.benefitAttempts[customer]! += 1
      return
    }
    if (orders.count === orders.at.length) widenOrders(orders)
    const position = orders.count
    orders.ids[position] = row.int8(ID)
    orders.customer[position] = customer
    orders.at[position] = facts.orderedAt
    orders.netMinor[position] = netMinorOf(facts)
    orders.discountSet[position] = set
    if (hasCosts) orders.keptMinor[position] = goodsKeptMinor(goodsMinorOf(facts), row.int4(QUANTITY), row.int4(LEFT))
    orders.isBusiness[position] = facts.isBusiness ? 1 : 0
    orders.count += 1
    if (facts.orderedAt >= marksFrom) {
      const monday = mondayOf(calendar.dayOf(facts.orderedAt))
      const who = customer < 0 ? 0 : customers.index.ids[customer]!
      mark(orders.marks, monday, mixed(orders.ids[position]!, who, row.time(FETCHED)))
    }
    if (customer < 0) return
    const keys = discounts.sets[set]!
    for (const key of keys) orders.takenOffMinor[key]! += facts.discountMinor / keys.length
    if (!usesBenefit(set)) return
    takeBenefitUse(orders, discounts, keys, benefits, goodsMinorOf(facts))
    const left = row.int4(LEFT)
    if (facts.orderedAt > evidenceFrom && !facts.isBusiness && left > 0 && left < row.int4(QUANTITY))
      orders.partlyBack.push(position)
  })
  return orders
}

function takeBenefitUse(
  { benefitUses }: OrderColumns,
  discounts: DiscountSets,
  keys: readonly number[],
  benefits: ReadonlySet<string>,
  goodsMinor: number,
): void {
  for (const key of keys) {
    if (!benefits.has(discounts.keys[key]!)) continue
    let uses = benefitUses.get(key)
    if (uses === undefined) benefitUses.set(key, (uses = noUses()))
    addUse(uses, goodsMinor)
  }
}

/** The position of a customer that an order names. */
function takeCustomer(
  customers: CustomerColumns,
  id: number,
  { orderedAt, isBusiness }: { orderedAt: Instant; isBusiness: boolean },
): number {
  const customer = customers.index.add(id)
  if (customer >= customers.createdAt.length) widen(customers)
  if (customer >= customers.listed && !(customers.createdAt[customer]! <= orderedAt))
    customers.createdAt[customer] = orderedAt
  if (isBusiness) customers.isBusiness[customer] = 1
  return customer
}

/** Orders that arrived between counting and reading. */
function widenOrders(orders: OrderColumns): void {
  const room = Math.ceil(orders.at.length * 1.2)
  const wider = <T extends Float64Array | Int32Array | Uint8Array>(made: T, column: T): T => {
    made.set(column)
    return made
  }
  orders.ids = wider(new Float64Array(room), orders.ids)
  orders.customer = wider(new Int32Array(room), orders.customer)
  orders.at = wider(new Float64Array(room), orders.at)
  orders.netMinor = wider(new Float64Array(room), orders.netMinor)
  if (orders.keptMinor.length > 0) orders.keptMinor = wider(new Float64Array(room), orders.keptMinor)
  orders.discountSet = wider(new Int32Array(room), orders.discountSet)
  orders.hasCounted = wider(new Uint8Array(room), orders.hasCounted)
  orders.isBusiness = wider(new Uint8Array(room), orders.isBusiness)
}

/** Short texts with few values, so that a million rows share a dozen strings. */
function internedTexts(): (row: CopyRow, field: number) => string {
  const texts = new Map<string, string>()
  return (row, field) => {
    const key = row.key(field)
    const known = texts.get(key)
    if (known !== undefined) return known
    texts.set(key, row.text(field))
    return row.text(field)
  }
}

import { CHERRY_MONTHS, isBenefitAttempt, isFreeKit } from '#app/domain/cherry-picker.ts'
import { IdIndex } from '#app/domain/id-index.ts'
import { netMinorOf, whyLeftOut, type Instant, type LeftOutReason, type OrderRule } from '#app/domain/order.ts'
import { readCopy, type CopyRow } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { DiscountSets } from './discount-sets.ts'

/**
 * Exactly what a recompute reads of a shop's orders. `where shop` is written although row-level security says it too.
 * The discount evidence of an order comes with it; what the lines say has been counted before.
 */
export function orderColumnsSql(shop: ShopId): string {
  return `SELECT o."id", o."customer", o."processedAt", o."isTest", o."cancelledAt", o."financialStatus",
    o."subtotalMinor", o."totalMinor", o."refundedMinor", o."currency", o."isBusiness", o."discountMinor", o."discounts",
    o."quantity", e."lines", e."discounted", e."expected", e."variance"
    FROM "Order" o LEFT JOIN "OrderEvidence" e ON e."shop" = o."shop" AND e."order" = o."id"
    WHERE o."shop" = ${Number(shop)}`
}
const ORDER_FIELDS = 18
const [ID, CUSTOMER, AT, TEST, CANCELLED, STATUS, SUBTOTAL, TOTAL, REFUNDED] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const [CURRENCY, BUSINESS, DISCOUNT, DISCOUNTS, QUANTITY, LINES, DISCOUNTED, EXPECTED, VARIANCE] = [
  9, 10, 11, 12, 13, 14, 15, 16, 17,
]

/** Valid orders as columns, and what the others leave behind: numbers left out, free kits, benefit attempts. */
export type OrderColumns = {
  count: number
  id: Float64Array
  /** Position of the customer. */
  customer: Int32Array
  at: Float64Array
  netMinor: Float64Array
  discountMinor: Float64Array
  discountSet: Int32Array
  /** A discount that counts was on one of the lines. */
  hasCounted: Uint8Array
  isBusiness: Uint8Array
  total: number
  leftOut: Record<LeftOutReason, number>
}

export type CustomerColumns = {
  index: IdIndex
  /** The first so many are in Shopify's list of customers; the rest is known from orders only. */
  listed: number
  /** Of those known from orders only, their oldest order. */
  createdAt: Float64Array
  dealLines: Int32Array
  dealDiscounted: Int32Array
  dealExpected: Float64Array
  dealVariance: Float64Array
  freeKits: Int32Array
  benefitAttempts: Int32Array
}

export type ReadRule = {
  rule: OrderRule
  currency: string
  /** Keys of confirmed first-purchase benefits. */
  benefits: ReadonlySet<string>
}

/** The start of the months that cherry-picker evidence is of. */
export function cherryFrom(asOf: Instant): Instant {
  const from = new Date(asOf)
  from.setUTCMonth(from.getUTCMonth() - CHERRY_MONTHS)
  return from.getTime()
}

export async function readCustomers(tx: BulkTx, shop: ShopId): Promise<CustomerColumns> {
  const [counted] = await tx.query<{ count: string }>('SELECT count(*) AS count FROM "Customer" WHERE "shop" = $1', [
    shop,
  ])
  // Some orders name customers that Shopify has not listed (deleted since): a little room for them.
  const room = Math.ceil(Number(counted?.count ?? 0) * 1.02) + 64
  const index = new IdIndex(room)
  const createdAt: Float64Array = new Float64Array(room).fill(NaN)
  await readCopy(
    tx.copyOut(
      `COPY (SELECT "id", "createdAt" FROM "Customer" WHERE "shop" = ${Number(shop)} ORDER BY "id") TO STDOUT (FORMAT binary)`,
    ),
    2,
    (row) => {
      createdAt[index.add(row.int8(0))] = row.time(1)
    },
  )
  return { index, listed: index.size, createdAt, ...customerSums(room) }
}

function customerSums(room: number) {
  return {
    dealLines: new Int32Array(room),
    dealDiscounted: new Int32Array(room),
    dealExpected: new Float64Array(room),
    dealVariance: new Float64Array(room),
    freeKits: new Int32Array(room),
    benefitAttempts: new Int32Array(room),
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

export async function readOrders(
  tx: BulkTx,
  shop: ShopId,
  customers: CustomerColumns,
  discounts: DiscountSets,
  { rule, currency, benefits }: ReadRule,
  asOf: Instant,
): Promise<OrderColumns> {
  const [counted] = await tx.query<{ count: string }>('SELECT count(*) AS count FROM "Order" WHERE "shop" = $1', [shop])
  const room = Number(counted?.count ?? 0) + 1024
  const orders: OrderColumns = {
    count: 0,
    id: new Float64Array(room),
    customer: new Int32Array(room),
    at: new Float64Array(room),
    netMinor: new Float64Array(room),
    discountMinor: new Float64Array(room),
    discountSet: new Int32Array(room),
    hasCounted: new Uint8Array(room),
    isBusiness: new Uint8Array(room),
    total: 0,
    leftOut: { guest: 0, future: 0, test: 0, cancelled: 0, refunded: 0, unpaid: 0, zero: 0, 'other-currency': 0 },
  }
  const evidenceFrom = cherryFrom(asOf)
  const text = internedTexts()
  const isBenefitSet: boolean[] = []
  const usesBenefit = (set: number): boolean => {
    isBenefitSet[set] ??= discounts.sets[set]!.some((key) => benefits.has(discounts.keys[key]!))
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
    totalMinor: 0,
    refundedMinor: 0,
    currency: '',
    isBusiness: false,
    discounts: [] as string[],
  }
  await readCopy(tx.copyOut(`COPY (${orderColumnsSql(shop)}) TO STDOUT (FORMAT binary)`), ORDER_FIELDS, (row) => {
    orders.total += 1
    facts.customer = row.isNull(CUSTOMER) ? null : 'known'
    facts.orderedAt = row.time(AT)
    facts.isTest = row.bool(TEST)
    facts.cancelledAt = row.isNull(CANCELLED) ? null : row.time(CANCELLED)
    facts.financialStatus = text(row, STATUS)
    facts.subtotalMinor = row.int8(SUBTOTAL)
    facts.totalMinor = row.int8(TOTAL)
    facts.refundedMinor = row.int8(REFUNDED)
    facts.currency = text(row, CURRENCY)
    facts.isBusiness = row.bool(BUSINESS)
    const reason = whyLeftOut(facts, asOf, rule, currency)
    if (reason !== null) orders.leftOut[reason] += 1
    if (facts.customer === null || reason === 'future') return
    const customer = customers.index.add(row.int8(CUSTOMER))
    if (customer >= customers.createdAt.length) widen(customers)
    if (customer >= customers.listed && !(customers.createdAt[customer]! <= facts.orderedAt)) {
      customers.createdAt[customer] = facts.orderedAt
    }
    const set = discounts.of(row, DISCOUNTS)
    const isEvidence = facts.orderedAt > evidenceFrom
    if (reason !== null) {
      if (!isEvidence) return
      facts.discounts = discounts.keysOf(set)
      if (isFreeKit(facts, row.int4(QUANTITY))) customers.freeKits[customer]! += 1
      if (isBenefitAttempt(facts, usesBenefit(set))) customers.benefitAttempts[customer]! += 1
      return
    }
    if (orders.count === orders.at.length) widenOrders(orders)
    const position = orders.count
    orders.id[position] = row.int8(ID)
    orders.customer[position] = customer
    orders.at[position] = facts.orderedAt
    orders.netMinor[position] = netMinorOf(facts)
    orders.discountMinor[position] = row.int8(DISCOUNT)
    orders.discountSet[position] = set
    orders.isBusiness[position] = facts.isBusiness ? 1 : 0
    orders.count += 1
    if (row.isNull(LINES)) return
    orders.hasCounted[position] = row.int4(DISCOUNTED) > 0 ? 1 : 0
    if (!isEvidence) return
    customers.dealLines[customer]! += row.int4(LINES)
    customers.dealDiscounted[customer]! += row.int4(DISCOUNTED)
    customers.dealExpected[customer]! += row.float8(EXPECTED)
    customers.dealVariance[customer]! += row.float8(VARIANCE)
  })
  return orders
}

/** Orders that arrived between counting and reading. */
function widenOrders(orders: OrderColumns): void {
  const room = Math.ceil(orders.at.length * 1.2)
  const wider = <T extends Float64Array | Int32Array | Uint8Array>(made: T, column: T): T => {
    made.set(column)
    return made
  }
  orders.id = wider(new Float64Array(room), orders.id)
  orders.customer = wider(new Int32Array(room), orders.customer)
  orders.at = wider(new Float64Array(room), orders.at)
  orders.netMinor = wider(new Float64Array(room), orders.netMinor)
  orders.discountMinor = wider(new Float64Array(room), orders.discountMinor)
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

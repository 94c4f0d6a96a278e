/** People's orders with what their lines say, for the pages that explain a person. */
import { isCutBelow } from '#app/domain/benefit-minimum.ts'
import {
  cherryEvidenceOf,
  cherryFrom,
  isBenefitAttempt,
  isStaffDiscount,
  type CherryDiscounts,
  type CherryEvidence,
  type CherryFacts,
} from '#app/domain/cherry-picker.ts'
import { cycleDaysOf } from '#app/domain/estimates.ts'
import { occasionsOf } from '#app/domain/occasions.ts'
import { netMinorOf, whyLeftOut, type Id, type Instant } from '#app/domain/order.ts'
import type { CustomerOrder } from '#app/domain/pages.ts'
import { fullPriceChances, type FullPriceChances } from '#app/domain/sale-weeks.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { FIRSTS } from '#app/domain/standings.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { ShopState } from './shop-state.ts'

/** An order as the page needs it, and what its lines say. */
export type ReadOrder = CustomerOrder & {
  isBusiness: boolean
  /** A discount on one of its lines counted as evidence. */
  hasCounted: boolean
  isAttempt: boolean
  /** It used a first-purchase benefit, and was then cut below what that asks for. */
  isCut: boolean
}

type LineRow = { order: bigint; title: string; unitMinor: bigint; quantity: number; currentQuantity: number }

/** All orders of these customers, newest first; what has not happened as of the run is left out as future. */
export async function ordersOf(
  tx: Tx,
  shop: ShopId,
  customers: bigint[],
  state: ShopState,
  asOf: Instant,
): Promise<Map<Id, ReadOrder[]>> {
  const rows = await tx.order.findMany({
    where: { shop, customer: { in: customers } },
    select: {
      id: true,
      customer: true,
      name: true,
      processedAt: true,
      isTest: true,
      isBusiness: true,
      cancelledAt: true,
      financialStatus: true,
      subtotalMinor: true,
      totalMinor: true,
      refundedMinor: true,
      discountMinor: true,
      currency: true,
      discounts: true,
    },
    orderBy: [{ processedAt: 'desc' }, { id: 'desc' }],
  })
  // By their keys in one array: a customer may have more orders than a query takes parameters, and a join of tables just
  // filled, without statistics, may be walked in the wrong order.
  const ids = rows.map((row) => row.id)
  const lines = await tx.$queryRaw<LineRow[]>`
    SELECT l."order", l."title", l."unitMinor", l."quantity", l."currentQuantity" FROM "Line" l
    WHERE l."shop" = ${shop} AND l."order" = ANY(${ids}::bigint[]) ORDER BY l."order", l."id"`
  const evidence = await tx.$queryRaw<{ order: bigint }[]>`
    SELECT e."order" FROM "OrderEvidence" e
    WHERE e."shop" = ${shop} AND e."order" = ANY(${ids}::bigint[]) AND e."discounted" > 0`
  const linesOf = new Map<bigint, LineRow[]>()
  for (const line of lines) {
    const own = linesOf.get(line.order)
    if (own) own.push(line)
    else linesOf.set(line.order, [line])
  }
  const counted = new Set(evidence.map((row) => row.order))
  const benefits = benefitsOf(state)
  const found = new Map<Id, ReadOrder[]>(customers.map((customer) => [String(customer), []]))
  for (const row of rows) {
    const order = {
      customer: String(row.customer),
      orderedAt: row.processedAt.getTime(),
      isTest: row.isTest,
      isBusiness: row.isBusiness,
      cancelledAt: row.cancelledAt?.getTime() ?? null,
      financialStatus: row.financialStatus,
      subtotalMinor: Number(row.subtotalMinor),
      totalMinor: Number(row.totalMinor),
      refundedMinor: Number(row.refundedMinor),
      currency: row.currency,
    }
    const own = linesOf.get(row.id) ?? []
    const leftOut = whyLeftOut(order, asOf, state.settings.orderRule, state.currency ?? '')
    const worth = (pieces: 'quantity' | 'currentQuantity') =>
      own.reduce((sum, line) => sum + Number(line.unitMinor) * line[pieces], 0)
    const [goods, kept] = [worth('quantity'), worth('currentQuantity')]
    const minimums = row.discounts.flatMap((key) => (benefits.has(key) ? (state.learned.minimums[key] ?? []) : []))
    found.get(order.customer)?.push({
      id: String(row.id),
      name: row.name,
      orderedAt: order.orderedAt,
      net: { minor: netMinorOf(order), currency: row.currency },
      discount: { minor: Number(row.discountMinor), currency: row.currency },
      discounts: row.discounts,
      leftOut,
      title: own[0]?.title ?? null,
      moreLines: Math.max(0, own.length - 1),
      isBusiness: row.isBusiness,
      hasCounted: counted.has(row.id),
      isAttempt: isBenefitAttempt(
        order,
        row.discounts.some((key) => benefits.has(key)),
      ),
      isCut: leftOut === null && !row.isBusiness && minimums.some((minimum) => isCutBelow(goods, kept, minimum)),
    })
  }
  return found
}

function benefitsOf({ settings }: ShopState): Set<string> {
  return new Set(Object.keys(settings.benefitCodes).filter((key) => settings.benefitCodes[key] === 'confirmed'))
}

/** A customer's stored facts, as far as the evidence looks at them. */
type StoredFacts = Omit<CherryFacts, 'first' | 'profilesWithBenefit' | 'laterContributionMinor'> & {
  first: number
  sumLnGapDays: number | null
  saleOccasions: number
  linkedWithBenefit: number
  laterLeftMinor: bigint | null
}

/** What speaks for and against cherry-picker as of a moment, of one person with these orders. */
export function evidenceOf(
  stored: StoredFacts,
  orders: ReadOrder[],
  state: ShopState,
  asOf: Instant,
): CherryEvidence[] {
  const since = cherryFrom(asOf)
  const recent = orders.filter((order) => order.orderedAt > since)
  const facts: CherryFacts = {
    ...stored,
    first: FIRSTS[stored.first]!,
    profilesWithBenefit: (stored.benefitsUsed > 0 ? 1 : 0) + stored.linkedWithBenefit,
    laterContributionMinor: stored.laterLeftMinor === null ? null : Number(stored.laterLeftMinor),
  }
  const chances = chancesOf(stored, orders, state, asOf)
  return cherryEvidenceOf(facts, state.settings.thresholds, discountsOf(recent, state), chances, state.currency ?? '')
}

/** Times at full price that somebody who orders in sales let pass: of whoever never does it would say nothing. */
function chancesOf(
  { n, sumLnGapDays, saleOccasions }: StoredFacts,
  orders: ReadOrder[],
  state: ShopState,
  asOf: Instant,
): FullPriceChances {
  if (saleOccasions === 0 || !state.worked) return { chances: 0, ignored: 0 }
  const since = cherryFrom(asOf)
  const times = orders.filter((order) => order.leftOut === null).map((order) => order.orderedAt)
  const starts = occasionsOf(times.sort((a, b) => a - b)).filter((at) => at > since)
  if (starts.length === 0) return { chances: 0, ignored: 0 }
  const calendar = shopCalendar(state.timezone, since, asOf)
  const cycleDays = cycleDaysOf(n, sumLnGapDays ?? NaN, state.worked.estimates.cycleDays)
  const saleWeeks = new Set(state.learned.saleMondays)
  return fullPriceChances(starts.map(calendar.dayOf), cycleDays, saleWeeks, calendar.dayOf(asOf))
}

/** The discounts behind the evidence: staff's never count, and others only where a line of the order says so. */
function discountsOf(orders: ReadOrder[], state: ShopState): CherryDiscounts {
  const benefits = benefitsOf(state)
  const found: CherryDiscounts = { counted: [], benefits: [], attempted: [], cut: [], notCounted: [] }
  for (const order of orders) {
    for (const key of order.discounts) {
      if (order.isAttempt && benefits.has(key)) found.attempted.push(key)
      if (order.leftOut !== null) continue
      if (order.isCut && benefits.has(key)) found.cut.push(key)
      const counts = !order.isBusiness && !isStaffDiscount(key) && order.hasCounted
      if (counts) found.counted.push(key)
      else found.notCounted.push(key)
      if (counts && benefits.has(key)) found.benefits.push(key)
    }
  }
  return found
}

/** People's orders with what their lines say, for the pages that explain a person. */
import {
  cherryEvidenceOf,
  cherryFrom,
  isBenefitAttempt,
  isStaffDiscount,
  type CherryDiscounts,
  type CherryEvidence,
  type CherryFacts,
} from '#app/domain/cherry-picker.ts'
import { netMinorOf, whyLeftOut, type Id, type Instant } from '#app/domain/order.ts'
import type { CustomerOrder } from '#app/domain/pages.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { ShopState } from './shop-state.ts'

/** An order as the page needs it, and what its lines say. */
export type ReadOrder = CustomerOrder & {
  isBusiness: boolean
  /** A discount on one of its lines counted as evidence. */
  hasCounted: boolean
  isAttempt: boolean
}

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
    orderBy: [{ processedAt: 'desc' }, { id: 'desc' }],
  })
  // By joins, for a customer may have more orders than a query takes parameters.
  const lines = await tx.$queryRaw<{ order: bigint; title: string }[]>`
    SELECT l."order", l."title" FROM "Order" o JOIN "Line" l ON l."shop" = o."shop" AND l."order" = o."id"
    WHERE o."shop" = ${shop} AND o."customer" = ANY(${customers}::bigint[]) ORDER BY l."order", l."id"`
  const evidence = await tx.$queryRaw<{ order: bigint }[]>`
    SELECT e."order" FROM "Order" o JOIN "OrderEvidence" e ON e."shop" = o."shop" AND e."order" = o."id"
    WHERE o."shop" = ${shop} AND o."customer" = ANY(${customers}::bigint[]) AND e."discounted" > 0`
  const titlesOf = new Map<bigint, string[]>()
  for (const { order, title } of lines) {
    const titles = titlesOf.get(order)
    if (titles) titles.push(title)
    else titlesOf.set(order, [title])
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
    const titles = titlesOf.get(row.id) ?? []
    found.get(order.customer)?.push({
      id: String(row.id),
      name: row.name,
      orderedAt: order.orderedAt,
      net: { minor: netMinorOf(order), currency: row.currency },
      discount: { minor: Number(row.discountMinor), currency: row.currency },
      discounts: row.discounts,
      leftOut: whyLeftOut(order, asOf, state.settings.orderRule, state.currency ?? ''),
      title: titles[0] ?? null,
      moreLines: Math.max(0, titles.length - 1),
      isBusiness: row.isBusiness,
      hasCounted: counted.has(row.id),
      isAttempt: isBenefitAttempt(
        order,
        row.discounts.some((key) => benefits.has(key)),
      ),
    })
  }
  return found
}

function benefitsOf({ settings }: ShopState): Set<string> {
  return new Set(Object.keys(settings.benefitCodes).filter((key) => settings.benefitCodes[key] === 'confirmed'))
}

/** What speaks for and against cherry-picker as of a moment, of one person with these orders. */
export function evidenceOf(facts: CherryFacts, orders: ReadOrder[], state: ShopState, asOf: Instant): CherryEvidence[] {
  const since = cherryFrom(asOf)
  const recent = orders.filter((order) => order.orderedAt > since)
  return cherryEvidenceOf(facts, state.settings.thresholds, discountsOf(recent, state))
}

/** The discounts behind the evidence: staff's never count, and others only where a line of the order says so. */
function discountsOf(orders: ReadOrder[], state: ShopState): CherryDiscounts {
  const benefits = benefitsOf(state)
  const found: CherryDiscounts = { counted: [], benefits: [], attempted: [], notCounted: [] }
  for (const order of orders) {
    for (const key of order.discounts) {
      if (order.isAttempt && benefits.has(key)) found.attempted.push(key)
      if (order.leftOut !== null) continue
      const counts = !order.isBusiness && !isStaffDiscount(key) && order.hasCounted
      if (counts) found.counted.push(key)
      else found.notCounted.push(key)
      if (counts && benefits.has(key)) found.benefits.push(key)
    }
  }
  return found
}

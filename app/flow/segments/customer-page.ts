import {
  cherryEvidenceOf,
  isBenefitAttempt,
  isStaffDiscount,
  type CherryDiscounts,
  type CherryFacts,
  type CherryTier,
} from '#app/domain/cherry-picker.ts'
import { factsOf, gapDaysOf, occasionsOf } from '#app/domain/occasions.ts'
import { netMinorOf, whyLeftOut, type Id, type Instant } from '#app/domain/order.ts'
import type { CustomerOrder, CustomerPage } from '#app/domain/pages.ts'
import { desiredTags } from '#app/domain/publication.ts'
import { spansOf } from '#app/domain/replay.ts'
import { nextOrderWindow, nextStage, stageAt, stageReason } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { adminUrl, readShopState, workedOut, type ShopState } from './shop-state.ts'

/** An order as the page needs it, and what its lines say. */
type ReadOrder = CustomerOrder & {
  isBusiness: boolean
  /** A discount on one of its lines counted as evidence. */
  hasCounted: boolean
  isAttempt: boolean
}

/**
 * One customer: everything is worked out from the stored orders as of the last run of the stages, by the same functions.
 *
 * @throws {InvalidInput} not-found for a customer who is not there, or not yet worked out
 */
export async function customerPage(shop: ShopId, customer: Id): Promise<CustomerPage> {
  return withShop(shop, async (tx) => {
    const state = await readShopState(tx, shop)
    const { asOf, summary, estimates } = workedOut(shop, state)
    const id = BigInt(customer)
    const membership = await tx.membership.findUnique({ where: { shop_customer: { shop, customer: id } } })
    const features = await tx.customerFeatures.findUnique({ where: { shop_customer: { shop, customer: id } } })
    if (!membership || !features)
      throw new InvalidInput(`no customer ${customer} in shop ${shop}`, { code: 'not-found' })
    const account = await tx.customer.findUnique({ where: { shop_id: { shop, id } } })
    const ledger = await tx.ledger.findUnique({ where: { shop_customer: { shop, customer: id } } })
    const { settings, adopted } = state
    const orders = await readOrders(tx, shop, id, state, asOf)
    const valid = orders.filter((order) => order.leftOut === null)
    const times = valid.map((order) => order.orderedAt).sort((a, b) => a - b)
    const occasions = occasionsOf(times)
    const facts = factsOf(occasions)
    const knownFrom = Math.min(account?.createdAt.getTime() ?? Infinity, times[0] ?? Infinity)
    const spans = spansOf(times, Number.isFinite(knownFrom) ? knownFrom : asOf, asOf, adopted, settings.thresholds)
    const stage = stageAt(facts, asOf, estimates, settings.thresholds)
    const tier = membership.cherryPicker as CherryTier
    const cherry: CherryFacts = { ...features, n: facts.n, isBusiness: membership.isBusiness }
    const currency = state.currency ?? ''
    return {
      customer,
      stage,
      since: spans.at(-1)?.from ?? membership.stageSince.getTime(),
      asOf,
      reason: stageReason(facts, asOf, estimates, settings.thresholds, settings.version, gapDaysOf(occasions)),
      next: nextStage(facts, asOf, estimates, settings.thresholds),
      timeline: spans.map((span) => ({ ...span, isReplayed: span.from < summary.firstAsOf })),
      window: nextOrderWindow(facts, estimates, asOf),
      orders: orders.map(shownOrder),
      spent: { minor: Number(features.netMinor), currency },
      spent12m: { minor: Number(features.net12mMinor), currency },
      isBusiness: membership.isBusiness,
      isWatched: membership.isWatched,
      cherry: {
        tier,
        evidence: cherryEvidenceOf(cherry, settings.thresholds, discountsOf(orders, state)),
      },
      tags: { ours: ledger?.tags ?? [], wanted: desiredTags(stage, tier, settings) },
      shopifyUrl: adminUrl(state.domain, `customers/${customer}`),
    }
  })
}

function shownOrder({ isBusiness: _b, hasCounted: _c, isAttempt: _a, ...order }: ReadOrder): CustomerOrder {
  return order
}

/** All orders of the customer, newest first; what has not happened as of the run is left out as future. */
async function readOrders(
  tx: Tx,
  shop: ShopId,
  customer: bigint,
  state: ShopState,
  asOf: Instant,
): Promise<ReadOrder[]> {
  const rows = await tx.order.findMany({
    where: { shop, customer },
    orderBy: [{ processedAt: 'desc' }, { id: 'desc' }],
  })
  const ids = rows.map((row) => row.id)
  const lines = await tx.line.findMany({
    where: { shop, order: { in: ids } },
    select: { order: true, title: true },
    orderBy: [{ order: 'asc' }, { id: 'asc' }],
  })
  const evidence = await tx.orderEvidence.findMany({ where: { shop, order: { in: ids }, discounted: { gt: 0 } } })
  const titlesOf = new Map<bigint, string[]>()
  for (const line of lines) titlesOf.set(line.order, [...(titlesOf.get(line.order) ?? []), line.title])
  const counted = new Set(evidence.map((row) => row.order))
  const benefits = benefitsOf(state)
  return rows.map((row) => {
    const order = {
      customer: String(customer),
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
    return {
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
    }
  })
}

function benefitsOf({ settings }: ShopState): Set<string> {
  return new Set(Object.keys(settings.benefitCodes).filter((key) => settings.benefitCodes[key] === 'confirmed'))
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

/**
 * Orders and customers as the domain needs them. Level-1 data only: ids, amounts, dates, products, tags.
 */

/** Epoch milliseconds. */
export type Instant = number
/** The digits of a Shopify gid. */
export type Id = string

export const DAY_MS = 86_400_000

export type Line = {
  id: Id
  product: Id | null
  title: string
  sku: string
  quantity: number
  /** Pieces left after returns and edits. */
  currentQuantity: number
  /** For one piece, before discounts. */
  unitMinor: number
  /** Off the whole line, from all discounts. */
  discountMinor: number
  /** `code:WELCOME20`, `auto:Summer sale`, `staff:Sorry`; codes in upper case. */
  discounts: string[]
}

export type Order = {
  id: Id
  /** Null: a guest. */
  customer: Id | null
  name: string
  /** processedAt: when the order happened, which is not when Shopify learned of it. */
  orderedAt: Instant
  createdAt: Instant
  updatedAt: Instant
  cancelledAt: Instant | null
  isTest: boolean
  /** Shopify's OrderDisplayFinancialStatus; empty where it gives none. */
  financialStatus: string
  currency: string
  /** Goods after all discounts, before returns. */
  subtotalMinor: number
  /** Everything the customer paid, shipping and tax included. */
  totalMinor: number
  discountMinor: number
  refundedMinor: number
  /** A company bought (purchasingEntity). */
  isBusiness: boolean
  discounts: string[]
  lines: Line[]
}

export type Customer = {
  id: Id
  createdAt: Instant
  updatedAt: Instant
  tags: string[]
  /** Shopify's marketing states as it writes them; null: there is no address, no number, or nothing was ever said. */
  emailConsent: string | null
  smsConsent: string | null
  /** When the states last changed; null: Shopify names no date. */
  emailConsentAt: Instant | null
  smsConsentAt: Instant | null
  /** Shopify's own count and last order, where they were asked for (domain/limited.ts). */
  numberOfOrders: number | null
  lastOrderAt: Instant | null
  /** Shopify's own words for them as it writes them, and two letters for the country of the default address. */
  rfmGroup: string | null
  spendTier: string | null
  country: string | null
}

/** Which orders count: one visible rule, the same everywhere. */
export type OrderRule = {
  /** Financial statuses that count. */
  statuses: string[]
  countTests: boolean
  countCancelled: boolean
}

export const DEFAULT_ORDER_RULE: OrderRule = {
  statuses: ['PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED'],
  countTests: false,
  countCancelled: false,
}

export type LeftOutReason =
  'guest' | 'future' | 'test' | 'cancelled' | 'refunded' | 'unpaid' | 'zero' | 'other-currency'

/** What the rule looks at. */
export type OrderFacts = Pick<
  Order,
  'customer' | 'orderedAt' | 'isTest' | 'cancelledAt' | 'financialStatus' | 'subtotalMinor' | 'currency'
>

/**
 * Why an order does not count as of a moment, or null if it does. The first reason that holds, in the order in which the
 * page lists them, so that the numbers left out add up.
 *
 * `shopCurrency` is what figures are in; an order of another shop currency (the shop has changed it since) is left out,
 * because money of two currencies is never added.
 */
export function whyLeftOut(
  order: OrderFacts,
  asOf: Instant,
  rule: OrderRule,
  shopCurrency: string,
): LeftOutReason | null {
  if (order.customer === null) return 'guest'
  if (order.orderedAt > asOf) return 'future'
  if (order.isTest && !rule.countTests) return 'test'
  if (order.cancelledAt !== null && !rule.countCancelled) return 'cancelled'
  if (order.financialStatus === 'REFUNDED') return 'refunded'
  if (!rule.statuses.includes(order.financialStatus)) return 'unpaid'
  if (order.subtotalMinor <= 0) return 'zero'
  if (order.currency !== shopCurrency) return 'other-currency'
  return null
}

/**
 * What an order left the shop in goods: after discounts, less the goods' share of refunds (a refund also returns shipping
 * and tax, in proportion). Minor units, never below 0.
 */
export function netMinorOf(order: Pick<Order, 'subtotalMinor' | 'totalMinor' | 'refundedMinor'>): number {
  if (order.refundedMinor === 0) return order.subtotalMinor
  const share = order.totalMinor > 0 ? Math.min(1, order.subtotalMinor / order.totalMinor) : 1
  return Math.max(0, order.subtotalMinor - Math.round(order.refundedMinor * share))
}

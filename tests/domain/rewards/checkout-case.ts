// What the hand-written baskets are made of, and the pages and recordings that say what a checkout makes of them.
import type { Doubt } from '#app/domain/rewards/checkout.ts'
import type { Refusal } from '#app/domain/rewards/checkout-rules.ts'
import type { BasketLine, Buyer, CheckoutDiscount, KnownBuyer } from '#app/domain/rewards/checkout-terms.ts'

const HELP = 'https://help.shopify.com/en/manual/discounts'
const API = 'https://shopify.dev/docs/api/admin-graphql'
/** Who says so. `unverified`: nobody at Shopify does, and the checkout is taken to do the harder thing. */
export const SOURCES = {
  combine: `${HELP}/combining-discounts`,
  combinations: `${HELP}/discount-combinations`,
  considerations: 'https://help.shopify.com/de/manual/discounts/combining-discounts',
  examples: 'https://help.shopify.com/zh-CN/manual/discounts/combining-discounts/examples',
  functionExamples: 'https://docs.shopify.com/docs/apps/selling-strategies/discounts/discount-function-examples',
  freeShipping: `${HELP}/discount-types/free-shipping`,
  freeShippingInput: `${API}/latest/input-objects/DiscountCodeFreeShippingInput`,
  basicInput: `${API}/2026-01/input-objects/DiscountCodeBasicInput`,
  basicDiscount: `${API}/2025-10/objects/DiscountCodeBasic`,
  automatic: `${API}/latest/mutations/discountAutomaticBasicCreate`,
  combinesWith: `${API}/2026-10/objects/DiscountCombinesWith`,
  minimum: `${API}/latest/unions/discountminimumrequirement`,
  rule: `${API}/2024-07/input-objects/priceruleinput`,
  amount: `${API}/latest/objects/discountamount`,
  status: `${API}/2024-04/enums/DiscountStatus`,
  recordedClasses: 'recording 2026-04/discounts/discount-class-inference.json',
  recordedBuyers: 'recording 2026-04/discounts/discount-buyer-context-lifecycle.json',
  recordedShipping: 'recording 2026-04/discounts/discount-combines-with-validation.json',
  recordedStatus: 'recording 2026-04/discounts/discount-status-time-window-derivation.json',
  recordedOff: 'recording 2026-04/discounts/discount-free-shipping-lifecycle.json',
  recordedBounds: 'recording 2026-04/discounts/discount-value-bounds.json',
  recordedDetail: 'recording 2026-04/discounts/discount-code-basic-detail-read.json',
  codesLimit: 'unverified: https://help.dollarlabs.io/dollarlabs-ultimate-discounts/function-limitations-by-shopify',
  addresses:
    'unverified: https://docs.personaldiscount.io/personal-discount-for-shopify/troubleshooting/why-my-shopify-discount-code-doesnt-work',
  caseless:
    'unverified: https://www.growthsuite.net/questions/how-do-i-troubleshoot-discount-codes-that-aren-t-working',
  freeAlready: 'unverified: http://help.glowloyalty.com/en/articles/3669168-why-aren-t-discount-codes-working',
  unverified: 'unverified: no page says',
  ours: 'our own: what is not in the shop applies to nobody',
} as const

export const NOW = Date.UTC(2026, 10, 22, 12)
export const HOUR = 3_600_000

export type Case = {
  name: string
  source: keyof typeof SOURCES
  lines?: BasketLine[]
  shipping?: number
  buyer?: Buyer
  codes?: string[]
  discounts: CheckoutDiscount[]
  total: number
  /** What each discount that applies takes, by id. */
  off?: Record<string, number>
  /** Of every other one, and of every code that is none: why. */
  no?: Record<string, Refusal | Refusal['kind']>
  doubts?: Doubt['kind'][]
  offByLine?: number[]
}

export const line = (productId: string, unitMinor: number, quantity = 1, collectionIds: string[] = []): BasketLine => ({
  productId,
  variantId: `${productId}-1`,
  unitMinor,
  quantity,
  collectionIds,
})
/** The cart of Shopify's examples: 100, 50 and 200 dollars, and 20 for shipping. */
export const PANTS = line('pants', 10_000)
export const SHIRT = line('shirt', 5000)
export const BOOTS = line('boots', 20_000, 1, ['warm'])
export const EXAMPLE_CART = { lines: [PANTS, SHIRT, BOOTS], shippingMinor: 2000 }

export const EVERY = { order: true, product: true, shipping: true }
export const NONE = { order: false, product: false, shipping: false }
export const EVERYTHING = { kind: 'all' } as const
export const only = (...productIds: string[]) =>
  ({ kind: 'chosen', productIds, variantIds: [], collectionIds: [] }) as const
export const percent = (percentage: number) => ({ kind: 'percent', share: percentage / 100 }) as const
export const amount = (amountMinor: number, onEach = false) => ({ kind: 'amount', amountMinor, onEach }) as const
export const FREE = { kind: 'free-shipping', dearestMinor: null } as const
/** Somebody with an account. */
export const somebody = (more: Partial<KnownBuyer> = {}, kind: 'customer' | 'address' = 'customer'): Buyer => ({
  kind,
  orders: 0,
  segmentOf: [],
  chosenFor: [],
  uses: {},
  ...more,
})

/** A code of the same name as the discount that began an hour ago, is open to all and combines with everything. */
export function discount(id: string, more: Partial<CheckoutDiscount> = {}): CheckoutDiscount {
  return {
    id,
    title: id,
    isDraft: false,
    codes: [{ code: id, uses: 0 }],
    takes: percent(10),
    items: EVERYTHING,
    minimum: null,
    buyers: 'all',
    oncePerCustomer: false,
    usageLimit: null,
    startsAt: NOW - HOUR,
    endsAt: null,
    combinesWith: EVERY,
    ...more,
  }
}
export const automatic = (id: string, more: Partial<CheckoutDiscount> = {}) => discount(id, { codes: null, ...more })
export const alone = (id: string, more: Partial<CheckoutDiscount> = {}) => discount(id, { combinesWith: NONE, ...more })

/** What a checkout knows: the basket, who buys, and the shop's discounts as plain data. */
import type { Instant } from '#app/domain/order.ts'

/** Minor units. `variantId` is null where only the product is known. */
export type BasketLine = {
  productId: string
  variantId: string | null
  unitMinor: number
  quantity: number
  collectionIds: readonly string[]
}

/** `shippingMinor`: what is asked for shipping before any discount. */
export type Basket = { lines: readonly BasketLine[]; shippingMinor: number }

/** What the shop knows of somebody; `segmentOf` and `chosenFor` name discounts by id, `uses` counts how often each was used. */
export type KnownBuyer = {
  orders: number
  segmentOf: readonly string[]
  chosenFor: readonly string[]
  uses: Readonly<Record<string, number>>
}

/** `guest`: has not written an address yet. `address`: is not signed in, but wrote one, and it is this customer's. */
export type Buyer = { kind: 'guest' } | ({ kind: 'address' | 'customer' } & KnownBuyer)

export type DiscountClass = 'order' | 'product' | 'shipping'

export type CheckoutDiscount = {
  id: string
  title: string
  /** A discount that is not in the shop yet; it is looked at as if it were. */
  isDraft: boolean
  /** Null: automatic. `uses`: of each code, by everybody. */
  codes: readonly { code: string; uses: number }[] | null
  /** `share` is 0–1. `onEach`: off every piece, else once across them. `dearestMinor`: dearer shipping is not made free. */
  takes:
    | { kind: 'percent'; share: number }
    | { kind: 'amount'; amountMinor: number; onEach: boolean }
    | { kind: 'free-shipping'; dearestMinor: number | null }
  items:
    | { kind: 'all' }
    | {
        kind: 'chosen'
        productIds: readonly string[]
        variantIds: readonly string[]
        collectionIds: readonly string[]
      }
  minimum: { subtotalMinor: number } | { quantity: number } | null
  /** `not-ordered`: customers without an order, which the number of their orders decides. */
  buyers: 'all' | 'segment' | 'customers' | 'not-ordered'
  oncePerCustomer: boolean
  /** Of each code. */
  usageLimit: number | null
  startsAt: Instant
  /** The first moment at which it is over; null: never. */
  endsAt: Instant | null
  combinesWith: Readonly<Record<DiscountClass, boolean>>
}

/** A discount that is asked for, by the code that was typed; null: automatic. */
export type Candidate = { discount: CheckoutDiscount; code: string | null }

/** Codes are one in any letters. */
export function codeKey(code: string): string {
  return code.trim().toLowerCase()
}

/**
 * On the whole order ORDER, on products or collections PRODUCT, free shipping SHIPPING: recorded
 * (discount-class-inference.json).
 */
export function classOf({ takes, items }: Pick<CheckoutDiscount, 'takes' | 'items'>): DiscountClass {
  if (takes.kind === 'free-shipping') return 'shipping'
  return items.kind === 'all' ? 'order' : 'product'
}

/** Whether a discount is for a line's goods. */
export function isFor({ items }: Pick<CheckoutDiscount, 'items'>, line: BasketLine): boolean {
  if (items.kind === 'all') return true
  if (items.productIds.includes(line.productId)) return true
  if (line.variantId !== null && items.variantIds.includes(line.variantId)) return true
  return line.collectionIds.some((id) => items.collectionIds.includes(id))
}

/** Whether both allow the other's class; shipping is made free only once. */
export function togetherOf(one: CheckoutDiscount, other: CheckoutDiscount): boolean {
  if (one === other) return false
  const [own, theirs] = [classOf(one), classOf(other)]
  if (own === 'shipping' && theirs === 'shipping') return false
  return one.combinesWith[theirs] && other.combinesWith[own]
}

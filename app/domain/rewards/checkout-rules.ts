/** Shopify's conditions on a discount, whatever stands beside it. */
import type { Instant } from '#app/domain/order.ts'
import { grossOf, sumsWith, totalOf, wholeMinor, type Sums } from './checkout-sums.ts'
import {
  classOf,
  codeKey,
  isFor,
  type Basket,
  type Buyer,
  type Candidate,
  type CheckoutDiscount,
} from './checkout-terms.ts'

/** Why a discount does not apply, with the numbers it rests on. */
export type Refusal =
  | { kind: 'unknown-code' }
  | { kind: 'not-started'; startsAt: Instant }
  | { kind: 'ended'; endsAt: Instant }
  | { kind: 'used-up'; limit: number; uses: number }
  | { kind: 'not-signed-in' }
  | { kind: 'not-for-customer'; buyers: 'segment' | 'customers' }
  | { kind: 'has-ordered'; orders: number }
  | { kind: 'used-before'; uses: number }
  | { kind: 'no-items' }
  | { kind: 'shipping-dear'; dearestMinor: number; shippingMinor: number }
  | { kind: 'minimum-subtotal'; minimumMinor: number; basketMinor: number; shortMinor: number }
  | { kind: 'minimum-quantity'; minimum: number; quantity: number; short: number }
  | { kind: 'too-many'; most: number }
  /** Those it cannot stand beside, and what they take where it would take `ownMinor` alone. */
  | { kind: 'not-combined'; with: readonly string[]; theirsMinor: number; ownMinor: number }
  /** Each of its goods has more off by another. */
  | { kind: 'gives-less'; with: readonly string[]; theirsMinor: number; ownMinor: number }
  /** Beside it, these would no longer reach their minimum, and they take more. */
  | { kind: 'undoes'; with: readonly string[]; theirsMinor: number; ownMinor: number }
  /** Nobody asked for it; `alone` is what would be the matter with it alone in this basket, null: it would take `wouldMinor`. */
  | { kind: 'not-entered' | 'draft'; alone: Refusal | null; wouldMinor: number }
/** What is the matter with a discount whatever stands beside it; null: it would apply alone. */
export function refusalAlone(basket: Basket, buyer: Buyer, one: Candidate, at: Instant): Refusal | null {
  const { discount } = one
  return (
    refusalByDate(discount, at) ??
    refusalByUses(one) ??
    refusalByBuyer(buyer, discount) ??
    refusalByShipping(basket, discount) ??
    (basket.lines.some((line) => wholeMinor(line.quantity) > 0 && isFor(discount, line)) ? null : NO_ITEMS) ??
    refusalOf(basket, discount, sumsWith(basket, [one]))
  )
}

const NO_ITEMS: Refusal = { kind: 'no-items' }

function refusalByDate({ startsAt, endsAt }: CheckoutDiscount, at: Instant): Refusal | null {
  if (endsAt !== null && endsAt <= at) return { kind: 'ended', endsAt }
  return startsAt > at ? { kind: 'not-started', startsAt } : null
}

function refusalByUses({ discount: { codes, usageLimit: limit }, code }: Candidate): Refusal | null {
  if (codes === null || limit === null) return null
  const uses = codes.find((one) => codeKey(one.code) === codeKey(code ?? ''))?.uses ?? 0
  return uses >= limit ? { kind: 'used-up', limit, uses } : null
}

function refusalByBuyer(buyer: Buyer, { id, buyers, oncePerCustomer }: CheckoutDiscount): Refusal | null {
  if (buyer.kind === 'guest') return buyers === 'all' ? null : { kind: 'not-signed-in' }
  if (buyers === 'segment' && !buyer.segmentOf.includes(id)) return { kind: 'not-for-customer', buyers }
  if (buyers === 'customers' && !buyer.chosenFor.includes(id)) return { kind: 'not-for-customer', buyers }
  if (buyers === 'not-ordered' && buyer.orders > 0) return { kind: 'has-ordered', orders: buyer.orders }
  const uses = buyer.uses[id] ?? 0
  return oncePerCustomer && uses > 0 ? { kind: 'used-before', uses } : null
}

function refusalByShipping({ shippingMinor: asked }: Basket, { takes }: CheckoutDiscount): Refusal | null {
  const shippingMinor = wholeMinor(asked)
  if (takes.kind !== 'free-shipping' || takes.dearestMinor === null || shippingMinor <= takes.dearestMinor) return null
  return { kind: 'shipping-dear', dearestMinor: takes.dearestMinor, shippingMinor }
}

/**
 * Whether a discount's minimum is reached beside the discounts of `sums`. It looks at the goods that the discount is for
 * (https://shopify.dev/docs/api/admin-graphql/2024-07/input-objects/priceruleinput), and exactly the minimum is enough
 * (https://shopify.dev/docs/api/admin-graphql/latest/unions/discountminimumrequirement). That a product discount looks at their
 * prices and the others at what product discounts left is said nowhere.
 */
export function refusalOf(basket: Basket, discount: CheckoutDiscount, { lines }: Sums): Refusal | null {
  const { minimum } = discount
  if (minimum === null) return null
  const places = basket.lines.flatMap((line, place) => (isFor(discount, line) ? [place] : []))
  if ('quantity' in minimum) {
    const quantity = totalOf(places.map((place) => wholeMinor(basket.lines[place]!.quantity)))
    const short = minimum.quantity - quantity
    return short > 0 ? { kind: 'minimum-quantity', minimum: minimum.quantity, quantity, short } : null
  }
  const isProduct = classOf(discount) === 'product'
  const basketMinor = totalOf(
    places.map((place) => (isProduct ? grossOf(basket.lines[place]!) : lines[place]!.afterProductsMinor)),
  )
  const shortMinor = minimum.subtotalMinor - basketMinor
  return shortMinor > 0
    ? { kind: 'minimum-subtotal', minimumMinor: minimum.subtotalMinor, basketMinor, shortMinor }
    : null
}

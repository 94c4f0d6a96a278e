/** What discounts that stand together take off a basket, in whole minor units. */
import {
  classOf,
  isFor,
  type Basket,
  type BasketLine,
  type Candidate,
  type CheckoutDiscount,
} from './checkout-terms.ts'

export type Sums = {
  /** Without those of which every line has more off by another. */
  applied: Candidate[]
  lines: { grossMinor: number; afterProductsMinor: number; off: Map<Candidate, number>; leftMinor: number }[]
  /** Product discounts that met another one on the same line, by id. */
  contested: Set<string>
  shippingOffMinor: number
  savedMinor: number
}

/** Nothing that a shop sells costs more; sums stay exact. */
const MOST_MINOR = 1_000_000_000_000

/** A number as whole minor units; what is no number, or below 0, is 0. */
export function wholeMinor(value: number): number {
  return Number.isFinite(value) && value > 0 ? Math.min(Math.floor(value), MOST_MINOR) : 0
}

export function grossOf({ unitMinor, quantity }: Pick<BasketLine, 'unitMinor' | 'quantity'>): number {
  return Math.min(wholeMinor(unitMinor) * wholeMinor(quantity), MOST_MINOR)
}

export function totalOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0)
}

/**
 * A share (0–1) of an amount, half a unit up. Shares are read to six decimals, so that .29 of 50 is 14.5, and 15.
 *
 * Known values: shareOf(50, .29) = 15, shareOf(35_000, .1) = 3500 (tests/domain/rewards/checkout.test.ts).
 */
export function shareOf(amountMinor: number, share: number): number {
  if (!(share > 0)) return 0
  const millionths = BigInt(Math.round(Math.min(share, 1) * 1e6))
  return Number((BigInt(amountMinor) * millionths * 2n + 1_000_000n) / 2_000_000n)
}

/** Shares an amount by weight in whole units; what is left over goes to the largest fractions, the first of equal ones first. */
export function sharedOut(amountMinor: number, weights: readonly number[]): number[] {
  const whole = BigInt(totalOf(weights))
  if (whole <= 0n || amountMinor <= 0) return weights.map(() => 0)
  const parts = weights.map((weight, place) => {
    const exact = BigInt(amountMinor) * BigInt(weight)
    return { place, minor: Number(exact / whole), rest: exact % whole }
  })
  let over = amountMinor - totalOf(parts.map(({ minor }) => minor))
  for (const part of [...parts].sort((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest < b.rest ? 1 : -1))) {
    if (over <= 0) break
    part.minor += 1
    over -= 1
  }
  return parts.map(({ minor }) => minor)
}

/**
 * Product discounts first, one for each line; then those of the order, each counted from what product discounts left,
 * percentages ahead of amounts; shipping by itself.
 */
export function sumsWith(basket: Basket, together: readonly Candidate[]): Sums {
  const gross = basket.lines.map(grossOf)
  const off = gross.map(() => new Map<Candidate, number>())
  const ofProducts = together.filter(({ discount }) => classOf(discount) === 'product')
  const { winners, contested } = winnersOf(basket, gross, ofProducts)
  for (const one of ofProducts)
    for (const [place, minor] of takenFrom(basket, gross, one, (at) => winners[at] === one).entries())
      if (minor > 0) off[place]!.set(one, minor)
  const afterProducts = gross.map((minor, place) => minor - totalOf([...off[place]!.values()]))
  const subtotal = totalOf(afterProducts)
  const left = [...afterProducts]
  for (const one of inOrder(together.filter(({ discount }) => classOf(discount) === 'order'))) {
    const minor = Math.min(wholeOf(one.discount, subtotal), totalOf(left))
    for (const [place, share] of sharedOut(minor, left).entries()) {
      left[place]! -= share
      if (share > 0) off[place]!.set(one, share)
    }
  }
  const isFree = together.some(({ discount }) => discount.takes.kind === 'free-shipping')
  const shippingOffMinor = isFree ? wholeMinor(basket.shippingMinor) : 0
  const hasLost = (one: Candidate) => ofProducts.length > 1 && ofProducts.includes(one) && !winners.includes(one)
  return {
    applied: together.filter((one) => !hasLost(one)),
    lines: gross.map((grossMinor, place) => ({
      grossMinor,
      afterProductsMinor: afterProducts[place]!,
      off: off[place]!,
      leftMinor: left[place]!,
    })),
    contested,
    shippingOffMinor,
    savedMinor: totalOf(gross) - totalOf(left) + shippingOffMinor,
  }
}

/** Of each line the product discount that takes most there by itself; of equal ones the first. */
function winnersOf(basket: Basket, gross: readonly number[], ofProducts: readonly Candidate[]) {
  const alone = ofProducts.map((one) => takenFrom(basket, gross, one, () => true))
  const contested = new Set<string>()
  const winners = gross.map((_minor, place) => {
    const there = ofProducts.filter((_one, at) => alone[at]![place]! > 0)
    if (there.length > 1) for (const { discount } of there) contested.add(discount.id)
    const most = Math.max(0, ...alone.map((taken) => taken[place]!))
    return most === 0 ? null : ofProducts[alone.findIndex((taken) => taken[place] === most)]!
  })
  return { winners, contested }
}

/** What a product discount takes of each line that is its own. */
function takenFrom(
  basket: Basket,
  gross: readonly number[],
  { discount }: Candidate,
  isItsOwn: (place: number) => boolean,
): number[] {
  const { takes } = discount
  const prices = gross.map((minor, place) => (isItsOwn(place) && isFor(discount, basket.lines[place]!) ? minor : 0))
  if (takes.kind === 'free-shipping') return prices.map(() => 0)
  if (takes.kind === 'percent') return prices.map((minor) => shareOf(minor, takes.share))
  const amount = wholeMinor(takes.amountMinor)
  if (takes.onEach)
    return prices.map((minor, place) => Math.min(minor, amount * wholeMinor(basket.lines[place]!.quantity)))
  return sharedOut(Math.min(amount, totalOf(prices)), prices)
}

function wholeOf({ takes }: CheckoutDiscount, subtotalMinor: number): number {
  if (takes.kind === 'free-shipping') return 0
  return takes.kind === 'percent' ? shareOf(subtotalMinor, takes.share) : wholeMinor(takes.amountMinor)
}

function inOrder(ofOrder: readonly Candidate[]): Candidate[] {
  const isPercent = ({ discount }: Candidate) => discount.takes.kind === 'percent'
  return [...ofOrder.filter(isPercent), ...ofOrder.filter((one) => !isPercent(one))]
}

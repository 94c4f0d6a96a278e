import { dealExpectation, isCountedDiscount } from '#app/domain/cherry-picker.ts'
import type { IdIndex } from '#app/domain/id-index.ts'
import type { DiscountSets } from './discount-sets.ts'

/** The orders of a few weeks that are looked at, with positions of their own: so many columns as they need, not the shop. */
export type LookedOrders = {
  index: IdIndex
  /** Their positions among all orders. */
  positions: Int32Array
  week: Int16Array
  /** Position of the customer; -1: a guest. */
  customer: Int32Array
  /** Of a known customer, in the months that count. */
  speaks: Uint8Array
}

/** Lines of the orders that are looked at. */
export type BoughtLines = {
  count: number
  /** Position among the orders looked at. */
  order: Int32Array
  /** Product and week, as a position. */
  offer: Int32Array
  discountSet: Int32Array
  products: IdIndex
  offers: IdIndex
}

/** The lines of whole weeks, with the orders that they are of. */
export type Bought = {
  orders: LookedOrders
  /** Customers have the positions below; every guest's order has another buyer. */
  customers: number
  weeks: number
  lines: BoughtLines
}

/** What the lines of each order looked at say. */
export type OrderSums = {
  /** Shopify's orders have hundreds of lines at most. */
  lines: Uint16Array
  discounted: Uint16Array
  expected: Float64Array
  variance: Float64Array
}

/** Buyers of each of the weeks, and of them those with a discount that was open to everyone and is no benefit. */
export type WeekSums = { buyers: Int32Array; open: Int32Array }

/**
 * Sums are kept as multiples of 2⁻³⁰: adding such numbers is exact in any order, so that a recompute gives the same bits
 * however PostgreSQL returns its rows.
 */
function dyadic(value: number): number {
  return Math.round(value * 1_073_741_824) / 1_073_741_824
}

/** A column copied into a longer one. */
export function wider(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const made = new Int32Array(length)
  made.set(column)
  return made
}

/** A product and a week as an id. Position 0 is no product (typed in by staff): nobody else bought that one. */
export function offerId(product: number, week: number): number {
  return product * 65_536 + week + 1
}

function isOfProduct(lines: BoughtLines, offer: number): boolean {
  return lines.offers.ids[offer]! >= offerId(1, 0)
}

function buyerOf({ orders, customers }: Bought, order: number): number {
  const customer = orders.customer[order]!
  return customer < 0 ? customers + order : customer
}

/** What the lines of whole weeks say about every order that speaks, and about the weeks. */
export function evidenceOf(
  bought: Bought,
  discounts: DiscountSets,
  benefits: ReadonlySet<string>,
): { sums: OrderSums; weeks: WeekSums } {
  const byBuyer = linesByBuyer(bought)
  const { isDiscounted, isOpen } = countedLines(bought, byBuyer, discounts, benefits)
  const offers = countOffers(bought, byBuyer, isDiscounted)
  const weeks = { buyers: offers.weekBuyers, open: countOpen(bought, byBuyer, isOpen) }
  return { sums: sumOrders(bought, byBuyer, isDiscounted, offers), weeks }
}

/** Positions of lines, those of one buyer together: whoever counts buyers then sees each of them once. */
function linesByBuyer(bought: Bought): Int32Array {
  const { lines, orders, customers } = bought
  const next = new Int32Array(customers + orders.index.size + 1)
  for (let i = 0; i < lines.count; i += 1) next[buyerOf(bought, lines.order[i]!) + 1]! += 1
  for (let i = 1; i < next.length; i += 1) next[i]! += next[i - 1]!
  const sorted = new Int32Array(lines.count)
  for (let i = 0; i < lines.count; i += 1) {
    const buyer = buyerOf(bought, lines.order[i]!)
    sorted[next[buyer]!] = i
    next[buyer]! += 1
  }
  return sorted
}

/**
 * Per line whether it carried a discount that counts: open to everyone in its week, or a confirmed benefit; and whether it
 * was open and no benefit.
 */
function countedLines(
  bought: Bought,
  byBuyer: Int32Array,
  discounts: DiscountSets,
  benefits: ReadonlySet<string>,
): { isDiscounted: Uint8Array; isOpen: Uint8Array } {
  const { lines, orders, weeks } = bought
  const buyers = new Int32Array(discounts.keys.length * weeks)
  const lastBuyer = new Int32Array(buyers.length).fill(-1)
  for (const line of byBuyer) {
    if (lines.discountSet[line] === 0) continue
    const order = lines.order[line]!
    for (const key of discounts.sets[lines.discountSet[line]!]!)
      countOnce(lastBuyer, buyers, key * weeks + orders.week[order]!, buyerOf(bought, order))
  }
  const isDiscounted = new Uint8Array(lines.count)
  const isOpen = new Uint8Array(lines.count)
  for (let line = 0; line < lines.count; line += 1) {
    if (lines.discountSet[line] === 0) continue
    const week = orders.week[lines.order[line]!]!
    for (const key of discounts.sets[lines.discountSet[line]!]!) {
      const name = discounts.keys[key]!
      if (!discounts.isToldApart(key)) continue
      const isBenefit = benefits.has(name)
      if (!isCountedDiscount(name, buyers[key * weeks + week]!, isBenefit, false)) continue
      isDiscounted[line] = 1
      if (isBenefit) continue
      isOpen[line] = 1
      break
    }
  }
  return { isDiscounted, isOpen }
}

function countOpen(bought: Bought, byBuyer: Int32Array, isOpen: Uint8Array): Int32Array {
  const { lines, orders, weeks } = bought
  const open = new Int32Array(weeks)
  const seen = new Int32Array(weeks).fill(-1)
  for (const line of byBuyer) {
    const order = lines.order[line]!
    if (isOpen[line] === 1) countOnce(seen, open, orders.week[order]!, buyerOf(bought, order))
  }
  return open
}

/** Buyers, and of them those who paid discounted, of every product in a week and of every week. */
type Offers = {
  buyers: Int32Array
  discounted: Int32Array
  weekBuyers: Int32Array
  weekDiscounted: Int32Array
}

function countOffers(bought: Bought, byBuyer: Int32Array, isDiscounted: Uint8Array): Offers {
  const { lines, orders, weeks } = bought
  const size = lines.offers.size
  const offers: Offers = {
    buyers: new Int32Array(size),
    discounted: new Int32Array(size),
    weekBuyers: new Int32Array(weeks),
    weekDiscounted: new Int32Array(weeks),
  }
  const seen = new Int32Array(size).fill(-1)
  const seenDiscounted = new Int32Array(size).fill(-1)
  const seenInWeek = new Int32Array(weeks).fill(-1)
  const seenDiscountedInWeek = new Int32Array(weeks).fill(-1)
  for (const line of byBuyer) {
    const order = lines.order[line]!
    const buyer = buyerOf(bought, order)
    countOnce(seen, offers.buyers, lines.offer[line]!, buyer)
    countOnce(seenInWeek, offers.weekBuyers, orders.week[order]!, buyer)
    if (isDiscounted[line] === 0) continue
    countOnce(seenDiscounted, offers.discounted, lines.offer[line]!, buyer)
    countOnce(seenDiscountedInWeek, offers.weekDiscounted, orders.week[order]!, buyer)
  }
  return offers
}

function countOnce(seen: Int32Array, counts: Int32Array, position: number, buyer: number): void {
  if (seen[position] === buyer) return
  seen[position] = buyer
  counts[position]! += 1
}

function sumOrders(bought: Bought, byBuyer: Int32Array, isDiscounted: Uint8Array, offers: Offers): OrderSums {
  const { lines, orders } = bought
  const sums: OrderSums = {
    lines: new Uint16Array(orders.index.size),
    discounted: new Uint16Array(orders.index.size),
    expected: new Float64Array(orders.index.size),
    variance: new Float64Array(orders.index.size),
  }
  const selfDiscounted = new Int32Array(lines.offers.size).fill(-1)
  let from = 0
  while (from < byBuyer.length) {
    const buyer = buyerOf(bought, lines.order[byBuyer[from]!]!)
    let to = from
    for (; to < byBuyer.length && buyerOf(bought, lines.order[byBuyer[to]!]!) === buyer; to += 1) {
      if (isDiscounted[byBuyer[to]!] === 1) selfDiscounted[lines.offer[byBuyer[to]!]!] = buyer
    }
    for (let k = from; k < to; k += 1) {
      const line = byBuyer[k]!
      const order = lines.order[line]!
      if (orders.speaks[order] === 0) continue
      const week = orders.week[order]!
      const offer = lines.offer[line]!
      const share = offers.weekDiscounted[week]! / offers.weekBuyers[week]!
      const self = selfDiscounted[offer] === buyer
      const expected = isOfProduct(lines, offer)
        ? dealExpectation(offers.buyers[offer]!, offers.discounted[offer]!, self, share)
        : dealExpectation(1, self ? 1 : 0, self, share)
      sums.lines[order]! += 1
      sums.discounted[order]! += isDiscounted[line]!
      sums.expected[order]! += dyadic(expected)
      sums.variance[order]! += dyadic(expected * (1 - expected))
    }
    from = to
  }
  return sums
}

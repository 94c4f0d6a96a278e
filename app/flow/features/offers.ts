import { dealExpectation, isCountedDiscount } from '#app/domain/cherry-picker.ts'
import { IdIndex } from '#app/domain/id-index.ts'
import type { DiscountSets } from './discount-sets.ts'

/** BoughtOrders that count, guests' included and business customers' not: row i of every column is one order. */
export type BoughtOrders = { index: IdIndex; buyer: Int32Array; week: Int32Array; isGuest: Uint8Array }
/** Their lines. */
export type BoughtLines = {
  count: number
  order: Int32Array
  product: Int32Array
  discountSet: Int32Array
  products: IdIndex
}
export type OrderSums = { lines: Int32Array; discounted: Int32Array; expected: Float64Array; variance: Float64Array }

/**
 * Sums are kept as multiples of 2⁻³⁰: adding such numbers is exact in any order, so that a recompute gives the same bits
 * however PostgreSQL returns its rows.
 */
function dyadic(value: number): number {
  return Math.round(value * 1_073_741_824) / 1_073_741_824
}

/** A column copied into a longer one. */
export function wider<T extends Int32Array | Uint8Array>(column: T, made: T): T {
  made.set(column)
  return made
}

/** Positions of lines, those of one buyer together: whoever counts buyers then sees each of them once. */
export function linesByBuyer(orders: BoughtOrders, lines: BoughtLines): Int32Array {
  let buyers = 0
  for (let i = 0; i < orders.index.size; i += 1) if (orders.buyer[i]! >= buyers) buyers = orders.buyer[i]! + 1
  const next = new Int32Array(buyers + 1)
  for (let i = 0; i < lines.count; i += 1) next[orders.buyer[lines.order[i]!]! + 1]! += 1
  for (let i = 0; i < buyers; i += 1) next[i + 1]! += next[i]!
  const sorted = new Int32Array(lines.count)
  for (let i = 0; i < lines.count; i += 1) {
    const buyer = orders.buyer[lines.order[i]!]!
    sorted[next[buyer]!] = i
    next[buyer]! += 1
  }
  return sorted
}

/** Per line whether it carried a discount that counts: open to everyone in its week, or a confirmed benefit. */
export function countedLines(
  orders: BoughtOrders,
  lines: BoughtLines,
  byBuyer: Int32Array,
  weekOf: Int32Array,
  discounts: DiscountSets,
  benefits: ReadonlySet<string>,
): Uint8Array {
  const keyWeeks = new IdIndex()
  let buyers = new Int32Array(1024)
  let lastBuyer = new Int32Array(1024).fill(-1)
  const keyWeekOf = (key: number, week: number): number => {
    const position = keyWeeks.add(key * 65_536 + week + 1)
    if (position >= buyers.length) {
      buyers = wider(buyers, new Int32Array(position * 2))
      lastBuyer = wider(lastBuyer, new Int32Array(position * 2).fill(-1))
    }
    return position
  }
  for (const line of byBuyer) {
    const order = lines.order[line]!
    const buyer = orders.buyer[order]!
    for (const key of discounts.sets[lines.discountSet[line]!]!) {
      const keyWeek = keyWeekOf(key, weekOf[order]!)
      if (lastBuyer[keyWeek] === buyer) continue
      lastBuyer[keyWeek] = buyer
      buyers[keyWeek]! += 1
    }
  }
  const isDiscounted = new Uint8Array(lines.count)
  for (let line = 0; line < lines.count; line += 1) {
    const week = weekOf[lines.order[line]!]!
    for (const key of discounts.sets[lines.discountSet[line]!]!) {
      const name = discounts.keys[key]!
      if (!isCountedDiscount(name, buyers[keyWeekOf(key, week)]!, benefits.has(name), false)) continue
      isDiscounted[line] = 1
      break
    }
  }
  return isDiscounted
}

export type Offers = {
  /** Product and week of a line, as a position. */
  productWeeks: IdIndex
  productWeekOf: Int32Array
  buyers: Int32Array
  discounted: Int32Array
  weekBuyers: Int32Array
  weekDiscounted: Int32Array
}

export function countOffers(
  orders: BoughtOrders,
  lines: BoughtLines,
  byBuyer: Int32Array,
  weekOf: Int32Array,
  weeks: number,
  isDiscounted: Uint8Array,
): Offers {
  const productWeeks = new IdIndex()
  const productWeekOf = new Int32Array(lines.count)
  for (let line = 0; line < lines.count; line += 1) {
    productWeekOf[line] = productWeeks.add(lines.product[line]! * 65_536 + weekOf[lines.order[line]!]! + 1)
  }
  const offers: Offers = {
    productWeeks,
    productWeekOf,
    buyers: new Int32Array(productWeeks.size),
    discounted: new Int32Array(productWeeks.size),
    weekBuyers: new Int32Array(weeks),
    weekDiscounted: new Int32Array(weeks),
  }
  const seen = new Int32Array(productWeeks.size).fill(-1)
  const seenDiscounted = new Int32Array(productWeeks.size).fill(-1)
  const seenInWeek = new Int32Array(weeks).fill(-1)
  const seenDiscountedInWeek = new Int32Array(weeks).fill(-1)
  for (const line of byBuyer) {
    const order = lines.order[line]!
    const buyer = orders.buyer[order]!
    countOnce(seen, offers.buyers, productWeekOf[line]!, buyer)
    countOnce(seenInWeek, offers.weekBuyers, weekOf[order]!, buyer)
    if (isDiscounted[line] === 0) continue
    countOnce(seenDiscounted, offers.discounted, productWeekOf[line]!, buyer)
    countOnce(seenDiscountedInWeek, offers.weekDiscounted, weekOf[order]!, buyer)
  }
  return offers
}

function countOnce(seen: Int32Array, counts: Int32Array, position: number, buyer: number): void {
  if (seen[position] === buyer) return
  seen[position] = buyer
  counts[position]! += 1
}

export function sumOrders(
  orders: BoughtOrders,
  lines: BoughtLines,
  byBuyer: Int32Array,
  weekOf: Int32Array,
  isDiscounted: Uint8Array,
  offers: Offers,
): OrderSums {
  const size = orders.index.size
  const sums: OrderSums = {
    lines: new Int32Array(size),
    discounted: new Int32Array(size),
    expected: new Float64Array(size),
    variance: new Float64Array(size),
  }
  const selfDiscounted = new Int32Array(offers.productWeeks.size).fill(-1)
  let from = 0
  while (from < byBuyer.length) {
    const buyer = orders.buyer[lines.order[byBuyer[from]!]!]!
    let to = from
    for (; to < byBuyer.length && orders.buyer[lines.order[byBuyer[to]!]!] === buyer; to += 1) {
      if (isDiscounted[byBuyer[to]!] === 1) selfDiscounted[offers.productWeekOf[byBuyer[to]!]!] = buyer
    }
    for (let k = from; k < to; k += 1) {
      const line = byBuyer[k]!
      const order = lines.order[line]!
      if (orders.isGuest[order] === 1) continue
      const week = weekOf[order]!
      const offer = offers.productWeekOf[line]!
      const share = offers.weekDiscounted[week]! / offers.weekBuyers[week]!
      // Position 0 is no product: nobody else bought it.
      const isProduct = lines.product[line] !== 0
      const self = selfDiscounted[offer] === buyer
      const expected = isProduct
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

/** Products as the shop sells them now, by position: what stands beside what, at which price. */
export type Shelf = {
  /** Shopify's ids. */
  ids: readonly number[]
  /** Not published, nothing left, a gift card, or kept out by the merchant. */
  isOut: Uint8Array
  /** In shop money; NaN: unknown. */
  price: Float64Array
  /** The collections that stand for a category, sorted. */
  categories: readonly (readonly number[])[]
  /** How long one piece lasts; NaN: it is no refill, or unknown. */
  cycleDays: Float64Array
  /** What is left of 100 of list price, after discounts, as it was sold; 1 where nothing was sold. */
  keptShare: Float64Array
  /** What one piece costs the shop, in shop money; NaN: not named. */
  unitCost: Float64Array
  /** What goods cost, as a share (0–1) of their list price, where a product's own cost is not named. */
  goodsShare: number
}

/**
 * What one piece leaves the shop, in shop money, after the discounts it was sold with and what it cost; below cost it is less
 * than 0.
 *
 * @param usual  price of one whose own is not known
 *
 * Known values: 100 sold at .9 of it that costs 40 leaves 50; without a named cost and goods at .3 of the price, 60.
 */
export function moneyLeft({ price, keptShare, unitCost, goodsShare }: Shelf, product: number, usual: number): number {
  const list = price[product]! > 0 ? price[product]! : usual
  const cost = unitCost[product]!
  return list * keptShare[product]! - (Number.isNaN(cost) ? list * goodsShare : cost)
}

/**
 * How alike two products are that nobody has bought together yet: the share of categories in common, times how close their
 * prices are (1 at the same price, a half at twice the price). 0 where either has no category.
 *
 * Known value: one category of two in common, 10 beside 20 → ½ × ½ = .25.
 */
export function alike({ categories, price }: Shelf, one: number, other: number): number {
  const [own, others] = [categories[one]!, categories[other]!]
  let common = 0
  for (const category of own) if (others.includes(category)) common += 1
  if (common === 0) return 0
  const share = common / (own.length + others.length - common)
  const ratio = price[one]! / price[other]!
  return Number.isFinite(ratio) && ratio > 0 ? share * Math.min(ratio, 1 / ratio) : share
}

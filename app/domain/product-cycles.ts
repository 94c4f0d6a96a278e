import { DAY_MS } from './order.ts'
import type { Instant } from './order.ts'

/** Fewer gaps between two purchases of one product say nothing of how long it lasts. */
const GAPS_NEEDED = 30

/** How long one piece of a product usually lasts in this shop. */
export type ProductCycle = { product: number; gaps: number; cycleDays: number }

type Sum = { gaps: number; people: number; sumOfMeans: number }

/**
 * Counts how long products last, from purchases that come one by one: all of a customer's of one product together, oldest
 * first.
 *
 * A gap is from one purchase of the product to the same customer's next, over the pieces bought at its beginning; pieces
 * bought within 24 hours belong together. Cycle = exp(mean over customers of their own mean of ln gap): one vote each.
 */
export class ProductCycleCount {
  private readonly sums = new Map<number, Sum>()
  private customer = NaN
  private product = NaN
  private at = NaN
  private pieces = 0
  private gaps = 0
  private sumLnDays = 0

  /** @param pieces  over 0 */
  add(customer: number, product: number, at: Instant, pieces: number): void {
    if (customer !== this.customer || product !== this.product) {
      this.endOfOne()
      this.customer = customer
      this.product = product
      this.at = at
      this.pieces = pieces
      return
    }
    const gapDays = (at - this.at) / DAY_MS
    if (gapDays < 1) {
      this.pieces += pieces
      return
    }
    this.gaps += 1
    this.sumLnDays += Math.log(gapDays / this.pieces)
    this.at = at
    this.pieces = pieces
  }

  /** Of products with 30 gaps or more, after the last purchase. Known value: 30 gaps of 40 days after 2 pieces each → 20. */
  cycles(): ProductCycle[] {
    this.endOfOne()
    this.customer = NaN
    return [...this.sums]
      .filter(([, { gaps }]) => gaps >= GAPS_NEEDED)
      .map(([product, { gaps, people, sumOfMeans }]) => ({ product, gaps, cycleDays: Math.exp(sumOfMeans / people) }))
  }

  private endOfOne(): void {
    if (this.gaps > 0) {
      const sum = this.sums.get(this.product) ?? { gaps: 0, people: 0, sumOfMeans: 0 }
      sum.gaps += this.gaps
      sum.people += 1
      sum.sumOfMeans += this.sumLnDays / this.gaps
      this.sums.set(this.product, sum)
    }
    this.gaps = 0
    this.sumLnDays = 0
  }
}

/** What of an order runs out first, and after how many days. */
export type Refill = { title: string; pieces: number; cycleDays: number; lastsDays: number }

/**
 * The product of an order that runs out first; null where none of them has a known cycle.
 *
 * @param lines  of one order; pieces after returns, several lines may hold one product
 * @param cycleDaysOf  by product
 */
export function firstRefill(
  lines: readonly { product: string; title: string; pieces: number }[],
  cycleDaysOf: ReadonlyMap<string, number>,
): Refill | null {
  const bought = new Map<string, Refill>()
  for (const { product, title, pieces } of lines) {
    const cycleDays = cycleDaysOf.get(product)
    if (cycleDays === undefined || pieces <= 0) continue
    const all = (bought.get(product)?.pieces ?? 0) + pieces
    bought.set(product, { title, pieces: all, cycleDays, lastsDays: cycleDays * all })
  }
  return [...bought.values()].sort((a, b) => a.lastsDays - b.lastsDays)[0] ?? null
}

/** How good a model would have been: each customer's last basket is left out, and looked for among what it recommends. */
import { allOf, boughtBy, productsOf, type Baskets, type Known } from './baskets.ts'
import { topOf, type Model } from './models.ts'
import { salesOf, scoresOf, seasonAt, weightsOf, type Reading } from './taste.ts'

export const BASKETS_NEEDED = 3
const PLACES = 10

/** What is left out of one customer: what of the basket was new to them, and which basket it was. */
type LeftOut = { customer: number; basket: number; had: ReadonlySet<number>; wanted: ReadonlySet<number> }

export type Test = { known: Known; leftOut: LeftOut[] }

/**
 * Leaves the last basket out of each customer who has three or more. Who has nothing new in it is not tested.
 *
 * @param stepsBack  1: as if each of them had one basket less, where settings are chosen
 */
export function leaveOut(baskets: Baskets, stepsBack: 0 | 1 = 0): Test {
  const known = allOf(baskets)
  let last: number[] = []
  for (let step = 0; step <= stepsBack; step++) {
    last = []
    for (const [customer, count] of known.counts.entries())
      if (count >= BASKETS_NEEDED) {
        known.counts[customer] = count - 1
        last.push(customer)
      }
  }
  const leftOut = last.flatMap((customer): LeftOut[] => {
    const basket = known.starts[customer]! + known.counts[customer]!
    const had = boughtBy(known, customer)
    const wanted = new Set([...productsOf(known, basket)].filter((product) => !had.has(product)))
    return wanted.size > 0 ? [{ customer, basket, had, wanted }] : []
  })
  return { known, leftOut }
}

/** Means over the customers tested. */
export type Figures = { recall10: number; ndcg10: number; hit10: number }

/** Beside the means, the NDCG@10 of each customer tested, in their order. */
export type Tested = Figures & { ndcgs: Float64Array }

/**
 * Recall@10 (found ÷ wanted), NDCG@10 (gain 1 a product found, discount log2(place + 1), ideal min(wanted, 10)) and the share
 * with one found or more. What they had bought before is neither recommended nor wanted; the season is that of the basket.
 * A generator that pauses after each customer.
 *
 * Known value: three wanted, found at places 1 and 3 → recall .6667, NDCG .7039, hit 1.
 */
export function* backTest({ known, leftOut }: Test, model: Model, reading: Reading): Generator<void, Tested> {
  const ndcgs = new Float64Array(leftOut.length)
  const scores = new Float64Array(model.products)
  const sales = reading.isSeasonal ? salesOf(known) : null
  const season = new Float64Array(model.products)
  let recall = 0
  let hits = 0
  for (const [at, { customer, basket, had, wanted }] of leftOut.entries()) {
    const factor = sales === null ? null : seasonAt(sales, known.at[basket]!, season)
    scoresOf(model, weightsOf(known, customer, reading), factor, scores)
    const top = topOf(scores, PLACES, (product) => had.has(product))
    const { found, ndcg } = gainOf(top, wanted)
    ndcgs[at] = ndcg
    recall += found / wanted.size
    if (found > 0) hits += 1
    yield
  }
  const count = Math.max(1, leftOut.length)
  const ndcg10 = ndcgs.reduce((sum, ndcg) => sum + ndcg, 0) / count
  return { recall10: recall / count, ndcg10, hit10: hits / count, ndcgs }
}

/** How many of the wanted are in the list, and the list's NDCG. */
export function gainOf(list: readonly number[], wanted: ReadonlySet<number>): { found: number; ndcg: number } {
  let found = 0
  let gain = 0
  for (const [place, product] of list.entries())
    if (wanted.has(product)) {
      found += 1
      gain += 1 / Math.log2(place + 2)
    }
  let ideal = 0
  for (let place = 0; place < Math.min(PLACES, wanted.size); place++) ideal += 1 / Math.log2(place + 2)
  return { found, ndcg: gain / ideal }
}

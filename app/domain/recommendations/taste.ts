/** What a customer's own history and the season say on top of a model: late baskets count more, and so does what sells lately. */
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { productsOf, type Baskets, type Known } from './baskets.ts'
import type { Model } from './models.ts'

/** The season is looked at over so many days. */
const LATELY_DAYS = 30
/** As many sales are taken for granted, lately and usually, so that a few sales of a rare product make no season. */
const SALES_GIVEN = 5

/** How a history is read. `halfLifeBaskets`: after so many baskets more one counts half; null: all count the same. */
export type Reading = { halfLifeBaskets: number | null; isSeasonal: boolean }

/** The weight of each product that is known of a customer: that of the last basket with it; the newest basket's is 1. */
export function weightsOf(known: Known, customer: number, { halfLifeBaskets }: Reading): Map<number, number> {
  const weights = new Map<number, number>()
  const [from, count] = [known.starts[customer]!, known.counts[customer]!]
  for (let basket = 0; basket < count; basket++) {
    const weight = halfLifeBaskets === null ? 1 : 0.5 ** ((count - 1 - basket) / halfLifeBaskets)
    for (const product of productsOf(known, from + basket)) weights.set(product, weight)
  }
  return weights
}

/** When each product was in a basket, oldest first; those of product p are `at[starts[p]]` … `at[starts[p + 1] - 1]`. */
export type Sales = { starts: Float64Array; at: Float64Array; firstAt: Instant }

export function salesOf(known: Known): Sales {
  const starts = new Float64Array(known.productCount + 1)
  let firstAt = Infinity
  eachBasket(known, (basket) => {
    firstAt = Math.min(firstAt, known.at[basket]!)
    for (const product of productsOf(known, basket)) starts[product + 1] = starts[product + 1]! + 1
  })
  for (let product = 0; product < known.productCount; product++)
    starts[product + 1] = starts[product + 1]! + starts[product]!
  const at = new Float64Array(starts[known.productCount]!)
  const next = starts.slice()
  eachBasket(known, (basket) => {
    for (const product of productsOf(known, basket)) {
      at[next[product]!] = known.at[basket]!
      next[product] = next[product]! + 1
    }
  })
  for (let product = 0; product < known.productCount; product++)
    at.subarray(starts[product], starts[product + 1]).sort()
  return { starts, at, firstAt }
}

function eachBasket(known: Baskets & Pick<Known, 'counts'>, look: (basket: number) => void): void {
  for (let customer = 0; customer < known.counts.length; customer++)
    for (let at = 0; at < known.counts[customer]!; at++) look(known.starts[customer]! + at)
}

/**
 * What each product sells lately against what it usually sells, at a moment: (sales of the last 30 days + 5) ÷ (sales of 30
 * days on average since its first + 5). Only what was sold before the moment is looked at.
 *
 * Known value: 60 sales in 300 days, 12 of them in the last 30 → (12 + 5) / (6 + 5) = 1.5455.
 */
export function seasonAt({ starts, at, firstAt }: Sales, moment: Instant, season: Float64Array): Float64Array {
  for (let product = 0; product < season.length; product++) {
    const [from, to] = [starts[product]!, starts[product + 1]!]
    const until = firstNotBefore(at, from, to, moment)
    const since = firstNotBefore(at, from, until, moment - LATELY_DAYS * DAY_MS)
    const begun = from < until ? at[from]! : firstAt
    const days = Math.max(LATELY_DAYS, (moment - begun) / DAY_MS)
    const usual = ((until - from) * LATELY_DAYS) / days
    season[product] = (until - since + SALES_GIVEN) / (usual + SALES_GIVEN)
  }
  return season
}

function firstNotBefore(at: Float64Array, from: number, to: number, moment: Instant): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (at[middle]! < moment) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The scores of all products for a history.
 *
 * @param season  a factor a product, for scores above 0; null: none
 */
export function scoresOf(
  model: Model,
  weights: ReadonlyMap<number, number>,
  season: Float64Array | null,
  scores: Float64Array,
): Float64Array {
  scores.fill(0)
  for (const [product, weight] of weights) model.addScores(product, scores, weight)
  if (season !== null)
    for (let product = 0; product < scores.length; product++)
      if (scores[product]! > 0) scores[product] = scores[product]! * season[product]!
  return scores
}

/** Which model a shop uses: the one that its own back-test says is clearly better than popularity, else popularity. */
import { backTest, leaveOut, type Figures, type Test, type Tested } from './back-test.ts'
import { allOf, type Baskets } from './baskets.ts'
import { cosine, ease, easeNearby, popularity, type Model } from './models.ts'
import type { Reading } from './taste.ts'
import { togetherOf, type Together } from './together.ts'

export const MODELS = ['ease', 'cosine', 'popularity'] as const
export type ModelName = (typeof MODELS)[number]

/** Up to here all products are learned together; above, each from its closest ones. */
export const DENSE_UP_TO = 5000
const NEARBY = 100
/** Enough to tell one λ from another. */
const NEARBY_FOR_LAMBDA = 50
const LAMBDAS = [200, 500, 1000]
const COSINE = { h: 10, k: 50 }
const PLAIN: Reading = { halfLifeBaskets: null, isSeasonal: false }
const READINGS: readonly Reading[] = [
  PLAIN,
  { halfLifeBaskets: 2, isSeasonal: false },
  { halfLifeBaskets: null, isSeasonal: true },
  { halfLifeBaskets: 2, isSeasonal: true },
]
/** Fewer customers with a basket to look for say nothing. */
export const TESTED_NEEDED = 50
const MOST_TESTED = 4_000

export type Choice = {
  model: ModelName
  /** few: nothing could be tested; not-better: popularity found as much, or the difference may be chance. */
  because: 'better' | 'not-better' | 'few'
  lambda: number
  reading: Reading
  /** Customers tested, and what each model found of their last baskets; null: too few. */
  tested: number
  figures: Record<ModelName, Figures> | null
}

/**
 * Chooses λ and how histories are read on the basket before the last, then the model on the last. A model is better where its
 * mean NDCG@10 is above popularity's by more than two standard errors of the customers' differences.
 *
 * A generator that pauses often.
 */
export function* choose(baskets: Baskets): Generator<void, Choice> {
  const last = sampled(leaveOut(baskets))
  const tested = last.leftOut.length
  const few: Choice = { model: 'popularity', because: 'few', lambda: 500, reading: PLAIN, tested, figures: null }
  if (tested < TESTED_NEEDED) return few
  const { lambda, reading } = yield* settingsOf(baskets)
  const together = yield* togetherOf(last.known)
  const told: Record<ModelName, Tested> = {
    ease: yield* backTest(last, yield* easeOf(together, lambda), reading),
    cosine: yield* backTest(last, yield* cosine(together, COSINE), reading),
    popularity: yield* backTest(last, popularity(together), PLAIN),
  }
  const best = told.ease.ndcg10 >= told.cosine.ndcg10 ? 'ease' : 'cosine'
  const isBetter = isClearlyBetter(told[best].ndcgs, told.popularity.ndcgs)
  return {
    model: isBetter ? best : 'popularity',
    because: isBetter ? 'better' : 'not-better',
    lambda,
    reading,
    tested,
    figures: { ease: figuresOf(told.ease), cosine: figuresOf(told.cosine), popularity: figuresOf(told.popularity) },
  }
}

function figuresOf({ recall10, ndcg10, hit10 }: Tested): Figures {
  return { recall10, ndcg10, hit10 }
}

/** The mean of the differences is above two standard errors of it. Known value: (1, 1, 1, 0) − 0 → .75 > 2 × .25, better. */
export function isClearlyBetter(ours: Float64Array, theirs: Float64Array): boolean {
  const count = ours.length
  let sum = 0
  let squares = 0
  for (let at = 0; at < count; at++) {
    const difference = ours[at]! - theirs[at]!
    sum += difference
    squares += difference * difference
  }
  const mean = sum / count
  const variance = Math.max(0, squares - count * mean * mean) / Math.max(1, count - 1)
  return mean > 0 && mean > 2 * Math.sqrt(variance / count)
}

/** More would say the same; the whole of it is learned from all the same. */
function sampled(test: Test): Test {
  const every = Math.ceil(test.leftOut.length / MOST_TESTED)
  return every <= 1 ? test : { ...test, leftOut: test.leftOut.filter((_, at) => at % every === 0) }
}

/** λ and how histories are read, on the basket before the last. */
function* settingsOf(baskets: Baskets): Generator<void, Pick<Choice, 'lambda' | 'reading'>> {
  const earlier = sampled(leaveOut(baskets, 1))
  const together = yield* togetherOf(earlier.known)
  let best: { lambda: number; model: Model; ndcg10: number } | null = null
  for (const lambda of LAMBDAS) {
    const model = yield* easeNearby(together, lambda, NEARBY_FOR_LAMBDA)
    const { ndcg10 } = yield* backTest(earlier, model, PLAIN)
    if (best === null || ndcg10 > best.ndcg10) best = { lambda, model, ndcg10 }
  }
  const { lambda, model } = best!
  let read = { reading: PLAIN, ndcg10: best!.ndcg10 }
  for (const reading of READINGS.slice(1)) {
    const { ndcg10 } = yield* backTest(earlier, model, reading)
    if (ndcg10 > read.ndcg10) read = { reading, ndcg10 }
  }
  return { lambda, reading: read.reading }
}

function easeOf(together: Together, lambda: number): Generator<void, Model> {
  return together.times.length <= DENSE_UP_TO ? ease(together, lambda) : easeNearby(together, lambda, NEARBY)
}

/** The chosen model, learned from everything, and how many customers each product has. */
export function* learn(
  baskets: Baskets,
  { model, lambda }: Pick<Choice, 'model' | 'lambda'>,
): Generator<void, { model: Model; times: Float64Array }> {
  const together = yield* togetherOf(allOf(baskets))
  const { times } = together
  if (model === 'ease') return { model: yield* easeOf(together, lambda), times }
  return { model: model === 'cosine' ? yield* cosine(together, COSINE) : popularity(together), times }
}

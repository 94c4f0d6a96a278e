import { minimise } from './lifetime/minimise.ts'

/** Rows of inputs one after another, `width` of them each, and whether what is to be told came true for each. */
export type Examples = { count: number; width: number; inputs: Float64Array; cameTrue: Uint8Array }

/** Inputs are measured in standard deviations from their mean, so that weights can be compared. */
export type Logistic = { intercept: number; weights: number[]; means: number[]; deviations: number[] }

/**
 * How much a squared weight costs, per example. Inputs that say nearly the same thing (recency, frequency, what is expected
 * of them) then share the weight instead of one taking it all, which carries over better from an earlier moment to now.
 */
const SHARING = 0.05

/**
 * A logistic model of examples: weights by penalised maximum likelihood, which orders people, then intercept and slope of the
 * whole without that penalty, so that the shares it gives are as large as what came true. An input that is the same for
 * everyone gets no weight, and a small shop that one input splits perfectly no endless one.
 *
 * Known value: where no input tells anything, the intercept is the log odds of the share that came true.
 */
export function fitLogistic(examples: Examples): Logistic {
  const { count, width, inputs, cameTrue } = examples
  const means = Array.from({ length: width }, (_, j) => meanOf(count, (i) => inputs[i * width + j]!))
  const deviations = means.map((mean, j) => Math.sqrt(meanOf(count, (i) => (inputs[i * width + j]! - mean) ** 2)) || 1)
  const scaled = inputs.map((value, at) => (value - means[at % width]!) / deviations[at % width]!)
  const ordered = mostLikely({ count, width, inputs: scaled, cameTrue }, SHARING * count)
  const scores = Float64Array.from({ length: count }, (_, i) => {
    let score = 0
    for (let j = 0; j < width; j += 1) score += ordered[j]! * scaled[i * width + j]!
    return score
  })
  const [slope, intercept] = mostLikely({ count, width: 1, inputs: scores, cameTrue }, 1)
  return { intercept: intercept!, weights: ordered.slice(0, width).map((weight) => weight * slope!), means, deviations }
}

/** The weights, then the intercept, under which what came true was most likely, less half the penalty times each weight squared. */
function mostLikely({ count, width, inputs, cameTrue }: Examples, penalty: number): number[] {
  return minimise(
    (at, gradient) => {
      let cost = 0
      gradient.fill(0)
      for (let j = 0; j < width; j += 1) {
        cost += (penalty * at[j]! * at[j]!) / 2
        gradient[j] = penalty * at[j]!
      }
      for (let i = 0; i < count; i += 1) {
        let score = at[width]!
        for (let j = 0; j < width; j += 1) score += at[j]! * inputs[i * width + j]!
        // −ln of the share given to what happened, in a form that cannot overflow.
        cost += Math.max(score, 0) - (cameTrue[i] ? score : 0) + Math.log1p(Math.exp(-Math.abs(score)))
        const error = 1 / (1 + Math.exp(-score)) - cameTrue[i]!
        for (let j = 0; j < width; j += 1) gradient[j]! += error * inputs[i * width + j]!
        gradient[width]! += error
      }
      for (let j = 0; j <= width; j += 1) gradient[j]! /= count
      return cost / count
    },
    new Array<number>(width + 1).fill(0),
  ).at
}

/** The share, 0–1, that a model gives to the inputs that begin at `from`. */
export function logisticShare(model: Logistic, inputs: ArrayLike<number>, from = 0): number {
  let score = model.intercept
  for (let j = 0; j < model.weights.length; j += 1)
    score += (model.weights[j]! * (inputs[from + j]! - model.means[j]!)) / model.deviations[j]!
  return 1 / (1 + Math.exp(-score))
}

function meanOf(count: number, valueOf: (row: number) => number): number {
  let sum = 0
  for (let i = 0; i < count; i += 1) sum += valueOf(i)
  return sum / count
}

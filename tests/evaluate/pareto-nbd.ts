import type { History } from '#app/domain/lifetime/mbg-nbd.ts'
import { hypergeometricOfOne, lnGamma } from '#app/domain/lifetime/special-functions.ts'
import { fitByLikelihood } from './fit-by-likelihood.ts'
import type { Histories } from '#app/domain/lifetime/histories.ts'

export type ParetoNbd = { r: number; alpha: number; s: number; beta: number }

/**
 * Pareto/NBD, a reference for the evaluations only.
 *
 * Source: Schmittlein, Morrison & Colombo 1987, as written out in Fader & Hardie, "A Note on Deriving the Pareto/NBD Model",
 * 2005.
 */
export function fitParetoNbd(customers: Histories): ParetoNbd & { logLikelihood: number } {
  const fit = fitByLikelihood(customers, [1, 10, 1, 10], ([r, alpha, s, beta], history) =>
    logLikelihood({ r: r!, alpha: alpha!, s: s!, beta: beta! }, history),
  )
  const [r, alpha, s, beta] = fit.at as [number, number, number, number]
  return { r, alpha, s, beta, logLikelihood: fit.logLikelihood }
}

/** ln of ₂F₁ over the power of (α or β, the larger, + t), by Euler's transformation. */
function lnTail({ r, alpha, s, beta }: ParetoNbd, x: number, t: number): number {
  const [large, small, power, other] = alpha >= beta ? [alpha, beta, s, r + x] : [beta, alpha, r + x - 1, s + 1]
  const z = (large - small) / (large + t)
  const series = hypergeometricOfOne(other, r + s + x + 1, z)
  return Math.log(series) - power * Math.log1p(-z) - (r + s + x) * Math.log(large + t)
}

/** ln of the chance of having stopped somewhere after the last purchase, against that of being alive, as a density. */
function lnGone(fit: ParetoNbd, { repeats: x, recency, age }: History): number {
  const near = lnTail(fit, x, recency)
  const far = lnTail(fit, x, age)
  return Math.log(fit.s / (fit.r + fit.s + x)) + near + Math.log(-Math.expm1(Math.min(0, far - near)))
}

function lnAlive({ r, alpha, s, beta }: ParetoNbd, { repeats: x, age }: History): number {
  return -(r + x) * Math.log(alpha + age) - s * Math.log(beta + age)
}

function logLikelihood(fit: ParetoNbd, history: History): number {
  const { r, alpha, s, beta } = fit
  const [gone, alive] = [lnGone(fit, history), lnAlive(fit, history)]
  const most = Math.max(gone, alive)
  const either = most + Math.log(Math.exp(gone - most) + Math.exp(alive - most))
  return lnGamma(r + history.repeats) - lnGamma(r) + r * Math.log(alpha) + s * Math.log(beta) + either
}

export function shareAlive(fit: ParetoNbd, history: History): number {
  return 1 / (1 + Math.exp(lnGone(fit, history) - lnAlive(fit, history)))
}

export function expectedPurchases(fit: ParetoNbd, history: History, horizon: number): number {
  const { r, alpha, s, beta } = fit
  const { repeats: x, age } = history
  const rate = ((r + x) * (beta + age)) / ((alpha + age) * (s - 1))
  return rate * (1 - ((beta + age) / (beta + age + horizon)) ** (s - 1)) * shareAlive(fit, history)
}

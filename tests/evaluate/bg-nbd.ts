import type { History, MbgNbd } from '#app/domain/lifetime/mbg-nbd.ts'
import { hypergeometric, lnGamma } from '#app/domain/lifetime/special-functions.ts'
import { fitByLikelihood } from './fit-by-likelihood.ts'
import type { Histories } from '#app/domain/lifetime/histories.ts'

/**
 * BG/NBD, a reference for the evaluations only: over a whole shop it calls everyone without a repeat alive.
 *
 * Source: Fader, Hardie & Lee, "Counting Your Customers the Easy Way", Marketing Science 24(2), 2005.
 */
export function fitBgNbd(customers: Histories): MbgNbd & { logLikelihood: number } {
  const fit = fitByLikelihood(customers, [1, 4, 1, 1], ([r, alpha, a, b], history) =>
    logLikelihood({ r: r!, alpha: alpha!, a: a!, b: b! }, history),
  )
  const [r, alpha, a, b] = fit.at as [number, number, number, number]
  return { r, alpha, a, b, logLikelihood: fit.logLikelihood }
}

function logLikelihood({ r, alpha, a, b }: MbgNbd, { repeats: x, recency, age }: History): number {
  const shared = lnGamma(r + x) - lnGamma(r) + r * Math.log(alpha)
  const stays = lnGamma(a + b) + lnGamma(b + x) - lnGamma(b) - lnGamma(a + b + x) - (r + x) * Math.log(alpha + age)
  const gone = x > 0 ? lnOdds({ r, alpha, a, b }, { repeats: x, recency, age }) : -Infinity
  return shared + stays + Math.log1p(Math.exp(gone))
}

function lnOdds({ r, alpha, a, b }: MbgNbd, { repeats: x, recency, age }: History): number {
  return Math.log(a / (b + x - 1)) + (r + x) * Math.log((alpha + age) / (alpha + recency))
}

export function shareAlive(fit: MbgNbd, history: History): number {
  return history.repeats === 0 ? 1 : 1 / (1 + Math.exp(lnOdds(fit, history)))
}

export function expectedPurchases(fit: MbgNbd, history: History, horizon: number): number {
  const { r, alpha, a, b } = fit
  const { repeats: x, age } = history
  const z = horizon / (alpha + age + horizon)
  const series = hypergeometric(a + b - 1 - r, a - 1, a + b + x - 1, z)
  return ((a + b + x - 1) / (a - 1)) * (1 - (1 - z) ** (a - 1) * series) * shareAlive(fit, history)
}

import { expectedSpend } from './gamma-gamma.ts'
import type { GammaGamma } from './gamma-gamma.ts'
import { expectedPurchases, shareAlive } from './mbg-nbd.ts'
import type { History, MbgNbd } from './mbg-nbd.ts'
import { incompleteBeta, lnGamma } from './special-functions.ts'

/** What somebody is expected to bring within a horizon, and the range that holds it in 8 of 10 cases; in the unit of the money. */
export type ValueForecast = { expectedOrders: number; expected: number; low: number; high: number }

/** What is known of somebody's purchases so far; a mean of 0 or less counts as 0. */
export type Spent = { purchases: number; mean: number }

const LOW_SHARE = 0.1
const HIGH_SHARE = 0.9
/** Counts less likely than this are not looked at. */
const NEGLIGIBLE = 1e-10

/**
 * What somebody is worth within `horizon` (money left after costs, where that is what their purchases so far are measured in),
 * with an 80 % range over how often they buy, whether they come back at all, and what each purchase is worth.
 *
 * Given ν, the sum of y purchases is Gamma(p·y, ν), and ν is Gamma(q + p·n, γ + n·m̄) after n purchases: so the sum over
 * γ + n·m̄ is beta prime, and the range needs no simulation. Low is 0 where one in ten or more such people never come back.
 */
export function valueForecast(
  purchases: MbgNbd,
  spend: GammaGamma,
  history: History,
  spent: Spent,
  horizon: number,
): ValueForecast {
  const mean = Math.max(spent.mean, 0)
  const expectedOrders = expectedPurchases(purchases, history, horizon)
  const scale = spend.gamma + spent.purchases * mean
  const tail = spend.q + spend.p * spent.purchases
  const counts = orderCountShares(purchases, history, horizon)
  const shareUpTo = (part: number) =>
    counts.reduce((sum, share, y) => {
      if (share < NEGLIGIBLE) return sum
      return sum + share * (y === 0 ? 1 : incompleteBeta(part, spend.p * y, tail))
    }, 0)
  const worthAt = (share: number) => {
    if (counts[0]! >= share) return 0
    let [below, above] = [0, 1]
    for (let step = 0; step < 60; step += 1) {
      const middle = (below + above) / 2
      if (shareUpTo(middle) < share) below = middle
      else above = middle
    }
    return (scale * below) / (1 - below)
  }
  return {
    expectedOrders,
    expected: expectedOrders * expectedSpend(spend, spent.purchases, mean),
    low: worthAt(LOW_SHARE),
    high: worthAt(HIGH_SHARE),
  }
}

/**
 * The shares, 0–1, of 0, 1, 2 … further purchases within `horizon`. Their mean is `expectedPurchases`.
 *
 * While alive the purchases are negative binomial, and each is the last with a chance that is Beta(a, b + x + 1) after x
 * repeats that were not. Somebody buys exactly y times by surviving all of y, or by stopping at the yth of y or more.
 */
export function orderCountShares(fit: MbgNbd, history: History, horizon: number): number[] {
  const { r, alpha, a, b } = fit
  const { repeats, age } = history
  const [shape, z] = [r + repeats, horizon / (alpha + age + horizon)]
  const mean = (shape * z) / (1 - z)
  const most = Math.ceil(mean + 12 * Math.sqrt(mean / (1 - z)) + 40)
  const exactly = Array.from({ length: most + 1 }, (_, n) =>
    Math.exp(lnGamma(shape + n) - lnGamma(shape) - lnGamma(n + 1) + shape * Math.log1p(-z) + n * Math.log(z)),
  )
  const atLeast = [...exactly]
  for (let n = most - 1; n >= 0; n -= 1) atLeast[n]! += atLeast[n + 1]!
  const alive = shareAlive(fit, history)
  const shares = [1 - alive + alive * exactly[0]!]
  let survives = 1
  for (let y = 1; y <= most; y += 1) {
    const before = survives
    survives *= (b + repeats + y) / (a + b + repeats + y)
    shares.push(alive * (exactly[y]! * survives + atLeast[y]! * (before - survives)))
  }
  return shares
}

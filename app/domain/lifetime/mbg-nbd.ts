import { grouped, withoutRecency } from './histories.ts'
import type { GroupedHistories, Histories } from './histories.ts'
import { minimise } from './minimise.ts'
import { hypergeometric, lnGamma } from './special-functions.ts'

/**
 * MBG/NBD: while alive, people buy at random at a rate of their own, and after every purchase, the first included, each
 * has a chance of their own never to come back. Rates are Gamma(r, α), chances Beta(a, b) over the shop's customers.
 *
 * Source: Batislam, Denizel & Filiztekin, "Empirical validation and comparison of models for customer base analysis",
 * International Journal of Research in Marketing 24(3), 2007. The formulas hold in any one unit of time; α is in the unit of
 * the histories, days in the product.
 */
export type MbgNbd = { r: number; alpha: number; a: number; b: number }

/** The model of one shop. */
export type PurchaseFit = MbgNbd & {
  kind: 'fitted'
  /** Of all histories under these parameters, in days. Weeks instead of days add Σx·ln 7. */
  logLikelihood: number
  customers: number
  repeatBuyers: number
  /**
   * Whether this shop's orders tell people who have stopped from people who buy rarely. Where they do not (in a wholesale-like
   * shop a runs to 0), a is 0: nobody ever stops, and the purchase cycle has to say who is late.
   */
  dropOut: 'identifiable' | 'not identifiable'
}

/**
 * Too little to learn from, and of what: customers who have come back; customers who came back after an earlier moment, or who
 * did not; customers whose purchases are worth something.
 */
export type NotEnoughData = {
  kind: 'not-enough-data'
  lacking: 'repeat-buyers' | 'outcomes' | 'paying-customers'
  found: number
  needed: number
}

/** One customer's history in the unit of α. */
export type History = {
  /** x: purchases after the first. */
  repeats: number
  /** t_x: first purchase to last. */
  recency: number
  /** T: first purchase to now. */
  age: number
}

/** Below this many customers with a second purchase nothing is fitted. */
const REPEAT_BUYERS_NEEDED = 50
/**
 * By how much the log-likelihood has to rise for drop-out to count as seen: half the 95 % point of χ² with the two
 * parameters that it adds.
 */
const DROP_OUT_GAIN = 3
/** Weak: a parameter a factor e² from where its prior is centred costs half a unit of log-likelihood in all. */
const PRIOR_SD = 2

/**
 * The model of a shop's purchase histories, by maximum likelihood with weak log-normal priors, which hold a small shop's
 * parameters where they mean something and are not felt in a large one's.
 *
 * @param withPriors  off gives the published estimates
 * Known values: CDNOW sample in weeks, priors off: log-likelihood −9582.136 (tests/domain/lifetime).
 */
export function fitPurchases(histories: Histories, withPriors = true): PurchaseFit | NotEnoughData {
  const groups = grouped(histories)
  const { customers, repeatBuyers } = groups
  if (repeatBuyers < REPEAT_BUYERS_NEEDED)
    return { kind: 'not-enough-data', lacking: 'repeat-buyers', found: repeatBuyers, needed: REPEAT_BUYERS_NEEDED }
  // Centred on an even chance to stop, and on a purchase in as long as customers have been known on average.
  const centre = [0, Math.log(groups.meanAgeDays), 0, 0]
  const likelihood = likelihoodOf(groups)
  const plainLikelihood = likelihoodOf(withoutRecency(groups))
  const costOf = (likelihoodAt: typeof likelihood) => (at: Float64Array, gradient: Float64Array) => {
    let cost = -likelihoodAt(at, gradient)
    for (let i = 0; i < gradient.length; i += 1) {
      const away = withPriors ? (at[i]! - centre[i]!) / PRIOR_SD : 0
      cost += (away * away) / 2
      gradient[i] = (away / PRIOR_SD - gradient[i]!) / customers
    }
    return cost / customers
  }
  const plain = minimise(costOf(plainLikelihood), centre.slice(0, 2))
  const full = minimise(costOf(likelihood), [...plain.at, -1, 0])
  const plainLogLikelihood = plainLikelihood(Float64Array.from(plain.at), new Float64Array(2))
  const logLikelihood = likelihood(Float64Array.from(full.at), new Float64Array(4))
  const isSeen = logLikelihood - plainLogLikelihood > DROP_OUT_GAIN
  const [r, alpha, a, b] = (isSeen ? full.at : plain.at).map(Math.exp) as [number, number, number?, number?]
  return {
    kind: 'fitted',
    r,
    alpha,
    a: a ?? 0,
    b: b ?? 1,
    logLikelihood: isSeen ? logLikelihood : plainLogLikelihood,
    customers,
    repeatBuyers,
    dropOut: isSeen ? 'identifiable' : 'not identifiable',
  }
}

/** The log-likelihood of one history. Known values: their sum over the CDNOW sample is the fit's. */
export function logLikelihood({ r, alpha, a, b }: MbgNbd, { repeats: x, recency, age }: History): number {
  const stays = lnGamma(a + b) + lnGamma(b + x + 1) - lnGamma(b) - lnGamma(a + b + x + 1)
  const buys = lnGamma(r + x) - lnGamma(r) + r * Math.log(alpha) - (r + x) * Math.log(alpha + age)
  return stays + buys + softplus(Math.log(a / (b + x)) + (r + x) * Math.log((alpha + age) / (alpha + recency)))
}

/**
 * The log-likelihood of a shop and its gradient, in the logarithms of r, α, a, b; of r and α alone where the gradient has room
 * for two, which is plain NBD: nobody ever stops.
 *
 * Γ ratios over whole numbers are sums, which groups sorted by repeats share; logarithms of a day are looked up. What is left
 * for each group is one exponential.
 */
function likelihoodOf(groups: GroupedHistories): (at: Float64Array, gradient: Float64Array) => number {
  const days = groups.oldestDays + 1
  const lnOfDay = new Float64Array(days)
  const inverseOfDay = new Float64Array(days)
  const { repeats, recencyDays, ageDays, customersOf } = groups
  return (at, gradient) => {
    const hasDropOut = gradient.length === 4
    const [r, alpha] = [Math.exp(at[0]!), Math.exp(at[1]!)]
    const [a, b] = hasDropOut ? [Math.exp(at[2]!), Math.exp(at[3]!)] : [0, 1]
    for (let day = 0; day < days; day += 1) {
      lnOfDay[day] = Math.log(alpha + day)
      inverseOfDay[day] = 1 / (alpha + day)
    }
    let value = 0
    let [dr, dAlpha, da, db] = [0, 0, 0, 0]
    // Of the x reached so far: lnΓ(r+x) − lnΓ(r) and its slope; the same of the chances to stay, Γ(b+x+1) over Γ(a+b+x+1).
    let [reached, lnRates, rateSlope] = [0, 0, 0]
    let [lnStays, staySlopeB, staySlopeAB] = [0, 0, 0]
    if (hasDropOut) {
      lnStays = Math.log(b / (a + b))
      staySlopeB = 1 / b
      staySlopeAB = 1 / (a + b)
    }
    const lnAlpha = Math.log(alpha)
    for (let group = 0; group < groups.groups; group += 1) {
      const x = repeats[group]!
      for (; reached < x; reached += 1) {
        lnRates += Math.log(r + reached)
        rateSlope += 1 / (r + reached)
        if (!hasDropOut) continue
        const next = b + reached + 1
        lnStays += Math.log(next / (a + next))
        staySlopeB += 1 / next
        staySlopeAB += 1 / (a + next)
      }
      const age = ageDays[group]!
      const weight = customersOf[group]!
      let one = lnRates + lnStays + r * lnAlpha - (r + x) * lnOfDay[age]!
      let oneR = rateSlope + lnAlpha - lnOfDay[age]!
      let oneAlpha = r / alpha - (r + x) * inverseOfDay[age]!
      if (hasDropOut) {
        const recency = recencyDays[group]!
        const lnSilence = lnOfDay[age]! - lnOfDay[recency]!
        const exponent = Math.log(a / (b + x)) + (r + x) * lnSilence
        // softplus and its slope from one exponential that cannot overflow.
        const e = Math.exp(-Math.abs(exponent))
        const gone = exponent > 0 ? 1 / (1 + e) : e / (1 + e)
        one += (exponent > 0 ? exponent : 0) + Math.log1p(e)
        oneR += gone * lnSilence
        oneAlpha += gone * (r + x) * (inverseOfDay[age]! - inverseOfDay[recency]!)
        da += weight * (gone / a - staySlopeAB)
        // Γ(a + b) is the same for everyone and has its slope here too.
        db += weight * (staySlopeB - staySlopeAB - gone / (b + x))
      }
      value += weight * one
      dr += weight * oneR
      dAlpha += weight * oneAlpha
    }
    gradient[0] = dr * r
    gradient[1] = dAlpha * alpha
    if (hasDropOut) {
      gradient[2] = da * a
      gradient[3] = db * b
    }
    return value
  }
}

/**
 * The chance, 0–1, that somebody has not stopped buying from the shop for good.
 *
 * Known value: .525/6.183/.891/1.614, history 2/30.43/38.86 in weeks → .706202; without a repeat 0/0/38.86 → .389735.
 */
export function shareAlive({ r, alpha, a, b }: MbgNbd, { repeats, recency, age }: History): number {
  if (a === 0) return 1
  const exponent = Math.log(a / (b + repeats)) + (r + repeats) * Math.log((alpha + age) / (alpha + recency))
  return 1 / (1 + Math.exp(exponent))
}

/**
 * Expected number of further purchases of one customer within `horizon`, in the unit of α; not a whole number.
 *
 * Known value: .525/6.183/.891/1.614, history 2/30.43/38.86, horizon 39, in weeks → 1.262961.
 */
export function expectedPurchases(fit: MbgNbd, history: History, horizon: number): number {
  return shareAlive(fit, history) * expectedIfAlive(fit, history.repeats, history.age, horizon)
}

/**
 * The same for somebody who is alive; it does not depend on when they last bought. After Euler's transformation, which keeps
 * every term of the series small however many repeats there are:
 * (a+b+x)/(a−1)·[1 − (1−z)^(a−1)·₂F₁(a+b−r, a−1; a+b+x; z)], z = t/(α+T+t).
 */
export function expectedIfAlive({ r, alpha, a, b }: MbgNbd, repeats: number, age: number, horizon: number): number {
  if (horizon <= 0) return 0
  if (a === 0) return ((r + repeats) * horizon) / (alpha + age)
  // At a = 1 the expression is 0/0 and continuous; this near to it ten digits are left.
  const near = Math.abs(a - 1) < 1e-6 ? 1 + 1e-6 : a
  const z = horizon / (alpha + age + horizon)
  const left = hypergeometric(near + b - r, near - 1, near + b + repeats, z, (near - 1) * Math.log1p(-z))
  return ((near + b + repeats) / (near - 1)) * (1 - left)
}

/**
 * Expected further purchases of every row within `horizonDays`, row by row as `expectedPurchases` has them: the series is
 * worked out once for each pair of repeats and age, and logarithms of days are looked up.
 */
export function expectedPurchasesOfAll(fit: MbgNbd, histories: Histories, horizonDays: number): Float64Array {
  const { count, repeats, recencyDays, ageDays } = histories
  const { r, alpha, a, b } = fit
  let oldestDays = 0
  for (let i = 0; i < count; i += 1) oldestDays = Math.max(oldestDays, ageDays[i]!)
  const lnOfDay = Float64Array.from({ length: oldestDays + 1 }, (_, day) => Math.log(alpha + day))
  const ifAlive = new Map<number, number>()
  const expected = new Float64Array(count)
  for (let i = 0; i < count; i += 1) {
    const [x, age] = [repeats[i]!, ageDays[i]!]
    const pair = x * (oldestDays + 1) + age
    let orders = ifAlive.get(pair)
    if (orders === undefined) {
      orders = expectedIfAlive(fit, x, age, horizonDays)
      ifAlive.set(pair, orders)
    }
    const odds = a === 0 ? 0 : (a / (b + x)) * Math.exp((r + x) * (lnOfDay[age]! - lnOfDay[recencyDays[i]!]!))
    expected[i] = orders / (1 + odds)
  }
  return expected
}

/** The chance, 0–1, of at least one purchase within `horizon`: alive, and not merely between two. */
export function shareBuying(fit: MbgNbd, history: History, horizon: number): number {
  const silent = (fit.r + history.repeats) * Math.log1p(horizon / (fit.alpha + history.age))
  return shareAlive(fit, history) * -Math.expm1(-silent)
}

function softplus(of: number): number {
  return of > 0 ? of + Math.log1p(Math.exp(-of)) : Math.log1p(Math.exp(of))
}

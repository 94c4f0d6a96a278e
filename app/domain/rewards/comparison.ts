/** What two arms can tell: whether they were divided as planned, and how many people an answer needs. */
import { lnGamma } from '#app/domain/lifetime/special-functions.ts'

/** An alarm only where chance would do so in one of a thousand: the page looks every time that somebody opens it. */
const ALARM_BELOW = 0.001
/** Two-sided 5 %, power 80 %. */
const Z_LEVEL = 1.959963984540054
const Z_POWER = 0.8416212335729143
/** What is worth finding out: a difference of a fifth of what the comparison group does. */
const WORTH_FINDING = 0.2
/** A share is not taken at its word before so many people. */
const SHARE_NEEDS = 50

/** `p`: how often chance alone would divide people at least so unevenly. */
export type SampleRatio = { p: number; isOff: boolean }

/**
 * Whether people were divided as planned (Pearson's χ²): if not, the arms are not alike and their difference means nothing.
 *
 * Known values: 1000/1100 → p .029096; 821588/815482 → 1.82179e-6; 500/620 → .000336194; 1000/1000/1120 → .0098984, each
 * planned in equal shares (tests/domain/rewards/comparison.test.ts).
 *
 * @param counts  people in each arm
 * @param shares  as planned, adding up to 1; an arm planned empty and empty is left out
 */
export function sampleRatio(counts: readonly number[], shares: readonly number[]): SampleRatio {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const planned = counts.map((count, i) => ({ count, expected: total * shares[i]! }))
  if (total === 0) return { p: 1, isOff: false }
  if (planned.some(({ count, expected }) => expected === 0 && count > 0)) return { p: 0, isOff: true }
  const arms = planned.filter(({ expected }) => expected > 0)
  const chi2 = arms.reduce((sum, { count, expected }) => sum + (count - expected) ** 2 / expected, 0)
  const p = arms.length < 2 ? 1 : upperGamma((arms.length - 1) / 2, chi2 / 2)
  return { p, isOff: p < ALARM_BELOW }
}

/**
 * People that the smaller arm needs so that a difference is found in four of five tries, at 5 % two-sided.
 *
 * Source: Evan Miller's sample size calculator, https://www.evanmiller.org/ab-testing/sample-size.html. Known values, per arm
 * of equal arms: 20 % + 5 points → 1,030; 20 % + 2 → 6,347; 5 % + 1 → 7,663; 3 % + .3 → 51,486; 10 % + 1 → 14,313
 * (tests/domain/rewards/comparison.test.ts).
 *
 * @param share       of the smaller arm that does it, 0–1
 * @param difference  > 0, share + difference ≤ 1
 * @param times       how many times larger the other arm is, ≥ 1
 */
export function peopleNeeded(share: number, difference: number, times = 1): number {
  const other = share + difference
  const without = share * (1 - share)
  const spread =
    Z_LEVEL * Math.sqrt(without * (1 + 1 / times)) + Z_POWER * Math.sqrt(without + (other * (1 - other)) / times)
  return Math.ceil((spread / difference) ** 2 - 1e-9)
}

/**
 * How long until the arms can tell a difference of a fifth, at the pace so far. `none`: nobody is compared, so it will never be
 * known. `unknown`: too few to say. `enough`: there are as many as it takes, which proves nothing by itself.
 */
export type Outlook = { kind: 'none' } | { kind: 'unknown' } | { kind: 'weeks'; weeks: number } | { kind: 'enough' }

/**
 * Known values: 300 of the smaller arm have been watched in 10 weeks, 20 % bought, the other arm is 9 times as large: 876
 * are needed, 576 more at 30 a week are 20 weeks (tests/domain/rewards/comparison.test.ts).
 *
 * @param watched  people of the comparison group whose window has passed, and how many of them bought
 * @param weeks    since the first of them could have been watched, > 0
 */
export function comparisonOutlook(
  comparisonPercent: number,
  watched: { people: number; bought: number },
  weeks: number,
): Outlook {
  if (comparisonPercent === 0) return { kind: 'none' }
  const share = watched.bought / watched.people
  if (watched.people < SHARE_NEEDS || share === 0 || share * (1 + WORTH_FINDING) > 1 || weeks <= 0)
    return { kind: 'unknown' }
  const needed = peopleNeeded(share, share * WORTH_FINDING, (100 - comparisonPercent) / comparisonPercent)
  if (watched.people >= needed) return { kind: 'enough' }
  return { kind: 'weeks', weeks: Math.ceil(((needed - watched.people) / watched.people) * weeks) }
}

/** The upper regularised incomplete gamma function Q(a, x), by its series below a + 1 and by Lentz's fraction above. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1
  const lead = Math.exp(a * Math.log(x) - x - lnGamma(a))
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a]
    for (let n = 1; n < 1000 && term > sum * 1e-16; n += 1) {
      term *= x / (a + n)
      sum += term
    }
    return 1 - lead * sum
  }
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < 1000; n += 1) {
    const an = -n * (n - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    const step = c * d
    fraction *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return lead * fraction
}

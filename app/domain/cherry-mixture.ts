/**
 * Two types of people, told apart by EM on what few signs each of them gives, and the tiers that rest on it. The shop's own
 * people teach how common cherry-pickers are and what honest people do; what a cherry-picker does is held near what is known
 * of them, or the second type would become whatever else the shop's people differ in.
 */
import { z } from 'zod'
import { dealProneness, laterOccasionsOf, type CherryFacts } from './cherry-picker.ts'

/** One category per sign, in the order of SIGNS; null: it says nothing about this person. */
export type CherrySigns = (number | null)[]

type Sign = {
  /** Shares (0–1, sum 1) of the categories before the shop has taught anything. */
  honest: readonly number[]
  picker: readonly number[]
}

/**
 * Later occasions with a discount (none, under half, half or more, then all of one, of two, of three, of more), and for each
 * of them DP under .1, .25, .4, .55, and from there. Both are of one family and move together: they are one sign, of all
 * their pairs.
 */
const LATER = {
  honest: [0.45, 0.15, 0.15, 0.15, 0.06, 0.02, 0.02],
  picker: [0.03, 0.05, 0.17, 0.13, 0.17, 0.15, 0.3],
}
const DEAL_OF_LATER = {
  honest: [
    [0.9, 0.08, 0.015, 0.004, 0.001],
    [0.85, 0.12, 0.025, 0.004, 0.001],
    [0.6, 0.25, 0.1, 0.045, 0.005],
    [0.5, 0.25, 0.17, 0.07, 0.01],
    [0.4, 0.25, 0.2, 0.13, 0.02],
    [0.35, 0.25, 0.22, 0.14, 0.04],
    [0.35, 0.25, 0.22, 0.12, 0.06],
  ],
  picker: [
    [0.5, 0.35, 0.12, 0.02, 0.01],
    [0.3, 0.4, 0.25, 0.04, 0.01],
    [0.1, 0.3, 0.4, 0.17, 0.03],
    [0.08, 0.22, 0.5, 0.18, 0.02],
    [0.05, 0.2, 0.4, 0.3, 0.05],
    [0.03, 0.12, 0.3, 0.4, 0.15],
    [0.02, 0.06, 0.17, 0.35, 0.4],
  ],
}
const DEAL_BINS = [0.1, 0.25, 0.4, 0.55]

function habitShares(type: 'honest' | 'picker'): number[] {
  return LATER[type].flatMap((share, later) => DEAL_OF_LATER[type][later]!.map((deal) => share * deal))
}

const SIGNS: readonly Sign[] = [
  // The first order without or with a first-purchase benefit.
  { honest: [0.6, 0.4], picker: [0.15, 0.85] },
  { honest: habitShares('honest'), picker: habitShares('picker') },
  // First-purchase benefits and free kits of one person: at most one, two, more.
  { honest: [0.985, 0.012, 0.003], picker: [0.55, 0.25, 0.2] },
  // Benefit orders cancelled, refunded or cut: none, some.
  { honest: [0.985, 0.015], picker: [0.7, 0.3] },
]

/**
 * Weight of the shares above, in people. What cherry-pickers do is as good as given: learned freely, the second type becomes
 * whoever else buys by habit. What honest people do is learned, but a sign that few of them give is not taken for none.
 */
const HONEST_PRIOR_PEOPLE = 400
const PICKER_PRIOR_PEOPLE = 2000
/** Beta prior of the share of cherry-pickers: mean 10 %, as if 500 people had been known. */
const BASE_SHARE = 0.1
const BASE_PRIOR_PEOPLE = 500
/** With fewer people than this nothing is learned, and the rule without a mixture holds. */
const PEOPLE_NEEDED = 300
const MOST_ROUNDS = 500

const share = z.number().gt(0).lt(1)
/** What a shop's people taught. */
export const CherryFitShape = z.object({
  people: z.number().int(),
  rounds: z.number().int(),
  /** Share (0–1) of cherry-pickers among the people fitted. */
  baseShare: share,
  /** Per sign, the share of each category among either type. */
  honest: z.array(z.array(share)),
  picker: z.array(z.array(share)),
})
export type CherryFit = z.infer<typeof CherryFitShape>

/** The signs of one person. */
export function cherrySignsOf(facts: CherryFacts): CherrySigns {
  return signsOfPattern(cherryPatternOf(facts))
}

/** How many patterns of signs there are: each sign has its categories and "says nothing". */
export const CHERRY_PATTERNS = SIGNS.reduce((product, sign) => product * (sign.honest.length + 1), 1)

/** The pattern (0 … CHERRY_PATTERNS − 1) of a person's signs: a shop is counted by them, without an object per customer. */
export function cherryPatternOf(facts: CherryFacts): number {
  const benefits = facts.benefitsUsed + facts.freeKits
  const categories = [
    facts.first === 'unknown' ? 0 : facts.first === 'without' ? 1 : 2,
    habitOf(facts),
    benefits >= 3 ? 3 : benefits === 2 ? 2 : 1,
    facts.benefitAttempts + facts.benefitCuts > 0 ? 2 : 1,
  ]
  let pattern = 0
  for (let sign = 0; sign < categories.length; sign += 1)
    pattern = pattern * (SIGNS[sign]!.honest.length + 1) + categories[sign]!
  return pattern
}

function habitOf(facts: CherryFacts): number {
  const { laterDiscounted } = facts
  const laterOccasions = laterOccasionsOf(facts)
  if (laterOccasions === 0) return 0
  let later = laterDiscounted * 2 < laterOccasions ? 1 : 2
  if (laterDiscounted === laterOccasions) later = 2 + Math.min(4, laterOccasions)
  else if (laterDiscounted === 0) later = 0
  const deal = dealProneness(facts)
  let bin = 0
  for (const from of DEAL_BINS) if (deal >= from) bin += 1
  return 1 + later * (DEAL_BINS.length + 1) + bin
}

/** The signs that make a pattern. */
export function signsOfPattern(pattern: number): CherrySigns {
  const signs: CherrySigns = []
  let rest = pattern
  for (const { honest } of [...SIGNS].reverse()) {
    const category = rest % (honest.length + 1)
    signs.unshift(category === 0 ? null : category - 1)
    rest = Math.floor(rest / (honest.length + 1))
  }
  return signs
}

/**
 * The two-type mixture of a shop by EM, with priors that keep the second type what it is. Null under 300 people.
 *
 * Business customers and people without an order or an attempt are not to be among them.
 *
 * @param people  how many there are of each pattern (`cherryPatternOf`)
 */
export function fitCherryMixture(people: ArrayLike<number>): CherryFit | null {
  const patterns: Pattern[] = []
  for (let pattern = 0; pattern < people.length; pattern += 1)
    if (people[pattern]! > 0) patterns.push({ signs: signsOfPattern(pattern), count: people[pattern]! })
  const known = patterns.reduce((sum, { count }) => sum + count, 0)
  if (known < PEOPLE_NEEDED) return null
  let fit: CherryFit = {
    people: known,
    rounds: 0,
    baseShare: BASE_SHARE,
    honest: SIGNS.map((sign) => [...sign.honest]),
    picker: SIGNS.map((sign) => [...sign.picker]),
  }
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const next = improved(fit, patterns, round)
    const moved = Math.abs(next.baseShare - fit.baseShare)
    fit = next
    if (moved < 1e-9) break
  }
  return fit
}

type Pattern = { signs: CherrySigns; count: number }

/** Whether somebody is among those whom the mixture is fitted to. */
export function teachesMixture(facts: Pick<CherryFacts, 'isBusiness' | 'n' | 'benefitAttempts'>): boolean {
  return !facts.isBusiness && facts.n + facts.benefitAttempts > 0
}

function improved(fit: CherryFit, patterns: readonly Pattern[], rounds: number): CherryFit {
  const honest = SIGNS.map((sign) => sign.honest.map((share) => share * HONEST_PRIOR_PEOPLE))
  const picker = SIGNS.map((sign) => sign.picker.map((share) => share * PICKER_PRIOR_PEOPLE))
  let pickers = BASE_SHARE * BASE_PRIOR_PEOPLE
  for (const { signs, count } of patterns) {
    const share = pickerShare(fit, signs)
    pickers += share * count
    for (const [sign, category] of signs.entries()) {
      if (category === null) continue
      honest[sign]![category]! += (1 - share) * count
      picker[sign]![category]! += share * count
    }
  }
  return {
    people: fit.people,
    rounds,
    baseShare: pickers / (fit.people + BASE_PRIOR_PEOPLE),
    honest: honest.map(asShares),
    picker: picker.map(asShares),
  }
}

function asShares(counts: readonly number[]): number[] {
  const sum = counts.reduce((total, count) => total + count, 0)
  return counts.map((count) => count / sum)
}

/** The posterior w (0–1) that somebody with these signs is a cherry-picker. For ranking and tiers, never shown as a number. */
export function pickerShare(fit: CherryFit, signs: CherrySigns): number {
  let odds = Math.log(fit.baseShare) - Math.log(1 - fit.baseShare)
  for (const [sign, category] of signs.entries())
    if (category !== null) odds += Math.log(fit.picker[sign]![category]! / fit.honest[sign]![category]!)
  return 1 / (1 + Math.exp(-odds))
}

/** The posterior of anybody under a fit, worked out once per pattern; always null where there is no fit. */
export function pickerShares(fit: CherryFit | null): (facts: CherryFacts) => number | null {
  if (fit === null) return () => null
  const known = new Float64Array(CHERRY_PATTERNS).fill(NaN)
  return (facts) => {
    const pattern = cherryPatternOf(facts)
    if (Number.isNaN(known[pattern])) known[pattern] = pickerShare(fit, signsOfPattern(pattern))
    return known[pattern]!
  }
}

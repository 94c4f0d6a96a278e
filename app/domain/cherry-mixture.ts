/**
 * Two types of people, told apart by EM on what few signs each of them gives, and the tiers that rest on it. The shop's own
 * people teach how common cherry-pickers are and what honest people do; what a cherry-picker does is held near what is known
 * of them, or the second type would become whatever else the shop's people differ in.
 */
import { cherryTierOf, dealProneness, familiesOf, lowerBound, type CherryTier } from './cherry-picker.ts'
import type { PersonFacts } from './cherry-measures.ts'
import type { Thresholds } from './stages.ts'

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
/** From this posterior on somebody may be Likely. */
const LIKELY_FROM = 0.7

/** What a shop's people taught. */
export type CherryFit = {
  people: number
  rounds: number
  /** Share (0–1) of cherry-pickers among the people fitted. */
  baseShare: number
  /** Per sign, the share of each category among either type. */
  honest: number[][]
  picker: number[][]
}

/** The signs of one person. */
export function cherrySignsOf(facts: PersonFacts): CherrySigns {
  const benefits = facts.benefitsUsed + facts.freeKits
  const deal = dealProneness(facts)
  const later = laterOf(facts)
  return [
    facts.isFirstByBenefit === null ? null : facts.isFirstByBenefit ? 1 : 0,
    later === null ? null : later * (DEAL_BINS.length + 1) + DEAL_BINS.filter((from) => deal >= from).length,
    benefits >= 3 ? 2 : benefits === 2 ? 1 : 0,
    facts.benefitAttempts + facts.benefitCuts > 0 ? 1 : 0,
  ]
}

function laterOf({ laterOccasions, laterDiscounted }: PersonFacts): number | null {
  if (laterOccasions === 0) return null
  if (laterDiscounted === laterOccasions) return 2 + Math.min(4, laterOccasions)
  if (laterDiscounted === 0) return 0
  return laterDiscounted * 2 < laterOccasions ? 1 : 2
}

/**
 * The two-type mixture of a shop by EM, with priors that keep the second type what it is. The same people give the same fit
 * in any order. Null under 300 people.
 *
 * Business customers and people without an order are not to be among them.
 */
export function fitCherryMixture(people: readonly CherrySigns[]): CherryFit | null {
  if (people.length < PEOPLE_NEEDED) return null
  const patterns = countedPatterns(people)
  let fit: CherryFit = {
    people: people.length,
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

function countedPatterns(people: readonly CherrySigns[]): Pattern[] {
  const patterns = new Map<string, Pattern>()
  for (const signs of people) {
    const key = signs.join()
    const known = patterns.get(key)
    if (known) known.count += 1
    else patterns.set(key, { signs, count: 1 })
  }
  return [...patterns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pattern]) => pattern)
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

/** Confirmed: at least two first-purchase benefits by linked profiles that the merchant has confirmed. */
export type PersonTier = CherryTier | 'confirmed'

/** Which families of evidence hold, the fourth included: no money left after the first order. */
export function allFamiliesOf(
  facts: PersonFacts,
  thresholds: Pick<Thresholds, 'cherryBenefits'>,
): { habit: boolean; reuse: boolean; kept: boolean; spent: boolean } {
  const families = familiesOf(facts, thresholds)
  return {
    ...families,
    kept: families.kept || facts.benefitCuts > 0,
    spent: facts.laterContributionMinor !== null && facts.laterContributionMinor < 0,
  }
}

/**
 * The tier of a person. Confirmed: two benefits by confirmed linked profiles. Likely: a posterior from 0.7 with two occasions
 * or attempts, and either two families or a discount habit whose lower bound is above 0. Possible: any family.
 *
 * @param share  the posterior w; null: no mixture is fitted, and the rule without one holds
 */
export function personTierOf(
  facts: PersonFacts,
  share: number | null,
  thresholds: Pick<Thresholds, 'cherryOccasions' | 'cherryBenefits'>,
): PersonTier {
  if (facts.isBusiness) return 'none'
  if (facts.profilesWithBenefit >= 2) return 'confirmed'
  if (share === null) return cherryTierOf(facts, thresholds)
  const families = Object.values(allFamiliesOf(facts, thresholds)).filter(Boolean).length
  const occasions = facts.recentOccasions + facts.benefitAttempts
  if (share >= LIKELY_FROM && occasions >= 2 && (families >= 2 || lowerBound(facts) > 0)) return 'likely'
  return families > 0 ? 'possible' : 'none'
}

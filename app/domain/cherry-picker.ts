import type { Money } from './money.ts'
import type { Instant, Order } from './order.ts'
import type { FullPriceChances } from './sale-weeks.ts'
import type { Thresholds } from './stages.ts'

/**
 * Possible: shown, never tagged. Likely: tagged and flagged. Confirmed: so too, and at least two first-purchase benefits by
 * linked profiles that the merchant has confirmed.
 */
export const CHERRY_TIERS = ['none', 'possible', 'likely', 'confirmed'] as const
export type CherryTier = (typeof CHERRY_TIERS)[number]
/** The tiers whose people are in the segment, with its tag. */
export const PICKER_TIERS: readonly CherryTier[] = ['likely', 'confirmed']

/** Whether somebody of this tier is in the segment. */
export function isPicker(tier: CherryTier | null): boolean {
  return tier !== null && PICKER_TIERS.includes(tier)
}

/** One line of the evidence list; `speaksFor` is false for what speaks against. */
export type CherryEvidence = {
  kind:
    | 'discount-habit'
    | 'no-discount-habit'
    | 'benefit-reused'
    | 'benefit-once'
    | 'free-kit'
    | 'benefit-on-accounts'
    | 'benefit-cancelled'
    | 'benefit-cut'
    | 'money-lost'
    | 'money-left'
    | 'full-price-order'
    | 'no-full-price-order'
    | 'chances-ignored'
    | 'chances-taken'
    | 'not-counted'
  speaksFor: boolean
  count: number
  /** Out of so many, and an amount: where the sentence tells one. */
  of?: number
  amount?: Money
  /** Discount keys it is about, for the list. */
  discounts: string[]
}

/** Evidence is of this many months before asOf. */
const CHERRY_MONTHS = 24
/** A discount that this many different buyers used in a week was open to everyone that week. */
const OPEN_TO_EVERYONE_BUYERS = 3
/** Weight of the shop's share of the week in p̂, in buyers; and of "like everyone" in DP, in lines. */
const PRIOR_BUYERS = 5
const PRIOR_LINES = 5
/** From this posterior of the mixture on somebody may be Likely. */
const LIKELY_FROM = 0.7
/** From these on, a discount is proposed as a first-purchase benefit. */
const PROPOSED_FROM_USES = 20
const PROPOSED_FROM_SHARE = 0.9

/** The start of the months that evidence is of; what happened at this instant is no longer part of it. */
export function cherryFrom(asOf: Instant): Instant {
  const from = new Date(asOf)
  from.setUTCMonth(from.getUTCMonth() - CHERRY_MONTHS)
  return from.getTime()
}

/** How a discount stands as a first-purchase benefit; `other` has not been asked about. */
type BenefitState = 'confirmed' | 'declined' | 'proposed' | 'other'

/** What the merchant said of a discount, else whether its own uses propose it: at least 90 % of at least 20 were first. */
export function benefitStateOf(
  use: { key: string; uses: number; firstUses: number },
  answers: Readonly<Record<string, 'confirmed' | 'declined'>>,
): BenefitState {
  const answer = Object.hasOwn(answers, use.key) ? answers[use.key] : undefined
  if (answer !== undefined) return answer
  if (isStaffDiscount(use.key)) return 'other'
  return use.uses >= PROPOSED_FROM_USES && use.firstUses >= PROPOSED_FROM_SHARE * use.uses ? 'proposed' : 'other'
}

/** A discount that staff made for one order; it never counts. */
export function isStaffDiscount(key: string): boolean {
  return key.startsWith('staff:')
}

/**
 * Whether a discount counts as evidence in a week. Read off the data: open to everyone if at least 3 different buyers used
 * it that week, which leaves out personal codes; a confirmed first-purchase benefit always counts. Staff discounts never
 * do, and nothing does on a business order.
 */
export function isCountedDiscount(
  key: string,
  buyersThatWeek: number,
  isBenefit: boolean,
  isBusiness: boolean,
): boolean {
  if (isBusiness || isStaffDiscount(key)) return false
  return isBenefit || buyersThatWeek >= OPEN_TO_EVERYONE_BUYERS
}

/**
 * An order of 0 value that was given away, not made good: nobody of the staff discounted it, and it was neither cancelled
 * nor refunded. It is no occasion, but evidence.
 */
export function isFreeKit(
  order: Pick<Order, 'subtotalMinor' | 'discounts' | 'cancelledAt' | 'isTest' | 'isBusiness' | 'financialStatus'>,
  pieces: number,
): boolean {
  if (order.subtotalMinor > 0 || pieces <= 0) return false
  if (order.cancelledAt !== null || order.isTest || order.isBusiness) return false
  if (order.financialStatus === 'REFUNDED' || order.financialStatus === 'VOIDED') return false
  return !order.discounts.some(isStaffDiscount)
}

/** An order that used a first-purchase benefit and was then cancelled or fully refunded: an attempt. */
export function isBenefitAttempt(
  order: Pick<Order, 'cancelledAt' | 'financialStatus' | 'isTest' | 'isBusiness'>,
  usedBenefit: boolean,
): boolean {
  if (!usedBenefit || order.isTest || order.isBusiness) return false
  return order.cancelledAt !== null || order.financialStatus === 'REFUNDED'
}

/**
 * p̂: the share of all other buyers of a product in a week who paid discounted, drawn towards the shop's share that week.
 *
 * p̂ = (discounted other buyers + 5·share) / (other buyers + 5)
 *
 * @param buyers      of the product in the week, the person included
 * @param discounted  of them, the person included if they paid discounted
 * @param selfDiscounted  whether the person did
 * @param shopShare   0–1: of the shop's buyers of any product that week
 */
export function dealExpectation(
  buyers: number,
  discounted: number,
  selfDiscounted: boolean,
  shopShare: number,
): number {
  const otherBuyers = Math.max(0, buyers - 1)
  const otherDiscounted = Math.min(otherBuyers, Math.max(0, discounted - (selfDiscounted ? 1 : 0)))
  return (otherDiscounted + PRIOR_BUYERS * shopShare) / (otherBuyers + PRIOR_BUYERS)
}

/** What the lines of 24 months say: lines, how many with a counted discount, Σ p̂ and Σ p̂(1 − p̂) over them. */
export type DealFacts = { dealLines: number; dealDiscounted: number; dealExpected: number; dealVariance: number }

/** DP: residual deal proneness per line, shrunk; 0 = like everyone. */
export function dealProneness(facts: DealFacts): number {
  return (facts.dealDiscounted - facts.dealExpected) / (facts.dealLines + PRIOR_LINES)
}

/** Lower end of the 95 % interval of DP. */
export function lowerBound(facts: DealFacts): number {
  return dealProneness(facts) - (1.96 * Math.sqrt(facts.dealVariance)) / (facts.dealLines + PRIOR_LINES)
}

/** All that the tier needs of one customer. */
export type CherryFacts = DealFacts & {
  /** Occasions ever. */
  n: number
  /** Occasions of 24 months, and of them those without a counted discount on any line. */
  recentOccasions: number
  fullPriceOccasions: number
  /** The first occasion: before those months or none at all, without, or with a first-purchase benefit. */
  first: 'unknown' | 'without' | 'with'
  /** Of the occasions of 24 months after the first one, those with a counted discount. */
  laterDiscounted: number
  /** Occasions that used a first-purchase benefit. */
  benefitsUsed: number
  freeKits: number
  /** Benefit orders cancelled or fully refunded. */
  benefitAttempts: number
  /** Benefit orders that an edit or a return left under the benefit's own minimum. */
  benefitCuts: number
  /** This account and those linked to it, as far as they used a first-purchase benefit. */
  profilesWithBenefit: number
  /** Money left of 24 months after the first order, minor units; null: costs are not known, or there was no later order. */
  laterContributionMinor: number | null
  isBusiness: boolean
}

/** Occasions of 24 months after the first one. */
export function laterOccasionsOf({ recentOccasions, first }: Pick<CherryFacts, 'recentOccasions' | 'first'>): number {
  return recentOccasions - (first === 'unknown' ? 0 : 1)
}

/**
 * The families of evidence that hold. Measures of one family move together and count once.
 *
 * habit: discounts chosen surely more often than others do. reuse: several first-purchase benefits. kept: a benefit kept
 * after cancelling or returning. spent: no money left after the first order.
 */
export function familiesOf(
  facts: CherryFacts,
  thresholds: Pick<Thresholds, 'cherryBenefits'>,
): { habit: boolean; reuse: boolean; kept: boolean; spent: boolean } {
  return {
    habit: lowerBound(facts) > 0,
    reuse: facts.benefitsUsed + facts.freeKits >= thresholds.cherryBenefits || facts.profilesWithBenefit >= 2,
    kept: facts.benefitAttempts + facts.benefitCuts >= 1,
    spent: facts.laterContributionMinor !== null && facts.laterContributionMinor < 0,
  }
}

/**
 * The tier. Confirmed: two first-purchase benefits by confirmed linked profiles. Likely with a mixture: its posterior from
 * 0.7 and two occasions or attempts, and two families or a discount habit. Likely without one: two families with two
 * occasions or attempts and no full-price occasion; or enough occasions (three), none at full price, with a discount habit.
 * Possible: any family. One occasion without an attempt is never likely, and a business customer is never either.
 *
 * @param share  the posterior (0–1) of the shop's mixture (cherry-mixture.ts); null: none is fitted
 */
export function cherryTierOf(
  facts: CherryFacts,
  thresholds: Pick<Thresholds, 'cherryOccasions' | 'cherryBenefits'>,
  share: number | null,
): CherryTier {
  if (facts.isBusiness) return 'none'
  if (facts.profilesWithBenefit >= 2) return 'confirmed'
  const { habit, reuse, kept, spent } = familiesOf(facts, thresholds)
  const families = (habit ? 1 : 0) + (reuse ? 1 : 0) + (kept ? 1 : 0) + (spent ? 1 : 0)
  if (families === 0) return 'none'
  const hasTwo = facts.recentOccasions + facts.benefitAttempts >= 2
  if (share !== null) return share >= LIKELY_FROM && hasTwo && (families >= 2 || habit) ? 'likely' : 'possible'
  if (facts.fullPriceOccasions === 0) {
    if (families >= 2 && hasTwo) return 'likely'
    if (habit && facts.recentOccasions >= Math.max(2, thresholds.cherryOccasions)) return 'likely'
  }
  return 'possible'
}

/** Watch list: one occasion so far, with a first-purchase benefit. One order proves nothing: shown, never tagged. */
export function isWatched(facts: CherryFacts): boolean {
  return (
    !facts.isBusiness &&
    facts.n === 1 &&
    facts.benefitsUsed >= 1 &&
    facts.benefitAttempts === 0 &&
    facts.profilesWithBenefit < 2
  )
}

/** The discounts behind the facts, for the evidence list. */
export type CherryDiscounts = {
  /** Counted discounts on the person's orders. */
  counted: string[]
  /** First-purchase benefits used, and those on cancelled or refunded orders, and on orders cut below their minimum. */
  benefits: string[]
  attempted: string[]
  cut: string[]
  /** Discounts that were not open to everyone: staff's, personal codes, business. */
  notCounted: string[]
}

/** The evidence for and against, in the order of the families; lines that say nothing are left out. */
export function cherryEvidenceOf(
  facts: CherryFacts,
  thresholds: Pick<Thresholds, 'cherryBenefits'>,
  discounts: CherryDiscounts,
  chances: FullPriceChances,
  currency: string,
): CherryEvidence[] {
  const evidence: CherryEvidence[] = []
  const add = (
    kind: CherryEvidence['kind'],
    speaksFor: boolean,
    count: number,
    keys: string[] = [],
    more: { of?: number; amount?: Money } = {},
  ) => evidence.push({ kind, speaksFor, count, ...more, discounts: [...new Set(keys)].sort() })
  const { habit, reuse } = familiesOf(facts, thresholds)
  if (facts.dealLines > 0) {
    if (habit) add('discount-habit', true, facts.dealDiscounted, discounts.counted)
    else add('no-discount-habit', false, facts.dealDiscounted, discounts.counted)
  }
  if (chances.ignored > 0) add('chances-ignored', true, chances.ignored, [], { of: chances.chances })
  else if (chances.chances > 0) add('chances-taken', false, chances.chances)
  if (facts.profilesWithBenefit >= 2) add('benefit-on-accounts', true, facts.profilesWithBenefit)
  if (facts.benefitsUsed > 0) {
    const reused = facts.benefitsUsed >= 2
    add(reused ? 'benefit-reused' : 'benefit-once', reused || reuse, facts.benefitsUsed, discounts.benefits)
  }
  if (facts.freeKits > 0) add('free-kit', reuse, facts.freeKits)
  if (facts.benefitAttempts > 0) add('benefit-cancelled', true, facts.benefitAttempts, discounts.attempted)
  if (facts.benefitCuts > 0) add('benefit-cut', true, facts.benefitCuts, discounts.cut)
  const left = facts.laterContributionMinor
  if (left !== null) {
    const amount = { minor: Math.abs(left), currency }
    add(left < 0 ? 'money-lost' : 'money-left', left < 0, laterOccasionsOf(facts), [], { amount })
  }
  if (facts.fullPriceOccasions > 0) add('full-price-order', false, facts.fullPriceOccasions)
  else if (facts.recentOccasions > 0) add('no-full-price-order', true, facts.recentOccasions)
  if (discounts.notCounted.length > 0) add('not-counted', false, discounts.notCounted.length, discounts.notCounted)
  return evidence
}

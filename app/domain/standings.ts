import type { CherryFacts } from './cherry-picker.ts'
import type { FlagFacts } from './flags.ts'
import type { StageFacts } from './stages.ts'

/** What is known of first occasions, as it is stored. */
export const FIRSTS: readonly CherryFacts['first'][] = ['unknown', 'without', 'with']

/**
 * A shop's customers as columns: position i of every column is one customer. One pass over the orders fills them, and the
 * stages hand them on by value instead of reading a million orders again. No object per customer: NaN stands for null.
 */
export type Standings = {
  count: number
  customers: Float64Array
  /** When the account was made, or the first order if that was earlier or the account is not known. */
  knownFrom: Float64Array
  n: Int32Array
  firstAt: Float64Array
  lastAt: Float64Array
  firstGapDays: Float64Array
  sumLnGapDays: Float64Array
  isBusiness: Uint8Array
  /** Since when the stage of asOf lasts, by replay. */
  stageSince: Float64Array
  dealLines: Int32Array
  dealDiscounted: Int32Array
  dealExpected: Float64Array
  dealVariance: Float64Array
  recentOccasions: Int32Array
  fullPriceOccasions: Int32Array
  benefitsUsed: Int32Array
  freeKits: Int32Array
  benefitAttempts: Int32Array
  benefitCuts: Int32Array
  /** Other accounts, confirmed to be the same person's, that used a first-purchase benefit. */
  linkedWithBenefit: Int32Array
  /** The first occasion, as a position of FIRSTS. */
  first: Int32Array
  laterDiscounted: Int32Array
  /** Occasions of the months that count in the shop's sale weeks. */
  saleOccasions: Int32Array
  sumSquaredGapDays: Float64Array
  /** Money left of the months that count after the first order; NaN: not known, or no later order. */
  laterLeftMinor: Float64Array
  /** Net money of valid orders in the 365 days before asOf, minor units. */
  net12mMinor: Float64Array
}

/** Columns for so many customers, none of whom has ordered. */
export function emptyStandings(count: number): Standings {
  return {
    count,
    customers: new Float64Array(count),
    knownFrom: new Float64Array(count).fill(NaN),
    n: new Int32Array(count),
    firstAt: new Float64Array(count).fill(NaN),
    lastAt: new Float64Array(count).fill(NaN),
    firstGapDays: new Float64Array(count).fill(NaN),
    sumLnGapDays: new Float64Array(count),
    isBusiness: new Uint8Array(count),
    stageSince: new Float64Array(count),
    dealLines: new Int32Array(count),
    dealDiscounted: new Int32Array(count),
    dealExpected: new Float64Array(count),
    dealVariance: new Float64Array(count),
    recentOccasions: new Int32Array(count),
    fullPriceOccasions: new Int32Array(count),
    benefitsUsed: new Int32Array(count),
    freeKits: new Int32Array(count),
    benefitAttempts: new Int32Array(count),
    benefitCuts: new Int32Array(count),
    linkedWithBenefit: new Int32Array(count),
    first: new Int32Array(count),
    laterDiscounted: new Int32Array(count),
    saleOccasions: new Int32Array(count),
    sumSquaredGapDays: new Float64Array(count),
    laterLeftMinor: new Float64Array(count).fill(NaN),
    net12mMinor: new Float64Array(count),
  }
}

/** Copies one customer's stage facts into an object that a whole pass shares. */
export function stageFactsInto(facts: StageFacts, standings: Standings, position: number): void {
  const n = standings.n[position]!
  facts.n = n
  facts.firstAt = n > 0 ? standings.firstAt[position]! : null
  facts.lastAt = n > 0 ? standings.lastAt[position]! : null
  facts.firstGapDays = n > 1 ? standings.firstGapDays[position]! : null
  facts.sumLnGapDays = standings.sumLnGapDays[position]!
}

/** Copies one customer's cherry-picker facts into an object that a whole pass shares. */
export function cherryFactsInto(facts: CherryFacts, standings: Standings, position: number): void {
  facts.n = standings.n[position]!
  facts.isBusiness = standings.isBusiness[position] === 1
  facts.dealLines = standings.dealLines[position]!
  facts.dealDiscounted = standings.dealDiscounted[position]!
  facts.dealExpected = standings.dealExpected[position]!
  facts.dealVariance = standings.dealVariance[position]!
  facts.recentOccasions = standings.recentOccasions[position]!
  facts.fullPriceOccasions = standings.fullPriceOccasions[position]!
  facts.benefitsUsed = standings.benefitsUsed[position]!
  facts.freeKits = standings.freeKits[position]!
  facts.benefitAttempts = standings.benefitAttempts[position]!
  facts.benefitCuts = standings.benefitCuts[position]!
  facts.first = FIRSTS[standings.first[position]!]!
  facts.laterDiscounted = standings.laterDiscounted[position]!
  facts.profilesWithBenefit = (facts.benefitsUsed > 0 ? 1 : 0) + standings.linkedWithBenefit[position]!
  facts.laterContributionMinor = knownOrNull(standings.laterLeftMinor[position]!)
}

function knownOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Copies what the flags look at into an object that a whole pass shares. */
export function flagFactsInto(facts: FlagFacts, standings: Standings, position: number): void {
  const n = standings.n[position]!
  facts.n = n
  facts.firstAt = n > 0 ? standings.firstAt[position]! : null
  facts.lastAt = n > 0 ? standings.lastAt[position]! : null
  facts.sumSquaredGapDays = standings.sumSquaredGapDays[position]!
  facts.net12mMinor = standings.net12mMinor[position]!
  facts.recentOccasions = standings.recentOccasions[position]!
  facts.saleOccasions = standings.saleOccasions[position]!
  facts.laterContributionMinor = knownOrNull(standings.laterLeftMinor[position]!)
  facts.isBusiness = standings.isBusiness[position] === 1
}

/** Flag facts of somebody without an order. */
export function emptyFlagFacts(): FlagFacts {
  return {
    n: 0,
    firstAt: null,
    lastAt: null,
    sumSquaredGapDays: 0,
    net12mMinor: 0,
    recentOccasions: 0,
    saleOccasions: 0,
    laterContributionMinor: null,
    isBusiness: false,
  }
}

/** Cherry-picker facts of somebody without an order. */
export function emptyCherryFacts(): CherryFacts {
  return {
    n: 0,
    isBusiness: false,
    dealLines: 0,
    dealDiscounted: 0,
    dealExpected: 0,
    dealVariance: 0,
    recentOccasions: 0,
    fullPriceOccasions: 0,
    benefitsUsed: 0,
    freeKits: 0,
    benefitAttempts: 0,
    benefitCuts: 0,
    first: 'unknown',
    laterDiscounted: 0,
    profilesWithBenefit: 0,
    laterContributionMinor: null,
  }
}

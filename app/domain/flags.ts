/** The flags beside the stage that say something good: VIP, Buys in sales, Regular. They may overlap. */
import { isPicker, type CherryTier } from './cherry-picker.ts'
import { DAY_MS, type Instant } from './order.ts'

/** The share (0–1) of the shop's buyers of 12 months who are VIP at most, by what they left in them. */
const VIP_SHARE = 0.1
const VIP_OCCASIONS = 2
/** Buys in sales: so many occasions of 24 months, of which this share (0–1) was in the shop's sale weeks. */
const SALES_OCCASIONS = 3
const SALES_SHARE = 0.8
/** Regular: a coefficient of variation under this, from so many occasions on. */
const REGULAR_BELOW = 0.5
const REGULAR_OCCASIONS = 4
/** Somebody of whom nothing is known buys as if by chance: the coefficient of variation is 1. As strong as so many gaps. */
const PRIOR_VARIATION = 1
const PRIOR_GAPS = 2

/** What the flags look at of one customer. */
export type FlagFacts = {
  n: number
  firstAt: Instant | null
  lastAt: Instant | null
  /** Σ (gap in days)² over n − 1 gaps; NaN: not known. */
  sumSquaredGapDays: number
  net12mMinor: number
  /** Occasions of 24 months, and of them those in the shop's sale weeks. */
  recentOccasions: number
  saleOccasions: number
  /** Money left of 24 months after the first order; null: not known. */
  laterContributionMinor: number | null
  isBusiness: boolean
}

/** Which flags hold. */
export type Flags = { isVip: boolean; buysInSales: boolean; isRegular: boolean }

/**
 * The least amount with which somebody is VIP: at most a tenth of the shop's buyers have as much. Null: there is none (fewer
 * than ten buyers, or more than a tenth share the highest amount).
 *
 * Known value: 1 … 100 → 91.
 *
 * @param amounts  12-month amounts of everybody who may be compared, minor units; sorted in place. Those of 0 or below are
 *                 no buyers
 */
export function vipFromMinor(amounts: Float64Array): number | null {
  amounts.sort()
  let from = 0
  while (from < amounts.length && amounts[from]! <= 0) from += 1
  let place = amounts.length - Math.floor((amounts.length - from) * VIP_SHARE)
  // Of those who have the same amount, all are in or none.
  while (place > from && place < amounts.length && amounts[place] === amounts[place - 1]) place += 1
  return place < amounts.length ? amounts[place]! : null
}

/**
 * How unevenly somebody buys: the coefficient of variation of their own gaps, drawn towards 1 (as if by chance) with the
 * weight of two gaps. Null where the gaps are not known, or there is none.
 *
 * Known value: gaps of 30, 30 and 30 days → 0.4.
 */
export function gapVariation(facts: Pick<FlagFacts, 'n' | 'firstAt' | 'lastAt' | 'sumSquaredGapDays'>): number | null {
  const gaps = facts.n - 1
  if (gaps < 1 || facts.firstAt === null || facts.lastAt === null || Number.isNaN(facts.sumSquaredGapDays)) return null
  const mean = (facts.lastAt - facts.firstAt) / DAY_MS / gaps
  const own = gapDeviationDays(facts) / mean
  return (PRIOR_GAPS * PRIOR_VARIATION + gaps * own) / (PRIOR_GAPS + gaps)
}

/** Standard deviation of the gaps in days, as a sample's; 0 for one gap. */
export function gapDeviationDays({
  n,
  firstAt,
  lastAt,
  sumSquaredGapDays,
}: Pick<FlagFacts, 'n' | 'firstAt' | 'lastAt' | 'sumSquaredGapDays'>): number {
  const gaps = n - 1
  if (gaps < 2) return 0
  const sum = (lastAt! - firstAt!) / DAY_MS
  return Math.sqrt(Math.max(0, (sumSquaredGapDays - (sum * sum) / gaps) / (gaps - 1)))
}

/**
 * Which flags hold of somebody. A business customer is regular or not like anybody, and neither of the others: those are for
 * rewards.
 *
 * @param vipFrom  what `vipFromMinor` answered for the shop
 */
export function flagsOf(facts: FlagFacts, tier: CherryTier, vipFrom: number | null): Flags {
  const variation = facts.n >= REGULAR_OCCASIONS ? gapVariation(facts) : null
  return {
    isVip: !facts.isBusiness && facts.n >= VIP_OCCASIONS && vipFrom !== null && facts.net12mMinor >= vipFrom,
    buysInSales:
      !facts.isBusiness &&
      !isPicker(tier) &&
      facts.recentOccasions >= SALES_OCCASIONS &&
      facts.saleOccasions >= SALES_SHARE * facts.recentOccasions &&
      (facts.laterContributionMinor ?? 1) > 0,
    isRegular: variation !== null && variation < REGULAR_BELOW,
  }
}

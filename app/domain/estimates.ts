import { DAY_MS } from './order.ts'
import type { Instant } from './order.ts'
import type { Estimates } from './stages.ts'

/** Until this many customers have reordered, the cycle and the window are starting values. */
const REORDERERS_NEEDED = 50
/** And of a sample of the shop at least so many must be in it: fewer would set the values by chance. */
const SAMPLED_REORDERERS_NEEDED = 10
/** The starting value of both, in days; and the fixed one where Shopify hides older orders. */
const STARTING_DAYS = 60
/** Weight of the shop's cycle in a personal one, in gaps (k). */
const CYCLE_PRIOR_GAPS = 2
/** New estimates are worked out, and proposed, this often. */
const ESTIMATES_EVERY_DAYS = 30

/**
 * Customers as columns: row i of every column is one customer. `gapDays` holds everybody's gaps one after another in the
 * order of the rows (n − 1 of them for n ≥ 2, else none); without it the next-order window stays unknown.
 */
type EstimateColumns = {
  count: number
  n: ArrayLike<number>
  sumLnGapDays: ArrayLike<number>
  /** Days from the first occasion to the second; not read for n < 2. */
  firstGapDays: ArrayLike<number>
  /** Non-zero for business customers, who are left out. */
  isBusiness: ArrayLike<number>
  gapDays?: ArrayLike<number>
  /** The rows are a sample: each stands for so many customers of the shop; 1 unless told. */
  standsFor?: number
}

/**
 * Percentile by linear interpolation between order statistics (type 7, as R and NumPy have it by default).
 *
 * @param sorted  ascending; at least one value
 * @param share   0–1
 */
export function percentileOf(sorted: ArrayLike<number>, share: number): number {
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (high - low) * (position - below)
}

/**
 * The personal cycle g in days: the customer's own gaps, drawn towards the shop's cycle G.
 *
 * g = exp((k·ln G + Σ ln d) / (k + n − 1)), k = 2; G itself for n < 2, and where the gaps are not known (NaN).
 */
export function cycleDaysOf(n: number, sumLnGapDays: number, shopCycleDays: number): number {
  if (n < 2 || Number.isNaN(sumLnGapDays)) return shopCycleDays
  return Math.exp((CYCLE_PRIOR_GAPS * Math.log(shopCycleDays) + sumLnGapDays) / (CYCLE_PRIOR_GAPS + n - 1))
}

/**
 * The shop's cycle G and return window W of its customers, with what the headline and the next-order window need.
 * Business customers are left out. Both are 60 days until 50 customers of the shop have reordered.
 *
 * G = exp(mean over customers with n ≥ 2 of their own mean of ln d): one vote per customer, or the busiest few per cent
 * would set it. W = 80th percentile (type 7) of the first gap d1.
 */
export function estimatesFrom(columns: EstimateColumns, asOf: Instant): Omit<Estimates, 'version' | 'adoptedAt'> {
  const { count, n, sumLnGapDays, firstGapDays, isBusiness, standsFor = 1 } = columns
  const firstGaps = new Float64Array(count)
  let reorderers = 0
  let sumOfMeans = 0
  for (let i = 0; i < count; i += 1) {
    if (n[i]! < 2 || isBusiness[i]) continue
    firstGaps[reorderers] = firstGapDays[i]!
    sumOfMeans += sumLnGapDays[i]! / (n[i]! - 1)
    reorderers += 1
  }
  const sorted = firstGaps.subarray(0, reorderers).sort()
  const isEnough = reorderers * standsFor >= REORDERERS_NEEDED
  const isLearned = isEnough && (standsFor === 1 || reorderers >= SAMPLED_REORDERERS_NEEDED)
  const cycleDays = isLearned ? Math.exp(sumOfMeans / reorderers) : STARTING_DAYS
  const ratios = columns.gapDays ? sortedGapRatios(columns, columns.gapDays, cycleDays) : new Float64Array(0)
  return {
    takenAt: asOf,
    source: isLearned ? 'learned' : 'starting',
    reorderers: Math.round(reorderers * standsFor),
    cycleDays,
    windowDays: isLearned ? percentileOf(sorted, 0.8) : STARTING_DAYS,
    medianFirstGapDays: reorderers > 0 ? percentileOf(sorted, 0.5) : null,
    p80FirstGapDays: reorderers > 0 ? percentileOf(sorted, 0.8) : null,
    gapRatioP20: ratios.length > 0 ? percentileOf(ratios, 0.2) : null,
    gapRatioP80: ratios.length > 0 ? percentileOf(ratios, 0.8) : null,
    firstGapPercentiles:
      reorderers > 0 ? Array.from({ length: 99 }, (_, i) => percentileOf(sorted, (i + 1) / 100)) : [],
  }
}

/** Every gap over its customer's personal cycle, ascending. */
function sortedGapRatios(columns: EstimateColumns, gapDays: ArrayLike<number>, shopCycleDays: number): Float64Array {
  const { count, n, sumLnGapDays, isBusiness } = columns
  const ratios = new Float64Array(gapDays.length)
  let taken = 0
  let gap = 0
  for (let i = 0; i < count; i += 1) {
    const gaps = n[i]! - 1
    if (gaps < 1) continue
    if (!isBusiness[i]) {
      const cycleDays = cycleDaysOf(n[i]!, sumLnGapDays[i]!, shopCycleDays)
      for (let k = 0; k < gaps; k += 1) {
        ratios[taken] = gapDays[gap + k]! / cycleDays
        taken += 1
      }
    }
    gap += gaps
  }
  return ratios.subarray(0, taken).sort()
}

/**
 * What to do with estimates just worked out: adopt at once (the first ones, and the first learned ones after starting
 * values), propose to the merchant (monthly), or keep what is there.
 *
 * @param adopted  the version in force; null: none yet
 * @param latestTakenAt  when the newest version, adopted or proposed, was taken; null: none yet
 */
export function whatToDoWith(
  candidate: Pick<Estimates, 'source' | 'takenAt'>,
  adopted: Pick<Estimates, 'source'> | null,
  latestTakenAt: Instant | null,
): 'adopt' | 'propose' | 'keep' {
  if (adopted === null || latestTakenAt === null) return 'adopt'
  if (adopted.source === 'starting') return candidate.source === 'learned' ? 'adopt' : 'keep'
  return candidate.takenAt - latestTakenAt >= ESTIMATES_EVERY_DAYS * DAY_MS ? 'propose' : 'keep'
}

/** The version in force at an instant: the last adopted by then, or the first one for times before it. Oldest first. */
export function estimatesAt(adopted: readonly Estimates[], at: Instant): Estimates {
  let inForce = adopted[0]!
  for (const version of adopted) {
    if (version.adoptedAt !== null && version.adoptedAt <= at) inForce = version
  }
  return inForce
}

/** What holds while Shopify shows 60 days of orders: nothing can be learned from them. */
export function fixedEstimates(asOf: Instant): Omit<Estimates, 'version' | 'adoptedAt'> {
  return {
    takenAt: asOf,
    source: 'starting',
    reorderers: 0,
    cycleDays: STARTING_DAYS,
    windowDays: STARTING_DAYS,
    medianFirstGapDays: null,
    p80FirstGapDays: null,
    gapRatioP20: null,
    gapRatioP80: null,
    firstGapPercentiles: [],
  }
}

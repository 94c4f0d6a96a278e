import { cycleDaysOf, percentileOf } from './estimates.ts'
import { DAY_MS } from './order.ts'
import type { Instant } from './order.ts'

/** Exactly one per customer. */
export type Stage = 'prospect' | 'new' | 'one-and-done' | 'repeat' | 'loyal' | 'at-risk' | 'lapsed'
export const STAGES: readonly Stage[] = ['prospect', 'new', 'one-and-done', 'repeat', 'loyal', 'at-risk', 'lapsed']

/** Facts of one customer that only an order changes: all that a stage needs. */
export type StageFacts = {
  /** Occasions. */
  n: number
  firstAt: Instant | null
  lastAt: Instant | null
  /** Days between the first two occasions; null for n < 2. */
  firstGapDays: number | null
  /** Σ ln(gap in days) over n − 1 gaps; NaN where they are not known (domain/limited.ts). */
  sumLnGapDays: number
}

/** The shop's cycle and window, as one version of a row. */
export type Estimates = {
  version: number
  takenAt: Instant
  adoptedAt: Instant | null
  source: 'starting' | 'learned'
  reorderers: number
  /** G */
  cycleDays: number
  /** W */
  windowDays: number
  medianFirstGapDays: number | null
  p80FirstGapDays: number | null
  gapRatioP20: number | null
  gapRatioP80: number | null
  /** Percentiles 1..99 of the first gap d1, days; empty while nobody has reordered. */
  firstGapPercentiles: number[]
}

/** The numbers a merchant may edit; defaults are segments.md's. Kept in Settings. */
export type Thresholds = {
  /** Share (0–1) of reorderers who have reordered within the return window; 0.8 makes the window W. */
  windowShare: number
  /** The window is never longer than this many days; null: no limit. */
  windowMaxDays: number | null
  /** Cycle ratio from which somebody is at risk, and from which quiet for long. */
  lateRatio: number
  lapsedRatio: number
  /** Occasions from which a repeat customer is loyal. */
  loyalOrders: number
  /** Cherry-picker: occasions without a full-price one, and first-purchase benefits of one person. */
  cherryOccasions: number
  cherryBenefits: number
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  windowShare: 0.8,
  windowMaxDays: null,
  lateRatio: 1.5,
  lapsedRatio: 3,
  loyalOrders: 3,
  cherryOccasions: 3,
  cherryBenefits: 2,
}

/** Why somebody is in a stage: features and thresholds as data, rendered in both languages. Days are whole where shown. */
export type StageReason = {
  stage: Stage
  orders: number
  /** Days since the last occasion, floored; null for prospects. */
  sinceLastDays: number | null
  /** Days between the first and the last two occasions; null with fewer than two. */
  lastGapDays: number | null
  /** The real median gap, only from four orders on. */
  usualGapDays: number | null
  /** Day count by which we hoped for an order (late ratio × personal cycle, or the window); rounded so that it never contradicts the stage. */
  hopedWithinDays: number | null
  ruleVersion: number
  estimatesVersion: number
}

export type StageSpan = { stage: Stage; from: Instant; to: Instant | null }

/** The two numbers that each segment's page edits; a prospect's has none. */
export const THRESHOLDS_OF: Record<Stage | 'cherry-picker', readonly (keyof Thresholds)[]> = {
  prospect: [],
  new: ['windowShare', 'windowMaxDays'],
  'one-and-done': ['windowShare', 'windowMaxDays'],
  repeat: ['lateRatio', 'loyalOrders'],
  loyal: ['lateRatio', 'loyalOrders'],
  'at-risk': ['lateRatio', 'lapsedRatio'],
  lapsed: ['lateRatio', 'lapsedRatio'],
  'cherry-picker': ['cherryOccasions', 'cherryBenefits'],
}

const PROSPECT = 0
const NEW = 1
const ONE_AND_DONE = 2
const REPEAT = 3
const LOYAL = 4
const AT_RISK = 5
const LAPSED = 6
/** No stage, the one exception: more than one occasion, and nobody knows when the last one was (domain/limited.ts). */
export const LAST_ORDER_UNKNOWN = STAGES.length

/** What `stageIndexAt` compares with: worked out once for a shop, then used for every customer. */
export type StageLimits = {
  windowMs: number
  cycleDays: number
  lateRatio: number
  lapsedRatio: number
  loyalOrders: number
}

/**
 * The return window in days: W for the default share of 0.8, another percentile of the first gap for another share, and
 * never longer than the merchant's limit. While estimates are starting values, the share does not move them.
 */
export function windowDaysOf(estimates: Estimates, thresholds: Thresholds): number {
  let days = estimates.windowDays
  const curve = estimates.firstGapPercentiles
  if (estimates.source === 'learned' && thresholds.windowShare !== DEFAULT_THRESHOLDS.windowShare && curve.length > 0) {
    const position = Math.min(Math.max(thresholds.windowShare * 100 - 1, 0), curve.length - 1)
    const below = Math.floor(position)
    const low = curve[below]!
    days = low + (curve[Math.min(below + 1, curve.length - 1)]! - low) * (position - below)
  }
  return thresholds.windowMaxDays === null ? days : Math.min(days, thresholds.windowMaxDays)
}

/** The limits of a shop under one version of the estimates and the merchant's numbers. */
export function limitsOf(estimates: Estimates, thresholds: Thresholds): StageLimits {
  return {
    windowMs: wholeMs(windowDaysOf(estimates, thresholds)),
    cycleDays: estimates.cycleDays,
    lateRatio: thresholds.lateRatio,
    lapsedRatio: thresholds.lapsedRatio,
    loyalOrders: thresholds.loyalOrders,
  }
}

/** Instants are whole milliseconds, so "within x days" is "within this many of them": exact on both sides. */
function wholeMs(days: number): number {
  return Math.floor(days * DAY_MS)
}

/**
 * The stage as an index of `STAGES`, on plain numbers: the one place where it is decided.
 *
 * @param n          occasions
 * @param elapsedMs  since the last occasion (e); not read for n = 0. NaN: not known, but longer ago than Shopify shows
 * @param cycleDays  the personal cycle g; not read for n < 2
 */
export function stageIndexAt(n: number, elapsedMs: number, cycleDays: number, limits: StageLimits): number {
  if (n === 0) return PROSPECT
  if (n === 1) return elapsedMs <= limits.windowMs ? NEW : ONE_AND_DONE
  if (Number.isNaN(elapsedMs)) return LAST_ORDER_UNKNOWN
  if (elapsedMs <= wholeMs(limits.lateRatio * cycleDays)) return n >= limits.loyalOrders ? LOYAL : REPEAT
  return elapsedMs <= wholeMs(limits.lapsedRatio * cycleDays) ? AT_RISK : LAPSED
}

/**
 * Milliseconds after the last occasion at which time alone moves somebody on, seen from `elapsedMs`; Infinity if it never
 * does. At that very millisecond the new stage holds, one before it the old one.
 */
export function movesAfterMs(n: number, elapsedMs: number, cycleDays: number, limits: StageLimits): number {
  if (n === 0) return Infinity
  if (n === 1) return elapsedMs <= limits.windowMs ? limits.windowMs + 1 : Infinity
  const lateMs = wholeMs(limits.lateRatio * cycleDays)
  if (elapsedMs <= lateMs) return lateMs + 1
  const lapsedMs = wholeMs(limits.lapsedRatio * cycleDays)
  return elapsedMs <= lapsedMs ? lapsedMs + 1 : Infinity
}

/** The personal cycle g in days, drawn towards the shop's (see `cycleDaysOf`). */
export function personalCycleDays(facts: StageFacts, estimates: Estimates): number {
  return cycleDaysOf(facts.n, facts.sumLnGapDays, estimates.cycleDays)
}

/** Since the last occasion; NaN where nobody knows. */
function elapsedMsOf(facts: StageFacts, asOf: Instant): number {
  return facts.lastAt === null ? NaN : asOf - facts.lastAt
}

/** The stage as of an instant. `facts` must be of the orders up to it; of more than one, the last must be known. */
export function stageAt(facts: StageFacts, asOf: Instant, estimates: Estimates, thresholds: Thresholds): Stage {
  const elapsedMs = elapsedMsOf(facts, asOf)
  const limits = limitsOf(estimates, thresholds)
  return STAGES[stageIndexAt(facts.n, elapsedMs, personalCycleDays(facts, estimates), limits)]!
}

/** Where time alone moves somebody next, and the first instant at which that stage holds; null if it never does. */
export function nextStage(
  facts: StageFacts,
  asOf: Instant,
  estimates: Estimates,
  thresholds: Thresholds,
): { stage: Stage; at: Instant } | null {
  if (facts.lastAt === null) return null
  const limits = limitsOf(estimates, thresholds)
  const cycleDays = personalCycleDays(facts, estimates)
  const afterMs = movesAfterMs(facts.n, asOf - facts.lastAt, cycleDays, limits)
  if (afterMs === Infinity) return null
  return { stage: STAGES[stageIndexAt(facts.n, afterMs, cycleDays, limits)]!, at: facts.lastAt + afterMs }
}

/**
 * Why somebody is in their stage, in whole days that never contradict it: whoever is on time is shown at most as many days
 * as we hoped for, whoever is late strictly more.
 *
 * @param gapDays  the customer's own gaps, oldest first, where the caller has them; without them the last gap is known up to
 *                 three occasions only, and the usual one not at all
 */
export function stageReason(
  facts: StageFacts,
  asOf: Instant,
  estimates: Estimates,
  thresholds: Thresholds,
  ruleVersion: number,
  gapDays: readonly number[] | null = null,
): StageReason {
  const stage = stageAt(facts, asOf, estimates, thresholds)
  const sinceLastDays = facts.lastAt === null ? null : Math.floor((asOf - facts.lastAt) / DAY_MS)
  return {
    stage,
    orders: facts.n,
    sinceLastDays,
    lastGapDays: lastGapDaysOf(facts, gapDays),
    usualGapDays: gapDays !== null && facts.n >= 4 ? Math.round(medianOf(gapDays)) : null,
    hopedWithinDays: hopedWithinDaysOf(facts, stage, sinceLastDays, estimates, thresholds),
    ruleVersion,
    estimatesVersion: estimates.version,
  }
}

function hopedWithinDaysOf(
  facts: StageFacts,
  stage: Stage,
  sinceLastDays: number | null,
  estimates: Estimates,
  thresholds: Thresholds,
): number | null {
  if (sinceLastDays === null) return null
  const limitDays =
    facts.n === 1 ? windowDaysOf(estimates, thresholds) : thresholds.lateRatio * personalCycleDays(facts, estimates)
  const wholeDays = Math.floor(limitDays)
  const isLate = stage === 'one-and-done' || stage === 'at-risk' || stage === 'lapsed'
  return isLate ? Math.max(0, Math.min(wholeDays, sinceLastDays - 1)) : wholeDays
}

function lastGapDaysOf(facts: StageFacts, gapDays: readonly number[] | null): number | null {
  if (facts.n < 2 || facts.firstGapDays === null) return null
  if (gapDays !== null && gapDays.length > 0) return Math.round(gapDays.at(-1)!)
  if (facts.n === 2) return Math.round(facts.firstGapDays)
  if (facts.n === 3) return Math.round((facts.lastAt! - facts.firstAt!) / DAY_MS - facts.firstGapDays)
  return null
}

function medianOf(values: readonly number[]): number {
  return percentileOf(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}

/**
 * When the next order is likely: the store's middle gaps in terms of the personal cycle; null if unknown or already past.
 *
 * @param priorCycleDays  what the personal cycle is drawn towards, where more is known of it than the shop's: how long what
 *                        they bought lasts. No stage rests on it, so that a stage stays what replay makes of orders alone.
 */
export function nextOrderWindow(
  facts: StageFacts,
  estimates: Estimates,
  asOf: Instant,
  priorCycleDays = estimates.cycleDays,
): { from: Instant; to: Instant } | null {
  if (facts.lastAt === null || estimates.gapRatioP20 === null || estimates.gapRatioP80 === null) return null
  const cycleMs = cycleDaysOf(facts.n, facts.sumLnGapDays, priorCycleDays) * DAY_MS
  const to = Math.round(facts.lastAt + cycleMs * estimates.gapRatioP80)
  return to < asOf ? null : { from: Math.round(facts.lastAt + cycleMs * estimates.gapRatioP20), to }
}

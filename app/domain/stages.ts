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
  /** Σ ln(gap in days) over n − 1 gaps. */
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

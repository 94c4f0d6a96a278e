import { DAY_MS } from '#app/domain/order.ts'
import type { Instant } from '#app/domain/order.ts'
import type { RiskModel, Tested } from '#app/domain/risk.ts'
import type { SpendFit } from './gamma-gamma.ts'
import type { NotEnoughData } from './mbg-nbd.ts'

/** What a shop's own past says of what its customers will do, as it was taken at one moment. */
export type LifetimeFit = {
  takenAt: Instant
  /** The window that chances are given for: the shop's own. */
  horizonDays: number
  model: RiskModel | NotEnoughData
  /** Of net money an occasion, before costs. */
  spend: SpendFit | NotEnoughData
  rightness: Tested | NotEnoughData
}

/** A row of LifetimeFit as the database gives it; only `takeLifetimeFit` writes what its columns hold. */
export type LifetimeFitRow = { takenAt: Date; horizonDays: number; model: unknown; spend: unknown; rightness: unknown }

/** People change slowly; a model a week old says the same of them. */
const FIT_EVERY_DAYS = 7

/** The fit of a row; null: none was taken yet. */
export function lifetimeFitOf(row: LifetimeFitRow | null | undefined): LifetimeFit | null {
  return row ? { ...(row as Omit<LifetimeFit, 'takenAt'> & LifetimeFitRow), takenAt: row.takenAt.getTime() } : null
}

/**
 * Whether a run takes a fit anew: none is there, it is a week old, the shop's window has moved, or there was too little to
 * learn from and may be enough by now.
 */
export function isFitDue(stored: LifetimeFit | null, horizonDays: number, asOf: Instant): boolean {
  if (stored === null || stored.model.kind !== 'fitted' || stored.horizonDays !== horizonDays) return true
  return asOf - stored.takenAt >= FIT_EVERY_DAYS * DAY_MS
}

import { DAY_MS } from '#app/domain/order.ts'
import type { Freshness } from '#app/domain/pages.ts'

export const AS_OF = Date.parse('2026-11-22T03:00:00Z')

export const FRESH: Freshness = {
  lastOrderAt: AS_OF - 120_000,
  asOf: AS_OF,
  isLate: false,
  live: { state: 'live', waiting: 0, promisedMs: 120_000 },
  checkedAt: AS_OF,
  isLimited: false,
}
export const LATE: Freshness = {
  ...FRESH,
  lastOrderAt: AS_OF - 3 * DAY_MS,
  asOf: AS_OF - 2 * DAY_MS,
  isLate: true,
  live: { state: 'behind', sinceMs: AS_OF - 2 * DAY_MS, waiting: 1204, promisedMs: 120_000 },
  checkedAt: AS_OF - 2 * DAY_MS,
}
export const SILENT: Freshness = {
  ...FRESH,
  live: { state: 'silent', sinceMs: AS_OF - 1_200_000, waiting: 0, promisedMs: 120_000 },
  checkedAt: AS_OF - 600_000,
}
export const STOPPED: Freshness = {
  ...FRESH,
  live: { state: 'stopped', sinceMs: AS_OF - 7_200_000, waiting: 0, promisedMs: 120_000 },
}
export const LOCKED_OUT: Freshness = {
  ...FRESH,
  live: { state: 'off', sinceMs: AS_OF - 7_200_000, waiting: 0, promisedMs: 120_000 },
}
export const NO_FRESHNESS: Freshness = {
  lastOrderAt: null,
  asOf: null,
  isLate: false,
  live: { state: 'off', waiting: 0, promisedMs: 120_000 },
  checkedAt: null,
  isLimited: false,
}

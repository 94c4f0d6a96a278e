import type { LifetimeFit } from '#app/domain/lifetime/stored-fit.ts'
import type { Instant } from '#app/domain/order.ts'
import { expectedMinorOfAll } from '#app/domain/outlook.ts'
import type { Folded } from './fold.ts'

/** The window that chances are given for, in whole days: what the merchant reads it as. */
export function horizonDaysOf(windowDays: number): number {
  return Math.max(1, Math.round(windowDays))
}

/** Net money that each folded customer is expected to bring within 12 months. @param dayOf  the shop's day of an instant */
export function expectedOf(
  { standings, money }: Folded,
  fit: LifetimeFit,
  dayOf: (at: Instant) => number,
  asOf: Instant,
): Float64Array {
  const { count, n, firstAt, lastAt, sumLnGapDays, isBusiness } = standings
  const firstDay = new Int32Array(count)
  const lastDay = new Int32Array(count)
  for (let i = 0; i < count; i += 1) {
    if (n[i] === 0) continue
    firstDay[i] = dayOf(firstAt[i]!)
    lastDay[i] = dayOf(lastAt[i]!)
  }
  const columns = { count, n, firstDay, lastDay, sumLnGapDays, netMinor: money.netMinor, isBusiness }
  return expectedMinorOfAll(fit, columns, dayOf(asOf))
}

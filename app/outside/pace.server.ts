import type { Instant } from '../domain/order.ts'

/**
 * Lets each asker ask `burst` times at once and `perSecond` times a second in the long run; what is beyond is told how long
 * to wait. Counts in this process: enough to keep one of them from taking the database from the others. What counts for
 * several questions says for how many; such a one is let through as soon as there is room for all of it.
 *
 * @param limits.atMost  askers remembered; beyond, the one that has asked longest ago is forgotten and begins anew
 * @returns milliseconds to wait; 0: go on
 */
export function paceOf<Asker extends string | number>(limits: { burst: number; perSecond: number; atMost: number }) {
  const { burst, perSecond, atMost } = limits
  const askers = new Map<Asker, { left: number; at: Instant }>()
  return (asker: Asker, at: Instant, count = 1): number => {
    const known = askers.get(asker) ?? { left: burst, at }
    const left = Math.min(burst, known.left + (Math.max(0, at - known.at) / 1000) * perSecond)
    const isFree = left >= count
    // Put in anew, so that the first is always the one that has asked longest ago.
    askers.delete(asker)
    askers.set(asker, { left: isFree ? left - count : left, at: Math.max(at, known.at) })
    if (askers.size > atMost) askers.delete(askers.keys().next().value!)
    return isFree ? 0 : Math.ceil(((count - left) / perSecond) * 1000)
  }
}

/** For the extensions, by installation: a staff member who clicks from customer to customer asks once a page. */
export const paceOfBlocks = paceOf<number>({ burst: 120, perSecond: 4, atMost: 10_000 })

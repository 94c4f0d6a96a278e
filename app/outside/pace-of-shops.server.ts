import type { Instant } from '../domain/order.ts'

/**
 * Lets each shop ask `burst` times at once and `perSecond` times a second in the long run; what is beyond is told how long
 * to wait. Counts in this process: enough to keep one shop's open tabs from taking the database from the others.
 *
 * @returns milliseconds to wait; 0: go on
 */
export function paceOfShops({ burst, perSecond }: { burst: number; perSecond: number }) {
  // One entry for each installation that has asked.
  const shops = new Map<number, { left: number; at: Instant }>()
  return (shop: number, at: Instant): number => {
    const known = shops.get(shop) ?? { left: burst, at }
    const left = Math.min(burst, known.left + (Math.max(0, at - known.at) / 1000) * perSecond)
    const isFree = left >= 1
    shops.set(shop, { left: isFree ? left - 1 : left, at: Math.max(at, known.at) })
    return isFree ? 0 : Math.ceil(((1 - left) / perSecond) * 1000)
  }
}

/** For the extensions: a staff member who clicks from customer to customer asks once a page. */
export const paceOfBlocks = paceOfShops({ burst: 120, perSecond: 4 })

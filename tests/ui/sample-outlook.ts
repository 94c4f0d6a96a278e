import type { CustomerOutlook, ShopOutlook } from '#app/domain/outlook-pages.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { AS_OF } from './sample-freshness.ts'

export const SHOP_OUTLOOK: Extract<ShopOutlook, { state: 'known' }> = {
  state: 'known',
  horizonDays: 98,
  takenAt: AS_OF - 3 * DAY_MS,
  because: null,
  repeatBuyers: 4_210,
  rightness: {
    kind: 'tested',
    cutDay: Math.floor(AS_OF / DAY_MS) - 98,
    customers: 13_020,
    error: 0.0123,
    bins: Array.from({ length: 10 }, (_, index) => ({
      customers: 1_302,
      given: 0.02 + index * 0.055,
      cameTrue: 0.02 + index * 0.055 + (index % 2 === 0 ? 0.014 : -0.011),
    })),
  },
  costs: { share: 0.5, isAssumed: true },
}

/** What to expect of the so-manieth of a list. */
export function expectedOf(index: number): CustomerOutlook {
  const won = (minor: number) => ({ minor, currency: 'KRW' })
  const minor = 96_000 - index * 7_000
  return {
    shareBuying: 0.31 - index * 0.03,
    worth: {
      expected: won(minor),
      low: won(index === 0 ? 12_000 : 0),
      high: won(minor * 3),
      priority: { minor, keptOutBy: null },
    },
  }
}

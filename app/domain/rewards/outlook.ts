/** What can be said of a reward before it starts, and whether a live one is over. */
import type { Instant } from '#app/domain/order.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { LONGEST_DAYS, type RewardDefinition, type RewardGift } from './reward.ts'

/** What is worth knowing before a reward goes live; `blocks`: it cannot go live so. */
export type RewardCheck = { kind: 'day-past' | 'day-far' | 'free-order' | 'loss' | 'anybody'; blocks: boolean }

/**
 * What speaks against a reward, worst first.
 *
 * Known values: an amount without a minimum may make an order free, and so may one above it; 60 % off where costs take 50 %
 * is a loss (tests/domain/rewards/reward.test.ts).
 *
 * @param today      the shop's day (days since 1970-01-01)
 * @param costShare  the share (0–1) of an order's money that costs take
 */
export function rewardChecks(
  { who, steps, minimumMinor, endsOn }: RewardDefinition,
  today: number,
  costShare: number,
): RewardCheck[] {
  const lastDay = dayFromText(endsOn)
  const takes = (kind: RewardCheck['kind'], isSo: boolean, blocks = false) => (isSo ? [{ kind, blocks }] : [])
  return [
    ...takes('day-past', lastDay < today, true),
    ...takes('day-far', lastDay > today + LONGEST_DAYS, true),
    ...takes(
      'free-order',
      steps.some(({ what }) => isFreeOrder(what, minimumMinor)),
    ),
    ...takes(
      'loss',
      steps.some(({ what }) => what.kind === 'percent' && what.percent < 100 && what.percent / 100 > 1 - costShare),
    ),
    ...takes('anybody', who.kind === 'first-order' && who.guests === 'may-use'),
  ]
}

function isFreeOrder(what: RewardGift, minimumMinor: number | null): boolean {
  if (what.kind === 'amount') return what.amountMinor >= (minimumMinor ?? 0)
  return what.kind === 'percent' && what.percent === 100
}

/**
 * What a reward may cost by its end, if every first order uses it: an upper bound, not a forecast of an effect. `costMinor` is
 * null for free shipping, of which Shopify does not tell the price before it is chosen.
 *
 * Known value: 70 first orders of 30,000 in 90 days, 45 days to go, 20 %: 35 orders, 210,000 (tests/domain/rewards/reward.test.ts).
 *
 * @param past  first orders of the last `past.days` days, and the mean of all orders' goods in minor units
 */
export function rewardForecast(what: RewardGift, past: RecentPast, daysToGo: number): RewardForecast {
  const orders = Math.round((past.firstOrders / past.days) * daysToGo)
  const eachMinor =
    what.kind === 'free-shipping'
      ? null
      : what.kind === 'percent'
        ? (past.meanMinor * what.percent) / 100
        : what.kind === 'gift'
          ? what.priceMinor
          : Math.min(what.amountMinor, past.meanMinor)
  return { orders, costMinor: eachMinor === null ? null : Math.round(orders * eachMinor) }
}
export type RecentPast = { days: number; firstOrders: number; meanMinor: number }
export type RewardForecast = { orders: number; costMinor: number | null }

/** Whether a live reward is over at a moment, and by what; the first moment after its last day is no longer in it. */
export function overBy(
  { budgetMinor }: Pick<RewardDefinition, 'budgetMinor'>,
  endsAt: Instant,
  spentMinor: number,
  at: Instant,
): 'date' | 'budget' | null {
  if (at >= endsAt) return 'date'
  return budgetMinor !== null && spentMinor >= budgetMinor ? 'budget' : null
}

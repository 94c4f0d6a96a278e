/** A reward for the first order: what it gives, to whom it really applies at checkout, and where it ends. */
import { z } from 'zod'
import type { Instant } from '#app/domain/order.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { inHundredths, type StorefrontRewards } from './storefront-rewards.ts'

/** Longest name, in characters. */
export const NAME_MAX = 60
/** Farthest last day, in days from today: no discount of ours is without an end. */
export const LONGEST_DAYS = 366
/** Longest and shortest code, in characters. */
export const CODE_MIN = 3
export const CODE_MAX = 40

const amountMinor = z.number().int('amount').min(1, 'amount').max(1_000_000_000_000, 'amount')

/** What the shopper gets. */
const WhatShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent'), percent: z.number().int('percent').min(1, 'percent').max(100, 'percent') }),
  z.object({ kind: z.literal('amount'), amountMinor }),
  z.object({ kind: z.literal('free-shipping') }),
])
export type RewardGift = z.infer<typeof WhatShape>

/**
 * What a merchant sets. `guests`: who may use the code, once each: everybody (Shopify cannot know of a guest whether they
 * have bought before), or only customers who are signed in and have not ordered. `endsOn`: the last day, in the shop's time.
 * Messages are keys of the screen texts (`rewards.refused.…`).
 */
export const RewardShape = z.object({
  name: z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => text !== '', 'name-empty')
    .refine((text) => [...text].length <= NAME_MAX, 'name-long')
    .refine((text) => !/\p{Cc}/u.test(text), 'name-characters'),
  what: WhatShape,
  code: z
    .string()
    .transform((text) => text.trim().toUpperCase())
    .refine((text) => new RegExp(`^[A-Z0-9_-]{${CODE_MIN},${CODE_MAX}}$`).test(text), 'code'),
  guests: z.enum(['may-use', 'sign-in']),
  /** Of goods, in minor units; null: none. */
  minimumMinor: amountMinor.nullable(),
  /** Most that it may give away in all, by estimate; null: no limit. */
  budgetMinor: amountMinor.nullable(),
  endsOn: z.iso.date('date'),
  /** Whether other discounts may be used with it. */
  combines: z.boolean(),
})
export type RewardDefinition = z.infer<typeof RewardShape>

export const REWARD_STATES = ['draft', 'live', 'ended'] as const
export type RewardState = (typeof REWARD_STATES)[number]
/** What ended it. */
export type EndedBy = 'hand' | 'date' | 'budget' | 'leaving'

/** Ready-made rewards for a first order. */
export const READY_MADE = ['welcome-20', 'free-shipping'] as const
export type ReadyMade = (typeof READY_MADE)[number]
const READY_DAYS = 90

/**
 * A ready-made reward to begin with, ending 90 days from a shop day.
 *
 * @param name   in the merchant's language
 * @param today  the shop's day, as domain/shop-calendar.ts counts them
 */
export function readyMade(kind: ReadyMade, name: string, dayOf: (daysAhead: number) => string): RewardDefinition {
  return {
    name,
    what: kind === 'welcome-20' ? { kind: 'percent', percent: 20 } : { kind: 'free-shipping' },
    code: kind === 'welcome-20' ? 'WELCOME20' : 'FIRSTSHIP',
    guests: 'may-use',
    minimumMinor: null,
    budgetMinor: null,
    endsOn: dayOf(READY_DAYS),
    combines: false,
  }
}

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
  { what, minimumMinor, guests, endsOn }: RewardDefinition,
  today: number,
  costShare: number,
): RewardCheck[] {
  const lastDay = dayFromText(endsOn)
  const takes = (kind: RewardCheck['kind'], isSo: boolean, blocks = false) => (isSo ? [{ kind, blocks }] : [])
  return [
    ...takes('day-past', lastDay < today, true),
    ...takes('day-far', lastDay > today + LONGEST_DAYS, true),
    ...takes('free-order', isFreeOrder(what, minimumMinor)),
    ...takes('loss', what.kind === 'percent' && what.percent < 100 && what.percent / 100 > 1 - costShare),
    ...takes('anybody', guests === 'may-use'),
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
export function rewardForecast(
  { what }: Pick<RewardDefinition, 'what'>,
  past: RecentPast,
  daysToGo: number,
): RewardForecast {
  const orders = Math.round((past.firstOrders / past.days) * daysToGo)
  const eachMinor =
    what.kind === 'free-shipping'
      ? null
      : what.kind === 'amount'
        ? Math.min(what.amountMinor, past.meanMinor)
        : (past.meanMinor * what.percent) / 100
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

/** The reward as the theme block reads it. */
export function onStorefront(
  id: number,
  { what, code, guests, minimumMinor, endsOn }: RewardDefinition,
  currency: string,
): StorefrontRewards['rewards'][number] {
  return {
    id,
    when: 'first-order',
    guests,
    what: what.kind === 'amount' ? { kind: 'amount', amount: inHundredths(what.amountMinor, currency) } : what,
    code,
    minimum: minimumMinor === null ? null : inHundredths(minimumMinor, currency),
    endsOn,
  }
}

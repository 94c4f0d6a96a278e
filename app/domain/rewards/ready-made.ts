/** Ready-made rewards: what a merchant begins with, every number of it theirs to change. */
import { isShared, type RewardDefinition, type RewardStep } from './reward.ts'

export const READY_MADE = [
  'welcome-20',
  'free-shipping',
  'review-credit',
  'order-ladder',
  'consent',
  'vip',
  'come-back',
  'next-order-credit',
] as const
export type ReadyMade = (typeof READY_MADE)[number]
const READY_DAYS = 90
const VALID_DAYS = 60
const KEPT_DAYS = 14
const COMPARISON_PERCENT = 10

type Shape = Pick<RewardDefinition, 'who' | 'steps' | 'code'> & Partial<RewardDefinition>

const step = (what: RewardStep['what'], conditions: RewardStep['conditions'] = [], waitDays = 0): RewardStep => ({
  what,
  join: 'and',
  conditions,
  waitDays,
})

const SHAPES: Record<ReadyMade, (smallMinor: number) => Shape> = {
  'welcome-20': () => ({
    who: { kind: 'first-order', guests: 'may-use' },
    steps: [step({ kind: 'percent', percent: 20 })],
    code: 'WELCOME20',
  }),
  'free-shipping': () => ({
    who: { kind: 'first-order', guests: 'may-use' },
    steps: [step({ kind: 'free-shipping' })],
    code: 'FIRSTSHIP',
  }),
  'review-credit': (smallMinor) => ({
    who: { kind: 'everybody' },
    steps: [step({ kind: 'credit', amountMinor: smallMinor }, [{ kind: 'delivered', days: 3 }, { kind: 'review' }])],
    code: 'REVIEW',
  }),
  'order-ladder': (smallMinor) => ({
    who: { kind: 'everybody' },
    steps: [
      step({ kind: 'free-shipping' }, [{ kind: 'order', n: 1 }]),
      step({ kind: 'percent', percent: 10 }, [{ kind: 'order', n: 2 }]),
      step({ kind: 'credit', amountMinor: smallMinor }, [{ kind: 'order', n: 3 }]),
    ],
    code: 'STEP',
  }),
  consent: () => ({
    who: { kind: 'first-order', guests: 'sign-in' },
    steps: [step({ kind: 'free-shipping' }, [{ kind: 'consent', channel: 'email' }])],
    code: 'NEWS',
  }),
  vip: () => ({
    who: { kind: 'flag', flag: 'vip' },
    steps: [step({ kind: 'percent', percent: 15 })],
    code: 'VIP',
  }),
  'come-back': () => ({
    who: { kind: 'stage', stages: ['at-risk'] },
    steps: [step({ kind: 'percent', percent: 10 })],
    code: 'BACK',
  }),
  'next-order-credit': (smallMinor) => ({
    who: { kind: 'flag', flag: 'cherry-picker' },
    steps: [
      step({ kind: 'credit', amountMinor: smallMinor }, [
        { kind: 'more-orders', n: 1 },
        { kind: 'kept', days: KEPT_DAYS },
      ]),
    ],
    code: 'NEXT',
  }),
}

/**
 * A ready-made reward to begin with, ending 90 days from a shop day.
 *
 * @param name        in the merchant's language
 * @param dayOf       the shop's day so many days ahead, as text
 * @param smallMinor  a small amount in the shop's money, for credit: about a tenth of an order
 */
export function readyMade(
  kind: ReadyMade,
  name: string,
  dayOf: (daysAhead: number) => string,
  smallMinor: number,
): RewardDefinition {
  const shape = SHAPES[kind](smallMinor)
  return {
    name,
    take: 'given',
    minimumMinor: null,
    products: [],
    budgetMinor: null,
    takers: null,
    validDays: VALID_DAYS,
    endsOn: dayOf(READY_DAYS),
    combines: false,
    suspects: 'same',
    // Of guests nothing is known by which to divide them.
    comparisonPercent: isShared({ ...shape, take: 'given' }) ? 0 : COMPARISON_PERCENT,
    texts: [],
    ...shape,
  }
}

/**
 * A tenth of an order in round money: one, two, three or five times a power of ten.
 *
 * Known values: 34,800 KRW → 3,000; 4,599 USD cents → 500; 12 → 1 (tests/domain/rewards/reward.test.ts).
 */
export function smallAmount(meanMinor: number): number {
  const tenth = Math.max(1, meanMinor / 10)
  const power = 10 ** Math.floor(Math.log10(tenth))
  const times = [1, 2, 3, 5, 10].reduce((best, each) =>
    Math.abs(each * power - tenth) < Math.abs(best * power - tenth) ? each : best,
  )
  return times * power
}

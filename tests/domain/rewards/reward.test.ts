import { describe, expect, test } from 'vitest'
import {
  decimalText,
  discountOf,
  discountTitle,
  ownDiscountOf,
  ownDiscountPrefix,
} from '#app/domain/rewards/discount.ts'
import { overBy, rewardChecks, rewardForecast } from '#app/domain/rewards/outlook.ts'
import { READY_MADE, readyMade, smallAmount } from '#app/domain/rewards/ready-made.ts'
import { RewardShape, unaskedParts } from '#app/domain/rewards/reward.ts'
import { onStorefront, StorefrontRewards } from '#app/domain/rewards/storefront-rewards.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { rewardOf, type Wanted } from './definitions.ts'

const TODAY = dayFromText('2026-11-22')
const reward = (more: Wanted = {}) => rewardOf({ guests: 'sign-in', ...more })
const kinds = (more: Wanted, costShare = 0.5) => rewardChecks(reward(more), TODAY, costShare).map(({ kind }) => kind)

describe('what a merchant may set', () => {
  test('a ready-made reward is one that may be saved, and ends', () => {
    for (const kind of READY_MADE) {
      const made = readyMade(kind, 'Welcome', () => '2027-02-20', 3000)
      expect(RewardShape.parse(made)).toEqual(made)
    }
  })

  test.each([
    [{ name: '  ' }, 'name', 'name-empty'],
    [{ name: 'x'.repeat(61) }, 'name', 'name-long'],
    [{ name: 'two\nlines' }, 'name', 'name-characters'],
    [{ code: 'WEL COME' }, 'code', 'code'],
    [{ code: '환영' }, 'code', 'code'],
    [{ code: 'X'.repeat(41) }, 'code', 'code'],
    [{ what: { kind: 'percent', percent: 0 } }, 'steps.0.what.percent', 'percent'],
    [{ what: { kind: 'percent', percent: 12.5 } }, 'steps.0.what.percent', 'percent'],
    [{ what: { kind: 'amount', amountMinor: -5 } }, 'steps.0.what.amountMinor', 'amount'],
    [{ minimumMinor: 0 }, 'minimumMinor', 'amount'],
    [{ endsOn: '2027-02-30' }, 'endsOn', 'date'],
  ])('%o is refused', (more, field, key) => {
    const read = RewardShape.safeParse(reward(more as Wanted))
    expect(read.error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toContainEqual([field, key])
  })

  test('a code is written as Shopify compares it, in capitals', () => {
    expect(RewardShape.parse(reward({ code: ' welcome-5 ' })).code).toBe('WELCOME-5')
  })
})

test('a small amount is about a tenth of an order, in round money', () => {
  expect([34_800, 4599, 12].map(smallAmount)).toEqual([3000, 500, 1])
})

test.each([
  [
    'guests cannot be known again, so theirs is one code for all',
    { conditions: [{ kind: 'review' }] },
    'who',
    'guests-own',
  ],
  [
    'who has not ordered has no order to wait for',
    { guests: 'sign-in', conditions: [{ kind: 'order', n: 2 }] },
    'steps',
    'first-order-order',
  ],
  [
    'a second step that asks nothing is the first',
    { who: { kind: 'everybody' }, steps: [...rewardOf().steps, ...rewardOf().steps] },
    'steps',
    'step-free',
  ],
  ['one code for all has nobody to compare', { comparisonPercent: 10 }, 'comparisonPercent', 'comparison-shared'],
  ['a shared code is not claimed', { takers: 100 }, 'takers', 'takers-shared'],
] as [string, Wanted, string, string][])('%s', (_, more, field, key) => {
  const read = RewardShape.safeParse(rewardOf(more))
  expect(read.error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toContainEqual([field, key])
})

test('what of the survey it hangs on and nobody is asked is named', () => {
  const survey = rewardOf({ who: { kind: 'everybody' }, conditions: [{ kind: 'survey', which: 'preferences' }] })
  expect([unaskedParts(survey, []), unaskedParts(survey, ['preferences']), unaskedParts(rewardOf(), [])]).toEqual([
    ['preferences'],
    [],
    [],
  ])
})

describe('what speaks against it', () => {
  test('a day that has passed, or more than a year away, blocks; today is a last day', () => {
    expect(rewardChecks(reward({ endsOn: '2026-11-21' }), TODAY, 0.5)).toEqual([{ kind: 'day-past', blocks: true }])
    expect(rewardChecks(reward({ endsOn: '2027-11-24' }), TODAY, 0.5)).toEqual([{ kind: 'day-far', blocks: true }])
    expect(kinds({ endsOn: '2026-11-22' })).toEqual([])
    expect(kinds({ endsOn: '2027-11-23' })).toEqual([])
  })

  test('an order that may cost nothing is said, unless a minimum prevents it', () => {
    const amount = { kind: 'amount', amountMinor: 5000 } as const
    expect(kinds({ what: amount })).toEqual(['free-order'])
    expect(kinds({ what: amount, minimumMinor: 5000 })).toEqual(['free-order'])
    expect(kinds({ what: amount, minimumMinor: 5001 })).toEqual([])
    expect(kinds({ what: { kind: 'percent', percent: 100 } })).toEqual(['free-order'])
    expect(kinds({ what: { kind: 'free-shipping' } })).toEqual([])
  })

  test('a percentage above what costs leave is a loss', () => {
    expect(kinds({ what: { kind: 'percent', percent: 60 } })).toEqual(['loss'])
    expect(kinds({ what: { kind: 'percent', percent: 50 } })).toEqual([])
    expect(kinds({ what: { kind: 'percent', percent: 60 } }, 0.3)).toEqual([])
  })

  test('a code that guests may use is for anybody, and that is said', () => {
    expect(kinds({ guests: 'may-use' })).toEqual(['anybody'])
  })
})

test('a forecast says what every first order with it would cost, and of free shipping only how many', () => {
  const past = { days: 90, firstOrders: 70, meanMinor: 30_000 }
  expect(rewardForecast({ kind: 'percent', percent: 20 }, past, 45)).toEqual({ orders: 35, costMinor: 210_000 })
  const amount = { kind: 'amount', amountMinor: 40_000 } as const
  // No order can have more off than it costs.
  expect(rewardForecast(amount, past, 45)).toEqual({ orders: 35, costMinor: 35 * 30_000 })
  expect(rewardForecast({ kind: 'free-shipping' }, past, 9)).toEqual({ orders: 7, costMinor: null })
})

test('it is over from the first moment after its last day, and once its budget is reached', () => {
  const budget = { budgetMinor: 1000 }
  expect(overBy(budget, 500, 999, 499)).toBe(null)
  expect(overBy(budget, 500, 1000, 499)).toBe('budget')
  expect(overBy(budget, 500, 2000, 500)).toBe('date')
  expect(overBy({ budgetMinor: null }, 500, 1e12, 499)).toBe(null)
})

test('the storefront reads it in the shape that the theme block knows', () => {
  const shown = [
    onStorefront(3, reward({ minimumMinor: 50_000 }), 'KRW'),
    onStorefront(4, reward({ what: { kind: 'amount', amountMinor: 1250 } }), 'USD'),
  ]
  expect(shown[0]).toEqual({
    id: 3,
    when: 'first-order',
    guests: 'sign-in',
    what: { kind: 'percent', percent: 20 },
    code: 'WELCOME20',
    minimum: 5_000_000,
    isForSome: false,
    endsOn: '2027-01-05',
  })
  expect(onStorefront(5, reward({ products: ['7'] }), 'KRW')).toMatchObject({ isForSome: true })
  expect(shown[1]!.what).toEqual({ kind: 'amount', amount: 1250 })
  expect(StorefrontRewards.safeParse({ v: 1, rewards: shown }).success).toBe(true)
})

describe('the discount that Shopify is asked for', () => {
  const starts = Date.UTC(2026, 10, 22)
  const ends = Date.UTC(2027, 0, 5, 15)

  test('carries an end, the minimum as Shopify writes money, and whom it is bound to', () => {
    expect(discountOf(7, reward({ minimumMinor: 50_000 }), 'KRW', starts, ends)).toEqual({
      title: 'Morello 7: Welcome',
      code: 'WELCOME20',
      what: { kind: 'percent', share: 0.2 },
      products: [],
      minimum: '50000',
      isBound: true,
      startsAt: '2026-11-22T00:00:00.000Z',
      endsAt: '2027-01-05T15:00:00.000Z',
      combines: false,
    })
  })

  test('writes an amount with the decimals of its currency', () => {
    const what = { kind: 'amount', amountMinor: 1250 } as const
    const amountIn = (currency: string) => discountOf(7, reward({ what }), currency, starts, ends).what
    expect([amountIn('USD'), amountIn('KRW'), amountIn('KWD')]).toEqual([
      { kind: 'amount', amount: '12.50' },
      { kind: 'amount', amount: '1250' },
      { kind: 'amount', amount: '1.250' },
    ])
  })

  test('is told from others by a title that no two rewards share', () => {
    expect(discountTitle(1, '1: Welcome')).not.toBe(discountTitle(11, 'Welcome'))
  })
})

test('an own discount of a step is named after it, bound to customers, and of a code issued anew it is another', () => {
  const reward = rewardOf({ what: { kind: 'amount', amountMinor: 500 } })
  const two = { ...reward, steps: [reward.steps[0]!, { ...reward.steps[0]!, waitDays: 3 }] }
  const frame = { currency: 'USD', startsAt: 0, endsAt: 1000 }
  const own = ownDiscountOf({ reward: 7, step: 1, turn: 0 }, two, frame, 'A-1', 'customers')
  expect(own).toMatchObject({ title: 'Morello 7.1: Welcome', code: 'A-1', what: { kind: 'amount', amount: '5.00' } })
  expect(ownDiscountPrefix({ reward: 7, step: 1, turn: 1 })).toBe('Morello 7.1.1: ')
  expect([decimalText(1250, 'USD'), decimalText(1250, 'KRW')]).toEqual(['12.50', '1250'])
})

import { describe, expect, test } from 'vitest'
import type { RewardCondition, RewardStep } from '#app/domain/rewards/reward.ts'
import type { Wanted } from './definitions.ts'
import { day, FACTS, order, stepsOf, type Situation } from './person.ts'

const one = (...conditions: RewardCondition[]): Wanted => ({ conditions })
const either = (...conditions: RewardCondition[]): Wanted => ({ steps: [step(conditions, { join: 'or' })] })
const step = (conditions: RewardCondition[], more: Partial<RewardStep> = {}): RewardStep => ({
  what: { kind: 'percent', percent: 10 },
  join: 'and',
  conditions,
  waitDays: 0,
  ...more,
})
const ladder: Wanted = { steps: [1, 2, 3].map((n) => step([{ kind: 'order', n }])) }
const CONSENT: RewardCondition = { kind: 'consent', channel: 'email' }
const consentAt = (email: number | null, had = false): Situation => ({
  facts: { ...FACTS, hadConsent: { email: had, sms: false }, consentAt: { email, sms: null } },
})

const SURVEY: RewardCondition = { kind: 'survey', which: 'preferences' }
const answeredAt = (preferences: number): Situation => ({ facts: { ...FACTS, surveyAt: { preferences } } })

describe('a step', () => {
  test.each<[string, Wanted, Situation, (number | null)[]]>([
    ['asking nothing is earned at once', one(), {}, [0]],
    ['waits its days', { steps: [step([], { waitDays: 7 })] }, {}, [7]],
    ['for the first order is earned by it', one({ kind: 'order', n: 1 }), { orders: [order(3)] }, [3]],
    ['for an order placed before the start is not', one({ kind: 'order', n: 1 }), { orders: [order(-3)] }, [null]],
    [
      'for the second counts orders before the start',
      one({ kind: 'order', n: 2 }),
      { orders: [order(-3), order(4)] },
      [4],
    ],
    ['for one more order does not', one({ kind: 'more-orders', n: 1 }), { orders: [order(-3)] }, [null]],
    [
      'is not earned by an unpaid order',
      one({ kind: 'order', n: 1 }),
      { orders: [order(3, { counts: false })] },
      [null],
    ],
    ['for a kept order waits for its days', one({ kind: 'kept', days: 14 }), { orders: [order(3)] }, [17]],
    [
      'for a kept order is not earned by one of which something went back',
      one({ kind: 'kept', days: 14 }),
      { orders: [order(3, { wentBack: true })] },
      [null],
    ],
    [
      'for a delivery counts from the delivery',
      one({ kind: 'delivered', days: 3 }),
      { orders: [order(3, { delivered: { at: day(6), isEstimated: false } })] },
      [9],
    ],
    ['for a delivery is not earned by sending', one({ kind: 'delivered', days: 3 }), { orders: [order(3)] }, [null]],
    ['for a review is earned by one', one({ kind: 'review' }), { reviews: [5] }, [5]],
    ['for a review is not earned by one before the start', one({ kind: 'review' }), { reviews: [-5] }, [null]],
    ['for consent is earned when it is given', one(CONSENT), consentAt(day(2)), [2]],
    ['for consent that they had is never', one(CONSENT), consentAt(day(2), true), [null]],
    ['for the survey is not earned before it is answered', one(SURVEY), {}, [null]],
    ['for the survey is earned by an answer', one(SURVEY), answeredAt(day(4)), [4]],
    [
      'for the survey and an order is earned by the later',
      one(SURVEY, { kind: 'order', n: 1 }),
      { ...answeredAt(day(4)), orders: [order(8)] },
      [8],
    ],
    [
      'of both is earned by the later',
      one({ kind: 'review' }, { kind: 'order', n: 1 }),
      { reviews: [5], orders: [order(8)] },
      [8],
    ],
    [
      'of either is earned by the earlier',
      either({ kind: 'review' }, { kind: 'order', n: 1 }),
      { reviews: [5], orders: [order(8)] },
      [5],
    ],
    ['of a ladder is earned one by one', ladder, { orders: [order(1), order(2)] }, [1, 2, null]],
    ['of a ladder whose first is missed is not', ladder, { orders: [order(-1), order(2)] }, [null, null, null]],
    [
      'that was granted stays so when its order is cancelled',
      ladder,
      { orders: [order(1, { counts: false }), order(2), order(3)], grantedAt: new Map([[0, day(1)]]) },
      [2, 3, null],
    ],
    [
      'for a second review asks for another one',
      { steps: [step([{ kind: 'review' }]), step([{ kind: 'review' }])] },
      { reviews: [5] },
      [5, null],
    ],
  ])('%s', (_, wanted, situation, earned) => {
    const steps = stepsOf(wanted, situation)
    expect(steps.map(({ earnedAt }) => earnedAt)).toEqual(earned.map((days) => (days === null ? null : day(days))))
  })

  test('says how many orders of how many, and what time alone will bring', () => {
    expect(stepsOf(ladder, { orders: [order(1), order(2)] })[2]!.missing).toEqual([{ kind: 'order', done: 2, of: 3 }])
    const kept = stepsOf(one({ kind: 'kept', days: 14 }), { orders: [order(25)] })[0]!
    expect([kept.dueAt, kept.missing]).toEqual([day(39), [{ kind: 'kept', days: 14, on: '2026-02-09' }]])
    const waits = stepsOf({ steps: [step([{ kind: 'review' }], { waitDays: 7 })] }, { reviews: [28] })[0]!
    expect([waits.dueAt, waits.missing]).toEqual([day(35), [{ kind: 'wait', on: '2026-02-05' }]])
  })

  test('names the survey as missing, and what was answered as the reason', () => {
    expect(stepsOf(one(SURVEY))[0]!.missing).toEqual([{ kind: 'survey', which: 'preferences' }])
    const because = { kind: 'survey', which: 'preferences', at: day(4) }
    expect(stepsOf(one(SURVEY), answeredAt(day(4)))[0]!.because).toEqual([because])
  })

  test('that cannot be earned before the end any more is not possible', () => {
    const possible = (at: number, orders = [order(20)]) =>
      stepsOf(one({ kind: 'kept', days: 14 }), { at, orders })[0]!.isPossible
    expect([possible(day(30), []), possible(day(80), []), possible(day(80), [order(70)])]).toEqual([true, false, true])
    expect(stepsOf(one({ kind: 'order', n: 1 }), { orders: [order(-1)] })[0]!.isPossible).toBe(false)
  })

  test('is credit after a kept order for a suspect, of its face value, with all that was asked for anyway', () => {
    const wanted: Wanted = {
      what: { kind: 'amount', amountMinor: 700 },
      conditions: [{ kind: 'review' }],
      suspects: 'credit',
    }
    const facts = { ...FACTS, isSuspect: true, insteadMinor: [700] }
    const [now] = stepsOf(wanted, { facts, reviews: [5], orders: [order(6)], at: day(10) })
    expect(now).toMatchObject({ what: { kind: 'credit', amountMinor: 700 }, earnedAt: null, dueAt: day(20) })
    expect(stepsOf(wanted, { facts, orders: [order(6)] })[0]!.earnedAt).toBe(null)
    expect(stepsOf({ ...wanted, suspects: 'same' }, { facts, reviews: [5] })[0]!.what.kind).toBe('amount')
  })
})

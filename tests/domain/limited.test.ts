import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { fixedEstimates } from '#app/domain/estimates.ts'
import { countedFacts, countedStage, seesAllOrders } from '#app/domain/limited.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { isUnusuallySilent, ringsOfOrder } from '#app/domain/rings.ts'
import { DEFAULT_THRESHOLDS, LAST_ORDER_UNKNOWN, limitsOf, stageReason, STAGES } from '#app/domain/stages.ts'

const NOW = Date.UTC(2026, 10, 22)
const ESTIMATES = { ...fixedEstimates(NOW), version: 1, adoptedAt: NOW }
const LIMITS = limitsOf(ESTIMATES, DEFAULT_THRESHOLDS)
const stageOf = (orders: number, daysAgo: number | null) => {
  const facts = countedFacts(orders, daysAgo === null ? null : NOW - daysAgo * DAY_MS)
  return countedStage(facts, NOW - 900 * DAY_MS, NOW, LIMITS)
}

describe('stages by Shopify’s own counts', () => {
  test.each([
    [0, null, 'prospect'],
    [1, 60, 'new'],
    [1, 61, 'one-and-done'],
    [1, null, 'one-and-done'],
    [2, 90, 'repeat'],
    [3, 90, 'loyal'],
    [3, 91, 'at-risk'],
    [5, 180, 'at-risk'],
    [5, 181, 'lapsed'],
  ] as const)('%i orders, the last %s days ago: %s', (orders, daysAgo, stage) => {
    expect(STAGES[stageOf(orders, daysAgo).stage]).toBe(stage)
  })

  test('more than one order without a known last one is in no stage', () => {
    for (const orders of [2, 3, 99]) expect(stageOf(orders, null).stage).toBe(LAST_ORDER_UNKNOWN)
  })

  test('a stage has begun by now, and a moment before it there was another one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 700 * DAY_MS }), (orders, agoMs) => {
        const facts = countedFacts(orders, NOW - agoMs)
        const { stage, since } = countedStage(facts, NOW - 900 * DAY_MS, NOW, LIMITS)
        expect(since).toBeLessThanOrEqual(NOW)
        if (since > NOW - agoMs) expect(countedStage(facts, 0, since - 1, LIMITS).stage).not.toBe(stage)
        expect(countedStage(facts, 0, since, LIMITS).stage).toBe(stage)
      }),
    )
  })

  test('the reason names whole days of the fixed cycle', () => {
    const reason = stageReason(countedFacts(3, NOW - 20 * DAY_MS), NOW, ESTIMATES, DEFAULT_THRESHOLDS, 0)
    expect(reason).toMatchObject({ stage: 'loyal', orders: 3, hopedWithinDays: 90, lastGapDays: null })
  })
})

test('a token is limited if it lacks the one scope; before the first token nothing is known', () => {
  expect(['', 'read_orders,read_all_orders', 'read_orders'].map(seesAllOrders)).toEqual([true, true, false])
})

describe('what should have rung', () => {
  test('an order as it was made rings once; what became of it rings too', () => {
    const made = { createdAt: NOW, updatedAt: NOW + 1000, cancelledAt: null, refundedAt: [] }
    expect(ringsOfOrder(made)).toEqual([{ topic: 'orders/create', at: NOW }])
    const refunded = { ...made, updatedAt: NOW + DAY_MS, refundedAt: [NOW + DAY_MS] }
    expect(ringsOfOrder(refunded).map((ring) => ring.topic)).toEqual([
      'orders/create',
      'orders/updated',
      'refunds/create',
    ])
  })

  test('silence is unusual only beyond what the shop has known, and never within the hour', () => {
    const daily = Array.from({ length: 30 }, (_, day) => NOW + day * DAY_MS)
    const last = daily.at(-1)!
    expect(isUnusuallySilent(daily, last + 1.4 * DAY_MS)).toBe(false)
    expect(isUnusuallySilent(daily, last + 1.6 * DAY_MS)).toBe(true)
    const busy = Array.from({ length: 30 }, (_, second) => NOW + second * 1000)
    expect(isUnusuallySilent(busy, busy.at(-1)! + 50 * 60_000)).toBe(false)
    expect(isUnusuallySilent(daily.slice(0, 19), NOW + 400 * DAY_MS)).toBe(false)
  })
})

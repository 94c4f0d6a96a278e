import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { estimatesAt } from '#app/domain/estimates.ts'
import { factsOf } from '#app/domain/occasions.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { addOutcome, emptyOutcomes, limitsOverTime, spansOf } from '#app/domain/replay.ts'
import { DEFAULT_THRESHOLDS, STAGES, stageAt } from '#app/domain/stages.ts'
import type { Estimates } from '#app/domain/stages.ts'

const FIRST: Estimates = {
  version: 1,
  takenAt: 300 * DAY_MS,
  adoptedAt: 300 * DAY_MS,
  source: 'starting',
  reorderers: 3,
  cycleDays: 60,
  windowDays: 60,
  medianFirstGapDays: null,
  p80FirstGapDays: null,
  gapRatioP20: null,
  gapRatioP80: null,
  firstGapPercentiles: [],
}
const SECOND: Estimates = {
  ...FIRST,
  version: 2,
  source: 'learned',
  takenAt: 400 * DAY_MS,
  adoptedAt: 400 * DAY_MS,
  cycleDays: 35,
  windowDays: 123.4,
}
const ADOPTED = [FIRST, SECOND]
const days = (...at: number[]) => at.map((day) => day * DAY_MS)

test('a life is told from prospect to lapsed without holes, each stage from the instant at which it held', () => {
  const spans = spansOf(days(10, 40, 70), 0, 350 * DAY_MS, [FIRST], DEFAULT_THRESHOLDS)
  expect(spans.map((span) => span.stage)).toEqual(['prospect', 'new', 'repeat', 'loyal', 'at-risk', 'lapsed'])
  expect(spans.slice(0, 4).map((span) => span.from / DAY_MS)).toEqual([0, 10, 40, 70])
  expect(spans.at(-1)!.to).toBeNull()
})

test('before the first estimates were adopted the first ones hold, and adopting others moves people at that instant', () => {
  const spans = spansOf(days(0), 0, 410 * DAY_MS, [FIRST, { ...SECOND, windowDays: 405 }], DEFAULT_THRESHOLDS)
  expect(spans).toEqual([
    { stage: 'new', from: 0, to: 60 * DAY_MS + 1 },
    { stage: 'one-and-done', from: 60 * DAY_MS + 1, to: 400 * DAY_MS },
    { stage: 'new', from: 400 * DAY_MS, to: 405 * DAY_MS + 1 },
    { stage: 'one-and-done', from: 405 * DAY_MS + 1, to: null },
  ])
})

test('whatever the orders, the replay at any instant is the stage of the orders up to it', () => {
  const someOrders = fc
    .array(fc.integer({ min: 0, max: 600 * DAY_MS }), { maxLength: 10 })
    .map((times) => times.sort((a, b) => a - b))
  fc.assert(
    fc.property(
      someOrders,
      fc.array(fc.integer({ min: 0, max: 900 * DAY_MS }), { minLength: 1, maxLength: 20 }),
      (orders, instants) => {
        const asOf = 900 * DAY_MS
        const spans = spansOf(orders, 0, asOf, ADOPTED, DEFAULT_THRESHOLDS)
        spans.forEach((span, i) => {
          const next = spans[i + 1]
          expect(span.to).toBe(next ? next.from : null)
          if (next) expect(span.stage).not.toBe(next.stage)
        })
        const edges = spans.flatMap((span) => [span.from, span.from - 1])
        for (const at of [...instants, ...orders, ...edges, 400 * DAY_MS, 400 * DAY_MS - 1]) {
          if (at < 0 || at > asOf) continue
          const span = spans.find((each) => each.from <= at && (each.to === null || at < each.to))
          const estimates = at >= 400 * DAY_MS ? SECOND : FIRST
          expect(estimatesAt(ADOPTED, at)).toBe(estimates)
          expect(span?.stage).toBe(stageAt(factsOf(orders, at), at, estimates, DEFAULT_THRESHOLDS))
        }
      },
    ),
    { seed: 21, numRuns: 500 },
  )
})

describe('what became of people in a state six months ago', () => {
  const asOf = 500 * DAY_MS
  const then = 318
  const overTime = limitsOverTime([FIRST], DEFAULT_THRESHOLDS)
  const outcomeOf = (orders: number[], knownFrom = 0) => {
    const tally = emptyOutcomes()
    addOutcome(tally, orders, orders.length, knownFrom, asOf, overTime)
    const stage = tally.then.indexOf(1)
    return stage === -1 ? null : [STAGES[stage], tally.orderedAgain[stage]]
  }

  test.each([
    ['somebody who ordered 120 days later did order again', days(then - 10, then + 120), ['new', 1]],
    ['a moment after that did not', [(then - 10) * DAY_MS, (then + 120) * DAY_MS + 1], ['new', 0]],
    ['an order of the same occasion is no order again', days(then - 0.25, then + 0.5), ['new', 0]],
    ['what came before the moment tells the stage', days(then - 200), ['one-and-done', 0]],
  ])('%s', (_name, orders, expected) => {
    expect(outcomeOf(orders)).toEqual(expected)
  })

  test('somebody whom the shop did not know then is not counted', () => {
    expect(outcomeOf(days(then + 3), (then + 1) * DAY_MS)).toBeNull()
    expect(outcomeOf(days(then + 3), (then - 1) * DAY_MS)).toEqual(['prospect', 1])
  })
})

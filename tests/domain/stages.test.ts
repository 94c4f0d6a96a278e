import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cycleDaysOf, estimatesFrom, percentileOf, whatToDoWith } from '#app/domain/estimates.ts'
import { addOrder, emptyFacts, factsOf, gapDaysOf, occasionsOf } from '#app/domain/occasions.ts'
import { DAY_MS } from '#app/domain/order.ts'
import {
  DEFAULT_THRESHOLDS,
  STAGES,
  nextOrderWindow,
  nextStage,
  personalCycleDays,
  stageAt,
  stageReason,
  windowDaysOf,
} from '#app/domain/stages.ts'
import type { Estimates, Stage, Thresholds } from '#app/domain/stages.ts'

const ESTIMATES: Estimates = {
  version: 1,
  takenAt: 0,
  adoptedAt: 0,
  source: 'learned',
  reorderers: 120,
  cycleDays: 60,
  windowDays: 110,
  medianFirstGapDays: 56,
  p80FirstGapDays: 110,
  gapRatioP20: 0.5,
  gapRatioP80: 1.5,
  firstGapPercentiles: Array.from({ length: 99 }, (_, i) => 2 * (i + 1)),
}

/** Instants at these days. */
const days = (...at: number[]) => at.map((day) => Math.round(day * DAY_MS))

describe('an occasion', () => {
  test.each([
    ['two orders a minute apart are one', [0, 1 / 1440], [0]],
    ['an order 24 h after the first opens another', [0, 1], [0, 1]],
    ['an order a millisecond before that does not', [0, 1 - 1 / DAY_MS], [0]],
    ['the 24 hours run from the first order, not from the last', [0, 0.9, 1.5], [0, 1.5]],
    ['no order makes none', [], []],
  ])('%s', (_name, orders, expected) => {
    expect(occasionsOf(days(...orders))).toEqual(days(...expected))
    expect(factsOf(days(...orders)).n).toBe(expected.length)
  })

  test('facts hold the first gap and the sum of logarithms', () => {
    const facts = factsOf(days(0, 10, 10.5, 30))
    expect(facts).toEqual({
      n: 3,
      firstAt: 0,
      lastAt: 30 * DAY_MS,
      firstGapDays: 10,
      sumLnGapDays: Math.log(10) + Math.log(20),
    })
    expect(factsOf(days(0, 10, 30), 29 * DAY_MS).n).toBe(2)
  })
})

describe('estimates', () => {
  const columns = (firstGaps: number[], business: number[] = []) => ({
    count: firstGaps.length,
    n: firstGaps.map(() => 2),
    sumLnGapDays: firstGaps.map((gap) => Math.log(gap)),
    firstGapDays: firstGaps,
    isBusiness: firstGaps.map((_, i) => (business.includes(i) ? 1 : 0)),
    gapDays: firstGaps,
  })

  test('percentiles are those of type 7', () => {
    expect(percentileOf([1, 2, 3, 4], 0.8)).toBeCloseTo(3.4, 12)
    expect(percentileOf([1, 2, 3, 4, 5], 0.5)).toBe(3)
    expect(percentileOf([7], 0.8)).toBe(7)
  })

  test('both are 60 days until 50 customers have reordered, and the headline is already real', () => {
    const gaps = Array.from({ length: 49 }, (_, i) => i + 1)
    const few = estimatesFrom(columns(gaps), 5)
    expect(few).toMatchObject({ source: 'starting', reorderers: 49, cycleDays: 60, windowDays: 60, takenAt: 5 })
    expect(few.medianFirstGapDays).toBe(25)
    expect(few.p80FirstGapDays).toBeCloseTo(39.4, 10)
    const enough = estimatesFrom(columns([...gaps, 50]), 5)
    expect(enough).toMatchObject({ source: 'learned', reorderers: 50 })
    expect(enough.windowDays).toBeCloseTo(40.2, 10)
    const meanLn = [...gaps, 50].reduce((sum, gap) => sum + Math.log(gap), 0) / 50
    expect(enough.cycleDays).toBeCloseTo(Math.exp(meanLn), 10)
  })

  test('of a sample, what counts is how many of the shop have reordered, and that chance does not set the values', () => {
    const gaps = Array.from({ length: 12 }, (_, i) => 40 + i)
    const sampled = (standsFor: number, of = gaps) => estimatesFrom({ ...columns(of), standsFor }, 5)
    expect(sampled(16)).toMatchObject({ source: 'learned', reorderers: 192 })
    expect(sampled(16).windowDays).toBeCloseTo(48.8, 10)
    expect(sampled(4)).toMatchObject({ source: 'starting', reorderers: 48, windowDays: 60 })
    expect(sampled(64, gaps.slice(0, 9))).toMatchObject({ source: 'starting', reorderers: 576 })
  })

  test('every customer has one vote: the busiest do not set the cycle', () => {
    const busy = { n: 101, sum: 100 * Math.log(2) }
    const estimates = estimatesFrom(
      {
        count: 51,
        n: [busy.n, ...Array.from({ length: 50 }, () => 2)],
        sumLnGapDays: [busy.sum, ...Array.from({ length: 50 }, () => Math.log(100))],
        firstGapDays: Array.from({ length: 51 }, () => 100),
        isBusiness: new Uint8Array(51),
      },
      0,
    )
    expect(estimates.cycleDays).toBeCloseTo(Math.exp((Math.log(2) + 50 * Math.log(100)) / 51), 10)
    expect(estimates.gapRatioP20).toBeNull()
  })

  test('business customers are left out', () => {
    const gaps = Array.from({ length: 52 }, (_, i) => i + 1)
    expect(estimatesFrom(columns(gaps, [0, 1, 2]), 0)).toMatchObject({ reorderers: 49, source: 'starting' })
  })

  test('the middle gaps are in terms of personal cycles', () => {
    const gaps = Array.from({ length: 60 }, () => 30)
    const estimates = estimatesFrom(columns(gaps), 0)
    expect(estimates.gapRatioP20).toBeCloseTo(1, 10)
    expect(estimates.gapRatioP80).toBeCloseTo(1, 10)
  })

  test.each([
    ['the first ones are adopted', 'starting', null, null, 'adopt'],
    ['starting values stay while nothing is learned', 'starting', 'starting', 0, 'keep'],
    ['the first learned ones are adopted at once', 'learned', 'starting', 0, 'adopt'],
    ['later ones are proposed after a month', 'learned', 'learned', 70, 'propose'],
    ['and not before', 'learned', 'learned', 80, 'keep'],
  ] as const)('%s', (_name, source, inForce, latestDay, expected) => {
    const adopted = inForce === null ? null : { source: inForce }
    const latest = latestDay === null ? null : latestDay * DAY_MS
    expect(whatToDoWith({ source, takenAt: 100 * DAY_MS }, adopted, latest)).toBe(expected)
  })

  test('an edited share reads the curve, a limit caps it, and starting values stay 60 days', () => {
    expect(windowDaysOf(ESTIMATES, DEFAULT_THRESHOLDS)).toBe(110)
    expect(windowDaysOf(ESTIMATES, { ...DEFAULT_THRESHOLDS, windowShare: 0.9 })).toBeCloseTo(180, 9)
    expect(windowDaysOf(ESTIMATES, { ...DEFAULT_THRESHOLDS, windowMaxDays: 90 })).toBe(90)
    const starting: Estimates = { ...ESTIMATES, source: 'starting', windowDays: 60 }
    expect(windowDaysOf(starting, { ...DEFAULT_THRESHOLDS, windowShare: 0.9 })).toBe(60)
  })
})

describe('the stage', () => {
  const cycle = cycleDaysOf(2, Math.log(138), 60)

  test('the personal cycle is drawn towards the shop by two gaps', () => {
    expect(cycle).toBeCloseTo(Math.exp((2 * Math.log(60) + Math.log(138)) / 3), 12)
  })

  const lateDays = 1.5 * cycle
  const lapsedDays = 3 * cycle
  test.each<[string, number[], number, Stage]>([
    ['nobody without an order has any but prospect', [], 400, 'prospect'],
    ['one order inside the window is new', [0], 110, 'new'],
    ['one order a moment past the window is one-and-done', [0], 110 + 1 / DAY_MS, 'one-and-done'],
    ['two orders on time are repeat', [0, 138], 138 + lateDays - 0.001, 'repeat'],
    ['a customer more than 1.5 cycles late is at risk', [0, 138], 138 + lateDays + 0.001, 'at-risk'],
    ['a customer more than 3 cycles late is lapsed', [0, 138], 138 + lapsedDays + 0.001, 'lapsed'],
    ['three orders on time are loyal', [0, 60, 120], 130, 'loyal'],
    ['three orders late are at risk, loyal no more', [0, 60, 120], 120 + 91, 'at-risk'],
  ])('%s', (_name, orders, asOf, expected) => {
    const at = Math.round(asOf * DAY_MS)
    expect(stageAt(factsOf(days(...orders)), at, ESTIMATES, DEFAULT_THRESHOLDS)).toBe(expected)
  })

  test('the sentence of the specification: 138 days apart, hoped within 118, it has been 130', () => {
    const reason = stageReason(factsOf(days(0, 138)), 268.4 * DAY_MS, ESTIMATES, DEFAULT_THRESHOLDS, 4)
    expect(reason).toEqual({
      stage: 'at-risk',
      orders: 2,
      sinceLastDays: 130,
      lastGapDays: 138,
      usualGapDays: null,
      hopedWithinDays: 118,
      ruleVersion: 4,
      estimatesVersion: 1,
    })
  })

  test('the usual gap is told from four orders on, and is the real median', () => {
    const orders = days(0, 10, 40, 60)
    const reason = stageReason(
      factsOf(orders),
      61 * DAY_MS,
      ESTIMATES,
      DEFAULT_THRESHOLDS,
      0,
      gapDaysOf(occasionsOf(orders)),
    )
    expect(reason).toMatchObject({ usualGapDays: 20, lastGapDays: 20, stage: 'loyal' })
    const three = factsOf(days(0, 10, 40))
    expect(stageReason(three, 41 * DAY_MS, ESTIMATES, DEFAULT_THRESHOLDS, 0)).toMatchObject({
      usualGapDays: null,
      lastGapDays: 30,
    })
  })

  test('the next-order window is a range around the personal cycle, and none once it is past', () => {
    const facts = factsOf(days(0, 60))
    expect(nextOrderWindow(facts, ESTIMATES, 70 * DAY_MS)).toEqual({ from: 90 * DAY_MS, to: 150 * DAY_MS })
    expect(nextOrderWindow(facts, ESTIMATES, 151 * DAY_MS)).toBeNull()
    expect(nextOrderWindow(emptyFacts(), ESTIMATES, 0)).toBeNull()
  })
})

const someThresholds: fc.Arbitrary<Thresholds> = fc
  .record({
    windowShare: fc.constantFrom(0.5, 0.8, 0.9, 0.99),
    windowMaxDays: fc.constantFrom(null, 1, 45, 90),
    lateRatio: fc.double({ min: 1, max: 4, noNaN: true }),
    extra: fc.double({ min: 0.01, max: 4, noNaN: true }),
    loyalOrders: fc.integer({ min: 2, max: 6 }),
  })
  .map(({ extra, ...rest }) => ({ ...DEFAULT_THRESHOLDS, ...rest, lapsedRatio: rest.lateRatio + extra }))
const someEstimates: fc.Arbitrary<Estimates> = fc
  .record({
    cycleDays: fc.double({ min: 1, max: 300, noNaN: true }),
    windowDays: fc.double({ min: 1, max: 400, noNaN: true }),
  })
  .map((own) => ({ ...ESTIMATES, ...own }))
const someOrders = fc
  .array(fc.integer({ min: 0, max: 700 * DAY_MS }), { maxLength: 12 })
  .map((times) => times.sort((a, b) => a - b))

/** The table of the specification, word for word, beside our own. */
function tableStage(n: number, elapsedDays: number, cycleDays: number, windowDays: number, at: Thresholds): Stage[] {
  const ratio = elapsedDays / cycleDays
  const rows: [Stage, boolean][] = [
    ['prospect', n === 0],
    ['new', n === 1 && elapsedDays <= windowDays],
    ['one-and-done', n === 1 && elapsedDays > windowDays],
    ['repeat', n >= 2 && ratio <= at.lateRatio && !(n >= at.loyalOrders)],
    ['loyal', n >= 2 && n >= at.loyalOrders && ratio <= at.lateRatio],
    ['at-risk', n >= 2 && ratio > at.lateRatio && ratio <= at.lapsedRatio],
    ['lapsed', n >= 2 && ratio > at.lapsedRatio],
  ]
  return rows.filter(([, holds]) => holds).map(([stage]) => stage)
}

describe('whatever the orders, the numbers and the moment', () => {
  const later = fc.integer({ min: 0, max: 1500 * DAY_MS })

  test('exactly one stage holds, and it is the one of the table', () => {
    fc.assert(
      fc.property(someOrders, later, someEstimates, someThresholds, (orders, afterMs, estimates, thresholds) => {
        const facts = factsOf(orders)
        const asOf = (orders.at(-1) ?? 0) + afterMs
        const elapsedDays = facts.lastAt === null ? 0 : (asOf - facts.lastAt) / DAY_MS
        const cycleDays = personalCycleDays(facts, estimates)
        const holding = tableStage(facts.n, elapsedDays, cycleDays, windowDaysOf(estimates, thresholds), thresholds)
        expect(holding).toEqual([stageAt(facts, asOf, estimates, thresholds)])
      }),
      { seed: 11, numRuns: 2000 },
    )
  })

  test('the next stage holds from its instant on and not a millisecond before, and no other comes between', () => {
    fc.assert(
      fc.property(someOrders, later, someEstimates, someThresholds, (orders, afterMs, estimates, thresholds) => {
        const facts = factsOf(orders)
        const asOf = (orders.at(-1) ?? 0) + afterMs
        const now = stageAt(facts, asOf, estimates, thresholds)
        const next = nextStage(facts, asOf, estimates, thresholds)
        if (next === null) {
          expect(['prospect', 'one-and-done', 'lapsed']).toContain(now)
          expect(stageAt(facts, asOf + 10_000 * DAY_MS, estimates, thresholds)).toBe(now)
          return
        }
        expect(next.at).toBeGreaterThan(asOf)
        expect(stageAt(facts, next.at - 1, estimates, thresholds)).toBe(now)
        expect(stageAt(facts, next.at, estimates, thresholds)).toBe(next.stage)
        expect(next.stage).not.toBe(now)
        expect(STAGES).toContain(next.stage)
      }),
      { seed: 12, numRuns: 2000 },
    )
  })

  test('the days in the reason never contradict the stage', () => {
    fc.assert(
      fc.property(someOrders, later, someEstimates, someThresholds, (orders, afterMs, estimates, thresholds) => {
        const facts = factsOf(orders)
        const asOf = (orders.at(-1) ?? 0) + afterMs
        const reason = stageReason(facts, asOf, estimates, thresholds, 1, gapDaysOf(occasionsOf(orders)))
        expect(reason.orders).toBe(facts.n)
        if (reason.stage === 'prospect') {
          expect(reason).toMatchObject({ sinceLastDays: null, hopedWithinDays: null, lastGapDays: null })
          return
        }
        for (const shown of [reason.sinceLastDays, reason.hopedWithinDays]) {
          expect(Number.isInteger(shown)).toBe(true)
          expect(shown).toBeGreaterThanOrEqual(0)
        }
        const isLate = reason.stage === 'one-and-done' || reason.stage === 'at-risk' || reason.stage === 'lapsed'
        if (isLate) expect(reason.sinceLastDays).toBeGreaterThan(reason.hopedWithinDays!)
        else expect(reason.sinceLastDays).toBeLessThanOrEqual(reason.hopedWithinDays!)
        if (facts.n < 2) expect(reason.lastGapDays).toBeNull()
        expect(reason.usualGapDays === null).toBe(facts.n < 4)
      }),
      { seed: 13, numRuns: 2000 },
    )
  })

  test('orders one by one give the facts of all of them', () => {
    fc.assert(
      fc.property(someOrders, (orders) => {
        const facts = emptyFacts()
        const opened = orders.filter((at) => addOrder(facts, at))
        expect(opened).toEqual(occasionsOf(orders))
        expect(facts).toEqual(factsOf(opened))
        for (const gap of gapDaysOf(opened)) expect(gap).toBeGreaterThanOrEqual(1)
      }),
      { seed: 14, numRuns: 500 },
    )
  })
})

import { describe, expect, test } from 'vitest'
import { ASSUMED_COSTS, costShareOf } from '#app/domain/costs.ts'
import { isFitDue, type LifetimeFit } from '#app/domain/lifetime/stored-fit.ts'
import { fitSpending } from '#app/domain/lifetime/gamma-gamma.ts'
import { historiesAt } from '#app/domain/lifetime/purchase-days.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { expectedMinorOfAll, outlooksOf, priorityOf, type OutlookColumns } from '#app/domain/outlook.ts'
import { backTest, riskModel, sharesBuying, type RiskModel } from '#app/domain/risk.ts'
import { defaultSettings, patchedSettings, SettingsShape } from '#app/domain/settings.ts'
import { simulated } from '#tests/evaluate/simulated.ts'

const TODAY = 400
const purchases = simulated(2_000, 800, 60, 0.05)
const known = historiesAt(purchases, TODAY)
const n = known.repeats.map((repeats) => repeats + 1)
const netMinor = Float64Array.from(n, (each, row) => each * (2_000 + (row % 7) * 500))
const model = riskModel(purchases, TODAY, 90) as RiskModel
const fit: LifetimeFit = {
  takenAt: TODAY * DAY_MS,
  horizonDays: 90,
  model,
  spend: fitSpending({ count: n.length, purchases: n, means: netMinor.map((minor, row) => minor / n[row]!) }),
  rightness: backTest(purchases, TODAY, 90),
}
const firstDay = known.ageDays.map((days) => TODAY - days)
const columns: OutlookColumns = {
  count: known.count,
  n,
  firstDay,
  lastDay: firstDay.map((day, row) => day + known.recencyDays[row]!),
  sumLnGapDays: known.sumLnGapDays,
  netMinor,
  isBusiness: new Uint8Array(known.count),
}

describe('what to expect of customers', () => {
  const outlooks = outlooksOf(fit, columns, TODAY)

  test('is the chance of the score, and money within its range', () => {
    const shares = sharesBuying(model, known)
    for (const [row, outlook] of outlooks.entries()) {
      expect(outlook!.shareBuying).toBe(shares[row])
      const { expectedMinor, lowMinor, highMinor } = outlook!.worth!
      expect(lowMinor).toBeGreaterThanOrEqual(0)
      expect(highMinor).toBeGreaterThanOrEqual(lowMinor)
      expect(expectedMinor).toBeGreaterThan(0)
    }
    expect(outlooks.some((outlook) => outlook!.worth!.lowMinor > 0)).toBe(true)
  })

  test('is stored in steps of 10 %, so that a day moves few of the rows and the order of a list hardly', () => {
    const today = expectedMinorOfAll(fit, columns, TODAY)
    for (const [row, outlook] of outlooks.entries()) {
      const { expectedMinor } = outlook!.worth!
      // Half a step, and what rounding to a whole minor unit adds.
      if (expectedMinor > 50)
        expect(Math.abs(Math.log(today[row]! / expectedMinor))).toBeLessThan(Math.log(1.1) / 2 + 1 / expectedMinor)
    }
    const tomorrow = expectedMinorOfAll(fit, columns, TODAY + 1)
    const moved = today.filter((minor, row) => minor !== tomorrow[row]).length
    expect(moved).toBeGreaterThan(0)
    expect(moved / today.length).toBeLessThan(0.15)
  })

  test('is nothing of those without an order, of companies, and where there is too little to learn from', () => {
    const one = {
      count: 3,
      n: [0, 2, 2],
      firstDay: [0, 300, 300],
      lastDay: [0, 350, 350],
      sumLnGapDays: [0, Math.log(50), Math.log(50)],
      netMinor: [0, 4_000, 4_000],
      isBusiness: [0, 1, 0],
    }
    expect(outlooksOf(fit, one, TODAY).map((outlook) => outlook !== null)).toEqual([false, false, true])
    expect([...expectedMinorOfAll(fit, one, TODAY)].map(Number.isNaN)).toEqual([true, true, false])
    const lacking = { kind: 'not-enough-data', lacking: 'repeat-buyers', found: 49, needed: 50 } as const
    expect(outlooksOf({ ...fit, model: lacking }, one, TODAY)).toEqual([null, null, null])
    expect([...expectedMinorOfAll({ ...fit, model: lacking }, one, TODAY)].every(Number.isNaN)).toBe(true)
    const unpaid = outlooksOf({ ...fit, spend: lacking }, one, TODAY)[2]!
    expect(unpaid.worth).toBeNull()
    expect(unpaid.shareBuying).toBeGreaterThan(0)
  })

  test('stays finite for 50,000 occasions, and for money that refunds have taken back', () => {
    const odd = {
      count: 2,
      n: [50_000, 3],
      firstDay: [0, 300],
      lastDay: [TODAY, 390],
      sumLnGapDays: [0, 3 * Math.log(30)],
      netMinor: [50_000 * 2_000, 0],
      isBusiness: [0, 0],
    }
    for (const outlook of outlooksOf(fit, odd, TODAY))
      for (const value of [outlook!.shareBuying, outlook!.expectedOrders, ...Object.values(outlook!.worth!)])
        expect(Number.isFinite(value)).toBe(true)
  })
})

describe('a fit', () => {
  test('is taken anew after a week, when the window has moved, and while there was too little', () => {
    const lacking = { kind: 'not-enough-data', lacking: 'outcomes', found: 3, needed: 10 } as const
    const at = (days: number) => fit.takenAt + days * DAY_MS
    expect(isFitDue(null, 90, at(0))).toBe(true)
    expect(isFitDue(fit, 90, at(6.9))).toBe(false)
    expect(isFitDue(fit, 90, at(7))).toBe(true)
    expect(isFitDue(fit, 91, at(0))).toBe(true)
    expect(isFitDue({ ...fit, model: lacking }, 90, at(0))).toBe(true)
  })
})

describe('priority', () => {
  test('is the money expected, and 0 while anything keeps somebody out, which is told', () => {
    const named = { id: 2, segment: null, reason: 'resells', since: 0, until: null }
    const asMember = { ...named, id: 1, segment: { id: 7, name: 'Staff' } }
    expect(priorityOf(4_200, [])).toEqual({ minor: 4_200, keptOutBy: null })
    expect(priorityOf(4_200, [asMember])).toEqual({ minor: 0, keptOutBy: asMember })
    expect(priorityOf(4_200, [asMember, named])).toEqual({ minor: 0, keptOutBy: named })
  })
})

describe('costs', () => {
  test('are an assumption until they are named, and leave something', () => {
    expect(costShareOf(null)).toEqual({ share: 0.5, isAssumed: true })
    const named = { goodsShare: 0.6, paymentShare: 0.029, shippingShare: 0.1 }
    expect(costShareOf(named)).toEqual({ share: 0.729, isAssumed: false })
    const parse = (costs: unknown) => SettingsShape.safeParse(patchedSettings(defaultSettings(), { costs } as never))
    expect(parse(named).success).toBe(true)
    expect(parse({ ...ASSUMED_COSTS, goodsShare: 0.9 }).error?.issues[0]).toMatchObject({
      path: ['costs'],
      message: 'costs-all',
    })
    expect(parse({ ...ASSUMED_COSTS, goodsShare: -0.1 }).success).toBe(false)
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { calibrationOf } from '#app/domain/calibration.ts'
import { boughtWithin, historiesAt, purchaseDaysOf } from '#app/domain/lifetime/purchase-days.ts'
import type { PurchaseDays } from '#app/domain/lifetime/purchase-days.ts'
import { fitLogistic, logisticShare } from '#app/domain/logistic.ts'
import { backTest, riskModel, sharesBuying } from '#app/domain/risk.ts'
import type { RiskModel } from '#app/domain/risk.ts'
import { evaluate, purchasesOf, summaryOf } from '#tests/evaluate/cdnow.ts'
import { areaUnderCurve } from '#tests/evaluate/ranking.ts'
import { simulated } from '#tests/evaluate/simulated.ts'
import { chanceFrom, wholeBetween } from '#tests/shop/chance.ts'

function fitted(model: ReturnType<typeof riskModel>): RiskModel {
  if (model.kind !== 'fitted') throw new Error(`not fitted: ${model.found} ${model.lacking}`)
  return model
}

/** The days of each customer, as lists. */
function listsOf({ count, offsets, days }: PurchaseDays): number[][] {
  return Array.from({ length: count }, (_, i) => [...days.slice(offsets[i], offsets[i + 1])])
}

describe('what was known on a day', () => {
  const purchases = purchaseDaysOf([[5, 1, 1, 9], [], [7], [2, 3]])

  test('is read from the purchases up to it, whole days once', () => {
    const known = historiesAt(purchases, 5)
    expect([...known.customers]).toEqual([0, 3])
    expect([...known.repeats]).toEqual([1, 1])
    expect([...known.recencyDays]).toEqual([4, 1])
    expect([...known.ageDays]).toEqual([4, 3])
    expect([...known.firstGapDays]).toEqual([4, 1])
    expect([...known.sumLnGapDays]).toEqual([Math.log(4), 0])
    expect(historiesAt(purchases, 0).count).toBe(0)
  })

  test('who bought after it is asked for those known', () => {
    expect([...boughtWithin(purchases, [0, 3], 5, 9)]).toEqual([1, 0])
    expect([...boughtWithin(purchases, [0, 3], 5, 8)]).toEqual([0, 0])
    expect([...boughtWithin(purchases, [0, 3], 2, 5)]).toEqual([1, 1])
  })
})

describe('a logistic model', () => {
  const random = chanceFrom('logistic')

  test('gives everyone the share that came true where no input tells anything', () => {
    const cameTrue = Uint8Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0))
    const model = fitLogistic({ count: 400, width: 1, inputs: new Float64Array(400).fill(3), cameTrue })
    expect(model.weights[0]).toBeCloseTo(0, 9)
    expect(model.intercept).toBeCloseTo(Math.log(1 / 3), 4)
  })

  test('finds the shares that examples were made from', () => {
    const inputs = Float64Array.from({ length: 20_000 }, () => random() * 4 - 2)
    const truth = (x: number) => 1 / (1 + Math.exp(-(1.3 * x - 0.7)))
    const cameTrue = Uint8Array.from(inputs, (x) => (random() < truth(x) ? 1 : 0))
    const model = fitLogistic({ count: inputs.length, width: 1, inputs, cameTrue })
    for (const x of [-2, -1, 0, 1, 2]) expect(logisticShare(model, [x])).toBeCloseTo(truth(x), 1)
  })

  test('stays finite where one input tells everything', () => {
    const cameTrue = Uint8Array.from({ length: 30 }, (_, i) => (i < 15 ? 1 : 0))
    const model = fitLogistic({ count: 30, width: 1, inputs: Float64Array.from(cameTrue), cameTrue })
    expect(logisticShare(model, [1])).toBeGreaterThan(0.7)
    expect(Math.abs(model.weights[0]!)).toBeLessThan(100)
  })
})

describe('how often we were right', () => {
  test('is told in bins of equal numbers, and never tells people with equal chances apart', () => {
    const given = [0.1, 0.1, 0.1, 0.1, 0.5, 0.6, 0.7, 0.8]
    expect(calibrationOf(given, [0, 0, 1, 0, 1, 0, 1, 1], 4)).toEqual({
      bins: [
        { customers: 4, given: 0.1, cameTrue: 0.25 },
        { customers: 2, given: 0.55, cameTrue: 0.5 },
        { customers: 2, given: 0.75, cameTrue: 1 },
      ],
      error: expect.closeTo((4 * 0.15 + 2 * 0.05 + 2 * 0.25) / 8, 12),
    })
    expect(calibrationOf([], [])).toEqual({ bins: [], error: 0 })
  })

  test('is that of the model as it would have been made one horizon ago', () => {
    const shop = simulated(3_000, 900, 40, 0.2)
    const tested = backTest(shop, 900, 60)
    if (tested.kind !== 'tested') throw new Error('not tested')
    expect(tested.cutDay).toBe(840)
    expect(tested.bins.reduce((sum, bin) => sum + bin.customers, 0)).toBe(tested.customers)
    expect(tested.bins.length).toBe(10)
    expect(tested.error).toBeLessThan(0.03)
  })
})

describe('the risk score', () => {
  test('ranks a simulated shop and gives chances that come true', () => {
    const shop = simulated(3_000, 900, 40, 0.2)
    const model = fitted(riskModel(shop, 700, 90))
    const known = historiesAt(shop, 700)
    const bought = boughtWithin(shop, known.customers, 700, 790)
    const shares = sharesBuying(model, known)
    expect(model).toMatchObject({ leansOn: 'expected-orders', because: null })
    expect(model.cuts.map((cut) => [cut.day, cut.horizonDays])).toEqual([
      [430, 90],
      [520, 90],
      [610, 90],
    ])
    expect(areaUnderCurve(shares, bought)).toBeGreaterThan(0.85)
    expect(calibrationOf(shares, bought).error).toBeLessThan(0.03)
  })

  test('reads nothing after its day', () => {
    const shop = simulated(1_000, 900, 40, 0.2)
    const random = chanceFrom('noise')
    const noisy = purchaseDaysOf(
      listsOf(shop).map((days) => [...days.filter((day) => day <= 600), 600 + wholeBetween(random, 1, 300)]),
    )
    expect(riskModel(noisy, 600, 120)).toEqual(riskModel(shop, 600, 120))
  })

  test('leans on the purchase cycle where nobody can be seen to have stopped, and under 200 repeat buyers', () => {
    const steady = fitted(riskModel(simulated(2_000, 500, 30, 0), 450, 60))
    expect(steady).toMatchObject({ leansOn: 'purchase-cycle', because: 'no-drop-out' })
    const small = fitted(riskModel(simulated(200, 500, 40, 0.2), 450, 60))
    expect(small).toMatchObject({ leansOn: 'purchase-cycle', because: 'few-repeat-buyers' })
    expect(small.purchases.repeatBuyers).toBeLessThan(200)
  })

  test.each([
    ['no order', []],
    ['one order', [[5]]],
    ['49 orders', Array.from({ length: 49 }, (_, i) => [i])],
    ['all orders on one day', Array.from({ length: 2_000 }, () => [50])],
    ['one customer of 50,000 orders', [Array.from({ length: 50_000 }, (_, i) => i % 700)]],
  ])('says that %s are not enough to learn from', (_name, customers) => {
    const shop = purchaseDaysOf(customers)
    for (const answer of [riskModel(shop, 100, 30), backTest(shop, 100, 30)]) {
      expect(answer.kind).toBe('not-enough-data')
      expect(answer).toMatchObject({ lacking: 'repeat-buyers', needed: 50 })
    }
  })

  test('says so where nobody came back after any earlier moment', () => {
    const shop = purchaseDaysOf(Array.from({ length: 80 }, (_, i) => [i % 7, 10 + (i % 9)]))
    expect(riskModel(shop, 400, 60)).toEqual({ kind: 'not-enough-data', lacking: 'outcomes', found: 0, needed: 10 })
  })

  test('gives everybody a chance between 0 and 1 beside one customer who buys every day for years', () => {
    const lists = listsOf(simulated(600, 900, 40, 0.2))
    const shop = purchaseDaysOf([...lists, Array.from({ length: 50_000 }, (_, i) => 900 - i)])
    const shares = sharesBuying(fitted(riskModel(shop, 900, 60)), historiesAt(shop, 900))
    expect(shares.every((share) => share > 0 && share < 1)).toBe(true)
    expect(shares.at(-1)).toBeGreaterThan(0.8)
  })
})

const DATA = new URL('../../../shared/data/', import.meta.url)

describe.skipIf(!existsSync(DATA))('the CDNOW sample (skipped where ../shared is absent)', () => {
  test.each([
    ['its purchases', 'cdnow_sample.txt'],
    ['its summary', 'cdnow_sample_cbs.csv'],
  ])('from %s the score ranks and tells who buys in the 39 weeks after', async (_name, file) => {
    const figures = await evaluate([new URL(file, DATA).pathname], () => undefined)
    expect(Math.abs(figures.logLikelihood + 9582.136)).toBeLessThan(0.01)
    expect(figures.auc).toBeGreaterThanOrEqual(Math.max(0.77, figures.aucRankRF - 0.005))
    expect(figures.aucRepeaters).toBeGreaterThanOrEqual(Math.max(0.72, figures.aucRankRFRepeaters - 0.005))
    expect(figures.ece).toBeLessThanOrEqual(0.03)
    expect(figures.lift10).toBeGreaterThanOrEqual(2.65)
    expect(figures.dropOut).toBe('identifiable')
  })

  test('the model is the same with noise in place of the hold-out', () => {
    const cutDay = Date.UTC(1997, 8, 30) / 86_400_000
    const random = chanceFrom('hold-out')
    const purchases = readFileSync(new URL('cdnow_sample.txt', DATA), 'utf8')
    const noise = purchases.replaceAll(
      / (1997(?:1[0-2])|1998\d\d)\d\d /g,
      () => ` 1998${wholeBetween(random, 10, 12)}15 `,
    )
    expect(noise).not.toBe(purchases)
    expect(riskModel(purchasesOf(noise), cutDay, 273)).toEqual(riskModel(purchasesOf(purchases), cutDay, 273))
    const summary = readFileSync(new URL('cdnow_sample_cbs.csv', DATA), 'utf8')
    const noisy = summary.replaceAll(/,[\d]+,[\d.]+$/gm, () => `,${wholeBetween(random, 0, 5)},${random()}`)
    expect(noisy).not.toBe(summary)
    expect(riskModel(summaryOf(noisy), cutDay, 273)).toEqual(riskModel(summaryOf(summary), cutDay, 273))
  })
})

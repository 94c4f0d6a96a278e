import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flagsOf, gapDeviationDays, gapVariation, vipFromMinor, type FlagFacts } from '#app/domain/flags.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { emptyFlagFacts } from '#app/domain/standings.ts'

const NOBODY = emptyFlagFacts()

/** Somebody with these gaps in days. */
function withGaps(...gaps: number[]): FlagFacts {
  const days = gaps.reduce((sum, gap) => sum + gap, 0)
  const squares = gaps.reduce((sum, gap) => sum + gap * gap, 0)
  return { ...NOBODY, n: gaps.length + 1, firstAt: 0, lastAt: days * DAY_MS, sumSquaredGapDays: squares }
}

describe('VIP', () => {
  test('known value: of 1 to 100, the ten highest', () => {
    expect(vipFromMinor(Float64Array.from({ length: 100 }, (_, i) => 100 - i))).toBe(91)
  })
  test.each([
    ['fewer than ten buyers have none', Array.from({ length: 9 }, (_, i) => i + 1), null],
    ['who bought nothing is no buyer', [...Array<number>(90).fill(0), ...Array.from({ length: 9 }, (_, i) => i)], null],
    ['where all are alike nobody is', Array<number>(50).fill(500), null],
    [
      'who share the amount are all out where they are too many',
      [...Array<number>(48).fill(5), 9, 9, 9, 9, 9, 9],
      null,
    ],
    ['and in where they are not', [...Array<number>(58).fill(5), 9, 9], 9],
    ['nobody at all', [], null],
  ])('%s', (_name, amounts, expected) => {
    expect(vipFromMinor(Float64Array.from(amounts))).toBe(expected)
  })
  test('at most a tenth of the buyers, whatever they spent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 30 }), { maxLength: 200 }), (amounts) => {
        const from = vipFromMinor(Float64Array.from(amounts))
        const buyers = amounts.filter((amount) => amount > 0)
        if (from !== null) expect(from).toBeGreaterThan(0)
        expect(buyers.filter((amount) => from !== null && amount >= from).length).toBeLessThanOrEqual(
          buyers.length / 10,
        )
      }),
      { seed: 5, numRuns: 1000 },
    )
  })
  test('takes two orders, and no company', () => {
    const facts = { ...withGaps(30), net12mMinor: 900 }
    expect(flagsOf(facts, 'none', 900).isVip).toBe(true)
    expect(flagsOf(facts, 'none', 901).isVip).toBe(false)
    expect(flagsOf(facts, 'none', null).isVip).toBe(false)
    expect(flagsOf({ ...facts, n: 1 }, 'none', 900).isVip).toBe(false)
    expect(flagsOf({ ...facts, isBusiness: true }, 'none', 900).isVip).toBe(false)
  })
})

describe('Regular', () => {
  test('known value: three gaps of 30 days are drawn to 0.4', () => {
    expect(gapVariation(withGaps(30, 30, 30))).toBeCloseTo(0.4, 12)
    expect(gapDeviationDays(withGaps(20, 30, 40))).toBeCloseTo(10, 12)
  })
  test.each([
    ['four orders as by a clock', [30, 30, 30], true],
    ['three are too few', [30, 30], false],
    ['four with one order late are not', [30, 30, 60], false],
    ['the same spread over many is', [30, 40, 30, 40, 30, 40, 30, 40], true],
    ['as if by chance is not', [1, 60, 3, 90, 12, 40, 2], false],
  ])('%s', (_name, gaps, expected) => {
    expect(flagsOf(withGaps(...gaps), 'none', null).isRegular).toBe(expected)
  })
  test('of gaps that nobody knows nothing is said', () => {
    const facts = { ...withGaps(30, 30, 30, 30), sumSquaredGapDays: NaN }
    expect(gapVariation(facts)).toBeNull()
    expect(flagsOf(facts, 'none', null).isRegular).toBe(false)
    expect(gapVariation(NOBODY)).toBeNull()
  })
})

describe('Buys in sales', () => {
  const facts = { ...NOBODY, n: 5, recentOccasions: 5, saleOccasions: 4 }
  test.each<[string, Partial<FlagFacts>, boolean]>([
    ['four of five in sale weeks', {}, true],
    ['three of five are not', { saleOccasions: 3 }, false],
    ['two orders are too few', { recentOccasions: 2, saleOccasions: 2 }, false],
    ['no money left', { laterContributionMinor: 0 }, false],
    ['some money left', { laterContributionMinor: 1 }, true],
    ['a company', { isBusiness: true }, false],
  ])('%s', (_name, changed, expected) => {
    expect(flagsOf({ ...facts, ...changed }, 'possible', null).buysInSales).toBe(expected)
  })
  test('a cherry-picker is none', () => {
    for (const tier of ['likely', 'confirmed'] as const) expect(flagsOf(facts, tier, null).buysInSales).toBe(false)
  })
})

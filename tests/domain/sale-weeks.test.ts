import { describe, expect, test } from 'vitest'
import { dayFromText, mondayOf } from '#app/domain/shop-calendar.ts'
import { fullPriceChances, saleWeeksOf } from '#app/domain/sale-weeks.ts'

const MONDAY = mondayOf(dayFromText('2026-01-05'))
const weeks = (...shares: number[]) =>
  shares.map((share, index) => ({ monday: MONDAY + 7 * index, buyers: 100, discounted: Math.round(share * 100) }))

describe('sale weeks', () => {
  test('known value: one week of 60 % among nine of 5 %', () => {
    expect([...saleWeeksOf(weeks(0.05, 0.05, 0.05, 0.6, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05))]).toEqual([MONDAY + 21])
  })
  test.each([
    ['a shop that always discounts has none', weeks(...Array.from({ length: 20 }, () => 0.8))],
    ['nor one that never does', weeks(...Array.from({ length: 20 }, () => 0))],
    ['nor one whose weeks differ a little', weeks(0.1, 0.2, 0.15, 0.25, 0.1, 0.2, 0.12, 0.18, 0.22)],
    ['a few weeks tell nothing', weeks(0.05, 0.9, 0.05)],
  ])('%s', (_name, of) => {
    expect(saleWeeksOf(of).size).toBe(0)
  })
  test('a week of one buyer with a code is no sale', () => {
    const quiet = { monday: MONDAY + 700, buyers: 1, discounted: 1 }
    expect(
      saleWeeksOf([...weeks(...Array.from({ length: 30 }, (_, i) => (i % 6 === 0 ? 0.6 : 0.05))), quiet]).has(
        quiet.monday,
      ),
    ).toBe(false)
  })
})

describe('chances to buy at full price', () => {
  const sales = new Set([MONDAY + 28, MONDAY + 56])
  test('somebody who comes only for the sales lets every one pass', () => {
    expect(fullPriceChances([MONDAY + 28, MONDAY + 56], 14, sales, MONDAY + 90)).toEqual({ chances: 3, ignored: 3 })
  })
  test('somebody who comes in between does not', () => {
    expect(fullPriceChances([MONDAY + 28, MONDAY + 45, MONDAY + 56], 14, sales, MONDAY + 90)).toEqual({
      chances: 3,
      ignored: 2,
    })
  })
  test('a period that is not over yet is no chance', () => {
    expect(fullPriceChances([MONDAY], 60, sales, MONDAY + 59)).toEqual({ chances: 0, ignored: 0 })
  })
})

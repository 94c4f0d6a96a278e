import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { firstRefill, ProductCycleCount } from '#app/domain/product-cycles.ts'
import { nextOrderWindow, type Estimates } from '#app/domain/stages.ts'

/** Customers who buy so many pieces of a product, and again when each has lasted so many days. */
function counted(
  customers: number,
  product: number,
  pieces: number,
  lastsDays: number,
  into = new ProductCycleCount(),
) {
  for (let customer = 1; customer <= customers; customer += 1) {
    into.add(customer, product, 0, pieces)
    into.add(customer, product, pieces * lastsDays * DAY_MS, pieces)
  }
  return into
}

describe('how long a product lasts', () => {
  test('is said from 30 gaps on, by the piece', () => {
    expect(counted(29, 7, 2, 20).cycles()).toEqual([])
    const [cycle] = counted(30, 7, 2, 20).cycles()
    expect(cycle).toMatchObject({ product: 7, gaps: 30 })
    expect(cycle!.cycleDays).toBeCloseTo(20, 9)
  })

  test('has one vote a customer, and takes pieces of one day together', () => {
    const count = counted(30, 7, 1, 40)
    // One customer whose piece lasts 10 days, bought in two orders an hour apart, a hundred times.
    for (let time = 0; time < 100; time += 1) {
      count.add(99, 7, time * 20 * DAY_MS, 1)
      count.add(99, 7, time * 20 * DAY_MS + 3_600_000, 1)
    }
    const [cycle] = count.cycles()
    expect(cycle!.gaps).toBe(129)
    expect(cycle!.cycleDays).toBeCloseTo(Math.exp((30 * Math.log(40) + Math.log(10)) / 31), 9)
  })

  test('products are told apart', () => {
    const cycles = counted(40, 8, 1, 90, counted(30, 7, 1, 30)).cycles()
    expect(cycles.map(({ product, cycleDays }) => [product, Math.round(cycleDays)])).toEqual([
      [7, 30],
      [8, 90],
    ])
  })
})

describe('what runs out first', () => {
  const cycles = new Map([
    ['1', 118],
    ['2', 50],
  ])
  const line = (product: string, pieces: number) => ({ product, title: `Product ${product}`, pieces })

  test('is the product whose pieces last the shortest together', () => {
    expect(firstRefill([line('1', 1), line('2', 1)], cycles)).toMatchObject({ title: 'Product 2', lastsDays: 50 })
    expect(firstRefill([line('1', 1), line('2', 2), line('2', 1)], cycles)).toEqual({
      title: 'Product 1',
      pieces: 1,
      cycleDays: 118,
      lastsDays: 118,
    })
    expect(firstRefill([line('3', 1), line('1', 0)], cycles)).toBeNull()
  })

  test('is what the next-order window goes by, drawn towards by few gaps less than by many', () => {
    const estimates = { cycleDays: 60, gapRatioP20: 0.5, gapRatioP80: 1.5 } as Estimates
    const once = { n: 1, firstAt: 0, lastAt: 0, firstGapDays: null, sumLnGapDays: 0 }
    expect(nextOrderWindow(once, estimates, 0)).toEqual({ from: 30 * DAY_MS, to: 90 * DAY_MS })
    expect(nextOrderWindow(once, estimates, 0, 118)).toEqual({ from: 59 * DAY_MS, to: 177 * DAY_MS })
    const often = { ...once, n: 21, sumLnGapDays: 20 * Math.log(60) }
    expect(nextOrderWindow(often, estimates, 0, 118)!.from / DAY_MS).toBeCloseTo(30 * (118 / 60) ** (2 / 22), 5)
  })
})

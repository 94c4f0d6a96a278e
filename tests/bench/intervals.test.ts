import { expect, test } from 'vitest'
import { median, medianInterval } from './intervals.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => n - i)

test.each([
  // Two-sided coverage is 1 - 2 P(X < k); P of fair coins by binomial tables: 30 coins, under 10 heads .02139.
  [6, 1, 6, 0.9688],
  [10, 2, 9, 0.9785],
  [20, 6, 15, 0.9586],
  [30, 10, 21, 0.9572],
])('of %i values the %i. and the %i. hold the median in %f of samples', (n, low, high, coverage) => {
  const interval = medianInterval(upTo(n))
  expect([interval.low, interval.high, ...interval.ranks]).toEqual([low, high, low, high])
  expect(interval.coverage).toBeCloseTo(coverage, 4)
})

test('fewer than six values have no interval', () => {
  expect(() => medianInterval(upTo(5))).toThrow('too few')
})

test('the median of an even number of values lies between the two in the middle', () => {
  expect([median([9, 1, 4]), median([9, 1, 4, 2])]).toEqual([4, 3])
})

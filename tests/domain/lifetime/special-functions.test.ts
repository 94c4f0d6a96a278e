import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { minimise } from '#app/domain/lifetime/minimise.ts'
import {
  digamma,
  hypergeometric,
  hypergeometricOfOne,
  incompleteBeta,
  lnGamma,
} from '#app/domain/lifetime/special-functions.ts'

describe('ln Γ and its slope', () => {
  test.each([
    [1, 0],
    [2, 0],
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [11, Math.log(3_628_800)],
    [0.001, 6.907178885383853],
    [170.5, 704.0044277342022],
    [1e6, 12_815_504.569147611],
  ])('ln Γ(%f) is %f', (z, expected) => {
    expect(Math.abs(lnGamma(z) - expected)).toBeLessThan(1e-13 * Math.max(1, Math.abs(expected)))
  })

  test('the slope at 1 is minus Euler’s constant, and is that of ln Γ anywhere', () => {
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 13)
    for (const z of [0.01, 0.3, 2.5, 40, 5_000]) {
      const step = z * 1e-4
      const slope = (lnGamma(z + step) - lnGamma(z - step)) / (2 * step)
      expect(Math.abs(digamma(z) / slope - 1)).toBeLessThan(1e-6)
    }
  })
})

describe('₂F₁', () => {
  test.each([0, 0.1, 0.5, 0.9, 0.999])('is −ln(1 − z)/z for 1, 1, 2 at %f', (z) => {
    const expected = z === 0 ? 1 : -Math.log(1 - z) / z
    expect(hypergeometric(1, 1, 2, z)).toBeCloseTo(expected, 10)
    expect(hypergeometricOfOne(1, 2, z)).toBeCloseTo(expected, 10)
  })

  test('is a power where two of its parameters cancel', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        (a, z) => {
          expect(hypergeometric(a, 1.7, 1.7, z) / (1 - z) ** -a).toBeCloseTo(1, 10)
        },
      ),
      { seed: 1 },
    )
  })
})

describe('the incomplete beta function', () => {
  test('is x for 1, 1, a half in the middle of a symmetric one, and the binomial tail for whole numbers', () => {
    expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 14)
    expect(incompleteBeta(0.5, 7.3, 7.3)).toBeCloseTo(0.5, 12)
    // At least 3 of 5 with chance 0.4 each.
    expect(incompleteBeta(0.4, 3, 3)).toBeCloseTo(10 * 0.4 ** 3 * 0.6 ** 2 + 5 * 0.4 ** 4 * 0.6 + 0.4 ** 5, 12)
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1])
  })

  test('never falls and stays within 0 and 1, for long and for short tails', () => {
    const size = fc.double({ min: 0.05, max: 3_000, noNaN: true })
    fc.assert(
      fc.property(size, size, (a, b) => {
        const values = Array.from({ length: 41 }, (_, i) => incompleteBeta(i / 40, a, b))
        expect(values.every((value, i) => value >= 0 && value <= 1 && value >= (values[i - 1] ?? 0) - 1e-9)).toBe(true)
      }),
      { seed: 1 },
    )
  })
})

test('the lowest place of Rosenbrock’s valley is found', () => {
  const { at, value } = minimise(
    ([x, y], gradient) => {
      gradient[0] = -400 * x! * (y! - x! * x!) - 2 * (1 - x!)
      gradient[1] = 200 * (y! - x! * x!)
      return 100 * (y! - x! * x!) ** 2 + (1 - x!) ** 2
    },
    [-1.2, 1],
  )
  expect(at[0]).toBeCloseTo(1, 6)
  expect(at[1]).toBeCloseTo(1, 6)
  expect(value).toBeLessThan(1e-12)
})

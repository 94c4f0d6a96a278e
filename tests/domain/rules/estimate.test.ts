import { describe, expect, test } from 'vitest'
import { estimateOf } from '#app/domain/rules/estimate.ts'

/** The share of samples, by the binomial distribution, whose interval holds the true number. */
function coverage(share: number, sampled: number, total: number): number {
  let covered = 0
  let logChance = sampled * Math.log1p(-share)
  for (let found = 0; found <= sampled; found += 1) {
    const { customers, plusMinus } = estimateOf(found, sampled, total)
    if (Math.abs(customers - share * total) <= plusMinus) covered += Math.exp(logChance)
    logChance += Math.log((sampled - found) / (found + 1)) + Math.log(share / (1 - share))
  }
  return covered
}

describe('an estimate by the sample', () => {
  test.each([0.0005, 0.003, 0.02, 0.1, 0.33, 0.5, 0.8, 0.97, 0.9995])(
    'holds the true number of a share of %d in 94 of 100 samples or more',
    (share) => {
      for (const sampled of [300, 1500, 6000])
        expect(coverage(share, sampled, sampled * 64), `${sampled}`).toBeGreaterThan(0.94)
    },
  )

  test('is no wider than a sample of that size makes it', () => {
    expect(estimateOf(7500, 15_000, 960_000)).toEqual({ customers: 480_000, plusMinus: 7681 })
    expect(estimateOf(0, 15_000, 960_000).customers).toBe(0)
    expect(estimateOf(0, 15_000, 960_000).plusMinus).toBeLessThan(400)
  })
})

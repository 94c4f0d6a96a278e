import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { expectedSpend, fitSpending } from '#app/domain/lifetime/gamma-gamma.ts'
import published from '#tests/numbers/hardie-note-025-gamma-gamma.json' with { type: 'json' }

const CDNOW = new URL('../../../../shared/data/cdnow_sample_cbs.csv', import.meta.url)

describe('Gamma-Gamma', () => {
  test('draws the first ten customers’ means towards the shop’s as published', () => {
    for (const { purchases, mean, expected } of published.points)
      expect(Math.abs(expectedSpend(published.fit, purchases, mean) - expected)).toBeLessThan(0.006)
    expect(expectedSpend(published.fit, 0, 0)).toBeCloseTo(published.populationMean, 2)
  })

  test('believes a customer’s own mean the more, the more purchases it rests on', () => {
    const away = [1, 10, 100, 10_000].map((purchases) => 90 - expectedSpend(published.fit, purchases, 90))
    expect(away.every((each, i) => each > 0 && each < (away[i - 1] ?? Infinity))).toBe(true)
    expect(away.at(-1)).toBeLessThan(0.02)
  })

  test('needs fifty customers who are worth something', () => {
    const spending = { count: 60, purchases: Array<number>(60).fill(2), means: Array<number>(60).fill(10) }
    spending.means.fill(0, 0, 11)
    expect(fitSpending(spending)).toEqual({
      kind: 'not-enough-data',
      lacking: 'paying-customers',
      found: 49,
      needed: 50,
    })
  })

  test('stays finite where everybody always pays the same, and with one customer of 50,000 purchases', () => {
    const spending = { count: 60, purchases: Array<number>(60).fill(3), means: Array<number>(60).fill(1_999) }
    spending.purchases[7] = 50_000
    const fit = fitSpending(spending)
    if (fit.kind !== 'fitted') throw new Error('not fitted')
    expect(expectedSpend(fit, 3, 1_999)).toBeCloseTo(1_999, -2)
    expect(Number.isFinite(fit.logLikelihood)).toBe(true)
  })

  test.skipIf(!existsSync(CDNOW))(
    'has the known likelihood and parameters on the 946 repeaters of the CDNOW sample (skipped where ../shared is absent)',
    () => {
      const rows = readFileSync(CDNOW, 'utf8').trim().split('\n').slice(1)
      const columns = rows.map((row) => row.split(',').map(Number))
      const spending = {
        count: rows.length,
        purchases: columns.map((row) => row[1]!),
        means: columns.map((row) => row[4]!),
      }
      const fit = fitSpending(spending, false)
      if (fit.kind !== 'fitted') throw new Error('not fitted')
      expect(fit.customers).toBe(946)
      expect(Math.abs(fit.logLikelihood + 4055.918)).toBeLessThan(0.01)
      expect([fit.p, fit.q, fit.gamma].map((each) => Number(each.toFixed(2)))).toEqual([6.25, 3.74, 15.44])
    },
  )
})

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { sharePriorOf, shrunkShare, type DiscountCount } from '#app/domain/discount-share.ts'

test('people who are alike are drawn all the way, people who differ hardly at all', () => {
  const alike = Array.from({ length: 50 }, () => ({ lines: 10, discounted: 3 }))
  expect(sharePriorOf(alike)).toEqual({ lines: 1000, discounted: 300 })
  const apart = Array.from({ length: 50 }, (_, i) => ({ lines: 10, discounted: i % 2 === 0 ? 10 : 0 }))
  expect(sharePriorOf(apart).lines).toBeLessThan(0.1)
})

test('the more lines, the more somebody speaks for themselves, and the surer it is', () => {
  const prior = { lines: 10, discounted: 3 }
  expect(shrunkShare({ lines: 0, discounted: 0 }, prior).share).toBeCloseTo(0.3, 12)
  const few = shrunkShare({ lines: 2, discounted: 2 }, prior)
  const many = shrunkShare({ lines: 90, discounted: 90 }, prior)
  expect(few.share).toBeCloseTo(5 / 12, 12)
  expect(many.share).toBeCloseTo(93 / 100, 12)
  expect(many.deviation).toBeLessThan(few.deviation)
  expect(shrunkShare({ lines: 0, discounted: 0 }, sharePriorOf([]))).toMatchObject({ share: 0 })
})

const FILE = new URL('../../../shared/data/cj_transactions_sample.csv.gz', import.meta.url)

describe.skipIf(!existsSync(FILE))('the Complete Journey sample (skipped where ../shared is absent)', () => {
  test('the shrunk discount share of the first half-year predicts the second at least as well as the raw one', () => {
    const halves = halfYears()
    const both = [...halves.values()].filter(([first, second]) => first.lines > 0 && second.lines > 0)
    const prior = sharePriorOf([...halves.values()].map(([first]) => first))
    const later = both.map(([, second]) => second.discounted / second.lines)
    const raw = correlation(
      both.map(([first]) => first.discounted / first.lines),
      later,
    )
    const shrunk = correlation(
      both.map(([first]) => shrunkShare(first, prior).share),
      later,
    )
    process.stdout.write(
      `Complete Journey, ${both.length} households: raw ${raw.toFixed(4)}, shrunk ${shrunk.toFixed(4)} (prior of ${prior.lines.toFixed(1)} lines)\n`,
    )
    expect(both.length).toBeGreaterThan(1_000)
    expect(shrunk).toBeGreaterThanOrEqual(raw)
    expect(shrunk).toBeGreaterThan(0.1)
  })
})

function halfYears(): Map<string, [DiscountCount, DiscountCount]> {
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trimEnd().split(/\r?\n/)
  const names = lines[0]!.replaceAll('"', '').split(',')
  const column = (fields: string[], name: string) => fields[names.indexOf(name)]!.replaceAll('"', '')
  const halves = new Map<string, [DiscountCount, DiscountCount]>()
  for (const line of lines.slice(1)) {
    const fields = line.split(',')
    const household = column(fields, 'household_id')
    const half = column(fields, 'transaction_timestamp') < '2017-07-01' ? 0 : 1
    const off = ['retail_disc', 'coupon_disc', 'coupon_match_disc'].some((name) => Number(column(fields, name)) > 0)
    const known = halves.get(household) ?? [
      { lines: 0, discounted: 0 },
      { lines: 0, discounted: 0 },
    ]
    known[half].lines += 1
    if (off) known[half].discounted += 1
    halves.set(household, known)
  }
  return halves
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  const product = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    a.reduce((sum, value, i) => sum + (value - ma) * (b[i]! - mb), 0)
  return product(x, mx, y, my) / Math.sqrt(product(x, mx, x, mx) * product(y, my, y, my))
}

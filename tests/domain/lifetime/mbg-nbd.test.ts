import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grouped } from '#app/domain/lifetime/histories.ts'
import {
  expectedPurchases,
  expectedPurchasesOfAll,
  fitPurchases,
  logLikelihood,
  shareAlive,
  shareBuying,
} from '#app/domain/lifetime/mbg-nbd.ts'
import type { MbgNbd, PurchaseFit } from '#app/domain/lifetime/mbg-nbd.ts'
import { historiesAt } from '#app/domain/lifetime/purchase-days.ts'
import { simulated } from '#tests/evaluate/simulated.ts'
import published from '#tests/numbers/batislam-2007-mbg-nbd.json' with { type: 'json' }

const CDNOW = new URL('../../../../shared/data/cdnow_sample_cbs.csv', import.meta.url)

function fitted(fit: ReturnType<typeof fitPurchases>): PurchaseFit {
  if (fit.kind !== 'fitted') throw new Error(`not fitted: ${fit.found} ${fit.lacking}`)
  return fit
}

describe('MBG/NBD', () => {
  test.each(published.points)('of $repeats repeats by $recency of $age is as published', (point) => {
    expect(shareAlive(published.fit, point)).toBeCloseTo(point.alive, 5)
    expect(expectedPurchases(published.fit, point, 39)).toBeCloseTo(point.expected39, 5)
    expect(expectedPurchases(published.fit, point, 52)).toBeCloseTo(point.expected52, 5)
  })

  test('expects the same in days as in weeks', () => {
    const inDays = { ...published.fit, alpha: published.fit.alpha * 7 }
    const history = { repeats: 2, recency: 30.43 * 7, age: 38.86 * 7 }
    expect(expectedPurchases(inDays, history, 39 * 7)).toBeCloseTo(1.262961, 5)
  })

  test('expects steadily more over a = 1, where its formula is 0/0, and what plain NBD does where nobody stops', () => {
    const history = { repeats: 3, recency: 20, age: 30 }
    const at = (a: number) => expectedPurchases({ ...published.fit, a }, history, 52)
    expect(at(0.9)).toBeGreaterThan(at(1))
    expect(at(1)).toBeGreaterThan(at(1.1))
    expect(at(1)).toBeCloseTo((at(0.9999) + at(1.0001)) / 2, 5)
    const { r, alpha } = published.fit
    expect(expectedPurchases({ r, alpha, a: 0, b: 1 }, history, 52)).toBeCloseTo(((r + 3) * 52) / (alpha + 30), 12)
    expect(expectedPurchases({ r, alpha, a: 1e-9, b: 1 }, history, 52)).toBeCloseTo(((r + 3) * 52) / (alpha + 30), 6)
  })

  test('gives everybody finite figures, and a chance to buy that is below both what is expected and the chance to be alive', () => {
    const parameter = fc.double({ min: -9, max: 9, noNaN: true }).map(Math.exp)
    const fits: fc.Arbitrary<MbgNbd> = fc.record({ r: parameter, alpha: parameter, a: parameter, b: parameter })
    const days = fc.integer({ min: 0, max: 4_000 })
    fc.assert(
      fc.property(fits, fc.integer({ min: 0, max: 50_000 }), days, days, (fit, repeats, one, other) => {
        const age = Math.max(one, other)
        const recency = repeats === 0 ? 0 : Math.min(one, other)
        const history = { repeats, recency, age }
        const [alive, expected] = [shareAlive(fit, history), expectedPurchases(fit, history, 365)]
        const buying = shareBuying(fit, history, 365)
        expect([alive, expected, buying, logLikelihood(fit, history)].every(Number.isFinite)).toBe(true)
        expect(alive).toBeLessThanOrEqual(1)
        expect(buying).toBeLessThanOrEqual(alive)
        expect(buying).toBeLessThanOrEqual(expected * (1 + 1e-6) + 1e-9)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('works everybody out together as it does one by one', () => {
    const known = historiesAt(simulated(300, 400, 40, 0.2), 350)
    const fit = { r: 1, alpha: 40, a: 0.5, b: 2 }
    const all = expectedPurchasesOfAll(fit, known, 90)
    for (let i = 0; i < known.count; i += 1) {
      const history = { repeats: known.repeats[i]!, recency: known.recencyDays[i]!, age: known.ageDays[i]! }
      expect(all[i]).toBeCloseTo(expectedPurchases(fit, history, 90), 10)
    }
  })
})

describe('a shop’s fit', () => {
  test('takes equal histories together without losing anybody, however long or frequent', () => {
    const history = fc.record({ x: fc.integer({ min: 0, max: 50_000 }), t: fc.nat(99_999), T: fc.nat(99_999) })
    fc.assert(
      fc.property(fc.array(history, { maxLength: 40 }), (rows) => {
        const twice = [...rows, ...rows]
        const groups = grouped({
          count: twice.length,
          repeats: twice.map((row) => row.x),
          recencyDays: twice.map((row) => Math.min(row.t, row.T)),
          ageDays: twice.map((row) => row.T),
        })
        const spread = Array.from({ length: groups.groups }, (_, i) =>
          Array<string>(groups.customersOf[i]!).fill(
            `${groups.repeats[i]} ${groups.recencyDays[i]} ${groups.ageDays[i]}`,
          ),
        ).flat()
        expect(spread.sort()).toEqual(twice.map((row) => `${row.x} ${Math.min(row.t, row.T)} ${row.T}`).sort())
        expect(groups.groups).toBe(new Set(spread).size)
      }),
      { seed: 1 },
    )
  })

  test('finds what a simulated shop was made from, and says that people stop there', () => {
    const known = historiesAt(simulated(4_000, 720, 30, 0.25), 720)
    const fit = fitted(fitPurchases(known))
    expect(fit.dropOut).toBe('identifiable')
    expect(fit.a / (fit.a + fit.b)).toBeCloseTo(0.25, 1)
    expect(fit.r / fit.alpha).toBeGreaterThan(0.8 / 30)
    expect(fit.r / fit.alpha).toBeLessThan(1.25 / 30)
  })

  test('says where nobody can be seen to have stopped: a is 0 and everyone is alive', () => {
    const fit = fitted(fitPurchases(historiesAt(simulated(2_000, 500, 30, 0), 500)))
    expect(fit).toMatchObject({ dropOut: 'not identifiable', a: 0 })
    expect(shareAlive(fit, { repeats: 3, recency: 20, age: 400 })).toBe(1)
  })

  test('is the sum of what its histories say', () => {
    const known = historiesAt(simulated(500, 400, 40, 0.2), 400)
    const fit = fitted(fitPurchases(known))
    let sum = 0
    for (let i = 0; i < known.count; i += 1) {
      const history = { repeats: known.repeats[i]!, recency: known.recencyDays[i]!, age: known.ageDays[i]! }
      sum += logLikelihood(fit, history)
    }
    expect(fit.logLikelihood).toBeCloseTo(sum, 6)
  })

  test.each([
    ['nobody', []],
    ['somebody once', [[3]]],
    ['49 who came back', Array.from({ length: 49 }, (_, i) => [i, i + 10])],
    ['a thousand on one day', Array.from({ length: 1_000 }, () => [5])],
  ])('needs more than %s', (_name, customers) => {
    const count = customers.length
    const last = (days: number[]) => days.at(-1)! - days[0]!
    const columns = { repeats: customers.map((days) => days.length - 1), recencyDays: customers.map(last) }
    const fit = fitPurchases({ count, ...columns, ageDays: customers.map((days) => 100 - days[0]!) })
    expect(fit).toEqual({
      kind: 'not-enough-data',
      lacking: 'repeat-buyers',
      found: customers.filter((days) => days.length > 1).length,
      needed: 50,
    })
  })

  test('stays finite with one customer of 50,000 orders, and with fifty who are all alike', () => {
    const alike = (count: number) => ({
      repeats: Array<number>(count).fill(1),
      recencyDays: Array<number>(count).fill(30),
      ageDays: Array<number>(count).fill(60),
    })
    const same = alike(50)
    const withOne = alike(80)
    withOne.repeats.push(49_999)
    withOne.recencyDays.push(60_000)
    withOne.ageDays.push(60_010)
    for (const columns of [same, withOne]) {
      const fit = fitted(fitPurchases({ count: columns.repeats.length, ...columns }))
      expect([fit.r, fit.alpha, fit.a, fit.b, fit.logLikelihood].every(Number.isFinite)).toBe(true)
      expect(Math.max(fit.r, fit.alpha, fit.a, fit.b)).toBeLessThan(1e5)
    }
  })

  test.skipIf(!existsSync(CDNOW))(
    'has the known log-likelihood on the CDNOW sample, which weak priors do not move (skipped where ../shared is absent)',
    () => {
      const rows = readFileSync(CDNOW, 'utf8').trim().split('\n').slice(1)
      const columns = rows.map((row) => row.split(',').map(Number))
      const histories = {
        count: rows.length,
        repeats: columns.map((row) => row[1]!),
        recencyDays: columns.map((row) => Math.round(row[2]! * 7)),
        ageDays: columns.map((row) => Math.round(row[3]! * 7)),
      }
      const weeks = histories.repeats.reduce((sum, x) => sum + x, 0) * Math.log(7)
      const fit = fitted(fitPurchases(histories, false))
      expect(Math.abs(fit.logLikelihood + weeks + 9582.136)).toBeLessThan(0.01)
      expect(fit).toMatchObject({ customers: 2_357, repeatBuyers: 946, dropOut: 'identifiable' })
      expect(Math.abs(fitted(fitPurchases(histories)).logLikelihood + weeks + 9582.136)).toBeLessThan(0.01)
    },
  )
})

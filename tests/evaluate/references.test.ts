import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { historiesAt } from '#app/domain/lifetime/purchase-days.ts'
import bgPublished from '#tests/numbers/fader-hardie-lee-2005-bg-nbd.json' with { type: 'json' }
import paretoPublished from '#tests/numbers/fader-hardie-2005-pareto-nbd.json' with { type: 'json' }
import * as bgNbd from './bg-nbd.ts'
import { purchasesOf } from './cdnow.ts'
import * as paretoNbd from './pareto-nbd.ts'
import { areaUnderCurve, liftOfTopDecile, ranksOf } from './ranking.ts'

const CDNOW = new URL('../../../shared/data/cdnow_sample.txt', import.meta.url)

describe('the references', () => {
  test.each(bgPublished.points)('BG/NBD of $repeats repeats by $recency of $age is as published', (point) => {
    expect(bgNbd.shareAlive(bgPublished.fit, point)).toBeCloseTo(point.alive, 5)
    expect(bgNbd.expectedPurchases(bgPublished.fit, point, 39)).toBeCloseTo(point.expected39, 5)
    expect(bgNbd.expectedPurchases(bgPublished.fit, point, 52)).toBeCloseTo(point.expected52, 5)
  })

  test.each(paretoPublished.points)('Pareto/NBD of $repeats repeats by $recency of $age is as published', (point) => {
    expect(paretoNbd.shareAlive(paretoPublished.fit, point)).toBeCloseTo(point.alive, 5)
    expect(paretoNbd.expectedPurchases(paretoPublished.fit, point, 39)).toBeCloseTo(point.expected39, 5)
    expect(paretoNbd.expectedPurchases(paretoPublished.fit, point, 52)).toBeCloseTo(point.expected52, 5)
  })

  test.skipIf(!existsSync(CDNOW))(
    'have the published log-likelihoods on the CDNOW sample (skipped where ../shared is absent)',
    () => {
      const cutDay = Date.UTC(1997, 8, 30) / 86_400_000
      const known = historiesAt(purchasesOf(readFileSync(CDNOW, 'utf8')), cutDay)
      expect(Math.abs(bgNbd.fitBgNbd(known).logLikelihood + 9582.429)).toBeLessThan(0.01)
      expect(Math.abs(paretoNbd.fitParetoNbd(known).logLikelihood + 9594.976)).toBeLessThan(0.01)
    },
  )
})

describe('a ranking', () => {
  test('is 1 where all who bought come first, a half where it tells nothing', () => {
    expect(areaUnderCurve([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1)
    expect(areaUnderCurve([1, 2, 3, 4], [1, 1, 0, 0])).toBe(0)
    expect(areaUnderCurve([7, 7, 7, 7], [1, 0, 0, 1])).toBe(0.5)
    expect([...ranksOf([3, 1, 3])]).toEqual([2 / 3, 1 / 6, 2 / 3])
  })

  test('counts people at the edge of its top tenth in part', () => {
    const cameTrue = Array.from({ length: 20 }, (_, i) => (i < 4 ? 1 : 0))
    expect(
      liftOfTopDecile(
        cameTrue.map((_, i) => -i),
        cameTrue,
      ),
    ).toBe(5)
    expect(
      liftOfTopDecile(
        cameTrue.map(() => 0),
        cameTrue,
      ),
    ).toBe(1)
  })
})

describe('npm run evaluate', () => {
  const evaluate = (...args: string[]) => {
    const script = path.join(import.meta.dirname, 'evaluate.ts')
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
    return { status, lines: stdout.trim().split('\n'), stderr }
  }
  const fileOf = (text: string) => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'evaluate-')), 'log.csv')
    writeFileSync(file, text)
    return file
  }
  const header = 'order,customer,time,sku,title,quantity,unit_price,discount,code,currency'

  test.each([
    ['no name', [], /Say what to evaluate; there are: cdnow, orders/],
    ['an unknown name', ['toString'], /No evaluation toString; there are: cdnow, orders/],
    ['no file', ['cdnow'], /npm run evaluate -- cdnow FILE/],
    ['a file that is not there', ['orders', '/nowhere.csv'], /There is no file \/nowhere\.csv/],
    ['a cut that is no day', ['cdnow', import.meta.filename, '--cut', '1997-02-30'], /--cut is not a day/],
    ['a flag it does not know', ['cdnow', '--weeks'], /npm run evaluate -- cdnow FILE/],
    ['a line that is no purchase', ['cdnow', fileOf('1 2 3\n')], /Line 1 is not a purchase/],
    ['an empty log', ['orders', fileOf('')], /is empty/],
    ['one order', ['orders', fileOf(`${header}\n1,a,2026-01-01,S,S,1,9.00,,,USD\n`)], /All purchases are of one day/],
  ])('says what is wrong with %s, without a stack, and ends with 1', (_name, args, message) => {
    const { status, lines, stderr } = evaluate(...args)
    expect(lines.join('\n')).toMatch(message)
    expect({ status, lines: lines.length, stderr }).toEqual({ status: 1, lines: 1, stderr: '' })
  })

  test('ends with its figures as one line of JSON', () => {
    const rows = Array.from({ length: 300 }, (_, customer) =>
      Array.from({ length: 1 + (customer % 7) }, (_, i) => {
        const day = new Date(Date.UTC(2025, 0, 1 + (customer % 60) + i * (12 + (customer % 31))))
        return `${customer}-${i},c${customer},${day.toISOString()},S,S,1,9.00,0,,USD`
      }),
    ).flat()
    const { status, lines, stderr } = evaluate('orders', fileOf([header, ...rows].join('\n')))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const figures = JSON.parse(lines.at(-1)!) as Record<string, unknown>
    expect(Object.keys(figures)).toEqual(
      expect.arrayContaining([
        'model',
        'logLikelihood',
        'auc',
        'aucRepeaters',
        'aucRankRF',
        'ece',
        'lift10',
        'dropOut',
      ]),
    )
    expect(Object.values(figures).every((value) => value !== null)).toBe(true)
  })
})

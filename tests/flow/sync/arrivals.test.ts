import { describe, expect, test } from 'vitest'

import { type Defect, type Outcome, play } from './arrivals/playing.ts'
import { EVENTS, scripts, WRITTEN_BY_HAND } from './arrivals/scripts.ts'
import { arrival } from './arrivals/shop-of-orders.ts'

const ALL_ARRIVALS = 5040
const INTERLEAVINGS = 20
/** The exam plays all arrivals; here, those that a stride through them meets. So many are enough for the defects to show. */
const FEW = 24
/** Orders of one shop that are played together. */
const AT_ONCE = 280
const arrivals = spread(Number(process.env['EXAM_ARRIVALS'] ?? FEW))
const PATIENCE_MS = arrivals.length * 500 + 120_000

function spread(count: number): number[][] {
  return Array.from({ length: count }, (_, n) => arrival(Math.floor(((n + 0.5) * ALL_ARRIVALS) / count)))
}

async function playAll(defect: Defect): Promise<{ name: string; outcome: Outcome }[]> {
  const all = defect === null ? arrivals : spread(FEW)
  const played = []
  for (const { name, steps } of scripts(defect === null ? INTERLEAVINGS : WRITTEN_BY_HAND))
    for (let from = 0; from < all.length; from += AT_ONCE)
      played.push({ name, outcome: await play(steps, all.slice(from, from + AT_ONCE), defect) })
  return played
}

function sum(played: { outcome: Outcome }[], key: keyof Outcome): number {
  return played.reduce((total, { outcome }) => total + outcome[key], 0)
}

test('there are 5,040 arrivals of seven events', () => {
  const all = Array.from({ length: ALL_ARRIVALS }, (_, n) => arrival(n).join(''))
  expect(new Set(all).size).toBe(ALL_ARRIVALS)
  expect(all.every((one) => [...one].sort().join('') === '1234567')).toBe(true)
  expect(EVENTS).toBe(7)
})

describe('seven events of an order, several in one second, two workers and a bulk file between them', () => {
  test(
    'end in one row, Shopify’s, and no commit takes a row back, however they arrive and interleave',
    async () => {
      const played = await playAll(null)
      const bad = played.filter(({ outcome }) => outcome.untrue + outcome.wentBack > 0)
      expect(bad).toEqual([])
      // The dangers were met: workers that had lost their lease came to store.
      expect(sum(played, 'refused')).toBeGreaterThan(0)
      if (process.env['EXAM_ARRIVALS'])
        process.stdout.write(
          `${sum(played, 'orders')} histories: untrue ${sum(played, 'untrue')}, taken back ${sum(played, 'wentBack')}, ` +
            `Admin calls ${sum(played, 'calls')}, refused to lost leases ${sum(played, 'refused')}\n`,
        )
    },
    PATIENCE_MS,
  )

  test(
    'without the guard a row is not Shopify’s',
    async () => expect(sum(await playAll('no guard'), 'untrue')).toBeGreaterThan(0),
    PATIENCE_MS,
  )

  test(
    'without the lease a row goes back to what it was',
    async () => expect(sum(await playAll('no lease'), 'wentBack')).toBeGreaterThan(0),
    PATIENCE_MS,
  )
})

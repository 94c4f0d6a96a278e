import fc from 'fast-check'
import { expect, test } from 'vitest'

import { inBatches } from '#app/outside/batches.ts'

const LATE = new Error('too late')
const OF_ONE = new Error('one of them cannot be')

/** Sendings that end when the test says so. */
function door(options: { atOnce?: number; largest?: number; patienceMs?: number; poison?: number } = {}) {
  const sent: number[][] = []
  const ends: (() => void)[] = []
  const onItsWay = (items: number[]) => {
    sent.push(items)
    return new Promise<number[]>((resolve, reject) =>
      ends.push(() =>
        items.includes(options.poison ?? NaN) ? reject(OF_ONE) : resolve(items.map((item) => item * 10)),
      ),
    )
  }
  const put = inBatches<number, number>({
    send: onItsWay,
    sendOne: async (item) => (await onItsWay([item]))[0]!,
    isOfOne: (error) => error === OF_ONE,
    tooLate: () => LATE,
    atOnce: options.atOnce ?? 1,
    largest: options.largest ?? 100,
    patienceMs: options.patienceMs ?? 5000,
  })
  const settle = async () => {
    while (ends.length > 0) {
      ends.shift()!()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { put, sent, settle }
}

test('what comes while a sending is on its way goes together in the next', async () => {
  const { put, sent, settle } = door()
  const results = Promise.all([1, 2, 3, 4].map(put))
  expect(sent).toEqual([[1]])
  await settle()
  expect(sent).toEqual([[1], [2, 3, 4]])
  expect(await results).toEqual([10, 20, 30, 40])
})

test('no more than so many at once, no sending larger than allowed, and everybody gets their own answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 7 }),
      async (items, atOnce, largest) => {
        const { put, sent, settle } = door({ atOnce, largest })
        const results = Promise.all(items.map(put))
        expect(sent.length).toBeLessThanOrEqual(atOnce)
        await settle()
        expect(await results).toEqual(items.map((item) => item * 10))
        expect(sent.flat()).toEqual(items)
        expect(Math.max(0, ...sent.map(({ length }) => length))).toBeLessThanOrEqual(largest)
      },
    ),
    { numRuns: 200 },
  )
})

test('none suffers for another: where one of several cannot be, each is sent by itself', async () => {
  const { put, settle } = door({ poison: 3 })
  const results = Promise.allSettled([1, 2, 3, 4].map(put))
  await settle()
  expect((await results).map((one) => (one.status === 'fulfilled' ? one.value : one.reason))).toEqual([
    10,
    20,
    OF_ONE,
    40,
  ])
})

test('whoever has waited too long is told so, and what was not sent by then is never sent', async () => {
  const { put, sent, settle } = door({ patienceMs: 30 })
  const results = await Promise.allSettled([1, 2, 3].map(put))
  expect(results.map((one) => one.status === 'rejected' && one.reason)).toEqual([LATE, LATE, LATE])
  expect(sent).toEqual([[1]])
  await settle()
  expect(sent).toEqual([[1]])
  const last = put(4)
  await settle()
  expect(await last).toBe(40)
})

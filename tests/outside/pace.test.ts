import { expect, test } from 'vitest'
import { paceOf } from '#app/outside/pace.server.ts'

const AT = Date.UTC(2026, 10, 22)

test('one may ask so often at once, then waits for as long as it is told, and another does not wait', () => {
  const pace = paceOf<number>({ burst: 3, perSecond: 2, atMost: 10 })
  expect([0, 0, 0, 0].map(() => pace(1, AT))).toEqual([0, 0, 0, 500])
  expect(pace(2, AT)).toBe(0)
  expect([pace(1, AT + 250), pace(1, AT + 500), pace(1, AT + 500)]).toEqual([250, 0, 500])
})

test('waiting gives back no more than the burst, and a clock that goes back gives nothing', () => {
  const pace = paceOf<number>({ burst: 2, perSecond: 1, atMost: 10 })
  pace(1, AT)
  expect([0, 0, 0].map(() => pace(1, AT + 3_600_000))).toEqual([0, 0, 1000])
  expect(pace(1, AT)).toBe(1000)
})

test('of more askers than are remembered, the one that has asked longest ago begins anew', () => {
  const pace = paceOf<string>({ burst: 1, perSecond: 1, atMost: 2 })
  expect(['a', 'b', 'a', 'c'].map((asker) => pace(asker, AT))).toEqual([0, 0, 1000, 0])
  expect([pace('a', AT), pace('b', AT)]).toEqual([1000, 0])
})

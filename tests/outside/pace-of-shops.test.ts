import { expect, test } from 'vitest'
import { paceOfShops } from '#app/outside/pace-of-shops.server.ts'

const AT = Date.UTC(2026, 10, 22)

test('a shop may ask so often at once, then waits for as long as it is told, and another shop does not wait', () => {
  const pace = paceOfShops({ burst: 3, perSecond: 2 })
  expect([0, 0, 0, 0].map(() => pace(1, AT))).toEqual([0, 0, 0, 500])
  expect(pace(2, AT)).toBe(0)
  expect([pace(1, AT + 250), pace(1, AT + 500), pace(1, AT + 500)]).toEqual([250, 0, 500])
})

test('waiting gives back no more than the burst, and a clock that goes back gives nothing', () => {
  const pace = paceOfShops({ burst: 2, perSecond: 1 })
  pace(1, AT)
  expect([0, 0, 0].map(() => pace(1, AT + 3_600_000))).toEqual([0, 0, 1000])
  expect(pace(1, AT)).toBe(1000)
})

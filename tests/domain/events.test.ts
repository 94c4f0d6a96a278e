import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventTime, PixelBatchShape, visitsOf, type CustomerEvent } from '#app/domain/events.ts'
import { DAY_MS } from '#app/domain/order.ts'

const NOW = Date.parse('2026-05-20T12:00:00Z')
const MINUTE_MS = 60_000
const viewed = (minutes: number, product: string | null = null): CustomerEvent => ({
  kind: product === null ? 'page-viewed' : 'product-viewed',
  at: NOW + minutes * MINUTE_MS,
  product,
})
const CATEGORIES: Record<string, string[]> = { '1': ['70'], '2': ['70', '80'], '3': ['80'], '4': ['9'] }
const visits = (events: CustomerEvent[], asOf = NOW) => visitsOf(events, asOf, (product) => CATEGORIES[product] ?? [])

describe('visits', () => {
  test('are parted by pauses of 30 minutes and not by less', () => {
    expect(visits([-120, -91, -61, -30].map((at) => viewed(at)))).toEqual({
      visits30d: 3,
      lastAt: NOW - 30 * MINUTE_MS,
      interests: [],
    })
  })

  test('count when they began in the last 30 days, and are known for 90', () => {
    const days = (count: number) => viewed(-count * 24 * 60)
    expect(visits([days(40), days(30), days(29)])?.visits30d).toBe(1)
    expect(visits([days(89)])).toEqual({ visits30d: 0, lastAt: NOW - 89 * DAY_MS, interests: [] })
    expect(visits([days(90)])).toBeNull()
    expect(visits([])).toBeNull()
  })

  test('of a day that nobody spends so are counted for its first 50 events', () => {
    const made = Array.from({ length: 400 }, (_, i) => viewed(-700 + i * 31))
    const first = visits(made.filter(({ at }) => at < NOW))
    expect(first?.visits30d).toBeLessThanOrEqual(50)
    const endless = Array.from({ length: 4000 }, (_, i) => viewed(-719 + i / 10, '1'))
    expect(visits(endless, NOW + DAY_MS)?.lastAt).toBe(endless[49]!.at)
  })
})

describe('interests', () => {
  test('are the categories of which they looked at most, if at any twice', () => {
    expect(visits([viewed(-9, '1'), viewed(-8, '2')])?.interests).toEqual(['70'])
    expect(visits([viewed(-9, '1')])?.interests).toEqual([])
    expect(visits([viewed(-9, '1'), viewed(-8, '2'), viewed(-7, '3')])?.interests).toEqual(['70', '80'])
    expect(visits([viewed(-9, '5'), viewed(-8, '5')])?.interests).toEqual([])
  })

  test('are not told by a cart', () => {
    const carts = [-9, -8].map((at) => ({ ...viewed(at, '1'), kind: 'cart-added' }))
    expect(visits(carts)?.interests).toEqual([])
  })
})

test('visits are at least one and at most as many as the events, however these lie', () => {
  const minutes = fc.array(fc.integer({ min: -40_000, max: 0 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(minutes, (ats) => {
      const events = ats.sort((one, other) => one - other).map((at) => viewed(at))
      const { visits30d, lastAt } = visits(events)!
      expect(visits30d).toBeGreaterThanOrEqual(0)
      expect(visits30d).toBeLessThanOrEqual(events.length)
      expect(lastAt).toBe(events.at(-1)!.at)
    }),
  )
})

test.each([
  ['as told', -5 * MINUTE_MS, -5 * MINUTE_MS],
  ['as told, though a day ago', -DAY_MS, -DAY_MS],
  ['when it came, where a clock is two days late', -2 * DAY_MS, 0],
  ['when it came, where a clock is an hour early', 60 * MINUTE_MS, 0],
])('an event happened %s', (_, told, taken) => {
  expect(eventTime(NOW + told, NOW)).toBe(NOW + taken)
})

describe('what the pixel sends', () => {
  const event = { id: 'sh-12345678', kind: 'product-viewed', at: NOW, product: '7', customer: '8', reason: 'low' }
  const read = (more: object, events: object[] = [{ ...event, ...more }]) =>
    PixelBatchShape.safeParse({ key: 'k', events }).success

  test('is ids, a kind and a time', () => {
    expect(read({})).toBe(true)
    expect(read({ product: undefined, customer: undefined, reason: undefined })).toBe(true)
  })

  test.each([
    ['an e-mail', { email: 'a@b.c' }],
    ['what was searched for', { query: 'cream' }],
    ['an address', { url: 'https://shop/products/x' }],
    ['an exposure', { kind: 'seen', token: 'x' }],
    ['an unknown reason', { reason: 'because' }],
    ['a name in the place of a number', { customer: 'Anna' }],
    ['a number that no shop has', { customer: '99999999999999999999' }],
    ['a time that is none', { at: 1.5 }],
    ['an id with anything in it', { id: 'x'.repeat(10) + '\0' }],
  ])('with %s is refused', (_, more) => expect(read(more)).toBe(false))

  test('is at most twenty at once, and at least one', () => {
    expect(read({}, Array(20).fill(event))).toBe(true)
    expect(read({}, Array(21).fill(event))).toBe(false)
    expect(read({}, [])).toBe(false)
  })
})

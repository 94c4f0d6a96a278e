import { describe, expect, test } from 'vitest'
import { priceAtCheckout, type CheckoutAnswer } from '#app/domain/rewards/checkout.ts'
import { sharedOut, shareOf } from '#app/domain/rewards/checkout-sums.ts'
import { chanceFrom, oneOf } from '#tests/shop/chance.ts'
import { WHO } from './checkout-buyers-cases.ts'
import { discount, EXAMPLE_CART, NOW, somebody, SOURCES } from './checkout-case.ts'
import { ASKS } from './checkout-conditions-cases.ts'
import { MONEY } from './checkout-money-cases.ts'
import { TOGETHER } from './checkout-together-cases.ts'

const CASES = [...TOGETHER, ...ASKS, ...WHO, ...MONEY]

const wholeNumbers = (answer: CheckoutAnswer) =>
  JSON.stringify(answer)
    .match(/-?\d+(\.\d+)?/g)!
    .every((number) => /^\d+$/.test(number))

describe('what a basket costs at checkout', () => {
  test.each(CASES.map((one) => [one.name, SOURCES[one.source], one] as const))('%s (%s)', (_name, _source, given) => {
    const { lines = EXAMPLE_CART.lines, shipping = EXAMPLE_CART.shippingMinor, buyer = { kind: 'guest' } } = given
    const answer = priceAtCheckout({ lines, shippingMinor: shipping }, buyer, given.codes ?? [], given.discounts, NOW)
    expect(Object.fromEntries(answer.applied.map(({ id, minor }) => [id, minor]))).toEqual(given.off ?? {})
    const why = Object.fromEntries(answer.refused.map(({ id, code, refusal }) => [id ?? code, refusal]))
    const wanted = given.no ?? {}
    expect(Object.keys(why).sort()).toEqual(Object.keys(wanted).sort())
    for (const [id, refusal] of Object.entries(wanted))
      if (typeof refusal === 'string') expect(why[id]!.kind).toBe(refusal)
      else expect(why[id]).toEqual(refusal)
    expect(answer.totalMinor).toBe(given.total)
    expect(answer.doubts.map(({ kind }) => kind)).toEqual(given.doubts ?? [])
    if (given.offByLine)
      expect(answer.lines.map(({ grossMinor, leftMinor }) => grossMinor - leftMinor)).toEqual(given.offByLine)
  })

  test('there are at least 60 cases, each by a page or a recording, and few of them by nobody at Shopify', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(60)
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
    const unverified = CASES.filter(({ source }) => SOURCES[source].startsWith('unverified'))
    expect(unverified.length).toBeLessThan(CASES.length / 3)
  })

  test('an answer adds up: lines, what each discount takes, shipping and the total', () => {
    for (const { lines = EXAMPLE_CART.lines, shipping = 2000, buyer = somebody(), codes = [], discounts } of CASES) {
      const answer = priceAtCheckout({ lines, shippingMinor: shipping }, buyer, codes, discounts, NOW)
      const sum = (list: number[]) => list.reduce((all, one) => all + one, 0)
      expect(sum(answer.applied.map(({ minor }) => minor))).toBe(answer.goodsOffMinor + answer.shippingOffMinor)
      for (const { grossMinor, offs, leftMinor } of answer.lines)
        expect(grossMinor - sum(offs.map(({ minor }) => minor))).toBe(leftMinor)
      expect(wholeNumbers(answer)).toBe(true)
    }
  })

  test('every discount is either applied or refused, once', () => {
    for (const { lines = EXAMPLE_CART.lines, buyer = somebody(), codes = [], discounts } of CASES) {
      const { applied, refused } = priceAtCheckout({ lines, shippingMinor: 2000 }, buyer, codes, discounts, NOW)
      const told = [...applied.map(({ id }) => id), ...refused.flatMap(({ id }) => id ?? [])]
      for (const { id } of discounts) expect(told).toContain(id)
    }
  })
})

describe('numbers that are none', () => {
  test('nothing is ever not a number, negative or a fraction', () => {
    const random = chanceFrom('odd numbers')
    const odd = () =>
      oneOf(random, [Number.NaN, Infinity, -Infinity, -1, 0, 0.5, 1e-9, 1e300, Number.MAX_SAFE_INTEGER, 7, 12_345])
    for (let at = 0; at < 500; at += 1) {
      const basket = {
        lines: [1, 2, 3].map((id) => ({
          productId: String(id),
          variantId: null,
          unitMinor: odd(),
          quantity: odd(),
          collectionIds: [],
        })),
        shippingMinor: odd(),
      }
      const discounts = [
        discount('A', { takes: { kind: 'percent', share: odd() } }),
        discount('B', { takes: { kind: 'amount', amountMinor: odd(), onEach: random() < 0.5 } }),
        discount('C', { takes: { kind: 'free-shipping', dearestMinor: null } }),
      ]
      const answer = priceAtCheckout(basket, { kind: 'guest' }, ['A', 'B', 'C'], discounts, NOW)
      expect(wholeNumbers(answer)).toBe(true)
      expect(JSON.stringify(answer)).not.toContain('null,"minor"')
      expect(answer.totalMinor).toBeLessThanOrEqual(answer.goodsMinor + answer.shippingMinor)
    }
  })

  test('shares add up to the amount, and none is more than its line', () => {
    expect(sharedOut(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(sharedOut(7, [0, 5, 2])).toEqual([0, 5, 2])
    expect(sharedOut(3, [])).toEqual([])
    expect(shareOf(50, 0.29)).toBe(15)
    expect(shareOf(35_000, 0.1)).toBe(3500)
    expect(shareOf(100, Number.NaN)).toBe(0)
  })

  test('very many discounts end, with the best that was found and saying that not all were tried', () => {
    const goods = { kind: 'chosen', productIds: ['pants'], variantIds: [], collectionIds: [] } as const
    const many = Array.from({ length: 25 }, (_one, at) =>
      discount(`auto${at}`, { codes: null, items: goods, takes: { kind: 'percent', share: (at + 1) / 100 } }),
    )
    const answer = priceAtCheckout(EXAMPLE_CART, { kind: 'guest' }, [], many, NOW)
    expect(answer.applied).toEqual([{ id: 'auto24', code: null, minor: 2500 }])
    expect(answer.doubts).toContainEqual({ kind: 'untried' })
  })
})

import { describe, expect, test } from 'vitest'
import { cardFacts, CardFactsShape, driftOf, middleOf, type CardFacts } from '#app/domain/card-facts.ts'
import { CARD_LIMITS, CardWordsFields, isReviewDue, NO_WORDS } from '#app/domain/segment-card.ts'
import { DAY_MS } from '#app/domain/order.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const someone = { n: 2, sumLnGapDays: Math.log(40), lines: 4, discounted: 1 }
const group = (size: number) => ({
  customers: size,
  people: upTo(size).map(() => someone),
  basketsMinor: upTo(size).map(() => 30_000),
  products: [
    { product: '1', title: 'Toner', buyers: 10 },
    { product: '2', title: 'Rare', buyers: 4 },
  ],
})
const FACTS: CardFacts = {
  customers: 1000,
  lookedAt: 1000,
  orders: { value: 4, low: 4, high: 4 },
  gapDays: { value: 41, low: 39, high: 43 },
  basketMinor: { value: 30_000, low: 29_000, high: 31_000 },
  discountShare: 0.3,
  products: [{ product: '1', title: 'Toner', share: 0.4 }],
}

describe('the facts of a card', () => {
  test('a median comes with the range that chance leaves it', () => {
    expect(middleOf(upTo(100))).toEqual({ value: 50.5, low: 40, high: 61 })
    expect(middleOf(upTo(20).reverse())!.value).toBe(10.5)
    expect(middleOf(upTo(19))).toBeNull()
  })

  test('are said of 20 customers and of no fewer', () => {
    expect(cardFacts(group(20))).toEqual({
      customers: 20,
      lookedAt: 20,
      orders: { value: 2, low: 2, high: 2 },
      gapDays: {
        value: expect.closeTo(40, 9) as number,
        low: expect.closeTo(40, 9) as number,
        high: expect.closeTo(40, 9) as number,
      },
      basketMinor: { value: 30_000, low: 30_000, high: 30_000 },
      discountShare: 0.25,
      // Four buyers make no product typical.
      products: [{ product: '1', title: 'Toner', share: 0.5 }],
    })
    expect(cardFacts(group(19))).toEqual({
      customers: 19,
      lookedAt: 19,
      orders: null,
      gapDays: null,
      basketMinor: null,
      discountShare: null,
      products: [],
    })
  })

  test('leave out what is not known, without a number that is none', () => {
    const once = group(30).people.map((each) => ({ ...each, n: 1, sumLnGapDays: 0, lines: 0, discounted: 0 }))
    const facts = cardFacts({ customers: 30, people: once, basketsMinor: null, products: [] })
    expect(facts).toMatchObject({
      orders: { value: 1 },
      gapDays: null,
      basketMinor: null,
      discountShare: null,
      products: [],
    })
    expect(JSON.stringify(facts)).not.toContain('NaN')
    expect(CardFactsShape.parse(JSON.parse(JSON.stringify(facts)))).toEqual(facts)
  })

  test('drift is what changed by a fifth and by more than chance', () => {
    const gap = (value: number, low: number, high: number) => ({ ...FACTS, gapDays: { value, low, high } })
    expect(driftOf(FACTS, FACTS)).toEqual([])
    expect(driftOf(FACTS, gap(55, 52, 58))).toEqual([{ what: 'gapDays', before: 41, after: 55 }])
    expect(driftOf(gap(41, 20, 90), gap(55, 52, 58))).toEqual([])
    expect(driftOf(FACTS, gap(45, 44, 46))).toEqual([])
    expect(driftOf(FACTS, { ...FACTS, customers: 800 })).toEqual([{ what: 'customers', before: 1000, after: 800 }])
    expect(driftOf(FACTS, { ...FACTS, discountShare: 0.4 })).toEqual([
      { what: 'discountShare', before: 0.3, after: 0.4 },
    ])
    expect(driftOf(FACTS, { ...FACTS, discountShare: 0.39, orders: null })).toEqual([])
    expect(driftOf(FACTS, { ...FACTS, products: [{ product: '9', title: 'Cream', share: 0.5 }] })).toEqual([
      { what: 'product', before: 'Toner', after: 'Cream' },
    ])
    expect(driftOf({ ...FACTS, customers: 0 }, FACTS)).toEqual([{ what: 'customers', before: 0, after: 1000 }])
  })
})

describe('the words of a card', () => {
  test('are kept to what one page holds', () => {
    expect(CardWordsFields.parse({ ...NO_WORDS, story: ' one\r\ntwo ' }).story).toBe('one\ntwo')
    for (const [field, longest] of Object.entries(CARD_LIMITS)) {
      expect(CardWordsFields.safeParse({ ...NO_WORDS, [field]: '가'.repeat(longest) }).success).toBe(true)
      expect(CardWordsFields.safeParse({ ...NO_WORDS, [field]: '가'.repeat(longest + 1) }).success).toBe(false)
    }
    expect(CardWordsFields.safeParse({ ...NO_WORDS, name: 'a\u0000' }).success).toBe(false)
  })

  test('are due for review after 90 days', () => {
    expect(isReviewDue(0, 90 * DAY_MS)).toBe(false)
    expect(isReviewDue(0, 91 * DAY_MS)).toBe(true)
  })
})

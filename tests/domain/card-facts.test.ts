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
    { product: '2', title: 'Rare', buyers: [0, 1, 2, 3] },
    { product: '1', title: 'Toner', buyers: upTo(10) },
  ],
  categories: [],
  countries: [],
})
const FACTS: CardFacts = {
  customers: 1000,
  lookedAt: 1000,
  orders: { value: 4, low: 4, high: 4 },
  gapDays: { value: 41, low: 39, high: 43 },
  basketMinor: { value: 30_000, low: 29_000, high: 31_000 },
  discountShare: 0.3,
  products: [{ product: '1', title: 'Toner', share: 0.4 }],
  categories: [
    { collection: '7', title: 'Care', share: 0.4 },
    { collection: '8', title: 'Gifts', share: 0.1 },
  ],
  regions: { countries: [{ country: 'KR', share: 0.9 }], other: 0.1, unknown: 0 },
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
      categories: 'none',
      regions: null,
    })
    expect(cardFacts(group(19))).toEqual({
      customers: 19,
      lookedAt: 19,
      orders: null,
      gapDays: null,
      basketMinor: null,
      discountShare: null,
      products: [],
      categories: [],
      regions: null,
    })
  })

  test('count a category’s buyers once each, and name the five with most of at least 20', () => {
    const read = {
      ...group(100),
      products: [
        { product: '1', title: 'Toner', buyers: upTo(30) },
        { product: '2', title: 'Essence', buyers: upTo(50).slice(20) },
        { product: '3', title: 'Soap', buyers: upTo(19) },
      ],
    }
    const holding = (collection: string, products: string[]) => ({ collection, title: `Of ${collection}`, products })
    const { categories } = cardFacts({
      ...read,
      categories: [holding('8', ['3']), holding('9', ['1', '2']), holding('10', ['1']), holding('11', ['77'])],
    })
    expect(categories).toEqual([
      { collection: '9', title: 'Of 9', share: 0.5 },
      { collection: '10', title: 'Of 10', share: 0.3 },
    ])
    const many = cardFacts({ ...read, categories: upTo(7).map((id) => holding(String(id), ['1'])) }).categories
    expect(many).toHaveLength(5)
    expect(cardFacts({ ...read, categories: null }).categories).toBe('not-read')
    expect(cardFacts({ ...read, ...group(19), categories: null }).categories).toEqual([])
  })

  test('name no country of fewer than 20, and say how many of them live elsewhere or have no address', () => {
    const regionsOf = (...countries: [string | null, number][]) =>
      cardFacts({
        ...group(200),
        countries: countries.map(([country, customers]) => ({ country, customers })),
      }).regions
    expect(regionsOf(['JP', 20], [null, 30], ['KR', 120], ['CL', 19], ['US', 11])).toEqual({
      countries: [
        { country: 'KR', share: 0.6 },
        { country: 'JP', share: 0.1 },
      ],
      other: 0.15,
      unknown: 0.15,
    })
    expect(regionsOf(['CL', 19], [null, 181])).toBeNull()
    const many = regionsOf(...['AA', 'BB', 'CC', 'DD', 'EE', 'FF'].map((code): [string, number] => [code, 25]))!
    expect([many.countries.length, many.other]).toEqual([5, 25 / 150])
  })

  test('leave out what is not known, without a number that is none', () => {
    const once = group(30).people.map((each) => ({ ...each, n: 1, sumLnGapDays: 0, lines: 0, discounted: 0 }))
    const facts = cardFacts({
      customers: 30,
      people: once,
      basketsMinor: null,
      products: [],
      categories: [],
      countries: [],
    })
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
    expect(driftOf({ ...FACTS, categories: [{ collection: '5', title: 'Sun', share: 0.5 }] }, FACTS)).toEqual([
      { what: 'category', before: 'Sun', after: 'Care' },
    ])
    expect(driftOf({ ...FACTS, categories: 'not-read' }, FACTS)).toEqual([])
    expect(driftOf({ ...FACTS, customers: 0 }, FACTS)).toEqual([{ what: 'customers', before: 0, after: 1000 }])
  })
})

describe('what has drifted of categories and countries', () => {
  const cared = (share: number, lookedAt = 1000) => ({
    ...FACTS,
    lookedAt,
    categories: [{ collection: '7', title: 'Care', share }],
  })
  const inKorea = (share: number) => ({
    ...FACTS,
    regions: { countries: [{ country: 'KR', share }], other: 1 - share, unknown: 0 },
  })

  test('is a share of ten points more or less, beyond chance', () => {
    expect(driftOf(cared(0.4), cared(0.55))).toEqual([
      { what: 'categoryShare', name: 'Care', before: 0.4, after: 0.55 },
    ])
    expect(driftOf(cared(0.4), cared(0.49))).toEqual([])
    expect(driftOf(cared(0.4, 30), cared(0.55, 30))).toEqual([])
    expect(driftOf(inKorea(0.9), inKorea(0.7))).toEqual([{ what: 'country', name: 'KR', before: 0.9, after: 0.7 }])
    expect(driftOf(inKorea(0.9), { ...FACTS, regions: null })).toEqual([])
  })

  test('is nothing since a review that did not know them', () => {
    const { categories, regions, ...older } = FACTS
    expect([categories, regions]).not.toContain(undefined)
    const before = CardFactsShape.parse(JSON.parse(JSON.stringify(older)))
    expect(driftOf(before, FACTS)).toEqual([])
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

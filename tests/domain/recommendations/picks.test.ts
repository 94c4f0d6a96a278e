import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { allOf, type Baskets } from '#app/domain/recommendations/baskets.ts'
import { learned as learnedFrom } from '#app/domain/recommendations/models.ts'
import { learn } from '#app/domain/recommendations/choice.ts'
import {
  coldOnes,
  firstPicks,
  goesWith,
  picksOf,
  picksOfReturner,
  type Learned,
  type Shopper,
} from '#app/domain/recommendations/picks.ts'
import { alike, moneyLeft, type Shelf } from '#app/domain/recommendations/shelf.ts'
import { baskets } from './shops.ts'

// 0, 1 and 2 are bought together, so are 3, 4 and 5; 6 is bought by many, 7 by nobody yet.
const SHOP: readonly (readonly (readonly number[])[])[] = [
  ...Array.from({ length: 6 }, () => [[0, 1], [2], [6]]),
  ...Array.from({ length: 5 }, () => [[3, 4], [5], [6]]),
  ...Array.from({ length: 9 }, () => [[6]]),
]

type Change = Partial<Omit<Shelf, 'ids'>> & Partial<Pick<Learned, 'isPersonal' | 'pinned' | 'asOf'>>

function learn8(shop: Baskets, change: Change = {}): Learned {
  const shelf: Shelf = {
    ids: [10, 11, 12, 13, 14, 15, 16, 17],
    isOut: new Uint8Array(8),
    price: new Float64Array(8).fill(100),
    categories: Array.from({ length: 8 }, () => []),
    cycleDays: new Float64Array(8).fill(NaN),
    keptShare: new Float64Array(8).fill(1),
    unitCost: new Float64Array(8).fill(NaN),
    goodsShare: 0.4,
    ...change,
  }
  const { model, times } = learnedFrom(learn(shop, { model: 'cosine', lambda: 200 }))
  return {
    model,
    isPersonal: true,
    reading: { halfLifeBaskets: null, isSeasonal: false },
    times,
    season: null,
    shelf,
    cold: coldOnes(times, shelf),
    pinned: [],
    asOf: 10 * DAY_MS,
    ...change,
  }
}

/** The first customer of a shop with these baskets, before everybody else's. */
function shown(own: readonly (readonly number[])[], change: Change = {}, shopper: Partial<Shopper> = {}) {
  const shop = baskets([own, ...SHOP], 8)
  const picks = picksOf(
    {
      known: allOf(shop),
      customer: 0,
      isActive: true,
      isCherryPicker: false,
      returned: new Set<number>(),
      piecesOf: () => 1,
      ...shopper,
    },
    learn8(shop, change),
    new Float64Array(8),
  )
  return { ...picks, picks: picks.picks.map(({ product, why }) => [product, why]) }
}

describe('what a customer is shown', () => {
  test('goes with the last order of those who buy now, and with all orders of others', () => {
    expect(shown([[3], [0]]).picks.slice(0, 2)).toEqual([
      [1, 'goes-with'],
      [2, 'goes-with'],
    ])
    const all = shown([[3], [0]], {}, { isActive: false })
    expect(all.lead).toBe('for-you')
    expect(all.picks.map(([product]) => product)).toEqual(expect.arrayContaining([1, 2, 4, 5]))
  })

  test('is nothing that they have bought, sent back, or that is out', () => {
    const isOut = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0)
    const products = shown([[0, 6]], { isOut }, { returned: new Set([2]) }).picks.map(([product]) => product)
    expect(products.sort()).toEqual([3, 4, 5, 7])
  })

  test('begins with what runs low, from 80 % of how long it lasts to one and a half times', () => {
    const cycleDays = Float64Array.of(10, NaN, NaN, NaN, NaN, NaN, NaN, NaN)
    const at = (days: number, piecesOf = () => 1) => shown([[0]], { cycleDays, asOf: days * DAY_MS }, { piecesOf })
    expect(at(7.9).lead).toBe('goes-with')
    expect(at(8).picks[0]).toEqual([0, 'low'])
    expect(at(8).lead).toBe('low')
    expect(at(15).lead).toBe('low')
    expect(at(15.1).lead).toBe('goes-with')
    // Two pieces last twice as long.
    expect(at(8, () => 2).lead).toBe('goes-with')
    expect(at(16, () => 2).lead).toBe('low')
  })

  test('has what leaves more money first for those who come for discounts', () => {
    const price = Float64Array.of(100, 100, 300, 100, 100, 100, 100, 100)
    const keptShare = Float64Array.of(1, 0.5, 1, 1, 1, 1, 1, 1)
    expect(shown([[0]], { price, keptShare }).picks[0]).toEqual([1, 'goes-with'])
    expect(shown([[0]], { price, keptShare }, { isCherryPicker: true }).picks[0]).toEqual([2, 'goes-with'])
  })

  test('counts what a piece costs: the dearer one that leaves less comes later, below cost last, and neither is dropped', () => {
    const price = Float64Array.of(100, 100, 300, 100, 100, 100, 100, 100)
    const costs = (unitCost: Float64Array) =>
      shown([[0]], { price, unitCost }, { isCherryPicker: true })
        .picks.map(([product]) => product)
        .filter((product) => product === 1 || product === 2)
    const unnamed = new Float64Array(8).fill(NaN)
    expect(costs(unnamed)).toEqual([2, 1])
    expect(costs(unnamed.with(2, 290))).toEqual([1, 2])
    expect(costs(unnamed.with(2, 310))).toEqual([1, 2])
    expect(costs(unnamed.with(1, 120).with(2, 290))).toEqual([2, 1])
  })

  test('has left what was paid less what it cost, of a share of the price where that is not named', () => {
    const { shelf } = learn8(baskets(SHOP, 8), {
      keptShare: new Float64Array(8).fill(0.9),
      unitCost: Float64Array.of(40, NaN, 95, NaN, NaN, NaN, NaN, NaN),
      price: Float64Array.of(100, 100, 100, NaN, 100, 100, 100, 100),
      goodsShare: 0.3,
    })
    expect([0, 1, 2, 3].map((product) => moneyLeft(shelf, product, 50))).toEqual([50, 60, -5, 30])
  })

  test('has room for one product that nobody knows yet, if it stands beside what they bought', () => {
    const categories = [[1], [], [], [], [], [], [], [1]]
    expect(shown([[0]], { categories }).picks).toContainEqual([7, 'for-you'])
    expect(shown([[0]]).picks).not.toContainEqual([7, 'for-you'])
  })

  test('begins with what the merchant has pinned, unless they have it', () => {
    expect(shown([[0]], { pinned: [5, 0] }).picks[0]).toEqual([5, 'pinned'])
    expect(shown([[0]], { pinned: [5, 0] }).picks.map(([product]) => product)).not.toContain(0)
  })

  test('is popular where popularity is what the shop uses', () => {
    const { lead, picks } = shown([[0]], { isPersonal: false })
    expect(lead).toBe('popular')
    expect(new Set(picks.map(([, why]) => why))).toEqual(new Set(['popular']))
  })

  test('is in no list what they have sent back or bought, the newest first, but what runs low may be', () => {
    const cycleDays = Float64Array.of(10, NaN, NaN, NaN, NaN, NaN, NaN, NaN)
    const own = [[0, 6], [3]]
    expect(shown(own, {}, { returned: new Set([2, 6]) }).never).toEqual([2, 6, 3, 0])
    expect(shown(own, { cycleDays, asOf: 8 * DAY_MS }).never).toEqual([3, 6])
    expect(picksOfReturner(new Set([5]))).toEqual({ lead: null, picks: [], never: [5] })
  })

  test('is nothing of their own for whoever has bought all there is', () => {
    const isOut = Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1)
    expect(shown([[0, 1]], { isOut })).toEqual({ lead: null, picks: [], never: [1, 0] })
  })
})

describe('other places', () => {
  test('a product’s page has what goes with it, then what stands beside it', () => {
    const categories = [[], [], [], [], [], [], [2], [2]]
    const shop = baskets(SHOP, 8)
    expect(goesWith(0, learn8(shop), new Float64Array(8)).slice(0, 2)).toEqual([1, 2])
    expect(goesWith(7, learn8(shop, { categories }), new Float64Array(8))).toEqual([6])
  })

  test('guests see what those who came back began with, then what most people buy', () => {
    const shop = baskets(SHOP, 8)
    expect(firstPicks(allOf(shop), learn8(shop)).slice(0, 5)).toEqual([0, 1, 3, 4, 6])
    expect(firstPicks(allOf(shop), learn8(shop, { pinned: [7] }))[0]).toBe(7)
  })

  test('two products are alike by their categories and prices', () => {
    const price = Float64Array.of(10, 20, 10, 10, 10, 10, 10, NaN)
    const { shelf } = learn8(baskets(SHOP, 8), { price, categories: [[1], [1, 2], [], [], [], [], [], [1]] })
    expect(alike(shelf, 0, 1)).toBeCloseTo(0.25, 12)
    expect(alike(shelf, 0, 2)).toBe(0)
    expect(alike(shelf, 0, 7)).toBe(1)
  })
})

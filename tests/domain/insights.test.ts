import { describe, expect, test } from 'vitest'
import { insightsOf, spendersOf, type StoredCategories, type StoredProducts } from '#app/domain/insights.ts'

const product = (id: number, pickers: number) => ({
  product: String(id),
  title: `Product ${id}`,
  buyers: 100 - id,
  matured: 0,
  cameBack: 0,
  pickers,
})

const STORED: StoredProducts = {
  all: { buyers: 1000, matured: 0, cameBack: 0, pickers: 100 },
  windowDays: 60,
  // Three that draw far more than 1 in 10, and 37 that draw as the shop does.
  products: Array.from({ length: 40 }, (_, i) => product(i, i < 3 ? 60 : 8)),
  found: 40,
  seconds: 0,
  pairs: [],
}

describe('insights', () => {
  test('say how many products stand out of all that were compared, not of the most striking that are shown', () => {
    const { pickers } = insightsOf(STORED, 5)
    expect([pickers.rows.length, pickers.of]).toEqual([5, 40])
    expect(pickers.rows.slice(0, 3).every(({ pickers: share }) => share!.low > 0.4)).toBe(true)
    expect(pickers.standing).toEqual({ out: 3, compared: 40 })
  })

  test('compare with no share of the shop that nobody knows', () => {
    const { first, all } = insightsOf(STORED)
    expect(all.cameBack).toBeNull()
    expect(first.rows.every(({ cameBack }) => cameBack === null)).toBe(true)
    expect(first.standing).toEqual({ out: 0, compared: 0 })
  })

  test('tell what a group spends on of no fewer than 20 customers', () => {
    const stored: StoredCategories = {
      spent: [
        { by: 'new', customers: 20, minor: 1000 },
        { by: 'loyal', customers: 19, minor: 9000 },
        { by: 'prospect', customers: 500, minor: 0 },
      ],
      categories: [
        { category: '1', title: 'Toner', by: 'new', minor: 250 },
        { category: '2', title: 'Masks', by: 'new', minor: 750 },
        { category: '1', title: 'Toner', by: 'loyal', minor: 9000 },
      ],
    }
    expect(spendersOf(stored, 'KRW')).toMatchObject([
      { by: 'new', categories: [{ title: 'Masks', share: 0.75 }, { title: 'Toner' }] },
    ])
  })
})

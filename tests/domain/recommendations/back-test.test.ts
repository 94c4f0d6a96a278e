import { describe, expect, test } from 'vitest'
import { backTest, gainOf, leaveOut } from '#app/domain/recommendations/back-test.ts'
import { allOf, boughtBy } from '#app/domain/recommendations/baskets.ts'
import { choose, isClearlyBetter, learn } from '#app/domain/recommendations/choice.ts'
import { learned, popularity } from '#app/domain/recommendations/models.ts'
import { salesOf, scoresOf, seasonAt, weightsOf } from '#app/domain/recommendations/taste.ts'
import { togetherOf } from '#app/domain/recommendations/together.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { baskets, shopOfHits, shopOfTastes } from './shops.ts'

const PLAIN = { halfLifeBaskets: null, isSeasonal: false }

describe('leaving the last basket out', () => {
  const shop = baskets([
    [[0], [1], [0, 2, 3]],
    [[0], [1]],
    [[0], [1], [1]],
    [[4], [0], [1], [2]],
  ])

  test('is done for those with three baskets and something new in the last one', () => {
    const { known, leftOut } = leaveOut(shop)
    expect([...known.counts]).toEqual([2, 2, 2, 3])
    expect(leftOut.map(({ customer, wanted }) => [customer, [...wanted]])).toEqual([
      [0, [2, 3]],
      [3, [2]],
    ])
  })

  test('one basket earlier nobody knows what the last one held', () => {
    const { known, leftOut } = leaveOut(shop, 1)
    expect([...known.counts]).toEqual([2, 2, 2, 2])
    expect(leftOut.map(({ customer, wanted }) => [customer, [...wanted]])).toEqual([[3, [1]]])
    expect([...boughtBy(known, 3)]).toEqual([4, 0])
  })
})

describe('the figures', () => {
  test('of three wanted, found at places 1 and 3, are the ones on paper', () => {
    const { found, ndcg } = gainOf([7, 1, 8, 2], new Set([7, 8, 9]))
    expect(found).toBe(2)
    expect(ndcg).toBeCloseTo(0.7039, 4)
  })

  test('of popularity are those of the products that are not theirs yet', () => {
    // 0 is the most bought, but the one tested has it.
    const test = leaveOut(
      baskets([
        [[0], [1], [2]],
        [[0], [2]],
        [[0], [2]],
      ]),
    )
    const { recall10, ndcg10, hit10 } = learned(backTest(test, popularity(learned(togetherOf(test.known))), PLAIN))
    expect({ recall10, ndcg10, hit10 }).toEqual({ recall10: 1, ndcg10: 1, hit10: 1 })
  })
})

describe('a history', () => {
  test('counts what was bought last most', () => {
    const known = allOf(baskets([[[0, 1], [2], [1]]]))
    expect([...weightsOf(known, 0, { halfLifeBaskets: 2, isSeasonal: false })]).toEqual([
      [0, 0.5],
      [1, 1],
      [2, expect.closeTo(Math.SQRT1_2, 12)],
    ])
  })

  test('knows no season but what had been sold by then', () => {
    const days = [...Array.from({ length: 48 }, (_, at) => (at * 270) / 48), ...Array<number>(12).fill(285)]
    const sold = {
      starts: Float64Array.of(0, 61),
      at: Float64Array.from([...days, 301], (day) => day * DAY_MS),
      firstAt: 0,
    }
    expect(seasonAt(sold, 300 * DAY_MS, new Float64Array(1))[0]).toBeCloseTo(17 / 11, 10)
  })

  test('a season lifts what is liked and nothing else', () => {
    const known = allOf(shopOfTastes(3))
    const model = popularity(learned(togetherOf(known)))
    const season = seasonAt(salesOf(known), 10 * DAY_MS, new Float64Array(40))
    const weights = weightsOf(known, 0, PLAIN)
    const plain = scoresOf(model, weights, null, new Float64Array(40))
    const lifted = scoresOf(model, weights, season, new Float64Array(40))
    for (const [at, score] of plain.entries()) expect(lifted[at]).toBeCloseTo(score * season[at]!, 8)
  })
})

describe('the choice', () => {
  test('is the model where customers have tastes of their own', () => {
    const choice = learned(choose(shopOfTastes(1)))
    expect(choice).toMatchObject({ because: 'better' })
    expect(choice.model).not.toBe('popularity')
    expect(choice.figures![choice.model].ndcg10).toBeGreaterThan(2 * choice.figures!.popularity.ndcg10)
  })

  test.each([1, 2, 3, 4, 5, 6])('is popularity where everybody buys the same few (%i)', (seed) => {
    expect(learned(choose(shopOfHits(seed)))).toMatchObject({ model: 'popularity', because: 'not-better' })
  })

  test('is popularity, untested, where few have come three times', () => {
    expect(learned(choose(shopOfTastes(1, 40)))).toMatchObject({ model: 'popularity', because: 'few', figures: null })
  })

  test('takes a difference that may be chance for none', () => {
    expect(isClearlyBetter(Float64Array.of(1, 1, 1, 0), new Float64Array(4))).toBe(true)
    expect(isClearlyBetter(Float64Array.of(1, 1, 0, 0), new Float64Array(4))).toBe(false)
    expect(isClearlyBetter(Float64Array.of(1, 0, 0, 0), Float64Array.of(0, 0, 0, 0.5))).toBe(false)
    expect(isClearlyBetter(new Float64Array(4), new Float64Array(4))).toBe(false)
  })

  test('is learned from everything', () => {
    const shop = shopOfTastes(1)
    const { model } = learned(learn(shop, { model: 'ease', lambda: 200 }))
    const scores = scoresOf(model, new Map([[3, 1]]), null, new Float64Array(40))
    const mean = (from: number, to: number) => scores.slice(from, to).reduce((sum, one) => sum + one, 0) / (to - from)
    expect(mean(0, 10)).toBeGreaterThan(5 * Math.abs(mean(10, 40)))
  })
})

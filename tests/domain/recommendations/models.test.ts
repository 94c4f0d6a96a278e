import { describe, expect, test } from 'vitest'
import { allOf } from '#app/domain/recommendations/baskets.ts'
import { invert } from '#app/domain/recommendations/invert.ts'
import { cosine, ease, easeNearby, learned, popularity, topOf, type Model } from '#app/domain/recommendations/models.ts'
import { togetherOf } from '#app/domain/recommendations/together.ts'
import { chanceFrom } from '#tests/shop/chance.ts'
import { baskets, shopOfTastes } from './shops.ts'

/** What one product says of all the others. */
function rowOf(model: Model, product: number): number[] {
  const scores = new Float64Array(model.products)
  model.addScores(product, scores, 1)
  return [...scores]
}

describe('the inverse', () => {
  test('of two by two is the one on paper', () => {
    const matrix = Float64Array.of(4, 2, 2, 3)
    learned(invert(matrix, 2))
    expect([...matrix]).toEqual([0.375, -0.25, -0.25, 0.5].map((value) => expect.closeTo(value, 12)))
  })

  test.each([1, 3, 63, 64, 65, 131])('of a matrix of %i rows, times the matrix, is the identity', (size) => {
    const random = chanceFrom(`matrix ${size}`)
    const rows = Array.from({ length: 3 * size }, () => Array.from({ length: size }, () => (random() < 0.2 ? 1 : 0)))
    const matrix = new Float64Array(size * size)
    for (const row of rows)
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j]! += row[i]! * row[j]!
    for (let i = 0; i < size; i++) matrix[i * size + i]! += 3
    const inverse = matrix.slice()
    learned(invert(inverse, size))
    let worst = 0
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        let sum = 0
        for (let k = 0; k < size; k++) sum += matrix[i * size + k]! * inverse[k * size + j]!
        worst = Math.max(worst, Math.abs(sum - (i === j ? 1 : 0)))
      }
    expect(worst).toBeLessThan(1e-10)
  })

  test('of a matrix that has none is refused', () => {
    expect(() => learned(invert(Float64Array.of(1, 2, 2, 1), 2))).toThrow(/pivot 1/)
  })
})

describe('products bought by the same customers', () => {
  test('are counted once a customer, however often they bought', () => {
    const { times, others, counts } = learned(
      togetherOf(
        allOf(
          baskets([
            [[1, 0], [1]],
            [[0], [2, 1]],
          ]),
        ),
      ),
    )
    expect([...times]).toEqual([2, 2, 1])
    const of = (product: number) =>
      Object.fromEntries([...others[product]!].map((other, at) => [other, counts[product]![at]]))
    expect([0, 1, 2].map(of)).toEqual([{ 1: 2, 2: 1 }, { 2: 1 }, {}])
  })
})

describe('the models', () => {
  const two = learned(togetherOf(allOf(baskets([[[0, 1]], [[0, 1]], [[0]], [[1]]]))))

  test('EASE of two products is the one on paper', () => {
    expect(rowOf(learned(ease(two, 1)), 0)).toEqual([0, expect.closeTo(0.5, 12)])
  })

  test('EASE solves the regression of each product on all others', () => {
    const together = learned(togetherOf(allOf(shopOfTastes(7))))
    const { times, others, counts } = together
    const products = times.length
    const both = (one: number, other: number) => {
      const [first, second] = [Math.min(one, other), Math.max(one, other)]
      return counts[first]![others[first]!.indexOf(second)] ?? 0
    }
    const model = learned(ease(together, 5))
    const weights = Array.from({ length: products }, (_, product) => rowOf(model, product))
    // Of each target: (G + λI) w = G_target, over all products but the target.
    for (let target = 0; target < products; target++)
      for (let row = 0; row < products; row++) {
        if (row === target) continue
        let left = (times[row]! + 5) * weights[row]![target]!
        for (let other = 0; other < products; other++)
          if (other !== row && other !== target) left += both(row, other) * weights[other]![target]!
        expect(left).toBeCloseTo(both(row, target), 8)
      }
  })

  test('EASE from nearby products is EASE where all of them are nearby', () => {
    const together = learned(togetherOf(allOf(shopOfTastes(7))))
    const [dense, nearby] = [learned(ease(together, 5)), learned(easeNearby(together, 5, 1000))]
    for (let product = 0; product < together.times.length; product++) {
      const [one, other] = [rowOf(dense, product), rowOf(nearby, product)]
      for (const [at, weight] of one.entries()) expect(other[at]).toBeCloseTo(weight, 8)
    }
  })

  test('cosine is shrunk and keeps the closest only', () => {
    const together = learned(togetherOf(allOf(baskets([[[0, 1]], [[0, 1]], [[0, 2]], [[1]]]))))
    expect(rowOf(learned(cosine(together, { h: 1, k: 1 })), 0)).toEqual([0, expect.closeTo(2 / (3 + 1), 12), 0])
  })

  test('popularity says the same of everything', () => {
    expect(rowOf(popularity(two), 1)).toEqual([3, 3])
  })
})

test('the best come first, equal ones by position, and what is out is out', () => {
  expect(topOf(Float64Array.of(1, 5, 3, 5, 4), 3, (product) => product === 4)).toEqual([1, 3, 2])
  expect(topOf(Float64Array.of(1), 3, () => false)).toEqual([0])
})

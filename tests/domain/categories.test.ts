import { describe, expect, test } from 'vitest'
import { areCategories } from '#app/domain/categories.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const shelf = (products: number[], handle = 'care') => ({ handle, products })

describe('a collection stands for a category', () => {
  test('if it holds something, and less than 80 % of the shop’s products', () => {
    expect(areCategories([shelf(upTo(8)), shelf(upTo(7)), shelf([])], 10)).toEqual([false, true, false])
  })

  test('never as the front page', () => {
    expect(areCategories([shelf([1, 2], 'frontpage'), shelf([1, 2])], 10)).toEqual([false, true])
  })

  test('also where few products are in any collection at all', () => {
    expect(areCategories([shelf([1, 2, 3])], 500)).toEqual([true])
    expect(areCategories([shelf([1, 2, 3])], 3)).toEqual([false])
  })

  test('and what is in the collections counts where Shopify counts fewer', () => {
    expect(areCategories([shelf([1, 2]), shelf([3, 4])], 0)).toEqual([true, true])
  })
})

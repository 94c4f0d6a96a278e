import { describe, expect, test } from 'vitest'
import { besideShare, shareOf, shareOfEnough } from '#app/domain/interval.ts'

describe('the interval of a share', () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i among %i is as published', (count, of, low, high) => {
    const share = shareOf(count, of)
    expect(share.share).toBeCloseTo(count / of, 10)
    expect(share.low).toBeCloseTo(low, 4)
    expect(share.high).toBeCloseTo(high, 4)
  })

  test('of all is as wide as that of none, and never leaves 0 to 1', () => {
    for (const of of [1, 20, 1000]) {
      const [none, all] = [shareOf(0, of), shareOf(of, of)]
      expect([none.low, all.high]).toEqual([0, 1])
      expect(all.low).toBeCloseTo(1 - none.high, 10)
    }
  })

  test('is not said of fewer than 20', () => {
    expect([shareOfEnough(3, 19), shareOfEnough(0, 0)]).toEqual([null, null])
    expect(shareOfEnough(3, 20)!.share).toBe(0.15)
  })

  test('lies above or below a known share only as a whole', () => {
    const share = shareOf(15, 148)
    expect([0.05, 0.07, 0.15, 0.17].map((known) => besideShare(share, known))).toEqual([
      'above',
      'alike',
      'alike',
      'below',
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { armOf, fnv1a, textOf } from '#app/domain/rewards/arms.ts'

const PEOPLE = Array.from({ length: 100_000 }, (_, i) => String(7_000_000_000 + i))
/** Within four standard deviations of a binomial share. */
function isWithin(count: number, of: number, share: number): boolean {
  return Math.abs(count - of * share) <= 4 * Math.sqrt(of * share * (1 - share))
}

describe('arms', () => {
  test('hash as published', () => {
    expect(['', 'a', 'foobar'].map(fnv1a)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
  })

  test.each([1, 10, 50])('%i % are compared, within binomial bounds, in every block of neighbouring ids', (percent) => {
    const compared = PEOPLE.map((person) => armOf(1, 1, person, percent) === 'comparison')
    expect(isWithin(compared.filter(Boolean).length, PEOPLE.length, percent / 100)).toBe(true)
    for (let from = 0; from < PEOPLE.length; from += 10_000)
      expect(isWithin(compared.slice(from, from + 10_000).filter(Boolean).length, 10_000, percent / 100)).toBe(true)
  })

  test('at 0 % nobody is', () => {
    expect(PEOPLE.some((person) => armOf(1, 1, person, 0) === 'comparison')).toBe(false)
  })

  test('who is compared in one reward is so in another, or in another shop, only by chance', () => {
    const inFirst = PEOPLE.filter((person) => armOf(1, 1, person, 10) === 'comparison')
    for (const [shop, reward] of [
      [1, 2],
      [2, 1],
      [11, 1],
      [1, 11],
    ] as const) {
      const inBoth = inFirst.filter((person) => armOf(shop, reward, person, 10) === 'comparison').length
      expect(isWithin(inBoth, inFirst.length, 0.1), `shop ${shop}, reward ${reward}`).toBe(true)
    }
  })

  test('a higher share takes more people and leaves those who were compared where they are', () => {
    const moved = PEOPLE.filter(
      (person) => armOf(1, 1, person, 10) === 'comparison' && armOf(1, 1, person, 20) === 'reward',
    )
    expect(moved).toEqual([])
  })

  test('two texts are read by half each, in both arms; one text by all', () => {
    for (const arm of ['comparison', 'reward']) {
      const inArm = PEOPLE.filter((person) => armOf(1, 1, person, 10) === arm)
      const second = inArm.filter((person) => textOf(1, 1, person, 2) === 1).length
      expect(isWithin(second, inArm.length, 0.5)).toBe(true)
    }
    expect(PEOPLE.some((person) => textOf(1, 1, person, 1) === 1)).toBe(false)
  })
})

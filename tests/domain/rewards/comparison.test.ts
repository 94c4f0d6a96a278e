import { describe, expect, test } from 'vitest'
import { armOf } from '#app/domain/rewards/arms.ts'
import { comparisonOutlook, peopleNeeded, sampleRatio } from '#app/domain/rewards/comparison.ts'

describe('how people were divided', () => {
  test.each([
    [[1000, 1100], 0.029096],
    [[821588, 815482], 1.82179e-6],
    [[500, 620], 0.000336194],
    [[1000, 1000, 1120], 0.0098984],
  ])('%o in equal shares has the published p', (counts, p) => {
    const shares = counts.map(() => 1 / counts.length)
    expect(sampleRatio(counts, shares).p / p).toBeCloseTo(1, 4)
  })

  test('nobody, one arm, and an arm that was planned empty are no alarm; people in it are', () => {
    expect(sampleRatio([0, 0], [0.9, 0.1])).toEqual({ p: 1, isOff: false })
    expect(sampleRatio([500, 0], [1, 0])).toEqual({ p: 1, isOff: false })
    expect(sampleRatio([500, 1], [1, 0])).toEqual({ p: 0, isOff: true })
  })

  test('a split as it is made raises no alarm, one that loses a fifth of an arm does', () => {
    const people = Array.from({ length: 20_000 }, (_, i) => String(9_000_000 + i))
    for (let reward = 1; reward <= 20; reward += 1) {
      const compared = people.filter((person) => armOf(3, reward, person, 10) === 'comparison').length
      expect(sampleRatio([people.length - compared, compared], [0.9, 0.1]).isOff, `reward ${reward}`).toBe(false)
      const lost = Math.round(compared * 0.8)
      expect(sampleRatio([people.length - compared, lost], [0.9, 0.1]).isOff, `reward ${reward}`).toBe(true)
    }
  })
})

describe('how many an answer needs', () => {
  test.each([
    [0.2, 0.05, 1030],
    [0.2, 0.02, 6347],
    [0.05, 0.01, 7663],
    [0.03, 0.003, 51486],
    [0.1, 0.01, 14313],
  ])('%f and %f more: %i per arm, as published to the nearest', (share, difference, published) => {
    expect(Math.abs(peopleNeeded(share, difference) - published)).toBeLessThanOrEqual(1)
  })

  test('beside a larger arm fewer are needed, down to about half', () => {
    const equal = peopleNeeded(0.2, 0.04)
    expect(peopleNeeded(0.2, 0.04, 9)).toBe(876)
    expect(peopleNeeded(0.2, 0.04, 1e9) / equal).toBeCloseTo(0.49, 2)
  })

  test('at the pace so far it takes so many weeks more', () => {
    expect(comparisonOutlook(10, { people: 300, bought: 60 }, 10)).toEqual({ kind: 'weeks', weeks: 20 })
    expect(comparisonOutlook(10, { people: 876, bought: 175 }, 30)).toEqual({ kind: 'weeks', weeks: 1 })
    expect(comparisonOutlook(10, { people: 900, bought: 180 }, 30)).toEqual({ kind: 'enough' })
  })

  test('where nobody is compared it is never known; where few are, or none bought, nothing is said', () => {
    expect(comparisonOutlook(0, { people: 0, bought: 0 }, 10)).toEqual({ kind: 'none' })
    expect(comparisonOutlook(10, { people: 49, bought: 20 }, 10)).toEqual({ kind: 'unknown' })
    expect(comparisonOutlook(10, { people: 400, bought: 0 }, 10)).toEqual({ kind: 'unknown' })
    expect(comparisonOutlook(10, { people: 400, bought: 390 }, 10)).toEqual({ kind: 'unknown' })
    expect(comparisonOutlook(10, { people: 400, bought: 80 }, 0)).toEqual({ kind: 'unknown' })
  })
})

import { describe, expect, test } from 'vitest'
import {
  CHERRY_PATTERNS,
  cherryPatternOf,
  cherrySignsOf,
  fitCherryMixture,
  pickerShare,
  pickerShares,
  signsOfPattern,
  type CherrySigns,
} from '#app/domain/cherry-mixture.ts'
import { measurePeople } from '#app/domain/cherry-measures.ts'
import { cherryTierOf, familiesOf, type CherryFacts, type CherryTier } from '#app/domain/cherry-picker.ts'
import { emptyCherryFacts } from '#app/domain/standings.ts'
import { DEFAULT_ORDER_RULE } from '#app/domain/order.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { DEFAULT_THRESHOLDS } from '#app/domain/stages.ts'
import { chanceFrom } from '#tests/shop/chance.ts'

const NOBODY = emptyCherryFacts()
const HABIT = { dealLines: 12, dealDiscounted: 12, dealExpected: 3, dealVariance: 2 }
const HONEST: CherrySigns[] = [
  [0, 0, 0, 0],
  [1, null, 0, 0],
  [0, 5, 0, 0],
  [1, 10, 0, 0],
]
const PICKERS: CherrySigns[] = [
  [1, 34, 0, 0],
  [1, 34, 1, 0],
  [1, 33, 0, 1],
  [1, null, 2, 0],
]

/** The pattern that reads as these signs. */
const PATTERNS = new Map(
  Array.from({ length: CHERRY_PATTERNS }, (_, pattern) => [signsOfPattern(pattern).join(), pattern]),
)

/** People drawn from two types whose signs are known, counted by pattern. */
function crowd(count: number, pickers: number): Int32Array {
  const random = chanceFrom('mixture')
  const people = new Int32Array(CHERRY_PATTERNS)
  for (let i = 0; i < count; i += 1) {
    const type = random() < pickers ? PICKERS : HONEST
    people[PATTERNS.get(type[Math.floor(random() * type.length)]!.join())!]! += 1
  }
  return people
}

describe('the mixture', () => {
  test('learns how common cherry-pickers are, and tells them from the others', () => {
    const [rare, common] = [0.03, 0.15].map((share) => fitCherryMixture(crowd(4_000, share))!)
    expect(rare!.baseShare).toBeGreaterThan(0.01)
    expect(rare!.baseShare).toBeLessThan(0.06)
    expect(common!.baseShare).toBeGreaterThan(0.08)
    expect(common!.baseShare).toBeLessThan(0.2)
    for (const signs of PICKERS) {
      expect(pickerShare(common!, signs)).toBeGreaterThan(0.4)
      expect(pickerShare(rare!, signs)).toBeLessThan(pickerShare(common!, signs))
    }
    for (const signs of HONEST) expect(pickerShare(common!, signs)).toBeLessThan(0.2)
  })
  test('ends', () => {
    expect(fitCherryMixture(crowd(1_000, 0.1))!.rounds).toBeLessThan(500)
  })
  test('says the same of a person as of their pattern', () => {
    const fit = fitCherryMixture(crowd(1_000, 0.1))!
    const facts = { ...NOBODY, recentOccasions: 3, first: 'with' as const, laterDiscounted: 2, benefitsUsed: 2 }
    expect(pickerShares(fit)(facts)).toBe(pickerShare(fit, cherrySignsOf(facts)))
    expect(pickerShares(null)(facts)).toBeNull()
  })
  test('a shop where everybody is honest makes nobody a cherry-picker', () => {
    const fit = fitCherryMixture(crowd(4_000, 0))!
    expect(fit.baseShare).toBeLessThan(0.03)
    for (const signs of HONEST) expect(pickerShare(fit, signs)).toBeLessThan(0.1)
  })
  test('nothing is learned of few people', () => {
    expect(fitCherryMixture(crowd(299, 0.1))).toBeNull()
  })
  test('signs that are not known change nothing', () => {
    const fit = fitCherryMixture(crowd(1_000, 0.1))!
    expect(pickerShare(fit, [null, null, null, null])).toBeCloseTo(fit.baseShare, 12)
  })
})

describe('the signs', () => {
  test.each<[string, Partial<CherryFacts>, CherrySigns]>([
    ['nobody gives none but that there was no second benefit and no stripping', {}, [null, null, 0, 0]],
    ['a first order with the benefit', { first: 'with', recentOccasions: 1, benefitsUsed: 1 }, [1, null, 0, 0]],
    ['later orders at full price', { first: 'without', recentOccasions: 4, dealLines: 4 }, [0, 0, 0, 0]],
    ['under half, half, the only one', { recentOccasions: 3, laterDiscounted: 1 }, [null, 5, 0, 0]],
    ['half', { recentOccasions: 4, laterDiscounted: 2 }, [null, 10, 0, 0]],
    ['the only one', { recentOccasions: 1, laterDiscounted: 1 }, [null, 15, 0, 0]],
    ['all of three with a habit', { recentOccasions: 3, laterDiscounted: 3, ...HABIT }, [null, 28, 0, 0]],
    ['a kit counts as a benefit', { benefitsUsed: 1, freeKits: 1 }, [null, null, 1, 0]],
    ['three', { benefitsUsed: 3 }, [null, null, 2, 0]],
    ['a cut order is stripping', { benefitCuts: 1 }, [null, null, 0, 1]],
  ])('%s', (_name, facts, expected) => {
    expect(cherrySignsOf({ ...NOBODY, ...facts })).toEqual(expected)
  })
  test('every pattern is of other signs', () => {
    expect(PATTERNS.size).toBe(CHERRY_PATTERNS)
    expect(cherryPatternOf(NOBODY)).toBe(PATTERNS.get([null, null, 0, 0].join()))
  })
})

describe('the tier of a person', () => {
  test.each<[string, Partial<CherryFacts>, number | null, CherryTier]>([
    [
      'two benefits by linked accounts are confirmed',
      { profilesWithBenefit: 2, benefitsUsed: 2, recentOccasions: 2 },
      0.1,
      'confirmed',
    ],
    ['two on one account are not', { profilesWithBenefit: 1, benefitsUsed: 2, recentOccasions: 2 }, 0.99, 'possible'],
    ['a habit that is sure, and the posterior', { recentOccasions: 3, ...HABIT }, 0.7, 'likely'],
    ['without the posterior it is possible', { recentOccasions: 3, ...HABIT }, 0.69, 'possible'],
    ['two families', { recentOccasions: 2, benefitsUsed: 2, benefitAttempts: 1 }, 0.8, 'likely'],
    ['money lost is a family', { recentOccasions: 2, benefitsUsed: 2, laterContributionMinor: -1 }, 0.8, 'likely'],
    ['the posterior alone is nothing', { recentOccasions: 5 }, 0.99, 'none'],
    [
      'one occasion without an attempt is never likely',
      { recentOccasions: 1, benefitsUsed: 2, ...HABIT },
      0.99,
      'possible',
    ],
    [
      'without a mixture the rule without one holds',
      { recentOccasions: 3, ...HABIT, fullPriceOccasions: 1 },
      null,
      'possible',
    ],
    ['which also makes likely', { recentOccasions: 3, ...HABIT }, null, 'likely'],
    ['a business is none', { isBusiness: true, profilesWithBenefit: 3, recentOccasions: 3, ...HABIT }, 0.99, 'none'],
  ])('%s', (_name, facts, share, expected) => {
    expect(cherryTierOf({ ...NOBODY, ...facts }, DEFAULT_THRESHOLDS, share)).toBe(expected)
  })
  test('families that nobody knows do not hold', () => {
    expect(familiesOf(NOBODY, DEFAULT_THRESHOLDS)).toEqual({ habit: false, reuse: false, kept: false, spent: false })
    expect(familiesOf({ ...NOBODY, laterContributionMinor: 0 }, DEFAULT_THRESHOLDS).spent).toBe(false)
  })
})

test('a shop without orders has no people', () => {
  const { people, saleWeeks } = measurePeople([], {
    asOf: 0,
    calendar: shopCalendar('UTC', 0, 0),
    rule: DEFAULT_ORDER_RULE,
    currency: 'EUR',
    benefits: new Set(),
    personOf: (customer) => customer,
    cycleDays: 60,
    costs: null,
  })
  expect(people.size + saleWeeks.size).toBe(0)
})

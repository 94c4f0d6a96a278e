import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  benefitStateOf,
  cherryEvidenceOf,
  cherryTierOf,
  dealExpectation,
  dealProneness,
  familiesOf,
  isBenefitAttempt,
  isCountedDiscount,
  isFreeKit,
  isWatched,
  lowerBound,
} from '#app/domain/cherry-picker.ts'
import type { CherryFacts, CherryTier } from '#app/domain/cherry-picker.ts'
import { emptyCherryFacts } from '#app/domain/standings.ts'
import { DEFAULT_THRESHOLDS } from '#app/domain/stages.ts'

const NOBODY = emptyCherryFacts()
const NO_CHANCES = { chances: 0, ignored: 0 }
/** Twelve lines, all discounted where others mostly were not. */
const HABIT = { dealLines: 12, dealDiscounted: 12, dealExpected: 3, dealVariance: 2 }

describe('which discounts count', () => {
  test.each([
    ['a code that three buyers used that week was open to everyone', 'code:SPRING', 3, false, false, true],
    ['a code that two buyers used was not', 'code:SPRING', 2, false, false, false],
    ['a first-purchase benefit counts with a single buyer', 'code:WELCOME20', 1, true, false, true],
    ['what staff took off never counts', 'staff:Sorry', 40, false, false, false],
    ['not even as a benefit', 'staff:Sorry', 40, true, false, false],
    ['nothing counts on a business order', 'auto:Sale', 40, true, true, false],
  ])('%s', (_name, key, buyers, isBenefit, isBusiness, expected) => {
    expect(isCountedDiscount(key, buyers, isBenefit, isBusiness)).toBe(expected)
  })

  test.each([
    ['90 % of 20 uses is proposed', { key: 'code:A', uses: 20, firstUses: 18 }, 'proposed'],
    ['19 uses are too few', { key: 'code:A', uses: 19, firstUses: 19 }, 'other'],
    ['under 90 % is not', { key: 'code:A', uses: 100, firstUses: 89 }, 'other'],
    ['the merchant has the last word', { key: 'code:NO', uses: 100, firstUses: 100 }, 'declined'],
    ['also for what nobody would propose', { key: 'code:YES', uses: 1, firstUses: 0 }, 'confirmed'],
    ['a staff discount is never proposed', { key: 'staff:x', uses: 100, firstUses: 100 }, 'other'],
    ['a code named like a part of every object is just a code', { key: 'constructor', uses: 1, firstUses: 1 }, 'other'],
  ] as const)('%s', (_name, use, expected) => {
    expect(benefitStateOf(use, { 'code:NO': 'declined', 'code:YES': 'confirmed' })).toBe(expected)
  })
})

describe('orders that are evidence without being occasions', () => {
  const zero = {
    subtotalMinor: 0,
    discounts: [] as string[],
    cancelledAt: null,
    isTest: false,
    isBusiness: false,
    financialStatus: 'PAID',
  }
  test('an order of 0 value is a free kit unless staff made it, or it came to nothing', () => {
    expect(isFreeKit(zero, 1)).toBe(true)
    expect(isFreeKit({ ...zero, discounts: ['staff:Replacement'] }, 1)).toBe(false)
    expect(isFreeKit({ ...zero, cancelledAt: 5 }, 1)).toBe(false)
    expect(isFreeKit({ ...zero, isTest: true }, 1)).toBe(false)
    expect(isFreeKit({ ...zero, subtotalMinor: 1 }, 1)).toBe(false)
    expect(isFreeKit(zero, 0)).toBe(false)
  })
  test('a benefit order cancelled or fully refunded is an attempt', () => {
    expect(isBenefitAttempt({ ...zero, cancelledAt: 5 }, true)).toBe(true)
    expect(isBenefitAttempt({ ...zero, financialStatus: 'REFUNDED' }, true)).toBe(true)
    expect(isBenefitAttempt({ ...zero, financialStatus: 'PARTIALLY_REFUNDED' }, true)).toBe(false)
    expect(isBenefitAttempt({ ...zero, cancelledAt: 5 }, false)).toBe(false)
    expect(isBenefitAttempt({ ...zero, cancelledAt: 5, isBusiness: true }, true)).toBe(false)
  })
})

describe('deal proneness', () => {
  test('what is expected of a person is what the others did, drawn towards the shop', () => {
    expect(dealExpectation(11, 4, true, 0.2)).toBeCloseTo((3 + 1) / 15, 12)
    expect(dealExpectation(11, 4, false, 0.2)).toBeCloseTo((4 + 1) / 15, 12)
    expect(dealExpectation(1, 1, true, 0.2)).toBeCloseTo(0.2, 12)
  })
  test('known value: 12 lines all discounted, 3 expected', () => {
    expect(dealProneness(HABIT)).toBeCloseTo(9 / 17, 12)
    expect(lowerBound(HABIT)).toBeCloseTo(9 / 17 - (1.96 * Math.SQRT2) / 17, 12)
  })
  test('somebody like everyone has none, and no lines give none', () => {
    expect(dealProneness({ dealLines: 10, dealDiscounted: 5, dealExpected: 5, dealVariance: 2.5 })).toBe(0)
    expect(lowerBound(NOBODY)).toBe(0)
    expect(familiesOf(NOBODY, DEFAULT_THRESHOLDS)).toEqual({
      habit: false,
      reuse: false,
      kept: false,
      spent: false,
    })
  })
})

describe('the tier', () => {
  test.each<[string, Partial<CherryFacts>, CherryTier]>([
    ['nobody is one without evidence', { recentOccasions: 4 }, 'none'],
    ['one order with the welcome code is none', { recentOccasions: 1, benefitsUsed: 1 }, 'none'],
    ['two benefits alone are possible', { recentOccasions: 2, benefitsUsed: 2 }, 'possible'],
    ['a benefit and a free kit count together', { recentOccasions: 1, benefitsUsed: 1, freeKits: 1 }, 'possible'],
    [
      'two families and two occasions are likely',
      { recentOccasions: 2, benefitsUsed: 2, benefitAttempts: 1 },
      'likely',
    ],
    [
      'one occasion with an attempt and two families is likely',
      { recentOccasions: 1, benefitsUsed: 1, freeKits: 1, benefitAttempts: 1 },
      'likely',
    ],
    ['one occasion and no attempt is never likely', { recentOccasions: 1, ...HABIT, benefitsUsed: 2 }, 'possible'],
    [
      'a full-price occasion keeps it at possible',
      { recentOccasions: 3, ...HABIT, benefitsUsed: 2, fullPriceOccasions: 1 },
      'possible',
    ],
    ['three occasions, none at full price, with a habit are likely', { recentOccasions: 3, ...HABIT }, 'likely'],
    ['two of those are possible', { recentOccasions: 2, ...HABIT }, 'possible'],
    ['what came before the 24 months is no occasion of them', { n: 9, recentOccasions: 2, ...HABIT }, 'possible'],
    ['a business customer is none', { recentOccasions: 5, ...HABIT, benefitsUsed: 3, isBusiness: true }, 'none'],
  ])('%s', (_name, facts, expected) => {
    expect(cherryTierOf({ ...NOBODY, ...facts }, DEFAULT_THRESHOLDS, null)).toBe(expected)
  })

  test('whatever the facts and numbers, one occasion without an attempt is never likely, nor a full-price one without a mixture', () => {
    const facts = fc.record({
      n: fc.integer({ min: 0, max: 6 }),
      recentOccasions: fc.integer({ min: 0, max: 6 }),
      fullPriceOccasions: fc.integer({ min: 0, max: 2 }),
      dealLines: fc.integer({ min: 0, max: 40 }),
      dealDiscounted: fc.integer({ min: 0, max: 40 }),
      dealExpected: fc.double({ min: 0, max: 40, noNaN: true }),
      dealVariance: fc.double({ min: 0, max: 10, noNaN: true }),
      benefitsUsed: fc.integer({ min: 0, max: 4 }),
      freeKits: fc.integer({ min: 0, max: 2 }),
      benefitAttempts: fc.integer({ min: 0, max: 2 }),
      benefitCuts: fc.integer({ min: 0, max: 1 }),
      first: fc.constantFrom('unknown' as const, 'without' as const, 'with' as const),
      laterDiscounted: fc.integer({ min: 0, max: 3 }),
      profilesWithBenefit: fc.integer({ min: 0, max: 1 }),
      laterContributionMinor: fc.option(fc.integer({ min: -100, max: 100 })),
      isBusiness: fc.boolean(),
    })
    const thresholds = fc.record({
      cherryOccasions: fc.integer({ min: 1, max: 5 }),
      cherryBenefits: fc.integer({ min: 1, max: 4 }),
    })
    fc.assert(
      fc.property(facts, thresholds, fc.option(fc.double({ min: 0, max: 1, noNaN: true })), (each, numbers, share) => {
        const tier = cherryTierOf(each, numbers, share)
        if (tier !== 'likely') return
        expect(each.isBusiness).toBe(false)
        if (share === null) expect(each.fullPriceOccasions).toBe(0)
        else expect(share).toBeGreaterThanOrEqual(0.7)
        expect(each.recentOccasions + each.benefitAttempts).toBeGreaterThanOrEqual(2)
      }),
      { seed: 31, numRuns: 2000 },
    )
  })
})

test('the watch list holds who only used the benefit so far', () => {
  expect(isWatched({ ...NOBODY, n: 1, benefitsUsed: 1 })).toBe(true)
  expect(isWatched({ ...NOBODY, n: 2, benefitsUsed: 1 })).toBe(false)
  expect(isWatched({ ...NOBODY, n: 1 })).toBe(false)
  expect(isWatched({ ...NOBODY, n: 1, benefitsUsed: 1, benefitAttempts: 1 })).toBe(false)
})

test('the evidence list tells both sides and what was not counted', () => {
  const facts = { ...NOBODY, n: 2, recentOccasions: 2, ...HABIT, benefitsUsed: 2, benefitAttempts: 1 }
  const evidence = cherryEvidenceOf(
    facts,
    DEFAULT_THRESHOLDS,
    {
      counted: ['auto:Sale', 'code:WELCOME20'],
      benefits: ['code:WELCOME20', 'code:WELCOME20'],
      attempted: ['code:WELCOME20'],
      cut: [],
      notCounted: ['staff:Sorry'],
    },
    NO_CHANCES,
    'EUR',
  )
  expect(evidence).toEqual([
    { kind: 'discount-habit', speaksFor: true, count: 12, discounts: ['auto:Sale', 'code:WELCOME20'] },
    { kind: 'benefit-reused', speaksFor: true, count: 2, discounts: ['code:WELCOME20'] },
    { kind: 'benefit-cancelled', speaksFor: true, count: 1, discounts: ['code:WELCOME20'] },
    { kind: 'no-full-price-order', speaksFor: true, count: 2, discounts: [] },
    { kind: 'not-counted', speaksFor: false, count: 1, discounts: ['staff:Sorry'] },
  ])
  const against = cherryEvidenceOf(
    { ...NOBODY, n: 2, fullPriceOccasions: 2, dealLines: 3 },
    DEFAULT_THRESHOLDS,
    {
      counted: [],
      benefits: [],
      attempted: [],
      cut: [],
      notCounted: [],
    },
    NO_CHANCES,
    'EUR',
  )
  expect(against.every((line) => !line.speaksFor)).toBe(true)
})

test('the evidence tells what was ignored, cut, lost and used on several accounts, with its numbers', () => {
  const none = { counted: [], benefits: [], attempted: [], cut: ['code:WELCOME20'], notCounted: [] }
  const facts: CherryFacts = {
    ...NOBODY,
    first: 'with',
    recentOccasions: 4,
    benefitCuts: 1,
    profilesWithBenefit: 3,
    laterContributionMinor: -250,
  }
  const evidence = cherryEvidenceOf(facts, DEFAULT_THRESHOLDS, none, { chances: 5, ignored: 4 }, 'EUR')
  expect(evidence.filter((line) => line.speaksFor)).toEqual([
    { kind: 'chances-ignored', speaksFor: true, count: 4, of: 5, discounts: [] },
    { kind: 'benefit-on-accounts', speaksFor: true, count: 3, discounts: [] },
    { kind: 'benefit-cut', speaksFor: true, count: 1, discounts: ['code:WELCOME20'] },
    { kind: 'money-lost', speaksFor: true, count: 3, amount: { minor: 250, currency: 'EUR' }, discounts: [] },
    { kind: 'no-full-price-order', speaksFor: true, count: 4, discounts: [] },
  ])
  const good = cherryEvidenceOf(
    { ...facts, benefitCuts: 0, profilesWithBenefit: 1, laterContributionMinor: 250 },
    DEFAULT_THRESHOLDS,
    none,
    { chances: 5, ignored: 0 },
    'EUR',
  )
  expect(good.filter((line) => !line.speaksFor).map(({ kind, count }) => [kind, count])).toEqual([
    ['chances-taken', 5],
    ['money-left', 3],
  ])
})

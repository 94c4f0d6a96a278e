import fc from 'fast-check'
import { isPicker } from '#app/domain/cherry-picker.ts'
import { DAY_MS } from '#app/domain/order.ts'
import type { StoredPerson } from '#app/domain/rules/person.ts'
import {
  FLAGS,
  NUMBER_FEATURES,
  RFM_GROUPS,
  SPEND_TIERS,
  type Condition,
  type Rule,
  type RulesById,
} from '#app/domain/rules/rule.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { dayText } from '#app/domain/shop-calendar.ts'
import { STAGES } from '#app/domain/stages.ts'

/** The moment of these people. */
export const AS_OF = Date.UTC(2026, 9, 15, 3)

/** Spelled in several ways: Shopify takes them for the same tag. */
export const TAGS = ['VIP', 'vip', '단골', 'Été', 'ÉTÉ', 'E\u0301te\u0301', "o'clock", '100%_x', 'gone']
export const COUNTRIES = ['KR', 'US', 'CL']
/** What is in each collection; one that is deleted is in no shop. */
export const COLLECTIONS: Record<string, string[]> = { '901': ['1', '2'], '902': ['2', '3', '4'], '903': [] }
/** Choices of a survey; one is asked no more. */
export const CHOICES = [2, 3, 5, 9]
export const PRODUCTS = ['1', '2', '3', '4', '5', '77']

const LARGEST: Record<(typeof NUMBER_FEATURES)[number], number> = {
  orders: 6,
  'since-last-days': 400,
  'since-first-days': 500,
  'known-days': 500,
  'in-stage-days': 300,
  'average-gap-days': 90,
  'spent-12m': 6000,
  spent: 9000,
  'discount-percent': 100,
  'full-price-orders': 5,
  'benefits-used': 3,
  'visits-30d': 12,
  'since-visit-days': 90,
}

const number: fc.Arbitrary<Condition> = fc.constantFrom(...NUMBER_FEATURES).chain((feature) =>
  fc.record({
    kind: fc.constant('number' as const),
    feature: fc.constant(feature),
    op: fc.constantFrom('at-least' as const, 'at-most' as const, 'exactly' as const),
    value: fc.integer({ min: 0, max: LARGEST[feature] }),
  }),
)
const today = Math.floor(AS_OF / DAY_MS)
const date: fc.Arbitrary<Condition> = fc.record({
  kind: fc.constant('date' as const),
  feature: fc.constantFrom('first-order' as const, 'last-order' as const),
  op: fc.constantFrom('since' as const, 'before' as const),
  day: fc.integer({ min: today - 500, max: today + 2 }).map(dayText),
})

/** One condition of any kind; on a segment only where there are others. */
export function anyCondition(others: RulesById): fc.Arbitrary<Condition> {
  const kinds: fc.Arbitrary<Condition>[] = [
    number,
    number,
    number,
    date,
    fc.record({
      kind: fc.constant('stage' as const),
      stages: fc.uniqueArray(fc.constantFrom(...STAGES), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('flag' as const), flag: fc.constantFrom(...FLAGS) }),
    fc.record({ kind: fc.constant('consent' as const), channel: fc.constantFrom('email' as const, 'sms' as const) }),
    fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom(...TAGS) }),
    fc.record({
      kind: fc.constant('bought' as const),
      product: fc.constantFrom(...PRODUCTS),
      title: fc.constant('Toner'),
      withinDays: fc.option(fc.integer({ min: 1, max: 300 }), { nil: null }),
    }),
  ]
  const word = <F extends string, V extends string>(feature: F, values: readonly V[]) =>
    fc.record({
      kind: fc.constant('one-of' as const),
      feature: fc.constant(feature),
      values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
    })
  kinds.push(
    fc.oneof(
      word('rfm-group' as const, RFM_GROUPS.slice(0, 4)),
      word('spend-tier' as const, SPEND_TIERS),
      word('country' as const, [...COUNTRIES, 'ZZ']),
    ),
    fc.record({
      kind: fc.constant('bought-in' as const),
      collection: fc.constantFrom(...Object.keys(COLLECTIONS), '999'),
      title: fc.constant('Toners'),
      times: fc.integer({ min: 1, max: 4 }),
      withinDays: fc.option(fc.integer({ min: 1, max: 300 }), { nil: null }),
    }),
    fc.record({
      kind: fc.constant('interested-in' as const),
      collection: fc.constantFrom(...Object.keys(COLLECTIONS), '999'),
      title: fc.constant('Toners'),
    }),
    fc.record({ kind: fc.constant('left-checkout' as const), withinDays: fc.integer({ min: 1, max: 90 }) }),
    fc.record({
      kind: fc.constant('answered' as const),
      choice: fc.constantFrom(...CHOICES, 99),
      title: fc.constant('Your skin: dry'),
    }),
  )
  if (others.size > 0)
    kinds.push(fc.record({ kind: fc.constant('segment' as const), segment: fc.constantFrom(...others.keys(), 99) }))
  return fc.oneof(...kinds)
}

/** A whole rule, within the limits. */
export function anyRule(others: RulesById, depth = 3): fc.Arbitrary<Rule> {
  const condition: fc.Arbitrary<Rule> = anyCondition(others)
  if (depth === 0)
    return fc.oneof(
      condition,
      condition,
      condition.map((rule): Rule => ({ kind: 'not', rule })),
    )
  const inner = anyRule(others, depth - 1)
  const group = fc.record({
    kind: fc.constantFrom('all' as const, 'any' as const),
    rules: fc.array(inner, { minLength: 1, maxLength: 3 }),
  })
  return fc.oneof(
    condition,
    group,
    group,
    fc.oneof(group, condition).map((rule): Rule => ({ kind: 'not', rule })),
  )
}

const instant = (days: number) => AS_OF - Math.round(days * DAY_MS)

/** Somebody as the stages write them: what belongs together agrees. */
export const anyPerson: fc.Arbitrary<StoredPerson> = fc
  .record({
    n: fc.integer({ min: 0, max: 6 }),
    last: fc.double({ min: 0, max: 400, noNaN: true }),
    gap: fc.double({ min: 1, max: 90, noNaN: true }),
    net: fc.integer({ min: 0, max: 9000 }),
    net12: fc.integer({ min: 0, max: 6000 }),
    lines: fc.integer({ min: 1, max: 12 }),
    discounted: fc.integer({ min: 0, max: 12 }),
    fullPrice: fc.integer({ min: 0, max: 5 }),
    benefits: fc.integer({ min: 0, max: 3 }),
    late: fc.integer({ min: 0, max: 3 }),
    since: fc.double({ min: 0, max: 300, noNaN: true }),
    known: fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
    tier: fc.constantFrom('none' as const, 'possible' as const, 'likely' as const, 'confirmed' as const),
    flags: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    isBusiness: fc.boolean(),
    tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
    emailConsent: fc.constantFrom(null, 'SUBSCRIBED', 'NOT_SUBSCRIBED', 'PENDING'),
    smsConsent: fc.constantFrom(null, 'SUBSCRIBED', 'UNSUBSCRIBED'),
    bought: fc.uniqueArray(fc.constantFrom(...PRODUCTS), { maxLength: 3 }),
    boughtIn: fc.array(
      fc.record({
        collection: fc.constantFrom(...Object.keys(COLLECTIONS)),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 6 },
    ),
    rfmGroup: fc.constantFrom(null, ...RFM_GROUPS.slice(0, 4)),
    spendTier: fc.constantFrom(null, ...SPEND_TIERS),
    country: fc.constantFrom(null, ...COUNTRIES),
    checkout: fc.option(fc.double({ min: 0, max: 120, noNaN: true })),
    visits: fc.option(
      fc.record({
        count: fc.integer({ min: 0, max: 12 }),
        last: fc.double({ min: 0, max: 89, noNaN: true }),
        interests: fc.uniqueArray(fc.constantFrom(...Object.keys(COLLECTIONS)), { maxLength: 2 }),
      }),
    ),
    answers: fc.uniqueArray(fc.constantFrom(...CHOICES), { maxLength: 3 }),
  })
  .map((told): StoredPerson => {
    const lastAt = told.n === 0 ? null : instant(told.last)
    const firstAt = lastAt === null ? null : lastAt - Math.round((told.n - 1) * told.gap * DAY_MS)
    const more = told.n === 2 ? 'repeat' : 'loyal'
    const stage =
      told.n === 0
        ? 'prospect'
        : told.n === 1
          ? (['new', 'one-and-done'] as const)[told.late % 2]!
          : ([more, 'repeat', 'at-risk', 'lapsed'] as const)[told.late]!
    return {
      n: told.n,
      firstAt,
      lastAt,
      netMinor: told.n === 0 ? 0 : told.net,
      net12mMinor: told.n === 0 ? 0 : told.net12,
      dealLines: told.n === 0 ? 0 : told.lines,
      dealDiscounted: told.n === 0 ? 0 : Math.min(told.lines, told.discounted),
      fullPriceOccasions: Math.min(told.n, told.fullPrice),
      benefitsUsed: told.n === 0 ? 0 : told.benefits,
      stage,
      stageSince: instant(told.since),
      cherryPicker: told.isBusiness ? 'none' : told.tier,
      isBusiness: told.isBusiness,
      isWatched: told.n === 1 && told.benefits > 0,
      isVip: told.n >= 2 && !told.isBusiness && told.flags[0],
      buysInSales: told.n >= 3 && !told.isBusiness && !isPicker(told.tier) && told.flags[1],
      isRegular: told.n >= 4 && told.flags[2],
      createdAt: told.known === null ? null : instant(told.known),
      tags: new Set(told.tags.map(tagKeyOf)),
      emailConsent: told.emailConsent,
      smsConsent: told.smsConsent,
      boughtIn: new Map(
        Object.keys(COLLECTIONS).flatMap((collection) => {
          const theirs = told.n === 0 ? [] : told.boughtIn.filter((each) => each.collection === collection)
          const ats = theirs.map(({ at }) => Math.round(firstAt! + at * (lastAt! - firstAt!)))
          return ats.length > 0 ? [[collection, ats] as const] : []
        }),
      ),
      rfmGroup: told.rfmGroup,
      spendTier: told.spendTier,
      country: told.country,
      checkoutAt: told.checkout === null ? null : instant(told.checkout),
      visits30d: told.visits === null ? null : told.visits.count,
      visitAt: told.visits === null ? null : instant(told.visits.last),
      interests: new Set(told.visits?.interests ?? []),
      answers: new Set(told.answers),
      bought: new Map(told.n === 0 ? [] : told.bought.map((product) => [product, lastAt!])),
    }
  })

/** Two segments that rules may name, of which the second names the first. */
export const OTHERS: RulesById = new Map<number, Rule>([
  [
    1,
    {
      kind: 'any',
      rules: [
        { kind: 'stage', stages: ['at-risk', 'lapsed'] },
        { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 3000 },
      ],
    },
  ],
  [
    2,
    {
      kind: 'all',
      rules: [
        { kind: 'not', rule: { kind: 'segment', segment: 1 } },
        { kind: 'consent', channel: 'email' },
      ],
    },
  ],
])

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { evaluate, memberTest, withFact } from '#app/domain/rules/evaluate.ts'
import { personAt } from '#app/domain/rules/person.ts'
import {
  DEEPEST,
  MOST_CONDITIONS,
  needsWholeHistory,
  readRule,
  type Condition,
  type Rule,
} from '#app/domain/rules/rule.ts'
import { circleOf, reachOf } from '#app/domain/rules/trouble.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { AS_OF, OTHERS, anyPerson, anyRule } from './random.ts'

const calendar = shopCalendar('Asia/Seoul', AS_OF - 3000 * DAY_MS, AS_OF)
const person = anyPerson.map((stored) => personAt(stored, AS_OF, calendar, false))
const rule = anyRule(OTHERS)
const RUNS = { numRuns: 1000, seed: 20261122 }

const atLeast = (value: number): Condition => ({ kind: 'number', feature: 'orders', op: 'at-least', value })
const atMost = (value: number): Condition => ({ kind: 'number', feature: 'orders', op: 'at-most', value })
const all = (...rules: Rule[]): Rule => ({ kind: 'all', rules })
const any = (...rules: Rule[]): Rule => ({ kind: 'any', rules })
const boughtIn = (times: number, withinDays: number | null): Condition => ({
  kind: 'bought-in',
  collection: '9',
  title: 'Toners',
  times,
  withinDays,
})
const not = (each: Rule): Rule => ({ kind: 'not', rule: each })

function nested(depth: number): unknown {
  let inner: unknown = atLeast(1)
  for (let i = 0; i < depth; i += 1) inner = { kind: 'all', rules: [inner] }
  return inner
}

describe('reading a rule', () => {
  test.each([
    ['a group without a condition is empty', all(), 'rule-empty'],
    ['an empty group inside another one is empty', all(atLeast(1), any()), 'rule-empty'],
    ['five groups inside one another are too deep', nested(DEEPEST + 1), 'rule-deep'],
    ['a hundred thousand of them are too deep, and break nothing', nested(100_000), 'rule-deep'],
    ['three times not is more than anybody means', not(not(not(atLeast(1)))), 'rule-deep'],
    ['31 conditions are too many', all(...Array.from({ length: MOST_CONDITIONS + 1 }, () => atLeast(1))), 'rule-large'],
    [
      '31 conditions in two groups are too many',
      all(any(...Array.from({ length: 16 }, () => atLeast(1))), any(...Array.from({ length: 15 }, () => atLeast(1)))),
      'rule-large',
    ],
    ['nothing is no rule', null, 'rule-shape'],
    ['an unknown feature is no rule', { kind: 'number', feature: 'age', op: 'at-least', value: 3 }, 'rule-shape'],
    ['a part of an order is no rule', { ...atLeast(1), value: 1.5 }, 'rule-shape'],
    [
      'the 30th of February is no day',
      { kind: 'date', feature: 'last-order', op: 'since', day: '2026-02-30' },
      'rule-shape',
    ],
    [
      'a word that Shopify does not have is no rule',
      { kind: 'one-of', feature: 'rfm-group', values: ['VIP'] },
      'rule-shape',
    ],
    ['a country has two letters', { kind: 'one-of', feature: 'country', values: ['KOREA'] }, 'rule-shape'],
    ['no country at all is no rule', { kind: 'one-of', feature: 'country', values: [] }, 'rule-shape'],
    ['Shopify keeps no checkout for longer than 90 days', { kind: 'left-checkout', withinDays: 91 }, 'rule-shape'],
    ['a tag with a comma is no tag', { kind: 'tag', tag: 'a,b' }, 'rule-shape'],
    ['a group of nothing that can be listed is no rule', { kind: 'all', rules: 'x' }, 'rule-shape'],
  ])('%s', (_name, sent, fault) => {
    expect(() => readRule(sent)).toThrow(expect.objectContaining({ fields: { rule: fault } }))
  })

  test('what is within the limits is read as it was sent', () => {
    expect(readRule(nested(DEEPEST))).toEqual(nested(DEEPEST))
    fc.assert(
      fc.property(rule, (sent) => {
        const text = JSON.stringify(sent)
        expect(readRule(JSON.parse(text))).toEqual(JSON.parse(text.normalize('NFC')))
      }),
      { ...RUNS, numRuns: 300 },
    )
  })
})

describe('evaluating', () => {
  const buyer = {
    n: 3,
    firstAt: AS_OF - 100 * DAY_MS,
    lastAt: AS_OF - 20 * DAY_MS,
    netMinor: 9000,
    net12mMinor: 9000,
    dealLines: 3,
    dealDiscounted: 2,
    fullPriceOccasions: 1,
    benefitsUsed: 0,
    stage: 'loyal' as const,
    stageSince: AS_OF - 20 * DAY_MS,
    cherryPicker: 'none' as const,
    isBusiness: false,
    isWatched: false,
    isVip: false,
    buysInSales: false,
    isRegular: false,
    createdAt: AS_OF - 101 * DAY_MS,
    tags: new Set(['vip']),
    emailConsent: 'SUBSCRIBED',
    smsConsent: null,
    bought: new Map([['7', AS_OF - 20 * DAY_MS]]),
    boughtIn: new Map([['9', [AS_OF - 20 * DAY_MS, AS_OF - 100 * DAY_MS]]]),
    rfmGroup: 'LOYAL',
    spendTier: 'HIGH',
    country: 'KR',
    checkoutAt: AS_OF - 5 * DAY_MS,
    visits30d: 3,
    visitAt: AS_OF - 2 * DAY_MS,
    interests: new Set(['901']),
    answers: new Set([5, 6]),
  }
  const holds = (each: Condition, stored: typeof buyer = buyer) =>
    memberTest(each, OTHERS)(personAt(stored, AS_OF, calendar, false))

  test.each<[string, Condition, boolean]>([
    ['20 days ago is at least 20', { kind: 'number', feature: 'since-last-days', op: 'at-least', value: 20 }, true],
    ['and not at least 21', { kind: 'number', feature: 'since-last-days', op: 'at-least', value: 21 }, false],
    [
      'three orders in 80 days are 40 apart',
      { kind: 'number', feature: 'average-gap-days', op: 'exactly', value: 40 },
      true,
    ],
    [
      'two of three lines are 66 percent',
      { kind: 'number', feature: 'discount-percent', op: 'exactly', value: 66 },
      true,
    ],
    ['and so at most 66', { kind: 'number', feature: 'discount-percent', op: 'at-most', value: 66 }, true],
    ['a tag in another case is the same tag', { kind: 'tag', tag: 'vip' }, true],
    ['20 days ago is not within 20 days', { kind: 'bought', product: '7', title: '', withinDays: 20 }, false],
    ['but within 21', { kind: 'bought', product: '7', title: '', withinDays: 21 }, true],
    [
      'the last order was since its own day',
      { kind: 'date', feature: 'last-order', op: 'since', day: '2026-09-25' },
      true,
    ],
    ['and not before it', { kind: 'date', feature: 'last-order', op: 'before', day: '2026-09-25' }, false],
    ['no answer about text messages is no yes', { kind: 'consent', channel: 'sms' }, false],
    ['two orders from a collection are two', boughtIn(2, null), true],
    ['and not three', boughtIn(3, null), false],
    ['one of them is within 21 days', boughtIn(1, 21), true],
    ['and none within 20', boughtIn(1, 20), false],
    ['within 101 days there are two again', boughtIn(2, 101), true],
    ['5 days ago is not within 5 days', { kind: 'left-checkout', withinDays: 5 }, false],
    ['but within 6', { kind: 'left-checkout', withinDays: 6 }, true],
    ['three visits are exactly three', { kind: 'number', feature: 'visits-30d', op: 'exactly', value: 3 }, true],
    [
      'a visit 2 days ago is not at most 1 day ago',
      { kind: 'number', feature: 'since-visit-days', op: 'at-most', value: 1 },
      false,
    ],
    [
      'a category that they looked at most is one of interest',
      { kind: 'interested-in', collection: '901', title: 'Toners' },
      true,
    ],
    ['another is not', { kind: 'interested-in', collection: '902', title: 'Creams' }, false],
    ['one of several groups is enough', { kind: 'one-of', feature: 'rfm-group', values: ['CHAMPIONS', 'LOYAL'] }, true],
    ['another country is not this one', { kind: 'one-of', feature: 'country', values: ['US'] }, false],
    ['a segment that is there no more holds nobody', { kind: 'segment', segment: 99 }, false],
  ])('%s', (_name, condition, expected) => {
    expect(holds(condition)).toBe(expected)
  })

  test('of whom no visits are known, no condition on visits holds', () => {
    const unknown = { ...buyer, visits30d: null, visitAt: null, interests: new Set() } as unknown as typeof buyer
    for (const feature of ['visits-30d', 'since-visit-days'] as const)
      for (const op of ['at-least', 'at-most'] as const)
        expect(holds({ kind: 'number', feature, op, value: 0 }, unknown)).toBe(false)
    expect(holds({ kind: 'interested-in', collection: '901', title: '' }, unknown)).toBe(false)
  })

  test('a checkout after which they ordered was not left', () => {
    const left: Condition = { kind: 'left-checkout', withinDays: 30 }
    expect(holds(left, { ...buyer, checkoutAt: buyer.lastAt - 1 })).toBe(false)
    expect(holds(left, { ...buyer, checkoutAt: buyer.lastAt + 1 })).toBe(true)
    const visitor = { ...buyer, n: 0, firstAt: null, lastAt: null, stage: 'prospect' } as unknown as typeof buyer
    expect(holds(left, visitor)).toBe(true)
  })

  test('who never ordered is neither long ago nor lately, and so is outside of both', () => {
    const nobody = { ...buyer, n: 0, firstAt: null, lastAt: null, stage: 'prospect' } as unknown as typeof buyer
    const long: Condition = { kind: 'number', feature: 'since-last-days', op: 'at-least', value: 0 }
    const lately: Condition = { kind: 'number', feature: 'since-last-days', op: 'at-most', value: 1000 }
    expect([holds(long, nobody), holds(lately, nobody)]).toEqual([false, false])
    const inside = memberTest(all(not(long), not(lately)), OTHERS)
    expect(inside(personAt(nobody, AS_OF, calendar, false))).toBe(true)
  })

  test('where Shopify hides older orders, nothing that rests on all of them holds', () => {
    fc.assert(
      fc.property(rule, anyPerson, (each, stored) => {
        if (each.kind === 'all' || each.kind === 'any' || each.kind === 'not' || !needsWholeHistory(each)) return
        expect(memberTest(each, OTHERS)(personAt(stored, AS_OF, calendar, true))).toBe(false)
      }),
      RUNS,
    )
  })

  test('not of not is the rule itself, and not is its opposite', () => {
    fc.assert(
      fc.property(rule, person, (each, one) => {
        const is = memberTest(each, OTHERS)(one)
        expect(memberTest(not(not(each)), OTHERS)(one)).toBe(is)
        expect(memberTest(not(each), OTHERS)(one)).toBe(!is)
      }),
      RUNS,
    )
  })

  test('the reason alone decides: whoever shares its facts shares the verdict', () => {
    fc.assert(
      fc.property(rule, person, person, (each, one, other) => {
        const { member, because } = evaluate(each, one, OTHERS)
        expect(because.length).toBeGreaterThan(0)
        if (because.some(({ condition }) => condition.kind === 'segment')) return
        const shares = because.every(({ condition, holds: is }) => memberTest(condition, OTHERS)(other) === is)
        if (shares) expect(memberTest(each, OTHERS)(other)).toBe(member)
        for (const fact of because) expect(memberTest(fact.condition, OTHERS)(one)).toBe(fact.holds)
      }),
      RUNS,
    )
  })

  test('doing what the reason says turns the verdict', () => {
    let told = 0
    fc.assert(
      fc.property(rule, person, (each, one) => {
        const { member, changes } = evaluate(each, one, OTHERS)
        for (const { condition, to } of changes) {
          told += 1
          expect(memberTest(each, OTHERS)(withFact(one, condition, to))).toBe(!member)
        }
      }),
      RUNS,
    )
    expect(told).toBeGreaterThan(500)
  })
})

describe('trouble', () => {
  test.each<[string, Rule, string]>([
    ['more than 3 orders and fewer than 2', all(atLeast(4), atMost(1)), 'nobody'],
    [
      'exactly two and not exactly two',
      all({ ...atLeast(2), op: 'exactly' } as Condition, not({ ...atLeast(2), op: 'exactly' } as Condition)),
      'nobody',
    ],
    ['two alternatives of which neither can be', all(any(atMost(1), atMost(2)), atLeast(3)), 'nobody'],
    ['new customers with two orders', all({ kind: 'stage', stages: ['new'] }, atLeast(2)), 'nobody'],
    [
      'no order, and one in the last month',
      all(atMost(0), { kind: 'number', feature: 'since-last-days', op: 'at-most', value: 30 }),
      'nobody',
    ],
    [
      'likely and not even possible',
      all({ kind: 'flag', flag: 'cherry-picker' }, not({ kind: 'flag', flag: 'cherry-picker-possible' })),
      'nobody',
    ],
    [
      'a tag and the same in another case not',
      all({ kind: 'tag', tag: 'VIP' }, not({ kind: 'tag', tag: 'vip' })),
      'nobody',
    ],
    [
      'bought in 10 days, and not in 20',
      all(
        { kind: 'bought', product: '1', title: '', withinDays: 10 },
        not({ kind: 'bought', product: '1', title: '', withinDays: 20 }),
      ),
      'nobody',
    ],
    [
      'a segment and what it rules out',
      all(
        { kind: 'segment', segment: 1 },
        { kind: 'stage', stages: ['new'] },
        { kind: 'number', feature: 'spent-12m', op: 'at-most', value: 10 },
      ),
      'nobody',
    ],
    ['three orders from a collection, and not two', all(boughtIn(3, 30), not(boughtIn(2, 30))), 'nobody'],
    ['a collection bought from, and no order', all(boughtIn(1, null), atMost(0)), 'nobody'],
    ['not bought from a collection, and no order', all(not(boughtIn(1, null)), atMost(0)), 'some'],
    [
      'in one country and in another',
      all(
        { kind: 'one-of', feature: 'country', values: ['KR', 'US'] },
        { kind: 'one-of', feature: 'country', values: ['CL'] },
      ),
      'nobody',
    ],
    [
      'in one of two countries, and in neither',
      all(
        { kind: 'one-of', feature: 'country', values: ['KR'] },
        not({ kind: 'one-of', feature: 'country', values: ['KR', 'US'] }),
      ),
      'nobody',
    ],
    ['in a country or not', any({ kind: 'one-of', feature: 'country', values: ['KR'] }, atLeast(1)), 'some'],
    [
      'left a checkout in 5 days, and not in 10',
      all({ kind: 'left-checkout', withinDays: 5 }, not({ kind: 'left-checkout', withinDays: 10 })),
      'nobody',
    ],
    ['a segment that is there no more', { kind: 'segment', segment: 99 }, 'nobody'],
    ['no order or some', any(atMost(0), atLeast(1)), 'everybody'],
    ['at least none', atLeast(0), 'everybody'],
    [
      'bought in 20 days, and not in 10',
      all(
        { kind: 'bought', product: '1', title: '', withinDays: 20 },
        not({ kind: 'bought', product: '1', title: '', withinDays: 10 }),
      ),
      'some',
    ],
    [
      'neither long ago nor lately',
      all(
        not({ kind: 'number', feature: 'since-last-days', op: 'at-least', value: 10 }),
        not({ kind: 'number', feature: 'since-last-days', op: 'at-most', value: 9 }),
      ),
      'some',
    ],
  ])('%s', (_name, each, reach) => {
    expect(reachOf(each, OTHERS).kind).toBe(reach)
  })

  test('the two conditions that cannot be together are named', () => {
    const tag: Condition = { kind: 'tag', tag: 'VIP' }
    expect(reachOf(all(tag, atLeast(4), atMost(1)), OTHERS)).toEqual({
      kind: 'nobody',
      between: [atLeast(4), atMost(1)],
    })
  })

  test('nobody is ever in a rule that is said to hold nobody, nor out of one said to hold everybody', () => {
    let said = 0
    fc.assert(
      fc.property(rule, fc.array(person, { minLength: 20, maxLength: 20 }), (each, people) => {
        const reach = reachOf(each, OTHERS).kind
        if (reach === 'some') return
        said += 1
        const inside = memberTest(each, OTHERS)
        for (const one of people) expect(inside(one)).toBe(reach === 'everybody')
      }),
      RUNS,
    )
    expect(said).toBeGreaterThan(10)
  })

  test('a rule of as many alternatives as there may be is judged without looking into all of them', () => {
    const groups = Array.from({ length: 3 }, (_, g) =>
      any(
        ...Array.from({ length: 10 }, (_, i): Rule => ({
          kind: 'number',
          feature: 'orders',
          op: 'exactly',
          value: g * 10 + i,
        })),
      ),
    )
    expect(['some', 'nobody']).toContain(reachOf(all(...groups), OTHERS).kind)
  })

  test('a way from a segment back to itself is found, however long, and circles of others are walked once', () => {
    const others = new Map<number, Rule>([
      [1, { kind: 'segment', segment: 2 }],
      [2, all(atLeast(1), not({ kind: 'segment', segment: 3 }))],
      [4, { kind: 'segment', segment: 5 }],
      [5, { kind: 'segment', segment: 4 }],
    ])
    expect(circleOf(3, { kind: 'segment', segment: 3 }, others)).toEqual([3, 3])
    expect(circleOf(3, any(atLeast(1), { kind: 'segment', segment: 1 }), others)).toEqual([3, 1, 2, 3])
    expect(circleOf(6, { kind: 'segment', segment: 4 }, others)).toBeNull()
    expect(() => memberTest({ kind: 'segment', segment: 4 }, others)).toThrow('names itself')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { evaluate } from '#app/domain/rules/evaluate.ts'
import { personAt } from '#app/domain/rules/person.ts'
import { MONEY_FEATURES, type Condition, type Rule } from '#app/domain/rules/rule.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { formatsOf } from '#app/ui/formats.ts'
import { wordsIn } from '#app/ui/i18n.tsx'
import { draftOf, freshCondition, freshDraft, isComplete, ruleOf } from '#app/ui/own-draft.ts'
import { conditionText, factText, ruleText, verdictText } from '#app/ui/own-text.ts'
import { AS_OF, OTHERS, anyPerson, anyRule } from '../domain/rules/random.ts'

const RUNS = { numRuns: 1000, seed: 20261122 }
const calendar = shopCalendar('Asia/Seoul', AS_OF - 3000 * DAY_MS, AS_OF)
const LANGUAGES = (['en', 'ko'] as const).map((locale) => ({
  locale,
  t: wordsIn(locale).t,
  f: formatsOf(locale, 'Asia/Seoul'),
  words: {
    currency: locale === 'ko' ? 'KRW' : 'USD',
    names: new Map([
      [1, 'One'],
      [2, 'Two'],
    ]),
  },
}))

/** The numbers that stand in a text, as a person reads them, without those of the words around them. */
function numbersIn(text: string): number[] {
  return [...text.slice(text.indexOf(':')).matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([digits]) =>
    Number(digits.replaceAll(',', '')),
  )
}

/** What a condition compares with, and how; null: it compares no numbers. */
function comparisonOf(
  condition: Condition,
): { threshold: number; isSo: (shown: number, threshold: number) => boolean } | null {
  if (condition.kind === 'bought-in') return { threshold: condition.times, isSo: (shown, least) => shown >= least }
  if (condition.kind === 'left-checkout')
    return { threshold: condition.withinDays, isSo: (shown, within) => shown < within }
  if (condition.kind !== 'number') return null
  const isSo = {
    exactly: (shown: number, value: number) => shown === value,
    'at-least': (shown: number, value: number) => shown >= value,
    'at-most': (shown: number, value: number) => shown <= value,
  }[condition.op]
  return { threshold: condition.value, isSo }
}

describe('the reason of a membership', () => {
  it('says in both languages the very numbers that decide it', () => {
    let read = 0
    const kinds = new Set<string>()
    fc.assert(
      fc.property(anyRule(OTHERS), anyPerson, (rule, stored) => {
        const verdict = evaluate(rule, personAt(stored, AS_OF, calendar, false), OTHERS)
        for (const { t, f, words } of LANGUAGES)
          for (const fact of verdict.because) {
            const { condition, value, holds } = fact
            const wanted = comparisonOf(condition)
            // What is of today is said so, without a number.
            if (wanted === null || value === null || (value === 0 && condition.kind === 'left-checkout')) continue
            const isMoney = condition.kind === 'number' && MONEY_FEATURES.includes(condition.feature)
            const unit = isMoney && words.currency === 'USD' ? 100 : 1
            const [shown, threshold] = numbersIn(factText(t, f, fact, words)).map((each) => Math.round(each * unit))
            expect([shown, threshold]).toEqual([value, wanted.threshold])
            // Done with what is shown, the comparison comes out as it was decided.
            expect(wanted.isSo(shown!, threshold!)).toBe(holds)
            kinds.add(condition.kind)
            read += 1
          }
      }),
      RUNS,
    )
    expect(read).toBeGreaterThan(450)
    expect(kinds).toEqual(new Set(['number', 'bought-in', 'left-checkout']))
  })

  it('leaves no key and no empty value in any sentence', () => {
    fc.assert(
      fc.property(anyRule(OTHERS), anyPerson, (rule, stored) => {
        const verdict = evaluate(rule, personAt(stored, AS_OF, calendar, false), OTHERS)
        for (const { t, f, words } of LANGUAGES)
          for (const text of [verdictText(t, f, verdict, words), ruleText(t, f, rule, words)])
            expect(text).not.toMatch(/\{\{|\bown\.|undefined|NaN|null/)
      }),
      { ...RUNS, numRuns: 300 },
    )
  })

  it('reads as a person would say it', () => {
    const [en, ko] = LANGUAGES as [(typeof LANGUAGES)[number], (typeof LANGUAGES)[number]]
    const condition = { kind: 'number', feature: 'since-last-days', op: 'at-least', value: 30 } as const
    const fact = { condition, value: 45, holds: true }
    expect(factText(en.t, en.f, fact, en.words)).toBe('Days since the last order: 45 days (at least 30 days)')
    expect(factText(ko.t, ko.f, fact, ko.words)).toBe('마지막 주문 후 경과: 45일 (30일 이상)')
    expect(conditionText(en.t, en.f, { kind: 'bought', product: '1', title: 'Toner', withinDays: 1 }, en.words)).toBe(
      'Bought Toner in the last 1 day',
    )
    const left = { kind: 'left-checkout', withinDays: 7 } as const
    expect(factText(en.t, en.f, { condition: left, value: 3, holds: true }, en.words)).toBe(
      'Left a checkout and has not ordered since: 3 days ago (in the last 7 days)',
    )
    expect(factText(ko.t, ko.f, { condition: left, value: null, holds: false }, ko.words)).toBe(
      '결제 중단 후 주문 없음: 아니요 (조건 미충족: 최근 7일 안)',
    )
    const toners = { kind: 'bought-in', collection: '1', title: 'Toners', times: 2, withinDays: 30 } as const
    expect(conditionText(en.t, en.f, toners, en.words)).toBe('Bought from Toners in the last 30 days: at least 2 times')
    expect(factText(ko.t, ko.f, { condition: toners, value: 3, holds: true }, ko.words)).toBe(
      '최근 30일 안에 Toners 컬렉션 구매: 3회 (2회 이상)',
    )
    const groups = { kind: 'one-of', feature: 'rfm-group', values: ['CHAMPIONS', 'AT_RISK'] } as const
    expect(conditionText(ko.t, ko.f, { ...groups, values: [...groups.values] }, ko.words)).toBe(
      'Shopify RFM 그룹: 챔피언, 이탈 위험',
    )
    expect(conditionText(en.t, en.f, { kind: 'one-of', feature: 'country', values: ['KR', 'US'] }, en.words)).toBe(
      'Country: South Korea, United States',
    )
    expect(verdictText(en.t, en.f, { member: true, because: [fact], changes: [{ condition, to: 29 }] }, en.words)).toBe(
      'Days since the last order: 45 days (at least 30 days). Would leave with Days since the last order: 29 days.',
    )
  })
})

describe('the editor', () => {
  it('gives back the rule that it was given, for a thousand rules and three currencies', () => {
    fc.assert(
      fc.property(anyRule(OTHERS), fc.constantFrom('USD', 'KRW', 'KWD'), (rule, currency) => {
        const draft = draftOf(rule, currency)
        expect(isComplete(draft, currency)).toBe(true)
        const again = ruleOf(draft, currency)
        // The same people: only double negation and lone conditions are written otherwise.
        expect(ruleOf(draftOf(again, currency), currency)).toEqual(again)
        for (const stored of PEOPLE) {
          const person = personAt(stored, AS_OF, calendar, false)
          expect(evaluate(again, person, OTHERS).member).toBe(evaluate(rule, person, OTHERS).member)
        }
      }),
      RUNS,
    )
  })

  it.each([
    ['number:orders', '', false],
    ['number:orders', '2.5', false],
    ['number:orders', '-1', false],
    ['number:orders', ' 3 ', true],
    ['number:spent', '1,200.50', true],
    ['number:spent', 'much', false],
    ['date:last-order', '', false],
    ['tag', '', false],
    ['stage', '', false],
    ['consent:email', '', true],
    ['one-of:country', '', false],
    ['left-checkout', '', false],
    ['bought-in', '', false],
    ['bought-in', '901', true],
  ])('knows whether %s with "%s" is filled in', (about, value, expected) => {
    expect(isComplete({ ...freshCondition(about), value }, 'USD')).toBe(expected)
  })

  it('begins with a whole rule', () => {
    const rule: Rule = { kind: 'all', rules: [{ kind: 'number', feature: 'orders', op: 'at-least', value: 2 }] }
    expect(ruleOf(freshDraft(), 'USD')).toEqual(rule)
  })
})

const PEOPLE = fc.sample(anyPerson, { numRuns: 25, seed: 9 })

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { lawChecks, saysPersonalised } from '#app/domain/rewards/law.ts'
import { rewardOf, type Wanted } from './definitions.ts'

// Two sets of headlines, each written before its writer could know the rules; the rules were then made with both.
type LawCase = {
  breach: string
  about: 'review' | 'consent' | 'segment' | 'first-order' | 'order'
  percent: number | null
  minimum: boolean
  daysLeft: number
  countries: string[]
  text: string
}
const [, ...LINES] = readFileSync(new URL('law-cases.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
const LAW_CASES = LINES.map((line): LawCase => {
  const [breach, about, percent, minimum, daysLeft, countries, text] = line.split('\t') as [
    string,
    LawCase['about'],
    ...[string, string, string, string, string],
  ]
  return {
    breach,
    about,
    percent: percent === '' ? null : Number(percent),
    minimum: minimum === '1',
    daysLeft: Number(daysLeft),
    countries: countries.split(' '),
    text,
  }
})

const CREDIT = { kind: 'credit', amountMinor: 3000 } as const
const ruleOf = (breach: string) => (breach === 'sentiment' ? 'review-sentiment' : breach)

function rewardFor({ text, about, percent, minimum }: LawCase) {
  const shape: Record<LawCase['about'], Wanted> = {
    review: { who: { kind: 'everybody' }, conditions: [{ kind: 'review' }] },
    consent: { guests: 'sign-in', conditions: [{ kind: 'consent', channel: 'email' }] },
    segment: { who: { kind: 'stage', stages: ['at-risk'] } },
    'first-order': {},
    order: { who: { kind: 'everybody' }, conditions: [{ kind: 'order', n: 2 }] },
  }
  return rewardOf({
    ...shape[about],
    name: 'Reward',
    what: percent === null ? CREDIT : { kind: 'percent', percent },
    minimumMinor: minimum ? 50_000 : null,
    texts: [text],
  })
}

const blockedBy = (one: LawCase) =>
  lawChecks(rewardFor(one), one)
    .filter(({ blocks }) => blocks)
    .map(({ rule }): string => rule)

describe('headlines of shops', () => {
  const breaches = LAW_CASES.filter(({ breach }) => breach !== '')
  const lawful = LAW_CASES.filter(({ breach }) => breach === '')

  test('of clear breaches at least 19 in 20 are found, under their own rule', () => {
    const missed = breaches.filter((one) => !blockedBy(one).includes(ruleOf(one.breach)))
    expect(missed.length, missed.map(({ text, breach }) => `${breach}: ${text}`).join('\n')).toBeLessThanOrEqual(
      breaches.length * 0.05,
    )
  })

  test('of lawful ones at most one in 20 is blocked', () => {
    const blocked = lawful.filter((one) => blockedBy(one).length > 0)
    expect(
      blocked.length,
      blocked.map((one) => `${blockedBy(one).join()}: ${one.text}`).join('\n'),
    ).toBeLessThanOrEqual(lawful.length * 0.05)
  })
})

describe('what follows from the settings', () => {
  const rulesOf = (more: Wanted, countries: string[] = []) =>
    lawChecks(rewardOf(more), { countries, daysLeft: 30 }).map(({ rule, blocks }) => `${rule}${blocks ? '!' : ''}`)
  const review: Wanted = { who: { kind: 'everybody' }, conditions: [{ kind: 'review' }] }

  test('a plain first order’s reward has nothing to be said of it', () => {
    expect(rulesOf({})).toEqual([])
  })

  test('a review is asked of somebody who has bought, and says that it was rewarded, where the shop sells', () => {
    expect(rulesOf({ guests: 'sign-in', conditions: [{ kind: 'review' }] }, ['US'])).toEqual([
      'review-without-order!',
      'review-disclosure',
    ])
    expect(rulesOf(review, ['US'])).toEqual(['review-disclosure'])
    expect(rulesOf(review, ['KR'])).toEqual(['review-disclosure-kr'])
    expect(rulesOf(review)).toEqual(['review-disclosure', 'review-disclosure-kr'])
  })

  test('in Korea consent brings duties; in the EU a price made for a segment is told', () => {
    expect(rulesOf({ guests: 'sign-in', conditions: [{ kind: 'consent', channel: 'email' }] }, ['KR'])).toEqual([
      'consent-kr',
    ])
    expect(rulesOf({ who: { kind: 'flag', flag: 'vip' } }, ['KR', 'FR'])).toEqual(['personal-price'])
    expect(rulesOf({ who: { kind: 'flag', flag: 'vip' } }, ['KR', 'US'])).toEqual([])
  })

  test('answers are kept by a free consent, of which Korea’s law wants more to be said; taking them back costs nothing', () => {
    const survey: Wanted = { who: { kind: 'everybody' }, conditions: [{ kind: 'survey', which: 'preferences' }] }
    expect(rulesOf(survey, ['US', 'KR'])).toEqual(['survey-consent', 'survey-consent-kr'])
    const texts = ['Withdraw your answers and you lose the discount']
    expect(rulesOf({ ...survey, texts }, ['KR'])).toEqual(['consent-loss!', 'survey-consent-kr'])
  })

  test('an offer to a segment says so to shoppers where the shop sells in the EU, or has not said where', () => {
    expect([['DE', 'KR'], ['KR'], ['KR', 'US'], []].map(saysPersonalised)).toEqual([true, false, false, true])
  })

  test('letters of any width are read, and the name, which shoppers never see, is not', () => {
    expect(rulesOf({ texts: ['２５％ off'] })).toEqual(['wrong-percent!'])
    expect(rulesOf({ texts: ['20 % off', 'Today only'] })).toEqual(['false-urgency!'])
    expect(rulesOf({ name: 'Today only: 25% off' })).toEqual([])
  })

  test('10,000 characters of nothing take no time to speak of', () => {
    for (const text of ['no '.repeat(5000), '좋은 '.repeat(5000), 'unsubscribe '.repeat(1000), '9'.repeat(10_000)])
      expect(rulesOf({ ...review, texts: [text] }, ['US'])).toEqual(['review-disclosure'])
  })
})

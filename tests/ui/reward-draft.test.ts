import { describe, expect, test } from 'vitest'
import { READY_MADE, readyMade } from '#app/domain/rewards/ready-made.ts'
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import { formatsOf } from '#app/ui/formats.ts'
import { wordsIn } from '#app/ui/i18n.tsx'
import {
  conditionDraftOf,
  freshStep,
  offeredFor,
  rewardDraftOf,
  rewardOf,
  type RewardDraft,
} from '#app/ui/reward-draft.ts'
import { refusalText } from '#app/ui/reward-refusal.ts'
import { rewardSentence } from '#app/ui/reward-text.ts'
import { changedWho } from '#app/ui/reward-who.tsx'
import { rewardOf as defined } from '#tests/domain/rewards/definitions.ts'

const ready = (kind: (typeof READY_MADE)[number]) => readyMade(kind, 'Name', () => '2027-01-05', 3000)
const problemsOf = (draft: RewardDraft) => rewardOf(draft, 'KRW', false).problems
const edited = (more: Partial<RewardDraft>, of: RewardDefinition = defined()) => ({
  ...rewardDraftOf(of, 'KRW'),
  ...more,
})

test.each(READY_MADE)('%s comes out of its form as it went in, in every currency', (kind) => {
  for (const currency of ['KRW', 'USD', 'KWD'])
    expect(rewardOf(rewardDraftOf(ready(kind), currency), currency, false).definition).toEqual(ready(kind))
})

test.each([
  [
    'welcome-20',
    'Give 20% off to people who have not bought yet, when they place their first order, until Jan 5, 2027.',
    '아직 구매 전인 고객이 첫 주문을 하면 20% 할인, 2027년 1월 5일까지.',
  ],
  [
    'free-shipping',
    'Give free shipping to people who have not bought yet, when they place their first order, until Jan 5, 2027.',
    '아직 구매 전인 고객이 첫 주문을 하면 무료 배송, 2027년 1월 5일까지.',
  ],
  [
    'review-credit',
    'Give ₩3,000 store credit to every customer after 3 days from delivery and an honest review of any rating, until Jan 5, 2027.',
    '모든 고객에게 배송 후 3일 + 솔직한 리뷰(별점 무관) 완료 시 적립금 3,000원, 2027년 1월 5일까지.',
  ],
  [
    'order-ladder',
    'Give every customer free shipping after order 1, then 10% off after order 2, then ₩3,000 store credit after order 3, until Jan 5, 2027.',
    '모든 고객에게 1회차 주문 완료 시 무료 배송, 이어서 2회차 주문 완료 시 10% 할인, 이어서 3회차 주문 완료 시 적립금 3,000원, 2027년 1월 5일까지.',
  ],
  [
    'consent',
    'Give free shipping to signed-in people who have not bought yet after agreeing to marketing e-mails, until Jan 5, 2027.',
    '로그인했고 아직 구매 전인 고객에게 마케팅 이메일 수신 동의 완료 시 무료 배송, 2027년 1월 5일까지.',
  ],
  ['vip', 'Give 15% off to customers in “VIP”, until Jan 5, 2027.', '‘VIP’ 고객에게 15% 할인, 2027년 1월 5일까지.'],
  [
    'come-back',
    'Give 10% off to customers in “At-risk”, until Jan 5, 2027.',
    '‘이탈 위험’ 고객에게 10% 할인, 2027년 1월 5일까지.',
  ],
  [
    'next-order-credit',
    'Give ₩3,000 store credit to customers in “Cherry-picker” after 1 more order and 14 days in which nothing goes back, until Jan 5, 2027.',
    '‘체리피커’ 고객에게 추가 주문 1회 + 반품 없이 14일 완료 시 적립금 3,000원, 2027년 1월 5일까지.',
  ],
] as const)('%s is one sentence in both languages', (kind, en, ko) => {
  expect(sentence('en', ready(kind))).toBe(en)
  expect(sentence('ko', ready(kind))).toBe(ko)
})

function sentence(
  locale: 'en' | 'ko',
  reward: RewardDefinition,
  segments: { id: number; name: string }[] = [],
): string {
  return rewardSentence(wordsIn(locale).t, formatsOf(locale, 'Asia/Seoul'), reward, 'KRW', segments)
}

test('a segment is called by its name, and one that was deleted is said to be gone', () => {
  const own = defined({ who: { kind: 'own', segment: 4 } })
  expect(sentence('en', own, [{ id: 4, name: 'Seoul' }])).toContain('to customers in “Seoul”')
  expect(sentence('en', own)).toContain('to customers in a segment that is gone')
})

describe('what cannot be together is not offered, and not sent', () => {
  test('one code for everybody divides nobody, counts no people and reads no headline', () => {
    const draft = edited({ comparison: '10', takers: '5', texts: ['A', 'B'] })
    expect(offeredFor(draft)).toMatchObject({ isShared: true, guests: true, suspects: false })
    expect(rewardOf(draft, 'KRW', false).definition).toMatchObject({ comparisonPercent: 0, takers: null, texts: [] })
  })

  test('something asked before the first order leaves guests out', () => {
    const draft = rewardDraftOf(ready('consent'), 'KRW')
    expect(offeredFor({ ...draft, guests: 'may-use' }).guests).toBe(false)
    expect(rewardOf({ ...draft, guests: 'may-use' }, 'KRW', false).definition?.who).toEqual({
      kind: 'first-order',
      guests: 'sign-in',
    })
  })

  test('a second step is given, never taken first come first served, and begins with a condition', () => {
    const draft = { ...rewardDraftOf(ready('come-back'), 'KRW'), take: 'claimed' as const }
    expect(rewardOf(draft, 'KRW', false).definition?.take).toBe('claimed')
    const two = { ...draft, steps: [...draft.steps, freshStep(1)] }
    expect(offeredFor(two).claimed).toBe(false)
    expect(rewardOf(two, 'KRW', false).definition).toMatchObject({
      take: 'given',
      steps: [{}, { conditions: [{ n: 2 }] }],
    })
  })

  test('for a first order no answer after a delivery can be asked for, and one at any time can', () => {
    const draft = rewardDraftOf(ready('review-credit'), 'KRW')
    const conditions = (['preferences', 'delivery'] as const).map((which) =>
      conditionDraftOf({ kind: 'survey', which }),
    )
    const first = changedWho({ ...draft, steps: [{ ...draft.steps[0]!, conditions }] }, 'first-order')
    expect(first.steps[0]!.conditions).toEqual([conditions[0]])
    const refused = rewardOf({ ...first, steps: [{ ...first.steps[0]!, conditions }] }, 'KRW', false)
    expect(refused.problems).toEqual({ steps: 'first-order-order' })
  })

  test('for a first order no orders can be asked for any more', () => {
    const ladder = changedWho(rewardDraftOf(ready('order-ladder'), 'KRW'), 'first-order')
    expect(ladder.steps[0]!.conditions).toEqual([])
    expect(problemsOf(ladder)).toBeNull()
  })
})

test('a live reward sends nothing new but its name, last day and budget', () => {
  const draft = edited({ name: 'New', budget: '5000', code: 'OTHER', combines: true })
  expect(rewardOf(draft, 'KRW', true).definition).toEqual({ ...defined(), name: 'New', budgetMinor: 5000 })
})

test.each<[string, Partial<RewardDraft>, string, string]>([
  ['no name', { name: ' ' }, 'name', 'Enter a name.'],
  ['a name of 10,000 characters', { name: 'x'.repeat(10_000) }, 'name', 'At most 60 characters.'],
  ['a half-typed budget', { budget: '10.' }, 'budgetMinor', 'An amount above 0.'],
  ['no last day', { endsOn: '' }, 'endsOn', 'Choose a day.'],
  ['no stage', { who: 'stage', stages: [] }, 'who.stages', 'Choose at least one stage.'],
  ['no segment', { who: 'own', segment: '' }, 'who.segment', 'Choose a segment.'],
  [
    'a product that is no id',
    { products: 'toner' },
    'products.0',
    'Choose a product, or enter its ID: digits only, 100 at most.',
  ],
  [
    'a comparison group of all',
    { who: 'everybody', comparison: '100' },
    'comparisonPercent',
    'A whole number from 0 to 50.',
  ],
  ['no people', { who: 'everybody', takers: '0' }, 'takers', 'A whole number from 1 to 1,000,000.'],
  ['a year and more', { who: 'everybody', validDays: '400' }, 'validDays', 'A whole number of days from 1 to 366.'],
  [
    'a headline of 10,000 characters',
    { who: 'everybody', texts: ['x'.repeat(10_000), ''] },
    'texts.0',
    'At most 120 characters.',
  ],
  ['a headline of two lines', { who: 'everybody', texts: ['a\nb', ''] }, 'texts.0', 'Leave out line breaks.'],
])('%s is said where it stands', (_name, more, path, english) => {
  const problems = problemsOf(edited(more))
  expect(Object.keys(problems!)).toContain(path)
  expect(refusalText(wordsIn('en').t, path, problems![path]!)).toBe(english)
  expect(refusalText(wordsIn('ko').t, path, problems![path]!)).toMatch(/[가-힣]/)
})

test('HTML, Liquid and right-to-left text are text like any other', () => {
  for (const text of ['<script>alert(1)</script>', '{{ shop.name }}', 'مرحبا بكم'])
    expect(
      rewardOf(edited({ who: 'everybody', name: text, texts: [text, ''] }), 'KRW', false).definition,
    ).toMatchObject({
      name: text,
      texts: [text],
    })
})

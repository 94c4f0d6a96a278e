import { describe, expect, it } from 'vitest'
import { CHANNELS, type FirstAnswers } from '#app/domain/first-answers.ts'
import {
  reachedRule,
  ruleOfFirst,
  type FirstKey,
  type FirstPage,
  type FirstProposal,
} from '#app/domain/first-segments.ts'
import { FirstScreen } from '#app/ui/first-page.tsx'
import { SegmentsScreen } from '#app/ui/segments-page.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages, textOf } from './reading.tsx'
import { FRESH } from './sample-freshness.ts'
import { ESTIMATES, SEGMENTS } from './sample-pages.ts'

const ANSWERS: FirstAnswers = { sells: 'used-up', worry: 'no-return', channel: 'email' }
const MEASURES = { windowDays: 123, loyalOrders: 4 }
const OWN: readonly FirstKey[] = ['bought-once', 'due', 'loyal-quiet', 'code-once', 'full-price']
const KEYS: readonly FirstKey[] = ['new', 'one-and-done', 'loyal', 'at-risk', 'lapsed', 'cherry-picker', ...OWN]

function proposalOf(key: FirstKey, more: Partial<FirstProposal> = {}): FirstProposal {
  return {
    key,
    customers: { customers: 2743, plusMinus: 0 },
    reachable: { customers: 1646, plusMinus: 0 },
    rule: OWN.includes(key) ? reachedRule(ruleOfFirst(key, MEASURES), 'email') : null,
    codeShare: null,
    ...more,
  }
}

function pageOf(more: Partial<FirstPage>): FirstPage {
  return {
    freshness: FRESH,
    estimates: ESTIMATES,
    answers: ANSWERS,
    isDismissed: false,
    ...MEASURES,
    result: { proposals: [], skipped: [] },
    ...more,
  }
}

const screenOf = (more: Partial<FirstPage>) => (
  <FirstScreen page={pageOf(more)} isSaving={false} onAnswer={nothing} onDismiss={nothing} />
)
const proposing = (...proposals: FirstProposal[]) => screenOf({ result: { proposals, skipped: [] } })

readInBothLanguages([
  {
    name: 'the page of all segments asks, until it is answered or put away',
    screen: (
      <SegmentsScreen
        page={{ ...SEGMENTS, asksWatchFirst: true }}
        isSaving={false}
        onEstimates={nothing}
        onDismissFirst={nothing}
      />
    ),
    en: ['Three questions propose the segments to watch first', 'Answer three questions', 'Not now'],
    ko: ['질문 3개에 답하면', '질문 3개에 답하기', '나중에'],
  },
  {
    name: 'three questions with their answers to choose from',
    screen: screenOf({ answers: null, result: null }),
    en: ['What do you sell?', 'What worries you most?', 'Text messages', 'Show segments', 'Not now'],
    ko: ['무엇을 판매합니까?', '가장 걱정되는 것은 무엇입니까?', '문자 메시지', '세그먼트 보기', '나중에'],
  },
  {
    name: 'a proposal says why with the numbers of the shop, and whom the channel reaches',
    screen: proposing(proposalOf('bought-once')),
    en: [
      'Time for a second order',
      'Your shop has 2,743 new customers whose only order is 62 days old or older, while the return window ends after 123 days.',
      '1,646 of them (60%) can be emailed.',
      'Open prepared rule',
      'Your answers: Things that are used up and bought again · First-time buyers who do not come back · E-mail',
      'Answer again',
    ],
    ko: [
      '유일한 주문이 62일 이상 지났고 재구매 기준 123일이 아직 지나지 않은 신규 고객이 2,743명입니다.',
      '그중 1,646명(60%)에게 이메일을 보낼 수 있습니다.',
      '준비된 규칙 열기',
      '다시 답하기',
    ],
  },
  {
    name: 'who is counted by a sample is told as about so many, and codes by their share of first orders',
    screen: proposing(
      proposalOf('code-once', {
        customers: { customers: 8200, plusMinus: 300 },
        reachable: { customers: 4100, plusMinus: 200 },
        codeShare: 0.34,
      }),
    ),
    en: [
      'about 8,200 customers whose only order',
      'about 4,100 of them (50%)',
      '24 months, 34% used a first-purchase code',
    ],
    ko: ['고객이 약 8,200명입니다', '그중 약 4,100명(50%)', '24개월간 첫 주문의 34%가'],
  },
  {
    name: 'a thin shop hears whom nobody is in and what older orders would tell',
    screen: screenOf({
      freshness: { ...FRESH, isLimited: true },
      result: {
        proposals: [proposalOf('new', { customers: { customers: 1, plusMinus: 0 }, reachable: null })],
        skipped: [
          { key: 'bought-once', why: 'nobody' },
          { key: 'due', why: 'unreachable' },
          { key: 'at-risk', why: 'hidden' },
        ],
      },
    }),
    en: [
      'Your shop has 1 new customer: one order',
      'Time for a second order: nobody is in it now.',
      'Running out: nobody in it can be reached this way.',
      'At-risk: needs orders that Shopify does not show us yet.',
    ],
    ko: [
      '신규 고객이 1명입니다',
      '두 번째 주문을 권할 때: 지금 고객이 없습니다.',
      '이탈 위험: Shopify가 아직 보여 주지 않는',
    ],
  },
  {
    name: 'a shop with nobody in any of them hears that',
    screen: screenOf({ result: { proposals: [], skipped: [{ key: 'new', why: 'nobody' }] } }),
    en: ['None of these segments holds anybody yet.'],
    ko: ['아직 이 세그먼트에 고객이 없습니다.'],
  },
  {
    name: 'before the first run the page says what it waits for',
    screen: screenOf({ estimates: null, result: null }),
    en: ['Not worked out yet', 'when the first import is done'],
    ko: ['아직 계산하지 않았습니다', '첫 가져오기가 끝나면'],
  },
])

describe('the sentence of a proposal', () => {
  const numbersIn = (text: string) => [...text.matchAll(/\d[\d,]*/g)].map(([each]) => Number(each.replaceAll(',', '')))

  it.each(KEYS)('%s holds its count, and no number but those of the shop, in both languages', (key) => {
    const known = [2743, 1646, 60, MEASURES.windowDays, 62, MEASURES.loyalOrders]
    // Written into the sentence: at least 2 orders at full price, in 24 months.
    const fixed = key === 'full-price' ? [2, 24] : []
    const without = { en: numbersIn(textOf('en', proposing())), ko: numbersIn(textOf('ko', proposing())) }
    const said = (['en', 'ko'] as const).map((locale) => {
      const rest = [...without[locale]]
      return numbersIn(textOf(locale, proposing(proposalOf(key)))).filter((number) => {
        const place = rest.indexOf(number)
        if (place >= 0) rest.splice(place, 1)
        return place < 0
      })
    })
    for (const numbers of said) {
      expect(numbers).toEqual(expect.arrayContaining([2743, 1646, 60]))
      expect(numbers.filter((number) => ![...known, ...fixed].includes(number))).toEqual([])
    }
    expect([...said[0]!].sort()).toEqual([...said[1]!].sort())
  })

  it.each(CHANNELS)('says whom %s reaches, and nothing of reaching where customers come to the shop', (channel) => {
    const reachable = channel === 'shop' ? null : { customers: 1646, plusMinus: 0 }
    const text = textOf(
      'en',
      screenOf({
        answers: { ...ANSWERS, channel },
        result: { proposals: [proposalOf('new', { reachable })], skipped: [] },
      }),
    )
    expect(text.includes('can be emailed')).toBe(channel === 'email')
    expect(text.includes('can be sent text messages')).toBe(channel === 'sms')
  })
})

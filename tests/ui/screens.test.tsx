import { AppProvider } from '@shopify/polaris'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { POLARIS_WORDS, Words } from '#app/ui/i18n.tsx'
import { ActivityScreen } from '#app/ui/activity-page.tsx'
import { CustomerScreen } from '#app/ui/customer-page.tsx'
import { HomeScreen } from '#app/ui/home-page.tsx'
import { PageLoading } from '#app/ui/page-states.tsx'
import { SegmentScreen } from '#app/ui/segment-page.tsx'
import { SegmentPreviewCard } from '#app/ui/segment-preview.tsx'
import { SegmentsScreen } from '#app/ui/segments-page.tsx'
import { TaggingScreen } from '#app/ui/tagging-page.tsx'
import { WatchScreen } from '#app/ui/watch-page.tsx'
import { ThresholdFields, fieldsOf } from '#app/ui/rule-fields.ts'
import { isRuleValid } from '#app/ui/rule-sentence.tsx'
import { DEFAULT_THRESHOLDS, STAGES } from '#app/domain/stages.ts'
import * as fresh from './sample-freshness.ts'
import * as sample from './sample-pages.ts'
import * as work from './sample-work.ts'
import { home, nothing, rehearsal, tagging } from './idle-props.ts'
import { readInBothLanguages, textOf, type Case } from './reading.tsx'

const segment = {
  preview: null,
  isPreviewing: false,
  hasPreviewFailed: false,
  isSaving: false,
  rehearsal,
  onPreview: nothing,
  onSave: nothing,
}

const cases: Case[] = [
  {
    name: 'home shows the setup guide, the week, the codes and how fresh it is',
    screen: <HomeScreen page={sample.HOME} {...home} />,
    en: [
      '1 of 5 steps done',
      '138 of your repeat customers are later than usual; they spent ₩21.4M in 12 months.',
      'Thinnest stage: Repeat (9.1% of those who have bought).',
      'WELCOME20: 1,204 first orders, ₩9.1M given.',
      '14% came back within 110 days (without a code: 26%).',
      'The two groups may differ for other reasons.',
      'HELLO10: 94% of its 102 uses were first orders. Is it your first-purchase benefit?',
      'Last order seen: Nov 22, 2026',
      'Check for new orders',
    ],
    ko: [
      '새 주문 확인',
      '재구매 고객 138명이 평소보다 늦습니다. 12개월 구매액 2,140만 원.',
      '고객이 가장 적은 단계: 재구매 (구매한 고객의 9.1%).',
      'WELCOME20: 첫 주문 1,204건, 할인 910만 원.',
      '두 그룹은 다른 이유로도 다를 수 있습니다.',
    ],
  },
  {
    name: 'home shows how far the import is and no figure before there is one',
    screen: <HomeScreen page={sample.HOME_IMPORTING} {...home} />,
    en: ['Orders: 12,400 of 48,000', 'Customers: 0 so far', 'Not worked out yet', 'You can leave this page.'],
    ko: ['주문: 48,000건 중 12,400건', '주문 내역을 읽고 있습니다.'],
  },
  {
    name: 'home says that new orders are being looked for, and what holds it up',
    screen: (
      <HomeScreen
        page={{
          ...sample.HOME,
          check: 'checking',
          import: { ...sample.IMPORTED, problem: sample.IMPORT_FAILED.problem },
        }}
        {...home}
      />
    ),
    en: [
      'Checking…',
      'Shopify did not answer What Morello has worked out so far is kept',
      'Trying again at Nov 22, 2026',
    ],
    ko: ['확인 중…', 'Shopify 응답이 없습니다 지금까지'],
  },
  {
    name: 'home says that figures are worked out again where only a rule has changed',
    screen: <HomeScreen page={{ ...sample.HOME, check: 'working-out' }} {...home} />,
    en: ['Working out your segments.', 'Check for new orders'],
    ko: ['세그먼트를 계산하고 있습니다.'],
  },
  {
    name: 'home of a shop that Shopify shows for 60 days only says so, and what to do',
    screen: <HomeScreen page={{ ...sample.HOME, seesAllOrders: false }} {...home} />,
    en: [
      'Shopify shows us 60 days so far',
      'order counts; revenue and cherry-picker wait',
      'They choose “Read all orders” and request access',
    ],
    ko: ['Shopify가 최근 60일 주문만 보여 줍니다', '누적 주문 수로 계산', '“모든 주문 읽기”를 선택하고'],
  },
  {
    name: 'home says what a failed import left safe and when it goes on',
    screen: <HomeScreen page={{ ...sample.HOME, import: sample.IMPORT_FAILED, freshness: fresh.LATE }} {...home} />,
    en: [
      'The import has stopped',
      'Shopify did not answer',
      'Nothing was changed in your store.',
      'Trying again at Nov 22, 2026',
      'later than promised',
    ],
    ko: ['가져오기가 멈췄습니다', 'Shopify 응답이 없습니다', '다시 시도합니다.', '약속보다 늦습니다'],
  },
  {
    name: 'home says since when changes have not rung, and that nothing is lost',
    screen: <HomeScreen page={{ ...sample.HOME, freshness: fresh.SILENT }} {...home} />,
    en: ['later than promised', 'Shopify has not told Morello of every change', 'Nothing is lost'],
    ko: ['약속보다 늦습니다', 'Shopify가 일부 변경을 알려 주지 않았습니다'],
  },
  {
    name: 'a page says how many changes wait, and that it goes on by itself',
    screen: (
      <SegmentsScreen
        page={{ ...sample.SEGMENTS, freshness: fresh.LATE }}
        isSaving={false}
        onEstimates={nothing}
        onDismissFirst={nothing}
      />
    ),
    en: ['1,204 are waiting, and 2 minutes are promised', 'It goes on by itself'],
    ko: ['1,204건이 처리를 기다리고', '자동으로 계속'],
  },
  {
    name: 'a page says that changes could not be worked in, what is safe and what to do',
    screen: <CustomerScreen page={{ ...sample.CUSTOMER, freshness: fresh.STOPPED }} />,
    en: ['could not be worked in', 'Nothing is lost', 'The nightly update tries again', 'send support the time'],
    ko: ['반영하지 못했고', '누락된 내용은 없고', '야간 업데이트에서 다시 시도'],
  },
  {
    name: 'a page of a shop that lets us in no more says what to do',
    screen: <CustomerScreen page={{ ...sample.CUSTOMER, freshness: fresh.LOCKED_OUT }} />,
    en: ['Shopify lets Morello in no more', 'Open Morello again'],
    ko: ['접근을 허용하지 않습니다', '다시 열어'],
  },
  {
    name: 'home of a shop without orders says so',
    screen: (
      <HomeScreen
        page={{ ...sample.HOME_IMPORTING, import: sample.EMPTY_IMPORT, week: { ...sample.HOME.week!, thinnest: null } }}
        {...home}
      />
    ),
    en: ['No orders yet'],
    ko: ['아직 주문이 없습니다'],
  },
  {
    name: 'segments show the headline, four cards, others, all stages, the proposal and the watch list',
    screen: <SegmentsScreen page={sample.SEGMENTS} isSaving={false} onEstimates={nothing} onDismissFirst={nothing} />,
    en: [
      'Of those who reorder, half do within 56 days and 8 of 10 within 123.',
      '1,223 of them loyal',
      'Others: 8,120',
      'All stages',
      'Quiet for long',
      '+124',
      'Your customers now reorder later',
      'New thresholds would move 212 customers. Return window: 123 days now, 131 days then.',
      'Only used the first-purchase benefit so far: 2,310. One order proves nothing, so we do not tag them.',
      'See who',
    ],
    ko: [
      '재구매하는 고객의 절반은 56일 안에, 10명 중 8명은 123일 안에 다시 주문합니다.',
      '그중 충성 1,223명',
      '기타: 8,120명',
      '첫 구매 혜택만 쓰고 아직 돌아오지 않은 고객 2,310명. 한 번의 주문으로는 단정할 수 없어 태그하지 않습니다.',
    ],
  },
  {
    name: 'segments of a young shop name the starting value',
    screen: (
      <SegmentsScreen
        page={{ ...sample.SEGMENTS, estimates: sample.STARTING, proposal: null }}
        isSaving={false}
        onEstimates={nothing}
        onDismissFirst={nothing}
      />
    ),
    en: ['A starting value of 60 days until 50 customers have reordered (12 so far).'],
    ko: ['시작값 60일을 쓰고 있습니다. 재구매 고객 50명부터 실제 값을 씁니다 (현재 12명).'],
  },
  {
    name: 'segments without customers say when they appear',
    screen: (
      <SegmentsScreen page={sample.NO_SEGMENTS} isSaving={false} onEstimates={nothing} onDismissFirst={nothing} />
    ),
    en: ['No customers yet'],
    ko: ['아직 고객이 없습니다'],
  },
  {
    name: 'segments before the import show the import',
    screen: (
      <SegmentsScreen
        page={{ ...sample.NO_SEGMENTS, import: sample.IMPORTING }}
        isSaving={false}
        onEstimates={nothing}
        onDismissFirst={nothing}
      />
    ),
    en: ['Orders: 12,400 of 48,000'],
    ko: ['주문: 48,000건 중 12,400건'],
  },
  {
    name: 'a segment shows its rule, people with reasons and what became of such people',
    screen: <SegmentScreen page={sample.SEGMENT} {...segment} />,
    en: [
      'At least two orders, and 1.5 to 3 times the customer’s own cycle since the last.',
      '1,138 customers (7.8%)',
      'Open customers tagged seg:at-risk in Shopify',
      '10 of 1,138 customers',
      '2 orders · ₩312,000 · last: Cica toner 500 ml',
      'we hoped for one within 98 days; it has been 110.',
      'Of 964 customers in this state 6 months ago, 694 (72%) ordered again within 120 days. Think before discounting.',
      'Your store’s cycle is 61 days',
      'Dashed until Oct 20, 2026: worked out from past orders.',
    ],
    ko: [
      '고객 1,138명(7.8%)',
      '2회 · 312,000원 · 최근: Cica toner 500 ml',
      '다른 고객은 보통 더 빨리 재구매하므로 98일 안에 다음 주문을 기대했지만 110일이 지났습니다.',
      '계산 방식',
    ],
  },
  {
    name: 'an empty segment says that it is looked at every night',
    screen: <SegmentScreen page={{ ...sample.SEGMENT, examples: [], outcome: null, trend: [] }} {...segment} />,
    en: ['At-risk: nobody right now', 'Your history is too short'],
    ko: ['이탈 위험: 지금은 고객이 없습니다'],
  },
  {
    name: 'where fewer than half came back, the figures are all that is said',
    screen: (
      <SegmentScreen page={{ ...sample.SEGMENT, outcome: { then: 964, orderedAgain: 164, days: 120 } }} {...segment} />
    ),
    en: ['164 (17%) ordered again within 120 days. The other 800 did not order in that time.'],
    ko: ['나머지 800명은 그 기간에 주문하지 않았습니다.'],
  },
  {
    name: 'who has never ordered cannot order again',
    screen: <SegmentScreen page={{ ...sample.SEGMENT, segment: 'prospect' }} {...segment} />,
    en: ['694 (72%) ordered within 120 days.'],
    ko: ['694명(72%)이 120일 안에 주문했습니다.'],
  },
  {
    name: 'cherry-pickers where the people have taught what is common are explained by that',
    screen: <SegmentScreen page={sample.CHERRY_SEGMENT} {...segment} />,
    en: [
      'Several signs together look more like a cherry-picker',
      'such as 2 first-purchase benefits used.',
      'among your own 13,478 customers was learned on Nov 22, 2026',
      'each week: 11 in the last 24 months.',
    ],
    ko: ['첫 구매 혜택 2회 사용과 같은 근거', '이 스토어의 고객 13,478명을 보고', '최근 24개월에 11주입니다.'],
  },
  {
    name: 'cherry-pickers come with what speaks for and against it',
    screen: (
      <SegmentScreen page={{ ...sample.CHERRY_SEGMENT, learned: { mixture: null, saleWeeks: 0 } }} {...segment} />
    ),
    en: [
      'Cherry-picker',
      'At least 3 orders, none at full price',
      'Speaks for it: Chose discounts more often than others who bought the same products in the same weeks. Used 2 first-purchase benefits where one is meant: HELLO10, WELCOME20.',
      'Speaks against it: Ordered at full price 1 time.',
      'At-risk since Nov 10, 2026.',
      'Not counted: 1 discount that was not open to everyone: Sorry (by staff).',
      'Try it on the past 2 years Not offered here.',
    ],
    ko: [
      '이 세그먼트에서는 쓸 수 없습니다.',
      '그렇다는 근거: 같은 주에',
      '그렇지 않다는 근거: 정가로 1회 주문했습니다.',
    ],
  },
  {
    name: 'the watch list names the benefit of each and tags nobody',
    screen: <WatchScreen page={sample.WATCHED} onPage={nothing} />,
    en: [
      'Only used the first-purchase benefit so far: 2,310. One order proves nothing, so we do not tag them.',
      'Used one first-purchase benefit, as intended: WELCOME20.',
      '51 to 52 of 2,310',
    ],
    ko: ['한 번의 주문으로는 단정할 수 없어 태그하지 않습니다.', '전체 2,310명 중 51~52'],
  },
  {
    name: 'a watch list without anybody says so',
    screen: <WatchScreen page={{ ...sample.WATCHED, rows: [], total: 0, page: 0 }} onPage={nothing} />,
    en: ['Nobody on the watch list'],
    ko: ['지켜볼 고객이 없습니다'],
  },
  {
    name: 'a count in progress shows who enters and leaves',
    screen: <SegmentPreviewCard segment="at-risk" preview={sample.PREVIEW} isBusy={false} hasFailed={false} isValid />,
    en: ['1,320 customers (9%)', '182 enter', '0 leave'],
    ko: ['고객 1,320명(9%)', '들어오는 고객 182명', '나가는 고객 0명'],
  },
  {
    name: 'who would become a cherry-picker is not explained by their stage',
    screen: (
      <SegmentPreviewCard segment="cherry-picker" preview={sample.PREVIEW} isBusy={false} hasFailed={false} isValid />
    ),
    en: ['Some who enter', 'At-risk since Nov 10, 2026.'],
    ko: ['2026년 11월 10일부터 이탈 위험.'],
  },
  {
    name: 'a count that did not arrive says that nothing is changed',
    screen: <SegmentPreviewCard segment="at-risk" preview={null} isBusy={false} hasFailed isValid />,
    en: ['The count did not arrive. Nothing is changed.'],
    ko: ['바뀐 것은 없습니다.'],
  },
  {
    name: 'a customer shows why, what comes next, money, window, evidence, timeline and orders',
    screen: <CustomerScreen page={sample.CUSTOMER} />,
    en: [
      'At-risk since Nov 10, 2026',
      'Without an order, moves to Quiet for long on Feb 16, 2027.',
      'Our tags: seg:repeat. Their segments ask for: seg:at-risk.',
      'From 2 orders that count; ₩312,000 of it in 12 months.',
      'Nov 27, 2026 to Jan 1, 2027',
      'Cherry-picker: possible',
      'Used 2 first-purchase benefits where one is meant: WELCOME20, HELLO10.',
      'Ordered at full price 1 time.',
      'worked out from past orders',
      'Cica toner 500 ml and 2 more',
      'No: cancelled',
    ],
    ko: [
      '2026년 11월 10일부터 이탈 위험',
      '주문이 없으면 2027년 2월 16일에 장기 미구매 단계로 옮겨집니다.',
      '체리피커: 가능성 있음',
      '아니요: 취소',
    ],
  },
  {
    name: 'a customer without orders is a prospect and no more',
    screen: <CustomerScreen page={sample.NO_ORDERS_CUSTOMER} />,
    en: ['No order yet. Leaves with the first order.', 'No orders.', 'No tags of ours.'],
    ko: ['아직 주문이 없습니다. 첫 주문을 하면 이 단계에서 벗어납니다.'],
  },
  {
    name: 'a next-order range that has passed is not called a short history',
    screen: <CustomerScreen page={{ ...sample.CUSTOMER, window: { ...sample.CUSTOMER.window!, hasPassed: true } }} />,
    en: ['Most likely was Nov 27, 2026 to Jan 1, 2027; that has passed.'],
    ko: ['가장 가능성이 높던 기간(2026년 11월 27일 ~ 2027년 1월 1일)이 지났습니다.'],
  },
  {
    name: 'a next-order range that nobody’s reorders tell is not called passed',
    screen: <CustomerScreen page={{ ...sample.CUSTOMER, window: null }} />,
    en: ['Nobody here has reordered often enough yet to name a range.'],
    ko: ['아직 재구매 기록이 부족해 기간을 말할 수 없습니다.'],
  },
]

describe('the screens', () => {
  readInBothLanguages(cases)

  it('show an outline while the next page is read', () => {
    const html = renderToString(
      <AppProvider i18n={POLARIS_WORDS.en}>
        <Words locale="en">
          <PageLoading />
        </Words>
      </AppProvider>,
    )
    expect(html).toContain('aria-label="Loading"')
  })

  it('say Discount-seeking everywhere once the merchant has chosen it', () => {
    const business = { ...sample.CUSTOMER, isBusiness: true }
    const screens = [
      <HomeScreen page={sample.HOME} {...home} />,
      <SegmentsScreen page={sample.SEGMENTS} isSaving={false} onEstimates={nothing} onDismissFirst={nothing} />,
      <SegmentScreen page={{ ...sample.CHERRY_SEGMENT, tag: 'seg:discount-seeking' }} {...segment} />,
      <WatchScreen page={sample.WATCHED} onPage={nothing} />,
      <CustomerScreen page={business} />,
      <TaggingScreen page={{ ...work.DRY_RUN, tags: [] }} {...tagging} />,
      <ActivityScreen page={work.ACTIVITY} />,
    ]
    for (const screen of screens) {
      expect(textOf('en', screen, true)).not.toMatch(/cherry/i)
      expect(textOf('ko', screen, true)).not.toContain('체리피커')
    }
    for (const screen of [screens[1]!, screens[2]!, screens[4]!]) {
      expect(textOf('en', screen, true)).toMatch(/discount-seeking/i)
      expect(textOf('ko', screen, true)).toContain('할인 선호 고객')
    }
  })

  it('never show a percentage for cherry-picker on the customer page', () => {
    // The costs that money is shown after are a percentage, and stand above it.
    const [, card] = textOf('en', <CustomerScreen page={sample.CUSTOMER} />).split('Cherry-picker: possible')
    expect(card).toContain('Speaks for it')
    expect(card).not.toContain('%')
  })

  it('have a rule sentence for every segment', () => {
    for (const key of [...STAGES, 'cherry-picker'] as const)
      expect(textOf('ko', <SegmentScreen page={{ ...sample.SEGMENT, segment: key }} {...segment} />)).not.toContain(
        'rule.',
      )
  })
})

describe('the numbers of a rule', () => {
  it('travel through an address and back unchanged', () => {
    for (const thresholds of [DEFAULT_THRESHOLDS, { ...DEFAULT_THRESHOLDS, windowMaxDays: 90, lateRatio: 1.75 }])
      expect(ThresholdFields.parse(fieldsOf(thresholds))).toEqual(thresholds)
  })

  it('are refused where they cannot be', () => {
    expect(isRuleValid(DEFAULT_THRESHOLDS)).toBe(true)
    expect(isRuleValid({ ...DEFAULT_THRESHOLDS, lateRatio: Number.NaN })).toBe(false)
    expect(isRuleValid({ ...DEFAULT_THRESHOLDS, lapsedRatio: 1.2 })).toBe(false)
    expect(isRuleValid({ ...DEFAULT_THRESHOLDS, loyalOrders: 2.5 })).toBe(false)
    expect(ThresholdFields.safeParse({ ...fieldsOf(DEFAULT_THRESHOLDS), lateRatio: 'many' }).success).toBe(false)
  })
})

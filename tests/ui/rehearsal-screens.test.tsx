import type { RehearsedMonth, Rehearsal } from '#app/domain/rehearsal.ts'
import { RehearsalCard } from '#app/ui/rehearsal-card.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'

const won = (minor: number) => ({ minor, currency: 'KRW' })

function monthOf(month: string, more: Partial<RehearsedMonth> = {}): RehearsedMonth {
  return {
    month,
    isNow: false,
    members: { customers: 1204, plusMinus: 0 },
    savedMembers: null,
    total: 14_682,
    cycleDays: 61,
    windowDays: 110,
    isStarting: false,
    after: {
      members: { people: 1204, ordered: 518, spent: won(37_324_000) },
      rest: { people: 13_478, ordered: 2830, spent: won(161_736_000) },
    },
    ...more,
  }
}

const PAST: Extract<Rehearsal, { kind: 'past' }> = {
  kind: 'past',
  months: [
    monthOf('2026-04', { isStarting: true }),
    monthOf('2026-05', { members: { customers: 1300, plusMinus: 240 }, savedMembers: 1190 }),
    monthOf('2026-10', { after: null }),
    monthOf('2026-11', { after: null, isNow: true }),
  ],
  afterDays: 110,
  today: [
    { kind: 'tag', tag: 'VIP' },
    { kind: 'consent', channel: 'email' },
  ],
  sampled: 15_625,
  examples: {
    month: '2026-05',
    isOver: true,
    customers: [
      {
        customer: '7001',
        orders: 3,
        spent: won(312_000),
        verdict: {
          member: true,
          because: [
            { condition: { kind: 'number', feature: 'orders', op: 'at-least', value: 3 }, value: 3, holds: true },
          ],
          changes: [{ condition: { kind: 'number', feature: 'orders', op: 'at-least', value: 3 }, to: 2 }],
        },
        reason: null,
        orderedAfterDays: 23,
      },
      {
        customer: '7002',
        orders: 2,
        spent: won(41_000),
        verdict: { member: true, because: [], changes: [] },
        reason: {
          stage: 'at-risk',
          orders: 2,
          sinceLastDays: 110,
          lastGapDays: 138,
          usualGapDays: null,
          hopedWithinDays: 98,
          ruleVersion: 1,
          estimatesVersion: 0,
        },
        orderedAfterDays: null,
      },
    ],
  },
}

const words = { currency: 'KRW', names: new Map<number, string>() }

function card(
  rehearsal: Rehearsal | null,
  more: { isBusy?: boolean; hasFailed?: boolean; query?: string | null } = {},
) {
  const { isBusy = false, hasFailed = false, query = 'rule=1' } = more
  return (
    <RehearsalCard
      rehearsing={{ rehearsal, of: 'rule=1', isBusy, hasFailed, waitsFor: null }}
      query={query}
      words={words}
      onTry={nothing}
      onMonth={nothing}
    />
  )
}

readInBothLanguages([
  {
    name: 'trying a rule on the past is offered, and says that nothing is saved by it',
    screen: card(null),
    en: ['Try it on the past 2 years', 'Nothing is saved, and nobody is tagged.', 'Try it'],
    ko: ['지난 2년에 적용해 보기', '저장하지 않으며 태그도 붙이지 않습니다.'],
  },
  {
    name: 'while it is worked out that is said, and a failure says what is safe and what to do',
    screen: (
      <>
        {card(null, { isBusy: true })}
        {card(null, { hasFailed: true })}
      </>
    ),
    en: ['Looking through past orders', 'Nothing is changed. Try it again in a moment.'],
    ko: ['지난 주문을 살펴보는 중', '잠시 후 다시 시도하세요.'],
  },
  {
    name: 'the past says who ordered afterwards beside everybody else, months of them, and claims no effect',
    screen: card(PAST),
    en: [
      'Of those it held at the end of a month, 43% ordered within the next 110 days; of everybody else, 21%.',
      'Taken from 2 months. It says who they are, not what an offer would do.',
      'Your orders go back 3 months.',
      'Worked out from a fixed sample of 15,625 customers.',
      'because their past is not kept: “Has the tag VIP”, “May be e-mailed”.',
      'Up to Apr 2026 fewer than 50 customers had reordered',
      'Dashed: as it is saved.',
      '± 240',
      'saved: 1,190',
      'Ordered within 110 days',
      '43%',
      'others 21%',
      '₩31,000',
      'others ₩12,000',
      'not yet',
      'Ordered 23 days later',
      'No order within 110 days',
      'Orders: 3 (at least 3)',
      '2 orders, 138 days apart.',
    ],
    ko: [
      '월말에 해당한 고객 중 43%, 나머지 고객 중 21%: 그 뒤 110일 안에 주문한 비율입니다.',
      '주문 기록은 3개월 전까지 있습니다.',
      '오늘 값으로 본 조건: “VIP 태그 보유”, “이메일 수신 동의”.',
      '2026년 5월',
      '나머지 21%',
      '31,000원',
      '23일 뒤 주문',
      '110일 안에 주문 없음',
    ],
  },
  {
    name: 'figures of the rule before an edit are called that, and the new one can be tried',
    screen: card(PAST, { query: 'rule=2' }),
    en: ['You have edited it since. These figures are of the rule before.', 'Try it'],
    ko: ['그 뒤에 규칙을 고쳤습니다.'],
  },
  {
    name: 'a rule that held nobody, or everybody, or whose days after are to come, is told as that',
    screen: (
      <>
        {card({
          ...PAST,
          months: [
            monthOf('2026-05', {
              after: { members: { people: 0, ordered: 0, spent: won(0) }, rest: monthOf('').after!.rest },
            }),
          ],
          examples: { month: '2026-05', isOver: true, customers: [] },
        })}
        {card({
          ...PAST,
          months: [
            monthOf('2026-05', {
              after: { members: monthOf('').after!.members, rest: { people: 0, ordered: 0, spent: won(0) } },
            }),
          ],
        })}
        {card({ ...PAST, months: [monthOf('2026-10', { after: null })] })}
      </>
    ),
    en: [
      'It held nobody at the end of these months.',
      'Nobody at the end of this month',
      'It held everybody, so there is nobody else to compare with.',
      'What they then did is known once 110 days have passed after a month’s end.',
    ],
    ko: [
      '이 기간의 월말에 해당한 고객이 없습니다.',
      '비교할 나머지 고객이 없습니다.',
      '110일이 지나야 알 수 있습니다.',
    ],
  },
  {
    name: 'without a past, what is missing is said',
    screen: (
      <>
        {card({ kind: 'hidden' })}
        {card({ kind: 'too-early' })}
        {card({ kind: 'refused', troubles: [] })}
      </>
    ),
    en: ['the last 60 days only', 'There is no whole month with orders yet.', 'Correct it first, then try it.'],
    ko: ['최근 60일 주문만', '온전한 달이 아직 없습니다.', '먼저 고친 뒤 적용해 보세요.'],
  },
])

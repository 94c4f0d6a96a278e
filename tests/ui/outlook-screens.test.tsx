import { describe } from 'vitest'
import type { ShopOutlook } from '#app/domain/outlook-pages.ts'
import { OutlookCard, OutlookLine, RankedBy } from '#app/ui/outlook.tsx'
import { RightnessCard } from '#app/ui/rightness-card.tsx'
import { readInBothLanguages, type Case } from './reading.tsx'
import { SHOP_OUTLOOK, expectedOf } from './sample-outlook.ts'

const lacking = (kind: 'repeat-buyers' | 'outcomes' | 'paying-customers'): ShopOutlook => ({
  state: 'too-little',
  lacking: { kind: 'not-enough-data', lacking: kind, found: 12, needed: 50 },
})
const chance = (shareBuying: number) => <OutlookLine outlook={{ ...expectedOf(0), shareBuying }} horizonDays={98} />

const cases: Case[] = [
  {
    name: 'a customer: the chance, the money with its range, the priority, and on what costs it rests',
    screen: <OutlookCard shop={SHOP_OUTLOOK} customer={expectedOf(0)} />,
    en: [
      'About 3 in 10 like this one order within 98 days.',
      '₩96,000 left after costs within 12 months',
      '8 of 10 like this one bring ₩12,000 to ₩288,000.',
      'Priority ₩96,000.',
      'Assumes that goods, payment and shipping take 50% of an order’s money. Change in Settings',
    ],
    ko: ['이런 고객 10명 중 약 3명이 98일 안에 주문합니다.', '비용 뺀 금액 96,000원', '50%로 가정했습니다.'],
  },
  {
    name: 'a customer who may bring nothing, of whom most bring nothing, and costs that were named',
    screen: (
      <>
        <OutlookCard shop={{ ...SHOP_OUTLOOK, costs: { share: 0.62, isAssumed: false } }} customer={expectedOf(1)} />
        <OutlookCard
          shop={SHOP_OUTLOOK}
          customer={{
            ...expectedOf(1),
            worth: { ...expectedOf(1).worth!, high: { minor: 0, currency: 'KRW' } },
          }}
        />
        <OutlookCard shop={SHOP_OUTLOOK} customer={{ ...expectedOf(1), worth: null }} />
      </>
    ),
    en: [
      '1 in 10 or more like this one bring nothing; 9 of 10 bring at most ₩267,000.',
      '9 of 10 like this one bring nothing more.',
      'By your costs in Settings: 62% of an order’s money.',
      'no order here has brought money',
    ],
    ko: ['9명은 267,000원 이하입니다.', '10명 중 9명은 더 구매하지 않습니다.', '주문 금액의 62% 기준입니다.'],
  },
  {
    name: 'small and large chances are told as people count',
    screen: (
      <>
        {chance(0.004)}
        {chance(0.07)}
        {chance(0.6)}
        {chance(0.97)}
      </>
    ),
    en: [
      'Priority ₩96,000 · Fewer than 1 in 50',
      'About 1 in 14 like this one orders within 98 days.',
      'About 6 in 10',
      'More than 19 in 20',
    ],
    ko: ['이런 고객 14명 중 약 1명이 98일 안에 주문합니다.'],
  },
  {
    name: 'whoever is kept out has priority 0',
    screen: (
      <OutlookLine
        outlook={{
          ...expectedOf(0),
          worth: {
            ...expectedOf(0).worth!,
            priority: { minor: 0, keptOutBy: { id: 1, segment: null, reason: 'Resells', since: 0, until: null } },
          },
        }}
        horizonDays={98}
      />
    ),
    en: ['Priority ₩0 (Kept out of rewards until you end it: Resells) · About 3 in 10'],
    ko: ['우선순위 0원 (', 'Resells'],
  },
  {
    name: 'a shop of which nothing can be said says why',
    screen: (
      <>
        <RankedBy shop={{ state: 'hidden' }} />
        <RankedBy shop={{ state: 'waiting' }} />
        <RankedBy shop={lacking('repeat-buyers')} />
        <RankedBy shop={lacking('outcomes')} />
        <RankedBy shop={lacking('paying-customers')} />
        <OutlookCard shop={SHOP_OUTLOOK} customer={null} />
      </>
    ),
    en: [
      'Not ranked by priority. Not worked out from 60 days of orders.',
      'Worked out with the next nightly run.',
      '12 customers have come back so far, and 50 are needed',
      '(12 of 50 needed)',
      'no order yet, or a company buys here',
    ],
    ko: ['지금까지 12명이 재구매했고 50명이 필요합니다.', '우선순위 순서가 아닙니다.'],
  },
  {
    name: 'how often we were right: what was said beside what came true, and on what it leans',
    screen: (
      <>
        <RightnessCard shop={{ ...SHOP_OUTLOOK, because: 'no-drop-out' }} />
        <RightnessCard
          shop={{
            ...SHOP_OUTLOOK,
            because: 'few-repeat-buyers',
            repeatBuyers: 84,
            rightness: { kind: 'not-enough-data', lacking: 'repeat-buyers', found: 31, needed: 50 },
          }}
        />
      </>
    ),
    en: [
      'How often we were right',
      'What we would have said of 13,020 customers on Aug 16, 2026, beside what they did in the 98 days after.',
      'On average we were 1.2 percentage points off.',
      'Said 52%, 50% did 1,302 customers',
      'Nobody can be told to have stopped here',
      '84 customers have come back so far.',
      'Not known yet: one window of 98 days ago',
    ],
    ko: ['예측 적중', '예상 52%, 실제 50%', '평균 1.2%포인트', '누가 완전히 떠났는지 구별할 수 없습니다.'],
  },
]

describe('what to expect, on the screens', () => {
  readInBothLanguages(cases)
})

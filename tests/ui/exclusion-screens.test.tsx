import { describe, expect, test } from 'vitest'
import type { Exclusion, ExclusionsPage } from '#app/domain/exclusions.ts'
import type { CustomerRewardsPage } from '#app/domain/rewards/person-pages.ts'
import { customerBlock } from '#app/ui/customer-block.ts'
import type { Excluding } from '#app/ui/excluding.ts'
import { ExclusionsScreen } from '#app/ui/exclusions-page.tsx'
import { KeptOutCard, RewardsCard } from '#app/ui/rewards-card.tsx'
import { SegmentScreen } from '#app/ui/segment-page.tsx'
import { nothing, rehearsal } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'
import { FRESH } from './sample-freshness.ts'
import * as sample from './sample-pages.ts'
import { CUSTOMER_VIEW } from './sample-work.ts'

const SINCE = Date.UTC(2026, 10, 20, 3)
/** The whole of 3 March in Seoul. */
const UNTIL = Date.UTC(2027, 2, 3, 15)
const NAMED: Exclusion = { id: 1, segment: null, reason: 'returns everything', since: SINCE, until: UNTIL }
const BY_SEGMENT: Exclusion = {
  id: 2,
  segment: { id: 4, name: 'Bulk buyers' },
  reason: 'wholesale prices',
  since: SINCE,
  until: null,
}
const idle: Excluding = { isBusy: false, refused: {}, onExclude: nothing, onEnd: nothing }
const NO_REWARDS: CustomerRewardsPage = { currency: 'KRW', grants: [], places: [], toTake: [], whyNot: [], shared: [] }
const EMPTY: ExclusionsPage = {
  rows: [],
  total: 0,
  page: 0,
  pageRows: 50,
  customers: 0,
  ended: [],
  segments: [],
  freshness: FRESH,
}
const LISTED: ExclusionsPage = {
  ...EMPTY,
  rows: [
    { ...NAMED, customer: '5001', customers: 1, endsSoon: true },
    { ...BY_SEGMENT, customer: null, customers: 1204, endsSoon: false },
  ],
  total: 2,
  customers: 1205,
  ended: [
    { ...NAMED, id: 3, customer: '5002', endedAt: UNTIL, by: 'date' },
    { ...BY_SEGMENT, id: 4, customer: null, endedAt: UNTIL, by: 'hand' },
  ],
  segments: [{ id: 5, name: 'Late', customers: 40 }],
}

readInBothLanguages([
  {
    name: 'the review list says who is kept out, why, since when, until when and how many they are',
    screen: <ExclusionsScreen page={LISTED} excluding={idle} onPage={nothing} />,
    en: [
      '1,205 customers are kept out of rewards.',
      'Ends soon returns everything Since Nov 20, 2026, until Mar 3, 2027',
      'Segment Bulk buyers wholesale prices Since Nov 20, 2026, until you end it · 1,204 customers',
      'Ended by its date: Nov 20, 2026 – Mar 3, 2027. returns everything',
      'Ended by hand: Nov 20, 2026 – Mar 3, 2027. wholesale prices',
    ],
    ko: [
      '고객 1,205명을 혜택에서 제외하고 있습니다.',
      '2027년 3월 3일까지',
      '직접 끝낼 때까지 · 고객 1,204명',
      '날짜에 따라 종료',
    ],
  },
  {
    name: 'an empty list says how to begin',
    screen: <ExclusionsScreen page={EMPTY} excluding={idle} onPage={nothing} />,
    en: ['Nobody is kept out of rewards', 'Create a segment first'],
    ko: ['혜택에서 제외한 고객이 없습니다', '먼저 세그먼트 만들기'],
  },
  {
    name: 'a customer’s page says what keeps them out and until when, by name and by segment',
    screen: <RewardsCard customer="5001" rewards={NO_REWARDS} exclusions={[NAMED, BY_SEGMENT]} excluding={idle} />,
    en: [
      'Kept out of rewards until Mar 3, 2027: returns everything End it',
      'Kept out of rewards until you end it: wholesale prices (as in the segment Bulk buyers)',
    ],
    ko: ['2027년 3월 3일까지 혜택에서 제외: returns everything', '(세그먼트: Bulk buyers)'],
  },
  {
    name: 'a customer who may have rewards can be kept out',
    screen: <RewardsCard customer="5001" rewards={NO_REWARDS} exclusions={[]} excluding={idle} />,
    en: ['May have rewards.', 'Keep out of rewards…'],
    ko: ['혜택을 받을 수 있습니다.', '혜택에서 제외…'],
  },
  {
    name: 'a segment says how many of its customers are kept out',
    screen: (
      <SegmentScreen
        page={{ ...sample.SEGMENT, keptOut: 12 }}
        preview={null}
        isPreviewing={false}
        hasPreviewFailed={false}
        isSaving={false}
        rehearsal={rehearsal}
        onPreview={nothing}
        onSave={nothing}
      />
    ),
    en: ['12 of them are kept out of rewards. See the list'],
    ko: ['이 중 12명은 혜택에서 제외되어 있습니다.'],
  },
  {
    name: 'a segment of the merchant’s own that is kept out says so',
    screen: <KeptOutCard page={{ keptOut: 40, exclusion: BY_SEGMENT }} />,
    en: ['Kept out of rewards until you end it: wholesale prices 40 of them are kept out'],
    ko: ['직접 끝낼 때까지 혜택에서 제외: wholesale prices'],
  },
])

describe('the block on Shopify’s customer page', () => {
  test('says what keeps somebody out in one line, and nothing where nothing does', () => {
    const view = { ...CUSTOMER_VIEW, exclusions: [NAMED] }
    const answer = (locale: 'en' | 'ko', exclusions: Exclusion[]) =>
      customerBlock({ state: 'read', view: { ...view, exclusions }, timezone: 'Asia/Seoul' }, null, locale)
    expect(answer('en', [NAMED])).toMatchObject({
      customer: { keptOut: ['Kept out of rewards until Mar 3, 2027: returns everything.'] },
    })
    expect(answer('ko', [NAMED])).toMatchObject({
      customer: { keptOut: ['2027년 3월 3일까지 혜택에서 제외: returns everything.'] },
    })
    expect(answer('en', [])).toMatchObject({ customer: { keptOut: [] } })
    const waiting = { ...CUSTOMER_VIEW, state: 'waiting' as const, exclusions: [NAMED] }
    expect(customerBlock({ state: 'read', view: waiting, timezone: 'Asia/Seoul' }, null, 'en')).toMatchObject({
      text: expect.stringContaining('Kept out of rewards until Mar 3, 2027') as string,
    })
  })
})

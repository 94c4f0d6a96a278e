import { expect, it } from 'vitest'
import type { OwnEditor, OwnPreview } from '#app/domain/own-pages.ts'
import type { Rule } from '#app/domain/rules/rule.ts'
import { OwnList } from '#app/ui/own-list.tsx'
import { OwnPreviewCard } from '#app/ui/own-preview.tsx'
import { OwnScreen } from '#app/ui/own-page.tsx'
import { nothing, rehearsal } from './idle-props.ts'
import { readInBothLanguages, textOf } from './reading.tsx'
import { FRESH } from './sample-freshness.ts'

const RULE: Rule = {
  kind: 'all',
  rules: [
    { kind: 'stage', stages: ['at-risk'] },
    { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 200_000 },
    { kind: 'not', rule: { kind: 'tag', tag: 'wholesale' } },
  ],
}
const PAGE: OwnEditor = {
  id: 4,
  name: 'Big spenders',
  rule: RULE,
  version: 2,
  versions: [
    { version: 2, name: 'Big spenders', rule: RULE, savedAt: Date.UTC(2026, 10, 20, 3) },
    {
      version: 1,
      name: 'Spenders',
      rule: { kind: 'any', rules: [{ kind: 'bought', product: '7', title: 'Toner', withinDays: 90 }, RULE] },
      savedAt: Date.UTC(2026, 10, 2, 3),
    },
  ],
  others: [{ id: 5, name: 'Toner' }],
  tags: ['VIP', 'wholesale'],
  products: [{ id: '7', title: 'Toner' }],
  collections: [{ id: '9', title: 'Toners' }],
  learnsFromVisits: true,
  categories: [{ id: '9', title: 'Toners' }],
  answers: [{ id: '5', title: 'Your skin: dry' }],
  countries: ['KR', 'US'],
  currency: 'KRW',
  tagPrefix: 'seg:',
  workedAt: Date.UTC(2026, 10, 20, 4),
  isTagged: true,
  announceMoves: true,
  unread: [],
  unreadBySaved: [],
  keptOut: 0,
  exclusion: null,
  freshness: FRESH,
}
const idle = {
  isPreviewing: false,
  hasPreviewFailed: false,
  isBusy: false,
  refused: {},
  rehearsal,
  onPreview: nothing,
  onSave: nothing,
  onDelete: nothing,
}
const FIGURES: NonNullable<OwnPreview['figures']> = {
  members: { customers: 1204, plusMinus: 0 },
  total: 14_682,
  share: 0.082,
  revenue12m: { minor: 21_400_000, currency: 'KRW' },
  reachable: 960,
  enters: 40,
  leaves: 7,
}
const ROW = { name: 'Toner', tag: 'seg:Toner', customers: 0, share: 0, savedAt: Date.UTC(2026, 10, 22, 3) }
const words = { currency: 'KRW', names: new Map([[5, 'Toner']]) }
const card = { isBusy: false, hasFailed: false, isComplete: true, isSaved: true, words }

readInBothLanguages([
  {
    name: 'the editor says the rule, its tag and its versions in plain words',
    screen: <OwnScreen page={PAGE} preview={null} {...idle} />,
    en: [
      'Big spenders',
      'Its customers get the tag seg:Big spenders once tagging is on.',
      'all of these conditions',
      'Stage: At-risk and Spent in 12 months: at least ₩200,000 and not Has the tag wholesale',
      '1 · Spenders · Nov 2, 2026',
      'Bought Toner in the last 90 days or (Stage: At-risk and',
      'Compare or restore',
      'Delete segment',
    ],
    ko: ['아래 조건 모두 충족', '12개월 구매액: 200,000원 이상', '최근 90일 안에 Toner 구매 또는', '세그먼트 삭제'],
  },
  {
    name: 'a new segment begins with one condition, without versions and without anything to delete',
    screen: (
      <OwnScreen
        page={{ ...PAGE, id: null, name: '', rule: null, version: 0, versions: [] }}
        preview={null}
        {...idle}
        refused={{ name: 'tag-twice' }}
      />
    ),
    en: ['New segment', 'seg:…', 'Orders', 'at least', 'Another segment already has this tag. Choose another name.'],
    ko: ['새 세그먼트', '주문 횟수', '이미 같은 태그를 쓰는 세그먼트가 있습니다.'],
  },
  {
    name: 'the count says how many, who can be reached, who enters and leaves, and why',
    screen: (
      <OwnPreviewCard
        {...card}
        preview={{
          troubles: [{ kind: 'rule-tag-gone', tag: 'wholesale', blocks: false }],
          unread: [],
          figures: FIGURES,
          examples: [
            {
              customer: '7001',
              orders: 3,
              spent: { minor: 312_000, currency: 'KRW' },
              move: 'leaves',
              verdict: {
                member: false,
                because: [
                  { condition: { kind: 'stage', stages: ['at-risk'] }, value: 'repeat', holds: false },
                  {
                    condition: { kind: 'bought', product: '7', title: 'Toner', withinDays: 90 },
                    value: 12,
                    holds: true,
                  },
                ],
                changes: [{ condition: { kind: 'stage', stages: ['at-risk'] }, to: 'at-risk' }],
              },
            },
          ],
        }}
      />
    ),
    en: [
      '1,204 customers (8.2%)',
      '960 can be emailed',
      '40 enter · 7 leave',
      'No customer has the tag wholesale.',
      'Leaves',
      'Stage: Repeat · Bought Toner: 12 days ago. Would enter with Stage: At-risk.',
    ],
    ko: ['이메일 수신 가능 960명', '단계: 재구매 · Toner 구매: 12일 전. 다음 경우 포함됩니다: 단계: 이탈 위험.'],
  },
  {
    name: 'once saving is counted to the last customer, Flow may be told of whom it moves',
    screen: <OwnScreen page={PAGE} preview={{ troubles: [], unread: [], figures: FIGURES, examples: [] }} {...idle} />,
    en: ['Tell Shopify Flow of these 47 moves'],
    ko: ['이 이동 47건을 Shopify Flow에 알리기'],
  },
  {
    name: 'a count by the sample says how far it may be off',
    screen: (
      <OwnPreviewCard
        {...card}
        preview={{
          troubles: [],
          unread: [],
          figures: { ...FIGURES, members: { customers: 1204, plusMinus: 85 } },
          examples: null,
        }}
      />
    ),
    en: ['About 1,204 customers (8.2%), ± 85'],
    ko: ['± 85'],
  },
  {
    name: 'a count of what is still being read says that it is not one yet',
    screen: (
      <OwnPreviewCard
        {...card}
        preview={{
          troubles: [],
          unread: [{ subject: 'collections', state: 'reading' }],
          figures: { ...FIGURES, members: { customers: 0, plusMinus: 0 } },
          examples: null,
        }}
      />
    ),
    en: [
      'Collections are still being read from Shopify. Until then nobody counts as having bought from one',
      '0 customers',
    ],
    ko: ['컬렉션을 읽는 중입니다.', '다 읽는 대로 다시 계산합니다.'],
  },
  {
    name: 'the page of a segment says what was never read, and the editor why it offers no collections',
    screen: (
      <OwnScreen
        page={{
          ...PAGE,
          collections: [],
          unread: [
            { subject: 'collections', state: 'reading' },
            { subject: 'checkouts', state: 'denied' },
          ],
          unreadBySaved: [{ subject: 'checkouts', state: 'denied' }],
        }}
        preview={null}
        {...idle}
      />
    ),
    en: [
      'A permission is missing',
      'Open Morello again from Shopify admin and accept the permissions; they are then read at once.',
      'Once they are here, a condition can ask for them.',
    ],
    ko: ['권한이 없습니다', '권한을 수락하시면 바로 읽습니다.', '다 읽으면 컬렉션 조건을 고를 수 있습니다.'],
  },
  {
    name: 'the list shows no number for what was not read',
    screen: (
      <OwnList
        rows={[
          { ...ROW, id: 1, unread: [{ subject: 'collections', state: 'reading' }] },
          { ...ROW, id: 2, unread: [{ subject: 'checkouts', state: 'reading' }] },
          { ...ROW, id: 3, unread: [{ subject: 'checkouts', state: 'denied' }] },
          { ...ROW, id: 4, unread: [{ subject: 'checkouts', state: 'failed' }] },
        ]}
      />
    ),
    en: [
      'Reading collections… –',
      'Reading abandoned checkouts… –',
      'A permission is missing –',
      'Could not be read –',
    ],
    ko: ['컬렉션을 읽는 중… –', '중단된 결제를 읽는 중… –', '권한이 없습니다 –', '읽지 못했습니다 –'],
  },
  {
    name: 'a rule that cannot be says which conditions rule each other out',
    screen: (
      <OwnPreviewCard
        {...card}
        preview={{
          troubles: [
            {
              kind: 'rule-nobody',
              between: [
                { kind: 'number', feature: 'orders', op: 'at-least', value: 4 },
                { kind: 'number', feature: 'orders', op: 'at-most', value: 1 },
              ],
              blocks: true,
            },
            { kind: 'rule-circle', names: ['One', 'Two', 'One'], blocks: true },
            { kind: 'rule-deep', blocks: true },
          ],
          unread: [],
          figures: null,
          examples: null,
        }}
      />
    ),
    en: [
      'Nobody can be in this: “Orders: at least 4” and “Orders: at most 1” rule each other out.',
      'One → Two → One',
      'Groups stand more than 4 deep',
    ],
    ko: ['“주문 횟수: 4 이상”, “주문 횟수: 1 이하” 두 조건이 모순됩니다.', 'One → Two → One'],
  },
  {
    name: 'what is not filled in, and what did not arrive, is said',
    screen: (
      <>
        <OwnPreviewCard {...card} isComplete={false} preview={null} />
        <OwnPreviewCard {...card} hasFailed preview={null} />
      </>
    ),
    en: ['Fill in every condition to see whom this holds.', 'The count did not arrive.'],
    ko: ['모든 조건을 입력하면'],
  },
])

it.each<[string, Partial<OwnEditor>, OwnPreview['examples']]>([
  ['of what is only estimated', {}, null],
  ['of a new segment', { id: null }, []],
  ['where Flow is told of nothing', { announceMoves: false }, []],
])('%s there is no tick for telling Flow', (_of, part, examples) => {
  const preview = { troubles: [], unread: [], figures: FIGURES, examples }
  const text = textOf('en', <OwnScreen page={{ ...PAGE, ...part }} preview={preview} {...idle} />)
  expect(text).toContain('1,204 customers')
  expect(text).not.toContain('Shopify Flow')
})

import { expect, test } from 'vitest'
import type { MovesPage } from '#app/domain/moves.ts'
import { moveAddress, MovesScreen } from '#app/ui/moves-page.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'
import { FRESH } from './sample-freshness.ts'
import { reasonOf, won } from './sample-pages.ts'

const RECORDED: MovesPage = {
  period: { days: 30, from: '2026-10-24', to: '2026-11-22' },
  knownFrom: Date.UTC(2026, 8, 1),
  source: 'recorded',
  lookedAt: 0,
  total: 0,
  moves: [
    { from: 'new', to: 'one-and-done', customers: 1204, plusMinus: 0, money12m: won(21_400_000) },
    { from: 'repeat', to: 'at-risk', customers: 138, plusMinus: 0, money12m: won(9_100_000) },
  ],
  cameBack: 7,
  chosen: {
    from: 'repeat',
    to: 'at-risk',
    customers: [
      {
        customer: '5001',
        at: Date.UTC(2026, 10, 3),
        cause: 'time',
        reason: reasonOf({ stage: 'at-risk', orders: 2, sinceLastDays: 110, lastGapDays: 138, hopedWithinDays: 98 }),
        money12m: won(312_000),
      },
    ],
  },
  flows: [
    {
      own: null,
      entered: { customers: 12, plusMinus: 0, money12m: won(940_000) },
      left: { customers: 1015, plusMinus: 85, money12m: won(21_400_000) },
      knownFrom: null,
    },
    {
      own: { id: 4, name: 'Big spenders' },
      entered: { customers: 40, plusMinus: 0, money12m: null },
      left: { customers: 0, plusMinus: 0, money12m: won(0) },
      knownFrom: Date.UTC(2026, 10, 2),
    },
  ],
  freshness: FRESH,
}

readInBothLanguages([
  {
    name: 'moves are said with customers and money, and a chosen one opens its people with reasons',
    screen: <MovesScreen page={RECORDED} onPeriod={nothing} />,
    en: [
      'Oct 24, 2026 – Nov 22, 2026',
      'as written down since Sep 1, 2026',
      'New Bought once, not again 1,204 ₩21.4M',
      '7 customers more moved and came back',
      'From Repeat to At-risk',
      'Customer 5001 Nov 3, 2026 · ₩312,000 As time passed. 2 orders, 138 days apart',
    ],
    ko: ['1,204 2,140만', '재구매 → 이탈 위험', '2026년 9월 1일부터 기록했습니다.', '7명은 이동했다가'],
  },
  {
    name: 'a time before the first import says that a sample was worked out',
    screen: (
      <MovesScreen page={{ ...RECORDED, source: 'replayed', lookedAt: 2000, total: 14_682 }} onPeriod={nothing} />
    ),
    en: [
      'worked out from the orders of 2,000 of 14,682 customers and counted up',
      'with the reason they are where they are now',
    ],
    ko: ['고객 14,682명 중 2,000명'],
  },
  {
    name: 'a time of very many moves says how many customers were looked at, and how far a number may be off',
    screen: (
      <MovesScreen
        page={{
          ...RECORDED,
          lookedAt: 15_602,
          total: 1_000_000,
          moves: [{ from: 'new', to: 'repeat', customers: 101_590, plusMinus: 4841, money12m: won(9_100_000) }],
        }}
        onPeriod={nothing}
      />
    ),
    en: ['since Sep 1, 2026. So many moves are counted up from those of 15,602 of 1,000,000', '101,590 ± 4,841'],
    ko: ['고객 1,000,000명 중 항상 같은 15,602명의 기록으로', '101,590 ± 4,841'],
  },
  {
    name: 'segments that overlap say who entered, who left, what is left over, and since when that is known',
    screen: <MovesScreen page={RECORDED} onPeriod={nothing} />,
    en: [
      'Segment Entered Left Net Cherry-picker 12 ₩940K 1,015 ± 85 ₩21.4M -1,003',
      'Big spenders Known since Nov 2, 2026 40 0 +40',
    ],
    ko: ['체리피커 12 94만', '2026년 11월 2일부터 기록 40 0 +40'],
  },
  {
    name: 'a time in which nobody moved says so',
    screen: (
      <MovesScreen page={{ ...RECORDED, moves: [], cameBack: 0, chosen: null, source: 'cut' }} onPeriod={nothing} />
    ),
    en: ['Nobody moved in this time', 'what lies before is not known, because Shopify hides older orders'],
    ko: ['이 기간에 이동한 고객이 없습니다'],
  },
])

test('the address of a move keeps the period', () => {
  const [move] = RECORDED.moves
  expect(moveAddress(RECORDED, move!)).toBe('/app/moves?days=30&move=new%7Eone-and-done')
  const byDates = { period: { ...RECORDED.period, days: null } }
  expect(moveAddress(byDates, move!)).toBe('/app/moves?from=2026-10-24&to=2026-11-22&move=new%7Eone-and-done')
})

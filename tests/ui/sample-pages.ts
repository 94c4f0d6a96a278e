import type {
  CustomerPage,
  CustomerRow,
  HomePage,
  ImportProgress,
  SegmentPage,
  SegmentsPage,
  StageRow,
  WatchPage,
} from '#app/domain/pages.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { DEFAULT_THRESHOLDS } from '#app/domain/stages.ts'
import type { Estimates, Stage, StageReason } from '#app/domain/stages.ts'
import { AS_OF, FRESH, NO_FRESHNESS } from './sample-freshness.ts'
import { SHOP_OUTLOOK, expectedOf } from './sample-outlook.ts'

export const won = (minor: number) => ({ minor, currency: 'KRW' })

export const IMPORTED: ImportProgress = {
  state: 'done',
  orders: { read: 48_000, total: 48_000 },
  customers: { read: 14_682, total: 14_682 },
  problem: null,
}
export const IMPORTING: ImportProgress = {
  state: 'reading',
  orders: { read: 12_400, total: 48_000 },
  customers: { read: 0, total: null },
  problem: null,
}
export const IMPORT_FAILED: ImportProgress = {
  ...IMPORTING,
  state: 'failed',
  problem: { kind: 'shopify-unavailable', detail: 'Service unavailable', nextTryAt: AS_OF + 300_000 },
}
export const EMPTY_IMPORT: ImportProgress = {
  state: 'done',
  orders: { read: 0, total: 0 },
  customers: { read: 0, total: 0 },
  problem: null,
}

export const ESTIMATES: Estimates = {
  version: 2,
  takenAt: AS_OF - 30 * DAY_MS,
  adoptedAt: AS_OF - 30 * DAY_MS,
  source: 'learned',
  reorderers: 4_210,
  cycleDays: 61.4,
  windowDays: 122.6,
  medianFirstGapDays: 56.2,
  p80FirstGapDays: 122.6,
  gapRatioP20: 0.55,
  gapRatioP80: 1.45,
  firstGapPercentiles: [],
}
export const STARTING: Estimates = {
  ...ESTIMATES,
  version: 1,
  source: 'starting',
  reorderers: 12,
  cycleDays: 60,
  windowDays: 60,
  medianFirstGapDays: null,
  p80FirstGapDays: null,
}

export function reasonOf(reason: Partial<StageReason> & { stage: Stage; orders: number }): StageReason {
  return {
    sinceLastDays: null,
    lastGapDays: null,
    usualGapDays: null,
    hopedWithinDays: null,
    ruleVersion: 1,
    estimatesVersion: 2,
    ...reason,
  }
}

export const AT_RISK = reasonOf({
  stage: 'at-risk',
  orders: 2,
  sinceLastDays: 110,
  lastGapDays: 138,
  hopedWithinDays: 98,
})
export const USUAL = reasonOf({
  stage: 'at-risk',
  orders: 5,
  sinceLastDays: 70,
  lastGapDays: 38,
  usualGapDays: 41,
  hopedWithinDays: 62,
})

function rowOf(segment: StageRow['segment'], customers: number, minor: number, change: number | null): StageRow {
  return {
    segment,
    customers,
    share: customers / 14_682,
    revenue12m: won(minor),
    change7: change,
    change30: change === null ? null : change * 4,
    updatedAt: AS_OF,
    isTagged: segment !== 'prospect',
  }
}

export const SEGMENTS: SegmentsPage = {
  freshness: FRESH,
  import: IMPORTED,
  estimates: ESTIMATES,
  proposal: {
    estimates: { ...ESTIMATES, version: 3, windowDays: 131, medianFirstGapDays: 60, p80FirstGapDays: 131 },
    moves: 212,
  },
  rows: [
    rowOf('prospect', 1_204, 0, 12),
    rowOf('new', 2_743, 98_400_000, 31),
    rowOf('one-and-done', 5_855, 41_200_000, -18),
    rowOf('repeat', 1_458, 83_000_000, 4),
    rowOf('loyal', 1_223, 214_500_000, 0),
    rowOf('at-risk', 1_138, 21_400_000, -7),
    rowOf('lapsed', 1_061, 3_100_000, null),
    rowOf('cherry-picker', 312, 4_800_000, 3),
  ],
  own: [
    {
      id: 4,
      name: 'Big spenders at risk',
      tag: 'seg:Big spenders at risk',
      customers: 96,
      share: 0.0065,
      savedAt: Date.UTC(2026, 10, 20, 3),
      unread: [],
    },
    {
      id: 5,
      name: 'Toner',
      tag: 'seg:Toner',
      customers: null,
      share: null,
      savedAt: Date.UTC(2026, 10, 22, 3),
      unread: [],
    },
  ],
  totalCustomers: 14_682,
  lastOrderUnknown: 0,
  watched: 2_310,
  flags: { vip: 512, buysInSales: 204, regular: 388 },
  taggingOn: true,
  announceMoves: true,
  isLookedAt: true,
  asksWatchFirst: false,
}

export const NO_SEGMENTS: SegmentsPage = {
  ...SEGMENTS,
  freshness: NO_FRESHNESS,
  import: EMPTY_IMPORT,
  estimates: null,
  proposal: null,
  rows: [],
  totalCustomers: 0,
  watched: 0,
  flags: { vip: 0, buysInSales: 0, regular: 0 },
  taggingOn: false,
}

export const PEOPLE: CustomerRow[] = Array.from({ length: 10 }, (_, index) => ({
  customer: String(7_012_345_678_001 + index),
  orders: index % 2 === 0 ? 2 : 5,
  spent: won(312_000 + index * 41_000),
  lastTitle:
    index === 3 ? null : index % 2 === 0 ? 'Cica toner 500 ml' : '시카 토너 대용량 리필 기획 세트 (500ml + 200ml)',
  since: AS_OF - (12 + index) * DAY_MS,
  reason: index % 2 === 0 ? AT_RISK : USUAL,
  cherry: 'none',
  evidence: [],
  outlook: expectedOf(index),
}))

export const SEGMENT: SegmentPage = {
  segment: 'at-risk',
  row: rowOf('at-risk', 1_138, 21_400_000, -7),
  thresholds: DEFAULT_THRESHOLDS,
  estimates: ESTIMATES,
  examples: PEOPLE,
  outlook: SHOP_OUTLOOK,
  outcome: { then: 964, orderedAgain: 694, days: 120 },
  trend: Array.from({ length: 180 }, (_, index) => ({
    day: new Date(AS_OF - (179 - index) * DAY_MS).toISOString().slice(0, 10),
    customers: Math.round(900 + index * 1.3 + 60 * Math.sin(index / 9)),
  })),
  replayedUntil: '2026-10-20',
  shopifyListUrl: 'https://admin.shopify.com/store/example/customers?query=tag',
  tag: 'seg:at-risk',
  freshness: FRESH,
  keptOut: 0,
  learned: { mixture: { people: 13_478, at: AS_OF }, saleWeeks: 11 },
  taggingOn: true,
  announceMoves: true,
}

export const PICKERS: CustomerRow[] = PEOPLE.slice(0, 2).map((row) => ({
  ...row,
  cherry: 'likely',
  evidence: [
    { kind: 'discount-habit', speaksFor: true, count: 9, discounts: ['auto:Summer sale'] },
    { kind: 'benefit-reused', speaksFor: true, count: 2, discounts: ['code:HELLO10', 'code:WELCOME20'] },
    { kind: 'full-price-order', speaksFor: false, count: 1, discounts: [] },
    { kind: 'not-counted', speaksFor: false, count: 1, discounts: ['staff:Sorry'] },
  ],
}))

/** No outcome: what became of cherry-pickers is not worked out. */
export const CHERRY_SEGMENT: SegmentPage = {
  ...SEGMENT,
  segment: 'cherry-picker',
  row: rowOf('cherry-picker', 312, 4_800_000, 3),
  examples: PICKERS,
  outlook: null,
  outcome: null,
  trend: [],
  replayedUntil: null,
  tag: 'seg:cherry-picker',
}

export const WATCHED: WatchPage = {
  rows: PEOPLE.slice(0, 2).map((row) => ({
    ...row,
    orders: 1,
    reason: reasonOf({ stage: 'new', orders: 1, sinceLastDays: 40, hopedWithinDays: 122 }),
    evidence: [{ kind: 'benefit-once', speaksFor: false, count: 1, discounts: ['code:WELCOME20'] }],
  })),
  total: 2_310,
  page: 1,
  pageRows: 50,
  freshness: FRESH,
}

export const PREVIEW = {
  customers: 1_320,
  total: 14_682,
  share: 0.09,
  enters: 182,
  leaves: 0,
  moves: 190,
  entering: PEOPLE.slice(0, 2),
  leaving: [],
}

export const CUSTOMER: CustomerPage = {
  freshness: FRESH,
  customer: '7012345678001',
  stage: 'at-risk',
  since: AS_OF - 12 * DAY_MS,
  asOf: AS_OF,
  reason: AT_RISK,
  next: { stage: 'lapsed', at: AS_OF + 86 * DAY_MS },
  timeline: [
    { stage: 'new', from: AS_OF - 248 * DAY_MS, to: AS_OF - 125 * DAY_MS, isReplayed: true },
    { stage: 'one-and-done', from: AS_OF - 125 * DAY_MS, to: AS_OF - 110 * DAY_MS, isReplayed: true },
    { stage: 'repeat', from: AS_OF - 110 * DAY_MS, to: AS_OF - 12 * DAY_MS, isReplayed: true },
    { stage: 'at-risk', from: AS_OF - 12 * DAY_MS, to: null, isReplayed: false },
  ],
  window: { from: AS_OF + 5 * DAY_MS, to: AS_OF + 40 * DAY_MS, hasPassed: false },
  refill: { title: 'Cica toner 500 ml', pieces: 2, cycleDays: 59.2, lastsDays: 118.4 },
  outlook: { shop: SHOP_OUTLOOK, customer: expectedOf(0) },
  orders: [
    {
      id: '3',
      name: '#1042',
      orderedAt: AS_OF - 110 * DAY_MS,
      net: won(154_000),
      discount: won(0),
      discounts: [],
      leftOut: null,
      title: 'Cica toner 500 ml',
      moreLines: 2,
    },
    {
      id: '2',
      name: '#1010',
      orderedAt: AS_OF - 180 * DAY_MS,
      net: won(0),
      discount: won(12_000),
      discounts: ['auto:Summer sale'],
      leftOut: 'cancelled',
      title: '시카 토너',
      moreLines: 0,
    },
    {
      id: '1',
      name: '#0988',
      orderedAt: AS_OF - 248 * DAY_MS,
      net: won(158_000),
      discount: won(15_800),
      discounts: ['code:WELCOME20'],
      leftOut: null,
      title: 'Starter set',
      moreLines: 1,
    },
  ],
  olderOrders: 0,
  ordersCounted: 2,
  spent: won(312_000),
  spent12m: won(312_000),
  isBusiness: false,
  isWatched: false,
  cherry: {
    tier: 'possible',
    evidence: [
      { kind: 'benefit-reused', speaksFor: true, count: 2, discounts: ['code:WELCOME20', 'code:HELLO10'] },
      { kind: 'benefit-cancelled', speaksFor: true, count: 1, discounts: ['code:HELLO10'] },
      { kind: 'full-price-order', speaksFor: false, count: 1, discounts: [] },
      { kind: 'no-discount-habit', speaksFor: false, count: 3, discounts: [] },
      { kind: 'not-counted', speaksFor: false, count: 1, discounts: ['staff:Sorry'] },
    ],
  },
  flags: [
    { flag: 'vip', spent12m: won(312_000), from: won(280_000) },
    { flag: 'regular', orders: 4, gapDays: 36, deviationDays: 5 },
  ],
  own: {
    standings: [
      {
        id: 4,
        name: 'Big spenders at risk',
        since: Date.UTC(2026, 10, 3, 3),
        verdict: {
          member: true,
          because: [
            {
              condition: { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 200_000 },
              value: 312_000,
              holds: true,
            },
          ],
          changes: [
            { condition: { kind: 'number', feature: 'spent-12m', op: 'at-least', value: 200_000 }, to: 199_999 },
          ],
        },
      },
    ],
    names: [{ id: 4, name: 'Big spenders at risk' }],
    currency: 'KRW',
  },
  tags: { ours: ['seg:repeat'], wanted: ['seg:at-risk'] },
  shopifyUrl: 'https://admin.shopify.com/store/example/customers/7012345678001',
}

export const NO_ORDERS_CUSTOMER: CustomerPage = {
  ...CUSTOMER,
  stage: 'prospect',
  reason: reasonOf({ stage: 'prospect', orders: 0 }),
  next: null,
  timeline: [],
  window: null,
  refill: null,
  outlook: { shop: SHOP_OUTLOOK, customer: null },
  orders: [],
  ordersCounted: 0,
  spent: won(0),
  spent12m: won(0),
  cherry: { tier: 'none', evidence: [] },
  tags: { ours: [], wanted: [] },
}

export const HOME: HomePage = {
  pairsToReview: 0,
  currency: 'KRW',
  import: IMPORTED,
  check: 'idle',
  seesAllOrders: true,
  steps: [
    { step: 'import', isDone: true },
    { step: 'benefit-codes', isDone: false },
    { step: 'look', isDone: false },
    { step: 'tagging', isDone: false },
    { step: 'theme', isDone: false },
  ],
  week: { atRiskCount: 138, atRisk12m: won(21_400_000), thinnest: { stage: 'repeat', share: 0.0912 } },
  codes: [
    {
      key: 'code:WELCOME20',
      label: 'WELCOME20',
      firstOrders: 1_204,
      given: won(9_100_000),
      windowDays: 110,
      cameBackShare: 0.14,
      cameBackShareWithout: 0.26,
      shareOnFirst: 0.96,
      uses: 1_254,
      state: 'confirmed',
    },
    {
      key: 'code:HELLO10',
      label: 'HELLO10',
      firstOrders: 96,
      given: won(410_000),
      windowDays: 110,
      cameBackShare: null,
      cameBackShareWithout: null,
      shareOnFirst: 0.941,
      uses: 102,
      state: 'proposed',
    },
  ],
  freshness: FRESH,
  themeEditorUrl: 'https://example.myshopify.com/admin/themes/current/editor',
}

export const HOME_IMPORTING: HomePage = {
  ...HOME,
  currency: null,
  import: IMPORTING,
  check: 'not-yet',
  steps: HOME.steps.map((step) => ({ ...step, isDone: false })),
  week: null,
  codes: [],
  freshness: NO_FRESHNESS,
}

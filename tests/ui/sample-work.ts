import type {
  ActivityEntry,
  ActivityPage,
  CustomerMove,
  CustomerScreenPage,
  Leaving,
  ShopifySegments,
  TagHistoryPage,
  TaggingPage,
  TagQuestions,
  TagRun,
  UndoPreview,
} from '#app/domain/pages.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { defaultSettings } from '#app/domain/settings.ts'
import { SEGMENT_KEYS, shopifySegment } from '#app/domain/shopify-segments.ts'
import type { SettingsView } from '#app/ui/settings-page.tsx'
import { AS_OF, FRESH } from './sample-freshness.ts'
import { AT_RISK, CUSTOMER, HOME, IMPORTED, won } from './sample-pages.ts'

export const DRY_RUN: TaggingPage = {
  freshness: FRESH,
  asOf: AS_OF,
  tags: [
    { tag: 'seg:new', adds: 2_743, removes: 0 },
    { tag: 'seg:repeat', adds: 2_681, removes: 311 },
    { tag: 'seg:loyal', adds: 1_223, removes: 0 },
    { tag: 'seg:at-risk', adds: 1_204, removes: 0 },
    { tag: 'seg:lapsed', adds: 1_061, removes: 0 },
    { tag: 'seg:one-and-done', adds: 5_855, removes: 0 },
    { tag: 'seg:cherry-picker', adds: 312, removes: 0 },
  ],
  customers: 13_478,
  metafields: 14_682,
  preexisting: 3,
  foreignTagsChanged: 0,
  taggingOn: false,
  lastRun: null,
  import: IMPORTED,
  total: 14_682,
  hands: { questions: [], whenRemoved: 'ask' },
}

export const RUN: TagRun = {
  id: 4,
  kind: 'start',
  state: 'running',
  customers: 13_478,
  tagsAdded: 5_200,
  tagsRemoved: 0,
  statesWritten: 4_800,
  failures: 2,
  startedAt: AS_OF - 60_000,
  finishedAt: null,
  problem: null,
}

export const ACTIVITY: ActivityPage = {
  freshness: FRESH,
  entries: [
    {
      what: 'work',
      kind: 'publish',
      state: 'parked',
      attempts: 1,
      at: AS_OF - 30_000,
      problem: { kind: 'scope-missing', detail: 'Access denied for tagsAdd field.' },
    },
    {
      what: 'work',
      kind: 'catch-up',
      state: 'waiting',
      attempts: 2,
      at: AS_OF - 50_000,
      problem: { kind: 'shopify-unavailable', nextTryAt: AS_OF + 60_000 },
    },
    { what: 'tag-run', ...RUN },
    {
      what: 'import',
      id: 2,
      kind: 'history',
      subject: 'orders',
      state: 'done',
      rows: 48_000,
      badLines: 2,
      startedAt: AS_OF - 600_000,
      finishedAt: AS_OF - 300_000,
      problem: null,
    },
    {
      what: 'import',
      id: 1,
      kind: 'history',
      subject: 'customers',
      state: 'failed',
      rows: 300,
      badLines: 0,
      startedAt: AS_OF - 900_000,
      finishedAt: null,
      problem: { kind: 'bulk-file-gone', nextTryAt: AS_OF + 60_000 },
    },
    {
      what: 'privacy',
      id: 1,
      kind: 'data-request',
      at: AS_OF - DAY_MS,
      dueAt: AS_OF + 29 * DAY_MS,
      doneAt: null,
      hasExport: true,
    },
  ],
}

export const NOTHING_NEW: ActivityPage = {
  freshness: FRESH,
  entries: [
    {
      what: 'import',
      id: 3,
      kind: 'catch-up',
      subject: 'orders',
      state: 'done',
      rows: 0,
      badLines: 0,
      startedAt: AS_OF - 2_000,
      finishedAt: AS_OF - 1_000,
      problem: null,
    },
  ],
}

export const SETTINGS: SettingsView = {
  freshness: FRESH,
  learning: { isOn: true, isThere: true, customers: 812, problem: null },
  people: {
    linking: { state: 'off', read: 0, total: null, waiting: 0, problem: null },
    showNames: false,
    looks: { looks: 0, lastAt: null },
  },
  settings: { ...defaultSettings(), taggingOn: true, version: 3, benefitCodes: { 'code:WELCOME20': 'confirmed' } },
  orders: {
    orders: 16_372,
    counted: 14_975,
    reasons: [
      { reason: 'guest', orders: 1_275 },
      { reason: 'test', orders: 4 },
      { reason: 'cancelled', orders: 61 },
      { reason: 'refunded', orders: 38 },
      { reason: 'unpaid', orders: 12 },
      { reason: 'zero', orders: 7 },
    ],
  },
  codes: [
    ...HOME.codes,
    {
      key: 'auto:Summer sale',
      label: 'Summer sale',
      firstOrders: 410,
      given: won(6_000_000),
      windowDays: 110,
      cameBackShare: 0.2,
      cameBackShareWithout: 0.26,
      shareOnFirst: 0.31,
      uses: 1_320,
      state: 'other',
    },
  ],
  flow: { isOn: true, waiting: 0, problem: null },
  shopifySegments: {
    isOn: false,
    isUnderWay: false,
    rows: SEGMENT_KEYS.map((segment) => ({
      segment,
      ...shopifySegment(segment, defaultSettings()),
      state: 'waiting',
      url: null,
      problem: null,
    })),
  },
  leaving: { state: 'not-asked', steps: [], startedAt: null, finishedAt: null, problem: null },
}

/** What is asked about tags that somebody else has changed. */
export const HANDS: TagQuestions = {
  whenRemoved: 'put-back',
  questions: [
    {
      kind: 'removed',
      tag: 'seg:repeat',
      customers: 14,
      gaveUp: 2,
      examples: Array.from({ length: 10 }, (_, index) => ({
        customer: String(7_012_345_678_001 + index),
        at: index === 9 ? null : AS_OF - index * 60_000,
      })),
    },
    { kind: 'added', tag: 'seg:new', customers: 1, gaveUp: 0, examples: [{ customer: '7012345678001', at: AS_OF }] },
  ],
}

export const UNDO: UndoPreview = {
  run: { ...RUN, kind: 'update', state: 'done', finishedAt: AS_OF - 30_000 },
  tags: [
    { tag: 'seg:at-risk', adds: 0, removes: 120 },
    { tag: 'seg:repeat', adds: 118, removes: 0 },
  ],
  customers: 120,
  metafields: 120,
  changedSince: 2,
}

export const TAG_HISTORY: TagHistoryPage = {
  customer: null,
  isFirst: true,
  keptDays: 90,
  freshness: FRESH,
  next: '5',
  entries: [
    {
      id: '8',
      customer: '7012345678001',
      tag: 'seg:at-risk',
      what: 'add',
      by: 'us',
      at: AS_OF - 60_000,
      run: { id: 9, kind: 'live' },
    },
    {
      id: '7',
      customer: '7012345678002',
      tag: 'seg:repeat',
      what: 'remove',
      by: 'somebody',
      at: AS_OF - 90_000,
      run: null,
    },
    {
      id: '6',
      customer: '7012345678002',
      tag: 'seg:repeat',
      what: 'add',
      by: 'us',
      at: AS_OF - 3_600_000,
      run: { id: 4, kind: 'start' },
    },
  ],
}

export const MOVES: CustomerMove[] = [
  { id: '3', at: AS_OF - DAY_MS, what: 'cherry-picker', from: 'none', to: 'possible', cause: 'rule', reason: null },
  { id: '2', at: AS_OF - 12 * DAY_MS, what: 'stage', from: 'repeat', to: 'at-risk', cause: 'time', reason: AT_RISK },
]

export const CUSTOMER_VIEW: CustomerScreenPage = {
  state: 'known',
  customer: CUSTOMER.customer,
  page: CUSTOMER,
  moves: MOVES,
  shopifyUrl: CUSTOMER.shopifyUrl,
  freshness: FRESH,
  exclusions: [],
  tagHistory: { entries: TAG_HISTORY.entries, next: null, keptDays: 90 },
  deletedAt: null,
}

export const CREATED: ShopifySegments = {
  isOn: true,
  isUnderWay: false,
  rows: SETTINGS.shopifySegments.rows.map((row) => ({
    ...row,
    state: 'there',
    url: 'https://example.myshopify.com/admin/customers/segments/1',
  })),
}
export const LIMIT_REACHED: ShopifySegments = {
  ...CREATED,
  rows: CREATED.rows.map((row, index) =>
    index < 6
      ? row
      : {
          ...row,
          state: 'refused',
          url: null,
          problem: { kind: 'shopify-refused', detail: 'You have reached the limit of customer segments.' },
        },
  ),
}

export const LEAVING: Leaving = {
  state: 'under-way',
  steps: [
    { step: 'tagging', state: 'done', left: null },
    { step: 'tags', state: 'under-way', left: 812 },
    { step: 'segments', state: 'waiting', left: 8 },
    { step: 'definition', state: 'waiting', left: null },
  ],
  startedAt: AS_OF - 60_000,
  finishedAt: null,
  problem: null,
}
export const LEFT: Leaving = {
  ...LEAVING,
  state: 'safe',
  steps: LEAVING.steps.map((step) => ({ ...step, state: 'done', left: step.left === null ? null : 0 })),
  finishedAt: AS_OF,
}

/** What the live road adds to Activity. */
export const LIVE_ENTRIES: ActivityEntry[] = [
  {
    what: 'health',
    registered: ['orders/create', 'orders/updated', 'customers/update'],
    missing: ['refunds/create'],
    at: AS_OF,
    problem: null,
  },
  {
    what: 'moves',
    day: '2026-11-22',
    at: AS_OF,
    causes: [
      { cause: 'order', moves: 8 },
      { cause: 'time', moves: 1_204 },
    ],
  },
  { what: 'tag-run', ...RUN, id: 6, kind: 'live', state: 'done', finishedAt: AS_OF },
  { what: 'tag-run', ...RUN, id: 5, kind: 'undo', state: 'done', finishedAt: AS_OF },
]

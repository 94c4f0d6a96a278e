/**
 * What the pages show: the shapes that the stages' reads return and the screen parts render. Data only; every sentence
 * is made by the screen from these in the merchant's language. Instants are epoch milliseconds, money is minor units.
 */
import type { CherryEvidence, CherryTier } from './cherry-picker.ts'
import type { Exclusion } from './exclusions.ts'
import type { Instant, LeftOutReason } from './order.ts'
import type { Money } from './money.ts'
import type { CustomerOutlook, ShopOutlook } from './outlook-pages.ts'
import type { Refill } from './product-cycles.ts'
import type { OwnRow, OwnStanding } from './own-pages.ts'
import type { ShopifySegmentKey } from './shopify-segments.ts'
import type { Estimates, Stage, StageReason, StageSpan, Thresholds } from './stages.ts'

/** A page that can be opened as a segment: the seven stages, and cherry-picker. */
export type SegmentKey = Stage | 'cherry-picker'

/** Trouble that the merchant may have to act on; `kind` picks the text, the rest fills it in. */
export type Problem = {
  kind:
    | 'shopify-unavailable'
    | 'shopify-throttled'
    | 'shopify-refused'
    | 'code-taken'
    | 'discount-gone'
    | 'credit-unclear'
    | 'token-revoked'
    | 'scope-missing'
    | 'shop-gone'
    | 'bulk-file-gone'
    | 'bad-lines'
    | 'internal'
  /** Shopify's own words (userErrors), where it gave any. */
  detail?: string
  nextTryAt?: Instant
}

export type ImportProgress = {
  state: 'waiting' | 'asking' | 'reading' | 'merging' | 'working-out' | 'done' | 'failed'
  orders: { read: number; total: number | null }
  customers: { read: number; total: number | null }
  problem: Problem | null
}

export type Freshness = {
  /** The newest order on any road; null: none yet. */
  lastOrderAt: Instant | null
  /** When stages were last worked out; null: not yet. */
  asOf: Instant | null
  /** Older than promised (26 hours). */
  isLate: boolean
  live: {
    /**
     * live: changes come within what is promised · behind: they wait for longer · silent: Shopify has changes that it did
     * not tell us of · stopped: some could not be worked in, and are not tried again by themselves · off: none can come (no import yet, or Shopify lets us in no more)
     */
    state: 'live' | 'behind' | 'silent' | 'stopped' | 'off'
    /** Since when it is not live; missing before the first import. */
    sinceMs?: Instant
    /** Changes that are being worked in. */
    waiting: number
    promisedMs: number
  }
  /** When Shopify was last found to have nothing newer than what is here; null: not yet. */
  checkedAt: Instant | null
  /** Without read_all_orders: stages go by Shopify's own counts, and money waits. */
  isLimited: boolean
}

export type SetupStep = 'import' | 'benefit-codes' | 'look' | 'tagging' | 'theme'

/** What Home knows of the road from Shopify to here. */
export type SyncState = {
  import: ImportProgress
  /**
   * Looking for new orders: not before the first import is done; `working-out` is the same figures under another rule,
   * without a look at Shopify.
   */
  check: 'not-yet' | 'idle' | 'checking' | 'working-out'
  /** Without read_all_orders Shopify shows the last 60 days only. */
  seesAllOrders: boolean
}

export type HomePage = SyncState & {
  currency: string | null
  steps: { step: SetupStep; isDone: boolean }[]
  /** Null until the first run of the stages. */
  week: { atRiskCount: number; atRisk12m: Money | null; thinnest: { stage: Stage; share: number } | null } | null
  codes: BenefitCodeCard[]
  freshness: Freshness
  /** Deep link that opens the theme editor with our block. */
  themeEditorUrl: string
  /** Pairs of accounts that look like one person's and wait for the merchant's answer. */
  pairsToReview: number
}

/** How a confirmed or proposed first-purchase code did. Shares are 0–1. */
export type BenefitCodeCard = {
  key: string
  label: string
  firstOrders: number
  given: Money
  windowDays: number
  /** Share of matured first orders that came back within the window, with this code and without any benefit code; null: under 20 matured. */
  cameBackShare: number | null
  cameBackShareWithout: number | null
  shareOnFirst: number
  uses: number
  state: 'confirmed' | 'declined' | 'proposed' | 'other'
}

export type StageRow = {
  segment: SegmentKey
  customers: number
  share: number
  /** Null, as all money of customers, while Shopify hides older orders. */
  revenue12m: Money | null
  /** Difference in customers against 7 and 30 days ago; null: not known that far back. */
  change7: number | null
  change30: number | null
  updatedAt: Instant
  isTagged: boolean
}

/** How many carry each of the flags that say something good. */
export type FlagCounts = { vip: number; buysInSales: number; regular: number }

export type SegmentsPage = {
  freshness: Freshness
  import: ImportProgress
  estimates: Estimates | null
  /** Estimates worked out newly and waiting for the merchant's yes, with the number of customers they would move. */
  proposal: { estimates: Estimates; moves: number } | null
  rows: StageRow[]
  own: OwnRow[]
  totalCustomers: number
  /** In no segment: several orders, and Shopify hides when the last one was. */
  lastOrderUnknown: number
  watched: number
  flags: FlagCounts
  taggingOn: boolean
  announceMoves: boolean
  /** The merchant has had segments on the screen before: that setup step is done. */
  isLookedAt: boolean
  /** The three questions of the setup helper are neither answered nor put away. */
  asksWatchFirst: boolean
}

export type CustomerRow = {
  customer: string
  orders: number
  /** Money of all valid orders; null: not known. */
  spent: Money | null
  lastTitle: string | null
  since: Instant
  reason: StageReason
  cherry: CherryTier
  /** For and against cherry-picker; empty where the list is not about it. */
  evidence: CherryEvidence[]
  /** Null where nothing can be said, or the list is not about it. */
  outlook: CustomerOutlook | null
}

/** One page of those who have only used a first-purchase benefit so far. */
export type WatchPage = {
  rows: CustomerRow[]
  total: number
  /** From 0. */
  page: number
  pageRows: number
  freshness: Freshness
}

export type Outcome = {
  /** Customers in this state six months ago. */
  then: number
  /** Of them, how many ordered again within `days`. */
  orderedAgain: number
  days: number
}

export type SegmentPage = {
  segment: SegmentKey
  row: StageRow
  thresholds: Thresholds
  estimates: Estimates
  examples: CustomerRow[]
  /** Where the people are ranked by what is to be expected of them; null: they are not. */
  outlook: ShopOutlook | null
  outcome: Outcome | null
  /** Customers at the end of each shop day, oldest first, marked as replayed up to `replayedUntil`. */
  trend: { day: string; customers: number }[]
  /** Of its customers, those who are kept out of rewards. */
  keptOut: number
  replayedUntil: string | null
  /** Shopify's own customer list filtered by our tag. */
  shopifyListUrl: string
  tag: string | null
  freshness: Freshness
  /** What the shop's history has taught of cherry-picking; `mixture` null: too few people, a fixed rule holds. */
  learned: { mixture: { people: number; at: Instant } | null; saleWeeks: number }
  taggingOn: boolean
  /** Shopify Flow is told of moves, so that an edit may be told of too. */
  announceMoves: boolean
}

/** What saving these thresholds would do to one segment. */
export type SegmentPreview = {
  customers: number
  total: number
  share: number
  enters: number
  leaves: number
  /** Moves of everybody that the edit brings, into and out of any segment. */
  moves: number
  entering: CustomerRow[]
  leaving: CustomerRow[]
}

export type CustomerOrder = {
  id: string
  name: string
  orderedAt: Instant
  net: Money
  discount: Money
  discounts: string[]
  leftOut: LeftOutReason | null
  /** First line's title and how many more. */
  title: string | null
  moreLines: number
}

/** A flag that somebody carries, with the facts that say so. */
export type FlagReason =
  | { flag: 'vip'; spent12m: Money; from: Money }
  | { flag: 'buys-in-sales'; inSales: number; orders: number }
  /** Whole days: the mean gap, and its standard deviation. */
  | { flag: 'regular'; orders: number; gapDays: number; deviationDays: number }

export type CustomerPage = {
  customer: string
  stage: Stage
  since: Instant
  asOf: Instant
  reason: StageReason
  /** What time does next, if no order comes; an order always ends at-risk and lapsed. */
  next: { stage: Stage; at: Instant } | null
  timeline: (StageSpan & { isReplayed: boolean })[]
  /** When the next order is or was most likely; null: no order yet, or nobody here has reordered to learn it from. */
  window: { from: Instant; to: Instant; hasPassed: boolean } | null
  /** What of their last order runs out first, which the window goes by; null: not known of any of it. */
  refill: Refill | null
  /** `customer` null: nothing can be said of this one. */
  outlook: { shop: ShopOutlook; customer: CustomerOutlook | null }
  /** The newest of them; so many older ones, which count all the same, are not listed. */
  orders: CustomerOrder[]
  olderOrders: number
  /** How many of all of them count. */
  ordersCounted: number
  spent: Money | null
  spent12m: Money | null
  isBusiness: boolean
  isWatched: boolean
  cherry: { tier: CherryTier; evidence: CherryEvidence[] }
  flags: FlagReason[]
  /** The merchant's own segments that they are in; `names` of all that a reason may name. */
  own: { standings: OwnStanding[]; names: { id: number; name: string }[]; currency: string }
  tags: { ours: string[]; wanted: string[] }
  shopifyUrl: string
  freshness: Freshness
}

/** One move between segments, as it was written down when it happened. */
export type CustomerMove = {
  id: string
  at: Instant
  what: 'stage' | 'cherry-picker'
  /** A stage, or a tier of cherry-picker. */
  from: string
  to: string
  cause: 'order' | 'time' | 'rule' | 'estimates' | 'import'
  /** Why they are in the stage that they came to; null for cherry-picker, whose evidence is shown as it is now. */
  reason: StageReason | null
}

/** A customer as far as they are known here. */
export type CustomerView = {
  customer: string
  /** Newest first. */
  moves: CustomerMove[]
  /** What keeps them out of rewards now; empty: nothing. */
  exclusions: Exclusion[]
  shopifyUrl: string
  freshness: Freshness
} & (
  | { state: 'known'; page: CustomerPage }
  /** Several orders, and Shopify hides when the last one was: no stage and no tag. */
  | { state: 'last-order-unknown'; orders: number }
  /** Known, and about to be worked out. */
  | { state: 'waiting' }
  /** Not in the stored rows. */
  | { state: 'absent' }
)

/** What the app's page of a customer shows. `deletedAt`: when Shopify was found to know them no more. */
export type CustomerScreenPage = CustomerView & { tagHistory: TagHistory; deletedAt: Instant | null }

/** What the block on Shopify's customer page is made of. */
export type CustomerForBlock =
  | { state: 'read'; view: CustomerView; timezone: string | null }
  /** The stages have not been worked out for the first time. */
  | { state: 'not-imported' }

/** What is known of some customers together, for the action on Shopify's segment page. */
export type MembersForBlock =
  | { state: 'not-imported' }
  | {
      state: 'known'
      asked: number
      stages: { stage: Stage; customers: number }[]
      /** Several orders, the last one hidden: in no stage. */
      lastOrderUnknown: number
      likelyCherryPickers: number
      /** Net money of 12 months in minor units: theirs, and all customers'. */
      net12mMinor: number
      everybodysNet12mMinor: number
      freshness: Freshness
      timezone: string | null
    }

export type DryRun = {
  asOf: Instant
  /** Per tag of ours: how many customers would get it, and how many would lose it. */
  tags: { tag: string; adds: number; removes: number }[]
  customers: number
  metafields: number
  /** Customers who already carry one of our names as their own tag: left alone. */
  preexisting: number
  foreignTagsChanged: 0
  taggingOn: boolean
  /** The newest tag run, under way or ended. */
  lastRun: TagRun | null
  total: number
}

export type TaggingPage = DryRun & { import: ImportProgress; freshness: Freshness; hands: TagQuestions }

export type TagRun = {
  id: number
  /** live: one entry a shop day for all customers who were published one by one; undo: the last run taken back. */
  kind: 'start' | 'update' | 'remove' | 'undo' | 'live'
  state: 'planned' | 'running' | 'done' | 'failed'
  customers: number
  tagsAdded: number
  tagsRemoved: number
  statesWritten: number
  failures: number
  startedAt: Instant
  finishedAt: Instant | null
  problem: Problem | null
}

/** A tag on which somebody else's hand was noticed and that waits for the merchant's answer. */
export type TagQuestion = {
  /** removed: a tag of ours was taken off though the segment still asks for it; added: somebody gave one of our names. */
  kind: 'removed' | 'added'
  tag: string
  customers: number
  /** Of them, how many had it put back three times already (removed only). */
  gaveUp: number
  /** Up to ten, the latest first. */
  examples: { customer: string; at: Instant | null }[]
}

/** removed: put-back or leave; added: leave or take-off. */
export type TagAnswer = 'put-back' | 'leave' | 'take-off'

export type TagQuestions = {
  questions: TagQuestion[]
  whenRemoved: 'ask' | 'put-back' | 'leave'
}

/** One change of a tag, newest first where listed. */
export type TagHistoryEntry = {
  id: string
  customer: string
  tag: string
  what: 'add' | 'remove'
  by: 'us' | 'somebody'
  at: Instant
  /** By us: which kind of run, and its id; null for somebody else. */
  run: { id: number; kind: TagRun['kind'] } | null
}

export type TagHistory = {
  entries: TagHistoryEntry[]
  /** Hand it back as `before` for the next page; null: no more. */
  next: string | null
  keptDays: number
}

/** `customer`: whose; null: everybody's. `isFirst`: the newest changes. */
export type TagHistoryPage = TagHistory & { customer: string | null; isFirst: boolean; freshness: Freshness }

/** What taking the last tag run back would do. */
export type UndoPreview = {
  run: TagRun
  tags: { tag: string; adds: number; removes: number }[]
  customers: number
  metafields: number
  /** Changes of that run that somebody, or we, have changed again since: left alone. */
  changedSince: number
}

export type ShopifySegmentRow = {
  segment: ShopifySegmentKey
  name: string
  query: string
  /** there: in Shopify; waiting: about to be created or renamed; refused: Shopify's words are in `problem`. */
  state: 'there' | 'waiting' | 'refused'
  /** Opens it in Shopify admin; null: not there yet. */
  url: string | null
  problem: Problem | null
}

export type ShopifySegments = { isOn: boolean; isUnderWay: boolean; rows: ShopifySegmentRow[] }

/** How telling Shopify Flow of moves stands. */
export type Announcements = {
  isOn: boolean
  /** Moves that Flow has not been told of yet. */
  waiting: number
  /** What Flow said last when it took none; null: it takes them. */
  problem: Problem | null
}

export type LeavingStep = 'tagging' | 'tags' | 'segments' | 'definition'

/** Preparing to uninstall: everything of ours is taken out of the shop, step by step. */
export type Leaving = {
  /** cancelled: tagging was started again. */
  state: 'not-asked' | 'under-way' | 'failed' | 'safe' | 'cancelled'
  steps: { step: LeavingStep; state: 'waiting' | 'under-way' | 'done' | 'failed'; left: number | null }[]
  startedAt: Instant | null
  finishedAt: Instant | null
  problem: Problem | null
}

export type ActivityEntry =
  | {
      what: 'import'
      id: number
      kind: 'history' | 'catch-up' | 'accounts'
      subject: 'orders' | 'customers'
      state: string
      rows: number
      badLines: number
      startedAt: Instant
      finishedAt: Instant | null
      problem: Problem | null
    }
  | ({ what: 'tag-run' } & TagRun)
  | {
      what: 'work'
      kind: string
      state: 'waiting' | 'parked' | 'dead'
      attempts: number
      at: Instant
      problem: Problem
    }
  /** Moves of one day of the shop. */
  | { what: 'moves'; day: string; at: Instant; causes: { cause: CustomerMove['cause']; moves: number }[] }
  /** What was found about what Shopify tells us of. */
  | {
      what: 'health'
      /** Kinds of changes that we asked for ourselves because they did not come. */
      registered: string[]
      /** Kinds that still do not come: asked for again with every look. */
      missing: string[]
      at: Instant
      problem: Problem | null
    }
  | {
      what: 'privacy'
      id: number
      kind: 'data-request' | 'customer-redact' | 'shop-redact'
      at: Instant
      dueAt: Instant
      doneAt: Instant | null
      hasExport: boolean
    }

export type ActivityPage = { entries: ActivityEntry[]; freshness: Freshness }

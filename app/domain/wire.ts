/**
 * What crosses between the app and its extensions, and between the app and the storefront. Types only: an extension may import nothing from the
 * app that runs. Sentences and figures come as they are shown, in the language that was asked for: the block says word for
 * word what the app's own page says, and a reason that is new needs no new version of the extension.
 */
import type { PersonalOffer } from './rewards/personal-rewards.ts'
import type { Stage } from './stages.ts'

/**
 * Answer of GET survey on the storefront: what the signed-in customer has answered, and a token for one deed. `delivery`: whether
 * the question after a delivery is theirs to answer, or answered since their last delivery; null: there is nothing to ask of.
 */
export type VisitorSurvey = { answers: SurveyAnswers; token: string | null; delivery: 'due' | 'answered' | null }

/** Ids of choices by the question's id. */
export type SurveyAnswers = Record<string, number[]>

/** The languages of the extensions' locale files. */
export type BlockLocale = 'en' | 'ko'

/** Answer of GET /block/customer?id=<digits>&locale=<en|ko>. */
export type CustomerBlockAnswer =
  | { state: 'known'; customer: KnownCustomer }
  /** Known, and in no stage: about to be worked out, or Shopify hides when they last ordered. `path` as below. */
  | { state: 'unplaced'; title: string; text: string; path: string }
  /** Nobody of this id in the stored rows: not bought or not arrived yet, or erased. */
  | { state: 'unknown' }
  /** The shop's first import is not done. */
  | { state: 'not-imported' }

export type KnownCustomer = {
  stage: Stage
  /** The stage's name and since when: "At-risk since Nov 3, 2026". */
  since: string
  label: string
  /** Why, as a true sentence about this person. */
  why: string
  /** What time does next and when, if no order comes. */
  next: string
  window: string
  /** The last moves, newest first, each with its day; empty if there was none. */
  moves: string[]
  /** Cherry-picker, always in the public wording: everybody who may see customers reads this. Null: not worked out here. */
  flag: string | null
  /** What keeps them out of rewards and until when, a sentence each; empty: nothing. */
  keptOut: string[]
  /** The last reward that they were granted and in which state it is; null: none. */
  reward: string | null
  /** When this was last as Shopify's. */
  asOf: string
  /** Later than promised. */
  isLate: boolean
  /** The customer's page in the app, as a path. */
  path: string
}

/** Most members of a segment that are asked about at once: one page of customerSegmentMembers. */
export type SegmentBlockQuestion = { ids: string[]; locale: BlockLocale }

/** Answer of POST /block/segment. */
export type SegmentBlockAnswer = { state: 'known'; segment: KnownSegment } | { state: 'not-imported' }

export type KnownSegment = {
  /** How many of those asked about are known, and how many are not. */
  known: string
  unknown: string | null
  /** Of those known, how many are in no stage because Shopify hides when they last ordered; null: nobody. */
  lastOrderUnknown: string | null
  /** Stages that somebody is in, in the order of the stages, with the share of those known. */
  rows: { stage: Stage; label: string; customers: string; share: string }[]
  /** Likely cherry-pickers, in the public wording; null: not worked out here. */
  flag: { label: string; customers: string } | null
  /** At risk or quiet for long. */
  late: string
  /** Their share of what all customers spent in 12 months, guests' orders aside; null while that is nothing or not known. */
  revenueShare: string | null
  asOf: string
  isLate: boolean
}

/** Body of an answer that is none; the status says the rest. */
export type BlockRefusal = { code: string; fields?: Record<string, string> }

/** Every refusal of the app proxy, /proxy/…: a word, and nothing about anybody. */
export type VisitorRefusal = {
  error:
    | 'bad-request'
    | 'not-signed'
    /** Nobody is signed in, or the token is not theirs, used or over. */
    | 'not-allowed'
    | 'not-found'
    | 'wrong-method'
    | 'too-large'
    | 'not-json'
    | 'invalid-input'
    /** Retry-After says when; so it does for `unavailable`. */
    | 'too-many-requests'
    | 'invariant-broken'
    | 'unavailable'
}

/** Answer of GET /proxy/offers: what a signed-in customer has, in the form of the metafield that the theme reads. */
export type VisitorOffers = {
  /** They have switched personal offers off; what was theirs before is still here. */
  off: boolean
  offers: VisitorOffer[]
  /** For POST /proxy/opt-out with `off`; null: nobody is signed in, and there are no offers. */
  optOut: string | null
}

/** Each token is good once, for ten minutes, for whoever got it; null: there is nothing of the kind to do. */
export type VisitorOffer = PersonalOffer & { tokens: { seen: string; claim: string | null; ask: string | null } }

/**
 * Answer of POST /proxy/claim, the same however often it is sent. `reserved`: theirs, the code is on its way. `issued`: there, with
 * its code; none where it is store credit. `over`: all are taken, or it has ended. `not-yours`: it is not offered to them.
 */
export type ClaimAnswer = { state: 'reserved' | 'issued' | 'over' | 'not-yours'; code?: string }

/** Answer of GET /proxy/why?reward=<id>: facts, for which the theme has the words; null: they see no such reward. */
export type VisitorReason = Pick<PersonalOffer, 'because' | 'state' | 'join' | 'missing' | 'endsOn'> | { because: null }

/** Answer of POST /proxy/ask: it is in the merchant's queue. */
export type VisitorAsked = { asked: true }

/** What the web pixel tells of. What was searched for is not told: somebody typed it. */
export type PixelKind =
  | 'page-viewed'
  | 'product-viewed'
  | 'searched'
  | 'cart-added'
  | 'cart-removed'
  | 'cart-viewed'
  | 'checkout-started'
  | 'checkout-completed'

/** Why we recommend something: what its link carries as `mrl`. */
export type PixelReason = 'goes-with' | 'low' | 'for-you' | 'popular' | 'first' | 'pinned'

/** One thing that a shopper did; nothing in it is vouched for. */
export type PixelEvent = {
  /** Made by the browser: sent again, it is stored once. */
  id: string
  kind: PixelKind
  /** Epoch milliseconds, by the shopper's clock. */
  at: number
  /** Digits of Shopify's ids. */
  customer?: string
  product?: string
  reason?: PixelReason
}

/** Body of POST /events, as text/plain so that the browser asks nothing first; answered by a status alone. */
export type PixelBatch = { key: string; events: PixelEvent[] }

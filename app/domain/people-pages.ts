/** What the pages about several accounts of one person, and about names on screen, show. Data only, as pages.ts. */
import type { Instant } from './order.ts'
import type { Freshness, Problem } from './pages.ts'
import type { Stage } from './stages.ts'

/** What Shopify calls level 2 of protected customer data, by the parts that it approves one by one. */
export type ProtectedPart = 'name' | 'email' | 'phone' | 'address'

export type LinkState = 'suggested' | 'confirmed' | 'household' | 'unsure'

/** What the merchant may say of a link; `suggested` takes an answer back. */
export const LINK_ANSWERS = ['confirmed', 'household', 'unsure', 'suggested'] as const
export type LinkAnswer = (typeof LINK_ANSWERS)[number]

/** Two accounts held against each other by one kind of key: their hashes are equal, differ, or one of them has none. */
export type Agreement = 'same' | 'different' | 'unknown'

/** `name`: the name part of the e-mail address at that address. */
export type LinkEvidence = { email: Agreement; phone: Agreement; address: Agreement; name: Agreement }

/** One account of a link as it stands in the shop. */
export type LinkedAccount = {
  customer: string
  /** Null: several orders, and Shopify hides when the last one was. */
  stage: Stage | null
  /** Occasions, and when the last one was. */
  orders: number
  lastAt: Instant | null
  createdAt: Instant
  /** First-purchase benefits that were used, and attempts: cancelled or wholly refunded. */
  benefits: number
  attempts: number
}

/**
 * A pair that would make one person of two whom the merchant has told apart (`with`), if it were confirmed (would-be) or
 * though it is (held-back: the two count as two persons all the same); or the pair told apart, which outranks the confirmed
 * pair `with`.
 */
export type LinkConflict = { is: 'would-be' | 'held-back' | 'outranks'; with: readonly [string, string] }

/** A pair in the review queue. */
export type ReviewRow = {
  a: LinkedAccount
  b: LinkedAccount
  state: LinkState
  evidence: LinkEvidence
  /** Other accounts that were confirmed to be the same person as one of the two. */
  alsoConfirmed: number
  /** As one person: null where Shopify hides older orders. */
  joined: { stage: Stage; orders: number; benefits: number } | null
  /** Another answer that does not go with this pair; null: none. */
  conflict: LinkConflict | null
  decidedAt: Instant | null
  /** Shopify's page of the second account, from which its own merge begins. */
  mergeUrl: string
}

export type ReviewPage = {
  /** What is listed: pairs that wait for an answer, first those whose answers contradict each other; or those that have one. */
  show: 'waiting' | 'decided'
  rows: ReviewRow[]
  total: number
  /** From 0. */
  page: number
  pageRows: number
  waiting: number
  decided: number
  linking: Linking
  freshness: Freshness
}

/** Where looking for several accounts of one person stands. */
export type Linking = {
  /**
   * off · reading: accounts are being read · linking: they are held against each other · ready · failed: `problem` says why
   */
  state: 'off' | 'reading' | 'linking' | 'ready' | 'failed'
  /** Accounts read so far, and how many Shopify has counted; null: not known yet. */
  read: number
  total: number | null
  /** Pairs that wait for an answer. */
  waiting: number
  problem: Problem | null
}

/** What a request for level 2 came back with. */
export type SwitchAnswer = { is: 'on' } | { is: 'off' } | { is: 'refused'; parts: ProtectedPart[] }

/** Names by customer id; whoever is not in it has none, or Shopify does not show it. */
export type ShownNames = { names: Record<string, string> }

/** What Settings says about both. */
export type PeopleSettings = {
  linking: Linking
  showNames: boolean
  /** Of the past 30 days: how often names were looked at, and when last. */
  looks: { looks: number; lastAt: Instant | null }
}

/** What the pages of the merchant's own segments show. Data only, as in pages.ts. */
import type { Exclusion } from './exclusions.ts'
import type { Money } from './money.ts'
import type { Instant } from './order.ts'
import type { Freshness } from './pages.ts'
import type { Estimate } from './rules/estimate.ts'
import type { Verdict } from './rules/evaluate.ts'
import type { Condition, ReadBeside, Rule, RuleFault } from './rules/rule.ts'

/** What is wrong with a rule. `blocks`: it cannot be saved so. */
export type RuleTrouble = { blocks: boolean } & (
  | { kind: RuleFault | 'rule-whole-history' | 'rule-everybody' }
  /** Names of the segments on the way from this one back to itself. */
  | { kind: 'rule-circle'; names: string[] }
  | { kind: 'rule-nobody'; between: [Condition, Condition] | null }
  | { kind: 'rule-our-tag' | 'rule-tag-gone'; tag: string }
  | { kind: 'rule-product-gone' | 'rule-collection-gone' | 'rule-answer-gone'; title: string }
  | { kind: 'rule-segment-gone' }
)

/**
 * Something that was never read from Shopify, so that nobody counts as having it yet. reading: it is on its way, or comes
 * with the first import · denied: Shopify does not show it to the app · failed: it is tried again by its next turn.
 */
export type Unread = { subject: ReadBeside; state: 'reading' | 'denied' | 'failed' }

/** One of the merchant's own segments in the list. */
export type OwnRow = {
  id: number
  name: string
  tag: string
  /** Null: not worked out yet. */
  customers: number | null
  share: number | null
  savedAt: Instant
  /** Of what its rule looks at. */
  unread: Unread[]
}

export type OwnVersion = { version: number; name: string; rule: Rule; savedAt: Instant }

/** What the editor of one segment starts from; without an id it is a new one. */
export type OwnEditor = {
  id: number | null
  name: string
  rule: Rule | null
  version: number
  /** Newest first. */
  versions: OwnVersion[]
  /** The shop's other segments, which a condition may name. */
  others: { id: number; name: string }[]
  /** Tags that customers carry and products that were bought lately, most frequent first. */
  tags: string[]
  products: { id: string; title: string }[]
  /** By title. */
  collections: { id: string; title: string }[]
  /** The merchant learns from visits: conditions may ask for them, and for these categories. */
  learnsFromVisits: boolean
  categories: { id: string; title: string }[]
  /** Choices of the survey, each with its question. */
  answers: { id: string; title: string }[]
  /** Where customers live, most frequent first: two letters each. */
  countries: string[]
  currency: string
  tagPrefix: string
  /** When everybody was last held against it; null: not yet. */
  workedAt: Instant | null
  isTagged: boolean
  /** Shopify Flow is told of moves. */
  announceMoves: boolean
  /** Whatever a rule might look at; `unreadBySaved`: of what the saved rule looks at. */
  unread: Unread[]
  unreadBySaved: Unread[]
  /** Of its customers, those who are kept out of rewards, and what keeps out all of them. */
  keptOut: number
  exclusion: Exclusion | null
  freshness: Freshness
}

export type OwnExample = {
  customer: string
  orders: number
  spent: Money | null
  /** What saving would do to them. */
  move: 'enters' | 'stays' | 'leaves'
  verdict: Verdict
}

/** One of the merchant's own segments that somebody is in, and why. */
export type OwnStanding = { id: number; name: string; since: Instant; verdict: Verdict }

/** What a rule would hold if it were saved now. */
export type OwnPreview = {
  troubles: RuleTrouble[]
  /** Of what the rule looks at. */
  unread: Unread[]
  /** Null: the rule cannot be. */
  figures: {
    members: Estimate
    total: number
    share: number
    revenue12m: Money | null
    reachable: number
    enters: number
    leaves: number
  } | null
  /** Null while only the sample was asked. */
  examples: OwnExample[] | null
}

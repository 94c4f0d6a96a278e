/** Keeping somebody out of rewards: a customer, or everybody in a segment of the merchant's own, with reason and end. */
import { z } from 'zod'
import type { Freshness } from './pages.ts'
import { DAY_MS, type Instant } from './order.ts'

/** Longest reason, in characters. */
export const REASON_MAX = 200
/** An exclusion that ends within so many days ends soon. */
export const ENDS_SOON_DAYS = 14
/** Farthest end, in days from now. */
export const LONGEST_DAYS = 3660

/** Why somebody is kept out, and how long. */
export type Exclusion = {
  id: number
  /** Null: it names the customer. */
  segment: { id: number; name: string } | null
  reason: string
  since: Instant
  /** The first moment after it; null: until the merchant ends it. */
  until: Instant | null
}

/** One row of the list of all that are in force. */
export type ExclusionRow = Exclusion & {
  /** Digits of the id; null: it is a segment's. */
  customer: string | null
  /** How many it keeps out; null: the segment is being worked out. */
  customers: number | null
  endsSoon: boolean
}

export type EndedExclusion = Omit<ExclusionRow, 'customers' | 'endsSoon'> & { endedAt: Instant; by: 'hand' | 'date' }

/** The review list. */
export type ExclusionsPage = {
  rows: ExclusionRow[]
  /** In force, also those on other pages. */
  total: number
  /** From 0. */
  page: number
  pageRows: number
  /** Customers kept out by any of them, each counted once. */
  customers: number
  /** The last ones that ended, newest first. */
  ended: EndedExclusion[]
  /** The shop's own segments that are not kept out yet. */
  segments: { id: number; name: string; customers: number | null }[]
  freshness: Freshness
}

/**
 * What a merchant sends to keep somebody out. `until`: the last day, YYYY-MM-DD in the shop's calendar; empty: until ended
 * by hand. Messages are keys of the screen texts (`exclude.refused.…`).
 */
export const ExclusionFields = z.object({
  reason: z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => text !== '', 'empty')
    .refine((text) => [...text].length <= REASON_MAX, 'long')
    .refine((text) => !/\p{Cc}/u.test(text), 'characters'),
  until: z.union([z.literal(''), z.iso.date('date')]),
})

export type ExclusionInput = z.infer<typeof ExclusionFields>

/**
 * Whether an exclusion in force ends within two weeks.
 *
 * Known values: now + 13 days is soon, now + 15 days is not, without an end it never is (tests/domain/exclusions.test.ts).
 */
export function endsSoon(until: Instant | null, now: Instant): boolean {
  return until !== null && until - now <= ENDS_SOON_DAYS * DAY_MS
}

/**
 * Two exclusions of what has become one customer: it lasts from the earlier beginning to the later end (null: until ended by
 * hand), for both reasons; where they are too long together, for that of the one that ends later.
 *
 * Known values: until 20 and 30 October end on the 30th, with none it has none; "a" and "b" are "a / b", "a" and "a" are "a"
 * (tests/domain/exclusions.test.ts).
 */
export function joinedExclusion(stays: InForce, comes: InForce): InForce {
  const ends = ({ until }: InForce) => until ?? Infinity
  const longer = ends(comes) > ends(stays) ? comes : stays
  const both = stays.reason === comes.reason ? stays.reason : `${stays.reason} / ${comes.reason}`
  return {
    reason: [...both].length <= REASON_MAX ? both : longer.reason,
    since: Math.min(stays.since, comes.since),
    until: longer.until,
  }
}

type InForce = Pick<Exclusion, 'reason' | 'since' | 'until'>

/** A segment's card: facts worked out beside what the merchant writes. */
import { z } from 'zod'
import type { CardFacts, Drift } from './card-facts.ts'
import type { Freshness, SegmentKey } from './pages.ts'
import { DAY_MS, type Instant } from './order.ts'
import { STAGES } from './stages.ts'

/** A stage, cherry-picker, or `own:<id>` for one of the merchant's own segments. */
export type CardKey = SegmentKey | `own:${number}`

/** Longest texts, in characters: together they fit on one printed page. */
export const CARD_LIMITS = { name: 60, story: 600, pains: 400, goals: 400, channel: 160 } as const
export type CardField = keyof typeof CARD_LIMITS
export const CARD_FIELDS = Object.keys(CARD_LIMITS) as CardField[]

/** A card that was looked over longer ago is due. */
const REVIEW_DAYS = 90

const text = (longest: number) =>
  z
    .string()
    .transform((sent) => sent.normalize('NFC').replaceAll('\r\n', '\n').trim())
    .refine((sent) => [...sent].length <= longest, 'long')
    .refine((sent) => !/[^\P{Cc}\n]/u.test(sent), 'characters')

/** What a merchant writes on a card; all of it may be empty. Messages are keys of the screen texts (`card.refused.…`). */
export const CardWordsFields = z.object({
  name: text(CARD_LIMITS.name),
  story: text(CARD_LIMITS.story),
  pains: text(CARD_LIMITS.pains),
  goals: text(CARD_LIMITS.goals),
  channel: text(CARD_LIMITS.channel),
})
export type CardWords = z.infer<typeof CardWordsFields>

export const NO_WORDS: CardWords = { name: '', story: '', pains: '', goals: '', channel: '' }

export type CardVersion = CardWords & { version: number; savedAt: Instant }

export type CardPage = {
  key: CardKey
  /** The name of one of the merchant's own segments; null: a big one. */
  ownName: string | null
  /** Cherry-picker, or a segment that is kept out of rewards. */
  isNegative: boolean
  facts: CardFacts
  /** ISO code of the money in `facts`. */
  currency: string
  words: CardWords
  /** Newest first. */
  versions: CardVersion[]
  /** Null: nobody has looked it over yet. */
  review: { at: Instant; isDue: boolean; drift: Drift[] } | null
  /** When the facts were worked out. */
  asOf: Instant
  timezone: string | null
  freshness: Freshness
}

/** Whether a card that was looked over at a moment is due again. Known values: after 90 days not, after 91 days it is. */
export function isReviewDue(at: Instant, now: Instant): boolean {
  return now - at > REVIEW_DAYS * DAY_MS
}

export function isSegmentKey(key: string): key is SegmentKey {
  return key === 'cherry-picker' || (STAGES as readonly string[]).includes(key)
}

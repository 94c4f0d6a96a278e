/** What the storefront reads of one customer's own rewards: one JSON document in a metafield of the customer's. */
import { z } from 'zod'
import { SURVEY_PARTS } from '#app/domain/survey.ts'

/** The customer's metafield, read in Liquid as `customer.metafields['$app:morello'].rewards.value`. */
export const PERSONAL_REWARDS_KEY = 'rewards'

const hundredths = z.number().int().positive().max(Number.MAX_SAFE_INTEGER)

const Gift = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('percent'), percent: z.number().int().min(1).max(100) }),
  /** Hundredths of the currency's unit. */
  z.strictObject({ kind: z.literal('amount'), amount: hundredths }),
  z.strictObject({ kind: z.literal('free-shipping') }),
  z.strictObject({ kind: z.literal('credit'), amount: hundredths }),
  /** `variant`: what the basket's form adds. */
  z.strictObject({ kind: z.literal('gift'), product: z.string(), variant: z.string(), title: z.string() }),
])

/** What is still missing for a step, as facts: the theme has the words. `done` of `of` where it is counted. */
const Missing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('order'), done: z.number().int(), of: z.number().int() }),
  z.strictObject({ kind: z.literal('delivered'), days: z.number().int(), on: z.iso.date().nullable() }),
  z.strictObject({ kind: z.literal('kept'), days: z.number().int(), on: z.iso.date().nullable() }),
  z.strictObject({ kind: z.literal('review') }),
  z.strictObject({ kind: z.literal('consent'), channel: z.enum(['email', 'sms']) }),
  z.strictObject({ kind: z.literal('survey'), which: z.enum(SURVEY_PARTS) }),
  z.strictObject({ kind: z.literal('wait'), on: z.iso.date() }),
])

const Offer = z.strictObject({
  /** The reward's row. */
  id: z.number().int().positive(),
  /** Which of its steps, from 0, of how many. */
  step: z.number().int().min(0),
  steps: z.number().int().min(1),
  /**
   * `open`: theirs now, with `code` (null: store credit, in their account). `claim`: theirs to take, first come first served.
   * `progress`: something is missing. `refused`: a first order's reward that they have had; they may ask the shop. `asked`: they
   * have. `declined`: the shop has said no.
   */
  state: z.enum(['open', 'claim', 'progress', 'refused', 'asked', 'declined']),
  what: Gift,
  code: z.string().max(255).nullable(),
  /** The smallest basket in hundredths of the currency's unit; null: none. */
  minimum: hundredths.nullable(),
  /** Only chosen products. */
  isForSome: z.boolean(),
  /** The last day on which it can be used (`open`) or got. */
  endsOn: z.iso.date(),
  /** The merchant's headline; null: the theme's own. Plain text, escaped by the theme. */
  text: z.string().nullable(),
  join: z.enum(['and', 'or']),
  missing: z.array(Missing),
  /** Why they see it: whom it is for, as the merchant's pages name it; no cherry-picker among them. */
  because: z.enum(['first-order', 'everybody', 'order', 'late', 'loyal', 'chosen']),
})

/**
 * As the app writes it; at most one is `open` or `claim`, and it comes first. `off`: they have switched personal offers off.
 * `shared`: of the codes that everybody signed in gets who has not ordered, those that are theirs; left out, none is.
 */
export const PersonalRewards = z.strictObject({
  v: z.literal(1),
  off: z.boolean(),
  rewards: z.array(Offer).max(5),
  shared: z.array(z.number().int().positive()).min(1).max(20).optional(),
})
export type PersonalRewards = z.infer<typeof PersonalRewards>
/** There is nothing in it that a block would show. */
export function isNothing({ rewards, shared, off }: PersonalRewards): boolean {
  return rewards.length === 0 && shared === undefined && !off
}
export type PersonalOffer = z.infer<typeof Offer>
export type MissingForStep = z.infer<typeof Missing>

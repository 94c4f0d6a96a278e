/** What of a reward is a person's: since when they could get it, in which arm, and each right that they were granted. */
import { z } from 'zod'
import { SURVEY_PARTS } from '#app/domain/survey.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { RewardGift } from './reward.ts'

/**
 * `reserved`: theirs, its face value is held against the budget, Shopify has not been asked. `asked`: what Shopify was asked for
 * is written down, its answer is not. `issued`: the code or the credit is there. `used`, `expired`: over. `ended`: taken back
 * before it was there, nothing was lost. `parked`: whether Shopify did it cannot be told; a person has to say. `waiting`: it is
 * for the merchant to decide (a second cancelled benefit order, or a shopper asked). `declined`: the merchant said no.
 */
export const GRANT_STATES = [
  'reserved',
  'asked',
  'issued',
  'used',
  'expired',
  'ended',
  'parked',
  'waiting',
  'declined',
] as const
export type GrantState = (typeof GRANT_STATES)[number]

/** Counts against the budget and the number of people. */
export const HOLDS_BUDGET: readonly GrantState[] = ['reserved', 'asked', 'issued', 'used', 'parked']
/** The shopper has it or is about to: no other reward is shown meanwhile. */
export const OPEN_STATES: readonly GrantState[] = ['reserved', 'asked', 'issued', 'parked']

/** Those of `comparison` are shown nothing and promised nothing. */
export type Arm = 'reward' | 'comparison'

/** One person's place in one reward, fixed when they could first get it. */
export type Standing = {
  reward: number
  customer: Id
  /** The lowest id of the accounts confirmed to be one person's. */
  person: Id
  arm: Arm
  /** Which of the reward's two texts they read. */
  text: 0 | 1
  since: Instant
  facts: StandingFacts
}

/** What was true when they could first get it, and how far they are: kept as one JSON document. */
export const StandingFacts = z.object({
  /** Orders that counted by then. */
  ordersBefore: z.number().int().nonnegative(),
  /** They had already agreed to marketing by then: that consent earns nothing. */
  hadConsent: z.object({ email: z.boolean(), sms: z.boolean() }),
  /** A suspected cherry-picker by then: the kind of reward follows from it. */
  isSuspect: z.boolean(),
  /** What a suspect gets of each step as credit instead, in minor units; null: the shop's orders do not say what it is worth. */
  insteadMinor: z.array(z.number().int().positive().nullable()),
  /** When their agreement was first seen: taken back later, it has been given. */
  consentAt: z.object({ email: z.number().int().nullable(), sms: z.number().int().nullable() }),
  /** When their answer to the survey was first seen, where the reward hangs on it: taken back later, it has been given. */
  surveyAt: z.partialRecord(z.enum(SURVEY_PARTS), z.number().int()).optional(),
})
export type StandingFacts = z.infer<typeof StandingFacts>

/** One person's right to one step of a reward. `turn`: 0, then one more for each code issued anew after a cancelled order. */
export type Grant = {
  id: number
  reward: number
  step: number
  turn: number
  customer: Id
  person: Id
  state: GrantState
  /** As it was promised: an edit of the reward changes nothing of it. */
  what: RewardGift
  reservedMinor: number | null
  code: string | null
  grantedAt: Instant
  issuedAt: Instant | null
  expiresAt: Instant | null
  usedAt: Instant | null
  usedOrder: Id | null
  spentMinor: number | null
}

/**
 * The face value that a grant holds against the budget, in minor units; null where only the order will tell.
 *
 * Known values: 3,000 of credit hold 3,000; 20 % holds nothing yet (tests/domain/rewards/grant.test.ts).
 */
export function faceValueMinor(what: RewardGift): number | null {
  switch (what.kind) {
    case 'amount':
    case 'credit':
      return what.amountMinor
    case 'gift':
      return what.priceMinor
    case 'percent':
    case 'free-shipping':
      return null
  }
}

/** A reward: whom it is for, what has to be done for it, what it gives, and where it ends. */
import { z } from 'zod'
import { STAGES } from '#app/domain/stages.ts'
import { SURVEY_PARTS, type SurveyPart } from '#app/domain/survey.ts'

/** Longest name and longest headline, in characters. */
export const NAME_MAX = 60
export const TEXT_MAX = 120
/** Farthest last day, in days from today: no discount of ours is without an end. */
export const LONGEST_DAYS = 366
/** Longest and shortest code, in characters. */
export const CODE_MIN = 3
export const CODE_MAX = 40
/** Most steps, and most conditions of one. */
export const STEPS_MAX = 3
export const CONDITIONS_MAX = 4

const amountMinor = z.number().int('amount').min(1, 'amount').max(1_000_000_000_000, 'amount')
const shopifyId = z.string().regex(/^\d{1,20}$/, 'product')
const daysUpTo = (most: number) => z.number().int('days').min(0, 'days').max(most, 'days')
const orders = z.number().int('orders').min(1, 'orders').max(20, 'orders')

/** One line of plain text that shoppers read: the theme escapes it, so it may hold any printable character. */
const oneLine = (max: number) =>
  z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => [...text].length <= max, 'name-long')
    .refine((text) => !/\p{Cc}/u.test(text), 'name-characters')

/** What the shopper gets. `credit`: store credit. `gift`: one piece of a product whose price is off while it is in the basket. */
const WhatShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent'), percent: z.number().int('percent').min(1, 'percent').max(100, 'percent') }),
  z.object({ kind: z.literal('amount'), amountMinor }),
  z.object({ kind: z.literal('free-shipping') }),
  z.object({ kind: z.literal('credit'), amountMinor }),
  z.object({
    kind: z.literal('gift'),
    product: shopifyId,
    variant: shopifyId,
    /** As the merchant's product is called, for the pages; the theme reads the product itself. */
    title: oneLine(255),
    priceMinor: amountMinor,
  }),
])
export type RewardGift = z.infer<typeof WhatShape>

/**
 * What somebody has to do. Only what happens from the reward's start on counts.
 * `order`: their nth order that counts. `more-orders`: so many orders after they could first get it. `delivered`: so many days
 * have passed since an order was delivered. `kept`: so many days after an order of which nothing went back. `review`: an honest
 * review of any rating. `consent`: marketing consent that they had not given when they could first get it. `survey`: any answer
 * to the shop's survey, none worth more than another.
 */
const ConditionShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('order'), n: orders }),
  z.object({ kind: z.literal('more-orders'), n: orders }),
  z.object({ kind: z.literal('delivered'), days: daysUpTo(180) }),
  z.object({ kind: z.literal('kept'), days: daysUpTo(180) }),
  z.object({ kind: z.literal('review') }),
  z.object({ kind: z.literal('consent'), channel: z.enum(['email', 'sms']) }),
  z.object({ kind: z.literal('survey'), which: z.enum(SURVEY_PARTS) }),
])
export type RewardCondition = z.infer<typeof ConditionShape>
export const CONDITION_KINDS = ['order', 'more-orders', 'delivered', 'kept', 'review', 'consent', 'survey'] as const

/** Whether somebody can do it without ever ordering. */
export function needsNoOrder(condition: RewardCondition): boolean {
  return condition.kind === 'consent' || (condition.kind === 'survey' && condition.which === 'preferences')
}

/** Whether only an order that is still to come can do it: nothing to ask of who has not bought. */
export function asksForOrder(condition: RewardCondition): boolean {
  const { kind } = condition
  return kind === 'order' || kind === 'more-orders' || (kind === 'survey' && condition.which === 'delivery')
}

const StepShape = z.object({
  what: WhatShape,
  /** `and`: all conditions, `or`: any of them. None: it is theirs as soon as they are among `who`. */
  join: z.enum(['and', 'or']),
  conditions: z.array(ConditionShape).max(CONDITIONS_MAX, 'conditions'),
  /** Days between the last thing done and the reward. */
  waitDays: daysUpTo(180),
})
export type RewardStep = z.infer<typeof StepShape>

/**
 * Whom it is for. `first-order`: who has not bought yet; `guests` says who may use a shared code, once each: everybody
 * (Shopify cannot know of a guest whether they have bought before), or only customers who are signed in and have not ordered.
 */
const WhoShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('first-order'), guests: z.enum(['may-use', 'sign-in']) }),
  z.object({ kind: z.literal('everybody') }),
  z.object({ kind: z.literal('stage'), stages: z.array(z.enum(STAGES as [string, ...string[]])).min(1, 'stages') }),
  z.object({ kind: z.literal('flag'), flag: z.enum(['cherry-picker', 'vip', 'buys-in-sales', 'regular']) }),
  /** A segment of the merchant's own. */
  z.object({ kind: z.literal('own'), segment: z.number().int().positive() }),
])
export type RewardWho = z.infer<typeof WhoShape>

/**
 * What a merchant sets. `endsOn`: the last day on which it can be got, in the shop's time.
 * Messages are keys of the screen texts (`rewards.refused.…`).
 */
export const RewardShape = z
  .object({
    name: oneLine(NAME_MAX).refine((text) => text !== '', 'name-empty'),
    who: WhoShape,
    /** One after another: a reward in two parts has two, a ladder up to three. */
    steps: z.array(StepShape).min(1, 'steps').max(STEPS_MAX, 'steps'),
    /** The shared code; of own codes what they begin with. */
    code: z
      .string()
      .transform((text) => text.trim().toUpperCase())
      .refine((text) => new RegExp(`^[A-Z0-9_-]{${CODE_MIN},${CODE_MAX}}$`).test(text), 'code'),
    /** `given`: it is theirs once earned. `claimed`: they take it on the storefront, first come first served. */
    take: z.enum(['given', 'claimed']),
    /** Of goods, in minor units; null: none. */
    minimumMinor: amountMinor.nullable(),
    /** Only these products; empty: all. */
    products: z.array(shopifyId).max(100, 'product'),
    /** Most that it may give away in all; amounts and credit are reserved when granted, the rest is an estimate. Null: no limit. */
    budgetMinor: amountMinor.nullable(),
    /** At most so many people; null: no limit. */
    takers: z.number().int('orders').min(1, 'orders').max(1_000_000, 'orders').nullable(),
    /** Days that an own code or credit can be used once it is there. */
    validDays: z.number().int('days').min(1, 'days').max(LONGEST_DAYS, 'days'),
    endsOn: z.iso.date('date'),
    /** Whether other discounts may be used with it. */
    combines: z.boolean(),
    /** What a suspected cherry-picker gets instead, as credit after the order; `same`: no difference. Never nothing. */
    suspects: z.enum(['same', 'credit']),
    /** Percent of the people who could get it that are shown nothing, to compare. */
    comparisonPercent: z.number().int('percent').min(0, 'percent').max(50, 'percent'),
    /** Headlines of the merchant's own; two are compared with each other; none: the theme's. */
    texts: z.array(oneLine(TEXT_MAX).refine((text) => text !== '', 'name-empty')).max(2),
  })
  .superRefine((reward, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const { who } = reward
    if (who.kind === 'first-order' && who.guests === 'may-use' && !isShared(reward)) refuse('who', 'guests-own')
    if (who.kind === 'first-order' && reward.steps[0]!.conditions.some(asksForOrder))
      refuse('steps', 'first-order-order')
    if (reward.steps.slice(1).some(({ conditions }) => conditions.length === 0)) refuse('steps', 'step-free')
    if (reward.take === 'claimed' && (isShared(reward) || reward.steps.length > 1)) refuse('take', 'claimed-one')
    if (reward.takers !== null && isShared(reward)) refuse('takers', 'takers-shared')
    if (reward.comparisonPercent > 0 && isShared(reward)) refuse('comparisonPercent', 'comparison-shared')
  })
export type RewardDefinition = z.infer<typeof RewardShape>

/**
 * Whether everybody gets one and the same code: a first order's reward, nothing asked for it, given at once. Every other reward
 * is granted to persons, each with a code of their own or store credit.
 */
export function isShared({ who, steps, take }: Pick<RewardDefinition, 'who' | 'steps' | 'take'>): boolean {
  const [only] = steps
  return (
    who.kind === 'first-order' &&
    take === 'given' &&
    steps.length === 1 &&
    only!.conditions.length === 0 &&
    only!.what.kind !== 'credit'
  )
}

/** What of the survey a reward hangs on that shoppers are not asked: as it stands, it cannot be earned by that. */
export function unaskedParts({ steps }: Pick<RewardDefinition, 'steps'>, asked: readonly SurveyPart[]): SurveyPart[] {
  return steps.flatMap(({ conditions }) =>
    conditions.flatMap((each) => (each.kind === 'survey' && !asked.includes(each.which) ? [each.which] : [])),
  )
}

export const REWARD_STATES = ['draft', 'live', 'ended'] as const
export type RewardState = (typeof REWARD_STATES)[number]
/** What ended it. */
export type EndedBy = 'hand' | 'date' | 'budget' | 'leaving'

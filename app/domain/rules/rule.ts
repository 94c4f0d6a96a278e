/** A merchant's own segment as data: a tree of conditions over what is stored of a customer. */
import { z } from 'zod'
import { InvalidInput } from '#app/errors.ts'
import { dayFromText, dayText } from '#app/domain/shop-calendar.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { STAGES } from '#app/domain/stages.ts'

/** Most conditions of one rule, and most groups inside one another (the whole rule is the first). */
export const MOST_CONDITIONS = 30
export const DEEPEST = 4
/** Most conditions with those of the segments that a rule names. */
export const MOST_IN_ALL = 200
/** Most segments of one shop's own. */
export const MOST_SEGMENTS = 20

/** What can be compared with a whole number. */
export const NUMBER_FEATURES = [
  'orders',
  'since-last-days',
  'since-first-days',
  'known-days',
  'in-stage-days',
  'average-gap-days',
  'spent-12m',
  'spent',
  'discount-percent',
  'full-price-orders',
  'benefits-used',
  'visits-30d',
  'since-visit-days',
] as const
export type NumberFeature = (typeof NUMBER_FEATURES)[number]

/** Money, in minor units of the shop's currency. */
export const MONEY_FEATURES: readonly NumberFeature[] = ['spent-12m', 'spent']
/** Not known while Shopify hides older orders. */
const WHOLE_HISTORY_FEATURES: readonly NumberFeature[] = [
  'average-gap-days',
  'spent-12m',
  'spent',
  'discount-percent',
  'full-price-orders',
  'benefits-used',
]

/** Told by the web pixel. */
export const VISIT_FEATURES: readonly NumberFeature[] = ['visits-30d', 'since-visit-days']

/** What Shopify itself says of a customer, by the words that it has for it. */
export const RFM_GROUPS = [
  'CHAMPIONS',
  'LOYAL',
  'ACTIVE',
  'PROMISING',
  'NEW',
  'NEEDS_ATTENTION',
  'AT_RISK',
  'PREVIOUSLY_LOYAL',
  'ALMOST_LOST',
  'DORMANT',
  'PROSPECTS',
] as const
export const SPEND_TIERS = ['HIGH', 'MEDIUM', 'LOW'] as const
/** What has one word for each customer, out of few; `country`: two capital letters, of the default address. */
export const WORD_FEATURES = ['rfm-group', 'spend-tier', 'country'] as const
export type WordFeature = (typeof WORD_FEATURES)[number]
/** Shopify keeps a checkout that was left for three months. */
export const MOST_CHECKOUT_DAYS = 90

export const FLAGS = [
  'cherry-picker',
  'cherry-picker-possible',
  'business',
  'watched',
  'vip',
  'buys-in-sales',
  'regular',
] as const

const LARGEST = 1_000_000_000_000
const MOST_DAYS = 36_500
const MOST_TIMES = 1000

const numberCondition = z.object({
  kind: z.literal('number'),
  feature: z.enum(NUMBER_FEATURES),
  op: z.enum(['at-least', 'at-most', 'exactly']),
  value: z.number().int().min(0).max(LARGEST),
})
const dateCondition = z.object({
  kind: z.literal('date'),
  feature: z.enum(['first-order', 'last-order']),
  op: z.enum(['since', 'before']),
  /** In the shop's calendar: YYYY-MM-DD. */
  day: z.iso.date().refine((day) => dayText(dayFromText(day)) === day),
})
const stageCondition = z.object({ kind: z.literal('stage'), stages: z.array(z.enum(STAGES)).min(1).max(STAGES.length) })
const flagCondition = z.object({ kind: z.literal('flag'), flag: z.enum(FLAGS) })
const consentCondition = z.object({ kind: z.literal('consent'), channel: z.enum(['email', 'sms']) })
const tagCondition = z.object({
  kind: z.literal('tag'),
  tag: z
    .string()
    .transform((tag) => tag.normalize('NFC').trim())
    .refine((tag) => tag.length > 0 && tag.length <= 255 && !/[,\p{Cc}]/u.test(tag)),
})
const boughtCondition = z.object({
  kind: z.literal('bought'),
  product: z.string().regex(/^[1-9]\d{0,18}$/),
  /** What it was called when it was chosen: for when nobody's order holds it any more. */
  title: z.string().max(300),
  /** In the last so many days; null: ever. */
  withinDays: z.number().int().min(1).max(MOST_DAYS).nullable(),
})
const oneOfCondition = z
  .object({
    kind: z.literal('one-of'),
    feature: z.enum(WORD_FEATURES),
    values: z
      .array(z.string().regex(/^[A-Z_]{2,20}$/))
      .min(1)
      .max(60),
  })
  .refine(({ feature, values }) => values.every((value) => isWordOf(feature, value)))
const boughtInCondition = z.object({
  kind: z.literal('bought-in'),
  collection: z.string().regex(/^[1-9]\d{0,18}$/),
  /** What it was called when it was chosen. */
  title: z.string().max(300),
  /** Orders that hold something of it, at least. */
  times: z.number().int().min(1).max(MOST_TIMES),
  withinDays: z.number().int().min(1).max(MOST_DAYS).nullable(),
})
/** Left a checkout in the last so many days, and has not ordered since. */
const leftCheckoutCondition = z.object({
  kind: z.literal('left-checkout'),
  withinDays: z.number().int().min(1).max(MOST_CHECKOUT_DAYS),
})
/** Of all categories they looked at this one most, in the last 90 days. */
const interestedInCondition = z.object({
  kind: z.literal('interested-in'),
  collection: z.string().regex(/^[1-9]\d{0,18}$/),
  /** What it was called when it was chosen. */
  title: z.string().max(300),
})
/** Has answered a question of the survey with this choice, by the choice's number. */
const answeredCondition = z.object({
  kind: z.literal('answered'),
  choice: z.number().int().positive().max(2_147_483_647),
  /** What was asked and the choice, as they were when it was chosen. */
  title: z.string().max(300),
})
const segmentCondition = z.object({ kind: z.literal('segment'), segment: z.number().int().positive() })

/**
 * One condition. What is not known of somebody (when they last ordered, of somebody who never did) fulfils none, so its
 * opposite (`not`) holds: a rule is true or false of everybody.
 */
export type Condition =
  | z.infer<typeof numberCondition>
  | z.infer<typeof dateCondition>
  | z.infer<typeof stageCondition>
  | z.infer<typeof flagCondition>
  | z.infer<typeof consentCondition>
  | z.infer<typeof tagCondition>
  | z.infer<typeof boughtCondition>
  | z.infer<typeof oneOfCondition>
  | z.infer<typeof boughtInCondition>
  | z.infer<typeof leftCheckoutCondition>
  | z.infer<typeof interestedInCondition>
  | z.infer<typeof answeredCondition>
  | z.infer<typeof segmentCondition>

export type Rule =
  { kind: 'all'; rules: Rule[] } | { kind: 'any'; rules: Rule[] } | { kind: 'not'; rule: Rule } | Condition

const RuleShape: z.ZodType<Rule> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('all'), rules: z.array(RuleShape).min(1).max(MOST_CONDITIONS) }),
    z.object({ kind: z.literal('any'), rules: z.array(RuleShape).min(1).max(MOST_CONDITIONS) }),
    z.object({ kind: z.literal('not'), rule: RuleShape }),
    numberCondition,
    dateCondition,
    stageCondition,
    flagCondition,
    consentCondition,
    tagCondition,
    boughtCondition,
    oneOfCondition,
    boughtInCondition,
    leftCheckoutCondition,
    interestedInCondition,
    answeredCondition,
    segmentCondition,
  ]),
)

function isWordOf(feature: WordFeature, value: string): boolean {
  if (feature === 'country') return /^[A-Z]{2}$/.test(value)
  const known: readonly string[] = feature === 'rfm-group' ? RFM_GROUPS : SPEND_TIERS
  return known.includes(value)
}

/** What is wrong with a rule by itself; a key of the screen texts. */
export type RuleFault = 'rule-empty' | 'rule-deep' | 'rule-large' | 'rule-shape'

/**
 * A rule as somebody sent it.
 *
 * @throws {InvalidInput} `fields.rule` is a RuleFault: a group without conditions; more than 4 groups inside one another;
 *                        more than 30 conditions; anything that is no rule
 */
export function readRule(sent: unknown): Rule {
  const fault = faultOf(sent)
  if (fault !== null) throw faulty(fault)
  const read = RuleShape.safeParse(sent)
  if (!read.success) throw faulty('rule-shape')
  return read.data
}

function faulty(fault: RuleFault): InvalidInput {
  return new InvalidInput(`no rule: ${fault}`, { fields: { rule: fault } })
}

/**
 * What is wrong with the shape of something that may be anything; null: its groups and their number may be so. Without
 * recursion: nothing is deep enough to break it.
 */
export function faultOf(sent: unknown): RuleFault | null {
  let conditions = 0
  const waiting: { node: unknown; depth: number; nots: number }[] = [{ node: sent, depth: 0, nots: 0 }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { kind, rules, rule } = (next.node ?? {}) as { kind?: unknown; rules?: unknown; rule?: unknown }
    if (kind === 'all' || kind === 'any') {
      if (!Array.isArray(rules)) return 'rule-shape'
      if (rules.length === 0) return 'rule-empty'
      if (next.depth >= DEEPEST) return 'rule-deep'
      if (rules.length > MOST_CONDITIONS) return 'rule-large'
      for (const node of rules as unknown[]) waiting.push({ node, depth: next.depth + 1, nots: 0 })
    } else if (kind === 'not') {
      // Twice not is the rule itself; more of them is nothing that anybody means.
      if (next.nots >= 2) return 'rule-deep'
      waiting.push({ node: rule, depth: next.depth, nots: next.nots + 1 })
    } else {
      conditions += 1
      if (conditions > MOST_CONDITIONS) return 'rule-large'
    }
  }
  return null
}

/** The conditions of a rule, in the order in which they are read; those of other segments that it names are not among them. */
export function conditionsOf(rule: Rule): Condition[] {
  if (rule.kind === 'not') return conditionsOf(rule.rule)
  return rule.kind === 'all' || rule.kind === 'any' ? rule.rules.flatMap(conditionsOf) : [rule]
}

/** The shop's other segments by id: what a condition on a segment stands for. */
export type RulesById = ReadonlyMap<number, Rule>

/** The segments that a rule names, directly. */
export function segmentsNamed(rule: Rule): number[] {
  return conditionsOf(rule).flatMap((condition) => (condition.kind === 'segment' ? [condition.segment] : []))
}

/** The conditions of a rule and of all that it names, each segment once. */
export function allConditionsOf(rule: Rule, others: RulesById): Condition[] {
  const seen = new Set<number>()
  const found: Condition[] = []
  const waiting = [rule]
  for (let next = waiting.pop(); next; next = waiting.pop())
    for (const condition of conditionsOf(next)) {
      found.push(condition)
      if (condition.kind !== 'segment' || seen.has(condition.segment)) continue
      seen.add(condition.segment)
      const other = others.get(condition.segment)
      if (other) waiting.push(other)
    }
  return found
}

/** Whether a condition rests on orders that Shopify hides from an app without read_all_orders. */
export function needsWholeHistory(condition: Condition): boolean {
  if (condition.kind === 'number') return WHOLE_HISTORY_FEATURES.includes(condition.feature)
  if (condition.kind === 'date') return condition.feature === 'first-order'
  if (condition.kind === 'bought' || condition.kind === 'bought-in') return true
  return condition.kind === 'flag' && condition.flag !== 'business'
}

/** Whether a condition rests on what the web pixel tells: not known of anybody while the merchant does not learn from visits. */
export function needsVisits(condition: Condition): boolean {
  if (condition.kind === 'number') return VISIT_FEATURES.includes(condition.feature)
  return condition.kind === 'interested-in'
}

/** What is read beside orders and customers, and may be missing until it was read for the first time. */
export const READ_BESIDE = ['collections', 'checkouts'] as const
export type ReadBeside = (typeof READ_BESIDE)[number]

/** Of these, what a rule looks at, with the segments that it names. */
export function readBesideFor(rule: Rule, others: RulesById): ReadBeside[] {
  const kinds = new Set(allConditionsOf(rule, others).map(({ kind }) => kind))
  const isOfCollections = kinds.has('bought-in') || kinds.has('interested-in')
  return READ_BESIDE.filter((subject) => (subject === 'collections' ? isOfCollections : kinds.has('left-checkout')))
}

/** The tags that a rule looks at, as keys, with those of the segments that it names. */
export function tagsNamed(rule: Rule, others: RulesById): string[] {
  const tags = allConditionsOf(rule, others).flatMap((each) => (each.kind === 'tag' ? [tagKeyOf(each.tag)] : []))
  return [...new Set(tags)]
}

/** The same of products. */
export function productsNamed(rule: Rule, others: RulesById): string[] {
  const products = allConditionsOf(rule, others).flatMap((each) => (each.kind === 'bought' ? [each.product] : []))
  return [...new Set(products)]
}

/** The same of collections. */
export function collectionsNamed(rule: Rule, others: RulesById): string[] {
  const collections = allConditionsOf(rule, others).flatMap((each) =>
    each.kind === 'bought-in' ? [each.collection] : [],
  )
  return [...new Set(collections)]
}

/** The categories of interest that a rule names, without those of the segments that it names. */
export function categoriesNamed(rule: Rule): string[] {
  return conditionsOf(rule).flatMap((each) => (each.kind === 'interested-in' ? [each.collection] : []))
}

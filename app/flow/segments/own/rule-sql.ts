/**
 * A rule as SQL over the stored rows, for the exact count of a whole shop: what the domain's evaluator says of each row, one
 * by one, held to it by a test of a thousand rules. Values are bound, never written into the text.
 */
import { DAY_MS, type Instant, type OrderRule } from '#app/domain/order.ts'
import { SUBSCRIBED } from '#app/domain/rules/person.ts'
import {
  needsWholeHistory,
  type Condition,
  type NumberFeature,
  type Rule,
  type RulesById,
  type WordFeature,
} from '#app/domain/rules/rule.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { dayFromText, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { validOrderSql } from '../../valid-orders.ts'

/** What a rule needs to know beside the rows. */
export type RuleContext = {
  shop: ShopId
  asOf: Instant
  calendar: ShopCalendar
  isLimited: boolean
  orderRule: OrderRule
  others: RulesById
  /** Every spelling that the shop's customers have of a tag, by its key. */
  spellings: ReadonlyMap<string, readonly string[]>
}

/**
 * A condition for each rule on rows `f` (CustomerFeatures), `m` (Membership), `c` (Customer) and `ch` (the last checkout left
 * and not completed) and `v` (CustomerVisits), never null; $1 is the shop.
 */
export type RuleSql = {
  where: string[]
  values: unknown[]
  needsMembership: boolean
  needsCustomer: boolean
  needsCheckouts: boolean
  needsVisits: boolean
}

/** More days than any shop has: what is compared with more is false, or true, of everybody. */
const MOST_DAYS = 40_000

export function ruleSql(rules: readonly Rule[], context: RuleContext): RuleSql {
  const values: unknown[] = [context.shop]
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const where = rules.map((rule) => sqlOf(rule, context, bind))
  const needs = (table: RegExp) => where.some((each) => table.test(each))
  return {
    where,
    values,
    needsMembership: needs(/\bm\."/),
    needsCustomer: needs(/\bc\."/),
    needsCheckouts: needs(/\bch\."/),
    needsVisits: needs(/\bv\."/),
  }
}

/** The rows that a rule is asked of, with no more tables than it needs. */
export function peopleFrom({
  needsMembership,
  needsCustomer,
  needsCheckouts,
  needsVisits,
}: Pick<RuleSql, 'needsMembership' | 'needsCustomer' | 'needsCheckouts' | 'needsVisits'>): string {
  const membership = `LEFT JOIN "Membership" m ON m."shop" = f."shop" AND m."customer" = f."customer"`
  const customer = `LEFT JOIN "Customer" c ON c."shop" = f."shop" AND c."id" = f."customer"`
  const checkouts = `LEFT JOIN (SELECT a."customer", max(a."createdAt") AS "at" FROM "AbandonedCheckout" a
    WHERE a."shop" = $1 AND a."completedAt" IS NULL GROUP BY a."customer") ch ON ch."customer" = f."customer"`
  const visits = `LEFT JOIN "CustomerVisits" v ON v."shop" = f."shop" AND v."customer" = f."customer"`
  const joined = [
    needsMembership ? membership : '',
    needsCustomer ? customer : '',
    needsCheckouts ? checkouts : '',
    needsVisits ? visits : '',
  ]
  return `"CustomerFeatures" f ${joined.join(' ')}`
}

type Bind = (value: unknown, type: string) => string

function sqlOf(rule: Rule, context: RuleContext, bind: Bind): string {
  switch (rule.kind) {
    case 'not':
      return `NOT ${sqlOf(rule.rule, context, bind)}`
    case 'all':
      return `(${rule.rules.map((each) => sqlOf(each, context, bind)).join(' AND ')})`
    case 'any':
      return `(${rule.rules.map((each) => sqlOf(each, context, bind)).join(' OR ')})`
    case 'segment': {
      const other = context.others.get(rule.segment)
      return other ? sqlOf(other, context, bind) : 'false'
    }
    default:
      if (context.isLimited && needsWholeHistory(rule)) return 'false'
      return `((${conditionSql(rule, context, bind)}) IS TRUE)`
  }
}

function conditionSql(condition: Exclude<Condition, { kind: 'segment' }>, context: RuleContext, bind: Bind): string {
  switch (condition.kind) {
    case 'number':
      return numberSql(condition, context, bind)
    case 'date': {
      const column = condition.feature === 'first-order' ? 'f."firstAt"' : 'f."lastAt"'
      const from = bind(new Date(beginningOf(dayFromText(condition.day), context.calendar)), 'timestamptz')
      return `${column} ${condition.op === 'since' ? '>=' : '<'} ${from}`
    }
    case 'stage':
      return `m."stage" = ANY (${bind(condition.stages, 'text[]')})`
    case 'flag':
      return FLAG_SQL[condition.flag]
    case 'consent':
      return `${condition.channel === 'email' ? 'c."emailConsent"' : 'c."smsConsent"'} = ${bind(SUBSCRIBED, 'text')}`
    case 'tag':
      return `c."tags" && ${bind(context.spellings.get(tagKeyOf(condition.tag)) ?? [], 'text[]')}`
    case 'bought': {
      const { product, withinDays } = condition
      const later =
        withinDays === null
          ? ''
          : `AND o."processedAt" > ${bind(new Date(context.asOf - withinDays * DAY_MS), 'timestamptz')}`
      return `f."customer" IN (SELECT o."customer" FROM "Line" l
        JOIN "Order" o ON o."shop" = l."shop" AND o."id" = l."order"
        WHERE l."shop" = $1 AND l."product" = ${bind(product, 'bigint')} AND l."currentQuantity" > 0
          AND ${validOrderSql('o', context)} ${later})`
    }
    case 'one-of':
      return `${WORD_SQL[condition.feature]} = ANY (${bind(condition.values, 'text[]')})`
    case 'bought-in': {
      const { collection, withinDays, times } = condition
      const later =
        withinDays === null
          ? ''
          : `AND o."processedAt" > ${bind(new Date(context.asOf - withinDays * DAY_MS), 'timestamptz')}`
      return `f."customer" IN (SELECT o."customer" FROM ${ordersOfCollections(context)}
        WHERE k."shop" = $1 AND k."id" = ${bind(collection, 'bigint')} ${later}
        ${times === 1 ? '' : `GROUP BY o."customer" HAVING count(DISTINCT o."id") >= ${bind(times, 'int')}`})`
    }
    case 'left-checkout':
      return `ch."at" > coalesce(f."lastAt", '-infinity')
        AND ch."at" > ${bind(new Date(context.asOf - condition.withinDays * DAY_MS), 'timestamptz')}`
    case 'interested-in':
      return `${bind(condition.collection, 'bigint')} = ANY (v."interests")`
    case 'answered':
      return `f."customer" IN (SELECT a."customer" FROM "SurveyAnswer" a
        WHERE a."shop" = $1 AND ${bind(condition.choice, 'int')} = ANY (a."choices"))`
  }
}

/** Somebody's orders that hold something of a collection and count: rows of Order `o`. */
export function ordersOfCollections(context: Pick<RuleContext, 'asOf' | 'orderRule' | 'shop'>): string {
  return `"Collection" k CROSS JOIN LATERAL unnest(k."products") p("product")
    JOIN "Line" l ON l."shop" = ${Number(context.shop)} AND l."product" = p."product" AND l."currentQuantity" > 0
    JOIN "Order" o ON o."shop" = l."shop" AND o."id" = l."order" AND ${validOrderSql('o', context)}`
}

const WORD_SQL: Record<WordFeature, string> = {
  'rfm-group': 'c."rfmGroup"',
  'spend-tier': 'c."spendTier"',
  country: 'c."country"',
}

const FLAG_SQL: Record<Extract<Condition, { kind: 'flag' }>['flag'], string> = {
  'cherry-picker': `m."cherryPicker" IN ('likely', 'confirmed')`,
  'cherry-picker-possible': `m."cherryPicker" <> 'none'`,
  business: `m."isBusiness"`,
  watched: `m."isWatched"`,
  vip: `m."isVip"`,
  'buys-in-sales': `m."buysInSales"`,
  regular: `m."isRegular"`,
}

const INSTANTS: { [feature in NumberFeature]?: string } = {
  'since-last-days': 'f."lastAt"',
  'since-first-days': 'f."firstAt"',
  'known-days': 'c."createdAt"',
  'since-visit-days': 'v."lastAt"',
  'in-stage-days': `CASE WHEN m."stage" IS NOT NULL THEN m."stageSince" END`,
}
const COUNTS: { [feature in NumberFeature]?: string } = {
  orders: 'f."n"',
  'spent-12m': 'f."net12mMinor"',
  spent: 'f."netMinor"',
  'full-price-orders': 'f."fullPriceOccasions"',
  'benefits-used': 'f."benefitsUsed"',
  'visits-30d': 'v."visits30d"',
}

/** Whole numbers are never divided out: both sides are multiplied, so that no rounding decides. */
function numberSql(
  { feature, op, value }: Extract<Condition, { kind: 'number' }>,
  { asOf }: RuleContext,
  bind: Bind,
): string {
  const instant = INSTANTS[feature]
  if (instant !== undefined) {
    const before = (days: number) => bind(new Date(asOf - days * DAY_MS), 'timestamptz')
    // What is later than the moment is of today.
    const atLeast = (days: number) =>
      days > MOST_DAYS ? 'false' : days === 0 ? 'true' : `${instant} <= ${before(days)}`
    return `${instant} IS NOT NULL AND ${between(op, value, atLeast)}`
  }
  const count = COUNTS[feature]
  if (count !== undefined) return between(op, value, (least) => `${count} >= ${bind(String(least), 'bigint')}`)
  if (feature === 'discount-percent')
    return `f."dealLines" > 0 AND ${between(
      op,
      value,
      (least) => `100 * f."dealDiscounted"::bigint >= ${bind(String(least), 'bigint')} * f."dealLines"`,
    )}`
  return `f."n" > 1 AND f."firstAt" IS NOT NULL AND f."lastAt" IS NOT NULL AND ${between(op, value, (days) =>
    days > MOST_DAYS
      ? 'false'
      : `f."lastAt" - f."firstAt" >= (f."n" - 1) * ${bind(`${days * 86_400} seconds`, 'interval')}`,
  )}`
}

/** The three comparisons by the one of "at least". */
function between(op: 'at-least' | 'at-most' | 'exactly', value: number, atLeast: (least: number) => string): string {
  if (op === 'at-least') return atLeast(value)
  if (op === 'at-most') return `NOT (${atLeast(value + 1)})`
  return `${atLeast(value)} AND NOT (${atLeast(value + 1)})`
}

/** The first millisecond of a day of the shop: where clocks are put forward at midnight, that is not 0:00. */
function beginningOf(day: number, calendar: ShopCalendar): Instant {
  let before = calendar.startOf(day) - DAY_MS
  let at = before + 2 * DAY_MS
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2)
    if (calendar.dayOf(middle) >= day) at = middle
    else before = middle
  }
  return at
}

/** The shop's own segments as they are stored, and what every rule of a shop needs to know beside the rows. */
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import {
  allConditionsOf,
  collectionsNamed,
  needsVisits,
  productsNamed,
  readRule,
  type Condition,
  type Rule,
  type RulesById,
} from '#app/domain/rules/rule.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { Bug } from '#app/errors.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { readSettings } from '../../settings.ts'
import type { Looks } from './people.ts'
import type { RuleContext } from './rule-sql.ts'

/** Before any order of any shop: where the shop's calendar begins. */
const CALENDAR_FROM = Date.UTC(2000, 0, 1)

export type OwnSegmentRow = {
  id: number
  name: string
  version: number
  rule: Rule
  savedAt: Instant
  workedAt: Instant | null
  announces: boolean
}

/** All of them, in the order in which they were made. */
export async function ownSegments(tx: BulkTx, shop: ShopId): Promise<OwnSegmentRow[]> {
  const rows = await tx.query<{
    id: number
    name: string
    version: number
    rule: unknown
    savedAt: Date
    workedAt: Date | null
    announces: boolean
  }>('SELECT * FROM "OwnSegment" WHERE "shop" = $1 ORDER BY "id"', [shop])
  return rows.map((row) => ({
    ...row,
    rule: readRule(row.rule),
    savedAt: row.savedAt.getTime(),
    workedAt: row.workedAt?.getTime() ?? null,
  }))
}

export function rulesById(segments: readonly { id: number; rule: Rule }[]): RulesById {
  return new Map(segments.map(({ id, rule }) => [id, rule]))
}

/** Without the spellings of tags, which only SQL needs. */
export async function ruleContext(tx: BulkTx, shop: ShopId, others: RulesById, asOf: Instant): Promise<RuleContext> {
  const [row] = await tx.query<{ timezone: string | null; limited: boolean }>(
    'SELECT "timezone", "limited" FROM "Shop" WHERE "shop" = $1',
    [shop],
  )
  if (!row) throw new Bug(`no shop ${shop}`)
  return {
    shop,
    asOf,
    calendar: calendarOf(row.timezone, asOf),
    isLimited: row.limited,
    orderRule: (await readSettings(tx, shop)).orderRule,
    others,
    spellings: new Map(),
  }
}

let lastCalendar: { timezone: string | null; until: Instant; calendar: RuleContext['calendar'] } | null = null

/** Finding a zone's changes of offset takes longer than working one customer out. */
function calendarOf(timezone: string | null, asOf: Instant): RuleContext['calendar'] {
  if (lastCalendar?.timezone === timezone && lastCalendar.until > asOf) return lastCalendar.calendar
  const until = asOf + DAY_MS
  const calendar = shopCalendar(timezone, CALENDAR_FROM, until)
  lastCalendar = { timezone, until, calendar }
  return calendar
}

/** What has to be read of people for these rules. */
export function looksOf(rules: readonly Rule[], others: RulesById, hasOwn: boolean): Looks {
  const has = (kind: Condition['kind']) =>
    rules.some((rule) => allConditionsOf(rule, others).some((condition) => condition.kind === kind))
  return {
    products: [...new Set(rules.flatMap((rule) => productsNamed(rule, others)))],
    collections: [...new Set(rules.flatMap((rule) => collectionsNamed(rule, others)))],
    hasTags: has('tag'),
    hasCheckouts: has('left-checkout'),
    hasVisits: rules.some((rule) => allConditionsOf(rule, others).some(needsVisits)),
    hasAnswers: has('answered'),
    hasOwn,
  }
}

/** Every tag of the shop's customers, as spelled, by its key. Reads everybody's tags. */
export async function tagSpellings(tx: BulkTx, shop: ShopId): Promise<Map<string, string[]>> {
  const rows = await tx.query<{ tag: string }>(
    'SELECT DISTINCT tag FROM "Customer" c CROSS JOIN unnest(c."tags") AS tag WHERE c."shop" = $1',
    [shop],
  )
  const spellings = new Map<string, string[]>()
  for (const { tag } of rows) spellings.set(tagKeyOf(tag), [...(spellings.get(tagKeyOf(tag)) ?? []), tag])
  return spellings
}

/** Of these products, those that stand in a line of the shop. */
export async function knownProducts(tx: BulkTx, shop: ShopId, products: readonly string[]): Promise<Set<string>> {
  if (products.length === 0) return new Set()
  const rows = await tx.query<{ product: string }>(
    `SELECT p."product"::text AS "product" FROM unnest($2::bigint[]) p("product")
     WHERE EXISTS (SELECT FROM "Line" l WHERE l."shop" = $1 AND l."product" = p."product")`,
    [shop, products],
  )
  return new Set(rows.map(({ product }) => product))
}

/** Of these collections, those that the shop has. */
export async function knownCollections(tx: BulkTx, shop: ShopId, collections: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(
    'SELECT "id"::text AS "id" FROM "Collection" WHERE "shop" = $1 AND "id" = ANY ($2::bigint[])',
    [shop, collections],
  )
  return new Set(rows.map(({ id }) => id))
}

/** The choices of the shop's survey, each with its question, in the order of the survey. */
export async function surveyChoices(tx: BulkTx, shop: ShopId): Promise<{ id: string; title: string }[]> {
  return tx.query<{ id: string; title: string }>(
    `SELECT c.each->>'id' AS "id", left(
       coalesce(nullif(q.each->'text'->>'en', ''), q.each->'text'->>'ko') || ': ' ||
       coalesce(nullif(c.each->'text'->>'en', ''), c.each->'text'->>'ko'), 300) AS "title"
     FROM "Survey" s
     CROSS JOIN jsonb_array_elements(s."definition"->'questions') WITH ORDINALITY AS q(each, place)
     CROSS JOIN jsonb_array_elements(q.each->'choices') WITH ORDINALITY AS c(each, place)
     WHERE s."shop" = $1 ORDER BY q.place, c.place`,
    [shop],
  )
}

/** Empty before the first import has asked. */
export async function currencyOf(tx: BulkTx, shop: ShopId): Promise<string> {
  const [row] = await tx.query<{ currency: string | null }>('SELECT "currency" FROM "Shop" WHERE "shop" = $1', [shop])
  return row?.currency ?? ''
}

/** Everybody as rules see them, row by row: one reading of the stored rows for any number of rules. */
import { type CherryTier } from '#app/domain/cherry-picker.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { StoredPerson } from '#app/domain/rules/person.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import type { Stage } from '#app/domain/stages.ts'
import { readCopy, type CopyRow } from '#app/outside/copy-rows.server.ts'
import type { BulkTx } from '#app/outside/database.server.ts'
import { validOrderSql } from '../../valid-orders.ts'
import { ordersOfCollections, type RuleContext } from './rule-sql.ts'

/** Different sets of tags whose keys are remembered. */
const TAG_SETS = 20_000

/** Who is read: everybody, the shop's fixed sample, every n-th customer (n a power of 2, at most 64), or some by their ids. */
export type Whom = 'everybody' | 'sample' | { oneIn: number } | { customers: readonly (Id | number)[] }

/** The fixed sample is one in so many. */
export const SAMPLED_ONE_IN = 64

/**
 * Every 64th customer, by PostgreSQL's own hash of the id: the same ones whenever a rule is tried. An index holds them
 * (migration 0009), so that reading them reads nobody else.
 */
export const IN_SAMPLE = oneOf(SAMPLED_ONE_IN)

function oneOf(oneIn: number): string {
  return `(hashint8(f."customer") & ${oneIn - 1}) = 0`
}

export type Looks = {
  products: readonly string[]
  collections: readonly string[]
  hasTags: boolean
  hasCheckouts: boolean
  hasVisits: boolean
  hasAnswers: boolean
  hasOwn: boolean
}

/**
 * Calls back with each customer in turn; the person is read into one object that is used again, and `own` holds the
 * segments stored for them as text, if asked for.
 */
export async function readPeople(
  tx: BulkTx,
  context: RuleContext,
  whom: Whom,
  looks: Looks,
  onPerson: (customer: number, person: StoredPerson, own: string) => void,
): Promise<void> {
  const sets = new Map<string, ReadonlySet<string>>()
  const words = new Map<string, string>()
  const person = emptyPerson()
  await readCopy(tx.copyOut(`COPY (${peopleSql(context, whom, looks)}) TO STDOUT (FORMAT binary)`), 33, (row) => {
    person.n = row.int4(1)
    person.firstAt = timeOf(row, 2)
    person.lastAt = timeOf(row, 3)
    person.netMinor = row.int8(4)
    person.net12mMinor = row.int8(5)
    person.dealLines = row.int4(6)
    person.dealDiscounted = row.int4(7)
    person.fullPriceOccasions = row.int4(8)
    person.benefitsUsed = row.int4(9)
    person.stage = row.isNull(10) ? null : (wordOf(words, row, 10) as Stage)
    person.stageSince = timeOf(row, 11) ?? 0
    person.cherryPicker = row.isNull(12) ? 'none' : (wordOf(words, row, 12) as CherryTier)
    person.isBusiness = !row.isNull(13) && row.bool(13)
    person.isWatched = !row.isNull(14) && row.bool(14)
    person.createdAt = timeOf(row, 15)
    person.tags = row.isEmptyArray(16) ? NO_TAGS : tagsOf(sets, row, 16)
    person.emailConsent = row.isNull(17) ? null : wordOf(words, row, 17)
    person.smsConsent = row.isNull(18) ? null : wordOf(words, row, 18)
    person.bought = row.isEmptyArray(19) ? NOTHING : boughtOf(row, 19)
    person.boughtIn = row.isEmptyArray(20) ? NOTHING_IN : boughtInOf(row, 20)
    person.rfmGroup = row.isNull(21) ? null : wordOf(words, row, 21)
    person.spendTier = row.isNull(22) ? null : wordOf(words, row, 22)
    person.country = row.isNull(23) ? null : wordOf(words, row, 23)
    person.checkoutAt = timeOf(row, 24)
    person.isVip = !row.isNull(26) && row.bool(26)
    person.buysInSales = !row.isNull(27) && row.bool(27)
    person.isRegular = !row.isNull(28) && row.bool(28)
    person.visits30d = row.isNull(29) ? null : row.int4(29)
    person.visitAt = timeOf(row, 30)
    person.interests = row.isEmptyArray(31) ? NO_INTERESTS : new Set(row.texts(31))
    person.answers = row.isEmptyArray(32) ? NO_ANSWERS : new Set(row.texts(32).map(Number))
    onPerson(row.int8(0), person, row.isNull(25) ? '' : wordOf(words, row, 25))
  })
}

const NO_ANSWERS: ReadonlySet<number> = new Set()
const NO_TAGS: ReadonlySet<string> = new Set()
const NO_INTERESTS: ReadonlySet<string> = new Set()
const NOTHING: ReadonlyMap<string, Instant> = new Map()
const NOTHING_IN: ReadonlyMap<string, readonly Instant[]> = new Map()

function emptyPerson(): StoredPerson {
  return {
    n: 0,
    firstAt: null,
    lastAt: null,
    netMinor: 0,
    net12mMinor: 0,
    dealLines: 0,
    dealDiscounted: 0,
    fullPriceOccasions: 0,
    benefitsUsed: 0,
    stage: null,
    stageSince: 0,
    cherryPicker: 'none',
    isBusiness: false,
    isWatched: false,
    isVip: false,
    buysInSales: false,
    isRegular: false,
    createdAt: null,
    tags: NO_TAGS,
    emailConsent: null,
    smsConsent: null,
    bought: NOTHING,
    boughtIn: NOTHING_IN,
    rfmGroup: null,
    spendTier: null,
    country: null,
    checkoutAt: null,
    visits30d: null,
    visitAt: null,
    interests: NO_INTERESTS,
    answers: NO_ANSWERS,
  }
}

function peopleSql(context: RuleContext, whom: Whom, looks: Looks): string {
  const { hasTags, hasCheckouts, hasVisits, hasAnswers, hasOwn } = looks
  const shop = Number(context.shop)
  const ids = idsIn(looks.products)
  const collections = idsIn(looks.collections)
  const named =
    typeof whom === 'object' && 'customers' in whom
      ? `'{${whom.customers.map((id) => BigInt(id)).join(',')}}'::bigint[]`
      : null
  const only =
    named !== null ? `AND f."customer" = ANY (${named})` : whom === 'sample' ? `AND ${IN_SAMPLE}` : sampled(whom)
  const whose =
    named !== null
      ? `unnest(${named}) s("customer")`
      : only === ''
        ? null
        : `(SELECT f."customer" FROM "CustomerFeatures" f WHERE f."shop" = ${shop} ${only}) s`
  const ms = `(extract(epoch FROM o."processedAt") * 1000)::bigint`
  const bought = `LEFT JOIN (
    SELECT o."customer", array_agg(l."product" || ' ' || ${ms}) AS "told"
    FROM ${whose === null ? linesOf(context, `l."product" IN (${ids})`) : linesByKey(context, whose, `l."product" IN (${ids})`)}
    GROUP BY o."customer") b ON b."customer" = f."customer"`
  const within = `k."shop" = ${shop} AND k."id" IN (${collections})`
  const boughtIn = `LEFT JOIN (
    SELECT each."customer", array_agg(each."told") AS "told" FROM (
      SELECT DISTINCT o."customer", o."id", k."id" || ' ' || ${ms} AS "told"
      FROM ${whose === null ? `${ordersOfCollections(context)} WHERE ${within}` : collectionsByKey(context, whose, within)}) each
    GROUP BY each."customer") bi ON bi."customer" = f."customer"`
  const theirs = whose === null ? '' : `AND a."customer" IN (SELECT s."customer" FROM ${whose})`
  const checkouts = `LEFT JOIN (
    SELECT a."customer", max(a."createdAt") AS "at" FROM "AbandonedCheckout" a
    WHERE a."shop" = ${shop} AND a."completedAt" IS NULL ${theirs}
    GROUP BY a."customer") ch ON ch."customer" = f."customer"`
  const answers = `LEFT JOIN (
    SELECT a."customer", array_agg(c::text) AS "told" FROM "SurveyAnswer" a CROSS JOIN unnest(a."choices") c
    WHERE a."shop" = ${shop} ${theirs}
    GROUP BY a."customer") an ON an."customer" = f."customer"`
  return `SELECT f."customer", f."n", f."firstAt", f."lastAt", f."netMinor", f."net12mMinor", f."dealLines", f."dealDiscounted",
    f."fullPriceOccasions", f."benefitsUsed", m."stage", m."stageSince", m."cherryPicker", m."isBusiness", m."isWatched",
    c."createdAt", ${hasTags ? 'c."tags"' : 'NULL::text[]'}, c."emailConsent", c."smsConsent",
    ${ids === '' ? 'NULL::text[]' : 'b."told"'}, ${collections === '' ? 'NULL::text[]' : 'bi."told"'},
    c."rfmGroup", c."spendTier", c."country", ${hasCheckouts ? 'ch."at"' : 'NULL::timestamptz'},
    ${hasOwn ? `array_to_string(own."segments", ',')` : 'NULL::text'},
    m."isVip", m."buysInSales", m."isRegular",
    ${hasVisits ? 'v."visits30d", v."lastAt", v."interests"::text[]' : 'NULL::int, NULL::timestamptz, NULL::text[]'},
    ${hasAnswers ? 'an."told"' : 'NULL::text[]'}
  FROM "CustomerFeatures" f
  LEFT JOIN "Membership" m ON m."shop" = f."shop" AND m."customer" = f."customer"
  LEFT JOIN "Customer" c ON c."shop" = f."shop" AND c."id" = f."customer"
  ${hasOwn ? `LEFT JOIN "OwnMembership" own ON own."shop" = f."shop" AND own."customer" = f."customer"` : ''}
  ${ids === '' ? '' : bought}
  ${collections === '' ? '' : boughtIn}
  ${hasCheckouts ? checkouts : ''}
  ${hasVisits ? `LEFT JOIN "CustomerVisits" v ON v."shop" = f."shop" AND v."customer" = f."customer"` : ''}
  ${hasAnswers ? answers : ''}
  WHERE f."shop" = ${shop} ${only}`
}

/** Lines of everybody's orders that count, as rows `l` and `o`. */
function linesOf(context: RuleContext, is: string): string {
  return `"Line" l JOIN "Order" o ON o."shop" = l."shop" AND o."id" = l."order"
    WHERE l."shop" = ${Number(context.shop)} AND ${is} AND l."currentQuantity" > 0 AND ${validOrderSql('o', context)}`
}

/**
 * The same of some customers `s`, by their keys. OFFSET 0 keeps PostgreSQL from reading what everybody bought, which of a
 * large shop takes longer than any page waits.
 */
function linesByKey(context: RuleContext, whose: string, is: string): string {
  const shop = Number(context.shop)
  return `${whose} CROSS JOIN LATERAL (
      SELECT o."customer", o."id", o."processedAt" FROM "Order" o
      WHERE o."shop" = ${shop} AND o."customer" = s."customer" AND ${validOrderSql('o', context)} OFFSET 0) o
    CROSS JOIN LATERAL (
      SELECT l."product" FROM "Line" l
      WHERE l."shop" = ${shop} AND l."order" = o."id" AND ${is} AND l."currentQuantity" > 0 OFFSET 0) l`
}

function collectionsByKey(context: RuleContext, whose: string, within: string): string {
  return `${linesByKey(context, whose, 'true')}
    JOIN (SELECT k."id", p."product" FROM "Collection" k CROSS JOIN LATERAL unnest(k."products") p("product")
      WHERE ${within}) k ON k."product" = l."product"`
}

function sampled(whom: Whom): string {
  return typeof whom === 'object' && 'oneIn' in whom && whom.oneIn > 1 ? `AND ${oneOf(whom.oneIn)}` : ''
}

function idsIn(ids: readonly string[]): string {
  return ids.map((id) => BigInt(id)).join(', ')
}

function timeOf(row: CopyRow, field: number): Instant | null {
  return row.isNull(field) ? null : row.time(field)
}

/** Few different words stand in these columns: each is made once. */
function wordOf(words: Map<string, string>, row: CopyRow, field: number): string {
  const key = row.key(field)
  let word = words.get(key)
  if (word === undefined) {
    word = row.text(field)
    words.set(key, word)
  }
  return word
}

function tagsOf(sets: Map<string, ReadonlySet<string>>, row: CopyRow, field: number): ReadonlySet<string> {
  const key = row.key(field)
  let tags = sets.get(key)
  if (tags === undefined) {
    tags = new Set(row.texts(field).map(tagKeyOf))
    if (sets.size >= TAG_SETS) sets.clear()
    sets.set(key, tags)
  }
  return tags
}

function boughtOf(row: CopyRow, field: number): ReadonlyMap<string, Instant> {
  const bought = new Map<string, Instant>()
  for (const told of row.texts(field)) {
    const at = told.indexOf(' ')
    const product = told.slice(0, at)
    bought.set(product, Math.max(bought.get(product) ?? -Infinity, Number(told.slice(at + 1))))
  }
  return bought
}

function boughtInOf(row: CopyRow, field: number): ReadonlyMap<string, readonly Instant[]> {
  const bought = new Map<string, Instant[]>()
  for (const told of row.texts(field)) {
    const at = told.indexOf(' ')
    const collection = told.slice(0, at)
    const orders = bought.get(collection)
    if (orders) orders.push(Number(told.slice(at + 1)))
    else bought.set(collection, [Number(told.slice(at + 1))])
  }
  return bought
}

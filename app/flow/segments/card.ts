/** A segment's card: facts from a fixed sample of its customers, read by their keys, beside the merchant's words. */
import { cardFacts, driftOf, type CardFacts, type CardPeople } from '#app/domain/card-facts.ts'
import { PICKER_TIERS } from '#app/domain/cherry-picker.ts'
import { isReviewDue, NO_WORDS, type CardKey, type CardPage } from '#app/domain/segment-card.ts'
import type { Instant } from '#app/domain/order.ts'
import type { Sheet } from '#app/domain/sheet.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { drawSheet } from '#app/outside/pdf.server.ts'
import { freshnessOf } from '../freshness.ts'
import { readSettings } from '../settings.ts'
import { validOrderSql } from '../valid-orders.ts'
import { cardVersions, lastReview, writeReview } from './card-words.ts'
import { exclusionOfSegment } from './exclusions-page.ts'

/** Customers looked at of a larger segment, by PostgreSQL's own hash of the id: the same ones every time. */
const LOOKED_AT = 2000
/** Newest orders of each. */
const ORDERS_EACH = 20

type ShopRow = { currency: string; timezone: string | null; limited: boolean }

/** @throws {InvalidInput} not-found for an own segment that is not there */
export async function cardPage(shop: ShopId, key: CardKey): Promise<CardPage> {
  const freshness = await withShop(shop, (tx) => freshnessOf(tx, shop))
  const asOf = now()
  return withShopBulk(shop, async (tx) => {
    const own = ownIdOf(key)
    const ownName = own === null ? null : await nameOf(tx, shop, own)
    const about = await shopRow(tx, shop)
    const facts = await factsOf(tx, shop, key, about, asOf)
    const versions = await cardVersions(tx, shop, key)
    const review = await lastReview(tx, shop, key)
    return {
      key,
      ownName,
      isNegative: key === 'cherry-picker' || (own !== null && (await exclusionOfSegment(tx, shop, own, asOf)) !== null),
      facts,
      currency: about.currency,
      words: versions[0] ?? NO_WORDS,
      versions,
      review: review && {
        at: review.at,
        isDue: isReviewDue(review.at, asOf),
        drift: driftOf(review.facts, facts),
      },
      asOf,
      timezone: about.timezone,
      freshness,
    }
  })
}

/** The card was looked over now: its facts are kept, for what drifts from here on. */
export async function reviewCard(shop: ShopId, key: CardKey): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const own = ownIdOf(key)
    if (own !== null) await nameOf(tx, shop, own)
    await writeReview(tx, shop, key, await factsOf(tx, shop, key, await shopRow(tx, shop), now()))
  })
}

/** A4, one page, with the font in it. */
export function cardPdf(sheet: Sheet): Promise<Uint8Array<ArrayBuffer>> {
  return drawSheet(sheet)
}

function ownIdOf(key: CardKey): number | null {
  return key.startsWith('own:') ? Number(key.slice(4)) : null
}

async function nameOf(tx: BulkTx, shop: ShopId, id: number): Promise<string> {
  const [row] = await tx.query<{ name: string }>('SELECT "name" FROM "OwnSegment" WHERE "shop" = $1 AND "id" = $2', [
    shop,
    id,
  ])
  if (!row) throw new InvalidInput(`no segment ${id} in shop ${shop}`, { code: 'not-found' })
  return row.name
}

async function shopRow(tx: BulkTx, shop: ShopId): Promise<ShopRow> {
  const [row] = await tx.query<ShopRow>(
    `SELECT coalesce("currency", '') AS "currency", "timezone", "limited" FROM "Shop" WHERE "shop" = $1`,
    [shop],
  )
  return row!
}

function membersSql(key: CardKey): { from: string; is: string; value: string | number | string[] } {
  const own = ownIdOf(key)
  if (own !== null) return { from: '"OwnMembership"', is: 'm."segments" @> ARRAY[$2::int]', value: own }
  return key === 'cherry-picker'
    ? { from: '"Membership"', is: 'm."cherryPicker" = ANY($2)', value: [...PICKER_TIERS] }
    : { from: '"Membership"', is: 'm."stage" = $2', value: key }
}

async function factsOf(tx: BulkTx, shop: ShopId, key: CardKey, about: ShopRow, asOf: Instant): Promise<CardFacts> {
  const { from, is, value } = membersSql(key)
  const where = `FROM ${from} m WHERE m."shop" = $1 AND ${is}`
  const [count] = await tx.query<{ customers: number }>(`SELECT count(*)::int AS "customers" ${where}`, [shop, value])
  const ids = (
    await tx.query<{ customer: string }>(
      `SELECT m."customer" ${where} ORDER BY hashint8(m."customer"), m."customer" LIMIT ${LOOKED_AT}`,
      [shop, value],
    )
  ).map(({ customer }) => customer)
  const people = await tx.query<CardPeople['people'][number]>(
    `SELECT "n", "sumLnGapDays", "dealLines" AS "lines", "dealDiscounted" AS "discounted" FROM "CustomerFeatures"
     WHERE "shop" = $1 AND "customer" = ANY ($2::bigint[])`,
    [shop, ids],
  )
  const bought = about.limited
    ? { basketsMinor: null, products: [], categories: [] }
    : await boughtBy(tx, shop, ids, asOf)
  const countries = await tx.query<CardPeople['countries'][number]>(
    `SELECT "country", count(*)::int AS "customers" FROM "Customer"
     WHERE "shop" = $1 AND "id" = ANY ($2::bigint[]) GROUP BY 1`,
    [shop, ids],
  )
  return cardFacts({ customers: count?.customers ?? 0, people, countries, ...bought })
}

/** Each customer's newest orders and their lines, by their keys: OFFSET 0 keeps PostgreSQL from reading all lines instead. */
async function boughtBy(
  tx: BulkTx,
  shop: ShopId,
  ids: readonly string[],
  asOf: Instant,
): Promise<Pick<CardPeople, 'basketsMinor' | 'products' | 'categories'>> {
  const { orderRule } = await readSettings(tx, shop)
  const orders = await tx.query<{ id: string; buyer: number; subtotalMinor: string }>(
    `SELECT o."id", c."buyer"::int AS "buyer", o."subtotalMinor"
     FROM unnest($2::bigint[]) WITH ORDINALITY c("customer", "buyer") CROSS JOIN LATERAL (
       SELECT o."id", o."subtotalMinor" FROM "Order" o
       WHERE o."shop" = $1 AND o."customer" = c."customer" AND ${validOrderSql('o', { shop, asOf, orderRule })}
       ORDER BY o."processedAt" DESC LIMIT ${ORDERS_EACH}) o`,
    [shop, ids],
  )
  const products = await tx.query<CardPeople['products'][number]>(
    `SELECT l."product"::text AS "product", max(l."title") AS "title", array_agg(DISTINCT o."buyer") AS "buyers"
     FROM unnest($2::bigint[], $3::int[]) o("id", "buyer") CROSS JOIN LATERAL (
       SELECT l."product", l."title" FROM "Line" l
       WHERE l."shop" = $1 AND l."order" = o."id" AND l."product" IS NOT NULL AND l."currentQuantity" > 0 OFFSET 0) l
     GROUP BY 1`,
    [shop, orders.map(({ id }) => id), orders.map(({ buyer }) => buyer)],
  )
  return {
    basketsMinor: orders.map(({ subtotalMinor }) => Number(subtotalMinor)),
    products,
    categories: await categoriesOf(
      tx,
      shop,
      products.map(({ product }) => product),
    ),
  }
}

/** What is in the shop's categories of what was bought; null while a collection, or all of them, wait to be read. */
async function categoriesOf(tx: BulkTx, shop: ShopId, bought: readonly string[]): Promise<CardPeople['categories']> {
  const [read] = await tx.query<{ isRead: boolean }>(
    `SELECT coalesce(
       (SELECT bool_and(k."isCategory" IS NOT NULL) FROM "Collection" k WHERE k."shop" = $1),
       EXISTS (SELECT FROM "SyncRun" r
         WHERE r."shop" = $1 AND r."kind" = 'beside' AND r."subject" = 'collections' AND r."state" = 'done')) AS "isRead"`,
    [shop],
  )
  if (!read!.isRead) return null
  return tx.query(
    `SELECT k."id"::text AS "collection", k."title",
       ARRAY(SELECT p FROM unnest(k."products") p WHERE p = ANY ($2::bigint[]))::text[] AS "products"
     FROM "Collection" k WHERE k."shop" = $1 AND k."isCategory"`,
    [shop, bought],
  )
}

/** What the pages of the merchant's own segments read. */
import type { Id, Instant } from '#app/domain/order.ts'
import type { OwnEditor, OwnRow, OwnStanding, OwnVersion, Unread } from '#app/domain/own-pages.ts'
import type { CustomerPage } from '#app/domain/pages.ts'
import { ownTag } from '#app/domain/publication.ts'
import { evaluate } from '#app/domain/rules/evaluate.ts'
import { personAt } from '#app/domain/rules/person.ts'
import { READ_BESIDE, readBesideFor, readRule, type Rule, type RulesById } from '#app/domain/rules/rule.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { freshnessOf } from '../../freshness.ts'
import { readSettings } from '../../settings.ts'
import { exclusionOfSegment, keptOutIn } from '../exclusions-page.ts'
import { readPeople } from './people.ts'
import { readOrTrouble } from './preview.ts'
import { currencyOf, looksOf, ownSegments, ruleContext, rulesById, surveyChoices } from './stored.ts'
import { oweUnread, unreadOf } from './unread.ts'

/** Enough of the newest orders and customers to know what is usual here, without reading all of them. */
const LOOKED_AT = 20_000
const OFFERED = 200
const COUNTRIES_OFFERED = 24

/** All of the shop's own segments with who is in them now. */
export async function ownRows(shop: ShopId): Promise<OwnRow[]> {
  return withShopBulk(shop, async (tx) => {
    const segments = await ownSegments(tx, shop)
    if (segments.length === 0) return []
    const settings = await readSettings(tx, shop)
    const [{ total }] = (await tx.query<{ total: number }>(
      'SELECT count(*)::int AS "total" FROM "CustomerFeatures" WHERE "shop" = $1',
      [shop],
    )) as [{ total: number }]
    const counts = await tx.query<{ segment: number; customers: number }>(
      `SELECT s."segment", count(*)::int AS "customers" FROM "OwnMembership" o CROSS JOIN unnest(o."segments") s("segment")
       WHERE o."shop" = $1 GROUP BY 1`,
      [shop],
    )
    const unread = await unreadOf(tx, shop)
    const others = rulesById(segments)
    const countOf = new Map(counts.map((row) => [row.segment, row.customers]))
    return segments.map(({ id, name, rule, savedAt, workedAt }): OwnRow => {
      const customers = workedAt === null ? null : (countOf.get(id) ?? 0)
      const share = customers === null || total === 0 ? null : customers / total
      return {
        id,
        name,
        tag: ownTag(name, settings),
        customers,
        share,
        savedAt,
        unread: unreadBy(rule, others, unread),
      }
    })
  })
}

function unreadBy(rule: Rule, others: RulesById, unread: readonly Unread[]): Unread[] {
  const looked = readBesideFor(rule, others)
  return unread.filter(({ subject }) => looked.includes(subject))
}

/**
 * What the editor starts from. What conditions can look at and was never read is read from now on.
 * *
 * @param id  null: a new segment
 * @throws {InvalidInput} not-found
 */
export async function ownEditor(shop: ShopId, id: number | null): Promise<OwnEditor> {
  const freshness = await withShop(shop, (tx) => freshnessOf(tx, shop))
  const keptOut = id === null ? 0 : await keptOutIn(shop, { own: id }, now())
  return withShopBulk(shop, async (tx) => {
    const segments = await ownSegments(tx, shop)
    const segment = segments.find((each) => each.id === id)
    if (id !== null && !segment) throw new InvalidInput(`no segment ${id} in shop ${shop}`, { code: 'not-found' })
    const settings = await readSettings(tx, shop)
    await oweUnread(tx, shop, READ_BESIDE)
    const unread = await unreadOf(tx, shop)
    return {
      id,
      name: segment?.name ?? '',
      rule: segment?.rule ?? null,
      version: segment?.version ?? 0,
      versions: id === null ? [] : await versionsOf(tx, shop, id),
      others: segments.filter((each) => each.id !== id).map(({ id: other, name }) => ({ id: other, name })),
      tags: await usualTags(tx, shop),
      products: await usualProducts(tx, shop),
      collections: await collectionsByTitle(tx, shop),
      learnsFromVisits: settings.learnFromVisits,
      categories: settings.learnFromVisits ? await collectionsByTitle(tx, shop, 'AND "isCategory"') : [],
      answers: await surveyChoices(tx, shop),
      countries: await usualCountries(tx, shop),
      currency: await currencyOf(tx, shop),
      tagPrefix: settings.tagPrefix,
      workedAt: segment?.workedAt ?? null,
      isTagged: settings.taggingOn,
      announceMoves: settings.announceMoves,
      unread,
      unreadBySaved: segment ? unreadBy(segment.rule, rulesById(segments), unread) : [],
      keptOut,
      exclusion: id === null ? null : await exclusionOfSegment(tx, shop, id, now()),
      freshness,
    }
  })
}

/**
 * A new segment that begins with what another page has prepared. What is no rule is left out: a link of old, or one that was
 * cut, opens the empty editor.
 */
export function withPrepared(editor: OwnEditor, prepared: { rule?: unknown; name?: string | undefined }): OwnEditor {
  if (prepared.rule === undefined) return editor
  const read = readOrTrouble(prepared.rule)
  return 'troubles' in read ? editor : { ...editor, rule: read, name: prepared.name ?? '' }
}

async function versionsOf(tx: BulkTx, shop: ShopId, segment: number): Promise<OwnVersion[]> {
  const rows = await tx.query<{ version: number; name: string; rule: unknown; savedAt: Date }>(
    'SELECT * FROM "OwnSegmentVersion" WHERE "shop" = $1 AND "segment" = $2 ORDER BY "version" DESC',
    [shop, segment],
  )
  return rows.map(({ version, name, rule, savedAt }) => ({
    version,
    name,
    rule: readRule(rule),
    savedAt: savedAt.getTime(),
  }))
}

async function usualTags(tx: BulkTx, shop: ShopId): Promise<string[]> {
  const rows = await tx.query<{ tag: string }>(
    `SELECT t."tag" FROM (SELECT "tags" FROM "Customer" WHERE "shop" = $1 ORDER BY "id" DESC LIMIT ${LOOKED_AT}) c
       CROSS JOIN unnest(c."tags") t("tag")
     WHERE NOT EXISTS (SELECT FROM "PublicationRun" r WHERE r."shop" = $1 AND jsonb_typeof(r."progress"->'names') = 'array'
       AND r."progress"->'names' ? lower(normalize(t."tag", NFC)))
     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${OFFERED}`,
    [shop],
  )
  return rows.map(({ tag }) => tag)
}

async function usualProducts(tx: BulkTx, shop: ShopId): Promise<OwnEditor['products']> {
  return tx.query<{ id: string; title: string }>(
    `SELECT "product"::text AS "id", max("title") AS "title"
     FROM (SELECT "product", "title" FROM "Line" WHERE "shop" = $1 ORDER BY "order" DESC LIMIT ${LOOKED_AT}) l
     WHERE "product" IS NOT NULL GROUP BY "product" ORDER BY count(*) DESC, "product" LIMIT ${OFFERED}`,
    [shop],
  )
}

async function collectionsByTitle(
  tx: BulkTx,
  shop: ShopId,
  only: '' | 'AND "isCategory"' = '',
): Promise<OwnEditor['collections']> {
  return tx.query<{ id: string; title: string }>(
    `SELECT "id"::text AS "id", "title" FROM "Collection" WHERE "shop" = $1 ${only} ORDER BY "title", "id" LIMIT ${OFFERED}`,
    [shop],
  )
}

async function usualCountries(tx: BulkTx, shop: ShopId): Promise<string[]> {
  const rows = await tx.query<{ country: string }>(
    `SELECT c."country" FROM (SELECT "country" FROM "Customer" WHERE "shop" = $1 ORDER BY "id" DESC LIMIT ${LOOKED_AT}) c
     WHERE c."country" IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${COUNTRIES_OFFERED}`,
    [shop],
  )
  return rows.map(({ country }) => country)
}

/** Which of them one customer is in as stored, and why, as of a moment. */
export async function ownStandings(shop: ShopId, customer: Id, asOf: Instant): Promise<CustomerPage['own']> {
  return withShopBulk(shop, async (tx) => {
    const segments = await ownSegments(tx, shop)
    const names = segments.map(({ id, name }) => ({ id, name }))
    const [row] = await tx.query<{ segments: number[]; since: Date[] }>(
      'SELECT "segments", "since" FROM "OwnMembership" WHERE "shop" = $1 AND "customer" = $2::bigint',
      [shop, customer],
    )
    const currency = await currencyOf(tx, shop)
    if (!row) return { standings: [], names, currency }
    const sinceOf = new Map(row.segments.map((id, place) => [id, row.since[place]!.getTime()]))
    const theirs = segments.filter(({ id }) => sinceOf.has(id))
    const context = await ruleContext(tx, shop, rulesById(segments), asOf)
    const looks = looksOf(
      theirs.map(({ rule }) => rule),
      context.others,
      false,
    )
    const standings: OwnStanding[] = []
    await readPeople(tx, context, { customers: [customer] }, looks, (_customer, stored) => {
      const person = personAt(stored, asOf, context.calendar, context.isLimited)
      for (const { id, name, rule } of theirs)
        standings.push({ id, name, since: sinceOf.get(id)!, verdict: evaluate(rule, person, context.others) })
    })
    // Whom a rule that was edited a moment ago does not hold any more is about to leave.
    return { standings: standings.filter(({ verdict }) => verdict.member), names, currency }
  })
}

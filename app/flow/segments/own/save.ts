/** Saving and deleting the merchant's own segments. Every saved version is kept; a restored one is a new version. */
import { allTags, ownTag } from '#app/domain/publication.ts'
import {
  conditionsOf,
  MOST_SEGMENTS,
  readBesideFor,
  readRule,
  segmentsNamed,
  type Condition,
  type Rule,
} from '#app/domain/rules/rule.ts'
import { NO_TAG_CHARACTER, TAG_MAX_CHARACTERS, tagKeyOf, type SettingsData } from '#app/domain/settings.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readSettings } from '../../settings.ts'
import { forgetCard } from '../card-words.ts'
import { troublesOf } from './check.ts'
import { ownSegments, rulesById, type OwnSegmentRow } from './stored.ts'
import { oweUnread } from './unread.ts'

/** `announces`: Flow is told of the moves that saving it brings. */
type SentOwn = { name: string; rule: unknown; announces?: boolean }

/**
 * Saves a segment under its id, or as a new one, and owes holding everybody against it. Nothing is written where nothing
 * differs.
 *
 * @throws {InvalidInput} `fields.name` and `fields.rule` are keys of the screen texts; not-found for an id that is not there
 */
export async function saveOwn(shop: ShopId, id: number | null, sent: SentOwn): Promise<number> {
  return withShopBulk(shop, (tx) => saveOwnIn(tx, shop, id, sent))
}

/** The same inside the caller's transaction; where it refuses, nothing has been written. */
export async function saveOwnIn(tx: BulkTx, shop: ShopId, id: number | null, sent: SentOwn): Promise<number> {
  const rule = readRule(sent.rule)
  const { segments, settings } = await alone(tx, shop)
  const before = segments.find((each) => each.id === id)
  if (id !== null && !before) throw gone(shop, id)
  if (id === null && segments.length >= MOST_SEGMENTS) throw refused('name', 'own-too-many')
  const name = validName(sent.name, id, segments, settings)
  await refuseTrouble(tx, shop, id, rule, segments, settings)
  if (before && before.name === name && JSON.stringify(before.rule) === JSON.stringify(rule)) return before.id
  const saved = await write(tx, shop, before ?? null, name, rule, sent.announces === true)
  await oweWhatFollows(tx, shop, settings, conditionsOf(rule).some(isWordOfShopify))
  await oweUnread(tx, shop, readBesideFor(rule, rulesById(segments)))
  if (before?.name !== name) await oweShopifySegments(tx, shop, settings)
  return saved
}

/**
 * Takes a segment away, with its versions; its tags go with the next run.
 *
 * @throws {InvalidInput} `fields.name` is `own-named` where another segment names it, `own-excluded` while it keeps its
 *         customers out of rewards
 */
export async function deleteOwn(shop: ShopId, id: number): Promise<void> {
  await withShopBulk(shop, (tx) => deleteOwnIn(tx, shop, id))
}

/** The same inside the caller's transaction, which must not be kept where it refuses. */
export async function deleteOwnIn(tx: BulkTx, shop: ShopId, id: number): Promise<void> {
  const { segments, settings } = await alone(tx, shop)
  if (!segments.some((each) => each.id === id)) throw gone(shop, id)
  if (segments.some((each) => each.id !== id && segmentsNamed(each.rule).includes(id)))
    throw refused('name', 'own-named')
  await tx.query('DELETE FROM "OwnSegmentVersion" WHERE "shop" = $1 AND "segment" = $2', [shop, id])
  await tx.query('DELETE FROM "OwnSegment" WHERE "shop" = $1 AND "id" = $2', [shop, id])
  await forgetCard(tx, shop, `own:${id}`)
  // Asked last: whoever keeps it out at this moment holds its row.
  if (await isKeptOut(tx, shop, id)) throw refused('name', 'own-excluded')
  await oweWhatFollows(tx, shop, settings)
  await oweShopifySegments(tx, shop, settings)
}

async function isKeptOut(tx: BulkTx, shop: ShopId, id: number): Promise<boolean> {
  const rows = await tx.query(
    `SELECT FROM "Exclusion" WHERE "shop" = $1 AND "segment" = $2 AND "endedAt" IS NULL
       AND ("until" IS NULL OR "until" > $3)`,
    [shop, id, new Date(now())],
  )
  return rows.length > 0
}

/** Until this transaction ends, nobody else saves or deletes a segment of the shop's own. */
export async function holdOwnSegments(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('own-segments', $1::int))`, [shop])
}

/** Two people save at once: neither makes a circle that the other could not see. */
async function alone(tx: BulkTx, shop: ShopId): Promise<{ segments: OwnSegmentRow[]; settings: SettingsData }> {
  await holdOwnSegments(tx, shop)
  return { segments: await ownSegments(tx, shop), settings: await readSettings(tx, shop) }
}

/** What Shopify says of a customer is read only for shops with a rule about it. */
function isWordOfShopify(condition: Condition): boolean {
  return condition.kind === 'one-of' && condition.feature !== 'country'
}

/** A name alone changes tags too. */
async function oweWhatFollows(
  tx: BulkTx,
  shop: ShopId,
  { taggingOn }: SettingsData,
  looksAtWords = false,
): Promise<void> {
  await owe(tx, shop, 'fill-segments', String(shop), {})
  if (looksAtWords) await owe(tx, shop, 'read-beside', 'words', {})
  if (taggingOn) await owe(tx, shop, 'publish', String(shop), {})
}

/** Shopify's customer segments carry the name, and follow the tag of that name. */
async function oweShopifySegments(tx: BulkTx, shop: ShopId, { shopifySegmentsOn }: SettingsData): Promise<void> {
  if (shopifySegmentsOn) await owe(tx, shop, 'sync-segments', String(shop), {})
}

function validName(
  sent: string,
  id: number | null,
  segments: readonly OwnSegmentRow[],
  settings: SettingsData,
): string {
  const name = sent.normalize('NFC').trim()
  if (name === '') throw refused('name', 'own-name-empty')
  if (NO_TAG_CHARACTER.test(name)) throw refused('name', 'tag-comma')
  const tag = ownTag(name, settings)
  if ([...tag].length > TAG_MAX_CHARACTERS) throw refused('name', 'tag-long')
  const taken = [
    ...allTags(settings),
    ...segments.filter((each) => each.id !== id).map((each) => ownTag(each.name, settings)),
  ]
  if (taken.some((each) => tagKeyOf(each) === tagKeyOf(tag))) throw refused('name', 'tag-twice')
  return name
}

async function refuseTrouble(
  tx: BulkTx,
  shop: ShopId,
  id: number | null,
  rule: Rule,
  segments: readonly OwnSegmentRow[],
  settings: SettingsData,
): Promise<void> {
  const [row] = await tx.query<{ limited: boolean }>('SELECT "limited" FROM "Shop" WHERE "shop" = $1', [shop])
  const troubles = troublesOf(rule, {
    id,
    segments,
    settings,
    isLimited: row?.limited === true,
    // What nobody carries or has bought only warns, and whoever saves has read it.
    known: null,
  })
  const worst = troubles.find(({ blocks }) => blocks)
  if (worst) throw refused('rule', worst.kind)
}

async function write(
  tx: BulkTx,
  shop: ShopId,
  before: OwnSegmentRow | null,
  name: string,
  rule: Rule,
  announces: boolean,
): Promise<number> {
  const values = [shop, name, JSON.stringify(rule), new Date(now())]
  const isSameRule = before !== null && JSON.stringify(before.rule) === JSON.stringify(rule)
  const [row] = before
    ? await tx.query<{ id: number; version: number }>(
        `UPDATE "OwnSegment" SET "name" = $2, "rule" = $3::jsonb, "savedAt" = $4, "version" = "version" + 1,
           "workedAt" = CASE WHEN $6 THEN "workedAt" END, "announces" = $7
         WHERE "shop" = $1 AND "id" = $5 RETURNING "id", "version"`,
        [...values, before.id, isSameRule, announces],
      )
    : await tx.query<{ id: number; version: number }>(
        `INSERT INTO "OwnSegment" ("shop", "name", "rule", "savedAt", "version") VALUES ($1, $2, $3::jsonb, $4, 1)
         RETURNING "id", "version"`,
        values,
      )
  await tx.query(
    `INSERT INTO "OwnSegmentVersion" ("shop", "name", "rule", "savedAt", "segment", "version")
     VALUES ($1, $2, $3::jsonb, $4, $5, $6)`,
    [...values, row!.id, row!.version],
  )
  return row!.id
}

function refused(field: 'name' | 'rule', key: string): InvalidInput {
  return new InvalidInput(`a segment cannot be so: ${key}`, { fields: { [field]: key } })
}

function gone(shop: ShopId, id: number): InvalidInput {
  return new InvalidInput(`no segment ${id} in shop ${shop}`, { code: 'not-found' })
}

/** What the merchant writes on segments' cards, in versions, and when each card was looked over. */
import { CardFactsShape, type CardFacts } from '#app/domain/card-facts.ts'
import { CARD_FIELDS, NO_WORDS, type CardKey, type CardVersion, type CardWords } from '#app/domain/segment-card.ts'
import type { Instant } from '#app/domain/order.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type BulkTx, type ShopId } from '#app/outside/database.server.ts'

const VERSIONS_SHOWN = 20

type Row = CardWords & { version: number; savedAt: Date }

/** Newest first. */
export async function cardVersions(tx: BulkTx, shop: ShopId, key: CardKey): Promise<CardVersion[]> {
  const rows = await tx.query<Row>(
    `SELECT "version", "savedAt", "name", "story", "pains", "goals", "channel" FROM "SegmentCard"
     WHERE "shop" = $1 AND "segment" = $2 ORDER BY "version" DESC LIMIT ${VERSIONS_SHOWN}`,
    [shop, key],
  )
  return rows.map((row) => ({ ...row, savedAt: row.savedAt.getTime() }))
}

/** The last review; what an earlier version of the app stored otherwise is none. */
export async function lastReview(
  tx: BulkTx,
  shop: ShopId,
  key: CardKey,
): Promise<{ at: Instant; facts: CardFacts } | null> {
  const [row] = await tx.query<{ at: Date; facts: unknown }>(
    'SELECT "at", "facts" FROM "SegmentReview" WHERE "shop" = $1 AND "segment" = $2 ORDER BY "at" DESC LIMIT 1',
    [shop, key],
  )
  const facts = CardFactsShape.safeParse(row?.facts)
  return row && facts.success ? { at: row.at.getTime(), facts: facts.data } : null
}

/** Keeps what was written as a new version; the same words again are none. */
export async function saveCardWords(shop: ShopId, key: CardKey, words: CardWords): Promise<void> {
  await withShop(shop, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`card ${key}`}, ${shop}::int))`
    const last = await tx.segmentCard.findFirst({ where: { shop, segment: key }, orderBy: { version: 'desc' } })
    const before: CardWords = last ?? NO_WORDS
    if (CARD_FIELDS.every((field) => before[field] === words[field])) return
    const { name, story, pains, goals, channel } = words
    await tx.segmentCard.create({
      data: {
        shop,
        segment: key,
        version: (last?.version ?? 0) + 1,
        savedAt: new Date(now()),
        name,
        story,
        pains,
        goals,
        channel,
      },
    })
  })
}

export async function writeReview(tx: BulkTx, shop: ShopId, key: CardKey, facts: CardFacts): Promise<void> {
  await tx.query(
    `INSERT INTO "SegmentReview" ("shop", "segment", "at", "facts") VALUES ($1, $2, $3, $4::jsonb) ON CONFLICT DO NOTHING`,
    [shop, key, new Date(now()), JSON.stringify(facts)],
  )
}

/** With its segment. */
export async function forgetCard(tx: BulkTx, shop: ShopId, key: CardKey): Promise<void> {
  await tx.query('DELETE FROM "SegmentCard" WHERE "shop" = $1 AND "segment" = $2', [shop, key])
  await tx.query('DELETE FROM "SegmentReview" WHERE "shop" = $1 AND "segment" = $2', [shop, key])
}

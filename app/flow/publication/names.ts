/** Which of our tag names a run has ever written, and who may write intents at this moment. */
import { allTags } from '#app/domain/publication.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import type { Settings } from '#app/domain/settings.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { readSettings } from '../settings.ts'

/** The settings with what the merchant's own segments are called: all that decides how a tag is written. */
export type TaggingSettings = Settings & { own: ReadonlyMap<number, string> }

type OwnName = { id: number; name: string }

export async function taggingSettings(tx: Tx | BulkTx, shop: ShopId): Promise<TaggingSettings> {
  const rows =
    'copyIn' in tx
      ? await tx.query<OwnName>('SELECT id, name FROM "OwnSegment" WHERE shop = $1 ORDER BY id', [shop])
      : await tx.$queryRaw<OwnName[]>`SELECT id, name FROM "OwnSegment" WHERE shop = ${shop} ORDER BY id`
  return { ...(await readSettings(tx, shop)), own: new Map(rows.map(({ id, name }) => [id, name])) }
}

/** Names of ours that no run has used yet: tags that carry them are the merchant's, however long ago they were seen. */
export async function neverUsedNames(tx: BulkTx, shop: ShopId, settings: TaggingSettings): Promise<string[]> {
  const used = await tx.query<{ name: string }>(
    `SELECT DISTINCT jsonb_array_elements_text(progress->'names') AS name FROM "PublicationRun"
     WHERE shop = $1 AND jsonb_typeof(progress->'names') = 'array'`,
    [shop],
  )
  const usedNames = new Set(used.map((row) => row.name))
  return allTags(settings)
    .map(tagKeyOf)
    .filter((name) => !usedNames.has(name))
}

/** Notes that a run may write every name of these settings. */
export async function noteNames(tx: BulkTx, shop: ShopId, run: number, settings: TaggingSettings): Promise<void> {
  await tx.query(
    `UPDATE "PublicationRun" SET progress = coalesce(progress, '{}') || jsonb_build_object('names', $3::jsonb)
     WHERE shop = $1 AND id = $2`,
    [shop, run, JSON.stringify(allTags(settings).map(tagKeyOf))],
  )
}

/**
 * Held to the end of the transaction: a whole-shop run writes its intents while nobody begins with one customer alone, and
 * sees all that have begun.
 */
export async function lockIntents(tx: BulkTx, shop: ShopId, who: 'whole' | 'one'): Promise<void> {
  const lock = who === 'whole' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared'
  await tx.query(`SELECT ${lock}(hashtextextended('publish', $1::int))`, [shop])
}

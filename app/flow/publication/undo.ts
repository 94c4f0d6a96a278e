/** Taking the last tag run back: exactly what it changed, where nobody has changed it since. */
import type { UndoPreview } from '#app/domain/pages.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop, withShopBulk } from '#app/outside/database.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { saveSettingsIn } from '../settings.ts'
import type { TagsJustRead } from './plan.ts'
import { findLastRun, isAnyOpen } from './runs.ts'

/**
 * What goes back for each customer. $1 shop, $2 the run, $3 tags just read from Shopify. A tag is taken off only where the
 * ledger owns it, and given only where no tag of that name is known to be there: that one is somebody else's. Customers
 * with a write of unknown end are left to the next run, which reads their tags.
 */
const GOING_BACK = `
  changed AS (
    SELECT c.id, c.customer, c.what, c.tag, c.was, lower(normalize(coalesce(c.tag, ''), NFC)) AS key,
      NOT EXISTS (SELECT FROM "TagChange" o WHERE o.shop = $1 AND o.customer = c.customer AND o.id > c.id
        AND CASE c.what WHEN 'state' THEN o.what = 'state'
          ELSE o.what <> 'state' AND lower(normalize(o.tag, NFC)) = lower(normalize(c.tag, NFC)) END) AS "isLatest"
    FROM "TagChange" c WHERE c.shop = $1 AND c.run = $2 AND c.by = 'us'
  ), known AS (
    SELECT l.customer, l.state, l.tags, l.problem ? 'pending' IS TRUE AS "isUnsure",
      ARRAY(SELECT lower(normalize(tag, NFC)) FROM unnest(l.tags) AS tag) AS owned,
      l.preexisting || ARRAY(SELECT lower(normalize(tag, NFC)) FROM unnest(
        CASE WHEN r.tags IS NOT NULL THEN r.tags
          WHEN c."fetchedAt" > l."writtenAt" + interval '10 minutes' THEN c.tags ELSE '{}' END) AS tag) AS theirs
    FROM "Ledger" l
    LEFT JOIN "Customer" c ON c.shop = l.shop AND c.id = l.customer
    LEFT JOIN jsonb_to_recordset($3::jsonb) AS r(customer bigint, tags text[]) ON r.customer = l.customer
    WHERE l.shop = $1 AND l.customer IN (SELECT customer FROM changed)
  ), judged AS (
    SELECT changed.*, known.state, "isLatest" AND NOT "isUnsure" AND CASE what
      WHEN 'add' THEN key = ANY (owned)
      WHEN 'remove' THEN NOT key = ANY (owned) AND NOT key = ANY (theirs)
      ELSE known.state IS NOT DISTINCT FROM changed.tag AND known.state IS DISTINCT FROM changed.was END AS "goesBack"
    FROM changed JOIN known ON known.customer = changed.customer
  )`

/** What undoing would change now; null: there is no run to undo, or one is under way. */
export async function undoPreview(shop: ShopId): Promise<UndoPreview | null> {
  const run = await withShop(shop, async (tx) => ((await isAnyOpen(tx, shop)) ? null : findLastRun(tx, shop)))
  if (run === null) return null
  return withShopBulk(shop, async (tx) => {
    const values = [shop, run.id, '[]']
    const tags = await tx.query<{ tag: string; adds: number; removes: number }>(
      `WITH ${GOING_BACK}
       SELECT tag, count(*) FILTER (WHERE what = 'remove')::int AS adds, count(*) FILTER (WHERE what = 'add')::int AS removes
       FROM judged WHERE "goesBack" AND what <> 'state' GROUP BY tag ORDER BY tag`,
      values,
    )
    const counts = await tx.query<{ customers: number; metafields: number; changedSince: number }>(
      `WITH ${GOING_BACK}
       SELECT count(DISTINCT customer) FILTER (WHERE "goesBack")::int AS customers,
         count(*) FILTER (WHERE "goesBack" AND what = 'state')::int AS metafields,
         count(*) FILTER (WHERE NOT "goesBack")::int AS "changedSince" FROM judged`,
      values,
    )
    return { run, tags, ...counts[0]! }
  })
}

/**
 * Takes the last run back and turns tagging off, so that nothing writes the same again at once.
 *
 * @throws {InvalidInput} shown `tag-run-under-way` or `nothing-to-undo`
 */
export async function undoLastRun(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await saveSettingsIn(tx, shop, { taggingOn: false })
    if (await isAnyOpen(tx, shop)) throw new InvalidInput('a tag run is under way', { shown: 'tag-run-under-way' })
    const run = await findLastRun(tx, shop)
    if (run === null) throw new InvalidInput('no tag run to undo', { shown: 'nothing-to-undo' })
    const progress = JSON.stringify({ undoes: run.id })
    await tx.$executeRaw`
      INSERT INTO "PublicationRun" (shop, kind, state, progress, "startedAt")
      VALUES (${shop}, 'undo', 'planned', ${progress}::jsonb, now())`
    await owe(tx, shop, 'publish', String(shop), {})
  })
}

/** The names that undoing a run would add: before that, Shopify is asked who carries them by now. */
export async function namesToAdd(tx: BulkTx, shop: ShopId, undone: number): Promise<string[]> {
  const rows = await tx.query<{ tag: string }>(
    `WITH ${GOING_BACK} SELECT DISTINCT tag FROM judged WHERE "goesBack" AND what = 'remove'`,
    [shop, undone, '[]'],
  )
  return [...new Map(rows.map(({ tag }) => [tagKeyOf(tag), tag])).values()]
}

/** Writes into the ledger what goes back; answers for how many customers. */
export async function writeUndo(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  undone: number,
  justRead: TagsJustRead,
): Promise<number> {
  const rows = await tx.query<{ customers: number }>(
    `WITH ${GOING_BACK}, back AS (
       SELECT customer,
         coalesce(array_agg(tag) FILTER (WHERE what = 'remove'), '{}') AS add,
         coalesce(array_agg(tag) FILTER (WHERE what = 'add'), '{}') AS remove,
         min(was) FILTER (WHERE what = 'state') AS state,
         coalesce(bool_or(what = 'state' AND was IS NULL), false) AS clear
       FROM judged WHERE "goesBack" GROUP BY customer
     ), written AS (
       UPDATE "Ledger" l SET tags = l.tags || back.add, "writtenAt" = clock_timestamp(),
         problem = jsonb_build_object('pending', jsonb_strip_nulls(jsonb_build_object('run', $4::int,
           'claimed', to_jsonb(back.add),
           'add', CASE WHEN back.add <> '{}' THEN to_jsonb(back.add) END,
           'remove', CASE WHEN back.remove <> '{}' THEN to_jsonb(back.remove) END,
           'state', back.state, 'clear', CASE WHEN back.clear THEN true END)))
       FROM back WHERE l.shop = $1 AND l.customer = back.customer RETURNING 1
     )
     SELECT count(*)::int AS customers FROM written`,
    [shop, undone, JSON.stringify(justRead), run],
  )
  return rows[0]?.customers ?? 0
}

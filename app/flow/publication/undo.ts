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
 * What goes back for each customer. $1 shop, $2 the run, $3 tags just read from Shopify by customer. A tag is taken off only
 * where the ledger owns it, and given only where no tag of that name is known to be there: that one is somebody else's.
 * Customers with a write of unknown end are left to the next run, which reads their tags.
 *
 * Right after a large run nothing is known of its rows, and whatever is not found by a key would be compared with all else.
 */
const GOING_BACK = `
  changed AS (
    SELECT * FROM (
      SELECT run, by, customer, what, tag, was, key,
        row_number() OVER (PARTITION BY customer, what = 'state', key ORDER BY id DESC) = 1 AS "isLatest"
      FROM "TagChange", lower(CASE what WHEN 'state' THEN '' ELSE normalize(tag, NFC) END) AS key
      WHERE shop = $1 AND customer IN (SELECT customer FROM "TagChange" WHERE shop = $1 AND run = $2 AND by = 'us')
    ) AS all_changes WHERE run = $2 AND by = 'us'
  ), judged AS (
    SELECT changed.customer, what, tag, was,
      "isLatest" AND l.problem ? 'pending' IS NOT TRUE AND CASE what
        WHEN 'add' THEN key = ANY (known.owned)
        WHEN 'remove' THEN NOT key = ANY (known.owned) AND NOT key = ANY (known.theirs)
        ELSE l.state IS NOT DISTINCT FROM tag AND l.state IS DISTINCT FROM was END AS "goesBack"
    FROM changed
    JOIN "Ledger" l ON l.shop = $1 AND l.customer = changed.customer
    LEFT JOIN "Customer" c ON c.shop = $1 AND c.id = changed.customer
    CROSS JOIN LATERAL (SELECT
      ARRAY(SELECT lower(normalize(t, NFC)) FROM unnest(l.tags) AS t) AS owned,
      l.preexisting || ARRAY(SELECT lower(normalize(t, NFC)) FROM (
        SELECT jsonb_array_elements_text($3::jsonb -> changed.customer::text)
        UNION ALL
        SELECT unnest(c.tags) WHERE NOT $3::jsonb ? changed.customer::text
          AND c."fetchedAt" > l."writtenAt" + interval '10 minutes') AS seen(t)) AS theirs) AS known
  )`

/** What undoing would change now; null: there is no run to undo, or one is under way. */
export async function undoPreview(shop: ShopId): Promise<UndoPreview | null> {
  const run = await withShop(shop, async (tx) => ((await isAnyOpen(tx, shop)) ? null : findLastRun(tx, shop)))
  if (run === null) return null
  return withShopBulk(shop, async (tx) => {
    const [counts] = await tx.query<Omit<UndoPreview, 'run'>>(
      `WITH ${GOING_BACK}, tags AS (
         SELECT tag, count(*) FILTER (WHERE what = 'remove') AS adds, count(*) FILTER (WHERE what = 'add') AS removes
         FROM judged WHERE "goesBack" AND what <> 'state' GROUP BY tag
       )
       SELECT count(DISTINCT customer) FILTER (WHERE "goesBack")::int AS customers,
         count(*) FILTER (WHERE "goesBack" AND what = 'state')::int AS metafields,
         count(*) FILTER (WHERE NOT "goesBack")::int AS "changedSince",
         (SELECT coalesce(jsonb_agg(tags ORDER BY tag), '[]') FROM tags) AS tags
       FROM judged`,
      [shop, run.id, '{}'],
    )
    return { run, ...counts! }
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
    [shop, undone, '{}'],
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
    [shop, undone, JSON.stringify(Object.fromEntries(justRead.map(({ customer, tags }) => [customer, tags]))), run],
  )
  return rows[0]?.customers ?? 0
}

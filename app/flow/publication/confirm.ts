/** What came of an intent, written into the ledger; repeating it changes nothing and counts nothing twice. */
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { Operation } from './runs.ts'

/**
 * A customer whose change Shopify has confirmed, with their updatedAt and their tags after it where the answer names them
 * (tags: of an addition).
 */
export type Confirmed = { customer: string; updatedAt: string | null; tags?: string[] | null }

const LEDGER_OF: Record<Operation['kind'], string> = {
  // Shopify keeps the first spelling: a tag spelled otherwise was there a moment before ours, and is somebody else's.
  add: `tags = ARRAY(SELECT tag FROM unnest(l.tags) AS tag
      WHERE NOT lower(normalize(tag, NFC)) = ANY (SELECT lower(normalize(theirs, NFC)) FROM unnest(was.swapped) AS theirs)),
    preexisting = l.preexisting || ARRAY(SELECT lower(normalize(theirs, NFC)) FROM unnest(was.swapped) AS theirs),
    added = l.added || was.swapped`,
  remove: `tags = ARRAY(SELECT tag FROM unnest(l.tags) AS tag WHERE NOT was.pending->'remove' ? tag)`,
  state: `state = was.pending->>'state'`,
  clear: 'state = NULL',
}

const COUNT_OF: Record<Operation['kind'], { column: string; each: string }> = {
  add: { column: 'tagsAdded', each: `jsonb_array_length(pending->'add')` },
  remove: { column: 'tagsRemoved', each: `jsonb_array_length(pending->'remove')` },
  state: { column: 'statesWritten', each: '1' },
  clear: { column: 'statesWritten', each: '1' },
}

const HISTORY_OF: Record<Operation['kind'], string> = {
  add: `'add', tag, NULL FROM was CROSS JOIN jsonb_array_elements_text(was.pending->'add') AS tag`,
  remove: `'remove', tag, NULL FROM was CROSS JOIN jsonb_array_elements_text(was.pending->'remove') AS tag`,
  state: `'state', was.pending->>'state', was.state FROM was`,
  clear: `'state', NULL, was.state FROM was`,
}

/** What an intent says beside the changes themselves. */
const NO_CHANGE = `'{run,wanted,claimed,isNew,live}'::text[]`

/** Takes one kind of change of these customers as done. */
export async function confirm(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  kind: Operation['kind'],
  done: Confirmed[],
): Promise<void> {
  if (done.length === 0) return
  const told = `SELECT * FROM jsonb_to_recordset($3::jsonb) AS told(customer bigint, "updatedAt" timestamptz, tags text[])`
  await write(tx, shop, run, kind, told, [JSON.stringify(done), kind])
}

/**
 * Takes a whole operation as done, where Shopify has refused nothing of it. What deletes a field that is gone already is
 * answered without naming whose it was.
 */
export async function confirmAll(tx: BulkTx, shop: ShopId, run: number, operation: Operation): Promise<void> {
  const { kind, after, upTo } = operation
  const told = `SELECT customer, NULL::timestamptz AS "updatedAt", NULL::text[] AS tags FROM "Ledger"
    WHERE shop = $1 AND customer > $3::bigint AND customer <= $5::bigint`
  await write(tx, shop, run, kind, told, [after, kind, upTo])
}

/**
 * Gives back what an operation that Shopify never got had laid claim to: none of it was sent, so if a tag of that name is
 * ever there, it is the merchant's.
 */
export async function release(tx: BulkTx, shop: ShopId, run: number, operation: Operation): Promise<void> {
  const { kind, after, upTo } = operation
  await tx.query(
    `UPDATE "Ledger" SET
       tags = ARRAY(SELECT tag FROM unnest(tags) AS tag
         WHERE NOT coalesce($3::text = 'add' AND problem->'pending'->'claimed' ? tag, false)),
       problem = CASE WHEN (problem->'pending') - ${NO_CHANGE} - $3::text <> '{}'
         THEN jsonb_build_object('pending', (problem->'pending') - $3::text) END
     WHERE shop = $1 AND (problem->'pending'->>'run')::int = $2 AND problem->'pending' ? $3::text
       AND customer > $4::bigint AND customer <= $5::bigint`,
    [shop, run, kind, after, upTo],
  )
}

/** `told` selects customers with their updatedAt from the values, of which $4 is the kind. */
async function write(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  kind: Operation['kind'],
  told: string,
  values: unknown[],
): Promise<void> {
  const { column, each } = COUNT_OF[kind]
  await tx.query(
    `WITH told AS (${told}), was AS (
       SELECT l.customer, l.state, l.problem->'pending' AS pending, told."updatedAt", ARRAY(
           SELECT seen FROM unnest(told.tags) AS seen
           JOIN jsonb_array_elements_text(l.problem->'pending'->'add') AS ours
             ON lower(normalize(seen, NFC)) = lower(normalize(ours, NFC)) AND normalize(seen, NFC) <> ours
         ) AS swapped
       FROM "Ledger" l JOIN told ON told.customer = l.customer
       WHERE l.shop = $1 AND (l.problem->'pending'->>'run')::int = $2 AND l.problem->'pending' ? $4
       ORDER BY l.customer FOR UPDATE OF l
     ), written AS (
       UPDATE "Ledger" l SET ${LEDGER_OF[kind]}, "writtenAt" = clock_timestamp(),
         "echoAt" = greatest(l."echoAt", was."updatedAt"),
         problem = CASE WHEN was.pending - ${NO_CHANGE} - $4 <> '{}' THEN jsonb_build_object('pending', was.pending - $4) END
       FROM was WHERE l.shop = $1 AND l.customer = was.customer
     ), noted AS (
       INSERT INTO "TagChange" (shop, run, customer, by, at, what, tag, was)
       SELECT $1, $2, was.customer, 'us', clock_timestamp(), ${HISTORY_OF[kind]}
     )
     UPDATE "PublicationRun" SET "${column}" = "${column}" + (SELECT coalesce(sum(${each}), 0)::int FROM was)
     WHERE shop = $1 AND id = $2`,
    [shop, run, ...values],
  )
}

/**
 * People and orders that are gone, told apart by keyed hashes only. Erased: nothing older than the erasure brings them
 * back, on whatever road it comes; a new order of theirs, dated after it, is a new beginning. Deleted in the shop: nothing
 * that was asked for before we were told so brings them back; what Shopify shows afterwards is there.
 */
import type { Id, Instant } from '#app/domain/order.ts'
import { withShop, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { keyedHash } from '#app/outside/secrets.server.ts'

export type TombstoneKind = 'customer' | 'order'

/** `at` belongs to `ids`: when each was erased. `deleted` are gone as far as this fetch can know. */
export type Gone = { ids: Id[]; at: string[]; deleted: Id[] }

const BATCH = 10_000

export function tombstoneHash(shop: ShopId, kind: TombstoneKind, id: Id): Buffer {
  return keyedHash(shop, `Tombstone ${kind}`, id)
}

/** Notes that Shopify knows these no more, by an answer to what was asked at `fetchedAt`. */
export async function buryDeleted(
  tx: BulkTx,
  shop: ShopId,
  kind: TombstoneKind,
  ids: Id[],
  fetchedAt: Instant,
): Promise<void> {
  await tx.query(
    `INSERT INTO "Tombstone" AS t (shop, kind, hash, "deletedAt")
     SELECT $1::int, $2, hash, $4::timestamptz FROM unnest($3::bytea[]) hash
     ON CONFLICT (shop, kind, hash) DO UPDATE SET "deletedAt" = greatest(t."deletedAt", excluded."deletedAt")`,
    [shop, `deleted-${kind}`, ids.map((id) => tombstoneHash(shop, kind, id)), new Date(fetchedAt).toISOString()],
  )
}

/** When a customer was found to be deleted in the shop, or was erased; null: neither is known of this id. */
export async function customerGoneAt(shop: ShopId, customer: Id): Promise<Instant | null> {
  const hash = Uint8Array.from(tombstoneHash(shop, 'customer', customer))
  const stone = await withShop(shop, (tx) =>
    tx.tombstone.findFirst({
      where: { shop, kind: { in: ['customer', 'deleted-customer'] }, hash },
      orderBy: { deletedAt: 'desc' },
    }),
  )
  return stone?.deletedAt.getTime() ?? null
}

/** Which of the ids that a run has staged are gone; `fetchedAt`: when what it has staged was asked for. */
export async function goneIn(
  tx: BulkTx,
  merge: { shop: ShopId; run: number; fetchedAt: Instant },
  kind: TombstoneKind,
): Promise<Gone> {
  const { shop, run } = merge
  const gone: Gone = { ids: [], at: [], deleted: [] }
  const kinds = [kind, `deleted-${kind}`]
  const [any] = await tx.query(`SELECT FROM "Tombstone" WHERE shop = $1 AND kind = ANY ($2) LIMIT 1`, [shop, kinds])
  if (!any) return gone
  let last = '-1'
  for (;;) {
    const batch = await tx.query<{ id: Id }>(kind === 'customer' ? NEXT_CUSTOMERS : NEXT_ORDERS, [run, last])
    const byHash = new Map(batch.map(({ id }) => [tombstoneHash(shop, kind, id).toString('hex'), id]))
    const stones = await tx.query<{ kind: string; hash: string; at: number }>(
      `SELECT kind, encode(hash, 'hex') AS hash, (extract(epoch FROM "deletedAt") * 1000)::float8 AS at FROM "Tombstone"
       WHERE shop = $1 AND kind = ANY ($2) AND hash = ANY (SELECT decode(h, 'hex') FROM unnest($3::text[]) h)`,
      [shop, kinds, [...byHash.keys()]],
    )
    for (const stone of stones) {
      const id = byHash.get(stone.hash)!
      if (stone.kind === kind) {
        gone.ids.push(id)
        gone.at.push(new Date(stone.at).toISOString())
      } else if (stone.at >= merge.fetchedAt) gone.deleted.push(id)
    }
    const end = batch.at(-1)
    if (!end || batch.length < BATCH) return gone
    last = end.id
  }
}

const NEXT_CUSTOMERS = `SELECT DISTINCT id::text AS id, id AS n FROM (
    SELECT customer AS id FROM "StagedOrder" WHERE run = $1 AND customer > $2::bigint
    UNION ALL SELECT id FROM "StagedCustomer" WHERE run = $1 AND id > $2::bigint) staged
  ORDER BY n LIMIT ${BATCH}`
const NEXT_ORDERS = `SELECT DISTINCT id::text AS id, id AS n FROM "StagedOrder" WHERE run = $1 AND id > $2::bigint
  ORDER BY n LIMIT ${BATCH}`

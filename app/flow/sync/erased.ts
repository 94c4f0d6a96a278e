/**
 * People and orders that were erased, told apart by keyed hashes only: nothing older than the erasure brings them back,
 * on whatever road it comes. A new order of theirs, dated after it, is a new beginning.
 */
import type { Id, Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { keyedHash } from '#app/outside/secrets.server.ts'

export type Erased = { ids: Id[]; at: string[] }
export type TombstoneKind = 'customer' | 'order'

export function tombstoneHash(shop: ShopId, kind: TombstoneKind, id: Id): Buffer {
  return keyedHash(shop, `Tombstone ${kind}`, id)
}

/** Which of the ids that a run has staged belong to somebody, or are orders, that were erased. */
export async function erasedIn(tx: BulkTx, shop: ShopId, run: number, kind: TombstoneKind): Promise<Erased> {
  const erased: Erased = { ids: [], at: [] }
  const stones = await tx.query<{ hash: Buffer; at: number }>(
    `SELECT hash, (extract(epoch FROM "deletedAt") * 1000)::float8 AS at FROM "Tombstone" WHERE shop = $1 AND kind = $2`,
    [shop, kind],
  )
  if (stones.length === 0) return erased
  const deletedAt = new Map<string, Instant>(stones.map((stone) => [stone.hash.toString('hex'), stone.at]))
  let last = '-1'
  for (;;) {
    const batch = await tx.query<{ id: Id }>(kind === 'customer' ? NEXT_CUSTOMERS : NEXT_ORDERS, [run, last])
    for (const { id } of batch) {
      const at = deletedAt.get(tombstoneHash(shop, kind, id).toString('hex'))
      if (at === undefined) continue
      erased.ids.push(id)
      erased.at.push(new Date(at).toISOString())
    }
    const end = batch.at(-1)
    if (!end) return erased
    last = end.id
  }
}

const NEXT_CUSTOMERS = `SELECT DISTINCT id::text AS id, id AS n FROM (
    SELECT customer AS id FROM "StagedOrder" WHERE run = $1 AND customer > $2::bigint
    UNION ALL SELECT id FROM "StagedCustomer" WHERE run = $1 AND id > $2::bigint) staged
  ORDER BY n LIMIT 50000`
const NEXT_ORDERS = `SELECT DISTINCT id::text AS id, id AS n FROM "StagedOrder" WHERE run = $1 AND id > $2::bigint
  ORDER BY n LIMIT 50000`

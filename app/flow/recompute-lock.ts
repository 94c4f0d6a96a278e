/**
 * Who works stages out: one run over the whole shop, or any number of single customers, never both. Each part of either
 * (facts, then stages) holds the lock to its commit, and works from rows that the other has left whole.
 */
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

/** Any number that no other lock of ours has. */
const RECOMPUTE_LOCK = 7_261

/** Waits until nobody else works stages of the shop out. */
export async function holdWholeShop(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, $2)', [RECOMPUTE_LOCK, shop])
}

/** False, at once, if a run over the whole shop is on or waits its turn. */
export async function joinSingleCustomers(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const [row] = await tx.query<{ joined: boolean }>('SELECT pg_try_advisory_xact_lock_shared($1, $2) AS joined', [
    RECOMPUTE_LOCK,
    shop,
  ])
  return row?.joined === true
}

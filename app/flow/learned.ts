import { learnedOf, NOTHING_LEARNED, type Learned } from '#app/domain/learned.ts'
import type { Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

/** What the shop has taught by a moment: the newest version; nothing before the first run. */
export async function readLearned(tx: BulkTx, shop: ShopId, asOf: Instant): Promise<Learned> {
  const [row] = await tx.query<{ version: number; adoptedAt: Date; data: unknown }>(
    `SELECT "version", "adoptedAt", "data" FROM "Learned" WHERE "shop" = $1 AND "adoptedAt" <= $2
      ORDER BY "version" DESC LIMIT 1`,
    [shop, new Date(asOf)],
  )
  return row ? learnedOf(row) : NOTHING_LEARNED
}

/** What follows for recommendations once somebody has ordered: stages owe it without knowing what a pick is. */
import type { Id } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'

/** Of one customer, once the shop's recommendations were worked out. */
export async function owePicksOf(tx: BulkTx, shop: ShopId, customer: Id): Promise<void> {
  const rows = await tx.query('SELECT FROM "Recommender" WHERE shop = $1 AND "rebuiltAt" IS NOT NULL', [shop])
  if (rows.length > 0) await owe(tx, shop, 'pick-customer', customer, {})
}

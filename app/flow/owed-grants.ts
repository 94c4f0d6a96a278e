/** What follows for rewards once it is decided who somebody is: stages owe it without knowing what a reward is. */
import type { Id } from '#app/domain/order.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { ask } from './either-door.ts'

/** Of one customer: while any reward is live, for an order may be cancelled that a shared code was on, or something is theirs. */
export async function oweGrantsOf(tx: Tx | BulkTx, shop: ShopId, customer: Id): Promise<void> {
  const rows = await ask(
    tx,
    `SELECT 1 WHERE EXISTS (SELECT FROM "Reward" WHERE "shop" = $1::int AND "state" = 'live')
       OR EXISTS (SELECT FROM "Grant" WHERE "shop" = $1::int AND "customer" = $2::text::bigint)`,
    [shop, customer],
  )
  if (rows.length > 0) await owe(tx, shop, 'grant-customer', customer, {})
}

/** Of everybody: while a reward is live, or something of one is still shown or open. */
export async function oweGrants(tx: Tx | BulkTx, shop: ShopId): Promise<void> {
  const rows = await ask(
    tx,
    `SELECT 1 FROM "Reward" WHERE "shop" = $1::int AND "state" = 'live'
     UNION ALL SELECT 1 FROM "CustomerRewards" WHERE "shop" = $1::int
     UNION ALL SELECT 1 FROM "Grant" WHERE "shop" = $1::int LIMIT 1`,
    [shop],
  )
  if (rows.length > 0) await owe(tx, shop, 'grant-everybody', String(shop), {})
}

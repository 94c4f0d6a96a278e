import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'

/** Time moves people also while Shopify does not answer: the stages do not wait longer than this for a catch-up. */
const CATCH_UP_HEAD_START_MS = 10 * 60_000

/** Owes what every night brings: agree with Shopify, then work out what time has moved (which owes `publish` in turn). */
export async function oweNightly(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await owe(tx, shop, 'catch-up', String(shop), { isNightly: true })
    await owe(tx, shop, 'recompute', String(shop), { cause: 'time' }, { inMs: CATCH_UP_HEAD_START_MS })
  })
}

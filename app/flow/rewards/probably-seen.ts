import type { ShopId, Tx } from '#app/outside/database.server.ts'

/**
 * How many customers have opened a page of the shop while the reward stood in what the theme reads of them: by page views,
 * which nobody vouches for, and on pages that may not have the block. Kept apart from what was seen and in no comparison; of
 * who was shown something else since, only later views count.
 */
export async function probablySeen(tx: Tx, shop: ShopId, reward: number): Promise<number> {
  const held = JSON.stringify([{ id: reward }])
  const [row] = await tx.$queryRaw<{ customers: number }[]>`
    SELECT count(*)::int AS customers FROM "CustomerRewards" c
    WHERE c.shop = ${shop} AND c.written -> 'rewards' @> ${held}::jsonb AND EXISTS (
      SELECT FROM "StorefrontEvent" e WHERE e.shop = ${shop} AND e.customer = c.customer AND e.kind = 'page-viewed'
        AND e.at >= c."writtenAt")`
  return row!.customers
}

import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { withdrawCodes } from './own-codes.ts'
import { withdrawOffers } from './show.ts'
import type { Hold } from './sync.ts'

/**
 * Takes out of the shop what was granted to persons, before the app leaves it: nobody is shown a reward, and no code of ours
 * is left. Store credit that was given stays theirs.
 */
export async function withdrawGranted(shop: ShopId, hold: Hold): Promise<void> {
  const isAnything = await withShop(
    shop,
    async (tx) =>
      (await tx.rewardDiscount.count({ where: { shop } })) + (await tx.customerRewards.count({ where: { shop } })) > 0,
  )
  if (!isAnything) return
  const admin = await adminOf(shop)
  await withdrawOffers(shop, admin, hold)
  await withdrawCodes(shop, admin, hold)
}

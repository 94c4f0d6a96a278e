import type { Id } from '#app/domain/order.ts'
import type { CustomerForBlock } from '#app/domain/pages.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { customerPage } from './customer-page.ts'
import { readShopState } from './shop-state.ts'

/** One customer for the block: the same reading as the app's own page, from stored rows only. */
export async function customerForBlock(shop: ShopId, customer: Id): Promise<CustomerForBlock> {
  const { worked, timezone } = await withShop(shop, (tx) => readShopState(tx, shop))
  if (!worked) return { state: 'not-imported' }
  try {
    return { state: 'known', page: await customerPage(shop, customer), timezone }
  } catch (error) {
    if (error instanceof InvalidInput && error.code === 'not-found') return { state: 'unknown' }
    throw error
  }
}

import type { Id } from '#app/domain/order.ts'
import type { CustomerForBlock } from '#app/domain/pages.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { customerView } from './customer-view.ts'
import { readShopState } from './shop-state.ts'

/** One customer for the block: the same reading as the app's own page, from stored rows only. */
export async function customerForBlock(shop: ShopId, customer: Id): Promise<CustomerForBlock> {
  const { worked, timezone } = await withShop(shop, (tx) => readShopState(tx, shop))
  return worked ? { state: 'read', view: await customerView(shop, customer), timezone } : { state: 'not-imported' }
}

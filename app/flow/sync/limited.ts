/** Shops whose older orders Shopify does not show: told by the granted scopes, and by what the last import was shown. */
import { seesAllOrders } from '#app/domain/limited.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

/** Whether Shopify shows the app every order of this shop. */
export async function seesEveryOrder(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const [row] = await tx.query<{ scopes: string }>(`SELECT scopes FROM "Shop" WHERE shop = $1`, [shop])
  return seesAllOrders(row?.scopes ?? '')
}

/** Shops whose older orders Shopify does not show: told by the granted scopes, and by what the last import was shown. */
import { seesAllOrders } from '#app/domain/limited.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'

/** Whether Shopify shows the app every order of this shop. */
export async function seesEveryOrder(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const [row] = await tx.query<{ scopes: string }>(`SELECT scopes FROM "Shop" WHERE shop = $1`, [shop])
  return seesAllOrders(row?.scopes ?? '')
}

/**
 * Whether customers are to be asked for with Shopify's counts: it hides older orders, or did so at the last import, and
 * until the next one their stages rest on the counts.
 */
export async function isCounted(shop: ShopId): Promise<boolean> {
  return withShopBulk(shop, async (tx) => {
    const [row] = await tx.query<{ limited: boolean }>(`SELECT limited FROM "Shop" WHERE shop = $1`, [shop])
    return row?.limited === true || !(await seesEveryOrder(tx, shop))
  })
}

import type { ImportProgress } from '#app/domain/pages.ts'
import { config } from '#app/outside/config.server.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { importProgress } from './progress.ts'

/** How far the import is, for a page. */
export function importOf(shop: ShopId): Promise<ImportProgress> {
  return withShop(shop, (tx) => importProgress(tx, shop))
}

/**
 * What every page stands in: the app's public key for App Bridge, and the time zone in which dates are written (null until
 * the first import has asked for it).
 */
export async function frameOf(shop: ShopId): Promise<{ apiKey: string; timeZone: string | null }> {
  const row = await withShop(shop, (tx) => tx.shop.findUnique({ where: { shop }, select: { timezone: true } }))
  return { apiKey: config.shopifyApiKey, timeZone: row?.timezone ?? null }
}

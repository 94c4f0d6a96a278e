import type { ImportProgress } from '#app/domain/pages.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { importProgress } from './progress.ts'

/** How far the import is, for a page. */
export function importOf(shop: ShopId): Promise<ImportProgress> {
  return withShop(shop, (tx) => importProgress(tx, shop))
}

/** The shop's time zone, in which every page writes its dates; null until the first import has asked. */
export async function timeZoneOf(shop: ShopId): Promise<string | null> {
  const row = await withShop(shop, (tx) => tx.shop.findUnique({ where: { shop }, select: { timezone: true } }))
  return row?.timezone ?? null
}

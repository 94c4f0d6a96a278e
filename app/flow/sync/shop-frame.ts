import type { ImportProgress, SyncState } from '#app/domain/pages.ts'
import { config } from '#app/outside/config.server.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { importProgress } from './progress.ts'

/** How far the import is, for a page. */
export function importOf(shop: ShopId): Promise<ImportProgress> {
  return withShop(shop, (tx) => importProgress(tx, shop))
}

/** The import, whether new orders are being looked for, and how far back Shopify lets us see. */
export function syncStateOf(shop: ShopId): Promise<SyncState> {
  return withShop(shop, async (tx) => {
    const row = await tx.shop.findUnique({ where: { shop }, select: { scopes: true, syncedAt: true } })
    const scopes = row?.scopes.split(',').filter((scope) => scope !== '') ?? []
    return {
      import: await importProgress(tx, shop),
      check: row === null || row.syncedAt === null ? 'not-yet' : await checkOf(tx, shop),
      // Before the first token nothing is granted, which says nothing about how far back we shall see.
      seesAllOrders: scopes.length === 0 || scopes.includes('read_all_orders'),
    }
  })
}

async function checkOf(tx: Tx, shop: ShopId): Promise<SyncState['check']> {
  const work = await tx.work.findMany({
    where: { shop, kind: { in: ['catch-up', 'recompute'] }, state: { in: ['waiting', 'running'] } },
    select: { kind: true, payload: true },
  })
  if (work.length === 0) return 'idle'
  // New orders show in the segments only once everybody has been worked out with them.
  const causes = work.map((row) =>
    row.kind === 'catch-up' ? 'time' : (row.payload as { cause?: string } | null)?.cause,
  )
  return causes.some((cause) => cause === 'time' || cause === 'import') ? 'checking' : 'working-out'
}

/** Has Shopify asked for new orders now; before the first import is done, that brings them anyway. */
export async function checkForOrders(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    const row = await tx.shop.findUnique({ where: { shop }, select: { syncedAt: true } })
    if (row === null || row.syncedAt === null) return
    await owe(tx, shop, 'catch-up', String(shop), {})
  })
}

/**
 * What every page stands in: the app's public key for App Bridge, and the time zone in which dates are written (null until
 * the first import has asked for it).
 */
export async function frameOf(shop: ShopId): Promise<{ apiKey: string; timeZone: string | null }> {
  const row = await withShop(shop, (tx) => tx.shop.findUnique({ where: { shop }, select: { timezone: true } }))
  return { apiKey: config.shopifyApiKey, timeZone: row?.timezone ?? null }
}

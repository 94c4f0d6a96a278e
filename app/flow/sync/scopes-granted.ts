/** The stored scopes follow the granted ones, and what follows from them follows too. */
import { seesAllOrders } from '#app/domain/limited.ts'
import { GrantedScopesDocument } from '#app/outside/admin.generated.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { log } from '#app/outside/log.server.ts'
import { owe, unpark } from '#app/outside/queue.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import type { Holder } from './backfill.ts'

/** app/scopes_update rang: asks Shopify what is granted now, because deliveries may come late and in any order. */
export async function askForScopes(holder: Holder): Promise<void> {
  const { shop } = holder
  const admin = await adminOf(shop)
  const { currentAppInstallation } = await admin.ask(GrantedScopesDocument, {})
  const granted = currentAppInstallation.accessScopes.map((scope) => scope.handle)
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await followScopes(tx, shop, granted)
  })
}

/**
 * Notes the granted scopes. Work that was parked for want of one runs again; where Shopify shows more or less of the orders
 * than the last import was made with, a fresh one is owed.
 */
export async function followScopes(tx: BulkTx, shop: ShopId, granted: readonly string[]): Promise<void> {
  const [row] = await tx.query<{ scopes: string; limited: boolean; isImported: boolean }>(
    `SELECT scopes, limited, "syncedAt" IS NOT NULL AS "isImported" FROM "Shop" WHERE shop = $1 FOR UPDATE`,
    [shop],
  )
  if (!row) return
  const before = withImplied(row.scopes.split(','))
  const after = withImplied(granted)
  const gained = [...after].filter((scope) => !before.has(scope))
  const hasChanged = gained.length > 0 || before.size !== after.size
  if (hasChanged) {
    await tx.query(`UPDATE "Shop" SET scopes = $2 WHERE shop = $1`, [shop, [...granted].sort().join(',')])
    log.info({ shop, count: granted.length }, 'the granted scopes have changed')
  }
  if (gained.length > 0) await unpark(tx, shop)
  // Before the first import is done there is nothing that it could differ from.
  if (!row.isImported || seesAllOrders(granted.join(',')) !== row.limited) return
  // What is granted is asked for every few minutes: an import that failed is tried again by itself once a day.
  if (!hasChanged && (await hasFailedLately(tx, shop))) return
  await owe(tx, shop, 'backfill-shop', String(shop), {})
}

async function hasFailedLately(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const failed = await tx.query(
    `SELECT FROM (SELECT DISTINCT ON (subject) state, "finishedAt" FROM "SyncRun" WHERE shop = $1 AND kind = 'history'
       ORDER BY subject, id DESC) newest WHERE state = 'failed' AND "finishedAt" > now() - interval '1 day'`,
    [shop],
  )
  return failed.length > 0
}

/** Shopify names a write scope alone where it implies the reading one, and both elsewhere. */
function withImplied(scopes: readonly string[]): Set<string> {
  const all = new Set<string>()
  for (const scope of scopes) {
    if (scope !== '') all.add(scope)
    if (scope.startsWith('write_')) all.add(scope.replace('write_', 'read_'))
  }
  return all
}

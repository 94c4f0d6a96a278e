import { ShopDetailsDocument } from '#app/outside/admin.generated.ts'
import { type BulkTx, type ShopId, type Tx, withShopBulk } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { seesEveryOrder } from './limited.ts'
import { bulkText, startOperation } from './operations.ts'
import { createRun, noteOperation, openRuns, operationsOfOthers, type Run } from './runs.ts'

/** What a job of this stage has from the queue. */
export type Holder = { shop: ShopId; stillMine(tx: Tx | BulkTx): Promise<void>; signal: AbortSignal }

export const SHOPIFY_IS_FULL_MS = 30_000

/**
 * Asks Shopify for the whole history: two bulk operations, orders with their lines and customers. Safe to repeat at any
 * moment: what is under way is gone on with, and an operation that nobody has noted is found by its text.
 */
export async function startBackfill(holder: Holder): Promise<void | { againInMs: number }> {
  const { shop } = holder
  const admin = await adminOf(shop)
  const { shop: details } = await admin.ask(ShopDetailsDocument, {})
  const runs = await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await tx.query(`UPDATE "Shop" SET currency = $2, timezone = $3 WHERE shop = $1`, [
      shop,
      details.currencyCode,
      details.ianaTimezone,
    ])
    const open = await openRuns(tx, shop, 'history')
    if (open.length > 0) return open
    const isCounted = !(await seesEveryOrder(tx, shop))
    const orders = await createRun(tx, shop, 'history', 'orders', isCounted)
    return [orders, await createRun(tx, shop, 'history', 'customers', isCounted)]
  })
  const others = await withShopBulk(shop, (tx) => operationsOfOthers(tx, shop, runs))
  let isFull = false
  for (const run of runs) {
    const operation = run.operation ?? (await startOperation(admin, bulkText(run.subject, run.isCounted), run, others))
    if (operation === null) isFull = true
    else await noteStarted(holder, run, operation)
  }
  return isFull ? { againInMs: SHOPIFY_IS_FULL_MS } : undefined
}

async function noteStarted(holder: Holder, run: Run, operation: string): Promise<void> {
  await withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    if (run.operation === null) await noteOperation(tx, holder.shop, run.id, { state: 'running', operation })
    await owe(tx, holder.shop, 'ingest-bulk-result', operation, { run: run.id })
  })
}

/** What rules look at beside orders and customers, while it was never read from Shopify: nobody counts as having it until then. */
import type { Unread } from '#app/domain/own-pages.ts'
import { READ_BESIDE, type ReadBeside } from '#app/domain/rules/rule.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'

type Row = {
  subject: ReadBeside
  isImported: boolean
  /** The state of the work that would read it; null: none is owed. */
  work: string | null
  /** Of the newest reading; null: none was begun. */
  run: string | null
}

/** Of these, those that were never read, and what became of reading them. */
export async function unreadOf(
  tx: BulkTx,
  shop: ShopId,
  subjects: readonly ReadBeside[] = READ_BESIDE,
): Promise<Unread[]> {
  return (await neverRead(tx, shop, subjects)).map(({ subject, work, run }) => {
    const hasFailed = work === 'dead' || (work === null && run === 'failed')
    return { subject, state: work === 'parked' ? 'denied' : hasFailed ? 'failed' : 'reading' }
  })
}

/** Has those that were never read be read at once. Before the first import is done, it brings them itself. */
export async function oweUnread(tx: BulkTx, shop: ShopId, subjects: readonly ReadBeside[]): Promise<void> {
  for (const { subject, isImported, work } of await neverRead(tx, shop, subjects))
    if (isImported && (work === null || work === 'dead')) await owe(tx, shop, 'read-beside', subject, {})
}

async function neverRead(tx: BulkTx, shop: ShopId, subjects: readonly ReadBeside[]): Promise<Row[]> {
  if (subjects.length === 0) return []
  return tx.query<Row>(
    `SELECT u."subject", s."syncedAt" IS NOT NULL AS "isImported", w."state" AS "work", (
         SELECT r."state" FROM "SyncRun" r WHERE r."shop" = $1 AND r."kind" = 'beside' AND r."subject" = u."subject"
         ORDER BY r."id" DESC LIMIT 1) AS "run"
     FROM unnest($2::text[]) u("subject") JOIN "Shop" s ON s."shop" = $1
       LEFT JOIN "Work" w ON w."shop" = $1 AND w."kind" = 'read-beside' AND w."entity" = u."subject"
         AND w."state" IN ('waiting', 'running', 'parked', 'dead')
     WHERE NOT EXISTS (SELECT FROM "SyncRun" d WHERE d."shop" = $1 AND d."kind" = 'beside' AND d."subject" = u."subject"
       AND d."state" = 'done')
     ORDER BY u."subject" DESC`,
    [shop, subjects],
  )
}

/** Grows with every reading that was done: what is kept of the rows is no older than it. */
export async function readingsDone(tx: BulkTx, shop: ShopId): Promise<number> {
  const [row] = await tx.query<{ newest: number }>(
    `SELECT coalesce(max("id"), 0)::int AS "newest" FROM "SyncRun"
     WHERE "shop" = $1 AND "kind" = 'beside' AND "state" = 'done'`,
    [shop],
  )
  return row!.newest
}

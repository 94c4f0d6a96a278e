/** Moves of single customers: one run a shop day, so that Activity shows them without a row each. */
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { now } from '#app/outside/clock.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

/** Today's run in the shop's calendar. It counts as done at every moment, so that nothing waits for it. */
export async function liveRun(tx: BulkTx, shop: ShopId): Promise<number> {
  const shops = await tx.query<{ timezone: string | null }>('SELECT timezone FROM "Shop" WHERE shop = $1', [shop])
  const at = now()
  const calendar = shopCalendar(shops[0]?.timezone ?? null, at, at)
  const values = [shop, new Date(calendar.startOf(calendar.dayOf(at))).toISOString()]
  const find = `SELECT id FROM "PublicationRun" WHERE shop = $1 AND kind = 'live' AND "startedAt" >= $2 ORDER BY id LIMIT 1`
  const found = await tx.query<{ id: number }>(find, values)
  if (found[0]) return found[0].id
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('live run', $1::int))`, [shop])
  const meanwhile = await tx.query<{ id: number }>(find, values)
  if (meanwhile[0]) return meanwhile[0].id
  const made = await tx.query<{ id: number }>(
    `INSERT INTO "PublicationRun" (shop, kind, state, "startedAt") VALUES ($1, 'live', 'done', now()) RETURNING id`,
    [shop],
  )
  return made[0]!.id
}

/** Counts one customer's move; `refusals` are Shopify's words for what it would not do. */
export async function noteMove(tx: BulkTx, shop: ShopId, run: number, refusals: string[]): Promise<void> {
  const problem = refusals[0] === undefined ? null : { kind: 'shopify-refused', detail: refusals[0].slice(0, 200) }
  await tx.query(
    `UPDATE "PublicationRun" SET customers = customers + 1, failures = failures + $3, problem = coalesce($4::jsonb, problem),
       "finishedAt" = now() WHERE shop = $1 AND id = $2`,
    [shop, run, refusals.length > 0 ? 1 : 0, problem && JSON.stringify(problem)],
  )
}

/** Every change of our tags, by us and by others, kept for a while. */
import type { Id } from '#app/domain/order.ts'
import type { TagHistory, TagHistoryEntry, TagRun } from '#app/domain/pages.ts'
import { withShop, withShopBulk } from '#app/outside/database.server.ts'
import type { ShopId } from '#app/outside/database.server.ts'

const KEPT_DAYS = 90
const PAGE = 50

/** Forgets changes that are older than they are kept. */
export async function forgetOldChanges(shop: ShopId): Promise<void> {
  await withShopBulk(shop, (tx) =>
    tx.query(`DELETE FROM "TagChange" WHERE shop = $1 AND at < now() - interval '${KEPT_DAYS} days'`, [shop]),
  )
}

type Row = Omit<TagHistoryEntry, 'at' | 'run'> & { at: Date; run: number | null; kind: string | null }

/**
 * Changes of tags, newest first: the whole shop's, or one customer's.
 *
 * @param before  `next` of the page before
 */
export async function tagHistory(
  shop: ShopId,
  customer: Id | null = null,
  before: string | null = null,
): Promise<TagHistory> {
  const rows = await withShop(
    shop,
    (tx) => tx.$queryRaw<Row[]>`
      SELECT c.id::text, c.customer::text, c.tag, c.what, c.by, c.at, c.run, r.kind
      FROM "TagChange" c LEFT JOIN "PublicationRun" r ON r.shop = c.shop AND r.id = c.run
      WHERE c.shop = ${shop} AND c.what IN ('add', 'remove')
        AND (${customer}::text IS NULL OR c.customer = ${customer}::text::bigint)
        AND (${before}::text IS NULL OR c.id < ${before}::text::bigint)
      ORDER BY c.id DESC LIMIT ${PAGE + 1}`,
  )
  const entries = rows.slice(0, PAGE).map(({ at, run, kind, ...row }) => ({
    ...row,
    at: at.getTime(),
    run: run === null ? null : { id: run, kind: (kind ?? 'update') as TagRun['kind'] },
  }))
  return { entries, next: rows.length > PAGE ? entries.at(-1)!.id : null, keptDays: KEPT_DAYS }
}

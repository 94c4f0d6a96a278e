/** What each stage, and cherry-pickers, spent in 12 months, in all and by the shop's categories. */
import { PICKER_TIERS } from '#app/domain/cherry-picker.ts'
import type { Spender, StoredCategories } from '#app/domain/insights.ts'
import { DAY_MS, type Instant, type OrderRule } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { validOrderSql } from '../valid-orders.ts'

type Row = { stage: Spender | null; isPicker: boolean; category: string | null; title: string | null; minor: string }

/** Whether it is known of every collection if it stands for a category; of a shop without collections once they were read. */
export async function areCollectionsRead(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const [read] = await tx.query<{ isRead: boolean }>(
    `SELECT coalesce(
       (SELECT bool_and(k."isCategory" IS NOT NULL) FROM "Collection" k WHERE k."shop" = $1),
       EXISTS (SELECT FROM "SyncRun" r
         WHERE r."shop" = $1 AND r."kind" = 'beside' AND r."subject" = 'collections' AND r."state" = 'done')) AS "isRead"`,
    [shop],
  )
  return read!.isRead
}

/** Null: the collections were not read. */
export async function categoriesOf(
  tx: BulkTx,
  { shop, asOf, orderRule }: { shop: ShopId; asOf: Instant; orderRule: OrderRule },
): Promise<StoredCategories | null> {
  if (!(await areCollectionsRead(tx, shop))) return null
  const people = await tx.query<{ stage: Spender | null; isPicker: boolean; customers: number }>(
    `SELECT m."stage", m."cherryPicker" = ANY ($2) AS "isPicker", count(*)::int AS "customers" FROM "Membership" m
     WHERE m."shop" = $1 GROUP BY 1, 2`,
    [shop, PICKER_TIERS],
  )
  const rows = await tx.query<Row>(
    `WITH spent AS MATERIALIZED (
       SELECT m."stage", m."cherryPicker" = ANY ($2) AS "isPicker", l."product", sum(greatest(0, l."currentQuantity"
         * (l."unitMinor" - l."discountMinor"::float8 / greatest(1, l."quantity")))) AS "minor"
       FROM "Order" o JOIN "Line" l ON l."shop" = $1 AND l."order" = o."id" AND l."currentQuantity" > 0
       JOIN "Membership" m ON m."shop" = $1 AND m."customer" = o."customer"
       WHERE o."shop" = $1 AND o."processedAt" > $3 AND ${validOrderSql('o', { shop, asOf, orderRule })} GROUP BY 1, 2, 3)
     SELECT "stage", "isPicker", NULL AS "category", NULL AS "title", round(sum("minor"))::text AS "minor" FROM spent GROUP BY 1, 2
     UNION ALL
     SELECT s."stage", s."isPicker", k."id"::text, k."title", round(sum(s."minor"))::text
     FROM "Collection" k CROSS JOIN unnest(k."products") p("product") JOIN spent s ON s."product" = p."product"
     WHERE k."shop" = $1 AND k."isCategory" GROUP BY 1, 2, k."id", k."title"`,
    [shop, PICKER_TIERS, new Date(asOf - 365 * DAY_MS)],
  )
  const spent = new Map<Spender, { by: Spender; customers: number; minor: number }>()
  const categories = new Map<string, StoredCategories['categories'][number]>()
  const at = (by: Spender) => spent.get(by) ?? { by, customers: 0, minor: 0 }
  for (const row of people)
    for (const by of groupsOf(row)) spent.set(by, { ...at(by), customers: at(by).customers + row.customers })
  for (const row of rows)
    for (const by of groupsOf(row)) {
      const minor = Number(row.minor)
      if (row.category === null) {
        spent.set(by, { ...at(by), minor: at(by).minor + minor })
        continue
      }
      const key = `${by} ${row.category}`
      const before = categories.get(key)?.minor ?? 0
      categories.set(key, { category: row.category, title: row.title!, by, minor: before + minor })
    }
  return { spent: [...spent.values()], categories: [...categories.values()] }
}

function groupsOf({ stage, isPicker }: Pick<Row, 'stage' | 'isPicker'>): Spender[] {
  return [...(stage === null ? [] : [stage]), ...(isPicker ? (['cherry-picker'] as const) : [])]
}

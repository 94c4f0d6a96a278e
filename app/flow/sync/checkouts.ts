/** Checkouts that customers have left, for as long as Shopify keeps them. */
import type { Id } from '#app/domain/order.ts'
import { OutsideFailure } from '#app/errors.ts'
import { CheckoutsUpdatedDocument, type CheckoutsUpdatedQuery } from '#app/outside/admin.generated.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import type { Holder } from './backfill.ts'
import { idOf } from './read-order.ts'

/** Shopify keeps them for three months. */
const KEPT_DAYS = 92
/** Somebody may be known here only after the checkout was first shown. */
const OVERLAP = '1 day'

/** Reads what has changed since the newest one that is stored; answers whether anything differs. */
export async function readCheckouts(holder: Holder, admin: Admin): Promise<boolean> {
  const { shop } = holder
  const since = await withShopBulk(shop, (tx) => readSince(tx, shop))
  let changed = 0
  let after: string | null = null
  do {
    if (holder.signal.aborted) throw new OutsideFailure('lease-lost', 'the worker stops')
    const query = `updated_at:>='${since}'`
    const { abandonedCheckouts: page }: CheckoutsUpdatedQuery = await admin.ask(CheckoutsUpdatedDocument, {
      query,
      after,
    })
    changed += await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      return store(tx, shop, page.edges)
    })
    after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null
  } while (after !== null)
  return changed > 0
}

async function readSince(tx: BulkTx, shop: ShopId): Promise<string> {
  await tx.query(
    `DELETE FROM "AbandonedCheckout" WHERE shop = $1 AND "createdAt" < now() - interval '${KEPT_DAYS} days'`,
    [shop],
  )
  const [row] = await tx.query<{ at: Date }>(
    `SELECT coalesce(max("updatedAt") - interval '${OVERLAP}', now() - interval '${KEPT_DAYS} days') AS at
     FROM "AbandonedCheckout" WHERE shop = $1`,
    [shop],
  )
  return row!.at.toISOString()
}

/** Of customers who are here: who was erased has none that is kept. */
async function store(
  tx: BulkTx,
  shop: ShopId,
  edges: CheckoutsUpdatedQuery['abandonedCheckouts']['edges'],
): Promise<number> {
  const read = edges.flatMap(({ node }) =>
    node.customer === null || node.customer === undefined
      ? []
      : [{ ...node, id: digits(node.id, 'AbandonedCheckout'), customer: digits(node.customer.id, 'Customer') }],
  )
  const written = await tx.query(
    `INSERT INTO "AbandonedCheckout" AS a (shop, id, customer, "createdAt", "updatedAt", "completedAt")
     SELECT $1, r.id, r.customer, r."createdAt", r."updatedAt", r."completedAt"
     FROM unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
       r(id, customer, "createdAt", "updatedAt", "completedAt")
     WHERE EXISTS (SELECT FROM "Customer" c WHERE c.shop = $1 AND c.id = r.customer)
     ON CONFLICT (shop, id) DO UPDATE SET customer = excluded.customer, "createdAt" = excluded."createdAt",
       "updatedAt" = excluded."updatedAt", "completedAt" = excluded."completedAt"
     WHERE (a.customer, a."completedAt") IS DISTINCT FROM (excluded.customer, excluded."completedAt")
       AND a."updatedAt" <= excluded."updatedAt"
     RETURNING 1 AS one`,
    [
      shop,
      read.map(({ id }) => id),
      read.map(({ customer }) => customer),
      read.map(({ createdAt }) => createdAt),
      read.map(({ updatedAt }) => updatedAt),
      read.map(({ completedAt }) => completedAt ?? null),
    ],
  )
  return written.length
}

function digits(gid: string, type: 'AbandonedCheckout' | 'Customer'): Id {
  return idOf(gid, `gid://shopify/${type}/`, 'id')
}

/** The one table of what is kept of accounts. */
import type { Id, Instant } from '#app/domain/order.ts'
import type { AccountKeys } from '#app/domain/same-person.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { shareMergeLock } from './merge.ts'

/**
 * Stores keys of customers whom the shop has here: who was erased or deleted does not come back. What was asked for later
 * wins.
 *
 * @returns how many rows say something else than before
 */
export async function storeAccounts(
  tx: BulkTx,
  shop: ShopId,
  accounts: readonly AccountKeys[],
  fetchedAt: Instant,
): Promise<number> {
  const byCustomer = [...new Map(accounts.map((each) => [each.profile, each])).values()]
  const bytesOf = (key: (each: AccountKeys) => string | null) =>
    byCustomer.map((each) => {
      const hash = key(each)
      return hash === null ? null : Buffer.from(hash, 'base64')
    })
  await shareMergeLock(tx, shop)
  const [row] = await tx.query<{ changed: number }>(
    `WITH told AS (
       SELECT n.* FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::text[], $6::bytea[], $7::bytea[], $8::bytea[])
         n(customer, email, phone, "phoneKind", address, "nameAtAddress", workplace)
       JOIN "Customer" c ON c.shop = $1 AND c.id = n.customer FOR KEY SHARE OF c),
     stored AS (
       INSERT INTO "AccountKeys" AS k (shop, customer, email, phone, "phoneKind", address, "nameAtAddress", workplace, "fetchedAt")
       SELECT $1::int, told.*, $9::timestamptz FROM told
       ON CONFLICT (shop, customer) DO UPDATE SET email = excluded.email, phone = excluded.phone,
         "phoneKind" = excluded."phoneKind", address = excluded.address, "nameAtAddress" = excluded."nameAtAddress",
         workplace = excluded.workplace, "fetchedAt" = excluded."fetchedAt"
       WHERE excluded."fetchedAt" >= k."fetchedAt"
       RETURNING customer, email, phone, "nameAtAddress", workplace)
     SELECT count(*)::int AS changed FROM stored s WHERE NOT EXISTS (
       SELECT FROM "AccountKeys" k WHERE k.shop = $1 AND k.customer = s.customer AND k.email IS NOT DISTINCT FROM s.email
         AND k.phone IS NOT DISTINCT FROM s.phone AND k."nameAtAddress" IS NOT DISTINCT FROM s."nameAtAddress"
         AND k.workplace IS NOT DISTINCT FROM s.workplace)`,
    [
      shop,
      byCustomer.map((each) => each.profile),
      bytesOf((each) => each.email),
      bytesOf((each) => each.phone),
      byCustomer.map((each) => each.phoneKind),
      bytesOf((each) => each.address),
      bytesOf((each) => each.nameAtAddress),
      bytesOf((each) => each.workplace),
      new Date(fetchedAt).toISOString(),
    ],
  )
  return row?.changed ?? 0
}

/** Customers of the shop whose account was never read, as many as asked for. */
export async function unreadAccounts(tx: BulkTx, shop: ShopId, limit: number): Promise<Id[]> {
  const rows = await tx.query<{ id: Id }>(
    `SELECT c.id::text FROM "Customer" c WHERE c.shop = $1 AND NOT EXISTS (
       SELECT FROM "AccountKeys" k WHERE k.shop = $1 AND k.customer = c.id) ORDER BY c.id LIMIT $2`,
    [shop, limit],
  )
  return rows.map(({ id }) => id)
}

/** Forgetting what is kept of several accounts of one person: of one account, and all of it when it is switched off. */
import { accountsMoved } from '#app/domain/joined-persons.ts'
import type { Id } from '#app/domain/order.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { joinedPersons } from '../confirmed-links.ts'

/** Up to so many customers are worked out one by one; for more, everybody at once is less work. */
const FEW_CUSTOMERS = 200

/** All hashes, links and answers of the shop, and the work that would bring them back. */
export async function eraseLinking(tx: Tx, shop: ShopId): Promise<void> {
  const confirmed = await tx.$queryRaw<{ customer: Id }[]>`
    SELECT DISTINCT customer::text FROM "PersonLink", unnest(ARRAY[a, b]) customer
    WHERE shop = ${shop} AND state = 'confirmed' LIMIT ${FEW_CUSTOMERS + 1}`
  await tx.$executeRaw`
    DELETE FROM "Work" WHERE shop = ${shop} AND state <> 'running'
      AND kind IN ('read-accounts', 'read-account', 'link-accounts')`
  await tx.$executeRaw`DELETE FROM "AccountKeys" WHERE shop = ${shop}`
  await tx.$executeRaw`DELETE FROM "PersonLink" WHERE shop = ${shop}`
  await tx.$executeRaw`DELETE FROM "SyncRun" WHERE shop = ${shop} AND kind = 'accounts'`
  // What a confirmed link said of a person is said no more.
  if (confirmed.length > FEW_CUSTOMERS) await owe(tx, shop, 'recompute', String(shop), { cause: 'rule' })
  else for (const { customer } of confirmed) await owe(tx, shop, 'recompute-customer', customer, {})
}

/** The keys and links of an account that Shopify knows no more: deleted, or merged into another. */
export async function eraseAccount(tx: BulkTx, shop: ShopId, customer: Id): Promise<void> {
  await tx.query(`DELETE FROM "AccountKeys" WHERE shop = $1 AND customer = $2`, [shop, customer])
  const { personOf: before } = await joinedPersons(tx, shop)
  const gone = await tx.query(
    `DELETE FROM "PersonLink" WHERE shop = $1 AND (a = $2::bigint OR b = $2::bigint) RETURNING 1 AS one`,
    [shop, customer],
  )
  if (gone.length === 0) return
  const { personOf: after } = await joinedPersons(tx, shop)
  for (const other of accountsMoved(before, after))
    if (other !== customer) await owe(tx, shop, 'recompute-customer', other, {})
  // Of a group, the others were held against the one that is gone.
  if (gone.length > 1) await owe(tx, shop, 'link-accounts', String(shop), {})
}

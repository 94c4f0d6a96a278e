import type { Id } from '#app/domain/order.ts'
import { eraseDeliveredBody, type ShopId, type Tx, withShop } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { Holder } from './backfill.ts'
import { type TombstoneKind, tombstoneHash } from './erased.ts'
import type { PersonNamed } from './privacy-body.ts'
import { ordersOf, tablesAbout } from './privacy-tables.ts'

/** An import's merge may have to end first. */
const TRANSACTION_MS = 120_000

/**
 * Erases one person in one transaction: the customer, their orders with lines, and everything worked out from them. A
 * tombstone, a keyed hash of the id, keeps older data from bringing them back. Nobody to erase: done, with nothing
 * counted.
 */
export async function redactPerson(holder: Holder, request: number, person: PersonNamed | null): Promise<void> {
  const { shop } = holder
  await withShop(
    shop,
    async (tx) => {
      await holder.stillMine(tx)
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('merge', ${shop}::int))`
      const counts = person === null ? {} : await erasePerson(tx, shop, person)
      const erased = Object.fromEntries(Object.entries(counts).filter(([, rows]) => rows > 0))
      if (person?.customer) await bury(tx, shop, 'customer', person.customer)
      for (const order of person?.orders ?? []) await bury(tx, shop, 'order', order)
      const hash = person?.customer ? new Uint8Array(tombstoneHash(shop, 'customer', person.customer)) : null
      await tx.privacyRequest.update({
        where: { shop_id: { shop, id: request } },
        data: { counts: erased, hash },
      })
      await tx.$executeRaw`UPDATE "PrivacyRequest" SET "doneAt" = now() WHERE shop = ${shop} AND id = ${request}`
      await eraseDeliveredBody(tx, shop, request)
      if (Object.keys(erased).length > 0 && (await isInstalled(tx, shop)))
        await owe(tx, shop, 'recompute', String(shop), { cause: 'time' })
    },
    { timeoutMs: TRANSACTION_MS },
  )
}

async function erasePerson(tx: Tx, shop: ShopId, person: PersonNamed): Promise<Record<string, number>> {
  const { customer, orders: named } = person
  const counts: Record<string, number> = {}
  // Lines and evidence of an order are found by it: which are theirs is asked before any is gone.
  for (const { table, where, ids } of tablesAbout(person, await ordersOf(tx, shop, person)))
    counts[table] = await tx.$executeRawUnsafe(`DELETE FROM "${table}" t WHERE ${where}`, shop, ids)
  counts.StagedLine = await tx.$executeRaw`
    DELETE FROM "StagedLine" l USING "StagedOrder" o
    WHERE o.run IN (SELECT id FROM "SyncRun" WHERE shop = ${shop}) AND l.run = o.run AND l."order" = o.id
      AND (o.customer = ${customer}::text::bigint OR o.id = ANY (${named}::text[]::bigint[]))`
  counts.StagedOrder = await tx.$executeRaw`
    DELETE FROM "StagedOrder" WHERE run IN (SELECT id FROM "SyncRun" WHERE shop = ${shop})
      AND (customer = ${customer}::text::bigint OR id = ANY (${named}::text[]::bigint[]))`
  if (customer === null) return counts
  counts.StagedCustomer = await tx.$executeRaw`
    DELETE FROM "StagedCustomer" WHERE run IN (SELECT id FROM "SyncRun" WHERE shop = ${shop})
      AND id = ${customer}::text::bigint`
  // Work for them would ask Shopify for them again.
  counts.Work = await tx.$executeRaw`
    DELETE FROM "Work" WHERE shop = ${shop} AND (entity = ${customer}
      AND kind IN ('refresh-customer', 'recompute-customer', 'publish-customer', 'read-account', 'carry-over')
      OR kind = 'carry-over' AND payload ->> 'into' = ${customer})`
  // An answer made for them earlier holds all of it.
  const hash = tombstoneHash(shop, 'customer', customer)
  counts.exports = await tx.$executeRaw`
    UPDATE "PrivacyRequest" SET export = NULL WHERE shop = ${shop} AND hash = ${hash} AND export IS NOT NULL`
  return counts
}

async function bury(tx: Tx, shop: ShopId, kind: TombstoneKind, id: Id): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "Tombstone" (shop, kind, hash, "deletedAt") VALUES (${shop}, ${kind}, ${tombstoneHash(shop, kind, id)}, now())
    ON CONFLICT (shop, kind, hash) DO UPDATE SET "deletedAt" = excluded."deletedAt"`
}

async function isInstalled(tx: Tx, shop: ShopId): Promise<boolean> {
  const found = await tx.shop.findUnique({ where: { shop }, select: { uninstalledAt: true } })
  return found?.uninstalledAt === null
}

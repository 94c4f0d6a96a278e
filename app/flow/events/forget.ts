import { EVENTS_KEPT_DAYS } from '#app/domain/events.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readSettings } from '../settings.ts'

const FORGETTING_MS = 120_000

/** Everything that the pixel told, and what was made of it. */
export async function eraseEvents(tx: Tx, shop: ShopId): Promise<void> {
  await tx.$executeRaw`DELETE FROM "StorefrontEvent" WHERE shop = ${shop}`
  await tx.$executeRaw`DELETE FROM "CustomerVisits" WHERE shop = ${shop}`
}

/**
 * Every night: forgets what is older than 90 days or of who is deleted in Shopify, and has everybody's visits counted anew, for
 * time moves them too.
 */
export async function forgetOldEvents(shop: ShopId): Promise<void> {
  await withShop(
    shop,
    async (tx) => {
      if (!(await readSettings(tx, shop)).learnFromVisits) return
      await tx.$executeRaw`
        DELETE FROM "StorefrontEvent" e
        WHERE e.shop = ${shop} AND (e."receivedAt" < now() - ${EVENTS_KEPT_DAYS}::int * interval '1 day'
          OR e.customer IS NOT NULL AND NOT EXISTS (SELECT FROM "Customer" c WHERE c.shop = ${shop} AND c.id = e.customer))`
      await owe(tx, shop, 'count-visits', String(shop), { everybody: true })
    },
    { timeoutMs: FORGETTING_MS },
  )
}

/** What the stages may know of deliveries: when topics rang. Bodies are another matter (`deliveredBody`). */
import type { Instant } from '../domain/order.ts'
import type { BulkTx, ShopId } from './database.server.ts'

/**
 * The name of the subscriptions that we make for one shop, which their deliveries carry. They are kept apart from those of
 * shopify.app.toml by their key, so that one can be told from the other.
 */
export const OUR_SUBSCRIPTION = 'morello-by-shop'
const OUR_PREFIX = 'shop:'

const KEPT_DAYS = 14

/** The key under which a delivery is stored once: what came by a subscription of our own is another delivery. */
export function dedupeKeyOf(id: string, subscriptionName: string | null): string {
  return subscriptionName === OUR_SUBSCRIPTION ? OUR_PREFIX + id : id
}

/** When each topic last rang: by the app's own subscription, and by one of ours. */
type LastRings = { topic: string; byApp: Instant | null; byUs: Instant | null }

export async function lastRings(tx: BulkTx, shop: ShopId, topics: readonly string[]): Promise<LastRings[]> {
  return tx.query<LastRings>(
    `SELECT topic, (extract(epoch FROM max("receivedAt") FILTER (WHERE NOT "dedupeKey" LIKE $3)) * 1000)::float8 AS "byApp",
       (extract(epoch FROM max("receivedAt") FILTER (WHERE "dedupeKey" LIKE $3)) * 1000)::float8 AS "byUs"
     FROM "Inbox" WHERE shop = $1 AND topic = ANY ($2::text[]) GROUP BY topic`,
    [shop, topics, `${OUR_PREFIX}%`],
  )
}

/** Instants of the newest deliveries of a topic, oldest first. */
export async function ringsOf(tx: BulkTx, shop: ShopId, topic: string, limit: number): Promise<Instant[]> {
  const rows = await tx.query<{ at: number }>(
    `SELECT (extract(epoch FROM "receivedAt") * 1000)::float8 AS at FROM "Inbox" WHERE shop = $1 AND topic = $2
     ORDER BY "receivedAt" DESC LIMIT $3`,
    [shop, topic, limit],
  )
  return rows.map((row) => row.at).reverse()
}

/** Removes deliveries that nobody repeats any more; what a request under privacy law came with stays until it is done. */
export async function forgetDeliveries(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(
    `DELETE FROM "Inbox" i WHERE i.shop = $1 AND i."receivedAt" < now() - $2::int * interval '1 day' AND NOT EXISTS (
       SELECT FROM "PrivacyRequest" p WHERE p.shop = $1 AND p.delivery = i."dedupeKey" AND p."doneAt" IS NULL)`,
    [shop, KEPT_DAYS],
  )
}

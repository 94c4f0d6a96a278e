/** The merchant's messages as they are stored. */
import { MessageFields, type Channel, type Message, type MessageKey } from '#app/domain/messages/message.ts'
import type { Instant } from '#app/domain/order.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { ownNameOf } from './members.ts'

export type StoredMessage = Message & { segment: MessageKey; channel: Channel; savedAt: Instant }

/** @param key  null: of all segments */
export async function readMessages(tx: BulkTx, shop: ShopId, key: MessageKey | null): Promise<StoredMessage[]> {
  const rows = await tx.query<{ segment: string; channel: string; savedAt: Date; data: unknown }>(
    `SELECT "segment", "channel", "savedAt", "data" FROM "Message"
     WHERE "shop" = $1 AND ($2::text IS NULL OR "segment" = $2) ORDER BY "id"`,
    [shop, key],
  )
  return rows.map(({ segment, channel, savedAt, data }) => ({
    ...MessageFields.parse(data),
    segment: segment as MessageKey,
    channel: channel as Channel,
    savedAt: savedAt.getTime(),
  }))
}

/** @throws {InvalidInput} not-found for an own segment that is not there */
export async function saveMessage(shop: ShopId, key: MessageKey, channel: Channel, message: Message): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    await ownNameOf(tx, shop, key)
    await tx.query(
      `INSERT INTO "Message" ("shop", "segment", "channel", "savedAt", "data") VALUES ($1, $2, $3, $4, $5::jsonb)
       ON CONFLICT ("shop", "segment", "channel") DO UPDATE SET "savedAt" = excluded."savedAt", "data" = excluded."data"`,
      [shop, key, channel, new Date(now()), JSON.stringify(message)],
    )
  })
}

/** Takes the message of one channel away; lists that were made stay. */
export async function deleteMessage(shop: ShopId, key: MessageKey, channel: Channel): Promise<void> {
  await withShopBulk(shop, (tx) =>
    tx.query('DELETE FROM "Message" WHERE "shop" = $1 AND "segment" = $2 AND "channel" = $3', [shop, key, channel]),
  )
}

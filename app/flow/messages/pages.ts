/** What the pages of messages show. */
import {
  costOfOneSending,
  type Channel,
  type MessageKey,
  type MessagePage,
  type MessagesPage,
} from '#app/domain/messages/message.ts'
import { consentsDue } from '#app/domain/messages/law.ts'
import { channelsFor } from '#app/domain/messages/ready-made.ts'
import type { SegmentKey } from '#app/domain/pages.ts'
import { ownTag, tagOfSegment } from '#app/domain/publication.ts'
import type { Settings } from '#app/domain/settings.ts'
import { ownShopifySegment, shopifySegment } from '#app/domain/shopify-segments.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { readSettings } from '../settings.ts'
import { listsOf } from './lists.ts'
import { ownNameOf, reachOf, reachOfAll } from './members.ts'
import { readMessages } from './stored.ts'

/** All segments, with what is said to each; no segment before everybody was worked out. */
export async function messagesPage(shop: ShopId): Promise<MessagesPage> {
  const freshness = await withShop(shop, (tx) => freshnessOf(tx, shop))
  if (freshness.asOf === null) return { freshness, rows: [] }
  return withShopBulk(shop, async (tx) => {
    const { currency } = await shopRow(tx, shop)
    const messages = await readMessages(tx, shop, null)
    const lists = await tx.query<{ segment: string; at: Date }>(
      `SELECT "segment", max("madeAt") AS "at" FROM "MessageExport" WHERE "shop" = $1 GROUP BY 1`,
      [shop],
    )
    const rows = (await reachOfAll(tx, shop)).map((row) => ({
      ...row,
      channels: messages
        .filter(({ segment }) => segment === row.key)
        .map((message) => ({
          channel: message.channel,
          cost: { minor: costOfOneSending(message, row.reach, message.channel), currency },
        })),
      lastListAt: lists.find(({ segment }) => segment === row.key)?.at.getTime() ?? null,
    }))
    return { freshness, rows }
  })
}

/** @param asked  null: the channel that has a message, else the one that suits the segment best */
export async function messagePage(shop: ShopId, key: MessageKey, asked: Channel | null): Promise<MessagePage> {
  const freshness = await withShop(shop, (tx) => freshnessOf(tx, shop))
  return withShopBulk(shop, async (tx) => {
    const ownName = await ownNameOf(tx, shop, key)
    const about = await shopRow(tx, shop)
    const settings = await readSettings(tx, shop)
    const messages = await readMessages(tx, shop, key)
    const channel = asked ?? messages[0]?.channel ?? channelsFor(key)[0]!
    const message = messages.find((one) => one.channel === channel)
    const [card] = await tx.query<{ channel: string }>(
      `SELECT "channel" FROM "SegmentCard" WHERE "shop" = $1 AND "segment" = $2 ORDER BY "version" DESC LIMIT 1`,
      [shop, key],
    )
    return {
      key,
      ownName,
      channel,
      saved: message ?? null,
      channels: messages.map((one) => one.channel),
      ...(await reachOf(tx, shop, key, consentsDue(now()))),
      currency: about.currency,
      shop: { currency: about.currency, timezone: about.timezone, countries: settings.rewards.countries },
      tag: ownName === null ? tagOfSegment(key as SegmentKey, settings) : ownTag(ownName, settings),
      taggingOn: settings.taggingOn,
      flowOn: settings.announceMoves,
      shopifySegment: await inShopify(tx, shop, key, ownName, settings, about.domain),
      preferred: card?.channel ?? '',
      lists: await listsOf(tx, shop, key),
      freshness,
    }
  })
}

type ShopRow = { domain: string; currency: string; timezone: string | null }

async function shopRow(tx: BulkTx, shop: ShopId): Promise<ShopRow> {
  const [row] = await tx.query<ShopRow>(
    `SELECT "domain", coalesce("currency", '') AS "currency", "timezone" FROM "Shop" WHERE "shop" = $1`,
    [shop],
  )
  return row!
}

async function inShopify(
  tx: BulkTx,
  shop: ShopId,
  key: MessageKey,
  ownName: string | null,
  settings: Settings,
  domain: string,
): Promise<MessagePage['shopifySegment']> {
  const [row] = await tx.query<{ name: string; gid: string | null }>(
    'SELECT "name", "gid" FROM "ShopifySegment" WHERE "shop" = $1 AND "segment" = $2',
    [shop, key],
  )
  const wanted = ownName === null ? shopifySegment(key as SegmentKey, settings) : ownShopifySegment(ownName, settings)
  return {
    isOn: settings.shopifySegmentsOn,
    name: row?.name ?? wanted.name,
    url: row?.gid ? `https://${domain}/admin/customers/segments/${row.gid.split('/').at(-1)}` : null,
  }
}

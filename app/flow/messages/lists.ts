/**
 * Lists of customers for other tools to write to: made once, so that a fatigue cap knows who is in them, and then fetched as
 * a file as often as it is wanted. They hold ids and no names; another tool finds people by Shopify's id.
 */
import { BYTE_ORDER_MARK, csvLine } from '#app/domain/csv.ts'
import {
  CAP_MOST,
  consentFor,
  messageName,
  type Channel,
  type MessageKey,
  type MessageList,
} from '#app/domain/messages/message.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { SUBSCRIBED } from '#app/domain/rules/person.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { membersSql, ownNameOf } from './members.ts'
import { readMessages } from './stored.ts'

const LISTS_SHOWN = 20
/** Rows of a file that are read at a time: whoever fetches slowly holds no transaction. */
const PAGE_ROWS = 10_000

/**
 * Writes down whom a message is to go to now: everybody in the segment who agreed to the channel, has not switched personal
 * offers off, and is under the message's cap. Each of the others is counted once, by the first reason that holds.
 *
 * @throws {InvalidInput} not-found if no message is saved for the channel, or the segment is gone
 */
export async function makeList(shop: ShopId, key: MessageKey, channel: Channel): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    await ownNameOf(tx, shop, key)
    const message = (await readMessages(tx, shop, key)).find((one) => one.channel === channel)
    if (!message) throw new InvalidInput(`no message ${messageName(key, channel)}`, { code: 'not-found' })
    // Two lists made at once would both find room under one cap.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('messages', $1::int))`, [shop])
    const at = now()
    const { sql, value } = membersSql(key)
    const [made] = await tx.query<{ id: number }>(
      `INSERT INTO "MessageExport" ("shop", "segment", "channel", "madeAt", "customers", "noConsent", "offersOff", "capped")
       VALUES ($1, $2, $3, $4, 0, 0, 0, 0) RETURNING "id"`,
      [shop, key, channel, new Date(at)],
    )
    await tx.query(
      `WITH held AS MATERIALIZED (
         SELECT m."customer", CASE
           WHEN coalesce(c."${consentFor(channel)}Consent", '') <> '${SUBSCRIBED}' THEN 'noConsent'
           WHEN x."customer" IS NOT NULL THEN 'offersOff'
           WHEN g."customer" IS NOT NULL THEN 'capped' END AS "why"
         FROM ${sql} LEFT JOIN "Customer" c ON c."shop" = $1 AND c."id" = m."customer"
         LEFT JOIN "OffersOff" x ON x."shop" = $1 AND x."customer" = m."customer"
         LEFT JOIN (SELECT s."customer" FROM "MessageSending" s WHERE s."shop" = $1 AND s."at" > $3
           GROUP BY s."customer" HAVING count(*) >= $4) g ON g."customer" = m."customer"),
       written AS (
         INSERT INTO "MessageSending" ("shop", "export", "customer", "at")
         SELECT $1, $5, h."customer", $6 FROM held h WHERE h."why" IS NULL RETURNING 1)
       UPDATE "MessageExport" e SET "customers" = (SELECT count(*) FROM written), "noConsent" = n."noConsent",
         "offersOff" = n."offersOff", "capped" = n."capped"
       FROM (SELECT count(*) FILTER (WHERE "why" = 'noConsent') AS "noConsent",
         count(*) FILTER (WHERE "why" = 'offersOff') AS "offersOff", count(*) FILTER (WHERE "why" = 'capped') AS "capped"
         FROM held) n WHERE e."shop" = $1 AND e."id" = $5`,
      [shop, value, new Date(at - message.capDays * DAY_MS), message.capMessages, made!.id, new Date(at)],
    )
  })
}

/** A list that was not used after all: nobody in it has been written to, and no cap counts it. */
export async function takeListBack(shop: ShopId, id: number): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    await tx.query('DELETE FROM "MessageSending" WHERE "shop" = $1 AND "export" = $2', [shop, id])
    await tx.query('DELETE FROM "MessageExport" WHERE "shop" = $1 AND "id" = $2', [shop, id])
  })
}

/** Newest first. */
export async function listsOf(tx: BulkTx, shop: ShopId, key: MessageKey): Promise<MessageList[]> {
  const rows = await tx.query<Omit<MessageList, 'madeAt' | 'isFileThere'> & { madeAt: Date }>(
    `SELECT "id", "channel", "madeAt", "customers", "noConsent", "offersOff", "capped" FROM "MessageExport"
     WHERE "shop" = $1 AND "segment" = $2 ORDER BY "madeAt" DESC, "id" DESC LIMIT ${LISTS_SHOWN}`,
    [shop, key],
  )
  const kept = now() - CAP_MOST.days * DAY_MS
  return rows.map((row) => ({ ...row, madeAt: row.madeAt.getTime(), isFileThere: row.madeAt.getTime() > kept }))
}

type ListRow = {
  customer: string
  stage: string | null
  since: string | null
  lastOrderOn: string | null
  email: string | null
  sms: string | null
  emailOn: string | null
  smsOn: string | null
  knownSince: string | null
}

const HEADINGS = [
  'customer_id',
  'message',
  'segment',
  'stage',
  'in_stage_since',
  'last_order_on',
  'email_consent',
  'sms_consent',
  'email_consent_on',
  'sms_consent_on',
  'customer_since',
]

/** The file of a list, in pieces. @throws {InvalidInput} not-found, also once who stood in it is no longer kept */
export async function listFile(shop: ShopId, id: number): Promise<ReadableStream<Uint8Array>> {
  const { message, segment, timezone } = await withShopBulk(shop, (tx) => headOf(tx, shop, id))
  const encoder = new TextEncoder()
  let after = '0'
  return new ReadableStream({
    start: (to) => to.enqueue(encoder.encode(BYTE_ORDER_MARK + csvLine(HEADINGS))),
    async pull(to) {
      const rows = await withShopBulk(shop, (tx) => pageOf(tx, shop, id, after, timezone))
      const lines = rows.map((row) =>
        csvLine([
          row.customer,
          message,
          segment,
          row.stage,
          row.since,
          row.lastOrderOn,
          row.email,
          row.sms,
          row.emailOn,
          row.smsOn,
          row.knownSince,
        ]),
      )
      if (rows.length > 0) to.enqueue(encoder.encode(lines.join('')))
      if (rows.length < PAGE_ROWS) to.close()
      else after = rows.at(-1)!.customer
    },
  })
}

async function headOf(
  tx: BulkTx,
  shop: ShopId,
  id: number,
): Promise<{ message: string; segment: string; timezone: string }> {
  const [row] = await tx.query<{ segment: MessageKey; channel: Channel; name: string | null; timezone: string }>(
    `SELECT e."segment", e."channel", w."name", coalesce(s."timezone", 'UTC') AS "timezone" FROM "MessageExport" e
     JOIN "Shop" s ON s."shop" = e."shop" LEFT JOIN "OwnSegment" w ON w."shop" = $1 AND 'own:' || w."id" = e."segment"
     WHERE e."shop" = $1 AND e."id" = $2 AND e."madeAt" > $3`,
    [shop, id, new Date(now() - CAP_MOST.days * DAY_MS)],
  )
  if (!row) throw new InvalidInput(`no list ${id} in shop ${shop}`, { code: 'not-found' })
  return { message: messageName(row.segment, row.channel), segment: row.name ?? row.segment, timezone: row.timezone }
}

function pageOf(tx: BulkTx, shop: ShopId, id: number, after: string, timezone: string): Promise<ListRow[]> {
  const day = (column: string) => `to_char(${column} AT TIME ZONE $5, 'YYYY-MM-DD')`
  return tx.query<ListRow>(
    `SELECT s."customer"::text AS "customer", m."stage", ${day('m."stageSince"')} AS "since", ${day('f."lastAt"')} AS "lastOrderOn",
       c."emailConsent" AS "email", c."smsConsent" AS "sms", ${day('c."emailConsentAt"')} AS "emailOn",
       ${day('c."smsConsentAt"')} AS "smsOn", ${day('c."createdAt"')} AS "knownSince"
     FROM "MessageSending" s LEFT JOIN "Membership" m ON m."shop" = $1 AND m."customer" = s."customer"
     LEFT JOIN "CustomerFeatures" f ON f."shop" = $1 AND f."customer" = s."customer"
     LEFT JOIN "Customer" c ON c."shop" = $1 AND c."id" = s."customer"
     WHERE s."shop" = $1 AND s."export" = $2 AND s."customer" > $3::bigint ORDER BY s."customer" LIMIT $4`,
    [shop, id, after, PAGE_ROWS, timezone],
  )
}

/** Who stood in a list is forgotten once no cap may look back so far; what is said to a segment goes with the segment. */
export async function forgetOldLists(shop: ShopId): Promise<void> {
  const before = new Date(now() - CAP_MOST.days * DAY_MS)
  await withShop(shop, async (tx) => {
    await tx.messageSending.deleteMany({ where: { shop, at: { lt: before } } })
    await tx.$executeRaw`
      DELETE FROM "Message" t WHERE t."shop" = ${shop} AND t."segment" LIKE 'own:%' AND NOT EXISTS (
        SELECT FROM "OwnSegment" w WHERE w."shop" = ${shop} AND 'own:' || w."id" = t."segment")`
  })
}

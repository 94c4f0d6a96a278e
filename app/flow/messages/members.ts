/** Who is in a segment, and how many of them agreed to be written to. */
import { PICKER_TIERS } from '#app/domain/cherry-picker.ts'
import type { MessageKey, Reach } from '#app/domain/messages/message.ts'
import { SUBSCRIBED } from '#app/domain/rules/person.ts'
import { SEGMENT_KEYS } from '#app/domain/shopify-segments.ts'
import { InvalidInput } from '#app/errors.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

export function ownIdOf(key: MessageKey): number | null {
  return key.startsWith('own:') ? Number(key.slice(4)) : null
}

/** The name of one of the merchant's own segments; null: it is one of ours. @throws {InvalidInput} not-found */
export async function ownNameOf(tx: BulkTx, shop: ShopId, key: MessageKey): Promise<string | null> {
  const id = ownIdOf(key)
  if (id === null) return null
  const [row] = await tx.query<{ name: string }>('SELECT "name" FROM "OwnSegment" WHERE "shop" = $1 AND "id" = $2', [
    shop,
    id,
  ])
  if (!row) throw new InvalidInput(`no segment ${id} in shop ${shop}`, { code: 'not-found' })
  return row.name
}

/**
 * Rows `m` of a segment's customers with `since`, of shop $1; $2 is what `value` says. Since when somebody is taken for a
 * cherry-picker is not kept beside their tier.
 */
export function membersSql(key: MessageKey): { sql: string; value: unknown } {
  const own = ownIdOf(key)
  if (own !== null)
    return {
      sql: `(SELECT o."customer", o."since"[array_position(o."segments", $2::int)] AS "since" FROM "OwnMembership" o
        WHERE o."shop" = $1 AND o."segments" @> ARRAY[$2::int]) m`,
      value: own,
    }
  if (key === 'cherry-picker')
    return {
      sql: `(SELECT p."customer", NULL::timestamptz AS "since" FROM "Membership" p
        WHERE p."shop" = $1 AND p."cherryPicker" = ANY ($2::text[])) m`,
      value: PICKER_TIERS,
    }
  return {
    sql: `(SELECT s."customer", s."stageSince" AS "since" FROM "Membership" s
      WHERE s."shop" = $1 AND s."stage" = $2::text) m`,
    value: key,
  }
}

const REACH = `count(*)::int AS "customers", (count(*) FILTER (WHERE c."emailConsent" = '${SUBSCRIBED}'))::int AS "email",
  (count(*) FILTER (WHERE c."smsConsent" = '${SUBSCRIBED}'))::int AS "sms"`

type StageCount = Reach & { stage: MessageKey | null; isPicker: boolean }
const NOBODY: Reach = { customers: 0, email: 0, sms: 0 }

function sum(some: readonly Reach[]): Reach {
  return some.reduce(
    (all, each) => ({
      customers: all.customers + each.customers,
      email: all.email + each.email,
      sms: all.sms + each.sms,
    }),
    NOBODY,
  )
}

/** Of every segment of ours and of the merchant's, in one pass each. */
export async function reachOfAll(
  tx: BulkTx,
  shop: ShopId,
): Promise<{ key: MessageKey; ownName: string | null; reach: Reach }[]> {
  const stages = await tx.query<StageCount>(
    `SELECT m."stage", m."cherryPicker" = ANY ($2) AS "isPicker", ${REACH}
     FROM "Membership" m LEFT JOIN "Customer" c ON c."shop" = m."shop" AND c."id" = m."customer"
     WHERE m."shop" = $1 GROUP BY 1, 2`,
    [shop, PICKER_TIERS],
  )
  const own = await tx.query<Reach & { id: number; name: string }>(
    `SELECT w."id", w."name", k.* FROM "OwnSegment" w LEFT JOIN LATERAL (
       SELECT ${REACH} FROM "OwnMembership" o LEFT JOIN "Customer" c ON c."shop" = o."shop" AND c."id" = o."customer"
       WHERE o."shop" = $1 AND o."segments" @> ARRAY[w."id"]) k ON true WHERE w."shop" = $1 ORDER BY w."id"`,
    [shop],
  )
  return [
    ...SEGMENT_KEYS.map((key) => ({
      key,
      ownName: null,
      reach: sum(stages.filter((row) => (key === 'cherry-picker' ? row.isPicker : row.stage === key))),
    })),
    ...own.map(({ id, name, customers, email, sms }) => ({
      key: `own:${id}` as const,
      ownName: name,
      reach: { customers, email, sms },
    })),
  ]
}

/** Of one segment, and of those who agreed how many Shopify has known for longer than two years. */
export async function reachOf(
  tx: BulkTx,
  shop: ShopId,
  key: MessageKey,
  twoYearsAgo: Date,
): Promise<{ reach: Reach; old: { email: number; sms: number } }> {
  const { sql, value } = membersSql(key)
  const old = (consent: string) =>
    `(count(*) FILTER (WHERE c."${consent}" = '${SUBSCRIBED}' AND c."createdAt" < $3))::int`
  const [row] = await tx.query<Reach & { oldEmail: number; oldSms: number }>(
    `SELECT ${REACH}, ${old('emailConsent')} AS "oldEmail", ${old('smsConsent')} AS "oldSms"
     FROM ${sql} LEFT JOIN "Customer" c ON c."shop" = $1 AND c."id" = m."customer"`,
    [shop, value, twoYearsAgo],
  )
  const { customers, email, sms, oldEmail, oldSms } = row!
  return { reach: { customers, email, sms }, old: { email: oldEmail, sms: oldSms } }
}

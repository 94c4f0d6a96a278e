/** Who is in a segment, and how many of them agreed to be written to. */
import { PICKER_TIERS } from '#app/domain/cherry-picker.ts'
import type { ConsentsDue, MessageKey, Reach } from '#app/domain/messages/message.ts'
import type { Instant } from '#app/domain/order.ts'
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

/** Of one segment, and of those who agreed how many have to be asked again. @param before  as `consentsDue` says */
export async function reachOf(
  tx: BulkTx,
  shop: ShopId,
  key: MessageKey,
  before: { due: Instant; soon: Instant },
): Promise<{ reach: Reach; due: Record<'email' | 'sms', ConsentsDue> }> {
  const { sql, value } = membersSql(key)
  const due = (channel: 'email' | 'sms') => {
    const count = (which: string) =>
      `(count(*) FILTER (WHERE c."${channel}Consent" = '${SUBSCRIBED}' AND ${which}))::int`
    const at = `c."${channel}ConsentAt"`
    return `jsonb_build_object('now', ${count(`${at} < $3`)}, 'soon', ${count(`${at} >= $3 AND ${at} < $4`)},
      'unknown', ${count(`${at} IS NULL AND c."createdAt" < $3`)})`
  }
  const [row] = await tx.query<Reach & { due: Record<'email' | 'sms', ConsentsDue> }>(
    `SELECT ${REACH}, jsonb_build_object('email', ${due('email')}, 'sms', ${due('sms')}) AS "due"
     FROM ${sql} LEFT JOIN "Customer" c ON c."shop" = $1 AND c."id" = m."customer"`,
    [shop, value, new Date(before.due), new Date(before.soon)],
  )
  const { due: byChannel, ...reach } = row!
  return { reach, due: byChannel }
}

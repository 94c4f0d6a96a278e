/** What rewards have given so far, and what the shop's past says of one before it starts. */
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { HOLDS_BUDGET } from '#app/domain/rewards/grant.ts'
import type { GrantSums, RewardResult } from '#app/domain/rewards/pages.ts'
import { isShared } from '#app/domain/rewards/reward.ts'
import type { RecentPast } from '#app/domain/rewards/outlook.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { StoredReward } from './stored.ts'

/** So far back the shop's own first orders are looked at. */
const PAST_DAYS = 90

export type RewardSums = { uses: number; spentMinor: number }

/**
 * For each reward that has been live: the orders with its code since then that were not cancelled, and what they had off.
 * Orders of guests count too. Where several codes were used on an order, all that it had off is counted.
 */
export async function rewardSums(
  tx: Tx,
  shop: ShopId,
  rewards: readonly StoredReward[],
): Promise<Map<number, RewardSums>> {
  const begun = rewards.filter(({ startedAt }) => startedAt !== null)
  if (begun.length === 0) return new Map()
  const rows = await tx.$queryRaw<{ id: number; uses: number; spent: string }[]>`
    SELECT r."id", count(o."id")::int AS "uses", coalesce(sum(o."discountMinor"), 0)::text AS "spent"
    FROM unnest(${begun.map(({ id }) => id)}::int[], ${begun.map(keyOf)}::text[], ${begun.map(sinceOf)}::timestamptz[])
      AS r("id", "key", "since")
    LEFT JOIN "Order" o ON o."shop" = ${shop} AND o."processedAt" >= r."since" AND o."discounts" @> ARRAY[r."key"]
      AND NOT o."isTest" AND o."cancelledAt" IS NULL
    GROUP BY r."id"`
  return new Map(rows.map(({ id, uses, spent }) => [id, { uses, spentMinor: Number(spent) }]))
}

/** For each reward that is granted to persons: what they were granted, and what they used. Codes issued anew count once. */
export async function grantSums(
  tx: Tx,
  shop: ShopId,
  rewards: readonly StoredReward[],
): Promise<Map<number, GrantSums>> {
  const ofPersons = rewards.filter(({ startedAt, definition }) => startedAt !== null && !isShared(definition))
  if (ofPersons.length === 0) return new Map()
  const rows = await tx.$queryRaw<{ reward: number; granted: number; used: number; spent: string }[]>`
    SELECT "reward", count(DISTINCT ("step", "person")) FILTER (WHERE "state" = ANY (${[...HOLDS_BUDGET, 'expired']}))::int AS "granted",
      count(DISTINCT ("step", "person")) FILTER (WHERE "state" = 'used')::int AS "used",
      coalesce(sum(CASE WHEN "what" ->> 'kind' = 'credit' AND "state" IN ('issued', 'used') THEN "reservedMinor"
        WHEN "state" = 'used' THEN "spentMinor" END), 0)::text AS "spent"
    FROM "Grant" WHERE "shop" = ${shop} AND "reward" = ANY (${ofPersons.map(({ id }) => id)}) GROUP BY "reward"`
  const sums = new Map(
    rows.map(({ reward, granted, used, spent }) => [reward, { granted, used, spentMinor: Number(spent) }]),
  )
  return new Map(ofPersons.map(({ id }) => [id, sums.get(id) ?? { granted: 0, used: 0, spentMinor: 0 }]))
}

/** Grants that wait for the merchant. */
export async function grantsWaiting(tx: Tx, shop: ShopId): Promise<number> {
  return tx.grant.count({ where: { shop, state: { in: ['waiting', 'parked'] } } })
}

/** What became of those who used a reward that has been live, by the facts of the last run over everybody. */
export async function rewardResult(
  tx: Tx,
  shop: ShopId,
  reward: StoredReward,
  windowDays: number,
  at: Instant,
): Promise<RewardResult> {
  const ripeBefore = new Date(at - windowDays * DAY_MS)
  const [row] = await tx.$queryRaw<Record<'uses' | 'spent' | 'sold' | 'others' | 'matured' | 'back', string>[]>`
    SELECT count(*)::text AS "uses", coalesce(sum(u."discountMinor"), 0)::text AS "spent",
      coalesce(sum(u."subtotalMinor"), 0)::text AS "sold",
      count(*) FILTER (WHERE u."sinceFirst" >= interval '1 day')::text AS "others",
      count(DISTINCT u."customer") FILTER (WHERE u."isRipe")::text AS "matured",
      count(DISTINCT u."customer") FILTER (WHERE u."isRipe" AND u."firstGapDays" <= ${windowDays})::text AS "back"
    FROM (
      SELECT o."customer", o."discountMinor", o."subtotalMinor", c."firstGapDays", o."processedAt" - c."firstAt" AS "sinceFirst",
        o."processedAt" - c."firstAt" < interval '1 day' AND o."processedAt" < ${ripeBefore} AS "isRipe"
      FROM "Order" o LEFT JOIN "CustomerFeatures" c ON c."shop" = o."shop" AND c."customer" = o."customer"
      WHERE o."shop" = ${shop} AND o."processedAt" >= ${sinceOf(reward)} AND o."discounts" @> ARRAY[${keyOf(reward)}]
        AND NOT o."isTest" AND o."cancelledAt" IS NULL
    ) u`
  const number = (key: keyof NonNullable<typeof row>) => Number(row?.[key] ?? 0)
  return {
    uses: number('uses'),
    spentMinor: number('spent'),
    soldMinor: number('sold'),
    usesOfOthers: number('others'),
    matured: number('matured'),
    cameBack: number('back'),
    windowDays,
  }
}

/** First orders of the last 90 days and what an order is worth on average; null: nobody has ordered for the first time. */
export async function recentFirstOrders(tx: Tx, shop: ShopId, at: Instant): Promise<RecentPast | null> {
  const since = new Date(at - PAST_DAYS * DAY_MS)
  const [row] = await tx.$queryRaw<{ first: number; mean: number | null }[]>`
    SELECT (SELECT count(*)::int FROM "CustomerFeatures" WHERE "shop" = ${shop} AND "firstAt" >= ${since}) AS "first",
      (SELECT avg("subtotalMinor")::float8 FROM "Order" WHERE "shop" = ${shop} AND "processedAt" >= ${since}
        AND NOT "isTest" AND "cancelledAt" IS NULL AND "subtotalMinor" > 0) AS "mean"`
  if (!row?.first || row.mean === null) return null
  return { days: PAST_DAYS, firstOrders: row.first, meanMinor: row.mean }
}

/** As orders name a code. */
function keyOf({ definition }: StoredReward): string {
  return `code:${definition.code}`
}

function sinceOf({ startedAt }: StoredReward): Date {
  return new Date(startedAt ?? 0)
}

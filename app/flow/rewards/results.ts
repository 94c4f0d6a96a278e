/** What became of the people of a reward, arm beside arm, from what is stored. */
import { comparisonOutlook, sampleRatio } from '#app/domain/rewards/comparison.ts'
import type { Arm } from '#app/domain/rewards/grant.ts'
import type { ArmResult, RewardComparison } from '#app/domain/rewards/pages.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { StoredReward } from './stored.ts'

const WEEK_MS = 7 * DAY_MS

type Row = Record<Exclude<keyof ArmResult, 'people'>, string> & {
  arm: Arm
  text: number
  isMixed: boolean
  people: string
  first: Date
}

/**
 * Both arms of a reward of persons. Somebody with several accounts counts once; whose accounts stood in both arms before they
 * were known to be one person's is in neither. `bought` and money are of the window after they could first get it, so both arms
 * are watched for equally long.
 */
export async function comparisonOf(
  tx: Tx,
  shop: ShopId,
  { id, definition }: StoredReward,
  windowDays: number,
  at: Instant,
): Promise<RewardComparison> {
  // Facts under one another, not joined to each other: over a fresh table PostgreSQL would join them row by row.
  const rows = await tx.$queryRaw<Row[]>`
    WITH place AS (
      SELECT s."customer", s."person", s."arm", s."text", min(s."since") OVER (PARTITION BY s."person") AS "since"
      FROM "RewardStanding" s WHERE s."shop" = ${shop} AND s."reward" = ${id}
    ), fact AS (
      SELECT p."person", p."arm", p."text", p."since", NULL::date AS "day", 0::numeric AS "net", NULL AS "kind", 0::numeric AS "spent"
      FROM place p
      UNION ALL
      SELECT p."person", NULL, NULL, NULL, o."processedAt"::date, o."subtotalMinor" - CASE WHEN o."totalMinor" > 0
        THEN least(o."subtotalMinor", o."refundedMinor" * o."subtotalMinor" / o."totalMinor") ELSE 0 END, NULL, 0
      FROM place p JOIN "Order" o ON o."shop" = ${shop} AND o."customer" = p."customer" AND o."processedAt" > p."since"
        AND o."processedAt" <= p."since" + make_interval(days => ${windowDays}::int)
      WHERE NOT o."isTest" AND o."cancelledAt" IS NULL AND (o."totalMinor" = 0 OR o."refundedMinor" < o."totalMinor")
      UNION ALL
      SELECT p."person", NULL, NULL, NULL, NULL, 0, e."kind", 0
      FROM place p JOIN "RewardExposure" e ON e."shop" = ${shop} AND e."reward" = ${id} AND e."customer" = p."customer"
      UNION ALL
      SELECT g."person", NULL, NULL, NULL, NULL, 0, g."state", coalesce(g."spentMinor", 0)
      FROM "Grant" g WHERE g."shop" = ${shop} AND g."reward" = ${id}
    ), person AS (
      SELECT min(f."arm") AS "arm", min(f."text") AS "text", min(f."arm") <> max(f."arm") AS "isMixed", min(f."since") AS "since",
        count(DISTINCT f."day") AS "days", sum(f."net") AS "net", sum(f."spent") AS "spent",
        bool_or(f."kind" IN ('seen', 'clicked')) AS "saw", bool_or(f."kind" = 'clicked') AS "clicked",
        bool_or(f."kind" = 'used') AS "used",
        min(f."since") + make_interval(days => ${windowDays}::int) <= ${new Date(at)} AS "isOver"
      FROM fact f GROUP BY f."person" HAVING count(f."arm") > 0
    )
    SELECT p."arm", p."text"::int AS "text", p."isMixed", count(*)::text AS "people", min(p."since") AS "first",
      count(*) FILTER (WHERE p."saw")::text AS "saw", count(*) FILTER (WHERE p."clicked")::text AS "clicked",
      count(*) FILTER (WHERE p."used")::text AS "used", sum(p."spent")::text AS "costMinor",
      count(*) FILTER (WHERE p."isOver")::text AS "watched",
      count(*) FILTER (WHERE p."isOver" AND p."days" >= 1)::text AS "bought",
      count(*) FILTER (WHERE p."isOver" AND p."days" >= 2)::text AS "boughtAgain",
      coalesce(sum(p."net") FILTER (WHERE p."isOver"), 0)::text AS "netMinor"
    FROM person p
    GROUP BY 1, 2, 3`
  const told = rows.filter(({ isMixed }) => !isMixed)
  const arms = {
    reward: added(told.filter(({ arm }) => arm === 'reward')),
    comparison: added(told.filter(({ arm }) => arm === 'comparison')),
  }
  const share = definition.comparisonPercent / 100
  const first = Math.min(...told.map((row) => row.first.getTime()))
  const readers = told.filter(({ arm }) => arm === 'reward')
  return {
    arms,
    texts: definition.texts.length < 2 ? null : [added(readersOf(readers, 0)), added(readersOf(readers, 1))],
    mixed: added(rows.filter(({ isMixed }) => isMixed)).people,
    ratio: sampleRatio([arms.reward.people, arms.comparison.people], [1 - share, share]),
    windowDays,
    outlook: comparisonOutlook(
      definition.comparisonPercent,
      { people: arms.comparison.watched, bought: arms.comparison.bought },
      told.length === 0 ? 0 : (at - windowDays * DAY_MS - first) / WEEK_MS,
    ),
    overshootMinor:
      definition.budgetMinor === null
        ? 0
        : Math.max(0, arms.reward.costMinor + arms.comparison.costMinor - definition.budgetMinor),
  }
}

function readersOf(rows: readonly Row[], text: 0 | 1): Row[] {
  return rows.filter((row) => row.text === text)
}

function added(rows: readonly Row[]): ArmResult {
  const sum = (key: keyof ArmResult) => rows.reduce((total, row) => total + Number(row[key]), 0)
  return {
    people: sum('people'),
    saw: sum('saw'),
    clicked: sum('clicked'),
    used: sum('used'),
    costMinor: sum('costMinor'),
    watched: sum('watched'),
    bought: sum('bought'),
    boughtAgain: sum('boughtAgain'),
    netMinor: sum('netMinor'),
  }
}

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
  const rows = await tx.$queryRaw<Row[]>`
    WITH place AS (
      SELECT s."customer", s."person", s."arm", s."text", min(s."since") OVER (PARTITION BY s."person") AS "since"
      FROM "RewardStanding" s WHERE s."shop" = ${shop} AND s."reward" = ${id}
    ), bought AS (
      SELECT p."person", count(DISTINCT o."processedAt"::date) AS "days", sum(o."subtotalMinor" - CASE WHEN o."totalMinor" > 0
        THEN least(o."subtotalMinor", o."refundedMinor" * o."subtotalMinor" / o."totalMinor") ELSE 0 END) AS "net"
      FROM place p JOIN "Order" o ON o."shop" = ${shop} AND o."customer" = p."customer" AND o."processedAt" > p."since"
        AND o."processedAt" <= p."since" + make_interval(days => ${windowDays}::int)
      WHERE NOT o."isTest" AND o."cancelledAt" IS NULL AND (o."totalMinor" = 0 OR o."refundedMinor" < o."totalMinor")
      GROUP BY p."person"
    ), shown AS (
      SELECT p."person", bool_or(e."kind" = 'seen') AS "saw", bool_or(e."kind" = 'clicked') AS "clicked"
      FROM place p JOIN "RewardExposure" e ON e."shop" = ${shop} AND e."reward" = ${id} AND e."customer" = p."customer"
      GROUP BY p."person"
    ), given AS (
      SELECT g."person", bool_or(g."state" = 'used') AS "used", coalesce(sum(g."spentMinor"), 0) AS "spent"
      FROM "Grant" g WHERE g."shop" = ${shop} AND g."reward" = ${id} GROUP BY g."person"
    ), person AS (
      SELECT p."person", min(p."arm") AS "arm", min(p."text") AS "text", min(p."arm") <> max(p."arm") AS "isMixed",
        min(p."since") AS "since"
      FROM place p GROUP BY p."person"
    )
    SELECT p."arm", p."text"::int AS "text", p."isMixed", count(*)::text AS "people", min(p."since") AS "first",
      count(*) FILTER (WHERE s."saw" OR s."clicked")::text AS "saw", count(*) FILTER (WHERE s."clicked")::text AS "clicked",
      count(*) FILTER (WHERE g."used")::text AS "used", coalesce(sum(g."spent"), 0)::text AS "costMinor",
      count(*) FILTER (WHERE w."isOver")::text AS "watched",
      count(*) FILTER (WHERE w."isOver" AND b."days" >= 1)::text AS "bought",
      count(*) FILTER (WHERE w."isOver" AND b."days" >= 2)::text AS "boughtAgain",
      coalesce(sum(b."net") FILTER (WHERE w."isOver"), 0)::text AS "netMinor"
    FROM person p
      CROSS JOIN LATERAL (SELECT p."since" + make_interval(days => ${windowDays}::int) <= ${new Date(at)} AS "isOver") w
      LEFT JOIN bought b USING ("person") LEFT JOIN shown s USING ("person") LEFT JOIN given g USING ("person")
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

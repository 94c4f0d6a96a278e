/** The review list of all that is kept out of rewards. */
import { PICKER_TIERS } from '#app/domain/cherry-picker.ts'
import {
  endsSoon,
  type EndedExclusion,
  type Exclusion,
  type ExclusionRow,
  type ExclusionsPage,
} from '#app/domain/exclusions.ts'
import type { Instant } from '#app/domain/order.ts'
import type { SegmentKey } from '#app/domain/pages.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { exclusionFrom } from '../kept-out.ts'
import { keptOutSql } from './exclusions.ts'

const PAGE_ROWS = 50
const ENDED_SHOWN = 20

type Row = {
  id: number
  customer: string | null
  segment: number | null
  name: string | null
  reason: string
  since: Date
  until: Date | null
  endedAt: Date | null
}

// Of a segment that is gone, the name that was kept.
const ROWS = `SELECT x."id", x."customer"::text AS "customer", x."segment", coalesce(s."name", x."name") AS "name",
    x."reason", x."since", x."until", x."endedAt"
  FROM "Exclusion" x LEFT JOIN "OwnSegment" s ON s."shop" = x."shop" AND s."id" = x."segment" WHERE x."shop" = $1`
const IN_FORCE = `x."endedAt" IS NULL AND (x."until" IS NULL OR x."until" > $2)`

/** All that is in force, what ends first at the top. @param page  from 0 */
export async function exclusionsPage(shop: ShopId, page: number): Promise<ExclusionsPage> {
  const at = now()
  const freshness = await withShop(shop, (tx) => freshnessOf(tx, shop))
  return withShopBulk(shop, async (tx) => {
    const moment = new Date(at)
    const rows = await tx.query<Row>(
      `${ROWS} AND ${IN_FORCE} ORDER BY x."until" NULLS LAST, x."id" DESC LIMIT ${PAGE_ROWS} OFFSET ${page * PAGE_ROWS}`,
      [shop, moment],
    )
    const ended = await tx.query<Row>(
      `${ROWS} AND NOT (${IN_FORCE}) ORDER BY least(x."endedAt", x."until") DESC, x."id" DESC LIMIT ${ENDED_SHOWN}`,
      [shop, moment],
    )
    const [all] = await tx.query<{ total: number }>(
      `SELECT count(*)::int AS "total" FROM "Exclusion" x WHERE x."shop" = $1 AND ${IN_FORCE}`,
      [shop, moment],
    )
    const total = all?.total ?? 0
    const segments = await segmentsWithCounts(tx, shop)
    const countOf = new Map(segments.map(({ id, customers }) => [id, customers]))
    return {
      rows: rows.map((row): ExclusionRow => ({
        ...exclusionFrom(row),
        customer: row.customer,
        customers: row.segment === null ? 1 : (countOf.get(row.segment) ?? null),
        endsSoon: endsSoon(row.until?.getTime() ?? null, at),
      })),
      total,
      page,
      pageRows: PAGE_ROWS,
      customers: total === 0 ? 0 : await countOfKeptOut(tx, shop, at),
      ended: ended.map(endedFrom),
      segments: await notKeptOut(tx, shop, segments, moment),
      freshness,
    }
  })
}

function endedFrom(row: Row): EndedExclusion {
  const until = row.until?.getTime() ?? Infinity
  const endedAt = Math.min(until, row.endedAt?.getTime() ?? Infinity)
  return { ...exclusionFrom(row), customer: row.customer, endedAt, by: endedAt === until ? 'date' : 'hand' }
}

async function segmentsWithCounts(tx: BulkTx, shop: ShopId): Promise<ExclusionsPage['segments']> {
  return tx.query(
    `SELECT s."id", s."name", CASE WHEN s."workedAt" IS NOT NULL THEN coalesce(n."customers", 0) END AS "customers"
     FROM "OwnSegment" s LEFT JOIN (SELECT x."segment", count(*)::int AS "customers" FROM "OwnMembership" o
       CROSS JOIN unnest(o."segments") x("segment") WHERE o."shop" = $1 GROUP BY 1) n ON n."segment" = s."id"
     WHERE s."shop" = $1 ORDER BY s."id"`,
    [shop],
  )
}

async function notKeptOut(
  tx: BulkTx,
  shop: ShopId,
  segments: ExclusionsPage['segments'],
  moment: Date,
): Promise<ExclusionsPage['segments']> {
  const rows = await tx.query<{ segment: number }>(
    `SELECT x."segment" FROM "Exclusion" x WHERE x."shop" = $1 AND ${IN_FORCE} AND x."segment" IS NOT NULL`,
    [shop, moment],
  )
  const excluded = new Set(rows.map(({ segment }) => segment))
  return segments.filter(({ id }) => !excluded.has(id))
}

async function countOfKeptOut(tx: BulkTx, shop: ShopId, at: Instant): Promise<number> {
  const [row] = await tx.query<{ customers: number }>(
    `SELECT count(*)::int AS "customers" FROM (${keptOutSql(shop, at)}) out`,
  )
  return row?.customers ?? 0
}

/** How many of a segment's customers are kept out of rewards. */
export async function keptOutIn(shop: ShopId, segment: SegmentKey | { own: number }, at: Instant): Promise<number> {
  return withShopBulk(shop, async (tx) => {
    const [any] = await tx.query<{ any: boolean }>(
      `SELECT EXISTS (SELECT FROM "Exclusion" x WHERE x."shop" = $1 AND ${IN_FORCE}) AS "any"`,
      [shop, new Date(at)],
    )
    if (any?.any !== true) return 0
    const [from, is, value] =
      typeof segment === 'object'
        ? ['OwnMembership', 'm."segments" @> ARRAY[$2::int]', segment.own]
        : segment === 'cherry-picker'
          ? ['Membership', 'm."cherryPicker" = ANY($2)', [...PICKER_TIERS]]
          : ['Membership', 'm."stage" = $2', segment]
    const [row] = await tx.query<{ customers: number }>(
      `SELECT count(*)::int AS "customers" FROM "${from}" m
       WHERE m."shop" = $1 AND ${is} AND m."customer" IN (${keptOutSql(shop, at)})`,
      [shop, value],
    )
    return row?.customers ?? 0
  })
}

/** What keeps everybody in one of the shop's own segments out of rewards; null: nothing does. */
export async function exclusionOfSegment(
  tx: BulkTx,
  shop: ShopId,
  segment: number,
  at: Instant,
): Promise<Exclusion | null> {
  const [row] = await tx.query<Row>(`${ROWS} AND ${IN_FORCE} AND x."segment" = $3`, [shop, new Date(at), segment])
  return row ? exclusionFrom(row) : null
}

import { STAGES, type Stage } from '#app/domain/stages.ts'
import type { Instant } from '#app/domain/order.ts'
import type { FlagCounts } from '#app/domain/pages.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'

/** How many are in each segment at this moment, and what they have spent in 12 months, minor units. */
export type MemberCounts = {
  customers: Record<Stage, number>
  revenue12m: Record<Stage, number>
  cherryPicker: { customers: number; revenue12m: number }
  /** Several orders, and Shopify hides when the last one was. */
  lastOrderUnknown: number
  watched: number
  flags: FlagCounts
  /** With a stage. */
  total: number
  /** The newest decision; null: nobody is decided. */
  decidedAt: Instant | null
}

type Row = {
  stage: Stage | null
  isPicker: boolean
  customers: number
  watched: number
  vip: number
  buysInSales: number
  regular: number
  revenue12m: bigint
  decidedAt: Date
}

/**
 * Counted in the rows whenever a page asks, so that a move shows at once and no sum can drift: one pass over the decisions,
 * no second table.
 */
export async function countMembers(tx: Tx, shop: ShopId): Promise<MemberCounts> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT "stage", "cherryPicker" IN ('likely', 'confirmed') AS "isPicker", count(*)::int AS "customers",
      (count(*) FILTER (WHERE "isWatched"))::int AS "watched", (count(*) FILTER (WHERE "isVip"))::int AS "vip",
      (count(*) FILTER (WHERE "buysInSales"))::int AS "buysInSales", (count(*) FILTER (WHERE "isRegular"))::int AS "regular", sum("net12mMinor")::bigint AS "revenue12m",
      max("decidedAt") AS "decidedAt"
    FROM "Membership" WHERE "shop" = ${shop} GROUP BY 1, 2`
  const none = () => Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>
  const counts: MemberCounts = {
    customers: none(),
    revenue12m: none(),
    cherryPicker: { customers: 0, revenue12m: 0 },
    lastOrderUnknown: 0,
    watched: 0,
    flags: { vip: 0, buysInSales: 0, regular: 0 },
    total: 0,
    decidedAt: null,
  }
  for (const row of rows) {
    const revenue = Number(row.revenue12m)
    counts.watched += row.watched
    counts.flags.vip += row.vip
    counts.flags.buysInSales += row.buysInSales
    counts.flags.regular += row.regular
    counts.decidedAt = Math.max(counts.decidedAt ?? 0, row.decidedAt.getTime())
    if (row.isPicker) {
      counts.cherryPicker.customers += row.customers
      counts.cherryPicker.revenue12m += revenue
    }
    if (row.stage === null) {
      counts.lastOrderUnknown += row.customers
      continue
    }
    counts.customers[row.stage] += row.customers
    counts.revenue12m[row.stage] += revenue
    counts.total += row.customers
  }
  return counts
}

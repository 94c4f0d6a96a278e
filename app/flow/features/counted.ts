/**
 * Facts where Shopify shows 60 days of orders only: from its own counts of every customer, and from the last order that
 * either it or we know of. What rests on whole histories waits: money, discounts, estimates, replay.
 */
import { IdIndex } from '#app/domain/id-index.ts'
import { NOTHING_LEARNED, tierUnder } from '#app/domain/learned.ts'
import { countedFactsInto, countedStage } from '#app/domain/limited.ts'
import { emptyFacts } from '#app/domain/occasions.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { emptyOutcomes } from '#app/domain/replay.ts'
import { dayText, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import { emptyStandings } from '#app/domain/standings.ts'
import { LAST_ORDER_UNKNOWN, limitsOf, STAGES, type Estimates, type Thresholds } from '#app/domain/stages.ts'
import type { SummaryData } from '#app/domain/summary.ts'
import { readCopy } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { Folded } from './fold.ts'
import { summaryOf } from './summary.ts'

type Counted = { folded: Folded; index: IdIndex; stage: Uint8Array }

/**
 * Everybody's facts by Shopify's counts as of a moment, or one customer's.
 *
 * @param estimates  the fixed ones in force
 */
export async function countCustomers(
  tx: BulkTx,
  shop: ShopId,
  estimates: Estimates,
  thresholds: Thresholds,
  asOf: Instant,
  only: Id | null = null,
): Promise<Counted> {
  const one = only === null ? '' : ` AND c."id" = ${BigInt(only)}`
  const [rows] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM "Customer" c WHERE c."shop" = $1${one}`,
    [shop],
  )
  const count = rows?.count ?? 0
  const counted: Counted = { folded: emptyFolded(count), index: new IdIndex(count + 1), stage: new Uint8Array(count) }
  const { standings, orders } = counted.folded
  const limits = limitsOf(estimates, thresholds)
  const facts = emptyFacts()
  let position = 0
  await readCopy(tx.copyOut(countsSql(shop, asOf, one)), 4, (row) => {
    // A customer stored since they were numbered: the next run brings them.
    if (position === count) return
    countedFactsInto(facts, row.int4(2), row.isNull(3) ? null : row.time(3))
    const { stage, since } = countedStage(facts, row.time(1), asOf, limits)
    counted.index.add(row.int8(0))
    counted.stage[position] = stage
    standings.customers[position] = row.int8(0)
    standings.knownFrom[position] = row.time(1)
    standings.n[position] = facts.n
    if (facts.firstAt !== null) standings.firstAt[position] = facts.firstAt
    if (facts.lastAt !== null) standings.lastAt[position] = facts.lastAt
    standings.sumLnGapDays[position] = facts.sumLnGapDays
    standings.sumSquaredGapDays[position] = facts.n > 1 ? NaN : 0
    standings.stageSince[position] = since
    orders[position] = facts.n
    position += 1
  })
  standings.count = position
  return counted
}

/**
 * Shopify names the last order only while it shows it; what was stored of it while it did stays known. Whom it has not
 * counted yet (an order came before the counts) has the orders that are here.
 */
function countsSql(shop: ShopId, asOf: Instant, one: string): string {
  const until = new Date(asOf).toISOString()
  const of = one === '' ? '' : one.replace('c."id"', 'o."customer"')
  return `COPY (
    SELECT c."id", c."createdAt", coalesce(c."numberOfOrders", o."orders", 0)::int, greatest(c."lastOrderAt", o."last")
    FROM "Customer" c LEFT JOIN (
      SELECT o."customer", count(*)::int AS "orders", max(o."processedAt") AS "last" FROM "Order" o
      WHERE o."shop" = ${Number(shop)} AND o."customer" IS NOT NULL AND NOT o."isTest" AND o."cancelledAt" IS NULL
        AND o."processedAt" <= '${until}'${of} GROUP BY o."customer") o ON o."customer" = c."id"
    WHERE c."shop" = ${Number(shop)}${one} ORDER BY c."id") TO STDOUT (FORMAT binary)`
}

function emptyFolded(count: number): Folded {
  const standings = emptyStandings(count)
  return {
    standings,
    orders: new Int32Array(count),
    money: { netMinor: new Float64Array(count), net12mMinor: standings.net12mMinor },
    lastOrder: new Float64Array(count).fill(NaN),
    gapDays: new Float64Array(0),
    expected12mMinor: new Float64Array(count).fill(NaN),
  }
}

const NONE_LEFT_OUT: SummaryData['leftOut'] = {
  guest: 0,
  future: 0,
  test: 0,
  cancelled: 0,
  refunded: 0,
  unpaid: 0,
  zero: 0,
  'other-currency': 0,
}

/** What the pages may say of such a shop as a whole. */
export function countedSummary(
  { folded, stage }: Counted,
  stored: number,
  thresholds: Thresholds,
  firstAsOf: Instant,
): SummaryData {
  const counts = { total: stored, leftOut: NONE_LEFT_OUT }
  const summary = summaryOf(
    counts,
    folded,
    { stage, outcomes: emptyOutcomes() },
    tierUnder(NOTHING_LEARNED, thresholds),
    {
      withoutBenefit: { matured: 0, cameBack: 0 },
      firstAsOf,
      // Evidence begins anew with whole histories.
      evidence: { basis: 'counted', upTo: 0, marks: {}, weeks: {} },
    },
  )
  let lastOrderUnknown = 0
  for (let i = 0; i < folded.standings.count; i += 1) if (stage[i] === LAST_ORDER_UNKNOWN) lastOrderUnknown += 1
  return { ...summary, lastOrderUnknown }
}

/** The trend of such a shop begins with its first run: today's numbers, the last run of a day having the last word. */
export async function writeCountedDay(
  tx: BulkTx,
  shop: ShopId,
  { customers }: SummaryData,
  calendar: ShopCalendar,
  asOf: Instant,
): Promise<void> {
  await tx.query(
    `INSERT INTO "StageDay" ("shop", "day", "stage", "customers", "revenue12mMinor")
      SELECT $1::int, $2::date, r.*, 0 FROM unnest($3::text[], $4::int[]) r
      ON CONFLICT ("shop", "day", "stage") DO UPDATE SET "customers" = excluded."customers", "revenue12mMinor" = 0`,
    [shop, dayText(calendar.dayOf(asOf)), STAGES, STAGES.map((stage) => customers[stage])],
  )
}

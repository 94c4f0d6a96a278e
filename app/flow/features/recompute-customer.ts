import { estimatesAt } from '#app/domain/estimates.ts'
import { limitsOverTime, walkStages, type LimitsOverTime } from '#app/domain/replay.ts'
import { cherryFrom } from '#app/domain/cherry-picker.ts'
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { shopCalendar, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import type { Thresholds } from '#app/domain/stages.ts'
import type { Standings } from '#app/domain/standings.ts'
import { SummaryShape, type SummaryData } from '#app/domain/summary.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readLearned } from '../learned.ts'
import { joinSingleCustomers } from '../recompute-lock.ts'
import { readSettings } from '../settings.ts'
import { countCustomers } from './counted.ts'
import { takeCustomerEvidence } from './customer-evidence.ts'
import { removeCustomer, writeCustomer } from './customer-rows.ts'
import { DiscountSets } from './discount-sets.ts'
import { byCustomer, foldCustomers, type ByCustomer, type Folded } from './fold.ts'
import { countLinkedToOne } from './linked.ts'
import { readLifetimeFit } from './lifetime-fit.ts'
import { expectedOf } from './outlooks.ts'
import { takeCuts } from './learn.ts'
import { readCustomers, readOrders, type OrderColumns } from './read-orders.ts'

/** More orders than most customers have: columns grow where somebody has more. */
const EXPECTED_ORDERS = 64
const CLOCKS_DIFFER_MS = 10 * 60_000

/**
 * Works out one customer's facts as of a moment, from their stored orders and by the functions that work out everybody's.
 * The rows are those that a run over the whole shop as of this moment would write for them. What their order says about
 * others who bought the same that week, how discounts were used, and what the shop has learned, waits for the next such
 * run.
 *
 * @param stillMine  asked last: throws if another worker took over, and nothing is written
 * @returns the customer as columns of length one, or of length none if neither they nor an order of theirs is stored any
 *          more (their row is then removed); `busy`: a run over the whole shop is on or about to begin, ask again;
 *          `not-yet`: there was none so far, and the first will know this customer
 */
export async function recomputeCustomer(
  shop: ShopId,
  customer: Id,
  asOf: Instant,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<Standings | 'busy' | 'not-yet'> {
  return withShopBulk(shop, async (tx) => {
    if (!(await joinSingleCustomers(tx, shop))) return 'busy'
    const facts = await readShop(tx, shop)
    if (facts.isRunDue) return 'busy'
    if (facts.summary === null || facts.adopted.length === 0) return 'not-yet'
    const settings = await readSettings(tx, shop)
    if (facts.isLimited) {
      const standings = await recomputeCounted(tx, shop, customer, facts, settings.thresholds, asOf)
      await stillMine(tx)
      return standings
    }
    const answered = Object.keys(settings.benefitCodes)
    const benefits = new Set(answered.filter((key) => settings.benefitCodes[key] === 'confirmed'))
    const calendar = calendarOf(facts.timezone, asOf)
    const rule = { rule: settings.orderRule, currency: facts.currency, benefits, hasCosts: settings.costs !== null }
    const customers = await readCustomers(tx, shop, customer)
    const discounts = new DiscountSets(answered, true)
    const only = ` AND "customer" = ${BigInt(customer)}`
    const orders = await readOrders(tx, shop, customers, discounts, rule, calendar, EXPECTED_ORDERS, asOf, only)
    if (customers.index.size === 0) await removeCustomer(tx, shop, customer)
    else
      await takeCustomerEvidence(tx, shop, customer, orders, customers, discounts, rule, calendar, facts.summary, asOf)
    const learned = await readLearned(tx, shop, asOf)
    await takeCuts(tx, shop, orders, customers, discounts, learned.minimums)
    const grouped = byCustomer(orders, customers.index.size)
    const folded = foldCustomers(
      orders,
      grouped,
      customers,
      discounts,
      benefits,
      calendar,
      learned,
      settings.costs,
      asOf,
    )
    if (folded.standings.count > 0) {
      await countLinkedToOne(tx, shop, customer, folded.standings)
      standSince(folded, orders, grouped, limitsOverTime(facts.adopted, settings.thresholds), asOf)
      const fit = await readLifetimeFit(tx, shop)
      // One day at a time: the calendar of the months that count knows no earlier change of clocks.
      const dayOf = (at: Instant) => shopCalendar(facts.timezone, at, at).dayOf(at)
      if (fit) folded.expected12mMinor = expectedOf(folded, fit, dayOf, asOf)
      await writeCustomer(tx, shop, folded, asOf)
    }
    if (orders.leftOut.future > 0) await oweAtNextOrder(tx, shop, customer, asOf)
    await stillMine(tx)
    return folded.standings
  })
}

/** Shopify's clock runs before ours: an order of a moment from now counts when its moment has come, not only at night. */
async function oweAtNextOrder(tx: BulkTx, shop: ShopId, customer: Id, asOf: Instant): Promise<void> {
  const [next] = await tx.query<{ at: Date | null }>(
    `SELECT min("processedAt") AS at FROM "Order" WHERE "shop" = $1 AND "customer" = $2::bigint AND "processedAt" > $3
      AND "processedAt" < $4`,
    [shop, customer, new Date(asOf), new Date(asOf + CLOCKS_DIFFER_MS)],
  )
  if (next?.at) await owe(tx, shop, 'recompute-customer', customer, {}, { inMs: next.at.getTime() - asOf })
}

/** The same where Shopify shows 60 days of orders only: by its counts. */
async function recomputeCounted(
  tx: BulkTx,
  shop: ShopId,
  customer: Id,
  { adopted }: ShopFacts,
  thresholds: Thresholds,
  asOf: Instant,
): Promise<Standings> {
  const { folded } = await countCustomers(tx, shop, estimatesAt(adopted, asOf), thresholds, asOf, customer)
  if (folded.standings.count === 0) await removeCustomer(tx, shop, customer)
  else await writeCustomer(tx, shop, folded, asOf)
  return folded.standings
}

type ShopFacts = {
  /** Shopify's counts are what there is. */
  isLimited: boolean
  currency: string
  timezone: string | null
  /** Of the last run over the whole shop, whose stages are written too; null: none yet. */
  summary: (SummaryData & { asOf: Instant }) | null
  adopted: ReturnType<typeof adoptedOf>
  /** Everybody is about to be worked out by another rule: whose move that is must not be taken for an order's. */
  isRunDue: boolean
}

type Row = {
  limited: boolean
  currency: string | null
  timezone: string | null
  asOf: Date | null
  summary: unknown
  versions: (Omit<EstimatesRow, 'takenAt' | 'adoptedAt'> & { takenAt: string; adoptedAt: string | null })[] | null
  isDue: boolean
  isFirst: boolean
  isUnderWay: boolean
}

async function readShop(tx: BulkTx, shop: ShopId): Promise<ShopFacts> {
  const [row] = await tx.query<Row>(
    `SELECT s."limited", s."currency", s."timezone", y."asOf", y."data" AS "summary",
      (SELECT jsonb_agg(to_jsonb(e)) FROM "Estimates" e WHERE e."shop" = s."shop") AS "versions",
      EXISTS (SELECT FROM "Work" w WHERE w."shop" = s."shop" AND w."kind" = 'recompute' AND w."state" IN ('waiting', 'running')
        AND w."attempts" = 0 AND w."payload"->>'cause' <> 'time') AS "isDue",
      NOT EXISTS (SELECT FROM "Membership" m WHERE m."shop" = s."shop")
        AND EXISTS (SELECT FROM "Work" w WHERE w."shop" = s."shop" AND w."kind" = 'recompute') AS "isFirst",
      EXISTS (SELECT FROM "Work" w WHERE w."shop" = s."shop" AND w."kind" = 'recompute' AND w."state" IN ('waiting', 'running'))
        AS "isUnderWay"
      FROM "Shop" s LEFT JOIN "Summary" y ON y."shop" = s."shop" WHERE s."shop" = $1`,
    [shop],
  )
  const versions = (row?.versions ?? []).map((version): EstimatesRow => ({
    ...version,
    takenAt: new Date(version.takenAt),
    adoptedAt: version.adoptedAt === null ? null : new Date(version.adoptedAt),
  }))
  const hasRun = row?.asOf && !row.isFirst
  return {
    isLimited: row?.limited === true,
    currency: row?.currency ?? '',
    timezone: row?.timezone ?? null,
    summary: hasRun ? { ...SummaryShape.parse(row.summary), asOf: row.asOf!.getTime() } : null,
    adopted: adoptedOf(versions),
    // Before the first run has read the orders there is nothing to wait for. Between its two parts it decides by what it
    // has read, and does not know what came since.
    isRunDue: row !== undefined && row.asOf !== null && (row.isFirst ? row.isUnderWay : row.isDue),
  }
}

/** Of the last time zones asked for: looking for a zone's changes over two years costs more than all else here. */
const calendars = new Map<string, { until: Instant; calendar: ShopCalendar }>()
const CALENDARS_KEPT = 50

/** The calendar of the months that evidence is of, up to a moment and a little beyond. */
function calendarOf(timezone: string | null, asOf: Instant): ShopCalendar {
  const name = timezone ?? ''
  const known = calendars.get(name)
  if (known && asOf < known.until && asOf > known.until - 2 * DAY_MS) return known.calendar
  const until = asOf + DAY_MS
  const calendar = shopCalendar(timezone, cherryFrom(asOf - DAY_MS) - 8 * DAY_MS, until)
  calendars.delete(name)
  calendars.set(name, { until, calendar })
  if (calendars.size > CALENDARS_KEPT) calendars.delete(calendars.keys().next().value!)
  return calendar
}

function standSince(
  { standings }: Folded,
  orders: OrderColumns,
  { sorted }: ByCustomer,
  overTime: LimitsOverTime,
  asOf: Instant,
): void {
  const times = Array.from(sorted, (order) => orders.at[order]!)
  walkStages(times, times.length, standings.knownFrom[0]!, asOf, overTime, (_stage, from, to) => {
    if (to === Infinity) standings.stageSince[0] = from
  })
}

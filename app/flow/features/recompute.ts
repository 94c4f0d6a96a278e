import { estimatesAt } from '#app/domain/estimates.ts'
import { tierUnder } from '#app/domain/learned.ts'
import type { Instant } from '#app/domain/order.ts'
import { shopCalendar, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import type { Standings } from '#app/domain/standings.ts'
import { windowDaysOf, type Thresholds } from '#app/domain/stages.ts'
import type { SummaryData } from '#app/domain/summary.ts'
import type { WorkPayload } from '#app/domain/work.ts'
import { Bug } from '#app/errors.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { readSettings } from '../settings.ts'
import { countCustomers, countedSummary, writeCountedDay } from './counted.ts'
import { writeCustomers } from './customer-rows.ts'
import { readDiscountSets } from './discount-sets.ts'
import { countDiscountUses, writeDiscountUses } from './discount-uses.ts'
import { keepEstimates, keepFixedEstimates } from './estimates.ts'
import { takeEvidence } from './evidence.ts'
import { byCustomer, foldCustomers } from './fold.ts'
import { keepLifetimeFit } from './lifetime-fit.ts'
import { expectedOf, horizonDaysOf } from './outlooks.ts'
import { countLinked } from './linked.ts'
import { learnOfPeople, learnOfSales, takeCuts } from './learn.ts'
import { writeProductCycles } from './product-cycles.ts'
import { readCustomers, readOrders, type ReadRule } from './read-orders.ts'
import { holdWholeShop } from '../recompute-lock.ts'
import { replayStages, writeStageDays } from './stage-days.ts'
import { readSummary, summaryOf, writeSummary } from './summary.ts'

/**
 * A fetch that began this long before a run has been stored by then: what the run did not see is newer to the stored
 * evidence.
 */
const FETCH_TAKES_MS = 2 * 60_000

export type RecomputeCause = WorkPayload<'recompute'>['cause']

/**
 * Works out everybody's facts as of a moment in one pass over the shop's orders, with all that rests on them: estimates,
 * discount evidence and uses, stage days, the summary. Rows that come out as they are stored are not written. Answers the
 * customers as columns, with since when their stage lasts, so that the next stage need not read the orders again.
 *
 * The same orders, moment and settings give the same rows, however often.
 *
 * @param stillMine  asked last, because it holds the lease's row until the commit: throws if another worker took over,
 *                   and nothing is written
 */
export async function recomputeFeatures(
  shop: ShopId,
  asOf: Instant,
  cause: RecomputeCause,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<Standings> {
  return withShopBulk(shop, async (tx) => {
    await holdWholeShop(tx, shop)
    const facts = await readShop(tx, shop)
    const settings = await readSettings(tx, shop)
    const previous = await readSummary(tx, shop)
    const answered = Object.keys(settings.benefitCodes)
    const benefits = new Set(answered.filter((key) => settings.benefitCodes[key] === 'confirmed'))
    const calendar = shopCalendar(facts.timezone, facts.firstOrderAt ?? asOf, asOf)
    const basis = JSON.stringify([[...benefits].sort(), facts.timezone, facts.currency, settings.orderRule])
    const isKept = cause !== 'import' && previous?.evidence.basis === basis
    const read: ReadRule = {
      rule: settings.orderRule,
      currency: facts.currency,
      benefits,
      hasCosts: settings.costs !== null,
    }
    if (facts.isLimited) {
      const standings = await recomputeCounted(tx, shop, facts, settings.thresholds, previous, calendar, asOf)
      await stillMine(tx)
      return standings
    }
    const customers = await readCustomers(tx, shop)
    const discounts = await readDiscountSets(tx, shop, answered)
    const orders = await readOrders(tx, shop, customers, discounts, read, calendar, facts.orders, asOf)
    const known = isKept ? previous.evidence : null
    const weeks = await takeEvidence(tx, shop, orders, customers, discounts, benefits, calendar, known, asOf)
    const taughtBy = JSON.stringify([basis, settings.costs !== null])
    const lesson = await learnOfSales(tx, shop, orders, discounts, weeks, taughtBy, asOf)
    await takeCuts(tx, shop, orders, customers, discounts, lesson.minimums)
    const grouped = byCustomer(orders, customers.index.size)
    const folded = foldCustomers(
      orders,
      grouped,
      customers,
      discounts,
      benefits,
      calendar,
      lesson,
      settings.costs,
      asOf,
    )
    await countLinked(tx, shop, folded.standings, customers.index)
    const learned = await learnOfPeople(tx, shop, lesson, folded.standings, taughtBy, asOf)
    const adopted = await keepEstimates(tx, shop, folded, asOf)
    if (adopted.length === 0) throw new Bug(`shop ${shop} has no estimates in force`)
    const { thresholds } = settings
    const replay = replayStages(orders, grouped, folded, adopted, thresholds, calendar, asOf)
    const windowDays = windowDaysOf(estimatesAt(adopted, asOf), thresholds)
    const horizonDays = horizonDaysOf(windowDays)
    const fit = await keepLifetimeFit(tx, shop, orders, grouped, folded, calendar, horizonDays, asOf)
    if (fit.takenAt === asOf) await writeProductCycles(tx, shop, read, customers.index.size, asOf)
    folded.expected12mMinor = expectedOf(folded, fit, (at) => calendar.dayOf(at), asOf)
    const uses = countDiscountUses(orders, grouped, folded, discounts, settings.benefitCodes, windowDays, asOf)
    const summary: SummaryData = summaryOf(orders, folded, replay, tierUnder(learned, thresholds), {
      withoutBenefit: uses.withoutBenefit,
      firstAsOf: previous?.firstAsOf ?? asOf,
      evidence: {
        basis,
        upTo: Math.min(facts.fetchedUpTo, asOf - FETCH_TAKES_MS),
        marks: Object.fromEntries(orders.marks),
        weeks: Object.fromEntries(weeks.map(({ monday, buyers, discounted }) => [monday, [buyers, discounted]])),
      },
    })
    await writeCustomers(tx, shop, folded, customers.index, asOf)
    await writeDiscountUses(tx, shop, uses.uses)
    await writeStageDays(tx, shop, replay, summary.cherryPicker)
    await writeSummary(tx, shop, asOf, summary)
    await stillMine(tx)
    return folded.standings
  })
}

/** The same where Shopify shows 60 days of orders only. */
async function recomputeCounted(
  tx: BulkTx,
  shop: ShopId,
  facts: ShopFacts,
  thresholds: Thresholds,
  previous: SummaryData | null,
  calendar: ShopCalendar,
  asOf: Instant,
): Promise<Standings> {
  const adopted = await keepFixedEstimates(tx, shop, asOf)
  const counted = await countCustomers(tx, shop, estimatesAt(adopted, asOf), thresholds, asOf)
  const summary = countedSummary(counted, facts.orders, thresholds, previous?.firstAsOf ?? asOf)
  await writeCustomers(tx, shop, counted.folded, counted.index, asOf)
  await writeDiscountUses(tx, shop, [])
  await writeCountedDay(tx, shop, summary, calendar, asOf)
  await writeSummary(tx, shop, asOf, summary)
  return counted.folded.standings
}

type ShopFacts = {
  /** Shopify's counts are what there is. */
  isLimited: boolean
  currency: string
  timezone: string | null
  orders: number
  firstOrderAt: Instant | null
  fetchedUpTo: Instant
}

async function readShop(tx: BulkTx, shop: ShopId): Promise<ShopFacts> {
  const [row] = await tx.query<{
    limited: boolean
    currency: string | null
    timezone: string | null
    orders: string
    first: Date | null
    upTo: Date | null
  }>(
    `SELECT s."limited", s."currency", s."timezone", o.* FROM "Shop" s,
      (SELECT count(*) AS "orders", min("processedAt") AS "first", max("fetchedAt") AS "upTo" FROM "Order" WHERE "shop" = $1) o
      WHERE s."shop" = $1`,
    [shop],
  )
  if (!row) throw new Bug(`no shop ${shop}`)
  return {
    isLimited: row.limited,
    currency: row.currency ?? '',
    timezone: row.timezone,
    orders: Number(row.orders),
    firstOrderAt: row.first?.getTime() ?? null,
    fetchedUpTo: row.upTo?.getTime() ?? 0,
  }
}

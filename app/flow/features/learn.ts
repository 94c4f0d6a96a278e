/** What the shop's history teaches: learned with runs over the whole shop, kept for everybody who is worked out alone. */
import { minimumsOf, isCutBelow } from '#app/domain/benefit-minimum.ts'
import { CHERRY_PATTERNS, cherryPatternOf, fitCherryMixture, teachesMixture } from '#app/domain/cherry-mixture.ts'
import { cherryFrom } from '#app/domain/cherry-picker.ts'
import { usualOrdersOf } from '#app/domain/contribution.ts'
import { vipFromMinor } from '#app/domain/flags.ts'
import { isLearningDue, type Learned, type LearnedData } from '#app/domain/learned.ts'
import type { Instant } from '#app/domain/order.ts'
import { saleWeeksOf, type WeekOfBuyers } from '#app/domain/sale-weeks.ts'
import { cherryFactsInto, emptyCherryFacts, type Standings } from '#app/domain/standings.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { readLearned } from '../learned.ts'
import type { DiscountSets } from './discount-sets.ts'
import type { CustomerColumns, OrderColumns } from './read-orders.ts'

/** What has to be known before everybody's facts are folded, and whether it is new. */
export type Lesson = Pick<LearnedData, 'saleMondays' | 'minimums' | 'usual'> & { known: Learned; isNew: boolean }

/** The sale weeks, the benefits' minimums and what orders are like: as they were learned, or learned now where it is time. */
export async function learnOfSales(
  tx: BulkTx,
  shop: ShopId,
  orders: OrderColumns,
  discounts: DiscountSets,
  weeks: readonly WeekOfBuyers[],
  basis: string,
  asOf: Instant,
): Promise<Lesson> {
  const known = await readLearned(tx, shop, asOf)
  if (!isLearningDue(known, basis, asOf))
    return { known, isNew: false, saleMondays: known.saleMondays, minimums: known.minimums, usual: known.usual }
  const minimums = [...minimumsOf(orders.benefitUses)].map(([key, minor]) => [discounts.keys[key]!, minor])
  return {
    known,
    isNew: true,
    saleMondays: [...saleWeeksOf(weeks)].sort((a, b) => a - b),
    minimums: Object.fromEntries(minimums) as Record<string, number>,
    usual: usualOf(orders, asOf),
  }
}

function usualOf(orders: OrderColumns, asOf: Instant): LearnedData['usual'] {
  if (orders.keptMinor.length === 0) return null
  const since = cherryFrom(asOf)
  let [count, net, goods] = [0, 0, 0]
  for (let order = 0; order < orders.count; order += 1) {
    if (orders.at[order]! <= since || orders.isBusiness[order] === 1) continue
    count += 1
    net += orders.netMinor[order]!
    goods += orders.keptMinor[order]!
  }
  return usualOrdersOf(count, net, goods)
}

/** Everything that is in force, after learning of the people too where it is time: it is adopted at once. */
export async function learnOfPeople(
  tx: BulkTx,
  shop: ShopId,
  { known, isNew, saleMondays, minimums, usual }: Lesson,
  standings: Standings,
  basis: string,
  asOf: Instant,
): Promise<Learned> {
  if (!isNew) return known
  const people = new Int32Array(CHERRY_PATTERNS)
  const amounts = new Float64Array(standings.count)
  const facts = emptyCherryFacts()
  let isNamed = false
  for (let i = 0; i < standings.count; i += 1) {
    cherryFactsInto(facts, standings, i)
    if (facts.benefitsUsed + facts.benefitAttempts > 0) isNamed = true
    if (teachesMixture(facts)) people[cherryPatternOf(facts)]! += 1
    if (!facts.isBusiness) amounts[i] = standings.net12mMinor[i]!
  }
  const data: LearnedData = {
    basis,
    // Whom a first-purchase benefit brought is the first thing that tells the two kinds of people apart.
    mixture: isNamed ? fitCherryMixture(people) : null,
    saleMondays,
    minimums,
    usual,
    vipFromMinor: vipFromMinor(amounts),
  }
  const version = known.version + 1
  await tx.query('INSERT INTO "Learned" ("shop", "version", "adoptedAt", "data") VALUES ($1, $2, $3, $4)', [
    shop,
    version,
    new Date(asOf),
    JSON.stringify(data),
  ])
  return { ...data, version, adoptedAt: asOf }
}

/** So many orders' lines are added up at once. */
const CHUNK = 5_000

/** Counts the benefit orders that an edit or a return left under the benefit's minimum, into the customers' columns. */
export async function takeCuts(
  tx: BulkTx,
  shop: ShopId,
  orders: OrderColumns,
  customers: CustomerColumns,
  discounts: DiscountSets,
  minimums: Readonly<Record<string, number>>,
): Promise<void> {
  const least = (order: number): number[] =>
    discounts.keysOf(orders.discountSet[order]!).flatMap((key) => minimums[key] ?? [])
  const asked = orders.partlyBack.filter((order) => least(order).length > 0)
  const places = new Map(asked.map((order) => [String(orders.ids[order]!), order]))
  for (let from = 0; from < asked.length; from += CHUNK) {
    const rows = await tx.query<{ order: string; goods: string; kept: string }>(
      `SELECT "order", sum("unitMinor" * "quantity")::text AS "goods", sum("unitMinor" * "currentQuantity")::text AS "kept"
        FROM "Line" WHERE "shop" = $1 AND "order" = ANY($2::bigint[]) GROUP BY "order"`,
      [shop, asked.slice(from, from + CHUNK).map((order) => orders.ids[order]!)],
    )
    for (const { order, goods, kept } of rows) {
      const place = places.get(order)!
      if (least(place).some((minimum) => isCutBelow(Number(goods), Number(kept), minimum)))
        customers.benefitCuts[orders.customer[place]!]! += 1
    }
  }
}

import { cherryFrom } from '#app/domain/cherry-picker.ts'
import { orderCostMinor, type OrderCosts } from '#app/domain/contribution.ts'
import type { Costs } from '#app/domain/costs.ts'
import type { LearnedData } from '#app/domain/learned.ts'
import { addOrder, emptyFacts, resetFacts } from '#app/domain/occasions.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { mondayOf, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import { emptyStandings, FIRSTS, type Standings } from '#app/domain/standings.ts'
import type { DiscountSets } from './discount-sets.ts'
import type { CustomerColumns, OrderColumns } from './read-orders.ts'

const YEAR_DAYS = 365
const WITHOUT = FIRSTS.indexOf('without')
const WITH = FIRSTS.indexOf('with')

/** Orders sorted by customer and time: of customer i, the positions are sorted[start[i]] … sorted[start[i + 1] - 1]. */
export type ByCustomer = { start: Int32Array; sorted: Int32Array; longest: number }

export type Money = { netMinor: Float64Array; net12mMinor: Float64Array }

/** One customer's facts beyond their standing. */
export type Folded = {
  standings: Standings
  orders: Int32Array
  money: Money
  /** Id of the last valid order; NaN: none. */
  lastOrder: Float64Array
  gapDays: Float64Array
  /** Net money expected within 12 months; NaN: nothing can be said (outlooks.ts fills it in). */
  expected12mMinor: Float64Array
}

export function byCustomer(orders: OrderColumns, customers: number): ByCustomer {
  const start = new Int32Array(customers + 1)
  for (let i = 0; i < orders.count; i += 1) if (orders.customer[i]! >= 0) start[orders.customer[i]! + 1]! += 1
  let longest = 0
  for (let i = 0; i < customers; i += 1) {
    if (start[i + 1]! > longest) longest = start[i + 1]!
    start[i + 1]! += start[i]!
  }
  const next = start.slice(0, customers)
  const sorted = new Int32Array(start[customers]!)
  for (let i = 0; i < orders.count; i += 1) {
    const customer = orders.customer[i]!
    if (customer < 0) continue
    sorted[next[customer]!] = i
    next[customer]! += 1
  }
  for (let i = 0; i < customers; i += 1) sortByTime(sorted, start[i]!, start[i + 1]!, orders)
  return { start, sorted, longest }
}

/** A customer's gaps are fewer than their orders. */
function mostGaps({ start }: ByCustomer): number {
  let most = 0
  for (let i = 0; i + 1 < start.length; i += 1) most += Math.max(0, start[i + 1]! - start[i]! - 1)
  return most
}

function isLater(orders: OrderColumns, a: number, b: number): boolean {
  const difference = orders.at[a]! - orders.at[b]!
  return difference > 0 || (difference === 0 && orders.ids[a]! > orders.ids[b]!)
}

/** By time, then by id. Insertion, because a customer's orders are few and mostly in order. */
function sortByTime(sorted: Int32Array, from: number, to: number, orders: OrderColumns): void {
  if (to - from > 256) {
    sorted.subarray(from, to).sort((a, b) => (isLater(orders, a, b) ? 1 : -1))
    return
  }
  for (let i = from + 1; i < to; i += 1) {
    const moving = sorted[i]!
    let place = i
    while (place > from && isLater(orders, sorted[place - 1]!, moving)) {
      sorted[place] = sorted[place - 1]!
      place -= 1
    }
    sorted[place] = moving
  }
}

/**
 * Everybody's facts, folded from their valid orders oldest first. What the customers' columns hold already becomes part of
 * the standings as it is, not copied: they are used up.
 */
export function foldCustomers(
  orders: OrderColumns,
  grouped: ByCustomer,
  customers: CustomerColumns,
  discounts: DiscountSets,
  benefits: ReadonlySet<string>,
  calendar: ShopCalendar,
  { saleMondays, usual }: Pick<LearnedData, 'saleMondays' | 'usual'>,
  named: Costs | null,
  asOf: Instant,
): Folded {
  const count = customers.index.size
  const standings: Standings = {
    ...emptyStandings(count),
    customers: customers.index.ids.subarray(0, count),
    knownFrom: customers.createdAt.subarray(0, count),
    isBusiness: customers.isBusiness.subarray(0, count),
    dealLines: customers.dealLines.subarray(0, count),
    dealDiscounted: customers.dealDiscounted.subarray(0, count),
    dealExpected: customers.dealExpected.subarray(0, count),
    dealVariance: customers.dealVariance.subarray(0, count),
    freeKits: customers.freeKits.subarray(0, count),
    benefitAttempts: customers.benefitAttempts.subarray(0, count),
    benefitCuts: customers.benefitCuts.subarray(0, count),
  }
  const folded: Folded = {
    standings,
    orders: new Int32Array(count),
    money: { netMinor: new Float64Array(count), net12mMinor: standings.net12mMinor },
    lastOrder: new Float64Array(count).fill(NaN),
    gapDays: new Float64Array(mostGaps(grouped)),
    expected12mMinor: new Float64Array(count).fill(NaN),
  }
  const saleWeeks = new Set(saleMondays)
  const costs: OrderCosts | null = named && usual && { costs: named, usual }
  const isBenefit = discounts.sets.map((_, set) => discounts.keysOf(set).some((key) => benefits.has(key)))
  const yearAgo = asOf - YEAR_DAYS * DAY_MS
  const evidenceFrom = cherryFrom(asOf)
  const facts = emptyFacts()
  let gaps = 0
  for (let i = 0; i < count; i += 1) {
    resetFacts(facts)
    const to = grouped.start[i + 1]!
    let net = 0
    let net12m = 0
    let recent = 0
    let fullPrice = 0
    let benefitsUsed = 0
    let saleOccasions = 0
    let squaredGapDays = 0
    let isFirst = true
    let laterFullPrice = 0
    let laterLeft = NaN
    let hasCounted = true
    let hasBenefit = true
    for (let k = grouped.start[i]!; k < to; k += 1) {
      const order = grouped.sorted[k]!
      const at = orders.at[order]!
      const lastAt = facts.lastAt
      if (addOrder(facts, at)) {
        isFirst = lastAt === null
        if (lastAt !== null) {
          const gapDays = (at - lastAt) / DAY_MS
          folded.gapDays[gaps] = gapDays
          squaredGapDays += gapDays * gapDays
          gaps += 1
        }
        // Until an order of the occasion shows otherwise it was at full price, and used no benefit. What came before the
        // months that count says nothing.
        const isRecent = at > evidenceFrom
        if (isRecent) {
          recent += 1
          fullPrice += 1
          if (isFirst) standings.first[i] = WITHOUT
          else laterFullPrice += 1
          if (saleWeeks.size > 0 && saleWeeks.has(mondayOf(calendar.dayOf(at)))) saleOccasions += 1
        }
        hasCounted = !isRecent
        hasBenefit = !isRecent
      }
      if (!hasCounted && orders.hasCounted[order] === 1) {
        hasCounted = true
        fullPrice -= 1
        if (!isFirst) laterFullPrice -= 1
      }
      if (!hasBenefit && isBenefit[orders.discountSet[order]!]) {
        hasBenefit = true
        benefitsUsed += 1
        if (isFirst) standings.first[i] = WITH
      }
      const netMinor = orders.netMinor[order]!
      if (costs !== null && !isFirst && at > evidenceFrom) {
        const cost = orderCostMinor({ netMinor, keptMinor: orders.keptMinor[order]! }, costs)
        laterLeft = (Number.isNaN(laterLeft) ? 0 : laterLeft) + netMinor - cost
      }
      net += netMinor
      if (at > yearAgo) net12m += netMinor
    }
    standings.n[i] = facts.n
    if (facts.n > 0) {
      standings.firstAt[i] = facts.firstAt!
      standings.lastAt[i] = facts.lastAt!
      // NaN, where the account is not known, is before nothing.
      if (!(standings.knownFrom[i]! < facts.firstAt!)) standings.knownFrom[i] = facts.firstAt!
      folded.lastOrder[i] = orders.ids[grouped.sorted[to - 1]!]!
    }
    standings.firstGapDays[i] = facts.firstGapDays ?? NaN
    standings.sumLnGapDays[i] = facts.sumLnGapDays
    standings.recentOccasions[i] = recent
    standings.fullPriceOccasions[i] = fullPrice
    standings.benefitsUsed[i] = benefitsUsed
    standings.laterDiscounted[i] = recent - (standings.first[i] === 0 ? 0 : 1) - laterFullPrice
    standings.saleOccasions[i] = saleOccasions
    standings.sumSquaredGapDays[i] = squaredGapDays
    standings.laterLeftMinor[i] = Math.round(laterLeft)
    folded.orders[i] = to - grouped.start[i]!
    folded.money.netMinor[i] = net
    folded.money.net12mMinor[i] = net12m
  }
  folded.gapDays = folded.gapDays.subarray(0, gaps)
  return folded
}

/**
 * The measures of the cherry-picker for a whole shop, per person: a person is one account, or several that are linked.
 * The product adds up measure 1 in columns (flow/features); here are all of them, on orders as objects.
 */
import {
  benefitStateOf,
  cherryFrom,
  dealExpectation,
  isBenefitAttempt,
  isCountedDiscount,
  isFreeKit,
  type CherryFacts,
} from './cherry-picker.ts'
import { addUse, goodsMinorOf, isCutBelow, minimumsOf, noUses, type BenefitUses } from './benefit-minimum.ts'
import { goodsKeptMinor, orderCostMinor, type OrderCosts } from './contribution.ts'
import { cycleDaysOf } from './estimates.ts'
import { gapDaysOf, occasionsOf } from './occasions.ts'
import { DAY_MS, netMinorOf, whyLeftOut, type Instant, type Line, type Order, type OrderRule } from './order.ts'
import { fullPriceChances, saleWeeksOf, type FullPriceChances } from './sale-weeks.ts'
import { mondayOf, type ShopCalendar } from './shop-calendar.ts'
import { emptyCherryFacts } from './standings.ts'

/** Weight of "like everyone" in the residual depth, in lines; the same as in DP. */
const PRIOR_LINES = 5

/** What of a shop the measures need beside its orders. */
export type ShopOfOrders = {
  asOf: Instant
  calendar: ShopCalendar
  rule: OrderRule
  currency: string
  /** Keys of confirmed first-purchase benefits. */
  benefits: ReadonlySet<string>
  /** The person whom an account is linked to; the account itself where it is linked to nobody. */
  personOf(customer: string): string
  /** The shop's cycle G in days. */
  cycleDays: number
  /** Null: the merchant has not named them. */
  costs: OrderCosts | null
}

/** What the orders say of one person: all that the tier needs, and what explains it. */
export type PersonFacts = CherryFacts & {
  /** Σ over lines of (depth − what others had off that product that week), and the lines themselves are `dealLines`. */
  depthResidual: number
  saleOccasions: number
  chances: FullPriceChances
  /** Net of discounts and refunds over the months that count, minor units. */
  netMinor: number
}

/** Measure 2: how much more than others somebody has off, per line, shrunk; 0 = like everyone. */
export function depthProneness(facts: Pick<PersonFacts, 'depthResidual' | 'dealLines'>): number {
  return facts.depthResidual / (facts.dealLines + PRIOR_LINES)
}

/**
 * The keys that the shop's own uses propose as first-purchase benefits: at least 90 % of at least 20 uses were on the first
 * occasion of an account.
 */
export function proposedBenefits(
  orders: readonly Order[],
  asOf: Instant,
  rule: OrderRule,
  currency: string,
): Set<string> {
  const firstAt = new Map<string, Instant>()
  const valid = orders.filter((order) => whyLeftOut(order, asOf, rule, currency) === null)
  for (const { customer, orderedAt } of valid)
    firstAt.set(customer!, Math.min(firstAt.get(customer!) ?? Infinity, orderedAt))
  const uses = new Map<string, { key: string; uses: number; firstUses: number }>()
  for (const order of valid)
    for (const key of new Set(order.discounts)) {
      const use = uses.get(key) ?? { key, uses: 0, firstUses: 0 }
      use.uses += 1
      if (order.orderedAt - firstAt.get(order.customer!)! < DAY_MS) use.firstUses += 1
      uses.set(key, use)
    }
  return new Set([...uses.values()].filter((use) => benefitStateOf(use, {}) === 'proposed').map((use) => use.key))
}

/**
 * Whether an order used a first-purchase benefit and was then cut below the benefit's minimum while something was kept:
 * a kind of stripping beside the cancelled and the fully refunded.
 *
 * @param minimumMinor  goods before discounts that the benefit asks for; null: it asks for none, or nobody knows
 */
export function isBenefitCut(order: Order, usedBenefit: boolean, minimumMinor: number | null): boolean {
  if (!usedBenefit || minimumMinor === null || order.isTest || order.isBusiness) return false
  if (isBenefitAttempt(order, usedBenefit)) return false
  const worth = (pieces: (line: Line) => number) =>
    order.lines.reduce((sum, line) => sum + line.unitMinor * pieces(line), 0)
  return isCutBelow(
    worth((line) => line.quantity),
    worth((line) => line.currentQuantity),
    minimumMinor,
  )
}

/** What each first-purchase benefit asks for in goods, as the uses of valid orders show it, by key. */
export function learnedMinimums(
  orders: readonly Order[],
  asOf: Instant,
  rule: OrderRule,
  currency: string,
  benefits: ReadonlySet<string>,
): Map<string, number> {
  const uses = new Map<string, BenefitUses>()
  for (const order of orders) {
    if (whyLeftOut(order, asOf, rule, currency) !== null) continue
    for (const key of new Set(order.discounts)) {
      if (!benefits.has(key)) continue
      const known = uses.get(key) ?? noUses()
      addUse(known, goodsMinorOf(order))
      uses.set(key, known)
    }
  }
  return minimumsOf(uses)
}

/** Measure 6: what orders left the shop, whole minor units: net of discounts and refunds, less what they cost. */
export function contributionMinor(orders: readonly Order[], costs: OrderCosts): number {
  const sum = orders.reduce((total, order) => {
    const pieces = order.lines.reduce((count, line) => count + line.quantity, 0)
    const kept = order.lines.reduce((count, line) => count + line.currentQuantity, 0)
    const netMinor = netMinorOf(order)
    return (
      total +
      netMinor -
      orderCostMinor({ netMinor, keptMinor: goodsKeptMinor(goodsMinorOf(order), pieces, kept) }, costs)
    )
  }, 0)
  return Math.round(sum)
}

type Bought = { order: Order; buyer: string; monday: number }
type Tally = { buyers: number; discounted: number; depth: number }

/**
 * Everybody's facts. Orders after asOf do not count; those that the rule leaves out count only as free kits and attempts;
 * guests are nobody, but what they paid is part of what others are judged by.
 *
 * @param minimumMinor  what a benefit asks for in goods, by key; null: nothing, or not known
 */
export function measurePeople(
  orders: readonly Order[],
  shop: ShopOfOrders,
  minimumMinor: (key: string) => number | null = () => null,
): { people: Map<string, PersonFacts>; saleWeeks: Set<number> } {
  const byPerson = ordersByPerson(orders, shop)
  const businesses = new Set([...byPerson].filter(([, own]) => own.some((order) => order.isBusiness)).map(([id]) => id))
  const bought = validOrders(orders, shop, businesses)
  const { counted: isCounted, open } = countedLines(bought, shop.benefits)
  const week = tallies(bought, ({ monday }) => String(monday), isCounted)
  const product = tallies(
    bought,
    ({ monday }, line) => (line.product === null ? null : `${line.product}/${monday}`),
    isCounted,
  )
  const saleWeeks = saleWeeksOf(weeksOfBuyers(bought, open))
  const people = new Map<string, PersonFacts>()
  for (const [person, own] of byPerson) {
    const facts = factsOfPerson(own, businesses.has(person), isCounted, shop, saleWeeks, minimumMinor)
    people.set(person, facts)
    if (facts.isBusiness) continue
    addDeals(facts, person, own, shop, isCounted, week, product)
  }
  return { people, saleWeeks }
}

function ordersByPerson(orders: readonly Order[], shop: ShopOfOrders): Map<string, Order[]> {
  const byPerson = new Map<string, Order[]>()
  for (const order of orders) {
    if (order.customer === null || order.orderedAt > shop.asOf) continue
    const person = shop.personOf(order.customer)
    const own = byPerson.get(person)
    if (own) own.push(order)
    else byPerson.set(person, [order])
  }
  for (const own of byPerson.values()) own.sort((a, b) => a.orderedAt - b.orderedAt || Number(a.id) - Number(b.id))
  return byPerson
}

function isValid(order: Order, shop: ShopOfOrders): boolean {
  return whyLeftOut(order, shop.asOf, shop.rule, shop.currency) === null
}

/** Valid orders of the weeks that count with their buyers; every guest's order has another one. */
function validOrders(orders: readonly Order[], shop: ShopOfOrders, businesses: ReadonlySet<string>): Bought[] {
  const from = shop.calendar.startOf(mondayOf(shop.calendar.dayOf(cherryFrom(shop.asOf))))
  const bought: Bought[] = []
  for (const order of orders) {
    if (order.orderedAt < from || order.isBusiness || !isValid({ ...order, customer: order.customer ?? 'guest' }, shop))
      continue
    const buyer = order.customer === null ? `guest ${order.id}` : shop.personOf(order.customer)
    if (businesses.has(buyer)) continue
    bought.push({ order, buyer, monday: mondayOf(shop.calendar.dayOf(order.orderedAt)) })
  }
  return bought
}

type IsCounted = ReadonlySet<Line>

/**
 * The lines that carried a discount which counts: open to everyone in its week, or a confirmed benefit. And of them those
 * where it was open and no benefit: what makes a sale week.
 */
function countedLines(
  bought: readonly Bought[],
  benefits: ReadonlySet<string>,
): { counted: IsCounted; open: IsCounted } {
  const users = new Map<string, Set<string>>()
  const discounted = bought.flatMap(({ order, buyer, monday }) =>
    order.lines
      .filter((line) => line.discountMinor > 0 && line.quantity > 0)
      .map((line) => ({ line, buyer, monday, isBusiness: order.isBusiness })),
  )
  for (const { line, buyer, monday } of discounted)
    for (const key of line.discounts) {
      const of = `${monday}/${key}`
      const known = users.get(of)
      if (known) known.add(buyer)
      else users.set(of, new Set([buyer]))
    }
  const counted = new Set<Line>()
  const open = new Set<Line>()
  for (const { line, monday, isBusiness } of discounted) {
    const counts = (key: string) =>
      isCountedDiscount(key, users.get(`${monday}/${key}`)!.size, benefits.has(key), isBusiness)
    if (line.discounts.some(counts)) counted.add(line)
    if (line.discounts.some((key) => !benefits.has(key) && counts(key))) open.add(line)
  }
  return { counted, open }
}

/** Share of a line's price that counted discounts took off. */
function depthOf(line: Line, isCounted: IsCounted): number {
  const gross = line.unitMinor * line.quantity
  return gross > 0 && isCounted.has(line) ? Math.min(1, line.discountMinor / gross) : 0
}

type Shares = { of: Map<string, Tally>; own: Map<string, { isDiscounted: boolean; depth: number }> }

/** Per group of lines: different buyers, those of them who paid discounted, and the sum of the deepest that each had. */
function tallies(
  bought: readonly Bought[],
  groupOf: (order: Bought, line: Line) => string | null,
  isCounted: IsCounted,
): Shares {
  const own: Shares['own'] = new Map()
  const groups = new Map<string, string>()
  for (const each of bought)
    for (const line of each.order.lines) {
      if (line.quantity <= 0) continue
      const group = groupOf(each, line)
      if (group === null) continue
      const key = `${group}|${each.buyer}`
      groups.set(key, group)
      const known = own.get(key) ?? { isDiscounted: false, depth: 0 }
      known.isDiscounted ||= isCounted.has(line)
      known.depth = Math.max(known.depth, depthOf(line, isCounted))
      own.set(key, known)
    }
  const of: Shares['of'] = new Map()
  for (const [key, { isDiscounted, depth }] of own) {
    const tally = of.get(groups.get(key)!) ?? { buyers: 0, discounted: 0, depth: 0 }
    tally.buyers += 1
    if (isDiscounted) tally.discounted += 1
    tally.depth += depth
    of.set(groups.get(key)!, tally)
  }
  return { of, own }
}

/** Buyers of each week, and those with an open discount that is no first-purchase benefit. */
function weeksOfBuyers(bought: readonly Bought[], open: IsCounted) {
  const { of } = tallies(bought, ({ monday }) => String(monday), open)
  return [...of].map(([monday, { buyers, discounted }]) => ({ monday: Number(monday), buyers, discounted }))
}

function factsOfPerson(
  own: readonly Order[],
  isBusiness: boolean,
  isCounted: IsCounted,
  shop: ShopOfOrders,
  saleWeeks: ReadonlySet<number>,
  minimumMinor: (key: string) => number | null,
): PersonFacts {
  const since = cherryFrom(shop.asOf)
  const valid = own.filter((order) => isValid(order, shop))
  const starts = occasionsOf(valid.map((order) => order.orderedAt))
  const facts: PersonFacts = { ...emptyPersonFacts(), n: starts.length, isBusiness }
  let next = 0
  const recentDays: number[] = []
  for (const [index, at] of starts.entries()) {
    const until = starts[index + 1] ?? Infinity
    const orders: Order[] = []
    while (next < valid.length && valid[next]!.orderedAt < until) orders.push(valid[next++]!)
    if (at <= since) continue
    const hasBenefit = orders.some((order) => usedBenefit(order, shop.benefits))
    const isDiscounted = orders.some((order) => order.lines.some((line) => isCounted.has(line)))
    facts.recentOccasions += 1
    if (!isDiscounted) facts.fullPriceOccasions += 1
    if (hasBenefit) facts.benefitsUsed += 1
    if (index === 0) facts.first = hasBenefit ? 'with' : 'without'
    else if (isDiscounted) facts.laterDiscounted += 1
    const day = shop.calendar.dayOf(at)
    recentDays.push(day)
    if (saleWeeks.has(mondayOf(day))) facts.saleOccasions += 1
  }
  addMoneyAndBenefits(facts, own, valid, starts, shop, minimumMinor)
  if (facts.saleOccasions > 0) {
    const sumLnGapDays = gapDaysOf(starts).reduce((sum, days) => sum + Math.log(days), 0)
    const cycleDays = cycleDaysOf(starts.length, sumLnGapDays, shop.cycleDays)
    facts.chances = fullPriceChances(recentDays, cycleDays, saleWeeks, shop.calendar.dayOf(shop.asOf))
  }
  return facts
}

function addMoneyAndBenefits(
  facts: PersonFacts,
  own: readonly Order[],
  valid: readonly Order[],
  starts: readonly Instant[],
  shop: ShopOfOrders,
  minimumMinor: (key: string) => number | null,
): void {
  const since = cherryFrom(shop.asOf)
  const profiles = new Set<string>()
  for (const order of own) {
    if (order.orderedAt <= since) continue
    const hasBenefit = usedBenefit(order, shop.benefits)
    if (isValid(order, shop)) {
      facts.netMinor += netMinorOf(order)
      if (hasBenefit) profiles.add(order.customer!)
      const minimums = order.discounts.filter((key) => shop.benefits.has(key)).map(minimumMinor)
      if (minimums.some((minimum) => isBenefitCut(order, hasBenefit, minimum))) facts.benefitCuts += 1
      continue
    }
    const pieces = order.lines.reduce((sum, line) => sum + line.quantity, 0)
    if (isFreeKit(order, pieces)) facts.freeKits += 1
    if (isBenefitAttempt(order, hasBenefit)) facts.benefitAttempts += 1
  }
  facts.profilesWithBenefit = profiles.size
  const later = valid.filter((order) => starts.length > 1 && order.orderedAt >= starts[1]! && order.orderedAt > since)
  if (shop.costs !== null && later.length > 0) facts.laterContributionMinor = contributionMinor(later, shop.costs)
}

function usedBenefit(order: Order, benefits: ReadonlySet<string>): boolean {
  return order.discounts.some((key) => benefits.has(key))
}

/** Measures 1 and 2, over the lines of the months that count. */
function addDeals(
  facts: PersonFacts,
  person: string,
  own: readonly Order[],
  shop: ShopOfOrders,
  isCounted: IsCounted,
  week: Shares,
  product: Shares,
): void {
  const since = cherryFrom(shop.asOf)
  for (const order of own) {
    if (order.orderedAt <= since || !isValid(order, shop)) continue
    const monday = mondayOf(shop.calendar.dayOf(order.orderedAt))
    const all = week.of.get(String(monday))!
    for (const line of order.lines) {
      if (line.quantity <= 0) continue
      const group = `${line.product}/${monday}`
      const self = (line.product === null ? undefined : product.own.get(`${group}|${person}`)) ?? {
        isDiscounted: isCounted.has(line),
        depth: depthOf(line, isCounted),
      }
      const tally = (line.product === null ? undefined : product.of.get(group)) ?? {
        buyers: 1,
        discounted: self.isDiscounted ? 1 : 0,
        depth: self.depth,
      }
      const expected = dealExpectation(tally.buyers, tally.discounted, self.isDiscounted, all.discounted / all.buyers)
      const othersDepth = Math.max(0, tally.depth - self.depth)
      const expectedDepth =
        (othersDepth + (PRIOR_LINES * all.depth) / all.buyers) / (Math.max(0, tally.buyers - 1) + PRIOR_LINES)
      facts.dealLines += 1
      if (isCounted.has(line)) facts.dealDiscounted += 1
      facts.dealExpected += expected
      facts.dealVariance += expected * (1 - expected)
      facts.depthResidual += depthOf(line, isCounted) - expectedDepth
    }
  }
}

/** What is known of somebody without an order. */
export function emptyPersonFacts(): PersonFacts {
  return {
    ...emptyCherryFacts(),
    depthResidual: 0,
    saleOccasions: 0,
    chances: { chances: 0, ignored: 0 },
    netMinor: 0,
  }
}

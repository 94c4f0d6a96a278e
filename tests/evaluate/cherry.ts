import { existsSync } from 'node:fs'
import { CHERRY_PATTERNS, cherryPatternOf, fitCherryMixture, teachesMixture } from '#app/domain/cherry-mixture.ts'
import { learnedMinimums, measurePeople, proposedBenefits } from '#app/domain/cherry-measures.ts'
import { CHERRY_TIERS, type CherryTier } from '#app/domain/cherry-picker.ts'
import { estimatesFrom } from '#app/domain/estimates.ts'
import { tierUnder } from '#app/domain/learned.ts'
import { factsOf } from '#app/domain/occasions.ts'
import { DEFAULT_ORDER_RULE, type Instant, type Order } from '#app/domain/order.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { DEFAULT_THRESHOLDS } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { loadOrders } from '#tests/shop/order-log.ts'
import type { WorldOrder } from '#tests/shop/world.ts'
import { personsOf } from './linking.ts'
import { readTable } from './table.ts'

const TIERS = ['possible', 'likely', 'confirmed'] as const
/** What a label in the truth has in it if it is of somebody to be found; every other label is of somebody honest. */
const PICKER = /cherry|picker|strip|abus|fraud/i

type Truth = { customer: string; person: string; behaviour: string }
type TierFigures = { people: number; right: number; precision: number | null; recall: number | null }
type SideFigures = Record<(typeof TIERS)[number] | 'likelyOrConfirmed', TierFigures> & {
  /** Shares of honest people: in Likely or Confirmed, and in Confirmed. */
  honestFlagged: number
  honestConfirmed: number
}
export type CherryFigures = {
  people: number
  pickers: number
  benefits: string[]
  saleWeeks: number
  off: SideFigures
  /** Null: there is no file of people. */
  on: SideFigures | null
}

type Read = { orders: Order[]; asOf: Instant; currency: string }

/** The orders of a file as the domain has them, at the times the file gives. */
async function readOrders(file: string): Promise<Read & { bad: number }> {
  const { world, badLines, shiftMs } = await loadOrders(file, 0).catch((error: Error) => {
    throw new InvalidInput(error.message, { cause: error })
  })
  const customers = new Map(
    [...world.customers.values()].map(({ id, lastName }) => [id, lastName.replace(/^Customer /, '')]),
  )
  const orders = [...world.orders.values()].map((order) =>
    asOrder(order, order.customerId === null ? null : customers.get(order.customerId)!, shiftMs),
  )
  return {
    orders,
    asOf: orders.reduce((last, order) => Math.max(last, order.orderedAt), 0),
    currency: world.shop.currency,
    bad: badLines.length,
  }
}

function asOrder(order: WorldOrder, customer: string | null, shiftMs: number): Order {
  const keys = order.discounts.map(({ kind, title }) =>
    kind === 'code' ? `code:${title.toUpperCase()}` : `auto:${title}`,
  )
  const offOf = (line: WorldOrder['lines'][number]) => line.allocations.reduce((sum, { minor }) => sum + minor, 0)
  const discountMinor = order.lines.reduce((sum, line) => sum + offOf(line), 0)
  const subtotalMinor = order.lines.reduce((sum, line) => sum + line.unitMinor * line.quantity, 0) - discountMinor
  const orderedAt = order.processedAt - shiftMs
  return {
    id: String(order.id),
    customer,
    name: order.name,
    orderedAt,
    createdAt: orderedAt,
    updatedAt: orderedAt,
    cancelledAt: order.cancelledAt === null ? null : orderedAt,
    isTest: false,
    financialStatus: order.financialStatus,
    currency: order.currency,
    subtotalMinor,
    totalMinor: subtotalMinor,
    discountMinor,
    refundedMinor: order.financialStatus === 'REFUNDED' ? subtotalMinor : 0,
    isBusiness: false,
    discounts: keys,
    lines: order.lines.map((line) => ({
      id: String(line.id),
      product: String(line.productId),
      title: line.title,
      sku: line.sku,
      quantity: line.quantity,
      currentQuantity: line.currentQuantity,
      unitMinor: line.unitMinor,
      discountMinor: offOf(line),
      discounts: line.allocations.flatMap(({ discount }) => (discount === -1 ? [] : [keys[discount]!])),
    })),
  }
}

/** Everybody's tier, every code that the shop's own uses propose counting as a first-purchase benefit. */
function tiersOf({ orders, asOf, currency }: Read, personOf: (customer: string) => string) {
  const benefits = proposedBenefits(orders, asOf, DEFAULT_ORDER_RULE, currency)
  const minimums = learnedMinimums(orders, asOf, DEFAULT_ORDER_RULE, currency, benefits)
  const shop = {
    asOf,
    calendar: shopCalendar(
      'UTC',
      orders.reduce((first, order) => Math.min(first, order.orderedAt), asOf),
      asOf,
    ),
    rule: DEFAULT_ORDER_RULE,
    currency,
    benefits,
    personOf,
    cycleDays: cycleDaysOfShop(orders, personOf, asOf),
    costs: null,
  }
  const { people, saleWeeks } = measurePeople(orders, shop, (key) => minimums.get(key) ?? null)
  const patterns = new Int32Array(CHERRY_PATTERNS)
  for (const facts of people.values()) if (teachesMixture(facts)) patterns[cherryPatternOf(facts)]! += 1
  const fit = fitCherryMixture(patterns)
  const tierOf = tierUnder({ mixture: fit }, DEFAULT_THRESHOLDS)
  return { tiers: new Map([...people].map(([person, facts]) => [person, tierOf(facts)])), benefits, saleWeeks, fit }
}

function cycleDaysOfShop(orders: readonly Order[], personOf: (customer: string) => string, asOf: Instant): number {
  const times = new Map<string, Instant[]>()
  for (const { customer, orderedAt } of orders) {
    if (customer === null) continue
    const own = times.get(personOf(customer))
    if (own) own.push(orderedAt)
    else times.set(personOf(customer), [orderedAt])
  }
  const facts = [...times.values()].map((own) => factsOf(own.sort((a, b) => a - b)))
  const columns = {
    count: facts.length,
    n: facts.map((each) => each.n),
    sumLnGapDays: facts.map((each) => each.sumLnGapDays),
    firstGapDays: facts.map((each) => each.firstGapDays ?? 0),
    isBusiness: facts.map(() => 0),
  }
  return estimatesFrom(columns, asOf).cycleDays
}

/** A real person has the highest tier of the persons that their accounts were taken for. */
function figuresOf(
  tiers: ReadonlyMap<string, CherryTier>,
  truth: readonly Truth[],
  personOf: (customer: string) => string,
): SideFigures {
  const rank = new Map<string, number>()
  const pickers = new Set<string>()
  for (const { customer, person, behaviour } of truth) {
    const tier = CHERRY_TIERS.indexOf(tiers.get(personOf(customer)) ?? 'none')
    rank.set(person, Math.max(rank.get(person) ?? 0, tier))
    if (PICKER.test(behaviour)) pickers.add(person)
  }
  const of = (isIn: (tier: number) => boolean): TierFigures => {
    const people = [...rank].filter(([, tier]) => isIn(tier)).map(([person]) => person)
    const right = people.filter((person) => pickers.has(person)).length
    return {
      people: people.length,
      right,
      precision: people.length === 0 ? null : right / people.length,
      recall: pickers.size === 0 ? null : right / pickers.size,
    }
  }
  const honest = rank.size - pickers.size
  const wrong = (figures: TierFigures) => (honest === 0 ? 0 : (figures.people - figures.right) / honest)
  const [possible, likely, confirmed] = [of((tier) => tier === 1), of((tier) => tier === 2), of((tier) => tier === 3)]
  const both = of((tier) => tier >= 2)
  return {
    possible,
    likely,
    confirmed,
    likelyOrConfirmed: both,
    honestFlagged: wrong(both),
    honestConfirmed: wrong(confirmed),
  }
}

/**
 * `npm run evaluate -- cherry FILE`: orders in our columns, with FILE.truth.csv (customer,person,behaviour) beside them and,
 * for linking, FILE.people.csv (customer,email,phone,address,zip,country). Every proposed code and, with linking on, every
 * suggested link counts as confirmed.
 */
export async function evaluate([file]: string[], say: (line: string) => void): Promise<CherryFigures> {
  if (!file) throw new InvalidInput('give a file of orders, with FILE.truth.csv beside it')
  const read = await readOrders(file)
  const truth = await readTable(`${file}.truth.csv`, ['customer', 'person', 'behaviour'])
  const labels = [...new Set(truth.map((each) => each.behaviour))].sort()
  say(
    `${read.orders.length} orders, ${truth.length} accounts${read.bad > 0 ? `, ${read.bad} lines that cannot be read` : ''}`,
  )
  say(`to be found: ${labels.filter((label) => PICKER.test(label)).join(', ') || 'nobody'}`)
  say(`honest: ${labels.filter((label) => !PICKER.test(label)).join(', ') || 'nobody'}`)
  const alone = (customer: string) => customer
  const { tiers, benefits, saleWeeks, fit } = tiersOf(read, alone)
  say(`first-purchase benefits: ${[...benefits].join(', ') || 'none'}; ${saleWeeks.size} sale weeks`)
  say(
    fit
      ? `learned: ${(fit.baseShare * 100).toFixed(1)} % of accounts are a cherry-picker's`
      : 'too few people for a mixture',
  )
  const off = figuresOf(tiers, truth, alone)
  report('linking off', off, say)
  let on: SideFigures | null = null
  if (existsSync(`${file}.people.csv`)) {
    const people = await readTable(`${file}.people.csv`, ['customer', 'email', 'phone', 'address', 'zip', 'country'])
    const persons = personsOf(people.map(({ customer, ...account }) => ({ profile: customer, ...account })))
    const personOf = (customer: string) => persons.get(customer) ?? customer
    on = figuresOf(tiersOf(read, personOf).tiers, truth, personOf)
    report('linking on', on, say)
  } else say('linking on: not evaluated, there is no file of people')
  const people = new Set(truth.map((each) => each.person)).size
  const pickers = new Set(truth.filter((each) => PICKER.test(each.behaviour)).map((each) => each.person)).size
  return { people, pickers, benefits: [...benefits].sort(), saleWeeks: saleWeeks.size, off, on }
}

function report(title: string, figures: SideFigures, say: (line: string) => void): void {
  const per = (share: number | null) => (share === null ? '    –' : `${(share * 100).toFixed(1).padStart(5)} %`)
  say(`${title}:`)
  for (const tier of [...TIERS, 'likelyOrConfirmed'] as const) {
    const { people, right, precision, recall } = figures[tier]
    say(
      `  ${tier.padEnd(18)} ${String(right).padStart(5)} right of ${String(people).padStart(5)}   precision ${per(precision)}   recall ${per(recall)}`,
    )
  }
  say(
    `  honest people flagged ${per(figures.honestFlagged)}, confirmed ${(figures.honestConfirmed * 100).toFixed(2)} %`,
  )
}

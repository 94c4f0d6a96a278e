/** Counts what first and second orders are made of, over columns: a million customers are not a million objects. */
import { INSIGHT_PERIODS, PAIR_NEEDS, type InsightPeriod, type StoredProducts } from './insights.ts'
import { DAY_MS, type Instant } from './order.ts'

/** Customers who have ordered, as columns. */
export type FirstBuyers = {
  count: number
  firstAt: Float64Array
  /** Days from the first order to the second; NaN: there is none. */
  firstGapDays: Float64Array
  /** 1: a likely or confirmed cherry-picker. */
  isPicker: Uint8Array
}

/**
 * What they bought in their first and second orders: `place` is twice the customer's position, one more for the second;
 * products by position. A product may stand there several times.
 */
export type Bought = { count: number; place: Int32Array; product: Int32Array; products: readonly string[] }

/** A tally without the products' titles, which stand empty. */
export type Tally = ReadonlyMap<InsightPeriod, StoredProducts>

/** Of a larger basket only so many products are paired: a hundred by a hundred say nothing of anybody's next wish. */
const PAIRED = 20
/** So many products, and so many pairs, are kept of each period, those of most customers; pairs of so many products each. */
const KEPT = 1000
const PERIODS = INSIGHT_PERIODS.length

/**
 * Products, pairs and the shop's own figures for every period: first orders placed in it, and second orders placed in it.
 * Who came back did so within the window, of those whose first order is at least that long ago.
 */
export function tallied(people: FirstBuyers, bought: Bought, windowDays: number, asOf: Instant): Tally {
  const since = INSIGHT_PERIODS.map((period) => (period === 'all' ? -Infinity : asOf - Number(period) * DAY_MS))
  const figures = {
    all: figuresFor(1),
    first: figuresFor(bought.products.length),
    /** Of those with a second order: who had it in the first, and who in the second. */
    from: countsFor(bought.products.length),
    to: countsFor(bought.products.length),
    seconds: countsFor(1),
  }
  const laid = byPlace(people.count, bought)
  for (let person = 0; person < people.count; person += 1) {
    const firstAt = people.firstAt[person]!
    const secondAt = firstAt + people.firstGapDays[person]! * DAY_MS
    const isMatured = firstAt + windowDays * DAY_MS <= asOf
    const cameBack = isMatured && people.firstGapDays[person]! <= windowDays
    const first = distinct(laid, 2 * person)
    const second = distinct(laid, 2 * person + 1)
    for (let period = 0; period < PERIODS; period += 1) {
      if (firstAt > since[period]!) {
        const add = (into: Figures, place: number) => {
          const at = place * PERIODS + period
          into.buyers[at]! += 1
          if (isMatured) into.matured[at]! += 1
          if (cameBack) into.cameBack[at]! += 1
          if (people.isPicker[person] === 1) into.pickers[at]! += 1
        }
        add(figures.all, 0)
        for (const one of first) add(figures.first, one)
      }
      if (!(secondAt > since[period]!)) continue
      figures.seconds[period]! += 1
      for (const one of first) figures.from[one * PERIODS + period]! += 1
      for (const one of second) figures.to[one * PERIODS + period]! += 1
    }
  }
  const pairsIn = countPairs(people, laid, mostOf(figures.from), mostOf(figures.to), since)
  return new Map(
    INSIGHT_PERIODS.map((name, period) => {
      const at = (place: number) => place * PERIODS + period
      const figuresAt = (of: Figures, place: number) => ({
        buyers: of.buyers[at(place)]!,
        matured: of.matured[at(place)]!,
        cameBack: of.cameBack[at(place)]!,
        pickers: of.pickers[at(place)]!,
      })
      const products = bought.products
        .map((id, place) => ({ product: id, title: '', ...figuresAt(figures.first, place) }))
        .filter(({ buyers }) => buyers > 0)
        .sort((a, b) => b.buyers - a.buyers || (a.product < b.product ? -1 : 1))
      const pairs = pairsIn(period).map(({ from, to, customers }) => ({
        from: bought.products[from]!,
        to: bought.products[to]!,
        fromTitle: '',
        toTitle: '',
        customers,
        ofFrom: figures.from[at(from)]!,
        ofTo: figures.to[at(to)]!,
      }))
      const stored: StoredProducts = {
        all: figuresAt(figures.all, 0),
        windowDays,
        products: products.slice(0, KEPT),
        found: products.length,
        seconds: figures.seconds[period]!,
        pairs,
      }
      return [name, stored]
    }),
  )
}

type Figures = Record<'buyers' | 'matured' | 'cameBack' | 'pickers', Int32Array>

function countsFor(places: number): Int32Array {
  return new Int32Array(places * PERIODS)
}

function figuresFor(places: number): Figures {
  return {
    buyers: countsFor(places),
    matured: countsFor(places),
    cameBack: countsFor(places),
    pickers: countsFor(places),
  }
}

/** By place: what stands from `start[place]` on, up to the next one's. */
type Laid = { start: Int32Array; product: Int32Array }

function byPlace(people: number, bought: Bought): Laid {
  const start = new Int32Array(2 * people + 1)
  for (let k = 0; k < bought.count; k += 1) start[bought.place[k]! + 1]! += 1
  for (let place = 0; place < 2 * people; place += 1) start[place + 1]! += start[place]!
  const next = start.slice(0, 2 * people)
  const product = new Int32Array(bought.count)
  for (let k = 0; k < bought.count; k += 1) {
    const place = bought.place[k]!
    product[next[place]!] = bought.product[k]!
    next[place]! += 1
  }
  return { start, product }
}

const NOTHING: readonly number[] = []

function distinct({ start, product }: Laid, place: number): readonly number[] {
  const [from, to] = [start[place]!, start[place + 1]!]
  if (from === to) return NOTHING
  if (to - from > PAIRED) return [...new Set(product.subarray(from, to))]
  // Nearly all baskets are small: looked through, not hashed.
  const found = [product[from]!]
  for (let k = from + 1; k < to; k += 1) if (!found.includes(product[k]!)) found.push(product[k]!)
  return found
}

/** Positions of the products of most customers ever, most first. */
function mostOf(counts: Int32Array): number[] {
  const ever = (product: number) => counts[product * PERIODS + INSIGHT_PERIODS.indexOf('all')]!
  return Array.from({ length: counts.length / PERIODS }, (_, product) => product)
    .filter((product) => ever(product) >= PAIR_NEEDS)
    .sort((a, b) => ever(b) - ever(a) || a - b)
    .slice(0, KEPT)
}

type Pair = { from: number; to: number; customers: number }

/** In a table of so many rows and columns, whatever the shop's size; answers each period's pairs of enough customers, most first. */
function countPairs(
  people: FirstBuyers,
  laid: Laid,
  froms: readonly number[],
  tos: readonly number[],
  since: readonly Instant[],
): (period: number) => Pair[] {
  const rowOf = new Map(froms.map((product, row) => [product, row]))
  const columnOf = new Map(tos.map((product, column) => [product, column]))
  const counts = countsFor(froms.length * tos.length)
  const cellsOf = (place: number, cellOf: ReadonlyMap<number, number>) =>
    distinct(laid, place)
      .slice(0, PAIRED)
      .flatMap((product) => cellOf.get(product) ?? [])
  for (let person = 0; person < people.count; person += 1) {
    if (Number.isNaN(people.firstGapDays[person]!)) continue
    const secondAt = people.firstAt[person]! + people.firstGapDays[person]! * DAY_MS
    const columns = cellsOf(2 * person + 1, columnOf)
    for (const row of cellsOf(2 * person, rowOf))
      for (const column of columns)
        for (let period = 0; period < PERIODS; period += 1)
          if (secondAt > since[period]!) counts[(row * tos.length + column) * PERIODS + period]! += 1
  }
  return (period) =>
    froms
      .flatMap((from, row) =>
        tos.flatMap((to, column) => {
          const customers = counts[(row * tos.length + column) * PERIODS + period]!
          return customers >= PAIR_NEEDS ? [{ from, to, customers }] : []
        }),
      )
      .sort((a, b) => b.customers - a.customers || a.from - b.from || a.to - b.to)
      .slice(0, KEPT)
}

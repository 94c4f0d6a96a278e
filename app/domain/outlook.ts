/**
 * What to expect of a customer: how likely they are to order within the shop's window, and what they are worth within 12
 * months. It ranks and forecasts; no stage, tag or reason rests on it.
 */
import type { Exclusion } from './exclusions.ts'
import { expectedSpend } from './lifetime/gamma-gamma.ts'
import type { SpendFit } from './lifetime/gamma-gamma.ts'
import { expectedPurchasesOfAll } from './lifetime/mbg-nbd.ts'
import type { LifetimeFit } from './lifetime/stored-fit.ts'
import { valueForecast } from './lifetime/value.ts'
import { sharesBuying } from './risk.ts'
import type { RiskHistories, RiskModel } from './risk.ts'

const YEAR_DAYS = 365
/** Two amounts nearer to each other than this are in the same place of a list. */
const RANK_STEP = Math.log(1.1)

/**
 * Customers as columns: row i of every column is one customer. Days are the shop's calendar days of the first and the last
 * occasion, not read for n = 0; money is net and in minor units.
 */
export type OutlookColumns = {
  count: number
  /** Occasions. */
  n: ArrayLike<number>
  firstDay: ArrayLike<number>
  lastDay: ArrayLike<number>
  sumLnGapDays: ArrayLike<number>
  netMinor: ArrayLike<number>
  /** Non-zero for companies: the shop's model has not learned from them, and says nothing of them. */
  isBusiness: ArrayLike<number>
}

/** What is expected of one customer; shares 0–1, money net, before costs, in minor units. */
export type Outlook = {
  /** The chance of another order within the fit's horizon. */
  shareBuying: number
  /** Within 12 months. */
  expectedOrders: number
  /** Within 12 months, with the range that holds it in 8 of 10 cases; null: nobody here has paid anything to learn it from. */
  worth: { expectedMinor: number; lowMinor: number; highMinor: number } | null
}

/** Both parts are there to forecast with. */
type Forecasting = { model: RiskModel; spend: SpendFit }

function forecasting({ model, spend }: LifetimeFit): Forecasting | null {
  return model.kind === 'fitted' && spend.kind === 'fitted' ? { model, spend } : null
}

/**
 * Net money that each customer is expected to bring within 12 months of a day, in steps of 10 %; NaN for who has not ordered,
 * for companies, and for everybody where there is too little to learn from.
 *
 * In steps, because a forecast falls a little with every day that passes: a stored row then changes only when it has come to
 * another place in a list, and still is the same whenever it is worked out.
 */
export function expectedMinorOfAll(fit: LifetimeFit, columns: OutlookColumns, asOfDay: number): Float64Array {
  const expected = new Float64Array(columns.count).fill(NaN)
  const known = forecasting(fit)
  if (known === null) return expected
  const { n, netMinor, isBusiness } = columns
  const orders = expectedPurchasesOfAll(known.model.purchases, historiesOn(columns, asOfDay), YEAR_DAYS)
  for (let i = 0; i < columns.count; i += 1) {
    if (n[i] === 0 || isBusiness[i]) continue
    expected[i] = inSteps(orders[i]! * expectedSpend(known.spend, n[i]!, meanMinor(n[i]!, netMinor[i]!)))
  }
  return expected
}

/** What to expect of the customers of some columns from a day on; null for those of whom nothing can be said. */
export function outlooksOf(fit: LifetimeFit, columns: OutlookColumns, asOfDay: number): (Outlook | null)[] {
  const { model, spend } = fit
  const { count, n, netMinor, isBusiness } = columns
  if (model.kind !== 'fitted') return Array.from({ length: count }, () => null)
  const histories = historiesOn(columns, asOfDay)
  const shares = sharesBuying(model, histories)
  return Array.from({ length: count }, (_, i) => {
    if (n[i] === 0 || isBusiness[i]) return null
    const history = {
      repeats: histories.repeats[i]!,
      recency: histories.recencyDays[i]!,
      age: histories.ageDays[i]!,
    }
    const spent = { purchases: n[i]!, mean: meanMinor(n[i]!, netMinor[i]!) }
    const orders = expectedPurchasesOfAll(model.purchases, rowOf(histories, i), YEAR_DAYS)[0]!
    if (spend.kind !== 'fitted') return { shareBuying: shares[i]!, expectedOrders: orders, worth: null }
    const { expected, low, high } = valueForecast(model.purchases, spend, history, spent, YEAR_DAYS)
    return {
      shareBuying: shares[i]!,
      expectedOrders: orders,
      worth: { expectedMinor: expected, lowMinor: low, highMinor: high },
    }
  })
}

function rowOf({ repeats, recencyDays, ageDays }: RiskHistories, row: number) {
  return { count: 1, repeats: [repeats[row]!], recencyDays: [recencyDays[row]!], ageDays: [ageDays[row]!] }
}

function historiesOn({ count, n, firstDay, lastDay, sumLnGapDays }: OutlookColumns, asOfDay: number): RiskHistories {
  const histories = {
    count,
    repeats: new Int32Array(count),
    recencyDays: new Int32Array(count),
    ageDays: new Int32Array(count),
    sumLnGapDays,
  }
  for (let i = 0; i < count; i += 1) {
    if (n[i] === 0) continue
    histories.repeats[i] = n[i]! - 1
    histories.recencyDays[i] = lastDay[i]! - firstDay[i]!
    histories.ageDays[i] = asOfDay - firstDay[i]!
  }
  return histories
}

function meanMinor(n: number, netMinor: number): number {
  return Math.max(0, netMinor / n)
}

function inSteps(minor: number): number {
  return minor < 1 ? 0 : Math.round(Math.exp(Math.round(Math.log(minor) / RANK_STEP) * RANK_STEP))
}

/** Whom to begin with, as money; where it is 0 because the merchant keeps them out, by what. */
export type Priority = { minor: number; keptOutBy: Exclusion | null }

/**
 * Whom to begin with: the money left that is expected of somebody, and 0 while anything keeps them out of rewards.
 *
 * @param valueMinor  expected within 12 months, left after costs
 * @param exclusions  in force; the first that names the customer, or else the first, is the one that is told
 */
export function priorityOf(valueMinor: number, exclusions: readonly Exclusion[]): Priority {
  const keptOutBy = exclusions.find(({ segment }) => segment === null) ?? exclusions[0] ?? null
  return { minor: keptOutBy === null ? valueMinor : 0, keptOutBy }
}

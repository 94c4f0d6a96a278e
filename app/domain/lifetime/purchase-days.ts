import type { Histories } from './histories.ts'

/**
 * Whole shop-days on which customers bought, as columns: those of customer i are `days[offsets[i]]` up to and without
 * `days[offsets[i + 1]]`, ascending, each once. Days are numbers of one calendar (domain/shop-calendar.ts).
 */
export type PurchaseDays = { count: number; offsets: Int32Array; days: Int32Array }

/** Histories as of a day, of those only who had bought by then; `customers` names their rows. */
export type KnownHistories = Histories & {
  customers: Int32Array
  repeats: Int32Array
  recencyDays: Int32Array
  ageDays: Int32Array
  firstGapDays: Int32Array
  sumLnGapDays: Float64Array
}

/** Purchase days of customers given one by one, in any order and with repetitions. */
export function purchaseDaysOf(customers: readonly (readonly number[])[]): PurchaseDays {
  const sorted = customers.map((days) => [...new Set(days)].sort((a, b) => a - b))
  const offsets = new Int32Array(customers.length + 1)
  for (const [i, days] of sorted.entries()) offsets[i + 1] = offsets[i]! + days.length
  return { count: customers.length, offsets, days: Int32Array.from(sorted.flat()) }
}

/** What was known at the end of a day: nothing later is read. */
export function historiesAt(purchases: PurchaseDays, asOfDay: number): KnownHistories {
  const { offsets, days } = purchases
  let count = 0
  for (let i = 0; i < purchases.count; i += 1)
    if (offsets[i]! < offsets[i + 1]! && days[offsets[i]!]! <= asOfDay) count += 1
  const known: KnownHistories = {
    count,
    customers: new Int32Array(count),
    repeats: new Int32Array(count),
    recencyDays: new Int32Array(count),
    ageDays: new Int32Array(count),
    firstGapDays: new Int32Array(count),
    sumLnGapDays: new Float64Array(count),
  }
  let row = 0
  for (let i = 0; i < purchases.count; i += 1) {
    const [from, to] = [offsets[i]!, offsets[i + 1]!]
    if (from === to || days[from]! > asOfDay) continue
    let last = from
    let sumLnGapDays = 0
    for (; last + 1 < to && days[last + 1]! <= asOfDay; last += 1)
      sumLnGapDays += Math.log(days[last + 1]! - days[last]!)
    known.customers[row] = i
    known.repeats[row] = last - from
    known.recencyDays[row] = days[last]! - days[from]!
    known.ageDays[row] = asOfDay - days[from]!
    known.firstGapDays[row] = last > from ? days[from + 1]! - days[from]! : 0
    known.sumLnGapDays[row] = sumLnGapDays
    row += 1
  }
  return known
}

/** For each of some customers, 1 if they bought after `fromDay` and up to the end of `toDay`, else 0. */
export function boughtWithin(
  purchases: PurchaseDays,
  customers: ArrayLike<number>,
  fromDay: number,
  toDay: number,
): Uint8Array {
  const bought = new Uint8Array(customers.length)
  for (let row = 0; row < customers.length; row += 1) {
    const to = purchases.offsets[customers[row]! + 1]!
    for (let at = purchases.offsets[customers[row]!]!; at < to; at += 1) {
      const day = purchases.days[at]!
      if (day > toDay) break
      if (day > fromDay) bought[row] = 1
    }
  }
  return bought
}

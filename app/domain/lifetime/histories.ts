/**
 * Purchase histories as columns: row i of every column is one customer with at least one purchase, all in whole days of the
 * shop. Purchases of one day count as one.
 */
export type Histories = {
  count: number
  /** x: purchases after the first. */
  repeats: ArrayLike<number>
  /** t_x: from the first purchase to the last; 0 without a repeat. */
  recencyDays: ArrayLike<number>
  /** T: from the first purchase to the moment looked at; at least the recency. */
  ageDays: ArrayLike<number>
}

/** Equal histories once, with how many customers have them; ascending by repeats, then recency, then age. */
export type GroupedHistories = {
  customers: number
  repeatBuyers: number
  groups: number
  repeats: Int32Array
  recencyDays: Int32Array
  ageDays: Int32Array
  customersOf: Int32Array
  /** Sums over customers, for units and starting values. */
  sumRepeats: number
  meanAgeDays: number
  oldestDays: number
}

/** 17 bits hold 358 years; above them 19 bits of repeats keep the whole key an exact integer. */
const DAY_BITS = 2 ** 17

/**
 * Histories with equal ones taken together: in whole days, a ninth of the rows says all that a likelihood needs.
 *
 * Sorts one packed number a customer, which a typed array does without calling back.
 */
export function grouped(histories: Histories): GroupedHistories {
  const { count, repeats, recencyDays, ageDays } = histories
  const keys = new Float64Array(count)
  let repeatBuyers = 0
  let sumRepeats = 0
  let sumAgeDays = 0
  let oldestDays = 0
  for (let i = 0; i < count; i += 1) {
    const age = ageDays[i]!
    keys[i] = (repeats[i]! * DAY_BITS + recencyDays[i]!) * DAY_BITS + age
    if (repeats[i]! > 0) repeatBuyers += 1
    sumRepeats += repeats[i]!
    sumAgeDays += age
    if (age > oldestDays) oldestDays = age
  }
  keys.sort()
  let groups = 0
  for (let i = 0; i < count; i += 1) if (i === 0 || keys[i] !== keys[i - 1]) groups += 1
  const result: GroupedHistories = {
    customers: count,
    repeatBuyers,
    groups,
    repeats: new Int32Array(groups),
    recencyDays: new Int32Array(groups),
    ageDays: new Int32Array(groups),
    customersOf: new Int32Array(groups),
    sumRepeats,
    meanAgeDays: count > 0 ? sumAgeDays / count : 0,
    oldestDays,
  }
  let group = -1
  for (let i = 0; i < count; i += 1) {
    const key = keys[i]!
    if (i === 0 || key !== keys[i - 1]) {
      group += 1
      const upper = Math.floor(key / DAY_BITS)
      result.ageDays[group] = key - upper * DAY_BITS
      const repeat = Math.floor(upper / DAY_BITS)
      result.recencyDays[group] = upper - repeat * DAY_BITS
      result.repeats[group] = repeat
    }
    result.customersOf[group]! += 1
  }
  return result
}

/** The same with recency left out (0 for everyone), for a model that does not look at it: far fewer groups. */
export function withoutRecency(groups: GroupedHistories): GroupedHistories {
  const counts = new Map<number, number>()
  for (let group = 0; group < groups.groups; group += 1) {
    const key = groups.repeats[group]! * DAY_BITS + groups.ageDays[group]!
    counts.set(key, (counts.get(key) ?? 0) + groups.customersOf[group]!)
  }
  // Groups come ascending by repeats, and a map keeps the order in which its keys came.
  const keys = [...counts.keys()]
  return {
    ...groups,
    groups: keys.length,
    repeats: Int32Array.from(keys, (key) => Math.floor(key / DAY_BITS)),
    recencyDays: new Int32Array(keys.length),
    ageDays: Int32Array.from(keys, (key) => key % DAY_BITS),
    customersOf: Int32Array.from(counts.values()),
  }
}

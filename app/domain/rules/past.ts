/** People as they were at an earlier moment: what stored orders say of them then, and today's value of all else. */
import { cherryFrom } from '#app/domain/cherry-picker.ts'
import { cycleDaysOf, estimatesFrom } from '#app/domain/estimates.ts'
import { addOrder, emptyFacts, resetFacts } from '#app/domain/occasions.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { walkStages, type LimitsOverTime } from '#app/domain/replay.ts'
import { dayFromText, dayText, type ShopCalendar } from '#app/domain/shop-calendar.ts'
import { STAGES, stageIndexAt, type Estimates } from '#app/domain/stages.ts'
import type { StoredPerson } from './person.ts'
import { allConditionsOf, type Condition, type NumberFeature, type Rule, type RulesById } from './rule.ts'

/** "The past 2 years", as ends of whole months. */
export const PAST_MONTHS = 24
const YEAR_DAYS = 365

/**
 * Customers with their whole histories, as columns. Of person i the orders stand at the places start[i] up to start[i + 1],
 * oldest first: only orders that count, by what is known of them today.
 */
export type PastPeople = {
  /** When they were read. */
  readAt: Instant
  customers: readonly string[]
  /** As they are stored today. */
  people: readonly StoredPerson[]
  /** Since when the shop knows them: account made, or first order. */
  knownFrom: Float64Array
  start: Int32Array
  at: Float64Array
  netMinor: Float64Array
  /** A confirmed first-purchase benefit was used. */
  hasBenefit: Uint8Array
  /** When each of the products that rules name was bought and kept, by person. */
  bought: ReadonlyMap<number, readonly { product: string; at: Instant }[]>
}

const OF_ORDERS: readonly NumberFeature[] = [
  'orders',
  'since-last-days',
  'since-first-days',
  'known-days',
  'in-stage-days',
  'average-gap-days',
  'spent-12m',
  'spent',
  'benefits-used',
]

/**
 * Whether the past of a condition is known: it rests on orders alone (of a collection: by what is in it today). Of all else (tags, consent, evidence of discounts,
 * which reaches back 24 months from today) only today's value is.
 */
export function hasHistory(condition: Condition): boolean {
  if (condition.kind === 'number') return OF_ORDERS.includes(condition.feature)
  return ['date', 'stage', 'bought', 'bought-in', 'segment'].includes(condition.kind)
}

/** The conditions of a rule, and of those that it names, that are looked at as they are today; each once. */
export function conditionsOfToday(rule: Rule, others: RulesById): Condition[] {
  const found = allConditionsOf(rule, others).filter((condition) => !hasHistory(condition))
  return [...new Map(found.map((condition) => [JSON.stringify(condition), condition])).values()]
}

/** One end of a month: `month` as YYYY-MM in the shop's calendar, `at` its last millisecond. */
export type MonthEnd = { month: string; at: Instant }

/**
 * The ends of the last 24 whole months, oldest first, as far back as there are orders.
 *
 * @param firstOrderAt  the oldest order; null: none, and no month either
 */
export function monthEnds(calendar: ShopCalendar, firstOrderAt: Instant | null, asOf: Instant): MonthEnd[] {
  if (firstOrderAt === null) return []
  const [year, month] = dayText(calendar.dayOf(asOf)).split('-').map(Number) as [number, number]
  const firstOf = (ago: number) => new Date(Date.UTC(year, month - 1 - ago, 1)).toISOString().slice(0, 10)
  const ends: MonthEnd[] = []
  for (let ago = PAST_MONTHS; ago >= 1; ago -= 1) {
    const at = calendar.startOf(dayFromText(firstOf(ago - 1))) - 1
    if (at >= firstOrderAt) ends.push({ month: firstOf(ago).slice(0, 7), at })
  }
  return ends
}

/** What everybody's orders say as of one moment; one such set of columns serves for one moment after another. */
export type FactsThen = {
  asOf: Instant
  /** The place of each person's first order after the moment. */
  next: Int32Array
  n: Int32Array
  /** NaN: none. */
  firstAt: Float64Array
  lastAt: Float64Array
  firstGapDays: Float64Array
  sumLnGapDays: Float64Array
  netMinor: Float64Array
  net12mMinor: Float64Array
  benefitsUsed: Int32Array
}

/** Columns for so many people. */
export function emptyFactsThen(count: number): FactsThen {
  return {
    asOf: -Infinity,
    next: new Int32Array(count),
    n: new Int32Array(count),
    firstAt: new Float64Array(count),
    lastAt: new Float64Array(count),
    firstGapDays: new Float64Array(count),
    sumLnGapDays: new Float64Array(count),
    netMinor: new Float64Array(count),
    net12mMinor: new Float64Array(count),
    benefitsUsed: new Int32Array(count),
  }
}

/** Fills the columns with what the orders up to and including a moment say. */
export function takeFactsThen(facts: FactsThen, past: PastPeople, asOf: Instant): void {
  facts.asOf = asOf
  const yearAgo = asOf - YEAR_DAYS * DAY_MS
  const benefitsFrom = cherryFrom(asOf)
  const one = emptyFacts()
  for (let i = 0; i < past.people.length; i += 1) {
    resetFacts(one)
    let place = past.start[i]!
    let [net, net12m, benefits] = [0, 0, 0]
    let hasBenefit = true
    for (; place < past.start[i + 1]! && past.at[place]! <= asOf; place += 1) {
      const at = past.at[place]!
      // An occasion that began before the months that count says nothing about benefits.
      if (addOrder(one, at)) hasBenefit = at <= benefitsFrom
      if (!hasBenefit && past.hasBenefit[place] === 1) {
        hasBenefit = true
        benefits += 1
      }
      net += past.netMinor[place]!
      if (at > yearAgo) net12m += past.netMinor[place]!
    }
    facts.next[i] = place
    facts.n[i] = one.n
    facts.firstAt[i] = one.firstAt ?? NaN
    facts.lastAt[i] = one.lastAt ?? NaN
    facts.firstGapDays[i] = one.firstGapDays ?? NaN
    facts.sumLnGapDays[i] = one.sumLnGapDays
    facts.netMinor[i] = net
    facts.net12mMinor[i] = net12m
    facts.benefitsUsed[i] = benefits
  }
}

/**
 * The shop's cycle and window by the orders known at the moment of the facts; business customers are left out.
 *
 * @param standsFor  of how many of the shop's customers each is one: 1 where everybody is there
 */
export function estimatesThen(facts: FactsThen, past: PastPeople, standsFor: number): Estimates {
  const isBusiness = past.people.map((person) => (person.isBusiness ? 1 : 0))
  const taken = estimatesFrom({ count: past.people.length, ...facts, isBusiness, standsFor }, facts.asOf)
  return { ...taken, version: 0, adoptedAt: facts.asOf }
}

/**
 * One person as of the moment of the facts. `into` is filled and answered, so that a whole pass shares one object.
 *
 * @param overTime    estimates with the instants from which they hold; the last one by the moment decides the stage
 * @param needsSince  since when the stage lasts is looked for too, which takes a walk through the history
 */
export function personThen(
  into: StoredPerson,
  facts: FactsThen,
  past: PastPeople,
  i: number,
  overTime: LimitsOverTime,
  needsSince: boolean,
): StoredPerson {
  const { asOf } = facts
  Object.assign(into, past.people[i])
  const n = facts.n[i]!
  let version = 0
  while (version + 1 < overTime.from.length && overTime.from[version + 1]! <= asOf) version += 1
  const limits = overTime.limits[version]!
  const cycleDays = cycleDaysOf(n, facts.sumLnGapDays[i]!, limits.cycleDays)
  into.n = n
  into.firstAt = n === 0 ? null : facts.firstAt[i]!
  into.lastAt = n === 0 ? null : facts.lastAt[i]!
  into.netMinor = facts.netMinor[i]!
  into.net12mMinor = facts.net12mMinor[i]!
  into.benefitsUsed = facts.benefitsUsed[i]!
  into.stage = STAGES[stageIndexAt(n, asOf - facts.lastAt[i]!, cycleDays, limits)] ?? null
  into.stageSince = needsSince ? stageSinceOf(facts, past, i, overTime) : asOf
  into.bought = boughtThen(past.bought.get(i), asOf)
  into.boughtIn = boughtInThen(past.people[i]!.boughtIn, asOf)
  // A checkout and a visit are as many days ago as they are today.
  const earlierMs = Math.round((asOf - past.readAt) / DAY_MS) * DAY_MS
  if (into.checkoutAt !== null) into.checkoutAt += earlierMs
  if (into.visitAt !== null) into.visitAt += earlierMs
  return into
}

function stageSinceOf(facts: FactsThen, past: PastPeople, i: number, overTime: LimitsOverTime): Instant {
  const start = past.start[i]!
  const times = past.at.subarray(start, facts.next[i])
  let since = facts.asOf
  walkStages(times, times.length, past.knownFrom[i]!, facts.asOf, overTime, (_stage, from) => {
    since = from
  })
  return since
}

const NOTHING: ReadonlyMap<string, Instant> = new Map()

function boughtThen(
  bought: readonly { product: string; at: Instant }[] | undefined,
  asOf: Instant,
): StoredPerson['bought'] {
  if (bought === undefined) return NOTHING
  const last = new Map<string, Instant>()
  for (const { product, at } of bought) if (at <= asOf) last.set(product, Math.max(last.get(product) ?? -Infinity, at))
  return last
}

function boughtInThen(boughtIn: StoredPerson['boughtIn'], asOf: Instant): StoredPerson['boughtIn'] {
  if (boughtIn.size === 0) return boughtIn
  return new Map([...boughtIn].map(([collection, ats]) => [collection, ats.filter((at) => at <= asOf)]))
}

/** Whether the shop knew the person at the moment of the facts. */
export function isKnownThen(facts: FactsThen, past: PastPeople, i: number): boolean {
  return past.knownFrom[i]! <= facts.asOf
}

/** What somebody did in the days after the moment of the facts. `afterDays`: whole days to the first order; null: none. */
export type Aftermath = { afterDays: number | null; netMinor: number }

/**
 * What one person ordered within a number of days after the moment. An order that belongs to an occasion begun before it is
 * none of it.
 */
export function aftermathOf(facts: FactsThen, past: PastPeople, i: number, withinDays: number): Aftermath {
  let place = facts.next[i]!
  const end = past.start[i + 1]!
  while (place < end && past.at[place]! - facts.lastAt[i]! < DAY_MS) place += 1
  const until = facts.asOf + withinDays * DAY_MS
  const first = place < end && past.at[place]! <= until ? past.at[place]! : null
  let netMinor = 0
  for (; place < end && past.at[place]! <= until; place += 1) netMinor += past.netMinor[place]!
  return { afterDays: first === null ? null : Math.floor((first - facts.asOf) / DAY_MS), netMinor }
}

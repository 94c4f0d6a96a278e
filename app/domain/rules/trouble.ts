/** What is wrong with a rule among the shop's other rules: circles, what nobody can be, what everybody is. */
import { tagKeyOf } from '#app/domain/settings.ts'
import { dayFromText } from '#app/domain/shop-calendar.ts'
import { STAGES, type Stage } from '#app/domain/stages.ts'
import { conditionsOf, segmentsNamed, type Condition, type NumberFeature, type Rule, type RulesById } from './rule.ts'

/** The way from a segment back to itself, as ids, the first also last; null: there is none. */
export function circleOf(segment: number, rule: Rule, others: RulesById): number[] | null {
  const seen = new Set<number>()
  const follow = (from: Rule, way: number[]): number[] | null => {
    for (const named of segmentsNamed(from)) {
      if (named === segment) return [...way, named]
      if (seen.has(named)) continue
      seen.add(named)
      const next = others.get(named)
      const found = next ? follow(next, [...way, named]) : null
      if (found) return found
    }
    return null
  }
  return follow(rule, [segment])
}

/** Conditions that a rule comes to with those of all the segments that it names, as often as it names them. No circles. */
export function wholeSize(rule: Rule, others: RulesById, known = new Map<number, number>()): number {
  return conditionsOf(rule).reduce((sum, condition) => {
    if (condition.kind !== 'segment') return sum + 1
    const other = others.get(condition.segment)
    if (!known.has(condition.segment)) known.set(condition.segment, other ? wholeSize(other, others, known) : 1)
    return sum + known.get(condition.segment)!
  }, 0)
}

/** Whom a rule can hold, whatever the customers are. */
export type Reach =
  | { kind: 'some' }
  /** Two of its conditions that cannot be true together, or null where it takes more than two. */
  | { kind: 'nobody'; between: [Condition, Condition] | null }
  | { kind: 'everybody' }

/**
 * Whether anybody could be in a rule, and whether anybody could be out of it. Never says nobody or everybody where it is
 * not so; in rules of very many alternatives it may say `some` though nobody can be.
 */
export function reachOf(rule: Rule, others: RulesById): Reach {
  if (!isPossible([{ rule, holds: true }], others)) return { kind: 'nobody', between: conflictIn(rule, others) }
  return isPossible([{ rule, holds: false }], others) ? { kind: 'some' } : { kind: 'everybody' }
}

function conflictIn(rule: Rule, others: RulesById): [Condition, Condition] | null {
  if (rule.kind !== 'all') return null
  const conditions = rule.rules.flatMap((each) => (each.kind === 'all' ? conditionsOf(each) : [each]))
  for (const [i, first] of conditions.entries())
    for (const second of conditions.slice(i + 1)) {
      const isPair = [first, second].every((each) => !['all', 'any', 'not'].includes(each.kind))
      if (
        isPair &&
        !isPossible(
          [first, second].map((each) => ({ rule: each, holds: true })),
          others,
        )
      )
        return [first as Condition, second as Condition]
    }
  return null
}

type Goal = { rule: Rule; holds: boolean }

/** Whole numbers that something may still be, and whether it may be unknown. */
type Range = { low: number; high: number; not: ReadonlySet<number>; mayBeUnknown: boolean }
type Limits = {
  ranges: ReadonlyMap<string, Range>
  yes: ReadonlyMap<string, boolean>
  stages: ReadonlySet<Stage | null>
  words: ReadonlyMap<string, Words>
}
/** Words that something may still be (null: any), and those that it is not. */
type Words = { only: ReadonlySet<string> | null; not: ReadonlySet<string> }

const ALWAYS_KNOWN: readonly NumberFeature[] = ['orders']
const NO_LIMITS: Limits = { ranges: new Map(), yes: new Map(), stages: new Set([...STAGES, null]), words: new Map() }
/** Alternatives that are looked into. */
const PATIENCE = 5000

function isPossible(goals: Goal[], others: RulesById): boolean {
  let left = PATIENCE
  const search = (waiting: Goal[], limits: Limits): boolean => {
    left -= 1
    if (left < 0) return true
    const [next, ...rest] = waiting
    if (!next) return true
    const { rule, holds } = next
    switch (rule.kind) {
      case 'not':
        return search([{ rule: rule.rule, holds: !holds }, ...rest], limits)
      case 'all':
      case 'any': {
        const parts = rule.rules.map((each) => ({ rule: each, holds }))
        if ((rule.kind === 'all') === holds) return search([...parts, ...rest], limits)
        // What is certain first, alternatives after: most of them are then cut off at once.
        const certain = rest.findIndex((each) => !isAlternative(each))
        if (certain >= 0) {
          const others = rest.filter((_, i) => i !== certain)
          return search([rest[certain]!, next, ...others], limits)
        }
        return parts.some((part) => search([part, ...rest], limits))
      }
      case 'segment': {
        const other = others.get(rule.segment)
        if (other) return search([{ rule: other, holds }, ...rest], limits)
        return !holds && search(rest, limits)
      }
      default: {
        const narrowed = narrow(limits, rule, holds)
        return narrowed !== null && search(rest, narrowed)
      }
    }
  }
  return search(goals, NO_LIMITS)
}

function isAlternative({ rule, holds }: Goal): boolean {
  if (rule.kind === 'not') return isAlternative({ rule: rule.rule, holds: !holds })
  return (rule.kind === 'all' && !holds) || (rule.kind === 'any' && holds)
}

/** What is left once a condition holds (or does not); null: nothing. */
function narrow(limits: Limits, condition: Condition, holds: boolean): Limits | null {
  switch (condition.kind) {
    case 'number': {
      const { feature, op, value } = condition
      return cut(limits, feature, (range) => {
        const known = { ...range, mayBeUnknown: range.mayBeUnknown && !holds }
        if (op === 'exactly')
          return holds
            ? { ...known, low: Math.max(range.low, value), high: Math.min(range.high, value) }
            : { ...known, not: new Set([...range.not, value]) }
        if ((op === 'at-least') === holds) return { ...known, low: Math.max(range.low, holds ? value : value + 1) }
        return { ...known, high: Math.min(range.high, holds ? value : value - 1) }
      })
    }
    case 'date': {
      const day = dayFromText(condition.day)
      return cut(limits, condition.feature, (range) => {
        const known = { ...range, mayBeUnknown: range.mayBeUnknown && !holds }
        return (condition.op === 'since') === holds
          ? { ...known, low: Math.max(range.low, day) }
          : { ...known, high: Math.min(range.high, day - 1) }
      })
    }
    case 'bought': {
      const within = condition.withinDays ?? Infinity
      return cut(limits, `bought ${condition.product}`, (range) =>
        holds
          ? { ...range, high: Math.min(range.high, within - 1), mayBeUnknown: false }
          : { ...range, low: Math.max(range.low, within) },
      )
    }
    case 'bought-in': {
      const { collection, withinDays, times } = condition
      return cut(limits, `bought-in ${collection} ${withinDays ?? 'ever'}`, (range) =>
        holds ? { ...range, low: Math.max(range.low, times) } : { ...range, high: Math.min(range.high, times - 1) },
      )
    }
    case 'left-checkout':
      return cut(limits, 'left-checkout', (range) =>
        holds
          ? { ...range, high: Math.min(range.high, condition.withinDays - 1), mayBeUnknown: false }
          : { ...range, low: Math.max(range.low, condition.withinDays) },
      )
    case 'one-of':
      return worded(limits, condition.feature, new Set(condition.values), holds)
    case 'stage': {
      const stages = new Set([...limits.stages].filter((each) => condition.stages.includes(each as Stage) === holds))
      return consistent({ ...limits, stages })
    }
    case 'flag': {
      if (condition.flag === 'cherry-picker' && holds)
        return say(
          say(say(limits, 'flag cherry-picker', true), 'flag cherry-picker-possible', true),
          'flag buys-in-sales',
          false,
        )
      if (condition.flag === 'cherry-picker-possible' && !holds)
        return say(say(limits, 'flag cherry-picker', false), 'flag cherry-picker-possible', false)
      // Whoever buys in sales is no cherry-picker.
      if (condition.flag === 'buys-in-sales' && holds)
        return consistent(say(say(limits, 'flag buys-in-sales', true), 'flag cherry-picker', false))
      return consistent(say(limits, `flag ${condition.flag}`, holds))
    }
    case 'consent':
      return say(limits, `consent ${condition.channel}`, holds)
    case 'interested-in':
      return say(limits, `interested-in ${condition.collection}`, holds)
    case 'tag':
      return say(limits, `tag ${tagKeyOf(condition.tag)}`, holds)
    case 'answered':
      return say(limits, `answered ${condition.choice}`, holds)
    case 'segment':
      return limits
  }
}

function say(limits: Limits | null, what: string, holds: boolean): Limits | null {
  if (limits === null || (limits.yes.get(what) ?? holds) !== holds) return null
  return { ...limits, yes: new Map([...limits.yes, [what, holds]]) }
}

function worded(limits: Limits, what: string, values: ReadonlySet<string>, holds: boolean): Limits | null {
  const { only, not } = limits.words.get(what) ?? { only: null, not: new Set<string>() }
  const then: Words = holds
    ? { only: new Set([...values].filter((value) => !not.has(value) && (only?.has(value) ?? true))), not }
    : {
        only: only && new Set([...only].filter((value) => !values.has(value))),
        not: new Set([...not, ...values]),
      }
  return then.only?.size === 0 ? null : { ...limits, words: new Map([...limits.words, [what, then]]) }
}

function rangeOf(limits: Limits, what: string): Range {
  const isDay = what === 'first-order' || what === 'last-order'
  return (
    limits.ranges.get(what) ?? {
      low: isDay ? -Infinity : 0,
      high: what === 'discount-percent' ? 100 : Infinity,
      not: new Set(),
      mayBeUnknown: !ALWAYS_KNOWN.includes(what as NumberFeature) && !what.startsWith('bought-in '),
    }
  )
}

function cut(limits: Limits, what: string, by: (range: Range) => Range): Limits | null {
  const range = by(rangeOf(limits, what))
  const isEmpty = range.low > range.high || (range.low === range.high && range.not.has(range.low))
  if (isEmpty && !range.mayBeUnknown) return null
  return consistent({ ...limits, ranges: new Map([...limits.ranges, [what, range]]) })
}

/** What a stage says of the number of orders; nobody in a stage has other than these. */
const ORDERS_OF: Record<Stage, [number, number]> = {
  prospect: [0, 0],
  new: [1, 1],
  'one-and-done': [1, 1],
  repeat: [2, Infinity],
  loyal: [2, Infinity],
  'at-risk': [2, Infinity],
  lapsed: [2, Infinity],
}
/** Known of somebody who has ordered at least this often only. */
const ORDERS_FOR: Record<string, number> = {
  'since-last-days': 1,
  'since-first-days': 1,
  'first-order': 1,
  'last-order': 1,
  'discount-percent': 1,
  'average-gap-days': 2,
}

function ordersForGoods(what: string, { low }: Range): number {
  return what.startsWith('bought ') || (what.startsWith('bought-in ') && low > 0) ? 1 : 0
}

/** Holds of somebody who has ordered at least this often only. */
const ORDERS_FOR_FLAG: Record<string, number> = { 'flag vip': 2, 'flag buys-in-sales': 3, 'flag regular': 4 }

/** The limits, if what they say of one thing leaves room for what they say of another. */
function consistent(limits: Limits | null): Limits | null {
  if (limits === null) return null
  const orders = rangeOf(limits, 'orders')
  let least = orders.low
  for (const [what, range] of limits.ranges)
    if (!range.mayBeUnknown) least = Math.max(least, ORDERS_FOR[what] ?? ordersForGoods(what, range))
  for (const [what, holds] of limits.yes) if (holds) least = Math.max(least, ORDERS_FOR_FLAG[what] ?? 0)
  if (least > orders.high) return null
  const stages = new Set(
    [...limits.stages].filter((stage) => {
      const [from, to] = stage === null ? [2, Infinity] : ORDERS_OF[stage]
      return to >= least && from <= orders.high
    }),
  )
  return stages.size === 0 ? null : { ...limits, stages }
}

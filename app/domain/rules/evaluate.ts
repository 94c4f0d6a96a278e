/** Whether a rule holds of somebody, why, and what would change it: the one place where it is decided. */
import { isPicker } from '#app/domain/cherry-picker.ts'
import { Bug } from '#app/errors.ts'
import { dayFromText, dayText } from '#app/domain/shop-calendar.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { STAGES, type Stage } from '#app/domain/stages.ts'
import type { Person } from './person.ts'
import {
  conditionsOf,
  type Condition,
  type NumberFeature,
  type Rule,
  type RulesById,
  type WordFeature,
} from './rule.ts'

type Test = (person: Person) => boolean

/**
 * What is true of the person about one condition: a whole number (days, orders, percent, minor units; of `bought` and
 * `left-checkout` the days since; of `bought-in` the orders within its days), a day of the shop's calendar, a stage, a word
 * of Shopify's, or yes and no. Null: not known, or never.
 */
export type FactValue = number | string | boolean | null

/** One condition with what is true of the person about it. */
export type RuleFact = { condition: Condition; value: FactValue; holds: boolean }

/** What the rule says of somebody. */
export type Verdict = {
  member: boolean
  /** The facts that decide it: while they stand, nothing else changes the verdict. */
  because: RuleFact[]
  /** Facts of which each alone, if its value became `to`, would turn the verdict; none: no single one would. */
  changes: { condition: Condition; to: FactValue }[]
}

/**
 * The rule as a question about one person, put together once for a whole pass over a shop.
 *
 * @param others  the shop's other segments; one that is not there (deleted) holds nobody
 * @throws {Bug} where a segment names itself, directly or through others: it is not saved
 */
export function memberTest(rule: Rule, others: RulesById, inside: readonly number[] = []): Test {
  switch (rule.kind) {
    case 'not': {
      const test = memberTest(rule.rule, others, inside)
      return (person) => !test(person)
    }
    case 'all': {
      const tests = rule.rules.map((each) => memberTest(each, others, inside))
      return (person) => {
        for (const test of tests) if (!test(person)) return false
        return true
      }
    }
    case 'any': {
      const tests = rule.rules.map((each) => memberTest(each, others, inside))
      return (person) => {
        for (const test of tests) if (test(person)) return true
        return false
      }
    }
    default:
      return conditionTest(rule, others, inside)
  }
}

function conditionTest(condition: Condition, others: RulesById, inside: readonly number[]): Test {
  switch (condition.kind) {
    case 'number': {
      const { feature, op, value } = condition
      if (op === 'exactly') return (person) => person.numbers[feature] === value
      if (op === 'at-least') return (person) => (person.numbers[feature] ?? -1) >= value
      return (person) => (person.numbers[feature] ?? Infinity) <= value
    }
    case 'date': {
      const { feature } = condition
      const day = dayFromText(condition.day)
      if (condition.op === 'since') return (person) => (person.days[feature] ?? -Infinity) >= day
      return (person) => (person.days[feature] ?? Infinity) < day
    }
    case 'stage': {
      const stages = new Set<Stage | null>(condition.stages)
      return (person) => stages.has(person.stage)
    }
    case 'flag':
      return FLAG_TESTS[condition.flag]
    case 'consent': {
      const { channel } = condition
      return (person) => person.consents[channel]
    }
    case 'tag': {
      const key = tagKeyOf(condition.tag)
      return (person) => person.tags.has(key)
    }
    case 'bought': {
      const { product, withinDays } = condition
      const within = withinDays ?? Infinity
      return (person) => (person.bought.get(product) ?? Infinity) < within
    }
    case 'one-of': {
      const { feature } = condition
      const values = new Set<string | null>(condition.values)
      return (person) => values.has(person.words[feature])
    }
    case 'bought-in': {
      const { times } = condition
      return (person) => timesWithin(person, condition) >= times
    }
    case 'left-checkout': {
      const { withinDays } = condition
      return (person) => (person.leftCheckoutDays ?? Infinity) < withinDays
    }
    case 'interested-in': {
      const { collection } = condition
      return (person) => person.interests.has(collection)
    }
    case 'answered': {
      const { choice } = condition
      return (person) => person.answers.has(choice)
    }
    case 'segment': {
      const { segment } = condition
      if (inside.includes(segment)) throw new Bug(`segment ${segment} names itself`)
      const other = others.get(segment)
      return other ? memberTest(other, others, [...inside, segment]) : () => false
    }
  }
}

function timesWithin(person: Person, { collection, withinDays }: Extract<Condition, { kind: 'bought-in' }>): number {
  const within = withinDays ?? Infinity
  let times = 0
  for (const days of person.boughtIn.get(collection) ?? []) if (days < within) times += 1
  return times
}

const FLAG_TESTS: Record<Extract<Condition, { kind: 'flag' }>['flag'], Test> = {
  'cherry-picker': (person) => isPicker(person.cherryPicker),
  'cherry-picker-possible': (person) => person.cherryPicker !== 'none',
  business: (person) => person.isBusiness,
  watched: (person) => person.isWatched,
  vip: (person) => person.isVip,
  'buys-in-sales': (person) => person.buysInSales,
  regular: (person) => person.isRegular,
}

/** What the rule says of one person, with the reason. */
export function evaluate(rule: Rule, person: Person, others: RulesById): Verdict {
  const test = memberTest(rule, others)
  const member = test(person)
  const because = distinct(reasonOf(rule, person, others, member))
  return { member, because, changes: changesOf(rule, test, because, person, member) }
}

/** Of a group that holds (or does not), only what decides it: all that must, or those that do. */
function reasonOf(rule: Rule, person: Person, others: RulesById, holds: boolean): RuleFact[] {
  switch (rule.kind) {
    case 'not':
      return reasonOf(rule.rule, person, others, !holds)
    case 'all':
    case 'any': {
      const deciding = rule.rules.filter((each) => memberTest(each, others)(person) === holds)
      const isByEach = (rule.kind === 'all') === holds
      // One that fails is enough for `all` to fail; which one is told is the first that the merchant wrote.
      return (isByEach ? deciding : deciding.slice(0, 1)).flatMap((each) => reasonOf(each, person, others, holds))
    }
    default:
      return [{ condition: rule, value: valueOf(rule, person, others), holds }]
  }
}

function distinct(facts: RuleFact[]): RuleFact[] {
  const seen = new Map(facts.map((fact) => [JSON.stringify(fact.condition), fact]))
  return [...seen.values()]
}

function valueOf(condition: Condition, person: Person, others: RulesById): FactValue {
  if (condition.kind === 'number') return person.numbers[condition.feature]
  if (condition.kind === 'date') {
    const day = person.days[condition.feature]
    return day === null ? null : dayText(day)
  }
  if (condition.kind === 'stage') return person.stage
  if (condition.kind === 'bought') return person.bought.get(condition.product) ?? null
  if (condition.kind === 'one-of') return person.words[condition.feature]
  if (condition.kind === 'bought-in') return timesWithin(person, condition)
  if (condition.kind === 'left-checkout') return person.leftCheckoutDays
  return memberTest(condition, others)(person)
}

/** Tries what each deciding fact could be instead, nearest first, on the rule itself: what is told is what would happen. */
function changesOf(rule: Rule, test: Test, because: RuleFact[], person: Person, member: boolean): Verdict['changes'] {
  const told = new Set<string>()
  return because.flatMap(({ condition }) => {
    const about = subjectOf(condition)
    if (told.has(about)) return []
    const to = candidates(condition, rule, person).find((value) => test(withFact(person, condition, value)) !== member)
    if (to === undefined) return []
    told.add(about)
    return [{ condition, to }]
  })
}

/** Two conditions with the same subject look at the same thing of a person. */
export function subjectOf(condition: Condition): string {
  switch (condition.kind) {
    case 'number':
    case 'date':
      return `${condition.kind} ${condition.feature}`
    case 'stage':
      return 'stage'
    case 'flag':
      return condition.flag.startsWith('cherry-picker') ? 'cherry-picker' : condition.flag
    case 'consent':
      return `consent ${condition.channel}`
    case 'tag':
      return `tag ${tagKeyOf(condition.tag)}`
    case 'bought':
      return `bought ${condition.product}`
    case 'one-of':
      return condition.feature
    case 'bought-in':
      return `bought-in ${condition.collection} ${condition.withinDays ?? 'ever'}`
    case 'left-checkout':
      return 'left-checkout'
    case 'interested-in':
      return `interested-in ${condition.collection}`
    case 'answered':
      return `answered ${condition.choice}`
    case 'segment':
      return `segment ${condition.segment}`
  }
}

function candidates(condition: Condition, rule: Rule, person: Person): FactValue[] {
  const about = subjectOf(condition)
  const alike = conditionsOf(rule).filter((each) => subjectOf(each) === about)
  switch (condition.kind) {
    case 'number':
      return nearest(
        alike.flatMap((each) => (each.kind === 'number' ? around(each.value) : [])),
        person.numbers[condition.feature],
      )
    case 'date':
      return nearest(
        alike.flatMap((each) => (each.kind === 'date' ? around(dayFromText(each.day)) : [])),
        person.days[condition.feature],
      ).map(dayText)
    case 'bought':
      return [
        ...nearest(
          alike.flatMap((each) => (each.kind === 'bought' && each.withinDays !== null ? around(each.withinDays) : [0])),
          person.bought.get(condition.product) ?? null,
        ),
        null,
      ]
    case 'left-checkout':
      return [
        ...nearest(
          alike.flatMap((each) => (each.kind === 'left-checkout' ? around(each.withinDays) : [])),
          person.leftCheckoutDays,
        ),
        null,
      ]
    case 'bought-in':
      return nearest(
        alike.flatMap((each) => (each.kind === 'bought-in' ? around(each.times) : [])),
        timesWithin(person, condition),
      )
    case 'one-of':
      return [...new Set(alike.flatMap((each) => (each.kind === 'one-of' ? each.values : []))), null]
    case 'stage':
      return [...STAGES]
    case 'segment':
      return []
    case 'flag':
    case 'consent':
    case 'tag':
    case 'interested-in':
    case 'answered':
      return [true, false]
  }
}

function around(value: number): number[] {
  return [value - 1, value, value + 1].filter((each) => each >= 0)
}

function nearest(values: number[], present: number | null): number[] {
  return [...new Set(values)].sort((a, b) => Math.abs(a - (present ?? 0)) - Math.abs(b - (present ?? 0)))
}

/** The person as they would be if what a condition looks at had this value. */
export function withFact(person: Person, condition: Condition, value: FactValue): Person {
  switch (condition.kind) {
    case 'number':
      return { ...person, numbers: { ...person.numbers, [condition.feature satisfies NumberFeature]: value } }
    case 'date':
      return {
        ...person,
        days: { ...person.days, [condition.feature]: value === null ? null : dayFromText(String(value)) },
      }
    case 'stage':
      return { ...person, stage: value as Stage }
    case 'flag': {
      if (condition.flag === 'business') return { ...person, isBusiness: value === true }
      if (condition.flag === 'watched') return { ...person, isWatched: value === true }
      if (condition.flag === 'vip') return { ...person, isVip: value === true }
      if (condition.flag === 'buys-in-sales') return { ...person, buysInSales: value === true }
      if (condition.flag === 'regular') return { ...person, isRegular: value === true }
      const tier = condition.flag === 'cherry-picker' ? 'likely' : 'possible'
      return { ...person, cherryPicker: value === true ? tier : 'none' }
    }
    case 'consent':
      return { ...person, consents: { ...person.consents, [condition.channel]: value === true } }
    case 'tag': {
      const key = tagKeyOf(condition.tag)
      return {
        ...person,
        tags: new Set([...person.tags].filter((tag) => tag !== key).concat(value === true ? key : [])),
      }
    }
    case 'bought': {
      const bought = new Map(person.bought)
      if (value === null) bought.delete(condition.product)
      else bought.set(condition.product, Number(value))
      return { ...person, bought }
    }
    case 'one-of':
      return { ...person, words: { ...person.words, [condition.feature satisfies WordFeature]: value } }
    case 'left-checkout':
      return { ...person, leftCheckoutDays: value === null ? null : Number(value) }
    case 'interested-in': {
      const others = [...person.interests].filter((each) => each !== condition.collection)
      return { ...person, interests: new Set(value === true ? [...others, condition.collection] : others) }
    }
    case 'bought-in': {
      const days = person.boughtIn.get(condition.collection) ?? []
      const within = days.filter((each) => each < (condition.withinDays ?? Infinity))
      const missing = Number(value) - within.length
      // More are of today; with fewer, the oldest of them have become too old.
      const then =
        missing >= 0
          ? [...Array<number>(missing).fill(0), ...days]
          : [...within.slice(0, Number(value)), ...days.slice(within.length)]
      return { ...person, boughtIn: new Map([...person.boughtIn, [condition.collection, then]]) }
    }
    case 'answered': {
      const answers = [...person.answers].filter((choice) => choice !== condition.choice)
      return { ...person, answers: new Set(value === true ? [...answers, condition.choice] : answers) }
    }
    case 'segment':
      return person
  }
}

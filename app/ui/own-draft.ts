/** A rule as the editor holds it: fields as texts, so that a half-typed number is kept, and groups by how they join. */
import {
  FLAGS,
  MONEY_FEATURES,
  MOST_CHECKOUT_DAYS,
  NUMBER_FEATURES,
  WORD_FEATURES,
  type Condition,
  type Rule,
  type WordFeature,
} from '#app/domain/rules/rule.ts'
import type { Stage } from '#app/domain/stages.ts'
import { majorOf, minorFrom } from './amount-field.ts'

/** How the conditions of a group join: all of them, at least one, none, or not all of them. */
export const MODES = ['all', 'any', 'none', 'not-all'] as const
export type Mode = (typeof MODES)[number]

export type DraftGroup = { kind: 'group'; mode: Mode; items: DraftItem[] }
/** What it is about (`number:orders`, `tag`), how it compares, and with what. */
export type DraftCondition = {
  kind: 'condition'
  about: string
  op: string
  /** A number, a day, a tag, the id of a product, of a collection, of a choice or of a segment. */
  value: string
  stages: Stage[]
  /** Words of Shopify's, countries. */
  words: string[]
  /** Orders from a collection, at least. */
  times: string
  /** Of a product, a collection or a checkout: in the last so many days; empty: ever. And what it is called. */
  within: string
  title: string
}
export type DraftItem = DraftGroup | DraftCondition

/** Everything that a condition can be about, in the order in which the editor offers it. */
export const SUBJECTS: readonly string[] = [
  ...NUMBER_FEATURES.map((feature) => `number:${feature}`),
  'date:first-order',
  'date:last-order',
  'stage',
  'bought',
  'bought-in',
  'left-checkout',
  'interested-in',
  'answered',
  'tag',
  'consent:email',
  'consent:sms',
  ...FLAGS.map((flag) => `flag:${flag}`),
  ...WORD_FEATURES.map((feature) => `one-of:${feature}`),
  'segment',
]

/** What a condition about a subject starts from. */
export function freshCondition(about: string): DraftCondition {
  const op = about.startsWith('number:') ? 'at-least' : about.startsWith('date:') ? 'since' : 'is'
  return { kind: 'condition', about, op, value: '', stages: [], words: [], times: '1', within: '', title: '' }
}

/** A new rule: one condition to begin with. */
export function freshDraft(): DraftGroup {
  return { kind: 'group', mode: 'all', items: [{ ...freshCondition('number:orders'), value: '2' }] }
}

export function draftOf(rule: Rule, currency: string): DraftGroup {
  const item = itemOf(rule, currency, false)
  return item.kind === 'group' ? item : { kind: 'group', mode: 'all', items: [item] }
}

function itemOf(rule: Rule, currency: string, isNot: boolean): DraftItem {
  if (rule.kind === 'not') return itemOf(rule.rule, currency, !isNot)
  if (rule.kind === 'all' || rule.kind === 'any') {
    const mode: Mode = isNot ? (rule.kind === 'all' ? 'not-all' : 'none') : rule.kind
    return { kind: 'group', mode, items: rule.rules.map((each) => itemOf(each, currency, false)) }
  }
  const item = conditionOf(rule, currency, isNot)
  // The opposite of a comparison has no words of its own: who is not known is in it too.
  const hasOpposite = rule.kind !== 'number' && rule.kind !== 'date'
  return isNot && !hasOpposite ? { kind: 'group', mode: 'none', items: [item] } : item
}

function conditionOf(condition: Condition, currency: string, isNot: boolean): DraftCondition {
  const op = isNot ? 'is-not' : 'is'
  switch (condition.kind) {
    case 'number': {
      const { feature, value } = condition
      const text = MONEY_FEATURES.includes(feature) ? majorOf(value, currency) : String(value)
      return { ...freshCondition(`number:${feature}`), op: condition.op, value: text }
    }
    case 'date':
      return { ...freshCondition(`date:${condition.feature}`), op: condition.op, value: condition.day }
    case 'stage':
      return { ...freshCondition('stage'), op, stages: [...condition.stages] }
    case 'flag':
      return { ...freshCondition(`flag:${condition.flag}`), op }
    case 'consent':
      return { ...freshCondition(`consent:${condition.channel}`), op }
    case 'tag':
      return { ...freshCondition('tag'), op, value: condition.tag }
    case 'bought': {
      const within = condition.withinDays === null ? '' : String(condition.withinDays)
      return { ...freshCondition('bought'), op, value: condition.product, within, title: condition.title }
    }
    case 'one-of':
      return { ...freshCondition(`one-of:${condition.feature}`), op, words: [...condition.values] }
    case 'bought-in': {
      const within = condition.withinDays === null ? '' : String(condition.withinDays)
      const { collection, title, times } = condition
      return { ...freshCondition('bought-in'), op, value: collection, title, times: String(times), within }
    }
    case 'left-checkout':
      return { ...freshCondition('left-checkout'), op, within: String(condition.withinDays) }
    case 'interested-in':
      return { ...freshCondition('interested-in'), op, value: condition.collection, title: condition.title }
    case 'answered':
      return { ...freshCondition('answered'), op, value: String(condition.choice), title: condition.title }
    case 'segment':
      return { ...freshCondition('segment'), op, value: String(condition.segment) }
  }
}

/** The rule as it is sent; a field that is not filled in is NaN or empty there, which no rule is. */
export function ruleOf(draft: DraftItem, currency: string): Rule {
  if (draft.kind === 'group') {
    const rules = draft.items.map((each) => ruleOf(each, currency))
    const joined: Rule = { kind: draft.mode === 'all' || draft.mode === 'not-all' ? 'all' : 'any', rules }
    return draft.mode === 'none' || draft.mode === 'not-all' ? { kind: 'not', rule: joined } : joined
  }
  const condition = filledIn(draft, currency)
  return draft.op === 'is-not' ? { kind: 'not', rule: condition } : condition
}

function filledIn(draft: DraftCondition, currency: string): Condition {
  const [kind, which] = draft.about.split(':') as [string, string]
  const is = <K extends Condition['kind']>(condition: Extract<Condition, { kind: K }>): Condition => condition
  switch (kind) {
    case 'number': {
      const feature = which as (typeof NUMBER_FEATURES)[number]
      const value = MONEY_FEATURES.includes(feature) ? minorFrom(draft.value, currency) : wholeFrom(draft.value)
      return is<'number'>({ kind: 'number', feature, op: draft.op as 'at-least' | 'at-most' | 'exactly', value })
    }
    case 'date':
      return is<'date'>({
        kind: 'date',
        feature: which as 'first-order' | 'last-order',
        op: draft.op as 'since' | 'before',
        day: draft.value,
      })
    case 'stage':
      return is<'stage'>({ kind: 'stage', stages: draft.stages })
    case 'flag':
      return is<'flag'>({ kind: 'flag', flag: which as (typeof FLAGS)[number] })
    case 'consent':
      return is<'consent'>({ kind: 'consent', channel: which as 'email' | 'sms' })
    case 'tag':
      return is<'tag'>({ kind: 'tag', tag: draft.value })
    case 'bought': {
      const withinDays = draft.within.trim() === '' ? null : wholeFrom(draft.within)
      return is<'bought'>({ kind: 'bought', product: draft.value, title: draft.title, withinDays })
    }
    case 'one-of':
      return is<'one-of'>({ kind: 'one-of', feature: which as WordFeature, values: draft.words })
    case 'bought-in':
      return is<'bought-in'>({
        kind: 'bought-in',
        collection: draft.value,
        title: draft.title,
        times: wholeFrom(draft.times),
        withinDays: draft.within.trim() === '' ? null : wholeFrom(draft.within),
      })
    case 'left-checkout':
      return is<'left-checkout'>({ kind: 'left-checkout', withinDays: wholeFrom(draft.within) })
    case 'interested-in':
      return is<'interested-in'>({ kind: 'interested-in', collection: draft.value, title: draft.title })
    case 'answered':
      return is<'answered'>({ kind: 'answered', choice: wholeFrom(draft.value), title: draft.title })
    default:
      return is<'segment'>({ kind: 'segment', segment: wholeFrom(draft.value) })
  }
}

/** Whether every field is filled in with what it takes. */
export function isComplete(draft: DraftItem, currency: string): boolean {
  if (draft.kind === 'group') return draft.items.length > 0 && draft.items.every((each) => isComplete(each, currency))
  const { about, value, within } = draft
  if (about === 'stage') return draft.stages.length > 0
  if (about.startsWith('one-of:')) return draft.words.length > 0
  if (about === 'left-checkout') return wholeFrom(within) >= 1 && wholeFrom(within) <= MOST_CHECKOUT_DAYS
  if (about === 'bought-in' && !(wholeFrom(draft.times) > 0)) return false
  if (about.startsWith('flag:') || about.startsWith('consent:')) return true
  if (about.startsWith('number:')) {
    const isMoney = MONEY_FEATURES.some((feature) => about === `number:${feature}`)
    return !Number.isNaN(isMoney ? minorFrom(value, currency) : wholeFrom(value))
  }
  if (about.startsWith('bought') && within.trim() !== '' && !(wholeFrom(within) > 0)) return false
  return value.trim() !== ''
}

function wholeFrom(text: string): number {
  return /^\d{1,12}$/.test(text.trim()) ? Number(text) : NaN
}

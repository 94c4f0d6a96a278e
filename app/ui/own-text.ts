/** Conditions of a rule, and what is true of somebody about them, as a person reads them. */
import type { TFunction } from 'i18next'
import type { RuleTrouble } from '#app/domain/own-pages.ts'
import type { FactValue, RuleFact, Verdict } from '#app/domain/rules/evaluate.ts'
import { MONEY_FEATURES, type Condition, type Rule, type WordFeature } from '#app/domain/rules/rule.ts'
import type { Formats } from './formats.ts'

/** What the texts need beside the rule: the shop's currency and the names of its segments. */
export type OwnWords = { currency: string; names: ReadonlyMap<number, string> }

type NumberCondition = Extract<Condition, { kind: 'number' }>
type ComparedCondition = Extract<Condition, { kind: 'number' | 'date' | 'bought-in' | 'left-checkout' }>

/** What is true of somebody about it is told beside what was asked for. */
function isCompared(condition: Condition): condition is ComparedCondition {
  return ['number', 'date', 'bought-in', 'left-checkout'].includes(condition.kind)
}

/** One condition in words: "Orders: at least 3". */
export function conditionText(t: TFunction, f: Formats, condition: Condition, words: OwnWords): string {
  if (isCompared(condition) && condition.kind !== 'left-checkout')
    return t('own.line', { feature: featureText(t, condition, words, f), value: wantedText(t, f, condition, words) })
  if (condition.kind === 'stage')
    return t('own.line', {
      feature: t('own.about.stage'),
      value: f.list(condition.stages.map((stage) => t(`stage.${stage}`))),
    })
  if (condition.kind === 'one-of')
    return t('own.line', {
      feature: featureText(t, condition, words),
      value: f.list(condition.values.map((value) => wordText(t, f, condition.feature, value))),
    })
  return featureText(t, condition, words, f)
}

/** What is true of somebody about a condition: "Orders: 5 (at least 3)". */
export function factText(t: TFunction, f: Formats, fact: RuleFact, words: OwnWords): string {
  const { condition, value, holds } = fact
  const feature = featureText(t, condition, words, condition.kind === 'bought-in' ? f : null)
  if (isCompared(condition)) {
    const wanted = wantedText(t, f, condition, words)
    const rule = holds ? wanted : t('own.notSo', { wanted })
    return t('own.fact', { feature, value: valueText(t, f, condition, value, words), rule })
  }
  return t('own.line', { feature, value: valueText(t, f, condition, value, words) })
}

/** All facts that decide. */
export function factsText(t: TFunction, f: Formats, facts: readonly RuleFact[], words: OwnWords): string {
  return facts.map((fact) => factText(t, f, fact, words)).join(' · ')
}

/** All that decides, and what would turn it. */
export function verdictText(t: TFunction, f: Formats, verdict: Verdict, words: OwnWords): string {
  const because = factsText(t, f, verdict.because, words)
  const [change] = verdict.changes
  if (change === undefined) return because
  const to = t('own.line', {
    feature: featureText(t, change.condition, words),
    value: valueText(t, f, change.condition, change.to, words),
  })
  return `${because}. ${t(verdict.member ? 'own.leavesWith' : 'own.entersWith', { to })}`
}

function featureText(t: TFunction, condition: Condition, words: OwnWords, f: Formats | null = null): string {
  switch (condition.kind) {
    case 'number':
      return t(`own.about.number-${condition.feature}`)
    case 'date':
      return t(`own.about.date-${condition.feature}`)
    case 'stage':
      return t('own.about.stage')
    case 'flag':
      return t(`own.about.flag-${condition.flag}`)
    case 'consent':
      return t(`own.about.consent-${condition.channel}`)
    case 'tag':
      return t('own.tagNamed', { tag: condition.tag })
    case 'bought':
      return condition.withinDays === null || f === null
        ? t('own.boughtNamed', { title: condition.title })
        : t('own.boughtWithin', {
            title: condition.title,
            count: condition.withinDays,
            n: f.number(condition.withinDays),
          })
    case 'one-of':
      return t(`own.about.one-of-${condition.feature}`)
    case 'bought-in':
      return condition.withinDays === null || f === null
        ? t('own.boughtIn', { title: condition.title })
        : t('own.boughtInWithin', {
            title: condition.title,
            count: condition.withinDays,
            n: f.number(condition.withinDays),
          })
    case 'left-checkout':
      return f === null
        ? t('own.leftCheckout')
        : t('own.leftCheckoutWithin', { count: condition.withinDays, n: f.number(condition.withinDays) })
    case 'interested-in':
      return t('own.interestedIn', { title: condition.title })
    case 'answered':
      return t('own.answeredNamed', { title: condition.title })
    case 'segment':
      return t('own.inSegment', { name: words.names.get(condition.segment) ?? '–' })
  }
}

/** A word of Shopify's, or a country. */
export function wordText(t: TFunction, f: Formats, feature: WordFeature, word: string): string {
  return feature === 'country' ? f.country(word) : t(`own.word.${feature}.${word}`)
}

function wantedText(t: TFunction, f: Formats, condition: ComparedCondition, words: OwnWords): string {
  if (condition.kind === 'left-checkout')
    return t('own.lastDays', { count: condition.withinDays, n: f.number(condition.withinDays) })
  if (condition.kind === 'bought-in') return t('own.op.at-least', { value: timesText(t, f, condition.times) })
  const value =
    condition.kind === 'date' ? f.day(condition.day) : numberText(t, f, condition.feature, condition.value, words)
  return t(`own.op.${condition.op}`, { value })
}

function valueText(t: TFunction, f: Formats, condition: Condition, value: FactValue, words: OwnWords): string {
  if (value === null) {
    if (condition.kind === 'left-checkout') return t('own.no')
    return condition.kind === 'bought' ? t('own.never') : t('own.unknown')
  }
  if (condition.kind === 'number') return numberText(t, f, condition.feature, Number(value), words)
  if (condition.kind === 'date') return f.day(String(value))
  if (condition.kind === 'stage') return t(`stage.${String(value)}`)
  if (condition.kind === 'one-of') return wordText(t, f, condition.feature, String(value))
  if (condition.kind === 'bought-in') return timesText(t, f, Number(value))
  if (condition.kind === 'bought' || condition.kind === 'left-checkout')
    return Number(value) === 0 ? t('own.today') : t('own.daysAgo', { count: Number(value), n: f.number(Number(value)) })
  return value === true ? t('own.yes') : t('own.no')
}

function timesText(t: TFunction, f: Formats, times: number): string {
  return t('own.times', { count: times, n: f.number(times) })
}

function numberText(
  t: TFunction,
  f: Formats,
  feature: NumberCondition['feature'],
  value: number,
  { currency }: OwnWords,
): string {
  if (MONEY_FEATURES.includes(feature)) return f.money({ minor: value, currency })
  if (feature === 'discount-percent') return `${f.number(value)}%`
  return feature.endsWith('-days') ? t('count.days', { count: value, n: f.number(value) }) : f.number(value)
}

/** A whole rule in one line; groups inside it in brackets. */
export function ruleText(t: TFunction, f: Formats, rule: Rule, words: OwnWords, isInner = false): string {
  switch (rule.kind) {
    case 'not':
      return t('own.notThis', { text: ruleText(t, f, rule.rule, words, true) })
    case 'all':
    case 'any': {
      const parts = rule.rules.map((each) => ruleText(t, f, each, words, rule.rules.length > 1))
      const text = parts.join(` ${t(`own.join.${rule.kind}`)} `)
      return isInner && parts.length > 1 ? `(${text})` : text
    }
    default:
      return conditionText(t, f, rule, words)
  }
}

/** What is wrong with a rule, and what to do about it. */
export function troubleText(t: TFunction, f: Formats, trouble: RuleTrouble, words: OwnWords): string {
  switch (trouble.kind) {
    case 'rule-circle':
      return t('own.trouble.rule-circle', { names: trouble.names.join(' → ') })
    case 'rule-nobody':
      return trouble.between === null
        ? t('own.trouble.rule-nobody')
        : t('own.trouble.nobodyBetween', {
            one: conditionText(t, f, trouble.between[0], words),
            other: conditionText(t, f, trouble.between[1], words),
          })
    case 'rule-our-tag':
    case 'rule-tag-gone':
      return t(`own.trouble.${trouble.kind}`, { tag: trouble.tag })
    case 'rule-product-gone':
    case 'rule-collection-gone':
    case 'rule-answer-gone':
      return t(`own.trouble.${trouble.kind}`, { title: trouble.title })
    default:
      return t(`own.trouble.${trouble.kind}`)
  }
}

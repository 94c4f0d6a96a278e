/** The setup helper: three answers of a merchant and the shop's own figures propose which segments to watch first. */
import type { FirstAnswers } from './first-answers.ts'
import type { Freshness } from './pages.ts'
import type { Estimate } from './rules/estimate.ts'
import { conditionsOf, needsWholeHistory, type Rule } from './rules/rule.ts'
import type { Estimates, Stage } from './stages.ts'

/** Segments that are there already. */
type FirstBig = 'new' | 'one-and-done' | 'loyal' | 'at-risk' | 'lapsed' | 'cherry-picker'
/** Segments that the merchant would save as their own, from a rule that is prepared. */
const FIRST_OWN = ['bought-once', 'due', 'loyal-quiet', 'code-once', 'full-price'] as const
type FirstOwn = (typeof FIRST_OWN)[number]
export type FirstKey = FirstBig | FirstOwn

/** Customers in it, and of them those whom the chosen channel reaches; null: every one, in the shop itself. */
export type FirstCount = { customers: Estimate; reachable: Estimate | null }

export type FirstFigures = {
  /** The return window in whole days. */
  windowDays: number
  /** Orders from which a repeat customer is loyal. */
  loyalOrders: number
  /** Shopify hides older orders. */
  isLimited: boolean
  /** Customers whose first order lies within 24 months, and of them those who used a first-purchase code on it; null: not known. */
  firstOrders: { all: number; withCode: number } | null
  /** Of each segment that the answers may propose (`candidatesFor`). */
  counts: Partial<Record<FirstKey, FirstCount>>
}

/** A segment that is worth watching, with what its sentence is made of. */
export type FirstProposal = FirstCount & {
  key: FirstKey
  /** To open in the editor; null: it is one of the big segments and has a page. */
  rule: Rule | null
  /** Of first orders, those with a first-purchase code, 0–1; only where the sentence is about codes. */
  codeShare: number | null
}

/** Why a segment that would come first is left out. */
export type FirstSkip = { key: FirstKey; why: 'nobody' | 'unreachable' | 'hidden' }

export type FirstSegments = { proposals: FirstProposal[]; skipped: FirstSkip[] }

/** The page of the setup helper; `result` null: not answered yet. */
export type FirstPage = {
  freshness: Freshness
  estimates: Estimates | null
  answers: FirstAnswers | null
  isDismissed: boolean
  windowDays: number
  loyalOrders: number
  result: FirstSegments | null
}

/** Most segments that are proposed: more than three at once are watched by nobody. */
const MOST_PROPOSED = 3

const BY_WORRY: Record<FirstAnswers['worry'], readonly FirstKey[]> = {
  'no-return': ['bought-once', 'one-and-done', 'new'],
  quiet: ['at-risk', 'loyal-quiet', 'lapsed'],
  discounts: ['cherry-picker', 'code-once', 'full-price'],
}
const BY_GOODS: Record<FirstAnswers['sells'], FirstKey> = { 'used-up': 'due', kept: 'loyal', rare: 'new' }
/** For shops where hardly anybody is in what the answers ask for. */
const ELSE: readonly FirstKey[] = ['at-risk', 'bought-once', 'one-and-done', 'loyal', 'new']
/** In these nobody is found while older orders are hidden, which says nothing. */
const NEED_OLDER_ORDERS: readonly FirstKey[] = ['at-risk', 'lapsed', 'cherry-picker', 'loyal-quiet']

/**
 * The segments that the answers may propose, the fittest first: two for the worry, one for what is sold, the third for the
 * worry, then what every shop can watch. Each once: `no-return` with `rare`
 * begins with bought-once, one-and-done, new.
 */
export function candidatesFor({ worry, sells }: FirstAnswers): FirstKey[] {
  const [first, second, third] = BY_WORRY[worry] as [FirstKey, FirstKey, FirstKey]
  return [...new Set([first, second, BY_GOODS[sells], third, ...ELSE])]
}

/** More than half of the return window: whole days since the last order from which it is time to write. */
export function halfWindowDays(windowDays: number): number {
  return Math.max(1, Math.ceil(windowDays / 2))
}

/**
 * Whom a segment holds, whatever reaches them; for a window of 110 days, `bought-once` is New with 55 days or more since the
 * last order.
 */
export function ruleOfFirst(key: FirstKey, { windowDays, loyalOrders }: FirstMeasures): Rule {
  const stage = (...stages: Stage[]): Rule => ({ kind: 'stage', stages })
  const atLeast = (
    feature: 'since-last-days' | 'orders' | 'benefits-used' | 'full-price-orders',
    value: number,
  ): Rule => ({
    kind: 'number',
    feature,
    op: 'at-least',
    value,
  })
  const all = (...rules: Rule[]): Rule => ({ kind: 'all', rules })
  switch (key) {
    case 'bought-once':
      return all(stage('new'), atLeast('since-last-days', halfWindowDays(windowDays)))
    case 'due':
      return all(stage('repeat', 'loyal'), atLeast('since-last-days', halfWindowDays(windowDays)))
    case 'loyal-quiet':
      return all(stage('at-risk'), atLeast('orders', loyalOrders))
    case 'code-once':
      return all({ kind: 'number', feature: 'orders', op: 'exactly', value: 1 }, atLeast('benefits-used', 1))
    case 'full-price':
      return all(stage('repeat', 'loyal'), atLeast('full-price-orders', 2))
    case 'cherry-picker':
      return { kind: 'flag', flag: 'cherry-picker' }
    default:
      return stage(key)
  }
}
type FirstMeasures = Pick<FirstFigures, 'windowDays' | 'loyalOrders'>

/** The same, and of them those whom the channel reaches. */
export function reachedRule(rule: Rule, channel: FirstAnswers['channel']): Rule {
  if (channel === 'shop') return rule
  return { kind: 'all', rules: [...(rule.kind === 'all' ? rule.rules : [rule]), { kind: 'consent', channel }] }
}

/** Whether a segment rests on orders that Shopify hides from an app without read_all_orders. */
function needsOlderOrders(key: FirstKey, figures: FirstFigures): boolean {
  return key !== 'cherry-picker' && conditionsOf(ruleOfFirst(key, figures)).some(needsWholeHistory)
}

/**
 * Up to three segments to watch first, and those that would have come before and are left out.
 *
 * @returns no proposal of a segment that holds nobody; a segment of one's own only if the channel reaches somebody in it,
 *          its rule holding only those
 */
export function firstSegments(answers: FirstAnswers, figures: FirstFigures): FirstSegments {
  const proposals: FirstProposal[] = []
  const skipped: FirstSkip[] = []
  for (const key of candidatesFor(answers)) {
    if (proposals.length === MOST_PROPOSED) break
    const count = figures.counts[key]
    const customers = count?.customers.customers ?? 0
    const isOwn = isOwnKey(key)
    if (figures.isLimited && (needsOlderOrders(key, figures) || (customers === 0 && NEED_OLDER_ORDERS.includes(key))))
      skipped.push({ key, why: 'hidden' })
    else if (count === undefined || customers === 0) skipped.push({ key, why: 'nobody' })
    else if (isOwn && count.reachable?.customers === 0) skipped.push({ key, why: 'unreachable' })
    else
      proposals.push({
        key,
        ...count,
        rule: isOwn ? reachedRule(ruleOfFirst(key, figures), answers.channel) : null,
        codeShare: key === 'code-once' || key === 'cherry-picker' ? codeShareOf(figures) : null,
      })
  }
  return { proposals, skipped }
}

function isOwnKey(key: FirstKey): key is FirstOwn {
  return (FIRST_OWN as readonly FirstKey[]).includes(key)
}

function codeShareOf({ firstOrders }: FirstFigures): number | null {
  return firstOrders === null || firstOrders.all === 0 ? null : firstOrders.withCode / firstOrders.all
}

import type { TFunction } from 'i18next'
import type { RewardProblems } from './reward-draft.ts'

/** Keys of the texts that the shape and the rules of a reward answer with. */
const KNOWN = [
  'name-empty',
  'name-long',
  'name-characters',
  'percent',
  'amount',
  'code',
  'code-twice',
  'date',
  'day-past',
  'day-far',
  'days',
  'orders',
  'product',
  'stages',
  'steps',
  'conditions',
  'guests-own',
  'first-order-order',
  'step-free',
  'claimed-one',
  'takers-shared',
  'segment-gone',
  'currency-changed',
  'review-sentiment',
  'review-without-order',
  'consent-loss',
  'consent-automatic',
  'false-urgency',
  'wrong-percent',
  'hidden-condition',
  'too-many',
  'too-long',
  'ended',
  'live',
]
/** Where the same refusal means another limit. */
const AT: readonly [RegExp, string][] = [
  [/^comparisonPercent$/, 'comparison'],
  [/^takers$/, 'takers'],
  [/^validDays$/, 'valid-days'],
  [/^who\.segment$/, 'segment'],
  [/^who\.stages$/, 'stages'],
  [/^texts\.\d$/, 'text'],
  [/^steps\.\d\.what\.title$/, 'gift-title'],
]

/** What is wrong with a field, in words. @param path  in the definition */
export function refusalText(t: TFunction, path: string, key: string): string {
  const at = AT.find(([pattern]) => pattern.test(path))?.[1]
  if (at !== undefined && key !== 'takers-shared' && key !== 'segment-gone' && key !== 'name-characters')
    return t(`rewards.refusedAt.${at}`)
  return t(`rewards.refused.${KNOWN.includes(key) ? key : 'other'}`)
}

/** The first of them at a field or inside it. */
export function refusalAt(t: TFunction, problems: RewardProblems, path: string): string | undefined {
  const found = Object.entries(problems).find(([at]) => at === path || at.startsWith(`${path}.`))
  return found === undefined ? undefined : refusalText(t, found[0], found[1])
}

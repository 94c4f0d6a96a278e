import type { TFunction } from 'i18next'
import type {
  RewardCondition,
  RewardDefinition,
  RewardGift,
  RewardStep,
  RewardWho,
} from '#app/domain/rewards/reward.ts'
import type { Formats } from './formats.ts'

/** The merchant's own segments, to be called by name. */
export type SegmentNames = readonly { id: number; name: string }[]

/** What a reward says in one sentence: what it gives, to whom, for what, from which basket, up to what, until when. */
export function rewardSentence(
  t: TFunction,
  f: Formats,
  reward: RewardDefinition,
  currency: string,
  segments: SegmentNames = [],
): string {
  const money = (minor: number) => f.money({ minor, currency })
  const { who, steps, minimumMinor, budgetMinor, takers } = reward
  const [first] = steps
  const hasMinimum = minimumMinor !== null && steps.some(({ what }) => what.kind !== 'credit')
  const values = {
    who: whoText(t, f, who, segments),
    gift: giftText(t, f, first!.what, currency),
    when: whenText(t, f, first!),
    minimum: hasMinimum ? t('rewards.sentence.minimum', { money: money(minimumMinor) }) : '',
    takers: takers === null ? '' : t('rewards.sentence.takers', { count: takers, n: f.number(takers) }),
    budget: budgetMinor === null ? '' : t('rewards.sentence.budget', { money: money(budgetMinor) }),
    day: f.day(reward.endsOn),
  }
  if (steps.length > 1) {
    const each = steps.map((step) => stepText(t, f, step, currency))
    return t('rewards.sentence.steps', { ...values, steps: each.join(t('rewards.sentence.then')) })
  }
  const isAtOnce = first!.conditions.length === 0 && first!.waitDays === 0
  if (isAtOnce)
    return who.kind === 'first-order' ? t('rewards.sentence.first', values) : t('rewards.sentence.atOnce', values)
  return t('rewards.sentence.earned', values)
}

/** "20% off" */
export function giftText(t: TFunction, f: Formats, what: RewardGift, currency: string): string {
  if (what.kind === 'percent') return t('rewards.gift.percent', { percent: f.percent(what.percent / 100) })
  if (what.kind === 'gift') return t('rewards.gift.gift', { title: what.title })
  if (what.kind === 'free-shipping') return t('rewards.gift.free-shipping')
  return t(`rewards.gift.${what.kind}`, { money: f.money({ minor: what.amountMinor, currency }) })
}

/** "people who have not bought yet" */
export function whoText(t: TFunction, f: Formats, who: RewardWho, segments: SegmentNames): string {
  switch (who.kind) {
    case 'first-order':
      return t(`rewards.whom.${who.guests}`)
    case 'everybody':
      return t('rewards.whom.everybody')
    case 'stage':
      return t('rewards.whom.of', { named: f.list(who.stages.map((stage) => t(`stage.${stage}`))) })
    case 'flag':
      return t('rewards.whom.of', {
        named: who.flag === 'cherry-picker' ? t('stage.cherry-picker') : t(`flags.name.${who.flag}`),
      })
    case 'own': {
      const name = segments.find(({ id }) => id === who.segment)?.name
      return name === undefined ? t('rewards.whom.gone') : t('rewards.whom.of', { named: name })
    }
  }
}

/** "10% off after order 2" */
function stepText(t: TFunction, f: Formats, step: RewardStep, currency: string): string {
  const gift = giftText(t, f, step.what, currency)
  if (step.conditions.length === 0 && step.waitDays === 0) return gift
  return t('rewards.sentence.step', { gift, when: whenText(t, f, step) })
}

/** "after order 2 and an honest review, 3 days later" */
function whenText(t: TFunction, f: Formats, { conditions, join, waitDays }: RewardStep): string {
  const done = conditions.map((condition) => conditionText(t, f, condition)).join(t(`rewards.sentence.${join}`))
  const wait = { count: waitDays, days: f.number(waitDays) }
  if (conditions.length === 0) return t('rewards.sentence.waitOnly', wait)
  const after = t('rewards.sentence.after', { done })
  return waitDays === 0 ? after : t('rewards.sentence.wait', { after, ...wait })
}

/** "order 2" */
export function conditionText(t: TFunction, f: Formats, condition: RewardCondition): string {
  switch (condition.kind) {
    case 'order':
    case 'more-orders':
      return t(`rewards.done.${condition.kind}`, { count: condition.n, n: f.number(condition.n) })
    case 'delivered':
    case 'kept':
      return t(`rewards.done.${condition.kind}`, { count: condition.days, n: f.number(condition.days) })
    case 'review':
      return t('rewards.done.review')
    case 'consent':
      return t(`rewards.done.${condition.channel}`)
    case 'survey':
      return t(`rewards.done.survey.${condition.which}`)
  }
}

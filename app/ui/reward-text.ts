import type { TFunction } from 'i18next'
import type { RewardDefinition, RewardGift } from '#app/domain/rewards/reward.ts'
import type { Formats } from './formats.ts'

/** What a reward says in one sentence: what it gives, to whom, from which basket, up to what, until when. */
export function rewardSentence(t: TFunction, f: Formats, reward: RewardDefinition, currency: string): string {
  const money = (minor: number) => f.money({ minor, currency })
  return t(`rewards.sentence.${reward.who.kind === 'first-order' ? reward.who.guests : 'may-use'}`, {
    gift: t(`rewards.sentence.gift.${reward.steps[0]!.what.kind}`, giftValues(f, reward.steps[0]!.what, currency)),
    minimum: reward.minimumMinor === null ? '' : t('rewards.sentence.minimum', { money: money(reward.minimumMinor) }),
    budget: reward.budgetMinor === null ? '' : t('rewards.sentence.budget', { money: money(reward.budgetMinor) }),
    day: f.day(reward.endsOn),
  })
}

/** "20% off" */
export function giftText(t: TFunction, f: Formats, what: RewardGift, currency: string): string {
  return t(`rewards.gift.${what.kind}`, giftValues(f, what, currency))
}

function giftValues(
  f: Formats,
  what: RewardGift,
  currency: string,
): { percent?: string; money?: string; title?: string } {
  if (what.kind === 'percent') return { percent: f.percent(what.percent / 100) }
  if (what.kind === 'gift') return { title: what.title }
  return what.kind === 'amount' || what.kind === 'credit'
    ? { money: f.money({ minor: what.amountMinor, currency }) }
    : {}
}

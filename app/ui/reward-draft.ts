/** A reward as its form holds it: fields as texts, so that a half-typed number is kept. */
import type { RewardDefinition, RewardGift } from '#app/domain/rewards/reward.ts'
import { majorOf, minorFrom } from './amount-field.ts'

export type RewardDraft = {
  name: string
  kind: RewardGift['kind']
  percent: string
  amount: string
  code: string
  guests: RewardDefinition['guests']
  minimum: string
  budget: string
  endsOn: string
  combines: boolean
}

export function rewardDraftOf(definition: RewardDefinition, currency: string): RewardDraft {
  const { what, minimumMinor, budgetMinor, ...same } = definition
  const field = (minor: number | null) => (minor === null ? '' : majorOf(minor, currency))
  return {
    ...same,
    kind: what.kind,
    percent: what.kind === 'percent' ? String(what.percent) : '20',
    amount: what.kind === 'amount' ? majorOf(what.amountMinor, currency) : '',
    minimum: field(minimumMinor),
    budget: field(budgetMinor),
  }
}

/** The reward that a form says; null: a field cannot be read yet. What it may be, the server decides. */
export function rewardOf(draft: RewardDraft, currency: string): RewardDefinition | null {
  const { kind, percent, amount, minimum, budget, ...same } = draft
  const numbers = {
    percent: /^\d{1,3}$/.test(percent.trim()) ? Number(percent) : NaN,
    amountMinor: minorFrom(amount, currency),
    minimumMinor: optional(minimum, currency),
    // What free shipping costs is not known, so nothing can be held against a budget.
    budgetMinor: kind === 'free-shipping' ? null : optional(budget, currency),
  }
  const what: RewardGift =
    kind === 'percent'
      ? { kind, percent: numbers.percent }
      : kind === 'amount'
        ? { kind, amountMinor: numbers.amountMinor }
        : { kind }
  const asked = [numbers.minimumMinor, numbers.budgetMinor, kind === 'percent' ? numbers.percent : 0]
  if ([...asked, kind === 'amount' ? numbers.amountMinor : 0].some(Number.isNaN)) return null
  if (same.name.trim() === '' || same.code.trim() === '' || same.endsOn === '') return null
  return { ...same, what, minimumMinor: numbers.minimumMinor, budgetMinor: numbers.budgetMinor }
}

function optional(text: string, currency: string): number | null {
  return text.trim() === '' ? null : minorFrom(text, currency)
}

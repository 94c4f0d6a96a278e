/** A reward as its form holds it: fields as texts, so that a half-typed number is kept. */
import type { RewardDefinition, RewardGift } from '#app/domain/rewards/reward.ts'
import { majorOf, minorFrom } from './amount-field.ts'

export type RewardDraft = {
  /** What the form does not show. */
  rest: RewardDefinition
  name: string
  kind: RewardGift['kind']
  percent: string
  amount: string
  code: string
  guests: 'may-use' | 'sign-in'
  minimum: string
  budget: string
  endsOn: string
  combines: boolean
}

export function rewardDraftOf(definition: RewardDefinition, currency: string): RewardDraft {
  const { name, code, endsOn, combines, minimumMinor, budgetMinor, who, steps } = definition
  const { what } = steps[0]!
  const field = (minor: number | null) => (minor === null ? '' : majorOf(minor, currency))
  return {
    rest: definition,
    ...{ name, code, endsOn, combines },
    guests: who.kind === 'first-order' ? who.guests : 'may-use',
    kind: what.kind,
    percent: what.kind === 'percent' ? String(what.percent) : '20',
    amount: what.kind === 'amount' || what.kind === 'credit' ? majorOf(what.amountMinor, currency) : '',
    minimum: field(minimumMinor),
    budget: field(budgetMinor),
  }
}

/** The reward that a form says; null: a field cannot be read yet. What it may be, the server decides. */
export function rewardOf(draft: RewardDraft, currency: string): RewardDefinition | null {
  const { rest, kind, percent, amount, minimum, budget, guests, ...same } = draft
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
      : kind === 'amount' || kind === 'credit'
        ? { kind, amountMinor: numbers.amountMinor }
        : kind === 'free-shipping'
          ? { kind }
          : rest.steps[0]!.what
  const asked = [numbers.minimumMinor, numbers.budgetMinor, kind === 'percent' ? numbers.percent : 0]
  if ([...asked, kind === 'amount' || kind === 'credit' ? numbers.amountMinor : 0].some(Number.isNaN)) return null
  if (same.name.trim() === '' || same.code.trim() === '' || same.endsOn === '') return null
  const [first, ...later] = rest.steps
  return {
    ...rest,
    ...same,
    who: rest.who.kind === 'first-order' ? { ...rest.who, guests } : rest.who,
    steps: [{ ...first!, what }, ...later],
    minimumMinor: numbers.minimumMinor,
    budgetMinor: numbers.budgetMinor,
  }
}

function optional(text: string, currency: string): number | null {
  return text.trim() === '' ? null : minorFrom(text, currency)
}

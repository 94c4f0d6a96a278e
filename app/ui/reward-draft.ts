/** A reward as its form holds it: fields as texts, so that a half-typed number is kept. */
import {
  RewardShape,
  type RewardCondition,
  type RewardDefinition,
  type RewardGift,
  type RewardStep,
} from '#app/domain/rewards/reward.ts'
import type { SurveyPart } from '#app/domain/survey.ts'
import { majorOf, minorFrom } from './amount-field.ts'

export type ConditionDraft = {
  kind: RewardCondition['kind']
  n: string
  days: string
  channel: 'email' | 'sms'
  which: SurveyPart
}

export type StepDraft = {
  kind: RewardGift['kind']
  percent: string
  amount: string
  gift: { product: string; variant: string; title: string; price: string }
  join: 'and' | 'or'
  conditions: ConditionDraft[]
  waitDays: string
}

type Flag = Extract<RewardDefinition['who'], { kind: 'flag' }>['flag']

export type RewardDraft = {
  /** What was stored: of a live reward all but three fields stay as they are. */
  rest: RewardDefinition
  name: string
  who: RewardDefinition['who']['kind']
  guests: 'may-use' | 'sign-in'
  stages: string[]
  flag: Flag
  segment: string
  steps: StepDraft[]
  code: string
  take: 'given' | 'claimed'
  minimum: string
  products: string
  budget: string
  takers: string
  validDays: string
  endsOn: string
  combines: boolean
  suspects: 'same' | 'credit'
  comparison: string
  texts: [string, string]
}

/** What is wrong with a reward: path in the definition (`steps.0.what.percent`) → key of the texts. */
export type RewardProblems = Record<string, string>

export function rewardDraftOf(definition: RewardDefinition, currency: string): RewardDraft {
  const { who, steps, texts } = definition
  const { name, code, take, endsOn, combines, suspects } = definition
  const field = (minor: number | null) => (minor === null ? '' : majorOf(minor, currency))
  return {
    rest: definition,
    ...{ name, code, take, endsOn, combines, suspects },
    who: who.kind,
    guests: who.kind === 'first-order' ? who.guests : 'sign-in',
    stages: who.kind === 'stage' ? who.stages : [],
    flag: who.kind === 'flag' ? who.flag : 'vip',
    segment: who.kind === 'own' ? String(who.segment) : '',
    steps: steps.map((step) => stepDraftOf(step, currency)),
    minimum: field(definition.minimumMinor),
    products: definition.products.join(', '),
    budget: field(definition.budgetMinor),
    takers: definition.takers === null ? '' : String(definition.takers),
    validDays: String(definition.validDays),
    comparison: String(definition.comparisonPercent),
    texts: [texts[0] ?? '', texts[1] ?? ''],
  }
}

function stepDraftOf({ what, join, conditions, waitDays }: RewardStep, currency: string): StepDraft {
  return {
    kind: what.kind,
    percent: what.kind === 'percent' ? String(what.percent) : '20',
    amount: what.kind === 'amount' || what.kind === 'credit' ? majorOf(what.amountMinor, currency) : '',
    gift:
      what.kind === 'gift'
        ? {
            product: what.product,
            variant: what.variant,
            title: what.title,
            price: majorOf(what.priceMinor, currency),
          }
        : { product: '', variant: '', title: '', price: '' },
    join,
    conditions: conditions.map(conditionDraftOf),
    waitDays: String(waitDays),
  }
}

export function conditionDraftOf(condition: RewardCondition): ConditionDraft {
  return {
    kind: condition.kind,
    n: 'n' in condition ? String(condition.n) : '1',
    days: 'days' in condition ? String(condition.days) : '7',
    channel: condition.kind === 'consent' ? condition.channel : 'email',
    which: condition.kind === 'survey' ? condition.which : 'preferences',
  }
}

/** Whether it asks for an order that is still to come. */
export function isOfOrders({ kind, which }: ConditionDraft): boolean {
  return kind === 'order' || kind === 'more-orders' || (kind === 'survey' && which === 'delivery')
}

/** A step that is added behind others: it needs something done. */
export function freshStep(place: number): StepDraft {
  const conditions: RewardCondition[] = place === 0 ? [] : [{ kind: 'order', n: place + 1 }]
  return stepDraftOf({ what: { kind: 'percent', percent: 10 }, join: 'and', conditions, waitDays: 0 }, '')
}

/** What of a reward can be set so at all; what cannot is not offered, and left out when it is saved. */
export type Offered = {
  /** One code for everybody, so nothing in it is a person's. */
  isShared: boolean
  /** Guests may be let in. */
  guests: boolean
  claimed: boolean
  products: boolean
  minimum: boolean
  budget: boolean
  suspects: boolean
}

export function offeredFor(draft: RewardDraft): Offered {
  const kinds = draft.steps.map(({ kind }) => kind)
  const [only] = draft.steps
  const couldBeShared =
    draft.who === 'first-order' && kinds.length === 1 && only!.conditions.length === 0 && only!.kind !== 'credit'
  return {
    isShared: couldBeShared && draft.take === 'given',
    guests: couldBeShared && draft.take === 'given',
    claimed: kinds.length === 1,
    products: kinds.some((kind) => kind === 'percent' || kind === 'amount'),
    minimum: kinds.some((kind) => kind !== 'credit'),
    // What free shipping costs is not known, so nothing can be held against a budget.
    budget: kinds.some((kind) => kind !== 'free-shipping'),
    suspects: !couldBeShared && draft.flag !== 'cherry-picker' && kinds.some((kind) => kind !== 'credit'),
  }
}

/** The reward that a form says, or what is wrong with it. The server asks the same shape again. */
export function rewardOf(
  draft: RewardDraft,
  currency: string,
  isLive: boolean,
): { definition: RewardDefinition; problems: null } | { definition: null; problems: RewardProblems } {
  const read = RewardShape.safeParse(said(draft, currency, isLive))
  if (read.success) return { definition: read.data, problems: null }
  const problems: RewardProblems = {}
  for (const issue of read.error.issues) problems[issue.path.join('.')] ??= issue.message
  return { definition: null, problems }
}

function said(draft: RewardDraft, currency: string, isLive: boolean): unknown {
  const { rest, name, endsOn } = draft
  const offered = offeredFor(draft)
  const budgetMinor = offered.budget ? optional(draft.budget, currency) : null
  if (isLive) return { ...rest, name, endsOn, budgetMinor }
  const steps = draft.steps.map((step, place) => stepSaid(step, rest.steps[place], currency))
  const { code, combines } = draft
  return {
    ...{ name, endsOn, code, combines, steps, budgetMinor },
    who: whoSaid(draft, offered),
    take: offered.claimed ? draft.take : 'given',
    minimumMinor: offered.minimum ? optional(draft.minimum, currency) : null,
    products: offered.products ? draft.products.split(/[\s,]+/).filter((id) => id !== '') : [],
    takers: offered.isShared || draft.takers.trim() === '' ? null : whole(draft.takers),
    validDays: whole(draft.validDays),
    suspects: offered.suspects ? draft.suspects : 'same',
    comparisonPercent: offered.isShared ? 0 : whole(draft.comparison),
    texts: offered.isShared ? [] : draft.texts.filter((text) => text.trim() !== ''),
  }
}

function whoSaid({ who, guests, stages, flag, segment }: RewardDraft, offered: Offered): unknown {
  switch (who) {
    case 'first-order':
      return { kind: who, guests: offered.guests ? guests : 'sign-in' }
    case 'everybody':
      return { kind: who }
    case 'stage':
      return { kind: who, stages }
    case 'flag':
      return { kind: who, flag }
    case 'own':
      return { kind: who, segment: whole(segment) }
  }
}

function stepSaid(step: StepDraft, before: RewardStep | undefined, currency: string): unknown {
  const { kind, join, conditions } = step
  return {
    what:
      kind === 'percent'
        ? { kind, percent: whole(step.percent) }
        : kind === 'amount' || kind === 'credit'
          ? { kind, amountMinor: amountOf(step.amount, currency) }
          : kind === 'free-shipping'
            ? { kind }
            : {
                kind,
                ...{ product: step.gift.product, variant: step.gift.variant, title: step.gift.title },
                priceMinor: amountOf(step.gift.price, currency),
              },
    // Of one condition or none it says nothing, and an edit must not seem to change it.
    join: conditions.length > 1 ? join : (before?.join ?? 'and'),
    conditions: conditions.map(conditionSaid),
    waitDays: whole(step.waitDays),
  }
}

function conditionSaid({ kind, n, days, channel, which }: ConditionDraft): unknown {
  if (kind === 'order' || kind === 'more-orders') return { kind, n: whole(n) }
  if (kind === 'delivered' || kind === 'kept') return { kind, days: whole(days) }
  if (kind === 'survey') return { kind, which }
  return kind === 'consent' ? { kind, channel } : { kind }
}

// Below every limit, so that the shape refuses it in its own words.
const UNREAD = -1

function whole(text: string): number {
  return /^\d{1,7}$/.test(text.trim()) ? Number(text) : UNREAD
}

function amountOf(text: string, currency: string): number {
  const minor = minorFrom(text, currency)
  return Number.isNaN(minor) ? UNREAD : minor
}

function optional(text: string, currency: string): number | null {
  return text.trim() === '' ? null : amountOf(text, currency)
}

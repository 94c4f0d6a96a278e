/** What one account's storefront shows of its own rewards, made of what was decided. */
import type { Instant } from '#app/domain/order.ts'
import type { Shown, Verdict } from './arbiter.ts'
import type { Grant } from './grant.ts'
import type { PersonalOffer, PersonalRewards } from './personal-rewards.ts'
import type { StepProgress } from './progress.ts'
import { needsNoOrder, type RewardDefinition, type RewardGift } from './reward.ts'
import { inHundredths } from './storefront-rewards.ts'

/** Most rewards that one account is shown, and most shared codes that the banner looks at. */
const MOST_SHOWN = 5
const MOST_SHARED = 20

/** Nothing asked, asked the shop, told no. */
export type Refusal = 'refused' | 'asked' | 'declined'

type Frame = {
  currency: string
  /** By reward; also of ended ones of which something is open. */
  definitions: ReadonlyMap<number, RewardDefinition>
  texts: ReadonlyMap<number, 0 | 1>
  shared: SharedCodes
  dayOf: (at: Instant) => string
}

/** Live rewards with one code for everybody, by what they are to one account. */
export type SharedCodes = {
  /** Bound to whoever has not ordered, and as far as we know they have not. */
  theirs: readonly number[]
  /** A first order's, and the person has had one under another account: the code that others read is hidden from them. */
  refused: readonly { reward: number; state: Refusal }[]
}

/**
 * The document: what is open or to be taken first, at most one of the two; then what is on the way, by the reward's id; then
 * what was refused, with what became of their question, which never falls off for the others. Switched off, only what is theirs
 * already, and shared codes as for everybody.
 *
 * Known value: with a code open, a reward to be taken is not shown (tests/domain/rewards/personal-document.test.ts).
 */
export function personalDocument(
  verdict: Pick<Verdict, 'shown'>,
  open: Grant | null,
  isOff: boolean,
  frame: Frame,
): PersonalRewards {
  const first = [
    ...(open === null ? [] : [openOffer(open, frame)]),
    ...of(verdict.shown, 'claim', frame).slice(0, open === null ? 1 : 0),
  ]
  const refused = [
    ...frame.shared.refused.map(({ reward, state }) => refusedOffer(reward, state, frame)),
    ...of(verdict.shown, 'asked', frame),
    ...of(verdict.shown, 'declined', frame),
    ...of(verdict.shown, 'refused', frame),
  ].slice(0, MOST_SHOWN - first.length)
  const progress = of(verdict.shown, 'progress', frame).slice(0, MOST_SHOWN - first.length - refused.length)
  const rewards = [...first, ...progress, ...refused].flatMap((each) => each ?? [])
  const shared = frame.shared.theirs.slice(0, MOST_SHARED)
  return { v: 1, off: isOff, rewards, ...(shared.length === 0 ? {} : { shared }) }
}

function of(shown: readonly Shown[], state: Shown['state'], frame: Frame): (PersonalOffer | null)[] {
  return shown
    .filter((each) => each.state === state)
    .sort((a, b) => a.reward - b.reward)
    .map(({ reward, step }) => offerOf(reward, state, step, state === 'progress' ? step.missing : [], frame))
}

/** The one step of a shared code asks for nothing. */
function refusedOffer(reward: number, state: Refusal, frame: Frame): PersonalOffer | null {
  const step = frame.definitions.get(reward)?.steps[0]
  return step ? offerOf(reward, state, { ...step, step: 0 }, [], frame) : null
}

function offerOf(
  reward: number,
  state: Shown['state'],
  { step, what, join }: Pick<StepProgress, 'step' | 'what' | 'join'>,
  missing: PersonalOffer['missing'],
  frame: Frame,
): PersonalOffer | null {
  const definition = frame.definitions.get(reward)
  if (!definition) return null
  return {
    ...common(reward, definition, what, frame),
    step,
    state,
    what: giftOf(what, frame.currency),
    code: null,
    endsOn: definition.endsOn,
    join,
    missing,
  }
}

function openOffer(grant: Grant, frame: Frame): PersonalOffer | null {
  const definition = frame.definitions.get(grant.reward)
  if (!definition) return null
  return {
    ...common(grant.reward, definition, grant.what, frame),
    step: grant.step,
    state: 'open',
    what: giftOf(grant.what, frame.currency),
    code: grant.code,
    // The last moment that it can be used.
    endsOn: grant.expiresAt === null ? definition.endsOn : frame.dayOf(grant.expiresAt - 1),
    join: 'and',
    missing: [],
  }
}

function common(id: number, definition: RewardDefinition, what: RewardGift, { currency, texts }: Frame) {
  // Credit is money: it buys whatever there is.
  const isCredit = what.kind === 'credit'
  const { minimumMinor, products } = definition
  return {
    id,
    steps: definition.steps.length,
    minimum: minimumMinor === null || isCredit ? null : inHundredths(minimumMinor, currency),
    isForSome: products.length > 0 && !isCredit,
    text: definition.texts[texts.get(id) ?? 0] ?? null,
    because: becauseOf(definition),
  }
}

function giftOf(what: RewardGift, currency: string): PersonalOffer['what'] {
  switch (what.kind) {
    case 'amount':
    case 'credit':
      return { kind: what.kind, amount: inHundredths(what.amountMinor, currency) }
    case 'gift':
      return { kind: 'gift', product: what.product, variant: what.variant, title: what.title }
    default:
      return what
  }
}

/** A shopper reads whom it is for, never what they are suspected of. */
function becauseOf({ who, steps }: RewardDefinition): PersonalOffer['because'] {
  switch (who.kind) {
    case 'first-order':
      return 'first-order'
    case 'everybody':
      return steps[0]!.conditions.every(needsNoOrder) ? 'everybody' : 'order'
    case 'stage':
      if (who.stages.every((stage) => stage === 'at-risk' || stage === 'lapsed')) return 'late'
      return who.stages.every((stage) => stage === 'repeat' || stage === 'loyal') ? 'loyal' : 'chosen'
    case 'flag':
      return who.flag === 'vip' || who.flag === 'regular' ? 'loyal' : 'chosen'
    case 'own':
      return 'chosen'
  }
}

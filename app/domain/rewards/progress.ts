/** How far a person is in each step of a reward: earned, earned by time alone, or what is missing. */
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import type { StandingFacts } from './grant.ts'
import type { MissingForStep } from './personal-rewards.ts'
import type { SurveyPart } from '#app/domain/survey.ts'
import type { RewardCondition, RewardDefinition, RewardGift, RewardStep } from './reward.ts'

/** One order of any of the person's accounts. */
export type PersonOrder = {
  id: Id
  at: Instant
  /** By the shop's rule: paid, neither cancelled nor refunded whole. What does not count earns nothing, and burns nothing. */
  counts: boolean
  /** Any piece of it went back, or money did. */
  wentBack: boolean
  /** May lie ahead where it is estimated; null: nothing was sent, or nobody has looked. */
  delivered: { at: Instant; isEstimated: boolean } | null
}

export type PersonFacts = {
  /** From the first to the last. */
  orders: readonly PersonOrder[]
  /** From the first to the last. */
  reviews: readonly { id: string; at: Instant }[]
}

/** What was done for a step, as data: both languages say it. */
export type GrantReason =
  | { kind: 'order' | 'more-orders' | 'kept'; order: Id; at: Instant }
  | { kind: 'delivered'; order: Id; at: Instant; isEstimated: boolean }
  | { kind: 'review'; review: string; at: Instant }
  | { kind: 'consent'; channel: 'email' | 'sms'; at: Instant }
  | { kind: 'survey'; which: SurveyPart; at: Instant }
  /** Nothing had to be done. */
  | { kind: 'among' }
  /** They took it on the storefront; they asked the shop for it; its order was cancelled or went back whole. */
  | { kind: 'claimed' }
  | { kind: 'asked' }
  | { kind: 'order-gone'; order: Id }

export type StepProgress = {
  step: number
  what: RewardGift
  /** Null: not yet. */
  earnedAt: Instant | null
  /** When time alone will have earned it; null: it is earned, or something has to be done. */
  dueAt: Instant | null
  /** Whether it can still be got before the reward ends. */
  isPossible: boolean
  /** All that is asked for; none: it is theirs as soon as they are among whom it is for. */
  asks: RewardCondition[]
  join: RewardStep['join']
  missing: MissingForStep[]
  because: GrantReason[]
}

/** What has to be done for a step: all parts of it, each by its own and/or. */
type Asked = { what: RewardGift; parts: Pick<RewardStep, 'join' | 'conditions'>[]; waitDays: number }

/** A suspect's credit: after one more order of which nothing went back for so many days. */
export const SUSPECT_KEPT_DAYS = 14
const AFTER_THE_ORDER: Asked['parts'][number] = {
  join: 'and',
  conditions: [
    { kind: 'more-orders', n: 1 },
    { kind: 'kept', days: SUSPECT_KEPT_DAYS },
  ],
}

/** Whether a step comes as credit after the order, because the account is suspected and the reward says so. */
export function isInstead(definition: RewardDefinition, step: number, facts: StandingFacts): boolean {
  const { what } = definition.steps[step]!
  return (
    definition.suspects === 'credit' &&
    facts.isSuspect &&
    what.kind !== 'credit' &&
    facts.insteadMinor[step] !== null &&
    facts.insteadMinor[step] !== undefined
  )
}

function askedOf(definition: RewardDefinition, step: number, facts: StandingFacts): Asked {
  const { what, join, conditions, waitDays } = definition.steps[step]!
  const parts = conditions.length === 0 ? [] : [{ join, conditions }]
  if (!isInstead(definition, step, facts)) return { what, parts, waitDays }
  const amountMinor = facts.insteadMinor[step]!
  return { what: { kind: 'credit', amountMinor }, parts: [...parts, AFTER_THE_ORDER], waitDays }
}

/** When a condition holds: in the past, ahead, or `Infinity` while something has to be done; `isPossible` false: never. */
type Held = { at: number; isPossible: boolean; missing: MissingForStep; because: GrantReason | null }

export type ProgressArguments = {
  definition: RewardDefinition
  /** What was true when they could first get it. */
  facts: StandingFacts
  /** Only what happens from here on counts: the reward's start, or when they came to be among whom it is for. */
  since: Instant
  person: PersonFacts
  /** When each step was granted to them, by step: what happens later takes nothing of it back. */
  grantedAt: ReadonlyMap<number, Instant>
  /** The first moment at which it can no longer be got. */
  endsAt: Instant
  at: Instant
  /** The shop's day of an instant, YYYY-MM-DD. */
  dayOf: (at: Instant) => string
}

/**
 * How far somebody is, step by step. A step is earned once everything asked for it has happened, its waiting days have passed
 * and the step before is earned. `order` looks at the person's nth order ever, placed at or after the start; `delivered`, `kept`
 * and `review` at any that happened then, the second review being another than the first. Consent that they had before earns
 * nothing; consent and an answer to the survey that are taken back later have been given all the same.
 *
 * Known value: a ladder of three with two orders since the start has two steps earned and says 2 of 3 of the third
 * (tests/domain/rewards/progress.test.ts).
 */
export function progressOf(asked: ProgressArguments): StepProgress[] {
  const { definition, facts, grantedAt, endsAt, at, dayOf } = asked
  const steps: StepProgress[] = []
  let before: number = asked.since
  let isReachable = true
  let reviewsUsed = 0
  for (const step of definition.steps.keys()) {
    const { what, parts, waitDays } = askedOf(definition, step, facts)
    const held = parts.map((part) => ({ ...part, held: part.conditions.map((each) => hold(each, asked, reviewsUsed)) }))
    const joined = held.map((part) => joinedOf(part.join, part.held))
    const doneAt = Math.max(before, ...joined.map((each) => each.at))
    const earnedAt = doneAt + waitDays * DAY_MS
    const isEarned = earnedAt <= at
    const unmet = held.filter((_, n) => joined[n]!.at > at)
    const isPossible: boolean =
      isReachable &&
      joined.every((each) => each.isPossible) &&
      (isEarned || soonest(earnedAt, parts, waitDays, at) < endsAt)
    const missing = unmet.flatMap((part) => part.held.filter((each) => each.at > at).map((each) => each.missing))
    steps.push({
      step,
      what,
      earnedAt: isEarned ? earnedAt : null,
      dueAt: isEarned || !Number.isFinite(earnedAt) || !isPossible ? null : earnedAt,
      isPossible,
      asks: parts.flatMap(({ conditions }) => conditions),
      join: unmet[0]?.join ?? 'and',
      missing: missing.length > 0 || isEarned ? missing : waiting(doneAt, earnedAt, at, dayOf),
      because: held.length === 0 ? [{ kind: 'among' }] : held.flatMap((part) => reasonsOf(part.held, at)),
    })
    reviewsUsed += parts.some(({ conditions }) => conditions.some(({ kind }) => kind === 'review')) ? 1 : 0
    before = Math.min(earnedAt, grantedAt.get(step) ?? Infinity)
    isReachable = isPossible || grantedAt.has(step)
  }
  return steps
}

function waiting(doneAt: number, earnedAt: number, at: Instant, dayOf: (at: Instant) => string): MissingForStep[] {
  return doneAt <= at ? [{ kind: 'wait', on: dayOf(earnedAt) }] : []
}

function reasonsOf(held: readonly Held[], at: Instant): GrantReason[] {
  return held.flatMap((each) => (each.at <= at && each.because !== null ? [each.because] : []))
}

function joinedOf(join: RewardStep['join'], held: readonly Held[]): { at: number; isPossible: boolean } {
  if (join === 'and')
    return { at: Math.max(...held.map(({ at }) => at)), isPossible: held.every(({ isPossible }) => isPossible) }
  const open = held.filter(({ isPossible }) => isPossible)
  return { at: Math.min(Infinity, ...open.map(({ at }) => at)), isPossible: open.length > 0 }
}

/** When it could be earned at best: what has to be done still, done at once. */
function soonest(earnedAt: number, parts: Asked['parts'], waitDays: number, at: Instant): number {
  if (Number.isFinite(earnedAt)) return earnedAt
  const daysOf = (condition: RewardCondition) => ('days' in condition ? condition.days : 0)
  const days = parts.map(({ join, conditions }) =>
    (join === 'and' ? Math.max : Math.min)(...conditions.map((condition) => daysOf(condition))),
  )
  return at + (Math.max(0, ...days) + waitDays) * DAY_MS
}

function hold(condition: RewardCondition, asked: ProgressArguments, reviewsUsed: number): Held {
  switch (condition.kind) {
    case 'order':
      return nthOrder(condition.n, asked)
    case 'more-orders':
      return moreOrders(condition.n, asked)
    case 'delivered':
      return delivered(condition.days, asked)
    case 'kept':
      return kept(condition.days, asked)
    case 'review':
      return reviewed(reviewsUsed, asked)
    case 'consent':
      return agreed(condition.channel, asked)
    case 'survey':
      return answered(condition.which, asked)
  }
}

function counting({ person, at }: ProgressArguments): PersonOrder[] {
  return person.orders.filter((order) => order.counts && order.at <= at)
}

function nthOrder(n: number, asked: ProgressArguments): Held {
  const orders = counting(asked)
  const nth = orders[n - 1]
  const missing: MissingForStep = { kind: 'order', done: Math.min(orders.length, n), of: n }
  if (!nth) return { at: Infinity, isPossible: true, missing, because: null }
  // Placed before the start, it can never be this order any more.
  if (nth.at < asked.since) return { at: Infinity, isPossible: false, missing, because: null }
  return { at: nth.at, isPossible: true, missing, because: { kind: 'order', order: nth.id, at: nth.at } }
}

function moreOrders(n: number, asked: ProgressArguments): Held {
  const since = counting(asked).filter(({ at }) => at >= asked.since)
  const nth = since[n - 1]
  return {
    at: nth?.at ?? Infinity,
    isPossible: true,
    missing: { kind: 'order', done: Math.min(since.length, n), of: n },
    because: nth ? { kind: 'more-orders', order: nth.id, at: nth.at } : null,
  }
}

function delivered(days: number, asked: ProgressArguments): Held {
  const known = counting(asked)
    .filter((order) => order.at >= asked.since)
    .flatMap(({ id, delivered: seen }) => (seen ? [{ id, ...seen }] : []))
  const first = known.reduce<(typeof known)[number] | null>(
    (best, each) => (best && best.at <= each.at ? best : each),
    null,
  )
  const at = first === null ? Infinity : first.at + days * DAY_MS
  return {
    at,
    isPossible: true,
    missing: { kind: 'delivered', days, on: first === null ? null : asked.dayOf(at) },
    because: first && { kind: 'delivered', order: first.id, at: first.at, isEstimated: first.isEstimated },
  }
}

function kept(days: number, asked: ProgressArguments): Held {
  const first = counting(asked).find((order) => order.at >= asked.since && !order.wentBack)
  const at = first ? first.at + days * DAY_MS : Infinity
  return {
    at,
    isPossible: true,
    missing: { kind: 'kept', days, on: first ? asked.dayOf(at) : null },
    because: first ? { kind: 'kept', order: first.id, at } : null,
  }
}

function reviewed(used: number, { person, since, at }: ProgressArguments): Held {
  const review = person.reviews.filter((each) => each.at >= since && each.at <= at)[used]
  return {
    at: review?.at ?? Infinity,
    isPossible: true,
    missing: { kind: 'review' },
    because: review ? { kind: 'review', review: review.id, at: review.at } : null,
  }
}

function agreed(channel: 'email' | 'sms', { facts }: ProgressArguments): Held {
  const at = facts.hadConsent[channel] ? null : facts.consentAt[channel]
  return {
    at: at ?? Infinity,
    isPossible: !facts.hadConsent[channel],
    missing: { kind: 'consent', channel },
    because: at === null ? null : { kind: 'consent', channel, at },
  }
}

function answered(which: SurveyPart, { facts }: ProgressArguments): Held {
  const at = facts.surveyAt?.[which]
  return {
    at: at ?? Infinity,
    isPossible: true,
    missing: { kind: 'survey', which },
    because: at === undefined ? null : { kind: 'survey', which, at },
  }
}

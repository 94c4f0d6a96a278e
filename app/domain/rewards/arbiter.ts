/** One reward at a time: what a person is granted now, what they are shown, and why nothing else. */
import type { Exclusion } from '#app/domain/exclusions.ts'
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { OPEN_STATES, type Arm, type Grant, type GrantState } from './grant.ts'
import type { MissingForStep } from './personal-rewards.ts'
import type { GrantReason, StepProgress } from './progress.ts'
import { needsNoOrder, type RewardDefinition, type RewardGift } from './reward.ts'

/** So many days back grants count against the most that one person gets. */
export const CAP_DAYS = 365

/** A live reward as it concerns one account. */
export type Candidate = {
  reward: number
  definition: RewardDefinition
  /** The account is among whom it is for now. */
  isAmong: boolean
  /** It has a place in the reward: from then on what is asked for is promised. */
  hasStanding: boolean
  arm: Arm
  /** A first order's reward, and the person has ordered under another account, or had one there. */
  isHad: boolean
  /** Its budget or its places are gone. */
  over: 'budget' | 'takers' | null
  steps: StepProgress[]
}

export type ArbiterArguments = {
  customer: Id
  candidates: readonly Candidate[]
  /** All of the person's, of every reward and account. */
  grants: readonly Grant[]
  exclusions: readonly Exclusion[]
  /** They have switched personal offers off. */
  isOff: boolean
  limits: { mostPerYear: number; coolDays: number }
  at: Instant
}

/** Why a reward gives a person nothing now, as data. */
export type WhyNot =
  | { kind: 'excluded'; reason: string; until: Instant | null }
  | { kind: 'off' }
  /** They are not, or no longer, among whom it is for; `ordered`: it is for a first order. */
  | { kind: 'not-among' }
  | { kind: 'ordered' }
  | { kind: 'comparison' }
  /** Under another account of theirs. */
  | { kind: 'had' }
  /** They have it now, or all that it gives. */
  | { kind: 'has' }
  | { kind: 'complete' }
  | { kind: 'over'; by: 'budget' | 'takers' }
  | { kind: 'missing'; step: number; missing: MissingForStep[] }
  /** What is asked for cannot be done any more before it ends. */
  | { kind: 'too-late' }
  | { kind: 'other-open'; reward: number }
  | { kind: 'cool-down'; until: Instant }
  | { kind: 'cap'; most: number }
  /** Another one goes first. */
  | { kind: 'behind'; reward: number }
  /** It waits for the merchant, who may have said no. */
  | { kind: 'waiting' }
  | { kind: 'declined' }

export type ToGrant = { reward: number; step: number; what: RewardGift; because: GrantReason[] }
export type Shown = {
  reward: number
  state: 'claim' | 'progress' | 'refused' | 'asked' | 'declined'
  step: StepProgress
}

export type Verdict = {
  /** Rewards in which the account gets its place now: arm and facts are fixed from here on. */
  toPlace: number[]
  /** By the reward's id; at most one of them is an offer that was not promised. */
  toGrant: ToGrant[]
  shown: Shown[]
  /** Of each candidate that grants nothing now. */
  whyNot: { reward: number; why: WhyNot }[]
  /** When time alone changes something next; null: it does not. */
  nextAt: Instant | null
}

const NOTHING_GIVEN: readonly GrantState[] = ['ended', 'declined', 'waiting']

/**
 * Decides for one account of one person. Nothing new is offered while the person has something open, within the cool-down of
 * the last thing granted, or beyond the most of a year; of several new offers the reward with the lowest id goes first, and no
 * second one follows at once. What was promised is kept: a reward that asks for something, once the person has a place in
 * it, is granted when it is earned, whatever else is open and however many they have had. Whoever is kept out of rewards,
 * or has switched offers off, gets and is promised nothing meanwhile; what is granted stays theirs.
 *
 * Known values: two offers that ask for nothing grant one, the second waits for the cool-down; a review's credit that is earned
 * the day after another grant is granted (tests/domain/rewards/arbiter.test.ts).
 */
export function arbitrate(asked: ArbiterArguments): Verdict {
  const { at } = asked
  const verdict: Verdict = { toPlace: [], toGrant: [], shown: [], whyNot: [], nextAt: null }
  const later = (moment: Instant | null) => {
    if (moment !== null && moment > at && (verdict.nextAt === null || moment < verdict.nextAt)) verdict.nextAt = moment
  }
  const room = roomFor(asked)
  if (room?.kind === 'cool-down') later(room.until)
  for (const { until } of asked.exclusions) later(until)
  let first: number | null = null
  for (const candidate of inOrder(asked.candidates)) {
    const { reward, definition, arm } = candidate
    const not = (why: WhyNot) => void verdict.whyNot.push({ reward, why })
    const bar = barOf(candidate, asked, room)
    if (bar !== null) {
      not(bar)
      const state = refusalOf(bar)
      if (state !== null && candidate.isAmong && arm === 'reward')
        verdict.shown.push({ reward, state, step: candidate.steps[0]! })
      continue
    }
    const step = currentStep(candidate, asked)
    if (step === null) {
      not(whyComplete(candidate, asked))
      continue
    }
    later(step.dueAt)
    const isOffer = step.step === 0 && !isPromise(candidate)
    const wait: WhyNot | null = !isOffer ? null : first === null ? room : { kind: 'behind', reward: first }
    if (wait !== null) {
      not(wait)
      continue
    }
    if (!candidate.hasStanding) verdict.toPlace.push(reward)
    const why = arm === 'comparison' ? ({ kind: 'comparison' } as const) : whyNotYet(candidate, step)
    if (why !== null) {
      not(why)
      if (why.kind === 'missing' && definition.take === 'given') verdict.shown.push({ reward, state: 'progress', step })
      continue
    }
    first ??= reward
    if (definition.take === 'claimed') verdict.shown.push({ reward, state: 'claim', step })
    else verdict.toGrant.push({ reward, step: step.step, what: step.what, because: step.because })
  }
  return verdict
}

/** What is promised before what is offered, what was offered already before what is new, then as the merchant's list has them. */
function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const rank = (each: Candidate) => (isPromise(each) ? 0 : each.hasStanding ? 1 : 2)
  return [...candidates].sort((a, b) => rank(a) - rank(b) || a.reward - b.reward)
}

/** Grants that give or gave the person something. */
function given(grants: readonly Grant[]): Grant[] {
  return grants.filter(({ state }) => !NOTHING_GIVEN.includes(state))
}

function isOpen({ state, expiresAt }: Grant, at: Instant): boolean {
  return OPEN_STATES.includes(state) && (expiresAt === null || expiresAt > at)
}

/** What stands in the way of any new offer; null: nothing. */
function roomFor({ grants, limits, at }: ArbiterArguments): WhyNot | null {
  const had = given(grants)
  const open = had.find((grant) => isOpen(grant, at))
  if (open) return { kind: 'other-open', reward: open.reward }
  const last = Math.max(-Infinity, ...had.map(({ grantedAt }) => grantedAt))
  const coolUntil = last + limits.coolDays * DAY_MS
  if (coolUntil > at) return { kind: 'cool-down', until: coolUntil }
  return isAtCap(had, limits.mostPerYear, at) ? { kind: 'cap', most: limits.mostPerYear } : null
}

/** A code issued anew for a cancelled order is no further reward. */
function isAtCap(had: readonly Grant[], most: number, at: Instant): boolean {
  return had.filter(({ turn, grantedAt }) => turn === 0 && grantedAt > at - CAP_DAYS * DAY_MS).length >= most
}

/** What keeps the account from the reward altogether. */
function barOf(candidate: Candidate, asked: ArbiterArguments, room: WhyNot | null): WhyNot | null {
  const { customer, exclusions, isOff, grants, at } = asked
  const { reward, definition, hasStanding, isAmong, isHad, over, steps } = candidate
  const kept = exclusions.find(({ until }) => until === null || until > at)
  if (kept) return { kind: 'excluded', reason: kept.reason, until: kept.until }
  if (isOff) return { kind: 'off' }
  const theirs = grants.filter((grant) => grant.reward === reward)
  if (isHad && !given(theirs).some((grant) => grant.customer === customer)) {
    const asking = theirs.find(({ state }) => state === 'waiting' || state === 'declined')
    if (asking) return { kind: asking.state === 'waiting' ? 'waiting' : 'declined' }
    return over === null ? { kind: 'had' } : { kind: 'over', by: over }
  }
  if (given(theirs).length > 0) return null
  if (!isAmong && !(hasStanding && outlasts(candidate)))
    return { kind: definition.who.kind === 'first-order' ? 'ordered' : 'not-among' }
  if (over !== null) return { kind: 'over', by: over }
  if (hasStanding) return null
  if (!steps[0]!.isPossible) return { kind: 'too-late' }
  return isPromise(candidate) && room?.kind === 'cap' ? room : null
}

/** What they read of a first order's reward that they have had; null: nothing. */
function refusalOf({ kind }: WhyNot): Shown['state'] | null {
  switch (kind) {
    case 'had':
      return 'refused'
    case 'waiting':
      return 'asked'
    case 'declined':
      return 'declined'
    default:
      return null
  }
}

/** The first step that was not granted; null: there is none. */
function currentStep({ reward, steps }: Candidate, { grants }: ArbiterArguments): StepProgress | null {
  const had = new Set(grants.filter((grant) => grant.reward === reward).map(({ step }) => step))
  return steps.find(({ step }) => !had.has(step)) ?? null
}

function whyComplete({ reward }: Candidate, { grants, at }: ArbiterArguments): WhyNot {
  const theirs = grants.filter((grant) => grant.reward === reward)
  if (theirs.some(({ state }) => state === 'waiting')) return { kind: 'waiting' }
  return { kind: theirs.some((grant) => isOpen(grant, at)) ? 'has' : 'complete' }
}

/** It asks for something: having a place in it is a promise. Without, granting it is the offer; so is what is taken by hand. */
function isPromise({ steps, definition }: Candidate): boolean {
  return definition.take === 'given' && steps[0]!.asks.length > 0
}

/** What was promised holds when they are no longer among whom it is for; a first order's, where it asks for an order. */
function outlasts(candidate: Candidate): boolean {
  if (!isPromise(candidate)) return false
  return candidate.definition.who.kind !== 'first-order' || !candidate.steps[0]!.asks.every(needsNoOrder)
}

function whyNotYet({ over }: Candidate, step: StepProgress): WhyNot | null {
  if (step.earnedAt !== null) return over === null ? null : { kind: 'over', by: over }
  if (!step.isPossible) return { kind: 'too-late' }
  return { kind: 'missing', step: step.step, missing: step.missing }
}

/** What of their grants the account sees as theirs now: the one that ends first. */
export function openFor(grants: readonly Grant[], customer: Id, at: Instant): Grant | null {
  const open = grants.filter((grant) => grant.customer === customer && grant.state === 'issued' && isOpen(grant, at))
  return open.reduce<Grant | null>(
    (best, each) => (best && (best.expiresAt ?? Infinity) <= (each.expiresAt ?? Infinity) ? best : each),
    null,
  )
}

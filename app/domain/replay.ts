/** The stage rule over stored history: since when, timelines, trends, and what became of people in a state. */
import { cycleDaysOf } from './estimates.ts'
import { addOrder, emptyFacts, resetFacts } from './occasions.ts'
import { DAY_MS } from './order.ts'
import type { Instant } from './order.ts'
import { STAGES, limitsOf, movesAfterMs, stageIndexAt } from './stages.ts'
import type { Estimates, StageFacts, StageLimits, StageSpan, Thresholds } from './stages.ts'

/** "What the state means" looks this far back, and from there this far ahead. */
const OUTCOME_AGO_DAYS = 182
export const OUTCOME_WITHIN_DAYS = 120

/**
 * The versions of the estimates that the replay goes through, as limits with the instant from which each holds. The first
 * one holds for all time before it.
 */
export type LimitsOverTime = { from: Instant[]; limits: StageLimits[] }

/** @param adopted  versions in the order of their adoption; at least one */
export function limitsOverTime(adopted: readonly Estimates[], thresholds: Thresholds): LimitsOverTime {
  return {
    from: adopted.map((version, i) => (i === 0 ? -Infinity : (version.adoptedAt ?? Infinity))),
    limits: adopted.map((version) => limitsOf(version, thresholds)),
  }
}

const walked = emptyFacts()

/**
 * Walks one customer's stages from an instant to asOf and calls `visit` for every span (stage as an index of `STAGES`, from,
 * to exclusive; Infinity for the one that still lasts). Neighbouring spans always differ in stage. Nothing is allocated.
 *
 * @param times  sorted instants of valid orders (or of occasions) in the first `count` places
 */
export function walkStages(
  times: ArrayLike<Instant>,
  count: number,
  from: Instant,
  asOf: Instant,
  overTime: LimitsOverTime,
  visit: (stage: number, from: Instant, to: Instant) => void,
): void {
  if (from > asOf) return
  const facts = walked
  resetFacts(facts)
  let order = 0
  let version = 0
  let at = from
  let spanStage = -1
  let spanFrom = from
  for (;;) {
    while (order < count && times[order]! <= at) {
      addOrder(facts, times[order]!)
      order += 1
    }
    while (version + 1 < overTime.from.length && overTime.from[version + 1]! <= at) version += 1
    const limits = overTime.limits[version]!
    const cycleDays = cycleDaysOf(facts.n, facts.sumLnGapDays, limits.cycleDays)
    const elapsedMs = facts.lastAt === null ? 0 : at - facts.lastAt
    const stage = stageIndexAt(facts.n, elapsedMs, cycleDays, limits)
    if (stage !== spanStage) {
      if (spanStage !== -1) visit(spanStage, spanFrom, at)
      spanStage = stage
      spanFrom = at
    }
    let next = facts.lastAt === null ? Infinity : facts.lastAt + movesAfterMs(facts.n, elapsedMs, cycleDays, limits)
    if (order < count && times[order]! < next) next = times[order]!
    if (version + 1 < overTime.from.length && overTime.from[version + 1]! < next) next = overTime.from[version + 1]!
    if (next > asOf) break
    at = next
  }
  visit(spanStage, spanFrom, Infinity)
}

/**
 * The stages that one customer went through between two instants, oldest first and without holes; the last one is open.
 *
 * @param times    sorted instants of valid orders (or of occasions)
 * @param adopted  estimates in the order of their adoption; the first holds for all time before it
 */
export function spansOf(
  times: readonly Instant[],
  from: Instant,
  asOf: Instant,
  adopted: readonly Estimates[],
  thresholds: Thresholds,
): StageSpan[] {
  const spans: StageSpan[] = []
  walkStages(times, times.length, from, asOf, limitsOverTime(adopted, thresholds), (stage, spanFrom, to) => {
    spans.push({ stage: STAGES[stage]!, from: spanFrom, to: to === Infinity ? null : to })
  })
  return spans
}

/** Of customers in each stage (by index of `STAGES`) back then: how many, and how many ordered again. */
export type OutcomeTally = { then: number[]; orderedAgain: number[] }

/** A tally of nobody. */
export function emptyOutcomes(): OutcomeTally {
  return { then: STAGES.map(() => 0), orderedAgain: STAGES.map(() => 0) }
}

const past: StageFacts = emptyFacts()

/**
 * Counts one customer into the tally: the stage at asOf − 182 days, and whether an order came in the 120 days after.
 *
 * @param knownFrom  when the shop first knew the customer (account made, or first order); later than the moment: not counted
 */
export function addOutcome(
  tally: OutcomeTally,
  times: ArrayLike<Instant>,
  count: number,
  knownFrom: Instant,
  asOf: Instant,
  overTime: LimitsOverTime,
): void {
  const then = asOf - OUTCOME_AGO_DAYS * DAY_MS
  if (knownFrom > then) return
  resetFacts(past)
  let order = 0
  while (order < count && times[order]! <= then) {
    addOrder(past, times[order]!)
    order += 1
  }
  let version = 0
  while (version + 1 < overTime.from.length && overTime.from[version + 1]! <= then) version += 1
  const limits = overTime.limits[version]!
  const cycleDays = cycleDaysOf(past.n, past.sumLnGapDays, limits.cycleDays)
  const stage = stageIndexAt(past.n, past.lastAt === null ? 0 : then - past.lastAt, cycleDays, limits)
  tally.then[stage]! += 1
  // What the same occasion brings within its 24 hours is no order again.
  while (order < count && past.lastAt !== null && times[order]! - past.lastAt < DAY_MS) order += 1
  if (order < count && times[order]! <= then + OUTCOME_WITHIN_DAYS * DAY_MS) tally.orderedAgain[stage]! += 1
}

import { DAY_MS } from './order.ts'
import type { Instant } from './order.ts'
import type { StageFacts } from './stages.ts'

/** Facts of somebody without an order. */
export function emptyFacts(): StageFacts {
  return { n: 0, firstAt: null, lastAt: null, firstGapDays: null, sumLnGapDays: 0 }
}

/** Makes facts those of somebody without an order again, so that one object serves a whole pass over a shop. */
export function resetFacts(facts: StageFacts): void {
  facts.n = 0
  facts.firstAt = null
  facts.lastAt = null
  facts.firstGapDays = null
  facts.sumLnGapDays = 0
}

/**
 * Takes the next valid order of one customer into their facts, in place.
 *
 * An order less than 24 h after the first order of an occasion belongs to it (split orders, exchanges); an occasion's time
 * is its first order's. Orders must come oldest first, and only valid ones (`whyLeftOut` null): an order of 0 value would
 * otherwise open an occasion.
 *
 * @returns whether the order opened an occasion
 */
export function addOrder(facts: StageFacts, orderedAt: Instant): boolean {
  const lastAt = facts.lastAt
  if (lastAt === null) {
    facts.n = 1
    facts.firstAt = orderedAt
    facts.lastAt = orderedAt
    return true
  }
  const gapMs = orderedAt - lastAt
  if (gapMs < DAY_MS) return false
  const gapDays = gapMs / DAY_MS
  if (facts.n === 1) facts.firstGapDays = gapDays
  facts.n += 1
  facts.sumLnGapDays += Math.log(gapDays)
  facts.lastAt = orderedAt
  return true
}

/** The instants of the occasions that sorted valid order instants make. */
export function occasionsOf(orderedAts: readonly Instant[]): Instant[] {
  const occasions: Instant[] = []
  for (const at of orderedAts) {
    const last = occasions.at(-1)
    if (last === undefined || at - last >= DAY_MS) occasions.push(at)
  }
  return occasions
}

/** The facts as of a moment: of the occasions (or orders) up to and including it. */
export function factsOf(orderedAts: readonly Instant[], asOf: Instant = Infinity): StageFacts {
  const facts = emptyFacts()
  for (const at of orderedAts) {
    if (at > asOf) break
    addOrder(facts, at)
  }
  return facts
}

/** Days between neighbouring occasions; every one is at least 1. */
export function gapDaysOf(occasions: readonly Instant[]): number[] {
  const gaps: number[] = []
  for (let i = 1; i < occasions.length; i += 1) gaps.push((occasions[i]! - occasions[i - 1]!) / DAY_MS)
  return gaps
}

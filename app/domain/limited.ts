/**
 * Life without read_all_orders (decision 14): Shopify shows 60 days of orders, and of every customer how many orders there
 * were and, where it is among the shown, the last one. The cycle and the window are fixed, money and discounts wait.
 */
import type { Instant } from './order.ts'
import { LAST_ORDER_UNKNOWN, movesAfterMs, stageIndexAt } from './stages.ts'
import type { StageFacts, StageLimits } from './stages.ts'

const ALL_ORDERS = 'read_all_orders'

/**
 * Whether a token with these scopes is shown every order.
 *
 * @param scopes  comma separated; none at all says nothing yet, and is not taken for a limit
 */
export function seesAllOrders(scopes: string): boolean {
  const granted = scopes.split(',').filter((scope) => scope !== '')
  return granted.length === 0 || granted.includes(ALL_ORDERS)
}

/** Facts by Shopify's counts, in place: the gaps are not known, and the first order only where it is the last. */
export function countedFactsInto(facts: StageFacts, orders: number, lastAt: Instant | null): void {
  facts.n = orders
  facts.firstAt = orders === 1 ? lastAt : null
  facts.lastAt = orders === 0 ? null : lastAt
  facts.firstGapDays = null
  facts.sumLnGapDays = orders < 2 ? 0 : NaN
}

/** The same as a new object. */
export function countedFacts(orders: number, lastAt: Instant | null): StageFacts {
  const facts: StageFacts = { n: 0, firstAt: null, lastAt: null, firstGapDays: null, sumLnGapDays: 0 }
  countedFactsInto(facts, orders, lastAt)
  return facts
}

/**
 * The stage by counted facts, as an index of STAGES or LAST_ORDER_UNKNOWN, and since when it lasts: by the last order where
 * that is known, else since the earliest moment that it can have begun.
 *
 * @param knownFrom  when the shop first knew the customer
 */
export function countedStage(
  facts: StageFacts,
  knownFrom: Instant,
  asOf: Instant,
  limits: StageLimits,
): { stage: number; since: Instant } {
  const { n, lastAt } = facts
  if (n === 0) return { stage: 0, since: knownFrom }
  const stage = stageIndexAt(n, lastAt === null ? NaN : asOf - lastAt, limits.cycleDays, limits)
  if (lastAt === null) {
    const isKnown = stage !== LAST_ORDER_UNKNOWN
    return { stage, since: isKnown ? Math.min(asOf, knownFrom + limits.windowMs + 1) : knownFrom }
  }
  let since = lastAt
  // From stage to stage, as time would have moved them since that order.
  for (let elapsed = 0; ;) {
    const next = movesAfterMs(n, elapsed, limits.cycleDays, limits)
    if (lastAt + next > asOf) return { stage, since }
    since = lastAt + next
    elapsed = next
  }
}

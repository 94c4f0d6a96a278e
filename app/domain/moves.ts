/** Who went from which stage to which in a period. */
import type { Money } from './money.ts'
import type { Instant } from './order.ts'
import type { CustomerMove, Freshness } from './pages.ts'
import type { Estimate } from './rules/estimate.ts'
import { STAGES, type Stage, type StageReason, type StageSpan } from './stages.ts'

export const MOVES_DAYS = [7, 30, 90, 365] as const
export type MovesDays = (typeof MOVES_DAYS)[number]

/** First and last day, YYYY-MM-DD in the shop's calendar; `days`: it ends today, null: chosen by dates. */
export type MovesPeriod = { days: MovesDays | null; from: string; to: string }

export type StagePair = { from: Stage; to: Stage }

/**
 * Customers whose stage at the end differs from the one at the beginning, whatever lay between. `plusMinus`: how far their
 * number may be off where not everybody was looked at.
 */
export type StageMove = StagePair & { customers: number; plusMinus: number; money12m: Money | null }

export type MovedCustomer = {
  customer: string
  /** When they came into the stage that they ended in. */
  at: Instant
  /** Null where it was worked out from the orders. */
  cause: CustomerMove['cause'] | null
  reason: StageReason
  money12m: Money | null
}

/** How many customers, counted up from a sample where there are very many, and what they bought in 12 months. */
export type MovedCustomers = Estimate & { money12m: Money | null }

/**
 * A segment that others may overlap: customers who were not in it at the beginning and are at the end, and the other way
 * round, whatever lay between.
 */
export type SegmentFlow = {
  /** Null: cherry-picker; else one of the merchant's own. */
  own: { id: number; name: string } | null
  entered: MovedCustomers
  left: MovedCustomers
  /** Written down since then, if that is later than the beginning. */
  knownFrom: Instant | null
}

export type MovesPage = {
  period: MovesPeriod
  /** Since when moves are written down as they happen; null: before the first import. */
  knownFrom: Instant | null
  /**
   * recorded: as written down · replayed: the period begins earlier, so both ends are worked out from the orders ·
   * cut: it begins earlier, and Shopify hides older orders
   */
  source: 'recorded' | 'replayed' | 'cut'
  /** Of so many customers, so many were looked at and counted up; where both are the same, everybody was. */
  lookedAt: number
  total: number
  /** Most customers first. */
  moves: StageMove[]
  /** Moved and came back to where they began. */
  cameBack: number
  chosen: (StagePair & { customers: MovedCustomer[] }) | null
  /** Cherry-picker and every segment of the merchant's own, as written down; none before the first import. */
  flows: SegmentFlow[]
  freshness: Freshness
}

/** The stage at a moment of somebody with these spans; before the first one, as somebody who has not bought yet. */
export function stageAmong(spans: readonly StageSpan[], at: Instant): Stage {
  return spans.findLast(({ from }) => from <= at)?.stage ?? 'prospect'
}

/** `at-risk~repeat` as a pair; null: it is none. */
export function stagePair(text: string): StagePair | null {
  const [from, to, ...rest] = text.split('~')
  const known = (stage: string | undefined): stage is Stage =>
    (STAGES as readonly (string | undefined)[]).includes(stage)
  return rest.length === 0 && known(from) && known(to) && from !== to ? { from, to } : null
}

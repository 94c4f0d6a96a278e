/** "Try it on the past 2 years": what the pages show of a rule replayed month by month. Data only, as in pages.ts. */
import type { Money } from './money.ts'
import type { RuleTrouble } from './own-pages.ts'
import type { Estimate } from './rules/estimate.ts'
import type { Verdict } from './rules/evaluate.ts'
import type { Condition } from './rules/rule.ts'
import type { StageReason } from './stages.ts'

/** Some people, those of them who ordered in the days after, and what all of them spent in those days. */
export type RehearsedSide = { people: number; ordered: number; spent: Money }

export type RehearsedMonth = {
  /** YYYY-MM in the shop's calendar: as of its end. The last one of a rehearsal is the present, as of now. */
  month: string
  isNow: boolean
  members: Estimate
  /** How many the rule as it is saved held then; null: nothing is saved, or it is the same rule. */
  savedMembers: number | null
  /** Everybody whom the shop knew then. */
  total: number
  /** The estimates of that month. */
  cycleDays: number
  windowDays: number
  isStarting: boolean
  /** Null: the days after have not passed yet. Of a sample, those of the sample. */
  after: { members: RehearsedSide; rest: RehearsedSide } | null
}

export type RehearsedExample = {
  customer: string
  orders: number
  spent: Money
  verdict: Verdict
  /** Where the rule is one stage: why they were in it. */
  reason: StageReason | null
  /** Days from the month's end to the next order; null: none within the window, or not yet. */
  orderedAfterDays: number | null
}

/** People whom the rule held at the end of a month. */
export type RehearsedExamples = { month: string; isOver: boolean; customers: RehearsedExample[] }

export type Rehearsal =
  | { kind: 'refused'; troubles: RuleTrouble[] }
  /** Shopify hides older orders. */
  | { kind: 'hidden' }
  /** There is no whole month with orders yet. */
  | { kind: 'too-early' }
  | {
      kind: 'past'
      /** Oldest first; the present last. */
      months: RehearsedMonth[]
      /** Days after a month's end that are looked at: the return window in force now. */
      afterDays: number
      /** Conditions that are looked at as they are today. */
      today: Condition[]
      /** How many customers were looked at, where not everybody was. */
      sampled: number | null
      examples: RehearsedExamples | null
    }

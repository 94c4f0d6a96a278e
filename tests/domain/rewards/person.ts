// A person, a place in a reward and a moment, from as few words as a test has to say.
import { DAY_MS } from '#app/domain/order.ts'
import {
  progressOf,
  type PersonOrder,
  type ProgressArguments,
  type StepProgress,
} from '#app/domain/rewards/progress.ts'
import { rewardOf, type Wanted } from './definitions.ts'

export const START = Date.UTC(2026, 0, 1)
export const day = (days: number) => START + days * DAY_MS
export const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)

export const order = (days: number, more: Partial<PersonOrder> = {}): PersonOrder => ({
  id: `o${days}`,
  at: day(days),
  counts: true,
  wentBack: false,
  delivered: null,
  ...more,
})

export const FACTS: ProgressArguments['facts'] = {
  ordersBefore: 0,
  hadConsent: { email: false, sms: false },
  isSuspect: false,
  insteadMinor: [null],
  consentAt: { email: null, sms: null },
}

export type Situation = Partial<Omit<ProgressArguments, 'definition' | 'person'>> & {
  orders?: PersonOrder[]
  reviews?: number[]
}

export function stepsOf(wanted: Wanted, { orders = [], reviews = [], ...more }: Situation = {}): StepProgress[] {
  return progressOf({
    definition: rewardOf({ who: { kind: 'everybody' }, ...wanted }),
    facts: FACTS,
    since: START,
    person: { orders, reviews: reviews.map((days) => ({ id: `r${days}`, at: day(days) })) },
    grantedAt: new Map(),
    endsAt: day(90),
    at: day(30),
    dayOf,
    ...more,
  })
}

// Rewards to try, from as few words as a test has to say.
import type { RewardDefinition, RewardGift, RewardStep } from '#app/domain/rewards/reward.ts'

/** `what`, `conditions` and `guests` stand for the only step's and for a first order's. */
export type Wanted = Partial<RewardDefinition> & {
  what?: RewardGift
  conditions?: RewardStep['conditions']
  guests?: 'may-use' | 'sign-in'
}

/** 20 % off the first order, by one code for everybody, where nothing else is said. */
export function rewardOf({ what, conditions, guests, ...more }: Wanted = {}): RewardDefinition {
  return {
    name: 'Welcome',
    who: { kind: 'first-order', guests: guests ?? 'may-use' },
    steps: [{ what: what ?? { kind: 'percent', percent: 20 }, join: 'and', conditions: conditions ?? [], waitDays: 0 }],
    code: 'WELCOME20',
    take: 'given',
    minimumMinor: null,
    products: [],
    budgetMinor: null,
    takers: null,
    validDays: 60,
    endsOn: '2027-01-05',
    combines: false,
    suspects: 'same',
    comparisonPercent: 0,
    texts: [],
    ...more,
  }
}

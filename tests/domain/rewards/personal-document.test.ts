import { describe, expect, test } from 'vitest'
import type { Shown } from '#app/domain/rewards/arbiter.ts'
import type { Grant } from '#app/domain/rewards/grant.ts'
import { personalDocument } from '#app/domain/rewards/personal-document.ts'
import { PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import { rewardOf } from './definitions.ts'
import { day, dayOf, stepsOf } from './person.ts'

const REVIEW = { who: { kind: 'everybody' }, conditions: [{ kind: 'review' }], minimumMinor: 900 } as const
const definitions = new Map([
  [1, rewardOf({ who: { kind: 'stage', stages: ['at-risk'] }, take: 'claimed', texts: ['One', 'Two'] })],
  [2, rewardOf({ ...REVIEW, conditions: [...REVIEW.conditions], what: { kind: 'credit', amountMinor: 500 } })],
  [3, rewardOf({ who: { kind: 'flag', flag: 'cherry-picker' }, minimumMinor: 900, products: ['1'] })],
])
const frame = {
  currency: 'KRW',
  definitions,
  texts: new Map([[1, 1 as const]]),
  shared: { theirs: [], refused: [] },
  dayOf,
}
const shown = (reward: number, state: Shown['state']): Shown => ({
  reward,
  state,
  step: stepsOf({ ...REVIEW, conditions: [...REVIEW.conditions], what: { kind: 'credit', amountMinor: 500 } })[0]!,
})
const OPEN = {
  reward: 3,
  step: 0,
  code: 'X-1',
  what: { kind: 'amount', amountMinor: 3000 },
  expiresAt: day(60),
} as Grant

describe('what a customer reads', () => {
  test('has at most one that is open or to be taken, and it comes first', () => {
    const all = [shown(2, 'progress'), shown(1, 'claim')]
    const states = (open: Grant | null) =>
      personalDocument({ shown: all }, open, false, frame).rewards.map(({ state }) => state)
    expect([states(null), states(OPEN)]).toEqual([
      ['claim', 'progress'],
      ['open', 'progress'],
    ])
  })

  test('has the shared codes that are theirs, and every refusal, whatever else is on the way', () => {
    const shared = { theirs: [4, 7], refused: [{ reward: 5, state: 'asked' as const }] }
    const many = [1, 2, 3, 1, 2, 3].map((reward) => shown(reward, 'progress'))
    const known = new Map([...definitions, [5, rewardOf({ code: 'EVERYBODY' })]])
    const document = personalDocument({ shown: many }, OPEN, false, { ...frame, definitions: known, shared })
    expect(PersonalRewards.parse(document)).toEqual(document)
    expect(document.shared).toEqual([4, 7])
    expect(document.rewards.map(({ id, state }) => `${id} ${state}`)).toEqual([
      '3 open',
      '1 progress',
      '1 progress',
      '2 progress',
      '5 asked',
    ])
    expect(document.rewards.at(-1)).toMatchObject({ code: null, because: 'first-order', missing: [] })
    expect(personalDocument({ shown: [] }, null, false, frame)).toEqual({ v: 1, off: false, rewards: [] })
  })

  test('is a document that the theme can read, in hundredths, with the last day it can be used', () => {
    const document = personalDocument({ shown: [shown(2, 'progress')] }, OPEN, true, frame)
    expect(PersonalRewards.parse(document)).toEqual(document)
    expect(document.off).toBe(true)
    expect(document.rewards).toMatchObject([
      {
        what: { amount: 300_000 },
        code: 'X-1',
        minimum: 90_000,
        isForSome: true,
        endsOn: '2026-03-01',
        because: 'chosen',
      },
      {
        what: { kind: 'credit', amount: 50_000 },
        code: null,
        minimum: null,
        missing: [{ kind: 'review' }],
        because: 'order',
      },
    ])
  })

  test('has the text that was drawn for them, and never says what they are suspected of', () => {
    expect(personalDocument({ shown: [shown(1, 'claim')] }, null, false, frame).rewards[0]).toMatchObject({
      text: 'Two',
      because: 'late',
    })
    expect(JSON.stringify(personalDocument({ shown: [] }, OPEN, false, frame))).not.toMatch(/cherry/)
  })
})

import { describe, expect, test } from 'vitest'
import { lawChecks, type LawRule } from '#app/domain/rewards/law.ts'
import { rewardOf, type Wanted } from './definitions.ts'
import { LAW_CASES, type LawCase } from './law-cases.ts'

const CREDIT = { kind: 'credit', amountMinor: 3000 } as const
const RULE_OF: Record<NonNullable<LawCase['breach']>, LawRule> = {
  sentiment: 'review-sentiment',
  'consent-loss': 'consent-loss',
  'consent-automatic': 'consent-automatic',
  'false-urgency': 'false-urgency',
  'wrong-percent': 'wrong-percent',
  'hidden-condition': 'hidden-condition',
}

function rewardFor({ text, about, percent, minimum }: LawCase) {
  const shape: Record<LawCase['about'], Wanted> = {
    review: { who: { kind: 'everybody' }, conditions: [{ kind: 'review' }] },
    consent: { guests: 'sign-in', conditions: [{ kind: 'consent', channel: 'email' }] },
    segment: { who: { kind: 'stage', stages: ['at-risk'] } },
    'first-order': {},
    order: { who: { kind: 'everybody' }, conditions: [{ kind: 'order', n: 2 }] },
  }
  return rewardOf({
    ...shape[about],
    name: 'Reward',
    what: percent === null ? CREDIT : { kind: 'percent', percent },
    minimumMinor: minimum ? 50_000 : null,
    texts: [text],
  })
}

const blockedBy = (one: LawCase) =>
  lawChecks(rewardFor(one), one)
    .filter(({ blocks }) => blocks)
    .map(({ rule }) => rule)

describe('headlines written without knowing the rules', () => {
  const breaches = LAW_CASES.filter(({ breach }) => breach !== null)
  const lawful = LAW_CASES.filter(({ breach }) => breach === null)

  test('of clear breaches at least 19 in 20 are found, under their own rule', () => {
    const missed = breaches.filter((one) => !blockedBy(one).includes(RULE_OF[one.breach!]))
    expect(missed.length, missed.map(({ text, breach }) => `${breach}: ${text}`).join('\n')).toBeLessThanOrEqual(
      breaches.length * 0.05,
    )
  })

  test('of lawful ones at most one in 20 is blocked', () => {
    const blocked = lawful.filter((one) => blockedBy(one).length > 0)
    expect(
      blocked.length,
      blocked.map((one) => `${blockedBy(one).join()}: ${one.text}`).join('\n'),
    ).toBeLessThanOrEqual(lawful.length * 0.05)
  })
})

import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { arbitrate, openFor, type ArbiterArguments, type Candidate, type Verdict } from '#app/domain/rewards/arbiter.ts'
import { faceValueMinor, HOLDS_BUDGET, type Grant } from '#app/domain/rewards/grant.ts'
import { rewardOf, type Wanted } from './definitions.ts'
import { day, order, stepsOf, type Situation } from './person.ts'

const AT = day(30)
const PERCENT: Wanted = { who: { kind: 'stage', stages: ['at-risk'] } }
const CREDIT: Wanted = {
  who: { kind: 'everybody' },
  what: { kind: 'credit', amountMinor: 500 },
  conditions: [{ kind: 'review' }],
}
const FIRST: Wanted = { who: { kind: 'first-order', guests: 'sign-in' }, what: { kind: 'credit', amountMinor: 500 } }

function candidate(
  reward: number,
  wanted: Wanted = PERCENT,
  more: Partial<Candidate> = {},
  situation: Situation = {},
): Candidate {
  return {
    reward,
    definition: rewardOf(wanted),
    isAmong: true,
    hasStanding: false,
    arm: 'reward',
    isHad: false,
    over: null,
    steps: stepsOf(wanted, { at: AT, ...situation }),
    ...more,
  }
}

function grant(reward: number, more: Partial<Grant> = {}): Grant {
  return {
    id: reward,
    reward,
    step: 0,
    turn: 0,
    customer: '7',
    person: '7',
    state: 'issued',
    what: { kind: 'percent', percent: 10 },
    reservedMinor: null,
    code: 'X',
    grantedAt: day(29),
    issuedAt: day(29),
    expiresAt: day(80),
    usedAt: null,
    usedOrder: null,
    spentMinor: null,
    ...more,
  }
}

function verdict(candidates: Candidate[], more: Partial<ArbiterArguments> = {}): Verdict {
  return arbitrate({
    customer: '7',
    candidates,
    grants: [],
    exclusions: [],
    isOff: false,
    limits: { mostPerYear: 4, coolDays: 14 },
    at: AT,
    ...more,
  })
}
const granted = ({ toGrant }: Verdict) => toGrant.map(({ reward }) => reward)
const why = ({ whyNot }: Verdict, reward: number) => whyNot.find((each) => each.reward === reward)?.why.kind
const used = { state: 'used', usedAt: day(1) } as const
const earned: Situation = { reviews: [28] }

describe('of several rewards', () => {
  test('one that asks for nothing is granted, the first of the list, and no second one follows at once', () => {
    const both = verdict([candidate(2), candidate(1)])
    expect([granted(both), why(both, 2), both.toPlace]).toEqual([[1], 'behind', [1]])
    const open = verdict([candidate(2)], { grants: [grant(1)] })
    expect([granted(open), why(open, 2)]).toEqual([[], 'other-open'])
  })

  test('nothing new is offered within the cool-down of the last grant, or beyond the most of a year', () => {
    const cooling = verdict([candidate(2)], { grants: [grant(1, { ...used, grantedAt: day(17) })] })
    expect([why(cooling, 2), cooling.nextAt]).toEqual(['cool-down', day(31)])
    expect(granted(verdict([candidate(2)], { grants: [grant(1, { ...used, grantedAt: day(16) })] }))).toEqual([2])
    const four = [11, 12, 13, 14].map((id) => grant(id, { ...used, grantedAt: day(-100) }))
    expect(why(verdict([candidate(2)], { grants: four }), 2)).toBe('cap')
    expect(why(verdict([candidate(2, CREDIT)], { grants: four }), 2)).toBe('cap')
    const older = four.map((each) => ({ ...each, grantedAt: AT - 365 * DAY_MS }))
    expect(granted(verdict([candidate(2)], { grants: older }))).toEqual([2])
    const anew = [...four.slice(1), grant(12, { ...used, turn: 1, grantedAt: day(-90) })]
    expect(granted(verdict([candidate(2)], { grants: anew }))).toEqual([2])
  })

  test('what was promised is granted when it is earned, whatever is open and however many they had', () => {
    const four = [11, 12, 13].map((id) => grant(id, { ...used, grantedAt: day(-100) }))
    const promised = candidate(2, CREDIT, { hasStanding: true, isAmong: false }, earned)
    expect(granted(verdict([promised, candidate(1)], { grants: [...four, grant(14)] }))).toEqual([2])
    const offer = verdict([candidate(2, CREDIT, {}, earned), candidate(1)])
    expect([granted(offer), why(offer, 1)]).toEqual([[2], 'behind'])
  })

  test('what is on the way is shown beside what is open; what is to be taken only where nothing is', () => {
    const claim = { ...PERCENT, take: 'claimed' as const }
    expect(verdict([candidate(1, claim), candidate(2, CREDIT)]).shown.map(({ state }) => state)).toEqual([
      'progress',
      'claim',
    ])
    expect(
      verdict([candidate(1, claim), candidate(2, CREDIT)], { grants: [grant(3)] }).shown.map(({ state }) => state),
    ).toEqual(['progress'])
  })
})

describe('a reward gives nothing', () => {
  test.each<[string, Candidate, Partial<ArbiterArguments>, string]>([
    [
      'to whoever is kept out',
      candidate(1),
      { exclusions: [{ id: 1, segment: null, reason: 'staff', since: 0, until: null }] },
      'excluded',
    ],
    ['to whoever has switched offers off', candidate(1), { isOff: true }, 'off'],
    ['to whoever is not among them', candidate(1, PERCENT, { isAmong: false }), {}, 'not-among'],
    [
      'to whoever has ordered, where it is for a first order',
      candidate(1, FIRST, { isAmong: false, hasStanding: true }),
      {},
      'ordered',
    ],
    ['in the comparison group', candidate(1, PERCENT, { arm: 'comparison' }), {}, 'comparison'],
    ['when its budget is gone', candidate(1, PERCENT, { over: 'budget' }), {}, 'over'],
    ['while something is missing', candidate(1, CREDIT), {}, 'missing'],
    [
      'once it cannot be earned any more',
      candidate(1, { conditions: [{ kind: 'order', n: 1 }] }, {}, { orders: [order(-1)] }),
      {},
      'too-late',
    ],
    ['twice', candidate(1), { grants: [grant(1, { customer: '5' })] }, 'has'],
    ['again when it was used', candidate(1), { grants: [grant(1, used)] }, 'complete'],
    ['while the merchant decides', candidate(1), { grants: [grant(1, { state: 'waiting' })] }, 'waiting'],
    ['of a first order to another account of who had one', candidate(1, FIRST, { isHad: true }), {}, 'had'],
    [
      'once the merchant has said no',
      candidate(1, FIRST, { isHad: true }),
      { grants: [grant(1, { state: 'declined' })] },
      'declined',
    ],
  ])('%s', (_, one, more, kind) => {
    const decided = verdict([one], more)
    expect([granted(decided), why(decided, 1)]).toEqual([[], kind])
  })

  test('and shows so where they may ask; in the comparison group it shows nothing', () => {
    const shown = (more: Partial<Candidate>) =>
      verdict([candidate(1, FIRST, { isHad: true, ...more })]).shown.map(({ state }) => state)
    expect([shown({}), shown({ arm: 'comparison' }), shown({ isAmong: false })]).toEqual([['refused'], [], []])
    const asking = (state: 'waiting' | 'declined') =>
      verdict([candidate(1, FIRST, { isHad: true })], { grants: [grant(1, { state })] }).shown.map((each) => each.state)
    expect([asking('waiting'), asking('declined')]).toEqual([['asked'], ['declined']])
    const compared = verdict([candidate(1, CREDIT, { arm: 'comparison' })])
    expect([compared.shown, compared.toPlace]).toEqual([[], [1]])
  })
})

test('a person sees the grant of theirs that ends first, once it is there', () => {
  const all = [
    grant(1, { expiresAt: day(70) }),
    grant(2, { expiresAt: day(60) }),
    grant(3, { expiresAt: day(40), state: 'asked' }),
  ]
  expect(openFor(all, '7', AT)?.id).toBe(2)
  expect(openFor(all, '8', AT)).toBe(null)
  expect(openFor(all, '7', day(75))).toBe(null)
})

test('whatever happens in whatever order, no two offers are open and nothing is reserved beyond a budget', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    let state = seed
    const chance = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return (state >>> 8) % below
    }
    const budgets = [1, 2, 3, 4].map(() => 300 * (1 + chance(3)))
    const what = { kind: 'amount', amountMinor: 300 } as const
    const people = ['7', '8', '9'].map((customer) => ({ customer, grants: [] as Grant[] }))
    const held = (reward: number) =>
      people
        .flatMap(({ grants }) => grants)
        .filter((each) => each.reward === reward && HOLDS_BUDGET.includes(each.state))
        .reduce((sum, each) => sum + (each.reservedMinor ?? 0), 0)
    for (let at = day(1), turn = 0; turn < 60; turn += 1, at += chance(20) * (DAY_MS / 4)) {
      const one = people[chance(3)]!
      for (const each of one.grants) {
        if (each.expiresAt !== null && each.expiresAt <= at && each.state === 'issued') each.state = 'expired'
        else if (chance(6) === 0 && each.state === 'issued') each.state = 'used'
        else if (chance(9) === 0 && each.state === 'used') Object.assign(each, { reservedMinor: 0, spentMinor: 0 })
      }
      const candidates = budgets.map((budget, n) =>
        candidate(
          n + 1,
          { ...PERCENT, what },
          { over: held(n + 1) + 300 > budget ? 'budget' : null, isAmong: chance(4) > 0 },
          { at },
        ),
      )
      const decided = verdict(candidates, { customer: one.customer, grants: one.grants, at })
      for (const { reward } of decided.toGrant)
        one.grants.push(
          grant(reward, {
            id: turn,
            what,
            reservedMinor: faceValueMinor(what),
            grantedAt: at,
            expiresAt: at + chance(40) * DAY_MS,
          }),
        )
      const open = one.grants.filter((each) => each.state === 'issued' && each.expiresAt! > at)
      expect(open.length, `seed ${seed}`).toBeLessThanOrEqual(1)
      expect(
        one.grants.filter(({ grantedAt }) => grantedAt > at - 14 * DAY_MS).length,
        `seed ${seed}`,
      ).toBeLessThanOrEqual(1)
      expect(new Set(one.grants.map(({ reward }) => reward)).size).toBe(one.grants.length)
      for (const [n, budget] of budgets.entries()) expect(held(n + 1), `seed ${seed}`).toBeLessThanOrEqual(budget)
    }
  }
})

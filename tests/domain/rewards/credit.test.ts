import { describe, expect, test } from 'vitest'
import {
  creditEnd,
  creditVerdict,
  ENOUGH_MS,
  type CreditAsked,
  type CreditTransaction,
} from '#app/domain/rewards/credit.ts'

const AT = Date.UTC(2026, 10, 1, 3)
const END = Date.UTC(2026, 11, 1, 14, 58, 58)
const ASKED: CreditAsked = {
  amount: '5.00',
  currency: 'USD',
  expiresAt: END,
  at: AT,
  account: 'a',
  balance: '1.00',
  tries: 1,
}
const SOON = AT + 60_000
const LATE = AT + ENOUGH_MS

function credit(more: Partial<CreditTransaction> = {}): CreditTransaction {
  return { id: 'ours', amount: '5.0', createdAt: AT + 1000, expiresAt: END, ...more }
}

test('a credit ends in the last hour of its last day, at a second of its grant’s own', () => {
  expect(creditEnd(61, 30, 'Asia/Seoul', AT)).toBe(END)
  const ends = [0, 1, 2, 1800, 3598, 3599].map((grant) => creditEnd(grant, 30, 'Asia/Seoul', AT))
  expect(new Set(ends).size).toBe(6)
  const day = Date.UTC(2026, 11, 1, 15)
  expect([Math.min(...ends), Math.max(...ends)]).toEqual([day - 3_600_000, day - 1000])
})

describe('a credit whose answer was lost', () => {
  const cases: [string, CreditTransaction[], string | null, number, string][] = [
    ['is ours by amount and end', [credit()], '6.00', SOON, 'ours'],
    ['is waited for while it may still come', [], '1.00', SOON, 'wait'],
    ['is asked for again after an hour, if nothing has changed', [], '1.00', LATE, 'again'],
    ['is unclear where the account is gone', [], null, LATE, 'unclear'],
    [
      'is not the merchant’s credit of the same amount',
      [credit({ id: 'theirs', expiresAt: null })],
      '6.00',
      SOON,
      'wait',
    ],
    ['is asked for again beside the merchant’s', [credit({ id: 'theirs', expiresAt: null })], '6.00', LATE, 'again'],
    ['is ours beside the merchant’s', [credit(), credit({ id: 'theirs', expiresAt: null })], '11.00', SOON, 'ours'],
    ['is unclear where two could be it', [credit(), credit({ id: 'second' })], '11.00', SOON, 'unclear'],
    ['is unclear where one is it but for its end', [credit({ expiresAt: END + 60_000 })], '6.00', LATE, 'unclear'],
    ['is unclear where the balance does not add up', [], '6.00', LATE, 'unclear'],
    ['is not one of long before', [credit({ createdAt: AT - 3_600_000 })], '1.00', LATE, 'again'],
  ]
  test.each(cases)('%s', (_, since, balance, at, expected) => {
    expect(creditVerdict(ASKED, since, balance, new Set(), at).is).toBe(expected)
  })

  test('is not one that another grant has', () => {
    expect(creditVerdict(ASKED, [credit()], '6.00', new Set(['ours']), SOON).is).toBe('wait')
  })

  test('is asked for three times at most', () => {
    expect(creditVerdict({ ...ASKED, tries: 3 }, [], '1.00', new Set(), LATE).is).toBe('unclear')
  })

  test('is asked for again where there was no account, and is none', () => {
    expect(creditVerdict({ ...ASKED, account: null, balance: '0' }, [], null, new Set(), LATE).is).toBe('again')
  })
})

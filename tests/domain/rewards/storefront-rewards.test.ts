import { describe, expect, test } from 'vitest'
import { StorefrontRewards, inHundredths } from '#app/domain/rewards/storefront-rewards.ts'

const REWARD = {
  id: 3,
  when: 'first-order',
  guests: 'may-use',
  what: { kind: 'percent', percent: 20 },
  code: 'WELCOME20',
  minimum: 5_000_000,
  isForSome: false,
  endsOn: '2027-01-31',
}

describe('the document for the storefront', () => {
  test.each([
    [{}],
    [{ guests: 'sign-in', what: { kind: 'amount', amount: 300_000 } }],
    [{ what: { kind: 'free-shipping' }, minimum: null, endsOn: '2028-02-29' }],
  ])('keeps a reward with %j as it is', (change) => {
    const document = { v: 1, rewards: [{ ...REWARD, ...change }] }
    expect(StorefrontRewards.parse(document)).toEqual(document)
  })

  test.each([
    [{ what: { kind: 'percent', percent: '20' } }],
    [{ what: { kind: 'percent', percent: 0 } }],
    [{ what: { kind: 'percent', percent: 12.5 } }],
    [{ what: { kind: 'percent', percent: 101 } }],
    [{ what: { kind: 'percent', percent: 20, amount: 3 } }],
    [{ what: { kind: 'amount', amount: 0 } }],
    [{ what: { kind: 'gift' } }],
    [{ code: '' }],
    [{ code: ' WELCOME' }],
    [{ code: 'A\nB' }],
    [{ code: 'x'.repeat(256) }],
    [{ minimum: 0 }],
    [{ minimum: undefined }],
    [{ isForSome: undefined }],
    [{ endsOn: '2027-02-29' }],
    [{ endsOn: '2027-1-31' }],
    [{ endsOn: null }],
    [{ when: 'second-order' }],
    [{ guests: 'everybody' }],
    [{ title: 'x' }],
  ])('refuses %j', (change) => {
    expect(StorefrontRewards.safeParse({ v: 1, rewards: [{ ...REWARD, ...change }] }).success).toBe(false)
  })

  test('refuses another version and more rewards than the banner looks at', () => {
    expect(StorefrontRewards.safeParse({ v: 2, rewards: [] }).success).toBe(false)
    expect(StorefrontRewards.safeParse({ v: 1, rewards: Array(20).fill(REWARD) }).success).toBe(true)
    expect(StorefrontRewards.safeParse({ v: 1, rewards: Array(21).fill(REWARD) }).success).toBe(false)
  })
})

test.each([
  [50_000, 'KRW', 5_000_000],
  [1000, 'JPY', 100_000],
  [1234, 'USD', 1234],
  [1005, 'KWD', 101],
])('%d minor units of %s are %d hundredths', (minor, currency, expected) => {
  expect(inHundredths(minor, currency)).toBe(expected)
})

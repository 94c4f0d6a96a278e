import { expect, test } from 'vitest'
import { scopesFor } from '#app/domain/rewards/access.ts'
import { rewardOf } from './definitions.ts'

const DISCOUNTS = 'write_discounts'
const PROXY = 'write_app_proxy'
const CREDIT = ['read_store_credit_accounts', 'write_store_credit_account_transactions']

test.each([
  ['20 % off', {}, [DISCOUNTS, PROXY]],
  [
    'credit for a review after delivery',
    {
      what: { kind: 'credit' as const, amountMinor: 500 },
      conditions: [{ kind: 'review' as const }, { kind: 'delivered' as const, days: 7 }],
    },
    [...CREDIT, PROXY],
  ],
  ['20 % off, as credit for suspects', { suspects: 'credit' as const }, [DISCOUNTS, ...CREDIT, PROXY]],
])('%s needs of Shopify what it does, and no more', (_, wanted, scopes) => {
  expect(scopesFor(rewardOf(wanted))).toEqual(scopes)
})

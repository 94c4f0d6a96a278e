import { expect, test } from 'vitest'
import { scopesFor } from '#app/domain/rewards/access.ts'
import { rewardOf } from './definitions.ts'

const DISCOUNTS = 'write_discounts'
const CREDIT = ['read_store_credit_accounts', 'write_store_credit_account_transactions']

test.each([
  ['20 % off', {}, [DISCOUNTS]],
  [
    'credit for a review after delivery',
    {
      what: { kind: 'credit' as const, amountMinor: 500 },
      conditions: [{ kind: 'review' as const }, { kind: 'delivered' as const, days: 7 }],
    },
    CREDIT,
  ],
  ['20 % off, as credit for suspects', { suspects: 'credit' as const }, [DISCOUNTS, ...CREDIT]],
  ['20 % off that shoppers take themselves', { take: 'claimed' as const }, [DISCOUNTS, 'write_app_proxy']],
])('%s needs of Shopify what it does, and no more', (_, wanted, scopes) => {
  expect(scopesFor(rewardOf(wanted))).toEqual(scopes)
})

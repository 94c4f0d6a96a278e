/** What a reward needs from Shopify beside what every shop has granted: asked for when it starts. */
import type { RewardDefinition } from './reward.ts'

const DISCOUNTS = ['write_discounts']
const CREDIT = ['read_store_credit_accounts', 'write_store_credit_account_transactions']
/** Not for claims alone: each signed-in shopper may switch personal offers off. */
const STOREFRONT = ['write_app_proxy']

/**
 * Optional scopes that a reward needs: discounts for what is taken off at checkout, store credit for credit, and
 * always the storefront's way to us. Where an order is, every shop lets us read with its orders.
 *
 * Known values: credit for a review after delivery needs no discounts; 20 % for suspects as credit needs both
 * (tests/domain/rewards/access.test.ts).
 */
export function scopesFor({ steps, suspects }: Pick<RewardDefinition, 'steps' | 'suspects'>): string[] {
  const isCredit = suspects === 'credit' || steps.some(({ what }) => what.kind === 'credit')
  const isDiscount = steps.some(({ what }) => what.kind !== 'credit')
  return [...(isDiscount ? DISCOUNTS : []), ...(isCredit ? CREDIT : []), ...STOREFRONT]
}

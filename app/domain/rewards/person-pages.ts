/** What pages show of one person's rewards. */
import type { Id, Instant } from '#app/domain/order.ts'
import type { WhyNot } from './arbiter.ts'
import type { Arm, Grant } from './grant.ts'
import type { GrantReason } from './progress.ts'
import type { RewardStep } from './reward.ts'

/** A grant with its reward's name and the name of the order on which it was used. */
export type NamedGrant = Grant & { name: string; orderName: string | null }
export type GrantOnPage = NamedGrant & { because: GrantReason[] }

/** `other`: the name of the reward that stands in the way; null: none does. `join`: how what is missing belongs together. */
export type WhyNotOnPage = {
  reward: number
  name: string
  why: WhyNot
  other: string | null
  join: RewardStep['join']
}

export type CustomerRewardsPage = {
  currency: string
  /** The newest first, of all accounts that are confirmed to be this person's. */
  grants: GrantOnPage[]
  /** Live rewards in which they have a place, with since when. */
  places: { reward: number; name: string; arm: Arm; since: Instant }[]
  /** What they may take on the storefront now. */
  toTake: { reward: number; name: string }[]
  /** Each live reward that gives them nothing now, and why. */
  whyNot: WhyNotOnPage[]
  /** Live rewards with one code for everybody. */
  shared: { reward: number; name: string; code: string; how: SharedHow }[]
}

/**
 * What a code for everybody's first order is to one account. `starting`: Shopify does not have it yet. `open`: it works, once.
 * `used`: they have. `ordered`: Shopify refuses it, for they have ordered. `still-works`: they have ordered and are not shown it,
 * and Shopify takes it all the same. `other-account`: another account of theirs has ordered, of which Shopify knows nothing.
 */
export type SharedHow = 'starting' | 'open' | 'used' | 'ordered' | 'still-works' | 'other-account'

/**
 * Known values: who has ordered may still use a code that guests may use, and is refused one that asks to sign in; an order of
 * another account stops neither (tests/domain/rewards/shared-how.test.ts).
 *
 * @param orders  that count, of all accounts of the person
 */
export function sharedHow(
  guests: 'may-use' | 'sign-in',
  code: string,
  isThere: boolean,
  account: Id,
  orders: readonly { customer: Id; discounts: readonly string[] }[],
): SharedHow {
  if (!isThere) return 'starting'
  const own = orders.filter(({ customer }) => customer === account)
  if (own.some(({ discounts }) => discounts.includes(`code:${code}`))) return 'used'
  if (own.length > 0) return guests === 'sign-in' ? 'ordered' : 'still-works'
  return orders.length > 0 ? 'other-account' : 'open'
}

/** What pages show of one person's rewards, and what waits for the merchant. */
import type { Id, Instant } from '#app/domain/order.ts'
import type { WhyNot } from './arbiter.ts'
import type { Arm, Grant } from './grant.ts'
import type { GrantReason } from './progress.ts'
import type { RewardGift } from './reward.ts'

/** A grant that the merchant decides: a second benefit order that is gone, or a shopper who asked. */
export type WaitingGrant = {
  id: number
  reward: { id: number; name: string }
  customer: Id
  what: RewardGift
  because: GrantReason[]
  since: Instant
}

export type GrantOnPage = Grant & { name: string; because: GrantReason[] }

export type CustomerRewardsPage = {
  currency: string
  /** The newest first, of all accounts that are confirmed to be this person's. */
  grants: GrantOnPage[]
  /** Live rewards in which they have a place, with since when. */
  places: { reward: number; name: string; arm: Arm; since: Instant }[]
  /** Each live reward that gives them nothing now, and why. */
  whyNot: { reward: number; name: string; why: WhyNot }[]
}

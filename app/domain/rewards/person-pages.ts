/** What pages show of one person's rewards. */
import type { Instant } from '#app/domain/order.ts'
import type { WhyNot } from './arbiter.ts'
import type { Arm, Grant } from './grant.ts'
import type { GrantReason } from './progress.ts'
import type { RewardStep } from './reward.ts'

export type GrantOnPage = Grant & { name: string; because: GrantReason[] }

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
}

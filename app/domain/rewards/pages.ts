/** What the pages about rewards show. */
import type { Freshness, Problem } from '#app/domain/pages.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { SurveyPart } from '#app/domain/survey.ts'
import type { Outlook, SampleRatio } from './comparison.ts'
import type { Arm } from './grant.ts'
import type { RecentPast, RewardForecast } from './outlook.ts'
import type { GrantReason } from './progress.ts'
import type { EndedBy, RewardDefinition, RewardGift, RewardState } from './reward.ts'

/** How a live reward stands in Shopify. `waiting`: not there yet, and not shown to shoppers. */
export type DiscountState = 'none' | 'waiting' | 'there' | 'refused'

/** One of the merchant's own segments; `customers` is null while it is not worked out. */
export type RewardSegment = { id: number; name: string; customers: number | null }

/** What persons were granted: everybody whom it was promised to, and who of them has used it. */
export type GrantSums = { granted: number; used: number; spentMinor: number }

export type RewardRow = {
  id: number
  definition: RewardDefinition
  state: RewardState
  endedBy: EndedBy | null
  discount: DiscountState
  /** Why it is `refused`. */
  problem: Problem | null
  /** Valid orders with its code since it went live, of customers and guests. */
  uses: number
  /** What they had off in all, other discounts of the same orders included; refunds do not lower it. */
  spentMinor: number
  /** Of a reward that is granted to persons, instead of the two above; null: one code for everybody. */
  grants: GrantSums | null
}

export type RewardsPage = {
  currency: string
  segments: RewardSegment[]
  /** Grants that wait for the merchant. */
  waiting: number
  freshness: Freshness
  /** Puts the block that shows rewards into the theme; null: the shop's address is not known. */
  themeEditorUrl: string | null
  rows: RewardRow[]
}

export type RewardPage = {
  /** Null: a new one. */
  id: number | null
  definition: RewardDefinition
  state: RewardState
  currency: string
  /** What its amounts were saved in, where that is another currency than the shop's. */
  savedCurrency: string | null
  segments: RewardSegment[]
  freshness: Freshness
  /** Access that the reward needs and Shopify has not given yet. */
  asks: string[]
  startedAt: Instant | null
  endedAt: Instant | null
  endedBy: EndedBy | null
  discount: DiscountState
  problem: Problem | null
  /** Shopify's page of the discount; null: not there. */
  discountUrl: string | null
  /** The shop's day, in days since 1970-01-01. */
  today: number
  /** What the shop's last weeks were like, for a draft's forecast; null: no orders to go by. */
  past: RecentPast | null
  /** As it was expected when it went live. */
  forecast: RewardForecast | null
  costs: { share: number; isAssumed: boolean }
  /** Days from sending to delivery where no carrier says when a parcel arrived. */
  deliveryDays: number
  /** What of the survey shoppers are asked now: a reward that hangs on something else cannot be earned. */
  surveyAsks: SurveyPart[]
  /** Where the shop sells, two letters each; empty: not said. */
  countries: string[]
  /** Both arms of a reward of persons that has been live. */
  comparison: RewardComparison | null
  result: RewardResult | null
  grants: GrantSums | null
  /** Who opened a page while it was theirs to see, by page views that nobody vouches for; 0 where no visits are learned from. */
  probablySeen: number
}

/** What became of a reward since it went live. */
export type RewardResult = {
  uses: number
  spentMinor: number
  /** Goods sold on those orders after discounts. */
  soldMinor: number
  /** Uses by customers whom the shop knows to have ordered before: the code is not theirs, but Shopify could not tell. */
  usesOfOthers: number
  /** Of first orders with the code that are old enough: how many, and how many of those customers came back in the window. */
  matured: number
  cameBack: number
  windowDays: number
}

/** People of one arm, or readers of one text. Money in minor units. */
export type ArmResult = {
  /** Could get it; in the comparison group: could have. */
  people: number
  /** As far as the theme's script may tell: without it nobody is counted. */
  saw: number
  clicked: number
  used: number
  /** What it gave them. */
  costMinor: number
  /** Of whom the window since they could first get it has passed; the rest of them is of these alone. */
  watched: number
  bought: number
  /** On two days or more. */
  boughtAgain: number
  /** What they left in that window, after discounts and refunds. */
  netMinor: number
}

/** Both arms side by side; nothing here says that a difference is more than chance. */
export type RewardComparison = {
  arms: Record<Arm, ArmResult>
  /** Readers of the first and of the second text; null: there is one text. */
  texts: [ArmResult, ArmResult] | null
  /** People whose accounts stood in both arms: counted in neither. */
  mixed: number
  ratio: SampleRatio
  windowDays: number
  outlook: Outlook
  /** Spent beyond the budget: percentages are estimates. */
  overshootMinor: number
}

/** A grant that waits for the merchant, with what is known of the person and this reward. */
export type WaitingGrant = {
  id: number
  reward: number
  /** The reward's. */
  name: string
  customer: Id
  /** `waiting`: to be given or not. `parked`: whether Shopify paid the credit cannot be told. */
  state: 'waiting' | 'parked'
  what: RewardGift
  because: GrantReason[]
  grantedAt: Instant
  /** Orders of this account that were not cancelled. */
  orders: number
  /** Times that this person had this reward before, and of these how often the order was cancelled or went back whole. */
  granted: number
  gone: number
  /** Accounts confirmed to be this person's that could get it. */
  accounts: number
  shopifyUrl: string | null
}

/** `grants`: the oldest of them, `all`: how many there are. */
export type WaitingPage = { currency: string; freshness: Freshness; grants: WaitingGrant[]; all: number }

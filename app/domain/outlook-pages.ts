/** What the pages show of what is to be expected: data only, as pages.ts has it. */
import type { NotEnoughData } from './lifetime/mbg-nbd.ts'
import type { Money } from './money.ts'
import type { Instant } from './order.ts'
import type { Priority } from './outlook.ts'
import type { RiskModel, Tested } from './risk.ts'

/** What the shop's own past lets us say, and how often it was right. */
export type ShopOutlook =
  /** Shopify shows 60 days of orders only. */
  | { state: 'hidden' }
  /** The next run takes it. */
  | { state: 'waiting' }
  | { state: 'too-little'; lacking: NotEnoughData }
  | {
      state: 'known'
      horizonDays: number
      takenAt: Instant
      /** Why it leans on the purchase cycle; null: it does not. */
      because: RiskModel['because']
      repeatBuyers: number
      rightness: Tested | NotEnoughData
      /** The share (0–1) of an order's money that costs take. */
      costs: { share: number; isAssumed: boolean }
    }

/** What to expect of one customer. Money is left after costs, within 12 months. */
export type CustomerOutlook = {
  shareBuying: number
  /** With the range that holds it in 8 of 10 cases; null: nobody here has paid anything to learn it from. */
  worth: { expected: Money; low: Money; high: Money; priority: Priority } | null
}

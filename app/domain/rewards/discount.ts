/** The discount that Shopify is asked for, as plain data: what is compared to know whether it is as it must be. */
import { decimalsOf } from '#app/domain/money.ts'
import type { Instant } from '#app/domain/order.ts'
import { Bug } from '#app/errors.ts'
import type { RewardDefinition } from './reward.ts'

export type WantedDiscount = {
  title: string
  code: string
  /** `amount` is taken once, over all the goods that it is for: of a gift's price that is one piece. */
  what: { kind: 'percent'; share: number } | { kind: 'amount'; amount: string } | { kind: 'free-shipping' }
  /** Ids of the products that it is for; empty: all. */
  products: string[]
  /** As Shopify writes money; null: none. */
  minimum: string | null
  /** Bound to customers who have not ordered. */
  isBound: boolean
  /** ISO 8601. */
  startsAt: string
  endsAt: string
  combines: boolean
}

/**
 * Known value: 20 % from 50,000 won is share .2 with the minimum "50000"; 12.50 dollars are "12.50"
 * (tests/domain/rewards/reward.test.ts).
 */
export function discountOf(
  id: number,
  reward: RewardDefinition,
  currency: string,
  startsAt: Instant,
  endsAt: Instant,
): WantedDiscount {
  const { what } = reward.steps[0]!
  if (what.kind === 'credit') throw new Bug(`reward ${id} gives store credit, which is no discount`)
  return {
    title: discountTitle(id, reward.name),
    code: reward.code,
    what:
      what.kind === 'percent'
        ? { kind: 'percent', share: what.percent / 100 }
        : what.kind === 'amount'
          ? { kind: 'amount', amount: decimalText(what.amountMinor, currency) }
          : what.kind === 'gift'
            ? { kind: 'amount', amount: decimalText(what.priceMinor, currency) }
            : what,
    products: what.kind === 'gift' ? [what.product] : reward.products,
    minimum: reward.minimumMinor === null ? null : decimalText(reward.minimumMinor, currency),
    isBound: reward.who.kind === 'first-order' && reward.who.guests === 'sign-in',
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    combines: reward.combines,
  }
}

/** What the merchant reads under Discounts; by it a discount of ours is known again where its id was lost. */
export function discountTitle(id: number, name: string): string {
  return `Morello ${id}: ${name}`
}

/** What the customer segment is called that a bound discount is for, and who is in it. */
export function boundSegment(id: number): { name: string; query: string } {
  return { name: `Morello ${id}: has not ordered`, query: 'number_of_orders = 0' }
}

function decimalText(minor: number, currency: string): string {
  const decimals = decimalsOf(currency)
  return (minor / 10 ** decimals).toFixed(decimals)
}

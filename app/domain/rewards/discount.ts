/** The discount that Shopify is asked for, as plain data: what is compared to know whether it is as it must be. */
import { decimalsOf } from '#app/domain/money.ts'
import type { Instant } from '#app/domain/order.ts'
import { Bug } from '#app/errors.ts'
import type { RewardDefinition, RewardStep } from './reward.ts'

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
  const title = discountTitle(id, reward.name)
  const isBound = reward.who.kind === 'first-order' && reward.who.guests === 'sign-in'
  return { ...termsOf(id, reward, reward.steps[0]!, currency, startsAt, endsAt), title, code: reward.code, isBound }
}

/**
 * The discount that carries the own codes of one step: each code once, each customer once. `whom`: the customers who were
 * granted it, or anybody who has a code, where Shopify refuses to name so many.
 */
export type OwnDiscount = WantedDiscount & { whom: 'customers' | 'anybody' }

/** Which own discount: of a code issued anew a discount of its own, for Shopify counts a cancelled order's use as a use. */
export type OwnDiscountKey = { reward: number; step: number; turn: number }

/**
 * Known value: step 1 of reward 7 with 5 dollars is "5.00", its title begins "Morello 7.1: "
 * (tests/domain/rewards/reward.test.ts).
 *
 * @param code  of the first grant: Shopify makes no discount without a code
 * @throws {Bug} where the step gives store credit
 */
export function ownDiscountOf(
  key: OwnDiscountKey,
  reward: RewardDefinition,
  frame: { currency: string; startsAt: Instant; endsAt: Instant },
  code: string,
  whom: OwnDiscount['whom'],
): OwnDiscount {
  const step = reward.steps[key.step]
  if (!step) throw new Bug(`reward ${key.reward} has no step ${key.step}`)
  const title = ownDiscountPrefix(key) + reward.name
  const { currency, startsAt, endsAt } = frame
  return { ...termsOf(key.reward, reward, step, currency, startsAt, endsAt), title, code, isBound: false, whom }
}

/** What the title of an own discount begins with: by it and by a code it is known again, whatever the reward is called now. */
export function ownDiscountPrefix({ reward, step, turn }: OwnDiscountKey): string {
  return `Morello ${reward}.${step}${turn === 0 ? '' : `.${turn}`}: `
}

function termsOf(
  id: number,
  reward: RewardDefinition,
  { what }: RewardStep,
  currency: string,
  startsAt: Instant,
  endsAt: Instant,
): Omit<WantedDiscount, 'title' | 'code' | 'isBound'> {
  if (what.kind === 'credit') throw new Bug(`reward ${id} gives store credit, which is no discount`)
  return {
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

/** Money as Shopify's inputs take it. Known value: 1250 minor units of USD are "12.50", of KRW "1250" (tests/domain/rewards/reward.test.ts). */
export function decimalText(minor: number, currency: string): string {
  const decimals = decimalsOf(currency)
  return (minor / 10 ** decimals).toFixed(decimals)
}

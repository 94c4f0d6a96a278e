/** What the storefront's Reward banner reads: one JSON document in the app's own metafield, of rewards that are live. */
import { z } from 'zod'
import { decimalsOf } from '#app/domain/money.ts'
import type { RewardDefinition } from './reward.ts'

/** The app-data metafield, owned by the AppInstallation, read in Liquid as `app.metafields.morello.rewards.value`. */
export const REWARDS_NAMESPACE = 'morello'
export const REWARDS_KEY = 'rewards'

/** The banner looks at no more of them. */
const MOST_REWARDS = 20
/** Shopify's limit for a discount code. */
const LONGEST_CODE = 255

const hundredths = z.number().int().positive().max(Number.MAX_SAFE_INTEGER)

const RewardOnStorefront = z.strictObject({
  /** The reward's row. */
  id: z.number().int().positive(),
  when: z.literal('first-order'),
  /**
   * `may-use`: the code works for anybody's first order, so guests read it. `sign-in`: the discount is bound to customers who
   * have not ordered, so a guest reads that they have to sign in first, and no code.
   */
  guests: z.enum(['may-use', 'sign-in']),
  what: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('percent'), percent: z.number().int().min(1).max(100) }),
    /** Hundredths of the currency's unit. */
    z.strictObject({ kind: z.literal('amount'), amount: hundredths }),
    z.strictObject({ kind: z.literal('free-shipping') }),
  ]),
  code: z
    .string()
    .max(LONGEST_CODE)
    .refine((code) => code !== '' && code === code.trim() && !/[\n\r]/.test(code)),
  /** The smallest basket in hundredths of the currency's unit; null: none. Never left out: then the banner shows nothing. */
  minimum: hundredths.nullable(),
  /** Only chosen products. */
  isForSome: z.boolean(),
  /** The last day on which it works, in the shop's time. */
  endsOn: z.iso.date(),
})

/**
 * The document as the app writes it, in the order in which rewards go before one another: the banner shows the first whose
 * last day has not passed.
 *
 * Amounts are in hundredths of the unit for every currency, JPY and KRW too, as Liquid's `money` wants them ("For currencies
 * without subunits, such as JPY and KRW, tenths and hundredths of a unit are appended. For example, 1000 Japanese yen is
 * output as 100000", shopify.dev/docs/api/liquid/objects/cart, the same with every price): `inHundredths` makes them. They
 * are in the shop's own currency; a shopper who sees another one reads them with the shop's currency code.
 *
 * Strict: an unknown field, a percent that is not whole or a day that no calendar has is refused, for a banner of an older
 * version reads it too. Known value: tests/domain/rewards/storefront-rewards.test.ts.
 */
export const StorefrontRewards = z.strictObject({
  v: z.literal(1),
  rewards: z.array(RewardOnStorefront).max(MOST_REWARDS),
  /** What segments chose says so: the shop sells where the law wants it. Else left out. */
  personalised: z.literal(true).optional(),
})
export type StorefrontRewards = z.infer<typeof StorefrontRewards>

/**
 * An amount as Liquid's `money` takes it.
 *
 * @param amountMinor  in the currency's own minor units (won for KRW, cents for USD)
 * @returns hundredths of the unit; thousandths (KWD) are rounded up, so that a minimum is never said too low
 *
 * Known values: 50,000 KRW → 5,000,000; 1,234 USD cents → 1,234; 1,005 KWD fils → 101.
 */
export function inHundredths(amountMinor: number, currency: string): number {
  const decimals = decimalsOf(currency)
  return decimals <= 2 ? amountMinor * 10 ** (2 - decimals) : Math.ceil(amountMinor / 10 ** (decimals - 2))
}

/** A reward with one shared code as the banner reads it; null: of what it gives the banner knows nothing. */
export function onStorefront(
  id: number,
  { who, steps, code, minimumMinor, products, endsOn }: RewardDefinition,
  currency: string,
): StorefrontRewards['rewards'][number] | null {
  const { what } = steps[0]!
  if (who.kind !== 'first-order' || what.kind === 'credit' || what.kind === 'gift') return null
  return {
    id,
    when: 'first-order',
    guests: who.guests,
    what: what.kind === 'amount' ? { kind: 'amount', amount: inHundredths(what.amountMinor, currency) } : what,
    code,
    minimum: minimumMinor === null ? null : inHundredths(minimumMinor, currency),
    isForSome: products.length > 0,
    endsOn,
  }
}

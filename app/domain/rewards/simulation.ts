/** What the page “Will it really apply?” asks and shows. */
import { z } from 'zod'
import type { Instant } from '#app/domain/order.ts'
import type { CheckoutAnswer } from './checkout.ts'

/** Most lines of a basket, pieces of a line, and codes. */
export const LINES_MAX = 10
export const PIECES_MAX = 999
export const CODES_MAX = 10

const minor = z.number().int('amount').min(0, 'amount').max(1_000_000_000, 'amount')

/**
 * What a merchant wants to try. `item`: what a line is, as far as a discount may ask for it: any goods, or a product, a variant
 * or something of a collection that a discount names, by Shopify's id. Messages are keys of the screen texts
 * (`simulator.refused.…`).
 */
export const QuestionShape = z.object({
  who: z.enum(['guest', 'new', 'address', 'customer']),
  /** Shopify's number; of `address` and `customer`. */
  customer: z.string().regex(/^\d{0,18}$/, 'customer'),
  lines: z
    .array(
      z.object({
        item: z.string().max(200),
        unitMinor: minor,
        quantity: z.number().int('quantity').min(1, 'quantity').max(PIECES_MAX, 'quantity'),
      }),
    )
    .min(1, 'lines')
    .max(LINES_MAX, 'lines'),
  shippingMinor: minor,
  codes: z.array(z.string().min(1, 'codes').max(255, 'codes')).max(CODES_MAX, 'codes'),
})
export type Question = z.infer<typeof QuestionShape>

/** Why a discount is not simulated; it is named all the same. */
export type NotSimulated = {
  title: string
  why:
    | 'buy-x-get-y'
    | 'app'
    | 'markets'
    | 'countries'
    | 'subscriptions'
    | 'other-currency'
    | 'long-list'
    | 'unknown'
    | 'personal'
    | 'credit'
}

/** What was asked of Shopify. `all`: its discounts, newest first, `hasMore` beyond the limit. Else only our own rewards. */
export type ShopRead = { kind: 'all'; hasMore: boolean } | { kind: 'no-permission' } | { kind: 'unanswered' }

/** Something that a line may be, because a discount asks for it. */
export type Item = { id: string; kind: 'product' | 'variant' | 'collection'; title: string }

export type SimulatorPage = {
  currency: string
  read: ShopRead
  items: Item[]
  /** Codes of our own rewards that are live, and those that the customer was granted. */
  codes: string[]
  question: Question
  /** Null: nothing was asked yet. */
  result: SimulationResult | null
  /** The number that no stored customer has; null: there is none, or they are there. */
  unknownCustomer: string | null
}

export type SimulationResult = {
  at: Instant
  answer: CheckoutAnswer
  /** Of every discount that was looked at: its name, and its code if it has one alone. */
  names: Record<string, { title: string; code: string | null; reward: number | null }>
  notSimulated: NotSimulated[]
}

/** Before anything was asked. */
export function emptyQuestion(codes: readonly string[]): Question {
  return {
    who: 'guest',
    customer: '',
    lines: [{ item: '', unitMinor: 0, quantity: 1 }],
    shippingMinor: 0,
    codes: codes.slice(0, CODES_MAX),
  }
}

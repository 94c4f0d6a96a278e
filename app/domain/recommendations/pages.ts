/** What the page about recommendations shows. */
import type { Freshness, Problem } from '#app/domain/pages.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { Choice } from './choice.ts'
import type { Lead, PickReason } from './picks.ts'

/** A product by its id; `isOnSale` false: sold out, unpublished, or a gift card, so that nobody is shown it. */
export type PickProduct = { id: Id; title: string; isOnSale: boolean }

export type PickRow = PickProduct & { why: PickReason }

/** How a customer would see it, as far as it is worked out. */
export type PickPreview = {
  customer: Id
  /** Null: nothing of their own; they see what guests see. */
  lead: Lead | null
  picks: PickRow[]
  bought: string[]
}

export type RecommendationsPage = {
  isOn: boolean
  /** Null: not worked out yet. */
  made: {
    at: Instant
    choice: Choice
    customers: number
    baskets: number
    products: number
  } | null
  /** Products there are in the shop; 0: none, or not read yet. */
  products: number
  /** Of how many of them the shop names what they cost, and what is taken for the others: a share (0–1) of the price. */
  costs: { known: number; goodsShare: number; isAssumed: boolean }
  /** Customers who have picks of their own, and of how many Shopify does not have the newest yet. */
  shown: { customers: number; waiting: number }
  problem: Problem | null
  /** The merchant has not let us write to products: their pages show what guests see. */
  asks: string[]
  pinned: PickProduct[]
  excluded: PickProduct[]
  /** What guests see. */
  first: PickProduct[]
  /** Products by title, for pinning and keeping out. */
  offered: PickProduct[]
  preview: PickPreview | null
  /** Customers to look at: one of each kind, where there is one. */
  examples: { customer: Id; lead: Lead }[]
  themeEditorUrl: string | null
  freshness: Freshness
}

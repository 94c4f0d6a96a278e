/** The facts on a segment's card: medians of a group with how far chance may move them, and what has drifted since. */
import { z } from 'zod'

/** Nothing is said of fewer customers than this. */
export const CARD_NEEDS = 20
/** A product is typical only from so many buyers on. */
const BUYERS_NEEDED = 5
/** A figure has drifted from this relative change on; a share from this many of 0–1. */
const DRIFT_BY = 0.2
const SHARE_DRIFT_BY = 0.1
/** 95 % of the time the median lies within this many √n ranks of the middle one. */
const RANKS = 0.98

const middle = z.object({ value: z.number(), low: z.number(), high: z.number() })

/** What is stored of a review, and worked out now: the same shape. */
export const CardFactsShape = z.object({
  customers: z.number().int().nonnegative(),
  /** Of them, how many were looked at. */
  lookedAt: z.number().int().nonnegative(),
  /** Null: fewer than 20 to say it of, or not known while Shopify hides older orders. */
  orders: middle.nullable(),
  gapDays: middle.nullable(),
  basketMinor: middle.nullable(),
  /** Of bought items, 0–1, with a discount that counts. */
  discountShare: z.number().nullable(),
  /** Most bought first; share: of the customers looked at. */
  products: z.array(z.object({ product: z.string(), title: z.string(), share: z.number() })),
})

export type CardFacts = z.infer<typeof CardFactsShape>
export type Middle = z.infer<typeof middle>

/** What is read of the customers looked at. */
export type CardPeople = {
  customers: number
  /** Per customer looked at: occasions, Σ ln gap days (null: not known), items looked at and how many at a counted discount. */
  people: { n: number; sumLnGapDays: number | null; lines: number; discounted: number }[]
  /** Goods after discounts of each of their orders, minor units; null: not known. */
  basketsMinor: number[] | null
  /** Distinct buyers among those looked at, most first. */
  products: { product: string; title: string; buyers: number }[]
}

/**
 * The median with the 95 % range that chance leaves it (order statistics), null for fewer than 20 values.
 *
 * Known values: 1…100 → 50.5 within 40…61 (tests/domain/card-facts.test.ts).
 */
export function middleOf(values: readonly number[]): Middle | null {
  const n = values.length
  if (n < CARD_NEEDS) return null
  const sorted = [...values].sort((a, b) => a - b)
  const at = (rank: number) => sorted[Math.min(n - 1, Math.max(0, rank))]!
  const spread = RANKS * Math.sqrt(n)
  return {
    value: (at(Math.floor((n - 1) / 2)) + at(Math.ceil((n - 1) / 2))) / 2,
    low: at(Math.floor(n / 2 - spread) - 1),
    high: at(Math.ceil(n / 2 + spread)),
  }
}

/** Facts of a group; of fewer than 20 customers only how many they are. Gaps: one vote per customer, their own geometric mean. */
export function cardFacts({ customers, people, basketsMinor, products }: CardPeople): CardFacts {
  const isEnough = customers >= CARD_NEEDS && people.length >= CARD_NEEDS
  const gaps = people.flatMap(({ n, sumLnGapDays }) =>
    n > 1 && sumLnGapDays !== null ? [Math.exp(sumLnGapDays / (n - 1))] : [],
  )
  const lines = people.reduce((sum, each) => sum + each.lines, 0)
  const discounted = people.reduce((sum, each) => sum + each.discounted, 0)
  return {
    customers,
    lookedAt: people.length,
    orders: isEnough ? middleOf(people.map(({ n }) => n)) : null,
    gapDays: isEnough ? middleOf(gaps) : null,
    basketMinor: isEnough && basketsMinor !== null ? middleOf(basketsMinor) : null,
    discountShare: isEnough && lines >= CARD_NEEDS ? discounted / lines : null,
    products: isEnough
      ? products
          .filter(({ buyers }) => buyers >= BUYERS_NEEDED)
          .map(({ product, title, buyers }) => ({ product, title, share: buyers / people.length }))
      : [],
  }
}

export type Drift =
  | { what: 'customers' | 'orders' | 'gapDays' | 'basketMinor' | 'discountShare'; before: number; after: number }
  | { what: 'product'; before: string; after: string }

/**
 * What has drifted between a review and now: a median by a fifth or more and beyond what chance explains on either side, a
 * share by 10 points or more, the number of customers by a fifth or more, and a most bought product that is no longer
 * among the five.
 *
 * Known values: gap 41 (39…43) → 55 (52…58) has drifted; 41 (20…90) → 55 has not (tests/domain/card-facts.test.ts).
 */
export function driftOf(before: CardFacts, after: CardFacts): Drift[] {
  const drifts: Drift[] = []
  if (hasMovedBy(before.customers, after.customers))
    drifts.push({ what: 'customers', before: before.customers, after: after.customers })
  for (const what of ['orders', 'gapDays', 'basketMinor'] as const) {
    const [was, is] = [before[what], after[what]]
    if (was === null || is === null || !hasMovedBy(was.value, is.value)) continue
    const isChance = (is.value >= was.low && is.value <= was.high) || (was.value >= is.low && was.value <= is.high)
    if (!isChance) drifts.push({ what, before: was.value, after: is.value })
  }
  const [was, is] = [before.discountShare, after.discountShare]
  // Shares are sums of binary fractions: what is written as ten points is ten points.
  if (was !== null && is !== null && Math.abs(is - was) >= SHARE_DRIFT_BY - 1e-9)
    drifts.push({ what: 'discountShare', before: was, after: is })
  const [first, now] = [before.products[0], after.products[0]]
  if (first && now && !after.products.some(({ product }) => product === first.product))
    drifts.push({ what: 'product', before: first.title, after: now.title })
  return drifts
}

function hasMovedBy(before: number, after: number): boolean {
  return before > 0 ? Math.abs(after / before - 1) >= DRIFT_BY - 1e-9 : after > 0
}

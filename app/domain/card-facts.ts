/** The facts on a segment's card: medians of a group with how far chance may move them, and what has drifted since. */
import { z } from 'zod'

/** Nothing is said of fewer customers than this. */
export const CARD_NEEDS = 20
/** A product is typical only from so many buyers on. */
const BUYERS_NEEDED = 5
/** Products, categories and countries that a card names. */
const NAMED = 5
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
  /**
   * The same of collections that stand for a category (domain/categories.ts), each bought from by at least 20 of them.
   * none: the shop has no such collection; not-read: its collections have not been read yet.
   */
  categories: z
    .union([
      z.enum(['none', 'not-read']),
      z.array(z.object({ collection: z.string(), title: z.string(), share: z.number() })),
    ])
    .default([]),
  /**
   * Where the customers looked at live, by two letters, most first; all are shares of them. Countries of fewer than 20 are
   * in `other`, and whoever has no address in `unknown`. Null: there is no country of 20.
   */
  regions: z
    .object({
      countries: z.array(z.object({ country: z.string(), share: z.number() })),
      other: z.number(),
      unknown: z.number(),
    })
    .nullable()
    .default(null),
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
  /** Each product that those looked at bought, and which of them: numbers of `people`'s, each once. */
  products: { product: string; title: string; buyers: readonly number[] }[]
  /** Collections that stand for a category, with what is in them of those products; null: not read yet. */
  categories: { collection: string; title: string; products: readonly string[] }[] | null
  /** Of those looked at, how many in each country; null: without an address. */
  countries: { country: string | null; customers: number }[]
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
export function cardFacts(read: CardPeople): CardFacts {
  const { customers, people, basketsMinor } = read
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
    products: isEnough ? productsOf(read) : [],
    categories: isEnough ? categoriesOf(read) : [],
    regions: isEnough ? regionsOf(read) : null,
  }
}

function productsOf({ people, products }: CardPeople): CardFacts['products'] {
  return foremost(
    products.map(({ product, title, buyers }) => ({ product, title, share: buyers.length / people.length })),
    ({ product }) => product,
    BUYERS_NEEDED / people.length,
  )
}

function categoriesOf({ people, products, categories }: CardPeople): CardFacts['categories'] {
  if (categories === null) return 'not-read'
  if (categories.length === 0) return 'none'
  const buyersOf = new Map(products.map(({ product, buyers }) => [product, buyers]))
  return foremost(
    categories.map(({ collection, title, products: holds }) => ({
      collection,
      title,
      share: new Set(holds.flatMap((product) => buyersOf.get(product) ?? [])).size / people.length,
    })),
    ({ collection }) => collection,
    CARD_NEEDS / people.length,
  )
}

function regionsOf({ countries }: CardPeople): CardFacts['regions'] {
  const sum = (of: readonly { customers: number }[]) => of.reduce((all, { customers }) => all + customers, 0)
  const all = sum(countries)
  const known = countries.flatMap(({ country, customers }) => (country === null ? [] : [{ country, customers }]))
  const named = foremost(
    known.map(({ country, customers }) => ({ country, customers, share: customers / all })),
    ({ country }) => country,
    CARD_NEEDS / all,
  )
  if (named.length === 0) return null
  return {
    countries: named.map(({ country, share }) => ({ country, share })),
    other: (sum(known) - sum(named)) / all,
    unknown: (all - sum(known)) / all,
  }
}

/** The first few by share, and by name where two are equal, of those that reach a least share. */
function foremost<T extends { share: number }>(all: readonly T[], nameOf: (one: T) => string, least: number): T[] {
  return all
    .filter(({ share }) => share >= least)
    .sort((a, b) => b.share - a.share || (nameOf(a) < nameOf(b) ? -1 : 1))
    .slice(0, NAMED)
}

export type Drift =
  | { what: 'customers' | 'orders' | 'gapDays' | 'basketMinor' | 'discountShare'; before: number; after: number }
  | { what: 'product'; before: string; after: string }
  | { what: 'category'; before: string; after: string }
  | { what: 'categoryShare' | 'country'; name: string; before: number; after: number }

/**
 * What has drifted between a review and now: a median by a fifth or more and beyond what chance explains on either side, a
 * share by 10 points or more (of a category's buyers or a country also beyond chance), the number of customers by a fifth or
 * more, and a most bought product or category that is no longer among the five.
 *
 * Known values: gap 41 (39…43) → 55 (52…58) has drifted; 41 (20…90) → 55 has not; a category of 40 % of 1,000 customers →
 * 55 % has drifted, of 30 customers it has not (tests/domain/card-facts.test.ts).
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
  return [...drifts, ...categoryDrift(before, after), ...countryDrift(before, after)]
}

function categoryDrift(before: CardFacts, after: CardFacts): Drift[] {
  const [was, is] = [before.categories, after.categories]
  if (typeof was === 'string' || typeof is === 'string') return []
  const [first, now] = [was[0], is[0]]
  const isGone = first && now && !is.some(({ collection }) => collection === first.collection)
  const shares = was.flatMap(({ collection, share }): Drift[] => {
    const same = is.find((each) => each.collection === collection)
    return same && isShareMoved([share, before.lookedAt], [same.share, after.lookedAt])
      ? [{ what: 'categoryShare', name: same.title, before: share, after: same.share }]
      : []
  })
  return isGone ? [{ what: 'category', before: first.title, after: now.title }, ...shares] : shares
}

function countryDrift(before: CardFacts, after: CardFacts): Drift[] {
  return (before.regions?.countries ?? []).flatMap(({ country, share }): Drift[] => {
    const same = after.regions?.countries.find((each) => each.country === country)
    return same && isShareMoved([share, before.lookedAt], [same.share, after.lookedAt])
      ? [{ what: 'country', name: country, before: share, after: same.share }]
      : []
  })
}

/** Ten points or more, and beyond what chance explains: 1.96 standard errors of the difference of two shares. */
function isShareMoved([was, ofWas]: [number, number], [is, ofIs]: [number, number]): boolean {
  const error = Math.sqrt((was * (1 - was)) / ofWas + (is * (1 - is)) / ofIs)
  return Math.abs(is - was) >= SHARE_DRIFT_BY - 1e-9 && Math.abs(is - was) > 1.96 * error
}

function hasMovedBy(before: number, after: number): boolean {
  return before > 0 ? Math.abs(after / before - 1) >= DRIFT_BY - 1e-9 : after > 0
}

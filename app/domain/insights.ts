/** Which products first and second orders are made of, who they draw, and what each stage spends its money on. */
import { z } from 'zod'
import { besideShare, shareOfEnough, type Share } from './interval.ts'
import type { Money } from './money.ts'
import type { Instant } from './order.ts'
import type { Freshness } from './pages.ts'
import { STAGES } from './stages.ts'

/** First orders, and second orders, of the last so many days; `all`: ever. */
export const INSIGHT_PERIODS = ['90', '365', 'all'] as const
export type InsightPeriod = (typeof INSIGHT_PERIODS)[number]

/** The tables, as their files are called. */
export const INSIGHT_TABLES = ['first-orders', 'second-orders', 'cherry-pickers', 'categories'] as const
export type InsightTable = (typeof INSIGHT_TABLES)[number]

/** Fewer customers than this who went from one product to another are no habit. */
export const PAIR_NEEDS = 5

const count = z.number().int().nonnegative()

/**
 * Customers of a period by their first order (all that they bought within 24 hours of their first): how many, how many of them
 * have had the return window since, how many of those came back within it, and how many are likely or confirmed cherry-pickers.
 */
const FirstOrders = z.object({ buyers: count, matured: count, cameBack: count, pickers: count })
type FirstOrders = z.infer<typeof FirstOrders>

const StoredProduct = FirstOrders.extend({ product: z.string(), title: z.string() })
type StoredProduct = z.infer<typeof StoredProduct>

/**
 * Customers with `from` in their first order and `to` in their second; of the period by the second: how many had `from` in
 * their first, and how many `to` in their second.
 */
const StoredPair = z.object({
  from: z.string(),
  to: z.string(),
  fromTitle: z.string(),
  toTitle: z.string(),
  customers: count,
  ofFrom: count,
  ofTo: count,
})
export type StoredPair = z.infer<typeof StoredPair>

/** What is worked out of one period and stored. */
export const StoredProducts = z.object({
  all: FirstOrders,
  windowDays: z.number(),
  products: z.array(StoredProduct),
  /** How many products stood in a first order; only those of most buyers are kept. */
  found: count,
  seconds: count,
  pairs: z.array(StoredPair),
})
export type StoredProducts = z.infer<typeof StoredProducts>

/** Whose money: a stage, or cherry-pickers of whatever stage. */
const SPENDERS = [...STAGES, 'cherry-picker'] as const
export type Spender = (typeof SPENDERS)[number]

/** What each spent in 12 months on goods kept, after discounts, minor units: in all, and in each category. */
export const StoredCategories = z.object({
  spent: z.array(z.object({ by: z.enum(SPENDERS), customers: count, minor: z.number() })),
  categories: z.array(z.object({ category: z.string(), title: z.string(), by: z.enum(SPENDERS), minor: z.number() })),
})
export type StoredCategories = z.infer<typeof StoredCategories>

/** A product of first orders; `cameBack` and `pickers` null: too few customers to say. */
export type InsightProduct = {
  product: string
  title: string
  buyers: number
  /** Of all first orders. */
  share: number
  cameBack: Share | null
  pickers: Share | null
}

/** From one product to another; `share` of those who had `from` first, `usual` of all second orders. */
export type InsightPair = StoredPair & { share: Share | null; usual: number }

/** What one group spent on, most money first; a product may be in several categories. */
export type SpenderCategories = {
  by: Spender
  customers: number
  spent: Money
  categories: { title: string; money: Money; share: number }[]
}

/** How much of a table a page shows, and how long the table is. */
export type Shown<T> = { rows: T[]; of: number }

/** Of the shares that could be said, how many lie with their whole interval outside what they are held against. */
export type Standing = { out: number; compared: number }

export type Insights = {
  windowDays: number
  all: { buyers: number; cameBack: Share | null; pickers: Share | null }
  /** By first orders. */
  first: Shown<InsightProduct> & { standing: Standing }
  /** By customers: from one product to another, and the same bought again. */
  second: Shown<InsightPair> & { again: InsightPair[]; seconds: number; standing: Standing }
  /** Products of enough buyers, those that draw most surely first. */
  pickers: Shown<InsightProduct> & { standing: Standing }
}

export type InsightsPage = {
  freshness: Freshness
  period: InsightPeriod
  /** none: no order is imported yet · limited: Shopify hides older orders · working: being worked out · failed: it cannot be */
  state: 'none' | 'limited' | 'working' | 'failed' | 'ready'
  /** It is being worked out anew at this moment. */
  isUnderWay: boolean
  /** When it was worked out. */
  asOf: Instant | null
  insights: Insights | null
  /** Null: the collections were never read. */
  categories: SpenderCategories[] | null
}

/** Categories that a group is told by. */
const CATEGORIES_EACH = 6
/** Of fewer customers, what they spend on is told of nobody. */
const SPENDERS_NEED = 20

/**
 * What a page and its files say of one period.
 *
 * @param shown  rows of each table; the rest is in its file
 */
export function insightsOf(stored: StoredProducts, shown = Infinity): Insights {
  const { all, products, pairs } = stored
  const rows = products.map((each): InsightProduct => ({
    product: each.product,
    title: each.title,
    buyers: each.buyers,
    share: all.buyers === 0 ? 0 : each.buyers / all.buyers,
    cameBack: shareOfEnough(each.cameBack, each.matured),
    pickers: shareOfEnough(each.pickers, each.buyers),
  }))
  const cameBack = shareOfEnough(all.cameBack, all.matured)
  const pickers = shareOfEnough(all.pickers, all.buyers)
  const said = pairs.map((pair) => ({
    ...pair,
    share: shareOfEnough(pair.customers, pair.ofFrom),
    usual: stored.seconds === 0 ? 0 : pair.ofTo / stored.seconds,
  }))
  const others = said.filter(({ from, to }) => from !== to)
  const drawing = rows.filter(({ pickers }) => pickers !== null).sort((a, b) => b.pickers!.low - a.pickers!.low)
  return {
    windowDays: stored.windowDays,
    all: { buyers: all.buyers, cameBack, pickers },
    first: {
      rows: rows.slice(0, shown),
      of: rows.length,
      standing: standing(rows.map((row) => [row.cameBack, cameBack?.share ?? null])),
    },
    second: {
      seconds: stored.seconds,
      of: pairs.length,
      rows: others.slice(0, shown),
      standing: standing(others.map(({ share, usual }) => [share, usual])),
      again: said.filter(({ from, to }) => from === to).slice(0, shown),
    },
    pickers: {
      rows: drawing.slice(0, shown),
      of: drawing.length,
      standing: standing(drawing.map((row) => [row.pickers, pickers?.share ?? null])),
    },
  }
}

/** Over all that are compared, not only those that a page shows: the most striking ones always stand out. */
function standing(shares: readonly (readonly [Share | null, number | null])[]): Standing {
  const found = shares.flatMap(([share, known]) =>
    share === null || known === null ? [] : [besideShare(share, known)],
  )
  return { compared: found.length, out: found.filter((beside) => beside !== 'alike').length }
}

/** What each group spent on, largest first. Groups of fewer than 20 customers, and of nothing spent, are left out. */
export function spendersOf(
  { spent, categories }: StoredCategories,
  currency: string,
  each = CATEGORIES_EACH,
): SpenderCategories[] {
  return SPENDERS.flatMap((by) => {
    const all = spent.find((one) => one.by === by)
    if (all === undefined || all.customers < SPENDERS_NEED || all.minor <= 0) return []
    const theirs = categories
      .filter((one) => one.by === by)
      .sort((a, b) => b.minor - a.minor)
      .slice(0, each)
    return [
      {
        by,
        customers: all.customers,
        spent: { minor: all.minor, currency },
        categories: theirs.map(({ title, minor }) => ({
          title,
          money: { minor, currency },
          share: minor / all.minor,
        })),
      },
    ]
  })
}

/** The page Insights and its files, from what was worked out last. */
import { BYTE_ORDER_MARK, csvLine } from '#app/domain/csv.ts'
import {
  insightsOf,
  spendersOf,
  StoredCategories,
  StoredProducts,
  type InsightPeriod,
  type InsightsPage,
  type InsightTable,
} from '#app/domain/insights.ts'
import type { Share } from '#app/domain/interval.ts'
import { decimalsOf } from '#app/domain/money.ts'
import type { Instant } from '#app/domain/order.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { freshnessOf } from '../freshness.ts'
import { areCollectionsRead } from './categories.ts'
import type { About } from './work-out.ts'

/** Rows of each table on the page; its file has all that are kept. */
const SHOWN = 10

type Stored = {
  currency: string
  isLimited: boolean
  isWorked: boolean
  /** The state of the work that is owed; null: none is. */
  work: string | null
  asOf: Instant | null
  products: StoredProducts | null
  categories: StoredCategories | null
}

/** What was never worked out is owed, so that the page has it a moment later. */
export async function insightsPage(shop: ShopId, period: InsightPeriod): Promise<InsightsPage> {
  const freshness = await withShop(shop, (tx) => freshnessOf(tx, shop))
  return withShopBulk(shop, async (tx) => {
    const stored = await readStored(tx, shop, period)
    const { products, categories, currency } = stored
    const isMissing = products === null || (categories === null && (await areCollectionsRead(tx, shop)))
    const owes = stored.isWorked && !stored.isLimited && isMissing && stored.work === null
    if (owes) await owe(tx, shop, 'work-out-insights', String(shop), {})
    const state = stateOf(stored)
    return {
      freshness,
      period,
      state,
      isUnderWay: owes || stored.work === 'waiting' || stored.work === 'running',
      asOf: stored.asOf,
      insights: state === 'ready' && products !== null ? insightsOf(products, SHOWN) : null,
      categories: state === 'ready' && categories !== null ? spendersOf(categories, currency) : null,
    }
  })
}

/** A table whole, as a CSV file with a line of headings. */
export async function insightsFile(shop: ShopId, table: InsightTable, period: InsightPeriod): Promise<string> {
  const { products, categories, currency, isLimited } = await withShopBulk(shop, (tx) => readStored(tx, shop, period))
  const known = isLimited ? null : products
  const lines = {
    'first-orders': () => (known === null ? [] : firstLines(known)),
    'second-orders': () => (known === null ? [] : secondLines(known)),
    'cherry-pickers': () => (known === null ? [] : pickerLines(known)),
    categories: () => (categories === null || isLimited ? [] : categoryLines(categories, currency)),
  }[table]()
  return BYTE_ORDER_MARK + [HEADINGS[table], ...lines].map(csvLine).join('')
}

async function readStored(tx: BulkTx, shop: ShopId, period: InsightPeriod): Promise<Stored> {
  const [row] = await tx.query<Omit<Stored, 'asOf' | 'products' | 'categories'>>(
    `SELECT coalesce(s."currency", '') AS "currency", s."limited" AS "isLimited", EXISTS (
       SELECT FROM "Summary" y WHERE y."shop" = $1) AS "isWorked", (
       SELECT w."state" FROM "Work" w WHERE w."shop" = $1 AND w."kind" = 'work-out-insights' LIMIT 1) AS "work"
     FROM "Shop" s WHERE s."shop" = $1`,
    [shop],
  )
  const rows = await tx.query<{ about: About; asOf: Date; data: unknown }>(
    `SELECT "about", "asOf", "data" FROM "Insight" WHERE "shop" = $1 AND "about" = ANY ($2)`,
    [shop, [`products-${period}`, 'categories']],
  )
  const dataOf = (about: About) => rows.find((one) => one.about === about)
  const products = dataOf(`products-${period}`)
  const categories = dataOf('categories')
  return {
    ...row!,
    asOf: products?.asOf.getTime() ?? null,
    products: products ? StoredProducts.parse(products.data) : null,
    categories: categories ? StoredCategories.parse(categories.data) : null,
  }
}

function stateOf({ isWorked, isLimited, products, work }: Stored): InsightsPage['state'] {
  if (!isWorked) return 'none'
  if (isLimited) return 'limited'
  if (products !== null) return 'ready'
  return work === 'dead' || work === 'parked' ? 'failed' : 'working'
}

const CAME_BACK = ['with_a_window_since', 'came_back', 'came_back_share', 'came_back_low', 'came_back_high']
const HEADINGS: Record<InsightTable, string[]> = {
  'first-orders': ['product_id', 'product', 'first_orders', 'share_of_first_orders', ...CAME_BACK],
  'second-orders': [
    'first_product_id',
    'first_product',
    'second_product_id',
    'second_product',
    'customers',
    'with_first_product',
    'share',
    'share_low',
    'share_high',
    'share_of_all_second_orders',
  ],
  'cherry-pickers': [
    'product_id',
    'product',
    'first_orders',
    'discount_seeking',
    'discount_seeking_share',
    'discount_seeking_low',
    'discount_seeking_high',
  ],
  categories: ['segment', 'customers', 'spent_12_months', 'category', 'spent_in_category', 'share', 'currency'],
}

type Cells = (string | number | null)[]

function firstLines(stored: StoredProducts): Cells[] {
  const { first } = insightsOf(stored)
  return first.rows.map((row, place) => {
    const { matured, cameBack } = stored.products[place]!
    return [row.product, row.title, row.buyers, rounded(row.share), matured, cameBack, ...ends(row.cameBack)]
  })
}

function secondLines(stored: StoredProducts): Cells[] {
  const { rows, again } = insightsOf(stored).second
  return [...rows, ...again].map((row) => [
    row.from,
    row.fromTitle,
    row.to,
    row.toTitle,
    row.customers,
    row.ofFrom,
    ...ends(row.share),
    rounded(row.usual),
  ])
}

function pickerLines(stored: StoredProducts): Cells[] {
  return insightsOf(stored).pickers.rows.map((row) => [
    row.product,
    row.title,
    row.buyers,
    row.pickers!.count,
    ...ends(row.pickers),
  ])
}

function categoryLines(stored: StoredCategories, currency: string): Cells[] {
  const inUnits = (minor: number) => minor / 10 ** decimalsOf(currency)
  return spendersOf(stored, currency, Infinity).flatMap(({ by, customers, spent, categories }) =>
    categories.map(({ title, money, share }) => [
      by,
      customers,
      inUnits(spent.minor),
      title,
      inUnits(money.minor),
      rounded(share),
      currency,
    ]),
  )
}

/** Nothing where there are too few. */
function ends(share: Share | null): Cells {
  return share === null ? [null, null, null] : [share.share, share.low, share.high].map(rounded)
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000
}

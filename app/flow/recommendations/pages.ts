/** What the page about recommendations shows, from stored rows. */
import { goodsShareOf } from '#app/domain/costs.ts'
import type { Id } from '#app/domain/order.ts'
import type { Problem } from '#app/domain/pages.ts'
import { CustomerPicks } from '#app/domain/recommendations/documents.ts'
import type { PickPreview, PickProduct, RecommendationsPage } from '#app/domain/recommendations/pages.ts'
import { LEADS, type Lead, type PickReason } from '#app/domain/recommendations/picks.ts'
import { domainOf, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { freshnessFor } from '../freshness.ts'
import { readSettings } from '../settings.ts'
import { themeEditorUrl } from '../theme-editor.ts'
import { PRODUCTS_SCOPE } from './show.ts'
import { readChoices, readRecommender } from './stored.ts'

/** Of a title that is looked for. */
const OFFERED = 20
const BOUGHT_SHOWN = 5

/**
 * @param customer  whose view is wanted; null: nobody's
 * @param search  part of a product's title
 */
export async function recommendationsPage(
  shop: ShopId,
  customer: Id | null,
  search: string,
): Promise<RecommendationsPage> {
  const domain = await domainOf(shop)
  const freshness = await freshnessFor(shop)
  return withShopBulk(shop, async (tx) => {
    const recommender = await readRecommender(tx, shop)
    const { choice, counts, rebuiltAt, isOn, wanted } = recommender
    const { pinned, excluded } = await readChoices(tx, shop)
    const [facts] = await tx.query<{
      products: number
      costed: number
      scopes: string
      customers: number
      waiting: number
    }>(
      `SELECT (SELECT count(*)::int FROM "Product" WHERE shop = $1) AS products,
         (SELECT count("unitCostMinor")::int FROM "Product" WHERE shop = $1) AS costed,
         (SELECT scopes FROM "Shop" WHERE shop = $1) AS scopes,
         count(c."wanted" ->> 'lead')::int AS customers,
         count(*) FILTER (WHERE c."wanted" IS DISTINCT FROM c."written")::int AS waiting
       FROM "CustomerPicks" c WHERE c.shop = $1`,
      [shop],
    )
    const goods = goodsShareOf((await readSettings(tx, shop)).costs)
    return {
      isOn,
      made: rebuiltAt === null || choice === null || counts === null ? null : { at: rebuiltAt, choice, ...counts },
      products: facts!.products,
      costs: { known: facts!.costed, goodsShare: goods.share, isAssumed: goods.isAssumed },
      shown: { customers: facts!.customers, waiting: isOn ? facts!.waiting : 0 },
      problem: await problemOf(tx, shop),
      asks: facts!.scopes.split(',').includes(PRODUCTS_SCOPE) ? [] : [PRODUCTS_SCOPE],
      pinned: await productsOf(tx, shop, pinned),
      excluded: await productsOf(tx, shop, [...excluded]),
      first: await productsOf(tx, shop, wanted?.first ?? []),
      offered: await offeredProducts(tx, shop, search),
      preview: customer === null ? null : await previewOf(tx, shop, customer),
      examples: await examplesOf(tx, shop),
      themeEditorUrl: domain === null ? null : themeEditorUrl(domain, 'picked-for-you'),
      freshness,
    }
  })
}

/** Why what should be worked out or written is not: work that is tried no more. */
async function problemOf(tx: BulkTx, shop: ShopId): Promise<Problem | null> {
  const [row] = await tx.query<{ problem: Problem }>(
    `SELECT problem FROM "Work" WHERE shop = $1 AND kind IN ('rebuild-recommendations', 'show-picks')
       AND state IN ('dead', 'parked') AND problem IS NOT NULL ORDER BY "nextAt" DESC LIMIT 1`,
    [shop],
  )
  return row?.problem ?? null
}

const PRODUCT = `p."id"::text AS id, p."title", p."isOnSale" AND NOT p."isGiftCard" AS "isOnSale"`

/** In the order of the ids; those that the shop has deleted are left out. */
async function productsOf(tx: BulkTx, shop: ShopId, ids: readonly number[]): Promise<PickProduct[]> {
  return tx.query<PickProduct>(
    `SELECT ${PRODUCT} FROM unnest($2::bigint[]) WITH ORDINALITY asked(id, place)
     JOIN "Product" p ON p.shop = $1 AND p.id = asked.id ORDER BY place`,
    [shop, ids],
  )
}

async function offeredProducts(tx: BulkTx, shop: ShopId, search: string): Promise<PickProduct[]> {
  return tx.query<PickProduct>(
    `SELECT ${PRODUCT} FROM "Product" p LEFT JOIN "ProductPicks" k ON k.shop = $1 AND k.product = p.id
     WHERE p.shop = $1 AND position(lower($2) IN lower(p.title)) > 0
     ORDER BY coalesce(k.customers, 0) DESC, p.id LIMIT ${OFFERED}`,
    [shop, search.trim()],
  )
}

/** One customer of each kind of lead. */
async function examplesOf(tx: BulkTx, shop: ShopId): Promise<RecommendationsPage['examples']> {
  const rows = await tx.query<{ lead: Lead; customer: Id }>(
    `SELECT "wanted" ->> 'lead' AS lead, min(customer)::text AS customer FROM "CustomerPicks"
     WHERE shop = $1 AND "wanted" IS NOT NULL GROUP BY 1`,
    [shop],
  )
  return LEADS.flatMap((lead) => rows.filter((row) => row.lead === lead))
}

async function previewOf(tx: BulkTx, shop: ShopId, customer: Id): Promise<PickPreview> {
  const [row] = await tx.query<{ wanted: unknown }>(
    'SELECT "wanted" FROM "CustomerPicks" WHERE shop = $1 AND customer = $2::bigint',
    [shop, customer],
  )
  const read = CustomerPicks.safeParse(row?.wanted)
  const why = new Map<Id, PickReason>(read.success ? read.data.picks.map(([id, reason]) => [String(id), reason]) : [])
  const products = await productsOf(tx, shop, read.success ? read.data.picks.map(([id]) => id) : [])
  const bought = await tx.query<{ title: string }>(
    `SELECT l.title FROM "Order" o JOIN "Line" l ON l.shop = $1 AND l."order" = o.id
     WHERE o.shop = $1 AND o.customer = $2::bigint ORDER BY o."processedAt" DESC, l.id LIMIT ${BOUGHT_SHOWN}`,
    [shop, customer],
  )
  return {
    customer,
    lead: read.success ? read.data.lead : null,
    picks: products.map((product) => ({ ...product, why: why.get(product.id)! })),
    bought: bought.map(({ title }) => title),
  }
}

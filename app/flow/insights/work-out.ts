/** Works out what products and categories say of the shop, after every run over everybody, and keeps it for the pages. */
import { estimatesAt } from '#app/domain/estimates.ts'
import { INSIGHT_PERIODS, type StoredCategories, type StoredProducts } from '#app/domain/insights.ts'
import type { Instant } from '#app/domain/order.ts'
import { windowDaysOf } from '#app/domain/stages.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readSettings } from '../settings.ts'
import { categoriesOf } from './categories.ts'
import { productsOf } from './products.ts'

/** What is kept: the products of a period, or the categories. */
export type About = 'categories' | `products-${(typeof INSIGHT_PERIODS)[number]}`

/** Has everything be worked out anew; several wishes are one. */
export async function oweInsights(shop: ShopId): Promise<void> {
  await withShop(shop, (tx) => owe(tx, shop, 'work-out-insights', String(shop), {}))
}

/** @param stillMine  asked last: throws if another worker has taken over, and nothing is written */
export async function workOutInsights(
  shop: ShopId,
  asOf: Instant,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const [about] = await tx.query<{ limited: boolean }>('SELECT "limited" FROM "Shop" WHERE "shop" = $1', [shop])
    const adopted = adoptedOf(await tx.query<EstimatesRow>('SELECT * FROM "Estimates" WHERE "shop" = $1', [shop]))
    // While Shopify hides older orders nobody's first order is known.
    if (about === undefined || about.limited || adopted.length === 0) return
    const { orderRule, thresholds } = await readSettings(tx, shop)
    const windowDays = windowDaysOf(estimatesAt(adopted, asOf), thresholds)
    const products = await productsOf(tx, { shop, asOf, orderRule, windowDays })
    for (const period of INSIGHT_PERIODS) await write(tx, shop, `products-${period}`, asOf, products.get(period)!)
    const categories = await categoriesOf(tx, { shop, asOf, orderRule })
    if (categories !== null) await write(tx, shop, 'categories', asOf, categories)
    await stillMine(tx)
  })
}

async function write(
  tx: BulkTx,
  shop: ShopId,
  about: About,
  asOf: Instant,
  data: StoredProducts | StoredCategories,
): Promise<void> {
  await tx.query(
    `INSERT INTO "Insight" ("shop", "about", "asOf", "data") VALUES ($1, $2, $3, $4::jsonb)
     ON CONFLICT ("shop", "about") DO UPDATE SET "asOf" = excluded."asOf", "data" = excluded."data"`,
    [shop, about, new Date(asOf), JSON.stringify(data)],
  )
}

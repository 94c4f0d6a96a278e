import { productsNamed } from '#app/domain/rules/rule.ts'
import { MOST_SKUS, setupOf, type LeftOutOfSetup, type Setup, type SetupHere } from '#app/domain/setup-copy.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { readSettings } from '../../settings.ts'
import { currencyOf, ownSegments } from '../own/stored.ts'

/** The shop's setup as the text of a file. */
export async function setupFile(shop: ShopId): Promise<string> {
  const { setup } = await withShopBulk(shop, (tx) => fileIn(tx, shop))
  return `${JSON.stringify(setup, null, 2)}\n`
}

export async function fileIn(tx: BulkTx, shop: ShopId): Promise<{ setup: Setup; leftOut: LeftOutOfSetup[] }> {
  const segments = await ownSegments(tx, shop)
  const products = [...new Set(segments.flatMap(({ rule }) => productsNamed(rule, new Map())))]
  const skus = await skusOf(tx, shop, products)
  return setupOf(await readSettings(tx, shop), segments, await currencyOf(tx, shop), (id) => skus.get(id) ?? [])
}

async function skusOf(tx: BulkTx, shop: ShopId, products: readonly string[]): Promise<Map<string, string[]>> {
  if (products.length === 0) return new Map()
  const rows = await tx.query<{ product: string; skus: string[] }>(
    `SELECT "product"::text AS "product", (array_agg("sku" ORDER BY "lines" DESC, "sku"))[1:${MOST_SKUS}] AS "skus"
     FROM (SELECT "product", "sku", count(*) AS "lines" FROM "Line"
       WHERE "shop" = $1 AND "product" = ANY ($2::bigint[]) AND "sku" <> '' GROUP BY "product", "sku") s GROUP BY "product"`,
    [shop, products],
  )
  return new Map(rows.map((row) => [row.product, row.skus]))
}

/** The one product that stands in this shop's orders under some of these stock keeping units; null: none, or several. */
export async function productsOfSkus(tx: BulkTx, shop: ShopId, setup: Setup): Promise<SetupHere['productOf']> {
  const text = JSON.stringify(setup.segments)
  if (!text.includes('"skus"')) return () => null
  const wanted = new Set<string>()
  JSON.parse(text, (key, value: unknown) => {
    if (key === 'skus') for (const sku of value as string[]) wanted.add(sku)
    return value
  })
  const rows = await tx.query<{ sku: string; product: string }>(
    `SELECT DISTINCT "sku", "product"::text AS "product" FROM "Line"
     WHERE "shop" = $1 AND "sku" = ANY ($2) AND "product" IS NOT NULL`,
    [shop, [...wanted]],
  )
  return (skus) => {
    const products = new Set(rows.filter(({ sku }) => skus.includes(sku)).map(({ product }) => product))
    return products.size === 1 ? [...products][0]! : null
  }
}

/** The shop's products as it sells them now. */
import { print } from 'graphql'
import { minorOf } from '#app/domain/money.ts'
import type { Id } from '#app/domain/order.ts'
import { ProductsBulkDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import type { Holder } from './backfill.ts'
import { idOf, ifReadable } from './read-order.ts'
import type { BesideRun } from './runs.ts'

export const PRODUCTS_TEXT = print(ProductsBulkDocument)

const PRODUCT = 'gid://shopify/Product/'
const AT_ONCE = 2_000

type Line = {
  id?: unknown
  title?: unknown
  status?: unknown
  publishedAt?: unknown
  isGiftCard?: unknown
  priceRangeV2?: { minVariantPrice?: Money }
  availableForSale?: unknown
  price?: unknown
  inventoryItem?: { unitCost?: Money | null }
  __parentId?: unknown
}
type Money = { amount?: unknown; currencyCode?: unknown }

type Read = {
  title: string
  isShown: boolean
  isForSale: boolean
  isGiftCard: boolean
  priceMinor: number | null
  currency: string | null
  unitCostMinor: number | null
}

function note(object: unknown, products: Map<Id, Read>): void {
  const line = object as Line
  if (line.__parentId !== undefined) {
    const product = products.get(idOf(line.__parentId, PRODUCT, '__parentId'))
    if (product) noteVariant(line, product)
    return
  }
  const { amount, currencyCode } = line.priceRangeV2?.minVariantPrice ?? {}
  products.set(idOf(line.id, PRODUCT, 'id'), {
    title: String(line.title),
    isShown: line.status === 'ACTIVE' && typeof line.publishedAt === 'string' && Date.parse(line.publishedAt) <= now(),
    isForSale: false,
    isGiftCard: line.isGiftCard === true,
    priceMinor: typeof amount === 'string' && typeof currencyCode === 'string' ? minorOf(amount, currencyCode) : null,
    currency: typeof currencyCode === 'string' ? currencyCode : null,
    unitCostMinor: null,
  })
}

/** The cost of the first of the cheapest variants that has one: it belongs to the price that is stored. */
function noteVariant({ availableForSale, price, inventoryItem }: Line, product: Read): void {
  if (availableForSale === true) product.isForSale = true
  const { currency, priceMinor, unitCostMinor } = product
  const { amount, currencyCode } = inventoryItem?.unitCost ?? {}
  if (unitCostMinor !== null || currency === null || currencyCode !== currency) return
  if (typeof price !== 'string' || typeof amount !== 'string' || minorOf(price, currency) !== priceMinor) return
  product.unitCostMinor = minorOf(amount, currency)
}

/** Stores what the file holds in place of what was stored; answers whether that differs. */
export async function takeProducts(
  holder: Holder,
  _run: BesideRun,
  objects: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<boolean> {
  const products = new Map<Id, Read>()
  // A variant comes after its product.
  for await (const object of objects) ifReadable(() => note(object, products))
  return withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    const rows = [...products]
    let changed = 0
    for (let from = 0; from < rows.length; from += AT_ONCE)
      changed += await storeProducts(tx, holder.shop, rows.slice(from, from + AT_ONCE))
    const gone = await tx.query(
      'DELETE FROM "Product" WHERE shop = $1 AND id <> ALL ($2::bigint[]) RETURNING 1 AS one',
      [holder.shop, [...products.keys()]],
    )
    return changed + gone.length > 0
  })
}

async function storeProducts(tx: BulkTx, shop: ShopId, rows: [Id, Read][]): Promise<number> {
  const written = await tx.query(
    `INSERT INTO "Product" AS p (shop, id, title, "isOnSale", "isGiftCard", "priceMinor", "unitCostMinor")
     SELECT $1::int, r.* FROM unnest($2::bigint[], $3::text[], $4::bool[], $5::bool[], $6::bigint[], $7::bigint[]) r
     ON CONFLICT (shop, id) DO UPDATE SET title = excluded.title, "isOnSale" = excluded."isOnSale",
       "isGiftCard" = excluded."isGiftCard", "priceMinor" = excluded."priceMinor", "unitCostMinor" = excluded."unitCostMinor"
     WHERE (p.title, p."isOnSale", p."isGiftCard", p."priceMinor", p."unitCostMinor") IS DISTINCT FROM
       (excluded.title, excluded."isOnSale", excluded."isGiftCard", excluded."priceMinor", excluded."unitCostMinor")
     RETURNING 1 AS one`,
    [
      shop,
      rows.map(([id]) => id),
      rows.map(([, { title }]) => title),
      rows.map(([, { isShown, isForSale }]) => isShown && isForSale),
      rows.map(([, { isGiftCard }]) => isGiftCard),
      rows.map(([, { priceMinor }]) => priceMinor),
      rows.map(([, { unitCostMinor }]) => unitCostMinor),
    ],
  )
  return written.length
}

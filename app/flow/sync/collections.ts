/** The shop's collections with what is in each now, and which of them stand for a category. */
import { print } from 'graphql'
import { areCategories, type Shelf } from '#app/domain/categories.ts'
import { CollectionsBulkDocument, ProductsCountedDocument } from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import type { Holder } from './backfill.ts'
import { idOf, ifReadable } from './read-order.ts'
import type { BesideRun } from './runs.ts'

export const COLLECTIONS_TEXT = print(CollectionsBulkDocument)

const COLLECTION = 'gid://shopify/Collection/'
const PRODUCT = 'gid://shopify/Product/'

type Read = Shelf & { title: string; products: number[] }
type Line = { id?: unknown; title?: unknown; handle?: unknown; __parentId?: unknown }

function note(object: unknown, collections: Map<string, Read>): void {
  const { id, title, handle, __parentId: parent } = object as Line
  if (parent === undefined)
    collections.set(idOf(id, COLLECTION, 'id'), { title: String(title), handle: String(handle), products: [] })
  else collections.get(idOf(parent, COLLECTION, '__parentId'))?.products.push(Number(idOf(id, PRODUCT, 'id')))
}

/** Stores what the file holds in place of what was stored; answers whether that differs. */
export async function takeCollections(
  holder: Holder,
  _run: BesideRun,
  objects: AsyncIterable<unknown> | Iterable<unknown>,
  admin: Admin,
): Promise<boolean> {
  const collections = new Map<string, Read>()
  // A product comes after its collection.
  for await (const object of objects) ifReadable(() => note(object, collections))
  const { productsCount } = await admin.ask(ProductsCountedDocument, {})
  const isCategory = areCategories([...collections.values()], productsCount?.count ?? 0)
  return withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    let changed = 0
    for (const [place, [id, { title, products }]] of [...collections].entries()) {
      const written = await tx.query(
        `INSERT INTO "Collection" AS c (shop, id, title, products, "isCategory") VALUES ($1, $2::bigint, $3, $4::bigint[], $5)
         ON CONFLICT (shop, id) DO UPDATE
         SET title = excluded.title, products = excluded.products, "isCategory" = excluded."isCategory"
         WHERE (c.title, c.products, c."isCategory") IS DISTINCT FROM (excluded.title, excluded.products, excluded."isCategory")
         RETURNING 1 AS one`,
        [holder.shop, id, title, [...new Set(products)].sort((one, other) => one - other), isCategory[place]],
      )
      changed += written.length
    }
    const gone = await tx.query(
      'DELETE FROM "Collection" WHERE shop = $1 AND id <> ALL ($2::bigint[]) RETURNING 1 AS one',
      [holder.shop, [...collections.keys()]],
    )
    return changed + gone.length > 0
  })
}

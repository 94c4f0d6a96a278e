/** The shop's collections with what is in each now. */
import { print } from 'graphql'
import { CollectionsBulkDocument } from '#app/outside/admin.generated.ts'
import { withShopBulk } from '#app/outside/database.server.ts'
import type { Holder } from './backfill.ts'
import { idOf, ifReadable } from './read-order.ts'
import type { BesideRun } from './runs.ts'

export const COLLECTIONS_TEXT = print(CollectionsBulkDocument)

const COLLECTION = 'gid://shopify/Collection/'
const PRODUCT = 'gid://shopify/Product/'

type Read = { title: string; products: number[] }
type Line = { id?: unknown; title?: unknown; __parentId?: unknown }

function note(object: unknown, collections: Map<string, Read>): void {
  const { id, title, __parentId: parent } = object as Line
  if (parent === undefined) collections.set(idOf(id, COLLECTION, 'id'), { title: String(title), products: [] })
  else collections.get(idOf(parent, COLLECTION, '__parentId'))?.products.push(Number(idOf(id, PRODUCT, 'id')))
}

/** Stores what the file holds in place of what was stored; answers whether that differs. */
export async function takeCollections(
  holder: Holder,
  _run: BesideRun,
  objects: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<boolean> {
  const collections = new Map<string, Read>()
  // A product comes after its collection.
  for await (const object of objects) ifReadable(() => note(object, collections))
  return withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    let changed = 0
    for (const [id, { title, products }] of collections) {
      const written = await tx.query(
        `INSERT INTO "Collection" AS c (shop, id, title, products) VALUES ($1, $2::bigint, $3, $4::bigint[])
         ON CONFLICT (shop, id) DO UPDATE SET title = excluded.title, products = excluded.products
         WHERE (c.title, c.products) IS DISTINCT FROM (excluded.title, excluded.products) RETURNING 1 AS one`,
        [holder.shop, id, title, [...new Set(products)].sort((one, other) => one - other)],
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

/** What a shop has stored of its recommendations, and of the products on sale. */
import { z } from 'zod'
import { IdIndex } from '#app/domain/id-index.ts'
import { MODELS, type Choice } from '#app/domain/recommendations/choice.ts'
import { ShopPicks } from '#app/domain/recommendations/documents.ts'
import type { Shelf } from '#app/domain/recommendations/shelf.ts'
import type { Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { ask } from '../either-door.ts'

const Figures = z.object({ recall10: z.number(), ndcg10: z.number(), hit10: z.number() })

const StoredChoice = z.object({
  model: z.enum(MODELS),
  because: z.enum(['better', 'not-better', 'few']),
  lambda: z.number(),
  reading: z.object({ halfLifeBaskets: z.number().nullable(), isSeasonal: z.boolean() }),
  tested: z.number(),
  figures: z.record(z.enum(MODELS), Figures).nullable(),
}) satisfies z.ZodType<Choice>

const Counts = z.object({ customers: z.number(), baskets: z.number(), products: z.number() })
export type Counts = z.infer<typeof Counts>

export type Recommender = {
  isOn: boolean
  rebuiltAt: Instant | null
  chosenAt: Instant | null
  choice: Choice | null
  counts: Counts | null
  wanted: ShopPicks | null
  written: ShopPicks | null
}

type Row = {
  isOn: boolean
  rebuiltAt: Date | null
  chosenAt: Date | null
  choice: unknown
  counts: unknown
  wanted: unknown
  written: unknown
}

const NOTHING: Recommender = {
  isOn: false,
  rebuiltAt: null,
  chosenAt: null,
  choice: null,
  counts: null,
  wanted: null,
  written: null,
}

export async function readRecommender(tx: Tx | BulkTx, shop: ShopId): Promise<Recommender> {
  const [row] = await ask<Row>(
    tx,
    `SELECT "isOn", "rebuiltAt", "chosenAt", "choice", "counts", "wanted", "written"
     FROM "Recommender" WHERE "shop" = $1::int`,
    [shop],
  )
  if (row === undefined) return NOTHING
  return {
    isOn: row.isOn,
    rebuiltAt: row.rebuiltAt?.getTime() ?? null,
    chosenAt: row.chosenAt?.getTime() ?? null,
    choice: StoredChoice.nullable().parse(row.choice),
    counts: Counts.nullable().parse(row.counts),
    wanted: ShopPicks.nullable().parse(row.wanted),
    written: ShopPicks.nullable().parse(row.written),
  }
}

/** What the merchant has pinned, in that order, and kept out. */
export async function readChoices(tx: Tx | BulkTx, shop: ShopId): Promise<{ pinned: number[]; excluded: Set<number> }> {
  const rows = await ask<{ product: string; kind: 'pin' | 'exclude' }>(
    tx,
    `SELECT "product"::text, "kind" FROM "RecommendationChoice" WHERE "shop" = $1::int ORDER BY "at", "product"`,
    [shop],
  )
  const of = (wanted: 'pin' | 'exclude') =>
    rows.filter(({ kind }) => kind === wanted).map(({ product }) => Number(product))
  return { pinned: of('pin'), excluded: new Set(of('exclude')) }
}

/** NaN: not known. */
export function moneyOf(minor: string | null | undefined): number {
  return minor == null ? NaN : Number(minor)
}

type ProductRow = {
  id: string
  isOut: boolean
  priceMinor: string | null
  unitCostMinor: string | null
  categories: string[] | null
  cycleDays: number | null
}

/** Positions of the shop's products, and the columns of its shelf; those that were only ever bought are put behind them. */
export async function readShelf(
  tx: BulkTx,
  shop: ShopId,
): Promise<{
  products: IdIndex
  isRefill(product: number): boolean
  shelfOf(keptShare: Float64Array, goodsShare: number): Shelf
}> {
  const rows = await tx.query<ProductRow>(
    `SELECT p."id"::text, NOT p."isOnSale" OR p."isGiftCard" AS "isOut", p."priceMinor"::text,
       p."unitCostMinor"::text, k."categories", c."cycleDays"
     FROM "Product" p
     LEFT JOIN (SELECT product, array_agg(c."id"::text ORDER BY c."id") AS "categories"
       FROM "Collection" c, unnest(c."products") product WHERE c."shop" = $1 AND c."isCategory" GROUP BY product) k
       ON k."product" = p."id"
     LEFT JOIN "ProductCycle" c ON c."shop" = $1 AND c."product" = p."id"
     WHERE p."shop" = $1 ORDER BY p."id"`,
    [shop],
  )
  const { excluded } = await readChoices(tx, shop)
  const products = new IdIndex(rows.length)
  for (const { id } of rows) products.add(Number(id))
  return {
    products,
    isRefill: (product) => rows[product]?.cycleDays != null,
    shelfOf: (keptShare, goodsShare) => {
      const size = products.size
      const ids = [...products.ids.subarray(0, size)]
      const known = <T>(read: (row: ProductRow) => T, otherwise: T) =>
        ids.map((_, at) => (at < rows.length ? read(rows[at]!) : otherwise))
      return {
        ids,
        isOut: Uint8Array.from(ids, (id, at) => (at >= rows.length || rows[at]!.isOut || excluded.has(id) ? 1 : 0)),
        price: Float64Array.from(known((row) => moneyOf(row.priceMinor), NaN)),
        categories: known((row) => (row.categories ?? []).map(Number), []),
        cycleDays: Float64Array.from(known((row) => row.cycleDays ?? NaN, NaN)),
        keptShare,
        unitCost: Float64Array.from(known((row) => moneyOf(row.unitCostMinor), NaN)),
        goodsShare,
      }
    },
  }
}

import { firstRefill, type Refill } from '#app/domain/product-cycles.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'

/** What of an order runs out first; null where no product of it has been bought again often enough to say. */
export async function refillOf(tx: Tx, shop: ShopId, order: bigint | null): Promise<Refill | null> {
  if (order === null) return null
  const lines = await tx.$queryRaw<{ product: bigint; title: string; pieces: number; cycleDays: number }[]>`
    SELECT l."product", l."title", l."currentQuantity" AS "pieces", c."cycleDays"
    FROM "Line" l JOIN "ProductCycle" c ON c."shop" = l."shop" AND c."product" = l."product"
    WHERE l."shop" = ${shop} AND l."order" = ${order} ORDER BY l."id"`
  return firstRefill(
    lines.map(({ product, title, pieces }) => ({ product: String(product), title, pieces })),
    new Map(lines.map(({ product, cycleDays }) => [String(product), cycleDays])),
  )
}

import type { Id } from '#app/domain/order.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'

/** That a review was written, by its id in whatever app it was written. What was thought of the product is not kept. */
export type WrittenReview = { id: string; customer: Id; product: Id | null }

/**
 * Notes a review once, however often it is told of.
 *
 * @returns false: the shop has no such customer, or none that has come here yet
 */
export async function noteReview(shop: ShopId, { id, customer, product }: WrittenReview): Promise<boolean> {
  return withShop(shop, async (tx) => {
    if ((await tx.customer.count({ where: { shop, id: BigInt(customer) } })) === 0) return false
    const isNew = await tx.$executeRaw`
      INSERT INTO "Review" ("shop", "id", "customer", "product", "at")
      VALUES (${shop}, ${id}, ${customer}::text::bigint, ${product}::text::bigint, ${new Date(now())}::timestamptz)
      ON CONFLICT ("shop", "id") DO NOTHING`
    if (isNew === 0) return true
    await owe(tx, shop, 'grant-customer', customer, {})
    // Whoever writes of it has it: what the carrier says is asked at once, not at the next look.
    const waiting = await tx.$executeRaw`
      UPDATE "Delivery" d SET "lookedAt" = NULL FROM "Order" o
      WHERE d."shop" = ${shop} AND d."deliveredAt" IS NULL AND o."shop" = d."shop" AND o."id" = d."order"
        AND o."customer" = ${customer}::text::bigint`
    if (waiting > 0) await owe(tx, shop, 'look-at-deliveries', String(shop), {})
    return true
  })
}

/** Answers of accounts that Shopify knows no more: they go to the account that stays, or nobody can take them back. */
import type { Id } from '#app/domain/order.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'

/**
 * The answers of an account that Shopify has merged into another go over to it; where both have answered, the later counts.
 *
 * @param stillMine  asked last: throws if another worker has taken over, and nothing is written
 */
export async function carryAnswers(
  shop: ShopId,
  gone: Id,
  kept: Id,
  stillMine: (tx: BulkTx) => Promise<void>,
): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const carried = await tx.query(
      `WITH gone AS (DELETE FROM "SurveyAnswer" WHERE "shop" = $1 AND "customer" = $2::bigint RETURNING *)
       INSERT INTO "SurveyAnswer" AS a ("shop", "customer", "question", "choices", "consentedAt", "answeredAt")
       SELECT g."shop", c."id", g."question", g."choices", g."consentedAt", g."answeredAt"
       FROM gone g JOIN "Customer" c ON c."shop" = $1 AND c."id" = $3::bigint
       ON CONFLICT ("shop", "customer", "question") DO UPDATE SET "choices" = excluded."choices",
         "consentedAt" = excluded."consentedAt", "answeredAt" = excluded."answeredAt"
       WHERE excluded."answeredAt" > a."answeredAt" RETURNING 1`,
      [shop, gone, kept],
    )
    if (carried.length > 0) {
      await owe(tx, shop, 'recompute-customer', kept, {})
      await owe(tx, shop, 'grant-customer', kept, {})
    }
    await stillMine(tx)
  })
}

/** Every night: whoever is deleted in Shopify, and was merged into nobody, has no way left to take their answers back. */
export async function forgetAnswersOfGone(shop: ShopId): Promise<void> {
  await withShop(
    shop,
    (tx) => tx.$executeRaw`
      DELETE FROM "SurveyAnswer" a WHERE a."shop" = ${shop}
        AND NOT EXISTS (SELECT FROM "Customer" c WHERE c."shop" = ${shop} AND c."id" = a."customer")`,
  )
}

/** One-time tokens of shoppers, whatever they are for: each is good once, and remembered until it ends. */
import { withShop, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import type { ShownToken } from '#app/outside/visitor-token.server.ts'

/** Writes the token down as used; false: it was. */
export async function redeem(tx: BulkTx, shop: ShopId, { jti, expiresAt }: ShownToken): Promise<boolean> {
  const redeemed = await tx.query(
    `INSERT INTO "VisitorToken" (shop, jti, "expiresAt") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1`,
    [shop, jti, new Date(expiresAt)],
  )
  return redeemed.length > 0
}

/** Tokens that have ended need not be remembered as used. */
export async function forgetEndedTokens(shop: ShopId): Promise<void> {
  await withShop(shop, (tx) => tx.$executeRaw`DELETE FROM "VisitorToken" WHERE shop = ${shop} AND "expiresAt" < now()`)
}

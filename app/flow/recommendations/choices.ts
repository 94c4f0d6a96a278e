/** What the merchant decides: whether recommendations are shown, what is pinned, and what is kept out. */
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'

/** More would leave no room for what is learned. */
export const MOST_PINNED = 3

/** Shows them on the storefront from now on, or none of them: what is worked out already does not wait for a rebuild. */
export async function switchRecommendations(shop: ShopId, isOn: boolean): Promise<void> {
  await withShop(shop, async (tx) => {
    await tx.recommender.upsert({ where: { shop }, create: { shop, isOn }, update: { isOn } })
    const isMade = await tx.$executeRaw`
      UPDATE "Recommender" SET "wanted" = "wanted" || jsonb_build_object('off', NOT "isOn")
      WHERE shop = ${shop} AND "wanted" IS NOT NULL`
    if (isMade > 0) await owe(tx, shop, 'show-picks', String(shop), {})
    else await owe(tx, shop, 'rebuild-recommendations', String(shop), { mayKeepChoice: true })
  })
}

/**
 * Pins a product, keeps it out, or lets it be chosen freely again.
 *
 * @throws {InvalidInput} not-found; product: as many are pinned as there may be
 */
export async function chooseProduct(shop: ShopId, product: string, kind: 'pin' | 'exclude' | 'free'): Promise<void> {
  await withShop(shop, async (tx) => {
    const id = BigInt(product)
    if (kind === 'free') {
      await tx.recommendationChoice.deleteMany({ where: { shop, product: id } })
    } else {
      if ((await tx.product.count({ where: { shop, id } })) === 0)
        throw new InvalidInput(`no product ${product}`, { code: 'not-found' })
      // Two who pin at once take turns.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('pins', ${shop}))`
      const others = await tx.recommendationChoice.count({ where: { shop, kind: 'pin', product: { not: id } } })
      if (kind === 'pin' && others >= MOST_PINNED)
        throw new InvalidInput('all pins are taken', { fields: { product: 'pins-taken' } })
      const row = { kind, at: new Date(now()) }
      await tx.recommendationChoice.upsert({
        where: { shop_product: { shop, product: id } },
        create: { shop, product: id, ...row },
        update: row,
      })
    }
    await owe(tx, shop, 'rebuild-recommendations', String(shop), { mayKeepChoice: true })
  })
}

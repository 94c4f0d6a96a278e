// A shop of the test's own at the local shop that may make discounts, and what is there of its rewards.
import { saveReward, startReward } from '#app/flow/rewards/save.ts'
import { syncRewards } from '#app/flow/rewards/sync.ts'
import { StorefrontRewards } from '#app/domain/rewards/storefront-rewards.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { now } from '#app/outside/clock.ts'
import { rewardOf, type Wanted } from '#tests/domain/rewards/definitions.ts'
import { playShop, type PlayedShop } from '#tests/flow/sync/played.ts'
import { appMetafields } from '#tests/shop/admin/metafields.ts'
import { statusOf, type WorldDiscount } from '#tests/shop/discounts.ts'

export const HELD = { stillMine: async () => {} }

export const WELCOME = rewardOf({
  minimumMinor: 5000,
  endsOn: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
})

export async function rewardingShop(fill: Parameters<typeof playShop>[0] = () => {}): Promise<PlayedShop> {
  const played = await playShop(fill)
  await played.local.shop.grantScopes('write_discounts')
  await withShop(played.shop, (tx) =>
    tx.shop.updateMany({ where: { shop: played.shop }, data: { currency: 'USD', timezone: 'Asia/Seoul' } }),
  )
  return played
}

export function welcome(more: Wanted): typeof WELCOME {
  return rewardOf({ minimumMinor: WELCOME.minimumMinor, endsOn: WELCOME.endsOn, ...more })
}

/** Saved and started, not yet in Shopify. */
export async function started(shop: ShopId, more: Wanted = {}): Promise<number> {
  const id = await saveReward(shop, null, welcome(more))
  await startReward(shop, id)
  return id
}

/** Saved, started, and brought over. */
export async function live(shop: ShopId, more: Wanted = {}): Promise<number> {
  const id = await started(shop, more)
  await syncRewards(shop, HELD)
  return id
}

/** Codes of what shoppers are shown; null: nothing was ever written. */
export function shown({ world }: PlayedShop): string[] | null {
  const field = appMetafields(world).find(({ namespace, key }) => namespace === 'morello' && key === 'rewards')
  return field === undefined ? null : StorefrontRewards.parse(field.value).rewards.map(({ code }) => code)
}

export function discounts({ world }: PlayedShop): WorldDiscount[] {
  return [...world.discounts.values()]
}

/** Codes that checkout takes now. */
export function taken(played: PlayedShop): string[] {
  return discounts(played)
    .filter((discount) => statusOf(discount, now()) === 'ACTIVE')
    .flatMap(({ codes }) => codes.map(({ code }) => code))
}

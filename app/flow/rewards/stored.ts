/** Rewards as they are stored. */
import type { WantedDiscount } from '#app/domain/rewards/discount.ts'
import type { RewardForecast } from '#app/domain/rewards/outlook.ts'
import type { EndedBy, RewardDefinition, RewardState } from '#app/domain/rewards/reward.ts'
import type { Problem } from '#app/domain/pages.ts'
import type { Instant } from '#app/domain/order.ts'
import { InvalidInput } from '#app/errors.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'

export type StoredReward = {
  id: number
  definition: RewardDefinition
  state: RewardState
  startedAt: Instant | null
  endedAt: Instant | null
  endedBy: EndedBy | null
  forecast: RewardForecast | null
  /** What Shopify was last asked for; null: nothing of it is there. */
  asked: WantedDiscount | null
  discountGid: string | null
  segmentGid: string | null
  problem: Problem | null
  /** Of its amounts; null: saved before this was kept. */
  currency: string | null
}

/** All of a shop's rewards, newest first. */
export async function readRewards(tx: Tx, shop: ShopId): Promise<StoredReward[]> {
  const rows = await tx.reward.findMany({ where: { shop }, orderBy: { id: 'desc' } })
  return rows.map((row) => ({
    id: row.id,
    definition: row.definition as RewardDefinition,
    state: row.state as RewardState,
    startedAt: row.startedAt?.getTime() ?? null,
    endedAt: row.endedAt?.getTime() ?? null,
    endedBy: row.endedBy as EndedBy | null,
    forecast: row.forecast as RewardForecast | null,
    asked: row.asked as WantedDiscount | null,
    discountGid: row.discountGid,
    segmentGid: row.segmentGid,
    problem: row.problem as Problem | null,
    currency: row.currency,
  }))
}

/** @throws {InvalidInput} not-found */
export async function readReward(tx: Tx, shop: ShopId, id: number): Promise<StoredReward> {
  const found = (await readRewards(tx, shop)).find((each) => each.id === id)
  if (!found) throw new InvalidInput(`no reward ${id} in shop ${shop}`, { code: 'not-found' })
  return found
}

export type ShopFrame = { currency: string; timezone: string | null; scopes: readonly string[] }

export async function readShopFrame(tx: Tx, shop: ShopId): Promise<ShopFrame> {
  const row = await tx.shop.findUnique({ where: { shop }, select: { currency: true, timezone: true, scopes: true } })
  return { currency: row?.currency ?? '', timezone: row?.timezone ?? null, scopes: (row?.scopes ?? '').split(',') }
}

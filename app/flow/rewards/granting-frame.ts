/** What is the same for everybody while rewards are granted: the live rewards, the shop, its settings, who is one person. */
import type { JoinedPersons } from '#app/domain/joined-persons.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import { HOLDS_BUDGET, faceValueMinor } from '#app/domain/rewards/grant.ts'
import { isShared, LONGEST_DAYS } from '#app/domain/rewards/reward.ts'
import type { Settings } from '#app/domain/settings.ts'
import { dayText, endOfDay, shopCalendar } from '#app/domain/shop-calendar.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { joinedPersons } from '../confirmed-links.ts'
import { readSettings } from '../settings.ts'
import { recentFirstOrders } from './figures.ts'
import { readRewards, readShopFrame, type StoredReward } from './stored.ts'

export type GrantingFrame = {
  /** Of every state, by id. */
  rewards: ReadonlyMap<number, StoredReward>
  /** Those that are granted to persons, by id, the lowest first. */
  live: readonly (StoredReward & { startedAt: Instant; endsAt: Instant })[]
  /** Live ones with one code for everybody. */
  shared: readonly StoredReward[]
  over: ReadonlyMap<number, 'budget' | 'takers'>
  currency: string
  settings: Settings
  persons: JoinedPersons
  /** What an order is worth on average; null: nobody has ordered lately, or no reward asks for it. */
  meanMinor: number | null
  dayOf: (at: Instant) => string
}

export async function readGrantingFrame(tx: Tx, shop: ShopId, at: Instant): Promise<GrantingFrame> {
  const { currency, timezone } = await readShopFrame(tx, shop)
  const calendar = shopCalendar(timezone, at - DAY_MS, at + (LONGEST_DAYS + 30) * DAY_MS)
  const rewards = await readRewards(tx, shop)
  const begun = rewards.filter(({ state, startedAt }) => state === 'live' && startedAt !== null)
  const live = begun
    .filter(({ definition }) => !isShared(definition))
    .map((each) => ({ ...each, startedAt: each.startedAt!, endsAt: endOfDay(each.definition.endsOn, timezone) }))
    .filter(({ endsAt }) => at < endsAt)
    .sort((a, b) => a.id - b.id)
  const asksMean = live.some(({ definition }) => definition.suspects === 'credit')
  return {
    rewards: new Map(rewards.map((each) => [each.id, each])),
    live,
    shared: begun.filter(({ definition }) => isShared(definition)),
    over: await readOver(tx, shop, live),
    currency,
    settings: await readSettings(tx, shop),
    persons: await joinedPersons(tx, shop),
    meanMinor: asksMean ? ((await recentFirstOrders(tx, shop, at))?.meanMinor ?? null) : null,
    dayOf: (moment) => dayText(calendar.dayOf(moment)),
  }
}

/** What is used up; to be shown nobody any more. Whether there is room for one grant, `reserveGrant` decides. */
export async function readOver(
  tx: Tx,
  shop: ShopId,
  live: readonly Pick<StoredReward, 'id' | 'definition'>[],
): Promise<Map<number, 'budget' | 'takers'>> {
  const limited = live.filter(({ definition }) => definition.takers !== null || definition.budgetMinor !== null)
  if (limited.length === 0) return new Map()
  const rows = await tx.$queryRaw<{ reward: number; people: string; heldMinor: string }[]>`
    SELECT "reward", count(DISTINCT "person")::text AS "people",
      coalesce(sum(coalesce("reservedMinor", "spentMinor")), 0)::text AS "heldMinor"
    FROM "Grant" WHERE "shop" = ${shop} AND "reward" = ANY (${limited.map(({ id }) => id)}::int[])
      AND "state" = ANY (${[...HOLDS_BUDGET]}::text[])
    GROUP BY "reward"`
  const held = new Map(rows.map((row) => [row.reward, row]))
  const over = new Map<number, 'budget' | 'takers'>()
  for (const { id, definition } of limited) {
    const { takers, budgetMinor, steps } = definition
    const { people = '0', heldMinor = '0' } = held.get(id) ?? {}
    const more = Math.max(1, Math.min(...steps.map(({ what }) => faceValueMinor(what) ?? 0)))
    if (budgetMinor !== null && Number(heldMinor) + more > budgetMinor) over.set(id, 'budget')
    else if (takers !== null && Number(people) >= takers) over.set(id, 'takers')
  }
  return over
}

/** What the pages about rewards show, from stored rows. */
import { costShareOf } from '#app/domain/costs.ts'
import { estimatesAt } from '#app/domain/estimates.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import type { DiscountState, RewardPage, RewardResult, RewardsPage } from '#app/domain/rewards/pages.ts'
import { readyMade, smallAmount, type ReadyMade } from '#app/domain/rewards/ready-made.ts'
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import { dayText, shopCalendar } from '#app/domain/shop-calendar.ts'
import { windowDaysOf } from '#app/domain/stages.ts'
import { adoptedOf } from '#app/domain/stored-estimates.ts'
import { now } from '#app/outside/clock.ts'
import { domainOf, withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { readSettings } from '../settings.ts'
import { themeEditorUrl } from '../theme-editor.ts'
import { recentFirstOrders, rewardResult, rewardSums } from './figures.ts'
import { readReward, readRewards, readShopFrame, type ShopFrame, type StoredReward } from './stored.ts'

export async function rewardsPage(shop: ShopId): Promise<RewardsPage> {
  const domain = await domainOf(shop)
  return withShop(shop, async (tx) => {
    const frame = await readShopFrame(tx, shop)
    const rewards = await readRewards(tx, shop)
    const sums = await rewardSums(tx, shop, rewards)
    return {
      currency: frame.currency,
      freshness: await freshnessOf(tx, shop),
      themeEditorUrl: domain === null ? null : themeEditorUrl(domain, 'reward-banner'),
      rows: rewards.map((reward) => ({
        id: reward.id,
        definition: reward.definition,
        state: reward.state,
        endedBy: reward.endedBy,
        discount: discountStateOf(reward),
        uses: sums.get(reward.id)?.uses ?? 0,
        spentMinor: sums.get(reward.id)?.spentMinor ?? 0,
      })),
    }
  })
}

/** A stored reward, or a ready-made one that is not saved yet. @throws {InvalidInput} not-found */
export async function rewardPage(
  shop: ShopId,
  which: number | { ready: ReadyMade; name: string },
): Promise<RewardPage> {
  const at = now()
  const domain = await domainOf(shop)
  return withShop(shop, async (tx) => {
    const frame = await readShopFrame(tx, shop)
    const calendar = shopCalendar(frame.timezone, at - DAY_MS, at + 400 * DAY_MS)
    const today = calendar.dayOf(at)
    const reward = typeof which === 'number' ? await readReward(tx, shop, which) : null
    const definition = typeof which === 'number' ? reward!.definition : await freshOne(tx, shop, which, today)
    return {
      id: reward?.id ?? null,
      definition,
      state: reward?.state ?? 'draft',
      currency: frame.currency,
      freshness: await freshnessOf(tx, shop),
      mayDiscount: mayDiscount(frame),
      startedAt: reward?.startedAt ?? null,
      endedAt: reward?.endedAt ?? null,
      endedBy: reward?.endedBy ?? null,
      discount: reward ? discountStateOf(reward) : 'none',
      problem: reward?.problem ?? null,
      discountUrl: reward?.discountGid && domain !== null ? discountUrl(domain, reward.discountGid) : null,
      today,
      past: reward?.startedAt ? null : await recentFirstOrders(tx, shop, at),
      forecast: reward?.forecast ?? null,
      costs: costShareOf((await readSettings(tx, shop)).costs),
      result: reward?.startedAt ? await resultOf(tx, shop, reward, at) : null,
    }
  })
}

/** With a code that no reward of the shop has, and none of its orders names. */
async function freshOne(
  tx: Tx,
  shop: ShopId,
  { ready, name }: { ready: ReadyMade; name: string },
  today: number,
): Promise<RewardDefinition> {
  const past = await recentFirstOrders(tx, shop, now())
  const fresh = readyMade(ready, name, (days) => dayText(today + days), smallAmount(past?.meanMinor ?? 0))
  const used = await tx.discountUse.findMany({
    where: { shop, key: { startsWith: `code:${fresh.code}` } },
    select: { key: true },
  })
  const taken = new Set([
    ...(await readRewards(tx, shop)).map(({ definition }) => definition.code),
    ...used.map(({ key }) => key.slice('code:'.length)),
  ])
  let code = fresh.code
  for (let n = 2; taken.has(code); n += 1) code = `${fresh.code}-${n}`
  return { ...fresh, code }
}

async function resultOf(tx: Tx, shop: ShopId, reward: StoredReward, at: Instant): Promise<RewardResult> {
  const adopted = adoptedOf(await tx.estimates.findMany({ where: { shop } }))
  const { thresholds } = await readSettings(tx, shop)
  const windowDays = adopted.length === 0 ? 60 : Math.round(windowDaysOf(estimatesAt(adopted, at), thresholds))
  return rewardResult(tx, shop, reward, windowDays, at)
}

function discountStateOf({ state, discountGid, problem, asked }: StoredReward): DiscountState {
  if (problem !== null) return 'refused'
  if (state === 'live') return discountGid === null ? 'waiting' : 'there'
  return asked === null ? 'none' : 'waiting'
}

function mayDiscount({ scopes }: ShopFrame): boolean {
  return scopes.includes('write_discounts')
}

function discountUrl(domain: string, gid: string): string {
  return `https://${domain}/admin/discounts/${gid.split('/').at(-1)}`
}

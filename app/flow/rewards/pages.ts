/** What the pages about rewards show, from stored rows. */
import { costShareOf } from '#app/domain/costs.ts'
import { estimatesAt } from '#app/domain/estimates.ts'
import type { Problem } from '#app/domain/pages.ts'
import { DAY_MS, type Instant } from '#app/domain/order.ts'
import type { DiscountState, RewardPage, RewardSegment, RewardsPage } from '#app/domain/rewards/pages.ts'
import { readyMade, smallAmount, type ReadyMade } from '#app/domain/rewards/ready-made.ts'
import { isShared, type RewardDefinition } from '#app/domain/rewards/reward.ts'
import { scopesFor } from '#app/domain/rewards/access.ts'
import { dayText, shopCalendar } from '#app/domain/shop-calendar.ts'
import { windowDaysOf } from '#app/domain/stages.ts'
import { askedParts } from '#app/domain/survey.ts'
import { adoptedOf } from '#app/domain/stored-estimates.ts'
import { now } from '#app/outside/clock.ts'
import { domainOf, withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { readSettings } from '../settings.ts'
import { storedSurvey } from '../stored-survey.ts'
import { themeEditorUrl } from '../theme-editor.ts'
import { grantSums, grantsWaiting, recentFirstOrders, rewardResult, rewardSums } from './figures.ts'
import { probablySeen } from './probably-seen.ts'
import { comparisonOf } from './results.ts'
import { readReward, readRewards, readShopFrame, type StoredReward } from './stored.ts'

export async function rewardsPage(shop: ShopId): Promise<RewardsPage> {
  const domain = await domainOf(shop)
  return withShop(shop, async (tx) => {
    const frame = await readShopFrame(tx, shop)
    const rewards = await readRewards(tx, shop)
    const sums = await rewardSums(tx, shop, rewards)
    const grants = await grantSums(tx, shop, rewards)
    const problems = await stepProblems(tx, shop)
    const problemOf = ({ id, problem }: StoredReward) => problem ?? problems.get(id) ?? null
    // What needs the merchant first, what is over last.
    const rank = (reward: StoredReward) =>
      reward.state !== 'ended' && problemOf(reward) !== null
        ? 0
        : reward.state === 'live'
          ? 1
          : reward.state === 'draft'
            ? 2
            : 3
    const ranked = [...rewards].sort((one, other) => rank(one) - rank(other))
    return {
      currency: frame.currency,
      segments: await segmentsOf(tx, shop),
      waiting: await grantsWaiting(tx, shop),
      freshness: await freshnessOf(tx, shop),
      themeEditorUrl: domain === null ? null : themeEditorUrl(domain, 'reward-banner'),
      rows: ranked.map((reward) => ({
        id: reward.id,
        definition: reward.definition,
        state: reward.state,
        endedBy: reward.endedBy,
        discount: discountStateOf(reward, problems),
        problem: problemOf(reward),
        grants: grants.get(reward.id) ?? null,
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
    const settings = await readSettings(tx, shop)
    const calendar = shopCalendar(frame.timezone, at - DAY_MS, at + 400 * DAY_MS)
    const today = calendar.dayOf(at)
    const reward = typeof which === 'number' ? await readReward(tx, shop, which) : null
    const problems = await stepProblems(tx, shop)
    const definition = typeof which === 'number' ? reward!.definition : await freshOne(tx, shop, which, today)
    return {
      id: reward?.id ?? null,
      definition,
      state: reward?.state ?? 'draft',
      currency: frame.currency,
      freshness: await freshnessOf(tx, shop),
      savedCurrency: reward?.currency != null && reward.currency !== frame.currency ? reward.currency : null,
      segments: await segmentsOf(tx, shop),
      asks: scopesFor(definition).filter((scope) => !frame.scopes.includes(scope)),
      startedAt: reward?.startedAt ?? null,
      endedAt: reward?.endedAt ?? null,
      endedBy: reward?.endedBy ?? null,
      discount: reward ? discountStateOf(reward, problems) : 'none',
      problem: reward?.problem ?? problems.get(reward?.id ?? 0) ?? null,
      discountUrl: reward?.discountGid && domain !== null ? discountUrl(domain, reward.discountGid) : null,
      today,
      past: reward?.startedAt ? null : await recentFirstOrders(tx, shop, at),
      forecast: reward?.forecast ?? null,
      costs: costShareOf(settings.costs),
      deliveryDays: settings.rewards.deliveryDays,
      surveyAsks: askedParts(await storedSurvey(tx, shop)),
      countries: settings.rewards.countries,
      comparison:
        reward?.startedAt && !isShared(definition)
          ? await comparisonOf(tx, shop, reward, await windowOf(tx, shop, at), at)
          : null,
      result:
        reward?.startedAt && isShared(definition)
          ? await rewardResult(tx, shop, reward, await windowOf(tx, shop, at), at)
          : null,
      grants: reward === null ? null : ((await grantSums(tx, shop, [reward])).get(reward.id) ?? null),
      probablySeen: reward && settings.learnFromVisits ? await probablySeen(tx, shop, reward.id) : 0,
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

async function windowOf(tx: Tx, shop: ShopId, at: Instant): Promise<number> {
  const adopted = adoptedOf(await tx.estimates.findMany({ where: { shop } }))
  const { thresholds } = await readSettings(tx, shop)
  return adopted.length === 0 ? 60 : Math.round(windowDaysOf(estimatesAt(adopted, at), thresholds))
}

function discountStateOf(
  { id, definition, state, discountGid, problem, asked }: StoredReward,
  problems: ReadonlyMap<number, Problem>,
): DiscountState {
  if (problem !== null || problems.has(id)) return 'refused'
  // Codes and credit of persons are made one by one, as they are granted.
  if (!isShared(definition)) return state === 'live' ? 'there' : 'none'
  if (state === 'live') return discountGid === null ? 'waiting' : 'there'
  return asked === null ? 'none' : 'waiting'
}

/** By reward, what Shopify refused of the discounts that its persons' codes belong to. */
async function stepProblems(tx: Tx, shop: ShopId): Promise<Map<number, Problem>> {
  const rows = await tx.$queryRaw<{ reward: number; problem: Problem }[]>`
    SELECT "reward", "problem" FROM "RewardDiscount" WHERE "shop" = ${shop} AND "problem" IS NOT NULL`
  return new Map(rows.map(({ reward, problem }) => [reward, problem]))
}

async function segmentsOf(tx: Tx, shop: ShopId): Promise<RewardSegment[]> {
  return tx.$queryRaw<RewardSegment[]>`
    SELECT s."id", s."name", CASE WHEN s."workedAt" IS NOT NULL THEN
      (SELECT count(*)::int FROM "OwnMembership" o WHERE o."shop" = ${shop} AND s."id" = ANY (o."segments")) END AS "customers"
    FROM "OwnSegment" s WHERE s."shop" = ${shop} ORDER BY s."name", s."id"`
}

function discountUrl(domain: string, gid: string): string {
  return `https://${domain}/admin/discounts/${gid.split('/').at(-1)}`
}

/**
 * Brings Shopify to what the shop's rewards say. A reward is shown to shoppers only while its discount is there: it is made
 * before it is shown, and no longer shown before it is ended.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '#app/domain/pages.ts'
import { discountOf, type WantedDiscount } from '#app/domain/rewards/discount.ts'
import { saysPersonalised } from '#app/domain/rewards/law.ts'
import { overBy } from '#app/domain/rewards/outlook.ts'
import { isShared } from '#app/domain/rewards/reward.ts'
import {
  REWARDS_KEY,
  REWARDS_NAMESPACE,
  onStorefront,
  type StorefrontRewards,
} from '#app/domain/rewards/storefront-rewards.ts'
import { endOfDay } from '#app/domain/shop-calendar.ts'
import { OutsideFailure } from '#app/errors.ts'
import { OurInstallationDocument, RewardsShowDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type BulkTx, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import { oweGrants } from '../owed-grants.ts'
import { readSettings } from '../settings.ts'
import {
  changeDiscount,
  deleteDiscount,
  deleteSegment,
  endDiscount,
  findDiscount,
  isStanding,
  makeDiscount,
  makeSegment,
} from './discounts.ts'
import { grantSums, rewardSums } from './figures.ts'
import { readRewards, readShopFrame, type ShopFrame, type StoredReward } from './stored.ts'

/** How often a live reward is held against its budget and its last day. */
const LOOK_AGAIN_MS = 5 * 60_000

/** What the worker holds meanwhile. */
export type Hold = { stillMine(tx: Tx | BulkTx): Promise<void> }

/** Looks at every reward once; asks to be called again while one is live. Safe to be killed anywhere. */
export async function syncRewards(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  await endWhatIsOver(shop, hold)
  const { rewards, frame, settings } = await withShop(shop, async (tx) => ({
    rewards: await readRewards(tx, shop),
    frame: await readShopFrame(tx, shop),
    settings: await readSettings(tx, shop),
  }))
  const isLive = rewards.some(({ state }) => state === 'live')
  if (!rewards.some((reward) => reward.state === 'live' || isThere(reward))) return
  const admin = await adminOf(shop)
  // Rewards of persons have codes of their own: what is granted brings them over.
  const live = rewards.filter(({ state, definition }) => state === 'live' && isShared(definition))
  const made = []
  for (const reward of live) if (await bringOver(shop, admin, reward, frame, hold)) made.push(reward)
  await show(admin, {
    v: 1,
    rewards: made.flatMap(({ id, definition }) => onStorefront(id, definition, frame.currency) ?? []),
    ...(saysPersonalised(settings.rewards.countries) ? { personalised: true } : {}),
  })
  for (const reward of rewards)
    if (reward.state !== 'live' && isThere(reward)) await takeAway(shop, admin, reward, hold)
  return isLive ? { againInMs: LOOK_AGAIN_MS } : undefined
}

/** Takes every reward out of the shop before the app leaves it: shoppers see none, and no discount of ours is left. */
export async function withdrawRewards(shop: ShopId, hold: Hold): Promise<void> {
  const rewards = await withShop(shop, (tx) => readRewards(tx, shop))
  const there = rewards.filter(isThere)
  if (there.length === 0) return
  const admin = await adminOf(shop)
  await show(admin, { v: 1, rewards: [] })
  for (const reward of there) {
    refuse(reward.discountGid === null ? null : await deleteDiscount(admin, reward.discountGid))
    await forget(shop, admin, reward, hold)
  }
}

/** Something of it may be in Shopify. */
function isThere({ asked, discountGid, segmentGid }: StoredReward): boolean {
  return asked !== null || discountGid !== null || segmentGid !== null
}

async function endWhatIsOver(shop: ShopId, hold: Hold): Promise<void> {
  const at = now()
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const { timezone } = await readShopFrame(tx, shop)
    const live = (await readRewards(tx, shop)).filter(({ state }) => state === 'live')
    const limited = live.filter(({ definition }) => definition.budgetMinor !== null)
    const ofPersons = await grantSums(tx, shop, limited)
    const ofCodes = await rewardSums(
      tx,
      shop,
      limited.filter(({ definition }) => isShared(definition)),
    )
    for (const { id, definition } of live) {
      const spentMinor = (ofPersons.get(id) ?? ofCodes.get(id))?.spentMinor ?? 0
      const by = overBy(definition, endOfDay(definition.endsOn, timezone), spentMinor, at)
      if (by === null) continue
      await tx.reward.updateMany({
        where: { shop, id, state: 'live' },
        data: { state: 'ended', endedAt: new Date(at), endedBy: by },
      })
      await oweGrants(tx, shop)
    }
  })
}

/**
 * What a new discount is asked for is written down before, so that it is found again; of a change, once Shopify has taken it:
 * whoever dies in between has it made once more.
 *
 * @returns whether its discount is there as the reward says
 */
async function bringOver(
  shop: ShopId,
  admin: Admin,
  reward: StoredReward,
  { currency, timezone }: ShopFrame,
  hold: Hold,
): Promise<boolean> {
  const { id, definition, asked, problem } = reward
  const wanted = discountOf(id, definition, currency, reward.startedAt!, endOfDay(definition.endsOn, timezone))
  const isAsked = isDeepStrictEqual(asked, wanted)
  // What Shopify has refused is not asked again until the merchant changes something.
  if (isAsked && problem !== null && problem.kind !== 'discount-gone') return false
  const gid = await gidOf(admin, reward)
  if (gid !== null && reward.discountGid === null) await note(shop, hold, id, { discountGid: gid })
  if (isAsked && gid !== null) return stands(shop, admin, reward, wanted, gid, hold)
  if (gid === null) await note(shop, hold, id, { asked: wanted, problem: null })
  let segmentGid = reward.segmentGid
  if (wanted.isBound && segmentGid === null) {
    const segment = await makeSegment(admin, id)
    if (segment.gid === null) return refused(shop, hold, id, wanted, segment.problem)
    segmentGid = segment.gid
    await note(shop, hold, id, { segmentGid })
  }
  const bound = wanted.isBound ? segmentGid : null
  const answer =
    gid === null ? await makeDiscount(admin, wanted, bound) : await changeDiscount(admin, gid, wanted, bound)
  if (answer.gid === null) return refused(shop, hold, id, wanted, answer.problem)
  await note(shop, hold, id, { asked: wanted, discountGid: answer.gid, problem: null })
  return true
}

/** What was asked for and never answered may be there all the same. */
async function gidOf(admin: Admin, { asked, discountGid, problem }: StoredReward): Promise<string | null> {
  return discountGid ?? (asked === null || problem !== null ? null : await findDiscount(admin, asked))
}

/** Made once, it is the merchant's to end in Shopify too: then shoppers read no more of it, until it is active again. */
async function stands(
  shop: ShopId,
  admin: Admin,
  { id, problem }: StoredReward,
  wanted: WantedDiscount,
  gid: string,
  hold: Hold,
): Promise<boolean> {
  const isThereNow = await isStanding(admin, wanted, gid)
  const found: Problem | null = isThereNow ? null : { kind: 'discount-gone' }
  if (found?.kind !== problem?.kind) await note(shop, hold, id, { problem: found })
  return isThereNow
}

async function refused(shop: ShopId, hold: Hold, id: number, asked: WantedDiscount, problem: Problem): Promise<false> {
  await note(shop, hold, id, { asked, problem })
  return false
}

async function takeAway(shop: ShopId, admin: Admin, reward: StoredReward, hold: Hold): Promise<void> {
  const gid = await gidOf(admin, reward)
  refuse(gid === null ? null : await endDiscount(admin, gid))
  await forget(shop, admin, reward, hold)
}

/** After its discount: a segment that a discount is bound to cannot go. */
async function forget(shop: ShopId, admin: Admin, { id, segmentGid }: StoredReward, hold: Hold): Promise<void> {
  if (segmentGid !== null) refuse(await deleteSegment(admin, segmentGid))
  await note(shop, hold, id, { asked: null, discountGid: null, segmentGid: null, problem: null })
}

/** What must go and does not is tried again by the queue, and stands in Activity. */
function refuse(problem: Problem | null): void {
  if (problem !== null) throw new OutsideFailure('shopify-refused', problem.detail ?? problem.kind)
}

type Noted = Partial<{
  asked: WantedDiscount | null
  discountGid: string | null
  segmentGid: string | null
  problem: Problem | null
}>

async function note(shop: ShopId, hold: Hold, id: number, noted: Noted): Promise<void> {
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
    if (noted.asked !== undefined)
      await tx.$executeRaw`UPDATE "Reward" SET "asked" = ${json(noted.asked)}::jsonb WHERE "shop" = ${shop} AND "id" = ${id}`
    if (noted.problem !== undefined)
      await tx.$executeRaw`UPDATE "Reward" SET "problem" = ${json(noted.problem)}::jsonb WHERE "shop" = ${shop} AND "id" = ${id}`
    // Whoever may read its code hears of it.
    if (noted.discountGid) await owe(tx, shop, 'show-offers', String(shop), {})
    if (noted.discountGid !== undefined)
      await tx.reward.updateMany({ where: { shop, id }, data: { discountGid: noted.discountGid } })
    if (noted.segmentGid !== undefined)
      await tx.reward.updateMany({ where: { shop, id }, data: { segmentGid: noted.segmentGid } })
  })
}

async function show(admin: Admin, shown: StorefrontRewards): Promise<void> {
  const field = { namespace: REWARDS_NAMESPACE, key: REWARDS_KEY }
  const { currentAppInstallation: installation } = await admin.ask(OurInstallationDocument, field)
  const value = JSON.stringify(shown)
  if (installation.metafield?.value === value) return
  const { metafieldsSet: answer } = await admin.change(
    RewardsShowDocument,
    { metafields: [{ ownerId: installation.id, ...field, type: 'json', value }] },
    { isRepeatable: true },
  )
  const words = (answer?.userErrors ?? []).map(({ message }) => message).join(' ')
  if (words !== '') throw new OutsideFailure('shopify-refused', words)
}

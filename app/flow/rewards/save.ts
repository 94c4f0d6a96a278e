/** Setting, starting and ending rewards. */
import { isDeepStrictEqual } from 'node:util'
import { lawChecks } from '#app/domain/rewards/law.ts'
import { rewardChecks, rewardForecast } from '#app/domain/rewards/outlook.ts'
import { isShared, unaskedParts, type EndedBy, type RewardDefinition } from '#app/domain/rewards/reward.ts'
import { costShareOf } from '#app/domain/costs.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { dayFromText, endOfDay, shopCalendar } from '#app/domain/shop-calendar.ts'
import { askedParts } from '#app/domain/survey.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { oweGrants } from '../owed-grants.ts'
import { readSettings, saveSettingsIn } from '../settings.ts'
import { storedSurvey } from '../stored-survey.ts'
import { recentFirstOrders } from './figures.ts'
import { readReward, readRewards, readShopFrame, type StoredReward } from './stored.ts'

/** More than these would hide one another on the storefront. */
const MOST_REWARDS = 200

/**
 * Saves a reward under its id, or as a new draft. Of one that is live only its name, last day and budget may change: what
 * shoppers were promised stays.
 *
 * @throws {InvalidInput} `fields` are keys of the screen texts; not-found for an id that is not there
 */
export async function saveReward(shop: ShopId, id: number | null, sent: RewardDefinition): Promise<number> {
  return withShop(shop, async (tx) => {
    const rewards = await alone(tx, shop)
    const before = id === null ? null : await readReward(tx, shop, id)
    if (before === null && rewards.length >= MOST_REWARDS) throw refused('name', 'too-many')
    if (before?.state === 'ended') throw refused('name', 'ended')
    refuseTaken(rewards, id, sent.code)
    if (before?.state === 'live') return changeLive(tx, shop, before, sent)
    const { currency } = await readShopFrame(tx, shop)
    const row = { definition: sent, savedAt: new Date(now()), currency }
    if (before === null) return (await tx.reward.create({ data: { shop, state: 'draft', ...row } })).id
    await tx.reward.updateMany({ where: { shop, id: before.id, state: 'draft' }, data: row })
    return before.id
  })
}

async function changeLive(tx: Tx, shop: ShopId, before: StoredReward, sent: RewardDefinition): Promise<number> {
  const { name, endsOn, budgetMinor } = sent
  const definition = { ...before.definition, name, endsOn, budgetMinor }
  if (!isDeepStrictEqual(definition, sent)) throw refused('name', 'live')
  await refuseBlocked(tx, shop, definition)
  await tx.reward.updateMany({ where: { shop, id: before.id }, data: { definition, savedAt: new Date(now()) } })
  await owe(tx, shop, 'sync-rewards', String(shop), {})
  await oweGrants(tx, shop)
  return before.id
}

/**
 * Starts a draft: its discount is made in Shopify, and then shoppers see it. A code that everybody gets counts as a
 * first-purchase benefit from then on. Started already, it stays as it is.
 *
 * @throws {InvalidInput} `fields` where something blocks it
 */
export async function startReward(shop: ShopId, id: number): Promise<void> {
  const at = now()
  await withShop(shop, async (tx) => {
    await alone(tx, shop)
    const reward = await readReward(tx, shop, id)
    if (reward.state === 'live') return
    if (reward.state === 'ended') throw refused('name', 'ended')
    const timezone = await refuseBlocked(tx, shop, reward.definition)
    await refuseMoved(tx, shop, reward)
    if (unaskedParts(reward.definition, askedParts(await storedSurvey(tx, shop))).length > 0)
      throw refused('steps', 'survey-off')
    const past = await recentFirstOrders(tx, shop, at)
    const days = (endOfDay(reward.definition.endsOn, timezone) - at) / DAY_MS
    // Of first orders only is it known how many there will be.
    const isKnown = past !== null && reward.definition.who.kind === 'first-order'
    const forecast = !isKnown ? null : rewardForecast(reward.definition.steps[0]!.what, past, days)
    await tx.reward.updateMany({
      where: { shop, id, state: 'draft' },
      data: { state: 'live', startedAt: new Date(at), ...(forecast === null ? {} : { forecast }) },
    })
    if (isShared(reward.definition)) {
      const { benefitCodes } = await readSettings(tx, shop)
      const key = `code:${reward.definition.code}`
      await saveSettingsIn(tx, shop, { benefitCodes: { ...benefitCodes, [key]: 'confirmed' } })
    }
    await owe(tx, shop, 'sync-rewards', String(shop), {})
    await oweGrants(tx, shop)
  })
}

/** Ends a live reward: shoppers no longer see it, then its discount is ended. One that has ended stays as it ended. */
export async function endReward(shop: ShopId, id: number): Promise<void> {
  await withShop(shop, async (tx) => {
    await readReward(tx, shop, id)
    await endIn(tx, shop, { id }, 'hand')
  })
}

/** Ends all of them: the app is about to leave the shop. */
export async function endRewards(shop: ShopId): Promise<void> {
  await withShop(shop, (tx) => endIn(tx, shop, {}, 'leaving'))
}

/** Takes away a draft, or one that has ended and left nothing in Shopify: codes of persons outlast their reward. */
export async function deleteReward(shop: ShopId, id: number): Promise<void> {
  await withShop(shop, async (tx) => {
    await alone(tx, shop)
    const reward = await readReward(tx, shop, id)
    if (reward.state === 'live' || reward.asked !== null) throw refused('name', 'live')
    const state = { notIn: ['ended', 'declined'] }
    if ((await tx.grant.count({ where: { shop, reward: id, state } })) > 0) throw refused('name', 'granted')
    await tx.reward.deleteMany({ where: { shop, id } })
  })
}

async function endIn(tx: Tx, shop: ShopId, which: { id?: number }, endedBy: EndedBy): Promise<void> {
  const { count } = await tx.reward.updateMany({
    where: { shop, ...which, state: 'live' },
    data: { state: 'ended', endedAt: new Date(now()), endedBy },
  })
  if (count === 0) return
  await owe(tx, shop, 'sync-rewards', String(shop), {})
  await oweGrants(tx, shop)
}

/** Two people save at once: neither takes a code that the other could not see. */
async function alone(tx: Tx, shop: ShopId): Promise<StoredReward[]> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('rewards', ${shop}::int))`
  return readRewards(tx, shop)
}

function refuseTaken(rewards: readonly StoredReward[], id: number | null, code: string): void {
  if (rewards.some((each) => each.id !== id && each.definition.code === code)) throw refused('code', 'code-twice')
}

/** @returns the shop's time zone */
async function refuseBlocked(tx: Tx, shop: ShopId, definition: RewardDefinition): Promise<string | null> {
  const { timezone } = await readShopFrame(tx, shop)
  const { costs, rewards } = await readSettings(tx, shop)
  const today = shopCalendar(timezone, now() - DAY_MS, now() + DAY_MS).dayOf(now())
  const worst = rewardChecks(definition, today, costShareOf(costs).share).find(({ blocks }) => blocks)
  if (worst) throw refused('endsOn', worst.kind)
  const daysLeft = dayFromText(definition.endsOn) - today + 1
  const breach = lawChecks(definition, { countries: rewards.countries, daysLeft }).find(({ blocks }) => blocks)
  if (breach) throw refused(breach.text === null ? 'steps' : 'texts', breach.rule)
  return timezone
}

/** What it was set for may have gone since: the segment that it names, or the currency that its amounts are in. */
async function refuseMoved(tx: Tx, shop: ShopId, { definition, currency }: StoredReward): Promise<void> {
  const { who } = definition
  if (who.kind === 'own' && (await tx.ownSegment.count({ where: { shop, id: who.segment } })) === 0)
    throw refused('who', 'segment-gone')
  if (currency !== null && currency !== (await readShopFrame(tx, shop)).currency)
    throw refused('minimumMinor', 'currency-changed')
}

function refused(field: keyof RewardDefinition, key: string): InvalidInput {
  return new InvalidInput(`a reward cannot be so: ${key}`, { fields: { [field]: key } })
}

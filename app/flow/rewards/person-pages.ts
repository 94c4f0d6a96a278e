/** What the merchant decides of grants, and one customer's rewards with why not the others. */
import type { Id } from '#app/domain/order.ts'
import type { CustomerRewardsPage, WaitingGrant } from '#app/domain/rewards/person-pages.ts'
import type { GrantReason } from '#app/domain/rewards/progress.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { personIn } from '../confirmed-links.ts'
import { exclusionsOf } from '../kept-out.ts'
import { weigh } from './grant.ts'
import { readGrantingFrame } from './granting-frame.ts'
import { readAccounts, readFacts } from './person-rows.ts'
import { reserveWaiting } from './reserve.ts'
import { readRewards } from './stored.ts'

/** A page of the queue: those who have waited longest. */
const MOST_WAITING = 100

export async function waitingGrants(shop: ShopId): Promise<WaitingGrant[]> {
  return withShop(shop, async (tx) => {
    const names = new Map((await readRewards(tx, shop)).map(({ id, definition }) => [id, definition.name]))
    const rows = await tx.grant.findMany({
      where: { shop, state: 'waiting' },
      orderBy: [{ grantedAt: 'asc' }, { id: 'asc' }],
      take: MOST_WAITING,
    })
    return rows.map((row) => ({
      id: row.id,
      reward: { id: row.reward, name: names.get(row.reward) ?? '' },
      customer: String(row.customer),
      what: row.what as RewardGift,
      because: row.because as GrantReason[],
      since: row.grantedAt.getTime(),
    }))
  })
}

/**
 * Gives what waited, or says no; decided already, it stays as it was decided.
 *
 * @throws {InvalidInput} not-found; `grant: budget` where the reward's money is gone
 */
export async function decideGrant(shop: ShopId, id: number, answer: 'give' | 'decline'): Promise<void> {
  await withShop(shop, async (tx) => {
    const row = await tx.grant.findUnique({ where: { shop_id: { shop, id } }, select: { customer: true } })
    if (!row) throw new InvalidInput(`no grant ${id} in shop ${shop}`, { code: 'not-found' })
    if (answer === 'give') {
      const reserved = await reserveWaiting(tx, shop, id, now())
      if (reserved.kind === 'over')
        throw new InvalidInput(`grant ${id} does not fit the budget`, { fields: { grant: 'budget' } })
    } else await tx.grant.updateMany({ where: { shop, id, state: 'waiting' }, data: { state: 'declined' } })
    await owe(tx, shop, 'grant-customer', String(row.customer), {})
  })
}

/** One customer's rewards, by what is stored now; nothing is granted by looking. */
export async function rewardsOfCustomer(shop: ShopId, customer: Id): Promise<CustomerRewardsPage> {
  const at = now()
  return withShop(shop, async (tx) => {
    const frame = await readGrantingFrame(tx, shop, at)
    const person = personIn(frame.persons, customer)
    const rows = await tx.grant.findMany({
      where: { shop, customer: { in: person.accounts.map(BigInt) } },
      select: { id: true, because: true },
    })
    const because = new Map(rows.map((row) => [row.id, row.because as GrantReason[]]))
    const nameOf = (reward: number) => frame.rewards.get(reward)?.definition.name ?? ''
    const account = (await readAccounts(tx, shop, person)).find(({ id }) => id === customer)
    if (!account) return { currency: frame.currency, grants: [], places: [], whyNot: [] }
    const facts = await readFacts(tx, shop, person, frame, at)
    const exclusions = [...(await exclusionsOf(tx, shop, person.accounts, at)).values()].flat()
    const { grants, standings, verdict } = await weigh(
      tx,
      shop,
      { person, account, facts, exclusions, frame, at },
      frame.over,
    )
    return {
      currency: frame.currency,
      grants: grants
        .toSorted((a, b) => b.id - a.id)
        .map((grant) => ({ ...grant, name: nameOf(grant.reward), because: because.get(grant.id) ?? [] })),
      places: standings
        .filter(({ isNew }) => !isNew)
        .map(({ reward, arm, since }) => ({ reward, name: nameOf(reward), arm, since })),
      whyNot: verdict.whyNot.map((each) => ({ ...each, name: nameOf(each.reward) })),
    }
  })
}

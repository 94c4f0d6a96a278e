/** What the merchant decides of grants, and one customer's rewards with why not the others. */
import type { Id } from '#app/domain/order.ts'
import type { Candidate } from '#app/domain/rewards/arbiter.ts'
import type { Grant } from '#app/domain/rewards/grant.ts'
import { sharedHow, type CustomerRewardsPage, type NamedGrant } from '#app/domain/rewards/person-pages.ts'
import type { GrantReason, StepProgress } from '#app/domain/rewards/progress.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { personIn } from '../confirmed-links.ts'
import { exclusionsOf } from '../kept-out.ts'
import { weigh } from './grant.ts'
import { readGrantingFrame } from './granting-frame.ts'
import { readAccounts, readFacts, readGrants } from './person-rows.ts'
import { reserveWaiting } from './reserve.ts'
import { readReward } from './stored.ts'

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
    if (!account) return { currency: frame.currency, grants: [], places: [], toTake: [], whyNot: [], shared: [] }
    const facts = await readFacts(tx, shop, person, frame, at)
    const exclusions = [...(await exclusionsOf(tx, shop, person.accounts, at)).values()].flat()
    const { candidates, grants, standings, verdict } = await weigh(
      tx,
      shop,
      { person, account, facts, exclusions, frame, at },
      frame.over,
    )
    const orderNames = await orderNamesOf(tx, shop, grants)
    return {
      currency: frame.currency,
      grants: grants
        .toSorted((a, b) => b.id - a.id)
        .map((grant) => ({
          ...grant,
          name: nameOf(grant.reward),
          orderName: orderNames.get(grant.usedOrder) ?? null,
          because: because.get(grant.id) ?? [],
        })),
      places: standings
        .filter(({ isNew }) => !isNew)
        .map(({ reward, arm, since }) => ({ reward, name: nameOf(reward), arm, since })),
      toTake: verdict.shown
        .filter(({ state }) => state === 'claim')
        .map(({ reward }) => ({ reward, name: nameOf(reward) })),
      whyNot: verdict.whyNot.map(({ reward, why }) => ({
        reward,
        name: nameOf(reward),
        why,
        other: 'reward' in why ? nameOf(why.reward) : null,
        join: (why.kind === 'missing' && joinOf(candidates, reward, why.step)) || 'and',
      })),
      shared: frame.shared.map(({ id, definition, discountGid, problem }) => ({
        reward: id,
        name: definition.name,
        code: definition.code,
        how: sharedHow(
          definition.who.kind === 'first-order' ? definition.who.guests : 'may-use',
          definition.code,
          discountGid !== null && problem === null,
          customer,
          facts.orders.filter(({ counts }) => counts),
        ),
      })),
    }
  })
}

/** What this account was granted last; null: nothing. */
export async function newestGrant(shop: ShopId, customer: Id): Promise<NamedGrant | null> {
  return withShop(shop, async (tx) => {
    const grants = await readGrants(tx, shop, { accounts: [customer] })
    const newest = grants.findLast((grant) => grant.customer === customer)
    if (newest === undefined) return null
    const { definition } = await readReward(tx, shop, newest.reward)
    const orderNames = await orderNamesOf(tx, shop, [newest])
    return { ...newest, name: definition.name, orderName: orderNames.get(newest.usedOrder) ?? null }
  })
}

async function orderNamesOf(tx: Tx, shop: ShopId, grants: readonly Grant[]): Promise<Map<Id | null, string>> {
  const ids = grants.flatMap(({ usedOrder }) => (usedOrder === null ? [] : [BigInt(usedOrder)]))
  if (ids.length === 0) return new Map()
  const rows = await tx.order.findMany({ where: { shop, id: { in: ids } }, select: { id: true, name: true } })
  return new Map(rows.map(({ id, name }) => [String(id), name]))
}

function joinOf(candidates: readonly Candidate[], reward: number, step: number): StepProgress['join'] | undefined {
  return candidates.find((each) => each.reward === reward)?.steps.find((each) => each.step === step)?.join
}

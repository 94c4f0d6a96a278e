// Rewards that shoppers are offered, as the worker leaves them in the store.
import type { Prisma } from '@prisma/client'
import type { GrantState, StandingFacts } from '#app/domain/rewards/grant.ts'
import type { PersonalOffer, PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { now } from '#app/outside/clock.ts'
import { rewardOf, type Wanted } from '#tests/domain/rewards/definitions.ts'

/** A live reward that is claimed: 3,000 off, at most so many people. */
export async function claimable(shop: ShopId, more: Wanted = {}, state = 'live'): Promise<number> {
  const definition = rewardOf({
    who: { kind: 'everybody' },
    what: { kind: 'amount', amountMinor: 3000 },
    take: 'claimed',
    code: 'FIRST',
    ...more,
  })
  const at = new Date(now())
  const { id } = await withShop(shop, (tx) =>
    tx.reward.create({ data: { shop, definition, state, savedAt: at, startedAt: at } }),
  )
  return id
}

export function offerOf(reward: number, more: Partial<PersonalOffer> = {}): PersonalOffer {
  return {
    id: reward,
    step: 0,
    steps: 1,
    state: 'claim',
    what: { kind: 'amount', amount: 3000 },
    code: null,
    minimum: null,
    isForSome: false,
    endsOn: '2027-01-05',
    text: null,
    join: 'and',
    missing: [],
    because: 'everybody',
    ...more,
  }
}

/** Gives each customer a place in the reward, and offers it to them. */
export async function offered(
  shop: ShopId,
  reward: number,
  customers: number[],
  more: { offer?: Partial<PersonalOffer>; arm?: 'reward' | 'comparison'; facts?: Partial<StandingFacts> } = {},
): Promise<void> {
  const since = new Date(now())
  const wanted: PersonalRewards = { v: 1, off: false, rewards: [offerOf(reward, more.offer)] }
  const facts = {
    ordersBefore: 0,
    hadConsent: { email: false, sms: false },
    isSuspect: false,
    insteadMinor: [null],
    consentAt: { email: null, sms: null },
    ...more.facts,
  }
  await withShop(shop, async (tx) => {
    await tx.rewardStanding.createMany({
      data: customers.map((customer) => ({
        shop,
        reward,
        customer,
        person: customer,
        arm: more.arm ?? 'reward',
        text: 0,
        since,
        facts,
      })),
    })
    await tx.customerRewards.createMany({ data: customers.map((customer) => ({ shop, customer, wanted })) })
  })
}

export async function grantsOf(shop: ShopId, reward: number) {
  return withShop(shop, (tx) => tx.grant.findMany({ where: { shop, reward }, orderBy: { id: 'asc' } }))
}

/** What the worker makes of every grant of a reward. */
export async function become(shop: ShopId, reward: number, state: GrantState, code: string | null = null) {
  const data: Prisma.GrantUpdateManyMutationInput = { state, ...(code === null ? {} : { code }) }
  await withShop(shop, (tx) => tx.grant.updateMany({ where: { shop, reward }, data }))
}

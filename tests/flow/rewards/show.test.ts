import { describe, expect, test } from 'vitest'
import { showOffers } from '#app/flow/rewards/show.ts'
import { withdrawGranted } from '#app/flow/rewards/withdraw.ts'
import { PersonalRewards, type PersonalOffer } from '#app/domain/rewards/personal-rewards.ts'
import { Bug } from '#app/errors.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { customers, FIVE_CREDIT, reserved } from './issuing.ts'
import { HELD, rewardingShop } from './rewarded.ts'

const OFFER: PersonalOffer = {
  id: 1,
  step: 0,
  steps: 1,
  state: 'open',
  what: { kind: 'percent', percent: 20 },
  code: 'W-1',
  minimum: null,
  isForSome: false,
  endsOn: '2026-12-31',
  text: null,
  join: 'and',
  missing: [],
  because: 'everybody',
}

async function want({ shop }: PlayedShop, { id }: WorldCustomer, rewards: object[], off = false): Promise<void> {
  const wanted = { v: 1, off, rewards }
  const key = { shop, customer: BigInt(id) }
  await withShop(shop, (tx) =>
    tx.customerRewards.upsert({ where: { shop_customer: key }, create: { ...key, wanted }, update: { wanted } }),
  )
}

/** Codes that a customer reads; null: there is no metafield. */
function read({ metafields }: WorldCustomer): (string | null)[] | null {
  const field = [...metafields].find(([path]) => path.endsWith('.rewards'))?.[1]
  return field === undefined ? null : PersonalRewards.parse(JSON.parse(field.value)).rewards.map(({ code }) => code)
}

async function issued({ shop }: PlayedShop): Promise<void> {
  await withShop(shop, (tx) => tx.grant.updateMany({ where: { shop }, data: { state: 'issued' } }))
}

const writes = ({ local }: PlayedShop) => {
  const { OffersShow = 0, OffersTakeDown = 0 } = local.shop.callsByName()
  return OffersShow + OffersTakeDown
}

describe('what a customer reads of their rewards', () => {
  test('is written once, 25 customers a call, and taken away where there is nothing', async () => {
    const played = await rewardingShop()
    const people = customers(played, 60)
    for (const person of people) await want(played, person, [{ ...OFFER, code: 'SHARED' }])
    await showOffers(played.shop, HELD)
    expect(people.map(read)).toEqual(people.map(() => ['SHARED']))
    expect(writes(played)).toBe(3)
    await showOffers(played.shop, HELD)
    expect(writes(played)).toBe(3)
    await want(played, people[0]!, [])
    await want(played, people[1]!, [], true)
    await showOffers(played.shop, HELD)
    expect([read(people[0]!), read(people[1]!)]).toEqual([null, []])
    expect(writes(played)).toBe(5)
  })

  test('has a code only once Shopify has it', async () => {
    const played = await rewardingShop()
    const [person] = customers(played, 1)
    await reserved(played, person!, { reward: 1, code: 'W-1' })
    await want(played, person!, [OFFER, { ...OFFER, id: 2, state: 'progress', code: null }])
    await showOffers(played.shop, HELD)
    expect(read(person!)).toEqual([null])
    await issued(played)
    await showOffers(played.shop, HELD)
    expect(read(person!)).toEqual(['W-1', null])
  })

  test('has store credit only once it is in the account', async () => {
    const played = await rewardingShop()
    const [person] = customers(played, 1)
    await reserved(played, person!, { reward: 1, what: FIVE_CREDIT })
    await want(played, person!, [{ ...OFFER, what: { kind: 'credit', amount: 500 }, code: null }])
    await showOffers(played.shop, HELD)
    expect(read(person!)).toBeNull()
    await issued(played)
    await showOffers(played.shop, HELD)
    expect(read(person!)).toEqual([null])
  })

  test('is written for the others where Shopify knows somebody no more, and where one cannot be read', async () => {
    const played = await rewardingShop()
    const people = customers(played, 3)
    for (const person of people) await want(played, person, [{ ...OFFER, code: 'SHARED' }])
    played.world.customers.delete(people[1]!.id)
    await showOffers(played.shop, HELD)
    expect([read(people[0]!), read(people[2]!)]).toEqual([['SHARED'], ['SHARED']])
    await want(played, people[0]!, [{ ...OFFER, isAdmin: true }])
    await want(played, people[2]!, [{ ...OFFER, code: 'OTHER' }])
    await expect(showOffers(played.shop, HELD)).rejects.toThrow(Bug)
    expect([read(people[0]!), read(people[2]!)]).toEqual([['SHARED'], ['OTHER']])
  })

  test('is known again as our own echo by the moment that Shopify gives it', async () => {
    const played = await rewardingShop()
    const [person] = customers(played, 1)
    await want(played, person!, [{ ...OFFER, code: 'SHARED' }])
    await showOffers(played.shop, HELD)
    const row = await withShop(played.shop, (tx) => tx.customerRewards.findFirst({ where: { shop: played.shop } }))
    expect(row!.echoAt!.getTime()).toBe(Math.floor(person!.updatedAt / 1000) * 1000)
  })

  test('is taken away from everybody when the app leaves', async () => {
    const played = await rewardingShop()
    const people = customers(played, 2)
    for (const person of people) await want(played, person, [{ ...OFFER, code: 'SHARED' }])
    await showOffers(played.shop, HELD)
    await withdrawGranted(played.shop, HELD)
    expect(people.map(read)).toEqual([null, null])
  })
})

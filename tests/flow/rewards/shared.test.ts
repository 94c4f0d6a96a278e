import { VISITOR_ROADS } from '#tests/support/visitors.ts'
import { describe, expect, test } from 'vitest'
import { decideGrant } from '#app/flow/rewards/person-pages.ts'
import { grantEverybody } from '#app/flow/rewards/grant-everybody.ts'
import { issueGrants } from '#app/flow/rewards/issue.ts'
import { endReward } from '#app/flow/rewards/save.ts'
import { showOffers } from '#app/flow/rewards/show.ts'
import { syncRewards } from '#app/flow/rewards/sync.ts'
import { getSettings, saveSettings } from '#app/flow/settings.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import type { VisitorOffers } from '#app/domain/wire.ts'
import { now } from '#app/outside/clock.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { VisitorHere } from '#app/outside/visitor.server.ts'
import { StorefrontRewards } from '#app/domain/rewards/storefront-rewards.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { appMetafields } from '#tests/shop/admin/metafields.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { linked, ordered, owedWork, person, worked } from './granted.ts'
import { customers, later } from './issuing.ts'
import { HELD, live, rewardingShop, shown, started } from './rewarded.ts'

const NOTHING = Buffer.alloc(0)

async function prospects(count: number): Promise<PlayedShop & { people: WorldCustomer[] }> {
  const played = await rewardingShop()
  const people = customers(played, count)
  for (const { id } of people) await person(played.shop, String(id))
  return { ...played, people }
}

async function workedAll({ shop }: PlayedShop): Promise<void> {
  await grantEverybody({ shop, ...HELD })
  await showOffers(shop, HELD)
}

/** Shared codes that are theirs, and what they were refused; null: there is no metafield. */
function read({ metafields }: WorldCustomer): string | null {
  const field = [...metafields].find(([path]) => path.endsWith('.rewards'))?.[1]
  if (field === undefined) return null
  const { shared = [], rewards } = PersonalRewards.parse(JSON.parse(field.value))
  return [...shared, ...rewards.map(({ id, state }) => `${id} ${state}`)].join(', ')
}

describe('a code for customers who are signed in', () => {
  test('is theirs once Shopify counts them among those who have not ordered, and is asked about once', async () => {
    const played = await prospects(3)
    const id = await live(played.shop, { guests: 'sign-in' })
    expect(await owedWork(played.shop)).toEqual(expect.arrayContaining(['grant-everybody', 'show-offers']))
    await workedAll(played)
    expect(played.people.map(read)).toEqual([`${id}`, `${id}`, `${id}`])
    expect(played.local.shop.callsByName()['InSegments']).toBe(3)
    await workedAll(played)
    expect(played.local.shop.callsByName()['InSegments']).toBe(3)
    await endReward(played.shop, id)
    await syncRewards(played.shop, HELD)
    await workedAll(played)
    expect(played.people.map(read)).toEqual([null, null, null])
  })

  test('is not shown to whom Shopify does not count yet, and is asked about again for a day', async () => {
    const played = await prospects(1)
    await live(played.shop, { guests: 'sign-in' })
    // Shopify knows of an order that we have not heard of.
    played.world.addOrder({ customerId: played.people[0]!.id, lines: [] })
    await grantEverybody({ shop: played.shop, ...HELD })
    expect(await showOffers(played.shop, HELD)).toEqual({ againInMs: 600_000 })
    expect([read(played.people[0]!), shown(played)]).toEqual([null, ['WELCOME20']])
    expect(await showOffers(played.shop, HELD)).toEqual({ againInMs: 600_000 })
    later(played, DAY_MS)
    expect(await showOffers(played.shop, HELD)).toBeUndefined()
    expect(read(played.people[0]!)).toBeNull()
  })

  test('is shown to nobody before it is bound in Shopify', async () => {
    const played = await prospects(1)
    const id = await started(played.shop, { guests: 'sign-in' })
    await workedAll(played)
    expect([read(played.people[0]!), played.local.shop.callsByName()['InSegments'] ?? 0]).toEqual([null, 0])
    await syncRewards(played.shop, HELD)
    await workedAll(played)
    expect(read(played.people[0]!)).toBe(`${id}`)
  })

  test('is theirs no more once they have ordered', async () => {
    const played = await prospects(1)
    await live(played.shop, { guests: 'sign-in' })
    await workedAll(played)
    const customer = String(played.people[0]!.id)
    await ordered(played.shop, customer)
    await worked(played.shop, customer)
    await showOffers(played.shop, HELD)
    expect(read(played.people[0]!)).toBeNull()
  })

  test('of one whom Shopify knows no more holds up nobody', async () => {
    const played = await prospects(2)
    const id = await live(played.shop, { guests: 'sign-in' })
    played.world.customers.delete(played.people[0]!.id)
    await workedAll(played)
    expect(read(played.people[1]!)).toBe(`${id}`)
  })
})

describe.each(['sign-in', 'may-use'] as const)('a shared code (%s)', (guests) => {
  test('is refused to another account of a person who has ordered, and they may ask the shop', async () => {
    const played = await prospects(2)
    const [first, second] = played.people.map(({ id }) => String(id)) as [string, string]
    const id = await live(played.shop, { guests })
    await linked(played.shop, first, second)
    await workedAll(played)
    const theirs = guests === 'sign-in' ? `${id}` : null
    expect(played.people.map(read)).toEqual([theirs, theirs])
    await ordered(played.shop, first, { code: 'WELCOME20' })
    await workedAll(played)
    expect(played.people.map(read)).toEqual([null, `${id} refused`])
    const visitor: VisitorHere = { shop: played.shop, customerId: second, at: now(), fields: {} }
    const { offers } = (await VISITOR_ROADS['offers']!.answer(visitor, NOTHING)) as VisitorOffers
    const deed = { reward: id, token: offers[0]!.tokens.ask }
    expect(await VISITOR_ROADS['ask']!.answer(visitor, Buffer.from(JSON.stringify(deed)))).toEqual({ asked: true })
    // Asked or not, the code stays hidden; given, they have one of their own.
    const answered = async () => {
      await worked(played.shop, second)
      await showOffers(played.shop, HELD)
      return read(played.people[1]!)
    }
    expect(await answered()).toBe(`${id} asked`)
    const { id: question } = await withShop(played.shop, (tx) =>
      tx.grant.findFirstOrThrow({ where: { shop: played.shop, state: 'waiting' } }),
    )
    await decideGrant(played.shop, question, guests === 'sign-in' ? 'give' : 'decline')
    if (guests === 'sign-in') await issueGrants(played.shop, HELD)
    expect(await answered()).toBe(guests === 'sign-in' ? `${id} open` : `${id} declined`)
  })

  test('is not refused on a suspicion', async () => {
    const played = await prospects(2)
    const [first, second] = played.people.map(({ id }) => String(id)) as [string, string]
    const id = await live(played.shop, { guests })
    await linked(played.shop, first, second, 'suggested')
    await ordered(played.shop, first, { code: 'WELCOME20' })
    await workedAll(played)
    expect(read(played.people[1]!)).toBe(guests === 'sign-in' ? `${id}` : null)
  })
})

test('where the shop sells in the EU, or has not said where, the storefront is told to say that offers to segments are personalised', async () => {
  const played = await prospects(0)
  await live(played.shop)
  const isSaid = () => {
    const field = appMetafields(played.world).find(({ key }) => key === 'rewards')
    return StorefrontRewards.parse(field!.value).personalised ?? false
  }
  const sellsIn = async (...countries: string[]) => {
    await saveSettings(played.shop, { rewards: { ...(await getSettings(played.shop)).rewards, countries } })
    await syncRewards(played.shop, HELD)
    return isSaid()
  }
  expect([isSaid(), await sellsIn('KR'), await sellsIn('KR', 'DE'), await sellsIn('US')]).toEqual([
    true,
    false,
    true,
    false,
  ])
})

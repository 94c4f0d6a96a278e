import { describe, expect, test } from 'vitest'
import { expireGrants } from '#app/flow/rewards/benefit-orders.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { now } from '#app/outside/clock.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { grants, linked, ordered, person, shownTo, startedFor, told, worked } from './granted.ts'
import { customers, issueAll, killedAt } from './issuing.ts'
import { discounts, rewardingShop } from './rewarded.ts'

const FIRST = { who: { kind: 'first-order', guests: 'sign-in' }, comparisonPercent: 0 } as const
const CONSENT = { ...FIRST, conditions: [{ kind: 'consent', channel: 'email' } as const] }

type Shop = PlayedShop & { people: [string, string]; reward: number }

/** Two who agreed, each with a code of their own. */
async function agreed(): Promise<Shop> {
  const played = await rewardingShop()
  const reward = await startedFor(played.shop, CONSENT)
  const people = customers(played, 2).map(({ id }) => String(id)) as [string, string]
  for (const id of people) {
    await person(played.shop, id, { consent: 'SUBSCRIBED', since: 0 })
    await worked(played.shop, id)
  }
  await issueAll(played)
  for (const id of people) await worked(played.shop, id)
  return { ...played, people, reward }
}

const buyers = (played: PlayedShop) => discounts(played).map((discount) => discount.buyers)
const shownCodes = async ({ shop }: PlayedShop, id: string) =>
  (await shownTo(shop, id)).map(({ code }) => code !== null)
const all = ({ people }: Shop) => [{ kind: 'customers', ids: people.map(Number) }]
const second = ({ people }: Shop) => [{ kind: 'customers', ids: [Number(people[1])] }]

describe('an own code of a first order’s reward', () => {
  test('is refused by Shopify once the first order came without it, and read no more', async () => {
    const played = await agreed()
    expect([buyers(played), await shownCodes(played, played.people[0])]).toEqual([all(played), [true]])
    await ordered(played.shop, played.people[0])
    await worked(played.shop, played.people[0])
    expect(await shownCodes(played, played.people[0])).toEqual([])
    for (let step = 0; step < 3; step += 1) await killedAt(played, step)
    await issueAll(played)
    expect([buyers(played), await shownCodes(played, played.people[1])]).toEqual([second(played), [true]])
    // Nothing is asked twice.
    played.local.shop.forgetCalls()
    await worked(played.shop, played.people[0])
    await issueAll(played)
    expect(played.local.shop.callsByName()['BasicDiscountUpdate']).toBeUndefined()
  })

  test('is theirs again if that order comes to nothing, as long as it was', async () => {
    const played = await agreed()
    const { expiresAt } = (await grants(played.shop))[0]!
    const order = await ordered(played.shop, played.people[0])
    await worked(played.shop, played.people[0])
    await issueAll(played)
    await withShop(played.shop, (tx) => expireGrants(tx, played.shop, now() + 2 * DAY_MS))
    await ordered(played.shop, played.people[0], { status: 'VOIDED', isCancelled: true }, order)
    await worked(played.shop, played.people[0])
    await issueAll(played)
    expect(buyers(played).map((one) => ('ids' in one ? [...one.ids].sort((a, b) => a - b) : one))).toEqual([
      played.people.map(Number),
    ])
    expect(await shownCodes(played, played.people[0])).toEqual([true])
    expect((await grants(played.shop))[0]!.expiresAt).toEqual(expiresAt)
  })

  test('is refused too once another account of the same person has ordered', async () => {
    const played = await agreed()
    await linked(played.shop, ...played.people)
    await ordered(played.shop, played.people[1])
    await worked(played.shop, played.people[0])
    await issueAll(played)
    expect(buyers(played)).toEqual([{ kind: 'customers', ids: [] }])
  })

  test('stays what it is when the first order has it', async () => {
    const played = await agreed()
    const code = (await grants(played.shop))[0]!.code!
    await ordered(played.shop, played.people[0], { code, offMinor: 500 })
    await worked(played.shop, played.people[0])
    await issueAll(played)
    expect([await told(played.shop), buyers(played)]).toEqual([
      [`${played.reward}/0/0 used`, `${played.reward}/0/0 issued`],
      all(played),
    ])
  })

  test('after its time is expired, and only then is its place free', async () => {
    const played = await agreed()
    await ordered(played.shop, played.people[0])
    await worked(played.shop, played.people[0])
    await withShop(played.shop, (tx) => expireGrants(tx, played.shop, now() + 2 * DAY_MS))
    expect((await told(played.shop))[0]).toBe(`${played.reward}/0/0 issued`)
    await withShop(played.shop, (tx) => expireGrants(tx, played.shop, now() + 400 * DAY_MS))
    expect((await told(played.shop))[0]).toBe(`${played.reward}/0/0 expired`)
  })
})

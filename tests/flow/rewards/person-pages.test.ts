import { describe, expect, test } from 'vitest'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { decideGrant, newestGrant, rewardsOfCustomer } from '#app/flow/rewards/person-pages.ts'
import { grantingShop, grants, person, shownTo, startedFor, told, worked, workedAll } from './granted.ts'

const AMOUNT = { kind: 'amount', amountMinor: 500 } as const

async function asking(shop: ShopId, reward: number, customer: string): Promise<number> {
  const row = await withShop(shop, (tx) =>
    tx.grant.create({
      data: {
        shop,
        reward,
        step: 0,
        turn: 0,
        customer: BigInt(customer),
        person: BigInt(customer),
        state: 'waiting',
        what: AMOUNT,
        because: [{ kind: 'asked' }],
        grantedAt: new Date(now()),
      },
    }),
  )
  return row.id
}

describe('the merchant', () => {
  test('gives or declines what waits, once, and never beyond the budget', async () => {
    const shop = await grantingShop()
    const id = await startedFor(shop, {
      code: 'HELLO',
      what: AMOUNT,
      budgetMinor: 700,
      who: { kind: 'flag', flag: 'vip' },
    })
    for (const customer of ['7', '8', '9']) await person(shop, customer)
    const [a, b, c] = [await asking(shop, id, '7'), await asking(shop, id, '8'), await asking(shop, id, '9')]
    await decideGrant(shop, a, 'give')
    await decideGrant(shop, a, 'decline')
    await expect(decideGrant(shop, b, 'give')).rejects.toThrow(InvalidInput)
    await decideGrant(shop, c, 'decline')
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`, `${id}/0/0 waiting`, `${id}/0/0 declined`])
    expect((await grants(shop))[0]).toMatchObject({ reservedMinor: 500n, code: expect.stringMatching(/^HELLO-/) })
    await expect(decideGrant(shop, 999_999, 'give')).rejects.toThrow(InvalidInput)
  })

  test('reads of a customer what they got, and of each other reward why not', async () => {
    const shop = await grantingShop()
    const back = await startedFor(shop, {
      code: 'BACK',
      name: 'Back',
      who: { kind: 'stage', stages: ['at-risk'] },
      what: AMOUNT,
    })
    const more = await startedFor(shop, { code: 'MORE', who: { kind: 'stage', stages: ['at-risk'] }, what: AMOUNT })
    const vip = await startedFor(shop, { code: 'VIP', who: { kind: 'flag', flag: 'vip' }, what: AMOUNT })
    await person(shop, '7', { stage: 'at-risk' })
    await workedAll(shop)
    expect(await rewardsOfCustomer(shop, '7')).toMatchObject({
      currency: 'USD',
      grants: [{ reward: back, name: 'Back', state: 'reserved', because: [{ kind: 'among' }] }],
      places: [{ reward: back, arm: 'reward' }],
      whyNot: [
        { reward: back, why: { kind: 'has' } },
        { reward: more, why: { kind: 'other-open', reward: back }, other: 'Back' },
        { reward: vip, why: { kind: 'not-among' } },
      ],
    })
    await worked(shop, '7')
    expect([await told(shop), await shownTo(shop, '7')]).toEqual([[`${back}/0/0 reserved`], []])
  })

  test('reads of a code for everybody what it is to a customer, and what they were granted last', async () => {
    const shop = await grantingShop()
    const who = { kind: 'first-order', guests: 'may-use' } as const
    const shared = await startedFor(shop, { code: 'HELLO', name: 'Hello', who })
    const vip = await startedFor(shop, { code: 'VIP', name: 'Vip', who: { kind: 'flag', flag: 'vip' }, what: AMOUNT })
    for (const customer of ['7', '8']) await person(shop, customer)
    expect((await rewardsOfCustomer(shop, '7')).shared).toEqual([
      { reward: shared, name: 'Hello', code: 'HELLO', how: 'starting' },
    ])
    await withShop(shop, (tx) =>
      tx.reward.updateMany({ where: { shop, id: shared }, data: { discountGid: 'gid://shopify/DiscountCodeNode/1' } }),
    )
    expect((await rewardsOfCustomer(shop, '7')).shared).toMatchObject([{ how: 'open' }])
    expect(await newestGrant(shop, '7')).toBeNull()
    await asking(shop, vip, '8')
    expect(await newestGrant(shop, '8')).toMatchObject({ name: 'Vip', state: 'waiting', orderName: null })
    expect(await newestGrant(shop, '7')).toBeNull()
  })
})

import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { rewardPage, rewardsPage } from '#app/flow/rewards/pages.ts'
import { deleteReward, endReward, endRewards, saveReward, startReward } from '#app/flow/rewards/save.ts'
import { syncRewards, withdrawRewards } from '#app/flow/rewards/sync.ts'
import { getSettings } from '#app/flow/settings.ts'
import { AccessLost, InvalidInput } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { addDiscount } from '#tests/shop/discounts.ts'
import { connectAs } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { discounts, HELD, live, rewardingShop, shown, started, taken, WELCOME, welcome } from './rewarded.ts'

const fieldsOf = (refused: unknown) => (refused as InvalidInput).fields
const owed = (shop: ShopId) => withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'sync-rewards' } }))
const stateOf = async (shop: ShopId, id: number) => {
  const { state, endedBy, discount, problem } = await rewardPage(shop, id)
  return { state, endedBy, discount, problem: problem?.kind ?? null }
}

describe('a reward', () => {
  test('is nothing in Shopify while it is a draft; started, it is a discount with an end and then shown', async () => {
    const played = await rewardingShop()
    const id = await saveReward(played.shop, null, WELCOME)
    expect(await syncRewards(played.shop, HELD)).toBeUndefined()
    expect([discounts(played), shown(played), await owed(played.shop)]).toEqual([[], null, 0])
    await startReward(played.shop, id)
    expect(await stateOf(played.shop, id)).toMatchObject({ state: 'live', discount: 'waiting' })
    expect(await owed(played.shop)).toBe(1)
    expect(await syncRewards(played.shop, HELD)).toEqual({ againInMs: 300_000 })
    expect(discounts(played)).toMatchObject([
      {
        title: `Morello ${id}: Welcome`,
        value: { percentage: 0.2 },
        items: { kind: 'all' },
        buyers: { kind: 'all' },
        minimum: { subtotalMinor: 5000 },
        oncePerCustomer: true,
        usageLimit: null,
        combinesWith: { ORDER: false, PRODUCT: false, SHIPPING: false },
      },
    ])
    // The end of its last day in Seoul.
    expect(discounts(played)[0]!.endsAt).toBe(Date.parse(`${WELCOME.endsOn}T15:00:00Z`))
    expect([taken(played), shown(played)]).toEqual([['WELCOME20'], ['WELCOME20']])
    expect(await stateOf(played.shop, id)).toMatchObject({ state: 'live', discount: 'there' })
    expect((await getSettings(played.shop)).benefitCodes).toEqual({ 'code:WELCOME20': 'confirmed' })
  })

  test('that is there and as it must be costs Shopify no change when it is looked at again', async () => {
    const played = await rewardingShop()
    await live(played.shop)
    played.local.shop.forgetCalls()
    await syncRewards(played.shop, HELD)
    expect(
      Object.keys(played.local.shop.callsByName()).filter((name) => /Create|Update|Set|Show|Delete/.test(name)),
    ).toEqual([])
  })

  test('of every kind is what Shopify is asked for', async () => {
    const played = await rewardingShop()
    await live(played.shop, { what: { kind: 'amount', amountMinor: 750 }, combines: true })
    await live(played.shop, { what: { kind: 'free-shipping' }, code: 'SHIP', minimumMinor: null })
    expect(discounts(played)).toMatchObject([
      { value: { amountMinor: 750, onEach: false }, combinesWith: { ORDER: true, PRODUCT: true, SHIPPING: true } },
      { value: null, minimum: null, combinesWith: { ORDER: false, PRODUCT: false, SHIPPING: false } },
    ])
    expect(shown(played)).toEqual(['SHIP', 'WELCOME20'])
  })

  test('for people who are signed in is bound to a segment of those who have not ordered, and both go with it', async () => {
    const played = await rewardingShop()
    const id = await live(played.shop, { guests: 'sign-in' })
    const [segment] = [...played.world.segments.values()]
    expect(segment).toMatchObject({ name: `Morello ${id}: has not ordered`, query: 'number_of_orders = 0' })
    expect(discounts(played)[0]!.buyers).toEqual({ kind: 'segments', ids: [segment!.id] })
    await endReward(played.shop, id)
    await syncRewards(played.shop, HELD)
    expect([taken(played), shown(played), played.world.segments.size]).toEqual([[], [], 0])
  })

  test.each(['may-use', 'sign-in'] as const)(
    'killed at any step (%s), there is one discount in the end',
    async (guests) => {
      const played = await rewardingShop()
      await started(played.shop, { guests })
      const killedAt = async (steps: number) => {
        let left = steps
        const stillMine = async () => {
          left -= 1
          if (left < 0) throw new Error('killed')
        }
        await syncRewards(played.shop, { stillMine }).catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== 'killed') throw error
        })
      }
      for (let steps = 0; steps < 8; steps += 1) await killedAt(steps)
      await syncRewards(played.shop, HELD)
      expect([discounts(played).length, taken(played), shown(played)]).toEqual([1, ['WELCOME20'], ['WELCOME20']])
      expect(played.world.segments.size).toBe(guests === 'sign-in' ? 1 : 0)
      await endRewards(played.shop)
      for (let steps = 0; steps < 5; steps += 1) await killedAt(steps)
      await syncRewards(played.shop, HELD)
      expect([taken(played), shown(played), played.world.segments.size]).toEqual([[], [], 0])
    },
  )

  test('whose code is the merchant’s own says so, is not shown, and leaves theirs alone', async () => {
    const played = await rewardingShop((world) => {
      addDiscount(world, { title: 'Mine', codes: ['welcome20'], value: { percentage: 0.1 } })
    })
    const id = await live(played.shop)
    expect(await stateOf(played.shop, id)).toMatchObject({ discount: 'refused', problem: 'code-taken' })
    expect(shown(played)).toEqual([])
    await endReward(played.shop, id)
    await syncRewards(played.shop, HELD)
    expect(discounts(played)).toMatchObject([{ title: 'Mine', value: { percentage: 0.1 }, endsAt: null }])
    expect(await stateOf(played.shop, id)).toMatchObject({ state: 'ended', problem: null })
  })

  test('without the permission is not made, and the work is parked with what is missing', async () => {
    const played = await rewardingShop()
    await played.local.shop.takeScopes('write_discounts')
    await started(played.shop)
    await expect(syncRewards(played.shop, HELD)).rejects.toThrow(AccessLost)
    await played.local.shop.grantScopes('write_discounts')
    await syncRewards(played.shop, HELD)
    expect(taken(played)).toEqual(['WELCOME20'])
  })

  test('is no longer shown before its discount is ended', async () => {
    const played = await rewardingShop()
    const id = await live(played.shop)
    await endReward(played.shop, id)
    played.local.shop.forgetCalls()
    await syncRewards(played.shop, HELD)
    expect([taken(played), shown(played)]).toEqual([[], []])
    const names = played.local.shop.played.calls.map(({ operation }) => operation)
    expect(names.indexOf('RewardsShow')).toBeLessThan(names.indexOf('DiscountDeactivate'))
    expect(await stateOf(played.shop, id)).toEqual({ state: 'ended', endedBy: 'hand', discount: 'none', problem: null })
    expect(await syncRewards(played.shop, HELD)).toBeUndefined()
  })

  test('that the merchant ends in Shopify is no longer shown, and is again once it is active there', async () => {
    const played = await rewardingShop()
    const id = await live(played.shop)
    const [discount] = discounts(played)
    const endsAt = discount!.endsAt
    discount!.endsAt = Date.now() - 1000
    await syncRewards(played.shop, HELD)
    expect(shown(played)).toEqual([])
    expect(await stateOf(played.shop, id)).toMatchObject({ discount: 'refused', problem: 'discount-gone' })
    discount!.endsAt = endsAt
    await syncRewards(played.shop, HELD)
    expect(shown(played)).toEqual(['WELCOME20'])
    expect(await stateOf(played.shop, id)).toMatchObject({ discount: 'there', problem: null })
  })

  test('ends after its last day, and one that somebody deleted in Shopify ends too', async () => {
    const played = await rewardingShop()
    const id = await live(played.shop)
    played.world.discounts.clear()
    played.world.codes.clear()
    timeIs(Date.parse(`${WELCOME.endsOn}T15:00:01Z`))
    await syncRewards(played.shop, HELD)
    expect(await stateOf(played.shop, id)).toMatchObject({ state: 'ended', endedBy: 'date', discount: 'none' })
    expect(shown(played)).toEqual([])
  })

  test('before the app leaves, all of it goes: nothing is shown, and no discount of ours is left', async () => {
    const played = await rewardingShop((world) => {
      addDiscount(world, { title: 'Mine', codes: ['OTHER'] })
    })
    await live(played.shop)
    await live(played.shop, { code: 'SECOND', guests: 'sign-in' })
    await endRewards(played.shop)
    await withdrawRewards(played.shop, HELD)
    await withdrawRewards(played.shop, HELD)
    expect(discounts(played).map(({ title }) => title)).toEqual(['Mine'])
    expect([shown(played), played.world.segments.size]).toEqual([[], 0])
  })
})

describe('what may be changed', () => {
  const later = new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10)
  const edited = async (shop: ShopId, id: number) => {
    const { definition } = await rewardPage(shop, id)
    await saveReward(shop, id, { ...definition, name: 'Hello', endsOn: later })
    return [{ title: `Morello ${id}: Hello`, endsAt: Date.parse(`${later}T15:00:00Z`) }]
  }

  test('a draft in everything; a live one in name, last day and budget, which Shopify hears of', async () => {
    const played = await rewardingShop()
    const id = await saveReward(played.shop, null, WELCOME)
    await saveReward(played.shop, id, welcome({ what: { kind: 'percent', percent: 15 } }))
    await startReward(played.shop, id)
    await syncRewards(played.shop, HELD)
    const stored = (await rewardPage(played.shop, id)).definition
    await saveReward(played.shop, id, { ...stored, name: 'Hello', endsOn: later, budgetMinor: 90_000 })
    await syncRewards(played.shop, HELD)
    expect(discounts(played)).toMatchObject([
      { title: `Morello ${id}: Hello`, value: { percentage: 0.15 }, endsAt: Date.parse(`${later}T15:00:00Z`) },
    ])
    const refused = await saveReward(played.shop, id, { ...stored, code: 'OTHER' }).catch(fieldsOf)
    expect(refused).toEqual({ name: 'live' })
    await expect(deleteReward(played.shop, id)).rejects.toThrow(InvalidInput)
  })

  test('a change that never reached Shopify is made once more, one that Shopify refused is not taken for made', async () => {
    const played = await rewardingShop()
    const id = await live(played.shop)
    const wanted = await edited(played.shop, id)
    await played.local.shop.takeScopes('write_discounts')
    await expect(syncRewards(played.shop, HELD)).rejects.toThrow(AccessLost)
    await played.local.shop.grantScopes('write_discounts')
    const errors = [{ field: ['title'], message: 'No', code: 'INVALID' }]
    played.local.faults.userErrors = { mutation: 'discountCodeBasicUpdate', times: 1, errors }
    for (let times = 0; times < 2; times += 1) {
      await syncRewards(played.shop, HELD)
      expect([await stateOf(played.shop, id), shown(played)]).toMatchObject([{ problem: 'shopify-refused' }, []])
    }
    const { definition } = await rewardPage(played.shop, id)
    await saveReward(played.shop, id, { ...definition, name: 'Hello again' })
    await syncRewards(played.shop, HELD)
    expect(discounts(played)).toMatchObject([{ ...wanted[0], title: `Morello ${id}: Hello again` }])
    expect(await stateOf(played.shop, id)).toMatchObject({ discount: 'there', problem: null })
  })

  test.each([0, 1, 2, 3])(
    'killed at step %i while it is made or changed, Shopify ends with what was saved',
    async (steps) => {
      const played = await rewardingShop()
      const id = await started(played.shop)
      const killed = async () => {
        let left = steps
        const stillMine = async () => {
          left -= 1
          if (left < 0) throw new Error('killed')
        }
        await syncRewards(played.shop, { stillMine }).catch(() => {})
      }
      await killed()
      const wanted = await edited(played.shop, id)
      await killed()
      await syncRewards(played.shop, HELD)
      expect(discounts(played)).toMatchObject(wanted)
      expect(discounts(played).length).toBe(1)
      expect(shown(played)).toEqual(['WELCOME20'])
    },
  )

  test('two rewards have no code in common, and a day that is over starts nothing', async () => {
    const { shop } = await rewardingShop()
    await saveReward(shop, null, WELCOME)
    expect(await saveReward(shop, null, WELCOME).catch(fieldsOf)).toEqual({ code: 'code-twice' })
    const late = await saveReward(shop, null, welcome({ code: 'LATE', endsOn: '2020-01-01' }))
    expect(await startReward(shop, late).catch(fieldsOf)).toEqual({ endsOn: 'day-past' })
    await deleteReward(shop, late)
    await expect(rewardPage(shop, late)).rejects.toThrow(InvalidInput)
  })

  test('what the law forbids in its own words is saved as a draft and does not start', async () => {
    const { shop } = await rewardingShop()
    const late = await saveReward(shop, null, welcome({ texts: ['Today only: 20% off'] }))
    expect(await startReward(shop, late).catch(fieldsOf)).toEqual({ texts: 'false-urgency' })
    await saveReward(shop, late, welcome({ texts: ['20% off your first order'] }))
    await startReward(shop, late)
    expect(await stateOf(shop, late)).toMatchObject({ state: 'live' })
  })

  test('a ready-made one comes with a code that no reward of the shop has, and none of its orders', async () => {
    const { shop } = await rewardingShop()
    await connectAs('superuser', (client) =>
      client.query(
        `INSERT INTO "DiscountUse" (shop, key, uses, "firstUses", "discountMinor", matured, "cameBack", "lastUsedAt")
         VALUES ($1, 'code:WELCOME20-2', 1, 1, 1, 0, 0, now())`,
        [shop],
      ),
    )
    await saveReward(shop, null, WELCOME)
    const page = await rewardPage(shop, { ready: 'welcome-20', name: 'Welcome 20%' })
    expect(page).toMatchObject({ id: null, state: 'draft', definition: { code: 'WELCOME20-3', name: 'Welcome 20%' } })
  })
})

describe('what it gave', () => {
  test('is counted from its orders: cancelled ones and those before it are not its own', async () => {
    const played = await rewardingShop()
    const { shop } = played
    const id = await live(shop, { budgetMinor: 3000 })
    const at = Date.now()
    const order = (customer: number | null, more: object = {}) => ({
      customer,
      at: at + 1000,
      discounts: ['code:WELCOME20'],
      lines: [{ product: 1, unitMinor: 6000, discountMinor: 1200, discounts: ['code:WELCOME20'] }],
      ...more,
    })
    await connectAs('superuser', (client) =>
      writeStory(client, shop, {
        currency: 'USD',
        timezone: 'Asia/Seoul',
        orders: [
          order(1),
          order(null),
          order(2, { at: at - DAY_MS }),
          order(3, { cancelledAt: at + 2000 }),
          order(4, { isTest: true }),
          order(5, { discounts: [], lines: [{ product: 1 }] }),
        ],
      }),
    )
    timeIs(at + 10_000)
    const { rows } = await rewardsPage(shop)
    expect(rows).toMatchObject([{ id, uses: 2, spentMinor: 2400 }])
    expect((await rewardPage(shop, id)).result).toMatchObject({
      uses: 2,
      spentMinor: 2400,
      soldMinor: 9600,
      matured: 0,
    })
    await syncRewards(shop, HELD)
    expect(await stateOf(shop, id)).toMatchObject({ state: 'live' })
    await connectAs('superuser', (client) =>
      writeStory(client, shop, { currency: 'USD', timezone: 'Asia/Seoul', orders: [order(6)] }),
    )
    await syncRewards(shop, HELD)
    expect(await stateOf(shop, id)).toMatchObject({ state: 'ended', endedBy: 'budget' })
    expect([taken(played), shown(played)]).toEqual([[], []])
  })
})

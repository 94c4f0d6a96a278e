import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { armOf } from '#app/domain/rewards/arms.ts'
import { comparisonOf } from '#app/flow/rewards/results.ts'
import { readReward } from '#app/flow/rewards/stored.ts'
import { saveReward } from '#app/flow/rewards/save.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { rewardOf, type Wanted } from '#tests/domain/rewards/definitions.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'

const AT = Date.UTC(2026, 10, 22, 12)
const WINDOW_DAYS = 30
const COME_BACK: Wanted = {
  who: { kind: 'stage', stages: ['at-risk'] },
  comparisonPercent: 10,
  texts: ['One', 'Two'],
  budgetMinor: 5000,
}

type Place = { customer: number; person?: number; arm?: 'reward' | 'comparison'; text?: 0 | 1; daysAgo: number }

async function placed(shop: ShopId, reward: number, places: readonly Place[]): Promise<void> {
  await withShop(shop, async (tx) => {
    await tx.rewardStanding.createMany({
      data: places.map(({ customer, person, arm, text, daysAgo }) => ({
        shop,
        reward,
        customer,
        person: person ?? customer,
        arm: arm ?? 'reward',
        text: text ?? 0,
        since: new Date(AT - daysAgo * DAY_MS),
        facts: {},
      })),
    })
  })
}

const order = (customer: number, daysAgo: number, more: object = {}) => ({
  customer,
  at: AT - daysAgo * DAY_MS,
  lines: [{ product: 1, unitMinor: 1000 }],
  ...more,
})

async function asked(shop: ShopId, id: number) {
  return withShop(shop, async (tx) => comparisonOf(tx, shop, await readReward(tx, shop, id), WINDOW_DAYS, AT))
}

describe('both arms of a reward', () => {
  test('are watched for equally long from when each could first get it, and a person counts once', async () => {
    const shop = await testShop()
    const id = await saveReward(shop, null, rewardOf(COME_BACK))
    await placed(shop, id, [
      { customer: 1, daysAgo: 40 },
      { customer: 2, daysAgo: 40, text: 1 },
      // One person's two accounts.
      { customer: 3, daysAgo: 40 },
      { customer: 4, person: 3, daysAgo: 20 },
      // Not watched for long enough.
      { customer: 5, daysAgo: 10 },
      { customer: 6, daysAgo: 40, arm: 'comparison' },
      { customer: 7, daysAgo: 40, arm: 'comparison' },
      // In both arms before they were known to be one.
      { customer: 8, daysAgo: 40 },
      { customer: 9, person: 8, daysAgo: 40, arm: 'comparison' },
    ])
    await connectAs('superuser', (client) =>
      writeStory(client, shop, {
        currency: 'USD',
        timezone: 'Asia/Seoul',
        orders: [
          order(1, 41),
          order(1, 39),
          order(1, 30),
          order(2, 5),
          order(4, 15),
          order(5, 9),
          order(6, 20),
          order(7, 20, { cancelledAt: AT }),
          order(8, 20),
        ],
      }),
    )
    await withShop(shop, async (tx) => {
      const day = new Date(AT)
      await tx.rewardExposure.createMany({
        data: [
          { shop, reward: id, customer: 1, kind: 'seen', day, at: day },
          { shop, reward: id, customer: 3, kind: 'seen', day, at: day },
          { shop, reward: id, customer: 4, kind: 'clicked', day, at: day },
        ],
      })
      await tx.grant.createMany({
        data: [
          { customer: 1, person: 1, state: 'used', spentMinor: 4000 },
          { customer: 4, person: 3, state: 'used', spentMinor: 2000 },
          { customer: 2, person: 2, state: 'issued', spentMinor: null },
        ].map((grant) => ({ ...grant, shop, reward: id, step: 0, turn: 0, what: {}, because: {}, grantedAt: day })),
      })
    })
    const told = await asked(shop, id)
    expect(told.arms.reward).toEqual({
      people: 4,
      saw: 2,
      clicked: 1,
      used: 2,
      costMinor: 6000,
      watched: 3,
      bought: 2,
      boughtAgain: 1,
      netMinor: 3000,
    })
    expect(told.arms.comparison).toMatchObject({ people: 2, watched: 2, bought: 1, netMinor: 1000, costMinor: 0 })
    expect(told.texts?.map(({ people }) => people)).toEqual([3, 1])
    expect(told).toMatchObject({ mixed: 1, overshootMinor: 1000, outlook: { kind: 'unknown' } })
  })

  test('divided as planned they raise no alarm; where a part of one arm was lost, they do', async () => {
    const shop = await testShop()
    const id = await saveReward(shop, null, rewardOf(COME_BACK))
    const people = Array.from({ length: 3000 }, (_, i) => {
      const customer = 1000 + i
      return { customer, daysAgo: 60, arm: armOf(shop, id, String(customer), 10) }
    })
    await placed(shop, id, people)
    const asMade = await asked(shop, id)
    expect(asMade.ratio.isOff).toBe(false)
    expect(asMade.arms.reward.people + asMade.arms.comparison.people).toBe(3000)
    await withShop(shop, (tx) =>
      tx.rewardStanding.deleteMany({ where: { shop, reward: id, arm: 'comparison', customer: { lt: 2200 } } }),
    )
    expect((await asked(shop, id)).ratio.isOff).toBe(true)
  })
})

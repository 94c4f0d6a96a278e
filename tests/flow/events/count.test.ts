import { beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { carryVisits, countVisits } from '#app/flow/events/count.ts'
import { forgetOldEvents } from '#app/flow/events/forget.ts'
import { storeEvents } from '#app/flow/events/receive.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { STILL_MINE } from '#tests/flow/publication/published.ts'
import { event, learningShop } from '#tests/support/pixel-events.ts'
import { timeIs } from '#tests/support/time.ts'

const ANNA = 71
const BEN = 82
let shop: ShopId
beforeEach(async () => {
  shop = await learningShop(ANNA, BEN)
})

const came = (customer: number, hoursAgo: number, product?: string) =>
  storeEvents(
    shop,
    [
      event({
        at: now() - hoursAgo * 3_600_000,
        customer: String(customer),
        ...(product && { kind: 'product-viewed' as const, product }),
      }),
    ],
    now(),
  )
const count = (everybody = false) => countVisits(shop, everybody, STILL_MINE)
const known = async () => {
  const rows = await withShop(shop, (tx) =>
    tx.customerVisits.findMany({ where: { shop }, orderBy: { customer: 'asc' } }),
  )
  return rows.map(({ customer, visits30d, interests }) => [Number(customer), visits30d, interests.map(Number)])
}
const owed = async (kind: string) =>
  withShop(shop, (tx) => tx.work.findMany({ where: { shop, kind }, select: { entity: true, payload: true } }))

describe('counting visits', () => {
  test('is owed once while shoppers come, a moment later', async () => {
    await Promise.all(Array.from({ length: 20 }, () => came(ANNA, 1)))
    expect(await owed('count-visits')).toEqual([{ entity: String(shop), payload: {} }])
  })

  test('counts each customer’s own, and the categories that they looked at most', async () => {
    await withShop(shop, (tx) =>
      tx.collection.createMany({
        data: [
          { shop, id: 5n, title: 'Creams', products: [9n, 10n], isCategory: true },
          { shop, id: 6n, title: 'All', products: [9n, 10n, 11n], isCategory: false },
          { shop, id: 7n, title: 'Toners', products: [11n], isCategory: true },
        ],
      }),
    )
    await came(ANNA, 20, '9')
    await came(ANNA, 20, '10')
    await came(ANNA, 3, '11')
    await came(BEN, 1)
    await count()
    expect(await known()).toEqual([
      [ANNA, 2, [5]],
      [BEN, 1, []],
    ])
  })

  test('goes over with an account that Shopify merges into another, and is forgotten of who is deleted', async () => {
    await came(ANNA, 20)
    await came(BEN, 1)
    await count()
    for (let twice = 0; twice < 2; twice++) await carryVisits(shop, String(BEN), String(ANNA), STILL_MINE.stillMine)
    expect(await known()).toEqual([[ANNA, 2, []]])
    await came(BEN, 1)
    await withShop(shop, (tx) => tx.customer.deleteMany({ where: { shop, id: BigInt(BEN) } }))
    await forgetOldEvents(shop)
    await count(true)
    expect(await known()).toEqual([[ANNA, 2, []]])
  })

  test('follows time every night, and forgets who stays away for 90 days', async () => {
    await came(ANNA, 1)
    await count()
    await forgetOldEvents(shop)
    expect(await owed('count-visits')).toEqual([{ entity: String(shop), payload: { everybody: true } }])
    timeIs(now() + 31 * DAY_MS)
    await count(true)
    expect(await known()).toEqual([[ANNA, 0, []]])
    timeIs(now() + 60 * DAY_MS)
    await count(true)
    expect(await known()).toEqual([])
  })

  test('says the same twice, and then owes nobody anything', async () => {
    await came(ANNA, 1)
    await count()
    const before = await known()
    await count()
    await count(true)
    expect(await known()).toEqual(before)
    expect(await owed('recompute-customer')).toEqual([])
  })

  test('comes again while somebody came, and rests then', async () => {
    await came(ANNA, 1)
    await withShop(shop, (tx) => tx.work.deleteMany({ where: { shop } }))
    await count()
    expect(await owed('count-visits')).toHaveLength(1)
    await withShop(shop, (tx) => tx.work.deleteMany({ where: { shop } }))
    await withShop(shop, (tx) =>
      tx.storefrontEvent.updateMany({ where: { shop }, data: { receivedAt: new Date(now() - DAY_MS) } }),
    )
    await count()
    expect(await owed('count-visits')).toEqual([])
  })
})

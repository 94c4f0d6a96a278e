import { expect, test } from 'vitest'
import { lookAtDeliveries } from '#app/flow/rewards/deliveries.ts'
import { noteReview } from '#app/flow/rewards/reviews.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { withShop } from '#app/outside/database.server.ts'
import { importAll, playShop } from '#tests/flow/sync/played.ts'
import { later } from './issuing.ts'
import { HELD } from './rewarded.ts'

async function ordered() {
  const played = await playShop((world) => {
    const customer = world.addCustomer({ createdAt: world.now() - 10 * DAY_MS })
    const product = world.addProduct({ title: 'Balm', priceMinor: 1500 })
    for (const days of [5, 200])
      world.addOrder({
        customerId: customer.id,
        processedAt: world.now() - days * DAY_MS,
        lines: [{ productId: product.id, quantity: 1, unitMinor: 1500 }],
      })
  })
  await importAll(played)
  const [order, old] = [...played.world.orders.values()]
  const { shop } = played
  await withShop(shop, (tx) =>
    tx.delivery.createMany({ data: [order!, old!].map(({ id }) => ({ shop, order: BigInt(id) })) }),
  )
  const stored = async () => {
    const row = await withShop(shop, (tx) => tx.delivery.findFirst({ where: { shop, order: BigInt(order!.id) } }))
    return [row!.fulfilledAt !== null, row!.deliveredAt !== null]
  }
  return { ...played, played, order: order!, stored }
}

test('a delivery is noticed within six hours, told to whoever waits for it, and then not looked at any more', async () => {
  const { played, shop, local, order, stored } = await ordered()
  const owed = () =>
    withShop(shop, (tx) => tx.work.findFirst({ where: { shop, kind: 'grant-customer' } }).then((row) => row?.version))
  const looks = () => local.shop.callsByName()['DeliveriesNow']

  expect(await lookAtDeliveries(shop, HELD)).toEqual({ againInMs: 6 * 3_600_000 })
  expect([await stored(), await owed(), looks()]).toEqual([[false, false], undefined, 1])
  local.happen.fulfil(order.id)
  await lookAtDeliveries(shop, HELD)
  expect(looks()).toBe(1)
  later(played, 7 * 3_600_000)
  await lookAtDeliveries(shop, HELD)
  expect([await stored(), await owed(), looks()]).toEqual([[true, false], 1, 2])
  local.happen.deliver(order.id)
  later(played, 7 * 3_600_000)
  // Of the other order, too long ago, nothing is expected any more.
  expect(await lookAtDeliveries(shop, HELD)).toBeUndefined()
  expect([await stored(), await owed(), looks()]).toEqual([[true, true], 2, 3])
})

test('a review has the orders of whoever wrote it looked at again at once', async () => {
  const { shop, local, order, stored } = await ordered()
  await lookAtDeliveries(shop, HELD)
  local.happen.fulfil(order.id)
  local.happen.deliver(order.id)
  await lookAtDeliveries(shop, HELD)
  expect(await stored()).toEqual([false, false])
  expect(await noteReview(shop, { id: 'r1', customer: String(order.customerId), product: null })).toBe(true)
  await lookAtDeliveries(shop, HELD)
  expect(await stored()).toEqual([true, true])
})

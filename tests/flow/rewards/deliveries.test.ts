import { describe, expect, test } from 'vitest'
import { lookAtDeliveries } from '#app/flow/rewards/deliveries.ts'
import { noteReview } from '#app/flow/rewards/reviews.ts'
import { DAY_MS } from '#app/domain/order.ts'
import { withShop } from '#app/outside/database.server.ts'
import { importAll, playShop } from '#tests/flow/sync/played.ts'
import { saveSurvey, switchSurvey } from '#app/flow/survey/save.ts'
import { later } from './issuing.ts'
import { startedFor, worked } from './granted.ts'
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

describe('for a survey that asks something after a delivery', () => {
  const both = (text: string) => ({ en: text, ko: '' })
  const choices = ['Yes', 'No'].map((text) => ({ id: 0, text: both(text) }))
  const question = { id: 0, text: both('Did it suit you?'), several: false, choices }
  const survey = {
    consent: both('Yes, keep my answers.'),
    questions: [{ ...question, when: 'after-delivery' as const }],
  }

  const asked = async () => {
    const { played, order, stored } = await ordered()
    const { shop, local } = played
    await withShop(shop, (tx) => tx.delivery.deleteMany({ where: { shop } }))
    await saveSurvey(shop, survey)
    await switchSurvey(shop, true)
    const watched = async () => {
      const rows = await withShop(shop, (tx) => tx.delivery.findMany({ where: { shop } }))
      return rows.map((row) => [String(row.order), row.until !== null])
    }
    return { played, shop, local, order, stored, watched, looks: () => local.shop.callsByName()['DeliveriesNow'] }
  }

  test('each customer’s newest order is looked after once it is switched on, and no reward is rung for', async () => {
    const { played, shop, local, order, stored, watched } = await asked()
    const owed = (kind: string) => withShop(shop, (tx) => tx.work.count({ where: { shop, kind } }))
    expect(await owed('look-at-deliveries')).toBe(1)
    local.happen.fulfil(order.id)
    local.happen.deliver(order.id)
    const rung = await owed('grant-customer')
    expect(await lookAtDeliveries(shop, HELD)).toEqual({ againInMs: 6 * 3_600_000 })
    expect([await watched(), await stored()]).toEqual([[[String(order.id), true]], [true, true]])
    expect(await owed('grant-customer')).toBe(rung)
    // Orders that come later are found at a later look.
    later(played, 7 * 3_600_000)
    expect(await lookAtDeliveries(shop, HELD)).toEqual({ againInMs: 6 * 3_600_000 })
  })

  test('none is asked of once it must have come, once thirty days have passed, or once the survey is off', async () => {
    const { played, shop, local, order, stored, looks } = await asked()
    await lookAtDeliveries(shop, HELD)
    await switchSurvey(shop, false)
    later(played, 7 * 3_600_000)
    expect([await lookAtDeliveries(shop, HELD), looks()]).toEqual([undefined, 1])
    await switchSurvey(shop, true)
    local.happen.fulfil(order.id)
    await lookAtDeliveries(shop, HELD)
    expect([await stored(), looks()]).toEqual([[true, false], 2])
    later(played, 6 * DAY_MS)
    await lookAtDeliveries(shop, HELD)
    expect(looks()).toBe(2)
  })

  test('an order that a reward waits for as well is looked after as long as the reward wants', async () => {
    const { shop, order, watched } = await asked()
    await lookAtDeliveries(shop, HELD)
    const at = new Date(order.processedAt)
    await withShop(shop, (tx) =>
      tx.order.updateMany({ where: { shop, id: BigInt(order.id) }, data: { processedAt: at } }),
    )
    await startedFor(shop, { conditions: [{ kind: 'delivered', days: 3 }], what: { kind: 'credit', amountMinor: 500 } })
    await withShop(shop, (tx) =>
      tx.reward.updateMany({ where: { shop }, data: { startedAt: new Date(at.getTime() - DAY_MS) } }),
    )
    await worked(shop, String(order.customerId))
    expect(await watched()).toEqual([[String(order.id), false]])
  })
})

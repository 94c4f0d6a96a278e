import { describe, expect, test } from 'vitest'

import { withShop } from '#app/outside/database.server.ts'
import type { World } from '#tests/shop/world.ts'

import { type LiveShop, playLiveShop } from './live.ts'
import { storedRows } from './played.ts'

function fill(world: World): void {
  const balm = world.addProduct({ title: 'Balm', sku: 'BALM', priceMinor: 1500 })
  const soap = world.addProduct({ title: 'Soap', sku: 'SOAP', priceMinor: 900 })
  const [minsu, jia] = [world.addCustomer({ tags: ['VIP'] }), world.addCustomer()]
  for (const { id } of [minsu, jia])
    world.addOrder({ customerId: id, lines: [{ productId: balm.id }, { productId: soap.id, quantity: 2 }] })
}

type Row = Record<string, unknown>

async function stored(live: LiveShop) {
  const { customers, orders, lines } = (await storedRows(live.shop)) as Record<string, Row[]>
  return { customers: customers!, orders: orders!, lines: lines! }
}

/** Whether what is stored is what a fresh import of the same shop would store. */
async function expectTruth(live: LiveShop): Promise<void> {
  const { world } = live
  const { customers, orders, lines } = await stored(live)
  expect(customers.map(({ id }) => id)).toEqual([...world.customers.keys()].sort((a, b) => a - b))
  expect(orders.map(({ id }) => id)).toEqual([...world.orders.keys()].sort((a, b) => a - b))
  for (const row of orders) {
    const order = world.orders.get(row['id'] as number)!
    expect(row).toMatchObject({
      customer: order.customerId,
      financialStatus: order.financialStatus,
      refundedMinor: order.refunds.reduce((sum, { minor }) => sum + minor, 0),
      currentQuantity: order.lines.reduce((sum, line) => sum + line.currentQuantity, 0),
    })
    expect(row['cancelledAt'] === null).toBe(order.cancelledAt === null)
    expect(lines.filter((line) => line['order'] === order.id).map(({ id }) => id)).toEqual(
      order.lines.map(({ id }) => id),
    )
  }
  for (const row of customers) {
    const customer = world.customers.get(row['id'] as number)!
    expect(row).toMatchObject({ tags: [...customer.tags].sort(), smsConsent: customer.smsConsent ?? null })
  }
}

const ids = (world: World) => ({
  customers: [...world.customers.keys()],
  orders: [...world.orders.keys()],
  products: [...world.products.keys()],
})

describe('from a webhook to rows, through the route and the worker:', () => {
  test('a purchase of somebody whom the shop knew', async () => {
    const live = await playLiveShop(fill)
    const { customers, products } = ids(live.world)
    live.calls()
    live.local.shop.happen.buy({ customerId: customers[0]!, lines: [{ productId: products[0]!, quantity: 1 }] })
    await live.settle()
    await expectTruth(live)
    expect(live.owed).toEqual([`recompute-customer ${customers[0]}`])
    expect(live.calls()).toEqual(['OrderById'])
  })

  test('the first purchase of somebody new, and one of a guest', async () => {
    const live = await playLiveShop(fill)
    const { products } = ids(live.world)
    live.calls()
    const { happen } = live.local.shop
    const order = happen.buy({ newCustomer: {}, lines: [{ productId: products[0]!, quantity: 3 }] })
    happen.buy({ lines: [{ productId: products[1]!, quantity: 1 }] })
    await live.settle()
    await expectTruth(live)
    expect(live.owed).toEqual([`recompute-customer ${order.customerId}`])
    expect(live.calls()).toEqual(['OrderById', 'OrderById'])
  })

  test('an edit, a refund and a cancellation', async () => {
    const live = await playLiveShop(fill)
    const { customers, orders, products } = ids(live.world)
    const { happen } = live.local.shop
    const line = live.world.orders.get(orders[0]!)!.lines[0]!
    happen.edit(orders[0]!, {
      quantities: [{ lineId: line.id, quantity: 0 }],
      add: [{ productId: products[1]!, quantity: 4 }],
    })
    await live.settle()
    await expectTruth(live)
    live.later()
    happen.refund(orders[1]!, { minor: 500 })
    await live.settle()
    await expectTruth(live)
    live.later()
    happen.cancel(orders[0]!)
    await live.settle()
    await expectTruth(live)
    const [first, second] = customers.map((id) => `recompute-customer ${id}`)
    expect(live.owed).toEqual([first, second, first])
  })

  test('an order that is deleted is gone with its lines, and a late event does not bring it back', async () => {
    const live = await playLiveShop(fill)
    const { customers, orders } = ids(live.world)
    const { happen, played } = live.local.shop
    const late = { id: orders[0], admin_graphql_api_id: `gid://shopify/Order/${orders[0]}` }
    happen.deleteOrder(orders[0]!)
    await live.settle()
    await expectTruth(live)
    expect(live.owed).toEqual([`recompute-customer ${customers[0]}`])
    for (const updated_at of ['2026-01-01T00:00:00+09:00', '2030-01-01T00:00:00Z']) {
      await played.webhooks.send('orders/updated', { ...late, updated_at })
      await live.settle()
      await expectTruth(live)
    }
    expect(live.owed).toHaveLength(1)
  })

  test('a customer who is created, changed and deleted', async () => {
    const live = await playLiveShop(fill)
    const { happen } = live.local.shop
    const { id } = happen.createCustomer({ tags: ['wholesale'] })
    await live.settle()
    await expectTruth(live)
    expect(live.owed).toEqual([`recompute-customer ${id}`])
    live.later()
    happen.changeTags(id, { add: ['press'], remove: ['wholesale'] })
    await live.settle()
    await expectTruth(live)
    expect(live.owed.slice(1)).toEqual([`publish-customer ${id}`])
    happen.deleteCustomer(id)
    await live.settle()
    await expectTruth(live)
    expect(live.owed.slice(2)).toEqual([`recompute-customer ${id}`])
  })

  test('consent that is given and withdrawn', async () => {
    const live = await playLiveShop(fill)
    const { customers } = ids(live.world)
    const consentOf = async () => {
      const row = (await stored(live)).customers.find(({ id }) => id === customers[0])!
      const on = (field: string) => Date.parse(row[field] as string)
      return [row['emailConsent'], row['smsConsent'], on('emailConsentAt'), on('smsConsentAt')]
    }
    for (const state of ['SUBSCRIBED', 'UNSUBSCRIBED']) {
      const at = Math.floor(live.world.now() / 1000) * 1000
      live.local.shop.happen.changeConsent(customers[0]!, { email: state, sms: state })
      await live.settle()
      expect(await consentOf()).toEqual([state, state, at, at])
      live.later()
    }
    expect(live.owed).toEqual([])
    // An import brings the same dates.
    await expectTruth(live)
  })

  test('two customers who are merged into one', async () => {
    const live = await playLiveShop(fill)
    const { customers } = ids(live.world)
    live.local.shop.happen.mergeCustomers(customers[0]!, customers[1]!)
    await live.settle()
    await expectTruth(live)
    // What was said of the one who goes comes first: it is forgotten with them.
    const carried = `carry-over ${customers[1]}`
    expect(live.owed[0]).toBe(carried)
    expect(new Set(live.owed)).toEqual(new Set([carried, ...customers.map((id) => `recompute-customer ${id}`)]))
  })

  test('an order that is given to another customer moves both', async () => {
    const live = await playLiveShop(fill)
    const { customers, orders } = ids(live.world)
    const order = live.world.orders.get(orders[0]!)!
    order.customerId = customers[1]!
    live.local.shop.happen.refund(order.id, { minor: 1 })
    await live.settle()
    expect((await stored(live)).orders.map(({ customer }) => customer)).toEqual([customers[1], customers[1]])
    expect(live.owed.sort()).toEqual(customers.map((id) => `recompute-customer ${id}`).sort())
  })
})

test('events that are repeated, late, or about what nobody knows cost no more than one look each', async () => {
  const live = await playLiveShop(fill)
  const { orders } = ids(live.world)
  const before = await stored(live)
  const { webhooks } = live.local.shop.played
  live.calls()
  for (let times = 0; times < 3; times++)
    await webhooks.send('orders/updated', {
      id: orders[0],
      admin_graphql_api_id: `gid://shopify/Order/${orders[0]}`,
      updated_at: `2026-01-0${times + 1}T00:00:00Z`,
    })
  await live.settle()
  expect(live.calls()).toEqual([])
  await webhooks.send('orders/updated', { id: 5, admin_graphql_api_id: 'gid://shopify/Order/5' })
  await webhooks.send('customers/delete', { id: 6, admin_graphql_api_id: 'gid://shopify/Customer/6' })
  await live.settle()
  expect(live.calls().sort()).toEqual(['CustomerById', 'OrderById'])
  expect(await stored(live)).toEqual(before)
  expect(live.owed).toEqual([])
})

test('what we wrote ourselves is known by its echo', async () => {
  const live = await playLiveShop(fill)
  const { customers } = ids(live.world)
  const { shop, world, local } = live
  const customer = world.customers.get(customers[0]!)!
  await withShop(shop, async (tx) => {
    const echoAt = new Date(Math.floor(world.now() / 1000) * 1000 + 2000)
    await tx.ledger.create({ data: { shop, customer: BigInt(customer.id), tags: [], writtenAt: echoAt, echoAt } })
  })
  live.calls()
  local.shop.happen.changeTags(customer.id, { add: ['seg:new'] })
  local.shop.happen.changeTags(customer.id, { remove: ['seg:new'] })
  await live.settle()
  expect(live.calls()).toEqual([])
})

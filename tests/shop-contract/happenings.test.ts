// What fires when something happens in the shop, and what the world is afterwards.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { enumOf, TOPICS } from '#tests/shop/topics.ts'
import { World } from '#tests/shop/world.ts'
import type { WorldProduct } from '#tests/shop/products.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'

let shop: TestShop
let world: World
let product: WorldProduct
let customer: WorldCustomer
let heard: { topic: string; event: string; body: Record<string, never> }[]

beforeEach(async () => {
  world = new World({ timezone: 'America/New_York' })
  product = world.addProduct({ priceMinor: 1000 })
  customer = world.addCustomer({ createdAt: 1_600_000_000_000 })
  shop = await startLocalShop({ world, scopes: ['read_orders', 'read_customer_merge', 'write_customers'] })
  heard = []
  const { webhooks } = shop.shop.played
  webhooks.deliver = async (request) => {
    const [topic, event] = ['x-shopify-topic', 'x-shopify-event-id'].map((name) => request.headers.get(name)!)
    heard.push({ topic: topic!, event: event!, body: (await request.json()) as Record<string, never> })
    return new Response()
  }
  webhooks.subscriptions.made = Object.keys(TOPICS).map((topic, at) => ({
    id: at + 1,
    topic,
    uri: '/webhooks',
    fields: null,
    name: null,
    filter: null,
    metafieldNamespaces: [],
    createdAt: 0,
    updatedAt: 0,
  }))
  for (const topic of Object.keys(TOPICS)) webhooks.subscriptions.lost.add(topic)
})

afterEach(() => shop.stop())

async function topics(): Promise<string[]> {
  await shop.happen.delivered()
  return heard
    .splice(0)
    .map(({ topic }) => topic)
    .sort()
}

async function bodyOf(topic: string): Promise<Record<string, unknown>> {
  await shop.happen.delivered()
  return heard.find((one) => one.topic === topic)!.body
}

const goods = (quantity = 1) => [{ productId: product.id, quantity }]
const OF_A_SALE = ['customers/purchasing_summary', 'customers/update', 'orders/create', 'orders/paid', 'orders/updated']

describe('a sale', () => {
  test('tells of the order, the customer and the sum of their purchases, as one event', async () => {
    const before = customer.updatedAt
    const order = shop.happen.buy({ customerId: customer.id, lines: goods(2) })
    await shop.happen.delivered()
    expect(new Set(heard.map(({ event }) => event)).size).toBe(1)
    expect(await bodyOf('orders/create')).toMatchObject({
      id: order.id,
      admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    })
    expect(await bodyOf('customers/purchasing_summary')).toMatchObject({
      customerId: `gid://shopify/Customer/${customer.id}`,
      numberOfOrders: 1,
      amountSpent: { amount: '20.00', currencyCode: 'USD' },
      lastOrderId: `gid://shopify/Order/${order.id}`,
    })
    expect(await topics()).toEqual(OF_A_SALE)
    expect(customer.updatedAt).toBeGreaterThan(before)
  })

  test('to somebody new makes the customer too, and to a guest makes none', async () => {
    const order = shop.happen.buy({ newCustomer: { firstName: 'Ada' }, lines: goods() })
    expect(world.customers.get(order.customerId!)!.firstName).toBe('Ada')
    expect(await topics()).toEqual(['customers/create', ...OF_A_SALE])
    shop.happen.buy({ lines: goods() })
    expect(await topics()).toEqual(['orders/create', 'orders/paid', 'orders/updated'])
  })

  test('through the storefront’s own checkout tells the same', async () => {
    const { origin } = shop
    const cart = `shop_cart=${product.id}x1; shop_customer=${customer.id}`
    const answer = await fetch(`${origin}/storefront/buy`, {
      method: 'POST',
      headers: { cookie: cart, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'code=',
      redirect: 'manual',
    })
    expect(answer.status).toBe(303)
    expect(await topics()).toEqual(OF_A_SALE)
  })
})

describe('an order', () => {
  let id: number
  let line: number

  beforeEach(async () => {
    const order = world.addOrder({
      customerId: customer.id,
      createdAt: 1_600_000_000_000,
      lines: [{ productId: product.id, quantity: 3 }],
    })
    id = order.id
    line = order.lines[0]!.id
  })

  test('is refunded in part, then whole, and never beyond', async () => {
    const order = shop.happen.refund(id, { lines: [{ lineId: line, quantity: 1 }] })
    expect(order).toMatchObject({ financialStatus: 'PARTIALLY_REFUNDED', refunds: [{ minor: 1000 }] })
    expect(order.lines[0]).toMatchObject({ quantity: 3, currentQuantity: 2 })
    expect(order.updatedAt).toBeGreaterThan(order.createdAt)
    expect(await bodyOf('refunds/create')).toMatchObject({ order_id: id })
    expect(await topics()).toEqual(['customers/purchasing_summary', 'orders/updated', 'refunds/create'])
    expect(() => shop.happen.refund(id, { minor: 2001 })).toThrow('2000 left')
    expect(shop.happen.refund(id)).toMatchObject({
      financialStatus: 'REFUNDED',
      refunds: [{ minor: 1000 }, { minor: 2000 }],
    })
  })

  test('is edited: what was ordered stays, what is current changes', async () => {
    const order = shop.happen.edit(id, { quantities: [{ lineId: line, quantity: 1 }], add: goods(5) })
    expect(order.lines).toMatchObject([
      { quantity: 3, currentQuantity: 1 },
      { quantity: 5, unitMinor: 1000 },
    ])
    expect(await bodyOf('orders/edited')).toMatchObject({
      order_edit: { order_id: id, line_items: { additions: [{ delta: 5 }], removals: [{ id: line, delta: 2 }] } },
    })
    expect(await topics()).toEqual(['customers/purchasing_summary', 'orders/edited', 'orders/updated'])
  })

  test('is cancelled with its money given back, or without', async () => {
    expect(shop.happen.cancel(id)).toMatchObject({
      financialStatus: 'REFUNDED',
      cancelledAt: expect.any(Number) as number,
    })
    expect(await topics()).toEqual([
      'customers/purchasing_summary',
      'orders/cancelled',
      'orders/updated',
      'refunds/create',
    ])
    const other = world.addOrder({ lines: [{ unitMinor: 100 }] })
    expect(shop.happen.cancel(other.id, { refund: false })).toMatchObject({ financialStatus: 'PAID', refunds: [] })
    expect(await topics()).toEqual(['orders/cancelled', 'orders/updated'])
  })

  test('is deleted, with nothing but its id in the message', async () => {
    shop.happen.deleteOrder(id)
    expect(await bodyOf('orders/delete')).toEqual({ id })
    expect(world.ordersOf(customer.id)).toEqual([])
    expect(await topics()).toEqual(['customers/purchasing_summary', 'orders/delete'])
  })
})

describe('a customer', () => {
  test('is created, changed and deleted; one who ordered cannot be deleted', async () => {
    const other = shop.happen.createCustomer({ tags: ['vip'] })
    shop.happen.updateCustomer(other.id, { lastName: 'Byron' })
    shop.happen.deleteCustomer(other.id)
    expect(await topics()).toEqual(['customers/create', 'customers/delete', 'customers/update'])
    world.addOrder({ customerId: customer.id })
    expect(() => shop.happen.deleteCustomer(customer.id)).toThrow('has orders')
  })

  test('is merged into another: orders and tags move, the other is gone', async () => {
    const other = world.addCustomer({ tags: ['vip', 'Old'] })
    customer.tags = ['old']
    const order = world.addOrder({ customerId: other.id, updatedAt: 1_600_000_000_000 })
    shop.happen.mergeCustomers(customer.id, other.id)
    expect(order).toMatchObject({ customerId: customer.id, updatedAt: 1_600_000_000_000 })
    expect(world.ordersOf(customer.id)).toEqual([order])
    expect(customer.tags).toEqual(['old', 'vip'])
    expect(world.customers.has(other.id)).toBe(false)
    expect(await bodyOf('customers/merge')).toMatchObject({
      admin_graphql_api_customer_kept_id: `gid://shopify/Customer/${customer.id}`,
      admin_graphql_api_customer_deleted_id: `gid://shopify/Customer/${other.id}`,
    })
    expect(await topics()).toEqual(['customers/merge', 'customers/purchasing_summary', 'customers/update'])
  })

  test('is tagged by another hand, and loses tags by it', async () => {
    customer.tags = ['vip']
    shop.happen.changeTags(customer.id, { add: ['new', 'VIP'] })
    expect(await bodyOf('customer.tags_added')).toMatchObject({
      customerId: `gid://shopify/Customer/${customer.id}`,
      tags: ['new'],
    })
    expect(await topics()).toEqual(['customer.tags_added', 'customers/update'])
    shop.happen.changeTags(customer.id, { remove: ['Vip'] })
    expect(await bodyOf('customer.tags_removed')).toMatchObject({ tags: ['vip'] })
    expect(customer.tags).toEqual(['new'])
    await topics()
    shop.happen.changeTags(customer.id, { remove: ['absent'] })
    expect(await topics()).toEqual([])
  })

  test('changes what they agreed to', async () => {
    shop.happen.changeConsent(customer.id, { email: 'SUBSCRIBED', sms: 'UNSUBSCRIBED' })
    expect(await bodyOf('customers_email_marketing_consent/update')).toMatchObject({
      customer_id: customer.id,
      email_marketing_consent: { state: 'subscribed' },
    })
    expect(await bodyOf('customers_marketing_consent/update')).toMatchObject({
      id: customer.id,
      sms_marketing_consent: { state: 'unsubscribed' },
    })
    expect(await topics()).toEqual([
      'customers/update',
      'customers_email_marketing_consent/update',
      'customers_marketing_consent/update',
    ])
  })
})

describe('what the app itself writes', () => {
  const TAGS = `mutation Tags($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { userErrors { message } } }`
  const SET = `mutation Set($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { userErrors { message } } }`

  test('comes back as an echo, and writing the same again is silent', async () => {
    const id = `gid://shopify/Customer/${customer.id}`
    await shop.admin(TAGS, { id, tags: ['seg:new'] })
    expect(await topics()).toEqual(['customer.tags_added', 'customers/update'])
    await shop.admin(TAGS, { id, tags: ['seg:new'] })
    expect(await topics()).toEqual([])
    await shop.admin(TAGS.replace('tagsAdd', 'tagsRemove'), { id, tags: ['seg:new'] })
    expect(await topics()).toEqual(['customer.tags_removed', 'customers/update'])
    const metafields = [{ ownerId: id, namespace: '$app:x', key: 'state', type: 'json', value: '{"v":1}' }]
    await shop.admin(SET, { metafields })
    await shop.admin(SET, { metafields })
    expect(await topics()).toEqual(['customers/update'])
  })
})

describe('who hears', () => {
  test('nobody, of a topic whose scope is not granted', async () => {
    await shop.shop.changeScopes(['read_orders', 'read_customers'])
    await topics()
    shop.happen.mergeCustomers(customer.id, world.addCustomer().id)
    expect(await topics()).toEqual(['customers/purchasing_summary', 'customers/update'])
  })

  test('a removed app hears nothing but what the law asks for, until it is installed again', async () => {
    shop.shop.played.webhooks.subscriptions.lost.clear()
    await shop.shop.uninstall()
    expect((await topics()).filter((topic) => topic !== 'app/uninstalled')).toEqual([])
    shop.happen.updateCustomer(customer.id)
    await shop.shop.redactCustomer(customer.id)
    expect(await topics()).toEqual(['customers/redact'])
    await shop.install()
    expect(shop.shop.played.webhooks.subscriptions.isInstalled).toBe(true)
  })
})

test('a time in a message is the shop’s own, in whole seconds', async () => {
  customer.createdAt = Date.parse('2026-01-01T00:00:00.987Z')
  shop.happen.updateCustomer(customer.id)
  expect((await bodyOf('customers/update'))['created_at']).toBe('2025-12-31T19:00:00-05:00')
})

test('every topic played is one of Shopify’s', () => {
  const { schema } = shop.shop.played.admin
  const known = schema.getType('WebhookSubscriptionTopic') as unknown as { getValues(): { name: string }[] }
  const names = new Set(known.getValues().map(({ name }) => name))
  const missing = Object.keys(TOPICS).filter((topic) => !names.has(enumOf(topic)))
  expect(missing).toEqual(['customers/data_request', 'customers/redact', 'shop/redact'])
})

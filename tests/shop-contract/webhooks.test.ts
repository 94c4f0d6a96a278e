// How webhooks travel: fields, debouncing, retries, faults by seed, and what becomes of subscriptions.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appConfig } from '#tests/shop/subscriptions.ts'
import { retryWaits } from '#tests/shop/webhooks.ts'
import { World } from '#tests/shop/world.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { startLocalShop, type LocalShopOptions, type TestShop } from '#tests/support/local-shop.ts'

const ALL_SCOPES = ['read_orders', 'read_all_orders', 'read_customers', 'read_customer_merge', 'write_customers']
const CREATE = `mutation Create($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id } userErrors { message } } }`

type Arrival = { topic: string; webhookId: string; eventId: string; body: string; headers: Record<string, string> }

let shop: TestShop
let world: World
let customer: WorldCustomer
let arrivals: Arrival[]
let status: number

async function start(options: LocalShopOptions = {}): Promise<void> {
  world = new World()
  customer = world.addCustomer({ createdAt: 1_600_000_000_000 })
  shop = await startLocalShop({ world, scopes: ALL_SCOPES, webhookRetryOverMs: 100, ...options })
  arrivals = []
  status = 200
  shop.shop.played.webhooks.deliver = async (request) => {
    const headers = Object.fromEntries(request.headers)
    arrivals.push({
      topic: headers['x-shopify-topic']!,
      webhookId: headers['x-shopify-webhook-id']!,
      eventId: headers['x-shopify-event-id']!,
      body: await request.text(),
      headers,
    })
    return new Response(null, { status })
  }
}

/** Only what a test asks for is subscribed to, not what the app happens to want. */
async function subscribe(topic: string, includeFields?: string[]): Promise<void> {
  for (const { topic: own } of appConfig().subscriptions) shop.shop.played.webhooks.subscriptions.lost.add(own)
  const uri = 'https://app.example.com/webhooks'
  const { data } = await shop.admin(CREATE, {
    topic,
    webhookSubscription: { uri, ...(includeFields ? { includeFields } : {}) },
  })
  expect(data!['webhookSubscriptionCreate']).toMatchObject({ userErrors: [] })
}

/** A file of variables, uploaded as an app does; answers its path. */
async function upload(lines: string): Promise<string> {
  const input = [
    { resource: 'BULK_MUTATION_VARIABLES', filename: 'x.jsonl', mimeType: 'text/jsonl', httpMethod: 'POST' },
  ]
  const { data } = await shop.admin(
    'mutation Stage($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) { stagedTargets { url parameters { name value } } } }',
    { input },
  )
  type Target = { url: string; parameters: { name: string; value: string }[] }
  const [target] = (data!['stagedUploadsCreate'] as { stagedTargets: Target[] }).stagedTargets
  const form = new FormData()
  for (const { name, value } of target!.parameters) form.append(name, value)
  form.append('file', new Blob([lines]), 'x.jsonl')
  expect((await fetch(target!.url, { method: 'POST', body: form })).ok).toBe(true)
  return target!.parameters.find(({ name }) => name === 'key')!.value
}

beforeEach(() => start())
afterEach(() => shop.stop())

describe('the fields of a payload', () => {
  test('are those that were asked for, nested ones too', async () => {
    await subscribe('ORDERS_UPDATED', ['id', 'line_items.id', 'customer.updated_at', 'absent'])
    const order = world.addOrder({ customerId: customer.id, lines: [{}] })
    shop.happen.refund(order.id)
    await shop.happen.delivered()
    const [line] = order.lines
    expect(JSON.parse(arrivals[0]!.body)).toEqual({
      id: order.id,
      line_items: [{ id: line!.id }],
      customer: { updated_at: expect.any(String) as string },
    })
  })

  test('that shopify.app.toml names are in what Shopify sends of that topic', async () => {
    const product = world.addProduct()
    const { happen } = shop
    const other = happen.createCustomer({ tags: ['x'] })
    const bought = { customerId: customer.id, lines: [{ productId: product.id, quantity: 2 }] }
    const order = happen.buy(bought)
    happen.edit(order.id, { add: bought.lines })
    happen.refund(order.id, { minor: 1 })
    happen.cancel(order.id)
    happen.changeTags(other.id, { remove: ['x'], add: ['y'] })
    happen.changeConsent(other.id, { email: 'SUBSCRIBED', sms: 'SUBSCRIBED' })
    happen.mergeCustomers(other.id, customer.id)
    happen.deleteOrder(order.id)
    happen.deleteCustomer(other.id)
    await happen.delivered()
    const { subscriptions } = appConfig()
    for (const { topic, fields } of subscriptions.filter((one) => one.fields !== null)) {
      const seen = arrivals.filter((one) => one.topic === topic)
      expect(seen.length, topic).toBeGreaterThan(0)
      for (const field of fields!) {
        const value = field
          .split('.')
          .reduce((at: unknown, key) => (at as Record<string, unknown>)?.[key], JSON.parse(seen[0]!.body))
        expect(value, `${topic} ${field}`).toBeDefined()
      }
    }
  })
})

describe('the same body again', () => {
  const twice = async () => {
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    return arrivals.length
  }

  test('is not sent for a while to who asked for chosen fields, unless one of them changes', async () => {
    await subscribe('CUSTOMERS_UPDATE', ['id'])
    expect(await twice()).toBe(1)
    expect(shop.shop.played.webhooks.debounced).toHaveLength(1)
    world.advance(1)
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    expect(arrivals).toHaveLength(2)
  })

  test('is sent when debouncing is off, and to who asked for all fields', async () => {
    shop.faults.webhooks.debounceMs = 0
    await subscribe('CUSTOMERS_UPDATE', ['id'])
    expect(await twice()).toBe(2)
    await shop.stop()
    await start()
    await subscribe('CUSTOMERS_UPDATE')
    expect(await twice()).toBe(2)
  })
})

describe('a delivery that is not taken', () => {
  test('is tried 8 times more in doubling waits over four hours, in the same words', async () => {
    const waits = retryWaits(4 * 3_600_000)
    expect(waits).toHaveLength(8)
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeCloseTo(4 * 3_600_000)
    for (const [at, wait] of waits.slice(1).entries()) expect(wait / waits[at]!).toBeCloseTo(2)
    await subscribe('CUSTOMERS_UPDATE')
    status = 503
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    expect(arrivals).toHaveLength(9)
    expect(new Set(arrivals.map(({ headers, body }) => JSON.stringify([headers, body]))).size).toBe(1)
    expect(shop.shop.played.webhooks.sent[0]).toMatchObject({ delivered: false, attempts: Array<number>(9).fill(503) })
  })

  test('costs a subscription that was made through the API, and no other', async () => {
    await subscribe('CUSTOMERS_UPDATE')
    const { subscriptions } = shop.shop.played.webhooks
    subscriptions.lost.clear()
    status = 500
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    expect(subscriptions.made).toEqual([])
    arrivals.length = 0
    status = 200
    world.advance(1)
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    const written = appConfig().subscriptions.filter(({ topic }) => topic === 'customers/update')
    expect(arrivals).toHaveLength(written.length)
  })

  test('because it is redirected counts as not taken', async () => {
    await subscribe('CUSTOMERS_UPDATE')
    status = 302
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    expect(arrivals).toHaveLength(9)
  })
})

describe('two subscriptions of one topic', () => {
  test('both hear, under one event and two webhook ids', async () => {
    await subscribe('CUSTOMERS_UPDATE')
    const uri = 'https://app.example.com/other'
    await shop.admin(CREATE, { topic: 'CUSTOMERS_UPDATE', webhookSubscription: { uri, name: 'second' } })
    shop.happen.updateCustomer(customer.id)
    await shop.happen.delivered()
    expect(arrivals).toHaveLength(2)
    expect(new Set(arrivals.map(({ eventId }) => eventId)).size).toBe(1)
    expect(new Set(arrivals.map(({ webhookId }) => webhookId)).size).toBe(2)
    expect(arrivals.map(({ headers }) => headers['x-shopify-name'])).toEqual([undefined, 'second'])
  })
})

describe('what the app writes in bulk', () => {
  test('echoes as single calls do', async () => {
    await subscribe('CUSTOMER_TAGS_ADDED')
    const line = JSON.stringify({ id: `gid://shopify/Customer/${customer.id}`, tags: ['seg:new'] })
    const target = await upload(`${line}\n`)
    const mutation =
      'mutation Add($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { userErrors { message } } }'
    await shop.admin(
      'mutation Run($mutation: String!, $path: String!) { bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) { userErrors { message } } }',
      { mutation, path: target },
    )
    await shop.shop.played.bulk.idle()
    await shop.happen.delivered()
    expect(arrivals.map(({ topic }) => topic)).toEqual(['customer.tags_added'])
    expect(JSON.parse(arrivals[0]!.body)).toMatchObject({ tags: ['seg:new'] })
  })
})

describe('faults by seed', () => {
  async function fates(faults: object): Promise<{ arrived: string[]; ids: string[] }> {
    await shop.stop()
    await start({ faults: { webhooks: { debounceMs: 0, ...faults } } })
    await subscribe('CUSTOMERS_CREATE')
    const ids: string[] = []
    for (let at = 0; at < 200; at += 1) ids.push(String(shop.happen.createCustomer().id))
    await shop.happen.delivered()
    return { arrived: arrivals.map(({ body }) => String((JSON.parse(body) as { id: number }).id)), ids }
  }

  test('lose, repeat and shuffle deliveries, the same ones for the same seed', async () => {
    const lost = await fates({ dropShare: 0.1, seed: 'a' })
    expect(lost.arrived.length).toBeGreaterThan(160)
    expect(lost.arrived.length).toBeLessThan(195)
    expect(await fates({ dropShare: 0.1, seed: 'a' })).toEqual(lost)
    expect((await fates({ dropShare: 0.1, seed: 'b' })).arrived).not.toEqual(lost.arrived)

    const repeated = await fates({ repeatShare: 0.1 })
    expect(new Set(repeated.arrived)).toEqual(new Set(repeated.ids))
    expect(repeated.arrived.length).toBeGreaterThan(205)
    expect(new Set(arrivals.map(({ webhookId }) => webhookId)).size).toBe(200)

    const shuffled = await fates({ shuffle: 20 })
    expect(shuffled.arrived).not.toEqual(shuffled.ids)
    expect(shuffled.arrived.toSorted()).toEqual(shuffled.ids.toSorted())
  })

  test('hold deliveries back without losing them', async () => {
    const { arrived, ids } = await fates({ delayShare: 0.5, delayUpToMs: 30 })
    expect(arrived).not.toEqual(ids)
    expect(arrived.toSorted()).toEqual(ids.toSorted())
  })

  test('take a subscription of shopify.app.toml away until it is there again', async () => {
    const { subscriptions } = shop.shop.played.webhooks
    const { topic } = appConfig().subscriptions.find((one) => one.topic === 'app/scopes_update')!
    subscriptions.lost.add(topic)
    await shop.shop.takeScopes('read_all_orders')
    expect(arrivals).toEqual([])
    subscriptions.lost.clear()
    await shop.shop.grantScopes('read_all_orders')
    expect(arrivals.map((one) => one.topic)).toEqual([topic])
    expect(JSON.parse(arrivals[0]!.body)).toMatchObject({
      current: expect.arrayContaining(['read_all_orders']) as string[],
    })
  })
})

test('a topic that is not played is refused by its name when shopify.app.toml asks for it', () => {
  const toml = readFileSync(new URL('../../shopify.app.toml', import.meta.url), 'utf8')
  expect(() => appConfig(toml.replace('"app/uninstalled"', '"carts/update"'))).toThrow('carts/update')
})

describe('without read_all_orders', () => {
  beforeEach(async () => {
    await shop.stop()
    await start({ scopes: undefined, withoutScopes: ['read_all_orders'] })
    const old = world.addOrder({ customerId: customer.id, createdAt: world.now() - 61 * 86_400_000 })
    world.addOrder({ customerId: world.addCustomer().id })
    world.addOrder({ customerId: customer.id, createdAt: world.now() - 400 * 86_400_000 })
    expect(old.id).toBe([...world.orders.keys()][0])
  })

  const LOOK = `query Look($order: ID!, $customer: ID!) {
    order(id: $order) { id } node(id: $order) { id } ordersCount { count }
    orders(first: 5) { nodes { id } }
    customer(id: $customer) { numberOfOrders lastOrder { id } orders(first: 5) { nodes { id } } }
  }`
  const look = async () => {
    const order = `gid://shopify/Order/${[...world.orders.keys()][0]}`
    return (await shop.admin(LOOK, { order, customer: `gid://shopify/Customer/${customer.id}` })).data
  }

  test('orders of more than 60 days are on no road, while their number counts them', async () => {
    expect(await look()).toEqual({
      order: null,
      node: null,
      ordersCount: { count: 1 },
      orders: { nodes: [{ id: expect.any(String) as string }] },
      customer: { numberOfOrders: '2', lastOrder: null, orders: { nodes: [] } },
    })
  })

  test('they are in no bulk file', async () => {
    const query = '{ orders { edges { node { id } } } }'
    await shop.admin(`mutation { bulkOperationRunQuery(query: "${query}") { userErrors { message } } }`)
    await shop.shop.played.bulk.idle()
    expect(shop.shop.played.bulk.all()[0]).toMatchObject({ status: 'COMPLETED', objectCount: 1 })
  })

  test('they are there as soon as Shopify grants it, and tokens already out may see them', async () => {
    const { accessToken } = await shop.install()
    await shop.shop.grantScopes('read_all_orders')
    const answer = await fetch(`https://${world.shop.domain}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': accessToken },
      body: JSON.stringify({ query: '{ ordersCount { count } currentAppInstallation { accessScopes { handle } } }' }),
    })
    const { data } = (await answer.json()) as {
      data: { ordersCount: { count: number }; currentAppInstallation: object }
    }
    expect(data.ordersCount.count).toBe(3)
    expect(data.currentAppInstallation).toMatchObject({
      accessScopes: expect.arrayContaining([{ handle: 'read_all_orders' }]) as object[],
    })
  })
})

describe('counting calls', () => {
  test('by name, in points, and how many were throttled', async () => {
    shop.shop.forgetCalls()
    await shop.admin('query Name { shop { name } }')
    shop.faults.throttledNext = 1
    await shop.admin('query Name { shop { name } }')
    expect(shop.shop.callsByName()).toEqual({ Name: 2 })
    expect(shop.shop.callsInAll()).toEqual({ calls: 2, points: 1, throttledShare: 0.5 })
  })

  test.each([
    ['basic', 100],
    ['advanced', 200],
    ['plus', 1000],
    ['enterprise', 2000],
  ] as const)('on a %s plan the bucket gets back %i points a second', async (plan, restoreRate) => {
    await shop.stop()
    await start({ plan })
    const { extensions } = await shop.admin('{ shop { name } }')
    expect(extensions).toMatchObject({ cost: { throttleStatus: { restoreRate, maximumAvailable: restoreRate * 20 } } })
  })

  test('what a directive leaves out costs nothing', async () => {
    const query = `query Look($all: Boolean!) { shop { name } customers(first: 250) @include(if: $all) { nodes { id } } }`
    expect((await shop.admin(query, { all: false })).extensions?.cost?.requestedQueryCost).toBe(1)
    expect((await shop.admin(query, { all: true })).extensions?.cost?.requestedQueryCost).toBe(14)
  })
})

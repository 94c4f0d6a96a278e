// Delivery, returns and reviews: what the Admin API shows of them, what rings, and Shopify Flow running an action of the app.
// The request of an action is held against Shopify's own library.
// https://shopify.dev/docs/apps/build/flow/actions/endpoints
import { createServer, type Server } from 'node:http'
import { shopifyApi, type Shopify } from '@shopify/shopify-api'
import '@shopify/shopify-api/adapters/node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { actionsIn } from '#tests/shop/flow-actions.ts'
import { close, listen } from '#tests/shop/server.ts'
import { World, type WorldOrder } from '#tests/shop/world.ts'
import { startLocalShop, TEST_API_KEY, TEST_API_SECRET, type TestShop } from '#tests/support/local-shop.ts'

let shop: TestShop
let order: WorldOrder
let app: Server | null = null

const SCOPES = ['read_orders', 'read_all_orders', 'read_customers', 'read_products', 'read_fulfillments']

async function start(appUrl?: string): Promise<void> {
  const world = new World({ currency: 'KRW' })
  const cream = world.addProduct({ priceMinor: 36_000 })
  const balm = world.addProduct({ priceMinor: 9000 })
  shop = await startLocalShop({ world, scopes: SCOPES, ...(appUrl === undefined ? {} : { appUrl }) })
  order = world.addOrder({
    customerId: world.addCustomer().id,
    lines: [
      { productId: cream.id, quantity: 2 },
      { productId: balm.id, quantity: 1 },
    ],
  })
}

beforeEach(() => start())

afterEach(async () => {
  await shop.stop()
  if (app) await close(app)
  app = null
})

const READ = `query Read($id: ID!) { order(id: $id) { displayFulfillmentStatus
  fulfillments(first: 5) { name status displayStatus createdAt deliveredAt totalQuantity
    events(first: 5) { nodes { status happenedAt } }
    fulfillmentLineItems(first: 5) { nodes { quantity lineItem { id } } } }
  refunds(first: 5) { totalRefundedSet { shopMoney { amount } }
    refundLineItems(first: 5) { nodes { quantity lineItem { id } subtotalSet { shopMoney { amount } } } } } } }`

type Read = {
  displayFulfillmentStatus: string
  fulfillments: { deliveredAt: string | null; [key: string]: unknown }[]
  refunds: object[]
}

async function read(): Promise<Read> {
  const { data, errors } = await shop.admin(READ, { id: `gid://shopify/Order/${order.id}` })
  expect(errors).toBeUndefined()
  return data!['order'] as Read
}

describe('an order that is sent', () => {
  test('in two parcels: each has a time of delivery only when it arrived', async () => {
    expect((await read()).displayFulfillmentStatus).toBe('UNFULFILLED')
    shop.happen.fulfil(order.id, [{ lineId: order.lines[0]!.id, quantity: 1 }])
    expect((await read()).displayFulfillmentStatus).toBe('PARTIALLY_FULFILLED')
    shop.happen.deliver(order.id, 'IN_TRANSIT')
    const [first] = (await read()).fulfillments
    expect(first).toMatchObject({ name: `${order.name}-F1`, displayStatus: 'IN_TRANSIT', deliveredAt: null })
    shop.world.advance(3)
    shop.happen.deliver(order.id)
    shop.happen.fulfil(order.id)
    const { displayFulfillmentStatus, fulfillments } = await read()
    expect(displayFulfillmentStatus).toBe('FULFILLED')
    expect(fulfillments.map((one) => [one['displayStatus'], one['totalQuantity'], one.deliveredAt !== null])).toEqual([
      ['DELIVERED', 1, true],
      ['FULFILLED', 2, false],
    ])
    const { deliveredAt, createdAt } = fulfillments[0]!
    expect(Date.parse(deliveredAt!) - Date.parse(String(createdAt))).toBeGreaterThanOrEqual(3 * 86_400_000 - 1000)
    expect(() => shop.happen.fulfil(order.id)).toThrow('Nothing of order')
  })

  test('an order moves when it is sent; the word of the carrier moves only the parcel', () => {
    const before = order.updatedAt
    shop.world.advance(1)
    shop.happen.fulfil(order.id)
    const sent = order.updatedAt
    expect(sent).toBeGreaterThan(before)
    shop.world.advance(1)
    const [parcel] = shop.happen.deliver(order.id)
    expect(order.updatedAt).toBe(sent)
    expect(parcel!.updatedAt).toBeGreaterThan(sent)
  })

  test('rings what an app subscribes to', async () => {
    const heard: string[] = []
    shop.shop.played.webhooks.deliver = (request) => {
      heard.push(request.headers.get('x-shopify-topic')!)
      return Promise.resolve(new Response())
    }
    const CREATE = `mutation Create($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
      webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) { userErrors { message } } }`
    for (const topic of ['FULFILLMENTS_CREATE', 'FULFILLMENTS_UPDATE', 'FULFILLMENT_EVENTS_CREATE'])
      await shop.admin(CREATE, { topic, webhookSubscription: { uri: 'https://app.example.com/webhooks' } })
    shop.happen.fulfil(order.id)
    shop.happen.deliver(order.id)
    await shop.happen.delivered()
    const wanted = heard.filter((topic) => topic.startsWith('fulfillment'))
    expect(wanted.sort()).toEqual(['fulfillment_events/create', 'fulfillments/create', 'fulfillments/update'])
  })

  test('and sent back: the refund names the lines and what they had cost', async () => {
    shop.happen.fulfil(order.id)
    shop.happen.return(order.id, [{ lineId: order.lines[0]!.id, quantity: 1 }])
    expect((await read()).refunds).toEqual([
      {
        totalRefundedSet: { shopMoney: { amount: '36000.0' } },
        refundLineItems: {
          nodes: [
            {
              quantity: 1,
              lineItem: { id: `gid://shopify/LineItem/${order.lines[0]!.id}` },
              subtotalSet: { shopMoney: { amount: '36000.0' } },
            },
          ],
        },
      },
    ])
    expect(order.financialStatus).toBe('PARTIALLY_REFUNDED')
    shop.happen.return(order.id)
    expect(order.financialStatus).toBe('REFUNDED')
    expect(order.lines.map(({ currentQuantity }) => currentQuantity)).toEqual([0, 0])
  })
})

const EXTENSION = `
[[extensions]]
type = "flow_action"
name = "Review written"
handle = "review-written"
runtime_url = "https://example.com/flow/review-written"
[settings]
[[settings.fields]]
type = "customer_reference"
required = true
[[settings.fields]]
type = "product_reference"
[[settings.fields]]
type = "number_decimal"
key = "rating"
required = true
[[settings.fields]]
type = "single_line_text_field"
key = "review_id"
required = true
[[settings.fields]]
type = "single_line_text_field"
key = "shop_language"
`

describe('a review', () => {
  type Heard = { url: string; body: string; headers: Record<string, string> }
  let heard: Heard[]
  let statuses: number[]
  let library: Shopify

  beforeEach(async () => {
    await shop.stop()
    heard = []
    statuses = []
    app = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const headers = request.headers as Record<string, string>
        heard.push({ url: request.url!, body: Buffer.concat(chunks).toString('utf8'), headers })
        response.writeHead(statuses.shift() ?? 200).end()
      })
    })
    await start(await listen(app, 0))
    shop.shop.flowActions.actions = actionsIn(EXTENSION)
    library = shopifyApi({
      apiKey: TEST_API_KEY,
      apiSecretKey: TEST_API_SECRET,
      hostName: 'app.example.com',
      apiVersion: '2026-10' as never,
      isEmbeddedApp: true,
    })
  })

  test('reaches the app as a run of its own Flow action, signed so that Shopify’s library takes it', async () => {
    const [productId] = [...shop.world.products.keys()]
    const run = await shop.happen.review(order.customerId!, productId!, 2.5, { review_id: 'judge-77' })
    expect(run).toMatchObject({ status: 200, tries: 1 })
    const { url, body, headers } = heard[0]!
    expect(url).toBe('/flow/review-written')
    const rawRequest = { method: 'POST', headers, url } as never
    expect(await library.flow.validate({ rawBody: body, rawRequest })).toEqual({ valid: true })
    expect(await library.flow.validate({ rawBody: `${body} `, rawRequest })).toMatchObject({ valid: false })
    expect(JSON.parse(body)).toEqual({
      shop_id: expect.stringMatching(/^\d+$/),
      shopify_domain: shop.world.shop.domain,
      action_run_id: run.actionRunId,
      action_definition_id: 'review-written',
      handle: 'review-written',
      properties: {
        customer_id: String(order.customerId),
        product_id: String(productId),
        rating: '2.5',
        review_id: 'judge-77',
      },
    })
  })

  test('comes again with the same run id until it is taken, and never after a refusal', async () => {
    const [productId] = [...shop.world.products.keys()]
    statuses = [503, 202, 429, 200]
    const taken = await shop.happen.review(order.customerId!, productId!, 5)
    expect(taken).toMatchObject({ status: 200, tries: 4 })
    expect(new Set(heard.map(({ body }) => body)).size).toBe(1)
    statuses = [422]
    expect(await shop.happen.review(order.customerId!, productId!, 5)).toMatchObject({ status: 422, tries: 1 })
  })

  test('is an error that names what is missing: the action, a customer, a product', async () => {
    const [productId] = [...shop.world.products.keys()]
    await expect(shop.happen.review(1, productId!, 5)).rejects.toThrow('No customer 1')
    await expect(shop.happen.review(order.customerId!, 1, 5)).rejects.toThrow('No product 1')
    shop.shop.flowActions.actions = []
    await expect(shop.happen.review(order.customerId!, productId!, 5)).rejects.toThrow('"review-written"')
  })
})

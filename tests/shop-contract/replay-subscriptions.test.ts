// Replays recorded answers about webhook subscriptions and Flow triggers.
// Recordings (2026-04): webhook-subscription-conformance, webhook-subscription-uri-validation,
// webhook-subscription-uri-whitespace, admin-platform-flow-trigger-receive-property-size-boundary.
// Knowingly different: an address on this machine needs no https; Pub/Sub, EventBridge, filters and `body` are not played.
// Most of these recordings leave their queries out, so ours ask for what the answers hold.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FlowTriggers } from '#tests/shop/flow-triggers.ts'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'
import { callsOf, haveRecordings, recordings, type Recorded } from './recordings.ts'

let shop: TestShop

beforeEach(async () => {
  shop = await startLocalShop()
})

afterEach(() => shop.stop())

const FIELDS = `id topic format includeFields metafieldNamespaces filter createdAt updatedAt
  endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl } }`
const CREATE = `mutation Create($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { ${FIELDS} } userErrors { field message } } }`
const UPDATE = `mutation Update($id: ID!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhookSubscription) {
    webhookSubscription { ${FIELDS} } userErrors { field message } } }`
const DELETE = `mutation Delete($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }`
const READ = `query Read($id: ID!) { webhookSubscription(id: $id) { ${FIELDS} } }`

const QUERIES: Record<string, string> = {
  webhookSubscriptionCreate: CREATE,
  webhookSubscriptionUpdate: UPDATE,
  webhookSubscriptionDelete: DELETE,
  webhookSubscription: READ,
}

function plain(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/Subscription\/\d+/g, 'Subscription/N')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'T')
}

/** Recorded with one of the roots above as its only answer, and with nothing that is not played. */
function isPlayed({ response, variables }: Recorded): boolean {
  const [root, ...more] = Object.keys(response.data ?? {})
  return (
    root !== undefined &&
    more.length === 0 &&
    root in QUERIES &&
    !/pubsub|customer_id:/.test(JSON.stringify({ variables, response }))
  )
}

type Made = { webhookSubscriptionCreate?: { webhookSubscription: { id: string } | null } }

describe.skipIf(!haveRecordings)('webhook subscriptions, as a real shop kept them', () => {
  test.each([
    ['webhook-subscription-conformance.json', 16],
    ['webhook-subscription-uri-whitespace.json', 3],
  ])('%s', async (file, atLeast) => {
    const ours = new Map<string, string>()
    let played = 0
    for (const call of callsOf(`2026-04/webhooks/${file}`).filter(isPlayed)) {
      const root = Object.keys(call.response.data!)[0]!
      const theirId = String(call.variables['id'])
      if ('id' in call.variables && !ours.has(theirId)) continue
      const mine = await shop.admin(QUERIES[root]!, { ...call.variables, id: ours.get(theirId) })
      expect(plain(mine.data), call.at).toBe(plain(call.response.data))
      const [their, my] = [call.response.data, mine.data].map(
        (data) => (data as Made).webhookSubscriptionCreate?.webhookSubscription?.id,
      )
      if (their !== undefined && my !== undefined) ours.set(their, my)
      played += 1
    }
    expect(played).toBeGreaterThanOrEqual(atLeast)
  })

  test.each([
    ['http://example.com/hook', 'createHttpUriRejected'],
    ['https://local-shop.myshopify.com/hook', 'createShopifyDomainRejected'],
    ['https://localhost/hook', 'createInternalDomainRejected'],
  ])('an address like %s is refused in the recorded words', async (uri, name) => {
    const [call] = callsOf('2026-04/webhooks/webhook-subscription-uri-validation.json')
    const mine = await shop.admin(CREATE, { topic: 'SHOP_UPDATE', webhookSubscription: { uri } })
    expect(mine.data!['webhookSubscriptionCreate']).toEqual(call!.response.data![name])
  })

  test('one that does not exist is said not to', async () => {
    const call = callsOf('2026-04/webhooks/webhook-subscription-conformance.json').find(
      ({ at }) => at === '/validation',
    )!
    const id = 'gid://shopify/WebhookSubscription/999999999999'
    const mine = await shop.admin(UPDATE, { id, webhookSubscription: { uri: 'https://example.com' } })
    expect(mine.data!['webhookSubscriptionUpdate']).toEqual(call.response.data!['updateUnknown'])
    expect((await shop.admin(DELETE, { id })).data!['webhookSubscriptionDelete']).toEqual(
      call.response.data!['deleteUnknown'],
    )
  })
})

describe('webhook subscriptions', () => {
  test('list only what was made through the API, by topic', async () => {
    const uri = 'https://example.com/webhooks'
    for (const topic of ['ORDERS_CREATE', 'CUSTOMER_TAGS_REMOVED'])
      await shop.admin(CREATE, { topic, webhookSubscription: { uri } })
    const answer = await shop.admin(
      '{ webhookSubscriptions(first: 9, topics: [CUSTOMER_TAGS_REMOVED]) { nodes { topic uri } } webhookSubscriptionsCount { count } }',
    )
    expect(answer.data).toEqual({
      webhookSubscriptions: { nodes: [{ topic: 'CUSTOMER_TAGS_REMOVED', uri }] },
      webhookSubscriptionsCount: { count: 2 },
    })
  })
})

const RECEIVE = `mutation Receive($handle: String, $payload: JSON) {
  flowTriggerReceive(handle: $handle, payload: $payload) { userErrors { field message } }
}`

async function start(handle: string, payload: object): Promise<{ field: string[]; message: string }[]> {
  const { data } = await shop.admin(RECEIVE, { handle, payload })
  return (data!['flowTriggerReceive'] as { userErrors: [] }).userErrors
}

describe('a Flow trigger', () => {
  test.skipIf(!haveRecordings)('of a handle nobody made is refused in the recorded words, for one point', async () => {
    const path = '2026-04/admin-platform/admin-platform-flow-trigger-receive-property-size-boundary.json'
    const response = flowRecording(path)
    expect(await start('missing-flow-trigger-handle', { value: 'x' })).toEqual(
      response['nearLimitHandlePayload']!.userErrors,
    )
    const large = response['oversizedBodyProperties']!.userErrors
    expect(await start('missing-flow-trigger-handle', { value: 'x'.repeat(50_001) })).toEqual(large)
    const { extensions } = await shop.admin(RECEIVE, { handle: 'x', payload: {} })
    expect(extensions?.cost?.requestedQueryCost).toBe(1)
  })

  test('takes the keys that the extension names, of their types, and no other', () => {
    const fields = [
      { key: 'customer_id', isNumber: true },
      { key: 'to', isNumber: false },
    ]
    const flow = new FlowTriggers(new Map([['moved', fields]]))
    expect(flow.start('moved', { customer_id: 1, to: 'new' }, 0)).toBeNull()
    expect(flow.start('moved', { customer_id: '1', to: 'new' }, 0)).toContain("'customer_id'")
    expect(flow.start('moved', { customer_id: 1 }, 0)).toContain("'to' is missing")
    expect(flow.start('moved', { customer_id: 1, to: 'new', more: 'x' }, 0)).toContain("'more' is unknown")
    flow.isInstalled = false
    expect(flow.start('moved', { customer_id: 1, to: 'new' }, 0)).toContain('not installed')
    expect(flow.received).toEqual([{ handle: 'moved', payload: { customer_id: 1, to: 'new' }, at: 0 }])
  })

  test('of the app is the one that its extension defines', async () => {
    expect(await start('segment-changed', {})).toEqual([
      { field: ['body'], message: expect.stringContaining('is missing') as string },
    ])
  })
})

function flowRecording(path: string): Record<string, { userErrors: { field: string[]; message: string }[] }> {
  const [, file] = [...recordings()].find(([name]) => name.endsWith(path))!
  return (file as { result: { payload: { data: never } } }).result.payload.data
}

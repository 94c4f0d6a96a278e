import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { FIELDS, LISTS } from '#tests/shop/admin/registry.ts'
import { close, listen } from '#tests/shop/server.ts'
import { rfmGroupOf } from '#tests/shop/shopify-words.ts'
import { Bucket } from '#tests/shop/throttle.ts'
import { World } from '#tests/shop/world.ts'
import { startLocalShop, TEST_API_KEY, TEST_API_SECRET, type TestShop } from '#tests/support/local-shop.ts'

let shop: TestShop | null = null

afterEach(async () => {
  await shop?.stop()
  shop = null
})

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

test('its page names every root that it plays, and no other', async () => {
  const page = await readFile(new URL('../shop/README.md', import.meta.url), 'utf8')
  const named = page.slice(page.indexOf('Played roots:'), page.indexOf('A webhook topic in'))
  const roots = [...named.matchAll(/`(\w+)(\(s\))?`/g)].flatMap(([, root, isBoth]) =>
    isBoth === undefined ? [root!] : [root!, `${root!}s`],
  )
  const played = [FIELDS.QueryRoot, LISTS.QueryRoot, FIELDS.Mutation].flatMap((each) => Object.keys(each ?? {}))
  expect(roots.sort()).toEqual(played.sort())
})

test('its page draws the borders of Shopify’s groups where it draws them', async () => {
  const page = await readFile(new URL('../shop/README.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| ([1-5]) +((?:\| [A-Z_]+ +)+)\|$/gm)]
  const drawn = rows.map(([, recency, groups]) => [Number(recency), ...groups!.match(/[A-Z_]+/g)!])
  expect(drawn).toEqual(
    [5, 4, 3, 2, 1].map((recency) => [recency, ...[4, 3.5, 2.5, 1.5].map((mean) => rfmGroupOf(recency, mean))]),
  )
})

function tokenUrl(): string {
  return `https://${shop!.world.shop.domain}/admin/oauth/access_token`
}

async function refresh(refreshToken: string): Promise<{ status: number; refreshToken: string; accessToken: string }> {
  const response = await post(tokenUrl(), {
    client_id: TEST_API_KEY,
    client_secret: TEST_API_SECRET,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  })
  const body = (await response.json()) as Record<string, string>
  return { status: response.status, refreshToken: body['refresh_token']!, accessToken: body['access_token']! }
}

async function ask(token: string, query: string): Promise<Response> {
  return await post(
    `https://${shop!.world.shop.domain}/admin/api/2026-10/graphql.json`,
    { query },
    { 'x-shopify-access-token': token },
  )
}

describe('the token endpoint', () => {
  test('keeps a refresh token good until the one that replaced it is used', async () => {
    shop = await startLocalShop()
    const { refreshToken } = await shop.install()
    const lost = await refresh(refreshToken)
    const again = await refresh(refreshToken)
    expect([lost.status, again.status]).toEqual([200, 200])
    expect((await refresh(lost.refreshToken)).status).toBe(400)
    expect((await refresh(again.refreshToken)).status).toBe(200)
    expect((await refresh(refreshToken)).status).toBe(400)
  })

  test('refuses a session token of another app, another shop or another time', async () => {
    shop = await startLocalShop()
    for (const wrong of [{ aud: 'other' }, { dest: 'https://other.myshopify.com' }, { exp: 1 }]) {
      const response = await post(tokenUrl(), {
        client_id: TEST_API_KEY,
        client_secret: TEST_API_SECRET,
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: shop.shop.sessionToken(wrong),
        requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
        expiring: '1',
      })
      expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_subject_token' }])
    }
  })

  test('access tokens end by time and by uninstalling', async () => {
    shop = await startLocalShop()
    const { accessToken, refreshToken } = await shop.install()
    expect((await ask(accessToken, '{ shop { id } }')).status).toBe(200)
    shop.shop.played.tokens.expireAll()
    expect((await ask(accessToken, '{ shop { id } }')).status).toBe(401)
    const renewed = await refresh(refreshToken)
    expect((await ask(renewed.accessToken, '{ shop { id } }')).status).toBe(200)
    await shop.shop.uninstall()
    expect((await ask(renewed.accessToken, '{ shop { id } }')).status).toBe(401)
    expect((await refresh(renewed.refreshToken)).status).toBe(400)
  })
})

describe('the Admin API', () => {
  test('throttles by a leaky bucket, and says when there will be room', () => {
    let clock = 0
    const bucket = new Bucket('basic', () => clock)
    expect(bucket.status()).toEqual({ maximumAvailable: 2000, currentlyAvailable: 2000, restoreRate: 100 })
    expect([bucket.take(1990), bucket.take(11)]).toEqual([true, false])
    clock = 1000
    expect([bucket.take(11), bucket.status().currentlyAvailable]).toEqual([true, 99])
  })

  test('answers THROTTLED with the cost and changes nothing', async () => {
    shop = await startLocalShop({ faults: { throttledNext: 1 } })
    const answer = await shop.admin('{ shop { id } }')
    expect(answer.errors?.[0]?.extensions?.code).toBe('THROTTLED')
    expect(answer.extensions?.cost).toMatchObject({ requestedQueryCost: 1, actualQueryCost: null })
    expect((await shop.admin('{ shop { id } }')).errors).toBeUndefined()
  })

  test('refuses one query above 1000 points', async () => {
    shop = await startLocalShop()
    const lines = 'lineItems(first: 250) { nodes { product { id } variant { product { id } } } }'
    const answer = await shop.admin(`{ orders(first: 250) { nodes { a: ${lines} b: ${lines} c: ${lines} } } }`)
    expect(answer.errors?.[0]?.extensions?.code).toBe('MAX_COST_EXCEEDED')
  })

  test('names what it does not play instead of inventing an answer', async () => {
    shop = await startLocalShop()
    const answer = await shop.admin('{ catalogs(first: 1) { nodes { id } } }')
    expect(answer.errors?.[0]?.message).toBe('The local shop does not play QueryRoot.catalogs yet')
  })

  test('hides names, e-mails, phones and addresses from an app without level 2', async () => {
    const world = new World()
    world.addCustomer({ email: 'ada@example.com' })
    shop = await startLocalShop({ world })
    const answer = await shop.admin('{ customers(first: 1) { nodes { id email } } }')
    expect(answer.data).toEqual({ customers: { nodes: [{ id: expect.any(String), email: null }] } })
    expect(answer.errors?.[0]?.extensions?.code).toBe('ACCESS_DENIED')
  })

  test('shows only the last 60 days of orders without read_all_orders', async () => {
    const world = new World()
    world.addOrder({ processedAt: world.now() - 61 * 86_400_000 })
    world.addOrder()
    shop = await startLocalShop({ world, scopes: ['read_orders'] })
    expect((await shop.admin('{ ordersCount { count } }')).data).toEqual({ ordersCount: { count: 1 } })
  })

  test('pages through everything once while new orders arrive', async () => {
    const world = new World()
    for (let at = 0; at < 25; at += 1) world.addOrder({ updatedAt: 1_700_000_000_000 + (at % 5) })
    shop = await startLocalShop({ world })
    const seen: string[] = []
    let after: string | null = null
    do {
      const answer = await shop.admin(
        'query($after: String) { orders(first: 4, after: $after, sortKey: UPDATED_AT) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        { after },
      )
      const page = answer.data!['orders'] as {
        nodes: { id: string }[]
        pageInfo: { hasNextPage: boolean; endCursor: string }
      }
      seen.push(...page.nodes.map(({ id }) => id))
      after = page.pageInfo.hasNextPage && seen.length < 60 ? page.pageInfo.endCursor : null
      if (seen.length < 20) world.addOrder()
    } while (after !== null)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe(world.orders.size)
  })
})

const BULK = `mutation Run($query: String!) {
  bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { message } }
}`
const ORDERS = '{ orders { edges { node { id lineItems { edges { node { id } } } } } } }'

async function bulkFile(world: World): Promise<string> {
  shop = await startLocalShop({ world })
  await shop.admin(BULK, { query: ORDERS })
  await shop.shop.played.bulk.idle()
  return shop.shop.played.bulk.all()[0]!.url!
}

function someOrders(): World {
  const world = new World()
  for (let at = 0; at < 150; at += 1) world.addOrder({ lines: [{ unitMinor: 100 }, { unitMinor: 200 }] })
  return world
}

describe('a bulk file', () => {
  test('has every child after its parent, and the counts that were promised', async () => {
    const url = await bulkFile(someOrders())
    const text = await (await fetch(url)).text()
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; __parentId?: string })
    const seen = new Set<string>()
    for (const row of rows) {
      if (row.__parentId !== undefined) expect(seen.has(row.__parentId)).toBe(true)
      seen.add(row.id)
    }
    expect(shop!.shop.played.bulk.all()[0]).toMatchObject({ objectCount: rows.length, rootObjectCount: 150 })
  })

  test('can be resumed from a byte, unless it changed meanwhile', async () => {
    const url = await bulkFile(someOrders())
    const whole = await fetch(url)
    const text = await whole.text()
    const etag = whole.headers.get('etag')!
    const rest = await fetch(url, { headers: { range: 'bytes=100-', 'if-range': etag } })
    expect([rest.status, await rest.text()]).toEqual([206, text.slice(100)])
    const changed = await fetch(url, { headers: { range: 'bytes=100-', 'if-range': '"other"' } })
    expect([changed.status, await changed.text()]).toEqual([200, text])
    expect((await fetch(url, { headers: { range: `bytes=${text.length}-` } })).status).toBe(416)
  })

  test('can be cut short, reset, forbidden and too old', async () => {
    const url = await bulkFile(someOrders())
    const { file } = shop!.faults
    Object.assign(file, { truncateAt: 500, times: 1 })
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow()
    Object.assign(file, { truncateAt: null, resetAt: 500, times: 1 })
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow()
    file.forbiddenNext = 1
    expect((await fetch(url)).status).toBe(403)
    expect((await fetch(url)).status).toBe(200)
    shop!.world.advance(8)
    expect((await fetch(url)).status).toBe(400)
  })

  test('of a failed operation is partial and says so', async () => {
    shop = await startLocalShop({
      world: someOrders(),
      faults: { bulkFail: { times: 1, afterLines: 100, errorCode: 'INTERNAL_SERVER_ERROR' } },
    })
    await shop.admin(BULK, { query: ORDERS })
    await shop.shop.played.bulk.idle()
    const [operation] = shop.shop.played.bulk.all()
    expect(operation).toMatchObject({
      status: 'FAILED',
      errorCode: 'INTERNAL_SERVER_ERROR',
      url: null,
      objectCount: 100,
    })
    const text = await (await fetch(operation!.partialDataUrl!)).text()
    expect(text.trimEnd().split('\n')).toHaveLength(100)
  })
})

describe('webhooks', () => {
  test('are signed, named and sent again until they are taken', async () => {
    const taken: { headers: Record<string, unknown>; body: string }[] = []
    let refusals = 2
    const app = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        taken.push({ headers: request.headers, body })
        refusals -= 1
        response.writeHead(refusals >= 0 ? 503 : 200).end()
      })
    })
    const appUrl = await listen(app, 0)
    try {
      const world = new World()
      const customer = world.addCustomer()
      shop = await startLocalShop({ world, appUrl, webhookRetryOverMs: 500 })
      await shop.shop.redactCustomer(customer.id)
      expect(taken).toHaveLength(3)
      expect(new Set(taken.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(1)
      const { headers, body } = taken[0]!
      expect(headers['x-shopify-topic']).toBe('customers/redact')
      expect(headers['x-shopify-hmac-sha256']).toBe(createHmac('sha256', TEST_API_SECRET).update(body).digest('base64'))
      expect(JSON.parse(body)).toMatchObject({ shop_domain: world.shop.domain, customer: { id: customer.id } })
    } finally {
      await close(app)
    }
  })
})

describe('the preload', () => {
  const good = {
    SHOPIFY_API_KEY: 'local-x',
    SHOPIFY_APP_URL: 'http://127.0.0.1:1',
    DATABASE_URL: 'postgres://a@127.0.0.1/b',
    MORELLO_LOCAL_SHOP: 'http://127.0.0.1:2',
  }
  const start = (changed: Partial<typeof good>, script = '0') =>
    promisify(execFile)(process.execPath, ['--import', './tests/shop/redirect.ts', '-e', script], {
      env: { ...process.env, ...good, ...changed },
    })

  test.each([
    { SHOPIFY_API_KEY: 'real' },
    { SHOPIFY_APP_URL: 'https://app.example.com' },
    { DATABASE_URL: 'postgres://a@db.example.com/b' },
    { MORELLO_LOCAL_SHOP: 'https://shop.example.com' },
  ])('refuses to start with %o', async (changed) => {
    await expect(start(changed)).rejects.toThrow('refuses to start')
  })

  test('lets nothing leave this machine', async () => {
    const script = "fetch('https://example.com').catch((error) => console.log(error.message))"
    expect((await start({}, script)).stdout).toContain('refuses example.com')
  })

  test('lets no socket leave this machine either', async () => {
    await expect(start({}, "require('node:https').get('https://example.com')")).rejects.toThrow('refuses example.com')
  })

  test('reaches the local shop where the app calls Shopify', async () => {
    shop = await startLocalShop()
    const { accessToken } = await shop.install()
    const script = `fetch('https://${shop.world.shop.domain}/admin/api/2026-10/graphql.json', { method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': '${accessToken}' },
      body: JSON.stringify({ query: '{ shop { name } }' }) }).then((r) => r.text()).then(console.log)`
    expect((await start({ MORELLO_LOCAL_SHOP: shop.origin }, script)).stdout).toContain(shop.world.shop.name)
  })
})

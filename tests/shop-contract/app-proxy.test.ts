// The app's proxy on the played storefront, its signature held against Shopify's own library.
// https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { shopifyApi } from '@shopify/shopify-api'
import '@shopify/shopify-api/adapters/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { close, listen } from '#tests/shop/server.ts'
import { signedQuery } from '#tests/shop/storefront/app-proxy.ts'
import { World } from '#tests/shop/world.ts'
import { startLocalShop, TEST_API_KEY, TEST_API_SECRET, type TestShop } from '#tests/support/local-shop.ts'

const appProxy = { url: '/proxy', prefix: 'apps', subpath: 'morello' }
const library = shopifyApi({
  apiKey: TEST_API_KEY,
  apiSecretKey: TEST_API_SECRET,
  hostName: 'app.example.com',
  apiVersion: '2026-10' as never,
  isEmbeddedApp: true,
})

type Asked = { method: string; url: string; headers: IncomingMessage['headers']; body: string }

let app: Server
let shop: TestShop
let asked: Asked[]
let answer: (response: ServerResponse, request: IncomingMessage) => void

beforeEach(async () => {
  asked = []
  answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  app = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      asked.push({ method: request.method!, url: request.url!, headers: request.headers, body })
      answer(response, request)
    })
  })
  await start({ appProxy })
})

afterEach(async () => {
  await shop.stop()
  await close(app)
})

async function start(options: { appProxy?: typeof appProxy | null; scopes?: string[] }): Promise<void> {
  const appUrl = app.listening ? `http://127.0.0.1:${(app.address() as { port: number }).port}` : await listen(app, 0)
  const scopes = ['read_customers', 'write_app_proxy']
  shop = await startLocalShop({ world: new World(), appUrl, scopes, ...options })
}

type Seen = { status: number; headers: IncomingMessage['headers']; text: string }

/** As a browser asks: with headers that fetch would not send. */
function browse(
  path: string,
  { method = 'GET', body = '', headers = {} as Record<string, string> } = {},
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const outgoing = ask(`${shop.origin}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Every parameter, a doubled one as a list: what Shopify's library is given. */
function queryOf(url: string): Record<string, string> {
  const all: Record<string, string | string[]> = {}
  const { searchParams } = new URL(url, 'http://app')
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name)
    all[name] = values.length === 1 ? values[0]! : values
  }
  return all as Record<string, string>
}

const isSigned = (url: string) => library.utils.validateHmac(queryOf(url), { signator: 'appProxy' })

test('hands a path on with Shopify’s parameters, signed so that Shopify’s library takes them', async () => {
  const customer = shop.world.addCustomer()
  const cookie = `shop_customer=${customer.id}; other=1`
  const seen = await browse('/apps/morello/why/now?extra=1&extra=2&text=a%26b%20%ED%95%9C', { headers: { cookie } })
  expect([seen.status, seen.text]).toEqual([200, '{"ok":true}'])
  const { url, headers } = asked[0]!
  expect(url).toMatch(/^\/proxy\/why\/now\?extra=1&extra=2&text=/)
  expect(queryOf(url)).toMatchObject({
    extra: ['1', '2'],
    text: 'a&b 한',
    shop: shop.world.shop.domain,
    logged_in_customer_id: String(customer.id),
    path_prefix: '/apps/morello',
  })
  expect(await isSigned(url)).toBe(true)
  expect(await isSigned(url.replace('extra=2', 'extra=3'))).toBe(false)
  expect(headers).toMatchObject({ 'x-forwarded-host': shop.world.shop.domain })
  expect(headers['cookie']).toBeUndefined()
})

test('says nobody is signed in by an empty id, for a guest and for a cookie of somebody who is not there', async () => {
  await browse('/apps/morello')
  await browse('/apps/morello', { headers: { cookie: 'shop_customer=1' } })
  expect(asked.map(({ url }) => queryOf(url)['logged_in_customer_id'])).toEqual(['', ''])
  expect(asked[0]!.url).toMatch(/^\/proxy\?/)
})

test('the body and the method go on; cookies and what tells of the server do not come back', async () => {
  answer = (response) =>
    response
      .writeHead(201, {
        'content-type': 'application/json',
        'cache-control': 'private, no-store',
        'set-cookie': 'a=b',
        'x-powered-by': 'us',
        server: 'us',
        'x-own': 'kept',
      })
      .end('{}')
  const headers = { 'content-type': 'application/json' }
  const seen = await browse('/apps/morello/claim', { method: 'POST', body: '{"token":"x"}', headers })
  expect(asked[0]).toMatchObject({ method: 'POST', body: '{"token":"x"}' })
  expect(seen.status).toBe(201)
  expect(seen.headers).toMatchObject({ 'x-own': 'kept', 'cache-control': 'private, no-store' })
  for (const name of ['set-cookie', 'x-powered-by', 'server']) expect(seen.headers[name]).toBeUndefined()
})

test('follows a redirect inside the app, and shows HTML when the app is down', async () => {
  answer = (response, request) =>
    request.url!.startsWith('/proxy/old')
      ? response.writeHead(302, { location: '/proxy/new' }).end()
      : response.writeHead(200, { 'content-type': 'text/plain' }).end('new')
  expect((await browse('/apps/morello/old')).text).toBe('new')
  await close(app)
  const down = await browse('/apps/morello/old')
  expect([down.status, down.headers['content-type']]).toEqual([502, 'text/html; charset=utf-8'])
  app = createServer()
  await listen(app, 0)
})

test.each([
  ['appended', ['evil.myshopify.com', 'shop.myshopify.com']],
  ['overridden', 'shop.myshopify.com'],
  ['joined', 'evil.myshopify.com,shop.myshopify.com'],
] as const)('a shopper’s own shop parameter is %s, and signed like that', async (doubled, expected) => {
  const query = signedQuery('shop=evil.myshopify.com&signature=mine', {
    shop: 'shop.myshopify.com',
    customerId: '',
    pathPrefix: '/apps/morello',
    at: Date.now(),
    secret: TEST_API_SECRET,
    doubled,
  })
  const read = queryOf(`/proxy?${query}`)
  expect(read['shop']).toEqual(expected)
  expect(read['signature']).toMatch(/^[0-9a-f]{64}$/)
  if (doubled !== 'appended') expect(await isSigned(`/proxy?${query}`)).toBe(true)
})

test('is not there without its part of shopify.app.toml, without its scope, and elsewhere: the answer says which', async () => {
  expect((await browse('/apps/other/x')).text).toContain('/apps/morello')
  await shop.stop()
  await start({ appProxy: null })
  expect((await browse('/apps/morello')).text).toContain('no [app_proxy]')
  await shop.stop()
  await start({ appProxy, scopes: ['read_customers'] })
  expect((await browse('/apps/morello')).text).toContain('write_app_proxy')
  expect(asked).toEqual([])
})

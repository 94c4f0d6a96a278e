/** The web pixel as Shopify runs it: as a script in a worker that has no page. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PixelBatchShape } from '#app/domain/events.ts'
import type { PixelBatch } from '#app/domain/wire.ts'
import { pixelBundle, pixelToml } from '#tests/shop/web-pixel.ts'

type Consent = Record<'analyticsProcessingAllowed' | 'marketingAllowed', boolean>
const YES: Consent = { analyticsProcessingAllowed: true, marketingAllowed: true }
const NO: Consent = { analyticsProcessingAllowed: false, marketingAllowed: false }

let door: Server
let arrived: PixelBatch[]
let statuses: number[]
let worker: Worker | null
beforeEach(async () => {
  arrived = []
  statuses = []
  worker = null
  door = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      expect(request.headers['content-type']).toBe('text/plain')
      arrived.push(PixelBatchShape.parse(JSON.parse(body)))
      response.writeHead(statuses.shift() ?? 204).end()
    })
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await worker?.terminate()
  door.closeAllConnections()
  door.close()
})

/** What Shopify's sandbox gives a pixel, inside a worker of Node's: no document, no window, no storage. */
const SANDBOX = `
const { parentPort, workerData } = require('node:worker_threads')
const subscribed = {}
const subscribe = (name, call) => { (subscribed[name] ??= []).push(call) }
for (const name of ['document', 'window', 'localStorage', 'sessionStorage', 'navigator', 'process', 'require'])
  Object.defineProperty(globalThis, name, { get() { throw new Error('a pixel has no ' + name) }, configurable: true })
globalThis.shopify = {
  extend: (point, begin) => begin({ ...workerData.api, point, analytics: { subscribe }, customerPrivacy: { subscribe } }),
}
new Function(workerData.code)()
parentPort.on('message', ({ name, event }) => { for (const call of subscribed[name] ?? []) call(event) })
parentPort.postMessage(Object.keys(subscribed))
`

async function begin(consent: Consent | undefined, more: object = {}): Promise<string[]> {
  const api = {
    settings: { address: `http://127.0.0.1:${(door.address() as AddressInfo).port}/events`, key: 'the-key' },
    init: { data: { customer: { id: '71' } }, customerPrivacy: consent },
    ...more,
  }
  const begun = new Worker(SANDBOX, { eval: true, workerData: { code: await pixelBundle(pixelToml()!), api } })
  worker = begun
  return new Promise((resolve, reject) => begun.once('message', resolve).once('error', reject))
}

let made = 0
function publish(name: string, data: object = {}, search = ''): void {
  made += 1
  const context = { document: { location: { search, href: `https://shop/${search}` }, title: 'A secret title' } }
  const clientId = 'a-machine'
  const event = { id: `sh-0000-${made}`, name, timestamp: new Date().toISOString(), clientId, context, data }
  worker!.postMessage({ name, event })
}

const consents = (customerPrivacy: Consent) =>
  worker!.postMessage({ name: 'visitorConsentCollected', event: { customerPrivacy } })
const events = () => arrived.flatMap((batch) => batch.events)
const variant = { id: '1', product: { id: '9', title: 'Cream' } }

describe('the pixel in a worker without a page', () => {
  test('tells kinds, ids and times, together, and nothing that somebody typed or that names a machine', async () => {
    await begin(YES)
    publish('page_viewed', {}, '?a=1&mrl=goes-with')
    publish('product_viewed', { productVariant: variant })
    publish('search_submitted', { searchResult: { query: 'my secret' } })
    publish('product_added_to_cart', { cartLine: { merchandise: variant, quantity: 2 } })
    await expect.poll(() => events().length, { timeout: 20_000 }).toBe(4)
    expect(arrived).toHaveLength(1)
    expect(arrived[0]!.key).toBe('the-key')
    const told = { id: expect.any(String), at: expect.any(Number), customer: '71' }
    expect(events()).toEqual([
      { ...told, kind: 'page-viewed', reason: 'goes-with' },
      { ...told, kind: 'product-viewed', product: '9' },
      { ...told, kind: 'searched' },
      { ...told, kind: 'cart-added', product: '9' },
    ])
    expect(JSON.stringify(arrived)).not.toMatch(/secret|a-machine|Cream|https/)
  })

  test('knows who ordered from the checkout, where the page did not say', async () => {
    await begin(YES, { init: { data: { customer: null }, customerPrivacy: YES } })
    const order = { customer: { id: 'gid://shopify/Customer/82' } }
    publish('checkout_completed', { checkout: { order, email: 'a@b.c' } })
    await expect.poll(() => events(), { timeout: 20_000 }).toEqual([expect.objectContaining({ customer: '82' })])
    expect(JSON.stringify(arrived)).not.toContain('a@b.c')
  })

  test.each([
    ['nothing is allowed', NO],
    ['only analytics is', { ...NO, analyticsProcessingAllowed: true }],
    ['only marketing is', { ...NO, marketingAllowed: true }],
    ['nothing is known', undefined],
  ])('sends nothing where %s, and goes on from when it is', async (_, consent) => {
    await begin(consent)
    publish('page_viewed')
    publish('product_viewed', { productVariant: variant })
    consents(YES)
    publish('cart_viewed')
    await expect.poll(() => events().map(({ kind }) => kind), { timeout: 20_000 }).toEqual(['cart-viewed'])
  })

  test('sends nothing more once somebody has said no, nor what waited', async () => {
    await begin(YES)
    publish('page_viewed')
    consents(NO)
    publish('cart_viewed')
    consents(YES)
    publish('product_viewed', { productVariant: variant })
    await expect.poll(() => events().map(({ kind }) => kind), { timeout: 20_000 }).toEqual(['product-viewed'])
  })

  test('sends at most twenty at once, and all of them', async () => {
    await begin(YES)
    for (let i = 0; i < 45; i += 1) publish('page_viewed')
    await expect.poll(() => events().length, { timeout: 20_000 }).toBe(45)
    expect(Math.max(...arrived.map((batch) => batch.events.length))).toBe(20)
    expect(new Set(events().map(({ id }) => id)).size).toBe(45)
  })

  test('sends the same events under the same ids again where nobody knows whether they came, and not for ever', async () => {
    statuses = [503, 429, 503]
    await begin(YES)
    publish('page_viewed')
    await expect.poll(() => arrived.length, { timeout: 30_000 }).toBe(3)
    expect(new Set(events().map(({ id }) => id)).size).toBe(1)
    publish('cart_viewed')
    await expect.poll(() => events().at(-1)?.kind, { timeout: 20_000 }).toBe('cart-viewed')
    expect(arrived).toHaveLength(4)
  })

  test('does nothing in a shop that has not set it up', async () => {
    expect(await begin(YES, { settings: {} })).toEqual([])
  })
})

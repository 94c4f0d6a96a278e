import { randomBytes } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'

import type { VisitorOffers } from '#app/domain/wire.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { visitorDoor } from '#app/outside/visitor.server.ts'
import { makeToken, type TokenPurpose } from '#app/outside/visitor-token.server.ts'
import { loader } from '#app/routes/proxy.$.tsx'
import { claimable, grantsOf, offered } from '#tests/flow/rewards/offered.ts'
import { freshDomain, testShop } from '#tests/support/database.ts'
import { proxyParameters, proxyQuery } from '#tests/support/signed.ts'
import { timeIs } from '#tests/support/time.ts'
import { VISITOR_ROADS, arrival, read, type Asks } from '#tests/support/visitors.ts'

const door = visitorDoor(VISITOR_ROADS)
const ANNA = 71

let domain: string
let shop: ShopId
let start: number
beforeEach(async () => {
  domain = freshDomain()
  shop = await testShop(domain)
  start = Date.now()
})

const ask = async (name: string, asks: Asks = {}, of = domain) => read(await door(arrival(of, name, asks)))

async function offersOf(customer: number): Promise<VisitorOffers> {
  return (await ask('offers', { customer })) as unknown as VisitorOffers
}

const tokenFor = (purpose: TokenPurpose, customer: number, reward: number, at = Date.now(), of: number = shop) =>
  makeToken({ shop: of, customerId: String(customer), purpose }, reward, at)

test('5,000 tries with another customer’s id, wherever it may stand, show nothing of theirs', async () => {
  const reward = await claimable(shop)
  await offered(shop, reward, [ANNA], { offer: { state: 'open', code: 'CNRY-CODE', text: 'CNRY-HEADLINE' } })
  const strange = [ANNA, `gid://shopify/Customer/${ANNA}`, `0${ANNA}`, `${ANNA}.0`, [ANNA], { id: ANNA }]
  const deeds = ['claim', 'opt-out', 'seen', 'ask']
  const token = tokenFor('claim', ANNA, reward)
  let tries = 0
  for (let n = 0; tries < 5000; n++) {
    const attacker = n % 9 === 0 ? '' : String(10_000 + n)
    // A guest's minute, or a customer's, is soon used up.
    timeIs(start + n * 1000)
    const answers: Promise<Response>[] = []
    const send = (path: string, own: Record<string, string>, init: RequestInit = {}) => {
      tries += 1
      const at = start + n * 1000
      const query = proxyQuery({ ...own, ...proxyParameters(domain, attacker, at) })
      const request = new Request(`http://127.0.0.1:3000/proxy/${path}?${query}`, init)
      answers.push(loader({ request, params: {}, context: {} }))
    }
    const id = strange[n % strange.length]!
    const text = typeof id === 'object' ? JSON.stringify(id) : String(id)
    const headers = {
      cookie: `customer_id=${ANNA}; _shopify_customer=${ANNA}; logged_in_customer_id=${ANNA}`,
      'x-shopify-customer-id': String(ANNA),
      'x-forwarded-host': domain,
      'x-original-url': `/proxy/offers?logged_in_customer_id=${ANNA}`,
    }
    send('offers', {}, { headers })
    send('why', { reward: String(reward) }, { headers })
    send(`offers/${encodeURIComponent(text)}`, {}, { headers })
    send('offers', { customer_id: text }, { headers })
    send('offers', { customerId: text }, { headers })
    for (const name of deeds) {
      const body = JSON.stringify({
        token,
        reward,
        customer: id,
        customerId: id,
        logged_in_customer_id: id,
        kind: 'seen',
      })
      send(name, {}, { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } })
      const tokenOnly = JSON.stringify({ token })
      send(name, {}, { method: 'POST', body: tokenOnly, headers: { ...headers, 'content-type': 'application/json' } })
    }
    for (const answer of await Promise.all(answers)) {
      const said = `${await answer.text()} ${JSON.stringify([...answer.headers])}`
      expect(said).not.toMatch(/CNRY|"71"|:71\b/)
    }
  }
  expect(await grantsOf(shop, reward)).toEqual([])
  expect(await withShop(shop, (tx) => tx.offersOff.count({ where: { shop } }))).toBe(0)
  expect(JSON.stringify(await offersOf(ANNA))).toContain('CNRY-CODE')
})

/** A cache for all that stands before the shop, and does what RFC 9111 lets it do. */
function sharedCache(origin: (url: string, headers: Record<string, string>) => Promise<Response>) {
  const kept = new Map<string, { body: string; until: number }>()
  return {
    kept,
    async get(url: string, headers: Record<string, string>): Promise<string> {
      const known = kept.get(url)
      if (known) return known.body
      const answer = await origin(url, headers)
      const body = await answer.text()
      const control = answer.headers.get('cache-control') ?? ''
      // Without a word about it, an answer may be kept for as long as the cache thinks right.
      if (!/no-store|private|no-cache/.test(control)) kept.set(url, { body, until: Date.now() + 60_000 })
      return body
    },
  }
}

test('a cache for all, before the shop, keeps nothing of 10,000 answers and gives nobody another’s', async () => {
  const reward = await claimable(shop)
  const customers = Array.from({ length: 100 }, (_, n) => 500 + n)
  for (const customer of customers)
    await offered(shop, reward, [customer], { offer: { state: 'open', code: `CNRY-${customer}.` } })
  let who = ''
  let at = start
  // Shopify: takes the cookie's customer, adds its parameters to the shopper's own, signs.
  const storefront = (url: string, headers: Record<string, string>) => {
    const { pathname, searchParams } = new URL(url, 'https://shop.example')
    const own = [...searchParams].filter(([name]) => name !== 'signature')
    const query = proxyQuery([...own, ...Object.entries(proxyParameters(domain, who, at))])
    const request = new Request(`http://127.0.0.1:3000${pathname.replace('/apps/morello', '/proxy')}?${query}`, {
      headers,
    })
    return loader({ request, params: {}, context: {} })
  }
  const cache = sharedCache(storefront)
  const urls = (n: number) => [
    '/apps/morello/offers',
    `/apps/morello/offers?utm_source=${n % 7}`,
    '/apps/morello/offers/x.css',
    '/apps/morello/offers;x.js',
    '/apps/morello//offers',
    '/apps/morello/%6fffers',
    '/apps/morello/offers%2e%2e/why',
    `/apps/morello/why?reward=${reward}`,
    `/apps/morello/offers?${Array.from({ length: 50 }, (_, key) => `k${key}=${n}`).join('&')}`,
    `/apps/morello/offers?shop=two.myshopify.com&logged_in_customer_id=${customers[0]}`,
  ]
  let leaks = 0
  let own = 0
  for (let n = 0; n < 10_000; n++) {
    if (n % 10 === 0) timeIs((at = start + n * 20))
    const customer = customers[(n * 7) % customers.length]!
    who = n % 3 === 0 ? '' : String(customer)
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-original-url': '/apps/morello/offers',
      'accept-language': n % 2 ? 'ko' : 'en',
      cookie: `poison=${randomBytes(4).toString('hex')}`,
    }
    const body = await cache.get(urls(n)[n % 10]!, headers)
    for (const [, code] of body.matchAll(/CNRY-(\d+)\./g)) {
      if (code === who) own += 1
      else leaks += 1
    }
  }
  expect({ leaks, kept: cache.kept.size }).toEqual({ leaks: 0, kept: 0 })
  expect(own).toBeGreaterThan(500)
  // The cache is a real one: it would have kept what it was not forbidden to keep.
  const careless = sharedCache(() => Promise.resolve(new Response(`CNRY-${who}.`)))
  who = '500'
  await careless.get('/apps/morello/offers', {})
  who = '501'
  expect(await careless.get('/apps/morello/offers', {})).toBe('CNRY-500.')
})

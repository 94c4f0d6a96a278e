import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { closeDatabase, receiveWebhook, type ShopId } from '#app/outside/database.server.ts'
import { OutsideFailure } from '#app/errors.ts'
import { deed, forVisitor, question, visitorDoor } from '#app/outside/visitor.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { proxyParameters, proxyQuery } from '#tests/support/signed.ts'
import { timeIs } from '#tests/support/time.ts'
import { until } from '#tests/support/until.ts'
import { arrival, read, type Asks } from '#tests/support/visitors.ts'

let acted = 0
const ROADS = {
  who: question(({ shop, customerId, fields }) => Promise.resolve({ shop, customerId, ...fields }), ['reward']),
  plain: question(() => Promise.resolve({})),
  act: deed(z.strictObject({ word: z.string() }), () => Promise.resolve({ acted: ++acted })),
  slow: question(() => Promise.reject(new OutsideFailure('database-unavailable', 'CNRY', { retryAfterMs: 1500 }))),
  broken: question(() => Promise.reject(new Error('CNRY in the message'))),
}
const door = visitorDoor(ROADS)

let domain: string
let shop: ShopId
beforeEach(async () => {
  domain = freshDomain()
  shop = await testShop(domain)
  acted = 0
})

const ask = async (name: string, asks?: Asks, of = domain) => read(await door(arrival(of, name, asks)))

describe('the door', () => {
  test('tells its roads the shop and the customer that Shopify signed, and takes no deed from them otherwise', async () => {
    expect(await ask('who', { customer: 7, fields: { reward: '3' } })).toEqual({
      status: 200,
      shop,
      customerId: '7',
      reward: '3',
    })
    expect(await ask('who')).toEqual({ status: 200, shop, customerId: null })
    expect(await ask('act', { customer: 7, body: { word: 'x' } })).toEqual({ status: 200, acted: 1 })
  })

  test('forbids every cache to keep an answer, refusals too, and every browser to guess what it is', async () => {
    const answers = [
      await door(arrival(domain, 'who', { customer: 7 })),
      await door(arrival(domain, 'nowhere')),
      await door(arrival(domain, 'who', { query: '' })),
      await door(arrival(domain, 'broken')),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 401, 500])
    for (const { headers } of answers)
      expect(headers).toMatchObject({
        'cache-control': 'private, no-store',
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
      })
  })

  test.each([
    ['an unknown path', 'nowhere', {}, 404, 'not-found'],
    ['a path with an ending', 'who.css', {}, 404, 'not-found'],
    ['a path with a part behind', 'who/7', {}, 404, 'not-found'],
    ['a path with two slashes', '/who', {}, 404, 'not-found'],
    ['a path that is encoded', '%77ho', {}, 404, 'not-found'],
    ['a path that goes up', '../proxy/who', {}, 404, 'not-found'],
    ['a word of the prototype', 'constructor', {}, 404, 'not-found'],
    ['another method', 'who', { method: 'POST', body: {} }, 405, 'wrong-method'],
    ['a head', 'who', { method: 'HEAD' }, 405, 'wrong-method'],
    ['a question with a body', 'who', { method: 'GET', body: { customer: 8 } }, 400, 'bad-request'],
    ['a parameter of another road', 'plain', { fields: { reward: '1' } }, 400, 'bad-request'],
    ['a deed of a form', 'act', { body: 'word=x', contentType: 'application/x-www-form-urlencoded' }, 415, 'not-json'],
    ['a deed in plain text', 'act', { body: '{"word":"x"}', contentType: 'text/plain' }, 415, 'not-json'],
    ['a deed of no type', 'act', { body: { word: 'x' }, contentType: null }, 415, 'not-json'],
    ['a deed that is no JSON', 'act', { body: '{word' }, 422, 'invalid-input'],
    ['a deed with more than it takes', 'act', { body: { word: 'x', customerId: '8' } }, 422, 'invalid-input'],
    ['a deed of the wrong kind', 'act', { body: { word: 7 } }, 422, 'invalid-input'],
    ['a deed without a body', 'act', { body: '' }, 422, 'invalid-input'],
    ['a question that fails outside', 'slow', {}, 503, 'unavailable'],
    ['a question that breaks', 'broken', {}, 500, 'invariant-broken'],
  ])('refuses %s with a word and nothing else', async (_, name, asks: Asks, status, error) => {
    expect(await ask(name, { customer: 7, ...asks })).toEqual({ status, error })
    expect(acted).toBe(0)
  })

  test('says when to come again', async () => {
    expect((await door(arrival(domain, 'slow'))).headers['retry-after']).toBe('2')
  })

  test('repeats nothing of what it was sent', async () => {
    const marks = ['CNRY<script>', '{{ 7 | times: 7 }}', '"><svg onload=1>']
    for (const mark of marks) {
      const sent = [
        arrival(domain, mark),
        arrival(domain, 'act', { body: { word: 1, [mark]: mark } }),
        arrival(domain, 'who', { query: `${proxyQuery(proxyParameters(domain))}&x=${mark}` }),
        arrival(domain, 'act', { body: mark, contentType: mark }),
      ]
      for (const one of sent) {
        const answer = await door(one)
        const said = `${answer.body} ${JSON.stringify(answer.headers)}`
        expect(said).not.toMatch(/CNRY|script|svg|49|times/)
      }
    }
  })
})

describe('who comes to no road:', () => {
  test('10,000 changed queries, and the database is asked nothing', async () => {
    await closeDatabase()
    const connections = () =>
      connectAs('superuser', async (client) => {
        const { rows } = await client.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE 'morello%'`,
        )
        return rows[0]!.n
      })
    await until(async () => (await connections()) === 0)
    const right = proxyQuery(proxyParameters(domain, 7))
    const statuses = new Set<number>()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(right.length - 1),
        fc.constantFrom(...'0123456789abcxyzA&=%+;#.'),
        fc.nat(2),
        async (at, sign, much) => {
          const query = right.slice(0, at) + sign + right.slice(at + much)
          if (query === right) return
          statuses.add((await door(arrival(domain, 'who', { query }))).status)
        },
      ),
      { numRuns: 10_500, seed: 11 },
    )
    expect([...statuses].sort()).toEqual([400, 401])
    expect(await connections()).toBe(0)
    expect((await ask('who', { query: right })).status).toBe(200)
    expect(await connections()).toBeGreaterThan(0)
  })

  test('a shop that is not ours, and one that has uninstalled within ten seconds', async () => {
    expect(await ask('who', {}, freshDomain())).toEqual({ status: 404, error: 'not-found' })
    expect((await ask('who')).status).toBe(200)
    const told = { domain, webhookId: 'w', eventId: 'e', triggeredAt: null, works: [], body: null }
    await receiveWebhook({ ...told, topic: 'app/uninstalled' })
    timeIs(Date.now() + 10_001)
    expect(await ask('who')).toEqual({ status: 404, error: 'not-found' })
  })

  test('a shop that is not ours, for ten seconds without the database being asked again', async () => {
    const other = freshDomain()
    expect((await ask('who', {}, other)).status).toBe(404)
    await testShop(other)
    expect((await ask('who', {}, other)).status).toBe(404)
    timeIs(Date.now() + 10_001)
    expect((await ask('who', {}, other)).status).toBe(200)
  })

  test('a customer who asks too often; others of the shop go on', async () => {
    const statuses = await Promise.all(Array.from({ length: 40 }, () => ask('who', { customer: 7 })))
    const refused = statuses.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(8)
    expect(refused[0]).toEqual({ status: 429, error: 'too-many-requests' })
    const answer = await door(arrival(domain, 'who', { customer: 7 }))
    expect(Number(answer.headers['retry-after'])).toBe(1)
    expect((await ask('who', { customer: 8 })).status).toBe(200)
    expect((await ask('who')).status).toBe(200)
  })

  test('a shop whose shoppers are too many at once; another shop goes on', async () => {
    const other = freshDomain()
    await testShop(other)
    const answers = await Promise.all(Array.from({ length: 1200 }, (_, n) => ask('plain', { customer: 1000 + n })))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
    expect((await ask('plain', {}, other)).status).toBe(200)
  })
})

test('in development the same door stands behind Remix', async () => {
  const loader = forVisitor(ROADS)
  const said = async (path: string, init?: RequestInit) => {
    const request = new Request(`http://127.0.0.1:3000${path}?${proxyQuery(proxyParameters(domain, 7))}`, init)
    return loader({ request, params: {}, context: {} })
  }
  const answer = await said('/proxy/who')
  expect([answer.status, await answer.json()]).toEqual([200, { shop, customerId: '7' }])
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  const headers = { 'content-type': 'application/json' }
  expect((await said('/proxy/act', { method: 'POST', headers, body: '{"word":"x"}' })).status).toBe(200)
  expect((await said('/proxy/act', { method: 'POST', headers, body: ' '.repeat(2049) })).status).toBe(413)
})

import { shopifyIs } from '#tests/support/shopify-stand-in.ts'

import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'

import { send, type AdminConnection } from '#app/outside/admin-client.server.ts'
import { newBucket } from '#app/outside/bucket.server.ts'
import { AccessLost, OutsideFailure } from '#app/errors.ts'

type Answer = { customers: { nodes: { id: string }[] } | null; shop?: unknown }
const QUERY = parse('query Customers { customers { nodes { id } } }') as TypedDocumentNode<Answer, object>
const MUTATION = parse('mutation TagCustomer { tagsAdd { userErrors { message } } }') as TypedDocumentNode<
  { tagsAdd: { userErrors: { message: string }[] } },
  object
>
const DATA = { customers: { nodes: [{ id: 'gid://shopify/Customer/1' }] } }

function connection(changes: Partial<AdminConnection> = {}): AdminConnection {
  return {
    shop: 7,
    domain: 'one.myshopify.com',
    bucket: newBucket(),
    pace: { attempts: 5, baseMs: 2, capMs: 10, requestTimeoutMs: 800, random: () => 0.5 },
    token: async () => 'shpat_first',
    ...changes,
  }
}

function cost(requested: number, available: number, restoreRate = 1000) {
  const throttleStatus = { maximumAvailable: 2000, currentlyAvailable: available, restoreRate }
  return { cost: { requestedQueryCost: requested, actualQueryCost: requested, throttleStatus } }
}

function denied(path: string[], requiredAccess?: string) {
  return { message: 'Access denied', path, extensions: { code: 'ACCESS_DENIED', requiredAccess } }
}

const PASSING: [string, () => object][] = [
  ['500', () => ({ status: 500, body: { errors: 'Internal Server Error' } })],
  ['502 with a page', () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway' })],
  ['200 with a page', () => ({ headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Shopify' })],
  ['cut JSON', () => ({ headers: { 'content-type': 'application/json' }, body: '{"data":{"customers":{"no' })],
  [
    'an internal error in GraphQL',
    () => ({ body: { data: null, errors: [{ message: '', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] } }),
  ],
  ['no data at all', () => ({ body: { data: null } })],
]

describe('a query', () => {
  test('goes to the shop’s versioned address with the token, and brings its data', async () => {
    let seen = ''
    await shopifyIs(({ host, path, headers }) => {
      seen = `${host}${path} ${String(headers['x-shopify-access-token'])}`
      return { body: { data: DATA, extensions: cost(3, 1990) } }
    })
    expect(await send(connection(), QUERY, {})).toEqual(DATA)
    expect(seen).toBe('one.myshopify.com/admin/api/2026-10/graphql.json shpat_first')
  })

  test.each(PASSING)('is asked again after %s', async (_, trouble) => {
    const shop = await shopifyIs(() => (shop.requests.length < 3 ? trouble() : { body: { data: DATA } }))
    expect(await send(connection(), QUERY, {})).toEqual(DATA)
    expect(shop.requests).toHaveLength(3)
  })

  test('is asked again after a connection that breaks, and after silence', async () => {
    const shop = await shopifyIs((_, response) => {
      if (shop.requests.length === 1) response.destroy()
      else if (shop.requests.length > 2) return { body: { data: DATA } }
      return undefined
    })
    expect(await send(connection(), QUERY, {})).toEqual(DATA)
    expect(shop.requests).toHaveLength(3)
  })

  test('ends in a named failure after five attempts', async () => {
    const shop = await shopifyIs(() => ({ status: 500 }))
    await expect(send(connection(), QUERY, {})).rejects.toMatchObject({ code: 'shopify-unavailable' })
    expect(shop.requests).toHaveLength(5)
  })

  test('does not wait here for a Retry-After of minutes, but says how long', async () => {
    const shop = await shopifyIs(() => ({ status: 503, headers: { 'retry-after': '120' } }))
    await expect(send(connection(), QUERY, {})).rejects.toMatchObject({ retryAfterMs: 120_000 })
    expect(shop.requests).toHaveLength(1)
  })
})

describe('THROTTLED', () => {
  const throttled = (data: object | null = null) => ({
    body: { data, errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: cost(300, 100) },
  })

  test.each([QUERY, MUTATION])('is waited for as long as the points take, then asked again', async (document) => {
    const shop = await shopifyIs(() => (shop.requests.length === 1 ? throttled() : { body: { data: DATA } }))
    const startedAt = performance.now()
    await send(connection(), document as typeof QUERY, {})
    // 200 points are missing, at 1,000 a second.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(200)
    expect(shop.requests).toHaveLength(2)
  })

  test('with data means that a mutation may have been executed: it is not sent again', async () => {
    const shop = await shopifyIs(() => throttled({ tagsAdd: { userErrors: [] } }))
    await expect(send(connection(), MUTATION, {})).rejects.toMatchObject({ code: 'shopify-throttled' })
    expect(shop.requests).toHaveLength(1)
  })
})

describe('a mutation', () => {
  test.each(PASSING)('is not sent again after %s', async (_, trouble) => {
    const shop = await shopifyIs(trouble)
    await expect(send(connection(), MUTATION, {})).rejects.toMatchObject({ code: 'shopify-unavailable' })
    expect(shop.requests).toHaveLength(1)
  })

  test('is not sent again after silence or a broken connection', async () => {
    const shop = await shopifyIs((_, response) => {
      if (shop.requests.length === 1) response.destroy()
      return undefined
    })
    await expect(send(connection(), MUTATION, {})).rejects.toBeInstanceOf(OutsideFailure)
    await expect(send(connection(), MUTATION, {})).rejects.toBeInstanceOf(OutsideFailure)
    expect(shop.requests).toHaveLength(2)
  })

  test.each(PASSING)('that may be repeated is sent again after %s', async (_, trouble) => {
    const done = { tagsAdd: { userErrors: [] } }
    const shop = await shopifyIs(() => (shop.requests.length === 1 ? (trouble() as object) : { body: { data: done } }))
    expect(await send(connection(), MUTATION, {}, { isRepeatable: true })).toEqual(done)
    expect(shop.requests).toHaveLength(2)
  })

  test('waits for its points without the wait counting as silence of Shopify’s', async () => {
    const done = { tagsAdd: { userErrors: [] } }
    await shopifyIs(() => ({ body: { data: done, extensions: cost(10, 0, 20) } }))
    const one = connection({ pace: { attempts: 5, baseMs: 2, capMs: 10, requestTimeoutMs: 300, random: () => 0.5 } })
    await send(one, MUTATION, {})
    expect(await send(one, MUTATION, {})).toEqual(done)
  })

  test.each([
    ['429', { status: 429, headers: { 'retry-after': '0' } }],
    ['503 that names its end', { status: 503, headers: { 'retry-after': '0' } }],
  ])('is sent again after %s: it was refused at the door', async (_, refusal) => {
    const done = { tagsAdd: { userErrors: [] } }
    const shop = await shopifyIs(() => (shop.requests.length === 1 ? refusal : { body: { data: done } }))
    expect(await send(connection(), MUTATION, {})).toEqual(done)
  })

  test('gives userErrors to the caller, once', async () => {
    const answer = { tagsAdd: { userErrors: [{ message: 'Customer does not exist' }] } }
    const shop = await shopifyIs(() => ({ body: { data: answer } }))
    expect(await send(connection(), MUTATION, {})).toEqual(answer)
    expect(shop.requests).toHaveLength(1)
  })
})

describe('errors in an answer', () => {
  test('a denied field ends the work and names the scope, whatever the message says', async () => {
    const errors = [denied(['customers'], '`read_customers` access scope. Also: approval.')]
    const shop = await shopifyIs(() => ({ body: { data: { customers: null, shop: { id: 1 } }, errors } }))
    const failure = send(connection(), QUERY, {})
    await expect(failure).rejects.toBeInstanceOf(AccessLost)
    await expect(failure).rejects.toMatchObject({
      code: 'scope-missing',
      message: 'read_customers (shop 7, Customers)',
    })
    expect(shop.requests).toHaveLength(1)
  })

  test('a caller that takes holes gets the rest of the data, but never an answer of nothing', async () => {
    const errors = [denied(['customers'])]
    await shopifyIs(({ body }) => ({
      body: { data: { customers: null, shop: body.includes('2') ? null : 1 }, errors },
    }))
    expect(await send(connection(), QUERY, {}, { partial: true })).toEqual({ customers: null, shop: 1 })
    await expect(send(connection(), QUERY, { n: 2 }, { partial: true })).rejects.toMatchObject({
      code: 'scope-missing',
    })
  })

  test('a document that Shopify does not take is refused, not repeated', async () => {
    const errors = [{ message: 'Field ‘x’ doesn’t exist', extensions: { code: 'undefinedField' } }]
    const shop = await shopifyIs(() => ({ body: { errors } }))
    await expect(send(connection(), QUERY, {})).rejects.toMatchObject({ code: 'shopify-refused' })
    expect(shop.requests).toHaveLength(1)
  })

  test.each([402, 403, 404, 423])('HTTP %i means that the shop is closed to us', async (status) => {
    const shop = await shopifyIs(() => ({ status, body: {} }))
    await expect(send(connection(), QUERY, {})).rejects.toMatchObject({ code: 'shop-gone' })
    expect(shop.requests).toHaveLength(1)
  })

  test('a refused token is renewed once; refused again, access is lost', async () => {
    const shop = await shopifyIs(({ headers }) =>
      headers['x-shopify-access-token'] === 'shpat_second' ? { body: { data: DATA } } : { status: 401, body: {} },
    )
    const renewing = connection({ token: async (refused) => (refused ? 'shpat_second' : 'shpat_first') })
    expect(await send(renewing, MUTATION, {})).toEqual(DATA)
    await expect(send(connection(), QUERY, {})).rejects.toMatchObject({ code: 'token-revoked' })
    expect(shop.requests).toHaveLength(4)
  })

  test('no error carries a token, variables or what Shopify answered', async () => {
    await shopifyIs(() => ({ status: 400, body: { errors: [{ message: 'CNRY-name' }] } }))
    const error: unknown = await send(connection(), QUERY, { name: 'CNRY-variable' }).catch((thrown: unknown) => thrown)
    expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toMatch(/CNRY|shpat/)
  })
})

describe('the bucket', () => {
  test('lets everything pass until Shopify has said what is left, then waits before sending', async () => {
    let elapsedMs = 0
    const bucket = newBucket(() => elapsedMs)
    bucket.leave('A', await bucket.enter('A'), cost(500, 100, 50).cost)
    expect(bucket.waitMsFor(500)).toBe(8000)
    elapsedMs += 4000
    expect(bucket.waitMsFor(500)).toBe(4000)
    elapsedMs += 60_000_000
    expect(bucket.waitMsFor(500)).toBe(0)
    // More than the bucket ever holds waits for a full one, not for ever.
    expect(bucket.waitMsFor(1_000_000)).toBe(0)
  })

  test('counts what is under way, so that a burst does not spend the same points twice', async () => {
    const bucket = newBucket(() => 0)
    bucket.leave('A', await bucket.enter('A'), cost(100, 250, 50).cost)
    expect(await bucket.enter('A')).toBe(100)
    expect(await bucket.enter('A')).toBe(100)
    expect(bucket.waitMsFor(100)).toBe(1000)
  })

  test('hands waits of more than a minute back to the queue', async () => {
    const bucket = newBucket(() => 0)
    bucket.leave('A', await bucket.enter('A'), cost(2000, 0, 10).cost)
    await expect(bucket.enter('A')).rejects.toMatchObject({ code: 'shopify-throttled', retryAfterMs: 200_000 })
  })
})

import { gzipSync } from 'node:zlib'

import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'

import { forWebhook } from '#app/outside/request.server.ts'
import { installedShop, withShop, type ShopId } from '#app/outside/database.server.ts'
import { isSignedByShopify } from '#app/outside/webhook-signature.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { SECRET, signature, webhook } from '#tests/support/signed.ts'
import { action, loader } from '#app/routes/webhooks.tsx'

const FINISHED = { admin_graphql_api_id: 'gid://shopify/BulkOperation/720918', status: 'completed', type: 'query' }

let domain: string
let shop: ShopId

beforeEach(async () => {
  domain = freshDomain()
  shop = await testShop(domain)
})

async function statusOf(request: Request, secrets?: string[]): Promise<number> {
  const run = secrets ? forWebhook(secrets) : action
  return ((await run({ request, params: {}, context: {} })) as Response).status
}

async function storedRows(): Promise<{ inbox: number; work: string[] }> {
  return connectAs('superuser', async (client) => {
    const inbox = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM "Inbox"')
    const work = await client.query<{ what: string }>(
      `SELECT shop || ' ' || kind || ' ' || entity AS what FROM "Work" WHERE shop = $1`,
      [shop],
    )
    return { inbox: inbox.rows[0]!.n, work: work.rows.map(({ what }) => what) }
  })
}

async function refused(request: Request, status: number): Promise<void> {
  const before = await storedRows()
  expect(await statusOf(request)).toBe(status)
  expect(await storedRows()).toEqual(before)
}

describe('a delivery', () => {
  test('is stored once and owes its work, however often it comes', async () => {
    const ids = { 'x-shopify-webhook-id': 'w-1', 'x-shopify-event-id': 'e-1' }
    const before = await storedRows()
    for (let times = 0; times < 3; times++) {
      expect(await statusOf(webhook('bulk_operations/finish', domain, FINISHED, ids))).toBe(200)
    }
    expect(await storedRows()).toEqual({ inbox: before.inbox + 1, work: [`${shop} ingest-bulk-result 720918`] })
  })

  test('of one event about two orders is two: each is stored and owes its work', async () => {
    const before = await storedRows()
    for (const order of [1, 2]) {
      const body = { admin_graphql_api_id: `gid://shopify/Order/${order}`, updated_at: '2026-11-01T10:00:00Z' }
      expect(await statusOf(webhook('orders/updated', domain, body, { 'x-shopify-event-id': 'e-2' }))).toBe(200)
    }
    const { inbox, work } = await storedRows()
    expect(inbox).toBe(before.inbox + 2)
    expect(work.sort()).toEqual([`${shop} refresh-order 1`, `${shop} refresh-order 2`])
  })

  test('of a shop that is not ours is answered 200 and stores nothing', async () => {
    await refused(webhook('bulk_operations/finish', freshDomain(), FINISHED), 200)
  })

  test('of app/uninstalled ends the installation at once and owes the rest', async () => {
    expect(await statusOf(webhook('app/uninstalled', domain, { id: 1 }))).toBe(200)
    expect(await installedShop(domain)).toBeNull()
    expect((await storedRows()).work).toEqual([`${shop} uninstall-shop shop`])
  })

  test.each([
    ['customers/data_request', 'export-data'],
    ['customers/redact', 'redact'],
    ['shop/redact', 'redact'],
  ])('of %s keeps its body encrypted and owes %s', async (topic, kind) => {
    const body = { shop_domain: domain, customer: { id: 1, email: 'CNRY@example.com' } }
    expect(await statusOf(webhook(topic, domain, body))).toBe(200)
    const [row] = await withShop(shop, (tx) => tx.inbox.findMany({ where: { shop, topic } }))
    expect(row?.body?.length).toBeGreaterThan(50)
    expect(Buffer.from(row!.body!).toString('latin1')).not.toContain('CNRY')
    expect((await storedRows()).work).toEqual([expect.stringMatching(new RegExp(`^${shop} ${kind} \\d+$`))])
  })
})

describe('refused, with nothing stored:', () => {
  const body = JSON.stringify(FINISHED)
  const right = signature(body)
  const flipped = (right[0] === 'A' ? 'B' : 'A') + right.slice(1)

  test.each([
    ['no signature', null],
    ['an empty one', ''],
    ['a wrong one', signature(body, 'another-secret-of-16')],
    ['one over another body', signature(`${body} `)],
    ['hex instead of base64', Buffer.from(right, 'base64').toString('hex')],
    ['url-safe base64', Buffer.from(right, 'base64').toString('base64url')],
    ['one changed letter', flipped],
    ['blanks after it', `${right} x`],
    ['the same one twice', `${right}, ${right}`],
    ['a short one', right.slice(0, 20)],
  ])('%s', async (_, hmac) => {
    await refused(webhook('bulk_operations/finish', domain, body, { 'x-shopify-hmac-sha256': hmac }), 401)
  })

  test('a body that was changed, re-encoded or packed under the same signature', async () => {
    const hmac = { 'x-shopify-hmac-sha256': right }
    const changed = [
      `${body}\n`,
      `\ufeff${body}`,
      JSON.stringify(FINISHED, null, 1),
      gzipSync(body),
      Buffer.from(body, 'utf16le'),
      '',
    ]
    for (const other of changed) await refused(webhook('bulk_operations/finish', domain, other, hmac), 401)
  })

  test('ten thousand changes to body and signature', () => {
    const bytes = Buffer.from(body)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.string(), (at, by, text) => {
        const other = Buffer.from(bytes)
        other[at] = other[at]! ^ by
        const cut = at % 44
        const respelt = right.slice(0, cut) + text + right.slice(cut + 1)
        expect(isSignedByShopify(other, right, [SECRET])).toBe(false)
        expect(isSignedByShopify(bytes, text, [SECRET])).toBe(false)
        expect(isSignedByShopify(bytes, respelt, [SECRET])).toBe(respelt === right)
      }),
      { numRuns: 10_000 },
    )
  })

  test('a captured compliance body under another shop’s name', async () => {
    const other = freshDomain()
    await testShop(other)
    for (const topic of ['customers/data_request', 'customers/redact', 'shop/redact']) {
      await refused(webhook(topic, other, { shop_domain: domain, customer: { id: 1 } }), 400)
      await refused(webhook(topic, domain, { customer: { id: 1 } }), 400)
    }
  })

  test.each(['orders/paid', 'app/Uninstalled', '__proto__', 'constructor', 'toString', ''])(
    'the topic %s, which nobody asked for',
    async (topic) => refused(webhook(topic, domain, FINISHED), 404),
  )

  test.each<Record<string, string | null>>([
    { 'x-shopify-shop-domain': 'evil.example' },
    { 'x-shopify-shop-domain': 'ONE.myshopify.com' },
    { 'x-shopify-shop-domain': 'one.myshopify.com.evil.example' },
    { 'x-shopify-shop-domain': null },
    { 'x-shopify-topic': null },
    { 'x-shopify-webhook-id': null },
    { 'x-shopify-webhook-id': 'x'.repeat(200) },
    { 'x-shopify-triggered-at': 'yesterday' },
  ])('odd headers: %j', async (headers) => {
    await refused(webhook('bulk_operations/finish', domain, FINISHED, headers), 400)
  })

  test.each([
    '',
    'null',
    '[]',
    '{"admin_graphql_api_id":"gid://shopify/BulkOperation/1;drop"}',
    '{"admin_graphql_api_id":1e400}',
    '{"admin_graphql_api_id":"\\u0000"}',
    '{"a":',
    '['.repeat(100_000),
  ])('a signed body that Shopify does not send (%#)', async (text) => {
    await refused(webhook('bulk_operations/finish', domain, text), 400)
  })

  test('more than 5 MB, announced or not', async () => {
    const large = Buffer.alloc(5 * 1024 * 1024 + 1, ' ')
    await refused(webhook('bulk_operations/finish', domain, large), 413)
    await refused(webhook('bulk_operations/finish', domain, body, { 'content-length': '6000000' }), 413)
  })

  test('any method but POST', async () => {
    expect(await statusOf(new Request('http://127.0.0.1:3000/webhooks', { method: 'PUT' }))).toBe(405)
    expect(loader().status).toBe(405)
  })
})

test('while a secret is being changed both are good, later only the new one', async () => {
  const before = (await storedRows()).inbox
  const under = (secret: string) =>
    webhook('app/scopes_update', domain, { id: 1 }, { 'x-shopify-hmac-sha256': signature('{"id":1}', secret) })
  expect(await statusOf(under('the-old-secret-one'), ['the-new-secret-one', 'the-old-secret-one'])).toBe(200)
  expect(await statusOf(under('the-new-secret-one'), ['the-new-secret-one', 'the-old-secret-one'])).toBe(200)
  expect(await statusOf(under('the-old-secret-one'), ['the-new-secret-one'])).toBe(401)
  expect((await storedRows()).inbox).toBe(before + 2)
})

test('in doubt whether it was stored, Shopify is asked to send it again', async () => {
  await connectAs('superuser', async (client) => {
    await client.query('BEGIN')
    await client.query('LOCK TABLE "Inbox"')
    expect(await statusOf(webhook('bulk_operations/finish', domain, FINISHED))).toBe(503)
    await client.query('ROLLBACK')
  })
})

import { shopifyIs } from '#tests/support/shopify-stand-in.ts'

import { beforeEach, describe, expect, test } from 'vitest'

import type { CustomerBlockAnswer, SegmentBlockAnswer } from '#app/domain/wire.ts'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { installedShop, withShop, type ShopId } from '#app/outside/database.server.ts'
import { paceOfBlocks } from '#app/outside/pace.server.ts'
import { action as askSegment, loader as preflightSegment } from '#app/routes/block.segment.tsx'
import { loader as askCustomer } from '#app/routes/block.customer.tsx'
import { formatsOf } from '#app/ui/formats.ts'
import { wordsIn } from '#app/ui/i18n.tsx'
import { reasonText } from '#app/ui/reason.ts'
import { recompute } from '#tests/flow/features/recomputed.ts'
import { ago, crowd, NOW } from '#tests/flow/segments/story.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { tenantTables } from '#tests/support/tenants.ts'
import { merchantRequest, sessionToken } from '#tests/support/signed.ts'

const TOKEN = {
  access_token: 'shpat_exchanged',
  scope: 'read_all_orders,read_customers,read_orders',
  expires_in: 3600,
  refresh_token: 'shprt_1',
  refresh_token_expires_in: 7_776_000,
}
/** Where Shopify runs the extensions of the admin. */
const ORIGIN = { origin: 'https://extensions.shopifycdn.com' }
const NEVER_BOUGHT = 7
const LATE = 8
const REGULAR = 9

let domain: string
beforeEach(() => {
  domain = freshDomain()
})

/** A shop whose history is in and worked out. */
async function importedShop(): Promise<ShopId> {
  const shop = await testShop(domain, TOKEN.scope)
  const orders = crowd()
  for (const days of [210, 180, 150]) orders.push({ customer: LATE, at: ago(days) })
  for (const days of [90, 60, 30, 5]) orders.push({ customer: REGULAR, at: ago(days) })
  const customers = [{ id: NEVER_BOUGHT, createdAt: ago(40) }]
  await connectAs('superuser', (client) => writeStory(client, shop, { customers, orders, timezone: 'Asia/Seoul' }))
  await recompute(shop, NOW, 'import')
  return shop
}

function called(run: (args: never) => Promise<unknown>, request: Request): Promise<Response> {
  return run({ request, params: {}, context: {} } as never) as Promise<Response>
}

function aboutCustomer(query: string, token = sessionToken(domain)): Promise<Response> {
  return called(askCustomer, merchantRequest(`/block/customer?${query}`, token, { headers: ORIGIN }))
}

function aboutSegment(body: unknown, token = sessionToken(domain)): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return called(
    askSegment,
    merchantRequest('/block/segment', token, {
      method: 'POST',
      headers: { ...ORIGIN, 'content-type': 'application/json' },
      body: text,
    }),
  )
}

/** Every row of the shop, as text. */
async function everyTable(shop: ShopId): Promise<Record<string, string>> {
  return connectAs('superuser', async (client) => {
    const all: Record<string, string> = {}
    for (const table of (await tenantTables(client)).keys()) {
      const rows = await client.query<{ row: string }>(
        `SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') AS row FROM "${table}" t WHERE shop = $1`,
        [shop],
      )
      all[table] = rows.rows[0]!.row
    }
    return all
  })
}

async function customerKnown(id: number, locale: 'en' | 'ko') {
  const answer = (await (await aboutCustomer(`id=${id}&locale=${locale}`)).json()) as CustomerBlockAnswer
  if (answer.state !== 'known') throw new Error(answer.state)
  return answer.customer
}

describe('the block on the customer’s page', () => {
  test.each(['en', 'ko'] as const)('says in %s what the page in the app says, from stored rows', async (locale) => {
    const shop = await importedShop()
    const shopifySide = await shopifyIs(() => ({ body: TOKEN }))
    const customer = await customerKnown(LATE, locale)
    const page = await customerPage(shop, String(LATE))
    const { t } = wordsIn(locale, true)
    const f = formatsOf(locale, 'Asia/Seoul')
    expect(page.stage).toBe('lapsed')
    expect(customer).toMatchObject({
      stage: 'lapsed',
      label: t('stage.lapsed'),
      since: t('customer.since', { stage: t('stage.lapsed'), date: f.date(page.since) }),
      why: reasonText(t, f, page.reason),
      next: t('customer.noNext'),
      flag: t('cherry.tier.none'),
      path: `app/customers/${LATE}`,
    })
    expect(customer.moves[0]).toBe(`${f.date(page.since)}: ${t('stage.at-risk')} → ${t('stage.lapsed')}`)
    expect(JSON.stringify(customer)).not.toMatch(/cherry|체리/i)
    // The session was exchanged; nothing was asked about the customer.
    expect(shopifySide.requests.map(({ path }) => path)).toEqual(['/admin/oauth/access_token'])
  })

  test('names when the next order is hoped for, and what comes without it', async () => {
    await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    const customer = await customerKnown(REGULAR, 'en')
    expect(customer.since).toMatch(/^Loyal since \w{3} \d+, 2026$/)
    expect(customer.next).toMatch(/^Without an order, moves to At-risk on \w{3} \d+, 2026\.$/)
    expect(customer.window).toMatch(/^\w{3} \d+, 2026 to \w{3} \d+, 202\d$/)
    expect(customer.moves.length).toBeGreaterThan(1)
  })

  test('tells of somebody who has not bought, and of nobody', async () => {
    await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    expect(await customerKnown(NEVER_BOUGHT, 'en')).toMatchObject({ stage: 'prospect', window: 'No order yet.' })
    for (const id of ['123', '999999999999999999'])
      expect(await (await aboutCustomer(`id=${id}&locale=en`)).json()).toEqual({ state: 'unknown' })
  })

  test('tells of somebody who has just come that they are about to be worked out', async () => {
    const shop = await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    const customers = [{ id: 77, createdAt: NOW }]
    await connectAs('superuser', (client) => writeStory(client, shop, { customers, orders: [] }))
    const { t } = wordsIn('en')
    expect(await (await aboutCustomer('id=77&locale=en')).json()).toEqual({
      state: 'unplaced',
      title: t('customer.waiting.title'),
      text: t('customer.waiting.text'),
      path: 'app/customers/77',
    })
  })

  test('says before the first import that there is nothing yet', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    const answer = await aboutCustomer('id=1&locale=ko')
    expect([answer.status, await answer.json()]).toEqual([200, { state: 'not-imported' }])
    // Whoever opens the customer's page before the app has brought the import on its way all the same.
    const shop = (await installedShop(domain))!
    expect(await withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'backfill-shop' } }))).toBe(1)
  })

  test('never shows one shop the customers of another', async () => {
    await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    const other = freshDomain()
    const answer = await aboutCustomer(`id=${LATE}&locale=en`, sessionToken(other))
    expect(await answer.json()).toEqual({ state: 'not-imported' })
    const claimed = await aboutCustomer(`id=${LATE}&locale=en&shop=${domain}`, sessionToken(other))
    expect([claimed.status, await claimed.text()]).toEqual([401, ''])
  })

  test('says that it is late when it is', async () => {
    await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    const customer = await customerKnown(LATE, 'en')
    expect([customer.isLate, customer.asOf]).toEqual([true, expect.stringContaining('later than promised')])
  })
})

describe('the action on a segment’s page', () => {
  test('counts the members by stage, each once, and keeps nothing', async () => {
    const shop = await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    const ids = [LATE, LATE, REGULAR, NEVER_BOUGHT, 123].map(String)
    // The session is stored by the first question, so that the second has nothing to store.
    await aboutSegment({ ids, locale: 'ko' })
    const before = await everyTable(shop)
    const answer = (await (await aboutSegment({ ids, locale: 'en' })).json()) as SegmentBlockAnswer
    if (answer.state !== 'known') throw new Error(answer.state)
    const { segment } = answer
    expect(segment.rows).toEqual([
      { stage: 'prospect', label: 'Not bought yet', customers: '1', share: '33%' },
      { stage: 'loyal', label: 'Loyal', customers: '1', share: '33%' },
      { stage: 'lapsed', label: 'Quiet for long', customers: '1', share: '33%' },
    ])
    expect(segment).toMatchObject({
      known: '3',
      unknown: '1',
      late: '1',
      flag: { label: 'Discount-seeking', customers: '0' },
    })
    const { rows } = await connectAs('superuser', (client) =>
      client.query<{ theirs: string; all: string }>(
        `SELECT sum("net12mMinor") FILTER (WHERE customer IN (${LATE}, ${REGULAR})) AS theirs, sum("net12mMinor") AS all
         FROM "CustomerFeatures" WHERE shop = $1`,
        [shop],
      ),
    )
    const share = Number(rows[0]!.theirs) / Number(rows[0]!.all)
    expect(segment.revenueShare).toBe(formatsOf('en', 'UTC').percent(share))
    expect(await everyTable(shop)).toEqual(before)
  })

  test('takes a thousand ids and clearly refuses one more', async () => {
    await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    const ids = Array.from({ length: 1001 }, (_, index) => String(5_000_000_000_000 + index))
    expect((await aboutSegment({ ids: ids.slice(1), locale: 'ko' })).status).toBe(200)
    const refused = await aboutSegment({ ids, locale: 'ko' })
    expect([refused.status, await refused.json()]).toEqual([
      422,
      { code: 'invalid-input', fields: { ids: 'at-most-1000' } },
    ])
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  })

  test.each<[string, unknown]>([
    ['no JSON', '{'],
    ['a name in the place of an id', { ids: ['1 OR 1=1'], locale: 'en' }],
    ['an id that no number holds', { ids: ['9'.repeat(19)], locale: 'en' }],
    ['a language that we do not write', { ids: ['1'], locale: 'de' }],
    ['nothing', {}],
  ])('refuses %s', async (_, body) => {
    await shopifyIs(() => ({ body: TOKEN }))
    const refused = await aboutSegment(body)
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([422, 'invalid-input'])
  })

  test('does not read a flood to its end', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    const refused = await aboutSegment(`{"ids":["${'1'.repeat(70_000)}"]}`)
    expect([refused.status, await refused.json()]).toEqual([413, { code: 'too-large' }])
  })

  test('says before the first import that there is nothing yet', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    const answer = await aboutSegment({ ids: ['1'], locale: 'en' })
    expect(await answer.json()).toEqual({ state: 'not-imported' })
  })
})

describe('the door of the extensions', () => {
  const second = Math.floor(Date.now() / 1000)
  test.each<[string, () => string]>([
    ['another app’s secret', () => sessionToken(domain, {}, { secret: 'another-secret-of-16' })],
    ['another app’s audience', () => sessionToken(domain, { aud: 'another-key' })],
    ['one that has run out', () => sessionToken(domain, { exp: second - 11, nbf: second - 71 })],
    ['one made to last', () => sessionToken(domain, { nbf: second - 10, exp: second + 600 })],
    ['one without an expiry', () => sessionToken(domain, { exp: undefined })],
    ['one for a place that is no shop', () => sessionToken(domain, { dest: 'https://evil.example' })],
    ['none', () => ''],
  ])('refuses a token: %s; Shopify is asked for nothing, and the extension can read the refusal', async (_, token) => {
    await importedShop()
    const shopifySide = await shopifyIs(() => ({ body: TOKEN }))
    for (const refused of [
      await aboutCustomer(`id=${LATE}&locale=en`, token()),
      await aboutSegment({ ids: [String(LATE)], locale: 'en' }, token()),
    ]) {
      expect(refused.status).toBe(401)
      expect(await refused.text()).not.toContain('lapsed')
      expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    }
    expect(shopifySide.requests).toEqual([])
  })

  test('takes a token of five minutes, as Shopify gives to extensions', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    const token = sessionToken(domain, { nbf: second - 200, exp: second + 100 })
    expect((await aboutCustomer('id=1&locale=en', token)).status).toBe(200)
  })

  test('takes no token from an address, where logs would keep it', async () => {
    await importedShop()
    await shopifyIs(() => ({ body: TOKEN }))
    const address = `http://127.0.0.1:3000/block/customer?id=${LATE}&locale=en&id_token=${sessionToken(domain)}`
    const headers = { ...ORIGIN, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537.36' }
    expect((await called(askCustomer, new Request(address, { headers }))).status).toBe(401)
  })

  test('answers a preflight for both, before anybody has shown a token', async () => {
    for (const [run, path] of [
      [askCustomer, '/block/customer?id=1&locale=en'],
      [preflightSegment, '/block/segment'],
    ] as const) {
      const headers = {
        ...ORIGIN,
        'access-control-request-method': path === '/block/segment' ? 'POST' : 'GET',
        'access-control-request-headers': 'authorization,content-type',
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537.36',
      }
      const answer = await called(run, new Request(`http://127.0.0.1:3000${path}`, { method: 'OPTIONS', headers }))
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-headers')).toMatch(/authorization.*content-type/i)
    }
  })

  test('lets the extension’s origin read the answer, and nobody keep it', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    const answer = await aboutCustomer('id=1&locale=en')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('refuses questions that it does not take', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    for (const query of ['', 'id=1', 'id=x&locale=en', `id=${'9'.repeat(19)}&locale=en`, 'id=1&locale=fr'])
      expect((await aboutCustomer(query)).status, query).toBe(422)
    const get = merchantRequest('/block/segment', sessionToken(domain), { headers: ORIGIN })
    expect((await called(preflightSegment, get)).status).toBe(405)
  })

  test('tells a shop that asks without end to wait, and no other shop', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    expect((await aboutCustomer('id=1&locale=en')).status).toBe(200)
    const shop = (await installedShop(domain))!
    // Used up an hour from now, so that nothing is given back while this runs.
    const later = Date.now() + 3_600_000
    while (paceOfBlocks(shop, later) === 0);
    const refused = await aboutCustomer('id=1&locale=en')
    expect([refused.status, await refused.json()]).toEqual([429, { code: 'too-many-requests' }])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await aboutCustomer('id=1&locale=en', sessionToken(freshDomain()))).status).toBe(200)
  })

  test('says that Shopify or the database is away as a failure that the extension can read', async () => {
    await importedShop()
    await shopifyIs(() => ({ status: 500, body: {} }))
    const answer = await aboutCustomer(`id=${LATE}&locale=en`)
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })
})

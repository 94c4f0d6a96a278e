import { shopifyIs } from '#tests/support/shopify-stand-in.ts'

import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { AccessLost, InvalidInput, OutsideFailure } from '#app/errors.ts'
import { installedShop, withShop } from '#app/outside/database.server.ts'
import { addDocumentResponseHeaders, forMerchant } from '#app/outside/request.server.ts'
import { sessionStorage } from '#app/outside/sessions.server.ts'
import { loader as auth } from '#app/routes/auth.$.tsx'
import { loader as login } from '#app/routes/auth.login.tsx'
import { loader as health } from '#app/routes/health.tsx'
import { freshDomain } from '#tests/support/database.ts'
import { merchantRequest, sessionToken } from '#tests/support/signed.ts'

const TOKEN = {
  access_token: 'shpat_exchanged',
  scope: 'read_customers,read_orders',
  expires_in: 3600,
  refresh_token: 'shprt_1',
  refresh_token_expires_in: 7_776_000,
}
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537.36' }

let domain: string
beforeEach(() => {
  domain = freshDomain()
})

const whoAsks = forMerchant({}, ({ shop, domain, locale }) => ({ shop, domain, locale }))

type Thrown = Response | { data: unknown; init: { status: number; headers?: HeadersInit } }

async function thrownBy(run: (args: never) => Promise<unknown>, request: Request, params = {}): Promise<Thrown> {
  try {
    const answer = await run({ request, params, context: {} } as never)
    throw new Error(`nothing was thrown but ${JSON.stringify(answer)} came back`)
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown
    return thrown as Thrown
  }
}

function called(run: (args: never) => Promise<unknown>, request: Request, params = {}): Promise<unknown> {
  return run({ request, params, context: {} } as never)
}

describe('a merchant who opens the app', () => {
  test('is installed by token exchange, and the import is owed, once', async () => {
    const shopifySide = await shopifyIs(() => ({ body: TOKEN }))
    for (let visits = 0; visits < 3; visits++) {
      const answer = await called(whoAsks, merchantRequest('/app', sessionToken(domain)))
      expect(answer).toEqual({ shop: await installedShop(domain), domain, locale: 'en' })
    }
    const shop = (await installedShop(domain))!
    expect(shopifySide.requests).toHaveLength(1)
    expect(shopifySide.requests[0]).toMatchObject({ host: domain, path: '/admin/oauth/access_token' })
    expect(JSON.parse(shopifySide.requests[0]!.body)).toMatchObject({ expiring: '1' })
    const stored = await sessionStorage.loadSession(`offline_${domain}`)
    expect([stored?.accessToken, stored?.refreshToken]).toEqual(['shpat_exchanged', 'shprt_1'])
    const work = await withShop(shop, (tx) => tx.work.findMany({ where: { shop } }))
    expect(work.map(({ kind, entity, version }) => [kind, entity, version])).toEqual([
      ['backfill-shop', String(shop), 1],
    ])
  })

  test('has the import owed also where a process died between token and debt', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    await called(whoAsks, merchantRequest('/app', sessionToken(domain)))
    const shop = (await installedShop(domain))!
    await withShop(shop, (tx) => tx.work.deleteMany({ where: { shop } }))
    await called(whoAsks, merchantRequest('/app', sessionToken(domain)))
    expect(await withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'backfill-shop' } }))).toBe(1)
  })

  test('who has an import already is not given another at the next exchange', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    await called(whoAsks, merchantRequest('/app', sessionToken(domain)))
    const shop = (await installedShop(domain))!
    await withShop(shop, async (tx) => {
      await tx.work.deleteMany({ where: { shop } })
      await tx.session.deleteMany({ where: { shop } })
      await tx.syncRun.create({
        data: { shop, kind: 'history', subject: 'orders', state: 'done', startedAt: new Date() },
      })
    })
    await called(whoAsks, merchantRequest('/app', sessionToken(domain)))
    expect(await withShop(shop, (tx) => tx.work.count({ where: { shop } }))).toBe(0)
  })

  test('sees the admin’s language, unless the shop has chosen one', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    const localeAt = async (path: string) =>
      ((await called(whoAsks, merchantRequest(path, sessionToken(domain)))) as { locale: string }).locale
    expect([await localeAt('/app?locale=ko-KR'), await localeAt('/app?locale=de'), await localeAt('/app')]).toEqual([
      'ko',
      'en',
      'en',
    ])
    const shop = (await installedShop(domain))!
    await withShop(shop, (tx) =>
      tx.settings.create({ data: { shop, version: 1, data: { language: 'ko' }, updatedAt: new Date() } }),
    )
    expect(await localeAt('/app?locale=en')).toBe('ko')
  })
})

describe('a session token that is not Shopify’s is refused, and Shopify is asked for nothing:', () => {
  const second = Math.floor(Date.now() / 1000)
  test.each<[string, () => string]>([
    ['another app’s secret', () => sessionToken(domain, {}, { secret: 'another-secret-of-16' })],
    ['another app’s audience', () => sessionToken(domain, { aud: 'another-key' })],
    ['run out 11 seconds ago', () => sessionToken(domain, { exp: second - 11, nbf: second - 71 })],
    ['valid only later', () => sessionToken(domain, { nbf: second + 30, exp: second + 90 })],
    ['no expiry', () => sessionToken(domain, { exp: undefined })],
    ['an issuer that is another shop', () => sessionToken(domain, { iss: `https://${freshDomain()}/admin` })],
    [
      'a destination that is no shop',
      () => sessionToken(domain, { dest: 'https://evil.example', iss: 'https://evil.example' }),
    ],
    ['no algorithm', () => sessionToken(domain, {}, { header: { alg: 'none' } })],
    ['HS512', () => sessionToken(domain, {}, { header: { alg: 'HS512' } })],
    ['no token at all', () => ''],
  ])('%s', async (_, token) => {
    const shopifySide = await shopifyIs(() => ({ body: TOKEN }))
    const thrown = await thrownBy(whoAsks, merchantRequest('/app', token()))
    expect((thrown as Response).status).toBe(401)
    expect(shopifySide.requests).toEqual([])
    expect(await installedShop(domain)).toBeNull()
  })

  test('another shop’s, used under this shop’s name', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    const request = merchantRequest(`/app?shop=${domain}`, sessionToken(freshDomain()))
    expect(((await thrownBy(whoAsks, request)) as Response).status).toBe(401)
  })

  test('in an address, where App Bridge has not been yet', async () => {
    const host = Buffer.from('admin.shopify.com/store/x').toString('base64url')
    const token = sessionToken(domain, { exp: undefined })
    const address = `http://127.0.0.1:3000/app?shop=${domain}&host=${host}&embedded=1&id_token=${token}`
    const thrown = (await thrownBy(whoAsks, new Request(address, { headers: BROWSER }))) as Response
    expect(thrown.status).toBe(401)
    expect(thrown.headers.get('content-security-policy')).toContain(domain)
  })
})

describe('what a handler throws becomes an answer', () => {
  const failing = (error: Error) => forMerchant({}, () => Promise.reject(error) as Promise<never>)
  const ask = async (error: Error) => {
    await shopifyIs(() => ({ body: TOKEN }))
    return (await thrownBy(failing(error), merchantRequest('/app', sessionToken(domain)))) as Exclude<Thrown, Response>
  }

  test.each<[Error, number, string]>([
    [new InvalidInput('x', { code: 'not-found' }), 404, 'not-found'],
    [new InvalidInput('x', { code: 'not-allowed' }), 403, 'not-allowed'],
    [new InvalidInput('x'), 422, 'invalid-input'],
    [new AccessLost('scope-missing', 'x'), 403, 'scope-missing'],
    [new AccessLost('shop-gone', 'x'), 403, 'shop-gone'],
    [new OutsideFailure('shopify-unavailable', 'x', { retryAfterMs: 7000 }), 503, 'shopify-unavailable'],
    [new Error('CNRY'), 500, 'invariant-broken'],
  ])('%s → %i', async (error, status, code) => {
    const { data, init } = await ask(error)
    expect([init.status, (data as { code: string }).code]).toEqual([status, code])
    expect(new Headers(init.headers).get('retry-after')).toBe(status === 503 ? '7' : null)
    expect(JSON.stringify(data)).not.toContain('CNRY')
  })

  test('a refused token sends App Bridge for a new one', async () => {
    const thrown = (await ask(new AccessLost('token-revoked', 'x'))) as unknown as Response
    expect([thrown.status, thrown.headers.get('x-shopify-retry-invalid-session-request')]).toEqual([401, '1'])
  })
})

describe('a form', () => {
  const save = forMerchant(
    {
      params: z.object({ id: z.string().regex(/^\d+$/) }),
      form: z.strictObject({ name: z.string().min(3, 'too-short') }),
    },
    ({ params, form }) => ({ id: params.id, name: form.name }),
  )
  const post = (fields: Record<string, string>) =>
    merchantRequest('/app/1', sessionToken(domain), { method: 'POST', body: new URLSearchParams(fields) })

  test('is parsed, and comes back with its fields where it cannot be', async () => {
    await shopifyIs(() => ({ body: TOKEN }))
    expect(await called(save, post({ name: 'Ada' }), { id: '1' })).toEqual({ id: '1', name: 'Ada' })
    expect(await called(save, post({ name: 'x' }), { id: '1' })).toMatchObject({
      data: { refused: 'invalid-input', fields: { name: 'too-short' } },
      init: { status: 422 },
    })
    expect(await called(save, post({ name: 'Ada', shop: '2' }), { id: '1' })).toMatchObject({ init: { status: 422 } })
    expect(await thrownBy(save, post({ name: 'Ada' }), { id: 'x' })).toMatchObject({ init: { status: 404 } })
  })
})

describe('who may frame a page', () => {
  const ancestors = (query: string) => {
    const headers = new Headers()
    addDocumentResponseHeaders(new Request(`http://127.0.0.1:3000/app${query}`), headers)
    return headers.get('content-security-policy')
  }

  test('is this shop’s admin alone', () => {
    expect(ancestors('?shop=one.myshopify.com')).toBe(
      'frame-ancestors https://one.myshopify.com https://admin.shopify.com;',
    )
  })

  test.each([
    '',
    '?shop=',
    '?shop=evil.example',
    '?shop=one.myshopify.com.evil.example',
    '?shop=one.shop.dev',
    '?shop=a%0Ab',
  ])('is nobody without a shop (%s)', (query) => expect(ancestors(query)).toBe(`frame-ancestors 'none';`))

  test('holds for the pages that Shopify’s library writes itself', async () => {
    const page = async (query: string) =>
      (await thrownBy(
        auth as never,
        new Request(`http://127.0.0.1:3000/auth/session-token${query}`, { headers: BROWSER }),
      )) as Response
    const bounce = await page(`?shop=${domain}`)
    expect(bounce.headers.get('content-security-policy')).toBe(
      `frame-ancestors https://${domain} https://admin.shopify.com;`,
    )
    expect(await bounce.text()).toContain('app-bridge.js')
    expect((await page('?shop=evil.example')).headers.get('content-security-policy')).toBe(`frame-ancestors 'none';`)
  })
})

describe('the way in', () => {
  test.each(['?shop=evil.example', '?shop=one.myshopify.com.evil.example', '?shop=//evil.example', ''])(
    'sends nobody elsewhere (%s)',
    async (query) => {
      expect(await called(login as never, new Request(`http://127.0.0.1:3000/auth/login${query}`))).toBeNull()
    },
  )

  test('of a shop leads to that shop’s installation page', async () => {
    const thrown = await thrownBy(
      login as never,
      new Request('http://127.0.0.1:3000/auth/login?shop=one.myshopify.com'),
    )
    expect((thrown as Response).headers.get('location')).toMatch(
      /^https:\/\/admin\.shopify\.com\/store\/one\/oauth\/install\?client_id=local-key$/,
    )
  })

  test.each([
    'https://evil.example/',
    '//evil.example',
    'javascript:alert(1)',
    'https://admin.shopify.com.evil.example/',
  ])('leaves the frame for no other site (%s)', async (destination) => {
    const address = `http://127.0.0.1:3000/auth/exit-iframe?shop=${domain}&exitIframe=${encodeURIComponent(destination)}`
    const thrown = await thrownBy(auth as never, new Request(address, { headers: BROWSER }))
    expect(thrown).not.toBeInstanceOf(Response)
  })
})

test('health is 200 while the database answers', async () => {
  expect(((await called(health as never, new Request('http://127.0.0.1:3000/health'))) as Response).status).toBe(200)
})

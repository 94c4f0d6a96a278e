import { shopifyIs } from '#tests/support/shopify-stand-in.ts'

import { Session } from '@shopify/shopify-api'
import { describe, expect, test, vi } from 'vitest'

import { accessToken } from '#app/outside/access-token.server.ts'
import { now } from '#app/outside/clock.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { sessionStorage } from '#app/outside/sessions.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'

const MINUTE_MS = 60_000

async function shopWithToken(minutesLeft: number): Promise<{ shop: ShopId; domain: string }> {
  const domain = freshDomain()
  const shop = await testShop(domain)
  await sessionStorage.storeSession(
    new Session({
      id: `offline_${domain}`,
      shop: domain,
      state: '',
      isOnline: false,
      scope: 'read_orders',
      accessToken: 'shpat_first',
      expires: new Date(now() + minutesLeft * MINUTE_MS),
      refreshToken: 'shprt_first',
      refreshTokenExpires: new Date(now() + 90 * 24 * 60 * MINUTE_MS),
    }),
  )
  return { shop, domain }
}

const SECOND = {
  access_token: 'shpat_second',
  scope: 'read_orders',
  expires_in: 3600,
  refresh_token: 'shprt_second',
  refresh_token_expires_in: 7_776_000,
}

describe('the access token', () => {
  test('is used as it is stored while more than a fifth of its hour is left', async () => {
    const { shop, domain } = await shopWithToken(13)
    const shopifySide = await shopifyIs(() => ({ body: SECOND }))
    expect(await accessToken(shop, domain)).toBe('shpat_first')
    expect(shopifySide.requests).toEqual([])
  })

  test('is renewed before it runs out: one refresh for fifty who ask at once, saved before it is used', async () => {
    const { shop, domain } = await shopWithToken(11)
    const shopifySide = await shopifyIs(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return { body: SECOND }
    })
    const tokens = await Promise.all(Array.from({ length: 50 }, () => accessToken(shop, domain)))
    expect(new Set(tokens)).toEqual(new Set(['shpat_second']))
    expect(shopifySide.requests).toHaveLength(1)
    expect(shopifySide.requests[0]).toMatchObject({ host: domain, path: '/admin/oauth/access_token' })
    expect(JSON.parse(shopifySide.requests[0]!.body)).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'shprt_first',
      client_id: 'local-key',
    })
    const stored = await sessionStorage.loadSession(`offline_${domain}`)
    expect([stored?.accessToken, stored?.refreshToken]).toEqual(['shpat_second', 'shprt_second'])
    expect(stored?.expires?.getTime()).toBeGreaterThan(now() + 59 * MINUTE_MS)
  })

  test('is renewed once by two processes that find it near its end at the same time', async () => {
    const { shop, domain } = await shopWithToken(5)
    const shopifySide = await shopifyIs(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return { body: SECOND }
    })
    // A second copy of the modules shares nothing with the first but the database.
    vi.resetModules()
    const other = await import('#app/outside/access-token.server.ts')
    const { closeDatabase } = await import('#app/outside/database.server.ts')
    try {
      const tokens = await Promise.all([accessToken(shop, domain), other.accessToken(shop, domain)])
      expect(other.accessToken).not.toBe(accessToken)
      expect(tokens).toEqual(['shpat_second', 'shpat_second'])
      expect(shopifySide.requests).toHaveLength(1)
    } finally {
      await closeDatabase()
    }
  })

  test('that fifty workers had refused at once is renewed once', async () => {
    const { shop, domain } = await shopWithToken(50)
    const shopifySide = await shopifyIs(() => ({ body: SECOND }))
    const tokens = await Promise.all(Array.from({ length: 50 }, () => accessToken(shop, domain, 'shpat_first')))
    expect(new Set(tokens)).toEqual(new Set(['shpat_second']))
    // Somebody whose 401 comes in late finds the new one.
    expect(await accessToken(shop, domain, 'shpat_first')).toBe('shpat_second')
    expect(shopifySide.requests).toHaveLength(1)
  })

  test('is renewed with the same refresh token when the first answer was lost on the way', async () => {
    const { shop, domain } = await shopWithToken(-1)
    const shopifySide = await shopifyIs((_, response) => {
      if (shopifySide.requests.length > 1) return { body: SECOND }
      response.destroy()
      return undefined
    })
    await expect(accessToken(shop, domain)).rejects.toMatchObject({ code: 'shopify-unavailable' })
    expect(await accessToken(shop, domain)).toBe('shpat_second')
    expect(
      shopifySide.requests.map(({ body }) => (JSON.parse(body) as { refresh_token: string }).refresh_token),
    ).toEqual(['shprt_first', 'shprt_first'])
  })

  test.each([{ status: 500 }, { status: 429 }, { body: '<html>' }])(
    'still serves while it is valid and its renewal fails (%j)',
    async (reply) => {
      const { shop, domain } = await shopWithToken(5)
      await shopifyIs(() => reply)
      expect(await accessToken(shop, domain)).toBe('shpat_first')
    },
  )

  test('that Shopify does not renew is dropped: access is lost, and Shopify is not asked again', async () => {
    const { shop, domain } = await shopWithToken(-1)
    const shopifySide = await shopifyIs(() => ({ status: 400, body: { error: 'invalid_grant' } }))
    for (let times = 0; times < 5; times++) {
      await expect(adminOf(shop)).rejects.toMatchObject({ name: 'AccessLost', code: 'token-revoked' })
    }
    expect(shopifySide.requests).toHaveLength(1)
    expect((await sessionStorage.loadSession(`offline_${domain}`))?.accessToken).toBeUndefined()
  })

  test('of a new installation is never used for the one that was left', async () => {
    const { shop, domain } = await shopWithToken(50)
    await connectAs('superuser', (client) =>
      client.query('UPDATE "Shop" SET "uninstalledAt" = now() WHERE shop = $1', [shop]),
    )
    const again = await testShop(domain)
    expect(again).not.toBe(shop)
    await expect(adminOf(shop)).rejects.toMatchObject({ code: 'shop-gone' })
  })
})

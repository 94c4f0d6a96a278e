import type { Faults } from '../shop/faults.ts'
import type { Happenings } from '../shop/happenings.ts'
import { redirectedFetch } from '../shop/mapping.ts'
import type { FaultsGiven, LocalShop } from '../shop/playing.ts'
import { startShop, type RunningShop, type StartOptions } from '../shop/server.ts'
import { World } from '../shop/world.ts'

/** The app's own, where a test has the app in its process. */
export const TEST_API_KEY = process.env['SHOPIFY_API_KEY'] ?? 'local-morello-test'
export const TEST_API_SECRET = process.env['SHOPIFY_API_SECRET'] ?? 'local-morello-test-secret'

/** Bulk operations as quick as they can be; a test of waiting gives its own pace. */
const QUICK = { startMs: 20, objectsPerSecond: Number.POSITIVE_INFINITY }

export type LocalShopOptions = Partial<Omit<StartOptions, 'faults'>> & { faults?: FaultsGiven }

export type TestShop = RunningShop & {
  world: World
  faults: Faults
  /** Everything that others do in the shop: buy, refund, merge, change tags…; `await happen.delivered()`. */
  happen: Happenings
  /** An offline token by a real token exchange over HTTP; saving it is the caller's. */
  install(domain?: string): Promise<OfflineToken>
  /** One Admin call with a fresh token, for looking at the shop from a test. */
  admin(query: string, variables?: Record<string, unknown>): Promise<AdminAnswer>
}

export type OfflineToken = {
  accessToken: string
  scope: string
  expiresAt: number
  refreshToken: string
  refreshTokenExpiresAt: number
}

export type AdminAnswer = {
  data?: Record<string, unknown> | null
  errors?: { message: string; extensions?: { code?: string } }[]
  extensions?: { cost?: { requestedQueryCost: number; actualQueryCost: number | null } }
}

const plainFetch = globalThis.fetch
const running: TestShop[] = []
const redirected = redirectedFetch(plainFetch, () => running.at(-1)?.origin ?? null)

/** Starts a shop in this process on a free port; until it stops, fetch reaches it and nothing beyond this machine. */
export async function startLocalShop(options: LocalShopOptions = {}): Promise<TestShop> {
  const world = options.world ?? new World()
  const given = { apiKey: TEST_API_KEY, apiSecret: TEST_API_SECRET, ...options, world }
  const shop = await startShop({ ...given, pace: { ...QUICK, ...options.pace } })
  const test: TestShop = {
    ...shop,
    world,
    faults: shop.shop.faults,
    happen: shop.shop.happen,
    install: (domain = world.shop.domain) => exchange(shopOf(shop, domain), given.apiSecret),
    async admin(query, variables = {}) {
      const token = String(shop.shop.exchange()['access_token'])
      const url = `https://${world.shop.domain}/admin/api/${shop.shop.played.admin.version}/graphql.json`
      const response = await redirected(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
        body: JSON.stringify({ query, variables }),
      })
      return (await response.json()) as AdminAnswer
    },
    async stop() {
      running.splice(running.indexOf(test), 1)
      if (running.length === 0) globalThis.fetch = plainFetch
      await shop.stop()
    },
  }
  running.push(test)
  globalThis.fetch = redirected
  return test
}

function shopOf(shop: RunningShop, domain: string): LocalShop {
  const found = shop.shops.get(domain)
  if (!found) throw new Error(`No local shop is played at ${domain}`)
  return found
}

async function exchange(shop: LocalShop, apiSecret: string): Promise<OfflineToken> {
  const response = await redirected(`https://${shop.domain}/admin/oauth/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: shop.played.apiKey,
      client_secret: apiSecret,
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: shop.sessionToken(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
      expiring: '1',
    }),
  })
  if (!response.ok) throw new Error(`Token exchange answered ${response.status}`)
  const body = (await response.json()) as Record<string, string | number>
  const now = Date.now()
  return {
    accessToken: String(body['access_token']),
    scope: String(body['scope']),
    expiresAt: now + Number(body['expires_in']) * 1000,
    refreshToken: String(body['refresh_token']),
    refreshTokenExpiresAt: now + Number(body['refresh_token_expires_in']) * 1000,
  }
}

// A shop of the test's own at the local shop, its worker with the real jobs of this stage, and what is stored of it.
import { setTimeout as sleep } from 'node:timers/promises'

import { Session } from '@shopify/shopify-api'
import { onTestFinished } from 'vitest'

import { installedShop, type ShopId, withShop } from '#app/outside/database.server.ts'
import { owe, startWorker } from '#app/outside/queue.server.ts'
import { sessionStorage } from '#app/outside/sessions.server.ts'
import { connectAs, freshDomain } from '#tests/support/database.ts'
import { startLocalShop, type LocalShopOptions, type TestShop } from '#tests/support/local-shop.ts'
import { World } from '#tests/shop/world.ts'

import { JOBS } from './jobs.ts'

export type PlayedShop = { shop: ShopId; local: TestShop; world: World }

/** Starts a local shop with what `fill` puts into it and installs the app there. */
export async function playShop(fill: (world: World) => void, options: LocalShopOptions = {}): Promise<PlayedShop> {
  const world = new World({ domain: freshDomain(), currency: 'USD', timezone: 'Asia/Seoul' })
  fill(world)
  const local = await startLocalShop({
    world,
    apiKey: process.env.SHOPIFY_API_KEY!,
    apiSecret: process.env.SHOPIFY_API_SECRET!,
    ...options,
  })
  onTestFinished(() => local.stop())
  return { shop: await install(local), local, world }
}

/** Stores an offline token as Shopify's library does after its exchange. */
export async function install(local: TestShop): Promise<ShopId> {
  const domain = local.world.shop.domain
  const token = await exchanged(local)
  await sessionStorage.storeSession(
    new Session({
      id: `offline_${domain}`,
      shop: domain,
      state: '',
      isOnline: false,
      scope: token.scope,
      accessToken: token.accessToken,
      expires: new Date(token.expiresAt),
      refreshToken: token.refreshToken,
      refreshTokenExpires: new Date(token.refreshTokenExpiresAt),
    }),
  )
  return (await installedShop(domain))!
}

async function exchanged(local: TestShop) {
  const body = local.shop.exchange()
  const now = Date.now()
  return {
    accessToken: String(body['access_token']),
    scope: String(body['scope']),
    expiresAt: now + Number(body['expires_in']) * 1000,
    refreshToken: String(body['refresh_token']),
    refreshTokenExpiresAt: now + Number(body['refresh_token_expires_in']) * 1000,
  }
}

export async function oweImport(shop: ShopId): Promise<void> {
  await withShop(shop, (tx) => owe(tx, shop, 'backfill-shop', 'shop', {}))
}

/** Runs a worker until the shop's work is done, parked or dead. */
export async function workUntilDone(shop: ShopId, withinMs = 240_000): Promise<void> {
  const worker = startWorker(JOBS, { concurrency: 3, sweepEveryMs: 20, leaseSeconds: 5 })
  try {
    const end = Date.now() + withinMs
    for (;;) {
      const open = await withShop(shop, (tx) =>
        tx.work.findMany({ where: { shop, state: { in: ['waiting', 'running'] } } }),
      )
      if (open.length === 0) return
      if (Date.now() > end) throw new Error(`work is still open: ${JSON.stringify(open, withoutBigInt)}`)
      await sleep(30)
    }
  } finally {
    await worker.stop()
  }
}

function withoutBigInt(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

export async function importAll(played: PlayedShop): Promise<void> {
  await oweImport(played.shop)
  await workUntilDone(played.shop)
}

/** Everything of a shop that an import stores, without which road brought it when: what two imports must agree on. */
export async function storedRows(shop: ShopId): Promise<{ customers: unknown[]; orders: unknown[]; lines: unknown[] }> {
  return connectAs('superuser', async (client) => {
    const read = async (table: string, order: string) =>
      (
        await client.query(
          `SELECT to_jsonb(t) - 'shop' - 'road' - 'fetchedAt' AS row FROM "${table}" t WHERE shop = $1 ORDER BY ${order}`,
          [shop],
        )
      ).rows.map(({ row }) => row as unknown)
    return {
      customers: await read('Customer', 'id'),
      orders: await read('Order', 'id'),
      lines: await read('Line', '"order", id'),
    }
  })
}

export async function runsOf(shop: ShopId) {
  return withShop(shop, (tx) => tx.syncRun.findMany({ where: { shop }, orderBy: { id: 'asc' } }))
}

/** Rows left in staging of the shop's runs, page staging included. */
export async function stagedFor(shop: ShopId): Promise<number> {
  return connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM (SELECT run FROM "StagedOrder" UNION ALL SELECT run FROM "StagedLine"
         UNION ALL SELECT run FROM "StagedCustomer") s WHERE abs(run) IN (SELECT id FROM "SyncRun" WHERE shop = $1)`,
      [shop],
    )
    return rows[0]!.n
  })
}

/** A small shop with some of everything: codes, refunds, guests, companies, other currencies, lines beyond a page. */
export function fillWithSomeOfEverything(world: World, orders = 60): void {
  const products = Array.from({ length: 7 }, (_, n) =>
    world.addProduct({ title: `Tinted balm "${n}" \\ 립밤`, sku: `BALM-${n}`, priceMinor: 1500 + n }),
  )
  const customers = Array.from({ length: 15 }, (_, n) =>
    world.addCustomer({ createdAt: FIRST + n * 1000, tags: n % 2 === 0 ? ['VIP', `since "20${n}"`] : [] }),
  )
  for (let n = 0; n < orders; n += 1) {
    const hasCode = n % 3 === 0
    world.addOrder({
      customerId: n % 11 === 10 ? null : customers[n % customers.length]!.id,
      processedAt: FIRST + (n % 500) * 86_400_000,
      test: n % 17 === 16,
      cancelledAt: n % 13 === 12 ? FIRST + (n % 500) * 86_400_000 + 60_000 : null,
      financialStatus: n % 5 === 4 ? 'PARTIALLY_REFUNDED' : 'PAID',
      refunds: n % 5 === 4 ? [{ createdAt: FIRST + ((n % 500) + 2) * 86_400_000, minor: 700 }] : [],
      discounts: hasCode ? [{ kind: 'code', title: 'Welcome10' }] : [],
      companyId: n % 19 === 18 ? 77 : null,
      lines: Array.from({ length: n === 7 ? 45 : n === 8 ? 0 : 1 + (n % 3) }, (_, at) => ({
        productId: products[(n + at) % products.length]!.id,
        quantity: 2,
        currentQuantity: n % 5 === 4 ? 1 : 2,
        unitMinor: 1500,
        allocations: hasCode ? [{ discount: 0, minor: 150 }] : [],
      })),
    })
  }
}

export const FIRST = Date.UTC(2025, 0, 1, 9, 30, 15)

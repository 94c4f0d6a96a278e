import { expect, test } from 'vitest'

import { freshnessFor } from '#app/flow/freshness.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'

const sql = (text: string, values: unknown[]) =>
  connectAs('superuser', async (client) => void (await client.query(text, values)))

async function imported(): Promise<ShopId> {
  const shop = await testShop(freshDomain(), 'read_all_orders,write_customers')
  await sql('DELETE FROM "Work" WHERE shop = $1', [shop])
  await sql('UPDATE "Shop" SET "syncedAt" = now() WHERE shop = $1', [shop])
  return shop
}

const owe = (shop: ShopId, kind: string, state: string, minutesAgo: number, attempts = 0) =>
  sql(
    `INSERT INTO "Work" (shop, kind, entity, state, "nextAt", "owedAt", attempts)
     VALUES ($1, $2, $2, $3, now() - $4 * interval '1 minute', now() - $4 * interval '1 minute', $5)`,
    [shop, kind, state, minutesAgo, attempts],
  )

test('before the first import nothing can come', async () => {
  const { live, checkedAt } = await freshnessFor(await testShop())
  expect(live).toEqual({ state: 'off', waiting: 0, promisedMs: 120_000 })
  expect(checkedAt).toBeNull()
})

test('what waits for less than is promised is live; the oldest that waits longer says since when it is behind', async () => {
  const shop = await imported()
  expect((await freshnessFor(shop)).live).toMatchObject({ state: 'live', waiting: 0 })
  await owe(shop, 'refresh-order', 'waiting', 1)
  expect((await freshnessFor(shop)).live).toMatchObject({ state: 'live', waiting: 1 })
  await owe(shop, 'recompute-customer', 'running', 7)
  const { live } = await freshnessFor(shop)
  expect(live).toMatchObject({ state: 'behind', waiting: 2 })
  expect(Date.now() - live.sinceMs!).toBeGreaterThan(6.9 * 60_000)
})

test('what is put off on purpose keeps nobody waiting; what failed and is tried again does', async () => {
  const shop = await imported()
  await owe(shop, 'refresh-customer', 'waiting', -5)
  expect((await freshnessFor(shop)).live).toMatchObject({ state: 'live', waiting: 0 })
  await sql(`UPDATE "Work" SET attempts = 2, "owedAt" = now() - interval '9 minutes' WHERE shop = $1`, [shop])
  expect((await freshnessFor(shop)).live).toMatchObject({ state: 'behind', waiting: 1 })
})

test('what is tried no more is told until it has come in another way: fetched since, or with everybody', async () => {
  const shop = await imported()
  await owe(shop, 'refresh-order', 'dead', 30)
  await sql(`UPDATE "Work" SET entity = '77' WHERE shop = $1`, [shop])
  const { live } = await freshnessFor(shop)
  expect(live).toMatchObject({ state: 'stopped', waiting: 0 })
  expect(Date.now() - live.sinceMs!).toBeGreaterThan(29 * 60_000)
  await sql(`UPDATE "Work" SET kind = 'recompute-customer', "owedAt" = now() - interval '30 minutes' WHERE shop = $1`, [
    shop,
  ])
  expect((await freshnessFor(shop)).live.state).toBe('stopped')
  await sql(`INSERT INTO "Summary" (shop, "asOf", data) VALUES ($1, now() - interval '20 minutes', '{}')`, [shop])
  expect((await freshnessFor(shop)).live.state).toBe('live')
})

test('a shop that lets us in no more is off since its work was parked', async () => {
  const shop = await imported()
  await owe(shop, 'check-health', 'parked', 30)
  const { live } = await freshnessFor(shop)
  expect(live.state).toBe('off')
  expect(Date.now() - live.sinceMs!).toBeGreaterThan(29 * 60_000)
})

test('changes that nobody told us of are silent since the oldest; a shop nobody looks at is behind', async () => {
  const shop = await imported()
  await sql(
    `INSERT INTO "LiveHealth" (shop, "checkedAt", "agreedAt", "silentSince", missing, registered)
     VALUES ($1, now(), now() - interval '10 minutes', now() - interval '20 minutes', '{}', '{}')`,
    [shop],
  )
  expect((await freshnessFor(shop)).live.state).toBe('silent')
  await sql(`UPDATE "LiveHealth" SET "silentSince" = NULL, "checkedAt" = now() - interval '2 hours' WHERE shop = $1`, [
    shop,
  ])
  await sql(`UPDATE "Shop" SET "syncedAt" = now() - interval '3 hours' WHERE shop = $1`, [shop])
  expect((await freshnessFor(shop)).live).toMatchObject({ state: 'behind', waiting: 0 })
})

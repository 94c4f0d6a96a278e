import { expect, test } from 'vitest'

import { followScopes as noteScopes } from '#app/flow/sync/scopes-granted.ts'
import { followScopes } from '#app/jobs/follow-scopes.ts'
import { withShop, withShopBulk } from '#app/outside/database.server.ts'
import { startWorker } from '#app/outside/queue.server.ts'
import { action } from '#app/routes/webhooks.tsx'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { until } from '#tests/support/until.ts'

import { playShop } from './played.ts'

test('a scope that is taken away is noted, and work that waits for one goes on when it is granted', async () => {
  const { shop, local } = await playShop(() => {})
  local.shop.played.webhooks.deliver = async (request) =>
    (await action({ request, params: {}, context: {} })) as Response
  const scopes = async () =>
    (await withShop(shop, (tx) => tx.shop.findUniqueOrThrow({ where: { shop } }))).scopes.split(',')
  const parked = () => withShop(shop, (tx) => tx.work.count({ where: { shop, state: 'parked' } }))
  await connectAs('superuser', async (client) => {
    await client.query('DELETE FROM "Work" WHERE shop = $1', [shop])
    await client.query(
      `INSERT INTO "Work" (shop, kind, entity, state, "nextAt", "owedAt", problem)
       VALUES ($1, 'sync-segments', 'x', 'parked', now() + interval '1 hour', now(), '{"kind": "scope-missing"}')`,
      [shop],
    )
  })
  const worker = startWorker([followScopes], { sweepEveryMs: 20 })
  try {
    await local.shop.takeScopes('write_customers')
    await until(async () => !(await scopes()).includes('write_customers'))
    expect(await parked()).toBe(1)
    await local.shop.grantScopes('write_customers')
    await until(async () => (await scopes()).includes('write_customers'))
    expect(await parked()).toBe(0)
  } finally {
    await worker.stop()
  }
})

test('an import that orders of other years call for, and that failed, is begun again by itself only after a day', async () => {
  const shop = await testShop(freshDomain(), 'write_customers')
  const sql = (text: string) => connectAs('superuser', async (client) => void (await client.query(text, [shop])))
  await sql('UPDATE "Shop" SET "syncedAt" = now(), limited = false WHERE shop = $1')
  const owedAfter = async (...scopes: string[]) => {
    await sql('DELETE FROM "Work" WHERE shop = $1')
    await withShopBulk(shop, (tx) => noteScopes(tx, shop, scopes))
    return withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'backfill-shop' } }))
  }
  expect(await owedAfter('write_customers')).toBe(1)
  await sql(
    `INSERT INTO "SyncRun" (shop, kind, subject, state, "startedAt", "finishedAt")
     VALUES ($1, 'history', 'orders', 'failed', now(), now()), ($1, 'history', 'customers', 'done', now(), now())`,
  )
  expect(await owedAfter('write_customers')).toBe(0)
  expect(await owedAfter('write_customers', 'read_products')).toBe(1)
  expect(await owedAfter('write_customers', 'read_products')).toBe(0)
  await sql(`UPDATE "SyncRun" SET "finishedAt" = now() - interval '25 hours' WHERE shop = $1`)
  expect(await owedAfter('write_customers', 'read_products')).toBe(1)
})

import { afterEach, describe, expect, test } from 'vitest'

import { defineJob, owe, startWorker, type WorkerOptions } from '#app/outside/queue.server.ts'
import { withShop } from '#app/outside/database.server.ts'
import { forWebhook } from '#app/outside/request.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { hasRedis, startRedis } from '#tests/support/redis.ts'
import { webhook } from '#tests/support/signed.ts'
import { until } from '#tests/support/until.ts'

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** A worker that looks for work by itself once an hour only, and what it has been given. */
function deafButForKnocks(options: WorkerOptions = {}): string[] {
  const begun: string[] = []
  const job = defineJob({ kind: 'refresh-order', handler: async ({ entity }) => void begun.push(entity) })
  const worker = startWorker([job], { sweepEveryMs: 3_600_000, ...options })
  ending.push(() => worker.stop())
  return begun
}

async function deliver(domain: string, order: number): Promise<void> {
  const body = { admin_graphql_api_id: `gid://shopify/Order/${order}`, updated_at: new Date().toISOString() }
  const answer = await forWebhook()({ request: webhook('orders/updated', domain, body) } as never)
  expect(answer.status).toBe(200)
}

const listeners = () =>
  connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    )
    return rows.map(({ pid }) => pid)
  })

describe.each(hasRedis ? ['without Redis', 'with Redis'] : ['without Redis'])('%s', (how) => {
  test('what a delivery owes begins although the next sweep is an hour away', async () => {
    const domain = freshDomain()
    await testShop(domain)
    const redis = how === 'with Redis' ? await startRedis() : null
    if (redis) ending.push(() => redis.stop())
    const begun = deafButForKnocks({ redisUrl: redis?.url })
    await until(async () => (await listeners()).length === 1)
    await deliver(domain, 1)
    await until(() => begun.includes('1'))
    await deliver(domain, 2)
    await until(() => begun.includes('2'))
  })
})

test('a knock that was not heard is made good when the worker listens again', async () => {
  const domain = freshDomain()
  const shop = await testShop(domain)
  const begun = deafButForKnocks()
  await until(async () => (await listeners()).length === 1)
  await withShop(shop, (tx) => owe(tx, shop, 'refresh-order', '3', {}))
  await connectAs('superuser', (client) =>
    client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    ),
  )
  await until(() => begun.includes('3'))
})

// The whole live road, from a purchase in the shop to the tag there, over two workers: with Redis and without.
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'

import { startTagging } from '#app/flow/publication/runs.ts'
import { backfillShop } from '#app/jobs/backfill-shop.ts'
import { catchUp } from '#app/jobs/catch-up.ts'
import { ingestBulkResult } from '#app/jobs/ingest-bulk-result.ts'
import { publishCustomer } from '#app/jobs/publish-customer.ts'
import { publish } from '#app/jobs/publish.ts'
import { recomputeCustomerJob } from '#app/jobs/recompute-customer.ts'
import { pickCustomer } from '#app/jobs/pick-customer.ts'
import { rebuildRecommendations } from '#app/jobs/rebuild-recommendations.ts'
import { readBeside } from '#app/jobs/read-beside.ts'
import { recompute } from '#app/jobs/recompute.ts'
import { showPicks } from '#app/jobs/show-picks.ts'
import { refreshCustomer } from '#app/jobs/refresh-customer.ts'
import { refreshOrder } from '#app/jobs/refresh-order.ts'
import { workOutInsightsJob } from '#app/jobs/work-out-insights.ts'
import { withShop } from '#app/outside/database.server.ts'
import { defineJob, startWorker } from '#app/outside/queue.server.ts'
import { action } from '#app/routes/webhooks.tsx'
import { hasRedis, startRedis } from '#tests/support/redis.ts'
import { until } from '#tests/support/until.ts'
import { oweImport, type PlayedShop, playShop } from './sync/played.ts'

// Shopify's library keeps the fetch that it finds when it is loaded; the local shop puts one in place later.
setAbstractFetchFunc((input, init) => fetch(input as RequestInfo, init))

const announce = defineJob({ kind: 'announce', handler: async () => {} })
const JOBS = [
  ...[
    backfillShop,
    ingestBulkResult,
    catchUp,
    readBeside,
    rebuildRecommendations,
    recompute,
    workOutInsightsJob,
    publish,
  ],
  ...[showPicks, pickCustomer, refreshOrder, refreshCustomer, recomputeCustomerJob, publishCustomer, announce],
]
const CUSTOMERS = 6
const LONG_AGO = Date.now() - 100 * 86_400_000
const WITHIN_MS = 60_000

function played(): Promise<PlayedShop> {
  return playShop((world) => {
    world.shop.plan = 'enterprise'
    const { id: productId } = world.addProduct({ title: 'Soap', priceMinor: 900 })
    for (let n = 0; n < CUSTOMERS; n += 1) {
      const { id: customerId } = world.addCustomer({ createdAt: LONG_AGO, updatedAt: LONG_AGO, tags: ['VIP'] })
      const lines = [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 900 }]
      world.addOrder({ customerId, processedAt: LONG_AGO + n * 60_000, lines })
    }
  })
}

async function nothingLeft({ shop }: PlayedShop): Promise<boolean> {
  const rows = await withShop(shop, (tx) => tx.work.findMany({ where: { shop, kind: { not: 'check-health' } } }))
  const stuck = rows.find(({ state }) => state === 'dead' || state === 'parked')
  if (stuck) throw new Error(`${stuck.kind} is ${stuck.state}: ${JSON.stringify(stuck.problem)}`)
  return rows.length === 0
}

describe.each(hasRedis ? ['without Redis', 'with Redis'] : ['without Redis'])('%s', (how) => {
  test('who buys is moved once, by whichever worker, and the tags of others stay', async () => {
    const whole = await played()
    const { world, local, shop } = whole
    const redis = how === 'with Redis' ? await startRedis() : null
    if (redis) onTestFinished(() => redis.stop())
    for (let n = 0; n < 2; n += 1) {
      const worker = startWorker(JOBS, { concurrency: 2, redisUrl: redis?.url })
      onTestFinished(() => worker.stop())
    }
    local.shop.played.webhooks.deliver = async (request) =>
      (await action({ request, params: {}, context: {} })) as Response
    await oweImport(shop)
    await until(() => nothingLeft(whole), WITHIN_MS)
    await startTagging(shop)
    await until(() => nothingLeft(whole), WITHIN_MS)
    const customers = [...world.customers.values()]
    expect(new Set(customers.map(({ tags }) => tags.join()))).toEqual(new Set(['VIP,seg:one-and-done']))

    const productId = [...world.products.keys()][0]!
    for (const { id } of customers) local.shop.happen.buy({ customerId: id, lines: [{ productId, quantity: 1 }] })
    await until(() => customers.every(({ tags }) => tags.includes('seg:repeat')), WITHIN_MS)
    await local.shop.happen.delivered()
    await until(() => nothingLeft(whole), WITHIN_MS)
    expect(customers.map(({ tags }) => tags)).toEqual(customers.map(() => ['VIP', 'seg:repeat']))
    const moves = await withShop(shop, (tx) => tx.membershipChange.findMany({ where: { shop, cause: 'order' } }))
    expect(moves.map(({ customer, to }) => `${customer} ${to}`).sort()).toEqual(
      customers.map(({ id }) => `${id} repeat`).sort(),
    )
    if (redis) expect(await carriedBy(redis.url)).toBeGreaterThan(0)
  })
})

/** How many ids Bull was given: that it was Redis that brought the work. */
async function carriedBy(url: string): Promise<number> {
  const client = new Redis(url)
  try {
    return Number(await client.get('morello:work:id'))
  } finally {
    client.disconnect()
  }
}

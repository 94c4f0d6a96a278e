// Shopify in trouble while a shop is imported, worked out and tagged by the worker's own jobs: the same end as undisturbed.
import { setTimeout as sleep } from 'node:timers/promises'

import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'

import { activityPage } from '#app/flow/activity.ts'
import { startTagging } from '#app/flow/publication/runs.ts'
import { backfillShop } from '#app/jobs/backfill-shop.ts'
import { catchUp } from '#app/jobs/catch-up.ts'
import { ingestBulkResult } from '#app/jobs/ingest-bulk-result.ts'
import { publish } from '#app/jobs/publish.ts'
import { rebuildRecommendations } from '#app/jobs/rebuild-recommendations.ts'
import { readBeside } from '#app/jobs/read-beside.ts'
import { showPicks } from '#app/jobs/show-picks.ts'
import { recompute } from '#app/jobs/recompute.ts'
import { workOutInsightsJob } from '#app/jobs/work-out-insights.ts'
import { withShop } from '#app/outside/database.server.ts'
import { owe, startWorker } from '#app/outside/queue.server.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { merchantRequest } from '#tests/support/signed.ts'
import { until } from '#tests/support/until.ts'
import { FIRST, fillWithSomeOfEverything, oweImport, type PlayedShop, playShop, storedRows } from './sync/played.ts'

// Shopify's library keeps the fetch that it finds when it is loaded; the local shop puts one in place later.
setAbstractFetchFunc((input, init) => fetch(input as RequestInfo, init))

const JOBS = [
  backfillShop,
  ingestBulkResult,
  catchUp,
  readBeside,
  recompute,
  workOutInsightsJob,
  rebuildRecommendations,
  showPicks,
  publish,
]
const ORDERS = 60
const PATIENCE_MS = 300_000

/** A worker beside the test, for which the waits between two tries of a failed job are over at once. */
function work({ shop }: PlayedShop): void {
  const worker = startWorker(JOBS, { concurrency: 3, sweepEveryMs: 20, leaseSeconds: 5 })
  let isOver = false
  const hurrying = (async () => {
    while (!isOver) {
      await connectAs('superuser', (client) =>
        client.query(`UPDATE "Work" SET "nextAt" = now() WHERE shop = $1 AND state = 'waiting' AND attempts > 0`, [
          shop,
        ]),
      )
      await sleep(200)
    }
  })()
  onTestFinished(async () => {
    isOver = true
    await hurrying
    await worker.stop()
  })
}

const left = ({ shop }: PlayedShop) => withShop(shop, (tx) => tx.work.findMany({ where: { shop } }))

async function allDone(played: PlayedShop): Promise<void> {
  await until(async () => {
    const rows = await left(played)
    const stuck = rows.filter((row) => row.state === 'dead' || row.state === 'parked')
    if (stuck.length > 0)
      throw new Error(`${stuck[0]!.kind} is ${stuck[0]!.state}: ${JSON.stringify(stuck[0]!.problem)}`)
    return rows.length === 0
  }, PATIENCE_MS)
}

/** From the install to the last tag; `onTheWay` is called before each half. */
async function walked(played: PlayedShop, onTheWay: (half: 'import' | 'tags') => void = () => {}): Promise<PlayedShop> {
  work(played)
  onTheWay('import')
  await oweImport(played.shop)
  await allDone(played)
  onTheWay('tags')
  await startTagging(played.shop)
  await allDone(played)
  return played
}

function played(customers = 0): Promise<PlayedShop> {
  return playShop((world) => {
    // Room for many calls a second: the waits here are those of the faults.
    world.shop.plan = 'plus'
    fillWithSomeOfEverything(world, ORDERS)
    const productId = [...world.products.keys()][0]!
    for (let n = 0; n < customers; n += 1) {
      const { id } = world.addCustomer({ createdAt: FIRST, tags: [] })
      const lines = [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 1500 }]
      world.addOrder({ customerId: id, processedAt: FIRST + n * 60_000, lines })
    }
  })
}

/** Everything the road leaves behind, here and in Shopify. */
async function end({ shop, world }: PlayedShop) {
  const standings = await withShop(shop, (tx) =>
    tx.membership.findMany({
      where: { shop },
      orderBy: { customer: 'asc' },
      select: { customer: true, stage: true, cherryPicker: true, isBusiness: true },
    }),
  )
  const runs = await withShop(shop, (tx) => tx.syncRun.findMany({ where: { shop }, orderBy: { id: 'asc' } }))
  return {
    rows: await storedRows(shop),
    standings: standings.map((row) => ({ ...row, customer: Number(row.customer) })),
    imports: runs.filter(({ kind }) => kind !== 'beside').map(({ subject, state }) => ({ subject, state })),
    // Whichever of them was read first.
    beside: runs.flatMap(({ kind, subject, state }) => (kind === 'beside' ? `${subject} ${state}` : [])).sort(),
    shopify: [...world.customers.values()].map(({ id, tags, metafields }) => ({
      id,
      tags: [...tags].sort(),
      stage: [...metafields].map(([key, { value }]) => [key, (JSON.parse(value) as { stage: string }).stage]),
    })),
  }
}

const undisturbed = new Map<number, ReturnType<typeof end>>()

/** Worked out once for each size of shop. */
async function expected(customers = 0): ReturnType<typeof end> {
  const known = undisturbed.get(customers) ?? played(customers).then(walked).then(end)
  undisturbed.set(customers, known)
  const whole = await known
  expect(whole.rows.orders).toHaveLength(ORDERS + customers)
  expect(whole.shopify.filter(({ tags }) => tags.some((tag) => tag.startsWith('seg:'))).length).toBeGreaterThan(9)
  return whole
}

describe('ends like undisturbed', { timeout: PATIENCE_MS }, () => {
  test('where every call is slow', async () => {
    const whole = await expected()
    const shop = await played()
    shop.local.faults.slowMs = 100
    shop.local.faults.file.stallMs = 100
    expect(await end(await walked(shop))).toEqual(whole)
  })

  test.each([
    ['by single calls', 60],
    ['by bulk mutations', 600],
  ])('where three of ten calls are answered 5xx, tagging %s', async (_road, customers) => {
    const whole = await expected(customers)
    const shop = await played(customers)
    shop.local.faults.serverErrorShare = 0.3
    expect(await end(await walked(shop))).toEqual(whole)
  })

  test('where connections break after the work was done', async () => {
    const whole = await expected()
    const shop = await played()
    shop.local.faults.resetAfterWork = true
    expect(await end(await walked(shop, () => (shop.local.faults.resetNext = 3)))).toEqual(whole)
  })

  test('where THROTTLED comes in bursts, longer than one job waits', async () => {
    const whole = await expected()
    const shop = await played()
    const again = setInterval(() => (shop.local.faults.throttledNext ||= 2), 1000)
    onTestFinished(() => clearInterval(again))
    expect(await end(await walked(shop, () => (shop.local.faults.throttledNext = 8)))).toEqual(whole)
  })

  test('where fields come as errors beside the data for a while, and Activity says so meanwhile', async () => {
    const whole = await expected()
    const shop = await played()
    const broken = { import: ['Shop', 'ianaTimezone'], tags: ['Customer', 'tags'] } as const
    const told: string[] = []
    await walked(shop, (half) => {
      const [type, field] = broken[half]
      shop.local.faults.partialData = { type, field, message: 'Internal error' }
      void until(async () => {
        const { entries } = await activityPage(shop.shop)
        return entries.some((entry) => entry.what === 'work' && entry.problem?.kind === 'shopify-unavailable')
      }, PATIENCE_MS).then(() => {
        told.push(half)
        shop.local.faults.partialData = null
      })
    })
    expect(told).toEqual(['import', 'tags'])
    expect(await end(shop)).toEqual(whole)
  })

  test('where the access token runs out again and again', async () => {
    const whole = await expected()
    const shop = await played()
    shop.local.faults.slowMs = 30
    const { tokens, calls } = shop.local.shop.played
    let served = 0
    const expiring = setInterval(() => {
      if (calls.length < served + 6) return
      served = calls.length
      tokens.expireAll()
    }, 10)
    onTestFinished(() => clearInterval(expiring))
    await walked(shop, () => tokens.expireAll())
    expect(tokens.grants.filter(({ grant }) => grant === 'refresh_token').length).toBeGreaterThan(1)
    expect(await end(shop)).toEqual(whole)
  })

  test.each(['import', 'tags'] as const)(
    'where the token is revoked during %s: parked, told, and gone on with when the merchant comes back',
    async (when) => {
      const whole = await expected()
      const shop = await played()
      const { tokens, calls } = shop.local.shop.played
      shop.local.faults.slowMs = 30
      work(shop)
      await oweImport(shop.shop)
      if (when === 'tags') {
        await allDone(shop)
        await startTagging(shop.shop)
      }
      const before = calls.length
      await until(() => calls.length > before + 3)
      tokens.revoke()
      await until(async () => (await left(shop)).every(({ state }) => state === 'parked'))
      const { entries } = await activityPage(shop.shop)
      const parked = entries.filter((entry) => entry.what === 'work')
      expect(parked.length).toBeGreaterThan(0)
      for (const entry of parked) expect(entry).toMatchObject({ state: 'parked', problem: { kind: 'token-revoked' } })
      const asked = tokens.grants.length
      await sleep(500)
      expect(tokens.grants.length).toBe(asked)

      await comesBack(shop)
      await allDone(shop)
      if (when === 'import') {
        await startTagging(shop.shop)
        await allDone(shop)
      }
      expect(await end(shop)).toEqual(whole)
      expect((await activityPage(shop.shop)).entries.filter((entry) => entry.what === 'work')).toEqual([])
    },
  )
})

/** The merchant opens the app: Shopify's library exchanges the session token for a new offline token. */
async function comesBack({ shop, local }: PlayedShop): Promise<void> {
  const whoAsks = forMerchant({}, (context) => context.shop)
  const request = merchantRequest('/app', local.shop.sessionToken())
  expect(await whoAsks({ request, params: {}, context: {} } as never)).toBe(shop)
}

test('tags that Shopify refuses are counted and shown, and not asked for again', { timeout: PATIENCE_MS }, async () => {
  const shop = await played()
  const errors = [{ field: ['tags'], message: 'Customer has too many tags' }]
  await walked(shop, (half) => {
    if (half === 'tags') shop.local.faults.userErrors = { mutation: 'tagsAdd', times: Infinity, errors }
  })
  const { entries } = await activityPage(shop.shop)
  const run = entries.find((entry) => entry.what === 'tag-run')
  expect(run).toMatchObject({
    state: 'done',
    tagsAdded: 0,
    problem: { kind: 'shopify-refused', detail: errors[0]!.message },
  })
  expect(run).toMatchObject({
    failures: (await expected()).shopify.filter(({ tags }) => tags.join().includes('seg:')).length,
  })
  const { calls } = shop.local.shop.played
  const sent = calls.filter(({ operation }) => operation === 'TagsAdd').length
  await withShop(shop.shop, (tx) => owe(tx, shop.shop, 'publish', String(shop.shop), {}))
  await allDone(shop)
  expect(calls.filter(({ operation }) => operation === 'TagsAdd')).toHaveLength(sent)
})

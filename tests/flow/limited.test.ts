// Decision 14, end to end: a shop whose older orders Shopify hides, until it shows them.
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { freshnessFor } from '#app/flow/freshness.ts'
import { startTagging } from '#app/flow/publication/runs.ts'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { customersOf } from '#app/flow/segments/customer-rows.ts'
import { homePage, segmentsPage } from '#app/flow/segments/pages.ts'
import { backfillShop } from '#app/jobs/backfill-shop.ts'
import { catchUp } from '#app/jobs/catch-up.ts'
import { followScopes } from '#app/jobs/follow-scopes.ts'
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
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { defineJob, owe, startWorker } from '#app/outside/queue.server.ts'
import { action } from '#app/routes/webhooks.tsx'
import { hurry } from '#tests/flow/sync/live.ts'
import { oweImport, playShop, type PlayedShop } from '#tests/flow/sync/played.ts'
import type { World } from '#tests/shop/world.ts'
import { connectAs } from '#tests/support/database.ts'

const DAY = 86_400_000
const untold = defineJob({ kind: 'announce', handler: async () => {} })
const JOBS = [
  backfillShop,
  ingestBulkResult,
  catchUp,
  readBeside,
  rebuildRecommendations,
  pickCustomer,
  showPicks,
  followScopes,
  recompute,
  workOutInsightsJob,
  recomputeCustomerJob,
  refreshOrder,
  refreshCustomer,
  publish,
  publishCustomer,
  untold,
]

/** Runs everything the shop is owed. */
async function settle(shop: ShopId, withinMs = 40_000): Promise<void> {
  const worker = startWorker(JOBS, { concurrency: 3, sweepEveryMs: 20, leaseSeconds: 5 })
  try {
    const end = Date.now() + withinMs
    for (;;) {
      const open = await withShop(shop, (tx) =>
        tx.work.findMany({
          where: { shop, kind: { not: 'check-health' } },
          select: { kind: true, problem: true, state: true },
        }),
      )
      if (open.length === 0) return
      if (Date.now() > end) throw new Error(`work is still open: ${JSON.stringify(open)}`)
      await hurry(shop)
      await sleep(20)
    }
  } finally {
    await worker.stop()
  }
}

/** Who ordered how many days ago. */
const PEOPLE = {
  fresh: [10],
  once: [200],
  often: [20, 300, 400],
  hidden: [200, 300],
  nobody: [],
  twice: [40, 90],
} as const
type Name = keyof typeof PEOPLE

type Limited = PlayedShop & { ids: Record<Name, string> }

async function playLimited(): Promise<Limited> {
  const ids = {} as Record<Name, string>
  const played = await playShop(
    (world: World) => {
      const { id: productId } = world.addProduct({ title: 'Cica toner', priceMinor: 2000 })
      for (const name of Object.keys(PEOPLE) as Name[]) {
        const customer = world.addCustomer({ createdAt: world.now() - 500 * DAY })
        ids[name] = String(customer.id)
        for (const days of PEOPLE[name])
          world.addOrder({
            customerId: customer.id,
            processedAt: world.now() - days * DAY,
            lines: [{ productId, quantity: 1, unitMinor: 2000 }],
          })
      }
    },
    { withoutScopes: ['read_all_orders'] },
  )
  played.local.shop.played.webhooks.deliver = async (request) =>
    (await action({ request, params: {}, context: {} })) as Response
  await oweImport(played.shop)
  await settle(played.shop)
  return { ...played, ids }
}

async function stages({ shop, ids }: Limited): Promise<Record<string, string | null>> {
  const rows = await withShop(shop, (tx) => tx.membership.findMany({ where: { shop } }))
  const nameOf = new Map(Object.entries(ids).map(([name, id]) => [id, name]))
  return Object.fromEntries(rows.map((row) => [nameOf.get(String(row.customer))!, row.stage]))
}

const tagsOf = ({ world, ids }: Limited, name: Name) => world.customers.get(Number(ids[name]))!.tags.toSorted()

const BY_COUNTS = {
  fresh: 'new',
  once: 'one-and-done',
  often: 'loyal',
  hidden: null,
  nobody: 'prospect',
  twice: 'repeat',
}

/** All that a run over the shop writes of customers, but for its moment. */
async function decided(shop: ShopId): Promise<unknown[]> {
  return connectAs('superuser', async (client) => {
    const { rows } = await client.query(
      `SELECT to_jsonb(f) - 'asOf' AS facts, to_jsonb(m) - 'decidedAt' AS stage FROM "CustomerFeatures" f
       JOIN "Membership" m ON m.shop = f.shop AND m.customer = f.customer WHERE f.shop = $1 ORDER BY f.customer`,
      [shop],
    )
    return rows
  })
}

describe('while Shopify shows 60 days of orders', () => {
  test('stages go by its own counts, with 60 days for all; an unknown last order has none; money and habits wait', async () => {
    const limited = await playLimited()
    const { shop, ids } = limited
    expect(await stages(limited)).toEqual(BY_COUNTS)
    const [estimates] = await withShop(shop, (tx) => tx.estimates.findMany({ where: { shop } }))
    expect(estimates).toMatchObject({ cycleDays: 60, windowDays: 60, source: 'starting', version: 1 })

    const page = await segmentsPage(shop)
    expect(page).toMatchObject({ lastOrderUnknown: 1, totalCustomers: 5, freshness: { isLimited: true } })
    expect(page.rows.map((row) => row.revenue12m)).toEqual(page.rows.map(() => null))
    expect(page.rows.find((row) => row.segment === 'cherry-picker')).toMatchObject({ customers: 0 })
    const home = await homePage(shop)
    expect(home.codes).toEqual([])
    expect(home.week?.atRisk12m).toBeNull()

    const often = await customerPage(shop, ids.often)
    expect(often).toMatchObject({ stage: 'loyal', spent: null, spent12m: null, window: null })
    expect(often.reason).toMatchObject({ orders: 3, sinceLastDays: 20, hopedWithinDays: 90 })
    expect(often.next).toMatchObject({ stage: 'at-risk' })
    await expect(customerPage(shop, ids.hidden)).rejects.toMatchObject({ code: 'not-found' })
    expect((await customersOf(shop, 'loyal', 0)).rows).toMatchObject([{ orders: 3, spent: null }])
  })

  test('one customer worked out alone comes out as everybody does', async () => {
    const { shop, ids } = await playLimited()
    const whole = await decided(shop)
    for (const id of Object.values(ids)) await withShop(shop, (tx) => owe(tx, shop, 'recompute-customer', id, {}))
    await settle(shop)
    expect(await decided(shop)).toEqual(whole)
  })

  test('an order moves its customer live, and ends an unknown last order; nobody unknown is tagged', async () => {
    const limited = await playLimited()
    const { shop, local, ids, world } = limited
    await startTagging(shop)
    await settle(shop)
    expect(tagsOf(limited, 'often')).toEqual(['seg:loyal', 'seg:repeat'])
    expect(tagsOf(limited, 'hidden')).toEqual([])
    const productId = [...world.products.keys()][0]!
    local.shop.happen.buy({ customerId: Number(ids.hidden), lines: [{ productId, quantity: 1 }] })
    local.shop.happen.buy({ customerId: Number(ids.once), lines: [{ productId, quantity: 1 }] })
    await local.shop.happen.delivered()
    await settle(shop)
    expect(await stages(limited)).toEqual({ ...BY_COUNTS, hidden: 'loyal', once: 'repeat' })
    expect(tagsOf(limited, 'hidden')).toEqual(['seg:loyal', 'seg:repeat'])
    expect(tagsOf(limited, 'once')).toEqual(['seg:repeat'])
  })
})

describe('once read_all_orders is granted', () => {
  test('a fresh import begins by itself, and stages, estimates and money are taken from whole histories', async () => {
    const limited = await playLimited()
    const { shop, local, ids } = limited
    await local.shop.grantScopes('read_all_orders')
    await settle(shop)
    const row = await withShop(shop, (tx) => tx.shop.findUniqueOrThrow({ where: { shop } }))
    expect(row.limited).toBe(false)
    expect(row.scopes.split(',')).toContain('read_all_orders')
    expect(await freshnessFor(shop)).toMatchObject({ isLimited: false, live: { state: 'live' } })
    expect(await stages(limited)).toEqual({ ...BY_COUNTS, hidden: 'at-risk' })
    const page = await customerPage(shop, ids.often)
    expect(page.spent).toEqual({ minor: 6000, currency: 'USD' })
    expect(page.timeline.length).toBeGreaterThan(1)
    expect((await segmentsPage(shop)).lastOrderUnknown).toBe(0)
    // What Shopify has begun to show is not a move of anybody's that Flow would hear of.
    const causes = await withShop(shop, (tx) =>
      tx.membershipChange.findMany({ where: { shop }, select: { cause: true } }),
    )
    expect(causes.filter(({ cause }) => cause !== 'import')).toEqual([])
  })

  test('and when it is taken away again, the counts are asked for anew and money waits', async () => {
    const limited = await playLimited()
    const { shop, local } = limited
    await local.shop.grantScopes('read_all_orders')
    await settle(shop)
    await local.shop.takeScopes('read_all_orders')
    await settle(shop)
    expect(await freshnessFor(shop)).toMatchObject({ isLimited: true })
    // What was stored while it was shown stays known.
    expect(await stages(limited)).toEqual({ ...BY_COUNTS, hidden: 'lapsed' })
    expect((await segmentsPage(shop)).rows[0]!.revenue12m).toBeNull()
  })
})

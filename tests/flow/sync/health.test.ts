import { describe, expect, test } from 'vitest'

import { freshnessFor } from '#app/flow/freshness.ts'
import { checkHealth } from '#app/flow/sync/health.ts'
import { askSystem, withShop, type ShopId } from '#app/outside/database.server.ts'
import type { World } from '#tests/shop/world.ts'
import { connectAs } from '#tests/support/database.ts'

import { playLiveShop, type LiveShop } from './live.ts'
import { fillWithSomeOfEverything, FIRST } from './played.ts'

const MINUTE = 60_000

/** A look at the shop's live road now, and all that it owes. */
async function look(live: LiveShop): Promise<void> {
  await checkHealth({ shop: live.shop, stillMine: async () => {}, signal: new AbortController().signal })
  await live.settle()
}

function health(shop: ShopId) {
  return withShop(shop, (tx) => tx.liveHealth.findUnique({ where: { shop } }))
}

/** What rang and was looked at so far happened long before what comes now. */
async function letTimePass(shop: ShopId, minutes = 30): Promise<void> {
  await connectAs('superuser', async (client) => {
    const past = `- interval '${minutes} minutes'`
    await client.query(`UPDATE "Inbox" SET "receivedAt" = "receivedAt" ${past} WHERE shop = $1`, [shop])
    await client.query(`UPDATE "LiveHealth" SET "checkedAt" = "checkedAt" ${past} WHERE shop = $1`, [shop])
    await client.query(`UPDATE "SyncRun" SET "startedAt" = "startedAt" ${past} WHERE shop = $1`, [shop])
    await client.query(`UPDATE "Shop" SET "syncedAt" = "syncedAt" ${past} WHERE shop = $1`, [shop])
  })
}

/** Somebody bought this long ago. */
function bought(world: World, minutesAgo: number) {
  const customer = world.addCustomer({ createdAt: FIRST })
  return { customer, at: world.now() - minutesAgo * MINUTE }
}

async function storedOrders(shop: ShopId): Promise<string[]> {
  const rows = await withShop(shop, (tx) => tx.order.findMany({ where: { shop }, select: { id: true } }))
  return rows.map((row) => String(row.id)).sort()
}

const idsOf = (world: World) => [...world.orders.keys()].map(String).sort()

describe('a shop whose webhooks work', () => {
  test('is found live by one cheap call, and nothing is fetched', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
    live.calls()
    await look(live)
    expect(live.calls()).toEqual(['HealthLook'])
    expect(await health(live.shop)).toMatchObject({ silentSince: null, missing: [], registered: {}, problem: null })
    expect((await freshnessFor(live.shop)).live).toMatchObject({ state: 'live', waiting: 0 })
  })
})

describe('a subscription that is gone', () => {
  test('is noticed, made again for this shop, and what it missed is filled in: nothing is lost', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
    const { local, world, shop } = live
    await look(live)
    await letTimePass(shop)
    const { subscriptions } = local.shop.played.webhooks
    subscriptions.lost.add('orders/create').add('orders/updated')
    const { customer, at } = bought(world, 5)
    world.addOrder({ customerId: customer.id, processedAt: at, lines: [{ quantity: 1, unitMinor: 900 }] })
    expect(await storedOrders(shop)).not.toEqual(idsOf(world))

    live.calls()
    await look(live)
    expect(await storedOrders(shop)).toEqual(idsOf(world))
    expect(live.owed).toContain(`recompute-customer ${customer.id}`)
    expect(subscriptions.made.map((one) => [one.topic, one.name, one.fields])).toEqual([
      ['orders/create', 'morello-by-shop', ['id', 'admin_graphql_api_id', 'updated_at']],
    ])
    expect(live.calls()).toContain('OrdersUpdated')
    const { live: shown } = await freshnessFor(shop)
    expect(shown.state).toBe('silent')
    expect(Math.abs(shown.sinceMs! - at)).toBeLessThan(MINUTE)

    // The next purchase rings by the new subscription, and the look after it finds all well.
    const { id } = local.shop.happen.buy({
      customerId: customer.id,
      lines: [{ productId: firstProduct(world), quantity: 1 }],
    })
    await live.settle()
    expect(await storedOrders(shop)).toContain(String(id))
    await letTimePass(shop, 5)
    await look(live)
    expect((await freshnessFor(shop)).live.state).toBe('live')
    expect(subscriptions.made.map((one) => one.topic)).toContain('orders/create')

    // The app's own is back: ours is not needed any more.
    subscriptions.lost.clear()
    await letTimePass(shop, 5)
    await connectAs('superuser', (client) =>
      client.query(
        `UPDATE "LiveHealth" SET registered = jsonb_set(registered, '{orders/create,at}', '0') WHERE shop = $1`,
        [shop],
      ),
    )
    local.shop.happen.buy({ customerId: customer.id, lines: [{ productId: firstProduct(world), quantity: 1 }] })
    await live.settle()
    await look(live)
    expect(subscriptions.made.map((one) => one.topic)).not.toContain('orders/create')
    expect((await health(shop))?.registered).not.toHaveProperty('orders/create')
    expect(await storedOrders(shop)).toEqual(idsOf(world))
  })

  test('that Shopify will not let us make again is said to be silent, and the gap is filled all the same', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
    const { local, world, shop } = live
    await look(live)
    await letTimePass(shop)
    local.faults.userErrors = {
      mutation: 'webhookSubscriptionCreate',
      times: 9,
      errors: [{ field: ['topic'], message: 'no' }],
    }
    const { customer, at } = bought(world, 5)
    world.addOrder({ customerId: customer.id, processedAt: at, lines: [{ quantity: 1, unitMinor: 900 }] })
    await look(live)
    expect(await storedOrders(shop)).toEqual(idsOf(world))
    expect(await health(shop)).toMatchObject({ missing: ['orders/create'], registered: {} })
    expect((await freshnessFor(shop)).live.state).toBe('silent')

    // The app's own rings again: nothing is missing any more, and Shopify is not asked again.
    await letTimePass(shop, 5)
    local.shop.happen.buy({ customerId: customer.id, lines: [{ productId: firstProduct(world), quantity: 1 }] })
    await live.settle()
    live.calls()
    await look(live)
    expect(live.calls()).toEqual(['HealthLook'])
    expect(await health(shop)).toMatchObject({ missing: [], silentSince: null })
    expect((await freshnessFor(shop)).live.state).toBe('live')
  })
})

describe('a change of a customer that did not ring', () => {
  test('is fetched, and taken for nothing worse until there are several', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
    const { local, world, shop } = live
    await look(live)
    await letTimePass(shop)
    const customers = [...world.customers.values()]
    const tagged = (n: number, tag: string) => {
      Object.assign(customers[n]!, { tags: [tag], updatedAt: world.now() - 5 * MINUTE })
      world.touch()
    }
    tagged(0, 'by another app')
    await look(live)
    const stored = () => withShop(shop, (tx) => tx.customer.findMany({ where: { shop, tags: { isEmpty: false } } }))
    expect((await stored()).map((row) => row.tags)).toContainEqual(['by another app'])
    expect(local.shop.played.webhooks.subscriptions.made).toEqual([])
    expect((await freshnessFor(shop)).live.state).toBe('live')

    await letTimePass(shop)
    for (const n of [1, 2, 3]) tagged(n, 'again')
    await look(live)
    expect((await stored()).filter((row) => row.tags[0] === 'again')).toHaveLength(3)
    expect(local.shop.played.webhooks.subscriptions.made.map((one) => one.topic)).toEqual(['customers/update'])
    expect((await freshnessFor(shop)).live.state).toBe('silent')
  })
})

describe('while Shopify does not answer', () => {
  test('a look notes it and asks no more until its next turn', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
    await look(live)
    live.calls()
    live.local.faults.serverErrorShare = 1
    await look(live)
    live.local.faults.serverErrorShare = 0
    expect(await health(live.shop)).toMatchObject({ problem: { kind: 'shopify-unavailable' } })
    const owed = await withShop(live.shop, (tx) => tx.work.findMany({ where: { shop: live.shop } }))
    expect(owed).toEqual([])
  })
})

test('every imported shop gets its turn, each at a time of its own, and none before its import', async () => {
  const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 3), { isNow: true })
  const due = async () => (await askSystem<{ due_health: number }>('due_health'))[0]!.due_health
  expect(await due()).toBe(0)
  await connectAs('superuser', (client) =>
    client.query(`UPDATE "Shop" SET "healthAt" = now() WHERE "syncedAt" IS NOT NULL`),
  )
  expect(await due()).toBeGreaterThan(0)
  expect(await due()).toBe(0)
  const owed = await withShop(live.shop, (tx) => tx.work.findMany({ where: { shop: live.shop, kind: 'check-health' } }))
  expect(owed).toHaveLength(1)
})

function firstProduct(world: World): number {
  return [...world.products.keys()][0]!
}

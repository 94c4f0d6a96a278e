import { describe, expect, test } from 'vitest'

import { catchUp } from '#app/flow/sync/catch-up.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'

import { playLiveShop, type LiveShop } from './live.ts'
import { fillWithSomeOfEverything, FIRST } from './played.ts'

/** Runs a catch-up, then what it owes; answers that: `recompute-customer 42`. */
async function runCatchUp(live: LiveShop, isNightly = false): Promise<string[]> {
  const { shop } = live
  const holder = { shop, stillMine: async () => {}, signal: new AbortController().signal }
  await catchUp({ ...holder, payload: isNightly ? { isNightly } : {} })
  const owed = await withShop(shop, (tx) => tx.work.findMany({ where: { shop }, orderBy: { id: 'asc' } }))
  await live.settle()
  return owed.map(({ kind, entity }) => (entity === String(shop) ? kind : `${kind} ${entity}`))
}

async function ids(shop: ShopId, table: 'order' | 'customer'): Promise<string[]> {
  const rows = await withShop(shop, async (tx) =>
    table === 'order'
      ? tx.order.findMany({ where: { shop }, select: { id: true } })
      : tx.customer.findMany({ where: { shop }, select: { id: true } }),
  )
  return rows.map((row) => String(row.id)).sort()
}

/** Deleted in the shop, and the webhook is lost. */
function deleteUnheard(live: LiveShop, work: () => void): void {
  live.local.faults.webhooks.drop = true
  work()
  live.local.faults.webhooks.drop = false
}

describe('a catch-up', () => {
  test('has only those customers worked out again whom it brought something new', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 30), { isNow: true })
    const { world, shop } = live
    expect(await runCatchUp(live)).toEqual([])
    const [first, second] = [...world.orders.values()].filter((order) => order.customerId !== null)
    first!.updatedAt = world.now()
    second!.updatedAt = world.now()
    const fresh = world.addCustomer({ createdAt: world.now() })
    world.touch()
    expect((await runCatchUp(live)).sort()).toEqual(
      [first!.customerId!, second!.customerId!, fresh.id].map((id) => `recompute-customer ${id}`).sort(),
    )
    expect(await ids(shop, 'customer')).toEqual([...world.customers.keys()].map(String).sort())
    expect(await runCatchUp(live)).toEqual([])
  })

  test('has everybody worked out at once where it brought much', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
    const { world } = live
    for (let n = 0; n < 230; n += 1) world.addCustomer({ createdAt: world.now() })
    const owed = await runCatchUp(live)
    expect(owed.length).toBeLessThanOrEqual(201)
    expect(owed).toContain('recompute')
  })
})

test('a catch-up has whoever says yes to mail worked out again for own segments, also within the second that is stored', async () => {
  const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 6), { isNow: true })
  const { world, shop } = live
  const customer = world.addCustomer({ createdAt: world.now() })
  await runCatchUp(live)
  // Shopify's updatedAt has whole seconds: this change is of the one that is stored.
  customer.emailConsent = 'SUBSCRIBED'
  world.touch()
  expect(await runCatchUp(live)).toEqual([])
  await connectAs('superuser', (client) =>
    client.query(
      `INSERT INTO "OwnSegment" (shop, name, version, rule, "savedAt") VALUES ($1, 'Mail', 1, '{"kind":"consent","channel":"email"}', now())`,
      [shop],
    ),
  )
  customer.emailConsent = 'UNSUBSCRIBED'
  world.touch()
  expect(await runCatchUp(live)).toEqual([`recompute-customer ${customer.id}`])
})

describe('a catch-up over whose tags somebody else has had a hand', () => {
  test('has their tags looked at: where they differ from what was stored, and where one that we gave is not there', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
    const { world, shop } = live
    await runCatchUp(live)
    const [retagged, bereft, same] = [...world.customers.values()]
    await connectAs('superuser', async (client) => {
      for (const { id } of [bereft!, same!])
        await client.query(
          `INSERT INTO "Ledger" (shop, customer, tags, "writtenAt") VALUES ($1, $2, $3, now())
           ON CONFLICT (shop, customer) DO UPDATE SET tags = excluded.tags`,
          [shop, id, id === same!.id ? [] : ['seg:x']],
        )
    })
    retagged!.tags = [...retagged!.tags, 'by somebody']
    for (const one of [retagged!, bereft!, same!]) one.updatedAt = world.now()
    world.touch()
    const owed = await runCatchUp(live)
    expect(owed.filter((one) => one.startsWith('publish-customer')).sort()).toEqual(
      [retagged!.id, bereft!.id].map((id) => `publish-customer ${id}`).sort(),
    )
  })
})

test('a catch-up of many that dies late has owed everybody with its last page too', async () => {
  const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 12), { isNow: true })
  const { world, shop } = live
  await runCatchUp(live)
  for (let n = 0; n < 600; n += 1) world.addCustomer({ createdAt: world.now() })
  let stored = -1
  const dying = catchUp({
    shop,
    payload: {},
    signal: new AbortController().signal,
    async stillMine(tx) {
      // Whatever was owed before has run meanwhile.
      if ('query' in tx) await tx.query(`DELETE FROM "Work" WHERE shop = $1 AND kind = 'recompute'`, [shop])
      stored = await withShop(shop, (other) => other.customer.count({ where: { shop } }))
      if (stored === world.customers.size) throw new Error('killed')
    },
  })
  await expect(dying).rejects.toThrow('killed')
  expect(stored).toBe(world.customers.size)
  expect(await withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'recompute' } }))).toBe(1)
})

describe('what was deleted and nobody told us', () => {
  test('is found by counting, with few questions, and removed', async () => {
    const live = await playLiveShop((world) => {
      fillWithSomeOfEverything(world, 700)
      for (let n = 0; n < 420; n += 1) world.addCustomer({ createdAt: FIRST })
    })
    const { world, shop, local } = live
    await runCatchUp(live)
    const orders = [...world.orders.keys()]
    const customers = [...world.customers.keys()]
    deleteUnheard(live, () => {
      for (const id of [orders[3]!, orders[350]!, orders[699]!]) local.shop.happen.deleteOrder(id)
      for (const id of [customers[100]!, customers[400]!]) local.shop.happen.deleteCustomer(id)
    })
    live.calls()
    await runCatchUp(live)
    const asked = live.calls().filter((operation) => /Counted|HeldStill/.test(operation))
    expect(asked.length).toBeLessThan(25)
    expect(await ids(shop, 'order')).toEqual([...world.orders.keys()].map(String).sort())
    expect(await ids(shop, 'customer')).toEqual([...world.customers.keys()].map(String).sort())
    live.calls()
    await runCatchUp(live)
    // A count for each of a few parts, and nobody is asked about by id.
    const again = live.calls().filter((operation) => /Counted|HeldStill/.test(operation))
    expect(again.filter((operation) => operation === 'HeldStill')).toEqual([])
    expect(again.length).toBeLessThanOrEqual(32)
  })

  test('is met by the nightly sample too, where something else hides it from the count', async () => {
    const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 20))
    const { world, shop, local } = live
    await runCatchUp(live)
    const gone = [...world.orders.keys()][5]!
    deleteUnheard(live, () => local.shop.happen.deleteOrder(gone))
    // One that we may not hold makes up for it.
    const hidden = world.addOrder({ id: gone + 1, processedAt: FIRST, lines: [{ quantity: 1 }] })
    await runCatchUp(live)
    expect(await ids(shop, 'order')).toContain(String(gone))
    // One in two hundred times chance passes it over in one night.
    for (let night = 0; night < 4 && (await ids(shop, 'order')).includes(String(gone)); night += 1)
      await runCatchUp(live, true)
    expect(await ids(shop, 'order')).not.toContain(String(gone))
    expect(await ids(shop, 'order')).not.toContain(String(hidden.id))
  })
})

test('deliveries are forgotten after two weeks, but for those of a request that is not done', async () => {
  const live = await playLiveShop((world) => fillWithSomeOfEverything(world, 3))
  const { shop } = live
  await connectAs('superuser', async (client) => {
    await client.query('DELETE FROM "Inbox" WHERE shop = $1', [shop])
    for (const [key, days] of [
      ['old', 15],
      ['young', 13],
      ['asked', 20],
    ] as const)
      await client.query(
        `INSERT INTO "Inbox" (shop, topic, "dedupeKey", "receivedAt") VALUES ($1, 'orders/create', $2, now() - $3 * interval '1 day')`,
        [shop, key, days],
      )
    await client.query(
      `INSERT INTO "PrivacyRequest" (shop, kind, "receivedAt", "dueAt", delivery)
       VALUES ($1, 'data-request', now(), now() + interval '30 days', 'asked')`,
      [shop],
    )
  })
  await runCatchUp(live, true)
  const left = await withShop(shop, (tx) =>
    tx.inbox.findMany({ where: { shop, topic: 'orders/create' }, select: { dedupeKey: true } }),
  )
  expect(left.map((row) => row.dedupeKey).sort()).toEqual(['asked', 'young'])
})

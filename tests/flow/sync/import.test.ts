import { describe, expect, test } from 'vitest'

import { importProgress } from '#app/flow/sync/progress.ts'
import { withShop } from '#app/outside/database.server.ts'

import { fillWithSomeOfEverything, FIRST, importAll, playShop, runsOf, stagedFor, storedRows } from './played.ts'

type Row = Record<string, unknown>

describe('an undisturbed import', () => {
  test('stores every customer, order and line as Shopify shows them', async () => {
    const played = await playShop((world) => fillWithSomeOfEverything(world))
    await importAll(played)
    const { shop, world } = played
    const rows = await storedRows(shop)
    expect(rows.customers).toHaveLength(world.customers.size)
    expect(rows.orders).toHaveLength(world.orders.size)
    expect(rows.lines).toHaveLength([...world.orders.values()].reduce((sum, order) => sum + order.lines.length, 0))
    const withCode = rows.orders[0] as Row
    const told = [...world.orders.values()][0]!
    expect(withCode).toMatchObject({
      id: told.id,
      customer: told.customerId,
      currency: 'USD',
      discounts: ['code:WELCOME10'],
      quantity: 2,
      currentQuantity: 2,
      subtotalMinor: 2850,
      discountMinor: 150,
      isBusiness: false,
      isTest: false,
      financialStatus: 'PAID',
    })
    expect(Date.parse(String(withCode.processedAt))).toBe(FIRST)
    expect(rows.lines[0]).toMatchObject({
      title: 'Tinted balm "0" \\ 립밤',
      sku: 'BALM-0',
      unitMinor: 1500,
      discountMinor: 150,
      discounts: ['code:WELCOME10'],
    })
    expect((rows.orders[4] as Row).refundedMinor).toBe(700)
    expect((rows.orders[18] as Row).isBusiness).toBe(true)
    expect(rows.customers[0]).toMatchObject({ tags: ['since "200"', 'VIP'] })
    // Beyond the first page of lines, and an order without any.
    expect((rows.orders[7] as Row).quantity).toBe(90)
    expect((rows.orders[8] as Row).quantity).toBe(0)
  })

  test('ends with the shop agreed upon, the runs done and nothing staged', async () => {
    const played = await playShop((world) => fillWithSomeOfEverything(world, 12))
    const { shop } = played
    expect((await withShop(shop, (tx) => importProgress(tx, shop))).state).toBe('waiting')
    await importAll(played)
    const found = await withShop(shop, (tx) => tx.shop.findUniqueOrThrow({ where: { shop } }))
    expect(found).toMatchObject({ currency: 'USD', timezone: 'Asia/Seoul' })
    expect(found.lastOrderAt?.getTime()).toBe(FIRST + 11 * 86_400_000)
    expect(found.syncedAt).not.toBeNull()
    const runs = await runsOf(shop)
    const told = runs.map((run) => [run.kind, run.subject, run.state])
    expect(told.slice(0, 4)).toEqual([
      ['history', 'orders', 'done'],
      ['history', 'customers', 'done'],
      ['catch-up', 'customers', 'done'],
      ['catch-up', 'orders', 'done'],
    ])
    // What only rules and recommendations look at, by whichever worker was free first.
    expect(told.slice(4).sort()).toEqual([
      ['beside', 'checkouts', 'done'],
      ['beside', 'collections', 'done'],
      ['beside', 'products', 'done'],
    ])
    expect(runs[0]).toMatchObject({ rootsRead: 12, rootObjectCount: 12, orphans: 0 })
    expect(await stagedFor(shop)).toBe(0)
    const progress = await withShop(shop, (tx) => importProgress(tx, shop))
    expect(progress).toMatchObject({
      orders: { read: 12, total: 12 },
      customers: { read: 15, total: 15 },
      problem: null,
    })
  })

  test('an empty shop is imported too', async () => {
    const played = await playShop(() => {})
    await importAll(played)
    expect(await storedRows(played.shop)).toEqual({ customers: [], orders: [], lines: [] })
    expect((await runsOf(played.shop)).map((run) => run.state)).toEqual(Array(7).fill('done'))
  })

  test('a second import changes nothing but what Shopify has changed', async () => {
    const played = await playShop((world) => fillWithSomeOfEverything(world, 20))
    await importAll(played)
    const before = await storedRows(played.shop)
    const changed = [...played.world.orders.values()][3]!
    changed.lines[0]!.currentQuantity = 0
    changed.updatedAt = played.world.now()
    played.world.touch()
    await importAll(played)
    const after = await storedRows(played.shop)
    const differing = after.orders.filter((row, at) => JSON.stringify(row) !== JSON.stringify(before.orders[at]))
    expect(differing.map((row) => (row as Row).id)).toEqual([changed.id])
    expect(after.lines).toHaveLength(before.lines.length)
    expect(after.customers).toEqual(before.customers)
  })

  test('an order of another currency, from the future, of no value and of a guest is stored like any other', async () => {
    const future = Date.now() + 30 * 86_400_000
    const played = await playShop((world) => {
      const { id: productId } = world.addProduct({ title: 'Kit', priceMinor: 0 })
      world.addOrder({ processedAt: FIRST, lines: [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 0 }] })
      world.addOrder({ processedAt: future, lines: [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 500 }] })
      world.addOrder({
        processedAt: FIRST,
        currency: 'JPY',
        lines: [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 500 }],
      })
    })
    await importAll(played)
    const { orders } = await storedRows(played.shop)
    expect(orders).toMatchObject([
      { subtotalMinor: 0, customer: null },
      { subtotalMinor: 500 },
      { currency: 'JPY', subtotalMinor: 500 },
    ])
    const found = await withShop(played.shop, (tx) => tx.shop.findUniqueOrThrow({ where: { shop: played.shop } }))
    expect(found.lastOrderAt?.getTime()).toBe(FIRST)
  })
})

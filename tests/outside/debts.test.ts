import { expect, test } from 'vitest'

import { withShop } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { testShop } from '#tests/support/database.ts'

test('two debts for one entity are one that asks for what either asked for', async () => {
  const shop = await testShop()
  const payloads = await withShop(shop, async (tx) => {
    for (const cause of ['time', 'import', 'rule', 'time'] as const) await owe(tx, shop, 'recompute', 'shop', { cause })
    for (const isNightly of [true, undefined]) await owe(tx, shop, 'catch-up', 'shop', isNightly ? { isNightly } : {})
    for (const at of [5000, 9000, 7000]) await owe(tx, shop, 'refresh-order', '1', { at })
    for (const payload of [{ at: 5000 }, {}, { at: 9000 }]) await owe(tx, shop, 'refresh-order', '2', payload)
    await owe(tx, shop, 'refresh-customer', '3', { withOrders: true })
    await owe(tx, shop, 'refresh-customer', '3', { at: 5000, mayBeOurs: true })
    await owe(tx, shop, 'refresh-customer', '4', { at: 5000, mayBeOurs: true })
    await owe(tx, shop, 'refresh-customer', '4', { at: 6000, mayBeOurs: true })
    await owe(tx, shop, 'refresh-customer', '5', { at: 5000, mayBeOurs: true })
    await owe(tx, shop, 'refresh-customer', '5', { at: 4000 })
    const rows = await tx.work.findMany({ where: { shop }, orderBy: { id: 'asc' } })
    return rows.map(({ payload }) => payload)
  })
  expect(payloads).toEqual([
    { cause: 'import' },
    { isNightly: true },
    { at: 9000 },
    {},
    { withOrders: true },
    { at: 6000, mayBeOurs: true },
    { at: 5000 },
  ])
})

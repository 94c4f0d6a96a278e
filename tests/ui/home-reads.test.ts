import { expect, test } from 'vitest'
import { checkForOrders, syncStateOf } from '#app/flow/sync/shop-frame.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'

async function imported(shop: ShopId): Promise<ShopId> {
  await connectAs('superuser', async (client) => {
    await client.query('DELETE FROM "Work" WHERE shop = $1', [shop])
    await client.query('UPDATE "Shop" SET "syncedAt" = now() WHERE shop = $1', [shop])
  })
  return shop
}

const owed = (shop: ShopId) =>
  connectAs('superuser', async (client) => {
    const { rows } = await client.query('SELECT kind, entity, state FROM "Work" WHERE shop = $1', [shop])
    return rows as unknown[]
  })

test('before the first import is done nobody can ask for new orders', async () => {
  const shop = await testShop()
  const before = await owed(shop)
  await checkForOrders(shop)
  expect(await owed(shop)).toEqual(before)
  expect((await syncStateOf(shop)).check).toBe('not-yet')
})

test('asking twice for new orders owes one catch-up, and is shown until the segments are worked out', async () => {
  const shop = await imported(await testShop())
  expect((await syncStateOf(shop)).check).toBe('idle')
  await checkForOrders(shop)
  await checkForOrders(shop)
  expect(await owed(shop)).toEqual([{ kind: 'catch-up', entity: String(shop), state: 'waiting' }])
  expect((await syncStateOf(shop)).check).toBe('checking')
  const become = (change: string) =>
    connectAs('superuser', (client) => client.query(`UPDATE "Work" SET ${change} WHERE shop = $1`, [shop]))
  await become(`kind = 'recompute', payload = '{"cause": "time"}'`)
  expect((await syncStateOf(shop)).check).toBe('checking')
  // The same figures under another rule are no look at Shopify.
  await become(`payload = '{"cause": "rule"}'`)
  expect((await syncStateOf(shop)).check).toBe('working-out')
  // What has stopped is told as a problem, not as being on its way.
  await become(`state = 'parked'`)
  expect((await syncStateOf(shop)).check).toBe('idle')
})

test('a shop whose token lacks the older orders is told apart', async () => {
  expect((await syncStateOf(await testShop())).seesAllOrders).toBe(false)
  const whole = await testShop(freshDomain(), 'read_all_orders,write_customers')
  expect((await syncStateOf(whole)).seesAllOrders).toBe(true)
})

import { expect, test } from 'vitest'
import { checkForOrders, importOf, syncStateOf } from '#app/flow/sync/shop-frame.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
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

test('the first import is done only once the segments are filled: the run stores the facts before', async () => {
  const shop = await imported(await testShop())
  const sql = (statement: string) => connectAs('superuser', (client) => client.query(statement, [shop]))
  await sql(`INSERT INTO "SyncRun" (shop, kind, subject, state, "startedAt") VALUES
    ($1, 'history', 'orders', 'done', now()), ($1, 'history', 'customers', 'done', now())`)
  await withShop(shop, (tx) => owe(tx, shop, 'recompute', String(shop), { cause: 'import' }))
  await sql(`INSERT INTO "Summary" (shop, "asOf", data) VALUES ($1, now(), '{}')`)
  expect((await importOf(shop)).state).toBe('working-out')
  await sql(`INSERT INTO "Membership" (shop, customer, stage, "stageSince", "cherryPicker", "isBusiness", "isWatched",
    "ruleVersion", estimates, "decidedAt") VALUES ($1, 1, 'new', now(), 'none', false, false, 0, 1, now())`)
  expect((await importOf(shop)).state).toBe('done')
  // A shop without a customer has nobody to decide.
  await sql(`DELETE FROM "Membership" WHERE shop = $1`)
  await sql(`DELETE FROM "Work" WHERE shop = $1`)
  expect((await importOf(shop)).state).toBe('done')
})

test('a shop whose token lacks the older orders is told apart', async () => {
  expect((await syncStateOf(await testShop())).seesAllOrders).toBe(false)
  const whole = await testShop(freshDomain(), 'read_all_orders,write_customers')
  expect((await syncStateOf(whole)).seesAllOrders).toBe(true)
})

import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { recomputeCustomer } from '#app/flow/features/recompute-customer.ts'
import { recomputeFeatures } from '#app/flow/features/recompute.ts'
import { recomputeMembership } from '#app/flow/segments/membership-of-one.ts'
import { recomputeMemberships } from '#app/flow/segments/memberships.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { ago, crowd, NOW } from '../segments/story.ts'
import { everyRow, memberships, recompute, recomputeOne } from './recomputed.ts'

const SECOND_MS = 1000
const WEEK_MS = 7 * 86_400_000
const LATE = 7
const NEVER = 8

async function told(): Promise<ShopId> {
  const shop = await testShop()
  await orders(shop, [...crowd(), { customer: LATE, at: ago(200) }], [{ id: NEVER, createdAt: ago(50) }])
  return shop
}

function orders(
  shop: ShopId,
  told: ToldOrder[],
  customers: { id: number; createdAt: number }[] = [],
): Promise<unknown> {
  return connectAs('superuser', (client) => writeStory(client, shop, { orders: told, customers }))
}

async function changes(shop: ShopId): Promise<string[]> {
  const { MembershipChange: rows } = await everyRow(shop)
  return (rows as { customer: string; from: string; to: string; cause: string }[]).map(
    ({ customer, from, to, cause }) => `${customer} ${from}>${to} ${cause}`,
  )
}

async function owed(shop: ShopId): Promise<string[]> {
  const work = await withShop(shop, (tx) => tx.work.findMany({ where: { shop }, orderBy: { id: 'asc' } }))
  return work.map((row) => `${row.kind} ${row.entity}`)
}

describe('one customer beside runs over the whole shop', () => {
  test('there is nothing to do before the first run, and to wait while it has written facts but no stages', async () => {
    const shop = await told()
    expect(await recomputeOne(shop, LATE, NOW)).toBe('not-yet')
    await withShop(shop, (tx) => owe(tx, shop, 'recompute', String(shop), { cause: 'import' }))
    const standings = await recomputeFeatures(shop, NOW, 'import')
    expect(await recomputeOne(shop, LATE, NOW + SECOND_MS)).toBe('busy')
    await recomputeMemberships(shop, NOW, 'import', standings)
    expect(await changes(shop)).toEqual([])
  })

  test('waits while a run is on, and while everybody is about to be worked out by another rule', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    await connectAs('app', async (client: pg.Client) => {
      await client.query('BEGIN')
      await client.query('SELECT pg_advisory_xact_lock(7261, $1)', [shop])
      expect(await recomputeOne(shop, LATE, NOW + SECOND_MS)).toBe('busy')
      await client.query('ROLLBACK')
    })
    await saveSettings(shop, { thresholds: { windowShare: 0.9 } })
    expect(await recomputeOne(shop, LATE, NOW + SECOND_MS)).toBe('busy')
    await connectAs('superuser', (client) => client.query('DELETE FROM "Work" WHERE shop = $1', [shop]))
    // The night's run waits ten minutes for what Shopify has to tell: nobody waits for it.
    await withShop(shop, (tx) => owe(tx, shop, 'recompute', String(shop), { cause: 'time' }, { inMs: 600_000 }))
    expect(await recomputeOne(shop, LATE, NOW + SECOND_MS)).toBe('done')
  })

  test('a decision made since a run read the orders is neither overwritten by it nor counted as a move of its own', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    const standings = await recomputeFeatures(shop, NOW + SECOND_MS, 'time')
    await orders(shop, [{ customer: LATE, at: NOW + 2 * SECOND_MS, fetchedAt: NOW + 2 * SECOND_MS }])
    expect(await recomputeOne(shop, LATE, NOW + 3 * SECOND_MS)).toBe('done')
    const moved = ['7 one-and-done>repeat order']
    expect(await changes(shop)).toEqual(moved)
    await recomputeMemberships(shop, NOW + SECOND_MS, 'time', standings)
    expect((await memberships(shop)).get(LATE)!.stage).toBe('repeat')
    expect(await changes(shop)).toEqual(moved)
  })

  test('facts worked out since are kept by a run as of an earlier moment', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    await orders(shop, [{ customer: LATE, at: NOW + 2 * SECOND_MS, fetchedAt: NOW + 2 * SECOND_MS }])
    await recomputeOne(shop, LATE, NOW + 3 * SECOND_MS)
    await recompute(shop, NOW + SECOND_MS, 'time')
    const { CustomerFeatures: rows } = await everyRow(shop)
    expect(rows).toContainEqual(expect.objectContaining({ customer: String(LATE), n: 2 }))
    expect((await memberships(shop)).get(LATE)!.stage).toBe('repeat')
    // The next night's run writes what live wrote.
    const before = await memberships(shop)
    await recompute(shop, NOW + 4 * SECOND_MS, 'time')
    expect((await memberships(shop)).get(LATE)).toEqual(before.get(LATE))
  })

  test('facts older than the last run decide nobody', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    const standings = await recomputeCustomer(shop, String(LATE), NOW + SECOND_MS)
    if (typeof standings === 'string') throw new Error(standings)
    await recompute(shop, NOW + 2 * SECOND_MS, 'time')
    expect(await recomputeMembership(shop, String(LATE), NOW + SECOND_MS, standings)).toBe('overtaken')
  })

  test('becomes a VIP by what the shop has taught, which is taught anew only with a run a week later', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    const taught = async () => (await everyRow(shop)).Learned as { data: { vipFromMinor: number } }[]
    // Everybody in the crowd has spent the same: more than a tenth, so nobody is one yet.
    expect((await taught()).map(({ data }) => data.vipFromMinor)).toEqual([null])
    const rich = (customer: number, at: number): ToldOrder => ({
      customer,
      at,
      fetchedAt: at,
      lines: [{ product: 1, unitMinor: 90_000 }],
    })
    await orders(shop, [rich(1000, NOW + SECOND_MS), rich(1001, NOW + SECOND_MS)])
    await recompute(shop, NOW + WEEK_MS, 'time')
    const [, second] = await taught()
    expect(second!.data.vipFromMinor).toBe(92_000)
    expect((await memberships(shop)).get(LATE)!.isVip).toBe(false)
    await orders(shop, [rich(LATE, NOW + WEEK_MS + SECOND_MS)])
    await recomputeOne(shop, LATE, NOW + WEEK_MS + SECOND_MS)
    expect((await memberships(shop)).get(LATE)!.isVip).toBe(false)
    await orders(shop, [rich(LATE, NOW + WEEK_MS + 2 * SECOND_MS)])
    await recomputeOne(shop, LATE, NOW + WEEK_MS + 3 * SECOND_MS)
    const alone = (await memberships(shop)).get(LATE)!
    expect(alone.isVip).toBe(true)
    await recompute(shop, NOW + WEEK_MS + 4 * SECOND_MS, 'time')
    expect(await taught()).toHaveLength(2)
    expect((await memberships(shop)).get(LATE)).toEqual(alone)
  })

  test('an order that Shopify dates a moment ahead of us counts when its moment has come', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    await orders(shop, [{ customer: LATE, at: NOW + 5 * SECOND_MS, fetchedAt: NOW + SECOND_MS }])
    await recomputeOne(shop, LATE, NOW + 2 * SECOND_MS)
    expect((await memberships(shop)).get(LATE)!.stage).toBe('one-and-done')
    const [work] = await withShop(shop, (tx) => tx.work.findMany({ where: { shop, kind: 'recompute-customer' } }))
    expect(work!.nextAt.getTime() - work!.owedAt.getTime()).toBe(3 * SECOND_MS)
    await recomputeOne(shop, LATE, NOW + 5 * SECOND_MS)
    expect((await memberships(shop)).get(LATE)!.stage).toBe('repeat')
  })

  test('whoever is gone leaves no rows, and a run that still had them does not bring them back', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    await orders(shop, [{ customer: LATE, at: NOW + SECOND_MS, fetchedAt: NOW + SECOND_MS }])
    await recomputeOne(shop, LATE, NOW + SECOND_MS)
    const standings = await recomputeFeatures(shop, NOW + 2 * SECOND_MS, 'time')
    await connectAs('superuser', async (client) => {
      await client.query('DELETE FROM "Order" WHERE shop = $1 AND customer = $2', [shop, LATE])
      await client.query('DELETE FROM "Customer" WHERE shop = $1 AND id = $2', [shop, NEVER])
    })
    for (const customer of [LATE, NEVER]) expect(await recomputeOne(shop, customer, NOW + 3 * SECOND_MS)).toBe('done')
    await recomputeMemberships(shop, NOW + 2 * SECOND_MS, 'time', standings)
    const rows = await everyRow(shop)
    for (const table of ['CustomerFeatures', 'Membership', 'MembershipChange'])
      for (const customer of [LATE, NEVER])
        expect(rows[table]).not.toContainEqual(expect.objectContaining({ customer: String(customer) }))
  })

  test('owes the tags of whoever moved or was never published while tagging is on, and telling Flow of a move', async () => {
    const shop = await told()
    await recompute(shop, NOW, 'import')
    await recomputeOne(shop, LATE, NOW + SECOND_MS)
    expect(await owed(shop)).toEqual([])
    await saveSettings(shop, { taggingOn: true })
    await connectAs('superuser', async (client) => {
      await client.query('DELETE FROM "Work" WHERE shop = $1', [shop])
      await client.query(
        `INSERT INTO "Ledger" (shop, customer, tags, preexisting, "writtenAt") VALUES ($1, $2, '{}', '{}', now())`,
        [shop, LATE],
      )
    })
    await recomputeOne(shop, LATE, NOW + 2 * SECOND_MS)
    expect(await owed(shop)).toEqual([])
    await recomputeOne(shop, NEVER, NOW + 2 * SECOND_MS)
    expect(await owed(shop)).toEqual(['publish-customer 8'])
    await orders(shop, [{ customer: LATE, at: NOW + 2 * SECOND_MS, fetchedAt: NOW + 2 * SECOND_MS }])
    await recomputeOne(shop, LATE, NOW + 3 * SECOND_MS)
    expect((await owed(shop)).sort()).toEqual([`announce ${shop}`, 'publish-customer 7', 'publish-customer 8'])
  })
})

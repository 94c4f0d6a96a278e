import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { exclusionsOf } from '#app/flow/kept-out.ts'
import { endExclusion, exclude, keptOutSql } from '#app/flow/segments/exclusions.ts'
import { exclusionsPage, keptOutIn } from '#app/flow/segments/exclusions-page.ts'
import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { deleteOwn, saveOwn } from '#app/flow/segments/own/save.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { recompute } from '../features/recomputed.ts'
import { populated } from './population.ts'
import { NOW } from './story.ts'

const forEver = (reason: string) => ({ reason, until: '' })
const of = (shop: ShopId, customers: string[], at = NOW) =>
  withShop(shop, (tx) => exclusionsOf(tx, shop, customers, at))

async function listed(shop: ShopId, at = NOW): Promise<string[]> {
  return connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ customer: string }>(`${keptOutSql(shop, at)} ORDER BY 1`)
    return rows.map(({ customer }) => customer)
  })
}

/** A shop with a segment of its own, worked out. */
async function withSegment(): Promise<{ shop: ShopId; segment: number; members: string[] }> {
  const { shop } = await populated(40)
  const rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 2 }
  const segment = await saveOwn(shop, null, { name: 'Regulars', rule })
  await recomputeOwn(shop, NOW, 'rule')
  const members = await connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ customer: string }>(
      'SELECT customer FROM "OwnMembership" WHERE shop = $1 AND segments @> ARRAY[$2::int] ORDER BY 1',
      [shop, segment],
    )
    return rows.map(({ customer }) => customer)
  })
  return { shop, segment, members }
}

describe('keeping customers out of rewards', () => {
  test('by name and by segment, each with its reason, and nobody else', async () => {
    timeIs(NOW)
    const { shop, segment, members } = await withSegment()
    const [one, two] = members as [string, string]
    await exclude(shop, { customer: one }, { reason: 'returns everything', until: '2026-11-30' })
    await exclude(shop, { segment }, forEver('bulk buyers'))
    const found = await of(shop, [...members, '999'])
    expect([...found.keys()].sort()).toEqual([...members].sort())
    expect(found.get(one)).toEqual([
      {
        id: expect.any(Number) as number,
        segment: null,
        reason: 'returns everything',
        since: expect.any(Number) as number,
        // The whole of 30 November in Santiago, which is three hours behind in summer.
        until: Date.UTC(2026, 11, 1, 3),
      },
      {
        id: expect.any(Number) as number,
        segment: { id: segment, name: 'Regulars' },
        reason: 'bulk buyers',
        since: expect.any(Number) as number,
        until: null,
      },
    ])
    expect(found.get(two)!.map(({ reason }) => reason)).toEqual(['bulk buyers'])
    expect(await listed(shop)).toEqual([...members].sort())

    const page = await exclusionsPage(shop, 0)
    expect(page.total).toBe(2)
    expect(page.customers).toBe(members.length)
    // What ends first stands first.
    expect(page.rows.map(({ customer, customers, endsSoon }) => [customer, customers, endsSoon])).toEqual([
      [one, 1, false],
      [null, members.length, false],
    ])
    expect(page.segments).toEqual([])
    expect(await keptOutIn(shop, { own: segment }, NOW)).toBe(members.length)
  })

  test('ends by its date without anybody’s doing, is told as ended, and may begin anew', async () => {
    timeIs(NOW)
    const { shop, members } = await withSegment()
    const customer = members[0]!
    await exclude(shop, { customer }, { reason: 'returns everything', until: '2026-10-20' })
    expect((await exclusionsPage(shop, 0)).rows[0]!.endsSoon).toBe(true)
    const later = NOW + 10 * DAY_MS
    expect((await of(shop, [customer], later)).size).toBe(0)
    expect(await listed(shop, later)).toEqual([])
    timeIs(later)
    const page = await exclusionsPage(shop, 0)
    expect(page.rows).toEqual([])
    expect(page.ended).toMatchObject([{ customer, by: 'date', endedAt: Date.UTC(2026, 9, 21, 3) }])
    await exclude(shop, { customer }, forEver('again'))
    const after = await exclusionsPage(shop, 0)
    expect([after.total, after.ended.length]).toEqual([1, 1])
    expect(after.ended[0]!.by).toBe('date')
  })

  test('ends by hand, once', async () => {
    timeIs(NOW)
    const { shop, members } = await withSegment()
    await exclude(shop, { customer: members[0]! }, forEver('a mistake'))
    const { id } = (await exclusionsPage(shop, 0)).rows[0]!
    await endExclusion(shop, id)
    timeIs(NOW + DAY_MS)
    await endExclusion(shop, id)
    const page = await exclusionsPage(shop, 0)
    expect(page.total).toBe(0)
    expect(page.ended).toMatchObject([{ id, by: 'hand', reason: 'a mistake' }])
    expect(page.ended[0]!.endedAt - NOW).toBeLessThan(DAY_MS)
    expect(await keptOutIn(shop, 'repeat', NOW)).toBe(0)
  })

  test('refuses what cannot be, and says which field', async () => {
    timeIs(NOW)
    const { shop, segment, members } = await withSegment()
    const customer = members[0]!
    const refused = (field: string, why: string) => ({ fields: { [field]: why } })
    await expect(exclude(shop, { customer }, { reason: 'x', until: '2026-10-14' })).rejects.toMatchObject(
      refused('until', 'past'),
    )
    await expect(exclude(shop, { customer }, { reason: 'x', until: '2126-10-14' })).rejects.toMatchObject(
      refused('until', 'far'),
    )
    await exclude(shop, { customer }, { reason: 'x', until: '2026-10-15' })
    await expect(exclude(shop, { customer }, forEver('twice'))).rejects.toMatchObject(refused('who', 'already'))
    await exclude(shop, { segment }, forEver('x'))
    await expect(exclude(shop, { segment }, forEver('twice'))).rejects.toMatchObject(refused('who', 'already'))
    await expect(exclude(shop, { customer: '999' }, forEver('x'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(exclude(shop, { segment: segment + 1 }, forEver('x'))).rejects.toMatchObject({ code: 'not-found' })
  })

  test('a segment that keeps its customers out is not deleted before that has ended', async () => {
    timeIs(NOW)
    const { shop, segment } = await withSegment()
    await exclude(shop, { segment }, forEver('bulk buyers'))
    await expect(deleteOwn(shop, segment)).rejects.toMatchObject({ fields: { name: 'own-excluded' } })
    await endExclusion(shop, (await exclusionsPage(shop, 0)).rows[0]!.id)
    await deleteOwn(shop, segment)
    // What it kept out, and why, is still told by its name.
    expect((await exclusionsPage(shop, 0)).ended).toMatchObject([
      { segment: { name: 'Regulars' }, reason: 'bulk buyers' },
    ])
  })

  test('counts whom it keeps out of each segment, and forgets a customer who is gone', async () => {
    timeIs(NOW)
    const { shop } = await withSegment()
    const inStage = await connectAs('superuser', async (client) => {
      const { rows } = await client.query<{ customer: string; stage: 'repeat' }>(
        'SELECT customer, stage FROM "Membership" WHERE shop = $1 AND customer = 5003',
        [shop],
      )
      return rows[0]!
    })
    await exclude(shop, { customer: '5003' }, forEver('x'))
    expect(await keptOutIn(shop, inStage.stage, NOW)).toBe(1)
    expect(await keptOutIn(shop, 'cherry-picker', NOW)).toBe(0)
    await connectAs('superuser', async (client) => {
      await client.query('DELETE FROM "Order" WHERE shop = $1 AND customer = 5003', [shop])
      await client.query('DELETE FROM "Customer" WHERE shop = $1 AND id = 5003', [shop])
    })
    await recompute(shop, NOW + DAY_MS, 'time')
    expect((await exclusionsPage(shop, 0)).total).toBe(0)
  })
})

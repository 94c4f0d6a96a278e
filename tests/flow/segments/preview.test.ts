import { describe, expect, test } from 'vitest'
import type { SegmentKey } from '#app/domain/pages.ts'
import { customersOf } from '#app/flow/segments/customer-rows.ts'
import { previewSegment, saveThresholds } from '#app/flow/segments/preview.ts'
import { segmentPage } from '#app/flow/segments/segment-page.ts'
import { segmentsPage } from '#app/flow/segments/pages.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { memberships, recompute } from '../features/recomputed.ts'
import { ago, crowd, NOW } from './story.ts'

const KEYS: SegmentKey[] = ['new', 'one-and-done', 'repeat', 'loyal', 'at-risk', 'lapsed', 'prospect']

async function crowdedShop() {
  const shop = await testShop()
  const once = [10, 40, 70, 200].map((days, i) => ({ customer: 2000 + i, at: ago(days) }))
  await connectAs('superuser', (client) =>
    writeStory(client, shop, {
      orders: [...crowd(), ...once],
      customers: [{ id: 3000, createdAt: ago(30) }],
      timezone: 'Asia/Seoul',
    }),
  )
  await recompute(shop, NOW, 'import')
  return shop
}

describe('the live count while editing', () => {
  test('says of every segment exactly what saving and working out again does', async () => {
    const shop = await crowdedShop()
    const changed = { lateRatio: 1.1, lapsedRatio: 2.5, windowShare: 0.6, loyalOrders: 2 }
    const before = await memberships(shop)
    const previews = new Map<SegmentKey, Awaited<ReturnType<typeof previewSegment>>>()
    for (const key of KEYS) previews.set(key, await previewSegment(shop, key, changed))
    await saveThresholds(shop, changed)
    await recompute(shop, NOW, 'rule')
    const after = await memberships(shop)
    for (const [key, preview] of previews) {
      const members = [...after].filter(([, row]) => row.stage === key)
      const entered = members.filter(([customer]) => before.get(customer)!.stage !== key)
      const left = [...before].filter(([customer, row]) => row.stage === key && after.get(customer)!.stage !== key)
      expect([key, preview.customers, preview.enters, preview.leaves]).toEqual([
        key,
        members.length,
        entered.length,
        left.length,
      ])
      expect(preview.total).toBe(after.size)
      for (const row of preview.entering) expect(row.reason.stage).toBe(key)
    }
    expect([...previews.values()].some((preview) => preview.enters > 0)).toBe(true)
    const changes = await connectAs('superuser', (client) =>
      client.query('SELECT cause, because FROM "MembershipChange" WHERE shop = $1', [shop]),
    )
    expect(new Set(changes.rows.map((row: { cause: string }) => row.cause))).toEqual(new Set(['rule']))
  })

  test('an edit’s moves are for Flow if that edit was ticked, whatever is ticked with the next', async () => {
    const shop = await crowdedShop()
    await saveThresholds(shop, { lateRatio: 1.1 }, true)
    await recompute(shop, NOW, 'rule')
    await saveThresholds(shop, { lateRatio: 1.9 })
    await recompute(shop, NOW, 'rule')
    const { rows } = await connectAs('superuser', (client) =>
      client.query<{ ruleVersion: number; isForFlow: boolean; moves: string }>(
        'SELECT "ruleVersion", "isForFlow", count(*) AS moves FROM "MembershipChange" WHERE shop = $1 GROUP BY 1, 2 ORDER BY 1',
        [shop],
      ),
    )
    expect(rows).toMatchObject([
      { ruleVersion: 1, isForFlow: true },
      { ruleVersion: 2, isForFlow: false },
    ])
  })

  test('refuses thresholds that saving would refuse', async () => {
    const shop = await crowdedShop()
    await expect(previewSegment(shop, 'at-risk', { lateRatio: 3, lapsedRatio: 2 })).rejects.toMatchObject({
      code: 'invalid-input',
      fields: { 'thresholds.lapsedRatio': 'lapsed-before-late' },
    })
  })

  test('the pages count what is stored, and every reason agrees with its stage', async () => {
    const shop = await crowdedShop()
    const stored = await memberships(shop)
    const page = await segmentsPage(shop)
    expect(page.totalCustomers).toBe(stored.size)
    for (const row of page.rows) {
      if (row.segment === 'cherry-picker') continue
      expect(row.customers).toBe([...stored.values()].filter((each) => each.stage === row.segment).length)
      const list = await customersOf(shop, row.segment, 0)
      expect(list.total).toBe(row.customers)
      const single = await segmentPage(shop, row.segment)
      expect(single.trend.at(-1)).toEqual({ day: '2026-10-15', customers: row.customers })
      expect(single.examples.length).toBe(Math.min(10, row.customers))
      for (const { reason } of list.rows) {
        expect(reason.stage).toBe(row.segment)
        const isLate = ['one-and-done', 'at-risk', 'lapsed'].includes(row.segment)
        if (isLate) expect(reason.sinceLastDays!).toBeGreaterThan(reason.hopedWithinDays!)
        else if (reason.orders > 0) expect(reason.sinceLastDays!).toBeLessThanOrEqual(reason.hopedWithinDays!)
      }
    }
    const prospect = stored.get(3000)!
    expect([prospect.stage, prospect.stageSince.getTime()]).toEqual(['prospect', ago(30)])
  })
})

import { describe, expect, test } from 'vitest'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { customersOf } from '#app/flow/segments/customer-rows.ts'
import { homePage, segmentsPage } from '#app/flow/segments/pages.ts'
import { previewSegment } from '#app/flow/segments/preview.ts'
import { segmentPage } from '#app/flow/segments/segment-page.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { recompute, recomputeOne } from '../features/recomputed.ts'
import { ago, crowd, NOW } from './story.ts'

const HOUR_MS = 3_600_000
const LATE = 7

describe('a move between two runs over the whole shop', () => {
  test('shows at once in the rows, the cards, the lists, the trend and on the customer’s page', async () => {
    const shop = await testShop()
    const told = (orders: ToldOrder[]) => connectAs('superuser', (client) => writeStory(client, shop, { orders }))
    await told([...crowd(), { customer: LATE, at: ago(220) }, { customer: LATE, at: ago(120) }])
    await recompute(shop, NOW, 'import')
    timeIs(NOW)
    const before = await segmentsPage(shop)
    const home = await homePage(shop)
    const preview = await previewSegment(shop, 'loyal', {})
    expect(preview.customers).toBe(before.rows.find((row) => row.segment === 'loyal')!.customers)
    const rowOf = (page: typeof before, segment: string) => page.rows.find((row) => row.segment === segment)!
    const customers = (page: typeof before, segment: string) => rowOf(page, segment).customers

    const orderedAt = NOW + 26 * HOUR_MS
    await told([{ customer: LATE, at: orderedAt, fetchedAt: orderedAt, lines: [{ product: 1, unitMinor: 4200 }] }])
    const asOf = orderedAt + 2000
    timeIs(asOf)
    expect(await recomputeOne(shop, LATE, asOf)).toBe('done')

    const after = await segmentsPage(shop)
    expect(customers(after, 'at-risk')).toBe(customers(before, 'at-risk') - 1)
    expect(customers(after, 'loyal')).toBe(customers(before, 'loyal') + 1)
    expect(after.totalCustomers).toBe(before.totalCustomers)
    expect(rowOf(after, 'loyal').updatedAt).toBe(asOf)
    const money = (page: typeof before, segment: string) => rowOf(page, segment).revenue12m!.minor
    expect(money(after, 'loyal') - money(before, 'loyal')).toBe(4200 + 2 * 1000)
    expect((await homePage(shop)).week!.atRiskCount).toBe(home.week!.atRiskCount - 1)

    const list = await customersOf(shop, 'loyal', 0)
    expect(list.total).toBe(customers(after, 'loyal'))
    expect(list.rows[0]).toMatchObject({ customer: String(LATE), orders: 3, since: orderedAt })
    expect(list.rows[0]!.reason).toMatchObject({ stage: 'loyal', orders: 3, sinceLastDays: 0 })
    const single = await segmentPage(shop, 'loyal')
    expect(single.trend.at(-1)).toEqual({ day: '2026-10-16', customers: customers(after, 'loyal') })

    // Read again once some seconds have passed.
    expect(await previewSegment(shop, 'loyal', {})).toMatchObject({
      customers: list.total,
      total: after.totalCustomers,
    })
    const page = await customerPage(shop, String(LATE))
    expect(page).toMatchObject({ stage: 'loyal', since: orderedAt, asOf })
    expect(page.orders[0]).toMatchObject({ orderedAt, leftOut: null })

    // Somebody whom the shop did not know yet, and one whom it knows no more.
    await told([{ customer: 9, at: orderedAt, fetchedAt: orderedAt }])
    await recomputeOne(shop, 9, asOf)
    await connectAs('superuser', (client) =>
      client.query('DELETE FROM "Order" WHERE shop = $1 AND customer = $2', [shop, LATE]),
    )
    await recomputeOne(shop, LATE, asOf)
    const last = await segmentsPage(shop)
    expect([customers(last, 'new'), customers(last, 'loyal')]).toEqual([
      customers(before, 'new') + 1,
      customers(before, 'loyal'),
    ])
    expect(last.totalCustomers).toBe(before.totalCustomers)
    timeIs(asOf + 3_600_000)
    expect((await previewSegment(shop, 'new', {})).customers).toBe(customers(last, 'new'))
  })
})

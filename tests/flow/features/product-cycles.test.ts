import { describe, expect, test } from 'vitest'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { ago, crowd, NOW } from '../segments/story.ts'
import { everyRow, memberships, recompute } from './recomputed.ts'

const DAY_MS = 86_400_000
const TONER = 77

function toner(customer: number, days: number, quantity: number, more: Partial<ToldOrder> = {}): ToldOrder {
  return { customer, at: ago(days), lines: [{ product: TONER, quantity, title: 'Toner 500 ml' }], ...more }
}

describe('refills', () => {
  test('a product that lasts 118 days moves the next-order window of who bought it, and no stage', async () => {
    const shop = await testShop()
    const add = (orders: ToldOrder[]) => connectAs('superuser', (client) => writeStory(client, shop, { orders }))
    await add([...crowd(), { customer: 1, at: ago(10) }, toner(2, 10, 1), toner(3, 10, 2)])
    await recompute(shop, NOW, 'import')
    const stagesBefore = await memberships(shop)
    const windowBefore = (await customerPage(shop, '2')).window!
    expect((await everyRow(shop)).ProductCycle).toEqual([])

    // Cancelled and returned purchases say nothing of how long a piece lasts.
    await add(
      Array.from({ length: 30 }, (_, i) => [
        toner(500 + i, 400, 1),
        toner(500 + i, 390, 1, { cancelledAt: ago(389) }),
        toner(500 + i, 282, 1),
      ]).flat(),
    )
    await connectAs('superuser', (client) => client.query('DELETE FROM "LifetimeFit" WHERE shop = $1', [shop]))
    await recompute(shop, NOW + 60_000, 'time')
    const [cycle] = (await everyRow(shop)).ProductCycle as { product: string; gaps: number; cycleDays: number }[]
    expect(cycle).toMatchObject({ product: String(TONER), gaps: 30 })
    expect(cycle!.cycleDays).toBeCloseTo(118, 6)

    const [none, one, two] = await Promise.all(['1', '2', '3'].map((customer) => customerPage(shop, customer)))
    expect(none!.refill).toBeNull()
    expect(one!.refill).toMatchObject({ title: 'Toner 500 ml', pieces: 1 })
    expect(two!.refill).toMatchObject({ pieces: 2 })
    expect(two!.refill!.lastsDays).toBeCloseTo(236, 6)
    const middle = ({ from, to }: { from: number; to: number }) => (from + to) / 2
    expect(middle(one!.window!)).toBeGreaterThan(middle(windowBefore) + 20 * DAY_MS)
    expect(middle(two!.window!)).toBeGreaterThan(middle(one!.window!) + 50 * DAY_MS)
    const stages = await memberships(shop)
    for (const customer of [1, 2, 3]) {
      expect(stages.get(customer)!.stage).toBe(stagesBefore.get(customer)!.stage)
      expect(stages.get(customer)!.nextStageAt).toEqual(stagesBefore.get(customer)!.nextStageAt)
    }
  })
})

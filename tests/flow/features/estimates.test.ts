import { describe, expect, test } from 'vitest'
import { decideEstimates } from '#app/flow/features/estimates.ts'
import { segmentsPage } from '#app/flow/segments/pages.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { timeIs } from '#tests/support/time.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { everyRow, memberships, recompute } from './recomputed.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 3, 15, 12)

/** Customers who have reordered once, after so many days. */
function reorderers(first: number, count: number, gapDays: number, lastAt: number): ToldOrder[] {
  return Array.from({ length: count }, (_, i) => [
    { customer: first + i, at: lastAt - gapDays * DAY_MS },
    { customer: first + i, at: lastAt },
  ]).flat()
}

type Version = { version: number; source: string; reorderers: number; adoptedAt: Date | null; windowDays: number }

async function versions(shop: Awaited<ReturnType<typeof testShop>>): Promise<Version[]> {
  return (await everyRow(shop)).Estimates as Version[]
}

describe('estimates of a shop', () => {
  test('are starting values until 50 have reordered, then learned ones adopted at once, then proposals', async () => {
    const shop = await testShop()
    const add = (orders: ToldOrder[]) => connectAs('superuser', (client) => writeStory(client, shop, { orders }))
    await add(reorderers(1, 12, 30, NOW - 10 * DAY_MS))
    await recompute(shop, NOW, 'import')
    expect(await versions(shop)).toMatchObject([{ version: 1, source: 'starting', reorderers: 12, windowDays: 60 }])

    await add(reorderers(100, 37, 30, NOW - 10 * DAY_MS))
    await recompute(shop, NOW + DAY_MS, 'time')
    expect(await versions(shop)).toMatchObject([{ version: 1, source: 'starting', reorderers: 49, windowDays: 60 }])

    await add(reorderers(200, 1, 30, NOW - 10 * DAY_MS))
    const learnedAt = NOW + 2 * DAY_MS
    await recompute(shop, learnedAt, 'time')
    const [, learned] = await versions(shop)
    expect(learned).toMatchObject({ version: 2, source: 'learned', reorderers: 50 })
    expect(learned!.adoptedAt!.getTime()).toBe(learnedAt)
    expect(learned!.windowDays).toBeCloseTo(30, 6)

    await add(reorderers(300, 200, 90, NOW - 5 * DAY_MS))
    // Bought once, 50 days before the proposal: late by the old window, on time by the new one.
    await add(Array.from({ length: 5 }, (_, i) => ({ customer: 900 + i, at: learnedAt - 20 * DAY_MS })))
    await recompute(shop, learnedAt + 29 * DAY_MS, 'time')
    expect(await versions(shop)).toHaveLength(2)
    const before = await memberships(shop)
    const monthLater = learnedAt + 30 * DAY_MS
    await recompute(shop, monthLater, 'time')
    const [, , proposed] = await versions(shop)
    expect(proposed).toMatchObject({ version: 3, adoptedAt: null })
    expect(proposed!.windowDays).toBeCloseTo(90, 6)
    // A proposal moves nobody until it is taken.
    expect((await versions(shop))[1]!.windowDays).toBeCloseTo(30, 6)
    const asProposed = await memberships(shop)
    for (const [customer, row] of before) {
      const isDue = row.nextStageAt !== null && row.nextStageAt.getTime() <= monthLater
      if (!isDue) expect(asProposed.get(customer)!.stage).toBe(row.stage)
    }

    const page = await segmentsPage(shop)
    expect(page.proposal?.estimates.version).toBe(3)
    timeIs(monthLater)
    await decideEstimates(shop, 3, 'adopt')
    await recompute(shop, monthLater + 60_000, 'estimates')
    const taken = await memberships(shop)
    const moved = [...taken].filter(([customer, row]) => asProposed.get(customer)!.stage !== row.stage)
    expect(moved.length).toBe(page.proposal?.moves)
    expect(moved.length).toBeGreaterThan(0)
    await expect(decideEstimates(shop, 3, 'keep')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('a declined proposal is gone, and the next one comes a month later', async () => {
    const shop = await testShop()
    await connectAs('superuser', (client) =>
      writeStory(client, shop, { orders: reorderers(1, 60, 30, NOW - 10 * DAY_MS) }),
    )
    await recompute(shop, NOW, 'import')
    await recompute(shop, NOW + 30 * DAY_MS, 'time')
    expect((await segmentsPage(shop)).proposal?.estimates.version).toBe(2)
    await decideEstimates(shop, 2, 'keep')
    expect((await segmentsPage(shop)).proposal).toBeNull()
    await recompute(shop, NOW + 31 * DAY_MS, 'time')
    expect(await versions(shop)).toHaveLength(2)
    await recompute(shop, NOW + 60 * DAY_MS, 'time')
    expect((await segmentsPage(shop)).proposal?.estimates.version).toBe(3)
  })
})

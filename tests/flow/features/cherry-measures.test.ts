import { describe, expect, test } from 'vitest'
import { measurePeople, type PersonFacts } from '#app/domain/cherry-measures.ts'
import { DEFAULT_ORDER_RULE } from '#app/domain/order.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { saveSettings } from '#app/flow/settings.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { NOW } from '../segments/story.ts'
import { asOrder, cherryStory, WELCOME } from './cherry-story.ts'
import { everyRow, recompute } from './recomputed.ts'

type Row = Record<string, unknown> & { customer: string }

async function worked(seed: number, timezone: string) {
  const shop = await testShop()
  const told = cherryStory(400, seed)
  await connectAs('superuser', (client) => writeStory(client, shop, { orders: told, timezone, currency: 'EUR' }))
  await saveSettings(shop, { benefitCodes: { [WELCOME]: 'confirmed' } })
  await recompute(shop, NOW, 'import')
  const rows = await rowsOf(shop)
  const orders = told.map((order) => asOrder(order, 'EUR'))
  const first = orders.reduce((least, order) => Math.min(least, order.orderedAt), NOW)
  const measured = measurePeople(orders, {
    asOf: NOW,
    calendar: shopCalendar(timezone, first, NOW),
    rule: DEFAULT_ORDER_RULE,
    currency: 'EUR',
    benefits: new Set([WELCOME]),
    personOf: (customer) => customer,
    cycleDays: 60,
    costs: null,
  })
  return { shop, rows, measured }
}

async function rowsOf(shop: ShopId): Promise<Map<string, Row>> {
  const { CustomerFeatures: rows } = await everyRow(shop)
  return new Map((rows as Row[]).map((row) => [row.customer, row]))
}

const WHOLE = [
  'n',
  'isBusiness',
  'dealLines',
  'dealDiscounted',
  'recentOccasions',
  'fullPriceOccasions',
  'benefitsUsed',
  'freeKits',
  'benefitAttempts',
] as const satisfies (keyof PersonFacts)[]

describe('the columns that a run writes', () => {
  test.each([
    [1, 'UTC'],
    [2, 'America/Santiago'],
    [3, 'Asia/Seoul'],
  ])('are the measures of the same orders as objects: seed %i, %s', async (seed, timezone) => {
    const { rows, measured } = await worked(seed, timezone)
    expect(rows.size).toBe(measured.people.size)
    const seen = new Map<string, number>()
    for (const [customer, facts] of measured.people) {
      const row = rows.get(customer)!
      const of = (source: Record<string, unknown>) => Object.fromEntries(WHOLE.map((name) => [name, source[name]]))
      expect([customer, of(row)]).toEqual([customer, of(facts)])
      for (const name of ['dealExpected', 'dealVariance'] as const)
        expect(Math.abs((row[name] as number) - facts[name]), `${customer} ${name}`).toBeLessThan(1e-7)
      for (const name of WHOLE) if (facts[name]) seen.set(name, (seen.get(name) ?? 0) + 1)
    }
    // What happens to nobody would prove nothing.
    for (const name of WHOLE) expect([name, (seen.get(name) ?? 0) > 5]).toEqual([name, true])
  })
})

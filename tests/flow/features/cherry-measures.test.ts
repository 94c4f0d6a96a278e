import { describe, expect, test } from 'vitest'
import { learnedMinimums, measurePeople, type PersonFacts } from '#app/domain/cherry-measures.ts'
import type { UsualOrders } from '#app/domain/contribution.ts'
import { DEFAULT_ORDER_RULE } from '#app/domain/order.ts'
import { FIRSTS } from '#app/domain/standings.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { customerPage } from '#app/flow/segments/customer-page.ts'
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
  await saveSettings(shop, { benefitCodes: { [WELCOME]: 'confirmed' }, costs: COSTS })
  await recompute(shop, NOW, 'import')
  const rows = await rowsOf(shop)
  const orders = told.map((order) => asOrder(order, 'EUR'))
  const first = orders.reduce((least, order) => Math.min(least, order.orderedAt), NOW)
  const benefits = new Set([WELCOME])
  const minimums = learnedMinimums(orders, NOW, DEFAULT_ORDER_RULE, 'EUR', benefits)
  const { rows: estimates } = await connectAs('superuser', (client) =>
    client.query<{ cycleDays: number }>('SELECT "cycleDays" FROM "Estimates" WHERE shop = $1', [shop]),
  )
  const { usual } = await learned(shop)
  const measured = measurePeople(
    orders,
    {
      asOf: NOW,
      calendar: shopCalendar(timezone, first, NOW),
      rule: DEFAULT_ORDER_RULE,
      currency: 'EUR',
      benefits,
      personOf: (customer) => customer,
      cycleDays: estimates[0]!.cycleDays,
      costs: { costs: COSTS, usual },
    },
    (key) => minimums.get(key) ?? null,
  )
  return { shop, rows, measured, minimums }
}

async function learned(shop: ShopId) {
  const { Learned: rows } = await everyRow(shop)
  return (rows as { data: { saleMondays: number[]; minimums: Record<string, number>; usual: UsualOrders } }[]).at(-1)!
    .data
}

/** How many chances at full price somebody let pass, as their page tells it; null: it tells nothing of them. */
async function chancesShown(shop: ShopId, customer: string): Promise<[number, number] | null> {
  const { cherry } = await customerPage(shop, customer)
  const shown = cherry.evidence.find(({ kind }) => kind === 'chances-ignored' || kind === 'chances-taken')
  if (!shown) return null
  return shown.kind === 'chances-ignored' ? [shown.count, shown.of!] : [0, shown.count]
}

async function rowsOf(shop: ShopId): Promise<Map<string, Row>> {
  const { CustomerFeatures: rows } = await everyRow(shop)
  return new Map((rows as Row[]).map((row) => [row.customer, row]))
}

/** So much that orders with a discount leave nothing. */
const COSTS = { goodsShare: 0.6, paymentShare: 0.05, shippingShare: 0.25 }

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
  'benefitCuts',
  'laterDiscounted',
  'saleOccasions',
] as const satisfies (keyof PersonFacts)[]

describe('the columns that a run writes', () => {
  test.each([
    [1, 'UTC'],
    [2, 'America/Santiago'],
    [3, 'Asia/Seoul'],
  ])('are the measures of the same orders as objects: seed %i, %s', async (seed, timezone) => {
    const { shop, rows, measured, minimums } = await worked(seed, timezone)
    expect(measured.saleWeeks.size).toBeGreaterThan(3)
    expect(await learned(shop)).toMatchObject({
      saleMondays: [...measured.saleWeeks].sort((a, b) => a - b),
      minimums: Object.fromEntries(minimums),
    })
    expect(rows.size).toBe(measured.people.size)
    const seen = new Map<string, number>()
    let lost = 0
    for (const [customer, facts] of measured.people) {
      const row = rows.get(customer)!
      const of = (source: Record<string, unknown>) => Object.fromEntries(WHOLE.map((name) => [name, source[name]]))
      expect([customer, of(row)]).toEqual([customer, of(facts)])
      expect([customer, FIRSTS[row.first as number]]).toEqual([customer, facts.first])
      const left = row.laterLeftMinor === null ? null : Number(row.laterLeftMinor)
      expect([customer, left === null]).toEqual([customer, facts.laterContributionMinor === null])
      if (left !== null) expect(Math.abs(left - facts.laterContributionMinor!), customer).toBeLessThanOrEqual(1)
      if (left !== null && left < 0) lost += 1
      for (const name of ['dealExpected', 'dealVariance'] as const)
        expect(Math.abs((row[name] as number) - facts[name]), `${customer} ${name}`).toBeLessThan(1e-7)
      for (const name of WHOLE) if (facts[name]) seen.set(name, (seen.get(name) ?? 0) + 1)
    }
    // What happens to nobody would prove nothing.
    for (const name of WHOLE) expect([name, (seen.get(name) ?? 0) > 5]).toEqual([name, true])
    expect(lost).toBeGreaterThan(20)
    let told = 0
    for (const [customer, { chances }] of [...measured.people].slice(0, 80)) {
      const shown = await chancesShown(shop, customer)
      expect([customer, shown]).toEqual([customer, chances.chances === 0 ? null : [chances.ignored, chances.chances]])
      if (chances.ignored > 0) told += 1
    }
    expect(told).toBeGreaterThan(5)
  })
})

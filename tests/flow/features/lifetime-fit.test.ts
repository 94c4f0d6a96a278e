import { describe, expect, test } from 'vitest'
import type { CustomerPage, SegmentPage } from '#app/domain/pages.ts'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { exclude } from '#app/flow/segments/exclusions.ts'
import { segmentPage } from '#app/flow/segments/segment-page.ts'
import { saveSettings } from '#app/flow/settings.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { chanceFrom } from '#tests/shop/chance.ts'
import { ago, NOW } from '../segments/story.ts'
import { everyRow, recompute, recomputeOne } from './recomputed.ts'

const DAY_MS = 86_400_000
const TIMEZONE = 'America/New_York'

/** People who buy at rates of their own over two years and stop after some order; ids from 1. */
function town(people: number, seed = 'town'): ToldOrder[] {
  const random = chanceFrom(seed)
  const orders: ToldOrder[] = []
  for (let i = 0; i < people; i += 1) {
    const everyDays = 15 + 100 * random()
    const unitMinor = 1_000 + Math.floor(random() * 9_000)
    for (let at = random() * 700; at < 730; at += 1 + everyDays * -Math.log(1 - random())) {
      orders.push({ customer: 1 + i, at: ago(730 - at), lines: [{ product: 1 + (i % 5), unitMinor }] })
      if (random() < 0.2) break
    }
  }
  return orders
}

async function shopWith(orders: ToldOrder[], story: { timezone?: string; currency?: string } = {}): Promise<ShopId> {
  const shop = await testShop()
  await add(shop, orders, story)
  await recompute(shop, NOW, 'import')
  return shop
}

function add(shop: ShopId, orders: ToldOrder[], story: { timezone?: string; currency?: string } = {}) {
  return connectAs('superuser', (client) => writeStory(client, shop, { timezone: TIMEZONE, ...story, orders }))
}

type Features = { customer: string; n: number; expected12mMinor: string | null; asOf: Date }

async function features(shop: ShopId): Promise<Features[]> {
  return (await everyRow(shop)).CustomerFeatures as Features[]
}

async function fitOf(shop: ShopId) {
  const [fit] = (await everyRow(shop)).LifetimeFit as {
    takenAt: Date
    horizonDays: number
    model: { kind: string; lacking?: string; found?: number }
  }[]
  return fit!
}

/** Every figure of what to expect is a number. */
function expectFinite(outlook: CustomerPage['outlook'] | SegmentPage['outlook']): void {
  const text = JSON.stringify(outlook, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? 'NOT A NUMBER' : value,
  )
  expect(text).not.toContain('NOT A NUMBER')
}

describe('what a shop learns of its customers', () => {
  test('is learned with the first run, and ranks at-risk customers by the money they are expected to bring', async () => {
    const shop = await shopWith(town(600))
    const rows = await features(shop)
    expect(rows.every((row) => (row.expected12mMinor === null) === (row.n === 0))).toBe(true)
    const page = await segmentPage(shop, 'at-risk')
    expect(page.outlook).toMatchObject({ state: 'known', because: null, costs: { share: 0.5, isAssumed: true } })
    expect(page.examples).toHaveLength(10)
    const stored = new Map(rows.map((row) => [row.customer, Number(row.expected12mMinor)]))
    const atRisk = (await everyRow(shop)).Membership as { customer: string; stage: string }[]
    const best = atRisk
      .filter((row) => row.stage === 'at-risk')
      .map((row) => stored.get(row.customer)!)
      .sort((a, b) => b - a)
    const listed = page.examples.map((row) => stored.get(row.customer)!)
    expect(listed.toSorted((a, b) => b - a)).toEqual(best.slice(0, 10))
    const told = page.examples.map(({ outlook }) => outlook!.worth!.priority.minor)
    expect(told).toEqual(told.toSorted((a, b) => b - a))
    for (const { customer, outlook } of page.examples) {
      // Half of it is left after costs, and a stored amount is within half a step of 10 %.
      expect(outlook!.worth!.expected.minor / stored.get(customer)!).toBeCloseTo(0.5, 1)
      expect(outlook!.worth!.priority).toEqual({ minor: outlook!.worth!.expected.minor, keptOutBy: null })
      const { outlook: own } = await customerPage(shop, customer)
      expect(own.customer).toEqual(outlook)
    }
    expect(page.outlook!.state === 'known' && page.outlook!.rightness).toMatchObject({ kind: 'tested' })
    expectFinite(page.outlook)
  })

  test("follows the merchant's costs without a run", async () => {
    const shop = await shopWith(town(600))
    const { examples } = await segmentPage(shop, 'at-risk')
    const { customer, outlook } = examples[0]!
    await saveSettings(shop, { costs: { goodsShare: 0.7, paymentShare: 0.03, shippingShare: 0.07 } })
    const page = await customerPage(shop, customer)
    expect(page.outlook.shop).toMatchObject({ costs: { share: 0.8, isAssumed: false } })
    // Both are told in two figures.
    expect(page.outlook.customer!.worth!.expected.minor / outlook!.worth!.expected.minor).toBeCloseTo(0.4, 1)
  })

  test('gives whoever is kept out priority 0 with the reason, and lists them last', async () => {
    const shop = await shopWith(town(160))
    const before = (await segmentPage(shop, 'at-risk')).examples.map((row) => row.customer)
    expect(before.length).toBeGreaterThan(3)
    expect(before.length).toBeLessThanOrEqual(10)
    await exclude(shop, { customer: before[0]! }, { reason: 'Resells', until: '' })
    const { examples, row } = await segmentPage(shop, 'at-risk')
    const listed = examples.map((each) => each.customer)
    if (row.customers > 10) expect(listed).not.toContain(before[0])
    else expect(listed).toEqual([...before.slice(1), before[0]])
    const { outlook } = await customerPage(shop, before[0]!)
    expect(outlook.customer!.worth!.priority).toMatchObject({ minor: 0, keptOutBy: { reason: 'Resells' } })
    expect(outlook.customer!.worth!.expected.minor).toBeGreaterThan(0)
  })

  test('is taken anew after a week, and a night writes only rows that have come to another step', async () => {
    const shop = await shopWith(town(600))
    const before = new Map((await features(shop)).map((row) => [row.customer, row]))
    await recompute(shop, NOW + DAY_MS, 'time')
    expect((await fitOf(shop)).takenAt.getTime()).toBe(NOW)
    const next = await features(shop)
    const written = next.filter((row) => row.asOf.getTime() !== NOW)
    expect(written.length).toBeGreaterThan(0)
    // What was spent in 12 months falls by the day as well.
    expect(written.length).toBeLessThan(next.length / 3)
    for (const row of next)
      if (row.asOf.getTime() === NOW) expect(row.expected12mMinor).toBe(before.get(row.customer)!.expected12mMinor)
    await recompute(shop, NOW + 7 * DAY_MS, 'time')
    expect((await fitOf(shop)).takenAt.getTime()).toBe(NOW + 7 * DAY_MS)
  })

  test('one customer alone has what the whole run gives them, before and after a change of clocks', async () => {
    // Orders around midnight, on both sides of New York's changes of clocks.
    const edge = Array.from({ length: 30 }, (_, i) => [
      { customer: 9_000 + i, at: ago(1_400 - 30 * i) + i * 600_000 },
      { customer: 9_000 + i, at: ago(500 - 15 * i) + i * 600_000 },
    ]).flat()
    const shop = await shopWith([...town(600), ...edge])
    const whole = await features(shop)
    for (const customer of [...Array.from({ length: 30 }, (_, i) => 9_000 + i), 1, 2, 3])
      expect(await recomputeOne(shop, customer, NOW)).toBe('done')
    expect(await features(shop)).toEqual(whole)
    await add(shop, [{ customer: 9_000, at: NOW + DAY_MS, fetchedAt: NOW + DAY_MS }])
    await recomputeOne(shop, 9_000, NOW + DAY_MS)
    const alone = (await features(shop)).find((row) => row.customer === '9000')
    expect(alone!.expected12mMinor).not.toBe(whole.find((row) => row.customer === '9000')!.expected12mMinor)
    expectFinite((await customerPage(shop, '9000')).outlook)
    await recompute(shop, NOW + DAY_MS, 'time')
    expect((await features(shop)).find((row) => row.customer === '9000')).toEqual(alone)
  })
})

describe('a shop that little or nothing can be learned from says so, without a figure that is none', () => {
  const once = (count: number) => Array.from({ length: count }, (_, i) => ({ customer: 1 + i, at: ago(3 * i) }))
  const HUGE = 50_000
  const cases: [name: string, orders: ToldOrder[], lacking: string | null][] = [
    ['0 orders', [], 'repeat-buyers'],
    ['1 order', once(1), 'repeat-buyers'],
    ['49 orders', once(49), 'repeat-buyers'],
    ['49 customers who came back', town(600).filter(isOfFewWhoCameBack(49)), 'repeat-buyers'],
    [
      'all orders on one day',
      Array.from({ length: 200 }, (_, i) => ({ customer: 1 + (i % 80), at: ago(10) + i * 1000 })),
      'repeat-buyers',
    ],
    [
      'one customer with 50,000 orders',
      Array.from({ length: HUGE }, (_, i) => ({
        customer: 1,
        at: ago(900) + i * (900 / HUGE) * DAY_MS,
        lines: [],
      })).map((order) => ({ ...order, subtotalMinor: 900 })),
      'repeat-buyers',
    ],
    [
      'the same beside a town',
      [
        ...town(600).map((order) => ({ ...order, customer: order.customer! + 10 })),
        ...Array.from({ length: HUGE }, (_, i) => ({
          customer: 1,
          at: ago(900) + i * (900 / HUGE) * DAY_MS,
          lines: [],
          subtotalMinor: 900,
        })),
      ],
      null,
    ],
    ['refunds above the orders', town(600).map((order) => ({ ...order, refundedMinor: 99_999 })), null],
    ['three currencies', town(600).map((order, i) => ({ ...order, currency: ['GBP', 'USD', 'KRW'][i % 3]! })), null],
  ]

  function isOfFewWhoCameBack(most: number): (order: ToldOrder) => boolean {
    const counts = new Map<number, number>()
    for (const { customer } of town(600)) counts.set(customer!, (counts.get(customer!) ?? 0) + 1)
    const repeaters = [...counts].filter(([, count]) => count > 1).map(([customer]) => customer)
    const left = new Set(repeaters.slice(most))
    return ({ customer }) => !left.has(customer!)
  }

  test.each(cases)('%s', { timeout: 240_000 }, async (_name, orders, lacking) => {
    const shop = await shopWith(orders)
    const { model } = await fitOf(shop)
    if (lacking === null) expect(model.kind).toBe('fitted')
    else expect(model).toMatchObject({ kind: 'not-enough-data', lacking })
    const rows = await features(shop)
    const page = await segmentPage(shop, 'at-risk')
    expect(page.outlook!.state).toBe(lacking === null ? 'known' : 'too-little')
    expectFinite(page.outlook)
    for (const customer of new Set(['1', '11', '12', '13', rows[0]?.customer].filter((id) => id !== undefined))) {
      if (!rows.some((row) => row.customer === customer)) continue
      const { outlook } = await customerPage(shop, customer)
      expectFinite(outlook)
      if (lacking !== null) expect(outlook.customer).toBeNull()
    }
  })

  test('60 days of orders only: no figure, and the page says why', async () => {
    const shop = await testShop()
    await add(shop, town(600))
    await connectAs('superuser', async (client) => {
      await client.query('UPDATE "Shop" SET limited = true WHERE shop = $1', [shop])
      await client.query(
        `INSERT INTO "Customer" (shop, id, "createdAt", "updatedAt", tags, road, "fetchedAt", "numberOfOrders", "lastOrderAt")
          VALUES ($1, 1, $2, $2, '{}', 2, $2, 3, $2)`,
        [shop, new Date(ago(20))],
      )
    })
    await recompute(shop, NOW, 'import')
    expect((await features(shop)).map((row) => row.expected12mMinor)).toEqual([null])
    expect((await segmentPage(shop, 'at-risk')).outlook).toEqual({ state: 'hidden' })
    expect((await customerPage(shop, '1')).outlook).toEqual({ shop: { state: 'hidden' }, customer: null })
  })
})

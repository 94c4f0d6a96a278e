import { describe, expect, test } from 'vitest'
import { advance, seededWorld } from '#tests/shop/behaviours.ts'
import type { World, WorldOrder } from '#tests/shop/world.ts'

const NOW = Date.UTC(2026, 10, 22, 4)
const DAY_MS = 86_400_000
const world = seededWorld(NOW)
const orders = [...world.orders.values()]

function facts(of: World): unknown[] {
  return [...of.orders.values()].map((order) => [
    order.id,
    order.customerId,
    order.processedAt,
    order.discounts,
    order.lines,
  ])
}

function counts(order: WorldOrder): boolean {
  return order.cancelledAt === null && !order.test && ['PAID', 'PARTIALLY_REFUNDED'].includes(order.financialStatus)
}

describe('the seeded world', () => {
  test('is the same every time', () => {
    expect(facts(seededWorld(NOW))).toEqual(facts(world))
  })

  test('is a shop of about 1,200 customers and 4,000 orders over 26 months that end now', () => {
    expect(world.customers.size).toBeGreaterThan(1150)
    expect(orders.length).toBeGreaterThan(3500)
    expect(orders.length).toBeLessThan(5000)
    expect(orders.at(-1)!.processedAt).toBeLessThanOrEqual(NOW)
    expect(NOW - orders.at(-1)!.processedAt).toBeLessThan(2 * DAY_MS)
    expect(NOW - orders[0]!.processedAt).toBeGreaterThan(24 * 30 * DAY_MS)
    for (const order of orders) expect(order.processedAt).toBeLessThanOrEqual(NOW)
  })

  test('holds whatever a real shop holds', () => {
    const has = (what: (order: WorldOrder) => boolean): number => orders.filter(what).length
    expect(has((order) => order.customerId === null)).toBeGreaterThan(200)
    expect(has((order) => order.test)).toBeGreaterThan(3)
    expect(has((order) => order.cancelledAt !== null)).toBeGreaterThan(20)
    expect(has((order) => order.financialStatus === 'REFUNDED')).toBeGreaterThan(20)
    expect(has((order) => order.financialStatus === 'PARTIALLY_REFUNDED')).toBeGreaterThan(20)
    expect(has((order) => order.companyId !== null)).toBeGreaterThan(20)
    expect(has((order) => order.lines.some((line) => line.currentQuantity < line.quantity))).toBeGreaterThan(20)
    expect(has((order) => order.discounts.some((use) => use.title === 'Free sample kit'))).toBeGreaterThan(10)
    for (const kind of ['code', 'automatic', 'manual'])
      expect(has((order) => order.discounts.some((use) => use.kind === kind))).toBeGreaterThan(3)
    const tags = new Set([...world.customers.values()].flatMap((customer) => customer.tags))
    expect([...tags].sort()).toEqual(['VIP', 'newsletter', 'seg:repeat', 'seoul-event', 'wholesale', '지인'])
  })

  test('gives no line more discount than it costs', () => {
    for (const order of orders)
      for (const line of order.lines)
        for (const share of line.allocations) {
          expect(share.minor).toBeLessThanOrEqual(line.unitMinor * line.quantity)
          expect(order.discounts[share.discount]).toBeDefined()
        }
  })

  test('has WELCOME20 used on a first order in at least 90 % of its uses', () => {
    const seen = new Set<number>()
    let uses = 0
    let first = 0
    for (const order of orders) {
      if (order.customerId === null || !counts(order)) continue
      if (order.discounts.some((use) => use.title === 'WELCOME20')) {
        uses += 1
        if (!seen.has(order.customerId)) first += 1
      }
      seen.add(order.customerId)
    }
    expect(uses).toBeGreaterThan(100)
    expect(first / uses).toBeGreaterThan(0.9)
  })

  test('has cherry-pickers who never paid in full and took the first-order benefit more than once', () => {
    const pickers = [...world.customers.values()].filter((customer) => customer.behaviour === 'cherry-picker')
    expect(pickers.length).toBeGreaterThanOrEqual(30)
    for (const picker of pickers) {
      const own = world.ordersOf(picker.id).filter((order) => order.lines.some((line) => line.unitMinor > 5000))
      const isKit = (order: WorldOrder): boolean => order.discounts.some((use) => use.title === 'Free sample kit')
      for (const order of own.filter((one) => !isKit(one))) expect(order.discounts.length).toBeGreaterThan(0)
      expect(own.filter((order) => order.discounts.some((use) => use.title === 'WELCOME20')).length).toBe(2)
    }
  })

  test('has one customer with a story: 지우, who bought once', () => {
    const story = [...world.customers.values()].filter((customer) => customer.behaviour === 'story')
    expect(story.map((customer) => customer.firstName)).toEqual(['지우'])
    expect(world.ordersOf(story[0]!.id).length).toBe(1)
  })
})

test('days go by: people go on buying as their behaviour has it, one-time buyers and prospects do not', () => {
  const living = seededWorld(Date.now())
  const before = living.orders.size
  const from = living.now()
  advance(living, 60)
  const fresh = [...living.orders.values()].slice(before)
  expect(fresh.length).toBeGreaterThan(150)
  for (const order of fresh) {
    expect(order.processedAt).toBeGreaterThan(from)
    expect(order.processedAt).toBeLessThanOrEqual(living.now() + 5000)
    expect(['one-time', 'prospect', 'story']).not.toContain(living.customers.get(order.customerId ?? 0)?.behaviour)
  }
})

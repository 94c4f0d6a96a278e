import { expect, test } from 'vitest'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { leftOut } from '#app/flow/segments/pages.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { memberships, recompute } from './recomputed.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 9, 15, 3)

test('orders that do not count are stored, left out with their reason, and make nobody a buyer', async () => {
  const shop = await testShop()
  const at = NOW - 10 * DAY_MS
  await connectAs('superuser', (client) =>
    writeStory(client, shop, {
      customers: [{ id: 1, createdAt: NOW - 90 * DAY_MS }],
      currency: 'KRW',
      orders: [
        { customer: null, at },
        { customer: 1, at: NOW + DAY_MS },
        { customer: 1, at, isTest: true },
        { customer: 1, at, cancelledAt: at + 1000 },
        { customer: 1, at, status: 'REFUNDED' },
        { customer: 1, at, status: 'PENDING' },
        { customer: 1, at, lines: [{ product: 1, unitMinor: 0 }] },
        { customer: 1, at, lines: [] },
        { customer: 1, at, currency: 'USD' },
        { customer: 2, at },
      ],
    }),
  )
  await recompute(shop, NOW, 'import')
  const numbers = await leftOut(shop)
  expect(numbers).toMatchObject({ orders: 10, counted: 1 })
  expect(Object.fromEntries(numbers!.reasons.map((each) => [each.reason, each.orders]))).toEqual({
    guest: 1,
    future: 1,
    test: 1,
    cancelled: 1,
    refunded: 1,
    unpaid: 1,
    zero: 2,
    'other-currency': 1,
  })
  const stored = await memberships(shop)
  expect(stored.get(1)).toMatchObject({ stage: 'prospect', cherryPicker: 'none' })
  expect(stored.get(2)!.stage).toBe('new')
  const page = await customerPage(shop, '1')
  expect(page.orders).toHaveLength(8)
  expect(page.orders.every((order) => order.leftOut !== null)).toBe(true)
  expect([page.stage, page.spent?.minor, page.next]).toEqual(['prospect', 0, null])
})

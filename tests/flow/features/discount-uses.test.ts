import { expect, test } from 'vitest'
import { saveSettings } from '#app/flow/settings.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { everyRow, recompute } from './recomputed.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 9, 15, 3)

test('codes that one order used leave no row, unless the merchant has answered about them', async () => {
  const shop = await testShop()
  const orders = Array.from({ length: 40 }, (_, i): ToldOrder => {
    const discounts = i % 2 === 0 ? ['code:SHARED', `code:OWN-${i}`] : [`staff:for ${i}`]
    const lines = [{ product: 1, discountMinor: 100, discounts }]
    return { customer: 100 + i, at: NOW - (i + 1) * DAY_MS, lines }
  })
  await connectAs('superuser', (client) => writeStory(client, shop, { orders }))
  await saveSettings(shop, { benefitCodes: { 'code:OWN-4': 'confirmed' } })
  await recompute(shop, NOW, 'import')
  const { DiscountUse: uses, CustomerFeatures: customers } = await everyRow(shop)
  // Half of each order's discount is the other code's, though that one has no row.
  expect(uses).toMatchObject([
    { key: 'code:OWN-4', uses: 1, firstUses: 1, discountMinor: '50' },
    { key: 'code:SHARED', uses: 20, firstUses: 20, discountMinor: '1000' },
  ])
  expect(customers).toContainEqual(expect.objectContaining({ customer: '104', benefitsUsed: 1 }))
})

import { expect, test } from 'vitest'

import { domainOf, installedShop, installShop } from '#app/outside/database.server.ts'
import { freshDomain, testShop } from '#tests/support/database.ts'

test('a shop that is installed twice is one installation', async () => {
  const domain = freshDomain()
  const first = await installShop(domain, 'read_orders')
  const second = await installShop(domain, 'read_orders,read_customers')
  expect(first.isNew).toBe(true)
  expect(second).toEqual({ shop: first.shop, isNew: false })
  expect(await installedShop(domain)).toBe(first.shop)
  expect(await domainOf(await testShop(domain))).toBe(domain)
})

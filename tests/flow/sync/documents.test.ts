import { expect, test } from 'vitest'

import { bulkText } from '#app/flow/sync/operations.ts'
import { queryProblems } from '#tests/shop/admin/bulk-validators.ts'
import { adminSchema } from '#tests/shop/schema.ts'

test.each([
  ['orders', false],
  ['customers', false],
  ['customers', true],
] as const)('the text for all %s is one that Shopify runs in bulk (with its counts: %s)', (subject, isCounted) => {
  const text = bulkText(subject, isCounted)
  expect(queryProblems(adminSchema().schema, text)).toEqual([])
  expect(text).not.toContain('$')
})

test('every road asks for an order, and for a customer, by the same fragments', async () => {
  const documents = await import('#app/outside/admin.generated.ts')
  const fragments = (document: { definitions: readonly { kind: string }[] }) =>
    document.definitions
      .filter((one) => one.kind === 'FragmentDefinition')
      .map((one) => JSON.stringify(one))
      .sort()
  const order = fragments(documents.OrdersBulkDocument)
  const customer = fragments(documents.CustomersBulkDocument)
  expect(fragments(documents.OrdersUpdatedDocument)).toEqual(order)
  expect(fragments(documents.CustomerOrdersDocument)).toEqual(order)
  const counted = fragments(documents.CustomersCountedBulkDocument)
  expect(counted).toEqual(expect.arrayContaining(customer))
  expect(fragments(documents.CustomersUpdatedDocument)).toEqual(counted)
  expect(fragments(documents.CustomerByIdDocument)).toEqual(counted)
  expect(fragments(documents.OrderByIdDocument)).toEqual([...order, ...counted].sort())
})

import { expect, test } from 'vitest'

import { bulkText } from '#app/flow/sync/operations.ts'
import { queryProblems } from '#tests/shop/admin/bulk-validators.ts'
import { adminSchema } from '#tests/shop/schema.ts'

test.each(['orders', 'customers'] as const)('the text for all %s is one that Shopify runs in bulk', (subject) => {
  const text = bulkText(subject)
  expect(queryProblems(adminSchema().schema, text)).toEqual([])
  expect(text).not.toContain('$')
})

test('every road asks for an order, and for a customer, by the same fragments', async () => {
  const documents = await import('#app/outside/admin.generated.ts')
  const fragments = (document: { definitions: readonly { kind: string }[] }) =>
    document.definitions.filter((one) => one.kind === 'FragmentDefinition').map((one) => JSON.stringify(one))
  const order = fragments(documents.OrdersBulkDocument)
  const customer = fragments(documents.CustomersBulkDocument)
  expect(fragments(documents.OrdersUpdatedDocument)).toEqual(order)
  expect(fragments(documents.CustomerOrdersDocument)).toEqual(order)
  expect(fragments(documents.CustomersUpdatedDocument)).toEqual(customer)
  expect(fragments(documents.CustomerByIdDocument)).toEqual(customer)
  expect(fragments(documents.OrderByIdDocument).sort()).toEqual([...order, ...customer].sort())
})

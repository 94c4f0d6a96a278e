import { expect, test } from 'vitest'

import { bulkText } from '#app/flow/sync/operations.ts'
import { queryProblems } from '#tests/shop/admin/bulk-validators.ts'
import { adminSchema } from '#tests/shop/schema.ts'

test.each(['orders', 'customers'] as const)('the text for all %s is one that Shopify runs in bulk', (subject) => {
  const text = bulkText(subject)
  expect(queryProblems(adminSchema().schema, text)).toEqual([])
  expect(text).not.toContain('$')
})

test('both roads ask for an order by the same fragment', async () => {
  const { OrdersBulkDocument, OrdersUpdatedDocument, OrderByIdDocument } =
    await import('#app/outside/admin.generated.ts')
  const fragment = (document: typeof OrdersBulkDocument | typeof OrdersUpdatedDocument | typeof OrderByIdDocument) =>
    JSON.stringify(document.definitions.filter((one) => one.kind === 'FragmentDefinition'))
  expect(fragment(OrdersUpdatedDocument)).toBe(fragment(OrdersBulkDocument))
  expect(fragment(OrderByIdDocument)).toBe(fragment(OrdersBulkDocument))
})

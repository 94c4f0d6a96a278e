import { expect, test } from 'vitest'
import { readResultLine } from '#app/flow/publication/bulk-results.ts'

const CUSTOMER = 'gid://shopify/Customer/1001'
const AT = '2026-11-22T07:00:00Z'

test.each([
  [
    'a tag added',
    { data: { tagsAdd: { node: { id: CUSTOMER, updatedAt: AT }, userErrors: [] } } },
    [{ customer: '1001', updatedAt: AT }],
    null,
  ],
  [
    'a tag removed',
    { data: { tagsRemove: { node: { id: CUSTOMER, updatedAt: AT }, userErrors: [] } } },
    [{ customer: '1001', updatedAt: AT }],
    null,
  ],
  [
    'a state written',
    { data: { metafieldsSet: { metafields: [{ owner: { id: CUSTOMER, updatedAt: AT } }], userErrors: [] } } },
    [{ customer: '1001', updatedAt: AT }],
    null,
  ],
  [
    'a state deleted',
    { data: { metafieldsDelete: { deletedMetafields: [{ ownerId: CUSTOMER }], userErrors: [] } } },
    [{ customer: '1001', updatedAt: null }],
    null,
  ],
  [
    'a state that was gone already, which names nobody',
    { data: { metafieldsDelete: { deletedMetafields: [null], userErrors: [] } } },
    [],
    null,
  ],
  [
    'a refusal, in the words of Shopify',
    { data: { tagsAdd: { node: null, userErrors: [{ field: ['id'], message: 'Customer does not exist' }] } } },
    [],
    'Customer does not exist',
  ],
  ['an error of the line', { errors: [{ message: 'Internal error' }] }, [], 'Internal error'],
  ['no answer at all', { data: { tagsAdd: null } }, [], 'no answer'],
])('%s', (_name, line, customers, refusal) => {
  expect(readResultLine(JSON.stringify({ ...line, __lineNumber: 0 }))).toEqual({ customers, refusal })
})

test('a line that is cut off is a file that is gone: its lines are sent once more', () => {
  expect(() => readResultLine('{"data":{"tagsAdd":{"no')).toThrow(expect.objectContaining({ code: 'bulk-file-gone' }))
})

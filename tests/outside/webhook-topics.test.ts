import { expect, test } from 'vitest'

import { parseBody, WEBHOOK_TOPICS } from '#app/outside/webhook-topics.ts'

// Beyond 2^53: the last digits are gone where a number was made of them.
const ORDER = '820982911946154508'
const CUSTOMER = '706405506930370084'
const AT = Date.UTC(2026, 0, 1, 0, 0, 5)
const TIME = '2025-12-31T19:00:05-05:00'
const OCCURRED = '2026-01-01T00:00:05.870Z'

test.each([
  ['orders/create', `{"id":${ORDER},"admin_graphql_api_id":"gid://shopify/Order/${ORDER}","updated_at":"${TIME}"}`],
  ['orders/updated', `{"id":${ORDER},"updated_at":"${TIME}"}`],
  ['orders/edited', `{"order_edit":{"id":1,"order_id":${ORDER},"committed_at":"${TIME}"}}`],
  ['refunds/create', `{"id":890088186047892319,"order_id":${ORDER},"created_at":"${TIME}"}`],
])('%s names its order by every digit, and when', (topic, body) => {
  expect(WEBHOOK_TOPICS[topic]!.worksOf(parseBody(body))).toEqual([
    { kind: 'refresh-order', entity: ORDER, payload: { at: AT } },
  ])
})

test.each([
  ['customers/update', `{"id":${CUSTOMER},"updated_at":"${TIME}"}`, { at: AT, mayBeOurs: true }],
  ['customers/delete', `{"id":${CUSTOMER}}`, {}],
  [
    'customers/purchasing_summary',
    `{"customerId":"gid://shopify/Customer/${CUSTOMER}","occurredAt":"${OCCURRED}"}`,
    { at: AT },
  ],
  [
    'customer.tags_removed',
    `{"customerId":"gid://shopify/Customer/${CUSTOMER}","occurredAt":"${OCCURRED}"}`,
    { at: AT, mayBeOurs: true },
  ],
  ['customers_email_marketing_consent/update', `{"customer_id":${CUSTOMER}}`, {}],
  ['customers_marketing_consent/update', `{"id":${CUSTOMER},"sms_marketing_consent":{"consent_updated_at":null}}`, {}],
])('%s names its customer by every digit', (topic, body, payload) => {
  expect(WEBHOOK_TOPICS[topic]!.worksOf(parseBody(body))).toMatchObject([
    { kind: 'refresh-customer', entity: CUSTOMER, payload },
  ])
})

test('a merge owes both and what was said of the one that goes, and one that failed owes nobody', () => {
  const merge = (status: string) =>
    WEBHOOK_TOPICS['customers/merge']!.worksOf({
      admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/1',
      admin_graphql_api_customer_deleted_id: 'gid://shopify/Customer/2',
      status,
    })
  expect(merge('completed')).toMatchObject([
    { kind: 'carry-over', entity: '2', payload: { into: '1' } },
    { entity: '1', payload: { withOrders: true } },
    { entity: '2', payload: {} },
  ])
  expect(merge('failed')).toEqual([])
})

test.each(['{}', '{"id":-1}', '{"id":1.5}', '{"id":1234567890123456789012}', '{"id":"1; drop"}', '[]', 'null'])(
  'an order that nobody could name is refused: %s',
  (body) => expect(() => WEBHOOK_TOPICS['orders/updated']!.worksOf(parseBody(body))).toThrow(),
)

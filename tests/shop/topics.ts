/** Every webhook topic that the local shop can fire, with the scope an app needs to hear it; null: none. */
export const TOPICS: Readonly<Record<string, string | null>> = {
  'app/scopes_update': null,
  'app/uninstalled': null,
  'bulk_operations/finish': null,
  'customers/data_request': null,
  'customers/redact': null,
  'shop/redact': null,
  // Nothing in the local shop changes the shop itself.
  'shop/update': null,
  'customers/create': 'read_customers',
  'customers/update': 'read_customers',
  'customers/delete': 'read_customers',
  'customers/merge': 'read_customer_merge',
  'customers/purchasing_summary': 'read_customers',
  'customer.tags_added': 'read_customers',
  'customer.tags_removed': 'read_customers',
  'customers_email_marketing_consent/update': 'read_customers',
  'customers_marketing_consent/update': 'read_customers',
  'orders/create': 'read_orders',
  'orders/updated': 'read_orders',
  'orders/paid': 'read_orders',
  'orders/cancelled': 'read_orders',
  'orders/edited': 'read_orders',
  'orders/delete': 'read_orders',
  'refunds/create': 'read_orders',
  'orders/fulfilled': 'read_orders',
  'orders/partially_fulfilled': 'read_orders',
  'fulfillments/create': 'read_fulfillments',
  'fulfillments/update': 'read_fulfillments',
  'fulfillment_events/create': 'read_fulfillments',
  'products/create': 'read_products',
  'products/update': 'read_products',
  'products/delete': 'read_products',
  'discounts/create': 'read_discounts',
  'discounts/update': 'read_discounts',
  'discounts/delete': 'read_discounts',
}

/** Only shopify.app.toml can ask for these. */
export const COMPLIANCE_TOPICS: ReadonlySet<string> = new Set([
  'customers/data_request',
  'customers/redact',
  'shop/redact',
])

const BY_ENUM = new Map(Object.keys(TOPICS).map((topic) => [enumOf(topic), topic]))

/** `orders/create` is ORDERS_CREATE in the Admin API, `customer.tags_removed` is CUSTOMER_TAGS_REMOVED. */
export function enumOf(topic: string): string {
  return topic.replaceAll(/[/.]/g, '_').toUpperCase()
}

/** Null: a topic that is not played. */
export function topicOf(name: string): string | null {
  return BY_ENUM.get(name) ?? null
}

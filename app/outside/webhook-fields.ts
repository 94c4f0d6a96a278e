/**
 * What each topic's deliveries carry, as in shopify.app.toml (a test compares): ids and times. A subscription that we make
 * for one shop asks for the same.
 */
const CHANGED = ['id', 'admin_graphql_api_id', 'updated_at']
const OCCURRED = ['customerId', 'occurredAt']

export const WEBHOOK_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'orders/create': CHANGED,
  'orders/updated': CHANGED,
  'orders/cancelled': CHANGED,
  'orders/edited': ['order_edit.id', 'order_edit.order_id', 'order_edit.committed_at'],
  'orders/delete': ['id'],
  'refunds/create': ['id', 'order_id', 'created_at'],
  'customers/create': CHANGED,
  'customers/update': CHANGED,
  'customers/delete': ['id', 'admin_graphql_api_id'],
  'customers/merge': ['admin_graphql_api_customer_kept_id', 'admin_graphql_api_customer_deleted_id', 'status'],
  'customers/purchasing_summary': OCCURRED,
  'customer.tags_removed': OCCURRED,
  'customers_email_marketing_consent/update': ['customer_id', 'email_marketing_consent.consent_updated_at'],
  'customers_marketing_consent/update': ['id', 'sms_marketing_consent.consent_updated_at'],
}

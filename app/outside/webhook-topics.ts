import { z } from 'zod'

import type { WorkKind } from '../domain/work.ts'

/** One work that a delivery owes, for `receive_webhook`. */
export type OwedWork = { kind: WorkKind; entity: string; payload: object; inMs?: number }

/** What a webhook topic means for us. */
export type WebhookTopic = {
  /**
   * The works it owes, from the parsed body; throws if the body is not what Shopify sends. Compliance topics owe none of
   * their own: the queue's function owes the privacy work, with the request's id.
   */
  worksOf(body: unknown): OwedWork[]
  /** The body is kept, encrypted, until the work is done; it names its shop, which must be the header's. */
  isCompliance: boolean
}

/**
 * A customer's event waits this long: a purchase rings for the order and for the customer, and what is asked for the order
 * brings the customer too.
 */
const CUSTOMERS_WAIT_MS = 3000
/** Who was merged into another comes after the other, whose orders bring theirs. */
const MERGED_WAIT_MS = 6000

/** Digits that fit a bigint whatever they are. */
const DIGITS = /^\d{1,18}$/
/** A number of JSON as `parseBody` gives it: text where JavaScript's numbers would lose digits. */
const NUMBER = z.union([z.string().regex(DIGITS), z.int().positive().transform(String)])
const TIME = z.iso.datetime({ offset: true })

function gidOf(type: 'Order' | 'Customer' | 'BulkOperation') {
  const prefix = `gid://shopify/${type}/`
  return z
    .string()
    .startsWith(prefix)
    .transform((gid) => gid.slice(prefix.length))
    .pipe(z.string().regex(DIGITS))
}

const ORDER = z.union([
  z.object({ admin_graphql_api_id: gidOf('Order') }).transform((body) => body.admin_graphql_api_id),
  z.object({ id: NUMBER }).transform((body) => body.id),
])
const CUSTOMER = z.union([
  z.object({ admin_graphql_api_id: gidOf('Customer') }).transform((body) => body.admin_graphql_api_id),
  z.object({ id: NUMBER }).transform((body) => body.id),
])
const UPDATED = z.object({ updated_at: TIME }).transform((body) => body.updated_at)
const OCCURRED = z.object({ occurredAt: TIME }).transform((body) => body.occurredAt)

/**
 * When an event happened, for the payload. Shopify's objects carry whole seconds. An event without a readable time is
 * looked at whatever is stored.
 */
function when(time: z.ZodType<string>, body: unknown): { at?: number } {
  const read = time.safeParse(body)
  return read.success ? { at: Math.floor(Date.parse(read.data) / 1000) * 1000 } : {}
}

function topic(worksOf: WebhookTopic['worksOf']): WebhookTopic {
  return { worksOf, isCompliance: false }
}

function orderTopic(id: z.ZodType<string>, time: z.ZodType<string> | null): WebhookTopic {
  return topic((body) => [{ kind: 'refresh-order', entity: id.parse(body), payload: time ? when(time, body) : {} }])
}

function refreshCustomer(
  entity: string,
  payload: { at?: number; withOrders?: boolean; mayBeOurs?: true },
  inMs = CUSTOMERS_WAIT_MS,
): OwedWork {
  return { kind: 'refresh-customer', entity, payload, inMs }
}

function customerTopic(id: z.ZodType<string>, time: z.ZodType<string> | null): WebhookTopic {
  return topic((body) => [refreshCustomer(id.parse(body), time ? when(time, body) : {})])
}

/** A topic that rings for our own writes too. */
function customerChanged(id: z.ZodType<string>, time: z.ZodType<string>): WebhookTopic {
  return topic((body) => [refreshCustomer(id.parse(body), { ...when(time, body), mayBeOurs: true })])
}

const CUSTOMER_ID = z.object({ customerId: gidOf('Customer') }).transform((body) => body.customerId)
const MERGED = z.object({
  admin_graphql_api_customer_kept_id: gidOf('Customer'),
  admin_graphql_api_customer_deleted_id: gidOf('Customer'),
  status: z.string().optional(),
})
const EDIT = z.object({ order_edit: z.object({ order_id: NUMBER }) }).transform((body) => body.order_edit.order_id)
const COMMITTED = z
  .object({ order_edit: z.object({ committed_at: TIME }) })
  .transform((body) => body.order_edit.committed_at)
const REFUNDED_ORDER = z.object({ order_id: NUMBER }).transform((body) => body.order_id)
const CREATED = z.object({ created_at: TIME }).transform((body) => body.created_at)
const EMAIL_CONSENT = z.object({ customer_id: NUMBER }).transform((body) => body.customer_id)
const FINISHED = z.object({ admin_graphql_api_id: gidOf('BulkOperation') })

const RING = topic(() => [])
const COMPLIANCE: WebhookTopic = { ...RING, isCompliance: true }
const ORDER_CHANGED = orderTopic(ORDER, UPDATED)
const CUSTOMER_CHANGED = customerChanged(CUSTOMER, UPDATED)

/**
 * The topics of shopify.app.toml (a test compares); any other is refused. Fields: the published payload of each topic,
 * which is not the same shape for all of them. Consent is dated by when it was given, which may be long ago: no time.
 */
export const WEBHOOK_TOPICS: Readonly<Record<string, WebhookTopic>> = {
  'app/uninstalled': topic(() => [{ kind: 'uninstall-shop', entity: 'shop', payload: {} }]),
  'app/scopes_update': topic(() => [{ kind: 'follow-scopes', entity: 'shop', payload: {} }]),
  'bulk_operations/finish': topic((body) => [
    { kind: 'ingest-bulk-result', entity: FINISHED.parse(body).admin_graphql_api_id, payload: {} },
  ]),
  'customers/data_request': COMPLIANCE,
  'customers/redact': COMPLIANCE,
  'shop/redact': COMPLIANCE,
  'orders/create': ORDER_CHANGED,
  'orders/updated': ORDER_CHANGED,
  'orders/cancelled': ORDER_CHANGED,
  'orders/edited': orderTopic(EDIT, COMMITTED),
  'orders/delete': orderTopic(ORDER, null),
  'refunds/create': orderTopic(REFUNDED_ORDER, CREATED),
  'customers/create': CUSTOMER_CHANGED,
  'customers/update': CUSTOMER_CHANGED,
  'customers/delete': customerTopic(CUSTOMER, null),
  'customers/merge': topic((body) => {
    const merged = MERGED.parse(body)
    if (merged.status === 'failed') return []
    const { admin_graphql_api_customer_kept_id: kept, admin_graphql_api_customer_deleted_id: gone } = merged
    return [
      // At once: with the account, what was said of it is forgotten.
      { kind: 'carry-over', entity: gone, payload: { into: kept } },
      refreshCustomer(kept, { withOrders: true }),
      refreshCustomer(gone, {}, MERGED_WAIT_MS),
    ]
  }),
  'customers/purchasing_summary': customerTopic(CUSTOMER_ID, OCCURRED),
  'customer.tags_removed': customerChanged(CUSTOMER_ID, OCCURRED),
  'customers_email_marketing_consent/update': customerTopic(EMAIL_CONSENT, null),
  'customers_marketing_consent/update': customerTopic(CUSTOMER, null),
}

/**
 * A delivery's JSON, with whole numbers that JavaScript cannot hold kept as their digits: ids of Shopify's are such.
 *
 * @throws {SyntaxError} not JSON
 */
export function parseBody(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && DIGITS.test(context?.source ?? '')
      ? context!.source
      : value,
  )
}

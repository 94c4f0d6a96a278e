import { bulkFields, bulkLists } from './bulk-fields.ts'
import { checkoutFields, checkoutLists } from './checkouts.ts'
import { collectionFields, collectionLists } from './collections.ts'
import { customerFields, customerLists } from './customers.ts'
import { discountWrites } from './discount-writes.ts'
import { discountFields, discountLists } from './discounts.ts'
import { flowFields } from './flow.ts'
import { definitionFields, definitionLists } from './metafield-definitions.ts'
import { fulfillmentFields, fulfillmentLists } from './fulfillments.ts'
import { metafieldFields, metafieldLists } from './metafields.ts'
import { orderFields, orderLists } from './orders.ts'
import type { PlayedFields, PlayedLists } from './played.ts'
import { productFields, productLists } from './products.ts'
import { rootFields } from './roots.ts'
import { segmentFields, segmentLists } from './segments.ts'
import { shopFields } from './shop-fields.ts'
import { creditFields, creditLists } from './store-credit.ts'
import { tagFields } from './tags.ts'
import { pixelFields } from './web-pixels.ts'
import { subscriptionFields, subscriptionLists } from './webhook-subscriptions.ts'

/** Every field the local shop plays, by type. What is not here is answered with an error naming it. */
export const FIELDS: PlayedFields = merged<PlayedFields>([
  rootFields,
  shopFields,
  productFields,
  orderFields,
  fulfillmentFields,
  customerFields,
  collectionFields,
  checkoutFields,
  metafieldFields,
  definitionFields,
  discountFields,
  discountWrites,
  tagFields,
  segmentFields,
  creditFields,
  subscriptionFields,
  flowFields,
  pixelFields,
  bulkFields,
])

/** Every connection it plays, as whole lists. */
export const LISTS: PlayedLists = merged<PlayedLists>([
  productLists,
  orderLists,
  fulfillmentLists,
  customerLists,
  collectionLists,
  checkoutLists,
  metafieldLists,
  definitionLists,
  discountLists,
  segmentLists,
  creditLists,
  subscriptionLists,
  bulkLists,
])

function merged<T extends Record<string, Record<string, unknown>>>(parts: T[]): T {
  const all: Record<string, Record<string, unknown>> = {}
  for (const part of parts) for (const [type, fields] of Object.entries(part)) all[type] = { ...all[type], ...fields }
  return all as T
}

type Shaped = { kind?: string; financialStatus?: string; metafields?: unknown; variantId?: number; editedAt?: number }

/** The GraphQL type of a source: ours carry their kind, the world's are told by what only they have. */
export function typenameOf(source: unknown): string {
  const shaped = source as Shaped
  if (typeof shaped.kind === 'string') return shaped.kind
  if (shaped.financialStatus !== undefined) return 'Order'
  if (shaped.metafields !== undefined) return 'Customer'
  if (shaped.variantId !== undefined) return 'Product'
  if (shaped.editedAt !== undefined) return 'Segment'
  throw new Error(`No GraphQL type known for ${JSON.stringify(source).slice(0, 80)}`)
}

import { amountText, gid } from './admin/money.ts'
import { shopNumber } from './admin/shop-fields.ts'
import { numberOfOrders, refundedMinor, spentMinor, subtotalMinor } from './amounts.ts'
import { fulfillmentStatus, type WorldFulfillment } from './deliveries.ts'
import { statusOf, type WorldDiscount } from './discounts.ts'
import { publishedAt, statusOfProduct, updatedAt, variantsOf, type WorldProduct } from './products.ts'
import type { World, WorldCustomer, WorldLine, WorldOrder } from './world.ts'

/*
 * Bodies of webhooks, with keys and shapes as Shopify documents them for each topic. A payload is the REST resource: numbers
 * for ids, amounts with all their decimals, times in the shop's own offset; the customer.* and purchasing_summary bodies
 * are newer and use gids and UTC. Level 2 fields are null, as for an app that was not approved for them.
 */

type Body = Record<string, unknown>

const offsets = new Map<string, Intl.DateTimeFormat>()

/** Whole seconds in the shop's time zone: 2021-12-31T19:00:00-05:00. */
export function shopTime(at: number, timezone: string): string {
  let format = offsets.get(timezone)
  if (!format)
    offsets.set(
      timezone,
      (format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })),
    )
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  const offset = name === 'GMT' ? '+00:00' : name.slice('GMT'.length)
  const [hours = '0', minutes = '0'] = offset.slice(1).split(':')
  const shift = (offset.startsWith('-') ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return `${new Date(at + shift).toISOString().slice(0, 19)}${offset}`
}

export function customerBody(world: World, customer: WorldCustomer): Body {
  const { timezone, currency } = world.shop
  return {
    id: customer.id,
    created_at: shopTime(customer.createdAt, timezone),
    updated_at: shopTime(customer.updatedAt, timezone),
    first_name: null,
    last_name: null,
    state: 'disabled',
    note: null,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    email: null,
    phone: null,
    currency,
    addresses: [],
    tax_exemptions: [],
    admin_graphql_api_id: gid('Customer', customer.id),
    default_address: null,
  }
}

export function deletedCustomerBody(id: number): Body {
  return { id, tax_exemptions: [], admin_graphql_api_id: gid('Customer', id) }
}

export function mergeBody(keptId: number, deletedId: number): Body {
  return {
    admin_graphql_api_customer_kept_id: gid('Customer', keptId),
    admin_graphql_api_customer_deleted_id: gid('Customer', deletedId),
    admin_graphql_api_job_id: null,
    status: 'completed',
    errors: [],
  }
}

export function tagsBody(world: World, customerId: number, tags: string[]): Body {
  return { customerId: gid('Customer', customerId), tags, occurredAt: new Date(world.now()).toISOString() }
}

export function summaryBody(world: World, customer: WorldCustomer): Body {
  const { currency } = world.shop
  const last = world
    .ordersOf(customer.id)
    .toSorted((a, b) => a.processedAt - b.processedAt)
    .at(-1)
  return {
    customerId: gid('Customer', customer.id),
    numberOfOrders: numberOfOrders(world, customer.id),
    amountSpent: { amount: price(spentMinor(world, customer.id), currency), currencyCode: currency },
    lastOrderId: last ? gid('Order', last.id) : null,
    occurredAt: new Date(world.now()).toISOString(),
  }
}

export function productBody(world: World, product: WorldProduct): Body {
  const { timezone, currency } = world.shop
  const since = publishedAt(product)
  return {
    id: product.id,
    admin_graphql_api_id: gid('Product', product.id),
    title: product.title,
    handle: product.handle,
    status: statusOfProduct(product).toLowerCase(),
    published_at: since === null ? null : shopTime(since, timezone),
    updated_at: shopTime(updatedAt(product), timezone),
    variants: variantsOf(product).map((variant, at) => ({
      id: variant.id,
      admin_graphql_api_id: gid('ProductVariant', variant.id),
      product_id: product.id,
      position: at + 1,
      title: variant.title,
      sku: product.sku,
      price: price(variant.priceMinor, currency),
      compare_at_price: variant.compareAtMinor === null ? null : price(variant.compareAtMinor, currency),
      inventory_policy: product.sellsWithoutStock === true ? 'continue' : 'deny',
      inventory_quantity: variant.stock ?? 0,
    })),
  }
}

export function discountBody(world: World, discount: WorldDiscount): Body {
  return {
    admin_graphql_api_id: gid('DiscountCodeNode', discount.id),
    title: discount.title,
    status: statusOf(discount, world.now()),
    created_at: new Date(discount.createdAt).toISOString(),
    updated_at: new Date(discount.updatedAt).toISOString(),
  }
}

export function deletedDiscountBody(world: World, discount: WorldDiscount): Body {
  return {
    admin_graphql_api_id: gid('DiscountCodeNode', discount.id),
    deleted_at: new Date(world.now()).toISOString(),
  }
}

export function emailConsentBody(world: World, customer: WorldCustomer): Body {
  return {
    customer_id: customer.id,
    email_address: null,
    email_marketing_consent: {
      state: customer.emailConsent?.toLowerCase() ?? 'not_subscribed',
      opt_in_level: 'single_opt_in',
      consent_updated_at: shopTime(customer.emailConsentAt ?? customer.updatedAt, world.shop.timezone),
    },
  }
}

export function smsConsentBody(world: World, customer: WorldCustomer): Body {
  return {
    id: customer.id,
    phone: null,
    sms_marketing_consent: {
      state: customer.smsConsent?.toLowerCase() ?? null,
      opt_in_level: 'single_opt_in',
      consent_updated_at: shopTime(customer.smsConsentAt ?? customer.updatedAt, world.shop.timezone),
      consent_collected_from: 'other',
    },
  }
}

export function orderBody(world: World, order: WorldOrder): Body {
  const { timezone } = world.shop
  const { currency } = order
  const customer = order.customerId === null ? undefined : world.customers.get(order.customerId)
  const time = (at: number | null) => (at === null ? null : shopTime(at, timezone))
  const subtotal = subtotalMinor(order)
  const gross = order.lines.reduce((sum, line) => sum + line.unitMinor * line.quantity, 0)
  return {
    id: order.id,
    admin_graphql_api_id: gid('Order', order.id),
    app_id: null,
    cancel_reason: order.cancelledAt === null ? null : 'customer',
    cancelled_at: time(order.cancelledAt),
    closed_at: time(order.cancelledAt),
    confirmed: true,
    contact_email: null,
    created_at: time(order.createdAt),
    currency,
    email: null,
    financial_status: order.financialStatus.toLowerCase(),
    fulfillment_status: { FULFILLED: 'fulfilled', PARTIALLY_FULFILLED: 'partial', UNFULFILLED: null }[
      fulfillmentStatus(order)
    ],
    name: order.name,
    note: null,
    order_number: Number(order.name.replaceAll(/\D/g, '')),
    phone: null,
    presentment_currency: currency,
    processed_at: time(order.processedAt),
    source_name: 'web',
    subtotal_price: price(subtotal, currency),
    tags: '',
    taxes_included: false,
    test: order.test,
    total_discounts: price(gross - subtotal, currency),
    total_line_items_price: price(gross, currency),
    total_price: price(subtotal + order.shippingMinor, currency),
    updated_at: time(order.updatedAt),
    customer: customer ? customerBody(world, customer) : null,
    line_items: order.lines.map((line) => lineBody(line, currency)),
    refunds: order.refunds.map((_refund, at) => refundBody(world, order, at)),
  }
}

function lineBody(line: WorldLine, currency: string): Body {
  return {
    id: line.id,
    admin_graphql_api_id: gid('LineItem', line.id),
    current_quantity: line.currentQuantity,
    price: price(line.unitMinor, currency),
    product_id: line.productId === 0 ? null : line.productId,
    quantity: line.quantity,
    sku: line.sku,
    title: line.title,
  }
}

export function refundBody(world: World, order: WorldOrder, at: number): Body {
  const refund = order.refunds[at]!
  const id = order.id * 10 + at
  const time = shopTime(refund.createdAt, world.shop.timezone)
  return {
    id,
    order_id: order.id,
    created_at: time,
    note: null,
    user_id: null,
    processed_at: time,
    duties: [],
    return: null,
    refund_shipping_lines: [],
    restock: false,
    admin_graphql_api_id: gid('Refund', id),
    order_adjustments: [],
    refund_line_items: (refund.lines ?? []).map(({ lineId, quantity, minor }, place) => ({
      id: id * 100 + place,
      line_item_id: lineId,
      quantity,
      restock_type: 'return',
      subtotal: price(minor, order.currency),
    })),
    transactions: [{ amount: price(refund.minor, order.currency), kind: 'refund', order_id: order.id }],
  }
}

export function fulfillmentBody(world: World, order: WorldOrder, of: WorldFulfillment): Body {
  const { timezone } = world.shop
  return {
    id: of.id,
    admin_graphql_api_id: gid('Fulfillment', of.id),
    created_at: shopTime(of.createdAt, timezone),
    destination: null,
    email: null,
    line_items: of.lines.map(({ lineId, quantity }) => ({
      ...lineBody(
        order.lines.find(({ id }) => id === lineId)!,
        order.currency,
      ),
      quantity,
    })),
    location_id: null,
    name: of.name,
    order_id: order.id,
    origin_address: null,
    receipt: {},
    service: 'manual',
    shipment_status: of.events.at(-1)?.status.toLowerCase() ?? null,
    status: 'success',
    tracking_company: null,
    tracking_number: null,
    tracking_numbers: [],
    tracking_url: null,
    tracking_urls: [],
    updated_at: shopTime(of.updatedAt, timezone),
  }
}

export function fulfillmentEventBody(
  world: World,
  order: WorldOrder,
  of: WorldFulfillment,
  event: WorldFulfillment['events'][number],
): Body {
  const at = shopTime(event.happenedAt, world.shop.timezone)
  return {
    id: event.id,
    admin_graphql_api_id: gid('FulfillmentEvent', event.id),
    address1: null,
    city: null,
    country: null,
    created_at: at,
    estimated_delivery_at: null,
    fulfillment_id: of.id,
    happened_at: at,
    latitude: null,
    longitude: null,
    message: null,
    order_id: order.id,
    province: null,
    shop_id: shopNumber(world.shop.domain),
    status: event.status.toLowerCase(),
    updated_at: at,
    zip: null,
  }
}

export function editBody(
  world: World,
  order: WorldOrder,
  changes: { additions: { id: number; delta: number }[]; removals: { id: number; delta: number }[] },
): Body {
  const at = shopTime(order.updatedAt, world.shop.timezone)
  return {
    order_edit: {
      id: world.nextId(),
      app_id: null,
      created_at: at,
      committed_at: at,
      notify_customer: false,
      order_id: order.id,
      staff_note: '',
      user_id: null,
      line_items: changes,
      discounts: { line_item: { additions: [], removals: [] } },
      shipping_lines: { additions: [], removals: [] },
    },
  }
}

/** REST writes amounts with all their decimals: "100.00". */
function price(minor: number, currency: string): string {
  const text = amountText(minor, currency)
  const [whole = '0', fraction = ''] = text.split('.')
  return `${whole}.${fraction.padEnd(2, '0')}`
}

/** What is left of an order to give back. */
export function refundableMinor(order: WorldOrder): number {
  return subtotalMinor(order) + order.shippingMinor - refundedMinor(order)
}

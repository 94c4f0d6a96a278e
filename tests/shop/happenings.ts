import { randomUUID } from 'node:crypto'
import { refundedMinor, subtotalMinor } from './amounts.ts'
import { placeOrder, priceCheckout, type Checkout } from './checkout.ts'
import { fulfil, fulfillmentStatus, fulfillmentsOf, track, type WorldFulfillment } from './deliveries.ts'
import { emailKey, type WorldDiscount } from './discounts.ts'
import { takeFromShelf, type WorldProduct } from './products.ts'
import { customerOf, type Goods, type Priced } from './pricing.ts'
import { revertCredit } from './store-credit.ts'
import type { FlowActions, FlowRun } from './flow-actions.ts'
import * as body from './payloads.ts'
import { sameTag, splitTags } from './tags.ts'
import type { Webhooks } from './webhooks.ts'
import type { World, WorldCustomer, WorldLine, WorldOrder } from './world.ts'

type Tell = (topic: string, payload: () => Record<string, unknown>) => void
type Consent = { email?: string; sms?: string }

/**
 * What happens in the shop by other hands than the app's: shoppers, the merchant, other apps. Each changes the world at once
 * and fires what Shopify fires; `delivered()` waits for that. All webhooks of one happening share an event id. Where
 * Shopify does not say whether a topic fires or a time moves, the harder case for an app is played (README).
 */
export class Happenings {
  #world: World
  #webhooks: Webhooks
  #actions: FlowActions | null

  constructor(world: World, webhooks: Webhooks, actions: FlowActions | null = null) {
    this.#world = world
    this.#webhooks = webhooks
    this.#actions = actions
  }

  /** Waits until every webhook was taken, given up or lost. */
  async delivered(): Promise<void> {
    await this.#webhooks.idle()
  }

  /** The storefront's checkout; `newCustomer` is somebody whom the shop did not know, and so is a guest with a new address. */
  buy(order: Checkout & { newCustomer?: Partial<WorldCustomer> }): WorldOrder {
    const tell = this.#event()
    const { newCustomer, ...bought } = order
    const created = newCustomer ? this.#world.addCustomer(newCustomer) : null
    const placed = placeOrder(this.#world, created ? { ...bought, customerId: created.id } : bought)
    const guest = this.#knowGuest(placed)
    this.#world.touch()
    for (const customer of [created, guest])
      if (customer) tell('customers/create', () => body.customerBody(this.#world, customer))
    for (const topic of ['orders/create', 'orders/paid', 'orders/updated'])
      tell(topic, () => body.orderBody(this.#world, placed))
    for (const product of takeFromShelf(this.#world, placed.lines))
      tell('products/update', () => body.productBody(this.#world, product))
    this.#purchased(tell, placed.customerId, true)
    return placed
  }

  /** A payment that fails: no order, no use of a code, no credit spent; a checkout is left behind. */
  failPayment(checkout: Checkout): Priced {
    const priced = priceCheckout(this.#world, checkout)
    this.#world.addCheckout({ customerId: customerOf(this.#world, checkout)?.id ?? null })
    return priced
  }

  /** Gives money back: all that is left of it, some amount, or what some quantities of lines had cost. */
  refund(orderId: number, what: { minor?: number; lines?: { lineId: number; quantity: number }[] } = {}): WorldOrder {
    const order = this.#order(orderId)
    const left = body.refundableMinor(order)
    const isWhole = what.minor === undefined && what.lines === undefined
    const lines = isWhole
      ? order.lines.map((line) => ({ lineId: line.id, quantity: line.currentQuantity }))
      : what.lines
    const returned = (lines ?? []).map(({ lineId, quantity }) => ({
      lineId,
      quantity,
      minor: giveBack(lineOf(order, lineId), quantity),
    }))
    const goods = returned.reduce((sum, one) => sum + one.minor, 0)
    const minor = isWhole ? left : (what.minor ?? goods)
    if (minor > left) throw new Error(`Order ${order.name} has ${left} left to give back, not ${minor}`)
    const at = this.#world.now()
    const kept = returned.filter(({ quantity }) => quantity > 0)
    order.refunds.push({ createdAt: at, minor, ...(kept.length > 0 ? { lines: kept } : {}) })
    revertCredit(this.#world, order.id, minor, 'ORDER_REFUND')
    order.financialStatus = refundedMinor(order) >= paidMinor(order) ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
    const tell = this.#changed(order)
    tell('refunds/create', () => body.refundBody(this.#world, order, order.refunds.length - 1))
    tell('orders/updated', () => body.orderBody(this.#world, order))
    this.#purchased(tell, order.customerId)
    return order
  }

  /** The merchant sends goods off: what is left, or some of it. */
  fulfil(orderId: number, lines?: { lineId: number; quantity: number }[]): WorldFulfillment {
    const order = this.#order(orderId)
    const fulfillment = fulfil(this.#world, order, lines)
    const tell = this.#changed(order)
    tell('fulfillments/create', () => body.fulfillmentBody(this.#world, order, fulfillment))
    const whole = fulfillmentStatus(order) === 'FULFILLED'
    tell(whole ? 'orders/fulfilled' : 'orders/partially_fulfilled', () => body.orderBody(this.#world, order))
    tell('orders/updated', () => body.orderBody(this.#world, order))
    return fulfillment
  }

  /** The carrier tells of every parcel of an order that is under way; unless told otherwise that it has arrived. */
  deliver(orderId: number, status = 'DELIVERED'): WorldFulfillment[] {
    const order = this.#order(orderId)
    const underWay = fulfillmentsOf(order).filter(({ deliveredAt }) => deliveredAt === null)
    if (underWay.length === 0) throw new Error(`Nothing of order ${order.name} is under way: fulfil it first`)
    for (const fulfillment of underWay) {
      const event = track(this.#world, fulfillment, status)
      const tell = this.#event()
      tell('fulfillment_events/create', () => body.fulfillmentEventBody(this.#world, order, fulfillment, event))
      tell('fulfillments/update', () => body.fulfillmentBody(this.#world, order, fulfillment))
    }
    return underWay
  }

  /** The customer sends goods back, all of them unless told otherwise, and gets what they had cost. */
  return(orderId: number, lines?: { lineId: number; quantity: number }[]): WorldOrder {
    const order = this.#order(orderId)
    const all = order.lines.map((line) => ({ lineId: line.id, quantity: line.currentQuantity }))
    return this.refund(orderId, { lines: lines ?? all })
  }

  /** A review app tells, through the merchant's Flow, that a review was written: it runs the app's own action. */
  async review(
    customerId: number,
    productId: number,
    rating: number,
    { handle = 'review-written', runId, ...more }: { handle?: string; runId?: string; [key: string]: unknown } = {},
  ): Promise<FlowRun> {
    if (!this.#actions) throw new Error('These happenings have no Shopify Flow')
    this.#customer(customerId)
    this.#product(productId)
    const about = { customer_id: customerId, product_id: productId, rating, review_id: randomUUID() }
    return await this.#actions.run(handle, { ...about, ...more }, runId)
  }

  /** Edits quantities of lines (0 takes a line out) and adds goods. */
  edit(orderId: number, changes: { quantities?: { lineId: number; quantity: number }[]; add?: Goods }): WorldOrder {
    const order = this.#order(orderId)
    const additions: { id: number; delta: number }[] = []
    const removals: { id: number; delta: number }[] = []
    for (const { lineId, quantity } of changes.quantities ?? []) {
      const line = lineOf(order, lineId)
      const delta = quantity - line.currentQuantity
      // What was ordered is not unordered: only what is current falls below it.
      line.currentQuantity = quantity
      line.quantity = Math.max(line.quantity, quantity)
      if (delta !== 0) (delta > 0 ? additions : removals).push({ id: line.id, delta: Math.abs(delta) })
    }
    for (const goods of changes.add ?? []) {
      const line = this.#world.newLine(goods)
      order.lines.push(line)
      additions.push({ id: line.id, delta: line.quantity })
    }
    const tell = this.#changed(order)
    tell('orders/edited', () => body.editBody(this.#world, order, { additions, removals }))
    tell('orders/updated', () => body.orderBody(this.#world, order))
    this.#purchased(tell, order.customerId)
    return order
  }

  /** Cancels, and gives back what was paid unless told otherwise. */
  cancel(orderId: number, { refund = true }: { refund?: boolean } = {}): WorldOrder {
    const order = this.#order(orderId)
    const left = body.refundableMinor(order)
    order.cancelledAt = this.#world.now()
    const isRefunded = refund && left > 0
    if (isRefunded) {
      order.refunds.push({ createdAt: order.cancelledAt, minor: left })
      revertCredit(this.#world, order.id, left, 'ORDER_CANCELLATION')
      order.financialStatus = 'REFUNDED'
      for (const line of order.lines) line.currentQuantity = 0
    }
    const tell = this.#changed(order)
    tell('orders/cancelled', () => body.orderBody(this.#world, order))
    if (isRefunded) tell('refunds/create', () => body.refundBody(this.#world, order, order.refunds.length - 1))
    tell('orders/updated', () => body.orderBody(this.#world, order))
    this.#purchased(tell, order.customerId)
    return order
  }

  /** Shopify makes a customer of every guest who leaves an address. */
  #knowGuest(order: WorldOrder): WorldCustomer | null {
    const email = emailKey(order.email)
    if (order.customerId !== null || email === null) return null
    const customer = this.#world.addCustomer({ email })
    this.#world.giveOrder(order, customer.id)
    return customer
  }

  deleteOrder(orderId: number): void {
    const { customerId } = this.#order(orderId)
    const tell = this.#event()
    this.#world.deleteOrder(orderId)
    tell('orders/delete', () => ({ id: orderId }))
    this.#purchased(tell, customerId)
  }

  createCustomer(partial: Partial<WorldCustomer> = {}): WorldCustomer {
    const customer = this.#world.addCustomer(partial)
    this.#event()('customers/create', () => body.customerBody(this.#world, customer))
    return customer
  }

  updateCustomer(customerId: number, changes: Partial<Omit<WorldCustomer, 'id' | 'tags'>> = {}): WorldCustomer {
    const customer = this.#customer(customerId)
    Object.assign(customer, changes)
    this.#customerChanged(customer)
    return customer
  }

  /** Shopify deletes only a customer who never ordered. */
  deleteCustomer(customerId: number): void {
    this.#customer(customerId)
    if (this.#world.ordersOf(customerId).length > 0)
      throw new Error(`Customer ${customerId} has orders, so Shopify does not delete them; delete the orders first`)
    this.#world.deleteCustomer(customerId)
    this.#event()('customers/delete', () => body.deletedCustomerBody(customerId))
  }

  /** Orders and tags move to the one that is kept; the other is gone. The orders' own times do not move. */
  mergeCustomers(keptId: number, deletedId: number): WorldCustomer {
    const kept = this.#customer(keptId)
    const deleted = this.#customer(deletedId)
    kept.tags = splitTags([...kept.tags, ...deleted.tags])
    for (const [path, field] of deleted.metafields) if (!kept.metafields.has(path)) kept.metafields.set(path, field)
    this.#world.moveOrders(deletedId, keptId)
    for (const account of this.#world.creditAccounts.values())
      if (account.customerId === deletedId) account.customerId = keptId
    this.#world.deleteCustomer(deletedId)
    const tell = this.#event()
    tell('customers/merge', () => body.mergeBody(keptId, deletedId))
    this.#customerChanged(kept, tell)
    this.#purchased(tell, keptId)
    return kept
  }

  /** Another app, or the merchant by hand. */
  changeTags(customerId: number, { add = [], remove = [] }: { add?: string[]; remove?: string[] }): WorldCustomer {
    const customer = this.#customer(customerId)
    const removed = customer.tags.filter((tag) => remove.some((other) => sameTag(tag, other)))
    const left = customer.tags.filter((tag) => !removed.includes(tag))
    const added = splitTags(add).filter((tag) => !left.some((other) => sameTag(tag, other)))
    this.tagsWritten(customer, [...left, ...added])
    return customer
  }

  changeConsent(customerId: number, { email, sms }: Consent): WorldCustomer {
    const customer = this.#customer(customerId)
    if (email !== undefined) Object.assign(customer, { emailConsent: email, emailConsentAt: this.#world.now() })
    if (sms !== undefined) Object.assign(customer, { smsConsent: sms, smsConsentAt: this.#world.now() })
    const tell = this.#customerChanged(customer)
    if (email !== undefined)
      tell('customers_email_marketing_consent/update', () => body.emailConsentBody(this.#world, customer))
    if (sms !== undefined) tell('customers_marketing_consent/update', () => body.smsConsentBody(this.#world, customer))
    return customer
  }

  /** Tags are now these, by whomever: nothing fires when nothing changed. Also the app's own writes end here. */
  tagsWritten(customer: WorldCustomer, tags: string[]): void {
    const added = tags.filter((tag) => !customer.tags.some((other) => sameTag(tag, other)))
    const removed = customer.tags.filter((tag) => !tags.some((other) => sameTag(tag, other)))
    if (added.length === 0 && removed.length === 0) return
    customer.tags = tags
    const tell = this.#customerChanged(customer)
    if (added.length > 0) tell('customer.tags_added', () => body.tagsBody(this.#world, customer.id, added))
    if (removed.length > 0) tell('customer.tags_removed', () => body.tagsBody(this.#world, customer.id, removed))
  }

  /** A metafield of a customer was written or removed. */
  metafieldsWritten(customer: WorldCustomer): void {
    this.#customerChanged(customer)
  }

  createProduct(partial: Partial<WorldProduct> = {}): WorldProduct {
    const product = this.#world.addProduct({ updatedAt: this.#world.now(), ...partial })
    this.#event()('products/create', () => body.productBody(this.#world, product))
    return product
  }

  /** Price, stock, status, whether the online store has it; without changes only that it was written. */
  changeProduct(productId: number, changes: Partial<Omit<WorldProduct, 'id' | 'variantId'>> = {}): WorldProduct {
    const product = this.#product(productId)
    Object.assign(product, changes, { updatedAt: this.#world.now() })
    this.#world.touch()
    this.#event()('products/update', () => body.productBody(this.#world, product))
    return product
  }

  deleteProduct(productId: number): void {
    this.#product(productId)
    this.#world.deleteProduct(productId)
    this.#event()('products/delete', () => ({ id: productId }))
  }

  /** A discount was made or changed. */
  discountWritten(discount: WorldDiscount, topic: 'discounts/create' | 'discounts/update'): void {
    this.#event()(topic, () => body.discountBody(this.#world, discount))
  }

  discountDeleted(discount: WorldDiscount): void {
    this.#event()('discounts/delete', () => body.deletedDiscountBody(this.#world, discount))
  }

  /** All webhooks of one happening carry one event id. */
  #event(): Tell {
    const eventId = randomUUID()
    return (topic, payload) => {
      if (this.#webhooks.isHeard(topic)) void this.#webhooks.send(topic, payload(), eventId)
    }
  }

  #changed(order: WorldOrder) {
    order.updatedAt = this.#world.now()
    this.#world.touch()
    return this.#event()
  }

  #customerChanged(customer: WorldCustomer, tell = this.#event()) {
    customer.updatedAt = this.#world.now()
    this.#world.touch()
    tell('customers/update', () => body.customerBody(this.#world, customer))
    return tell
  }

  #purchased(tell: Tell, customerId: number | null, isUpdated = false): void {
    const customer = customerId === null ? undefined : this.#world.customers.get(customerId)
    if (!customer) return
    if (isUpdated) this.#customerChanged(customer, tell)
    tell('customers/purchasing_summary', () => body.summaryBody(this.#world, customer))
  }

  #order(id: number): WorldOrder {
    const order = this.#world.orders.get(id)
    if (!order) throw new Error(`No order ${id} in this shop`)
    return order
  }

  #product(id: number): WorldProduct {
    const product = this.#world.products.get(id)
    if (!product) throw new Error(`No product ${id} in this shop`)
    return product
  }

  #customer(id: number): WorldCustomer {
    const customer = this.#world.customers.get(id)
    if (!customer) throw new Error(`No customer ${id} in this shop`)
    return customer
  }
}

function lineOf(order: WorldOrder, lineId: number): WorldLine {
  const line = order.lines.find(({ id }) => id === lineId)
  if (!line) throw new Error(`Order ${order.name} has no line ${lineId}`)
  return line
}

function paidMinor(order: WorldOrder): number {
  return subtotalMinor(order) + order.shippingMinor
}

/** Takes units back and answers what they had cost after discounts. */
function giveBack(line: WorldLine, quantity: number): number {
  if (quantity > line.currentQuantity) throw new Error(`Line ${line.id} has only ${line.currentQuantity} left`)
  line.currentQuantity -= quantity
  const off = line.allocations.reduce((sum, { minor }) => sum + minor, 0)
  return Math.round(((line.unitMinor * line.quantity - off) * quantity) / line.quantity)
}

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WorldFulfillment } from './deliveries.ts'
import { addDiscount, codeKey } from './discounts.ts'
import type { NewDiscount, WorldBulkCodes, WorldDiscount, WorldRedeemCode } from './discounts.ts'
import type { WorldProduct } from './products.ts'
import type { WorldCreditAccount } from './store-credit.ts'
import { readLines, writeLines } from './world-files.ts'

export type WorldShop = {
  domain: string
  name: string
  currency: string
  timezone: string
  plan: 'basic' | 'advanced' | 'plus' | 'enterprise'
  locale: string
}

export type WorldMetafield = { type: string; value: string; updatedAt: number }

export type WorldCustomer = {
  id: number
  firstName: string
  lastName: string
  email: string
  locale: string
  createdAt: number
  updatedAt: number
  tags: string[]
  /** key `${namespace}.${key}`; `$app:x` is resolved to `app--<id>--x` before it gets here */
  metafields: Map<string, WorldMetafield>
  behaviour?: string
  /** Marketing states as Shopify writes them; without an SMS state there is no phone number. */
  emailConsent?: string
  smsConsent?: string
  /** When they last changed; none: Shopify names no date. */
  emailConsentAt?: number
  smsConsentAt?: number
  /** Of the default address, where it is not what `countryOf` makes of them: two letters. */
  country?: string
  contact?: WorldContact
}

/** How somebody can be reached beyond the e-mail address that their habits are drawn from; `email` is shown instead of it. */
export type WorldContact = {
  email?: string
  /** The account's own number: Shopify gives it to one customer only. */
  phone?: string
  address?: { address1: string; address2?: string; city: string; zip: string; phone?: string }
}

export type WorldCollection = { id: number; title: string; handle: string; updatedAt: number; productIds: number[] }

/** A checkout that somebody has begun and left; completed later, or never. */
export type WorldCheckout = {
  id: number
  customerId: number | null
  createdAt: number
  updatedAt: number
  completedAt: number | null
}

/** `title` is the code itself for a code, the discount's title otherwise; the rest is there for what the checkout applied. */
export type WorldDiscountUse = {
  kind: 'code' | 'automatic' | 'manual'
  title: string
  discountId?: number
  target?: 'LINE_ITEM' | 'SHIPPING_LINE'
  selection?: 'ALL' | 'ENTITLED'
  method?: 'ACROSS' | 'EACH'
  value?: { percentage: number } | { amountMinor: number }
}

export type WorldLine = {
  id: number
  productId: number
  title: string
  sku: string
  quantity: number
  currentQuantity: number
  unitMinor: number
  /** `discount` is an index into the order's `discounts` */
  allocations: { discount: number; minor: number }[]
}

export type WorldOrder = {
  id: number
  name: string
  customerId: number | null
  /** What a shopper without an account wrote at the checkout. */
  email?: string
  processedAt: number
  createdAt: number
  updatedAt: number
  cancelledAt: number | null
  test: boolean
  financialStatus: string
  currency: string
  lines: WorldLine[]
  discounts: WorldDiscountUse[]
  /** What was asked for, and what discounts had taken off it before. */
  shippingMinor: number
  /** Paid with store credit. */
  creditMinor?: number
  shippingAllocations?: { discount: number; minor: number }[]
  /** `lines`: what was sent back. */
  refunds: { createdAt: number; minor: number; lines?: { lineId: number; quantity: number; minor: number }[] }[]
  fulfillments?: WorldFulfillment[]
  companyId: number | null
}

/** The goods of an order after its discounts, before anything was sent back. */
export function goodsMinor(order: WorldOrder): number {
  let minor = 0
  for (const line of order.lines) {
    minor += line.unitMinor * line.quantity
    for (const share of line.allocations) minor -= share.minor
  }
  return minor
}

/** A customer segment of the merchant's admin, whoever made it. */
export type WorldSegment = { id: number; name: string; query: string; createdAt: number; editedAt: number }

/** What the checkout asks for shipping, and from which price of the goods on it asks nothing. */
export type WorldShipping = { minor: number; freeFromMinor: number }

export type NewOrder = Partial<Omit<WorldOrder, 'lines'>> & { lines?: Partial<WorldLine>[] }

const FIRST_ID = 8_100_000_000_017
const ID_STEP = 32
const SAVE_AFTER_MS = 500

const DEFAULT_SHOP: WorldShop = {
  domain: 'morello-demo.myshopify.com',
  name: 'Morello Demo',
  currency: 'USD',
  timezone: 'America/New_York',
  plan: 'basic',
  locale: 'en',
}

/** Everything that is true in the played shop. The API computes its answers from it; nothing else is stored. */
export class World {
  shop: WorldShop
  /** The numeric id of the app in `app--<id>--…` namespaces. */
  appId = 314159265
  customers = new Map<number, WorldCustomer>()
  products = new Map<number, WorldProduct>()
  orders = new Map<number, WorldOrder>()
  discounts = new Map<number, WorldDiscount>()
  /** Every code there is, by `codeKey`. */
  codes = new Map<string, { discount: WorldDiscount; code: WorldRedeemCode }>()
  bulkCodes = new Map<number, WorldBulkCodes>()
  creditAccounts = new Map<number, WorldCreditAccount>()
  /** How far Shopify is behind: counts of uses, codes made in bulk, members of segments, reads of store credit. By this world's clock. */
  lags = { usageCountMs: 2000, bulkCodesMs: 300, segmentsMs: 0, creditMs: 0 }
  segments = new Map<number, WorldSegment>()
  collections = new Map<number, WorldCollection>()
  checkouts = new Map<number, WorldCheckout>()
  shipping: WorldShipping = { minor: 0, freeFromMinor: 0 }
  /** Metafields of other owners than customers (shop, app installation, products), by owner gid. */
  otherMetafields = new Map<string, Map<string, WorldMetafield>>()
  /** Counts every change, so that readers know when an index of theirs is stale. */
  version = 0

  #lastId = FIRST_ID
  #lastOrderNumber = 1000
  #clockOffset = 0
  #ordersOf = new Map<number, number[]>()
  #ordersWith = new Map<string, WorldOrder[]>()
  #folder: string | null = null
  #saveTimer: NodeJS.Timeout | null = null
  #saving: Promise<void> = Promise.resolve()

  constructor(shop: Partial<WorldShop> = {}) {
    this.shop = { ...DEFAULT_SHOP, ...shop }
  }

  now(): number {
    return Date.now() + this.#clockOffset
  }

  /** Moves the shop's clock forward, for what a demo wants to see weeks later. */
  advance(days: number): void {
    this.#clockOffset += days * 86_400_000
    this.touch()
  }

  nextId(): number {
    this.#lastId += ID_STEP
    return this.#lastId
  }

  /** Says that something changed; saved a moment later if the world is kept in a folder. */
  touch(): void {
    this.version += 1
    if (this.#folder === null || this.#saveTimer !== null) return
    this.#saveTimer = setTimeout(() => {
      this.#saveTimer = null
      if (this.#folder !== null) void this.save(this.#folder)
    }, SAVE_AFTER_MS)
    this.#saveTimer.unref()
  }

  addCustomer(partial: Partial<WorldCustomer> = {}): WorldCustomer {
    const createdAt = partial.createdAt ?? this.now()
    const id = this.#take(partial.id)
    const customer: WorldCustomer = {
      firstName: 'Customer',
      lastName: String(id),
      email: `customer-${id}@example.com`,
      locale: this.shop.locale,
      updatedAt: createdAt,
      ...partial,
      id,
      createdAt,
      tags: [...(partial.tags ?? [])],
      metafields: new Map(partial.metafields ?? []),
    }
    this.customers.set(id, customer)
    this.touch()
    return customer
  }

  addProduct(partial: Partial<WorldProduct> = {}): WorldProduct {
    const id = this.#take(partial.id)
    const title = partial.title ?? `Product ${id}`
    const product: WorldProduct = {
      handle: title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
        .replaceAll(/^-|-$/g, ''),
      sku: `SKU-${id}`,
      priceMinor: 1000,
      ...partial,
      id,
      variantId: this.#take(partial.variantId),
      title,
    }
    this.products.set(id, product)
    this.touch()
    return product
  }

  addCollection(partial: Partial<WorldCollection> = {}): WorldCollection {
    const id = this.#take(partial.id)
    const title = `Collection ${id}`
    const collection = { title, handle: `collection-${id}`, updatedAt: this.now(), productIds: [], ...partial, id }
    this.collections.set(id, collection)
    this.touch()
    return collection
  }

  addCheckout(partial: Partial<WorldCheckout> = {}): WorldCheckout {
    const id = this.#take(partial.id)
    const createdAt = partial.createdAt ?? this.now()
    const checkout = { customerId: null, updatedAt: createdAt, completedAt: null, ...partial, createdAt, id }
    this.checkouts.set(id, checkout)
    this.touch()
    return checkout
  }

  addOrder(partial: NewOrder = {}): WorldOrder {
    const processedAt = partial.processedAt ?? partial.createdAt ?? this.now()
    const createdAt = partial.createdAt ?? processedAt
    const number = partial.name === undefined ? this.#lastOrderNumber + 1 : Number(partial.name.replace(/\D/g, ''))
    this.#lastOrderNumber = Math.max(this.#lastOrderNumber, number || 0)
    const id = this.#take(partial.id)
    const order: WorldOrder = {
      name: `#${number}`,
      customerId: null,
      updatedAt: createdAt,
      cancelledAt: null,
      test: false,
      financialStatus: 'PAID',
      currency: this.shop.currency,
      discounts: [],
      shippingMinor: 0,
      refunds: [],
      companyId: null,
      ...partial,
      id,
      processedAt,
      createdAt,
      lines: (partial.lines ?? []).map((line) => this.#line(line)),
    }
    this.orders.set(id, order)
    if (order.customerId !== null) {
      const own = this.#ordersOf.get(order.customerId)
      if (own) own.push(id)
      else this.#ordersOf.set(order.customerId, [id])
    }
    for (const { kind, title } of order.discounts) if (kind === 'code') this.#usedOn(codeKey(title), order)
    this.touch()
    return order
  }

  /** Orders that once were placed with a code, the oldest first; what is deleted since is still among them. */
  ordersWithCode(key: string): WorldOrder[] {
    return this.#ordersWith.get(key) ?? []
  }

  ordersOf(customerId: number): WorldOrder[] {
    const found: WorldOrder[] = []
    for (const id of this.#ordersOf.get(customerId) ?? []) {
      const order = this.orders.get(id)
      if (order) found.push(order)
    }
    return found
  }

  deleteOrder(id: number): void {
    const order = this.orders.get(id)
    if (!order) return
    this.orders.delete(id)
    if (order.customerId !== null) {
      const own = this.#ordersOf.get(order.customerId) ?? []
      this.#ordersOf.set(
        order.customerId,
        own.filter((other) => other !== id),
      )
    }
    this.touch()
  }

  deleteProduct(id: number): void {
    this.products.delete(id)
    this.otherMetafields.delete(`gid://shopify/Product/${id}`)
    for (const collection of this.collections.values())
      collection.productIds = collection.productIds.filter((other) => other !== id)
    this.touch()
  }

  deleteCustomer(id: number): void {
    this.customers.delete(id)
    this.#ordersOf.delete(id)
    this.touch()
  }

  /** An order that nobody's account had is this customer's from now on. */
  giveOrder(order: WorldOrder, customerId: number): void {
    order.customerId = customerId
    this.#ordersOf.set(customerId, [...(this.#ordersOf.get(customerId) ?? []), order.id])
    this.touch()
  }

  /** What a merge does with orders: they are the other customer's from now on. */
  moveOrders(from: number, to: number): void {
    const moved = this.#ordersOf.get(from) ?? []
    for (const id of moved) this.orders.get(id)!.customerId = to
    this.#ordersOf.set(to, [...(this.#ordersOf.get(to) ?? []), ...moved])
    this.#ordersOf.delete(from)
    this.touch()
  }

  /** A line as the shop's products fill it in, for an order that is edited. */
  newLine(partial: Partial<WorldLine>): WorldLine {
    return this.#line(partial)
  }

  /** Keeps this world in a folder from now on: every change is saved a moment later. */
  keepIn(folder: string): void {
    this.#folder = folder
    this.touch()
  }

  /** Waits until what is kept in the folder is what is true now. */
  async flush(): Promise<void> {
    if (this.#saveTimer) clearTimeout(this.#saveTimer)
    this.#saveTimer = null
    if (this.#folder !== null) await this.save(this.#folder)
  }

  save(folder: string): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write(folder))
    return this.#saving
  }

  static exists(folder: string): boolean {
    return existsSync(join(folder, 'shop.json'))
  }

  static load(folder: string): World {
    const head = JSON.parse(readFileSync(join(folder, 'shop.json'), 'utf8')) as SavedHead
    const world = new World(head.shop)
    world.appId = head.appId
    for (const discount of head.discounts ?? []) {
      world.discounts.set(discount.id, discount)
      for (const code of discount.codes) world.codes.set(codeKey(code.code), { discount, code })
    }
    for (const account of head.creditAccounts ?? []) world.creditAccounts.set(account.id, account)
    for (const creation of head.bulkCodes ?? []) world.bulkCodes.set(creation.id, creation)
    for (const segment of head.segments ?? []) world.segments.set(segment.id, segment)
    for (const collection of head.collections ?? [])
      world.collections.set(collection.id, {
        ...collection,
        handle: collection.handle ?? `collection-${collection.id}`,
      })
    for (const checkout of head.checkouts ?? []) world.checkouts.set(checkout.id, checkout)
    if (head.shipping) world.shipping = head.shipping
    for (const [owner, fields] of head.otherMetafields) world.otherMetafields.set(owner, new Map(fields))
    for (const product of readLines<WorldProduct>(folder, 'products')) world.products.set(product.id, product)
    for (const saved of readLines<SavedCustomer>(folder, 'customers'))
      world.customers.set(saved.id, { ...saved, metafields: new Map(saved.metafields) })
    for (const order of readLines<WorldOrder>(folder, 'orders')) world.addOrder(order)
    world.#lastId = head.lastId
    world.#lastOrderNumber = head.lastOrderNumber
    world.#clockOffset = head.clockOffset
    if (head.discounts === undefined) for (const code of head.codes ?? []) addDiscount(world, oldCode(code))
    return world
  }

  async #write(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true })
    await writeLines(folder, 'products', this.products.values())
    await writeLines(folder, 'orders', this.orders.values())
    await writeLines(folder, 'customers', savedCustomers(this.customers.values()))
    const head: SavedHead = {
      shop: this.shop,
      appId: this.appId,
      discounts: [...this.discounts.values()],
      bulkCodes: [...this.bulkCodes.values()],
      creditAccounts: [...this.creditAccounts.values()],
      shipping: this.shipping,
      segments: [...this.segments.values()],
      collections: [...this.collections.values()],
      checkouts: [...this.checkouts.values()],
      otherMetafields: [...this.otherMetafields].map(([owner, fields]) => [owner, [...fields]]),
      lastId: this.#lastId,
      lastOrderNumber: this.#lastOrderNumber,
      clockOffset: this.#clockOffset,
    }
    const file = join(folder, 'shop.json')
    writeFileSync(`${file}.new`, JSON.stringify(head))
    renameSync(`${file}.new`, file)
  }

  #usedOn(key: string, order: WorldOrder): void {
    const own = this.#ordersWith.get(key)
    if (own) own.push(order)
    else this.#ordersWith.set(key, [order])
  }

  #line(partial: Partial<WorldLine>): WorldLine {
    const product = partial.productId === undefined ? undefined : this.products.get(partial.productId)
    const quantity = partial.quantity ?? 1
    return {
      productId: 0,
      title: product?.title ?? 'Custom item',
      sku: product?.sku ?? '',
      currentQuantity: quantity,
      unitMinor: product?.priceMinor ?? 0,
      allocations: [],
      ...partial,
      quantity,
      id: this.#take(partial.id),
    }
  }

  #take(given: number | undefined): number {
    if (given === undefined) return this.nextId()
    this.#lastId = Math.max(this.#lastId, given)
    return given
  }
}

type SavedCustomer = Omit<WorldCustomer, 'metafields'> & { metafields: [string, WorldMetafield][] }
type OldCode = { code: string; percent: number; freeShipping?: boolean; firstOrderOnly?: boolean }
type SavedHead = {
  shop: WorldShop
  appId: number
  /** In a world that was saved before discounts were played. */
  codes?: OldCode[]
  discounts?: WorldDiscount[]
  bulkCodes?: WorldBulkCodes[]
  creditAccounts?: WorldCreditAccount[]
  /** Missing in a world that was saved before the checkout knew shipping. */
  shipping?: WorldShipping
  segments?: WorldSegment[]
  /** Without handles in a world that was saved before the local shop knew them. */
  collections?: (Omit<WorldCollection, 'handle'> & { handle?: string })[]
  checkouts?: WorldCheckout[]
  otherMetafields: [string, [string, WorldMetafield][]][]
  lastId: number
  lastOrderNumber: number
  clockOffset: number
}

function* savedCustomers(customers: Iterable<WorldCustomer>): Iterable<SavedCustomer> {
  for (const customer of customers) yield { ...customer, metafields: [...customer.metafields] }
}

function oldCode({ code, percent, freeShipping, firstOrderOnly = false }: OldCode): NewDiscount {
  const value = freeShipping === true ? null : { percentage: percent / 100 }
  return { codes: [code], createdAt: 0, value, firstOrderOnly, oncePerCustomer: firstOrderOnly }
}

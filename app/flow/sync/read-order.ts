/**
 * From Shopify's shape to the domain's: the only place that knows the fragments of order.graphql. Written by hand and
 * not with a schema library, because a history passes here object by object, millions of them.
 */
import { decimalsOf } from '#app/domain/money.ts'
import type { Customer, Id, Instant, Line, Order } from '#app/domain/order.ts'

/** An order without its lines, which come as objects of their own on the bulk road. */
export type OrderRoot = Omit<Order, 'lines'>

/** What a run is about, and one bulk operation asks for. */
export type Subject = 'orders' | 'customers'

/** What an object of Shopify's is not as it must be; `reason` names the field, never its value. */
export class BadLine extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

type Fields = Record<string, unknown>

/** What was read of an object; null: it cannot be read. */
export function ifReadable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof BadLine) return null
    throw error
  }
}

const MAX_INT = 2_147_483_647
/** Digits that fit a bigint whatever they are. */
const MAX_ID_DIGITS = 18
const AMOUNT = /^-?\d{1,15}(?:\.\d{1,12})?$/
/** A shop's currency has few values; Intl is far too slow to ask per amount. */
const decimalsByCurrency = new Map<string, number>()

/** @throws {BadLine} */
export function readOrder(node: unknown): OrderRoot {
  const order = fieldsOf(node, 'order')
  const currency = currencyOf(order.currencyCode)
  const decimals = decimalsByCurrency.get(currency)!
  return {
    id: idOf(order.id, 'gid://shopify/Order/', 'id'),
    customer:
      order.customer === null || order.customer === undefined
        ? null
        : idOf(fieldsOf(order.customer, 'customer').id, 'gid://shopify/Customer/', 'customer'),
    name: textOf(order.name, 'name'),
    orderedAt: instantOf(order.processedAt, 'processedAt'),
    createdAt: instantOf(order.createdAt, 'createdAt'),
    updatedAt: instantOf(order.updatedAt, 'updatedAt'),
    cancelledAt:
      order.cancelledAt === null || order.cancelledAt === undefined
        ? null
        : instantOf(order.cancelledAt, 'cancelledAt'),
    isTest: booleanOf(order.test, 'test'),
    financialStatus: optionalText(order.displayFinancialStatus, 'displayFinancialStatus'),
    currency,
    subtotalMinor: optionalBagMinor(order.subtotalPriceSet, decimals, 'subtotalPriceSet'),
    totalMinor: bagMinor(order.totalPriceSet, decimals, 'totalPriceSet'),
    discountMinor: optionalBagMinor(order.totalDiscountsSet, decimals, 'totalDiscountsSet'),
    refundedMinor: refundedMinorOf(order.refunds, decimals),
    isBusiness: isCompany(order.purchasingEntity),
    discounts: codesOf(order.discountCodes),
  }
}

/** @throws {BadLine} */
export function readLine(node: unknown): Line {
  const line = fieldsOf(node, 'line')
  const price = fieldsOf(fieldsOf(line.originalUnitPriceSet, 'originalUnitPriceSet').shopMoney, 'originalUnitPriceSet')
  const decimals = decimalsByCurrency.get(currencyOf(price.currencyCode))!
  const discounts: string[] = []
  let discountMinor = 0
  const allocations = listOf(line.discountAllocations, 'discountAllocations')
  for (const item of allocations) {
    const allocation = fieldsOf(item, 'discountAllocations')
    discountMinor += bagMinor(allocation.allocatedAmountSet, decimals, 'discountAllocations')
    const key = discountKeyOf(allocation.discountApplication)
    if (key !== null && !discounts.includes(key)) discounts.push(key)
  }
  return {
    id: idOf(line.id, 'gid://shopify/LineItem/', 'id'),
    product:
      line.product === null || line.product === undefined
        ? null
        : idOf(fieldsOf(line.product, 'product').id, 'gid://shopify/Product/', 'product'),
    title: textOf(line.title, 'title'),
    sku: optionalText(line.sku, 'sku'),
    quantity: countOf(line.quantity, 'quantity'),
    currentQuantity: countOf(line.currentQuantity, 'currentQuantity'),
    unitMinor: minorOfAmount(price.amount, decimals, 'originalUnitPriceSet'),
    discountMinor,
    discounts: discounts.length > 1 ? discounts.sort() : discounts,
  }
}

/** @throws {BadLine} */
export function readCustomer(node: unknown): Customer {
  const customer = fieldsOf(node, 'customer')
  const email = optionalFields(customer.defaultEmailAddress, 'defaultEmailAddress')
  const phone = optionalFields(customer.defaultPhoneNumber, 'defaultPhoneNumber')
  const sms = optionalFields(phone?.smsMarketingConsent, 'smsMarketingConsent')
  return {
    id: idOf(customer.id, 'gid://shopify/Customer/', 'id'),
    createdAt: instantOf(customer.createdAt, 'createdAt'),
    updatedAt: instantOf(customer.updatedAt, 'updatedAt'),
    tags: listOf(customer.tags, 'tags').map((tag) => textOf(tag, 'tags')),
    emailConsent: optionalText(email?.marketingState, 'defaultEmailAddress') || null,
    smsConsent: optionalText(sms?.state, 'smsMarketingConsent') || null,
    emailConsentAt: optionalInstant(email?.marketingUpdatedAt, 'defaultEmailAddress'),
    smsConsentAt: optionalInstant(sms?.updatedAt, 'smsMarketingConsent'),
    numberOfOrders: optionalCount(customer.numberOfOrders, 'numberOfOrders'),
    lastOrderAt: optionalInstant(optionalFields(customer.lastOrder, 'lastOrder')?.processedAt, 'lastOrder'),
    ...wordsOf(customer),
    country: wordOf(customer.defaultAddress, 'countryCodeV2', 'defaultAddress'),
  }
}

/** The fragment CustomerWords. @throws {BadLine} */
export function readWords(node: unknown): Pick<Customer, 'id' | 'rfmGroup' | 'spendTier'> {
  const customer = fieldsOf(node, 'customer')
  return { id: idOf(customer.id, 'gid://shopify/Customer/', 'id'), ...wordsOf(customer) }
}

function wordsOf({ statistics }: Fields): Pick<Customer, 'rfmGroup' | 'spendTier'> {
  return {
    rfmGroup: wordOf(statistics, 'rfmGroup', 'statistics'),
    spendTier: wordOf(statistics, 'predictedSpendTier', 'statistics'),
  }
}

/** Shopify writes large counts as texts. */
function optionalCount(value: unknown, field: string): number | null {
  if (value === null || value === undefined) return null
  return countOf(typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value, field)
}

function optionalInstant(value: unknown, field: string): Instant | null {
  return value === null || value === undefined ? null : instantOf(value, field)
}

function wordOf(of: unknown, key: string, field: string): string | null {
  return optionalText(optionalFields(of, field)?.[key], field) || null
}

/** The order that a bulk file's object belongs to; null: it is an order itself. @throws {BadLine} */
export function parentOrderOf(node: unknown): Id | null {
  const parent = fieldsOf(node, 'object').__parentId
  return parent === undefined ? null : idOf(parent, 'gid://shopify/Order/', '__parentId')
}

/** The digits of a gid. @throws {BadLine} */
export function idOf(gid: unknown, prefix: string, field: string): Id {
  if (typeof gid !== 'string' || !gid.startsWith(prefix)) throw new BadLine(`${field}: not an id`)
  const length = gid.length - prefix.length
  if (length < 1 || length > MAX_ID_DIGITS) throw new BadLine(`${field}: not an id`)
  for (let at = prefix.length; at < gid.length; at += 1) {
    const code = gid.charCodeAt(at)
    if (code < 48 || code > 57) throw new BadLine(`${field}: not an id`)
  }
  return gid.slice(prefix.length)
}

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadLine(`${field}: not an object`)
  return value as Fields
}

function optionalFields(value: unknown, field: string): Fields | null {
  return value === null || value === undefined ? null : fieldsOf(value, field)
}

function listOf(value: unknown, field: string): unknown[] {
  if (!Array.isArray(value)) throw new BadLine(`${field}: not a list`)
  return value
}

function textOf(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new BadLine(`${field}: not a text`)
  return value
}

function optionalText(value: unknown, field: string): string {
  return value === null || value === undefined ? '' : textOf(value, field)
}

function booleanOf(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw new BadLine(`${field}: not true or false`)
  return value
}

function countOf(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > MAX_INT)
    throw new BadLine(`${field}: not a whole number`)
  return value
}

/** An order's times are mostly the same three times over. */
let lastTime: { text: string; instant: Instant } = { text: '1970-01-01T00:00:00Z', instant: 0 }

/** Shopify writes UTC, four-digit years; anything else is refused rather than guessed at. */
function instantOf(value: unknown, field: string): Instant {
  if (value === lastTime.text) return lastTime.instant
  if (typeof value !== 'string' || value.length < 20 || value.charCodeAt(4) !== 45 || value.at(-1) !== 'Z')
    throw new BadLine(`${field}: not a time`)
  const instant = Date.parse(value)
  if (Number.isNaN(instant)) throw new BadLine(`${field}: not a time`)
  lastTime = { text: value, instant }
  return instant
}

function currencyOf(value: unknown): string {
  if (typeof value !== 'string') throw new BadLine('currencyCode: not a currency')
  if (decimalsByCurrency.has(value)) return value
  if (!/^[A-Z]{3}$/.test(value)) throw new BadLine('currencyCode: not a currency')
  decimalsByCurrency.set(value, decimalsOf(value))
  return value
}

function bagMinor(bag: unknown, decimals: number, field: string): number {
  return minorOfAmount(fieldsOf(fieldsOf(bag, field).shopMoney, field).amount, decimals, field)
}

/** Shopify gives no bag where there is nothing to tell. */
function optionalBagMinor(bag: unknown, decimals: number, field: string): number {
  return bag === null || bag === undefined ? 0 : bagMinor(bag, decimals, field)
}

/** As domain/money's minorOf, with the currency's decimals already known. */
function minorOfAmount(amount: unknown, decimals: number, field: string): number {
  if (typeof amount !== 'string' || !AMOUNT.test(amount)) throw new BadLine(`${field}: not an amount`)
  const dot = amount.indexOf('.')
  const isNegative = amount.charCodeAt(0) === 45
  const whole = amount.slice(isNegative ? 1 : 0, dot < 0 ? undefined : dot)
  const fraction = dot < 0 ? '' : amount.slice(dot + 1)
  const kept = fraction.length > decimals ? fraction.slice(0, decimals) : fraction.padEnd(decimals, '0')
  const minor = Number(whole + kept) + (fraction.length > decimals && fraction.charCodeAt(decimals) >= 53 ? 1 : 0)
  if (!Number.isSafeInteger(minor)) throw new BadLine(`${field}: not an amount`)
  return isNegative && minor !== 0 ? -minor : minor
}

function refundedMinorOf(refunds: unknown, decimals: number): number {
  let minor = 0
  for (const refund of listOf(refunds, 'refunds'))
    minor += bagMinor(fieldsOf(refund, 'refunds').totalRefundedSet, decimals, 'refunds')
  return minor
}

function isCompany(entity: unknown): boolean {
  return (
    entity !== null && entity !== undefined && fieldsOf(entity, 'purchasingEntity').__typename === 'PurchasingCompany'
  )
}

function codesOf(codes: unknown): string[] {
  const list = listOf(codes, 'discountCodes')
  if (list.length === 0) return []
  return [...new Set(list.map((code) => `code:${textOf(code, 'discountCodes').toUpperCase()}`))].sort()
}

/** How a discount is written everywhere: codes in upper case, because shoppers type them as they like. */
function discountKeyOf(application: unknown): string | null {
  const discount = fieldsOf(application, 'discountApplication')
  switch (discount.__typename) {
    case 'DiscountCodeApplication':
      return `code:${textOf(discount.code, 'code').toUpperCase()}`
    case 'ManualDiscountApplication':
      return `staff:${optionalText(discount.title, 'title')}`
    case 'AutomaticDiscountApplication':
    case 'ScriptDiscountApplication':
      return `auto:${optionalText(discount.title, 'title')}`
    default:
      return null
  }
}

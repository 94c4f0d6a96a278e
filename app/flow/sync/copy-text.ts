/**
 * Rows of the staging tables as COPY's text format, written into one buffer per table: nothing is allocated
 * per row but the row's own text.
 */
import type { Customer, Id, Instant, Line } from '#app/domain/order.ts'
import type { OrderRoot } from './read-order.ts'

export const STAGED_ORDER_COLUMNS =
  'run, line, id, customer, name, "processedAt", "createdAt", "updatedAt", "cancelledAt", "isTest", "financialStatus", ' +
  'currency, "subtotalMinor", "totalMinor", "discountMinor", "refundedMinor", "isBusiness", discounts'
export const STAGED_LINE_COLUMNS =
  'run, line, "order", id, product, title, sku, quantity, "currentQuantity", "unitMinor", "discountMinor", discounts'
export const STAGED_CUSTOMER_COLUMNS =
  'run, line, id, "createdAt", "updatedAt", tags, "emailConsent", "smsConsent", ' +
  '"emailConsentAt", "smsConsentAt", "numberOfOrders", "lastOrderAt", "rfmGroup", "spendTier", country'

const DAY_MS = 86_400_000
const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
/** Days seen, as dates: a history has a few thousand. */
const dayTexts = new Map<number, string>()
const NEEDS_ESCAPE = /[\\\n\r\t\0]/
const ESCAPED = /[\\\n\r\t\0]/g

/** Rows by the table that they are staged in. */
export type RowSet = { orders: Rows; lines: Rows; customers: Rows }

/** Rows one after the other, as COPY reads them; cleared and filled again. */
export class Rows {
  #bytes: Buffer = Buffer.alloc(0)
  #length = 0

  push(row: string): void {
    // A UTF-16 unit is at most three bytes.
    const needed = this.#length + row.length * 3
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, 65_536))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    this.#length += this.#bytes.write(row, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  get isEmpty(): boolean {
    return this.#length === 0
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }
}

export function emptyRows(): RowSet {
  return { orders: new Rows(), lines: new Rows(), customers: new Rows() }
}

export function orderRow(run: number, line: number, order: OrderRoot): string {
  return (
    `${run}\t${line}\t${order.id}\t${order.customer ?? '\\N'}\t${textField(order.name)}\t` +
    `${instantField(order.orderedAt)}\t${instantField(order.createdAt)}\t${instantField(order.updatedAt)}\t` +
    `${optionalInstantField(order.cancelledAt)}\t${order.isTest ? 't' : 'f'}\t` +
    `${textField(order.financialStatus)}\t${order.currency}\t${order.subtotalMinor}\t${order.totalMinor}\t` +
    `${order.discountMinor}\t${order.refundedMinor}\t${order.isBusiness ? 't' : 'f'}\t${arrayField(order.discounts)}\n`
  )
}

export function lineRow(run: number, at: number, order: Id, line: Line): string {
  return (
    `${run}\t${at}\t${order}\t${line.id}\t${line.product ?? '\\N'}\t${textField(line.title)}\t${textField(line.sku)}\t` +
    `${line.quantity}\t${line.currentQuantity}\t${line.unitMinor}\t${line.discountMinor}\t` +
    `${arrayField(line.discounts)}\n`
  )
}

export function customerRow(run: number, line: number, customer: Customer): string {
  return (
    `${run}\t${line}\t${customer.id}\t${instantField(customer.createdAt)}\t${instantField(customer.updatedAt)}\t` +
    `${arrayField(customer.tags)}\t${optionalField(customer.emailConsent)}\t${optionalField(customer.smsConsent)}\t` +
    `${optionalInstantField(customer.emailConsentAt)}\t${optionalInstantField(customer.smsConsentAt)}\t` +
    `${customer.numberOfOrders ?? '\\N'}\t${optionalInstantField(customer.lastOrderAt)}\t` +
    `${optionalField(customer.rfmGroup)}\t${optionalField(customer.spendTier)}\t${optionalField(customer.country)}\n`
  )
}

function textField(text: string): string {
  return NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, escapeOf) : text
}

function optionalInstantField(at: Instant | null): string {
  return at === null ? '\\N' : instantField(at)
}

function optionalField(text: string | null): string {
  return text === null ? '\\N' : textField(text)
}

function escapeOf(character: string): string {
  switch (character) {
    case '\\':
      return '\\\\'
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    default:
      return '�'
  }
}

function arrayField(items: string[]): string {
  if (items.length === 0) return '{}'
  return textField(`{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`)
}

function instantField(instant: Instant): string {
  const day = Math.floor(instant / DAY_MS)
  const rest = instant - day * DAY_MS
  let date = dayTexts.get(day)
  if (date === undefined) {
    date = new Date(day * DAY_MS).toISOString().slice(0, 10)
    if (dayTexts.size < 20_000) dayTexts.set(day, date)
  }
  const seconds = Math.floor(rest / 1000)
  const millis = rest - seconds * 1000
  return (
    `${date} ${TWO_DIGITS[Math.floor(seconds / 3600)]}:${TWO_DIGITS[Math.floor(seconds / 60) % 60]}:` +
    `${TWO_DIGITS[seconds % 60]}${millis === 0 ? '' : `.${String(millis).padStart(3, '0')}`}+00`
  )
}

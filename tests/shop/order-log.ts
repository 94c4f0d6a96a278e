import { csvRecords } from './csv.ts'
import type { BadLine } from './csv.ts'
import { addDiscount, codeKey } from './discounts.ts'
import { World } from './world.ts'
import type { WorldDiscountUse } from './world.ts'

const ONLINE_RETAIL = ['InvoiceNo', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID']
/** Codes get ids of a range of their own. */
const FIRST_DISCOUNT = 431_000_000_001
const OUR_OWN = 'order,customer,time,sku,title,quantity,unit_price,discount,code,currency'.split(',')

/** One line of a log, read and checked. */
type LogLine = {
  order: string
  /** Blank: a guest. */
  customer: string
  at: number
  sku: string
  title: string
  quantity: number
  unitMinor: number
  discountMinor: number
  code: string
  currency: string
  status: Status
}

type Status = 'paid' | 'cancelled' | 'refunded'

/** One order of a log; its time is its earliest line's. */
export type LogOrder = {
  name: string
  customer: string
  at: number
  currency: string
  status: Status
  lines: LogLine[]
}

/** Why a line cannot be used; it is reported and the rest loads. */
class CannotRead extends Error {}

/**
 * A world from a log as `readOrderLog` reads it. All times shift by the same whole number of seconds (`shiftMs`), so that the
 * newest order is now.
 */
export async function loadOrders(
  file: string,
  now: number,
): Promise<{ world: World; badLines: BadLine[]; shiftMs: number }> {
  const { orders, badLines } = await readOrderLog(file)
  orders.sort((a, b) => a.at - b.at)
  const shiftMs = Math.floor((now - orders.at(-1)!.at) / 1000) * 1000
  return { world: worldOf(orders, shiftMs), badLines, shiftMs }
}

/**
 * The orders of a file of order lines, plain or gzip, in one of two forms, told apart by the header:
 *
 * - Online Retail: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID (Country is not used).
 *   An order is an InvoiceNo; only lines with a quantity and a price above 0 count; invoices that begin with C are
 *   cancellations and are skipped; a blank CustomerID is a guest; pounds; times are UTC.
 * - Our own: order,customer,time,sku,title,quantity,unit_price,discount,code,currency. `discount` is the amount off the
 *   whole line, `code` the code that gave it; a blank customer is a guest; times are ISO 8601, UTC where no zone is given.
 *   A column `status` may come beside them: paid (or blank), cancelled, refunded; one word for a whole order.
 *
 * Bad lines are left out and reported.
 */
export async function readOrderLog(file: string): Promise<{ orders: LogOrder[]; badLines: BadLine[] }> {
  const badLines: BadLine[] = []
  const orders = new Map<string, LogOrder>()
  let readLine: ((fields: string[]) => LogLine | null) | null = null
  for await (const records of csvRecords(file, (bad) => badLines.push(bad)))
    for (const { line, fields } of records) {
      if (readLine === null) {
        readLine = readerFor(fields, file)
        continue
      }
      try {
        const read = readLine(fields)
        if (read) addLine(orders, read)
      } catch (error) {
        if (!(error instanceof CannotRead)) throw error
        badLines.push({ line, reason: error.message })
      }
    }
  if (readLine === null) throw new Error(`${file} is empty. ${expected()}`)
  if (orders.size === 0) throw new Error(`${file} has no order that can be loaded (${badLines.length} bad lines).`)
  return { orders: [...orders.values()], badLines }
}

function expected(): string {
  return `The first line must name the columns: either ${OUR_OWN.join(',')} or ${ONLINE_RETAIL.join(',')}.`
}

function readerFor(header: string[], file: string): (fields: string[]) => LogLine | null {
  const names = header.map((name) =>
    name
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase(),
  )
  const columnsOf = (wanted: string[]): number[] => wanted.map((name) => names.indexOf(name.toLowerCase()))
  const own = columnsOf(OUR_OWN)
  const status = names.indexOf('status')
  if (!own.includes(-1))
    return (fields) => ownLine(pick(fields, own, names.length), status === -1 ? '' : fields[status]!.trim())
  const retail = columnsOf(ONLINE_RETAIL)
  if (!retail.includes(-1)) return (fields) => retailLine(pick(fields, retail, names.length))
  const [wanted, found] =
    own.filter((at) => at === -1).length <= retail.filter((at) => at === -1).length
      ? [OUR_OWN, own]
      : [ONLINE_RETAIL, retail]
  const missing = wanted.filter((_, index) => found[index] === -1)
  throw new Error(`${file}: the header lacks ${missing.slice(0, 4).join(', ')}. ${expected()}`)
}

function pick(fields: string[], columns: number[], width: number): string[] {
  if (fields.length !== width) throw new CannotRead(`${fields.length} columns where the header has ${width}`)
  return columns.map((at) => fields[at]!.trim())
}

function retailLine(columns: string[]): LogLine | null {
  const [order, sku, title, quantityText, time, price, customer] = columns as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  if (order === '') throw new CannotRead('no InvoiceNo')
  if (order.startsWith('C') || order.startsWith('c')) return null
  const quantity = wholeNumber(quantityText, 'Quantity')
  if (!/^-?\d+(\.\d+)?$/.test(price)) throw new CannotRead(`UnitPrice is not a number: ${quoted(price)}`)
  const pounds = Number(price)
  if (quantity <= 0 || pounds <= 0) return null
  return {
    order,
    customer: customer.replace(/\.0$/, ''),
    at: instantOf(time, 'InvoiceDate'),
    sku,
    title: title === '' ? sku : title,
    quantity,
    unitMinor: Math.round(pounds * 100),
    discountMinor: 0,
    code: '',
    currency: 'GBP',
    status: 'paid',
  }
}

function ownLine(columns: string[], statusText: string): LogLine {
  const [order, customer, time, sku, title, quantityText, price, discount, code, currency] = columns as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  if (order === '') throw new CannotRead('no order')
  if (!/^[A-Z]{3}$/.test(currency)) throw new CannotRead(`currency is not three capital letters: ${quoted(currency)}`)
  const quantity = wholeNumber(quantityText, 'quantity')
  if (quantity <= 0) throw new CannotRead(`quantity is not above 0: ${quoted(quantityText)}`)
  const unitMinor = minorUnits(price, 'unit_price', currency)
  const discountMinor = discount === '' ? 0 : minorUnits(discount, 'discount', currency)
  if (discountMinor > unitMinor * quantity) throw new CannotRead('discount is more than the line costs')
  const at = instantOf(time, 'time')
  const status = statusText === '' ? 'paid' : statusText
  if (status !== 'paid' && status !== 'cancelled' && status !== 'refunded')
    throw new CannotRead(`status is not paid, cancelled or refunded: ${quoted(statusText)}`)
  return {
    order,
    customer,
    at,
    sku,
    title: title === '' ? sku : title,
    quantity,
    unitMinor,
    discountMinor,
    code,
    currency,
    status,
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}

function wholeNumber(text: string, column: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new CannotRead(`${column} is not a whole number: ${quoted(text)}`)
  return Number(text)
}

const decimalsOfCurrency = new Map<string, number>()

function minorUnits(text: string, column: string, currency: string): number {
  if (!/^\d{1,12}(\.\d+)?$/.test(text)) throw new CannotRead(`${column} is not an amount: ${quoted(text)}`)
  let decimals = decimalsOfCurrency.get(currency)
  if (decimals === undefined) {
    decimals = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
    decimalsOfCurrency.set(currency, decimals)
  }
  return Math.round(Number(`${text}e${decimals}`))
}

const WITH_ZONE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/

/** Whole seconds; a time without a zone is UTC. */
function instantOf(text: string, column: string): number {
  const parts = WITH_ZONE.exec(text)
  if (parts) {
    const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((index) => Number(parts[index] ?? 0)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const midnight = new Date(Date.UTC(year, month - 1, day))
    const isDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day
    if (isDay && hour < 24 && minute < 60 && second < 60)
      return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 - zoneMs(parts[7])
  }
  throw new CannotRead(`${column} is not a time (2026-01-31T12:00:00Z): ${quoted(text)}`)
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

function addLine(orders: Map<string, LogOrder>, line: LogLine): void {
  const known = orders.get(line.order)
  if (!known) {
    orders.set(line.order, {
      name: line.order,
      customer: line.customer,
      at: line.at,
      currency: line.currency,
      status: line.status,
      lines: [line],
    })
    return
  }
  if (known.customer !== line.customer) throw new CannotRead(`order ${line.order} already belongs to another customer`)
  if (known.currency !== line.currency) throw new CannotRead(`order ${line.order} is already in ${known.currency}`)
  if (known.status !== line.status) throw new CannotRead(`order ${line.order} is already ${known.status}`)
  known.at = Math.min(known.at, line.at)
  known.lines.push(line)
}

function worldOf(orders: LogOrder[], shiftMs: number): World {
  const currency = commonest(orders.map((order) => order.currency))
  const world = new World({ name: 'Order log', currency, timezone: 'UTC', plan: 'advanced', locale: 'en' })
  const customers = new Map<string, number>()
  const products = new Map<string, number>()
  for (const order of orders) {
    const at = order.at + shiftMs
    let customerId: number | null = null
    if (order.customer !== '') {
      customerId =
        customers.get(order.customer) ??
        world.addCustomer({
          // A log has no names. The storefront greets such a customer without one.
          firstName: '',
          lastName: `Customer ${order.customer}`,
          email: `customer-${encodeURIComponent(order.customer)}@example.com`,
          createdAt: at,
        }).id
      customers.set(order.customer, customerId)
      world.customers.get(customerId)!.updatedAt = at
    }
    const discounts: WorldDiscountUse[] = []
    const lines = order.lines.map((line) => {
      const productId =
        products.get(line.sku) ??
        world.addProduct({ title: line.title, sku: line.sku, handle: handleOf(line), priceMinor: line.unitMinor }).id
      products.set(line.sku, productId)
      const discount = discountIndex(discounts, line)
      return {
        productId,
        title: line.title,
        sku: line.sku,
        quantity: line.quantity,
        currentQuantity: line.quantity,
        unitMinor: line.unitMinor,
        allocations: line.discountMinor > 0 ? [{ discount, minor: line.discountMinor }] : [],
      }
    })
    world.addOrder({
      name: `#${order.name}`,
      customerId,
      processedAt: at,
      createdAt: at,
      currency: order.currency,
      cancelledAt: order.status === 'cancelled' ? at : null,
      financialStatus: order.status === 'refunded' ? 'REFUNDED' : 'PAID',
      discounts,
      lines,
    })
    for (const use of discounts)
      if (use.kind === 'code' && !world.codes.has(codeKey(use.title)))
        addDiscount(world, { id: FIRST_DISCOUNT + world.discounts.size * 10, codes: [use.title], createdAt: 0 })
  }
  return world
}

function handleOf(line: LogLine): string {
  return (
    `${line.title}-${line.sku}`
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '') || 'product'
  )
}

function discountIndex(discounts: WorldDiscountUse[], line: LogLine): number {
  if (line.code === '' && line.discountMinor === 0) return -1
  const use: WorldDiscountUse =
    line.code === '' ? { kind: 'automatic', title: 'Discount' } : { kind: 'code', title: line.code }
  const found = discounts.findIndex((other) => other.kind === use.kind && other.title === use.title)
  return found === -1 ? discounts.push(use) - 1 : found
}

function commonest(values: string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/** An order as a test tells it; what it leaves out is what most orders are: paid, of one line, at full price. */
export type ToldOrder = {
  /** Null: a guest. */
  customer: number | null
  /** Epoch milliseconds. */
  at: number
  id?: number
  lines?: {
    product: number | null
    quantity?: number
    /** Pieces left after returns and edits; all of them unless told. */
    currentQuantity?: number
    unitMinor?: number
    discountMinor?: number
    discounts?: string[]
    title?: string
  }[]
  discounts?: string[]
  status?: string
  cancelledAt?: number
  isTest?: boolean
  isBusiness?: boolean
  currency?: string
  subtotalMinor?: number
  refundedMinor?: number
  fetchedAt?: number
}

type Cell = string | number | boolean | null | string[]

/** A row of COPY's text format. */
export function copyLine(cells: Cell[]): string {
  return `${cells.map(copyCell).join('\t')}\n`
}

function copyCell(cell: Cell): string {
  if (cell === null) return '\\N'
  if (typeof cell === 'boolean') return cell ? 't' : 'f'
  if (typeof cell === 'number') return String(cell)
  if (Array.isArray(cell)) return escaped(`{${cell.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`)
  return escaped(cell)
}

function escaped(text: string): string {
  return text.replace(
    /[\\\t\n\r]/g,
    (character) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[character]!,
  )
}

/** An instant as PostgreSQL reads it. */
export function instant(at: number): string {
  return new Date(at).toISOString()
}

/** Copies rows into a table as a superuser, whom no policy keeps from COPY. */
export async function copyInto(
  client: pg.Client,
  table: string,
  columns: string[],
  rows: Iterable<string>,
): Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(', ')
  await pipeline(Readable.from(batches(rows)), client.query(copyFrom(`COPY "${table}" (${names}) FROM STDIN`)))
}

function* batches(rows: Iterable<string>): Generator<string> {
  let batch = ''
  for (const row of rows) {
    batch += row
    if (batch.length < 65_536) continue
    yield batch
    batch = ''
  }
  if (batch !== '') yield batch
}

export const CUSTOMER_COLUMNS = ['shop', 'id', 'createdAt', 'updatedAt', 'tags', 'road', 'fetchedAt']
export const ORDER_COLUMNS = [
  'shop',
  'id',
  'customer',
  'name',
  'processedAt',
  'createdAt',
  'updatedAt',
  'cancelledAt',
  'isTest',
  'financialStatus',
  'currency',
  'subtotalMinor',
  'totalMinor',
  'discountMinor',
  'refundedMinor',
  'isBusiness',
  'quantity',
  'currentQuantity',
  'discounts',
  'road',
  'fetchedAt',
]
export const LINE_COLUMNS = [
  'shop',
  'order',
  'id',
  'product',
  'title',
  'sku',
  'quantity',
  'currentQuantity',
  'unitMinor',
  'discountMinor',
  'discounts',
]

let nextId = 5_000_000_000_001

/** Writes a shop's currency, time zone, customers and orders as an import leaves them. Answers the order ids. */
export async function writeStory(
  client: pg.Client,
  shop: number,
  story: { customers?: { id: number; createdAt: number }[]; orders: ToldOrder[]; timezone?: string; currency?: string },
): Promise<number[]> {
  const currency = story.currency ?? 'GBP'
  await client.query('UPDATE "Shop" SET currency = $2, timezone = $3 WHERE shop = $1', [
    shop,
    currency,
    story.timezone ?? 'UTC',
  ])
  const customers = story.customers ?? []
  await copyInto(
    client,
    'Customer',
    CUSTOMER_COLUMNS,
    customers.map(({ id, createdAt }) =>
      copyLine([shop, id, instant(createdAt), instant(createdAt), [], 2, instant(createdAt)]),
    ),
  )
  const told = story.orders.map((order) => {
    const lines = (order.lines ?? [{ product: 1 }]).map((line) => ({
      quantity: 1,
      unitMinor: 1000,
      discountMinor: 0,
      discounts: [] as string[],
      title: `Product ${line.product}`,
      ...line,
    }))
    return { ...order, id: order.id ?? nextId++, lines }
  })
  await copyInto(
    client,
    'Order',
    ORDER_COLUMNS,
    told.map((order) => {
      const gross = order.lines.reduce((sum, line) => sum + line.unitMinor * line.quantity, 0)
      const discount = order.lines.reduce((sum, line) => sum + line.discountMinor, 0)
      const subtotal = order.subtotalMinor ?? gross - discount
      const pieces = order.lines.reduce((sum, line) => sum + line.quantity, 0)
      const left = order.lines.reduce((sum, line) => sum + (line.currentQuantity ?? line.quantity), 0)
      const discounts = order.discounts ?? [...new Set(order.lines.flatMap((line) => line.discounts))]
      return copyLine([
        shop,
        order.id,
        order.customer,
        `#${order.id}`,
        instant(order.at),
        instant(order.at),
        instant(order.at),
        order.cancelledAt === undefined ? null : instant(order.cancelledAt),
        order.isTest ?? false,
        order.status ?? 'PAID',
        order.currency ?? currency,
        subtotal,
        subtotal,
        discount,
        order.refundedMinor ?? 0,
        order.isBusiness ?? false,
        pieces,
        left,
        discounts,
        2,
        instant(order.fetchedAt ?? order.at),
      ])
    }),
  )
  function* lineRows() {
    for (const order of told) {
      for (const [position, line] of order.lines.entries()) {
        yield copyLine([
          shop,
          order.id,
          position + 1,
          line.product,
          line.title,
          `sku-${line.product}`,
          line.quantity,
          line.currentQuantity ?? line.quantity,
          line.unitMinor,
          line.discountMinor,
          line.discounts,
        ])
      }
    }
  }
  await copyInto(client, 'Line', LINE_COLUMNS, lineRows())
  return told.map((order) => order.id)
}

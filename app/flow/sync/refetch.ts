/** The single road: objects that were asked for page by page or by id, through the same staging and the same merge. */
import type { Id, Instant } from '#app/domain/order.ts'
import { Bug } from '#app/errors.ts'
import {
  type CustomerFieldsFragment,
  OrderByIdDocument,
  type OrderFieldsFragment,
  OrderLinesDocument,
} from '#app/outside/admin.generated.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import type { Holder } from './backfill.ts'
import { customerRow, emptyRows, lineRow, orderRow } from './copy-text.ts'
import { mergeCustomers, mergeOrders, ROAD, shareMergeLock, takeMergeLock } from './merge.ts'
import { BadLine, readCustomer, readLine, readOrder } from './read-order.ts'
import { type BadLineNote, dropStaging } from './runs.ts'
import { stage } from './staging.ts'

/** An order with every line of it. */
export type WholeOrder = { root: OrderFieldsFragment; lines: unknown[] }

/** When a fetch begins, by the database's clock: it decides between two fetches of the same updatedAt. */
export async function fetchStart(shop: ShopId): Promise<Instant> {
  return withShopBulk(shop, async (tx) => {
    const rows = await tx.query<{ at: number }>(
      'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at',
    )
    return rows[0]!.at
  })
}

/** The order with the lines beyond its first page. */
export async function wholeOrder(admin: Admin, root: OrderFieldsFragment): Promise<WholeOrder> {
  const lines: unknown[] = root.lineItems.edges.map((edge) => edge.node)
  let page = root.lineItems.pageInfo
  while (page.hasNextPage) {
    const { order } = await admin.ask(OrderLinesDocument, { id: root.id, after: page.endCursor })
    if (!order) break
    for (const edge of order.lineItems.edges) lines.push(edge.node)
    page = order.lineItems.pageInfo
  }
  return { root, lines }
}

/** Orders that a file's lines named and the file did not hold. One that Shopify no longer knows is left out. */
export async function refetchOrders(holder: Holder, admin: Admin, run: number, ids: Id[]): Promise<void> {
  for (const id of ids) {
    const fetchedAt = await fetchStart(holder.shop)
    const { order } = await admin.ask(OrderByIdDocument, { id: `gid://shopify/Order/${id}`, counted: false })
    if (!order) continue
    const whole = await wholeOrder(admin, order)
    await withShopBulk(holder.shop, async (tx) => {
      await holder.stillMine(tx)
      await storeOrders(tx, holder.shop, run, [whole], fetchedAt)
    })
  }
}

/** Stores orders by the rule of truth; answers those that cannot be read, numbered within the page. */
export async function storeOrders(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  orders: WholeOrder[],
  fetchedAt: Instant,
): Promise<BadLineNote[]> {
  const rows = emptyRows()
  const staging = stagingOf(run)
  let line = 0
  const bad = eachReadable(orders, ({ root, lines }) => {
    const order = readOrder(root)
    const read = lines.map(readLine)
    rows.orders.push(orderRow(staging, (line += 1), order))
    for (const one of read) rows.lines.push(lineRow(staging, (line += 1), order.id, one))
  })
  await takeMergeLock(tx, shop)
  await stage(tx, rows)
  await mergeOrders(tx, { shop, run: staging, road: ROAD.single, fetchedAt }, { hasRepeats: true, hasOrphans: false })
  await dropStaging(tx, staging)
  return bad
}

/** Stores customers by the rule of truth; answers those that cannot be read, numbered within the page. */
export async function storeCustomers(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  customers: CustomerFieldsFragment[],
  fetchedAt: Instant,
): Promise<BadLineNote[]> {
  const rows = emptyRows()
  const staging = stagingOf(run)
  let line = 0
  const bad = eachReadable(customers, (node) => {
    const customer = readCustomer(node)
    rows.customers.push(customerRow(staging, (line += 1), customer))
  })
  await takeMergeLock(tx, shop)
  await stage(tx, rows)
  await mergeCustomers(tx, { shop, run: staging, road: ROAD.single, fetchedAt }, { hasRepeats: true })
  await dropStaging(tx, staging)
  return bad
}

/**
 * Stores what was asked for by itself, customers first; several workers of a shop do so side by side.
 *
 * @throws {Bug} where one of it cannot be read: nobody would hear of it otherwise
 */
export async function storeSingles(
  tx: BulkTx,
  shop: ShopId,
  singles: { customers: CustomerFieldsFragment[]; orders: WholeOrder[] },
  fetchedAt: Instant,
): Promise<void> {
  const rows = emptyRows()
  const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const run = ROOM_OF_SINGLES - pid
  let line = 0
  try {
    for (const node of singles.customers) rows.customers.push(customerRow(run, (line += 1), readCustomer(node)))
    for (const { root, lines } of singles.orders) {
      const order = readOrder(root)
      rows.orders.push(orderRow(run, (line += 1), order))
      for (const one of lines) rows.lines.push(lineRow(run, (line += 1), order.id, readLine(one)))
    }
  } catch (error) {
    if (error instanceof BadLine) throw new Bug(`what Shopify answered cannot be read: ${error.reason}`)
    throw error
  }
  await shareMergeLock(tx, shop)
  await stage(tx, rows)
  const merge = { shop, run, road: ROAD.single, fetchedAt }
  if (!rows.customers.isEmpty) await mergeCustomers(tx, merge, { hasRepeats: true })
  if (!rows.orders.isEmpty) await mergeOrders(tx, merge, { hasRepeats: true, hasOrphans: false, isShared: true })
  await dropStaging(tx, run)
}

/** Below all runs: a connection is in one transaction at a time, and its rows are gone when that ends. */
const ROOM_OF_SINGLES = -1_000_000_000

/** Staged and merged in one transaction, apart from what the run's file has staged. */
function stagingOf(run: number): number {
  return -run
}

function eachReadable<T>(nodes: T[], read: (node: T) => void): BadLineNote[] {
  const bad: BadLineNote[] = []
  nodes.forEach((node, index) => {
    try {
      read(node)
    } catch (error) {
      if (!(error instanceof BadLine)) throw error
      bad.push({ line: index + 1, reason: error.reason })
    }
  })
  return bad
}

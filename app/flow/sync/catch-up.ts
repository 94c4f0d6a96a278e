/** What Shopify has changed since the roads last agreed: customers and orders by updated_at, page by page. */
import type { Instant } from '#app/domain/order.ts'
import { OutsideFailure } from '#app/errors.ts'
import { CustomersUpdatedDocument, OrdersUpdatedDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { type Admin, adminOf } from '#app/outside/shopify.server.ts'
import type { Holder } from './backfill.ts'
import type { Subject } from './read-order.ts'
import { fetchStart, storeCustomers, storeOrders, type WholeOrder, wholeOrder } from './refetch.ts'
import {
  type BadLineNote,
  createRun,
  finishRun,
  newestRuns,
  noteOperation,
  noteProgress,
  openRuns,
  type Run,
  withLeftOut,
} from './runs.ts'

/** Shopify's index may lag and clocks may differ. */
const OVERLAP_MS = 600_000
/** Shopify pages no deeper than 25,000 objects: beyond this the question is asked anew from where it has come to. */
const DEEPEST_PAGE = 20_000

type Page = {
  count: number
  lastUpdatedAt: Instant | null
  next: string | null
  store(tx: BulkTx, run: number, fetchedAt: Instant): Promise<BadLineNote[]>
}

/** Brings the shop's rows up to Shopify's, then has everybody worked out again. Nothing to do before the first import. */
export async function catchUp(holder: Holder): Promise<void> {
  const { shop } = holder
  const begun = now()
  const agreed = await withShopBulk(shop, lastAgreement(shop))
  if (!agreed) return
  const admin = await adminOf(shop)
  // Parents first: an order's customer is there when the order comes.
  await follow(holder, admin, 'customers', agreed.at - OVERLAP_MS)
  await follow(holder, admin, 'orders', agreed.at - OVERLAP_MS)
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await tx.query(
      `UPDATE "Shop" SET "syncedAt" = $2::timestamptz, "lastOrderAt" = (
         SELECT max("processedAt") FROM "Order" WHERE shop = $1 AND "processedAt" <= $2::timestamptz) WHERE shop = $1`,
      [shop, new Date(begun).toISOString()],
    )
    // Answers to data requests are kept as long as the law gives for them.
    await tx.query(`UPDATE "PrivacyRequest" SET export = NULL WHERE shop = $1 AND "dueAt" < now()`, [shop])
    await owe(tx, shop, 'recompute', String(shop), { cause: agreed.isImport ? 'import' : 'time' })
  })
}

/** When rows and Shopify last agreed: by a catch-up, or by a history that has been read since. */
function lastAgreement(shop: ShopId) {
  return async (tx: BulkTx): Promise<{ at: Instant; isImport: boolean } | null> => {
    const rows = await tx.query<{ at: number | null }>(
      `SELECT (extract(epoch FROM "syncedAt") * 1000)::float8 AS at FROM "Shop" WHERE shop = $1`,
      [shop],
    )
    const synced = rows[0]?.at ?? null
    const histories = (await newestRuns(tx, shop, 'history')).filter((run) => run.state === 'done')
    const imported = histories.length === 2 ? Math.min(...histories.map((run) => run.startedAt)) : null
    if (imported !== null && (synced === null || imported > synced)) return { at: imported, isImport: true }
    return synced === null ? null : { at: synced, isImport: false }
  }
}

async function follow(holder: Holder, admin: Admin, subject: Subject, from: Instant): Promise<void> {
  const { shop } = holder
  let run = await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    const open = (await openRuns(tx, shop, 'catch-up')).find((one) => one.subject === subject)
    const found = open ?? (await createRun(tx, shop, 'catch-up', subject))
    await noteOperation(tx, shop, found.id, { state: 'downloading' })
    return { ...found, rootsRead: 0, linesRead: 0 }
  })
  let since = from
  let after: string | null = null
  let depth = 0
  for (;;) {
    if (holder.signal.aborted) throw new OutsideFailure('lease-lost', 'the worker stops')
    const fetchedAt = await fetchStart(shop)
    const page: Page = await (subject === 'orders' ? orderPage : customerPage)(shop, admin, since, after)
    run = await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      const bad = page.count === 0 ? [] : await page.store(tx, run.id, fetchedAt)
      const read: Run = {
        ...run,
        linesRead: run.linesRead + page.count,
        rootsRead: run.rootsRead + page.count - bad.length,
        leftOut: withLeftOut(run.leftOut, bad, 0),
      }
      await noteProgress(tx, shop, read)
      return read
    })
    depth += page.count
    if (page.next === null) break
    after = page.next
    if (depth >= DEEPEST_PAGE && page.lastUpdatedAt !== null && page.lastUpdatedAt > since) {
      since = page.lastUpdatedAt
      after = null
      depth = 0
    }
  }
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    const problem = run.leftOut.bad > 0 ? { kind: 'bad-lines', detail: String(run.leftOut.bad) } : null
    await finishRun(tx, shop, run.id, { state: 'done', problem })
  })
}

async function orderPage(shop: ShopId, admin: Admin, since: Instant, after: string | null): Promise<Page> {
  const { orders } = await admin.ask(OrdersUpdatedDocument, { query: updatedSince(since), after })
  const whole: WholeOrder[] = []
  for (const { node } of orders.edges) whole.push(await wholeOrder(admin, node))
  return {
    count: whole.length,
    lastUpdatedAt: newest(orders.edges),
    next: orders.pageInfo.hasNextPage ? orders.pageInfo.endCursor : null,
    store: (tx, run, fetchedAt) => storeOrders(tx, shop, run, whole, fetchedAt),
  }
}

async function customerPage(shop: ShopId, admin: Admin, since: Instant, after: string | null): Promise<Page> {
  const { customers } = await admin.ask(CustomersUpdatedDocument, { query: updatedSince(since), after })
  const nodes = customers.edges.map((edge) => edge.node)
  return {
    count: nodes.length,
    lastUpdatedAt: newest(customers.edges),
    next: customers.pageInfo.hasNextPage ? customers.pageInfo.endCursor : null,
    store: (tx, run, fetchedAt) => storeCustomers(tx, shop, run, nodes, fetchedAt),
  }
}

function updatedSince(since: Instant): string {
  return `updated_at:>='${new Date(since).toISOString()}'`
}

function newest(edges: { node: { updatedAt: string } }[]): Instant | null {
  const last = edges.at(-1)
  return last ? Date.parse(last.node.updatedAt) : null
}

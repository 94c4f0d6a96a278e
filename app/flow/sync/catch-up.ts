/** What Shopify has changed since the roads last agreed: customers and orders by updated_at, page by page. */
import type { Id, Instant } from '#app/domain/order.ts'
import type { WorkPayload } from '#app/domain/work.ts'
import { OutsideFailure } from '#app/errors.ts'
import { CustomersUpdatedDocument, OrdersUpdatedDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { forgetDeliveries } from '#app/outside/inbox.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { type Admin, adminOf } from '#app/outside/shopify.server.ts'
import { mayLinkAccounts } from '../settings.ts'
import { oweUnread } from './accounts.ts'
import type { Holder } from './backfill.ts'
import { oweBeside } from './beside.ts'
import { lookForDeleted, lookAtSample } from './deleted.ts'
import { isCounted } from './limited.ts'
import { BadLine, idOf, type Subject } from './read-order.ts'
import { fetchStart, storeCustomers, storeOrders, type WholeOrder, wholeOrder } from './refetch.ts'
import { bereft, isDescriptionUsed } from './refresh.ts'
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

const ORDER = 'gid://shopify/Order/'
const CUSTOMER = 'gid://shopify/Customer/'

/** Shopify's index may lag and clocks may differ. */
export const OVERLAP_MS = 600_000
/** Shopify pages no deeper than 25,000 objects: beyond this the question is asked anew from where it has come to. */
const DEEPEST_PAGE = 20_000
/** Up to so many customers are worked out one by one; for more, everybody at once is less work. */
const FEW_CUSTOMERS = 200
/** If this worker dies after it has stored many, everybody is worked out all the same. */
const SAFETY_NET_MS = 60_000

/** An object of a page, as far as it tells whose stage it may move. */
type Touch = { id: Id; updatedAt: Instant; customer: Id | null }

type Page = {
  count: number
  touches: Touch[]
  lastUpdatedAt: Instant | null
  next: string | null
  store(tx: BulkTx, run: number, fetchedAt: Instant): Promise<BadLineNote[]>
}

/**
 * Whose stage has to be worked out again: those of the pages so far, or everybody. `isWhole`: that is known beforehand, and
 * known again if this worker dies.
 */
type Touched = { customers: Set<Id>; everybody: boolean; isWhole: boolean }

/**
 * Brings the shop's rows up to Shopify's and has whoever it concerns worked out again: the touched customers while they are
 * few, else everybody. Nothing to do before the first import.
 */
export async function catchUp(holder: Holder & { payload: WorkPayload<'catch-up'> }): Promise<void> {
  const { shop, payload } = holder
  const begun = now()
  const agreed = await withShopBulk(shop, lastAgreement(shop))
  if (!agreed) return
  const admin = await adminOf(shop)
  // After an import everybody is worked out anyway, and in the night for what time has moved.
  const isWhole = agreed.isImport || payload.isNightly === true
  const touched: Touched = { customers: new Set(), everybody: isWhole, isWhole }
  // Parents first: an order's customer is there when the order comes.
  await follow(holder, admin, 'customers', agreed.at - OVERLAP_MS, touched)
  await follow(holder, admin, 'orders', agreed.at - OVERLAP_MS, touched)
  // What a first import has just brought whole was not there before it.
  if (!agreed.isFirst) await lookForDeleted(holder, admin, begun)
  if (payload.isNightly === true) await lookAtSample(holder, admin, begun)
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await tx.query(
      `UPDATE "Shop" SET "syncedAt" = $2::timestamptz, "lastOrderAt" = (
         SELECT max("processedAt") FROM "Order" WHERE shop = $1 AND "processedAt" <= $2::timestamptz) WHERE shop = $1`,
      [shop, new Date(begun).toISOString()],
    )
    // Answers to data requests are kept as long as the law gives for them.
    await tx.query(`UPDATE "PrivacyRequest" SET export = NULL WHERE shop = $1 AND "dueAt" < now()`, [shop])
    if (payload.isNightly === true) await forgetDeliveries(tx, shop)
    if (isWhole) await oweBeside(tx, shop)
    if (await mayLinkAccounts(tx, shop)) await oweUnread(tx, shop)
    if (touched.everybody)
      await owe(tx, shop, 'recompute', String(shop), { cause: agreed.isImport ? 'import' : 'time' })
  })
}

/** When rows and Shopify last agreed: by a catch-up, or by a history that has been read since. */
function lastAgreement(shop: ShopId) {
  return async (tx: BulkTx): Promise<{ at: Instant; isImport: boolean; isFirst: boolean } | null> => {
    const rows = await tx.query<{ at: number | null }>(
      `SELECT (extract(epoch FROM "syncedAt") * 1000)::float8 AS at FROM "Shop" WHERE shop = $1`,
      [shop],
    )
    const synced = rows[0]?.at ?? null
    const histories = (await newestRuns(tx, shop, 'history')).filter((run) => run.state === 'done')
    const imported = histories.length === 2 ? Math.min(...histories.map((run) => run.startedAt)) : null
    if (imported !== null && (synced === null || imported > synced))
      return { at: imported, isImport: true, isFirst: synced === null }
    return synced === null ? null : { at: synced, isImport: false, isFirst: false }
  }
}

async function follow(holder: Holder, admin: Admin, subject: Subject, from: Instant, touched: Touched): Promise<void> {
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
      const customers = touched.isWhole ? [] : await touchedBy(tx, shop, subject, page.touches)
      const shown = subject === 'customers' ? page.touches.map((touch) => touch.id) : []
      const before = await describedAs(tx, shop, shown)
      const bad = page.count === 0 ? [] : await page.store(tx, run.id, fetchedAt)
      await oweTouched(tx, shop, customers, touched)
      if (!touched.everybody) await oweRedescribed(tx, shop, before)
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

/** The customers of what a page brings that is newer than what is stored: who had an object before, and who has it now. */
async function touchedBy(tx: BulkTx, shop: ShopId, subject: Subject, touches: Touch[]): Promise<Id[]> {
  if (touches.length === 0) return []
  const stored = await tx.query<{ id: Id; customer: Id | null; at: Instant }>(
    `SELECT id::text, ${subject === 'orders' ? 'customer::text' : 'id::text AS customer'},
       (extract(epoch FROM "updatedAt") * 1000)::float8 AS at
     FROM "${subject === 'orders' ? 'Order' : 'Customer'}" WHERE shop = $1 AND id = ANY ($2::bigint[])`,
    [shop, touches.map((touch) => touch.id)],
  )
  const storedOf = new Map(stored.map((row) => [row.id, row]))
  const customers = new Set<Id>()
  for (const { id, updatedAt, customer } of touches) {
    const before = storedOf.get(id)
    if (before !== undefined && before.at >= updatedAt && before.customer === customer) continue
    for (const whose of [customer, before?.customer ?? null]) if (whose !== null) customers.add(whose)
  }
  return [...customers]
}

/** Owes the stages in the transaction that stores the rows they follow from: a worker that dies leaves nothing undone. */
async function oweTouched(tx: BulkTx, shop: ShopId, customers: Id[], touched: Touched): Promise<void> {
  if (customers.length === 0) return
  for (const customer of customers) touched.customers.add(customer)
  if (touched.customers.size > FEW_CUSTOMERS) {
    touched.everybody = true
    // With every page: the one owed before may have run, and who looks again later finds these rows as they should be.
    await owe(tx, shop, 'recompute', String(shop), { cause: 'time' }, { inMs: SAFETY_NET_MS })
    return
  }
  for (const customer of customers) await owe(tx, shop, 'recompute-customer', customer, {})
}

type Described = { id: Id; tags: string; rest: string }

/**
 * Somebody else's hand on the tags moves no stage, and is noticed all the same; so is what the merchant's own rules look at,
 * also where Shopify has changed it within the second that is stored. Of everybody, the whole run sees to it.
 */
async function oweRedescribed(tx: BulkTx, shop: ShopId, before: Map<Id, Described>): Promise<void> {
  const shown = [...before.keys()]
  const after = await describedAs(tx, shop, shown)
  const has = (what: 'tags' | 'rest') => (customer: Id) => before.get(customer)?.[what] !== after.get(customer)?.[what]
  const retagged = new Set(shown.filter(has('tags')))
  const redescribed = [...new Set([...retagged, ...shown.filter(has('rest'))])]
  for (const customer of await bereft(tx, shop, shown)) retagged.add(customer)
  for (const customer of [...retagged].sort()) await owe(tx, shop, 'publish-customer', customer, {})
  if (redescribed.length === 0 || !(await isDescriptionUsed(tx, shop))) return
  for (const customer of redescribed.sort()) await owe(tx, shop, 'recompute-customer', customer, {})
}

/** What is stored of those who are stored, beside what their stage follows from. */
async function describedAs(tx: BulkTx, shop: ShopId, customers: Id[]): Promise<Map<Id, Described>> {
  if (customers.length === 0) return new Map()
  const rows = await tx.query<Described>(
    `SELECT id::text, to_jsonb(tags)::text AS tags,
       jsonb_build_array("emailConsent", "smsConsent", "rfmGroup", "spendTier", country)::text AS rest
     FROM "Customer" WHERE shop = $1 AND id = ANY ($2::bigint[])`,
    [shop, customers],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

async function orderPage(shop: ShopId, admin: Admin, since: Instant, after: string | null): Promise<Page> {
  const { orders } = await admin.ask(OrdersUpdatedDocument, { query: updatedSince(since), after })
  const whole: WholeOrder[] = []
  for (const { node } of orders.edges) whole.push(await wholeOrder(admin, node))
  return {
    count: whole.length,
    touches: whole.flatMap(({ root }) => touchOf(root, root.customer?.id ?? null)),
    lastUpdatedAt: newest(orders.edges),
    next: orders.pageInfo.hasNextPage ? orders.pageInfo.endCursor : null,
    store: (tx, run, fetchedAt) => storeOrders(tx, shop, run, whole, fetchedAt),
  }
}

async function customerPage(shop: ShopId, admin: Admin, since: Instant, after: string | null): Promise<Page> {
  const counted = await isCounted(shop)
  const { customers } = await admin.ask(CustomersUpdatedDocument, { query: updatedSince(since), after, counted })
  const nodes = customers.edges.map((edge) => edge.node)
  return {
    count: nodes.length,
    touches: nodes.flatMap((node) => touchOf(node, node.id)),
    lastUpdatedAt: newest(customers.edges),
    next: customers.pageInfo.hasNextPage ? customers.pageInfo.endCursor : null,
    store: (tx, run, fetchedAt) => storeCustomers(tx, shop, run, nodes, fetchedAt),
  }
}

/** What cannot be read is not stored either, and touches nobody. */
function touchOf(node: { id: string; updatedAt: string }, customer: string | null): Touch[] {
  try {
    const isOrder = node.id.startsWith(ORDER)
    return [
      {
        id: idOf(node.id, isOrder ? ORDER : CUSTOMER, 'id'),
        updatedAt: Date.parse(node.updatedAt),
        customer: customer === null ? null : idOf(customer, CUSTOMER, 'customer'),
      },
    ]
  } catch (error) {
    if (error instanceof BadLine) return []
    throw error
  }
}

function updatedSince(since: Instant): string {
  return `updated_at:>='${new Date(since).toISOString()}'`
}

function newest(edges: { node: { updatedAt: string } }[]): Instant | null {
  const last = edges.at(-1)
  return last ? Date.parse(last.node.updatedAt) : null
}

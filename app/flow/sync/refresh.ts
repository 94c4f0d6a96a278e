/**
 * The live road: what a doorbell is about is asked of Shopify by itself, through the same fragments as the history, and
 * stored under the same rule of truth. Where that changed what somebody's stage follows from, it is owed to be worked out.
 */
import type { Id, Instant } from '#app/domain/order.ts'
import type { WorkPayload } from '#app/domain/work.ts'
import { OutsideFailure } from '#app/errors.ts'
import { CustomerByIdDocument, CustomerOrdersDocument, OrderByIdDocument } from '#app/outside/admin.generated.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { type Admin, adminOf } from '#app/outside/shopify.server.ts'
import { mayLinkAccounts } from '../settings.ts'
import type { Holder } from './backfill.ts'
import { againAfter, lookAt } from './doorbell.ts'
import { buryDeleted } from './erased.ts'
import { shareMergeLock } from './merge.ts'
import { eraseAccount } from './privacy-accounts.ts'
import { fetchStart, storeSingles, type WholeOrder, wholeOrder } from './refetch.ts'

type Refresh<K extends 'refresh-order' | 'refresh-customer'> = Holder & { entity: Id; payload: WorkPayload<K> }

/** Asks for one order, which brings its customer. */
export async function refreshOrder(holder: Refresh<'refresh-order'>): Promise<void | { againInMs: number }> {
  const { shop, entity: id, payload } = holder
  const look = await withShopBulk(shop, (tx) => lookAt(tx, shop, 'order', id, payload))
  if (look.is === 'known') return
  if (look.is === 'later') return { againInMs: look.inMs }
  const { fetchedAt } = look
  const admin = await adminOf(shop)
  const { order } = await admin.ask(OrderByIdDocument, {
    id: `gid://shopify/Order/${id}`,
    counted: look.isCounted,
  })
  const whole = order ? await wholeOrder(admin, order) : null
  const customers = order?.customer ? [order.customer] : []
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await noticing(tx, shop, { orders: [id], customers: customers.map((one) => digitsOf(one.id)) }, async () => {
      if (whole) await storeSingles(tx, shop, { customers, orders: [whole] }, fetchedAt)
      else await forgetOrder(tx, shop, id, fetchedAt)
    })
  })
  return order ? againAfter(Date.parse(order.updatedAt), fetchedAt) : undefined
}

/** Asks for one customer; after a merge, for their orders too. */
export async function refreshCustomer(holder: Refresh<'refresh-customer'>): Promise<void | { againInMs: number }> {
  const { shop, entity: id, payload } = holder
  const look = await withShopBulk(shop, (tx) => lookAt(tx, shop, 'customer', id, payload))
  if (look.is === 'known') return
  if (look.is === 'later') return { againInMs: look.inMs }
  const { fetchedAt } = look
  const admin = await adminOf(shop)
  const { customer } = await admin.ask(CustomerByIdDocument, {
    id: `gid://shopify/Customer/${id}`,
    counted: look.isCounted,
  })
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await noticing(tx, shop, { orders: [], customers: [id] }, async () => {
      if (customer) await storeSingles(tx, shop, { customers: [customer], orders: [] }, fetchedAt)
      else await forgetCustomer(tx, shop, id, fetchedAt)
    })
    if (customer && (await mayLinkAccounts(tx, shop))) await owe(tx, shop, 'read-account', id, {})
  })
  if (customer && payload.withOrders) await refreshOrdersOf(holder, admin, id)
  else if (customer) return againAfter(Date.parse(customer.updatedAt), fetchedAt)
}

async function refreshOrdersOf(holder: Refresh<'refresh-customer'>, admin: Admin, customer: Id): Promise<void> {
  const { shop } = holder
  let after: string | null = null
  do {
    if (holder.signal.aborted) throw new OutsideFailure('lease-lost', 'the worker stops')
    const fetchedAt = await fetchStart(shop)
    const answer: Awaited<ReturnType<typeof ordersOf>> = await ordersOf(admin, customer, after)
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await noticing(tx, shop, { orders: answer.ids, customers: [] }, () =>
        storeSingles(tx, shop, { customers: [], orders: answer.orders }, fetchedAt),
      )
    })
    after = answer.next
  } while (after !== null)
}

async function ordersOf(
  admin: Admin,
  customer: Id,
  after: string | null,
): Promise<{ ids: Id[]; orders: WholeOrder[]; next: string | null }> {
  const answer = await admin.ask(CustomerOrdersDocument, { id: `gid://shopify/Customer/${customer}`, after })
  const page = answer.customer?.orders
  if (!page) return { ids: [], orders: [], next: null }
  const orders: WholeOrder[] = []
  for (const { node } of page.edges) orders.push(await wholeOrder(admin, node))
  return {
    ids: orders.map(({ root }) => digitsOf(root.id)),
    orders,
    next: page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null,
  }
}

/**
 * Shopify knows the order no more. Where it shows us 60 days only, an older one is out of sight, which is not gone.
 */
async function forgetOrder(tx: BulkTx, shop: ShopId, id: Id, fetchedAt: Instant): Promise<void> {
  await shareMergeLock(tx, shop)
  const [hidden] = await tx.query(
    `SELECT FROM "Order" o JOIN "Shop" s ON s.shop = $1 WHERE o.shop = $1 AND o.id = $2
       AND NOT 'read_all_orders' = ANY (string_to_array(s.scopes, ','))
       AND least(o."createdAt", o."processedAt") < now() - interval '59 days'`,
    [shop, id],
  )
  if (hidden) return
  await buryDeleted(tx, shop, 'order', [id], fetchedAt)
  const values = [shop, id, new Date(fetchedAt).toISOString()]
  await tx.query(
    `DELETE FROM "Line" l USING "Order" o WHERE o.shop = $1 AND o.id = $2 AND o."fetchedAt" <= $3::timestamptz
       AND l.shop = $1 AND l."order" = o.id`,
    values,
  )
  await tx.query(`DELETE FROM "Order" WHERE shop = $1 AND id = $2 AND "fetchedAt" <= $3::timestamptz`, values)
}

/** Shopify knows the customer no more: deleted, or merged into another. Whose their orders are now, each order tells. */
async function forgetCustomer(tx: BulkTx, shop: ShopId, id: Id, fetchedAt: Instant): Promise<void> {
  await shareMergeLock(tx, shop)
  await buryDeleted(tx, shop, 'customer', [id], fetchedAt)
  await tx.query(`DELETE FROM "Customer" WHERE shop = $1 AND id = $2 AND "fetchedAt" <= $3::timestamptz`, [
    shop,
    id,
    new Date(fetchedAt).toISOString(),
  ])
  await tx.query(`DELETE FROM "AbandonedCheckout" WHERE shop = $1 AND customer = $2`, [shop, id])
  await eraseAccount(tx, shop, id)
  const orders = await tx.query<{ id: Id }>(
    `SELECT id::text AS id FROM "Order" WHERE shop = $1 AND customer = $2 ORDER BY id`,
    [shop, id],
  )
  for (const order of orders) await owe(tx, shop, 'refresh-order', order.id, {})
}

type About = { orders: Id[]; customers: Id[] }
type SeenOrder = { id: Id; customer: Id | null; content: string }
type SeenCustomer = { id: Id; facts: string; tags: string; described: string }

/** Stores, and owes what follows from what that changed: for an order that changed hands, for both. */
async function noticing(tx: BulkTx, shop: ShopId, about: About, store: () => Promise<void>): Promise<void> {
  const before = await seen(tx, shop, about)
  await store()
  const after = await seen(tx, shop, about)
  const moved = new Set<Id>()
  const retagged = new Set<Id>()
  const described = new Set<Id>()
  const handedOver = new Map<Id, Id>()
  for (const id of about.orders) {
    const [was, is] = [before.orders.get(id), after.orders.get(id)]
    if (was?.content === is?.content) continue
    for (const customer of [was?.customer, is?.customer]) if (customer) moved.add(customer)
    if (was?.customer && is?.customer && was.customer !== is.customer) handedOver.set(was.customer, is.customer)
  }
  for (const id of about.customers) {
    const [was, is] = [before.customers.get(id), after.customers.get(id)]
    if (was?.facts !== is?.facts) moved.add(id)
    else if (was?.tags !== is?.tags) retagged.add(id)
    if (was?.tags !== is?.tags || was?.described !== is?.described) described.add(id)
  }
  if (described.size > 0 && (await isDescriptionUsed(tx, shop))) for (const id of described) moved.add(id)
  for (const id of await bereft(tx, shop, about.customers)) retagged.add(id)
  for (const gone of await unknown(tx, shop, [...handedOver.keys()])) {
    // Nobody told us of the merge. They are worked out, and with it forgotten, once that is carried over.
    moved.delete(gone)
    await owe(tx, shop, 'carry-over', gone, { into: handedOver.get(gone)! })
  }
  if (about.orders.length > 0) await noteNewest(tx, shop, about.orders)
  for (const id of [...retagged].sort()) await owe(tx, shop, 'publish-customer', id, {})
  for (const id of [...moved].sort()) await owe(tx, shop, 'recompute-customer', id, {})
}

/** Rules of the merchant's own and rewards look at tags, consent and Shopify's words, which move nobody's stage. */
export async function isDescriptionUsed(tx: BulkTx, shop: ShopId): Promise<boolean> {
  const rows = await tx.query(
    `(SELECT FROM "OwnSegment" WHERE shop = $1 LIMIT 1)
     UNION ALL (SELECT FROM "Reward" WHERE shop = $1 AND state = 'live' LIMIT 1)`,
    [shop],
  )
  return rows.length > 0
}

/** Who lacks a tag that the ledger says we gave: what was stored before may be older than that. */
export async function bereft(tx: BulkTx, shop: ShopId, customers: Id[]): Promise<Id[]> {
  const rows = await tx.query<{ customer: Id }>(
    `SELECT l.customer::text FROM "Ledger" l JOIN "Customer" c ON c.shop = l.shop AND c.id = l.customer
     WHERE l.shop = $1 AND l.customer = ANY ($2::bigint[]) AND NOT l.tags <@ c.tags`,
    [shop, customers],
  )
  return rows.map(({ customer }) => customer)
}

/** Of these customers, those whom Shopify knows no more. */
async function unknown(tx: BulkTx, shop: ShopId, customers: Id[]): Promise<Id[]> {
  if (customers.length === 0) return []
  const rows = await tx.query<{ id: Id }>(
    `SELECT id::text FROM unnest($2::bigint[]) id
     WHERE NOT EXISTS (SELECT FROM "Customer" c WHERE c.shop = $1 AND c.id = id.id) ORDER BY 1`,
    [shop, customers],
  )
  return rows.map(({ id }) => id)
}

async function seen(
  tx: BulkTx,
  shop: ShopId,
  about: About,
): Promise<{ orders: Map<Id, SeenOrder>; customers: Map<Id, SeenCustomer> }> {
  const orders = await tx.query<SeenOrder>(
    `SELECT o.id::text AS id, o.customer::text AS customer,
       md5(concat(to_jsonb(o) - '{updatedAt,road,fetchedAt}'::text[], (
         SELECT jsonb_agg(to_jsonb(l) ORDER BY l.id) FROM "Line" l WHERE l.shop = $1 AND l."order" = o.id))) AS content
     FROM "Order" o WHERE o.shop = $1 AND o.id = ANY ($2::bigint[])`,
    [shop, about.orders],
  )
  const customers = await tx.query<SeenCustomer>(
    `SELECT id::text AS id, to_jsonb(c) ->> 'tags' AS tags,
       jsonb_build_array("emailConsent", "smsConsent", "rfmGroup", "spendTier", country)::text AS described,
       md5((to_jsonb(c) - '{updatedAt,road,fetchedAt,tags,emailConsent,smsConsent,emailConsentAt,smsConsentAt,rfmGroup,spendTier,country}'::text[])::text)
         AS facts
     FROM "Customer" c WHERE shop = $1 AND id = ANY ($2::bigint[])`,
    [shop, about.customers],
  )
  return {
    orders: new Map(orders.map((row) => [row.id, row])),
    customers: new Map(customers.map((row) => [row.id, row])),
  }
}

async function noteNewest(tx: BulkTx, shop: ShopId, orders: Id[]): Promise<void> {
  await tx.query(
    `UPDATE "Shop" s SET "lastOrderAt" = o.at FROM (
       SELECT max("processedAt") AS at FROM "Order"
       WHERE shop = $1 AND id = ANY ($2::bigint[]) AND "processedAt" <= now()) o
     WHERE s.shop = $1 AND (s."lastOrderAt" IS NULL OR s."lastOrderAt" < o.at)`,
    [shop, orders],
  )
}

function digitsOf(gid: string): Id {
  return gid.replace(/^.*\//, '')
}

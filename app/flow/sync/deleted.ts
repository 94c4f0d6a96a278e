/**
 * What Shopify has deleted without our having heard: there are fewer than we hold. The ids are halved until the few are
 * found that Shopify does not know any more. Beside that, a nightly sample of what is held is compared with Shopify.
 */
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { CustomersCountedDocument, HeldStillDocument, OrdersCountedDocument } from '#app/outside/admin.generated.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { log } from '#app/outside/log.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import type { Holder } from './backfill.ts'
import { seesEveryOrder } from './limited.ts'
import type { Subject } from './read-order.ts'

/** Ids that Shopify answers for in one call. */
const AT_ONCE = 200
/** Parts whose counts are compared to begin with. */
const SLICES = 16
/** Each half of a sample: as many orders as customers. */
const SAMPLED = 100
/** A shop that has lost thousands at once is compared further the next time. */
const MOST_QUESTIONS = 60
/** Where Shopify shows 60 days, only what is well within them can be missed. */
const SEEN_DAYS = 55

const TABLE = { orders: 'Order', customers: 'Customer' } as const
const REFRESH = { orders: 'refresh-order', customers: 'refresh-customer' } as const

type Range = { from: Id; to: Id; ours: number; theirs: number }

/** Owes a fetch for each order and customer that we hold and Shopify does not: what is then not found is removed. */
export async function lookForDeleted(holder: Holder, admin: Admin, at: Instant): Promise<void> {
  for (const subject of ['customers', 'orders'] as const) {
    const since = await shownSince(holder.shop, subject, at)
    let questions = MOST_QUESTIONS
    const open: Range[] = []
    for (const slice of await slices(holder.shop, subject, since))
      open.push({ ...slice, theirs: await countOf(admin, subject, slice, since) })
    let deleted = 0
    for (let range = open.pop(); range !== undefined; range = open.pop()) {
      if (range.theirs >= range.ours || holder.signal.aborted) continue
      if (range.ours <= AT_ONCE) {
        deleted += await oweUnknown(holder, admin, subject, await idsIn(holder.shop, subject, range, since))
        continue
      }
      if (questions <= 0) break
      const lower = (await heldRange(holder.shop, subject, since, range))!
      questions -= 1
      const theirs = await countOf(admin, subject, lower, since)
      const upper = { ...range, from: String(BigInt(lower.to) + 1n) }
      open.push({ ...lower, theirs }, { ...upper, ours: range.ours - lower.ours, theirs: range.theirs - theirs })
    }
    if (deleted > 0) log.warn({ shop: holder.shop, count: deleted }, `${subject} were deleted and nobody told us`)
  }
}

/** Compares some of what is held with Shopify, by chance, and owes a fetch for each that is gone or older than there. */
export async function lookAtSample(holder: Holder, admin: Admin, at: Instant): Promise<void> {
  for (const subject of ['customers', 'orders'] as const) {
    const since = await shownSince(holder.shop, subject, at)
    const ids = await withShopBulk(holder.shop, (tx) => sample(tx, holder.shop, subject, since))
    const stale = await oweUnknown(holder, admin, subject, ids)
    if (stale > 0)
      log.warn({ shop: holder.shop, count: stale }, `of ${ids.length} ${subject} some are not as in Shopify`)
  }
}

/** From when on Shopify shows them to us; 0: all. */
async function shownSince(shop: ShopId, subject: Subject, at: Instant): Promise<Instant> {
  if (subject === 'customers') return 0
  return (await withShopBulk(shop, (tx) => seesEveryOrder(tx, shop))) ? 0 : at - SEEN_DAYS * DAY_MS
}

/**
 * The ids held, in a few parts: what Shopify has and we do not (somebody whom we erased) hides what is gone there only
 * within its own.
 */
async function slices(shop: ShopId, subject: Subject, since: Instant): Promise<Omit<Range, 'theirs'>[]> {
  const whole = await heldRange(shop, subject, since, null)
  const parts = whole === null ? [] : [whole]
  for (let from = 0; from < parts.length && parts.length < SLICES; from += 1) {
    const range = parts[from]!
    if (range.ours <= AT_ONCE) continue
    const lower = (await heldRange(shop, subject, since, { ...range, theirs: 0 }))!
    parts.push(lower, { from: String(BigInt(lower.to) + 1n), to: range.to, ours: range.ours - lower.ours })
    parts.splice(from, 1)
    from -= 1
  }
  return parts
}

/** The ids held, or the lower half of those of a range. */
async function heldRange(
  shop: ShopId,
  subject: Subject,
  since: Instant,
  within: Range | null,
): Promise<Omit<Range, 'theirs'> | null> {
  const rows = await withShopBulk(shop, (tx) =>
    tx.query<{ from: Id | null; to: Id; ours: number }>(
      `SELECT min(id)::text AS "from", max(id)::text AS "to", count(*)::int AS ours FROM (
         SELECT id FROM "${TABLE[subject]}" WHERE shop = $1 AND "createdAt" >= $2 AND id BETWEEN $3::bigint AND $4::bigint
         ORDER BY id LIMIT $5) held`,
      [
        shop,
        new Date(since),
        within?.from ?? '0',
        within?.to ?? '9223372036854775807',
        within === null ? null : Math.ceil(within.ours / 2),
      ],
    ),
  )
  const { from, to, ours } = rows[0]!
  return from === null ? null : { from: within?.from ?? from, to, ours }
}

async function countOf(
  admin: Admin,
  subject: Subject,
  { from, to }: { from: Id; to: Id },
  since: Instant,
): Promise<number> {
  const dated = since === 0 ? '' : ` created_at:>='${new Date(since).toISOString()}'`
  const query = `id:>=${from} id:<=${to}${dated}`
  const counted =
    subject === 'orders'
      ? (await admin.ask(OrdersCountedDocument, { query })).ordersCount
      : (await admin.ask(CustomersCountedDocument, { query })).customersCount
  // A count that is no count says nothing.
  return counted?.precision === 'EXACT' ? counted.count : Number.MAX_SAFE_INTEGER
}

async function idsIn(shop: ShopId, subject: Subject, range: Range, since: Instant): Promise<Held[]> {
  return withShopBulk(shop, (tx) =>
    tx.query<Held>(
      `SELECT id::text, ${UPDATED} FROM "${TABLE[subject]}"
       WHERE shop = $1 AND "createdAt" >= $2 AND id BETWEEN $3::bigint AND $4::bigint`,
      [shop, new Date(since), range.from, range.to],
    ),
  )
}

type Held = { id: Id; updatedAt: Instant }
const UPDATED = `(extract(epoch FROM "updatedAt") * 1000)::float8 AS "updatedAt"`

/** Chosen by chance over the ids: one from each, at or after a random place. */
async function sample(tx: BulkTx, shop: ShopId, subject: Subject, since: Instant): Promise<Held[]> {
  return tx.query<Held>(
    `WITH span AS (SELECT min(id) AS low, max(id) AS high FROM "${TABLE[subject]}" WHERE shop = $1),
     place AS (SELECT low + floor(random() * (high - low + 1))::bigint AS at FROM span, generate_series(1, ${SAMPLED}))
     SELECT DISTINCT ON (held.id) held.id::text, ${UPDATED.replace('"updatedAt")', 'held."updatedAt")')} FROM place, LATERAL (
       SELECT id, "updatedAt" FROM "${TABLE[subject]}" WHERE shop = $1 AND id >= place.at AND "createdAt" >= $2
       ORDER BY id LIMIT 1) held`,
    [shop, new Date(since)],
  )
}

/** Asks Shopify for them by id, and owes a fetch for those that it does not know or has newer. */
async function oweUnknown(holder: Holder, admin: Admin, subject: Subject, held: Held[]): Promise<number> {
  const { shop } = holder
  let owed = 0
  for (let from = 0; from < held.length; from += AT_ONCE) {
    const part = held.slice(from, from + AT_ONCE)
    const ids = part.map(({ id }) => `gid://shopify/${TABLE[subject]}/${id}`)
    const { nodes } = await admin.ask(HeldStillDocument, { ids })
    const odd = part.filter(({ updatedAt }, i) => {
      const node = nodes[i]
      return node == null || ('updatedAt' in node && Date.parse(node.updatedAt) > updatedAt)
    })
    owed += odd.length
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      for (const { id } of odd) await owe(tx, shop, REFRESH[subject], id, {})
    })
  }
  return owed
}

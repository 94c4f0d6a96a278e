/**
 * Whether the live road works: Shopify is asked what it has seen change last, and that is compared with what is here and
 * with what has rung. A gap is filled at once; a topic that does not ring gets a subscription of its own.
 */
import type { Instant } from '#app/domain/order.ts'
import { type ExpectedRing, isUnusuallySilent, ringsOfCustomer, ringsOfOrder } from '#app/domain/rings.ts'
import { OutsideFailure } from '#app/errors.ts'
import { HealthLookDocument, type HealthLookQuery } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { lastRings, ringsOf } from '#app/outside/inbox.server.ts'
import { log } from '#app/outside/log.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import { WEBHOOK_FIELDS } from '#app/outside/webhook-fields.ts'
import type { Holder } from './backfill.ts'
import { oweCheckouts } from './beside.ts'
import { OVERLAP_MS } from './catch-up.ts'
import { idOf } from './read-order.ts'
import { followScopes } from './scopes-granted.ts'
import { registerTopics, removeRegistered, type Registered } from './subscriptions.ts'

/** A change is given this long to ring and to be worked in: what the pages promise. */
const GRACE_MS = 120_000
/** Shopify's clock and the database's may differ by so much. */
const SLACK_MS = 60_000
/** After trouble the next look comes sooner than by its turn. */
const LOOK_AGAIN_MS = 180_000
/**
 * Not every change of a customer rings (another app's tags, say): fewer than this many unheard ones are fetched without
 * anything being wrong.
 */
const CUSTOMERS_UNHEARD = 3
/** Deliveries that tell a shop's rhythm. */
const RHYTHM_RINGS = 2_000

type Health = {
  checkedAt: Instant | null
  silentSince: Instant | null
  quietSince: Instant | null
  missing: string[]
  registered: Registered
}

/** Something that Shopify has seen change: what it should have brought, and whether it is here. */
type Change = { of: 'order' | 'customer'; at: Instant; rings: ExpectedRing[]; isHere: boolean }

/** What a look has found. */
type Finding = {
  /** Something is not here that should be. */
  hasGap: boolean
  /** The oldest change that somebody should have told us of, and nobody has. */
  unheardSince: Instant | null
  missing: { topic: string; since: Instant }[]
  /** Of those that Shopify refused us, those that the app's own subscription has not rung for since. */
  stillMissing: string[]
  /** Of ours, those whose topic the app's own subscription has rung for since. */
  notNeeded: string[]
  quietSince: Instant | null
}

/** Looks once. What Shopify's trouble keeps from being known is noted, and left to the next turn. */
export async function checkHealth(holder: Holder): Promise<void> {
  const { shop } = holder
  const at = now()
  const before = await withShopBulk(shop, (tx) => readHealth(tx, shop))
  if (before === null) return
  try {
    const admin = await adminOf(shop)
    const look = await admin.ask(HealthLookDocument, {})
    const granted = look.currentAppInstallation.accessScopes.map((scope) => scope.handle)
    const finding = await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await followScopes(tx, shop, granted)
      await oweCheckouts(tx, shop)
      return compare(tx, shop, look, before, at)
    })
    const subscriptions = await mend(admin, before, finding, at)
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await writeFinding(tx, shop, at, before, finding, subscriptions)
    })
  } catch (error) {
    // Trying again at once would only add to Shopify's trouble: the next turn is minutes away.
    if (!(error instanceof OutsideFailure) || error.code === 'lease-lost' || error.code === 'database-unavailable')
      throw error
    log.warn({ shop, error }, 'the live road could not be looked at')
    await withShopBulk(shop, async (tx) => {
      await holder.stillMine(tx)
      await noteProblem(tx, shop, at, { kind: error.code })
    })
  }
}

/** Null: the shop has not been imported yet. */
async function readHealth(tx: BulkTx, shop: ShopId): Promise<(Health & { syncedAt: Instant }) | null> {
  const [row] = await tx.query<Health & { syncedAt: Instant | null }>(
    `SELECT ${ms('s."syncedAt"')} AS "syncedAt", ${ms('h."checkedAt"')} AS "checkedAt", ${ms('h."silentSince"')} AS "silentSince",
       ${ms('h."quietSince"')} AS "quietSince", coalesce(h.missing, '{}') AS missing, coalesce(h.registered, '{}') AS registered
     FROM "Shop" s LEFT JOIN "LiveHealth" h ON h.shop = s.shop WHERE s.shop = $1`,
    [shop],
  )
  return row === undefined || row.syncedAt === null ? null : { ...row, syncedAt: row.syncedAt }
}

function ms(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::float8`
}

async function compare(
  tx: BulkTx,
  shop: ShopId,
  look: HealthLookQuery,
  before: Health & { syncedAt: Instant },
  at: Instant,
): Promise<Finding> {
  const changes = [...(await orderChanges(tx, shop, look)), ...(await customerChanges(tx, shop, look))]
  const due = at - GRACE_MS
  // What the last catch-up was shown and could not store (unreadable, erased) is not waited for.
  const unheard = changes.filter((one) => !one.isHere && one.at <= due && one.at > before.syncedAt - OVERLAP_MS)
  const isRinging = unheard.filter((one) => one.of === 'customer').length < CUSTOMERS_UNHEARD
  const troubling = unheard.filter((one) => one.of === 'order' || !isRinging)
  const topics = Object.keys(WEBHOOK_FIELDS)
  const rung = new Map((await lastRings(tx, shop, topics)).map((one) => [one.topic, one]))
  const missing = new Map<string, Instant>()
  // The first look has nothing to go by: subscriptions may be younger than the changes that it sees.
  const since = before.checkedAt === null ? Infinity : before.checkedAt - GRACE_MS
  for (const { topic, at: when } of changes.flatMap((one) => one.rings)) {
    if (topic === 'customers/update' && isRinging) continue
    if (!topics.includes(topic) || when <= since || when > due) continue
    const last = rung.get(topic)
    if (Math.max(last?.byApp ?? 0, last?.byUs ?? 0) >= when - SLACK_MS) continue
    missing.set(topic, Math.min(missing.get(topic) ?? Infinity, when))
  }
  const notNeeded = Object.entries(before.registered)
    .filter(([topic, ours]) => (rung.get(topic)?.byApp ?? 0) > ours.at)
    .map(([topic]) => topic)
  const stillMissing = before.missing.filter((topic) => (rung.get(topic)?.byApp ?? 0) <= (before.checkedAt ?? 0))
  const rhythm = await ringsOf(tx, shop, 'orders/create', RHYTHM_RINGS)
  return {
    hasGap: unheard.length > 0,
    unheardSince: troubling.length === 0 ? null : Math.min(...troubling.map((one) => one.at)),
    missing: [...missing].map(([topic, when]) => ({ topic, since: when })),
    stillMissing,
    notNeeded,
    quietSince: isUnusuallySilent(rhythm, at) ? rhythm.at(-1)! : null,
  }
}

async function orderChanges(tx: BulkTx, shop: ShopId, look: HealthLookQuery): Promise<Change[]> {
  const nodes = look.orders.edges.map((edge) => edge.node)
  const ids = nodes.map((node) => idOf(node.id, 'gid://shopify/Order/', 'id'))
  const known = await tx.query<{ id: string; at: Instant }>(
    `SELECT id::text, ${ms('"updatedAt"')} AS at FROM "Order" WHERE shop = $1 AND id = ANY ($2::bigint[])`,
    [shop, ids],
  )
  const onItsWay = await waiting(tx, shop, 'refresh-order', ids)
  return nodes.map((node, i): Change => {
    const at = Date.parse(node.updatedAt)
    const stored = known.find((one) => one.id === ids[i])
    return {
      of: 'order',
      at,
      isHere: (stored !== undefined && stored.at >= at) || onItsWay.has(ids[i]!),
      rings: ringsOfOrder({
        createdAt: Date.parse(node.createdAt),
        updatedAt: at,
        cancelledAt: node.cancelledAt ? Date.parse(node.cancelledAt) : null,
        refundedAt: node.refunds.flatMap((refund) => (refund.createdAt ? [Date.parse(refund.createdAt)] : [])),
      }),
    }
  })
}

async function customerChanges(tx: BulkTx, shop: ShopId, look: HealthLookQuery): Promise<Change[]> {
  const nodes = look.customers.edges.map((edge) => edge.node)
  const ids = nodes.map((node) => idOf(node.id, 'gid://shopify/Customer/', 'id'))
  // What we wrote ourselves need not come back to us.
  const known = await tx.query<{ id: string; at: Instant }>(
    `SELECT c.id::text, ${ms('greatest(c."updatedAt", l."echoAt", r."echoAt", k."echoAt")')} AS at FROM "Customer" c
     LEFT JOIN "Ledger" l ON l.shop = c.shop AND l.customer = c.id
     LEFT JOIN "CustomerRewards" r ON r.shop = c.shop AND r.customer = c.id
     LEFT JOIN "CustomerPicks" k ON k.shop = c.shop AND k.customer = c.id WHERE c.shop = $1 AND c.id = ANY ($2::bigint[])`,
    [shop, ids],
  )
  const onItsWay = await waiting(tx, shop, 'refresh-customer', ids)
  return nodes.map((node, i): Change => {
    const at = Date.parse(node.updatedAt)
    const stored = known.find((one) => one.id === ids[i])
    const isHere = (stored !== undefined && stored.at >= at) || onItsWay.has(ids[i]!)
    return {
      of: 'customer',
      at,
      isHere,
      // What is here has come somehow.
      rings: isHere ? [] : ringsOfCustomer({ createdAt: Date.parse(node.createdAt), updatedAt: at }),
    }
  })
}

/** Told of, and not worked in yet: late perhaps, but heard. */
async function waiting(
  tx: BulkTx,
  shop: ShopId,
  kind: 'refresh-order' | 'refresh-customer',
  ids: string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ entity: string }>(
    `SELECT entity FROM "Work" WHERE shop = $1 AND kind = $2 AND entity = ANY ($3::text[]) AND state IN ('waiting', 'running')`,
    [shop, kind, ids],
  )
  return new Set(rows.map((row) => row.entity))
}

/**
 * Makes what is missing and takes away what is not needed any more; answers what is there then. What Shopify refuses here
 * must not keep the gap from being filled: it is asked for again with the next look.
 */
async function mend(
  admin: Admin,
  before: Health,
  finding: Finding,
  at: Instant,
): Promise<{ registered: Registered; refused: string[] }> {
  const registered = { ...before.registered }
  const topics = [...new Set([...finding.stillMissing, ...finding.missing.map((one) => one.topic)])]
  try {
    for (const topic of finding.notNeeded) {
      await removeRegistered(admin, registered[topic]!.id)
      delete registered[topic]
    }
    if (topics.length === 0) return { registered, refused: [] }
    const made = await registerTopics(admin, topics, at)
    return { registered: { ...registered, ...made.registered }, refused: made.refused }
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error
    log.warn({ error }, 'a subscription could not be made or taken away')
    return { registered, refused: topics }
  }
}

async function writeFinding(
  tx: BulkTx,
  shop: ShopId,
  at: Instant,
  before: Health,
  finding: Finding,
  subscriptions: { registered: Registered; refused: string[] },
): Promise<void> {
  const sinces = [
    ...(finding.unheardSince === null ? [] : [finding.unheardSince]),
    ...finding.missing.map((one) => one.since),
  ]
  const isSilent = sinces.length > 0 || subscriptions.refused.length > 0
  const silentSince = isSilent ? Math.min(...sinces, before.silentSince ?? at) : null
  const isNewlyQuiet = finding.quietSince !== null && finding.quietSince !== before.quietSince
  await tx.query(
    `INSERT INTO "LiveHealth" AS h (shop, "checkedAt", "agreedAt", "silentSince", "quietSince", missing, registered, problem)
     VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)
     ON CONFLICT (shop) DO UPDATE SET "checkedAt" = excluded."checkedAt",
       "agreedAt" = coalesce(excluded."agreedAt", h."agreedAt"), "silentSince" = excluded."silentSince",
       "quietSince" = excluded."quietSince", missing = excluded.missing, registered = excluded.registered, problem = NULL`,
    [
      shop,
      new Date(at),
      finding.hasGap ? null : new Date(at),
      silentSince === null ? null : new Date(silentSince),
      finding.quietSince === null ? null : new Date(finding.quietSince),
      subscriptions.refused,
      JSON.stringify(subscriptions.registered),
    ],
  )
  if (finding.hasGap || sinces.length > 0 || isNewlyQuiet) await owe(tx, shop, 'catch-up', String(shop), {})
  if (!isSilent) return
  await owe(tx, shop, 'check-health', String(shop), {}, { inMs: LOOK_AGAIN_MS })
  log.warn({ shop, count: finding.missing.length }, 'changes in Shopify have not rung: the gap is filled')
}

async function noteProblem(tx: BulkTx, shop: ShopId, at: Instant, problem: { kind: string }): Promise<void> {
  await tx.query(
    `INSERT INTO "LiveHealth" (shop, "checkedAt", missing, registered, problem) VALUES ($1, $2, '{}', '{}', $3)
     ON CONFLICT (shop) DO UPDATE SET problem = excluded.problem`,
    [shop, new Date(at), JSON.stringify(problem)],
  )
}

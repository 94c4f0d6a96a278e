/**
 * Leaving and being forgotten. The one place that erases rows of every stage's tables. Each request ends once, with what
 * was erased counted by table; a worker that is killed in the middle is followed by one that goes on.
 */
import type { WorkPayload } from '#app/domain/work.ts'
import {
  type BulkTx,
  deliveredBody,
  domainOf,
  eraseDeliveredBody,
  type ShopId,
  withShop,
  withShopBulk,
} from '#app/outside/database.server.ts'
import type { Holder } from './backfill.ts'
import { personNamed } from './privacy-body.ts'
import { redactPerson } from './privacy-person.ts'

const BATCH = 5000

/** Everything that is kept for a shop, but its own row and its privacy requests, which prove what was done. */
export const ERASED_WITH_A_SHOP = [
  'Session',
  'Line',
  'Order',
  'Customer',
  'Collection',
  'Product',
  'AbandonedCheckout',
  'OrderEvidence',
  'CustomerFeatures',
  'Membership',
  'MembershipChange',
  'OwnMembership',
  'OwnMove',
  'OwnSegmentVersion',
  'OwnSegment',
  'SetupCopy',
  'Exclusion',
  'SegmentCard',
  'SegmentReview',
  'AccountKeys',
  'PersonLink',
  'NameLook',
  'Ledger',
  'PublicationRun',
  'TagChange',
  'ShopifySegment',
  'Reward',
  'RewardStanding',
  'Grant',
  'RewardDiscount',
  'CustomerRewards',
  'Review',
  'Delivery',
  'RewardExposure',
  'OffersOff',
  'VisitorToken',
  'Recommender',
  'RecommendationChoice',
  'ProductPicks',
  'CustomerPicks',
  'StorefrontEvent',
  'CustomerVisits',
  'WebPixel',
  'Survey',
  'SurveyAnswer',
  'MoveAnnouncement',
  'Announcing',
  'DiscountUse',
  'StageDay',
  'Summary',
  'Learned',
  'Estimates',
  'LifetimeFit',
  'Insight',
  'Message',
  'MessageExport',
  'MessageSending',
  'ProductCycle',
  'Settings',
  'Tombstone',
  'LiveHealth',
  'SyncRun',
  'Work',
  'Inbox',
] as const

/** The app is gone from the shop: its access and its work end now; what is stored stays until Shopify asks to erase it. */
export async function uninstallShop(holder: Holder): Promise<void> {
  await withShopBulk(holder.shop, async (tx) => {
    await holder.stillMine(tx)
    await endInstallation(tx, holder.shop)
  })
}

async function endInstallation(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(`DELETE FROM "Session" WHERE shop = $1`, [shop])
  await tx.query(`DELETE FROM "Work" WHERE shop = $1 AND kind NOT IN ('redact', 'export-data', 'uninstall-shop')`, [
    shop,
  ])
  await tx.query(`UPDATE "Shop" SET "uninstalledAt" = coalesce("uninstalledAt", now()) WHERE shop = $1`, [shop])
  await eraseStaging(tx, shop)
  for (const runs of ['SyncRun', 'PublicationRun'])
    await tx.query(
      `UPDATE "${runs}" SET state = 'failed', "finishedAt" = now(), problem = '{"kind":"shop-gone"}'
       WHERE shop = $1 AND state NOT IN ('done', 'failed')`,
      [shop],
    )
}

/** customers/redact and shop/redact. */
export async function redact(holder: Holder & { payload: WorkPayload<'redact'> }): Promise<void> {
  const { shop, payload } = holder
  const request = payload.request
  if (request === undefined) return
  const found = await withShop(shop, async (tx) => {
    const row = await tx.privacyRequest.findUnique({ where: { shop_id: { shop, id: request } } })
    return row && row.doneAt === null ? { kind: row.kind, body: await deliveredBody(tx, shop, request) } : null
  })
  if (!found) return
  const person = found.body === null ? null : personNamed(found.body)
  const isOurs = person !== null && (person.domain === null || person.domain === (await domainOf(shop)))
  if (found.kind === 'customer-redact') return redactPerson(holder, request, isOurs ? person : null)
  // A body that names another shop is somebody's replay: nothing of this one is touched.
  if (isOurs && (await isGone(shop, request))) await eraseShop(holder, request)
  await withShop(shop, async (tx) => {
    await holder.stillMine(tx)
    await eraseDeliveredBody(tx, shop, request)
    await tx.$executeRaw`
      UPDATE "PrivacyRequest" SET "doneAt" = now(), counts = coalesce(counts, '{}') WHERE shop = ${shop} AND id = ${request}`
  })
}

/**
 * Shopify asks 48 hours after an uninstall. Where we were never told of that one, an installation that has used its
 * access since is a living one and is left alone.
 */
async function isGone(shop: ShopId, request: number): Promise<boolean> {
  return withShopBulk(shop, async (tx) => {
    const rows = await tx.query<{ isGone: boolean }>(
      `SELECT s."uninstalledAt" IS NOT NULL OR NOT EXISTS (
         SELECT FROM "Session" e, "PrivacyRequest" p
         WHERE e.shop = $1 AND p.shop = $1 AND p.id = $2 AND e."updatedAt" > p."receivedAt" - interval '48 hours') AS "isGone"
       FROM "Shop" s WHERE s.shop = $1`,
      [shop, request],
    )
    return rows[0]?.isGone ?? false
  })
}

async function eraseShop(holder: Holder, request: number): Promise<void> {
  const { shop } = holder
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await endInstallation(tx, shop)
    await tx.query(`UPDATE "PrivacyRequest" SET export = NULL WHERE shop = $1`, [shop])
  })
  for (const table of ERASED_WITH_A_SHOP) {
    let erased = BATCH
    while (erased === BATCH) erased = await withShopBulk(shop, (tx) => eraseBatch(holder, tx, request, table))
  }
  await withShopBulk(shop, async (tx) => {
    await holder.stillMine(tx)
    await tx.query(`UPDATE "Shop" SET "redactedAt" = now() WHERE shop = $1`, [shop])
  })
}

/** Short transactions, so that nobody waits for a lock of ours; each counts what it has erased. */
async function eraseBatch(
  holder: Holder,
  tx: BulkTx,
  request: number,
  table: (typeof ERASED_WITH_A_SHOP)[number],
): Promise<number> {
  await holder.stillMine(tx)
  // Without this, every batch would walk past all the rows that the ones before it erased.
  await tx.query(`SELECT set_config('enable_seqscan', 'off', true)`)
  const rows = await tx.query<{ erased: number }>(
    `WITH gone AS (DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM "${table}" WHERE shop = $1 ${KEPT[table] ?? ''} LIMIT ${BATCH})) AND shop = $1 RETURNING 1)
     SELECT count(*)::int AS erased FROM gone`,
    [holder.shop],
  )
  const erased = rows[0]!.erased
  if (erased > 0)
    await tx.query(
      `UPDATE "PrivacyRequest" SET counts = coalesce(counts, '{}') ||
         jsonb_build_object($3::text, coalesce((counts ->> $3::text)::int, 0) + $4::int) WHERE shop = $1 AND id = $2`,
      [holder.shop, request, table, erased],
    )
  return erased
}

/** What the request itself still needs while it is under way. */
const KEPT: { [table: string]: string } = {
  Work: `AND kind <> 'redact'`,
  Inbox: `AND "dedupeKey" NOT IN (SELECT delivery FROM "PrivacyRequest" WHERE shop = $1 AND "doneAt" IS NULL AND delivery IS NOT NULL)`,
}

async function eraseStaging(tx: BulkTx, shop: ShopId): Promise<void> {
  for (const staged of ['StagedLine', 'StagedOrder', 'StagedCustomer'])
    await tx.query(`DELETE FROM "${staged}" WHERE run IN (SELECT id FROM "SyncRun" WHERE shop = $1)`, [shop])
}

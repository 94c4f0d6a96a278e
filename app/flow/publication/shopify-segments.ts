/** Each segment of ours, and each of the merchant's own, as a customer segment of Shopify: created once, found again, renamed, and taken away on request. */
import type { Problem, ShopifySegmentRow, ShopifySegments } from '#app/domain/pages.ts'
import {
  SEGMENT_KEYS,
  isSameSegment,
  ownShopifySegment,
  shopifySegment,
  type ShopifySegmentKey,
} from '#app/domain/shopify-segments.ts'
import {
  SegmentCreateDocument,
  SegmentDeleteDocument,
  SegmentUpdateDocument,
  SegmentsPageDocument,
} from '#app/outside/admin.generated.ts'
import { domainOf, withShop } from '#app/outside/database.server.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { saveSettingsIn } from '../settings.ts'
import { taggingSettings, type TaggingSettings } from './names.ts'
import type { Hold } from './publish.ts'

type Seen = { id: string; name: string; query: string }
type SeenPage = { edges: { node: Seen }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }
type Row = { segment: string; gid: string | null; name: string; query: string }
type Named = { segment: ShopifySegmentKey; name: string; query: string }
/** What we want of one segment, and what we have of it. */
type Wanted = Named & { row: Row | undefined }

/**
 * Brings Shopify's segments to ours, or takes them away where they are turned off; one of the merchant's own that is no more
 * is taken away too. A segment that is about to be created is looked for first: a worker that died between creating and
 * writing it down has left it there.
 */
export async function syncSegments(shop: ShopId, hold: Hold): Promise<void> {
  const admin = await adminOf(shop)
  const settings = await withShop(shop, (tx) => taggingSettings(tx, shop))
  if (!settings.shopifySegmentsOn) return removeAll(shop, admin, hold)
  const rows = await withShop(shop, (tx) => tx.shopifySegment.findMany({ where: { shop } }))
  const wanted = allOf(settings).map((one) => ({ ...one, row: rows.find(({ segment }) => segment === one.segment) }))
  for (const row of rows.filter((one) => !wanted.some((other) => other.row === one)))
    await remove(shop, admin, row, hold)
  for (const one of wanted.filter(({ row }) => row?.gid)) await update(shop, admin, one, hold)
  const missing = wanted.filter(({ row }) => !row?.gid)
  if (missing.length === 0) return
  const seen = await seenAlready(admin, missing, new Set(rows.map(({ gid }) => gid)))
  for (const one of missing) await create(shop, admin, one, seen.get(one.segment), hold)
}

/** Every segment with its name and query in Shopify, in the order in which the pages name them. */
function allOf(settings: TaggingSettings): Named[] {
  return [
    ...SEGMENT_KEYS.map((segment) => ({ segment, ...shopifySegment(segment, settings) })),
    ...[...settings.own].map(([id, name]) => ({ segment: `own:${id}` as const, ...ownShopifySegment(name, settings) })),
  ]
}

/** Renames a segment whose text or tag has changed; one that somebody has deleted is created again. */
async function update(shop: ShopId, admin: Admin, one: Wanted, hold: Hold): Promise<void> {
  const { name, query, row } = one
  if (!row?.gid || (row.name === name && row.query === query)) return
  const { segmentUpdate: answer } = await admin.change(
    SegmentUpdateDocument,
    { id: row.gid, name, query },
    { isRepeatable: true },
  )
  const errors = answer?.userErrors ?? []
  if (isGone(errors)) {
    row.gid = null
    return
  }
  const refused = refusalOf(errors)
  // What Shopify has refused is not there: the row keeps what is.
  await note(shop, hold, refused ? { ...one, name: row.name, query: row.query } : one, row.gid, refused)
}

async function create(shop: ShopId, admin: Admin, one: Wanted, seen: Seen | undefined, hold: Hold): Promise<void> {
  if (seen) return note(shop, hold, one, seen.id, null)
  // Nobody else may be about to create the same.
  await withShop(shop, (tx) => hold.stillMine(tx))
  const { segmentCreate: answer } = await admin.change(SegmentCreateDocument, { name: one.name, query: one.query })
  const refused = refusalOf(answer?.userErrors ?? [])
  await note(shop, hold, one, answer?.segment?.id ?? null, refused)
}

/** Segments of ours that are in Shopify without our knowing it. @param known  gids that stand for others already */
async function seenAlready(
  admin: Admin,
  missing: Wanted[],
  known: ReadonlySet<string | null>,
): Promise<Map<ShopifySegmentKey, Seen>> {
  const found = new Map<ShopifySegmentKey, Seen>()
  let after: string | null = null
  for (;;) {
    const { segments }: { segments: SeenPage } = await admin.ask(SegmentsPageDocument, { after })
    for (const { node } of segments.edges.filter((edge) => !known.has(edge.node.id)))
      for (const one of missing) if (!found.has(one.segment) && isSameSegment(node, one)) found.set(one.segment, node)
    after = segments.pageInfo.endCursor
    if (found.size === missing.length || !segments.pageInfo.hasNextPage || after === null) return found
  }
}

/** Takes every segment of ours out of Shopify. */
export async function removeAll(shop: ShopId, admin: Admin, hold: Hold): Promise<void> {
  const rows = await withShop(shop, (tx) => tx.shopifySegment.findMany({ where: { shop } }))
  for (const row of rows) await remove(shop, admin, row, hold)
}

/** Takes one out of Shopify; what Shopify refuses to take out stays written down with its words. */
async function remove(shop: ShopId, admin: Admin, { segment, gid, name, query }: Row, hold: Hold): Promise<void> {
  let refused: Problem | null = null
  if (gid !== null) {
    const { segmentDelete: answer } = await admin.change(SegmentDeleteDocument, { id: gid }, { isRepeatable: true })
    const errors = answer?.userErrors ?? []
    refused = isGone(errors) ? null : refusalOf(errors)
  }
  if (refused) return note(shop, hold, { segment, name, query }, gid, refused)
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.shopifySegment.deleteMany({ where: { shop, segment } })
  })
}

type UserErrors = { field?: string[] | null; message: string }[]

/** Its texts are not told apart by a code; only about the id can it say that there is no such segment. */
function isGone(errors: UserErrors): boolean {
  return errors.some((error) => error.field?.[0] === 'id')
}

function refusalOf(errors: UserErrors): Problem | null {
  const words = errors.map((error) => error.message).join(' ')
  return words === '' ? null : { kind: 'shopify-refused', detail: words.slice(0, 500) }
}

async function note(
  shop: ShopId,
  hold: Hold,
  { segment, name, query }: Omit<Row, 'gid'>,
  gid: string | null,
  problem: Problem | null,
): Promise<void> {
  const json = problem && JSON.stringify(problem)
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    await tx.$executeRaw`
      INSERT INTO "ShopifySegment" (shop, segment, gid, name, query, problem, "checkedAt")
      VALUES (${shop}, ${segment}, ${gid}, ${name}, ${query}, ${json}::jsonb, now())
      ON CONFLICT (shop, segment) DO UPDATE SET gid = excluded.gid, name = excluded.name, query = excluded.query,
        problem = excluded.problem, "checkedAt" = excluded."checkedAt"`
  })
}

/** Turns Shopify's segments on: each is created, or found again. What Shopify has refused before is tried again. */
export async function createShopifySegments(shop: ShopId): Promise<void> {
  await switchTo(shop, true)
}

/** Turns them off and takes them out of Shopify. */
export async function removeShopifySegments(shop: ShopId): Promise<void> {
  await switchTo(shop, false)
}

async function switchTo(shop: ShopId, shopifySegmentsOn: boolean): Promise<void> {
  await withShop(shop, async (tx) => {
    await saveSettingsIn(tx, shop, { shopifySegmentsOn })
    await owe(tx, shop, 'sync-segments', String(shop), {})
  })
}

/** What a page shows of them. */
export async function shopifySegments(shop: ShopId): Promise<ShopifySegments> {
  const domain = await domainOf(shop)
  return withShop(shop, async (tx) => {
    const settings = await taggingSettings(tx, shop)
    const rows = await tx.shopifySegment.findMany({ where: { shop }, orderBy: { segment: 'asc' } })
    const work = await tx.work.count({
      where: { shop, kind: 'sync-segments', state: { in: ['waiting', 'running', 'parked'] } },
    })
    const wanted = allOf(settings)
    const stored = rows.map((row) => ({ ...row, segment: row.segment as ShopifySegmentKey }))
    // A segment that is deleted and still in Shopify is shown until it is not.
    const left = stored.filter(({ segment }) => !wanted.some((one) => one.segment === segment))
    return {
      isOn: settings.shopifySegmentsOn,
      isUnderWay: work > 0,
      rows: [...wanted, ...left].map((one): ShopifySegmentRow => {
        const row = stored.find(({ segment }) => segment === one.segment)
        const problem = (row?.problem ?? null) as Problem | null
        const { segment, name, query } = row ?? one
        return {
          segment,
          name,
          query,
          state: problem ? 'refused' : row?.gid ? 'there' : 'waiting',
          url: row?.gid ? `https://${domain}/admin/customers/segments/${row.gid.split('/').at(-1)}` : null,
          problem,
        }
      }),
    }
  })
}

/** How many of them are still in Shopify. */
export function countShopifySegments(tx: Tx, shop: ShopId): Promise<number> {
  return tx.shopifySegment.count({ where: { shop } })
}

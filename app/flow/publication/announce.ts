/**
 * Tells Shopify Flow of moves between segments. Every move that is to be told is told at least once: it counts as told
 * only when Shopify has taken it and that is written down. A worker that dies in between leaves one move, the one in
 * flight, that Flow hears of twice; one at a time, so never more than one.
 *
 * Moves are not read by a cursor alone: a transaction that began earlier may commit later, with lower numbers. What was
 * told is kept beside the moves until everything before it is settled too.
 */
import { isPicker, type CherryTier } from '#app/domain/cherry-picker.ts'
import type { Id } from '#app/domain/order.ts'
import type { Problem } from '#app/domain/pages.ts'
import { AccessLost, OutsideFailure } from '#app/errors.ts'
import { SegmentChangedDocument } from '#app/outside/admin.generated.ts'
import { bucketOf } from '#app/outside/bucket.server.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import { readSettings } from '../settings.ts'
import type { Hold } from './publish.ts'

const HANDLE = 'segment-changed'
/** People looked at together; their moves are told in the order in which they happened. */
const PEOPLE_AT_ONCE = 20
/** Points of the shop's bucket that are left to others: few for what has just happened, many for what a night has moved. */
const LEFT_BY_ORDERS = 100
const LEFT_BY_TIME = 500
/** So many refusals with nothing taken between them mean that Flow takes none: the rest waits for a later try. */
const REFUSALS_IN_A_ROW = 5
const TRY_LATER_MS = 60 * 60_000
/** Flow's single-line text. */
const TEXT_MAX_CHARACTERS = 255

/**
 * A move as it was written down: `because` is what decided it. own: into one of the merchant's own segments or out of it,
 * `from` and `to` their ids or none.
 */
export type Move = {
  id: string
  customer: Id
  what: 'stage' | 'cherry-picker' | 'own'
  from: string
  to: string
  cause: string
  because: unknown
}

/** What texts about the merchant's own segments need beside a move. */
type OwnNames = { currency: string; names: ReadonlyMap<number, string> }

/** Why somebody moved, as a sentence in the shop's language; the words are the screens'. */
export type MoveText = (move: Move, language: 'en' | 'ko', own: OwnNames) => string

/** Before the name of a segment of the merchant's own, which may be called like one of ours. */
const OWN = 'own:'
const NONE = 'none'

/** All moves, numbered by one sequence; of the merchant's own segments those only that Flow may hear of at all. */
const MOVES = `(SELECT "shop", "id", "customer", "at", "what", "from", "to", "cause", "because", "isForFlow", NULL AS "segment"
    FROM "MembershipChange"
  UNION ALL SELECT "shop", "id", "customer", "at", 'own', CASE WHEN "isEntering" THEN '${NONE}' ELSE "segment"::text END,
    CASE WHEN "isEntering" THEN "segment"::text ELSE '${NONE}' END, "cause", "because", "isForFlow", "segment"
    FROM "OwnMove" WHERE "isForFlow")`

/** The newest one written down before this long ago. */
const newestBefore = (age: string) => `greatest(
  (SELECT max("id") FROM "MembershipChange" WHERE "shop" = $1 AND "at" < now() - interval '${age}'),
  (SELECT max("id") FROM "OwnMove" WHERE "shop" = $1 AND "isForFlow" AND "at" < now() - interval '${age}'), 0)`

/** Moves that Flow may still be told of: later than the mark, and not settled one by one. */
const OPEN = `${MOVES} c WHERE c."shop" = $1 AND c."id" > coalesce((SELECT "upTo" FROM "Announcing" WHERE "shop" = $1), 0)
  AND NOT EXISTS (SELECT FROM "MoveAnnouncement" a WHERE a."shop" = $1 AND a."change" = c."id")`

/** Tells a few, and looks again while there are more. */
export async function announceMoves(shop: ShopId, textOf: MoveText, hold: Hold): Promise<void | { againInMs: number }> {
  const { moves, language, own, isRefusing } = await withShopBulk(shop, async (tx) => {
    const settings = await readSettings(tx, shop)
    const refused = await begin(tx, shop)
    await leaveOut(tx, shop, settings)
    const next = await nextMoves(tx, shop)
    await settle(tx, shop)
    await hold.stillMine(tx)
    return {
      moves: next,
      language: settings.language ?? ('en' as const),
      own: await ownNames(tx, shop),
      isRefusing: refused,
    }
  })
  if (moves.length === 0) return
  const admin = await adminOf(shop)
  // Where the last one was refused, one try tells whether that has passed.
  let refusals = isRefusing ? REFUSALS_IN_A_ROW - 1 : 0
  for (const move of moves) {
    if (hold.signal.aborted) return { againInMs: 0 }
    const waitMs = bucketOf(shop).waitMsFor(move.cause === 'time' ? LEFT_BY_TIME : LEFT_BY_ORDERS)
    if (waitMs > 0) return { againInMs: waitMs }
    const refusal = await tell(admin, move, textOf(move, language, own), own)
    refusals = refusal === null ? 0 : refusals + 1
    await withShopBulk(shop, async (tx) => {
      await hold.stillMine(tx)
      await note(tx, shop, move.id, refusal)
    })
    if (refusals >= REFUSALS_IN_A_ROW) return { againInMs: TRY_LATER_MS }
  }
  return { againInMs: 0 }
}

/**
 * A shop that was worked out before Flow was ever told: what moved then is not news. Answers whether Flow refused the last
 * one.
 */
async function begin(tx: BulkTx, shop: ShopId): Promise<boolean> {
  await tx.query(
    `INSERT INTO "Announcing" ("shop", "upTo", "at")
      SELECT $1::int, ${newestBefore('1 day')}, now() ON CONFLICT DO NOTHING`,
    [shop],
  )
  const [row] = await tx.query<{ isRefused: boolean }>(
    'SELECT "problem" IS NOT NULL AS "isRefused" FROM "Announcing" WHERE "shop" = $1',
    [shop],
  )
  return row?.isRefused === true
}

/** A change of tier that neither enters nor leaves the segment. */
const STAYS = `(c."from" IN ('likely', 'confirmed')) = (c."to" IN ('likely', 'confirmed'))`

/**
 * Settles what Flow is not told of: everything while the merchant has it off; moves that were not for Flow when they
 * happened; a cherry-picker who is only possible, which is no segment; an own segment that is deleted; and what Flow has
 * refused to hear of for three days.
 */
async function leaveOut(tx: BulkTx, shop: ShopId, { announceMoves }: { announceMoves: boolean }): Promise<void> {
  await tx.query(
    `INSERT INTO "MoveAnnouncement" ("shop", "change", "outcome", "at") SELECT $1::int, c."id", 'left-out', now() FROM ${OPEN}
      AND (NOT $2::boolean OR NOT c."isForFlow"
        OR (c."what" = 'cherry-picker' AND ${STAYS})
        OR (c."what" = 'own' AND NOT EXISTS (SELECT FROM "OwnSegment" s WHERE s."shop" = $1 AND s."id" = c."segment"))
        OR (c."at" < now() - interval '3 days' AND (SELECT "problem" FROM "Announcing" WHERE "shop" = $1) IS NOT NULL))`,
    [shop, announceMoves],
  )
}

/** Whoever moved last is told of first, so that a night's thousands never keep an order's move waiting. */
async function nextMoves(tx: BulkTx, shop: ShopId): Promise<Move[]> {
  return tx.query<Move>(
    `WITH open AS (SELECT c.* FROM ${OPEN}), people AS (
      SELECT "customer", max("id") AS "last" FROM open GROUP BY "customer" ORDER BY 2 DESC LIMIT $2)
      SELECT o."id"::text, o."customer"::text, o."what", o."from", o."to", o."cause", o."because"
      FROM open o JOIN people p ON p."customer" = o."customer" ORDER BY p."last" DESC, o."id"`,
    [shop, PEOPLE_AT_ONCE],
  )
}

/**
 * Moves the mark up to the first open move, and forgets what lies before it. Not past what is younger than an hour, while
 * which a transaction with a lower number may still commit.
 */
async function settle(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(
    `UPDATE "Announcing" SET "at" = now(), "upTo" = greatest("upTo", least(
      ${newestBefore('1 hour')},
      (SELECT min(c."id") - 1 FROM ${OPEN}))) WHERE "shop" = $1`,
    [shop],
  )
  await tx.query(
    `DELETE FROM "MoveAnnouncement" WHERE "shop" = $1 AND "change" <= (SELECT "upTo" FROM "Announcing" WHERE "shop" = $1)`,
    [shop],
  )
}

/** Null: Flow has taken it. Else its words: a shop without Flow, or one that knows no such trigger, must not hold us up. */
async function tell(admin: Admin, move: Move, text: string, own: OwnNames): Promise<string | null> {
  const payload = {
    customer_id: Number(move.customer),
    from: segmentOf(move, move.from, own).slice(0, TEXT_MAX_CHARACTERS),
    to: segmentOf(move, move.to, own).slice(0, TEXT_MAX_CHARACTERS),
    reason: text.slice(0, TEXT_MAX_CHARACTERS),
    cause: move.cause,
  }
  try {
    const { flowTriggerReceive } = await admin.change(SegmentChangedDocument, { handle: HANDLE, payload })
    return flowTriggerReceive?.userErrors[0]?.message ?? null
  } catch (error) {
    // A scope that is missing for this alone must not park all else that the shop waits for.
    if (error instanceof AccessLost && error.code === 'scope-missing') return error.message
    if (error instanceof OutsideFailure && error.code === 'shopify-refused') return error.message
    throw error
  }
}

/** A stage is its own word; the flag is a segment only where it is likely or confirmed; one of the merchant's own, its name. */
function segmentOf({ what }: Move, key: string, { names }: OwnNames): string {
  if (what === 'stage' || key === NONE) return key
  if (what === 'own') return `${OWN}${names.get(Number(key)) ?? key}`
  return isPicker(key as CherryTier) ? 'cherry-picker' : NONE
}

async function ownNames(tx: BulkTx, shop: ShopId): Promise<OwnNames> {
  const rows = await tx.query<{ id: number; name: string }>('SELECT "id", "name" FROM "OwnSegment" WHERE "shop" = $1', [
    shop,
  ])
  const [found] = await tx.query<{ currency: string | null }>('SELECT "currency" FROM "Shop" WHERE "shop" = $1', [shop])
  return { currency: found?.currency ?? '', names: new Map(rows.map(({ id, name }) => [id, name])) }
}

async function note(tx: BulkTx, shop: ShopId, change: string, refusal: string | null): Promise<void> {
  await tx.query(
    `INSERT INTO "MoveAnnouncement" ("shop", "change", "outcome", "at") VALUES ($1, $2::bigint, $3, now()) ON CONFLICT DO NOTHING`,
    [shop, change, refusal === null ? 'told' : 'refused'],
  )
  const problem: Problem | null = refusal === null ? null : { kind: 'shopify-refused', detail: refusal.slice(0, 500) }
  await tx.query('UPDATE "Announcing" SET "problem" = $2::jsonb, "at" = now() WHERE "shop" = $1', [
    shop,
    problem === null ? null : JSON.stringify(problem),
  ])
}

/** How telling Flow stands, for Settings. */
export type Announcements = {
  isOn: boolean
  /** Moves that Flow has not been told of yet. */
  waiting: number
  /** What Flow said last when it took none; null: it takes them. */
  problem: Problem | null
}

export async function movesToAnnounce(shop: ShopId): Promise<Announcements> {
  return withShop(shop, async (tx) => {
    const settings = await readSettings(tx, shop)
    const state = await tx.announcing.findUnique({ where: { shop } })
    const [row] = await tx.$queryRawUnsafe<{ waiting: bigint }[]>(
      `SELECT count(*) AS "waiting" FROM ${OPEN} AND c."isForFlow" AND (c."what" <> 'cherry-picker' OR NOT (${STAYS}))`,
      shop,
    )
    return {
      isOn: settings.announceMoves,
      waiting: settings.announceMoves ? Number(row?.waiting ?? 0) : 0,
      problem: (state?.problem ?? null) as Problem | null,
    }
  })
}

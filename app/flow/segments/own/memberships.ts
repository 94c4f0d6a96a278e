/** Who is in which of the merchant's own segments: everybody, or one customer, by the same reading and the same evaluator. */
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { evaluate, memberTest } from '#app/domain/rules/evaluate.ts'
import { personAt } from '#app/domain/rules/person.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { oweGrants, oweGrantsOf } from '../../owed-grants.ts'
import { owePicksOf } from '../../owed-picks.ts'
import { holdWholeShop, joinSingleCustomers } from '../../recompute-lock.ts'
import { readSettings } from '../../settings.ts'
import type { Cause } from '../memberships.ts'
import { readPeople, type Whom } from './people.ts'
import type { RuleContext } from './rule-sql.ts'
import { looksOf, ownSegments, ruleContext, rulesById, type OwnSegmentRow } from './stored.ts'

/**
 * own-rule: one of these segments was saved or deleted · data: what rules look at beside orders and customers was read anew
 */
type OwnCause = Cause | 'own-rule' | 'data'

/** What is read anew so soon after a rule was saved is what that rule waited for. */
const RULE_SETTLES_MS = DAY_MS

const CHUNK = 20_000
const MOVES_CHUNK = 2_000

/** Customers whose segments change: which of them they enter, leave and are in then, as bits in the order of the segments. */
type Changes = { customers: number[]; entered: number[]; left: number[]; then: number[] }

/**
 * Holds everybody against every segment of the shop's own, as of a moment, and writes what differs from what is stored with
 * a row for each move (none for who is in a segment from its beginning). Owes `publish` while tagging is on, telling
 * Flow of the moves that it may hear of, and the rewards that follow.
 *
 * @param stillMine  asked last: throws if another worker has taken over, and nothing is written
 */
export async function recomputeOwn(
  shop: ShopId,
  asOf: Instant,
  cause: OwnCause,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    await holdWholeShop(tx, shop)
    const segments = await ownSegments(tx, shop)
    const isChanged = (await update(tx, shop, segments, 'everybody', asOf, cause)) > 0
    const forgotten = await tx.query<{ customer: string }>(
      `WITH gone AS (DELETE FROM "OwnMembership" o WHERE o."shop" = $1 AND NOT EXISTS (
         SELECT FROM "CustomerFeatures" f WHERE f."shop" = $1 AND f."customer" = o."customer") RETURNING "customer")
       DELETE FROM "OwnMove" m WHERE m."shop" = $1 AND (m."segment" <> ALL ($2::int[]) OR m."customer" IN (SELECT "customer" FROM gone))
       RETURNING m."customer"`,
      [shop, segments.map(({ id }) => id)],
    )
    for (const { id, version } of segments)
      await tx.query('UPDATE "OwnSegment" SET "workedAt" = $4 WHERE "shop" = $1 AND "id" = $2 AND "version" = $3', [
        shop,
        id,
        version,
        new Date(asOf),
      ])
    if ((isChanged || forgotten.length > 0) && (await readSettings(tx, shop)).taggingOn)
      await owe(tx, shop, 'publish', String(shop), {})
    await oweGrants(tx, shop)
    await stillMine(tx)
  })
}

/**
 * The same for one customer to whom something has happened, after their stage was worked out.
 *
 * @returns `overtaken`: a run over the whole shop is on: ask again
 */
export async function recomputeOwnOf(
  shop: ShopId,
  customer: Id,
  asOf: Instant,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<'done' | 'overtaken'> {
  return withShopBulk(shop, async (tx) => {
    if (!(await joinSingleCustomers(tx, shop))) return 'overtaken'
    const all = await ownSegments(tx, shop)
    // A version that nobody was held against yet has its run to come, for everybody at once.
    const segments = all.filter(({ workedAt }) => workedAt !== null)
    const changes = await update(tx, shop, segments, { customers: [customer] }, asOf, 'order', all)
    await tx.query(
      `DELETE FROM "OwnMembership" o WHERE o."shop" = $1 AND o."customer" = $2::bigint AND NOT EXISTS (
         SELECT FROM "CustomerFeatures" f WHERE f."shop" = $1 AND f."customer" = o."customer")`,
      [shop, customer],
    )
    if (changes > 0 && (await readSettings(tx, shop)).taggingOn) await owe(tx, shop, 'publish-customer', customer, {})
    await oweGrantsOf(tx, shop, customer)
    await owePicksOf(tx, shop, customer)
    await stillMine(tx)
    return 'done'
  })
}

/** Answers how many customers' segments have changed. `all`: also those that are not looked at, and stay as they are. */
async function update(
  tx: BulkTx,
  shop: ShopId,
  segments: readonly OwnSegmentRow[],
  whom: Whom,
  asOf: Instant,
  cause: OwnCause,
  all: readonly OwnSegmentRow[] = segments,
): Promise<number> {
  const others = rulesById(all)
  const context = await ruleContext(tx, shop, others, asOf)
  const changes = await differences(tx, context, segments, whom, new Set(all.map(({ id }) => id)))
  await writeChanges(tx, shop, segments, all, changes, asOf)
  await writeMoves(tx, context, segments, changes, cause)
  return changes.customers.length
}

/** One pass over the rows. What is stored of segments that are no more differs from nothing, and is taken away. */
async function differences(
  tx: BulkTx,
  context: RuleContext,
  segments: readonly OwnSegmentRow[],
  whom: Whom,
  known: ReadonlySet<number>,
): Promise<Changes> {
  const changes: Changes = { customers: [], entered: [], left: [], then: [] }
  const rules = segments.map(({ rule }) => rule)
  const tests = rules.map((rule) => memberTest(rule, context.others))
  const bits = new Map(segments.map(({ id }, place) => [id, 1 << place]))
  const stored = new Map<string, { mask: number; hasGone: boolean; isElsewhere: boolean }>()
  const storedOf = (own: string) => {
    let found = stored.get(own)
    if (found) return found
    const ids = own === '' ? [] : own.split(',').map(Number)
    const mask = ids.reduce((sum, id) => sum | (bits.get(id) ?? 0), 0)
    found = {
      mask,
      hasGone: ids.some((id) => !known.has(id)),
      isElsewhere: ids.some((id) => known.has(id) && !bits.has(id)),
    }
    stored.set(own, found)
    return found
  }
  await readPeople(tx, context, whom, looksOf(rules, context.others, true), (customer, row, own) => {
    const person = personAt(row, context.asOf, context.calendar, context.isLimited)
    let mask = 0
    for (let place = 0; place < tests.length; place += 1) if (tests[place]!(person)) mask |= 1 << place
    const before = storedOf(own)
    if (before.mask === mask && !before.hasGone) return
    changes.customers.push(customer)
    changes.entered.push(mask & ~before.mask)
    changes.left.push(before.mask & ~mask)
    changes.then.push(mask === 0 && !before.isElsewhere ? 0 : 1)
  })
  return changes
}

async function writeChanges(
  tx: BulkTx,
  shop: ShopId,
  segments: readonly OwnSegmentRow[],
  all: readonly OwnSegmentRow[],
  changes: Changes,
  asOf: Instant,
): Promise<void> {
  const ids = segments.map(({ id }) => id)
  for (let from = 0; from < changes.customers.length; from += CHUNK) {
    const part = <T>(column: T[]) => column.slice(from, from + CHUNK)
    const customers = part(changes.customers)
    const then = part(changes.then)
    await tx.query('DELETE FROM "OwnMembership" WHERE "shop" = $1 AND "customer" = ANY ($2::bigint[])', [
      shop,
      customers.filter((_, i) => then[i] === 0),
    ])
    await tx.query(
      `INSERT INTO "OwnMembership" ("shop", "customer", "segments", "since")
       SELECT $1, r."customer", n."segments", n."since"
       FROM unnest($2::bigint[], $3::int[], $4::int[], $5::int[]) r("customer", "entered", "left", "then")
       LEFT JOIN "OwnMembership" was ON was."shop" = $1 AND was."customer" = r."customer"
       CROSS JOIN LATERAL (
         SELECT array_agg(s."id" ORDER BY s."id") AS "segments", array_agg(s."at" ORDER BY s."id") AS "since" FROM (
           SELECT x."id", x."at" FROM unnest(was."segments", was."since") x("id", "at")
           WHERE x."id" = ANY ($8::int[]) AND coalesce((r."left" >> (array_position($6::int[], x."id") - 1)) & 1, 0) = 0
           UNION ALL
           SELECT e."id", $7::timestamptz FROM unnest($6::int[]) WITH ORDINALITY e("id", "place")
           WHERE (r."entered" >> (e."place"::int - 1)) & 1 = 1
         ) s) n
       WHERE r."then" = 1
       ON CONFLICT ("shop", "customer") DO UPDATE SET "segments" = excluded."segments", "since" = excluded."since"`,
      [shop, customers, part(changes.entered), part(changes.left), then, ids, new Date(asOf), all.map(({ id }) => id)],
    )
  }
}

/** Each move with what decided it, read once more in small parts: the pass over everybody keeps no reasons. */
async function writeMoves(
  tx: BulkTx,
  context: RuleContext,
  segments: readonly OwnSegmentRow[],
  changes: Changes,
  cause: OwnCause,
): Promise<void> {
  // Who is in a segment from its beginning has not moved.
  const noted = segments.reduce(
    (mask, { version, workedAt }, place) => (version === 1 && workedAt === null ? mask : mask | (1 << place)),
    0,
  )
  const moved = changes.customers.flatMap((customer, i) => {
    const entered = changes.entered[i]! & noted
    const left = changes.left[i]! & noted
    return entered | left ? [{ customer, entered, left }] : []
  })
  if (moved.length === 0) return
  const { announceRuleMoves } = await readSettings(tx, context.shop)
  const causes = segments.map((segment) => causeOf(segment, cause, context.asOf, announceRuleMoves))
  const rules = segments.map(({ rule }) => rule)
  const looks = looksOf(rules, context.others, false)
  for (let from = 0; from < moved.length; from += MOVES_CHUNK) {
    const part = new Map(moved.slice(from, from + MOVES_CHUNK).map((each) => [each.customer, each]))
    const rows: {
      customer: number
      segment: number
      version: number
      isEntering: boolean
      isForFlow: boolean
      cause: string
      because: unknown
    }[] = []
    await readPeople(tx, context, { customers: [...part.keys()] }, looks, (customer, row) => {
      const { entered, left } = part.get(customer)!
      const person = personAt(row, context.asOf, context.calendar, context.isLimited)
      for (const [place, { id, version, rule }] of segments.entries()) {
        const bit = 1 << place
        if (((entered | left) & bit) === 0) continue
        const { because } = evaluate(rule, person, context.others)
        rows.push({ customer, segment: id, version, isEntering: (entered & bit) !== 0, because, ...causes[place]! })
      }
    })
    await tx.query(
      `INSERT INTO "OwnMove" ("shop", "at", "customer", "segment", "version", "isEntering", "isForFlow", "cause", "because")
       SELECT $1, $2::timestamptz, r.* FROM jsonb_to_recordset($3::jsonb) r("customer" bigint, "segment" int,
         "version" int, "isEntering" bool, "isForFlow" bool, "cause" text, "because" jsonb)`,
      [context.shop, new Date(context.asOf), JSON.stringify(rows)],
    )
  }
  if (causes.some(({ isForFlow }) => isForFlow)) await owe(tx, context.shop, 'announce', String(context.shop), {})
}

/**
 * What is written down as the cause of a segment's moves, and whether Flow may hear of them: of what the merchant's own edit
 * brings only where that was ticked with the edit, of an import's never.
 */
function causeOf(
  { workedAt, savedAt, announces }: OwnSegmentRow,
  cause: OwnCause,
  asOf: Instant,
  announceRuleMoves: boolean,
): { cause: string; isForFlow: boolean } {
  const isNew = workedAt === null || (cause === 'data' && asOf - savedAt < RULE_SETTLES_MS)
  if (isNew) return { cause: 'rule', isForFlow: announces }
  // Another segment was saved, which this one names.
  if (cause === 'own-rule') return { cause: 'rule', isForFlow: false }
  if (cause === 'order' || cause === 'data') return { cause: 'change', isForFlow: true }
  return { cause, isForFlow: cause === 'time' || (cause !== 'import' && announceRuleMoves) }
}

import { CHERRY_TIERS, isWatched } from '#app/domain/cherry-picker.ts'
import { cycleDaysOf, estimatesAt } from '#app/domain/estimates.ts'
import { flagsOf } from '#app/domain/flags.ts'
import { IdIndex } from '#app/domain/id-index.ts'
import { tierUnder, type Learned } from '#app/domain/learned.ts'
import { emptyFacts } from '#app/domain/occasions.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { Settings } from '#app/domain/settings.ts'
import {
  cherryFactsInto,
  emptyCherryFacts,
  emptyFlagFacts,
  flagFactsInto,
  stageFactsInto,
  type Standings,
} from '#app/domain/standings.ts'
import {
  LAST_ORDER_UNKNOWN,
  limitsOf,
  movesAfterMs,
  stageIndexAt,
  stageReason,
  STAGES,
  type Estimates,
} from '#app/domain/stages.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import type { WorkPayload } from '#app/domain/work.ts'
import { Bug } from '#app/errors.ts'
import { readCopy, type CopyRow } from '#app/outside/copy-rows.server.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { packedArray } from '#app/outside/packed-arrays.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readLearned } from '../learned.ts'
import { holdWholeShop } from '../recompute-lock.ts'
import { readSettings } from '../settings.ts'

const NO_STAGE = 255
const CHUNK = 20_000
const CHANGES_CHUNK = 4_000

/** What is decided for everybody, as columns beside the standings; NaN and 255 stand for null. */
type Decisions = {
  stage: Uint8Array
  tier: Uint8Array
  isWatched: Uint8Array
  isVip: Uint8Array
  buysInSales: Uint8Array
  isRegular: Uint8Array
  nextAt: Float64Array
  next: Uint8Array
}

/** What was stored before: 255 for customers without a row. */
type Before = {
  stage: Uint8Array
  tier: Uint8Array
  nextAt: Float64Array
  isSame: Uint8Array
  /** Decided later than the moment of this run, for this customer alone: it stays, and nobody has moved. */
  isLater: Uint8Array
  rows: number
}

/** `order`: something has happened to this customer. */
export type Cause = WorkPayload<'recompute'>['cause'] | 'order'

/**
 * Decides everybody's stage and cherry-picker tier as of a moment and writes what differs from what is stored, with a
 * change row for each move (none on the first import: nobody has moved). Owes `publish` in the same transaction while
 * tagging is on.
 *
 * @param standings  everybody's facts as of the same moment
 * @param stillMine  asked last: throws if another worker has taken over, and nothing is written
 */
export async function recomputeMemberships(
  shop: ShopId,
  asOf: Instant,
  cause: Cause,
  standings: Standings,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    // Nobody is decided by themselves meanwhile.
    await holdWholeShop(tx, shop)
    if (await isOvertaken(tx, shop, asOf)) return
    const rules = await readRules(tx, shop, asOf)
    const { settings } = rules
    const decisions = decide(standings, asOf, rules)
    const before = await readStored(tx, shop, asOf, standings, decisions)
    await writeMemberships(tx, shop, asOf, standings, decisions, before, rules)
    if (before.rows > 0) {
      const changes = await writeChanges(tx, shop, asOf, cause, standings, decisions, before, rules)
      if (changes > 0) await owe(tx, shop, 'announce', String(shop), {})
    }
    await forgetUnknown(tx, shop)
    if (settings.taggingOn) await owe(tx, shop, 'publish', String(shop), {})
    await stillMine(tx)
  })
}

/** What everybody is decided by. */
type Rules = { settings: Settings; estimates: Estimates; learned: Learned }

export async function readRules(tx: BulkTx, shop: ShopId, asOf: Instant): Promise<Rules> {
  const settings = await readSettings(tx, shop)
  const estimates = await estimatesInForce(tx, shop, asOf)
  return { settings, estimates, learned: await readLearned(tx, shop, asOf) }
}

async function estimatesInForce(tx: BulkTx, shop: ShopId, asOf: Instant): Promise<Estimates> {
  const adopted = adoptedOf(await tx.query<EstimatesRow>('SELECT * FROM "Estimates" WHERE "shop" = $1', [shop]))
  if (adopted.length === 0) throw new Bug(`shop ${shop} has no estimates in force`)
  return estimatesAt(adopted, asOf)
}

/** A later run has worked the facts out again in the meantime; it decides, and older decisions must not overwrite its own. */
async function isOvertaken(tx: BulkTx, shop: ShopId, asOf: Instant): Promise<boolean> {
  const [row] = await tx.query<{ asOf: Date }>('SELECT "asOf" FROM "Summary" WHERE "shop" = $1 FOR SHARE', [shop])
  return row !== undefined && row.asOf.getTime() !== asOf
}

export function decide(standings: Standings, asOf: Instant, { settings, estimates, learned }: Rules): Decisions {
  const { count } = standings
  const decisions: Decisions = {
    stage: new Uint8Array(count),
    tier: new Uint8Array(count),
    isWatched: new Uint8Array(count),
    isVip: new Uint8Array(count),
    buysInSales: new Uint8Array(count),
    isRegular: new Uint8Array(count),
    nextAt: new Float64Array(count).fill(NaN),
    next: new Uint8Array(count).fill(NO_STAGE),
  }
  const limits = limitsOf(estimates, settings.thresholds)
  const tierOf = tierUnder(learned, settings.thresholds)
  const cherry = emptyCherryFacts()
  const flagged = emptyFlagFacts()
  for (let i = 0; i < count; i += 1) {
    const n = standings.n[i]!
    if (n > 0) {
      const lastAt = standings.lastAt[i]!
      const cycleDays = cycleDaysOf(n, standings.sumLnGapDays[i]!, limits.cycleDays)
      decisions.stage[i] = stageIndexAt(n, asOf - lastAt, cycleDays, limits)
      const afterMs = movesAfterMs(n, asOf - lastAt, cycleDays, limits)
      if (afterMs !== Infinity) {
        decisions.nextAt[i] = lastAt + afterMs
        decisions.next[i] = stageIndexAt(n, afterMs, cycleDays, limits)
      }
    }
    cherryFactsInto(cherry, standings, i)
    const tier = tierOf(cherry)
    decisions.tier[i] = CHERRY_TIERS.indexOf(tier)
    decisions.isWatched[i] = isWatched(cherry) ? 1 : 0
    flagFactsInto(flagged, standings, i)
    const { isVip, buysInSales, isRegular } = flagsOf(flagged, tier, learned.vipFromMinor)
    decisions.isVip[i] = isVip ? 1 : 0
    decisions.buysInSales[i] = buysInSales ? 1 : 0
    decisions.isRegular[i] = isRegular ? 1 : 0
  }
  return decisions
}

/**
 * What is stored, and which of it stays: what is decided the same, and whoever was decided by themselves later than this
 * moment. Removes whoever is gone, with their moves.
 *
 * @param only  one customer instead of all
 */
export async function readStored(
  tx: BulkTx,
  shop: ShopId,
  asOf: Instant,
  standings: Standings,
  decisions: Decisions,
  only: Id | null = null,
): Promise<Before> {
  const { count } = standings
  const index = new IdIndex(count + 1)
  for (let i = 0; i < count; i += 1) index.add(standings.customers[i]!)
  const before: Before = {
    stage: new Uint8Array(count).fill(NO_STAGE),
    tier: new Uint8Array(count),
    nextAt: new Float64Array(count).fill(NaN),
    isSame: new Uint8Array(count),
    isLater: new Uint8Array(count),
    rows: 0,
  }
  const stageOf = codes(STAGES)
  const tierOf = codes(CHERRY_TIERS)
  const gone: number[] = []
  const sql = `SELECT "customer", "stage", "stageSince", "cherryPicker", "isBusiness", "isWatched", "nextStageAt", "nextStage",
    "decidedAt", "net12mMinor", "isVip", "buysInSales", "isRegular" FROM "Membership"
    WHERE "shop" = ${Number(shop)}${only === null ? '' : ` AND "customer" = ${BigInt(only)}`}`
  before.rows = await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), 13, (row) => {
    const i = index.find(row.int8(0))
    const isLater = row.time(8) > asOf
    if (i < 0) {
      if (!isLater) gone.push(row.int8(0))
      return
    }
    if (isLater) {
      before.stage[i] = decisions.stage[i]!
      before.tier[i] = decisions.tier[i]!
      before.isSame[i] = 1
      before.isLater[i] = 1
      return
    }
    const stage = row.isNull(1) ? LAST_ORDER_UNKNOWN : stageOf(row, 1)
    const tier = tierOf(row, 3)
    const next = row.isNull(7) ? NO_STAGE : stageOf(row, 7)
    before.stage[i] = stage
    before.tier[i] = tier
    if (!row.isNull(6)) before.nextAt[i] = row.time(6)
    const isSame =
      stage === decisions.stage[i] &&
      row.time(2) === standings.stageSince[i] &&
      tier === decisions.tier[i] &&
      row.bool(4) === (standings.isBusiness[i] === 1) &&
      row.bool(5) === (decisions.isWatched[i] === 1) &&
      row.int8(9) === standings.net12mMinor[i] &&
      row.bool(10) === (decisions.isVip[i] === 1) &&
      row.bool(11) === (decisions.buysInSales[i] === 1) &&
      row.bool(12) === (decisions.isRegular[i] === 1) &&
      next === decisions.next[i] &&
      (next === NO_STAGE || before.nextAt[i] === decisions.nextAt[i])
    if (isSame) before.isSame[i] = 1
  })
  await removeMembers(tx, shop, gone)
  return before
}

/** Customers whom the shop does not know any more, with their moves and what kept them out of rewards. */
export async function removeMembers(tx: BulkTx, shop: ShopId, gone: readonly (number | Id)[]): Promise<void> {
  if (gone.length === 0) return
  await tx.query('DELETE FROM "Membership" WHERE "shop" = $1 AND "customer" = ANY($2::bigint[])', [shop, gone])
  await tx.query('DELETE FROM "MembershipChange" WHERE "shop" = $1 AND "customer" = ANY($2::bigint[])', [shop, gone])
  await tx.query('DELETE FROM "Exclusion" WHERE "shop" = $1 AND "customer" = ANY($2::bigint[])', [shop, gone])
}

/** What keeps somebody out of rewards whom the shop does not know: carried over to an account that was gone by then. */
async function forgetUnknown(tx: BulkTx, shop: ShopId): Promise<void> {
  await tx.query(
    `DELETE FROM "Exclusion" x WHERE x."shop" = $1 AND x."customer" IS NOT NULL
       AND NOT EXISTS (SELECT FROM "Customer" c WHERE c."shop" = $1 AND c."id" = x."customer")
       AND NOT EXISTS (SELECT FROM "CustomerFeatures" f WHERE f."shop" = $1 AND f."customer" = x."customer")`,
    [shop],
  )
}

/** Reads a text field as its position in a list. */
function codes(values: readonly string[]): (row: CopyRow, field: number) => number {
  const known = new Map(values.map((value, code) => [value, code]))
  return (row, field) => known.get(row.key(field)) ?? NO_STAGE
}

// Whoever was deleted between the run's two parts is not brought back.
const STILL_KNOWN = `WHERE EXISTS (SELECT FROM "CustomerFeatures" f WHERE f."shop" = $1 AND f."customer" = r."customer")`
const OVERWRITE = `ON CONFLICT ("shop", "customer") DO UPDATE SET "ruleVersion" = excluded."ruleVersion",
  "estimates" = excluded."estimates", "decidedAt" = excluded."decidedAt", "stage" = excluded."stage",
  "stageSince" = excluded."stageSince", "cherryPicker" = excluded."cherryPicker", "isBusiness" = excluded."isBusiness",
  "isWatched" = excluded."isWatched", "isVip" = excluded."isVip", "buysInSales" = excluded."buysInSales",
  "isRegular" = excluded."isRegular", "net12mMinor" = excluded."net12mMinor", "nextStageAt" = excluded."nextStageAt", "nextStage" = excluded."nextStage"`

export async function writeMemberships(
  tx: BulkTx,
  shop: ShopId,
  asOf: Instant,
  standings: Standings,
  decisions: Decisions,
  before: Before,
  { settings, estimates }: Rules,
): Promise<void> {
  let changed: number[] = []
  const write = async () => {
    if (changed.length === 0) return
    await tx.query(
      `INSERT INTO "Membership" ("shop", "ruleVersion", "estimates", "decidedAt", "customer", "stage", "stageSince",
        "cherryPicker", "isBusiness", "isWatched", "nextStageAt", "nextStage", "net12mMinor", "isVip", "buysInSales", "isRegular")
        SELECT $1::int, $2::int, $3::int, $4::timestamptz, r."customer", ($5::text[])[r."stage" + 1], r."since",
          ($6::text[])[r."tier" + 1], r."isBusiness", r."isWatched", r."nextAt", ($5::text[])[r."next" + 1], r."net12m",
          r."isVip", r."buysInSales", r."isRegular"
        FROM unnest($7::bigint[], $8::int[], $9::timestamptz[], $10::int[], $11::bool[], $12::bool[], $13::timestamptz[],
          $14::int[], $15::bigint[], $16::bool[], $17::bool[], $18::bool[]) r("customer", "stage", "since", "tier",
          "isBusiness", "isWatched", "nextAt", "next", "net12m", "isVip", "buysInSales", "isRegular") ${
            before.rows > 0 ? `${STILL_KNOWN} ${OVERWRITE}` : ''
          }`,
      [
        shop,
        settings.version,
        estimates.version,
        new Date(asOf),
        STAGES,
        CHERRY_TIERS,
        packedArray('int8', standings.customers, changed),
        packedArray('int4', decisions.stage, changed),
        packedArray('time', standings.stageSince, changed),
        packedArray('int4', decisions.tier, changed),
        packedArray('bool', standings.isBusiness, changed),
        packedArray('bool', decisions.isWatched, changed),
        packedArray('time', decisions.nextAt, changed),
        // No stage is beyond the list of stages, where SQL finds null.
        packedArray('int4', decisions.next, changed),
        packedArray('int8', standings.net12mMinor, changed),
        packedArray('bool', decisions.isVip, changed),
        packedArray('bool', decisions.buysInSales, changed),
        packedArray('bool', decisions.isRegular, changed),
      ],
    )
    changed = []
  }
  for (let i = 0; i < standings.count; i += 1) {
    if (before.isSame[i] === 1) continue
    changed.push(i)
    if (changed.length === CHUNK) await write()
  }
  await write()
}

type Change = { customer: number; what: string; from: string; to: string; cause: string; because: unknown }

/** Writes a row for each move and answers how many there were. */
export async function writeChanges(
  tx: BulkTx,
  shop: ShopId,
  asOf: Instant,
  cause: Cause,
  standings: Standings,
  decisions: Decisions,
  before: Before,
  { settings, estimates, learned }: Rules,
): Promise<number> {
  // What was learned anew has moved them, as new estimates do.
  const tierCause = cause === 'time' && learned.adoptedAt === asOf ? 'estimates' : cause
  const facts = emptyFacts()
  let changes: Change[] = []
  let written = 0
  const write = async () => {
    if (changes.length === 0) return
    const rows = await tx.query(
      `INSERT INTO "MembershipChange" ("shop", "at", "ruleVersion", "estimates", "isForFlow", "customer", "what", "from", "to",
          "cause", "because")
        SELECT $1::int, $2::timestamptz, $3::int, $4::int,
          r."cause" <> 'import' AND (r."cause" NOT IN ('rule', 'estimates') OR $11::boolean), r.* FROM unnest($5::bigint[], $6::text[], $7::text[], $8::text[],
          $9::text[], $10::jsonb[]) r("customer", "what", "from", "to", "cause", "because")
        WHERE EXISTS (SELECT FROM "Membership" m WHERE m."shop" = $1 AND m."customer" = r."customer") RETURNING "id"`,
      [
        shop,
        new Date(asOf),
        settings.version,
        estimates.version,
        changes.map((change) => change.customer),
        changes.map((change) => change.what),
        changes.map((change) => change.from),
        changes.map((change) => change.to),
        changes.map((change) => change.cause),
        changes.map((change) => JSON.stringify(change.because)),
        settings.announceRuleMoves,
      ],
    )
    written += rows.length
    changes = []
  }
  for (let i = 0; i < standings.count; i += 1) {
    const customer = standings.customers[i]!
    const stage = decisions.stage[i]!
    // Somebody new was not known before: they come in as not having bought.
    const was = before.stage[i] === NO_STAGE ? 0 : before.stage[i]!
    // What Shopify stops or begins to show is no move of the customer's.
    const isSeen = was !== LAST_ORDER_UNKNOWN && stage !== LAST_ORDER_UNKNOWN
    if (was !== stage && isSeen) {
      stageFactsInto(facts, standings, i)
      changes.push({
        customer,
        what: 'stage',
        from: STAGES[was]!,
        to: STAGES[stage]!,
        cause: causeOf(cause, before.nextAt[i]!, asOf, standings.lastAt[i]!),
        because: stageReason(facts, asOf, estimates, settings.thresholds, settings.version),
      })
    }
    if (before.tier[i] !== decisions.tier[i]) {
      const because = emptyCherryFacts()
      cherryFactsInto(because, standings, i)
      changes.push({
        customer,
        what: 'cherry-picker',
        from: CHERRY_TIERS[before.tier[i]!]!,
        to: CHERRY_TIERS[decisions.tier[i]!]!,
        cause: tierCause,
        because,
      })
    }
    if (changes.length >= CHANGES_CHUNK) await write()
  }
  await write()
  return written
}

/** Time moved them if the move had been announced and no order has come since; else an order did. */
function causeOf(cause: Cause, announcedAt: Instant, asOf: Instant, lastAt: Instant): string {
  if (announcedAt <= asOf && !(lastAt >= announcedAt)) return 'time'
  // `import` is a fresh one of a shop that had one: more, or less, of its orders is known.
  return cause === 'time' ? 'order' : cause
}

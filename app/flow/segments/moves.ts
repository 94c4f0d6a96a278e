/**
 * Who went from which stage to which in a period: as written down (of many moves those of the shop's fixed sample), or
 * before that worked out from a sample's orders.
 */
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import {
  stageAmong,
  type MovedCustomer,
  type MovesDays,
  type MovesPage,
  type MovesPeriod,
  type StageMove,
  type StagePair,
} from '#app/domain/moves.ts'
import type { CustomerMove } from '#app/domain/pages.ts'
import { estimateOf } from '#app/domain/rules/estimate.ts'
import { spansOf } from '#app/domain/replay.ts'
import { dayFromText, dayText, shopCalendar } from '#app/domain/shop-calendar.ts'
import { STAGES, type Stage, type StageReason, type StageSpan } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { customerRows, validTimes } from './customer-rows.ts'
import { everybodyIn, segmentFlows } from './flows.ts'
import { IN_SAMPLE } from './own/people.ts'
import { moneyOf, readShopState, type ShopState } from './shop-state.ts'

const SHOWN = 50
/** Customers whose orders are replayed, by PostgreSQL's own hash of the id: the same ones every time. */
const LOOKED_AT = 2000
/** Moves of one period that are all looked at; of more, those of the fixed sample, which an index of its own holds. */
const ALL_UP_TO = 20_000

/** How the merchant chose a period. */
export type AskedPeriod = { days: MovesDays } | { from: string; to: string }

type Ends = { start: Instant; end: Instant }

/**
 * @param allUpTo  a period with more moves than this is told by the shop's fixed sample
 * @throws {InvalidInput} `fields.from` backwards: the last day lies before the first
 */
export async function movesPage(
  shop: ShopId,
  asked: AskedPeriod,
  chosen: StagePair | null,
  allUpTo = ALL_UP_TO,
): Promise<MovesPage> {
  const at = now()
  const { state, freshness } = await withShop(shop, async (tx) => ({
    state: await readShopState(tx, shop),
    freshness: await freshnessOf(tx, shop),
  }))
  const { period, ends } = periodOf(asked, state, at)
  const knownFrom = state.worked?.summary.firstAsOf ?? null
  const about = { period, knownFrom, freshness }
  if (knownFrom === null)
    return { ...about, source: 'recorded', lookedAt: 0, total: 0, moves: [], cameBack: 0, chosen: null, flows: [] }
  if (ends.start < knownFrom && !state.isLimited) {
    const flows = await withShopBulk(shop, (tx) => segmentFlows(tx, shop, state, ends, knownFrom, allUpTo))
    const moves = await withShop(shop, (tx) => replayed(tx, shop, state, ends, chosen))
    return { ...about, source: 'replayed', ...moves, flows }
  }
  return {
    ...about,
    source: ends.start < knownFrom ? 'cut' : 'recorded',
    ...(await withShopBulk(shop, async (tx) => {
      const flows = await segmentFlows(tx, shop, state, ends, knownFrom, allUpTo)
      return { ...(await recorded(tx, shop, state, ends, chosen, allUpTo)), flows }
    })),
  }
}

function periodOf(asked: AskedPeriod, state: ShopState, at: Instant): { period: MovesPeriod; ends: Ends } {
  const today = shopCalendar(state.timezone, at, at).dayOf(at)
  const isNamed = 'days' in asked
  const last = isNamed ? today : Math.min(today, dayFromText(asked.to))
  const first = isNamed ? today - asked.days + 1 : dayFromText(asked.from)
  if (first > last) throw new InvalidInput('a period that ends before it begins', { fields: { from: 'backwards' } })
  const calendar = shopCalendar(state.timezone, at - (today - first + 2) * DAY_MS, at)
  return {
    period: { days: isNamed ? asked.days : null, from: dayText(first), to: dayText(last) },
    ends: { start: calendar.startOf(first), end: Math.min(at, calendar.startOf(last + 1)) },
  }
}

/** Whose moves of a period are looked at: of `total` customers, `lookedAt`; both 0: everybody's. */
type Looked = { sql: string; values: unknown[]; lookedAt: number; total: number }

/**
 * Each customer's first and last written move of the period: where they came from, and went to. By customer the moves lie
 * all over the table: what is grouped is no column, so that PostgreSQL reads them by period, which an index holds whole.
 */
function netSql(isSampled: boolean): string {
  return `SELECT f."customer" + 0 AS "customer", min(f."id" * 8 + array_position($4::text[], f."from")) AS "first",
      max(f."id" * 8 + array_position($4::text[], f."to")) AS "last"
    FROM "MembershipChange" f WHERE f."shop" = $1 AND f."what" = 'stage' AND f."at" >= $2 AND f."at" < $3
      ${isSampled ? `AND ${IN_SAMPLE}` : ''} GROUP BY f."customer" + 0`
}

/** By key, whatever PostgreSQL thinks how many they are: OFFSET 0 keeps it from reading everybody. */
const MONEY = `SELECT m."net12mMinor" FROM "Membership" m WHERE m."shop" = $1 AND m."customer" = n."customer" OFFSET 0`

async function lookedAtIn(
  tx: BulkTx,
  shop: ShopId,
  state: ShopState,
  { start, end }: Ends,
  allUpTo: number,
): Promise<Looked> {
  const values = [shop, new Date(start), new Date(end)]
  const [few] = await tx.query<{ moves: number }>(
    `SELECT count(*)::int AS "moves" FROM (SELECT FROM "MembershipChange" WHERE "shop" = $1 AND "what" = 'stage'
       AND "at" >= $2 AND "at" < $3 LIMIT $4) m`,
    [...values, allUpTo + 1],
  )
  const isSampled = few!.moves > allUpTo
  const looked = { sql: netSql(isSampled), values: [...values, STAGES] }
  if (!isSampled) return { ...looked, lookedAt: 0, total: 0 }
  const [sample] = await tx.query<{ customers: number }>(
    `SELECT count(*)::int AS "customers" FROM "CustomerFeatures" f WHERE f."shop" = $1 AND ${IN_SAMPLE}`,
    [shop],
  )
  return { ...looked, lookedAt: sample!.customers, total: everybodyIn(state) }
}

async function recorded(
  tx: BulkTx,
  shop: ShopId,
  state: ShopState,
  ends: Ends,
  chosen: StagePair | null,
  allUpTo: number,
): Promise<Pick<MovesPage, 'moves' | 'cameBack' | 'chosen' | 'lookedAt' | 'total'>> {
  const looked = await lookedAtIn(tx, shop, state, ends, allUpTo)
  const rows = await tx.query<{ from: Stage; to: Stage; customers: number; net: string }>(
    `SELECT ($4::text[])[n."first" % 8] AS "from", ($4::text[])[n."last" % 8] AS "to", count(*)::int AS "customers",
       coalesce(sum(m."net12mMinor"), 0)::text AS "net"
     FROM (${looked.sql}) n LEFT JOIN LATERAL (${MONEY}) m ON true GROUP BY 1, 2`,
    looked.values,
  )
  const groups = rows.map(({ from, to, customers, net }) => ({ from, to, customers, net: Number(net) }))
  const sum = (of: typeof groups) => of.reduce((all, { customers }) => all + customers, 0)
  return {
    lookedAt: looked.lookedAt,
    total: looked.total,
    moves: countedUp(
      groups.filter(({ from, to }) => from !== to),
      looked,
      state,
    ),
    cameBack: Math.round(sum(groups.filter(({ from, to }) => from === to)) * scaleOf(looked)),
    chosen: chosen && { ...chosen, customers: await recordedCustomers(tx, state, looked, chosen) },
  }
}

/** Nobody looked at in particular is everybody. */
function scaleOf({ lookedAt, total }: Pick<Looked, 'lookedAt' | 'total'>): number {
  return lookedAt === 0 ? 1 : total / lookedAt
}

type Group = StagePair & { customers: number; net: number }

/** What was found of a sample, as of everybody and with how far it may be off. Most customers first. */
function countedUp(
  groups: readonly Group[],
  looked: Pick<Looked, 'lookedAt' | 'total'>,
  state: ShopState,
): StageMove[] {
  const isAll = looked.lookedAt === looked.total
  return groups
    .map(({ from, to, customers, net }): StageMove => ({
      from,
      to,
      ...(isAll ? { customers, plusMinus: 0 } : estimateOf(customers, looked.lookedAt, looked.total)),
      money12m: moneyOf(state, Math.round(net * scaleOf(looked))),
    }))
    .sort(byCustomers)
}

async function recordedCustomers(
  tx: BulkTx,
  state: ShopState,
  { sql, values }: Looked,
  { from, to }: StagePair,
): Promise<MovedCustomer[]> {
  const rows = await tx.query<{ customer: string; at: Date; cause: string; because: unknown; net: string | null }>(
    `SELECT n."customer", c."at", c."cause", c."because", m."net12mMinor" AS "net"
     FROM (SELECT * FROM (${sql}) n WHERE n."first" % 8 = array_position($4::text[], $5)
       AND n."last" % 8 = array_position($4::text[], $6) ORDER BY n."last" DESC LIMIT ${SHOWN}) n
     CROSS JOIN LATERAL (SELECT c."at", c."cause", c."because" FROM "MembershipChange" c
       WHERE c."shop" = $1 AND c."id" = n."last" / 8 OFFSET 0) c
     LEFT JOIN LATERAL (${MONEY}) m ON true ORDER BY n."last" DESC`,
    [...values, from, to],
  )
  return rows.map(({ customer, at, cause, because, net }) => ({
    customer,
    at: at.getTime(),
    cause: cause as CustomerMove['cause'],
    reason: because as StageReason,
    money12m: moneyOf(state, Number(net ?? 0)),
  }))
}

type Sampled = { customer: bigint; createdAt: Date | null; net: bigint }

/** Both ends of the period worked out from the orders of a fixed sample, with the estimates adopted then, counted up. */
async function replayed(
  tx: Tx,
  shop: ShopId,
  state: ShopState,
  { start, end }: Ends,
  chosen: StagePair | null,
): Promise<Pick<MovesPage, 'moves' | 'cameBack' | 'chosen' | 'lookedAt' | 'total'>> {
  const people = await tx.$queryRaw<Sampled[]>`
    SELECT f."customer", c."createdAt", f."net12mMinor" AS "net" FROM (
      SELECT "shop", "customer", "net12mMinor" FROM "CustomerFeatures" WHERE "shop" = ${shop}
      ORDER BY hashint8("customer"), "customer" LIMIT ${LOOKED_AT}) f
    LEFT JOIN "Customer" c ON c."shop" = f."shop" AND c."id" = f."customer"`
  const total = await tx.customerFeatures.count({ where: { shop } })
  const ids = people.map(({ customer }) => customer)
  const times = await validTimes(tx, shop, ids, state, new Map(ids.map((id) => [String(id), end])))
  const groups = new Map<string, Group>()
  const chosenOnes: { customer: Id; since: Instant }[] = []
  let cameBack = 0
  for (const { customer, createdAt, net } of people) {
    const orders = times.get(String(customer)) ?? []
    const knownFrom = Math.min(createdAt?.getTime() ?? Infinity, orders[0] ?? Infinity)
    if (knownFrom > end) continue
    const spans = spansOf(orders, knownFrom, end, state.adopted, state.settings.thresholds)
    const [from, to] = [stageAmong(spans, start), stageAmong(spans, end)]
    if (from === to) {
      if (hasMoved(spans, start)) cameBack += 1
      continue
    }
    const group = groups.get(`${from}~${to}`) ?? { from, to, customers: 0, net: 0 }
    groups.set(`${from}~${to}`, { ...group, customers: group.customers + 1, net: group.net + Number(net) })
    if (chosen?.from === from && chosen.to === to)
      chosenOnes.push({ customer: String(customer), since: spans.at(-1)!.from })
  }
  const looked = { lookedAt: people.length, total }
  return {
    ...looked,
    moves: countedUp([...groups.values()], looked, state),
    cameBack: Math.round(cameBack * scaleOf(looked)),
    chosen: chosen && { ...chosen, customers: await asTheyAre(tx, shop, state, chosenOnes, people) },
  }
}

function hasMoved(spans: readonly StageSpan[], since: Instant): boolean {
  return spans.some(({ from }, place) => place > 0 && from > since)
}

/** With the reason that they have now: older ones are not written down. */
async function asTheyAre(
  tx: Tx,
  shop: ShopId,
  state: ShopState,
  ones: { customer: Id; since: Instant }[],
  people: readonly Sampled[],
): Promise<MovedCustomer[]> {
  const newest = [...ones].sort((a, b) => b.since - a.since).slice(0, SHOWN)
  const rows = await customerRows(
    tx,
    shop,
    newest.map(({ customer }) => BigInt(customer)),
    state,
  )
  const sinceOf = new Map(newest.map(({ customer, since }) => [customer, since]))
  const netOf = new Map(people.map(({ customer, net }) => [String(customer), Number(net)]))
  return rows.map(({ customer, reason }) => ({
    customer,
    at: sinceOf.get(customer)!,
    cause: null,
    reason,
    money12m: moneyOf(state, netOf.get(customer) ?? 0),
  }))
}

function byCustomers(one: StageMove, other: StageMove): number {
  return (
    other.customers - one.customers ||
    STAGES.indexOf(one.from) - STAGES.indexOf(other.from) ||
    STAGES.indexOf(one.to) - STAGES.indexOf(other.to)
  )
}

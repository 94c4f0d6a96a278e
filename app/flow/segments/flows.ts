/** Who came into a segment that others may overlap, and who left it, in a period: cherry-picker, and the merchant's own. */
import { CHERRY_TIERS, isPicker } from '#app/domain/cherry-picker.ts'
import type { MovedCustomers, SegmentFlow } from '#app/domain/moves.ts'
import type { Instant } from '#app/domain/order.ts'
import { estimateOf } from '#app/domain/rules/estimate.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { IN_SAMPLE } from './own/people.ts'
import { moneyOf, type ShopState } from './shop-state.ts'

type Ends = { start: Instant; end: Instant }
/** `lookedAt` of `total` customers; both 0: everybody. */
type Counted = { rows: { segment: number | null; step: number; customers: number; net: string }[]; lookedAt: number }
type Kind = { moves: string; steps: (moves: string) => string; values: unknown[] }
type Segment = { id: number; name: string; madeAt: Date }

/**
 * Each customer's first and last written tier of the period; what is grouped is no column, so that the moves are read by
 * period and not by customer.
 */
const PICKERS: Kind = {
  moves: `"MembershipChange" f WHERE f."shop" = $1 AND f."what" = 'cherry-picker' AND f."at" >= $2 AND f."at" < $3`,
  steps: (moves) => `SELECT NULL::int AS "segment", "customer",
      ("last" = ANY ($5::int[]))::int - ("first" = ANY ($5::int[]))::int AS "step"
    FROM (SELECT f."customer" + 0 AS "customer", min(f."id" * 8 + array_position($4::text[], f."from")) % 8 AS "first",
      max(f."id" * 8 + array_position($4::text[], f."to")) % 8 AS "last" FROM ${moves} GROUP BY f."customer" + 0) tiers`,
  values: [CHERRY_TIERS, CHERRY_TIERS.flatMap((tier, place) => (isPicker(tier) ? [place + 1] : []))],
}

/** In and out by turns: what is left over is whether somebody came, went, or neither. */
const OWN: Kind = {
  moves: `"OwnMove" f WHERE f."shop" = $1 AND f."at" >= $2 AND f."at" < $3`,
  steps: (moves) => `SELECT f."segment", f."customer" + 0 AS "customer",
      sum(CASE WHEN f."isEntering" THEN 1 ELSE -1 END)::int AS "step" FROM ${moves} GROUP BY f."segment", f."customer" + 0`,
  values: [],
}

/**
 * @param known    since when tiers are written down
 * @param allUpTo  more moves than this are counted up from those of the shop's fixed sample
 */
export async function segmentFlows(
  tx: BulkTx,
  shop: ShopId,
  state: ShopState,
  ends: Ends,
  known: Instant,
  allUpTo: number,
): Promise<SegmentFlow[]> {
  const pickers = await counted(tx, shop, PICKERS, ends, allUpTo)
  const own = await counted(tx, shop, OWN, ends, allUpTo)
  const segments = await tx.query<Segment>(
    `SELECT s."id", s."name", v."savedAt" AS "madeAt" FROM "OwnSegment" s JOIN "OwnSegmentVersion" v
       ON v."shop" = s."shop" AND v."segment" = s."id" AND v."version" = 1 WHERE s."shop" = $1 ORDER BY s."id"`,
    [shop],
  )
  const later = (at: Instant) => (at > ends.start ? at : null)
  return [
    { own: null, ...flowOf(state, pickers, null), knownFrom: later(known) },
    ...segments.map(({ id, name, madeAt }): SegmentFlow => ({
      own: { id, name },
      ...flowOf(state, own, id),
      knownFrom: later(Math.max(known, madeAt.getTime())),
    })),
  ]
}

async function counted(
  tx: BulkTx,
  shop: ShopId,
  { moves, steps, values }: Kind,
  { start, end }: Ends,
  allUpTo: number,
): Promise<Counted> {
  const period = [shop, new Date(start), new Date(end)]
  const [few] = await tx.query<{ moves: number }>(
    `SELECT count(*)::int AS "moves" FROM (SELECT FROM ${moves} LIMIT $4) m`,
    [...period, allUpTo + 1],
  )
  const isSampled = few!.moves > allUpTo
  const rows = await tx.query<Counted['rows'][number]>(
    `SELECT n."segment", sign(n."step")::int AS "step", count(*)::int AS "customers",
       coalesce(sum(m."net12mMinor"), 0)::text AS "net"
     FROM (${steps(isSampled ? `${moves} AND ${IN_SAMPLE}` : moves)}) n
     LEFT JOIN LATERAL (SELECT m."net12mMinor" FROM "Membership" m
       WHERE m."shop" = $1 AND m."customer" = n."customer" OFFSET 0) m ON true
     WHERE n."step" <> 0 GROUP BY 1, 2`,
    [...period, ...values],
  )
  if (!isSampled) return { rows, lookedAt: 0 }
  const [sample] = await tx.query<{ customers: number }>(
    `SELECT count(*)::int AS "customers" FROM "CustomerFeatures" f WHERE f."shop" = $1 AND ${IN_SAMPLE}`,
    [shop],
  )
  return { rows, lookedAt: sample!.customers }
}

function flowOf(
  state: ShopState,
  { rows, lookedAt }: Counted,
  segment: number | null,
): Pick<SegmentFlow, 'entered' | 'left'> {
  const total = everybodyIn(state)
  const side = (step: number): MovedCustomers => {
    const row = rows.find((each) => each.segment === segment && each.step === step)
    const found = row?.customers ?? 0
    const scale = lookedAt === 0 ? 1 : total / lookedAt
    return {
      ...(lookedAt === 0 ? { customers: found, plusMinus: 0 } : estimateOf(found, lookedAt, total)),
      money12m: moneyOf(state, Math.round(Number(row?.net ?? 0) * scale)),
    }
  }
  return { entered: side(1), left: side(-1) }
}

export function everybodyIn(state: ShopState): number {
  const { customers, lastOrderUnknown } = state.worked!.summary
  return Object.values(customers).reduce((sum, one) => sum + one, lastOrderUnknown)
}

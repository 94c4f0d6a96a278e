/** What to expect of customers, for the pages: worked out from their stored facts by the fit in force. */
import { costShareOf } from '#app/domain/costs.ts'
import { lifetimeFitOf, type LifetimeFit } from '#app/domain/lifetime/stored-fit.ts'
import type { Instant } from '#app/domain/order.ts'
import type { CustomerOutlook, ShopOutlook } from '#app/domain/outlook-pages.ts'
import { outlooksOf, priorityOf } from '#app/domain/outlook.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'
import { now } from '#app/outside/clock.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { exclusionsOf } from '../kept-out.ts'
import type { ShopState } from './shop-state.ts'

async function readFit(tx: Tx, shop: ShopId): Promise<LifetimeFit | null> {
  return lifetimeFitOf(await tx.lifetimeFit.findUnique({ where: { shop } }))
}

/** What the shop's own past lets us say of anybody. */
export async function shopOutlook(tx: Tx, shop: ShopId, state: ShopState): Promise<ShopOutlook> {
  if (state.isLimited) return { state: 'hidden' }
  const fit = await readFit(tx, shop)
  if (fit === null) return { state: 'waiting' }
  const { model, horizonDays, takenAt, rightness } = fit
  if (model.kind !== 'fitted') return { state: 'too-little', lacking: model }
  return {
    state: 'known',
    horizonDays,
    takenAt,
    because: model.because,
    repeatBuyers: model.purchases.repeatBuyers,
    rightness,
    costs: costShareOf(state.settings.costs),
  }
}

/** What to expect of some customers as of a moment, by id; those of whom nothing can be said are missing. */
export async function customerOutlooks(
  tx: Tx,
  shop: ShopId,
  customers: bigint[],
  state: ShopState,
  asOf: Instant,
): Promise<Map<string, CustomerOutlook>> {
  const found = new Map<string, CustomerOutlook>()
  const fit = state.isLimited || customers.length === 0 ? null : await readFit(tx, shop)
  if (fit === null) return found
  const rows = await tx.customerFeatures.findMany({
    where: { shop, customer: { in: customers } },
    select: {
      customer: true,
      n: true,
      firstAt: true,
      lastAt: true,
      sumLnGapDays: true,
      netMinor: true,
      isBusiness: true,
    },
  })
  const first = rows.reduce((least, row) => Math.min(least, row.firstAt?.getTime() ?? asOf), asOf)
  // An order may have moved somebody alone since the run over the whole shop.
  const upTo = rows.reduce((latest, row) => Math.max(latest, row.lastAt?.getTime() ?? asOf), asOf)
  const calendar = shopCalendar(state.timezone, first, upTo)
  const dayOf = (at: Date | null) => calendar.dayOf(at?.getTime() ?? upTo)
  const outlooks = outlooksOf(
    fit,
    {
      count: rows.length,
      n: rows.map((row) => row.n),
      firstDay: rows.map((row) => dayOf(row.firstAt)),
      lastDay: rows.map((row) => dayOf(row.lastAt)),
      sumLnGapDays: rows.map((row) => row.sumLnGapDays ?? NaN),
      netMinor: rows.map((row) => Number(row.netMinor)),
      isBusiness: rows.map((row) => (row.isBusiness ? 1 : 0)),
    },
    calendar.dayOf(upTo),
  )
  const keptOut = await exclusionsOf(tx, shop, customers, now())
  const kept = 1 - costShareOf(state.settings.costs).share
  const left = (minor: number) => ({ minor: asTold(minor * kept), currency: state.currency ?? '' })
  for (const [row, outlook] of outlooks.entries()) {
    if (outlook === null) continue
    const { shareBuying, worth } = outlook
    const id = String(rows[row]!.customer)
    found.set(id, {
      shareBuying,
      worth: worth && {
        expected: left(worth.expectedMinor),
        low: left(worth.lowMinor),
        high: left(worth.highMinor),
        priority: priorityOf(left(worth.expectedMinor).minor, keptOut.get(id) ?? []),
      },
    })
  }
  return found
}

/** Two figures: more would claim to know what nobody does. */
function asTold(minor: number): number {
  return Math.round(Number(minor.toPrecision(2)))
}

/**
 * Ids of the people in a stage, whom to begin with first: those expected to bring most money within 12 months, and after
 * them whoever is kept out of rewards.
 */
export async function idsByPriority(tx: Tx, shop: ShopId, stage: string, rows: number): Promise<bigint[]> {
  const moment = new Date(now())
  // Asked of each customer on the way down the list, which ends with the last row that is wanted.
  const listed = async (isKeptOut: boolean, limit: number): Promise<bigint[]> => {
    const found = await tx.$queryRaw<{ customer: bigint }[]>`
      SELECT f."customer" FROM "CustomerFeatures" f
        JOIN "Membership" m ON m."shop" = f."shop" AND m."customer" = f."customer"
      WHERE f."shop" = ${shop} AND m."stage" = ${stage} AND ${isKeptOut} = (
        EXISTS (SELECT FROM "Exclusion" x WHERE x."shop" = ${shop} AND x."customer" = f."customer"
          AND x."endedAt" IS NULL AND (x."until" IS NULL OR x."until" > ${moment}))
        OR EXISTS (SELECT FROM "OwnMembership" o WHERE o."shop" = ${shop} AND o."customer" = f."customer"
          AND o."segments" && ARRAY(SELECT x."segment" FROM "Exclusion" x WHERE x."shop" = ${shop}
            AND x."segment" IS NOT NULL AND x."endedAt" IS NULL AND (x."until" IS NULL OR x."until" > ${moment}))))
      ORDER BY f."expected12mMinor" DESC NULLS LAST, f."customer" LIMIT ${limit}`
    return found.map((row) => row.customer)
  }
  const first = await listed(false, rows)
  return first.length === rows ? first : [...first, ...(await listed(true, rows - first.length))]
}

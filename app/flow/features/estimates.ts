import { estimatesFrom, fixedEstimates, whatToDoWith } from '#app/domain/estimates.ts'
import type { Instant } from '#app/domain/order.ts'
import type { Estimates } from '#app/domain/stages.ts'
import { adoptedOf, type EstimatesRow } from '#app/domain/stored-estimates.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { saveSettingsIn } from '../settings.ts'
import type { Folded } from './fold.ts'

/** A proposal that the merchant has declined keeps its row, so that it is not made again before a month has passed. */
const DISMISSED = 'dismissed'

/**
 * The adopted versions, oldest first, after doing what is due: the first estimates and the first learned ones are adopted at
 * once, later ones proposed monthly, and the facts beside starting values ("12 of 50 so far") kept up.
 */
export async function keepEstimates(tx: BulkTx, shop: ShopId, folded: Folded, asOf: Instant): Promise<Estimates[]> {
  const rows = await tx.query<EstimatesRow>('SELECT * FROM "Estimates" WHERE "shop" = $1 ORDER BY "version"', [shop])
  const adopted = adoptedOf(rows)
  const inForce = adopted.at(-1) ?? null
  const latestTakenAt = rows.length > 0 ? Math.max(...rows.map((row) => row.takenAt.getTime())) : null
  // Sorting a million gaps is worth it only where something may come of it.
  if (
    inForce?.source === 'learned' &&
    whatToDoWith({ source: 'learned', takenAt: asOf }, inForce, latestTakenAt) === 'keep'
  )
    return adopted
  const { standings } = folded
  const candidate = estimatesFrom({ ...standings, gapDays: folded.gapDays }, asOf)
  const verdict = whatToDoWith(candidate, inForce, latestTakenAt)
  if (verdict === 'keep') {
    if (inForce?.source !== 'starting') return adopted
    await tx.query(
      `UPDATE "Estimates" SET "reorderers" = $3, "medianFirstGapDays" = $4, "p80FirstGapDays" = $5, "gapRatioP20" = $6,
        "gapRatioP80" = $7, "firstGapPercentiles" = $8 WHERE "shop" = $1 AND "version" = $2`,
      [shop, inForce.version, ...factsOf(candidate)],
    )
    const { takenAt: _, ...facts } = candidate
    return [...adopted.slice(0, -1), { ...inForce, ...facts }]
  }
  const version = (rows.at(-1)?.version ?? 0) + 1
  const adoptedAt = verdict === 'adopt' ? asOf : null
  await insertEstimates(tx, shop, { ...candidate, version, adoptedAt })
  return verdict === 'adopt' ? [...adopted, { ...candidate, version, adoptedAt }] : adopted
}

/** The adopted versions of a shop whose older orders Shopify hides, oldest first: the fixed values are in force. */
export async function keepFixedEstimates(tx: BulkTx, shop: ShopId, asOf: Instant): Promise<Estimates[]> {
  const rows = await tx.query<EstimatesRow>('SELECT * FROM "Estimates" WHERE "shop" = $1 ORDER BY "version"', [shop])
  const adopted = adoptedOf(rows)
  if (adopted.at(-1)?.source === 'starting') return adopted
  const fixed = { ...fixedEstimates(asOf), version: (rows.at(-1)?.version ?? 0) + 1, adoptedAt: asOf }
  await insertEstimates(tx, shop, fixed)
  return [...adopted, fixed]
}

async function insertEstimates(tx: BulkTx, shop: ShopId, estimates: Estimates): Promise<void> {
  await tx.query(
    `INSERT INTO "Estimates" ("shop", "version", "reorderers", "medianFirstGapDays", "p80FirstGapDays", "gapRatioP20",
      "gapRatioP80", "firstGapPercentiles", "takenAt", "adoptedAt", "source", "cycleDays", "windowDays")
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      shop,
      estimates.version,
      ...factsOf(estimates),
      new Date(estimates.takenAt),
      estimates.adoptedAt === null ? null : new Date(estimates.adoptedAt),
      estimates.source,
      estimates.cycleDays,
      estimates.windowDays,
    ],
  )
}

function factsOf(estimates: Omit<Estimates, 'version' | 'adoptedAt'>): unknown[] {
  return [
    estimates.reorderers,
    estimates.medianFirstGapDays,
    estimates.p80FirstGapDays,
    estimates.gapRatioP20,
    estimates.gapRatioP80,
    estimates.firstGapPercentiles,
  ]
}

/**
 * The merchant takes a proposal (stages are worked out with it from now on), or keeps what is there (the next proposal comes
 * in a month).
 *
 * @param announce  Shopify Flow is told of the moves that this brings
 * @throws {InvalidInput} not-found if no such proposal waits any more
 */
export async function decideEstimates(
  shop: ShopId,
  version: number,
  decision: 'adopt' | 'keep',
  announce = false,
): Promise<void> {
  await withShop(shop, async (tx) => {
    const decided = await tx.estimates.updateMany({
      where: { shop, version, adoptedAt: null, source: { not: DISMISSED } },
      data: decision === 'adopt' ? { adoptedAt: new Date(now()) } : { source: DISMISSED },
    })
    if (decided.count === 0) throw new InvalidInput(`no proposal ${version} of shop ${shop}`, { code: 'not-found' })
    if (decision === 'keep') return
    await saveSettingsIn(tx, shop, { announceRuleMoves: announce })
    await owe(tx, shop, 'recompute', String(shop), { cause: 'estimates' })
  })
}

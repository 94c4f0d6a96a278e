import type { Estimates } from './stages.ts'

/** A row of Estimates as the database gives it. */
export type EstimatesRow = Omit<Estimates, 'takenAt' | 'adoptedAt' | 'source'> & {
  takenAt: Date
  adoptedAt: Date | null
  /** starting | learned | dismissed: a proposal that the merchant declined, kept so that it is not made again at once. */
  source: string
}

/** The estimates of a row. */
function estimatesOfRow(row: EstimatesRow): Estimates {
  return {
    version: row.version,
    takenAt: row.takenAt.getTime(),
    adoptedAt: row.adoptedAt?.getTime() ?? null,
    source: row.source === 'starting' ? 'starting' : 'learned',
    reorderers: row.reorderers,
    cycleDays: row.cycleDays,
    windowDays: row.windowDays,
    medianFirstGapDays: row.medianFirstGapDays,
    p80FirstGapDays: row.p80FirstGapDays,
    gapRatioP20: row.gapRatioP20,
    gapRatioP80: row.gapRatioP80,
    firstGapPercentiles: row.firstGapPercentiles,
  }
}

/** The adopted versions, oldest adoption first: what a replay goes through; the last one is in force. */
export function adoptedOf(rows: readonly EstimatesRow[]): Estimates[] {
  return rows
    .map(estimatesOfRow)
    .filter((version) => version.adoptedAt !== null)
    .sort((a, b) => a.adoptedAt! - b.adoptedAt! || a.version - b.version)
}

/** The newest estimates that wait for the merchant's yes; null: none newer than what is in force. */
export function proposalOf(rows: readonly EstimatesRow[]): Estimates | null {
  const inForce = adoptedOf(rows).at(-1)?.version ?? 0
  const waiting = rows.filter((row) => row.adoptedAt === null && row.source !== 'dismissed' && row.version > inForce)
  const newest = waiting.sort((a, b) => b.version - a.version)[0]
  return newest ? estimatesOfRow(newest) : null
}

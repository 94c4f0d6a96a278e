/** Who is kept out of rewards, why and until when: the one place that says so. The segments stage decides, every stage may ask. */
import type { Exclusion } from '#app/domain/exclusions.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'

type Row = {
  of: string
  id: number
  segment: number | null
  name: string | null
  reason: string
  since: Date
  until: Date | null
}

/**
 * For each of these customers what keeps them out of rewards at a moment: named themselves, or by a segment that they are
 * in as stored. Nobody stands in the answer who may have rewards.
 */
export async function exclusionsOf(
  tx: Tx,
  shop: ShopId,
  customers: readonly (Id | bigint)[],
  at: Instant,
): Promise<Map<Id, Exclusion[]>> {
  const ids = customers.map(String)
  const moment = new Date(at)
  const rows = await tx.$queryRaw<Row[]>`
    SELECT x."customer"::text AS "of", x."id", x."segment", x."name", x."reason", x."since", x."until" FROM "Exclusion" x
    WHERE x."shop" = ${shop} AND x."customer" = ANY (${ids}::text[]::bigint[])
      AND x."endedAt" IS NULL AND (x."until" IS NULL OR x."until" > ${moment})
    UNION ALL
    SELECT o."customer"::text, x."id", x."segment", s."name", x."reason", x."since", x."until"
    FROM "Exclusion" x JOIN "OwnSegment" s ON s."shop" = x."shop" AND s."id" = x."segment"
      JOIN "OwnMembership" o ON o."shop" = x."shop" AND x."segment" = ANY (o."segments")
    WHERE x."shop" = ${shop} AND o."customer" = ANY (${ids}::text[]::bigint[])
      AND x."endedAt" IS NULL AND (x."until" IS NULL OR x."until" > ${moment})
    ORDER BY 2`
  const found = new Map<Id, Exclusion[]>()
  for (const row of rows) found.set(row.of, [...(found.get(row.of) ?? []), exclusionFrom(row)])
  return found
}

/** One stored row as the pages know it. */
export function exclusionFrom(row: Omit<Row, 'of'>): Exclusion {
  return {
    id: row.id,
    segment: row.segment === null ? null : { id: row.segment, name: row.name ?? '' },
    reason: row.reason,
    since: row.since.getTime(),
    until: row.until?.getTime() ?? null,
  }
}

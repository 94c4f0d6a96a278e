import type { Id } from '#app/domain/order.ts'
import type { MembersForBlock } from '#app/domain/pages.ts'
import type { Stage } from '#app/domain/stages.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { readShopState } from './shop-state.ts'

type Row = { stage: Stage | null; customers: number; likely: number; net12m: bigint | null }

/** Counts the customers of these ids, each once, by what is stored of them; nothing is kept. */
export async function membersKnown(shop: ShopId, ids: Id[]): Promise<MembersForBlock> {
  const wanted = [...new Set(ids)]
  return withShop(shop, async (tx) => {
    const { worked, timezone } = await readShopState(tx, shop)
    if (!worked) return { state: 'not-imported' }
    const rows = await tx.$queryRaw<Row[]>`
      SELECT m."stage", count(*)::int AS "customers",
        (count(*) FILTER (WHERE m."cherryPicker" IN ('likely', 'confirmed')))::int AS "likely", sum(f."net12mMinor")::bigint AS "net12m"
      FROM "Membership" m
      LEFT JOIN "CustomerFeatures" f ON f."shop" = m."shop" AND f."customer" = m."customer"
      WHERE m."shop" = ${shop} AND m."customer" = ANY(${wanted.map(BigInt)}::bigint[])
      GROUP BY m."stage"`
    return {
      state: 'known',
      asked: wanted.length,
      stages: rows.flatMap(({ stage, customers }) => (stage === null ? [] : [{ stage, customers }])),
      lastOrderUnknown: rows.find(({ stage }) => stage === null)?.customers ?? 0,
      likelyCherryPickers: rows.reduce((sum, row) => sum + row.likely, 0),
      net12mMinor: rows.reduce((sum, row) => sum + Number(row.net12m ?? 0), 0),
      // Of the last run over the whole shop: adding everybody up costs too much for every opened segment.
      everybodysNet12mMinor: Object.values(worked.summary.revenue12m).reduce((sum, minor) => sum + minor, 0),
      freshness: await freshnessOf(tx, shop),
      timezone,
    }
  })
}

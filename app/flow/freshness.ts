/** How fresh a shop's figures are: the one reading that every page shows. */
import { seesAllOrders } from '#app/domain/limited.ts'
import type { Instant } from '#app/domain/order.ts'
import type { Freshness } from '#app/domain/pages.ts'
import type { WorkKind } from '#app/domain/work.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'

/** What is promised: an order moves its customer within this, */
const LIVE_WITHIN_MS = 120_000
/** everybody is worked out again within this, */
const WHOLE_WITHIN_MS = 26 * 3_600_000
/** and Shopify is asked whether all of it has come: several turns missed means that nobody looks. */
const LOOKED_WITHIN_MS = 3_600_000

/** What stands between an event in the shop and the pages. */
const LIVE_KINDS: WorkKind[] = ['refresh-order', 'refresh-customer', 'recompute-customer']

type Row = {
  scopes: string
  limited: boolean
  lastOrderAt: Date | null
  syncedAt: Date | null
  asOf: Date | null
  checkedAt: Date | null
  agreedAt: Date | null
  silentSince: Date | null
  waiting: number
  oldest: Date | null
  stoppedSince: Date | null
  parkedSince: Date | null
}

/** The same for a page that asks nothing else of the shop. */
export function freshnessFor(shop: ShopId): Promise<Freshness> {
  return withShop(shop, (tx) => freshnessOf(tx, shop))
}

export async function freshnessOf(tx: Tx, shop: ShopId): Promise<Freshness> {
  const at = now()
  // Due is what runs, what is due, and what failed and waits for another try; not what was put off on purpose. Work that
  // another debt has joined since is as old as when it was first due. Work that is tried no more counts until what it was
  // about has come in another way: fetched since, or worked out with everybody.
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT s.scopes, s.limited, s."lastOrderAt", s."syncedAt", y."asOf", h."checkedAt", h."agreedAt", h."silentSince", w.*
    FROM "Shop" s LEFT JOIN "Summary" y ON y.shop = s.shop LEFT JOIN "LiveHealth" h ON h.shop = s.shop, LATERAL (
      SELECT count(*) FILTER (WHERE due)::int AS waiting, min(least("owedAt", "nextAt")) FILTER (WHERE due) AS oldest,
        min("owedAt") FILTER (WHERE stopped) AS "stoppedSince",
        min("owedAt") FILTER (WHERE state = 'parked') AS "parkedSince"
      FROM (
        SELECT "owedAt", "nextAt", state, kind <> 'check-health'
          AND (state = 'running' OR state = 'waiting' AND ("nextAt" <= now() OR attempts > 0)) AS due,
          state = 'dead' AND CASE kind
            WHEN 'refresh-order' THEN NOT EXISTS (SELECT FROM "Order" o WHERE o.shop = ${shop}
              AND o.id = substring(entity FROM '^[0-9]+$')::bigint AND o."fetchedAt" > "owedAt")
            WHEN 'refresh-customer' THEN NOT EXISTS (SELECT FROM "Customer" c WHERE c.shop = ${shop}
              AND c.id = substring(entity FROM '^[0-9]+$')::bigint AND c."fetchedAt" > "owedAt")
            WHEN 'recompute-customer' THEN y."asOf" IS NULL OR y."asOf" <= "owedAt"
            ELSE false END AS stopped
        FROM "Work" WHERE shop = ${shop} AND kind = ANY (${[...LIVE_KINDS, 'check-health']})) owed) w
    WHERE s.shop = ${shop}`
  const asOf = row?.asOf?.getTime() ?? null
  return {
    lastOrderAt: row?.lastOrderAt?.getTime() ?? null,
    asOf,
    isLate: asOf !== null && at - asOf > WHOLE_WITHIN_MS,
    live: { ...liveOf(row, at), waiting: row?.waiting ?? 0, promisedMs: LIVE_WITHIN_MS },
    checkedAt: latest(row?.agreedAt, row?.syncedAt),
    isLimited: row !== undefined && (row.limited || !seesAllOrders(row.scopes)),
  }
}

function liveOf(row: Row | undefined, at: Instant): Pick<Freshness['live'], 'state' | 'sinceMs'> {
  if (row === undefined || row.syncedAt === null) return { state: 'off' }
  if (row.parkedSince !== null) return { state: 'off', sinceMs: row.parkedSince.getTime() }
  if (row.silentSince !== null) return { state: 'silent', sinceMs: row.silentSince.getTime() }
  if (row.stoppedSince !== null) return { state: 'stopped', sinceMs: row.stoppedSince.getTime() }
  const oldest = row.oldest?.getTime() ?? Infinity
  if (at - oldest > LIVE_WITHIN_MS) return { state: 'behind', sinceMs: oldest }
  const lookedAt = latest(row.checkedAt, row.syncedAt)!
  return at - lookedAt > LOOKED_WITHIN_MS ? { state: 'behind', sinceMs: lookedAt } : { state: 'live' }
}

function latest(one: Date | null | undefined, other: Date | null | undefined): Instant | null {
  const known = [one, other].filter((each) => each != null).map((each) => each.getTime())
  return known.length === 0 ? null : Math.max(...known)
}

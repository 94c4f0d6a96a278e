import type { Instant } from '#app/domain/order.ts'
import { evidenceColumnsSql } from '#app/flow/features/evidence.ts'
import { orderColumnsSql } from '#app/flow/features/read-orders.ts'
import { recomputeFeatures } from '#app/flow/features/recompute.ts'
import { recomputeMemberships } from '#app/flow/segments/memberships.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { median } from './intervals.ts'

const DAY_MS = 86_400_000

export type Figure = { name: string; ours: number; peer: number; ratio: number; detail: Record<string, number> }

/**
 * The whole shop worked out again one day later, changed rows written, beside a COPY of exactly the columns that it reads of
 * the orders and of the evidence kept of them. Median of `rounds`; every round is another day, so that rows change each time. The shop must be filled, and
 * `asOf` is the moment of its first run, which is made here if there was none.
 */
export async function benchRecompute(shop: ShopId, asOf: Instant, rounds = 3): Promise<Figure> {
  const firstRunMs = await timed(() => recompute(shop, asOf, 'import'))
  const ours: number[] = []
  const peer: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    peer.push(await timed(() => copyOrders(shop)))
    ours.push(await timed(() => recompute(shop, asOf + round * DAY_MS, 'time')))
  }
  const [oursMs, peerMs] = [median(ours), median(peer)]
  return {
    name: 'recompute one day later, beside COPY of the columns it reads',
    ours: oursMs,
    peer: peerMs,
    ratio: oursMs / peerMs,
    detail: { firstRunMs, rssMb: process.memoryUsage().rss / 1_048_576, peakMb: process.resourceUsage().maxRSS / 1024 },
  }
}

async function recompute(shop: ShopId, asOf: Instant, cause: 'import' | 'time'): Promise<void> {
  const standings = await recomputeFeatures(shop, asOf, cause)
  await recomputeMemberships(shop, asOf, cause, standings)
}

/** The peer: the bytes leave the server and are dropped. */
async function copyOrders(shop: ShopId): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    for (const sql of [orderColumnsSql(shop), evidenceColumnsSql(shop)])
      for await (const _ of tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`)) continue
  })
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

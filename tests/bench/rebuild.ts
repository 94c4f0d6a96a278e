/** The recommendations of a large shop, worked out anew, beside one reading of the lines that they rest on. */
import { rebuildRecommendations } from '#app/flow/recommendations/rebuild.ts'
import { withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import type { Figure } from './recompute.ts'

export async function benchRebuild(shop: ShopId): Promise<Figure> {
  const signal = new AbortController().signal
  const ours = await timed(async () => {
    await rebuildRecommendations({ shop, stillMine: async () => {}, signal }, false)
  })
  const peakMb = process.resourceUsage().maxRSS / 1024
  const peer = await timed(() =>
    withShopBulk(shop, async (tx) => {
      const lines = `SELECT o."customer", o."processedAt", l."product" FROM "Order" o
        JOIN "Line" l ON l."shop" = o."shop" AND l."order" = o."id"
        WHERE o."shop" = ${Number(shop)} AND l."shop" = ${Number(shop)} ORDER BY o."customer", o."processedAt"`
      for await (const chunk of tx.copyOut(`COPY (${lines}) TO STDOUT (FORMAT binary)`)) void chunk
    }),
  )
  return {
    name: 'recommendations of everybody, chosen, learned and stored; beside one sorted COPY of the lines',
    ours,
    peer,
    ratio: ours / peer,
    detail: { peakMb },
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

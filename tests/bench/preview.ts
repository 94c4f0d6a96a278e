import { previewSegment } from '#app/flow/segments/preview.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { median } from './intervals.ts'
import { timed, type Figure } from './recompute.ts'

/** A segment's live count while somebody types, p95, beside the count of the feature rows. The shop must be worked out. */
export async function benchPreview(shop: ShopId, rounds = 60): Promise<Figure> {
  const firstMs = await timed(() => previewSegment(shop, 'at-risk', { lateRatio: 1.4 }))
  const ours: number[] = []
  const peer: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const segment = (['at-risk', 'repeat', 'new', 'cherry-picker'] as const)[round % 4]!
    ours.push(
      await timed(() =>
        previewSegment(shop, segment, { lateRatio: 1.2 + round / 100, windowShare: 0.6 + round / 200 }),
      ),
    )
    peer.push(await timed(() => countFeatures(shop)))
  }
  const p95 = [...ours].sort((a, b) => a - b)[Math.floor(ours.length * 0.95)]!
  return {
    name: 'live count while editing, p95, beside count(*) of the feature rows',
    ours: p95,
    peer: median(peer),
    ratio: p95 / median(peer),
    detail: { firstMs, medianMs: median(ours) },
  }
}

async function countFeatures(shop: ShopId): Promise<void> {
  await withShop(shop, (tx) => tx.$queryRaw`SELECT count(*) FROM "CustomerFeatures" WHERE shop = ${shop}`)
}

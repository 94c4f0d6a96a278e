// A shop with recommendations at the local shop, and what is stored and written of them.
import { pickCustomer } from '#app/jobs/pick-customer.ts'
import { rebuildRecommendations } from '#app/jobs/rebuild-recommendations.ts'
import { showPicks } from '#app/jobs/show-picks.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe, startWorker } from '#app/outside/queue.server.ts'
import { JOBS } from '#tests/flow/sync/jobs.ts'
import { oweImport, playShop, type PlayedShop } from '#tests/flow/sync/played.ts'
import type { LocalShopOptions } from '#tests/support/local-shop.ts'
import type { World } from '#tests/shop/world.ts'
import { until } from '#tests/support/until.ts'

const WORKED = [
  ...JOBS.filter(({ kind }) => kind !== 'rebuild-recommendations'),
  rebuildRecommendations,
  pickCustomer,
  showPicks,
]

/** Runs a worker until nothing of the shop is waiting or running. */
export async function work(shop: ShopId): Promise<void> {
  const worker = startWorker(WORKED, { concurrency: 2, sweepEveryMs: 20, leaseSeconds: 30 })
  try {
    await until(async () => {
      const open = await withShop(shop, (tx) =>
        tx.work.count({ where: { shop, state: { in: ['waiting', 'running'] } } }),
      )
      return open === 0
    })
  } finally {
    await worker.stop()
  }
}

/** A shop that is imported and whose recommendations are worked out; shown only where a test switches them on. */
export async function playRecommended(
  fill: (world: World) => void,
  options: LocalShopOptions = {},
): Promise<PlayedShop> {
  const played = await playShop(fill, options)
  await oweImport(played.shop)
  await work(played.shop)
  return played
}

export async function rebuild(shop: ShopId, mayKeepChoice = false): Promise<void> {
  await withShop(shop, (tx) => owe(tx, shop, 'rebuild-recommendations', String(shop), { mayKeepChoice }))
  await work(shop)
}

/** As after an order of theirs. */
export async function pickOne(shop: ShopId, customer: number): Promise<void> {
  await withShop(shop, (tx) => owe(tx, shop, 'pick-customer', String(customer), {}))
  await work(shop)
}

/** A customer's stored picks: lead, [product, why], and what no list shows to them. */
export async function picksOfCustomer(shop: ShopId, customer: number) {
  const row = await withShop(shop, (tx) =>
    tx.customerPicks.findUnique({ where: { shop_customer: { shop, customer: BigInt(customer) } } }),
  )
  return (row?.wanted ?? null) as { lead: string | null; picks: [number, string][]; never: number[] } | null
}

/** The value of one of our metafields of an owner in the local shop, parsed; undefined: there is none. */
export function metafieldOf(
  { world }: PlayedShop,
  owner: { metafields: Map<string, { value: string }> } | undefined,
  key: string,
): unknown {
  const found = owner?.metafields.get(`app--${world.appId}--morello.${key}`)
  return found === undefined ? undefined : (JSON.parse(found.value) as unknown)
}

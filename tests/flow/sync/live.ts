// A shop whose webhooks go through the app's own route and whose jobs are this stage's; the stages after it only note
// what they were owed.
import { setTimeout as sleep } from 'node:timers/promises'

import { refreshCustomer } from '#app/jobs/refresh-customer.ts'
import { refreshOrder } from '#app/jobs/refresh-order.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { defineJob, startWorker } from '#app/outside/queue.server.ts'
import { action } from '#app/routes/webhooks.tsx'
import { connectAs } from '#tests/support/database.ts'
import type { LocalShopOptions } from '#tests/support/local-shop.ts'
import type { World } from '#tests/shop/world.ts'

import { JOBS } from './jobs.ts'
import { importAll, playShop, type PlayedShop } from './played.ts'

export type LiveShop = PlayedShop & {
  /** What the stages after this one were owed: `recompute-customer 42`. */
  owed: string[]
  /** Delivers what is under way, then lets the shop's work run until none is left; waits are cut short. */
  settle(): Promise<void>
  /** Lets the shop's clock go on: what happens next happens in a second of its own. */
  later(): void
  /** Admin calls since the last time this was asked, by operation. */
  calls(): string[]
}

/** An hour ago in the shop: every second of its has settled. */
const SETTLED_DAYS = -1 / 24

/** An imported shop. `isNow`: its clock is this machine's, so that what happens there has not settled yet. */
export async function playLiveShop(
  fill: (world: World) => void,
  options: LocalShopOptions & { isNow?: boolean } = {},
): Promise<LiveShop> {
  const { isNow = false, ...rest } = options
  const played = await playShop((world) => {
    if (!isNow) world.advance(SETTLED_DAYS)
    fill(world)
  }, rest)
  await importAll(played)
  const { shop, local, world } = played
  world.advance(10 / 86_400)
  local.shop.played.webhooks.deliver = async (request) =>
    (await action({ request, params: {}, context: {} })) as Response
  const owed: string[] = []
  let counted = local.shop.played.calls.length
  return {
    ...played,
    owed,
    async settle() {
      await local.shop.happen.delivered()
      await workLive(shop, owed)
    },
    later() {
      world.advance(10 / 86_400)
    },
    calls() {
      const since = local.shop.played.calls.slice(counted).map(({ operation }) => operation)
      counted = local.shop.played.calls.length
      return since
    },
  }
}

async function workLive(shop: ShopId, owed: string[], withinMs = 25_000): Promise<void> {
  const noting = (['recompute-customer', 'publish-customer'] as const).map((kind) =>
    defineJob({ kind, handler: async ({ entity }) => void owed.push(`${kind} ${entity}`) }),
  )
  const worker = startWorker([...JOBS, refreshOrder, refreshCustomer, ...noting], {
    concurrency: 3,
    sweepEveryMs: 20,
    leaseSeconds: 5,
  })
  try {
    const end = Date.now() + withinMs
    for (;;) {
      const open = await withShop(shop, (tx) =>
        tx.work.findMany({
          where: { shop, state: { in: ['waiting', 'running'] }, kind: { not: 'check-health' } },
          select: { kind: true, entity: true, problem: true },
        }),
      )
      if (open.length === 0) return
      if (Date.now() > end) throw new Error(`work is still open: ${JSON.stringify(open)}`)
      await hurry(shop)
      await sleep(20)
    }
  } finally {
    await worker.stop()
  }
}

/** What waits for its time need not: orders first, whose answers bring the customers. */
export async function hurry(shop: ShopId): Promise<void> {
  await connectAs('superuser', (client) =>
    client.query(
      `UPDATE "Work" SET "nextAt" = now() WHERE shop = $1 AND state = 'waiting' AND attempts = 0 AND "nextAt" > now()
         AND kind = (SELECT max(kind) FROM "Work" WHERE shop = $1 AND kind LIKE 'refresh-%')`,
      [shop],
    ),
  )
}

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
import { importAll, playShop, type PlayedShop, storedRows } from './played.ts'

export type LiveShop = PlayedShop & {
  /** What the stages after this one were owed: `recompute-customer 42`. */
  owed: string[]
  /** Delivers what is under way, then lets the shop's work run until none is left; waits are cut short. */
  settle(withinMs?: number): Promise<void>
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
    async settle(withinMs = 25_000) {
      await local.shop.happen.delivered()
      await workLive(shop, owed, withinMs)
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

async function workLive(shop: ShopId, owed: string[], withinMs: number): Promise<void> {
  const noting = (['recompute-customer', 'publish-customer', 'carry-over'] as const).map((kind) =>
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

/** What is stored and is not what Shopify shows, as `order 42`: other, missing, or gone there. */
export async function staleRows(live: LiveShop): Promise<string[]> {
  const { world } = live
  const { customers, orders, lines } = (await storedRows(live.shop)) as Record<string, Row[]>
  const linesOf = new Map<unknown, Row[]>()
  for (const line of lines!) linesOf.set(line['order'], [...(linesOf.get(line['order']) ?? []), line])
  const stored = new Map<string, string>()
  for (const row of orders!) {
    const own = (linesOf.get(row['id']) ?? []).map((line) => [line['id'], line['quantity'], line['currentQuantity']])
    stored.set(
      `order ${String(row['id'])}`,
      JSON.stringify([
        row['customer'],
        second(row['updatedAt']),
        second(row['cancelledAt']),
        row['financialStatus'],
        row['refundedMinor'],
        own,
      ]),
    )
  }
  for (const row of customers!)
    stored.set(
      `customer ${String(row['id'])}`,
      JSON.stringify([second(row['updatedAt']), row['tags'], row['smsConsent']]),
    )
  const shown = new Map<string, string>()
  for (const order of world.orders.values()) {
    const refunded = order.refunds.reduce((sum, { minor }) => sum + minor, 0)
    const own = order.lines.map((line) => [line.id, line.quantity, line.currentQuantity])
    shown.set(
      `order ${order.id}`,
      JSON.stringify([
        order.customerId,
        second(order.updatedAt),
        second(order.cancelledAt),
        order.financialStatus,
        refunded,
        own,
      ]),
    )
  }
  for (const { id, updatedAt, tags, smsConsent } of world.customers.values())
    shown.set(`customer ${id}`, JSON.stringify([second(updatedAt), [...tags].sort(), smsConsent ?? null]))
  return [...new Set([...stored.keys(), ...shown.keys()])].filter((key) => stored.get(key) !== shown.get(key))
}

type Row = Record<string, unknown>

function second(time: unknown): number | null {
  return time === null || time === undefined ? null : Math.floor(new Date(time as string | number).getTime() / 1000)
}

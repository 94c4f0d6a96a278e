import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openPage, submitForm } from '../demo/admin-door.ts'
import { startStack, type Stack } from '../demo/stack.ts'
import { World, type WorldCustomer } from '../shop/world.ts'
import { percentile } from './load.ts'

const PLAN = 'basic'
const SHARE_OF_BUCKET = 0.6
/** Moves by which the cost of one is measured, one at a time; then those that are timed. */
const PRICED = 12
const TIMED = 180
const DAY_MS = 86_400_000
const WITHIN_MS = 120_000
const LOOK_EVERY_MS = 5

export type LiveFigures = {
  plan: string
  pointsPerMove: number
  movesPerSecond: number
  moves: number
  p50Ms: number
  p99Ms: number
  throttledShare: number
  callsPerOrder: number
  calls: Record<string, number>
}

/**
 * From a purchase in the shop to the tag in the shop, with the production build, two workers and the bucket of a plan: at
 * 60 % of what the bucket gives back, by what one move of ours costs.
 */
export async function benchLive(folder: string): Promise<LiveFigures> {
  const stack = await startStack({
    folder,
    world: () => Promise.resolve(worldOf(PRICED + TIMED)),
    say: () => undefined,
    isFresh: true,
  })
  try {
    stack.startWorker()
    await importAndTag(stack)
    const movers = [...stack.world.customers.values()]
    const { shop } = stack.shop
    const { bucket } = shop.played

    shop.forgetCalls()
    for (const mover of movers.slice(0, PRICED)) await moved(stack, mover)
    await settled(stack)
    const pointsPerMove = shop.callsInAll().points / PRICED

    const movesPerSecond = (SHARE_OF_BUCKET * bucket.restoreRate) / pointsPerMove
    shop.forgetCalls()
    const begunAt = performance.now()
    const times: Promise<number>[] = []
    for (const [n, mover] of movers.slice(PRICED).entries()) {
      await sleep(Math.max(0, begunAt + (n * 1000) / movesPerSecond - performance.now()))
      times.push(moved(stack, mover))
    }
    const ms = Float64Array.from(await Promise.all(times)).sort()
    await settled(stack)
    const { calls, throttledShare } = shop.callsInAll()
    return {
      plan: `${PLAN}, ${bucket.restoreRate} points a second`,
      pointsPerMove,
      movesPerSecond,
      moves: ms.length,
      p50Ms: percentile(ms, 0.5),
      p99Ms: percentile(ms, 0.99),
      throttledShare,
      callsPerOrder: calls / ms.length,
      calls: shop.callsByName(),
    }
  } finally {
    await stack.stop()
  }
}

/** Somebody who bought once buys again; answers after how long their tag in the shop says so. */
async function moved({ shop, world }: Stack, mover: WorldCustomer): Promise<number> {
  const productId = [...world.products.keys()][0]!
  const begunAt = performance.now()
  shop.shop.happen.buy({ customerId: mover.id, lines: [{ productId, quantity: 1 }] })
  while (!mover.tags.includes('seg:repeat')) {
    if (performance.now() - begunAt > WITHIN_MS) throw new Error('a purchase did not move its customer')
    await sleep(LOOK_EVERY_MS)
  }
  return performance.now() - begunAt
}

async function importAndTag(stack: Stack): Promise<void> {
  await openPage(stack, '/app')
  await untilRow(stack, `SELECT EXISTS (SELECT FROM "Summary") AND ${NOTHING_LEFT} AS so`)
  await submitForm(stack, '/app/tagging', { intent: 'start' })
  await untilRow(stack, `SELECT EXISTS (SELECT FROM "PublicationRun" WHERE state = 'done') AND ${NOTHING_LEFT} AS so`)
}

/** Every echo has rung and been judged. */
async function settled(stack: Stack): Promise<void> {
  for (let quiet = 0; quiet < 2; quiet += 1) {
    await stack.shop.shop.happen.delivered()
    await untilRow(stack, `SELECT ${NOTHING_LEFT} AS so`)
    await sleep(500)
  }
}

const NOTHING_LEFT = `NOT EXISTS (SELECT FROM "Work" WHERE kind NOT IN ('nightly', 'check-health') AND state IN ('waiting', 'running'))`

async function untilRow({ rowsUrl }: Stack, sql: string): Promise<void> {
  const database = new pg.Client({ connectionString: rowsUrl })
  await database.connect()
  try {
    const end = performance.now() + WITHIN_MS
    while (!(await database.query<{ so: boolean }>(sql)).rows[0]!.so) {
      if (performance.now() > end) throw new Error(`not within ${WITHIN_MS / 1000} s: ${sql}`)
      await sleep(100)
    }
  } finally {
    await database.end()
  }
}

function worldOf(customers: number): World {
  const world = new World({ domain: 'bench-live.myshopify.com', currency: 'USD', timezone: 'Etc/UTC', plan: PLAN })
  const { id: productId } = world.addProduct({ title: 'Soap', priceMinor: 1500 })
  const longAgo = Date.now() - 100 * DAY_MS
  for (let n = 0; n < customers; n += 1) {
    const { id: customerId } = world.addCustomer({ createdAt: longAgo, updatedAt: longAgo, tags: [] })
    const lines = [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 1500 }]
    world.addOrder({ customerId, processedAt: longAgo + n * 60_000, lines })
  }
  return world
}

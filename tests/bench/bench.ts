/**
 * `npm run bench`: speed and memory of the production build, each as a ratio beside a peer in the same run.
 *
 *   --orders N   orders of the large shop (1,000,000)
 *   --runs N     imports of it, of which the median counts (3)
 *   --only NAME  lifetime, recommendations, people (what pages ask of a large shop), storefront (the theme's blocks), import (with what
 *                runs on its tables), webhooks, events, claims or live
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildIfChanged } from '../demo/build.ts'
import { root, stopRunning } from '../demo/processes.ts'
import type { Stack } from '../demo/stack.ts'
import { benchClaims } from './claims.ts'
import { benchEvents } from './events.ts'
import { importHistory, type ImportFigures } from './import.ts'
import { median } from './intervals.ts'
import { benchLive } from './live.ts'
import { benchStorefront } from './storefront.ts'
import { benchWebhooks } from './webhooks.ts'

const { values: flags } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
})
const SMALL = 100_000
const STOREFRONT_PAIRS = 30
const PARTS = [
  'lifetime',
  'recommendations',
  'people',
  'storefront',
  'import',
  'webhooks',
  'events',
  'claims',
  'live',
] as const

/** What needs neither a build nor a stack. */
const ALONE = ['lifetime', 'recommendations', 'people', 'storefront'] as const

const say = (text: string) => process.stdout.write(`${text}\n`)
const round = (value: number, digits = 1) => value.toLocaleString('en', { maximumFractionDigits: digits })

async function run(): Promise<void> {
  const { only } = flags
  if (only !== undefined && !PARTS.some((part) => part === only))
    throw new Error(`There is no part ${only}; there are: ${PARTS.join(', ')}`)
  const isAsked = (name: (typeof PARTS)[number]) => only === undefined || only === name
  if (isAsked('lifetime')) runAlone('lifetime.ts')
  if (isAsked('recommendations')) {
    runAlone('recommendations.ts')
    runAlone('large-catalogue.ts')
  }
  if (isAsked('people')) runAlone('people.ts')
  if (isAsked('storefront')) await runStorefront()
  if (only !== undefined && ALONE.some((part) => part === only)) return
  buildIfChanged(say)
  const folder = path.join(root, '.local/bench')
  if (isAsked('import')) await runImport(folder)
  if (isAsked('webhooks')) await runWebhooks(`${folder}-webhooks`)
  if (isAsked('events')) await runEvents(`${folder}-events`)
  if (isAsked('claims')) await runClaims(`${folder}-claims`)
  if (isAsked('live')) await runLive(`${folder}-live`)
}

/** In a process of its own, so that its peak memory is its own; before anything else is at work. */
function runAlone(file: string): void {
  const script = path.join(import.meta.dirname, file)
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${script} ended with ${status}`)
}

async function runStorefront(): Promise<void> {
  const paint = await benchStorefront(STOREFRONT_PAIRS)
  say(
    `largest paint of the theme's home on a slow phone: with our four blocks ${round(paint.withMs, 0)} ms ` +
      `(${paint.withElement}) beside ${round(paint.withoutMs, 0)} ms (${paint.withoutElement}) without, ` +
      `${round(paint.withMs / paint.withoutMs, 2)}x; median difference of ${paint.pairs} interleaved pairs ` +
      `${round(paint.differenceMs)} ms, ${round(paint.coverage * 100)} % interval ${round(paint.lowMs)} to ` +
      `${round(paint.highMs)} ms`,
  )
}

async function runLive(folder: string): Promise<void> {
  const live = await benchLive(folder)
  say(
    `webhook to tag (${live.plan}; a move costs ${round(live.pointsPerMove)} points, so ${round(live.movesPerSecond, 2)} a ` +
      `second at 60 %): p50 ${round(live.p50Ms, 0)} ms (limit 2,000), p99 ${round(live.p99Ms, 0)} ms (limit 10,000) of ` +
      `${live.moves}; THROTTLED ${round(live.throttledShare * 100, 2)} % of calls (limit 1 %)`,
  )
  const calls = Object.entries(live.calls).map(([name, count]) => `${name} ${count}`)
  say(`Admin calls per order: ${round(live.callsPerOrder, 2)} (${calls.join(', ')})`)
}

async function runWebhooks(folder: string): Promise<void> {
  const { oursP99Ms, peerP99Ms, ratio, burst } = await benchWebhooks(folder)
  say(
    `webhook answers at 300 a second, p99: ${round(oursP99Ms)} ms beside ${round(peerP99Ms)} ms of a bare server that ` +
      `verifies and inserts, ${round(ratio, 2)}x (limit 5x)`,
  )
  say(
    `a burst of 1,000 a second for 30 s: slowest answer ${round(burst.slowestMs, 0)} ms (limit 5,000 ms), ` +
      `refused ${burst.refused}, acknowledged and lost ${burst.lost} (limit 0)`,
  )
}

async function runEvents(folder: string): Promise<void> {
  const { oursP99Ms, peerP99Ms, ratio, held } = await benchEvents(folder)
  say(
    `events of shoppers, 100 requests of 5 a second, p99: ${round(oursP99Ms)} ms beside ${round(peerP99Ms)} ms of a bare ` +
      `server that inserts the same batch, ${round(ratio, 2)}x (limit 5x)`,
  )
  say(
    `500 events a second for a minute: slowest answer ${round(held.slowestMs, 0)} ms, requests refused ${held.refused}, ` +
      `of ${held.sent} events taken ${held.lost} lost (limit 0)`,
  )
}

async function runClaims(folder: string): Promise<void> {
  const { oursP99Ms, peerP99Ms, ratio, claims, grants } = await benchClaims(folder)
  say(
    `claims at 50 a second, p99: ${round(oursP99Ms)} ms beside ${round(peerP99Ms)} ms of a bare server that verifies and ` +
      `answers the same bytes, ${round(ratio, 2)}x (limit 5x); ${grants} grants of ${claims} claims`,
  )
}

async function runImport(folder: string): Promise<void> {
  const orders = Number(flags.orders)

  const small = await importHistory(folder, SMALL)
  await small.stack.stop()
  sayImport(SMALL, small.figures, small.figures.oursS / small.figures.peerS)

  const ratios: number[] = []
  let stack: Stack | null = null
  for (let time = 1; time <= Number(flags.runs); time++) {
    await stack?.stop()
    const large = await importHistory(folder, orders)
    stack = large.stack
    ratios.push(large.figures.oursS / large.figures.peerS)
    sayImport(orders, large.figures, ratios.at(-1)!)
  }
  say(`import of ${round(orders)} orders, median of ${ratios.length}: ${round(median(ratios))}x its COPY (limit 6x)`)
  if (stack === null) return
  try {
    await onItsTables(stack)
  } finally {
    await stack.stop()
  }
}

/** What runs in this process does so on the tables that the import has filled, with nobody else at work. */
async function onItsTables(stack: Stack): Promise<void> {
  await stopRunning(stack.worker)
  Object.assign(process.env, stack.env, { LOG_LEVEL: 'silent' })
  const { installedShop, closeDatabase } = await import('#app/outside/database.server.ts')
  const { benchRecompute } = await import('./recompute.ts')
  const { benchPreview } = await import('./preview.ts')
  const shop = await installedShop(stack.world.shop.domain)
  if (shop === null) throw new Error('the bench shop is not installed')
  for (const [figure, limit] of [
    [await benchRecompute(shop, Date.now()), 5],
    [await benchPreview(shop), 5],
  ] as const)
    say(
      `${figure.name}: ${round(figure.ours)} ms beside ${round(figure.peer)} ms, ${round(figure.ratio, 2)}x (limit ${limit}x)`,
    )
  await closeDatabase()
}

function sayImport(orders: number, { oursS, peerS, peakMb, peakAfterMb }: ImportFigures, ratio: number): void {
  say(
    `import of ${round(orders)} orders to rows and stages: ${round(oursS)} s beside ${round(peerS)} s of COPY, ` +
      `${round(ratio)}x; the worker's peak memory ${round(peakMb, 0)} MB (limit 300 MB), ` +
      `${round(peakAfterMb, 0)} MB with insights and recommendations after it`,
  )
}

await run()
process.exit()

import { randomBytes, randomUUID } from 'node:crypto'
import path from 'node:path'
import pg from 'pg'
import type { ShopId } from '#app/outside/database.server.ts'
import { startLocalPostgres } from '#app/outside/local-postgres.server.ts'
import { migrate } from '../../prisma/migrate.mjs'
import { freePort, start, stopRunning, whenUp, type Running } from '../demo/processes.ts'
import { WEB } from '../demo/stack.ts'
import { fire, percentile, type Shot, type Volley } from './load.ts'

const EVENTS_A_REQUEST = 5
/** 500 events a second. */
const RATE = 100
const SECONDS = 5
const ROUNDS = 9
const HELD_SECONDS = 60
const SHOPS = 20
const CUSTOMERS = 1000

export type EventFigures = {
  oursP99Ms: number
  peerP99Ms: number
  ratio: number
  held: { slowestMs: number; sent: number; lost: number; refused: number }
}

/**
 * How fast the event door of the production build answers, beside a bare server that inserts the same batch (bare-events.ts),
 * both on one PostgreSQL that fsyncs, in turns: the median of the turns' p99; then 500 events a second for a minute, of which
 * every one is looked for in the table.
 */
export async function benchEvents(folder: string): Promise<EventFigures> {
  const postgres = await startLocalPostgres(path.join(folder, 'postgres'), { isFresh: true })
  const running: Running[] = []
  let rows: pg.Client | null = null
  try {
    await migrate(postgres.migrateUrl)
    const rowsUrl = new URL(postgres.superUrl)
    rowsUrl.pathname = new URL(postgres.migrateUrl).pathname
    rows = new pg.Client({ connectionString: rowsUrl.href })
    rows.on('error', () => undefined)
    await rows.connect()
    const doors = await Promise.all([freePort(), freePort()])
    const [ours, peer] = doors as [number, number]
    const env = {
      SHOPIFY_API_KEY: 'bench',
      SHOPIFY_API_SECRET: randomBytes(24).toString('hex'),
      SHOPIFY_APP_URL: `http://127.0.0.1:${ours}`,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      HOST: '127.0.0.1',
    }
    // The keys are made as the app makes them, with the key that the app is started with.
    Object.assign(process.env, { ...env, DATABASE_URL: postgres.appUrl, LOG_LEVEL: 'silent' })
    const { pixelKeyOf } = await import('#app/outside/pixel-key.server.ts')
    const keys = (await learningShops(rows)).map(pixelKeyOf)
    running.push(start('web', WEB, { ...env, DATABASE_URL: postgres.appUrl, PORT: String(ours) }, folder))
    const bare = { ...env, DATABASE_URL: rowsUrl.href, PORT: String(peer) }
    running.push(start('peer', ['tests/bench/bare-events.ts'], bare, folder))
    await whenUp(running[0]!, `http://127.0.0.1:${ours}/health`, folder)

    const at = (port: number) => ({ port, path: '/events' })
    for (const port of doors) await fire(at(port), RATE, 3, (n) => batch(keys, n).shot)
    const p99s: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] }
    const turnAt = async (port: number) =>
      percentile(answered(await fire(at(port), RATE, SECONDS, (n) => batch(keys, n).shot)), 0.99)
    for (let round = 0; round < ROUNDS; round++) {
      p99s.ours.push(await turnAt(ours))
      p99s.peer.push(await turnAt(peer))
    }
    const [oursP99Ms, peerP99Ms] = [median(p99s.ours), median(p99s.peer)]
    return { oursP99Ms, peerP99Ms, ratio: oursP99Ms / peerP99Ms, held: await hold(at(ours), keys, rows) }
  } finally {
    await rows?.end()
    for (const one of running) await stopRunning(one)
    await postgres.stop()
  }
}

/** Shops with customers that learn from visits. */
async function learningShops(rows: pg.Client): Promise<ShopId[]> {
  const shops: ShopId[] = []
  for (let n = 0; n < SHOPS; n++) {
    const { rows: made } = await rows.query<{ shop: ShopId }>(`SELECT shop FROM install_shop($1, 'read_orders')`, [
      `bench-${n}.myshopify.com`,
    ])
    shops.push(made[0]!.shop)
  }
  await rows.query(
    `INSERT INTO "Settings" (shop, version, data, "updatedAt") SELECT s, 1, '{"learnFromVisits": true}', now() FROM unnest($1::int[]) s`,
    [shops],
  )
  await rows.query(
    `INSERT INTO "Customer" (shop, id, "createdAt", "updatedAt", tags, road, "fetchedAt")
     SELECT s, c, now(), now(), '{}', 2, now() FROM unnest($1::int[]) s, generate_series(1, ${CUSTOMERS}) c`,
    [shops],
  )
  await rows.query(
    `CREATE TABLE bare_event (key text, id text, kind text, customer bigint, product bigint, at timestamptz, PRIMARY KEY (key, id))`,
  )
  return shops
}

/** What one page of a shopper tells. */
function batch(keys: string[], n: number): { shot: Shot; ids: string[] } {
  const customer = String(1 + (n % CUSTOMERS))
  const events = Array.from({ length: EVENTS_A_REQUEST }, (_, i) => ({
    id: `sh-${randomUUID()}`,
    kind: i === 0 ? 'page-viewed' : 'product-viewed',
    at: Date.now(),
    customer,
    ...(i > 0 && { product: String(1000 + i) }),
  }))
  const body = JSON.stringify({ key: keys[n % keys.length], events })
  return { shot: { headers: { 'content-type': 'text/plain' }, body }, ids: events.map(({ id }) => id) }
}

async function hold(at: { port: number; path: string }, keys: string[], rows: pg.Client) {
  const idsOf = new Map<number, string[]>()
  const volley = await fire(at, RATE, HELD_SECONDS, (n) => {
    const { shot, ids } = batch(keys, n)
    idsOf.set(n, ids)
    return shot
  })
  const stored = await rows.query<{ id: string }>('SELECT id FROM "StorefrontEvent"')
  const known = new Set(stored.rows.map(({ id }) => id))
  const sent = volley.accepted.flatMap((n) => idsOf.get(n)!)
  return {
    slowestMs: volley.ms.at(-1) ?? NaN,
    sent: sent.length,
    lost: sent.filter((id) => !known.has(id)).length,
    refused: RATE * HELD_SECONDS - volley.accepted.length,
  }
}

function answered(volley: Volley): Float64Array {
  const refused = [...volley.statuses].filter(([status]) => status !== 204)
  if (refused.length > 0) throw new Error(`not every request was accepted: ${JSON.stringify(refused)}`)
  return volley.ms
}

function median(values: number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5)
}

import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import path from 'node:path'
import pg from 'pg'
import { startLocalPostgres } from '#app/outside/local-postgres.server.ts'
import { migrate } from '../../prisma/migrate.mjs'
import { freePort, start, stopRunning, whenUp, type Running } from '../demo/processes.ts'
import { WEB } from '../demo/stack.ts'
import { fire, percentile, type Shot, type Volley } from './load.ts'

const RATE = 300
const SECONDS = 5
const ROUNDS = 9
const BURST = { rate: 1000, seconds: 30 }
const SHOPS = 50

export type WebhookFigures = {
  oursP99Ms: number
  peerP99Ms: number
  ratio: number
  burst: { slowestMs: number; lost: number; accepted: number; refused: number }
}

/**
 * How fast deliveries are acknowledged by the production build with no worker at work, beside a bare server that
 * verifies and inserts one row (bare-door.ts), both on one PostgreSQL that fsyncs, in turns: the median of the turns' p99,
 * for a disk that stalls once would decide the whole; then a burst.
 */
export async function benchWebhooks(folder: string): Promise<WebhookFigures> {
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
    const shops = Array.from({ length: SHOPS }, (_, n) => `bench-${n}.myshopify.com`)
    for (const shop of shops) await rows.query(`SELECT install_shop($1, 'read_orders')`, [shop])
    await rows.query('CREATE TABLE bare (id text PRIMARY KEY, body bytea)')

    const secret = randomBytes(24).toString('hex')
    const doors = await Promise.all([freePort(), freePort()])
    const [ours, peer] = doors as [number, number]
    const env = {
      SHOPIFY_API_KEY: 'bench',
      SHOPIFY_API_SECRET: secret,
      SHOPIFY_APP_URL: `http://127.0.0.1:${ours}`,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      HOST: '127.0.0.1',
    }
    running.push(start('web', WEB, { ...env, DATABASE_URL: postgres.appUrl, PORT: String(ours) }, folder))
    const bare = { ...env, DATABASE_URL: rowsUrl.href, PORT: String(peer) }
    running.push(start('peer', ['tests/bench/bare-door.ts'], bare, folder))
    await whenUp(running[0]!, `http://127.0.0.1:${ours}/health`, folder)

    const shotOf = deliveries(shops, secret)
    const at = (port: number) => ({ port, path: '/webhooks' })
    for (const port of doors) await fire(at(port), RATE, 3, shotOf)
    const p99s: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] }
    const turnAt = async (port: number) => percentile(answered(await fire(at(port), RATE, SECONDS, shotOf)), 0.99)
    for (let round = 0; round < ROUNDS; round++) {
      p99s.ours.push(await turnAt(ours))
      p99s.peer.push(await turnAt(peer))
    }
    const [oursP99Ms, peerP99Ms] = [median(p99s.ours), median(p99s.peer)]
    return { oursP99Ms, peerP99Ms, ratio: oursP99Ms / peerP99Ms, burst: await burst(at(ours), shotOf, rows) }
  } finally {
    await rows?.end()
    for (const one of running) await stopRunning(one)
    await postgres.stop()
  }
}

async function burst(at: { port: number; path: string }, shotOf: (n: number) => Shot, rows: pg.Client) {
  const eventOf = new Map<number, string>()
  const volley = await fire(at, BURST.rate, BURST.seconds, (n) => {
    const shot = shotOf(n)
    eventOf.set(n, shot.headers['x-shopify-event-id']!)
    return shot
  })
  const stored = await rows.query<{ key: string }>('SELECT "dedupeKey" AS key FROM "Inbox"')
  const keys = new Set(stored.rows.map(({ key }) => key.split(' ', 1)[0]))
  return {
    slowestMs: volley.ms.at(-1) ?? NaN,
    lost: volley.accepted.filter((n) => !keys.has(eventOf.get(n)!)).length,
    accepted: volley.accepted.length,
    refused: BURST.rate * BURST.seconds - volley.accepted.length,
  }
}

/** Deliveries of many shops as Shopify sends them; one in five is about an order that was told of before. */
function deliveries(shops: string[], secret: string): (n: number) => Shot {
  let order = 5_000_000_000_000
  return (n) => {
    if (n % 5 > 0) order += 1
    const updated = { admin_graphql_api_id: `gid://shopify/Order/${order}`, updated_at: new Date().toISOString() }
    const body = JSON.stringify({ id: order, ...updated })
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Shopify-Captain-Hook',
      'x-shopify-topic': 'orders/updated',
      'x-shopify-shop-domain': shops[order % shops.length]!,
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-event-id': randomUUID(),
      'x-shopify-triggered-at': new Date().toISOString(),
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
    }
    return { headers, body }
  }
}

function answered(volley: Volley): Float64Array {
  const refused = [...volley.statuses].filter(([status]) => status !== 200)
  if (refused.length > 0) throw new Error(`not every delivery was accepted: ${JSON.stringify(refused)}`)
  return volley.ms
}

function median(values: number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5)
}

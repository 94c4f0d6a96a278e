/**
 * What the pages ask of a shop of 1,000,000 customers, as many orders and as many recorded moves; one line each. The shop
 * is filled by a process of its own, so that the peak memory here is that of the questions.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { startLocalPostgres } from '#app/outside/local-postgres.server.ts'
import { migrate } from '../../prisma/migrate.mjs'
import { CUSTOMERS, fillLargeShop, fillMoves } from './large-shop.ts'
import type { Figure } from './recompute.ts'

const customers = Number(process.argv[2] ?? CUSTOMERS)
const isFilling = process.argv[3] === '--fill'
const folder = path.join(import.meta.dirname, '../../.local/bench-people')

const server = await startLocalPostgres(folder, { isThrowaway: true, isFresh: !isFilling })
await migrate(server.migrateUrl)
Object.assign(process.env, {
  NODE_ENV: 'production',
  LOG_LEVEL: 'silent',
  SHOPIFY_API_KEY: 'local-morello',
  SHOPIFY_API_SECRET: 'x'.repeat(20),
  SHOPIFY_APP_URL: 'http://127.0.0.1:1',
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
  DATABASE_URL: server.appUrl,
})
const { installShop, closeDatabase } = await import('#app/outside/database.server.ts')
const { shop } = await installShop('bench-people.myshopify.com', 'read_all_orders')

if (isFilling) await fill()
else
  try {
    const { status } = spawnSync(process.execPath, [import.meta.filename, String(customers), '--fill'], {
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error(`filling the shop ended with ${status}`)
    await measure()
  } finally {
    await closeDatabase()
    await server.discard()
  }
process.exit()

async function fill(): Promise<void> {
  const address = new URL(server.superUrl)
  address.pathname = new URL(server.migrateUrl).pathname
  const client = new pg.Client({ connectionString: address.href })
  await client.connect()
  await fillLargeShop(client, shop, customers)
  // As autovacuum does a minute after so many rows came.
  await client.query('VACUUM ANALYZE')
  const { recomputeFeatures } = await import('#app/flow/features/recompute.ts')
  const { recomputeMemberships } = await import('#app/flow/segments/memberships.ts')
  const now = Date.now()
  await recomputeMemberships(shop, now, 'import', await recomputeFeatures(shop, now, 'import'))
  await fillMoves(client, shop, customers, customers)
  await client.query(
    `UPDATE "Summary" SET "data" = jsonb_set("data", '{firstAsOf}', to_jsonb($2::float8)) WHERE "shop" = $1`,
    [shop, now - 400 * 86_400_000],
  )
  await client.query('VACUUM ANALYZE')
  await client.end()
}

async function measure(): Promise<void> {
  const { benchMoves, benchRehearsal } = await import('./past-and-moves.ts')
  const { benchOwnSegments, benchRuleCounts } = await import('./rules.ts')
  const { benchInsights } = await import('./insights.ts')
  const { benchRebuild } = await import('./rebuild.ts')
  const [sample, exact] = await benchRuleCounts(shop)
  say(sample!, 10)
  say(exact!, 10)
  // A page reads less than everything: three times one reading of it leaves room for a busy machine, and for no second one.
  for (const figure of await benchMoves(shop)) say(figure, 3)
  // Asked for by a button: a few readings of the orders, of which it looks at a sample.
  say(await benchRehearsal(shop), 5)
  // Once a night, and after an edited rule: some readings of the orders and lines, and one count over them.
  say(await benchInsights(shop, Date.now()), 5)
  // Once a night; its memory is the models' and a few thousand customers at a time.
  say(await benchRebuild(shop), null)
  const [twenty, one] = await benchOwnSegments(shop, Date.now())
  say(twenty!, 8)
  say(one!, null)
}

function say({ name, ours, peer, ratio, detail }: Figure, limit: number | null): void {
  const ms = (value: number) => `${value.toLocaleString('en', { maximumFractionDigits: 1 })} ms`
  const within = limit === null ? '' : ` (limit ${limit}x)`
  const first = detail.firstMs === undefined ? '' : `; the first one ${ms(detail.firstMs)}`
  const peak = detail.peakMb === undefined ? '' : `; peak memory ${detail.peakMb.toFixed(0)} MB (limit 600 MB)`
  process.stdout.write(`${name}: ${ms(ours)} beside ${ms(peer)}, ${ratio.toFixed(2)}x${within}${first}${peak}\n`)
}

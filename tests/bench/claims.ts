import { createHmac, randomBytes } from 'node:crypto'
import path from 'node:path'
import pg from 'pg'
import { startLocalPostgres } from '#app/outside/local-postgres.server.ts'
import { rewardOf } from '#tests/domain/rewards/definitions.ts'
import { migrate } from '../../prisma/migrate.mjs'
import { freePort, start, stopRunning, whenUp, type Running } from '../demo/processes.ts'
import { WEB } from '../demo/stack.ts'
import { fire, percentile, type Shot } from './load.ts'

const RATE = 50
const SECONDS = 5
const WARM_UP_SECONDS = 3
const ROUNDS = 9
const SHOPS = 20

const FACTS = {
  ordersBefore: 0,
  hadConsent: { email: false, sms: false },
  isSuspect: false,
  insteadMinor: [null],
  consentAt: { email: null, sms: null },
}

export type ClaimFigures = { oursP99Ms: number; peerP99Ms: number; ratio: number; claims: number; grants: number }

/**
 * How fast a claim that makes a grant is answered by the production build, beside a bare server that verifies the same
 * signature and answers the same bytes (bare-proxy.ts) and has no database: in turns, the median of the turns' p99. Every
 * claim is by another customer, over 20 shops, on a PostgreSQL that fsyncs.
 */
export async function benchClaims(folder: string): Promise<ClaimFigures> {
  const postgres = await startLocalPostgres(path.join(folder, 'postgres'), { isFresh: true })
  const running: Running[] = []
  const rowsUrl = new URL(postgres.superUrl)
  rowsUrl.pathname = new URL(postgres.migrateUrl).pathname
  const rows = new pg.Client({ connectionString: rowsUrl.href })
  rows.on('error', () => undefined)
  try {
    await migrate(postgres.migrateUrl)
    await rows.connect()
    const [ours, peer] = [await freePort(), await freePort()]
    const env = {
      SHOPIFY_API_KEY: 'bench',
      SHOPIFY_API_SECRET: randomBytes(24).toString('hex'),
      SHOPIFY_APP_URL: `http://127.0.0.1:${ours}`,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      HOST: '127.0.0.1',
      DATABASE_URL: postgres.appUrl,
    }
    running.push(start('web', WEB, { ...env, PORT: String(ours) }, folder))
    running.push(start('peer', ['tests/bench/bare-proxy.ts'], { ...env, PORT: String(peer) }, folder))
    await whenUp(running[0]!, `http://127.0.0.1:${ours}/health`, folder)

    const shotsOf = await claims(rows, env, RATE * (WARM_UP_SECONDS + SECONDS * ROUNDS))
    let next = 0
    const volley = (port: number, seconds: number) => {
      const from = next
      if (port === ours) next += RATE * seconds
      return fire({ port, path: '/proxy/claim' }, RATE, seconds, (n) => shotsOf(from + n))
    }
    const turn = async (port: number) => {
      const { ms, statuses } = await volley(port, SECONDS)
      const refused = [...statuses].filter(([status]) => status !== 200)
      if (refused.length > 0) throw new Error(`not every claim was answered: ${JSON.stringify(refused)}`)
      return percentile(ms, 0.99)
    }
    await volley(ours, WARM_UP_SECONDS)
    await volley(peer, WARM_UP_SECONDS)
    const p99s: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] }
    for (let round = 0; round < ROUNDS; round++) {
      p99s.ours.push(await turn(ours))
      p99s.peer.push(await turn(peer))
    }
    const [oursP99Ms, peerP99Ms] = [median(p99s.ours), median(p99s.peer)]
    const { rows: counted } = await rows.query<{ grants: number }>('SELECT count(*)::int AS grants FROM "Grant"')
    return { oursP99Ms, peerP99Ms, ratio: oursP99Ms / peerP99Ms, claims: next, grants: counted[0]!.grants }
  } finally {
    await rows.end()
    for (const one of running) await stopRunning(one)
    await postgres.stop()
  }
}

/** So many customers, each with a reward that is theirs to claim, and the claim of each as the storefront sends it. */
async function claims(rows: pg.Client, env: Record<string, string>, total: number): Promise<(n: number) => Shot> {
  // The configuration is read once, at import.
  Object.assign(process.env, env, { LOG_LEVEL: 'silent' })
  const { makeToken } = await import('#app/outside/visitor-token.server.ts')
  const definition = rewardOf({
    who: { kind: 'everybody' },
    what: { kind: 'amount', amountMinor: 3000 },
    take: 'claimed',
    takers: total,
    budgetMinor: 3000 * total,
    endsOn: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
  })
  const each = Math.ceil(total / SHOPS)
  const places: { domain: string; shop: number; reward: number }[] = []
  for (let n = 0; n < SHOPS; n++) {
    const domain = `bench-${n}.myshopify.com`
    const { rows: made } = await rows.query<{ shop: number; reward: number }>(
      `WITH installed AS (SELECT shop FROM install_shop($1, 'read_orders'))
       INSERT INTO "Reward" (shop, definition, state, "savedAt", "startedAt")
       SELECT shop, $2, 'live', now(), now() FROM installed RETURNING shop, id AS reward`,
      [domain, JSON.stringify(definition)],
    )
    const { shop, reward } = made[0]!
    const offer = { id: reward, step: 0, steps: 1, state: 'claim', what: { kind: 'amount', amount: 3000 }, code: null }
    const more = { minimum: null, isForSome: false, endsOn: definition.endsOn, text: null, join: 'and', missing: [] }
    const wanted = { v: 1, off: false, rewards: [{ ...offer, ...more, because: 'everybody' }] }
    await rows.query(
      `INSERT INTO "RewardStanding" (shop, reward, customer, person, arm, text, since, facts)
       SELECT $1, $2, c, c, 'reward', 0, now(), $4 FROM generate_series(1, $3::int) c`,
      [shop, reward, each, JSON.stringify(FACTS)],
    )
    await rows.query(
      `INSERT INTO "CustomerRewards" (shop, customer, wanted) SELECT $1, c, $3 FROM generate_series(1, $2::int) c`,
      [shop, each, JSON.stringify(wanted)],
    )
    places.push({ domain, shop, reward })
  }
  await rows.query('ANALYZE')
  return (n) => {
    const { domain, shop, reward } = places[n % SHOPS]!
    const customerId = String(Math.floor(n / SHOPS) + 1)
    const signed = { logged_in_customer_id: customerId, path_prefix: '/apps/morello', shop: domain }
    const given = { ...signed, timestamp: String(Math.floor(Date.now() / 1000)) }
    const text = Object.entries(given).map(([name, value]) => `${name}=${value}`)
    const signature = createHmac('sha256', env['SHOPIFY_API_SECRET']!).update(text.join('')).digest('hex')
    return {
      path: `/proxy/claim?${new URLSearchParams({ ...given, signature }).toString()}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: makeToken({ shop, customerId, purpose: 'claim' }, reward, Date.now()) }),
    }
  }
}

function median(values: number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5)
}

/**
 * Deliveries while web, workers, Redis and PostgreSQL are killed or held still in turn: the production build as separate
 * processes, and outside of them the local shop, which records every delivery and repeats it as Shopify does.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startLocalPostgres, type LocalPostgres } from '#app/outside/local-postgres.server.ts'
import { familyOf, signal } from '#tests/support/processes-of.ts'
import { startRedis, type TestRedis } from '#tests/support/redis.ts'
import { migrate } from '../../prisma/migrate.mjs'
import { openPage, submitForm } from '../demo/admin-door.ts'
import { freePort, root, start, stopRunning, whenUp, type Running } from '../demo/processes.ts'
import { PRELOAD, WEB, WORKER } from '../demo/stack.ts'
import { chanceFrom } from '../shop/chance.ts'
import { startShop, type RunningShop } from '../shop/server.ts'
import { World } from '../shop/world.ts'
import { buildIfChanged } from '../demo/build.ts'
import type { Paper } from './paper.ts'
import { judge, type Verdict } from './siege-checker.ts'

const API_KEY = 'local-morello'
const PATIENCE_MS = 90_000
const TICK_MS = 100

export type SiegeOptions = {
  folder: string
  /** Fires until so many webhooks were sent, and until every fault has been met. */
  webhooks: number
  /** Purchases, refunds and the like a second; each fires several webhooks. */
  happeningsPerSecond: number
  customers: number
  /** How long what is held still is held. */
  holdMs: number
  /** Between one fault and the next. */
  restMs: number
  retryOverMs: number
  withRedis: boolean
  /** How many of the faults, in their order; Infinity: all, over and over. */
  faults: number
  say(line: string): void
}

/** One answer of the door as the sender saw it; times of performance.now(). 0: no answer. */
export type Answer = { webhookId: string; status: number; askedAt: number; endedAt: number }
type Interval = { from: number; to: number }

export type Record = { answers: Answer[]; /** When PostgreSQL could not store anything. */ stoodStill: Interval[] }

/** The exam: 20,000 webhooks, every fault many times over. */
export async function run(results: Paper): Promise<void> {
  buildIfChanged((line) => results.note(line))
  const begunAt = performance.now()
  const verdict = await siege({
    folder: path.join(root, '.local/siege'),
    webhooks: 20_000,
    happeningsPerSecond: 40,
    customers: 500,
    holdMs: 3000,
    restMs: 1000,
    retryOverMs: 90_000,
    withRedis: true,
    faults: Infinity,
    say: (line) => results.note(`${Math.round((performance.now() - begunAt) / 1000)} s: ${line}`),
  })
  const { webhooks, attempts, refusedOrUnanswered, ...mustBeNone } = verdict
  results.figure('webhooks sent', webhooks, 'at least 20,000', webhooks >= 20_000)
  results.note(`${attempts} tries, ${refusedOrUnanswered} of them refused or not answered`)
  for (const [name, count] of Object.entries(mustBeNone)) results.exactly(name, count, 0)
}

/** Plays it to the end and answers what is true of what was recorded, stored and done. */
export async function siege(options: SiegeOptions): Promise<Verdict> {
  const besieged = await Besieged.prepare(options)
  try {
    options.say('importing and tagging')
    await besieged.install()
    options.say('firing')
    await besieged.suffer()
    options.say('letting everything end')
    await besieged.settle()
    return await judge({ ...besieged, record: besieged.record })
  } finally {
    await besieged.stop()
  }
}

class Besieged {
  readonly world: World
  readonly shop: RunningShop
  readonly apiKey = API_KEY
  readonly apiSecret: string
  readonly rowsUrl: string
  readonly record: Record = { answers: [], stoodStill: [] }
  #options: SiegeOptions
  #postgres: LocalPostgres
  #redis: TestRedis | null
  #env: { [key: string]: string }
  #web: Running
  #workers: Running[]

  private constructor(parts: {
    options: SiegeOptions
    world: World
    shop: RunningShop
    apiSecret: string
    postgres: LocalPostgres
    redis: TestRedis | null
    env: { [key: string]: string }
  }) {
    this.#options = parts.options
    this.world = parts.world
    this.shop = parts.shop
    this.apiSecret = parts.apiSecret
    this.#postgres = parts.postgres
    this.#redis = parts.redis
    this.#env = parts.env
    const rows = new URL(parts.postgres.superUrl)
    rows.pathname = new URL(parts.postgres.migrateUrl).pathname
    this.rowsUrl = rows.href
    this.#web = this.#start('web')
    this.#workers = [this.#start('worker'), this.#start('worker')]
  }

  static async prepare(options: SiegeOptions): Promise<Besieged> {
    mkdirSync(options.folder, { recursive: true })
    const postgres = await startLocalPostgres(path.join(options.folder, 'postgres'), { isFresh: true })
    await migrate(postgres.migrateUrl)
    const world = worldOf(options.customers)
    const port = await freePort()
    const apiSecret = randomBytes(24).toString('hex')
    const shop = await startShop({
      world,
      appUrl: `http://127.0.0.1:${port}`,
      apiKey: API_KEY,
      apiSecret,
      pace: { startMs: 20, objectsPerSecond: Number.POSITIVE_INFINITY },
      webhookRetryOverMs: options.retryOverMs,
    })
    const redis = options.withRedis ? await startRedis() : null
    const env = {
      SHOPIFY_API_KEY: API_KEY,
      SHOPIFY_API_SECRET: apiSecret,
      SHOPIFY_APP_URL: shop.tunnelOrigin,
      DATABASE_URL: postgres.appUrl,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      MORELLO_LOCAL_SHOP: shop.origin,
      PORT: String(port),
      HOST: '127.0.0.1',
      ...(redis ? { REDIS_URL: redis.url } : {}),
    }
    return new Besieged({ options, world, shop, apiSecret, postgres, redis, env })
  }

  #start(name: 'web' | 'worker'): Running {
    return start(name, [...PRELOAD, ...(name === 'web' ? WEB : WORKER)], this.#env, this.#options.folder)
  }

  #whenUp(): Promise<void> {
    return whenUp(this.#web, `http://127.0.0.1:${this.#env['PORT']}/health`, this.#options.folder)
  }

  async install(): Promise<void> {
    await this.#whenUp()
    await openPage(this, '/app')
    await this.#until('the import has ended', `SELECT EXISTS (SELECT FROM "Summary") AND ${NOTHING_LEFT} AS so`)
    await submitForm(this, '/app/tagging', { intent: 'start' })
    const tagged = `SELECT EXISTS (SELECT FROM "PublicationRun" WHERE state = 'done') AND ${NOTHING_LEFT} AS so`
    await this.#until('everybody is tagged', tagged)
    this.shop.shop.played.webhooks.deliver = async (request) => {
      const answer = { webhookId: request.headers.get('x-shopify-webhook-id')!, askedAt: performance.now() }
      let status = 0
      try {
        const response = await fetch(request)
        status = response.status
        return response
      } finally {
        this.record.answers.push({ ...answer, status, endedAt: performance.now() })
      }
    }
  }

  /** Life in the shop goes on while one part after the other fails, until enough was sent. */
  async suffer(): Promise<void> {
    let isOver = false
    const living = this.#live(() => isOver)
    const { sent } = this.shop.shop.played.webhooks
    const faults = this.#faults().slice(0, this.#options.faults)
    for (let n = 0; n < faults.length || sent.length < this.#options.webhooks; n += 1) {
      const [name, fault] = faults[n % faults.length]!
      await sleep(this.#options.restMs)
      this.#options.say(`${name}, after ${sent.length} webhooks`)
      await fault()
    }
    await sleep(this.#options.restMs)
    isOver = true
    await living
  }

  async #live(isOver: () => boolean): Promise<void> {
    const chance = chanceFrom('siege')
    const { happen } = this.shop.shop
    const customers = [...this.world.customers.keys()]
    const productId = [...this.world.products.keys()][0]!
    const any = <T>(of: T[]): T => of[Math.floor(chance() * of.length)]!
    const begunAt = performance.now()
    const orders: number[] = []
    for (let n = 0; !isOver(); n += 1) {
      const due = begunAt + (n * 1000) / this.#options.happeningsPerSecond
      while (performance.now() < due && !isOver()) await sleep(TICK_MS)
      const what = chance()
      if (orders.length === 0 || what < 0.8)
        orders.push(happen.buy({ customerId: any(customers), lines: [{ productId, quantity: 1 }] }).id)
      else if (what < 0.9) happen.updateCustomer(any(customers))
      else if (what < 0.95) happen.edit(any(orders), { add: [{ productId, quantity: 1 }] })
      else happen.deleteOrder(orders.splice(Math.floor(chance() * orders.length), 1)[0]!)
    }
  }

  #faults(): [string, () => Promise<void>][] {
    const hold = () => sleep(this.#options.holdMs)
    const killedWorker = async (at: number) => {
      await kill(this.#workers[at]!)
      this.#workers[at] = this.#start('worker')
    }
    return [
      ['a worker is killed', () => killedWorker(0)],
      [
        'PostgreSQL is held still',
        async () => {
          const family = await this.#stoppedPostgres()
          const from = performance.now()
          await hold()
          this.record.stoodStill.push({ from, to: performance.now() })
          signal(family, 'SIGCONT')
        },
      ],
      [
        'the web process is killed',
        async () => {
          await kill(this.#web)
          this.#web = this.#start('web')
          await this.#whenUp()
        },
      ],
      [
        'Redis is killed with all that it holds',
        async () => {
          if (!this.#redis) return
          await this.#redis.stop()
          await hold()
          this.#redis = await startRedis(Number(new URL(this.#redis.url).port))
        },
      ],
      [
        'PostgreSQL is killed',
        async () => {
          const family = await this.#stoppedPostgres()
          const from = performance.now()
          signal(family, 'SIGKILL')
          await sleep(200)
          this.record.stoodStill.push({ from, to: performance.now() })
          this.#postgres = await postgresAgain(path.join(this.#options.folder, 'postgres'))
        },
      ],
      [
        'Redis is held still',
        async () => {
          this.#redis?.signal('SIGSTOP')
          await hold()
          this.#redis?.signal('SIGCONT')
        },
      ],
      [
        'the web process is held still',
        async () => {
          this.#web.child.kill('SIGSTOP')
          await hold()
          this.#web.child.kill('SIGCONT')
        },
      ],
      ['the other worker is killed', () => killedWorker(1)],
    ]
  }

  /** All of its processes, held still: the first one before the others are counted, so that it makes no more of them. */
  async #stoppedPostgres(): Promise<number[]> {
    const postmaster = await this.#postmaster()
    signal([postmaster], 'SIGSTOP')
    const family = familyOf(postmaster)
    signal(family, 'SIGSTOP')
    return family
  }

  async #postmaster(): Promise<number> {
    const folder = await this.#ask<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`)
    return Number(readFileSync(path.join(folder.folder, 'postmaster.pid'), 'utf8').split('\n')[0])
  }

  /** Every delivery has ended, and what they owe is done. */
  async settle(): Promise<void> {
    for (;;) {
      await this.shop.shop.happen.delivered()
      await this.#until('all that was owed is done', `SELECT ${NOTHING_LEFT} AS so`)
      // The last of it has written tags, and Shopify tells us of that.
      await sleep(1000)
      const { so } = await this.#ask<{ so: boolean }>(`SELECT ${NOTHING_LEFT} AS so`)
      if (so) return
    }
  }

  async #until(what: string, sql: string): Promise<void> {
    let end = performance.now() + PATIENCE_MS
    let before = ''
    while (!(await this.#ask<{ so: boolean }>(sql)).so) {
      // However slow the machine: as long as something is done, it is waited for.
      const { so: now } = await this.#ask<{ so: string }>(
        `SELECT concat_ws(' ', count(*), sum(fence), sum(version)) AS so FROM "Work"`,
      )
      if (now !== before) end = performance.now() + PATIENCE_MS
      before = now
      if (performance.now() > end) {
        const left = await this.#ask(
          `SELECT json_agg(w) AS left FROM (SELECT kind, entity, state, attempts, problem FROM "Work" LIMIT 20) w`,
        )
        throw new Error(`nothing done for ${PATIENCE_MS / 1000} s: ${what}; ${JSON.stringify(left)}`)
      }
      await sleep(200)
    }
  }

  async #ask<R extends pg.QueryResultRow>(sql: string): Promise<R> {
    const client = new pg.Client({ connectionString: this.rowsUrl })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<R>(sql)).rows[0]!
    } finally {
      await client.end()
    }
  }

  async stop(): Promise<void> {
    for (const running of [...this.#workers, this.#web]) await stopRunning(running, 10_000)
    await this.#redis?.stop()
    await this.shop.stop()
    await this.#postgres.discard()
  }
}

/** What time owes (the night, looks at health) may wait; anything else has to be done. */
const NOTHING_LEFT = `NOT EXISTS (SELECT FROM "Work" WHERE kind NOT IN ('nightly', 'check-health') AND state IN ('waiting', 'running'))`

/** On a busy machine a server that has to recover first may not take the starter's own connection in its time. */
async function postgresAgain(folder: string): Promise<LocalPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startLocalPostgres(folder)
    } catch (error) {
      if (attempt === 10) throw error
      await sleep(1000)
    }
  }
}

async function kill(running: Running): Promise<void> {
  running.child.kill('SIGKILL')
  await running.ended
}

function worldOf(customers: number): World {
  const world = new World({
    domain: 'besieged.myshopify.com',
    currency: 'USD',
    timezone: 'Etc/UTC',
    plan: 'enterprise',
  })
  const { id: productId } = world.addProduct({ title: 'Soap', priceMinor: 1500 })
  const longAgo = Date.now() - 100 * 86_400_000
  for (let n = 0; n < customers; n += 1) {
    const { id: customerId } = world.addCustomer({ createdAt: longAgo, updatedAt: longAgo, tags: ['theirs'] })
    const lines = [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 1500 }]
    if (n % 2 === 0) world.addOrder({ customerId, processedAt: longAgo + n * 60_000, lines })
  }
  return world
}

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from '@prisma/client'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

import type { Instant } from '../domain/order.ts'
import type { WorkKind } from '../domain/work.ts'
import { Bug, InvalidInput, OutsideFailure } from '../errors.ts'
import { inBatches } from './batches.ts'
import { config } from './config.server.ts'
import { databaseFailure } from './database-failures.server.ts'
import { startLocalPostgres } from './local-postgres.server.ts'
import { log } from './log.server.ts'
import { seal, unseal } from './secrets.server.ts'
import { isShopDomain } from './shop-domain.ts'

/** One installation of one shop: Shop.shop. A reinstall has another. */
export type ShopId = number & { readonly brand: 'shop' }
/** A Prisma client inside one transaction that sees one shop. */
export type Tx = Prisma.TransactionClient
/** The same for many rows: bound SQL and COPY over one connection. */
export type BulkTx = {
  /** Values are bound as $1, $2 …; never write them into the text. bigint columns come as strings. */
  query<R>(text: string, values?: unknown[]): Promise<R[]>
  /** COPY … FROM STDIN into staging (PostgreSQL refuses it where there is a tenant policy); answers the rows copied. */
  copyIn(sql: string, rows: AsyncIterable<Buffer | string> | Readable): Promise<number>
  /** COPY (SELECT …) TO STDOUT; read it to its end before the next query. */
  copyOut(sql: string): AsyncIterable<Buffer>
}

const MINUTE_MS = 60_000

type Doors = {
  prisma: PrismaClient
  main: pg.Pool
  bulk: pg.Pool
  ingest: pg.Pool
  visitor: pg.Pool
  lock: pg.Pool
  url: string
}

let opening: Promise<Doors> | null = null

/** The address to run with: the configured one, or that of a server of our own, brought up to date. */
async function runtimeUrl(): Promise<string> {
  if (config.databaseUrl) return config.databaseUrl
  const { migrate } = await import('../../prisma/migrate.mjs')
  const local = await startLocalPostgres('.local/postgres')
  const applied = await migrate(local.migrateUrl)
  log.info({ count: applied.length }, 'DATABASE_URL is not set: using the PostgreSQL under .local/postgres')
  return local.appUrl
}

function pool(url: string, options: pg.PoolConfig): pg.Pool {
  const made = new pg.Pool({ connectionString: url, keepAlive: true, ...options })
  // Without a listener, a connection that breaks while idle would end the process.
  made.on('error', (error) => log.warn({ error }, 'an idle PostgreSQL connection broke'))
  return made
}

/**
 * Prisma (6.19 with adapter-pg) never gives back a connection that broke inside a transaction: ten of them, as when
 * PostgreSQL restarts, and the pool is empty for good. What is still lent a second after it ended is taken back here.
 */
function takeBackBroken(from: pg.Pool): void {
  const lent = new Set<pg.PoolClient>()
  from.on('acquire', (client) => lent.add(client))
  from.on('release', (_error, client) => lent.delete(client))
  from.on('connect', (client) => {
    client.once('end', () => {
      setTimeout(() => {
        if (lent.has(client)) client.release(true)
      }, 1000).unref()
    })
  })
}

async function open(): Promise<Doors> {
  const url = await runtimeUrl()
  const main = pool(url, {
    max: 10,
    connectionTimeoutMillis: 5000,
    statement_timeout: 15_000,
    query_timeout: 5 * MINUTE_MS,
    idle_in_transaction_session_timeout: MINUTE_MS,
    application_name: 'morello',
  })
  takeBackBroken(main)
  const bulk = pool(url, {
    max: 4,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30 * MINUTE_MS,
    idle_in_transaction_session_timeout: 10 * MINUTE_MS,
    application_name: 'morello bulk',
  })
  // Deliveries must be acknowledged or refused quickly, whatever the rest of the app is doing.
  const ingest = pool(url, {
    max: 8,
    connectionTimeoutMillis: 1000,
    query_timeout: 2000,
    statement_timeout: 1500,
    // Whatever the server is set to: what has been acknowledged is on the disk.
    options: '-c synchronous_commit=on',
    application_name: 'morello ingest',
  })
  // Shoppers wait less long than merchants, and those who come in crowds must not take the pages' connections.
  // Once opened they stay open: to be let in costs many times what a claim does, and is asked for just when it is busy.
  const visitor = pool(url, {
    max: 6,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 5000,
    query_timeout: 6000,
    statement_timeout: 5000,
    idle_in_transaction_session_timeout: 10_000,
    options: '-c synchronous_commit=on',
    application_name: 'morello visitor',
  })
  const lock = pool(url, {
    max: 4,
    connectionTimeoutMillis: 30_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: MINUTE_MS,
    application_name: 'morello lock',
  })
  return { prisma: new PrismaClient({ adapter: new PrismaPg(main) }), main, bulk, ingest, visitor, lock, url }
}

function doors(): Promise<Doors> {
  opening ??= open().catch((error: unknown) => {
    opening = null
    throw error
  })
  return opening
}

function checked(shop: ShopId): string {
  if (!Number.isSafeInteger(shop) || shop <= 0) throw new Bug(`not a shop: ${String(shop)}`)
  return String(shop)
}

/**
 * One transaction that sees and changes the rows of one shop only.
 *
 * @param options.timeoutMs  for the whole transaction (10 s); the work of a person's click or of a job's short step.
 *                           Never call Shopify inside.
 * @throws {OutsideFailure} database-unavailable: down, too slow, deadlock, serialization; nothing was changed (a lost
 *                           connection at the very end excepted: repeat only what may be repeated)
 */
export async function withShop<T>(
  shop: ShopId,
  work: (tx: Tx) => Promise<T>,
  options: { timeoutMs?: number } = {},
): Promise<T> {
  const named = checked(shop)
  const timeout = options.timeoutMs ?? 10_000
  try {
    const { prisma } = await doors()
    return await prisma.$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT set_config('app.shop', ${named}, true), set_config('statement_timeout', ${String(timeout)}, true)`
        return work(tx)
      },
      { timeout, maxWait: 5000 },
    )
  } catch (error) {
    throw databaseFailure(error)
  }
}

/**
 * The same over `pg`, for many rows: minutes instead of seconds, COPY, and connections of their own.
 *
 * @throws {OutsideFailure} as withShop
 */
export async function withShopBulk<T>(shop: ShopId, work: (tx: BulkTx) => Promise<T>): Promise<T> {
  return withShopOver('bulk', shop, work)
}

/**
 * The same for a shopper who waits: few statements, seconds, and connections of their own.
 *
 * @throws {OutsideFailure} as withShop
 */
export async function withShopForVisitor<T>(shop: ShopId, work: (tx: BulkTx) => Promise<T>): Promise<T> {
  return withShopOver('visitor', shop, work)
}

async function withShopOver<T>(over: 'bulk' | 'visitor', shop: ShopId, work: (tx: BulkTx) => Promise<T>): Promise<T> {
  const named = checked(shop)
  try {
    // Digits and nothing else: in one statement with BEGIN, for a shopper waits for every way there and back.
    const begin = `BEGIN; SELECT set_config('app.shop', '${named}', true)`
    return await inTransaction((await doors())[over], (client) => work(bulkTx(client)), begin)
  } catch (error) {
    throw databaseFailure(error)
  }
}

function bulkTx(client: pg.PoolClient): BulkTx {
  return {
    async query<R>(text: string, values: unknown[] = []): Promise<R[]> {
      return (await client.query(text, values)).rows as R[]
    },
    async copyIn(sql, rows) {
      const into = client.query(copyFrom(sql))
      await pipeline(rows instanceof Readable ? rows : Readable.from(rows), into)
      return into.rowCount ?? 0
    },
    copyOut(sql) {
      return client.query(copyTo(sql)) as AsyncIterable<Buffer>
    },
  }
}

async function inTransaction<T>(
  from: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  const client = await from.connect()
  let broken: Error | undefined
  const breaks = (error: Error) => (broken = error)
  client.on('error', breaks)
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot roll back (or is in the middle of a COPY) is thrown away, never lent again.
    await Promise.race([
      client.query('ROLLBACK'),
      new Promise((_, reject) => setTimeout(() => reject(new Error('no answer to ROLLBACK')), 5000).unref()),
    ]).catch((cause: Error) => (broken = cause))
    throw error
  } finally {
    client.off('error', breaks)
    client.release(broken)
  }
}

async function ask<R extends pg.QueryResultRow>(
  text: string,
  values: unknown[],
  from: 'main' | 'ingest' | 'visitor' = 'main',
): Promise<R> {
  try {
    const { rows } = await (await doors())[from].query<R>(text, values)
    const row = rows[0]
    if (!row) throw new Bug('a function of ours answered no row')
    return row
  } catch (error) {
    throw databaseFailure(error)
  }
}

/** The active installation of a domain (`name.myshopify.com`), or null. */
export async function installedShop(domain: string): Promise<ShopId | null> {
  return (await ask<{ shop: ShopId | null }>('SELECT installed_shop($1) AS shop', [domain])).shop
}

/**
 * The active installation of a domain with its scopes noted, or a new one where there is none.
 *
 * @param scopes  as the token answered them, comma separated
 * @throws {InvalidInput} if the domain is not one of Shopify's
 */
export async function installShop(domain: string, scopes: string): Promise<{ shop: ShopId; isNew: boolean }> {
  if (!isShopDomain(domain)) throw new InvalidInput('not a myshopify.com domain')
  return ask('SELECT shop, is_new AS "isNew" FROM install_shop($1, $2)', [domain, scopes])
}

/** The domain of an installation, active or not; null: there is none with this id. */
export async function domainOf(shop: ShopId): Promise<string | null> {
  return (await ask<{ domain: string | null }>('SELECT shop_domain($1) AS domain', [shop])).domain
}

/** One verified delivery. `body` (plain) is kept, sealed, where the work needs it: compliance topics only. */
export type WebhookDelivery = {
  domain: string
  topic: string
  webhookId: string
  eventId: string | null
  triggeredAt: Instant | null
  /** What it owes. Ignored for compliance topics. */
  works: { kind: WorkKind; entity: string; payload: object; inMs?: number }[]
  body: Buffer | null
}

type Outcome = 'stored' | 'repeated' | 'unknown-shop'
type ToStore = Pick<WebhookDelivery, 'domain' | 'topic' | 'works'> & { dedupeKey: string; triggeredAt: Date | null }

// Two statements at once, so that a slow one does not hold up all; a refusal must be out long before Shopify's five
// seconds, and half a second is left for the way.
const storeWithOthers = inBatches<ToStore, Outcome>({
  send: storeTogether,
  sendOne: (delivery) => store(delivery, null, null),
  // PostgreSQL has said no to what it was given, or a row was held: not that it is down.
  isOfOne: (error) => /^(55P03|57014|40...|2....)$/.test(String(codeOf(error))),
  tooLate: () => new OutsideFailure('database-unavailable', 'PostgreSQL has not stored a delivery in time'),
  atOnce: 2,
  largest: 100,
  patienceMs: 2000,
})

/**
 * Stores a delivery once and owes its work, in one statement; a late one is given to the installation that it is about.
 * `app/uninstalled` ends the installation at once. Compliance topics get a PrivacyRequest and work `redact` or
 * `export-data` with its id; the job reads the body by `deliveredBody`.
 *
 * @throws {OutsideFailure} when in doubt whether it is stored: refuse the delivery, Shopify repeats it
 */
export async function receiveWebhook(delivery: WebhookDelivery): Promise<Outcome> {
  const { domain, topic, works } = delivery
  const dedupeKey = delivery.eventId ?? delivery.webhookId
  const triggeredAt = delivery.triggeredAt === null ? null : new Date(delivery.triggeredAt)
  const toStore = { domain, topic, dedupeKey, triggeredAt, works }
  if (!delivery.body) return storeWithOthers(toStore)
  const { shop } = await ask<{ shop: number | null }>(
    'SELECT webhook_shop($1, $2, $3) AS shop',
    [domain, topic, triggeredAt],
    'ingest',
  )
  if (shop === null) return 'unknown-shop'
  return store(toStore, seal(shop, bodyLabel(topic, dedupeKey), delivery.body), shop)
}

async function store(one: ToStore, body: Buffer | null, shop: number | null): Promise<Outcome> {
  const values = [one.domain, one.topic, one.dedupeKey, one.triggeredAt, JSON.stringify(one.works), body, shop]
  const { outcome } = await ask<{ outcome: Outcome }>(
    'SELECT receive_webhook($1, $2, $3, $4, $5, $6, $7) AS outcome',
    values,
    'ingest',
  )
  return outcome
}

async function storeTogether(deliveries: ToStore[]): Promise<Outcome[]> {
  // In one order everywhere, so that two processes do not wait for each other's rows.
  const ordered = deliveries
    .map((delivery, n) => ({ delivery, n, key: `${delivery.domain} ${JSON.stringify(delivery.works)}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const { outcomes } = await ask<{ outcomes: Outcome[] }>(
    'SELECT receive_webhooks($1) AS outcomes',
    [JSON.stringify(ordered.map(({ delivery }) => delivery))],
    'ingest',
  )
  if (outcomes.length !== deliveries.length) throw new Bug('not every delivery has an outcome')
  const answers: Outcome[] = []
  ordered.forEach(({ n }, at) => (answers[n] = outcomes[at]!))
  return answers
}

/** Events of one shop as they are stored; `at` as ISO 8601. */
export type EventsOfShop = {
  shop: ShopId
  events: { id: string; kind: string; at: string; customer?: string; product?: string; reason?: string }[]
}

/**
 * Stores events of several shops in one statement, each under its own policy.
 *
 * @returns the shops that take events; of the others nothing is stored
 * @throws {OutsideFailure} when in doubt whether they are stored
 */
export async function receiveEvents(groups: readonly EventsOfShop[]): Promise<ShopId[]> {
  const { shops } = await ask<{ shops: ShopId[] }>(
    'SELECT receive_events($1) AS shops',
    [JSON.stringify(groups)],
    'visitor',
  )
  return shops
}

function codeOf(error: unknown): unknown {
  const { cause = error } = error as { cause?: unknown }
  return (cause as { code?: unknown }).code
}

function bodyLabel(topic: string, dedupeKey: string): string {
  return `Inbox.body ${topic} ${dedupeKey}`
}

/** The body of the delivery that asked for a privacy request; null: erased already, or there was none. */
export async function deliveredBody(tx: Tx, shop: ShopId, request: number): Promise<Buffer | null> {
  const rows = await tx.$queryRaw<{ topic: string; dedupeKey: string; body: Uint8Array | null }[]>`
    SELECT i.topic, i."dedupeKey", i.body FROM "PrivacyRequest" p
    JOIN "Inbox" i ON i.shop = p.shop AND i."dedupeKey" = p.delivery AND i.topic = CASE p.kind
      WHEN 'data-request' THEN 'customers/data_request' WHEN 'customer-redact' THEN 'customers/redact' ELSE 'shop/redact' END
    WHERE p.shop = ${shop} AND p.id = ${request}`
  const row = rows[0]
  return row?.body ? unseal(shop, bodyLabel(row.topic, row.dedupeKey), row.body) : null
}

/** Erases the body of the delivery that asked for a privacy request: call it in the transaction that completes it. */
export async function eraseDeliveredBody(tx: Tx, shop: ShopId, request: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Inbox" i SET body = NULL FROM "PrivacyRequest" p
    WHERE p.shop = ${shop} AND p.id = ${request} AND i.shop = p.shop AND i."dedupeKey" = p.delivery`
}

/** Runs `work` while no other process does so under the same name; the name is held by an otherwise idle transaction. */
export async function whileLocked<T>(name: string, work: () => Promise<T>): Promise<T> {
  let failed: { error: unknown } | null = null
  try {
    const { lock } = await doors()
    return await inTransaction(lock, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name])
      return work().catch((error: unknown) => {
        failed = { error }
        throw error
      })
    })
  } catch (error) {
    // What went wrong in the work is not the database's.
    throw failed ? error : databaseFailure(error)
  }
}

/** Calls one of the functions across tenants that the worker lives by; see the migration. */
export async function askSystem<R extends pg.QueryResultRow>(
  call: 'claim_work' | 'issue_work' | 'due_nightly' | 'due_health' | 'sweep_staging',
  ...values: number[]
): Promise<R[]> {
  try {
    const bound = values.map((_, index) => `$${index + 1}`).join(', ')
    return (await (await doors()).main.query<R>(`SELECT * FROM ${call}(${bound})`, values)).rows
  } catch (error) {
    throw databaseFailure(error)
  }
}

/** Notifies a channel; over the door of the deliveries, for it is they who have to tell. Nothing where all is closed. */
export async function knock(channel: string): Promise<void> {
  const open = await opening
  await open?.ingest.query('SELECT pg_notify($1, $2)', [channel, ''])
}

/** For a connection that has to be its owner's alone, as one that listens. */
export async function connectionUrl(): Promise<string> {
  return (await doors()).url
}

/**
 * Refuses a database role to which row-level security would not apply. Web and worker call it before anything else.
 *
 * @throws Error saying what the role is and which one to use
 */
export async function refuseMightyRole(): Promise<void> {
  const role = await ask<{ name: string; problem: string | null }>(
    `SELECT current_user AS name, CASE
       WHEN rolsuper THEN 'is a superuser'
       WHEN rolbypassrls THEN 'bypasses row-level security'
       WHEN EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role(c.relowner, 'USAGE'))
         THEN 'owns the tables'
       WHEN EXISTS (SELECT FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls OR r.rolname = 'morello_system')
         AND pg_has_role(r.oid, 'MEMBER')) THEN 'may become a role without limits'
     END AS problem FROM pg_roles WHERE rolname = current_user`,
    [],
  )
  if (role.problem) {
    throw new Error(
      `The database role ${role.name} ${role.problem}, so shops would not be kept apart. Put morello_app into DATABASE_URL.`,
    )
  }
}

/** Ends all connections; the next call opens new ones. */
export async function closeDatabase(): Promise<void> {
  const open = await opening?.catch(() => null)
  opening = null
  if (!open) return
  await open.prisma.$disconnect()
  await Promise.all([open.main, open.bulk, open.ingest, open.visitor, open.lock].map((one) => one.end()))
}

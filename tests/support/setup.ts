// Before every test file: a database of its own, the configuration (which the app reads once, at import), no network
// but loopback, and no silent console.error.
import { randomBytes } from 'node:crypto'
import net from 'node:net'

import pg from 'pg'
import { afterAll, afterEach, beforeEach, inject } from 'vitest'

const servers = inject('postgres')
const database = `test_${randomBytes(6).toString('hex')}`

function inDatabase(url: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: servers.superUrl })
  await client.connect()
  await client.query(statement)
  await client.end()
}

await asSuperuser(`CREATE DATABASE ${database} TEMPLATE morello STRATEGY file_copy OWNER morello_owner`)

Object.assign(process.env, {
  NODE_ENV: 'test',
  SHOPIFY_API_KEY: 'local-key',
  SHOPIFY_API_SECRET: 'local-secret-of-the-tests',
  SHOPIFY_APP_URL: 'http://127.0.0.1:3000',
  DATABASE_URL: inDatabase(servers.appUrl),
  MIGRATE_DATABASE_URL: inDatabase(servers.migrateUrl),
  ENCRYPTION_KEY: Buffer.alloc(32, 'morello').toString('base64'),
  LOG_LEVEL: 'silent',
})
delete process.env.REDIS_URL
delete process.env.SCOPES

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost', undefined])
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  // Node calls it with the normalised arguments in one array, callers with the options alone.
  const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0]
  const to = (typeof first === 'object' && first !== null ? first : { host: args[1] }) as {
    host?: string
    path?: string
  }
  if (!to.path && !LOOPBACK.has(typeof to.host === 'string' ? to.host : undefined)) {
    throw new Error(`A test reached for the network: ${String(to.host)}`)
  }
  return (connect as (...all: unknown[]) => net.Socket).apply(this, args)
} as typeof connect

let complaints: unknown[][] = []
beforeEach(() => {
  complaints = []
  Object.assign(console, { error: (...args: unknown[]) => complaints.push(args) })
})
afterEach(() => {
  if (complaints.length > 0)
    throw new Error(`console.error was called: ${complaints.map((args) => args.join(' ')).join('\n')}`)
})

afterAll(async () => {
  // Whatever connections the file has left open go with it.
  await asSuperuser(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
})

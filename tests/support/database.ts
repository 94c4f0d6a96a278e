import { randomBytes } from 'node:crypto'

import pg from 'pg'
import { afterAll, inject } from 'vitest'

import { closeDatabase, installShop, type ShopId } from '#app/outside/database.server.ts'

// The database of this file (setup.ts makes it and names it in DATABASE_URL) and the template it was copied from.
afterAll(closeDatabase)

/** A domain that no other test has. */
export function freshDomain(): string {
  return `test-${randomBytes(6).toString('hex')}.myshopify.com`
}

/** Installs a shop of this test's own and answers its id. */
export async function testShop(domain = freshDomain(), scopes = 'read_customers,read_orders'): Promise<ShopId> {
  return (await installShop(domain, scopes)).shop
}

/** A connection to this file's database as the superuser (policies do not apply), as the app, or as the owner. */
export async function connectAs<T>(
  role: 'superuser' | 'app' | 'owner',
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const urls = inject('postgres')
  const url = new URL({ superuser: urls.superUrl, app: urls.appUrl, owner: urls.migrateUrl }[role])
  url.pathname = new URL(process.env.DATABASE_URL ?? '').pathname
  const client = new pg.Client({ connectionString: url.href })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

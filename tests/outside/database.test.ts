import { expect, test, vi } from 'vitest'

import { Bug, InvalidInput, OutsideFailure } from '#app/errors.ts'
import {
  deliveredBody,
  domainOf,
  eraseDeliveredBody,
  installedShop,
  installShop,
  receiveWebhook,
  refuseMightyRole,
  type ShopId,
  type WebhookDelivery,
  withShop,
  withShopBulk,
} from '#app/outside/database.server.ts'
import { databaseFailure } from '#app/outside/database-failures.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'

function delivery(domain: string, change: Partial<WebhookDelivery> = {}): WebhookDelivery {
  return {
    domain,
    topic: 'bulk_operations/finish',
    webhookId: crypto.randomUUID(),
    eventId: crypto.randomUUID(),
    triggeredAt: Date.now(),
    works: [{ kind: 'catch-up', entity: '7', payload: {} }],
    body: null,
    ...change,
  }
}

function uninstall(domain: string, triggeredAt = Date.now()): Promise<string> {
  return receiveWebhook(
    delivery(domain, {
      topic: 'app/uninstalled',
      works: [{ kind: 'uninstall-shop', entity: 'shop', payload: {} }],
      triggeredAt,
    }),
  )
}

/** When the installations of a domain began and ended, in seconds from now. */
async function dated(domain: string, installed: number[]): Promise<void> {
  await connectAs('superuser', async (client) => {
    const { rows } = await client.query<{ shop: number }>('SELECT shop FROM "Shop" WHERE domain = $1 ORDER BY shop', [
      domain,
    ])
    for (const [index, row] of rows.entries()) {
      await client.query(`UPDATE "Shop" SET "installedAt" = now() + $2 * interval '1 s' WHERE shop = $1`, [
        row.shop,
        installed[index],
      ])
    }
  })
}

function kindsOwed(shop: ShopId): Promise<string[]> {
  return withShop(shop, async (tx) =>
    (await tx.work.findMany({ where: { shop }, orderBy: { id: 'asc' } })).map(({ kind }) => kind),
  )
}

test('a shop that is installed twice is one installation', async () => {
  const domain = freshDomain()
  const [first, second] = await Promise.all([installShop(domain, 'read_orders'), installShop(domain, 'read_orders')])
  expect([first.isNew, second.isNew].sort()).toEqual([false, true])
  expect(second.shop).toBe(first.shop)
  expect(await installedShop(domain)).toBe(first.shop)
  expect(await domainOf(first.shop)).toBe(domain)
  await expect(installShop('evil.example', '')).rejects.toThrow(InvalidInput)
  expect(await installedShop('evil.example')).toBeNull()
})

test('what fails inside a transaction leaves nothing behind', async () => {
  const shop = await testShop()
  for (const door of [withShop, withShopBulk] as (typeof withShop)[]) {
    const failed = door(shop, async (tx) => {
      const insert = `INSERT INTO "Tombstone" VALUES (${shop}, 'customer', '\\x01', now())`
      if ('query' in tx) await (tx as unknown as { query(sql: string): Promise<void> }).query(insert)
      else
        await tx.tombstone.create({
          data: { shop, kind: 'customer', hash: new Uint8Array([1]), deletedAt: new Date() },
        })
      throw new Bug('half-way')
    })
    await expect(failed).rejects.toThrow('half-way')
  }
  expect(await withShop(shop, (tx) => tx.tombstone.count())).toBe(0)
})

test('rows go in and out by COPY, and a COPY that breaks off leaves none', async () => {
  const shop = await testShop()
  const copy = 'COPY "StagedCustomer" (run, line, id, "createdAt", "updatedAt", tags) FROM STDIN'
  const line = (n: number) => `900\t${n}\t${n}\t2026-01-01Z\t2026-01-01Z\t{}\n`
  const copied = await withShopBulk(shop, (tx) =>
    tx.copyIn(
      copy,
      (async function* () {
        for (let n = 0; n < 500; n++) yield line(n)
      })(),
    ),
  )
  expect(copied).toBe(500)
  const broken = withShopBulk(shop, (tx) =>
    tx.copyIn(
      copy,
      (async function* () {
        yield line(1000)
        throw new OutsideFailure('bulk-file-gone', 'the file is gone')
      })(),
    ),
  )
  await expect(broken).rejects.toMatchObject({ code: 'bulk-file-gone' })
  const text = await withShopBulk(shop, async (tx) => {
    let all = ''
    for await (const chunk of tx.copyOut(
      'COPY (SELECT id FROM "StagedCustomer" WHERE run = 900 ORDER BY id) TO STDOUT',
    ))
      all += chunk.toString()
    await tx.query('DELETE FROM "StagedCustomer" WHERE run = $1', [900])
    return all
  })
  expect(text.trim().split('\n')).toHaveLength(500)
})

test('connections that break inside a transaction do not use up the pool', async () => {
  const shop = await testShop()
  const killed = Array.from({ length: 12 }, () =>
    withShop(shop, (tx) => tx.$executeRaw`SELECT pg_terminate_backend(pg_backend_pid())`).catch(
      (error: unknown) => error,
    ),
  )
  for (const outcome of await Promise.all(killed)) expect(outcome).toMatchObject({ code: 'database-unavailable' })
  expect(await withShop(shop, (tx) => tx.shop.count())).toBe(1)
})

test('time-outs and deadlocks are failures that pass; mistakes of ours are not', async () => {
  const shop = await testShop()
  const slow = withShop(shop, (tx) => tx.$executeRaw`SELECT pg_sleep(3)`, { timeoutMs: 100 })
  await expect(slow).rejects.toMatchObject({ code: 'database-unavailable' })
  await expect(withShop(shop, (tx) => tx.$executeRaw`SELECT 1 / 0`)).rejects.not.toBeInstanceOf(OutsideFailure)
  expect(databaseFailure({ code: '40P01' })).toBeInstanceOf(OutsideFailure)
  expect(databaseFailure({ code: 'P2034' })).toBeInstanceOf(OutsideFailure)
  const own = new OutsideFailure('shopify-unavailable', 'x', { cause: { code: 'ECONNREFUSED' } })
  expect(databaseFailure(own)).toBe(own)
  await expect(withShop(0 as ShopId, async () => 1)).rejects.toThrow(Bug)
})

test('a role that the policies do not bind is refused', async () => {
  await refuseMightyRole()
  const app = process.env.DATABASE_URL!
  for (const mighty of ['superuser', 'owner'] as const) {
    process.env.DATABASE_URL = await connectAs(mighty, async (client) => {
      const { user, password, host, port, database } = client as unknown as Record<string, string>
      return `postgresql://${user}:${password}@${host}:${port}/${database}`
    })
    vi.resetModules()
    const other = await import('#app/outside/database.server.ts')
    await expect(other.refuseMightyRole()).rejects.toThrow(/Put morello_app into DATABASE_URL/)
    await other.closeDatabase()
  }
  process.env.DATABASE_URL = app
})

test('a delivery is stored once and owes its work once', async () => {
  const domain = freshDomain()
  const shop = await testShop(domain)
  const one = delivery(domain)
  const outcomes = await Promise.all([one, one, { ...one, webhookId: 'another' }].map(receiveWebhook))
  expect(outcomes.sort()).toEqual(['repeated', 'repeated', 'stored'])
  expect(await kindsOwed(shop)).toEqual(['catch-up'])
  expect(await receiveWebhook(delivery(freshDomain()))).toBe('unknown-shop')
})

test('an uninstall ends the installation at once, and the next install is a new one', async () => {
  const domain = freshDomain()
  const first = await testShop(domain)
  expect(await uninstall(domain)).toBe('stored')
  expect(await installedShop(domain)).toBeNull()
  expect(await kindsOwed(first)).toEqual(['uninstall-shop'])
  expect(await receiveWebhook(delivery(domain))).toBe('stored')
  expect(await kindsOwed(first)).toEqual(['uninstall-shop'])
  const second = await testShop(domain)
  expect(second).not.toBe(first)
})

test('what arrives late for an old installation does not touch the new one', async () => {
  const domain = freshDomain()
  const first = await testShop(domain)
  await uninstall(domain)
  const second = await testShop(domain)
  await dated(domain, [-1000, -100])
  const past = Date.now() - 500_000
  await uninstall(domain, past)
  await receiveWebhook(delivery(domain, { triggeredAt: past }))
  await receiveWebhook(delivery(domain, { topic: 'shop/redact', body: Buffer.from('{}') }))
  expect(await installedShop(domain)).toBe(second)
  expect(await kindsOwed(second)).toEqual([])
  expect(await kindsOwed(first)).toEqual(['uninstall-shop', 'redact'])
})

test('an uninstall from before our newest token is about the past', async () => {
  const domain = freshDomain()
  const shop = await testShop(domain)
  await dated(domain, [-1000])
  await withShop(shop, (tx) =>
    tx.session.create({ data: { shop, id: `offline_${domain}`, sealed: new Uint8Array(), updatedAt: new Date() } }),
  )
  expect(await uninstall(domain, Date.now() - 500_000)).toBe('stored')
  expect(await installedShop(domain)).toBe(shop)
  expect(await uninstall(domain, Date.now() + 1000)).toBe('stored')
  expect(await installedShop(domain)).toBeNull()
})

test('a compliance request is noted with its sealed body, which the job can open and erase', async () => {
  const domain = freshDomain()
  const shop = await testShop(domain)
  const body = Buffer.from('{"customer":{"id":42,"email":"someone@example.com"}}')
  expect(await receiveWebhook(delivery(domain, { topic: 'customers/redact', body }))).toBe('stored')
  await withShop(shop, async (tx) => {
    const [request] = await tx.privacyRequest.findMany()
    const [work] = await tx.work.findMany()
    expect(request).toMatchObject({ kind: 'customer-redact', doneAt: null })
    expect(work).toMatchObject({ kind: 'redact', entity: String(request!.id), payload: { request: request!.id } })
    const [stored] = await tx.inbox.findMany()
    expect(Buffer.from(stored!.body!).includes('someone')).toBe(false)
    expect(await deliveredBody(tx, shop, request!.id)).toEqual(body)
    await eraseDeliveredBody(tx, shop, request!.id)
    expect(await deliveredBody(tx, shop, request!.id)).toBeNull()
  })
})

import { randomUUID } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { ERASED_WITH_A_SHOP } from '#app/flow/sync/privacy.ts'
import { readExport } from '#app/flow/sync/privacy-export.ts'
import { installedShop, receiveWebhook, type ShopId, withShop } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { sampleRow, tenantTables } from '#tests/support/tenants.ts'

import {
  fillWithSomeOfEverything,
  importAll,
  install,
  oweImport,
  type PlayedShop,
  playShop,
  stagedFor,
  storedRows,
  workUntilDone,
} from './played.ts'

type Row = Record<string, unknown>

async function deliver(played: PlayedShop, topic: string, body: object, triggeredAt = Date.now()): Promise<string> {
  return receiveWebhook({
    domain: played.world.shop.domain,
    topic,
    webhookId: randomUUID(),
    eventId: null,
    triggeredAt,
    works: topic === 'app/uninstalled' ? [{ kind: 'uninstall-shop', entity: 'shop', payload: {} }] : [],
    body: topic === 'app/uninstalled' ? null : Buffer.from(JSON.stringify(body)),
  })
}

async function imported(): Promise<PlayedShop & { person: number; theirs: number[] }> {
  const played = await playShop((world) => fillWithSomeOfEverything(world, 40))
  await importAll(played)
  const person = [...played.world.customers.keys()][2]!
  const theirs = [...played.world.orders.values()].filter((one) => one.customerId === person).map((one) => one.id)
  return { ...played, person, theirs }
}

function redactBody({ world, person, theirs }: { world: PlayedShop['world']; person: number; theirs: number[] }) {
  return {
    shop_id: 1,
    shop_domain: world.shop.domain,
    customer: { id: person, email: 'someone@example.com', phone: null },
    orders_to_redact: theirs,
  }
}

async function requests(shop: ShopId) {
  return withShop(shop, (tx) => tx.privacyRequest.findMany({ where: { shop }, orderBy: { id: 'asc' } }))
}

async function bodies(shop: ShopId): Promise<number> {
  return withShop(shop, (tx) => tx.inbox.count({ where: { shop, body: { not: null } } }))
}

/** Every place of the shop's rows, in any table, where these digits stand. */
async function tracesOf(shop: ShopId, digits: number): Promise<string[]> {
  return connectAs('superuser', async (client) => {
    const traces: string[] = []
    for (const table of [...ERASED_WITH_A_SHOP, 'PrivacyRequest', 'Shop']) {
      const { rows } = await client.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM "${table}" t WHERE shop = $1 AND to_jsonb(t)::text LIKE '%' || $2 || '%'`,
        [shop, String(digits)],
      )
      if (rows[0]!.n > 0) traces.push(table)
    }
    return traces
  })
}

async function rowsLeft(shop: ShopId): Promise<Record<string, number>> {
  return connectAs('superuser', async (client) => {
    const left: Record<string, number> = {}
    for (const table of ERASED_WITH_A_SHOP) {
      const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${table}" WHERE shop = $1`, [
        shop,
      ])
      if (rows[0]!.n > 0) left[table] = rows[0]!.n
    }
    return left
  })
}

describe('customers/redact', () => {
  test('erases the person everywhere and nobody else, and says what', async () => {
    const played = await imported()
    const before = await storedRows(played.shop)
    await withShop(played.shop, async (tx) => {
      const shop = played.shop
      await tx.ledger.create({
        data: { shop, customer: played.person, tags: ['seg:new'], preexisting: [], state: null, writtenAt: new Date() },
      })
    })
    expect(await deliver(played, 'customers/redact', redactBody(played))).toBe('stored')
    await workUntilDone(played.shop)
    expect(await tracesOf(played.shop, played.person)).toEqual([])
    const after = await storedRows(played.shop)
    expect(after.customers).toEqual(before.customers.filter((row) => (row as Row).id !== played.person))
    expect(after.orders).toEqual(before.orders.filter((row) => (row as Row).customer !== played.person))
    expect(after.lines).toEqual(before.lines.filter((row) => !played.theirs.includes(Number((row as Row).order))))
    const [request] = await requests(played.shop)
    expect(request).toMatchObject({
      kind: 'customer-redact',
      counts: { Customer: 1, Order: played.theirs.length, Ledger: 1 },
    })
    expect(request!.doneAt).not.toBeNull()
    expect(await bodies(played.shop)).toBe(0)
  })

  test('nothing older brings the person back, on either road', async () => {
    const played = await imported()
    await deliver(played, 'customers/redact', redactBody(played))
    await workUntilDone(played.shop)
    const after = await storedRows(played.shop)
    const old = played.world.orders.get(played.theirs[0]!)!
    old.updatedAt = played.world.now()
    played.world.customers.get(played.person)!.updatedAt = played.world.now()
    played.world.touch()
    await importAll(played)
    expect(await storedRows(played.shop)).toEqual(after)
  })

  test('who orders again afterwards is a new customer with that order alone', async () => {
    const played = await imported()
    await deliver(played, 'customers/redact', redactBody(played))
    await workUntilDone(played.shop)
    const productId = [...played.world.products.keys()][0]!
    const order = played.world.addOrder({
      customerId: played.person,
      processedAt: played.world.now() + 1000,
      lines: [{ productId, quantity: 1, currentQuantity: 1, unitMinor: 900 }],
    })
    await importAll(played)
    const rows = await storedRows(played.shop)
    expect(rows.orders.filter((row) => (row as Row).customer === played.person)).toMatchObject([{ id: order.id }])
    expect(rows.customers.filter((row) => (row as Row).id === played.person)).toHaveLength(1)
  })

  test('a person never seen, a body that names another shop and one that is no JSON are done with nothing erased', async () => {
    const played = await imported()
    const before = await storedRows(played.shop)
    await deliver(played, 'customers/redact', redactBody({ ...played, person: 42, theirs: [] }))
    await deliver(played, 'customers/redact', { ...redactBody(played), shop_domain: 'other.myshopify.com' })
    await deliver(played, 'customers/redact', { customer: { email: 'only@example.com' } })
    await receiveWebhook({
      domain: played.world.shop.domain,
      topic: 'customers/redact',
      webhookId: randomUUID(),
      eventId: null,
      triggeredAt: Date.now(),
      works: [],
      body: Buffer.from('{'),
    })
    await workUntilDone(played.shop)
    expect(await storedRows(played.shop)).toEqual(before)
    const done = await requests(played.shop)
    expect(done.map((one) => one.counts)).toEqual([{}, {}, {}, {}])
    expect(done.every((one) => one.doneAt !== null)).toBe(true)
    expect(await bodies(played.shop)).toBe(0)
  })
})

describe('every table that can name a person', () => {
  /** The columns that name a person, or an order, as the schema calls them. */
  const NAMING = ['customer', 'a', 'b', 'order']

  /** Rows about the person in every such table of the shop, beside those that are there; answers the tables. */
  async function namedEverywhere({ shop, person, theirs }: Awaited<ReturnType<typeof imported>>): Promise<string[]> {
    return connectAs('superuser', async (client) => {
      const tables = [...(await tenantTables(client))].filter(([, columns]) =>
        columns.some(({ name, type }) => NAMING.includes(name) && type === 'bigint'),
      )
      for (const [table, columns] of tables)
        for (const naming of columns.filter(({ name }) => NAMING.includes(name))) {
          const id = naming.name === 'order' ? theirs[0]! : person
          const named = { ...naming, value: String(id) }
          const row = sampleRow(
            columns.map((column) => (column.name === naming.name ? named : column)),
            shop,
          )
          await client.query(`INSERT INTO "${table}" ${row} ON CONFLICT DO NOTHING`)
        }
      return tables.map(([table]) => table)
    })
  }

  test('is told to who asks and left by who is erased', async () => {
    const played = await imported()
    const tables = await namedEverywhere(played)
    expect(tables).toEqual(expect.arrayContaining(['Ledger', 'Line', 'PersonLink']))
    await deliver(played, 'customers/data_request', { customer: { id: played.person } })
    await workUntilDone(played.shop)
    const [told] = await requests(played.shop)
    expect(Object.keys(told!.counts as object).sort()).toEqual([...tables, 'Customer'].sort())
    expect(await tracesOf(played.shop, played.person)).toEqual(expect.arrayContaining(['Exclusion', 'PersonLink']))
    await deliver(played, 'customers/redact', redactBody(played))
    await workUntilDone(played.shop)
    expect(await tracesOf(played.shop, played.person)).toEqual([])
    expect(await tracesOf(played.shop, played.theirs[0]!)).toEqual([])
  })
})

describe('customers/data_request', () => {
  test('answers with every stored row of the person and nobody else, sealed', async () => {
    const played = await imported()
    const before = await storedRows(played.shop)
    await deliver(played, 'customers/data_request', {
      shop_domain: played.world.shop.domain,
      customer: { id: played.person },
      orders_requested: played.theirs,
      data_request: { id: 9 },
    })
    await workUntilDone(played.shop)
    const [request] = await requests(played.shop)
    expect(request).toMatchObject({ counts: { Customer: 1, Order: played.theirs.length } })
    expect(Buffer.from(request!.export!).includes(String(played.person))).toBe(false)
    const told = await readExport(played.shop, request!.id)
    const stored = (JSON.parse(told!.json) as { stored: Record<string, Row[]> }).stored
    expect(stored.Order!.map((row) => row.id)).toEqual(played.theirs)
    expect(stored.Line).toHaveLength(
      before.lines.filter((row) => played.theirs.includes(Number((row as Row).order))).length,
    )
    const others = [...played.world.customers.keys()].filter((id) => id !== played.person)
    expect(others.filter((id) => told!.json.includes(String(id)))).toEqual([])
    expect(await bodies(played.shop)).toBe(0)
  })

  test('the answer of one shop is not another shop’s', async () => {
    const played = await imported()
    await deliver(played, 'customers/data_request', { customer: { id: played.person } })
    await workUntilDone(played.shop)
    const [request] = await requests(played.shop)
    const other = await playShop(() => {})
    expect(await readExport(other.shop, request!.id)).toBeNull()
  })
})

describe('leaving', () => {
  test('an uninstall in the middle of an import ends its work and its access', async () => {
    const played = await playShop((world) => fillWithSomeOfEverything(world, 30), {
      pace: { startMs: 400, objectsPerSecond: 200 },
    })
    await oweImport(played.shop)
    const working = workUntilDone(played.shop)
    await deliver(played, 'app/uninstalled', {}, Date.now() + 1000)
    await working
    const left = await rowsLeft(played.shop)
    expect(left.Session).toBeUndefined()
    expect(left.Work).toBeUndefined()
    expect(await stagedFor(played.shop)).toBe(0)
    expect(await installedShop(played.world.shop.domain)).toBeNull()
  })

  test('a reinstall is a new installation, and what comes late for the old one leaves it alone', async () => {
    const played = await imported()
    const gone = Date.now()
    await deliver(played, 'app/uninstalled', {}, gone)
    await workUntilDone(played.shop)
    const shop = await install(played.local)
    expect(shop).not.toBe(played.shop)
    await importAll({ ...played, shop })
    const fresh = await storedRows(shop)
    await deliver(played, 'app/uninstalled', {}, gone - 1)
    await deliver(played, 'shop/redact', { shop_domain: played.world.shop.domain }, gone + 172_800_000)
    await workUntilDone(played.shop)
    await workUntilDone(shop)
    // The delivery without its body: the same one again is known.
    expect(await rowsLeft(played.shop)).toEqual({ Inbox: 1 })
    expect(await bodies(played.shop)).toBe(0)
    expect(await storedRows(shop)).toEqual(fresh)
    expect(await installedShop(played.world.shop.domain)).toBe(shop)
    const [request] = await requests(played.shop)
    expect(request).toMatchObject({ kind: 'shop-redact', counts: { Order: 40, Customer: 15 } })
    expect(request!.doneAt).not.toBeNull()
    const old = await withShop(played.shop, (tx) => tx.shop.findUniqueOrThrow({ where: { shop: played.shop } }))
    expect(old.redactedAt).not.toBeNull()
  })

  test('every table with a shop is erased with it, but the shop’s own row and its privacy requests', async () => {
    const tables = await connectAs('superuser', async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop'`,
      )
      return rows.map((row) => row.name)
    })
    expect([...ERASED_WITH_A_SHOP, 'PrivacyRequest', 'Shop'].sort()).toEqual(tables.sort())
  })
})

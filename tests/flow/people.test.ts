// Several accounts of one person, from Shopify's bulk file to the review queue, and all the ways in which it is forgotten.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, onTestFinished, test } from 'vitest'

import { joinedPersons } from '#app/flow/confirmed-links.ts'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { decideLink } from '#app/flow/segments/people/decide.ts'
import { exclusionsOf } from '#app/flow/kept-out.ts'
import { exclude } from '#app/flow/segments/exclusions.ts'
import { linkingFor } from '#app/flow/segments/people/linking.ts'
import { namesOnScreen, switchNames } from '#app/flow/segments/people/names.ts'
import { reviewPage } from '#app/flow/segments/people/queue.ts'
import { getSettings, saveSettings } from '#app/flow/settings.ts'
import { switchLinkingOff, switchLinkingOn } from '#app/flow/sync/accounts-switch.ts'
import { readExport } from '#app/flow/sync/privacy-export.ts'
import { carryOverJob } from '#app/jobs/carry-over.ts'
import { linkAccounts } from '#app/jobs/link-accounts.ts'
import { readAccount } from '#app/jobs/read-account.ts'
import { readAccounts } from '#app/jobs/read-accounts.ts'
import { recomputeCustomerJob } from '#app/jobs/recompute-customer.ts'
import { refreshCustomer } from '#app/jobs/refresh-customer.ts'
import { refreshOrder } from '#app/jobs/refresh-order.ts'
import { receiveWebhook, type ShopId, withShop, withShopBulk } from '#app/outside/database.server.ts'
import { owe, startWorker } from '#app/outside/queue.server.ts'
import { action } from '#app/routes/webhooks.tsx'
import { connectAs } from '#tests/support/database.ts'
import type { World, WorldContact } from '#tests/shop/world.ts'

import { memberships, recompute } from './features/recomputed.ts'
import { JOBS } from './sync/jobs.ts'
import { importAll, type PlayedShop, playShop } from './sync/played.ts'

const DAY_MS = 86_400_000
const DOOR = { address1: '테헤란로 12길 34', address2: '101동 502호', city: '서울', zip: '06236' }
/** Values that must stand nowhere. */
const SECRETS = ['jiwoo', '01012345678', '1012345678', '테헤란로', '101동', 'Haeun', 'haeun']

/** Two of one mailbox, two of one number, two of a name at a door, two of a household, and one alone. */
const PEOPLE: [string, WorldContact][] = [
  ['jiwoo.kim@gmail.com', {}],
  ['JiwooKim+second@googlemail.com', {}],
  ['a1@example.com', { address: { ...DOOR, address1: '세종대로 1', zip: '03001', phone: '010-1234-5678' } }],
  ['b2@example.com', { phone: '+821012345678' }],
  ['haeunlee@naver.com', { address: DOOR }],
  ['haeun.lee@kakao.com', { address: { ...DOOR, address1: '34, Teheran-ro 12-gil', address2: '101-502' } }],
  ['other@example.com', { address: DOOR }],
  ['alone@example.com', { phone: '+821099990000' }],
]

const hasCode = (index: number) => index === 2 || index === 3

function fill(world: World): void {
  for (const [index, [email, contact]] of PEOPLE.entries()) {
    const customer = world.addCustomer({ email, contact, country: 'KR', firstName: 'Haeun', lastName: `No ${index}` })
    const productId = world.addProduct({ priceMinor: 5000 }).id
    world.addOrder({
      customerId: customer.id,
      processedAt: world.now() - (index + 1) * DAY_MS * 2,
      // The two of one number each took the first-purchase code.
      discounts: hasCode(index) ? [{ kind: 'code', title: 'WELCOME10' }] : [],
      lines: [{ productId, unitMinor: 5000, allocations: hasCode(index) ? [{ discount: 0, minor: 500 }] : [] }],
    })
  }
}

type Peopled = PlayedShop & { ids: string[]; work(): Promise<void> }

const PEOPLE_JOBS = [
  readAccounts,
  readAccount,
  linkAccounts,
  refreshCustomer,
  refreshOrder,
  carryOverJob,
  recomputeCustomerJob,
]

async function peopled(options: { level2?: boolean } = {}): Promise<Peopled> {
  const played = await playShop(fill, { level2: true, ...options })
  await importAll(played)
  await recompute(played.shop, Date.now(), 'import')
  played.local.shop.played.webhooks.deliver = async (request) =>
    (await action({ request, params: {}, context: {} })) as Response
  const work = () => workOff(played)
  onTestFinished(() => played.local.stop())
  return { ...played, ids: [...played.world.customers.keys()].map(String), work }
}

/** Lets the shop's work run until none is left; waits are cut short. */
async function workOff({ shop, local }: PlayedShop, withinMs = 120_000): Promise<void> {
  await local.shop.happen.delivered()
  const worker = startWorker([...JOBS, ...PEOPLE_JOBS], { concurrency: 3, sweepEveryMs: 20, leaseSeconds: 5 })
  try {
    const end = Date.now() + withinMs
    for (;;) {
      const open = await withShop(shop, (tx) =>
        tx.work.findMany({ where: { shop, state: { in: ['waiting', 'running'] }, kind: { not: 'check-health' } } }),
      )
      if (open.length === 0) return
      if (Date.now() > end) throw new Error(`work is still open: ${open.map(({ kind }) => kind).join(' ')}`)
      await sql(`UPDATE "Work" SET "nextAt" = now() WHERE shop = $1 AND state = 'waiting' AND "nextAt" > now()`, [shop])
      await sleep(20)
    }
  } finally {
    await worker.stop()
  }
}

function sql<R extends object>(text: string, values: unknown[]): Promise<R[]> {
  return connectAs('superuser', async (client) => (await client.query<R>(text, values)).rows)
}

const pairs = async (shop: ShopId) =>
  (
    await sql<{ a: string; b: string; state: string; because: string[] }>(
      'SELECT a, b, state, because FROM "PersonLink" WHERE shop = $1 ORDER BY a, b',
      [shop],
    )
  ).map(({ a, b, state, because }) => `${a} ${b} ${state} ${because.join('+')}`)

/** Every row of the shop, in any table with a shop, as text. */
async function everything(shop: ShopId): Promise<string> {
  return connectAs('superuser', async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT DISTINCT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop'`,
    )
    let text = ''
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT to_jsonb(t)::text AS row FROM "${name}" t WHERE shop = $1`, [shop])
      text += rows.map(({ row }) => `${name} ${String(row)}`).join('\n')
    }
    return text
  })
}

async function switchedOn(options: { level2?: boolean } = {}): Promise<Peopled> {
  const played = await peopled(options)
  expect(await switchLinkingOn(played.shop)).toEqual({ is: 'on' })
  expect(await linkingFor(played.shop)).toMatchObject({ state: 'reading' })
  await played.work()
  return played
}

describe('several accounts of one person', { timeout: 240_000 }, () => {
  test('are suggested by mailbox, number and name at a door; a household is not', async () => {
    const { shop, ids } = await switchedOn()
    expect(await pairs(shop)).toEqual([
      `${ids[0]} ${ids[1]} suggested email`,
      `${ids[2]} ${ids[3]} suggested phone`,
      `${ids[4]} ${ids[5]} suggested name-at-address`,
    ])
    expect(await linkingFor(shop)).toEqual({ state: 'ready', read: 8, total: 8, waiting: 3, problem: null })
    const page = await reviewPage(shop, 'waiting', 0)
    expect(page.rows.map(({ evidence }) => evidence)).toEqual([
      { email: 'different', phone: 'unknown', address: 'same', name: 'same' },
      { email: 'different', phone: 'same', address: 'unknown', name: 'unknown' },
      { email: 'same', phone: 'unknown', address: 'unknown', name: 'unknown' },
    ])
    // Two who are new are one who has come back.
    expect(page.rows[2]).toMatchObject({
      a: { customer: ids[0], stage: 'new', orders: 1 },
      b: { customer: ids[1], stage: 'new', orders: 1 },
      joined: { stage: 'repeat', orders: 2, benefits: 0 },
    })
  })

  test('leave nothing behind but hashes: no value in any row', async () => {
    const { shop } = await switchedOn()
    const stored = await everything(shop)
    expect(stored).toContain('AccountKeys')
    for (const secret of SECRETS) expect(stored.includes(secret), secret).toBe(false)
  })

  test('without level 2 nothing is switched on, and what to ask for is named', async () => {
    const { shop } = await peopled({ level2: false })
    expect(await switchLinkingOn(shop)).toEqual({ is: 'refused', parts: ['email', 'phone', 'address'] })
    expect((await getSettings(shop)).linkAccounts).toBe(false)
    expect(await linkingFor(shop)).toMatchObject({ state: 'off' })
    expect(await sql('SELECT FROM "Work" WHERE shop = $1 AND kind = $2', [shop, 'read-accounts'])).toEqual([])
  })

  test('an approval that is withdrawn ends the reading and is said; what else is owed goes on', async () => {
    const played = await peopled()
    expect(await switchLinkingOn(played.shop)).toEqual({ is: 'on' })
    played.local.shop.played.level2 = false
    await played.work()
    expect(await linkingFor(played.shop)).toMatchObject({ state: 'failed', problem: { kind: 'scope-missing' } })
    expect(
      await sql('SELECT FROM "Work" WHERE shop = $1 AND state IN ($2, $3)', [played.shop, 'parked', 'dead']),
    ).toEqual([])
  })

  test('answers are kept, are taken back, and only confirmed ones join accounts', async () => {
    const played = await switchedOn()
    const { shop, ids } = played
    const owed = () =>
      sql<{ entity: string }>(
        `SELECT entity FROM "Work" WHERE shop = $1 AND kind = 'recompute-customer' ORDER BY entity`,
        [shop],
      )
    await decideLink(shop, { a: ids[0]!, b: ids[1]! }, 'household')
    expect(await owed()).toEqual([])
    await decideLink(shop, { a: ids[2]!, b: ids[3]! }, 'confirmed')
    expect((await owed()).map(({ entity }) => entity)).toEqual([ids[2], ids[3]])
    const joined = (await withShopBulk(shop, (tx) => joinedPersons(tx, shop))).personOf
    expect([...joined.keys()].sort()).toEqual([ids[2], ids[3]])
    expect(joined.get(ids[2]!)).toBe(joined.get(ids[3]!))
    // Held against each other again, they stay as the merchant said.
    await withShop(
      shop,
      (tx) => tx.$executeRaw`SELECT owe_work(${shop}::int, 'link-accounts', ${String(shop)}, '{}', 0)::text`,
    )
    await played.work()
    expect((await pairs(shop)).map((pair) => pair.split(' ')[2])).toEqual(['household', 'confirmed', 'suggested'])
    expect((await reviewPage(shop, 'decided', 0)).rows.map(({ state }) => state)).toEqual(['confirmed', 'household'])
    await decideLink(shop, { a: ids[2]!, b: ids[3]! }, 'suggested')
    expect((await withShopBulk(shop, (tx) => joinedPersons(tx, shop))).personOf).toEqual(new Map())
    await expect(decideLink(shop, { a: ids[0]!, b: ids[7]! }, 'confirmed')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('who took the first-purchase benefit on two accounts is a confirmed cherry-picker, alone worked out and at night', async () => {
    const played = await switchedOn()
    const { shop, ids } = played
    await saveSettings(shop, { benefitCodes: { 'code:WELCOME10': 'confirmed' } })
    await recompute(shop, Date.now(), 'rule')
    const standing = async () => {
      const all = await memberships(shop)
      return [ids[2]!, ids[3]!].map((id) => [all.get(Number(id))!.cherryPicker, all.get(Number(id))!.isWatched])
    }
    expect(await standing()).toEqual([
      ['none', true],
      ['none', true],
    ])
    await decideLink(shop, { a: ids[2]!, b: ids[3]! }, 'confirmed')
    await played.work()
    const confirmed = [
      ['confirmed', false],
      ['confirmed', false],
    ]
    expect(await standing()).toEqual(confirmed)
    const { cherry } = await customerPage(shop, ids[2]!)
    expect(cherry.tier).toBe('confirmed')
    expect(cherry.evidence).toContainEqual(expect.objectContaining({ kind: 'benefit-on-accounts', count: 2 }))
    await recompute(shop, Date.now(), 'time')
    expect(await standing()).toEqual(confirmed)

    await decideLink(shop, { a: ids[2]!, b: ids[3]! }, 'household')
    await played.work()
    expect(await standing()).toEqual([
      ['none', true],
      ['none', true],
    ])
  })

  test('a customer who changes their number is held against the others again', async () => {
    const played = await switchedOn()
    const { shop, ids, world, local } = played
    world.advance(60 / 86_400)
    world.customers.get(Number(ids[7]))!.contact = { phone: '+821012345678' }
    local.shop.happen.updateCustomer(Number(ids[7]), {})
    await played.work()
    expect(await pairs(shop)).toContain(`${ids[2]} ${ids[7]} suggested phone`)
  })

  test('a household is asked of the third account too, and holds against two who are each confirmed with it', async () => {
    const played = await switchedOn()
    const { shop, ids, world, local } = played
    const [a, b, c] = [ids[2]!, ids[3]!, ids[7]!]
    await saveSettings(shop, { benefitCodes: { 'code:WELCOME10': 'confirmed' } })
    await recompute(shop, Date.now(), 'rule')
    world.advance(60 / 86_400)
    world.customers.get(Number(c))!.contact = { phone: '+821012345678' }
    local.shop.happen.updateCustomer(Number(c), {})
    await played.work()
    await decideLink(shop, { a, b }, 'household')
    await decideLink(shop, { a, b: c }, 'household')
    await played.work()
    // All three share one number, and c was only held against a.
    expect(await pairs(shop)).toContain(`${b} ${c} suggested phone`)

    await decideLink(shop, { a, b: c }, 'confirmed')
    expect((await reviewPage(shop, 'waiting', 0)).rows.find((row) => row.a.customer === b)!.conflict).toEqual({
      is: 'would-be',
      with: [a, b],
    })
    const before = await linkingFor(shop)
    await decideLink(shop, { a: b, b: c }, 'confirmed')
    await played.work()
    const tierOf = async (id: string) => (await memberships(shop)).get(Number(id))!.cherryPicker
    const personOf = async () => (await withShopBulk(shop, (tx) => joinedPersons(tx, shop))).personOf
    expect([...(await personOf()).keys()].sort()).toEqual([a, c].sort())
    expect([await tierOf(a), await tierOf(b)]).toEqual(['none', 'none'])
    const { rows, waiting, decided, total } = await reviewPage(shop, 'waiting', 0)
    expect(rows.slice(0, 2).map((row) => [row.a.customer, row.b.customer, row.conflict])).toEqual([
      [b, c, { is: 'held-back', with: [a, b] }],
      [a, b, { is: 'outranks', with: [b, c] }],
    ])
    expect([waiting, total, rows.length]).toEqual([4, 4, 4])
    expect((await linkingFor(shop)).waiting).toBe(before.waiting + 1)
    const answered = await reviewPage(shop, 'decided', 0)
    expect(answered.rows.map((row) => [row.a.customer, row.b.customer])).toEqual([[a, c]])
    expect([decided, answered.total]).toEqual([1, 1])

    await decideLink(shop, { a, b }, 'suggested')
    await played.work()
    expect(new Set((await personOf()).values()).size).toBe(1)
    expect([await tierOf(a), await tierOf(b)]).toEqual(['confirmed', 'confirmed'])
    expect((await reviewPage(shop, 'waiting', 0)).rows.every((row) => row.conflict === null)).toBe(true)
  })

  test('a merge in Shopify takes the merged account’s hashes and links with it', async () => {
    const played = await switchedOn()
    const { shop, ids, local } = played
    await decideLink(shop, { a: ids[0]!, b: ids[1]! }, 'confirmed')
    local.shop.happen.mergeCustomers(Number(ids[0]), Number(ids[1]))
    await played.work()
    expect(await sql('SELECT customer FROM "AccountKeys" WHERE shop = $1 AND customer = $2', [shop, ids[1]])).toEqual(
      [],
    )
    expect((await pairs(shop)).join()).not.toContain(ids[1])
  })

  test.each([
    ['and is told of', false],
    ['and nobody tells us of', true],
  ])('a merge in Shopify %s leaves what was said of the merged account in force', async (_how, isMissed) => {
    const played = await switchedOn()
    const { shop, ids, local } = played
    const [other, gone, kept] = [ids[2]!, ids[3]!, ids[7]!]
    await decideLink(shop, { a: other, b: gone }, 'confirmed')
    await exclude(shop, { customer: gone }, { reason: 'resells', until: '' })
    await played.work()
    local.shop.faults.webhooks.drop = isMissed
    local.shop.happen.mergeCustomers(Number(kept), Number(gone))
    if (isMissed) await withShop(shop, (tx) => owe(tx, shop, 'refresh-customer', gone, {}))
    await played.work()
    const out = await withShop(shop, (tx) => exclusionsOf(tx, shop, [gone, kept], Date.now()))
    expect([...out].map(([customer, [found]]) => [customer, found!.reason])).toEqual([[kept, 'resells']])
    expect((await memberships(shop)).has(Number(gone))).toBe(false)
    // Who has forgotten the account without hearing where it went has forgotten its links too.
    expect((await pairs(shop)).filter((pair) => pair.includes('confirmed'))).toEqual(
      isMissed ? [] : [`${other} ${kept} confirmed phone`],
    )
  })

  test('a person who is erased takes theirs with them, and a data request says that they exist and not what they are', async () => {
    const played = await switchedOn()
    const { shop, ids, world } = played
    const deliver = async (topic: string) => {
      await receiveWebhook({
        domain: world.shop.domain,
        topic,
        webhookId: randomUUID(),
        eventId: null,
        triggeredAt: Date.now(),
        works: [],
        body: Buffer.from(JSON.stringify({ shop_domain: world.shop.domain, customer: { id: Number(ids[4]) } })),
      })
      await played.work()
    }
    await deliver('customers/data_request')
    const [request] = await sql<{ id: number }>('SELECT id FROM "PrivacyRequest" WHERE shop = $1', [shop])
    const told = JSON.parse((await readExport(shop, request!.id))!.json) as { stored: Record<string, unknown[]> }
    expect(told.stored.AccountKeys).toEqual([
      { fetchedAt: expect.any(String) as unknown, keptAsKeyedHash: ['email', 'address', 'nameAtAddress'] },
    ])
    expect(told.stored.PersonLink).toMatchObject([{ state: 'suggested', because: ['name-at-address'] }])
    await deliver('customers/redact')
    expect(await sql('SELECT FROM "AccountKeys" WHERE shop = $1 AND customer = $2', [shop, ids[4]])).toEqual([])
    expect((await pairs(shop)).join()).not.toContain(ids[4])
    expect((await pairs(shop)).length).toBe(2)
  })

  test('switched off, all of it is gone at once, and what still runs brings nothing back', async () => {
    const played = await switchedOn()
    const { shop, ids } = played
    await decideLink(shop, { a: ids[2]!, b: ids[3]! }, 'confirmed')
    expect(await switchLinkingOff(shop)).toEqual({ is: 'off' })
    // A job that was already under way, as after a worker's death.
    for (const [kind, entity] of [
      ['read-accounts', String(shop)],
      ['read-account', ids[0]!],
      ['link-accounts', String(shop)],
    ])
      await withShop(shop, (tx) => tx.$executeRaw`SELECT owe_work(${shop}::int, ${kind}, ${entity}, '{}', 0)::text`)
    await played.work()
    for (const table of ['AccountKeys', 'PersonLink'])
      expect(await sql(`SELECT FROM "${table}" WHERE shop = $1`, [shop]), table).toEqual([])
    expect(await sql(`SELECT FROM "SyncRun" WHERE shop = $1 AND kind = 'accounts'`, [shop])).toEqual([])
    // Switched on again, it begins anew.
    expect(await switchLinkingOn(shop)).toEqual({ is: 'on' })
    await played.work()
    expect((await pairs(shop)).length).toBe(3)
  })

  test('hashes of two shops never meet', async () => {
    const [one, other] = [await switchedOn(), await switchedOn()]
    const hashes = async (shop: ShopId) =>
      (await sql<{ email: Buffer }>('SELECT email FROM "AccountKeys" WHERE shop = $1', [shop])).map(({ email }) =>
        email.toString('hex'),
      )
    const theirs = new Set(await hashes(other.shop))
    const ours = await hashes(one.shop)
    expect(ours.length).toBe(8)
    expect(ours.filter((hash) => theirs.has(hash))).toEqual([])
  })
})

describe('names on screen', { timeout: 240_000 }, () => {
  test('are read live for the rows that are asked for, kept nowhere, and every look is written down', async () => {
    const { shop, ids } = await peopled()
    expect(await namesOnScreen(shop, { ids: [ids[0]!], page: 'segment', staff: '7' })).toEqual({ names: {} })
    expect(await switchNames(shop, true)).toEqual({ is: 'on' })
    const look = { ids: [ids[0]!, ids[1]!, '999'], page: 'segment', staff: '7' }
    expect(await namesOnScreen(shop, look)).toEqual({ names: { [ids[0]!]: 'Haeun No 0', [ids[1]!]: 'Haeun No 1' } })
    expect(await sql('SELECT staff, page, customers, outcome FROM "NameLook" WHERE shop = $1', [shop])).toEqual([
      { staff: '7', page: 'segment', customers: 3, outcome: 'shown' },
    ])
    expect(await everything(shop)).not.toContain('Haeun')
  })

  test('are refused without level 2, and fall back to none where Shopify answers no more', async () => {
    const { shop, ids, local } = await peopled()
    expect(await switchNames(shop, true)).toEqual({ is: 'on' })
    local.shop.played.level2 = false
    expect(await namesOnScreen(shop, { ids: [ids[0]!], page: 'customer', staff: null })).toEqual({ names: {} })
    expect(await sql('SELECT outcome FROM "NameLook" WHERE shop = $1', [shop])).toEqual([{ outcome: 'refused' }])
    await switchNames(shop, false)
    expect(await switchNames(shop, true)).toEqual({ is: 'refused', parts: ['name'] })
    expect((await getSettings(shop)).showNames).toBe(false)
  })
})

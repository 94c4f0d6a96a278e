import { describe, expect, test } from 'vitest'

import { oweCheckouts } from '#app/flow/sync/beside.ts'
import { openBeside } from '#app/flow/sync/runs.ts'
import { ownEditor, ownRows } from '#app/flow/segments/own/pages.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { fillSegments } from '#app/jobs/fill-segments.ts'
import { followScopes } from '#app/jobs/follow-scopes.ts'
import type { Rule } from '#app/domain/rules/rule.ts'
import type { Beside } from '#app/domain/work.ts'
import { withShop, withShopBulk, type ShopId } from '#app/outside/database.server.ts'
import { action } from '#app/routes/webhooks.tsx'
import { defineJob, owe, startWorker } from '#app/outside/queue.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { shopifyWordsOf } from '#tests/shop/shopify-words.ts'
import type { World } from '#tests/shop/world.ts'

import { recompute } from '../features/recomputed.ts'
import { JOBS } from './jobs.ts'
import { importAll, playShop, workUntilDone, type PlayedShop } from './played.ts'

const DAY_MS = 86_400_000
const TONERS = 900
const GIFTS = 901

function rows<R extends object>(shop: ShopId, text: string): Promise<R[]> {
  return connectAs('superuser', async (client) => (await client.query<R>(text, [shop])).rows)
}

/** Four customers: Korean, American, one who never ordered, one whose address is in Chile. */
function fill(world: World): void {
  const at = world.now() - 40 * DAY_MS
  const [toner, gift] = [world.addProduct({ id: 11, title: 'Toner' }), world.addProduct({ id: 12, title: 'Gift' })]
  world.addCollection({ id: TONERS, title: 'Toners', productIds: [toner.id] })
  world.addCollection({ id: GIFTS, title: 'Gifts \\ 선물 "a"', productIds: [gift.id, toner.id] })
  world.addCollection({ id: 902, title: 'Empty' })
  for (const [id, locale] of [
    [1, 'ko'],
    [2, 'en'],
    [3, 'ko'],
    [4, 'en'],
  ] as const)
    world.addCustomer({ id, locale, createdAt: at - DAY_MS, ...(id === 4 ? { country: 'CL' } : {}) })
  for (const [customerId, orders] of [
    [1, 5],
    [2, 1],
    [4, 2],
  ] as const)
    for (let n = 0; n < orders; n += 1)
      world.addOrder({ customerId, processedAt: at + n * DAY_MS, lines: [{ productId: toner.id }] })
  world.addCheckout({ id: 501, customerId: 2, createdAt: world.now() - 3 * DAY_MS })
  world.addCheckout({ id: 502, customerId: 4, createdAt: world.now() - 5 * DAY_MS, completedAt: world.now() - DAY_MS })
  world.addCheckout({ id: 503, customerId: null, createdAt: world.now() - DAY_MS })
  world.addCheckout({ id: 504, customerId: 1, createdAt: world.now() - 200 * DAY_MS })
}

const customersOf = (shop: ShopId) =>
  rows<{ id: string; rfmGroup: string | null; spendTier: string | null; country: string | null }>(
    shop,
    'SELECT id::text, "rfmGroup", "spendTier", country FROM "Customer" WHERE shop = $1 ORDER BY id',
  )
const collectionsOf = (shop: ShopId) =>
  rows(shop, 'SELECT id::int, title, products::int[] FROM "Collection" WHERE shop = $1 ORDER BY id')
const categoriesOf = async (shop: ShopId) =>
  (
    await rows<{ id: number }>(
      shop,
      'SELECT id::int AS id FROM "Collection" WHERE shop = $1 AND "isCategory" ORDER BY id',
    )
  ).map(({ id }) => id)
const checkoutsOf = (shop: ShopId) =>
  rows<{ id: number; customer: number; isCompleted: boolean }>(
    shop,
    `SELECT id::int, customer::int, "completedAt" IS NOT NULL AS "isCompleted" FROM "AbandonedCheckout"
     WHERE shop = $1 ORDER BY id`,
  )

/** Reads one of them, and answers how often the own segments were to be worked out for it. */
async function readAgain({ shop }: PlayedShop, subject: Beside): Promise<number> {
  let filled = 0
  const noting = defineJob({
    kind: 'fill-segments',
    handler: async ({ payload }) => void (filled += payload.of === 'data' ? 1 : 0),
  })
  await withShop(shop, (tx) => owe(tx, shop, 'read-beside', subject, {}))
  const worker = startWorker([...JOBS, noting], { concurrency: 2, sweepEveryMs: 20, leaseSeconds: 5 })
  try {
    await expect
      .poll(
        () =>
          withShop(shop, (tx) =>
            tx.work.count({ where: { shop, kind: { in: ['read-beside', 'fill-segments'] }, state: { not: 'done' } } }),
          ),
        { timeout: 110_000 },
      )
      .toBe(0)
  } finally {
    await worker.stop()
  }
  return filled
}

const bought: Rule = { kind: 'bought-in', collection: String(TONERS), title: 'Toners', times: 1, withinDays: null }

/** A shop whose orders are here, and of which nothing was ever read beside them: as before the app could. */
async function neverReadBeside(): Promise<PlayedShop> {
  const played = await playShop(fill)
  await importAll(played)
  const { shop } = played
  await recompute(shop, Date.now(), 'import')
  await rows(shop, 'DELETE FROM "Work" WHERE shop = $1')
  for (const table of ['Collection', 'AbandonedCheckout']) await rows(shop, `DELETE FROM "${table}" WHERE shop = $1`)
  // Still rows, or what Shopify wrote down a moment ago would be taken for theirs.
  await rows(shop, `UPDATE "SyncRun" SET state = 'failed' WHERE shop = $1 AND kind = 'beside'`)
  return played
}

/** Lets all that is owed be done, with the own segments worked out. */
async function workAll(shop: ShopId): Promise<void> {
  const worker = startWorker([...JOBS, fillSegments, followScopes], {
    concurrency: 2,
    sweepEveryMs: 20,
    leaseSeconds: 5,
  })
  try {
    await expect
      .poll(() => withShop(shop, (tx) => tx.work.count({ where: { shop, state: { in: ['waiting', 'running'] } } })), {
        timeout: 110_000,
      })
      .toBe(0)
  } finally {
    await worker.stop()
  }
}

const owedOf = async (shop: ShopId) =>
  (
    await rows<{ entity: string }>(
      shop,
      `SELECT entity FROM "Work" WHERE shop = $1 AND kind = 'read-beside' ORDER BY entity`,
    )
  ).map(({ entity }) => entity)

const left: Rule = { kind: 'left-checkout', withinDays: 7 }

describe('a rule on what was never read', { timeout: 240_000 }, () => {
  test.each([
    ['collections' as const, bought, 3],
    ['checkouts' as const, left, 1],
  ])('says so of %s, has it read at once, and is worked out again', async (subject, rule, customers) => {
    const { shop } = await neverReadBeside()
    const reading = [{ subject, state: 'reading' }]
    const preview = await previewOwn(shop, null, rule, 'exact')
    expect(preview).toMatchObject({ unread: reading, troubles: [], figures: { members: { customers: 0 } } })
    expect(await owedOf(shop)).toEqual([subject])
    await rows(shop, 'DELETE FROM "Work" WHERE shop = $1')
    const inside = await saveOwn(shop, null, { name: 'Those', rule })
    await rows(shop, `UPDATE "OwnSegment" SET "workedAt" = now() WHERE shop = $1`)
    const outside = await saveOwn(shop, null, {
      name: 'Others',
      rule: { kind: 'not', rule: { kind: 'segment', segment: inside } },
    })
    expect(await owedOf(shop)).toEqual([subject])
    for (const row of await ownRows(shop)) expect(row.unread).toEqual(reading)
    expect((await ownEditor(shop, outside)).unreadBySaved).toEqual(reading)

    await workAll(shop)
    expect((await ownRows(shop)).map((row) => [row.customers, row.unread])).toEqual([
      [customers, []],
      [4 - customers, []],
    ])
    expect((await ownEditor(shop, inside)).unread).toEqual([])
    expect(await previewOwn(shop, inside, rule, 'exact')).toMatchObject({
      unread: [],
      figures: { members: { customers } },
    })
    expect(await owedOf(shop)).toEqual([])
  })

  test('says where Shopify does not show it, and reads it once it does', async () => {
    const { shop, local } = await neverReadBeside()
    local.shop.played.webhooks.deliver = async (request) =>
      (await action({ request, params: {}, context: {} })) as Response
    await local.shop.takeScopes('read_products')
    const id = await saveOwn(shop, null, { name: 'Toners', rule: bought })
    await workAll(shop)
    const denied = [{ subject: 'collections', state: 'denied' }]
    expect((await ownRows(shop))[0]!.unread).toEqual(denied)
    expect((await previewOwn(shop, id, bought, 'exact')).unread).toEqual(denied)
    // What Shopify has denied stays denied: it has to be asked for anew.
    await local.shop.grantScopes('read_products')
    await workAll(shop)
    expect((await ownRows(shop))[0]).toMatchObject({ customers: 3, unread: [] })
  })

  test('says where reading failed; that it was read once is remembered however long ago', async () => {
    const { shop } = await neverReadBeside()
    await saveOwn(shop, null, { name: 'Toners', rule: bought })
    await rows(shop, `UPDATE "Work" SET state = 'dead', problem = '{"kind":"internal"}' WHERE shop = $1`)
    const unread = async () => (await ownRows(shop))[0]!.unread
    expect(await unread()).toEqual([{ subject: 'collections', state: 'failed' }])
    // Whoever looks at it again has it tried again.
    expect((await previewOwn(shop, null, bought, 'exact')).unread).toEqual([
      { subject: 'collections', state: 'reading' },
    ])
    await workAll(shop)
    await rows(shop, `UPDATE "SyncRun" SET "startedAt" = now() - interval '3 days' WHERE shop = $1`)
    await withShopBulk(shop, (tx) => openBeside(tx, shop, 'collections'))
    await withShopBulk(shop, (tx) => openBeside(tx, shop, 'collections'))
    expect(await unread()).toEqual([])
  })
})

describe('what is read beside orders and customers', { timeout: 240_000 }, () => {
  test('an import brings countries, the words of Shopify, collections and checkouts that were left', async () => {
    const played = await playShop(fill)
    await importAll(played)
    const { shop, world } = played
    const expected = [...world.customers.values()].map((customer) => {
      const { rfmGroup, predictedSpendTier } = shopifyWordsOf(world, customer)
      return { id: String(customer.id), rfmGroup, spendTier: predictedSpendTier }
    })
    const stored = await customersOf(shop)
    expect(stored.map(({ id, rfmGroup, spendTier }) => ({ id, rfmGroup, spendTier }))).toEqual(expected)
    expect(new Set(expected.map(({ rfmGroup }) => rfmGroup)).size).toBeGreaterThan(2)
    expect(stored.map(({ country }) => country)).toEqual(['KR', 'US', null, 'CL'])
    expect(await collectionsOf(shop)).toEqual([
      { id: 900, title: 'Toners', products: [11] },
      { id: 901, title: 'Gifts \\ 선물 "a"', products: [11, 12] },
      { id: 902, title: 'Empty', products: [] },
    ])
    // Of nobody, and older than Shopify keeps them: not there.
    expect(await checkoutsOf(shop)).toEqual([
      { id: 501, customer: 2, isCompleted: false },
      { id: 502, customer: 4, isCompleted: true },
    ])
  })

  test('collections follow the shop, and rules that name one are worked out again', async () => {
    const played = await playShop(fill)
    await importAll(played)
    const { shop, world } = played
    world.collections.get(TONERS)!.productIds.push(12)
    world.collections.get(GIFTS)!.title = 'Presents'
    world.collections.delete(902)
    world.touch()
    // Nobody's rule looks at them.
    expect(await readAgain(played, 'collections')).toBe(0)
    expect(await collectionsOf(shop)).toEqual([
      { id: 900, title: 'Toners', products: [11, 12] },
      { id: 901, title: 'Presents', products: [11, 12] },
    ])
    await saveOwn(shop, null, { name: 'Toners', rule: bought })
    await connectAs('superuser', (client) => client.query('DELETE FROM "Work" WHERE shop = $1', [shop]))
    expect(await readAgain(played, 'collections')).toBe(0)
    world.collections.get(TONERS)!.productIds.pop()
    expect(await readAgain(played, 'collections')).toBe(1)
    world.collections.clear()
    await readAgain(played, 'collections')
    expect(await collectionsOf(shop)).toEqual([])
  })

  test('a collection is a category unless it is empty, the front page, or nearly all there is', async () => {
    const played = await playShop((world) => {
      fill(world)
      for (const id of [13, 14, 15]) world.addProduct({ id })
      world.addCollection({ id: 903, handle: 'frontpage', productIds: [11] })
      world.addCollection({ id: 904, handle: 'all', productIds: [11, 12, 13, 14] })
    })
    await importAll(played)
    expect(await categoriesOf(played.shop)).toEqual([TONERS, GIFTS])
    // More products of the shop's that are in none.
    for (const id of [16, 17]) played.world.addProduct({ id })
    await readAgain(played, 'collections')
    expect(await categoriesOf(played.shop)).toEqual([TONERS, GIFTS, 904])
  })

  test('a word that changes without the customer is noticed; one that was fetched later is kept', async () => {
    const played = await playShop(fill)
    await importAll(played)
    const { shop, world } = played
    const before = await customersOf(shop)
    await connectAs('superuser', (client) =>
      client.query(
        `UPDATE "Customer" SET "fetchedAt" = now() + interval '1 hour', "spendTier" = 'LOW' WHERE shop = $1 AND id = 4`,
        [shop],
      ),
    )
    for (let n = 0; n < 9; n += 1) world.addOrder({ customerId: 2, lines: [{ productId: 12 }] })
    await readAgain(played, 'words')
    const after = await customersOf(shop)
    expect(after[1]!.rfmGroup).toBe(shopifyWordsOf(world, world.customers.get(2)!).rfmGroup)
    expect(after[1]!.rfmGroup).not.toBe(before[1]!.rfmGroup)
    expect(after[3]!.spendTier).toBe('LOW')
  })

  test('a rule about the words of Shopify has them read at once', async () => {
    const { shop } = await playShop(fill)
    const owed = () =>
      rows<{ entity: string }>(shop, `SELECT entity FROM "Work" WHERE shop = $1 AND kind = 'read-beside'`)
    await saveOwn(shop, null, { name: 'Koreans', rule: { kind: 'one-of', feature: 'country', values: ['KR'] } })
    expect(await owed()).toEqual([])
    await saveOwn(shop, null, { name: 'Best', rule: { kind: 'one-of', feature: 'rfm-group', values: ['CHAMPIONS'] } })
    expect(await owed()).toEqual([{ entity: 'words' }])
  })

  test('a checkout that was completed, or left since, is noticed; it is asked for once an hour', async () => {
    const played = await playShop(fill)
    await importAll(played)
    const { shop, world } = played
    await saveOwn(shop, null, { name: 'Left', rule: { kind: 'left-checkout', withinDays: 7 } })
    await connectAs('superuser', (client) => client.query('DELETE FROM "Work" WHERE shop = $1', [shop]))
    expect(await readAgain(played, 'checkouts')).toBe(0)
    Object.assign(world.checkouts.get(501)!, { completedAt: world.now(), updatedAt: world.now() })
    world.addCheckout({ id: 505, customerId: 1 })
    // Somebody whom the app does not know has nothing stored.
    world.addCheckout({ id: 506, customerId: world.addCustomer().id })
    expect(await readAgain(played, 'checkouts')).toBe(1)
    expect(await checkoutsOf(shop)).toEqual([
      { id: 501, customer: 2, isCompleted: true },
      { id: 502, customer: 4, isCompleted: true },
      { id: 505, customer: 1, isCompleted: false },
    ])
    const owedNow = () =>
      withShopBulk(shop, async (tx) => {
        await oweCheckouts(tx, shop)
        return (await tx.query(`SELECT FROM "Work" WHERE shop = $1 AND kind = 'read-beside'`, [shop])).length
      })
    expect(await owedNow()).toBe(0)
    await connectAs('superuser', (client) =>
      client.query(`UPDATE "SyncRun" SET "startedAt" = "startedAt" - interval '1 hour' WHERE shop = $1`, [shop]),
    )
    expect(await owedNow()).toBe(1)
    await workUntilDone(shop)
  })
})

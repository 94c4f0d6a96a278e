import { describe, expect, test } from 'vitest'
import { chooseProduct, switchRecommendations } from '#app/flow/recommendations/choices.ts'
import { CustomerPicks, customerFields } from '#app/domain/recommendations/documents.ts'
import { recommendationsPage } from '#app/flow/recommendations/pages.ts'
import { withShop } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { chanceFrom } from '#tests/shop/chance.ts'
import type { World } from '#tests/shop/world.ts'
import { connectAs } from '#tests/support/database.ts'
import { metafieldOf, picksOfCustomer, pickOne, playRecommended, rebuild, work } from './recommended.ts'
import { until } from '#tests/support/until.ts'

const DAY_MS = 86_400_000
const PRODUCTS = 20
const CUSTOMERS = 120
/** Buys from the first taste; the last order held product 1 and 2. */
const ANNA = 900_001

/** Two tastes of ten products each (1–10, 11–20); whoever has one buys from it alone. */
function tastes(world: World): void {
  const chance = chanceFrom('tastes')
  for (let id = 1; id <= PRODUCTS; id++) world.addProduct({ id, title: `Product ${id}`, priceMinor: 1000 + id })
  world.addCollection({ id: 501, title: 'First', productIds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })
  world.addCollection({ id: 502, title: 'Second', productIds: [11, 12, 13, 14, 15, 16, 17, 18, 19, 20] })
  const start = world.now() - 300 * DAY_MS
  for (let customer = 0; customer < CUSTOMERS; customer++) {
    const id = 1000 + customer
    world.addCustomer({ id, createdAt: start })
    const taste = customer % 2 === 0 ? 0 : 10
    for (let order = 0; order < 4; order++)
      buy(world, id, start + (order * 60 + customer / 10) * DAY_MS, [
        taste + 1 + Math.floor(chance() * 10),
        taste + 1 + Math.floor(chance() * 10),
      ])
  }
  world.addCustomer({ id: ANNA, createdAt: start })
  buy(world, ANNA, world.now() - 20 * DAY_MS, [3])
  buy(world, ANNA, world.now() - 5 * DAY_MS, [1, 2])
}

function buy(world: World, customerId: number, processedAt: number, products: number[]): void {
  world.addOrder({ customerId, processedAt, lines: [...new Set(products)].map((productId) => ({ productId })) })
}

/** A day after her last one. */
async function annaBuys(shop: number, product: number): Promise<void> {
  await connectAs('superuser', async (client) => {
    await client.query(
      `INSERT INTO "Order" SELECT (jsonb_populate_record(o, '{"id": 990001}')).* FROM "Order" o WHERE shop = $1 AND customer = $2
         AND "processedAt" = (SELECT max("processedAt") FROM "Order" WHERE shop = $1 AND customer = $2)`,
      [shop, ANNA],
    )
    await client.query(
      `UPDATE "Order" SET "processedAt" = "processedAt" + interval '1 day' WHERE shop = $1 AND id = 990001`,
      [shop],
    )
    await client.query(
      `INSERT INTO "Line" (shop, "order", id, product, title, sku, quantity, "currentQuantity", "unitMinor", "discountMinor", discounts)
       VALUES ($1, 990001, 1, $2, 'x', '', 1, 1, 1000, 0, '{}')`,
      [shop, product],
    )
  })
}

const on = async (played: PlayedShop) => {
  await switchRecommendations(played.shop, true)
  await work(played.shop)
}

describe('what a shop recommends', () => {
  test('is by taste, never bought, and is in Shopify only where it is switched on and has changed', async () => {
    const played = await playRecommended(tastes)
    const { shop, world, local } = played
    const page = await recommendationsPage(shop, String(ANNA), '')
    expect(page.made?.choice).toMatchObject({ because: 'better' })
    expect(page.made?.choice.model).not.toBe('popularity')
    const { picks } = (await picksOfCustomer(shop, ANNA))!
    const learned = picks.filter(([, why]) => why !== 'popular').map(([product]) => product)
    expect(learned.length).toBeGreaterThanOrEqual(5)
    expect(learned.filter((product) => product > 10 || [1, 2, 3].includes(product))).toEqual([])
    expect(page.preview?.picks.map(({ id }) => Number(id))).toEqual(picks.map(([product]) => product))

    // Nothing of it is in the shop before the merchant wants it.
    expect(metafieldOf(played, world.customers.get(ANNA), 'picks')).toBeUndefined()
    await on(played)
    expect(metafieldOf(played, world.customers.get(ANNA), 'picks')).toEqual(
      picks.map(([product]) => `gid://shopify/Product/${product}`),
    )
    expect(metafieldOf(played, world.customers.get(ANNA), 'picks_about')).toMatchObject({ v: 1 })
    expect((await recommendationsPage(shop, null, '')).shown).toEqual({ customers: CUSTOMERS + 1, waiting: 0 })

    // The same again writes nothing.
    local.shop.played.calls.length = 0
    await rebuild(shop)
    expect(local.shop.played.calls.map(({ operation }) => operation)).not.toContain('PicksSet')
    expect(local.shop.played.calls.map(({ operation }) => operation)).not.toContain('BulkChange')
  })

  test('leaves out what is sold out, unpublished, a gift card, kept out or was returned; what is pinned comes first', async () => {
    const played = await playRecommended((world) => {
      tastes(world)
      world.products.get(4)!.stock = 0
      world.products.get(5)!.status = 'DRAFT'
      world.products.get(6)!.isGiftCard = true
      const returned = { productId: 7, quantity: 1, currentQuantity: 0 }
      world.addOrder({ customerId: ANNA, processedAt: world.now() - 10 * DAY_MS, lines: [returned, { productId: 2 }] })
    })
    const { shop } = played
    await chooseProduct(shop, '8', 'exclude')
    await chooseProduct(shop, '20', 'pin')
    await work(shop)
    const { picks } = (await picksOfCustomer(shop, ANNA))!
    expect(picks[0]).toEqual([20, 'pinned'])
    expect(
      picks
        .map(([product]) => product)
        .filter((product) => product <= 10)
        .sort((a, b) => a - b),
    ).toEqual([9, 10])
    const page = await recommendationsPage(shop, null, 'product 8')
    expect(page).toMatchObject({ pinned: [{ id: '20' }], excluded: [{ id: '8' }], offered: [{ id: '8' }] })
    expect(page.first.map(({ id }) => Number(id)).filter((id) => [4, 5, 6, 8].includes(id))).toEqual([])
    await expect(chooseProduct(shop, '999', 'pin')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('goes to many customers as files, and what Shopify refuses of one stops nobody else', async () => {
    const played = await playRecommended((world) => {
      tastes(world)
      const at = world.now() - 50 * DAY_MS
      for (let id = 20_000; id < 20_700; id++) {
        world.addCustomer({ id, createdAt: at })
        buy(world, id, at, [1 + (id % PRODUCTS)])
      }
    })
    const { shop, world, local } = played
    world.customers.delete(20_001)
    local.shop.played.calls.length = 0
    await on(played)
    const operations = local.shop.played.calls.map(({ operation }) => operation)
    expect(operations).toContain('BulkChange')
    const rows = await withShop(shop, (tx) => tx.customerPicks.findMany({ where: { shop } }))
    expect(rows.filter(({ written }) => written === null).map(({ customer }) => Number(customer))).toEqual([20_001])
    expect(rows.filter(({ sentIn }) => sentIn !== null)).toEqual([])
    expect(metafieldOf(played, world.customers.get(20_002), 'picks')).toBeDefined()
  })

  test('goes on product pages where the merchant lets us write to products, and says so where not', async () => {
    const scopes = ['read_all_orders', 'read_customer_merge', 'read_customers', 'read_orders', 'read_products']
    const without = await playRecommended(tastes, { scopes: [...scopes, 'write_customers'] })
    await on(without)
    expect((await recommendationsPage(without.shop, null, '')).asks).toEqual(['write_products'])
    expect(without.world.otherMetafields.size).toBeLessThanOrEqual(1)

    const played = await playRecommended(tastes, { scopes: [...scopes, 'write_customers', 'write_products'] })
    await on(played)
    expect((await recommendationsPage(played.shop, null, '')).asks).toEqual([])
    const stored = await withShop(played.shop, (tx) =>
      tx.productPicks.findUniqueOrThrow({ where: { shop_product: { shop: played.shop, product: 1n } } }),
    )
    expect(stored.written).toEqual(stored.wanted)
    expect((stored.wanted as number[]).filter((product) => product > 10)).toEqual([])
  })

  test('moves on with an order at once: what was just bought is gone, what goes with it comes', async () => {
    const played = await playRecommended(tastes)
    const { shop } = played
    const before = (await picksOfCustomer(shop, ANNA))!
    await pickOne(shop, ANNA)
    const again = (await picksOfCustomer(shop, ANNA))!
    // What is stored of each product is what was learned of all: it says the same.
    expect(again.picks.slice(0, 3)).toEqual(before.picks.slice(0, 3))
    const [bought] = before.picks[0]!
    await annaBuys(shop, bought)
    await pickOne(shop, ANNA)
    const { picks } = (await picksOfCustomer(shop, ANNA))!
    expect(picks.map(([product]) => product)).not.toContain(bought)
    expect(picks.length).toBeGreaterThan(4)
  })

  test('shows a likely cherry-picker first what leaves more: costs are read from Shopify and stay with us', async () => {
    const played = await playRecommended((world) => {
      tastes(world)
      for (const product of world.products.values()) product.unitCostMinor = 900
      // The cheapest variant is what the price is of; a dearer one's cost is not its.
      world.products.get(6)!.unitCostMinor = 50
      delete world.products.get(7)!.unitCostMinor
      world.products.get(7)!.otherVariants = [{ id: 7_700, title: 'Set', priceMinor: 9000, unitCostMinor: 1 }]
      delete world.products.get(8)!.unitCostMinor
      world.products.get(8)!.otherVariants = [
        { id: 8_800, title: 'Other colour', priceMinor: 1008, unitCostMinor: 300 },
      ]
    })
    const { shop, world } = played
    const costs = await connectAs('superuser', (client) =>
      client.query(
        'SELECT "unitCostMinor"::int AS cost FROM "Product" WHERE shop = $1 AND id IN (5, 6, 7, 8) ORDER BY id',
        [shop],
      ),
    )
    expect(costs.rows.map(({ cost }) => cost as number | null)).toEqual([900, 50, null, 300])
    expect((await recommendationsPage(shop, null, '')).costs).toEqual({ known: 19, goodsShare: 0.4, isAssumed: true })

    const before = (await picksOfCustomer(shop, ANNA))!.picks.map(([product]) => product)
    await connectAs('superuser', (client) =>
      client.query(
        `INSERT INTO "Membership" (shop, customer, stage, "stageSince", "cherryPicker", "isBusiness", "isWatched", "ruleVersion", estimates, "decidedAt")
         VALUES ($1, $2, 'repeat', now(), 'likely', false, false, 1, 1, now())`,
        [shop, ANNA],
      ),
    )
    await pickOne(shop, ANNA)
    const alone = (await picksOfCustomer(shop, ANNA))!.picks.map(([product]) => product)
    expect(alone.slice(0, 3)).toEqual([6, 8, 7])
    expect(before.slice(0, 3)).not.toEqual([6, 8, 7])
    await rebuild(shop)
    const nightly = (await picksOfCustomer(shop, ANNA))!.picks.map(([product]) => product)
    expect(nightly.slice(0, 3)).toEqual([6, 8, 7])

    await on(played)
    const shown = [...world.customers.values()].flatMap(({ metafields }) => [...metafields.values()])
    expect(shown.length).toBeGreaterThan(100)
    expect(shown.filter(({ value }) => /cost|left/i.test(value))).toEqual([])
  })

  test('keeps what followed an order that came while all of it was worked out anew', async () => {
    const { shop } = await playRecommended(tastes)
    const [bought] = (await picksOfCustomer(shop, ANNA))!.picks[0]!
    const owed = (kind: 'rebuild-recommendations' | 'pick-customer', key: string) =>
      withShop(shop, (tx) => owe(tx, shop, kind, key, kind === 'pick-customer' ? {} : { mayKeepChoice: false }))
    let working: Promise<void> | undefined
    await connectAs('superuser', async (client) => {
      // The first customer's row is held, so the rebuild has read all orders and waits before it stores anybody.
      await client.query('BEGIN')
      await client.query('SELECT FROM "CustomerPicks" WHERE shop = $1 ORDER BY customer LIMIT 1 FOR UPDATE', [shop])
      await owed('rebuild-recommendations', String(shop))
      working = work(shop)
      await until(async () => {
        const waiting = await client.query(
          'SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))',
        )
        return waiting.rowCount === 1
      })
      await annaBuys(shop, bought)
      await owed('pick-customer', String(ANNA))
      await until(
        async () => (await picksOfCustomer(shop, ANNA))?.picks.every(([product]) => product !== bought) === true,
      )
      await client.query('COMMIT')
    })
    await working
    const { picks } = (await picksOfCustomer(shop, ANNA))!
    expect(picks.map(([product]) => product)).not.toContain(bought)
    // The next rebuild has read the order itself, and speaks for her again.
    await rebuild(shop)
    expect((await picksOfCustomer(shop, ANNA))!.picks.map(([product]) => product)).not.toContain(bought)
  })

  test('stops being shown without being worked out anew, and is shown again likewise', async () => {
    const played = await playRecommended(tastes)
    const { shop } = played
    await on(played)
    const setup = () =>
      [...played.world.otherMetafields.values()].flatMap((all) => [...all].map(([key, { value }]) => [key, value]))
    const made = (await recommendationsPage(shop, null, '')).made
    for (const isOn of [false, true]) {
      await switchRecommendations(shop, isOn)
      await work(shop)
      expect(setup()).toContainEqual([expect.stringMatching(/picks_settings$/), JSON.stringify({ v: 1, off: !isOn })])
    }
    expect((await recommendationsPage(shop, null, '')).made).toEqual(made)
    await rebuild(shop)
    expect(setup()).toContainEqual([expect.stringMatching(/picks_settings$/), JSON.stringify({ v: 1, off: false })])
  })

  test('an empty shop is worked out too, and switched on it has nothing to show', async () => {
    const played = await playRecommended(() => undefined)
    await on(played)
    const page = await recommendationsPage(played.shop, '1', '')
    expect(page).toMatchObject({ isOn: true, products: 0, first: [], shown: { customers: 0, waiting: 0 } })
    expect(page.made?.choice).toMatchObject({ model: 'popularity', because: 'few' })
    expect(page.preview).toMatchObject({ lead: null, picks: [], bought: [] })
  })

  test('of ten products whoever has nine is shown the tenth, and whoever has all of them none, wherever the theme looks', async () => {
    const played = await playRecommended((world) => {
      for (let id = 1; id <= 10; id++) world.addProduct({ id, title: `Product ${id}` })
      const at = world.now() - 40 * DAY_MS
      for (const [id, count] of [
        [101, 9],
        [102, 10],
      ] as const) {
        world.addCustomer({ id, createdAt: at })
        buy(
          world,
          id,
          at,
          Array.from({ length: count }, (_, n) => n + 1),
        )
      }
      world.addCustomer({ id: 103, createdAt: at })
      const lines = [{ productId: 4, quantity: 1, currentQuantity: 0 }]
      world.addOrder({ customerId: 103, processedAt: at, lines })
    })
    const { shop, world } = played
    expect(await picksOfCustomer(shop, 101)).toMatchObject({ lead: 'popular', picks: [[10, 'popular']] })
    expect(await picksOfCustomer(shop, 102)).toMatchObject({ lead: null, picks: [] })
    const never = (id: number) =>
      (metafieldOf(played, world.customers.get(id), 'picks_about') as { never: number[] }).never
    await on(played)
    expect(never(101).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(never(102)).toHaveLength(10)
    // Shopify is not sent an empty list.
    expect(metafieldOf(played, world.customers.get(102), 'picks')).toBeUndefined()
    // Nothing of 103's order was kept.
    expect(never(103)).toEqual([4])
    await pickOne(shop, 103)
    expect(await picksOfCustomer(shop, 103)).toEqual({ lead: null, picks: [], never: [4] })
    const page = await recommendationsPage(shop, '103', '')
    expect(page.first).toHaveLength(10)
    expect(page.shown).toEqual({ customers: 1, waiting: 0 })
    expect(page.preview).toMatchObject({ lead: null, picks: [] })
  })

  test('what was stored before anything was in no list is written as it is', () => {
    const before = CustomerPicks.parse({ lead: 'popular', picks: [[10, 'popular']] })
    expect(customerFields(before).map(({ key, value }) => [key, JSON.parse(value) as unknown])).toEqual([
      ['picks', ['gid://shopify/Product/10']],
      ['picks_about', { v: 1, lead: 'popular', why: {}, never: [] }],
    ])
  })

  test('what cannot be written says so on the page, and what is worked out stays', async () => {
    const played = await playRecommended(tastes)
    await withShop(played.shop, (tx) => owe(tx, played.shop, 'show-picks', String(played.shop), {}))
    await connectAs('superuser', (client) =>
      client.query(
        `UPDATE "Work" SET state = 'dead', problem = '{"kind": "shopify-refused"}' WHERE shop = $1 AND kind = 'show-picks'`,
        [played.shop],
      ),
    )
    const page = await recommendationsPage(played.shop, null, '')
    expect(page.problem).toEqual({ kind: 'shopify-refused' })
    expect(page.made).not.toBeNull()
  })
})

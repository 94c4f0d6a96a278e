import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { insightsFile, insightsPage } from '#app/flow/insights/pages.ts'
import { workOutInsights } from '#app/flow/insights/work-out.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs, testShop } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { recompute } from '../features/recomputed.ts'
import { ago, crowd, NOW } from '../segments/story.ts'

type Bought = [product: number, ...more: number[]]

const order = (customer: number, at: number, products: Bought, more: Partial<ToldOrder> = {}): ToldOrder => ({
  customer,
  at,
  lines: products.map((product) => ({ product, unitMinor: 1000 })),
  ...more,
})

async function shopOf(orders: ToldOrder[]): Promise<ShopId> {
  timeIs(NOW)
  const shop = await testShop()
  await connectAs('superuser', (client) => writeStory(client, shop, { orders, timezone: 'Asia/Seoul' }))
  await recompute(shop, NOW, 'import')
  return shop
}

describe('insights of products', () => {
  test('count first orders by customer, and of those long enough ago who came back within the window', async () => {
    // 40 people begin with product 50; 30 of them come back after 30 days, some with product 51.
    const people = Array.from({ length: 40 }, (_, i): ToldOrder[] => {
      const first = ago(300)
      const orders = [order(5000 + i, first, [50, 50])]
      // Part of the first occasion: within 24 hours.
      if (i < 10) orders.push(order(5000 + i, first + DAY_MS / 2, [50, 52]))
      if (i < 30) orders.push(order(5000 + i, first + 30 * DAY_MS, i < 25 ? [51] : [50]))
      // A third order says nothing of second ones.
      if (i < 20) orders.push(order(5000 + i, first + 60 * DAY_MS, [53]))
      return orders
    })
    const shop = await shopOf([...crowd(), ...people.flat(), order(9001, ago(300), [50], { cancelledAt: ago(299) })])
    await workOutInsights(shop, NOW)
    const { insights, state, asOf } = await insightsPage(shop, '365')
    expect([state, asOf]).toEqual(['ready', NOW])
    const of = (product: number) => insights!.first.rows.find((row) => row.product === String(product))
    expect(of(50)).toMatchObject({ title: 'Product 50', buyers: 40, cameBack: { count: 30, of: 40 } })
    // Too few to say anything of.
    expect(of(52)).toMatchObject({ buyers: 10, cameBack: null })
    expect([of(51), of(53)]).toEqual([undefined, undefined])
    expect(insights!.second.rows.filter(({ from }) => from === '50')).toMatchObject([
      { to: '51', toTitle: 'Product 51', customers: 25, ofFrom: 30, ofTo: 25, share: { count: 25, of: 30 } },
    ])
    expect(insights!.second.again.filter(({ from }) => from === '50')).toMatchObject([{ customers: 5, ofTo: 5 }])
    // The shop's own: everybody with a first order in these months, and of them whoever has had the window since.
    expect(insights!.all.buyers).toBe(97)
    expect(insights!.all.cameBack!.of).toBe(90)
    const recent = await insightsPage(shop, '90')
    expect(recent.insights!.first.rows.find((row) => row.product === '50')).toBeUndefined()
  })

  test('say which products draw cherry-pickers, against the share in the whole shop', async () => {
    const people = Array.from({ length: 50 }, (_, i) => order(5000 + i, ago(200), [i < 25 ? 60 : 61]))
    const shop = await shopOf([...crowd(), ...people])
    await connectAs('superuser', (client) =>
      client.query(
        `UPDATE "Membership" SET "cherryPicker" = 'likely' WHERE shop = $1 AND customer BETWEEN 5000 AND 5019`,
        [shop],
      ),
    )
    await workOutInsights(shop, NOW)
    const { insights } = await insightsPage(shop, 'all')
    expect(insights!.pickers.rows[0]).toMatchObject({ product: '60', pickers: { count: 20, of: 25 } })
    expect(insights!.pickers.rows.find(({ product }) => product === '61')!.pickers).toMatchObject({ count: 0, of: 25 })
    expect(insights!.all.pickers).toMatchObject({ count: 20, of: 110 })
  })

  test('add up what each stage spent by category, after discounts and returns, a product in two counting in both', async () => {
    const people = Array.from({ length: 25 }, (_, i): ToldOrder => ({
      customer: 5000 + i,
      at: ago(5),
      lines: [
        { product: 70, quantity: 2, currentQuantity: 1, unitMinor: 3000, discountMinor: 1000 },
        { product: 71, unitMinor: 500 },
      ],
    }))
    const shop = await shopOf([...crowd(), ...people])
    expect((await insightsPage(shop, 'all')).state).toBe('working')
    await workOutInsights(shop, NOW)
    expect(await insightsPage(shop, 'all')).toMatchObject({ categories: null, isUnderWay: true })
    await connectAs('superuser', (client) =>
      client.query(`DELETE FROM "Work" WHERE shop = $1 AND kind = 'work-out-insights'`, [shop]),
    )
    expect(await insightsPage(shop, 'all')).toMatchObject({ categories: null, isUnderWay: false })
    await connectAs('superuser', (client) =>
      client.query(
        `INSERT INTO "Collection" ("shop", "id", "title", "products", "isCategory") VALUES
           ($1, 1, 'Toner', '{70}', true), ($1, 2, 'Care', '{70,71}', true), ($1, 3, 'All', '{70,71}', false)`,
        [shop],
      ),
    )
    // Whoever looks before the night has them all the same.
    expect(await insightsPage(shop, 'all')).toMatchObject({ categories: null, isUnderWay: true })
    await workOutInsights(shop, NOW)
    const { categories } = await insightsPage(shop, 'all')
    expect(categories!.find(({ by }) => by === 'new')).toMatchObject({
      customers: 25,
      spent: { minor: 25 * 3000, currency: 'GBP' },
      categories: [
        { title: 'Care', money: { minor: 25 * 3000 }, share: 1 },
        { title: 'Toner', money: { minor: 25 * 2500 }, share: 2500 / 3000 },
      ],
    })
  })

  test('wait without orders, and while Shopify hides older ones', async () => {
    timeIs(NOW)
    const empty = await testShop()
    await workOutInsights(empty, NOW)
    expect((await insightsPage(empty, 'all')).state).toBe('none')
    const shop = await shopOf(crowd())
    await connectAs('superuser', (client) => client.query('UPDATE "Shop" SET limited = true WHERE shop = $1', [shop]))
    await workOutInsights(shop, NOW)
    expect((await insightsPage(shop, 'all')).state).toBe('limited')
  })

  test('are owed by the page that finds none, once, and said to have failed when nobody can work them out', async () => {
    const shop = await shopOf(crowd())
    const owed = () =>
      connectAs('superuser', async (client) => {
        const { rows } = await client.query<{ state: string; version: number }>(
          `SELECT state, version FROM "Work" WHERE shop = $1 AND kind = 'work-out-insights'`,
          [shop],
        )
        return rows
      })
    await insightsPage(shop, 'all')
    await insightsPage(shop, '90')
    expect(await owed()).toEqual([{ state: 'waiting', version: 1 }])
    await connectAs('superuser', (client) =>
      client.query(`UPDATE "Work" SET state = 'dead' WHERE shop = $1 AND kind = 'work-out-insights'`, [shop]),
    )
    expect((await insightsPage(shop, 'all')).state).toBe('failed')
  })

  test('are files that no spreadsheet takes for formulas, whatever a product is called', async () => {
    const titles = [
      "=cmd|' /C calc'!A0",
      '@SUM(1)',
      '+82 2',
      '-1+1',
      '\tTab',
      '\rReturn',
      'Quote " and, comma',
      '시카 토너',
    ]
    const people = Array.from({ length: 200 }, (_, i): ToldOrder[] => {
      const place = i % titles.length
      const lines = [{ product: 80 + place, unitMinor: 1000, title: titles[place]! }]
      return [0, 40].map((later) => ({ customer: 5000 + i, at: ago(300 - later), lines }))
    })
    const shop = await shopOf([...crowd(), ...people.flat()])
    await workOutInsights(shop, NOW)
    for (const table of ['first-orders', 'second-orders', 'cherry-pickers'] as const) {
      const file = await insightsFile(shop, table, '365')
      expect(file.charCodeAt(0)).toBe(0xfeff)
      for (const line of file.slice(1).trimEnd().split(/\r\n/)) expect(line).not.toMatch(/(^|,)"?\s*[=+\-@\t\r]/)
      expect(file).toContain("'=cmd|' /C calc'!A0")
      expect(file).toContain('"Quote "" and, comma"')
      expect(file).toContain('시카 토너')
    }
    expect(await insightsFile(shop, 'categories', '365')).toBe(
      '\uFEFFsegment,customers,spent_12_months,category,spent_in_category,share,currency\r\n',
    )
  })
})

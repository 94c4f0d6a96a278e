/** A merchant looks at what her shop recommends, shows it, and shoppers see products that they would have missed. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { chanceFrom, oneOf } from '../shop/chance.ts'
import type { WorldProduct } from '../shop/products.ts'
import type { World } from '../shop/world.ts'
import {
  CANNOT_WALK,
  PATIENT,
  VIEWS,
  appIn,
  excessWidth,
  installAndImport,
  untilThere,
  walk,
  type Journey,
} from './journey.ts'
import { bought, signedIn, storefront } from './shopper.ts'

const DAY_MS = 86_400_000

let journey: Journey
let page: Page
let app: FrameLocator

/** Two corners of the shop, teas and candles, each with customers who buy there and nowhere else. */
function withCorners(world: World): void {
  const chance = chanceFrom('corners')
  for (const [english, korean] of [
    ['Tea', '차'],
    ['Candle', '향초'],
  ] as const) {
    const products = Array.from({ length: 10 }, (_, n) =>
      world.addProduct({
        title: `${english} No. ${n + 1} ${korean} ${n + 1}번`,
        handle: `${english.toLowerCase()}-${n + 1}`,
        sku: `${english.toUpperCase()}-${n + 1}`,
        priceMinor: 8000 + 500 * n,
      }),
    )
    for (let each = 0; each < 120; each++) {
      const since = world.now() - (300 + 60 * chance()) * DAY_MS
      const { id } = world.addCustomer({ createdAt: since })
      for (let order = 0; order < 4; order++) {
        const lines = [oneOf(chance, products), oneOf(chance, products)].map((product) => ({ productId: product.id }))
        world.addOrder({ customerId: id, processedAt: since + order * 75 * DAY_MS, lines })
      }
    }
  }
}

/** Customers whose list is about this, with what is in it. */
async function customersSeeing(lead: string): Promise<{ customer: number; products: number[] }[]> {
  const rows = await journey.rows<{ customer: string; picks: [number, string][] }>(
    `SELECT customer::text, wanted -> 'picks' AS picks FROM "CustomerPicks" WHERE wanted ->> 'lead' = '${lead}' ORDER BY customer LIMIT 20`,
  )
  return rows.map(({ customer, picks }) => ({ customer: Number(customer), products: picks.map(([id]) => id) }))
}

const boughtBy = (customer: number) =>
  new Set(journey.stack.world.ordersOf(customer).flatMap(({ lines }) => lines.map(({ productId }) => productId)))

const idsIn = async (block: ReturnType<typeof picksOn>): Promise<number[]> => {
  const links = await block.locator('a[href*="mrl="]').evaluateAll((all) => all.map((one) => one.getAttribute('href')!))
  return [...new Set(links.map((href) => productAt(href).id))]
}

function productAt(href: string): WorldProduct {
  const place = decodeURIComponent(href.split('?')[0]!.split('/').at(-1)!)
  return [...journey.stack.world.products.values()].find(({ id, handle }) => String(id) === place || handle === place)!
}

const picksOn = (shopper: Page) => shopper.locator('.morello-picks').first()

describe.skipIf(CANNOT_WALK)('recommendations in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun), installAndImport, withCorners)

  test('she reads what works best in her shop, looks as a customer does, and shows it', async () => {
    await page.goto(journey.adminOf('/recommendations'))
    await app.getByRole('heading', { name: 'What works best in your shop' }).waitFor()
    await app.getByText(/^In use: (Learned|Often bought).* clearly more/).waitFor()
    await app.getByRole('button', { name: 'Bought lately' }).click()
    await app.getByText(/^Bought last: /).waitFor()
    await journey.picture(page, 'recommendations-preview-en')
    await app.getByRole('button', { name: 'Show recommendations' }).click()
    await app.getByText('Shopify has the newest of all of them.').waitFor({ timeout: 180_000 })
    await app.getByRole('button', { name: 'Allow product pages' }).click()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await expect.poll(() => app.getByRole('button', { name: 'Allow product pages' }).count()).toBe(0)
    await journey.rest()
  })

  test('a repeat customer sees what goes with the last order, nothing of it bought, and buys of it', async () => {
    const [someone] = await customersSeeing('goes-with')
    const customer = journey.stack.world.customers.get(someone!.customer)!
    const shopper = await signedIn(journey, customer)
    await shopper.goto(storefront(journey))
    await picksOn(shopper).getByRole('heading', { name: 'Goes with your last order' }).waitFor()
    const seen = await idsIn(picksOn(shopper))
    expect(seen.length).toBeGreaterThanOrEqual(2)
    expect(seen).toEqual(someone!.products.filter((id) => seen.includes(id)))
    for (const id of seen) expect(boughtBy(customer.id)).not.toContain(id)
    await journey.picture(shopper, 'recommended-repeat-en')

    await picksOn(shopper).locator('a[href*="mrl="]').first().click()
    await shopper.getByRole('button', { name: 'Add to cart' }).click()
    await shopper.getByRole('button', { name: 'Buy' }).click()
    await bought(shopper)
    await journey.rest()
    await shopper.goto(storefront(journey))
    expect(await idsIn(picksOn(shopper))).not.toContain(seen[0])
    await shopper.context().close()
  })

  test('what is sold out is gone from the very next page, and back when there is some again', async () => {
    const guest = await journey.openAs('en')
    await guest.goto(storefront(journey))
    const [first, ...others] = await idsIn(picksOn(guest))
    journey.stack.world.products.get(first!)!.stock = 0
    await guest.goto(storefront(journey))
    const now = await idsIn(picksOn(guest))
    expect(now).not.toContain(first)
    expect(now.slice(0, others.length)).toEqual(others)
    journey.stack.world.products.get(first!)!.stock = 5
    await guest.goto(storefront(journey))
    expect((await idsIn(picksOn(guest)))[0]).toBe(first)
    await guest.context().close()
  })

  test('a product’s page has what goes with it', async () => {
    const [row] = await journey.rows<{ product: string }>(
      `SELECT product::text FROM "ProductPicks" WHERE written IS NOT NULL ORDER BY customers DESC LIMIT 1`,
    )
    const guest = await journey.openAs('en')
    await untilThere(guest, storefront(journey, `/products/${row!.product}`), picksOn(guest))
    expect(await idsIn(picksOn(guest))).not.toContain(Number(row!.product))
    await guest.context().close()
  })

  test('what she pins comes first, what she keeps out is nowhere', async () => {
    await page.goto(journey.adminOf('/recommendations'))
    const guest = await journey.openAs('ko')
    await guest.goto(storefront(journey))
    const [first, second] = await idsIn(picksOn(guest))
    const choose = async (id: number, action: string) => {
      const { title } = journey.stack.world.products.get(id)!
      await app.getByLabel('Find a product').fill(title)
      await app.getByRole('button', { name: `${action}: ${title}`, exact: true }).click()
      await app.getByRole('button', { name: `Let it go: ${title}`, exact: true }).waitFor()
    }
    await choose(first!, 'Keep out')
    await choose(second!, 'Pin')
    await journey.rest()
    await guest.goto(storefront(journey))
    const now = await idsIn(picksOn(guest))
    expect(now[0]).toBe(second)
    expect(now).not.toContain(first)
    await guest.context().close()
  })

  test('switched off, the storefront shows none at once', async () => {
    await app.getByRole('button', { name: 'Stop showing them' }).click()
    await app.getByRole('button', { name: 'Show recommendations' }).waitFor()
    await journey.rest()
    const guest = await journey.openAs('en')
    await guest.goto(storefront(journey))
    expect(await guest.locator('.morello-picks').count()).toBe(0)
    await guest.context().close()
    await app.getByRole('button', { name: 'Show recommendations' }).click()
    await app.getByRole('button', { name: 'Stop showing them' }).waitFor()
    await journey.rest()
  })

  test.each(VIEWS)('the pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    const [someone] = await customersSeeing('for-you')
    await visitor.goto(journey.adminOf(`/recommendations?customer=${someone?.customer ?? 1}`))
    await appIn(visitor).locator('h1').first().waitFor()
    await journey.picture(visitor, `recommendations-${locale}-${width}`)
    expect(await excessWidth(visitor)).toBeLessThanOrEqual(0)
    await visitor.goto(storefront(journey))
    await journey.picture(visitor, `recommended-guest-${locale}-${width}`)
    expect(await excessWidth(visitor)).toBeLessThanOrEqual(0)
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

/** Shops with next to nothing in them: what the pages say there, and what shoppers see. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { World } from '../shop/world.ts'
import { CANNOT_WALK, PATIENT, appIn, excessWidth, walk, type Journey, type Walk } from './journey.ts'
import { signedIn, storefront } from './shopper.ts'

const DAY_MS = 86_400_000

const shopWith = (fill: (world: World) => void) => () => {
  const world = new World({
    domain: 'morello-demo.myshopify.com',
    name: 'Morello Skin',
    currency: 'KRW',
    timezone: 'Asia/Seoul',
    plan: 'basic',
    locale: 'ko',
  })
  fill(world)
  return world
}

async function installed({ journey, page, app }: Walk): Promise<void> {
  await page.goto(`${journey.stack.shop.origin}/`)
  await page.getByText('Open the admin').click()
  await app.locator('h1').first().waitFor()
  await journey.rest()
}

const picksOn = (shopper: Page) => shopper.locator('.morello-picks')

async function show({ journey, page, app }: Pick<Walk, 'journey' | 'page' | 'app'>): Promise<void> {
  await page.goto(journey.adminOf('/recommendations'))
  await app.getByRole('button', { name: 'Show recommendations' }).click()
  await app.getByRole('button', { name: 'Stop showing them' }).waitFor()
  await journey.rest()
}

describe.skipIf(CANNOT_WALK)('recommendations in an empty shop', PATIENT, () => {
  let journey: Journey
  let page: Page
  let app: FrameLocator
  walk(
    (begun) => ({ journey, page, app } = begun),
    installed,
    undefined,
    shopWith(() => undefined),
  )

  test('say that there is nothing to work with, and the storefront has no empty place for them', async () => {
    await show({ journey, page, app })
    await app.getByText(/needs 50 customers with three orders or more; so far there are 0/).waitFor()
    const guest = await journey.openAs('ko', 390)
    await guest.goto(storefront(journey))
    expect(await picksOn(guest).count()).toBe(0)
    expect(await excessWidth(guest)).toBeLessThanOrEqual(0)
    await guest.goto(journey.adminOf('/recommendations'))
    await appIn(guest).locator('h1').first().waitFor()
    await journey.picture(guest, 'recommendations-empty-ko-390')
    expect(await excessWidth(guest)).toBeLessThanOrEqual(0)
    await guest.goto(journey.adminOf('/insights'))
    await appIn(guest).locator('h1').first().waitFor()
    await journey.picture(guest, 'insights-empty-ko-390')
    await guest.context().close()
    expect(journey.complaints).toEqual([])
  })
})

describe.skipIf(CANNOT_WALK)('recommendations in a shop of ten products', PATIENT, () => {
  const HAS = [1, 2, 3]
  const ALL_BUT_ONE = [2, 3, 4, 5, 6, 7, 8, 9, 10]
  let journey: Journey
  let page: Page
  let app: FrameLocator
  walk(
    (begun) => ({ journey, page, app } = begun),
    installed,
    undefined,
    shopWith((world) => {
      for (let id = 1; id <= 10; id++)
        world.addProduct({ id, title: `Soap No. ${id} 비누 ${id}번`, handle: `soap-${id}`, priceMinor: 5000 + id })
      for (let customer = 0; customer < 13; customer++) {
        const createdAt = world.now() - (30 + customer) * DAY_MS
        const { id } = world.addCustomer({ id: 5000 + customer, createdAt })
        const lines = customer === 0 ? HAS : customer === 12 ? ALL_BUT_ONE : [4 + (customer % 3), 7]
        world.addOrder({ customerId: id, processedAt: createdAt, lines: lines.map((productId) => ({ productId })) })
      }
    }),
  )

  const idsOn = async (shopper: Page): Promise<number[]> => {
    const links = await picksOn(shopper)
      .locator('a[href*="mrl="]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href')!))
    return [...new Set(links.map((href) => Number(/(\d+)(?=\?)/.exec(href)?.[1])))]
  }

  test('are the popular ones, for guests, and for a customer those that they have not bought', async () => {
    await show({ journey, page, app })
    await app.getByText(/needs 50 customers with three orders or more/).waitFor()
    const guest = await journey.openAs('ko', 390)
    await guest.goto(storefront(journey))
    await picksOn(guest).waitFor()
    expect((await idsOn(guest))[0]).toBe(7)
    await journey.picture(guest, 'recommended-ten-products-ko-390')
    expect(await excessWidth(guest)).toBeLessThanOrEqual(0)
    await guest.context().close()

    const shopper = await signedIn(journey, journey.stack.world.customers.get(5000)!)
    await shopper.goto(storefront(journey))
    await picksOn(shopper).waitFor()
    const seen = await idsOn(shopper)
    expect(seen[0]).toBe(7)
    expect(seen.length).toBeGreaterThanOrEqual(2)
    expect(seen.filter((id) => HAS.includes(id))).toEqual([])
    await shopper.context().close()

    // One is no list, and what others would see of it she has.
    const owner = await signedIn(journey, journey.stack.world.customers.get(5012)!)
    await owner.goto(storefront(journey))
    await owner
      .getByRole('link', { name: /Soap No. 1\b/ })
      .first()
      .waitFor()
    expect(await picksOn(owner).count()).toBe(0)
    await owner.context().close()
    expect(journey.complaints).toEqual([])
  })
})

/** The merchant learns from visits; shoppers who say no are left alone, and those who say yes come into her segment. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, untilThere, walk, type Journey } from './journey.ts'
import { signedIn, storefront } from './shopper.ts'

const LONG_MS = 180_000
const STAY_MS = 1500
let journey: Journey
let page: Page
let app: FrameLocator

/** What a page sends to our event door, from the page itself and from its workers. */
function sentBy(shopper: Page): string[] {
  const bodies: string[] = []
  shopper.context().on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') bodies.push(request.postData() ?? '')
  })
  return bodies
}

const stored = async () => (await journey.rows<{ n: number }>('SELECT count(*)::int AS n FROM "StorefrontEvent"'))[0]!.n

/** Looks at two products and at the cart, each for longer than the pixel waits for what comes together. */
async function lookAround(shopper: Page): Promise<void> {
  for (const place of [0, 1]) {
    await shopper.goto(storefront(journey))
    await shopper.locator('a[href^="/storefront/products/"]').nth(place).click()
    await shopper.getByRole('button', { name: 'Add to cart' }).waitFor()
    await shopper.waitForTimeout(STAY_MS)
  }
  await shopper.goto(storefront(journey, '/cart'))
  await shopper.waitForTimeout(STAY_MS)
}

describe.skipIf(CANNOT_WALK)('learning from visits in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('is off until she switches it on, and then Shopify asks her', async () => {
    const shopper = await signedIn(journey, journey.jiwoo())
    await shopper.goto(storefront(journey))
    expect(await shopper.locator('form.consent').count()).toBe(0)
    await shopper.context().close()
    await page.goto(journey.adminOf('/settings'))
    await app.getByRole('button', { name: 'Learn from visits' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await app.getByText('On. No visits have been counted yet').waitFor({ timeout: LONG_MS })
  })

  test('who has said nothing, or no, sends no event', async () => {
    const shopper = await signedIn(journey, journey.jiwoo())
    const sent = sentBy(shopper)
    await lookAround(shopper)
    await shopper.getByRole('button', { name: 'Do not allow' }).click()
    await shopper.locator('form.consent[data-said="no"]').waitFor()
    await lookAround(shopper)
    expect(shopper.workers()).toEqual([])
    expect(sent).toEqual([])
    expect(await stored()).toBe(0)
    await shopper.context().close()
  })

  test('who allows it is counted, by ids alone, and sends nothing more after a no', async () => {
    const shopper = await signedIn(journey, journey.jiwoo())
    const sent = sentBy(shopper)
    await shopper.goto(storefront(journey))
    await shopper.getByRole('button', { name: 'Allow', exact: true }).click()
    await shopper.locator('form.consent[data-said="yes"]').waitFor()
    await lookAround(shopper)
    await expect.poll(stored, { timeout: LONG_MS }).toBeGreaterThan(4)
    const kinds = await journey.rows<{ kind: string; customer: string }>(
      'SELECT DISTINCT kind, customer::text FROM "StorefrontEvent" ORDER BY kind',
    )
    const customer = String(journey.jiwoo().id)
    expect(kinds).toEqual(['cart-viewed', 'page-viewed', 'product-viewed'].map((kind) => ({ kind, customer })))
    expect(sent.length).toBeGreaterThan(0)
    for (const body of sent) expect(body).not.toMatch(/http|title|email|지우/i)
    await shopper.getByRole('button', { name: 'Do not allow' }).click()
    await shopper.locator('form.consent[data-said="no"]').waitFor()
    const [before, kept] = [sent.length, await stored()]
    await lookAround(shopper)
    expect([sent.length, await stored()]).toEqual([before, kept])
    await shopper.context().close()
  })

  test('her segment of visitors holds the one who came, and says why', async () => {
    await page.goto(journey.adminOf('/segments/own/new'))
    await app.getByRole('heading', { name: 'New segment' }).waitFor()
    await app.getByLabel('Name').fill('Visitors')
    await app.getByLabel('Condition', { exact: true }).first().selectOption('number:visits-30d')
    await app.getByLabel('Value').first().fill('1')
    await expect
      .poll(async () => (await journey.rows('SELECT FROM "CustomerVisits"')).length, { timeout: LONG_MS })
      .toBe(1)
    await app.getByLabel('Name').fill('Visitors of late')
    await app.getByLabel('Value').first().fill('2')
    await app.getByLabel('Value').first().fill('1')
    await app.getByText('Visits in the last 30 days: 1 (at least 1)').first().waitFor({ timeout: LONG_MS })
    await page.getByRole('button', { name: 'Save' }).click()
    await app.getByRole('heading', { name: 'Visitors of late' }).waitFor()
    const members = () => journey.rows<{ customer: string }>('SELECT customer::text FROM "OwnMembership"')
    await expect.poll(members, { timeout: LONG_MS }).toEqual([{ customer: String(journey.jiwoo().id) }])
  })

  test('who comes after her stands in it a moment later', async () => {
    const other = [...journey.stack.world.customers.values()].find(
      ({ id, behaviour }) => behaviour !== 'story' && journey.stack.world.ordersOf(id).length > 1,
    )!
    const shopper = await signedIn(journey, other)
    await shopper.goto(storefront(journey))
    await shopper.getByRole('button', { name: 'Allow', exact: true }).click()
    await shopper.locator('form.consent[data-said="yes"]').waitFor()
    await lookAround(shopper)
    const members = async () =>
      (await journey.rows<{ customer: string }>('SELECT customer::text FROM "OwnMembership" ORDER BY 1')).length
    await expect.poll(members, { timeout: LONG_MS }).toBe(2)
    await shopper.context().close()
  })

  test.each(VIEWS)('Settings say so in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    const known = locale === 'en' ? /Visits of 2 customers are known/ : /방문이 집계된 고객: 2명/
    await untilThere(visitor, journey.adminOf('/settings'), appIn(visitor).getByText(known))
    await journey.picture(visitor, `visits-settings-${locale}-${width}`)
    expect(await excessWidth(visitor)).toBeLessThanOrEqual(0)
    await visitor.context().close()
  })

  test('switched off, all of it is gone, from the shop too', async () => {
    await page.goto(journey.adminOf('/settings'))
    await app.getByRole('button', { name: 'Stop and erase…' }).click()
    await app.getByRole('button', { name: 'Erase visits' }).click()
    await app.getByRole('button', { name: 'Learn from visits' }).waitFor({ timeout: LONG_MS })
    await journey.rest()
    expect(await journey.rows('SELECT FROM "StorefrontEvent"')).toEqual([])
    expect(await journey.rows('SELECT FROM "CustomerVisits"')).toEqual([])
    expect(await journey.rows('SELECT FROM "OwnMembership"')).toEqual([])
    expect(journey.stack.shop.shop.played.webPixel).toBeNull()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

/** Shoppers at the storefront while a reward is live: with us, and with all that is ours stopped. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { stopRunning } from '../demo/processes.ts'
import { CANNOT_WALK, PATIENT, VIEWS, excessWidth, untilThere, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('rewards on the storefront', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  const place = (path = '') => `${journey.stack.shop.origin}/storefront${path}`
  /** One customer of every behaviour, and the guest. */
  const shoppers = () => {
    const { customers } = journey.stack.world
    return ['', ...new Map([...customers.values()].map(({ behaviour, id }) => [behaviour, String(id)])).values()]
  }

  test('she starts a first-order reward, and a guest reads of it', async () => {
    await page.goto(journey.adminOf('/rewards'))
    await app.getByRole('link', { name: 'Set up: Welcome 20%' }).click()
    // The law check reads the name, too: it may not say 20.
    await app.getByLabel('Name', { exact: true }).fill('Hello')
    await app.getByLabel('Percent off').first().fill('15')
    await page.getByRole('button', { name: 'Save' }).click()
    await app.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await app.getByText('Live', { exact: true }).waitFor({ timeout: 180_000 })
    const guest = await journey.openAs('en')
    await untilThere(guest, place(), guest.getByText('15% off your first order'))
    await guest.context().close()
    await journey.rest()
  })

  test.each(VIEWS)('the storefront and the account stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    await visitor.goto(place(`/who?id=${journey.jiwoo().id}`))
    for (const path of ['', '/account']) {
      await visitor.goto(place(path))
      await journey.picture(visitor, `granted-storefront${path.replace('/', '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${path} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('with web and worker stopped every page is the same, byte for byte, for a guest and for every kind of customer', async () => {
    const before = await everyPage()
    expect(before.size).toBeGreaterThan(50)
    expect([...before.values()].filter((html) => html.includes('15% off your first order')).length).toBeGreaterThan(0)
    await stopRunning(journey.stack.worker)
    await stopRunning(journey.stack.web)
    expect(await everyPage()).toEqual(before)
  })

  /** By page and cookies, in both languages. */
  async function everyPage(): Promise<Map<string, string>> {
    const [product] = journey.stack.world.products.keys()
    const pages = new Map<string, string>()
    for (const customer of shoppers())
      for (const locale of ['en', 'ko'])
        for (const path of ['', `/products/${product}`, ...(customer === '' ? [] : ['/account'])]) {
          const cookie = `shop_locale=${locale}; shop_customer=${customer}`
          const answer = await fetch(place(path), { headers: { cookie } })
          expect(answer.status, `${path} ${cookie}`).toBe(200)
          pages.set(`${path} ${cookie}`, await answer.text())
        }
    return pages
  }

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

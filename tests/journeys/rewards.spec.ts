/** A merchant sets a reward for the first order; a shopper reads it, uses it at checkout, and she sees what it gave. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, untilThere, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

const TRIED = encodeURIComponent(
  JSON.stringify({
    who: 'guest',
    customer: '',
    lines: [{ item: '', unitMinor: 42_000, quantity: 1 }],
    shippingMinor: 3000,
    codes: ['HELLO10', 'WELCOME20', 'NOBODY'],
  }),
)

describe.skipIf(CANNOT_WALK)('a first-order reward in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  const storefront = () => `${journey.stack.shop.origin}/storefront`
  const codes = () => [...journey.stack.world.discounts.values()].flatMap((each) => each.codes.map(({ code }) => code))

  test('she begins with a ready-made one, reads what it may cost, and saves it', async () => {
    await page.goto(journey.adminOf(''))
    await page.getByRole('link', { name: 'Rewards' }).click()
    await app.getByRole('link', { name: 'Set up: Welcome 20%' }).click()
    await app.getByText(/^Give 20% off to people who have not bought yet, when they place their first order/).waitFor()
    await app.getByText(/If the coming weeks are like the last 90 days, at most \d+ first orders use it/).waitFor()
    await app.getByRole('button', { name: 'More conditions' }).click()
    // The shop has a code of the usual name already.
    expect(await app.getByLabel('Code', { exact: true }).inputValue()).toBe('WELCOME20-2')
    // The law check reads the name, too: it may not say 20.
    await app.getByLabel('Name', { exact: true }).fill('Hello')
    await app.getByLabel('Code', { exact: true }).fill('hello10')
    await app.getByLabel('Percent off').first().fill('10')
    await app.getByText(/^Give 10% off to people who have not bought yet/).waitFor()
    await journey.picture(page, 'rewards-new-en')
    await page.getByRole('button', { name: 'Save' }).click()
    await app.getByRole('button', { name: 'Start', exact: true }).waitFor()
  })

  test('started without the permission nothing happens; allowed, Shopify has the discount and shoppers read of it', async () => {
    await app.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await app.getByText('The reward was not started').waitFor()
    expect(codes()).not.toContain('HELLO10')
    await app.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await app.getByText('Live', { exact: true }).waitFor({ timeout: 180_000 })
    expect(codes()).toContain('HELLO10')
    await page.goto(journey.adminOf('/rewards'))
    await app.getByRole('link', { name: 'Add the Reward banner to your theme' }).click()
    await page.getByText('The block “Reward banner” stands in your theme.').waitFor()
  })

  test('a guest reads it with its condition, and it applies at checkout; whoever has ordered reads nothing of it', async () => {
    const guest = await journey.openAs('en')
    await untilThere(guest, storefront(), guest.getByText('10% off your first order'))
    expect(await guest.locator('script').count()).toBe(0)
    await journey.picture(guest, 'rewards-storefront-en')
    await guest.locator('a[href^="/storefront/products/"]').first().click()
    await guest.locator('form button').last().click()
    await guest.getByLabel('Discount code').fill('HELLO10')
    await guest.getByRole('button', { name: 'Buy' }).click()
    await guest.getByText(/Thank you/).waitFor()
    await guest.goto(`${storefront()}/who?id=${journey.jiwoo().id}`)
    await guest.getByText('지우').first().waitFor()
    expect(await guest.getByText('first order', { exact: false }).filter({ hasText: '10%' }).count()).toBe(0)
    await guest.context().close()
    await untilThere(page, journey.adminOf('/rewards'), app.getByText(/Used on 1 order, which had/))
  })

  test('she asks whether it will really apply: to a guest, and to somebody who has ordered', async () => {
    await page.goto(journey.adminOf('/rewards'))
    await app.getByRole('link', { name: 'Will it really apply?' }).click()
    await app.getByText('Nothing tried yet').waitFor()
    expect(await app.getByLabel('Codes, as typed at checkout').inputValue()).toBe('HELLO10')
    await app.getByLabel('Line 1: price each').fill('40,000')
    await app.getByLabel('Codes, as typed at checkout').fill('HELLO10, HELO10')
    await app.getByRole('button', { name: 'Try it' }).click()
    await app.getByText('1 discount applies').waitFor()
    await app.getByText('No discount of your shop has this code.').waitFor()
    await app.getByText('Whether this guest has used it shows only when they write their address.').waitFor()
    await journey.picture(page, 'rewards-simulate-guest-en')
    await app.getByLabel('Who buys').selectOption('customer')
    await app.getByLabel('Customer number').fill(String(journey.jiwoo().id))
    await app.getByRole('button', { name: 'Try it' }).click()
    // Shopify cannot know of a first order where everybody may use the code: it would apply to her too.
    await expect.poll(() => app.getByText('Whether this guest has used it').count(), { timeout: 180_000 }).toBe(0)
    await app.getByText('1 discount applies').waitFor()
  })

  test.each([
    [
      'Credit for a review',
      /^Give ₩[\d,]+ store credit to every customer after 3 days from delivery and an honest review/,
    ],
    ['Come back 10%', /^Give 10% off to customers in “At-risk”, until/],
  ])('“%s” is set up from its card, started, and stands live in the list', async (name, sentence) => {
    await page.goto(journey.adminOf('/rewards'))
    await app.getByRole('link', { name: `Set up: ${name}` }).click()
    await app.getByText(sentence).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await app.getByRole('button', { name: 'Start', exact: true }).click()
    const allow = page.getByRole('button', { name: 'Allow' })
    // One stands in the admin, the other in the app's frame: no one locator finds both.
    const either = [allow, app.getByText('Live', { exact: true })]
    await Promise.any(either.map((each) => each.waitFor({ timeout: 180_000 })))
    if (await allow.isVisible()) await allow.click()
    await app.getByText('Live', { exact: true }).waitFor({ timeout: 180_000 })
    await app
      .getByText('No effect can be proven', { exact: false })
      .or(app.getByText(/^No proven effect yet/))
      .first()
      .waitFor()
    await page.goto(journey.adminOf('/rewards'))
    await app.getByRole('link', { name, exact: true }).waitFor()
    await app
      .getByText(/^Granted to (\d+ people|nobody)/)
      .first()
      .waitFor()
  })

  test.each(VIEWS)('its pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    for (const place of [
      '/rewards',
      '/rewards/1',
      '/rewards/2',
      '/rewards/new?from=order-ladder',
      `/rewards/simulate?q=${TRIED}`,
    ]) {
      await visitor.goto(journey.adminOf(place))
      await appIn(visitor).locator('h1').first().waitFor()
      const more = appIn(visitor).getByRole('button', { name: /^(More conditions|조건 더 보기)$/ })
      if (await more.isVisible()) await more.click()
      await journey.picture(visitor, `rewards${place.replace(/q=.*/, '').replaceAll(/\W+/g, '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.goto(storefront())
    await visitor.getByText('HELLO10').waitFor()
    await journey.picture(visitor, `rewards-storefront-${locale}-${width}`)
    await visitor.context().close()
  })

  test('ended, nobody reads of it and its code is refused', async () => {
    await page.goto(journey.adminOf('/rewards/1'))
    await app.getByRole('button', { name: 'End this reward…' }).click()
    await app.getByRole('button', { name: 'End it', exact: true }).click()
    await app.getByText(/^Ended by you on/).waitFor()
    await journey.rest()
    const guest = await journey.openAs('en')
    await guest.goto(storefront())
    await guest.locator('a[href^="/storefront/products/"]').first().waitFor()
    expect(await guest.getByText('HELLO10').count()).toBe(0)
    await guest.locator('a[href^="/storefront/products/"]').first().click()
    await guest.locator('form button').last().click()
    await guest.getByLabel('Discount code').fill('HELLO10')
    await guest.getByRole('button', { name: 'Buy' }).click()
    await guest.getByText(/This code has ended/).waitFor()
    await guest.context().close()
  })

  test('no page complained', () => {
    // The checkout refuses the code of a reward that has ended, and the browser writes that down.
    expect(journey.complaints.filter((each) => !/storefront\/buy.* status of 422/.test(each))).toEqual([])
  })
})

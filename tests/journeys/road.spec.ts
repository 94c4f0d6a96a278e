/** From install to tag to storefront in a browser, on the production build, through the link that the demo prints. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import {
  CANNOT_WALK,
  PATIENT,
  VIEWS,
  appIn,
  buyAs,
  excessWidth,
  installAndImport,
  startTagging,
  walk,
  type Journey,
} from './journey.ts'

const PAGES = ['', '/segments', '/segments/at-risk', '/segments/cherry-picker', '/tagging', '/activity', '/settings']

let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('the road in a browser', PATIENT, () => {
  let tagsBefore: Map<number, string[]>

  walk(
    (begun) => ({ journey, page, app } = begun),
    () => {
      tagsBefore = new Map([...journey.stack.world.customers.values()].map(({ id, tags }) => [id, [...tags]]))
      return Promise.resolve()
    },
  )

  test('a merchant installs through the printed link and watches the history come in', async () => {
    await installAndImport({ journey, page, app })
    await app.getByText(/repeat customers are later than usual/).waitFor()
  })

  test('she confirms the first-purchase code that is proposed to her, and sees how it did', async () => {
    await app.getByText(/WELCOME20: \d+% of its/).waitFor()
    await app.getByRole('button', { name: 'Yes' }).first().click()
    await app.getByText(/WELCOME20: [\d,]+ first orders/).waitFor()
  })

  test('she opens a segment, tries another number, sees who enters, and discards it', async () => {
    await page.goto(journey.adminOf('/segments/at-risk'))
    await app
      .getByText(/Leaves when they order/)
      .first()
      .waitFor()
    const number = app.getByRole('spinbutton').first()
    await number.fill('1.2')
    await app
      .getByText(/\d+ (customers )?(would )?enter/i)
      .first()
      .waitFor()
    // Shopify's contextual save bar stands in the admin, outside the app's frame.
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(() => number.inputValue()).toBe('1.5')
  })

  test('she reads why one customer is where they are', async () => {
    await app
      .getByRole('link', { name: /Customer \d+/ })
      .first()
      .click()
    await app.getByRole('heading', { name: /Customer \d+/ }).waitFor()
    await app
      .getByText(/worked out from past orders/i)
      .first()
      .waitFor()
  })

  test('the dry run changes nothing; then tagging starts, and her own tags stay', async () => {
    await page.goto(journey.adminOf('/tagging'))
    await app.getByText(/customers would get seg:at-risk/).waitFor()
    expect(
      [...journey.stack.world.customers.values()].filter((one) => !same(one.tags, tagsBefore.get(one.id)!)),
    ).toEqual([])
    await startTagging({ journey, page, app })
    const ours = (tag: string) => tag.startsWith('seg:')
    for (const { id, tags } of journey.stack.world.customers.values()) {
      const before = tagsBefore.get(id)!
      expect(tags.filter((tag) => !ours(tag) || before.includes(tag)).sort()).toEqual([...before].sort())
    }
    expect(journey.jiwoo().tags).toContain('seg:new')
  })

  test('the storefront greets a guest and each customer by stage, without a script of ours', async () => {
    const shopper = await journey.openAs('en')
    await shopper.goto(`${journey.stack.shop.origin}/storefront`)
    await shopper.getByText('Welcome. Take your time looking around.').waitFor()
    await shopper.goto(`${journey.stack.shop.origin}/storefront/who?id=${journey.jiwoo().id}`)
    await shopper.getByText('Thank you for your first order, 지우.').waitFor()
    expect(await shopper.locator('script').count()).toBe(0)
    await shopper.context().close()
  })

  test('지우 buys and the merchant checks for new orders: she is a repeat customer, in the admin and on the page', async () => {
    const shopper = await journey.openAs('ko', 390)
    await buyAs(journey, shopper, journey.jiwoo())

    await page.goto(journey.adminOf(''))
    await app.getByRole('button', { name: 'Check for new orders' }).click()
    await expect.poll(() => journey.jiwoo().tags).toContain('seg:repeat')
    expect(journey.jiwoo().tags).not.toContain('seg:new')
    await shopper.goto(`${journey.stack.shop.origin}/storefront`)
    await shopper
      .getByText(/지우님/)
      .first()
      .waitFor()
    await shopper.context().close()
  })

  test.each(VIEWS)(
    'every page stands in %s at %i pixels without being wider than the screen',
    async (locale, width) => {
      const visitor = await journey.openAs(locale, width)
      for (const place of [...PAGES, `/customers/${journey.jiwoo().id}`]) {
        await visitor.goto(journey.adminOf(place))
        const frame = appIn(visitor)
        await frame.locator('h1').first().waitFor()
        expect(await frame.locator('html').getAttribute('lang')).toBe(locale)
        expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
      }
      await visitor.context().close()
    },
  )

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

function same(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((tag) => other.includes(tag))
}

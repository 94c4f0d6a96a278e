/** A merchant tries a rule and a stage's numbers on the past 2 years before saving. */
import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CANNOT_WALK, VIEWS, appIn, beginJourney, excessWidth, installAndImport, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

const TRY = /^(Try it|적용해 보기)$/
const MEANING = /(\d+(?:\.\d)?)% ordered within the next \d+ days; of everybody else, (\d+(?:\.\d)?)%|비율입니다/

describe.skipIf(CANNOT_WALK)('a rule tried on the past, in a browser', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    journey = await beginJourney()
    page = await journey.openAs('en')
    app = appIn(page)
    await installAndImport(journey, page)
  }, 300_000)

  afterAll(async () => {
    await journey?.end()
  })

  test('she tries a rule that is not saved, and sees what those people did beside everybody else', async () => {
    await page.goto(journey.adminOf('/segments/own/new'))
    await app.getByLabel('Value').first().fill('3')
    await app.getByRole('button', { name: TRY }).click()
    const meaning = await app.getByText(MEANING).first().innerText()
    const [, members, rest] = MEANING.exec(meaning)!.map(Number)
    // Who has ordered three times orders again more often than the rest of the seeded shop.
    expect(members).toBeGreaterThan(rest!)
    await app.getByText('Customers at the end of each month').waitFor()
    await app
      .getByText(/^Ordered \d+ days? later|^No order within \d+ days/)
      .first()
      .waitFor()
  })

  test('another month shows who would have been in it then', async () => {
    const months = app.getByLabel('Whom it would have held')
    const before = await months.inputValue()
    const other = await months.locator('option').nth(8).getAttribute('value')
    expect(other).not.toBe(before)
    await months.selectOption(other)
    await expect.poll(() => months.isEnabled()).toBe(true)
    await app
      .getByText(/of them, and why/)
      .last()
      .waitFor()
  })

  test('an edit says that the figures are of the rule before', async () => {
    await app.getByLabel('Value').first().fill('5')
    await app.getByText('You have edited it since.').waitFor()
    await app.getByRole('button', { name: TRY }).click()
    await app.getByText('You have edited it since.').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  test.each(VIEWS)('its cards stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    for (const place of ['/segments/at-risk', '/segments/own/new']) {
      await visitor.goto(journey.adminOf(place))
      const frame = appIn(visitor)
      await frame.getByRole('button', { name: TRY }).click()
      await frame.getByText(MEANING).first().waitFor()
      await journey.picture(visitor, `rehearse${place.replaceAll('/', '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

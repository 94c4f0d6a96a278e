/** A merchant confirms the welcome code, and sees who is a cherry-picker by what her own customers have taught, and who is a VIP. */
import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CANNOT_WALK, VIEWS, appIn, beginJourney, excessWidth, installAndImport, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator
/** Pages of the customers that she has opened, as places in the app. */
const opened = { picker: '', vip: '' }

/** The place of the customer's page that a link in the app leads to. */
async function placeOf(link: ReturnType<FrameLocator['getByRole']>): Promise<string> {
  const address = await link.getAttribute('href')
  return /\/customers\/\d+/.exec(address!)![0]
}

describe.skipIf(CANNOT_WALK)('cherry-pickers and flags in a browser', { timeout: 600_000 }, () => {
  beforeAll(async () => {
    journey = await beginJourney()
    page = await journey.openAs('en')
    app = appIn(page)
    await installAndImport(journey, page)
    await app.getByRole('button', { name: 'Yes' }).first().click()
    await app.getByText(/WELCOME20: [\d,]+ first orders/).waitFor({ timeout: 180_000 })
  }, 600_000)

  afterAll(async () => {
    await journey?.end()
  })

  test('what her customers have taught is said, and each cherry-picker comes with what speaks for it', async () => {
    await expect
      .poll(
        async () => {
          await page.goto(journey.adminOf('/segments/cherry-picker'))
          return app
            .getByText(/Used \d+ first-purchase benefits|was cancelled or fully refunded/)
            .first()
            .waitFor({ timeout: 5000 })
            .then(() => true)
            .catch(() => false)
        },
        { timeout: 180_000 },
      )
      .toBe(true)
    await app.getByText('Several signs together look more like a cherry-picker').first().waitFor()
    await app.getByRole('button', { name: 'Show' }).click()
    await app.getByText(/among your own [\d,]+ customers was learned/).waitFor()
    await journey.picture(page, 'cherry-explained-en')
    opened.picker = await placeOf(app.getByRole('link', { name: /Customer \d+/ }).first())
  })

  test('a flag is counted, can be a condition of a segment of her own, and is explained on the customer’s page', async () => {
    await page.goto(journey.adminOf('/segments'))
    await app.getByText(/^VIP: [1-9]\d*$/).waitFor()
    await page.goto(journey.adminOf('/segments/own/new'))
    await app.getByLabel('Condition', { exact: true }).first().selectOption('flag:vip')
    const member = app.getByRole('link', { name: /Customer \d+/ }).first()
    await member.waitFor()
    opened.vip = await placeOf(member)
    await page.goto(journey.adminOf(opened.vip))
    await app.getByText(/VIP begins at .+ here, which at most one in ten buyers reaches/).waitFor()
  })

  test.each(VIEWS)('the pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    const places = ['/segments', '/segments/cherry-picker', opened.picker, opened.vip]
    for (const [i, place] of places.entries()) {
      await visitor.goto(journey.adminOf(place))
      await appIn(visitor).locator('h1').first().waitFor()
      await appIn(visitor)
        .getByText(i === 3 ? /VIP begins at|VIP 기준은/ : i === 0 ? /^VIP: [1-9]/ : /Cherry-picker|체리피커/)
        .first()
        .waitFor()
      await journey.picture(visitor, `cherry-${i}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

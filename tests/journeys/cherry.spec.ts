/** A merchant confirms the welcome code, and sees who is a cherry-picker by what her own customers have taught, and who is a VIP. */
import type { FrameLocator, Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, installAndImport, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator
/** Pages of the customers that she has opened, as places in the app. */
const opened: { picker?: string; vip?: string } = {}

/** The place of the customer's page that a link in the app leads to. */
async function placeOf(link: Locator): Promise<string> {
  const address = await link.getAttribute('href')
  return /\/customers\/\d+/.exec(address!)![0]
}

describe.skipIf(CANNOT_WALK)('cherry-pickers and flags in a browser', PATIENT, () => {
  walk(
    (begun) => ({ journey, page, app } = begun),
    async (begun) => {
      await installAndImport(begun)
      await app.getByRole('button', { name: 'Yes' }).first().click()
      await app.getByText(/WELCOME20: [\d,]+ first orders/).waitFor()
    },
  )

  test('what her customers have taught is said, and each cherry-picker comes with what speaks for it', async () => {
    // Her answer has everybody worked out again: only then is there a picture of her own customers to tell them by.
    await journey.rest()
    await page.goto(journey.adminOf('/segments/cherry-picker'))
    await app.getByText('Several signs together look more like a cherry-picker').first().waitFor()
    await app
      .getByText(/Used \d+ first-purchase benefits|was cancelled or fully refunded/)
      .first()
      .waitFor()
    opened.picker = await placeOf(app.getByRole('link', { name: /Customer \d+/ }).first())
    await app.getByRole('button', { name: 'Show' }).click()
    await app.getByText(/among your own [\d,]+ customers was learned/).waitFor()
    await journey.picture(page, 'cherry-explained-en')
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
    const { picker, vip } = opened
    if (picker === undefined || vip === undefined)
      throw new Error('there is no customer to open: the tests before have found no cherry-picker, or no VIP')
    const places = ['/segments', '/segments/cherry-picker', picker, vip]
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

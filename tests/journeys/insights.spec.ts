/** A merchant looks at what her customers buy first and next, and takes the tables along. */
import { readFile } from 'node:fs/promises'
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('insights in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('she sees which products bring first and second orders, for the time that she chooses', async () => {
    await page.goto(journey.adminOf('/insights'))
    await app.getByText('Products that bring first orders').waitFor()
    await app.getByText(/In the whole shop \d+% of [\d,]+ customers came back/).waitFor()
    await app.getByRole('button', { name: 'All time' }).click()
    await app.getByText(/^[\d,]+ customers placed a first order in this time/).waitFor()
    await app.getByRole('heading', { name: 'Categories by segment' }).waitFor()
    await app.getByRole('heading', { name: 'Loyal' }).waitFor()
  })

  test('she takes a table along as a file', async () => {
    const download = page.waitForEvent('download')
    await app.getByRole('button', { name: 'Download as CSV' }).first().click()
    const file = await readFile(await (await download).path(), 'utf8')
    expect(file).toMatch(/^\uFEFFproduct_id,product,first_orders,/)
    expect(file.split('\r\n').length).toBeGreaterThan(5)
  })

  test.each(VIEWS)('the page stands in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    await visitor.goto(journey.adminOf('/insights?period=all'))
    await appIn(visitor).locator('h1').first().waitFor()
    await journey.picture(visitor, `insights-${locale}-${width}`)
    expect(await excessWidth(visitor)).toBeLessThanOrEqual(0)
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

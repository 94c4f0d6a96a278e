/** A merchant sees whom to begin with and why, how often that was right, and names her costs. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('what to expect of customers, in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('at-risk customers are ranked, and the page says how often it was right', async () => {
    await page.goto(journey.adminOf('/segments/at-risk'))
    await app.getByText('Ranked by priority').waitFor()
    const amounts = (await app.getByText(/^Priority /).allInnerTexts()).map((text) =>
      Number(/Priority \D*([\d,]+)/.exec(text)![1]!.replaceAll(',', '')),
    )
    expect(amounts.length).toBeGreaterThan(3)
    expect(amounts).toEqual([...amounts].sort((a, b) => b - a))
    await app.getByText('How often we were right').waitFor()
    expect(await app.getByText(/^Said [\d.]+%, [\d.]+% did$/).count()).toBeGreaterThan(3)
  })

  test('a customer page tells the chance and the money, on an assumption that she changes', async () => {
    await app.locator('a[href*="/app/customers/"]').first().click()
    await app.getByText('What to expect').waitFor()
    await app.getByText(/like this one orders? within \d+ days/).waitFor()
    await app.getByText("Assumes that goods, payment and shipping take 50% of an order's money.").waitFor()
    const before = await app.getByText(/left after costs within 12 months/).innerText()
    await app.getByRole('link', { name: 'Change in Settings' }).click()
    await app.getByLabel('Goods', { exact: true }).fill('70')
    await app.getByText('Costs take 80%, so 20% is left.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' })
    await page.goto(journey.adminOf('/segments/at-risk'))
    await app.locator('a[href*="/app/customers/"]').first().click()
    await app.getByText("By your costs in Settings: 80% of an order's money.").waitFor()
    expect(await app.getByText(/left after costs within 12 months/).innerText()).not.toBe(before)
  })

  test.each(VIEWS)('its pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    await visitor.goto(journey.adminOf('/segments/at-risk'))
    const frame = appIn(visitor)
    await frame.getByText(/How often we were right|예측 적중/).waitFor()
    const customer = await frame.locator('a[href*="/app/customers/"]').first().getAttribute('href')
    for (const place of ['/segments/at-risk', customer!.replace(/^.*\/app/, ''), '/settings']) {
      await visitor.goto(journey.adminOf(place))
      await frame
        .getByText(/How often we were right|예측 적중|What to expect|앞으로의 예상|Payment fees|결제 수수료/)
        .first()
        .waitFor()
      await journey.picture(visitor, `score-${place.split('/')[1]}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

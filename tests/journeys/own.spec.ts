/** A merchant describes a segment of her own, sees whom it holds and why, saves, edits and restores it. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, startTagging, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

const save = () => page.getByRole('button', { name: 'Save' }).click()

describe.skipIf(CANNOT_WALK)("the merchant's own segments in a browser", PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('she describes it in plain words, sees whom it holds with reasons, and saves it', async () => {
    await page.goto(journey.adminOf('/segments'))
    await app
      .getByRole('link', { name: 'Create segment' })
      .or(app.getByRole('button', { name: 'Create segment' }))
      .click()
    await app.getByRole('heading', { name: 'New segment' }).waitFor()
    await app.getByLabel('Name').fill('Good regulars')
    await app.getByLabel('Value').first().fill('4')
    await app
      .getByText(/Orders: \d+ \(at least 4\)/)
      .first()
      .waitFor()
    await app.getByText(/can be emailed/).waitFor()
    await save()
    await app.getByRole('heading', { name: 'Good regulars' }).waitFor()
  })

  test('a contradiction is named, and cannot be saved', async () => {
    await app.getByRole('button', { name: 'Add condition' }).first().click()
    await app.getByLabel('Condition', { exact: true }).nth(1).selectOption('number:orders')
    await app.getByLabel('Comparison').nth(1).selectOption('at-most')
    await app.getByLabel('Value').nth(1).fill('1')
    await app.getByText(/Nobody can be in this: “Orders: at least 4” and “Orders: at most 1”/).waitFor()
    await journey.picture(page, 'own-nobody-en')
    await page.getByRole('button', { name: 'Discard' }).click()
    await app.getByLabel('Value').nth(1).waitFor({ state: 'detached' })
  })

  test('an edit says who enters and leaves, and the version before is brought back', async () => {
    await app.getByLabel('Value').first().fill('6')
    await app
      .getByText(/[1-9]\d* leaves?/)
      .first()
      .waitFor()
    await save()
    await app.getByText('2 · Good regulars').waitFor()
    await app.getByRole('button', { name: 'Compare or restore' }).click()
    await app
      .getByText(/[1-9]\d* enters?/)
      .first()
      .waitFor()
    await save()
    await app.getByText('3 · Good regulars').waitFor()
  })

  test('its tag is given by the next run to exactly its members', async () => {
    await page.goto(journey.adminOf('/segments'))
    const row = app.getByRole('row', { name: /Good regulars/ })
    await expect.poll(() => row.innerText()).toMatch(/\d+\s+[\d.]+%/)
    const members = Number((await row.getByRole('cell').nth(0).innerText()).replaceAll(',', ''))
    await page.goto(journey.adminOf('/tagging'))
    await startTagging({ journey, page, app })
    const tagged = [...journey.stack.world.customers.values()].filter(({ tags }) => tags.includes('seg:Good regulars'))
    expect(tagged.length).toBe(members)
    expect(members).toBeGreaterThan(0)
  })

  test.each(VIEWS)('its pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    for (const place of ['/segments', '/segments/own/1', '/segments/own/new']) {
      await visitor.goto(journey.adminOf(place))
      await appIn(visitor).locator('h1').first().waitFor()
      await appIn(visitor)
        .getByText(place === '/segments' ? 'Good regulars' : /\d+ can be emailed|이메일 수신 가능 \d+명/)
        .first()
        .waitFor()
      await journey.picture(visitor, `own${place.replaceAll('/', '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

/** A merchant asks which segments to watch, tries a rule on the past 2 years before saving, and takes over the setup of another shop. */
import { readFile } from 'node:fs/promises'
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

const TRY = /^(Try it|적용해 보기)$/
const MEANING = /(\d+(?:\.\d)?)% ordered within the next \d+ days; of everybody else, (\d+(?:\.\d)?)%|비율입니다/

describe.skipIf(CANNOT_WALK)('a rule tried on the past, in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

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

  test('she downloads the setup, and a file of another shop says what it would change, is taken over and undone', async () => {
    await page.goto(journey.adminOf('/setup-copy'))
    const arrival = page.waitForEvent('download')
    await app.getByRole('button', { name: 'Download setup' }).click()
    const setup = JSON.parse(await readFile(await (await arrival).path(), 'utf8')) as Record<string, unknown>
    expect(JSON.stringify(setup)).not.toMatch(/customer|81000000/)
    const choose = (text: string) =>
      app
        .locator('input[type=file]')
        .setInputFiles({ name: 'morello-setup.json', mimeType: 'application/json', buffer: Buffer.from(text) })
    await choose('{"kind":"theme"}')
    await app.getByText('This is not a setup of Morello.').waitFor()
    const rule = { kind: 'number', feature: 'orders', op: 'at-least', value: 4 }
    const thresholds = { ...(setup.settings as { thresholds: object }).thresholds, lateRatio: 1.2 }
    await choose(
      JSON.stringify({
        ...setup,
        settings: { ...(setup.settings as object), thresholds },
        segments: [{ name: 'From the agency', rule }],
      }),
    )
    await app.getByText(/1 rule differs\. Return window here: \d+ days.* [1-9]\d* moves? between segments\./).waitFor()
    await app.getByText(/From the agency: new, [1-9]\d* customers/).waitFor()
    await journey.picture(page, 'setup-copy-diff-en-1280')
    await app.getByRole('button', { name: 'Take over' }).click()
    await app.getByText('The setup was taken over').waitFor()
    await app.getByRole('button', { name: 'Undo taking over' }).click()
    await app.getByRole('button', { name: 'Put back' }).click()
    await app.getByText('What was set before is back').waitFor()
    await app.getByRole('button', { name: 'Undo taking over' }).waitFor({ state: 'detached' })
  })

  test('three answers propose segments, and a prepared rule opens in the editor with whom it promised', async () => {
    await page.goto(journey.adminOf('/segments'))
    await app.getByRole('link', { name: 'Answer three questions' }).click()
    await app.getByLabel('What worries you most?').selectOption('no-return')
    await app.getByRole('button', { name: 'Show segments' }).click()
    await app.getByText(/whose only order is \d+ days old or older/).waitFor()
    await app.getByRole('button', { name: 'Answer again' }).click()
    await app.getByLabel('What do you sell?').selectOption('kept')
    await app.getByRole('button', { name: 'Show segments' }).click()
    await app.getByText('Your answers: Things that are worn or kept').waitFor()
    const reach = await app
      .getByText(/of them \(\d+%\) can be emailed/)
      .first()
      .innerText()
    const promised = /^([\d,]+) of them/.exec(reach)![1]!
    await journey.picture(page, 'first-proposals-en-1280')
    await app.getByRole('link', { name: 'Open prepared rule' }).first().click()
    await app.getByText(new RegExp(`^(About )?${promised} customers? \\(`)).waitFor()
    expect(await app.getByLabel('Name').first().inputValue()).toBe('Time for a second order')
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.goto(journey.adminOf('/segments'))
    await app.getByText('All stages').waitFor()
    expect(await app.getByText('Answer three questions').count()).toBe(0)
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
    await visitor.goto(journey.adminOf('/segments/first'))
    await appIn(visitor)
      .getByRole('button', { name: /Answer again|다시 답하기/ })
      .waitFor()
    await journey.picture(visitor, `first-${locale}-${width}`)
    expect(await excessWidth(visitor), `segments/first at ${width}`).toBeLessThanOrEqual(0)
    await visitor.goto(journey.adminOf('/setup-copy'))
    await appIn(visitor)
      .getByRole('button', { name: /Download setup|설정 내려받기/ })
      .waitFor()
    await journey.picture(visitor, `setup-copy-${locale}-${width}`)
    expect(await excessWidth(visitor), `setup-copy at ${width}`).toBeLessThanOrEqual(0)
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

/** A merchant writes to the customers who are late, marks it as the law asks, and takes the list to her SMS provider. */
import { readFile } from 'node:fs/promises'
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('messages in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('she opens the message of a segment from its page, and saves a marked one for SMS', async () => {
    await page.goto(journey.adminOf('/segments/new'))
    await app.getByRole('link', { name: 'Message', exact: true }).click()
    await app.getByText('This is a ready-made text').waitFor()
    await app.getByLabel('Channel').selectOption('sms')
    await app.getByText('Do not send between 21:00 and 08:00').waitFor()
    await app.getByLabel(/^Cost of one message/).fill('20')
    await app.getByRole('button', { name: 'Put (광고) in front' }).click()
    await app.getByText('Begins with (광고), as it has to.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' })
    expect(await app.getByLabel('Text in Korean').inputValue()).toMatch(/^\(광고\) \{shop\}/)
  })

  test('she makes a list, fetches it, and the next one leaves out who has had enough', async () => {
    // Nobody in this shop has agreed to SMS.
    await app.getByLabel('Channel').selectOption('newsletter')
    await app.getByText('Email may be sent at night too').waitFor()
    await app.getByLabel('At most messages').fill('1')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' })
    await app.getByRole('button', { name: 'Make a list now' }).click()
    const download = page.waitForEvent('download')
    await app.getByRole('button', { name: 'Download as CSV' }).first().click()
    const file = await readFile(await (await download).path(), 'utf8')
    expect(file).toMatch(/^\uFEFFcustomer_id,message,segment,/)
    const held = file.trim().split('\r\n').length - 1
    expect(held).toBeGreaterThan(0)
    await app.getByRole('button', { name: 'Make a list now' }).click()
    await app.getByText(new RegExp(`, ${held} by the cap\\.$`)).waitFor()
    await journey.picture(page, 'message-lists-en')
    await app.getByRole('button', { name: 'Not sent: take it back' }).first().click()
    await app
      .getByText(/ by the cap\.$/)
      .nth(1)
      .waitFor({ state: 'detached' })
  })

  test('all segments stand with what is saved and what it costs', async () => {
    await page.goto(journey.adminOf('/messages'))
    await app.getByRole('link', { name: 'SMS', exact: true }).waitFor()
    await app.getByRole('link', { name: 'At-risk' }).click()
    await app.getByRole('heading', { name: 'Message: At-risk' }).waitFor()
  })

  test.each(VIEWS)('its pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    for (const place of [
      '/messages',
      '/messages/new?channel=sms',
      '/messages/at-risk',
      '/messages/loyal?channel=ads',
    ]) {
      await visitor.goto(journey.adminOf(place))
      await appIn(visitor).locator('h1').first().waitFor()
      await journey.picture(visitor, `m${place.replaceAll(/[^a-z]+/g, '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

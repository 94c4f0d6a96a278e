/** A merchant switches on the search for several accounts of one person, answers one, shows names, and ends it all. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

/** Rows of a table of the whole demo. */
async function rowsOf(table: string): Promise<number> {
  return (await journey.rows<{ n: number }>(`SELECT count(*)::int AS n FROM "${table}"`))[0]!.n
}

describe.skipIf(CANNOT_WALK)('several accounts of one person in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('without Shopify’s approval nothing is switched on, and she is told what to ask for', async () => {
    journey.stack.shop.shop.played.level2 = false
    await page.goto(journey.adminOf('/settings'))
    await app.getByRole('button', { name: 'Switch on' }).click()
    await app.getByText('Nothing was switched on').waitFor()
    await app.getByText(/does not show Morello this yet: e-mail, phone, address/).waitFor()
    await journey.picture(page, 'people-refused-en')
    journey.stack.shop.shop.played.level2 = true
  })

  test('switched on, pairs are found and shown with what they have in common and what a link would change', async () => {
    await app.getByRole('button', { name: 'Switch on' }).click()
    await app.getByText(/\d+ pairs wait for your answer/).waitFor({ timeout: 180_000 })
    await journey.rest()
    await page.goto(journey.adminOf('/people'))
    await app
      .getByText(/\d New|become 1 /)
      .first()
      .waitFor()
    await app.getByText('What they have in common').first().waitFor()
  })

  test('names appear beside the rows on screen once she has switched them on', async () => {
    await page.goto(journey.adminOf('/settings'))
    await app.getByRole('button', { name: 'Show names' }).click()
    await app.getByRole('button', { name: 'Hide names' }).waitFor()
    await page.goto(journey.adminOf('/people'))
    const names = new Set([...journey.stack.world.customers.values()].map((one) => `${one.firstName} ${one.lastName}`))
    const shown = app.locator('a[href^="/app/customers/"]').first()
    await expect.poll(async () => names.has((await shown.innerText()).trim())).toBe(true)
    expect(await rowsOf('NameLook')).toBeGreaterThan(0)
  })

  test.each(VIEWS)('its pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    for (const place of ['/people', '/people?show=decided', '/settings', '']) {
      await visitor.goto(journey.adminOf(place))
      await appIn(visitor).locator('h1').first().waitFor()
      await journey.picture(visitor, `people${place.replaceAll(/\W/g, '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('her answer is kept in either language, and can be taken back', async () => {
    const waiting = async (text: RegExp) => Number(text.exec(await app.locator('body').innerText())?.[1])
    await page.goto(journey.adminOf('/people'))
    await app.getByText('To review').waitFor()
    const before = await waiting(/To review \((\d+)\)/)
    await app.getByRole('button', { name: 'Same person' }).first().click()
    await expect.poll(() => waiting(/To review \((\d+)\)/)).toBe(before - 1)
    const korean = await journey.openAs('ko')
    await korean.goto(journey.adminOf('/people?show=decided'))
    await appIn(korean)
      .getByText(/^같은 사람, /)
      .waitFor()
    await journey.picture(korean, 'people-answered-ko')
    await appIn(korean).getByRole('button', { name: '되돌리기' }).click()
    await appIn(korean).getByText('아직 답변이 없습니다').waitFor()
    await korean.context().close()
  })

  test('switched off, all of it is gone', async () => {
    expect(await rowsOf('AccountKeys')).toBeGreaterThan(0)
    await page.goto(journey.adminOf('/settings'))
    await app.getByRole('button', { name: 'Switch off and erase' }).click()
    await app.getByRole('button', { name: 'Erase them' }).click()
    await app.getByRole('button', { name: 'Switch on' }).waitFor()
    expect([await rowsOf('AccountKeys'), await rowsOf('PersonLink')]).toEqual([0, 0])
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

/** A merchant keeps somebody out of rewards, writes a segment's card and hands it to her team, and sees who went where. */
import { readFile } from 'node:fs/promises'
import type { FrameLocator, Page } from 'playwright-core'
import { extractText, getDocumentProxy } from 'unpdf'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, walk, type Journey, type Locale } from './journey.ts'

/** What is left of A4 at 96 dots an inch within the print page's margins. */
const PAPER_WIDTH = 672
const PAPER_HEIGHT = 1001

/** A day in the past is refused, and the browser writes that down. */
const REFUSED = /status of 422/

let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('exclusions, cards and moves in a browser', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('she keeps a customer out with a reason, sees it on the list, and ends it there', async () => {
    await page.goto(journey.adminOf('/segments/loyal'))
    await app
      .getByRole('link', { name: /^Customer \d+/ })
      .first()
      .click()
    await app.getByRole('button', { name: 'Keep out of rewards…' }).click()
    await app.getByLabel('Reason').fill('returns everything')
    await app.getByText('Until a day', { exact: true }).click()
    await app.getByLabel('Last day').fill('2001-01-01')
    await app.getByRole('button', { name: 'Keep out of rewards', exact: true }).click()
    await app.getByText('Choose today or a later day.').waitFor()
    await app.getByText('Until I end it', { exact: true }).click()
    await app.getByRole('button', { name: 'Keep out of rewards', exact: true }).click()
    await app.getByText('Kept out of rewards until you end it: returns everything', { exact: true }).waitFor()
    await journey.picture(page, 'exclusion-customer-en')
    await page.goto(journey.adminOf('/exclusions'))
    await app.getByText('1 customer is kept out of rewards.').waitFor()
    await page.goto(journey.adminOf('/segments/loyal'))
    await app.getByText('1 of them is kept out of rewards.').waitFor()
    await app.getByRole('link', { name: 'See the list' }).click()
    await app.getByRole('button', { name: 'End it' }).click()
    await app.getByText(/Ended by hand: .* returns everything/).waitFor()
  })

  test('she writes a card, marks it as reviewed, and downloads it for her team in both languages', async () => {
    await page.goto(journey.adminOf('/segments/loyal'))
    await app.getByRole('link', { name: 'Segment card' }).click()
    // Categories come from collections; the front page and what holds all are none.
    await app
      .getByText(/토너·에센스 \(\d+%\)/)
      .first()
      .waitFor()
    expect(await app.getByText(/Home page 홈|All 전체/).count()).toBe(0)
    await app.getByLabel('Name', { exact: true }).fill('Mina, 32, marketer')
    await app.getByLabel('Story').fill('발표 전날 피부가 붉어집니다.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' })
    await app.getByRole('button', { name: 'Reviewed today' }).click()
    await app.getByText('Nothing has drifted since').waitFor()
    for (const [locale, said] of [
      ['en', ['Mina, 32, marketer', 'Median orders', 'South Korea (', '발표 전날 피부가 붉어집니다.']],
      ['ko', ['Mina, 32, marketer', '주문 횟수 중앙값', '대한민국 (', '발표 전날 피부가 붉어집니다.']],
    ] as const) {
      const pages = await downloaded(locale)
      expect(pages).toHaveLength(1)
      for (const text of said) expect(pages[0]).toContain(text.replaceAll(' ', ''))
    }
  })

  async function downloaded(locale: Locale): Promise<string[]> {
    const visitor = await journey.openAs(locale)
    await visitor.goto(journey.adminOf('/segments/loyal/card'))
    const download = visitor.waitForEvent('download')
    await appIn(visitor)
      .getByRole('button', { name: locale === 'en' ? 'Download as PDF' : 'PDF 다운로드' })
      .click()
    const file = await readFile(await (await download).path())
    await visitor.context().close()
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(file)), { mergePages: false })
    return text.map((each) => each.replace(/\s+/g, ''))
  }

  test.each(['en', 'ko'] as const)('the page to print is one sheet of A4 in %s', async (locale) => {
    const visitor = await journey.openAs(locale)
    await visitor.goto(journey.adminOf('/segments/loyal/card/print'))
    const sheet = appIn(visitor).locator('.card-sheet')
    await sheet.getByText('발표 전날').waitFor()
    await visitor.emulateMedia({ media: 'print' })
    const height = await sheet.evaluate((element, width) => {
      ;(element as HTMLElement).style.width = `${width}px`
      return (element as HTMLElement).offsetHeight
    }, PAPER_WIDTH)
    expect(height).toBeLessThan(PAPER_HEIGHT)
    expect(await appIn(visitor).locator('.card-buttons').isVisible()).toBe(false)
    await visitor.context().close()
  })

  test('she sees who went where in a year, and opens the people of one move', async () => {
    await page.goto(journey.adminOf('/segments'))
    await app.getByRole('link', { name: 'Moves between segments' }).click()
    await app.getByRole('button', { name: '12 months' }).click()
    const link = app.getByRole('link', { name: /^See the customers: [\d,]+ from/ }).first()
    await link.click()
    await app.getByText(/customers? shown, the last move first/).waitFor()
    await app
      .getByRole('link', { name: /^Customer \d+/ })
      .first()
      .waitFor()
    await app.getByRole('button', { name: '7 days' }).click()
    await app.getByText(/Moves are written down since/).waitFor()
  })

  test.each(VIEWS)('its pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    for (const place of ['/exclusions', '/segments/loyal/card', '/segments/loyal/card/print', '/moves?days=365']) {
      await visitor.goto(journey.adminOf(place))
      await appIn(visitor).locator('h1').first().waitFor()
      await journey.picture(visitor, `personas${place.replaceAll(/[^a-z]+/g, '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints.filter((each) => !REFUSED.test(each))).toEqual([])
  })
})

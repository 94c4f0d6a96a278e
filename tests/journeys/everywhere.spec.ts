/** A segment of the merchant's own is in Shopify as a customer segment, Flow hears of its moves, and Moves counts them. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CANNOT_WALK, PATIENT, VIEWS, appIn, excessWidth, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

const save = () => page.getByRole('button', { name: 'Save' }).click()

describe.skipIf(CANNOT_WALK)("the merchant's own segments beyond their page", PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  test('hers is among the customer segments of Shopify, and follows its name', async () => {
    const names = () => [...journey.stack.world.segments.values()].map(({ name }) => name)
    await page.goto(journey.adminOf('/segments/own/new'))
    await app.getByLabel('Name').fill('Regulars')
    await app.getByLabel('Value').first().fill('4')
    await app.getByText(/can be emailed/).waitFor()
    await save()
    await app.getByRole('heading', { name: 'Regulars' }).waitFor()
    await page.goto(journey.adminOf('/settings'))
    await app.getByRole('button', { name: 'Create in Shopify' }).click()
    await app.getByRole('link', { name: 'Open Morello: Regulars in Shopify' }).waitFor()
    await page.goto(journey.adminOf('/segments/own/1'))
    await app.getByLabel('Name').fill('Good regulars')
    await save()
    await expect.poll(names).toContain('Morello: Good regulars')
    expect(names()).not.toContain('Morello: Regulars')
    // What is typed into a page that has not heard of its save yet is lost.
    await app.getByText('2 · Good regulars').waitFor()
  })

  test('with a saved rule she ticks that Flow hears of whom it moves, and Moves counts the same customers', async () => {
    await app.getByLabel('Value').first().fill('6')
    const tick = app.getByLabel(/Tell Shopify Flow of these \d+ moves/)
    await tick.check()
    const moves = Number(/(\d+) moves/.exec(await app.getByText(/Tell Shopify Flow of these/).innerText())![1])
    await journey.picture(page, 'everywhere-tick-en')
    await save()
    await app.getByText('3 · Good regulars').waitFor()
    const told = () =>
      journey.stack.shop.shop.played.flow.received
        .map(({ payload }) => payload)
        .filter(({ from }) => from === 'own:Good regulars')
    await expect.poll(() => told().length).toBe(moves)
    expect(told()[0]).toMatchObject({ to: 'none', cause: 'rule' })
    expect(String(told()[0]!.reason)).toMatch(/^Orders: [45] \(not at least 6\)$/)
    await page.goto(journey.adminOf('/moves?days=7'))
    const row = app.getByRole('row', { name: /Good regulars/ })
    await row.getByText(`-${moves}`, { exact: true }).waitFor()
  })

  test.each(VIEWS)('the pages stand in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    for (const [place, said] of [
      ['/moves?days=7', 'Good regulars'],
      ['/settings', 'Morello: Good regulars'],
    ] as const) {
      await visitor.goto(journey.adminOf(place))
      await appIn(visitor).getByText(said).first().waitFor()
      await journey.picture(visitor, `everywhere${place.replaceAll(/[^a-z0-9]+/g, '-')}-${locale}-${width}`)
      expect(await excessWidth(visitor), `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

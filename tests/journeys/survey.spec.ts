/**
 * The shop asks what its customers look for; an answer moves one of them into a segment, and taking it back takes them out. After
 * a delivery it asks one thing more, and a reward hangs on that.
 */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { WorldCustomer } from '../shop/world.ts'
import {
  CANNOT_WALK,
  PATIENT,
  VIEWS,
  appIn,
  excessWidth,
  untilThere,
  walk,
  type Journey,
  type Walk,
} from './journey.ts'
import { spendableMinor } from '../shop/store-credit.ts'
import { beginReward, bought, endReward, newcomers, order, signedIn, storefront } from './shopper.ts'

const LONG_MS = 180_000

let begun: Walk
let journey: Journey
let page: Page
let app: FrameLocator
let shopper: Page
let jiwoo: WorldCustomer

const save = () => page.getByRole('button', { name: 'Save' }).click()

describe.skipIf(CANNOT_WALK)('a survey in a browser', PATIENT, () => {
  walk((now) => ({ journey, page, app } = begun = now))

  test('the merchant writes it in both languages and switches it on, allowing what Shopify asks for', async () => {
    await page.goto(journey.adminOf('/survey'))
    const write = (label: string, text: string, place = 0) =>
      app.getByLabel(label, { exact: true }).nth(place).fill(text)
    await write('Question (English)', 'What do you look for?')
    await write('Question (Korean)', '무엇을 찾으세요?')
    await write('Choice 1 (English)', 'Moisture')
    await write('Choice 1 (Korean)', '보습')
    await write('Choice 2 (English)', 'Calm')
    await write('Choice 2 (Korean)', '진정')
    // Seen as customers will see it before it is saved.
    await app.getByRole('group', { name: 'What do you look for?' }).getByLabel('Calm').waitFor()
    await save()
    await app.getByRole('button', { name: 'Switch on' }).click()
    const [allow, on] = [page.getByRole('button', { name: 'Allow' }), app.getByText('On', { exact: true })]
    await Promise.any([allow, on].map((each) => each.waitFor({ timeout: LONG_MS })))
    if (await allow.isVisible()) await allow.click()
    await on.first().waitFor({ timeout: LONG_MS })
  })

  test('a customer is asked on the storefront, in both languages, and answers with their consent', async () => {
    jiwoo = journey.jiwoo()
    shopper = await signedIn(journey, jiwoo)
    await untilThere(shopper, storefront(journey), shopper.getByText('What do you look for?'))
    const send = shopper.getByRole('button', { name: 'Send answers' })
    await untilThere(shopper, storefront(journey), send)
    await shopper.getByLabel('Moisture').check()
    await send.click()
    await shopper.getByText('tick that you agree').waitFor()
    await shopper.getByLabel(/I agree that this shop keeps/).check()
    await send.click()
    await shopper.getByText('Your answers are kept').waitFor({ timeout: LONG_MS })
    for (const [locale, width] of VIEWS) {
      const visitor = await journey.openAs(locale, width)
      await visitor.goto(storefront(journey, `/who?id=${jiwoo.id}`))
      const question = visitor.getByText(locale === 'ko' ? '무엇을 찾으세요?' : 'What do you look for?')
      await untilThere(visitor, storefront(journey), question)
      await question.scrollIntoViewIfNeeded()
      await journey.picture(visitor, `survey-asked-${locale}-${width}`)
      expect(await excessWidth(visitor), `${locale} at ${width}`).toBeLessThanOrEqual(0)
      await visitor.context().close()
    }
  })

  test('a segment of those who answered so holds them, and no longer once the answer is taken back', async () => {
    await page.goto(journey.adminOf('/segments/own/new'))
    await app.getByRole('heading', { name: 'New segment' }).waitFor()
    await app.getByLabel('Name').fill('Looks for moisture')
    await app.getByLabel('Condition', { exact: true }).selectOption('answered')
    await app.getByLabel('Value').selectOption({ label: 'What do you look for?: Moisture' })
    await save()
    await app.getByRole('heading', { name: 'Looks for moisture' }).waitFor()
    const members = async () => {
      await page.goto(journey.adminOf('/segments'))
      const row = app.getByRole('row', { name: /Looks for moisture/ })
      await row.waitFor()
      return (await row.getByRole('cell').nth(0).innerText()).trim()
    }
    await expect.poll(members, { timeout: LONG_MS, interval: 3000 }).toBe('1')
    await untilThere(shopper, storefront(journey), shopper.getByRole('button', { name: 'Erase them' }))
    expect(await shopper.getByLabel('Moisture').isChecked()).toBe(true)
    await shopper.getByRole('button', { name: 'Erase them' }).click()
    await shopper.getByText('Your answers are erased.').waitFor({ timeout: LONG_MS })
    await expect.poll(members, { timeout: LONG_MS, interval: 3000 }).toBe('0')
  })

  test('after a delivery one thing more is asked, a reward hangs on the answer, and stays when it is taken back', async () => {
    const [buyer] = newcomers(journey)
    const buying = await signedIn(journey, buyer!)
    const unfold = buying.getByRole('button', { name: 'One question about your order' })
    await order(journey, buying)
    await bought(buying)
    await page.goto(`${journey.stack.shop.origin}/admin/customers/${buyer!.id}`)
    await page.getByRole('button', { name: 'Send it off' }).first().click()
    await page.getByRole('button', { name: 'It has arrived' }).first().click()
    await page.getByRole('button', { name: 'It has arrived' }).waitFor({ state: 'hidden' })
    await journey.rest()
    await page.goto(journey.adminOf('/survey'))
    await app.getByRole('button', { name: 'Add question' }).click()
    const write = (label: string, text: string) => app.getByLabel(label, { exact: true }).nth(1).fill(text)
    await write('Question (English)', 'Did it suit you?')
    await write('Question (Korean)', '잘 맞았나요?')
    await write('Choice 1 (English)', 'It did')
    await write('Choice 1 (Korean)', '네')
    await write('Choice 2 (English)', 'Not so much')
    await write('Choice 2 (Korean)', '글쎄요')
    await app.getByLabel('When', { exact: true }).nth(1).selectOption('after-delivery')
    await app.getByText('Another question is asked after a delivery').waitFor()
    await save()
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' })
    const reward = await beginReward(begun, 'Credit for a review', async () => {
      await app.getByLabel('When', { exact: true }).selectOption('survey')
      await app.getByLabel('Which answer').selectOption('delivery')
      await app.getByLabel('Comparison group').fill('0')
    })
    await untilThere(buying, storefront(journey), buying.getByText('Once your order has arrived, answer one question'))
    await untilThere(buying, storefront(journey), unfold)
    await unfold.scrollIntoViewIfNeeded()
    await journey.picture(buying, 'survey-after-delivery-en')
    expect(await buying.getByRole('button', { name: 'Erase them' }).isVisible()).toBe(false)
    await unfold.click()
    await buying.getByLabel('Not so much').check()
    await buying.getByLabel(/I agree that this shop keeps/).check()
    await journey.picture(buying, 'survey-after-delivery-unfolded-en')
    await buying.getByRole('button', { name: 'Send answers' }).click()
    await buying.getByText('Your answers are kept').waitFor({ timeout: LONG_MS })
    await untilThere(buying, storefront(journey), buying.getByText(/of store credit is in your account/))
    const given = spendableMinor(journey.stack.world, buyer!.id)
    expect(given).toBeGreaterThan(0)
    const change = buying.getByRole('button', { name: 'Change my answer about my order' })
    await untilThere(buying, storefront(journey), change)
    await buying.getByRole('button', { name: 'Erase them' }).click()
    await buying.getByText('Your answers are erased.').waitFor({ timeout: LONG_MS })
    await journey.rest()
    expect(spendableMinor(journey.stack.world, buyer!.id)).toBe(given)
    await page.goto(journey.adminOf('/survey'))
    await app.getByText('Live rewards that hang on an answer').waitFor()
    await endReward(begun, reward)
    await buying.context().close()
  })

  test.each(VIEWS)('its page stands in %s at %i pixels', async (locale, width) => {
    const visitor = await journey.openAs(locale, width)
    await visitor.goto(journey.adminOf('/survey'))
    await appIn(visitor)
      .getByText(locale === 'ko' ? '고객 0명이 답했습니다.' : '0 customers have answered.')
      .waitFor()
    await journey.picture(visitor, `survey-${locale}-${width}`)
    expect(await excessWidth(visitor), `at ${width}`).toBeLessThanOrEqual(0)
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})

/** What shoppers earn beside a first order's code, as they meet it: on the way, theirs, spent, issued anew; also without us. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { armOf } from '#app/domain/rewards/arms.ts'
import { stopRunning } from '../demo/processes.ts'
import { spendableMinor } from '../shop/store-credit.ts'
import type { WorldCustomer } from '../shop/world.ts'
import { CANNOT_WALK, PATIENT, untilThere, walk, type Journey, type Walk } from './journey.ts'
import { beginReward, bought, endReward, newcomers, order, ownCode, signedIn, storefront } from './shopper.ts'

let begun: Walk
let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('rewards that are earned, on the storefront', PATIENT, () => {
  walk((now) => ({ journey, page, app } = begun = now))

  const toEverybody = () => app.getByLabel('Comparison group').fill('0')
  const lastOrder = ({ id }: WorldCustomer) => journey.stack.world.ordersOf(id).at(-1)!

  /** The merchant at the customer's page of the admin. */
  async function sendOff({ id }: WorldCustomer): Promise<void> {
    await page.goto(`${journey.stack.shop.origin}/admin/customers/${id}`)
    await page.getByRole('button', { name: 'Send it off' }).first().click()
    await page.getByRole('button', { name: 'It has arrived' }).first().click()
    await page.getByRole('button', { name: 'It has arrived' }).waitFor({ state: 'hidden' })
  }

  test('an honest review of two stars brings credit, once, and the next checkout spends it', async () => {
    const [reviewer] = newcomers(journey)
    const reward = await beginReward(begun, 'Credit for a review', async () => {
      await app.getByLabel('Days', { exact: true }).fill('0')
      await toEverybody()
    })
    const shopper = await signedIn(journey, reviewer!)
    await order(journey, shopper)
    await bought(shopper)
    const progress = shopper.locator('.morello-progress')
    await untilThere(
      shopper,
      storefront(journey),
      progress.filter({ hasText: 'An honest review after delivery, any rating' }),
    )
    await journey.picture(shopper, 'granted-review-progress-en')
    await sendOff(reviewer!)
    expect(spendableMinor(journey.stack.world, reviewer!.id)).toBe(0)
    await shopper.goto(storefront(journey, '/account'))
    for (const _ of [1, 2]) {
      await shopper.getByLabel('Stars').selectOption('2')
      await shopper.getByRole('button', { name: 'Write a review' }).click()
      await shopper.getByText('Thank you for your review.').waitFor()
    }
    await untilThere(shopper, storefront(journey), shopper.getByText(/of store credit is in your account/))
    await journey.picture(shopper, 'granted-review-credit-en')
    await journey.rest()
    const given = [...journey.stack.world.creditAccounts.values()].find((each) => each.customerId === reviewer!.id)!
    expect(given.transactions.map(({ amountMinor }) => amountMinor)).toEqual([
      spendableMinor(journey.stack.world, reviewer!.id),
    ])
    await order(journey, shopper)
    await bought(shopper)
    expect(spendableMinor(journey.stack.world, reviewer!.id)).toBe(0)
    await endReward(begun, reward)
    await shopper.context().close()
  })

  test('the ladder: after each order its own step, which works once', async () => {
    const [climber] = newcomers(journey)
    const reward = await beginReward(begun, 'Order ladder 1-2-3', toEverybody)
    const shopper = await signedIn(journey, climber!)
    await order(journey, shopper)
    await bought(shopper)
    const free = await ownCode(journey, shopper, 'Free shipping for you')
    await order(journey, shopper, free)
    await bought(shopper)
    expect(lastOrder(climber!).shippingMinor).toBe(0)
    const tenth = await ownCode(journey, shopper, '10% off for you')
    expect(tenth).not.toBe(free)
    await order(journey, shopper, free)
    await shopper.getByRole('alert').waitFor()
    await order(journey, shopper, tenth)
    await bought(shopper)
    expect(lastOrder(climber!).discounts.map(({ title }) => title)).toEqual([tenth])
    await untilThere(shopper, storefront(journey), shopper.getByText(/of store credit is in your account/))
    expect(spendableMinor(journey.stack.world, climber!.id)).toBeGreaterThan(0)
    await endReward(begun, reward)
    await shopper.context().close()
  })

  test('who comes back has a code of their own; cancelled, a fresh one, and the second time the merchant decides', async () => {
    const reward = await beginReward(begun, 'Come back 10%', () =>
      app.getByLabel('Name', { exact: true }).fill('We miss you'),
    )
    const late = await journey.rows<{ shop: number; customer: string }>(
      `SELECT shop, customer::text FROM "Membership" WHERE stage = 'at-risk' ORDER BY customer`,
    )
    const inArm = (arm: string) =>
      late.filter(({ shop, customer }) => armOf(shop, reward, customer, 10) === arm).map(({ customer }) => customer)
    const known = (id: string | undefined) => journey.stack.world.customers.get(Number(id))!
    await journey.rest()
    const compared = await signedIn(journey, known(inArm('comparison')[0]))
    await compared.goto(storefront(journey))
    expect(await compared.locator('.morello-reward').count()).toBe(0)
    await compared.context().close()

    const back = known(inArm('reward')[0])
    const shopper = await signedIn(journey, back)
    const first = await ownCode(journey, shopper, '10% off for you')
    await order(journey, shopper, first)
    await bought(shopper)
    await expect.poll(() => shownTo(shopper)).not.toContain(first)
    journey.stack.shop.shop.happen.cancel(lastOrder(back).id)
    const fresh = await ownCode(journey, shopper, '10% off for you')
    expect(fresh).not.toBe(first)
    await order(journey, shopper, fresh)
    await bought(shopper)
    journey.stack.shop.shop.happen.cancel(lastOrder(back).id)
    await untilThere(page, journey.adminOf('/rewards'), app.getByText(/1 grant waits for you/))
    expect(await shownTo(shopper)).not.toMatch(/10% off for you/)
    await shopper.context().close()
  })

  async function shownTo(shopper: Page): Promise<string> {
    await shopper.goto(storefront(journey))
    return shopper.locator('main').innerText()
  }

  test('with web and worker stopped every storefront page is the same, byte for byte', async () => {
    await beginReward(begun, 'Welcome 20%', async () => {
      await app.getByLabel('Name', { exact: true }).fill('Hello')
      await app.getByLabel('Percent off').first().fill('15')
    })
    const guest = await journey.openAs('en')
    await untilThere(guest, storefront(journey), guest.getByText('15% off your first order'))
    await journey.rest()
    const before = await everyPage()
    expect(new Set(before.values()).size).toBe(before.size)
    await stopRunning(journey.stack.worker)
    await stopRunning(journey.stack.web)
    expect(await everyPage()).toEqual(before)
    await guest.reload()
    await guest.getByText('15% off your first order').waitFor()
    await guest.context().close()
  })

  /** What a guest and a customer of every kind read, in both languages. */
  async function everyPage(): Promise<Map<string, string>> {
    const { world } = journey.stack
    const kinds = new Map([...world.customers.values()].map((customer) => [customer.behaviour, customer.id]))
    const [product] = world.products.keys()
    const pages = new Map<string, string>()
    for (const customer of ['', ...kinds.values()])
      for (const locale of ['en', 'ko'])
        for (const path of ['', `/products/${product}`, ...(customer === '' ? [] : ['/account'])]) {
          const cookie = `shop_locale=${locale}; shop_customer=${customer}`
          pages.set(`${path} ${cookie}`, await (await fetch(storefront(journey, path), { headers: { cookie } })).text())
        }
    return pages
  }

  test('no page complained', () => {
    // The checkout refuses a code that was used, and the browser writes that down.
    expect(journey.complaints.filter((each) => !/storefront\/buy.* status of 422/.test(each))).toEqual([])
  })
})

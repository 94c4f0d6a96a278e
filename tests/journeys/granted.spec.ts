/** What shoppers earn beside a first order's code, as they meet it: on the way, theirs, spent, issued anew; also without us. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { armOf } from '#app/domain/rewards/arms.ts'
import { stopRunning } from '../demo/processes.ts'
import { spendableMinor } from '../shop/store-credit.ts'
import type { WorldCustomer } from '../shop/world.ts'
import { CANNOT_WALK, PATIENT, untilThere, walk, type Journey } from './journey.ts'

let journey: Journey
let page: Page
let app: FrameLocator

describe.skipIf(CANNOT_WALK)('rewards that are earned, on the storefront', PATIENT, () => {
  walk((begun) => ({ journey, page, app } = begun))

  const place = (path = '') => `${journey.stack.shop.origin}/storefront${path}`
  const newcomers = () =>
    [...journey.stack.world.customers.values()].filter(
      ({ id, behaviour }) => behaviour === 'prospect' && journey.stack.world.ordersOf(id).length === 0,
    )

  /** She sets up a ready-made reward and starts it, allowing what Shopify asks for. */
  async function begin(card: string, set: () => Promise<void>): Promise<number> {
    await page.goto(journey.adminOf('/rewards'))
    await app.getByRole('link', { name: `Set up: ${card}` }).click()
    await app.getByRole('button', { name: 'More conditions' }).click()
    await set()
    await page.getByRole('button', { name: 'Save' }).click()
    await app.getByRole('button', { name: 'Start', exact: true }).click()
    const [allow, live] = [page.getByRole('button', { name: 'Allow' }), app.getByText('Live', { exact: true })]
    await Promise.any([allow, live].map((each) => each.waitFor({ timeout: 180_000 })))
    if (await allow.isVisible()) await allow.click()
    await live.first().waitFor({ timeout: 180_000 })
    return Number(/\/rewards\/(\d+)/.exec(page.url())![1])
  }

  async function finish(reward: number): Promise<void> {
    await page.goto(journey.adminOf(`/rewards/${reward}`))
    await app.getByRole('button', { name: 'End this reward…' }).click()
    await app.getByRole('button', { name: 'End it', exact: true }).click()
    await app.getByText(/^Ended by you on/).waitFor()
    await journey.rest()
  }

  const toEverybody = () => app.getByLabel('Comparison group').fill('0')

  async function signedIn(customer: WorldCustomer): Promise<Page> {
    const shopper = await journey.openAs('en')
    await shopper.goto(place(`/who?id=${customer.id}`))
    return shopper
  }

  /** Takes the first product to the checkout, with a code. */
  async function order(shopper: Page, code = ''): Promise<void> {
    await shopper.goto(place())
    await shopper.locator('a[href^="/storefront/products/"]').first().click()
    await shopper.getByRole('button', { name: 'Add to cart' }).click()
    await shopper.getByLabel('Discount code').fill(code)
    await shopper.getByRole('button', { name: 'Buy' }).click()
  }

  const bought = (shopper: Page) => shopper.getByRole('heading', { name: 'Thank you for your order' }).waitFor()
  const lastOrder = ({ id }: WorldCustomer) => journey.stack.world.ordersOf(id).at(-1)!

  async function ownCode(shopper: Page, said: RegExp | string): Promise<string> {
    const banner = shopper.locator('.morello-reward').filter({ hasText: said })
    await untilThere(shopper, place(), banner.locator('.morello-reward__code'))
    return (await banner.locator('.morello-reward__code').first().innerText()).trim()
  }

  /** The merchant at the customer's page of the admin. */
  async function sendOff({ id }: WorldCustomer): Promise<void> {
    await page.goto(`${journey.stack.shop.origin}/admin/customers/${id}`)
    await page.getByRole('button', { name: 'Send it off' }).first().click()
    await page.getByRole('button', { name: 'It has arrived' }).first().click()
    await page.getByRole('button', { name: 'It has arrived' }).waitFor({ state: 'hidden' })
  }

  test('an honest review of two stars brings credit, once, and the next checkout spends it', async () => {
    const [reviewer] = newcomers()
    const reward = await begin('Credit for a review', async () => {
      await app.getByLabel('Days', { exact: true }).fill('0')
      await toEverybody()
    })
    const shopper = await signedIn(reviewer!)
    await order(shopper)
    await bought(shopper)
    const progress = shopper.locator('.morello-progress')
    await untilThere(shopper, place(), progress.filter({ hasText: 'An honest review after delivery, any rating' }))
    await journey.picture(shopper, 'granted-review-progress-en')
    await sendOff(reviewer!)
    expect(spendableMinor(journey.stack.world, reviewer!.id)).toBe(0)
    await shopper.goto(place('/account'))
    for (const _ of [1, 2]) {
      await shopper.getByLabel('Stars').selectOption('2')
      await shopper.getByRole('button', { name: 'Write a review' }).click()
      await shopper.getByText('Thank you for your review.').waitFor()
    }
    await untilThere(shopper, place(), shopper.getByText(/of store credit is in your account/))
    await journey.picture(shopper, 'granted-review-credit-en')
    await journey.rest()
    const given = [...journey.stack.world.creditAccounts.values()].find((each) => each.customerId === reviewer!.id)!
    expect(given.transactions.map(({ amountMinor }) => amountMinor)).toEqual([
      spendableMinor(journey.stack.world, reviewer!.id),
    ])
    await order(shopper)
    await bought(shopper)
    expect(spendableMinor(journey.stack.world, reviewer!.id)).toBe(0)
    await finish(reward)
    await shopper.context().close()
  })

  test('the ladder: after each order its own step, which works once', async () => {
    const [climber] = newcomers()
    const reward = await begin('Order ladder 1-2-3', toEverybody)
    const shopper = await signedIn(climber!)
    await order(shopper)
    await bought(shopper)
    const free = await ownCode(shopper, 'Free shipping for you')
    await order(shopper, free)
    await bought(shopper)
    expect(lastOrder(climber!).shippingMinor).toBe(0)
    const tenth = await ownCode(shopper, '10% off for you')
    expect(tenth).not.toBe(free)
    await order(shopper, free)
    await shopper.getByRole('alert').waitFor()
    await order(shopper, tenth)
    await bought(shopper)
    expect(lastOrder(climber!).discounts.map(({ title }) => title)).toEqual([tenth])
    await untilThere(shopper, place(), shopper.getByText(/of store credit is in your account/))
    expect(spendableMinor(journey.stack.world, climber!.id)).toBeGreaterThan(0)
    await finish(reward)
    await shopper.context().close()
  })

  test('who comes back has a code of their own; cancelled, a fresh one, and the second time the merchant decides', async () => {
    const reward = await begin('Come back 10%', () => app.getByLabel('Name', { exact: true }).fill('We miss you'))
    const late = await journey.rows<{ shop: number; customer: string }>(
      `SELECT shop, customer::text FROM "Membership" WHERE stage = 'at-risk' ORDER BY customer`,
    )
    const inArm = (arm: string) =>
      late.filter(({ shop, customer }) => armOf(shop, reward, customer, 10) === arm).map(({ customer }) => customer)
    const known = (id: string | undefined) => journey.stack.world.customers.get(Number(id))!
    await journey.rest()
    const compared = await signedIn(known(inArm('comparison')[0]))
    await compared.goto(place())
    expect(await compared.locator('.morello-reward').count()).toBe(0)
    await compared.context().close()

    const back = known(inArm('reward')[0])
    const shopper = await signedIn(back)
    const first = await ownCode(shopper, '10% off for you')
    await order(shopper, first)
    await bought(shopper)
    await expect.poll(() => shownTo(shopper)).not.toContain(first)
    journey.stack.shop.shop.happen.cancel(lastOrder(back).id)
    const fresh = await ownCode(shopper, '10% off for you')
    expect(fresh).not.toBe(first)
    await order(shopper, fresh)
    await bought(shopper)
    journey.stack.shop.shop.happen.cancel(lastOrder(back).id)
    await untilThere(page, journey.adminOf('/rewards'), app.getByText(/1 grant waits for you/))
    expect(await shownTo(shopper)).not.toMatch(/10% off for you/)
    await shopper.context().close()
  })

  async function shownTo(shopper: Page): Promise<string> {
    await shopper.goto(place())
    return shopper.locator('main').innerText()
  }

  test('with web and worker stopped every storefront page is the same, byte for byte', async () => {
    await begin('Welcome 20%', async () => {
      await app.getByLabel('Name', { exact: true }).fill('Hello')
      await app.getByLabel('Percent off').first().fill('15')
    })
    const guest = await journey.openAs('en')
    await untilThere(guest, place(), guest.getByText('15% off your first order'))
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
          pages.set(`${path} ${cookie}`, await (await fetch(place(path), { headers: { cookie } })).text())
        }
    return pages
  }

  test('no page complained', () => {
    // The checkout refuses a code that was used, and the browser writes that down.
    expect(journey.complaints.filter((each) => !/storefront\/buy.* status of 422/.test(each))).toEqual([])
  })
})

/** What shoppers take, ask for and switch off themselves, by the optional script; and what of it a second account gets. */
import type { FrameLocator, Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { WorldCustomer } from '../shop/world.ts'
import { CANNOT_WALK, PATIENT, installAndImport, untilThere, walk, type Journey, type Walk } from './journey.ts'
import { beginReward, bought, endReward, newcomers, order, ownCode, signedIn, storefront } from './shopper.ts'

let begun: Walk
let journey: Journey
let page: Page
let app: FrameLocator
/** Nobody is answered more often than a person asks. */
const UNHURRIED = { interval: 3000 }
const CONSENT = 'Thanks for signing up'
/** Three accounts with one mobile number. */
let accounts: WorldCustomer[]

describe.skipIf(CANNOT_WALK)('rewards that shoppers take themselves', PATIENT, () => {
  walk(
    (now) => ({ journey, page, app } = begun = now),
    async (now) => {
      const { world } = journey.stack
      accounts = [1, 2, 3].map((n) =>
        world.addCustomer({
          firstName: '소라',
          lastName: '한',
          behaviour: 'cherry-picker',
          emailConsent: 'NOT_SUBSCRIBED',
          email: `sora.han+${n}@example.com`,
          contact: { address: { address1: `세종대로 ${n}`, city: '서울', zip: `0450${n}`, phone: '010-7733-5501' } },
        }),
      )
      await installAndImport(now)
      await page.goto(journey.adminOf('/settings'))
      await app.getByRole('button', { name: 'Switch on' }).click()
      await app.getByText(/\d+ pairs wait for your answer/).waitFor({ timeout: 180_000 })
      await switchScript('on')
      await journey.rest()
    },
  )

  /** The merchant's own choice in the theme editor. */
  async function switchScript(to: 'on' | 'off'): Promise<void> {
    for (const block of ['Reward banner', 'Reward progress']) {
      await page.goto(`${journey.stack.shop.origin}/admin/themes/current/editor`)
      const card = page.locator('section').filter({ has: page.getByRole('heading', { name: block }) })
      await card.getByLabel('Clicks and claims').selectOption(to)
      await card.getByRole('button', { name: 'Save' }).click()
      await card.getByText('Saved.').waitFor()
    }
  }

  const everybody = () => app.getByLabel('Comparison group').fill('0')
  const taken = () => app.getByText('They take it on the storefront').click()

  async function shopperOf(customer: WorldCustomer): Promise<Page> {
    return patient(await signedIn(journey, customer))
  }

  /** A machine at its limits is not a proxy that hangs. */
  async function patient(shopper: Page): Promise<Page> {
    await shopper.addInitScript(() => {
      const real = window.setTimeout
      const patiently = (act: () => void, ms?: number): number => real(act, ms === 800 || ms === 8000 ? 120_000 : ms)
      window.setTimeout = patiently as typeof window.setTimeout
    })
    shopper.setDefaultTimeout(45_000)
    return shopper
  }

  const banner = (shopper: Page) => shopper.locator('.morello-reward')

  /** Loads the page afresh until the script has put its button there, no oftener than a person would: they are answered no faster. */
  async function button(shopper: Page, name: string, within = shopper.locator('main')): Promise<Locator> {
    const found = within.getByRole('button', { name, includeHidden: true }).first()
    await expect
      .poll(async () => {
        await shopper.goto(storefront(journey))
        await found.waitFor({ state: 'attached', timeout: 5000 }).catch(() => undefined)
        return found.count()
      }, UNHURRIED)
      .toBe(1)
    return found
  }

  async function shownTo(shopper: Page): Promise<string> {
    await shopper.goto(storefront(journey))
    return shopper.locator('main').innerText()
  }

  /** The merchant's answer on the page of pairs, wherever the pair stands. */
  async function confirm(one: WorldCustomer, other: WorldCustomer): Promise<void> {
    // Looked for within a card, so without the frame.
    const link = ({ id }: WorldCustomer) => page.locator(`a[href$="/customers/${id}"]`)
    const card = app
      .locator('.Polaris-ShadowBevel')
      .filter({ has: link(one) })
      .filter({ has: link(other) })
    let at = 1
    await expect
      .poll(async () => {
        await page.goto(journey.adminOf(`/people?page=${at}`))
        await app.getByText(/To review/).waitFor()
        if (at === 1) await journey.picture(page, 'claimed-people')
        at = (at % 6) + 1
        return card.count()
      })
      .toBe(1)
    await card.getByRole('button', { name: 'Same person' }).click()
    await card.waitFor({ state: 'detached' })
  }

  test('news by e-mail brings free shipping, which stays and works when the news are stopped again', async () => {
    const reader = newcomers(journey).find(({ emailConsent }) => emailConsent === 'NOT_SUBSCRIBED')!
    const reward = await beginReward(begun, CONSENT, everybody)
    const shopper = await shopperOf(reader)
    const progress = shopper.locator('.morello-progress')
    await untilThere(shopper, storefront(journey), progress.filter({ hasText: 'free shipping is yours' }))
    await journey.picture(shopper, 'claimed-consent-progress-en-1280')
    await shopper.goto(storefront(journey, '/account'))
    await shopper.getByRole('button', { name: 'Get our news by e-mail' }).click()
    const code = await ownCode(journey, shopper, /free shipping/i)
    await shopper.goto(storefront(journey, '/account'))
    await shopper.getByRole('button', { name: 'No more news by e-mail' }).click()
    await shopper.getByRole('button', { name: 'Get our news by e-mail' }).waitFor()
    await journey.stack.shop.shop.happen.delivered()
    await journey.rest()
    const [known] = await journey.rows<{ consent: string }>(
      `SELECT "emailConsent" AS consent FROM "Customer" WHERE id = ${reader.id}`,
    )
    expect(known).toEqual({ consent: 'UNSUBSCRIBED' })
    expect(await shownTo(shopper)).toContain(code)
    await journey.picture(shopper, 'claimed-consent-open-en-1280')
    await order(journey, shopper, code)
    await bought(shopper)
    const [bill] = journey.stack.world.ordersOf(reader.id)
    expect([bill!.shippingMinor, bill!.discounts.map(({ title }) => title)]).toEqual([0, [code]])
    await endReward(begun, reward)
    await shopper.context().close()
  })

  test('personal offers are switched off and on: what is theirs stays, what is on the way goes and comes back', async () => {
    const [owner, other] = newcomers(journey).filter(({ emailConsent }) => emailConsent === 'NOT_SUBSCRIBED')
    const consent = await beginReward(begun, CONSENT, everybody)
    const review = await beginReward(begun, 'Credit for a review', everybody)
    const shopper = await shopperOf(owner!)
    await shopper.goto(storefront(journey, '/account'))
    await shopper.getByRole('button', { name: 'Get our news by e-mail' }).click()
    const code = await ownCode(journey, shopper, /free shipping/i)
    const bare = await shopperOf(other!)
    const progressOf = (one: Page) => one.locator('.morello-progress').filter({ hasText: 'An honest review' })
    for (const one of [shopper, bare]) {
      await untilThere(one, storefront(journey), progressOf(one))
      const off = await button(one, 'Switch personal offers off', progressOf(one))
      await progressOf(one).getByText('Why do I see this?').first().click()
      await off.click()
      await one.getByText('Personal offers are off.').waitFor()
      const on = await button(one, 'Switch personal offers on')
      expect(await one.locator('.morello-progress').count()).toBe(0)
      expect((await one.locator('main').innerText()).includes(code)).toBe(one === shopper)
      await journey.picture(one, `claimed-off-${one === shopper ? 'open' : 'bare'}-en-1280`)
      if (one === shopper) await banner(one).getByText('Why do I see this?').click()
      await on.click()
      await one.getByText('Personal offers are on.').waitFor()
      await untilThere(one, storefront(journey), progressOf(one))
      await one.context().close()
    }
    for (const reward of [consent, review]) await endReward(begun, reward)
  })

  test('the last one is taken once, in two tabs; the next shopper reads that all are taken', async () => {
    const [quick, slow] = newcomers(journey)
    const reward = await beginReward(begun, 'VIP coupon', async () => {
      await app.getByLabel('Who gets it').selectOption('first-order')
      await app.getByLabel('Name', { exact: true }).fill('The one')
      await app.getByLabel('Code', { exact: true }).fill('theone')
      await taken()
      await app.getByLabel('People at most').fill('1')
      await everybody()
    })
    const [one, other] = [await shopperOf(quick!), await shopperOf(slow!)]
    const tab = await patient(await one.context().newPage())
    const takeIn = [await button(one, 'Take it'), await button(tab, 'Take it')]
    const tooLate = await button(other, 'Take it')
    await withoutScript(other)
    for (const take of takeIn) await take.click()
    for (const each of [one, tab]) await each.getByText(/It is yours/).waitFor()
    await tooLate.click()
    await other.getByText('All of these are taken.').waitFor()
    await journey.picture(other, 'claimed-over-en-1280')
    const code = await ownCode(journey, one, '15% off your first order')
    const grants = await journey.rows<{ customer: string; code: string }>(
      `SELECT customer::text, code FROM "Grant" WHERE reward = ${reward}`,
    )
    expect(grants).toEqual([{ customer: String(quick!.id), code }])
    await expect.poll(() => shownTo(other), UNHURRIED).not.toContain('15% off')
    await order(journey, other, code)
    await other.getByRole('alert').waitFor()
    await order(journey, one, code)
    await bought(one)
    for (const each of [one, other]) await each.context().close()
    await endReward(begun, reward)
  })

  /** Their page as it is where no script runs: what there is, on which terms, and that there is more to come. */
  async function withoutScript(shopper: Page): Promise<void> {
    const context = await shopper.context().browser()!.newContext({ javaScriptEnabled: false })
    await context.addCookies(await shopper.context().cookies())
    const still = await context.newPage()
    await still.goto(storefront(journey))
    const said = await banner(still).innerText()
    for (const text of ['15% off your first order', 'First come, first served', 'The button to take it shows here'])
      expect(said).toContain(text)
    expect(await still.locator('a[href^="/storefront/products/"]').count()).toBeGreaterThan(0)
    await context.close()
  }

  describe('of one person with three accounts', () => {
    let first: Page
    let second: Page
    let third: Page
    let shared: number
    let own: number

    test('the first takes the welcome; to the others it is offered as long as nobody has said who they are', async () => {
      shared = await beginReward(begun, 'Welcome 20%', async () => {
        await app.getByLabel('Name', { exact: true }).fill('Hello')
        await app.getByLabel('Code', { exact: true }).fill('hello15')
        await app.getByLabel('Percent off').first().fill('15')
      })
      second = await shopperOf(accounts[1]!)
      await untilThere(second, storefront(journey), second.getByText('HELLO15'))
      own = await beginReward(begun, 'Welcome 20%', async () => {
        await app.getByLabel('Name', { exact: true }).fill('Take it')
        await app.getByLabel('Code', { exact: true }).fill('take')
        await app.getByLabel('Percent off').first().fill('25')
        await taken()
        await everybody()
      })
      first = await shopperOf(accounts[0]!)
      const take = await button(first, 'Take it')
      await journey.picture(first, 'claimed-offer-en-1280')
      await take.click()
      await first.getByText(/It is yours/).waitFor()
      await journey.picture(first, 'claimed-taken-en-1280')
      const code = await ownCode(journey, first, '25% off your first order')
      await order(journey, first, code)
      await bought(first)
      await journey.rest()
      await button(second, 'Take it')
    })

    test('once the merchant has confirmed who they are, they read why there is none, and can ask', async () => {
      for (const n of [1, 2]) await confirm(accounts[0]!, accounts[n]!)
      await journey.rest()
      third = await shopperOf(accounts[2]!)
      for (const shopper of [second, third]) {
        await button(shopper, 'Ask the shop')
        await shopper.getByText('This offer is for first orders.').waitFor()
        const shown = await shopper.locator('main').innerText()
        expect(shown).not.toMatch(/HELLO15|% off/)
      }
      await journey.picture(second, 'claimed-refused-en-1280')
    })

    test('what they ask waits for the merchant: given, it works; declined, they read so', async () => {
      await second.getByRole('button', { name: 'Ask the shop' }).click()
      await second.getByText('The shop has your question.').waitFor()
      await untilThere(second, storefront(journey), second.getByText('You read its answer here.'))
      expect(await second.getByRole('button', { name: 'Ask the shop' }).count()).toBe(0)
      await journey.picture(second, 'claimed-asked-en-1280')
      await answer('Give')
      const code = await ownCode(journey, second, '25% off your first order')
      await order(journey, second, code)
      await bought(second)
      const bill = journey.stack.world.ordersOf(accounts[1]!.id)
      expect(bill.flatMap(({ discounts }) => discounts.map(({ title }) => title))).toEqual([code])

      await (await button(third, 'Ask the shop')).click()
      await third.getByText('The shop has your question.').waitFor()
      await answer('Do not give')
      await untilThere(third, storefront(journey), third.getByText('it stays as it is'))
      expect(await shownTo(third)).not.toMatch(/HELLO15|% off/)
      await journey.picture(third, 'claimed-declined-en-1280')
    })

    test('nor does the code for everybody come out once that reward has ended', async () => {
      await endReward(begun, own)
      expect(await shownTo(third)).not.toMatch(/HELLO15|15%/)
      const guest = await journey.openAs('en')
      expect(await shownTo(guest)).toContain('HELLO15')
      await endReward(begun, shared)
      for (const shopper of [first, second, third, guest]) await shopper.context().close()
    })

    /** The merchant's answer to the one question that waits. */
    async function answer(says: 'Give' | 'Do not give'): Promise<void> {
      await untilThere(page, journey.adminOf('/rewards'), app.getByText(/1 grant waits for you/))
      await page.goto(journey.adminOf('/rewards/waiting'))
      const give = app.getByRole('button', { name: new RegExp(`^${says}: `) })
      await give.waitFor()
      await journey.picture(page, `claimed-waiting-${says === 'Give' ? 'give' : 'decline'}-en-1280`)
      await app.getByText('3 accounts are confirmed to be theirs.').waitFor()
      await app.getByText(/^They had this reward [12] times? before/).waitFor()
      await give.click()
      await app.getByText('Nothing waits for you.').first().waitFor()
    }
  })

  test('no page complained', () => {
    expect(journey.complaints.filter((each) => !/storefront\/buy.* status of 422/.test(each))).toEqual([])
  })
})

/** From install to tag to storefront in a browser, on the production build, through the link that the demo prints. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededWorld } from '../shop/behaviours.ts'
import { startStack, type Stack } from '../demo/stack.ts'

const CHROMIUM = spawnSync('which', ['chromium']).stdout.toString().trim()
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
// The library answers headless Chromium's own name as a robot's.
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const PATIENCE_MS = 30_000
const PAGES = ['', '/segments', '/segments/at-risk', '/segments/cherry-picker', '/tagging', '/activity', '/settings']

let stack: Stack
let browser: Browser
let folder: string
let page: Page
let app: FrameLocator
const complaints: string[] = []

async function openAs(locale: 'en' | 'ko', width = 1280): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: width === 1280 ? 900 : 844 },
    userAgent: USER_AGENT,
    locale,
  })
  await context.addCookies([{ name: 'shop_locale', value: locale, url: stack.shop.origin }])
  const opened = await context.newPage()
  opened.setDefaultTimeout(PATIENCE_MS)
  opened.on('pageerror', (error) => complaints.push(`${opened.url()}: ${error.message}`))
  opened.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${opened.url()}: ${message.text()}`)
  })
  return opened
}

const jiwoo = () => [...stack.world.customers.values()].find((customer) => customer.firstName === '지우')!
const adminOf = (place: string) => `${stack.shop.origin}/admin/apps/morello/app${place}`

describe.skipIf(CHROMIUM === '' && process.env.CI !== 'true')('the road in a browser', { timeout: 120_000 }, () => {
  let tagsBefore: Map<number, string[]>

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'morello-journey-'))
    stack = await startStack({
      folder,
      world: () => Promise.resolve(seededWorld(Date.now())),
      say: () => undefined,
      isThrowaway: true,
    })
    tagsBefore = new Map([...stack.world.customers.values()].map(({ id, tags }) => [id, [...tags]]))
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
    page = await openAs('en')
    app = page.frameLocator('iframe')
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('a merchant installs through the printed link and watches the history come in', async () => {
    await page.goto(`${stack.shop.origin}/`)
    await page.getByText('Open the admin').click()
    await app
      .getByText(/Orders: [\d,]+ of 4,\d{3}|1 of 5 steps done/)
      .first()
      .waitFor()
    await app.getByText('1 of 5 steps done').waitFor({ timeout: 60_000 })
    await app.getByText(/repeat customers are later than usual/).waitFor()
  })

  test('she confirms the first-purchase code that is proposed to her, and sees how it did', async () => {
    await app.getByText(/WELCOME20: \d+% of its/).waitFor()
    await app.getByRole('button', { name: 'Yes' }).first().click()
    await app.getByText(/WELCOME20: [\d,]+ first orders/).waitFor({ timeout: 60_000 })
  })

  test('she opens a segment, tries another number, sees who enters, and discards it', async () => {
    await page.goto(adminOf('/segments/at-risk'))
    await app
      .getByText(/Leaves when they order/)
      .first()
      .waitFor()
    const number = app.getByRole('spinbutton').first()
    await number.fill('1.2')
    await app
      .getByText(/\d+ (customers )?(would )?enter/i)
      .first()
      .waitFor()
    // Shopify's contextual save bar stands in the admin, outside the app's frame.
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(() => number.inputValue()).toBe('1.5')
  })

  test('she reads why one customer is where they are', async () => {
    await app
      .getByRole('link', { name: /Customer \d+/ })
      .first()
      .click()
    await app.getByRole('heading', { name: /Customer \d+/ }).waitFor()
    await app
      .getByText(/worked out from past orders/i)
      .first()
      .waitFor()
  })

  test('the dry run changes nothing; then tagging starts, and her own tags stay', async () => {
    await page.goto(adminOf('/tagging'))
    await app.getByText(/customers would get seg:at-risk/).waitFor()
    expect([...stack.world.customers.values()].filter((one) => !same(one.tags, tagsBefore.get(one.id)!))).toEqual([])
    await app.getByRole('button', { name: 'Start tagging' }).click()
    await app.getByText('Tagging finished').waitFor({ timeout: 60_000 })
    const ours = (tag: string) => tag.startsWith('seg:')
    for (const { id, tags } of stack.world.customers.values()) {
      const before = tagsBefore.get(id)!
      expect(tags.filter((tag) => !ours(tag) || before.includes(tag)).sort()).toEqual([...before].sort())
    }
    expect(jiwoo().tags).toContain('seg:new')
  })

  test('the storefront greets a guest and each customer by stage, without a script of ours', async () => {
    const shopper = await openAs('en')
    await shopper.goto(`${stack.shop.origin}/storefront`)
    await shopper.getByText('Welcome. Take your time looking around.').waitFor()
    await shopper.goto(`${stack.shop.origin}/storefront/who?id=${jiwoo().id}`)
    await shopper.getByText('Thank you for your first order, 지우.').waitFor()
    expect(await shopper.locator('script').count()).toBe(0)
    await shopper.context().close()
  })

  test('지우 buys; once her order has been fetched she is a repeat customer, in the admin and on the page', async () => {
    const shopper = await openAs('ko', 390)
    await shopper.goto(`${stack.shop.origin}/storefront/who?id=${jiwoo().id}`)
    await shopper.locator('a[href^="/storefront/products/"]').first().click()
    await shopper.locator('form button').last().click()
    await shopper.getByRole('button', { name: '구매하기' }).click()
    await shopper.getByText('주문해 주셔서 고마워요').waitFor()

    await page.goto(adminOf(''))
    await app.getByRole('button', { name: 'Check for new orders' }).click()
    await expect.poll(() => jiwoo().tags, { timeout: 60_000 }).toContain('seg:repeat')
    expect(jiwoo().tags).not.toContain('seg:new')
    await shopper.goto(`${stack.shop.origin}/storefront`)
    await shopper
      .getByText(/지우님/)
      .first()
      .waitFor()
    await shopper.context().close()
  })

  test.each([
    ['en', 1280],
    ['en', 390],
    ['ko', 1280],
    ['ko', 390],
  ] as const)('every page stands in %s at %i pixels without being wider than the screen', async (locale, width) => {
    const visitor = await openAs(locale, width)
    for (const place of [...PAGES, `/customers/${jiwoo().id}`]) {
      await visitor.goto(adminOf(place))
      const frame = visitor.frameLocator('iframe')
      await frame.locator('h1').first().waitFor()
      expect(await frame.locator('html').getAttribute('lang')).toBe(locale)
      const excess = await frame.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
      expect(excess, `${place} at ${width}`).toBeLessThanOrEqual(0)
    }
    await visitor.context().close()
  })

  test('no page complained', () => {
    expect(complaints).toEqual([])
  })
})

function same(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((tag) => other.includes(tag))
}

/** A browser in the local shop: what every journey does, whatever it goes on to look at. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium, type FrameLocator, type Page } from 'playwright-core'
import { startStack, type Stack } from '../demo/stack.ts'
import { seededWorld } from '../shop/behaviours.ts'
import type { WorldCustomer } from '../shop/world.ts'

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
const PATIENCE_MS = 120_000

/** Without a browser there is nothing to walk; in CI that is a failure. */
export const CANNOT_WALK = CHROMIUM === '' && process.env.CI !== 'true'

export type Locale = 'en' | 'ko'
export const VIEWS = [
  ['en', 1280],
  ['en', 390],
  ['ko', 1280],
  ['ko', 390],
] as const

export type Journey = {
  stack: Stack
  /** What any page of it wrote to its console as an error. */
  complaints: string[]
  /** Another person at another screen. */
  openAs(locale: Locale, width?: number): Promise<Page>
  adminOf(place: string): string
  jiwoo(): WorldCustomer
  /** What the page looks like from top to end, where JOURNEY_PICTURES names a folder. */
  picture(page: Page, name: string): Promise<void>
  end(): Promise<void>
}

export async function beginJourney(): Promise<Journey> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'morello-journey-'))
  const stack = await startStack({
    folder,
    world: () => Promise.resolve(seededWorld(Date.now())),
    say: () => undefined,
    isThrowaway: true,
  })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS }).catch(async (problem: unknown) => {
    await stack.stop()
    throw problem
  })
  const complaints: string[] = []

  async function openAs(locale: Locale, width = 1280): Promise<Page> {
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

  return {
    stack,
    complaints,
    openAs,
    adminOf: (place) => `${stack.shop.origin}/admin/apps/morello/app${place}`,
    jiwoo: () => [...stack.world.customers.values()].find((customer) => customer.firstName === '지우')!,
    picture,
    async end() {
      await browser.close()
      await stack.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function appIn(page: Page): FrameLocator {
  return page.frameLocator('iframe#app')
}

/** Through the link that the demo prints, until the whole history is in and worked out. */
export async function installAndImport({ stack }: Journey, page: Page): Promise<void> {
  const app = appIn(page)
  await page.goto(`${stack.shop.origin}/`)
  await page.getByText('Open the admin').click()
  await app
    .getByText(/Orders: [\d,]+ of 4,\d{3}|1 of 5 steps done/)
    .first()
    .waitFor()
  await app.getByText('1 of 5 steps done').waitFor({ timeout: 180_000 })
}

/** From the open Tagging page until the first run has ended. */
export async function startTagging(page: Page): Promise<void> {
  const app = appIn(page)
  await app.getByRole('button', { name: 'Start tagging' }).click()
  await app.getByText('Tagging finished').waitFor({ timeout: 180_000 })
}

/** A visitor of the Korean storefront signs in as a customer, takes the first product and buys it. */
export async function buyAs({ stack }: Journey, shopper: Page, customer: WorldCustomer): Promise<void> {
  await shopper.goto(`${stack.shop.origin}/storefront/who?id=${customer.id}`)
  await shopper.locator('a[href^="/storefront/products/"]').first().click()
  await shopper.locator('form button').last().click()
  await shopper.getByRole('button', { name: '구매하기' }).click()
  await shopper.getByText('주문해 주셔서 고마워요').waitFor()
}

/** By how many pixels what the merchant sees is wider than its place: the admin's page and every frame in it. */
export async function excessWidth(page: Page): Promise<number> {
  const widths = page
    .frames()
    .map((frame) =>
      frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth).catch(() => 0),
    )
  return Math.max(...(await Promise.all(widths)))
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.JOURNEY_PICTURES
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const before = page.viewportSize()!
  const inside = await Promise.all(
    page.frames().map((frame) => frame.evaluate(() => document.documentElement.scrollHeight).catch(() => 0)),
  )
  // The app scrolls inside its frame: only a screen that is high enough shows all of it.
  await page.setViewportSize({ width: before.width, height: Math.max(before.height, ...inside) + 120 })
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true })
  await page.setViewportSize(before)
}

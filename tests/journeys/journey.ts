/** A browser in the local shop: what every journey does, whatever it goes on to look at. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { chromium, type FrameLocator, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { startStack, type Stack } from '../demo/stack.ts'
import { seededWorld } from '../shop/behaviours.ts'
import type { World, WorldCustomer } from '../shop/world.ts'

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
const LONG_MS = 180_000
/** What is there stands in the page as it was loaded; this long it may take to be drawn. */
const DRAWN_MS = 2000

/** Without a browser there is nothing to walk; in CI that is a failure. */
export const CANNOT_WALK = CHROMIUM === '' && process.env.CI !== 'true'

export type Locale = 'en' | 'ko'
/** For the tests of a journey: a hang is told from a slow machine. */
export const PATIENT = { timeout: 600_000 }
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
  /** The rows that a statement answers from the tables of the whole demo. */
  rows<T>(sql: string): Promise<T[]>
  /** Until the worker owes nothing that is due soon: what a page says then is no longer on its way. */
  rest(): Promise<void>
  end(): Promise<void>
}

/** A journey with the merchant at her screen. */
export type Walk = { journey: Journey; page: Page; app: FrameLocator }

/**
 * Begins a journey before the tests of a file and ends it after them.
 *
 * @param take    is handed the walk before she arrives, and keeps it for the tests
 * @param arrive  what has happened when the first test begins
 * @param fill    what the shop has beside what every journey's has
 * @param worldOf the shop itself, where it is not the one of every journey
 */
export function walk(
  take: (begun: Walk) => void,
  arrive: (begun: Walk) => Promise<void> = installAndImport,
  fill: (world: World) => void = () => undefined,
  worldOf: (now: number) => World = seededWorld,
): void {
  let journey: Journey | undefined
  beforeAll(async () => {
    journey = await beginJourney(fill, worldOf)
    const page = await journey.openAs('en')
    const begun = { journey, page, app: appIn(page) }
    take(begun)
    await arrive(begun)
  }, PATIENT.timeout)
  afterAll(() => journey?.end(), PATIENT.timeout)
}

async function beginJourney(fill: (world: World) => void, worldOf: (now: number) => World): Promise<Journey> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'morello-journey-'))
  const stack = await startStack({
    folder,
    world: () => {
      const world = worldOf(Date.now())
      fill(world)
      return Promise.resolve(world)
    },
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
      // So the router says it where somebody goes elsewhere while a page is read anew: nothing is wrong.
      if (message.text().startsWith('AbortError: signal is aborted without reason')) return
      if (message.type() === 'error') complaints.push(`${opened.url()}: ${message.text()}`)
    })
    return opened
  }

  async function rows<T>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: stack.rowsUrl })
    await client.connect()
    try {
      return (await client.query(sql)).rows as T[]
    } finally {
      await client.end()
    }
  }

  return {
    stack,
    complaints,
    openAs,
    adminOf: (place) => `${stack.shop.origin}/admin/apps/morello/app${place}`,
    jiwoo: () => [...stack.world.customers.values()].find((customer) => customer.firstName === '지우')!,
    picture,
    rows,
    async rest() {
      const owed = async () => (await rows<{ kind: string }>(DUE_SOON)).map(({ kind }) => kind)
      await vi.waitFor(async () => expect(await owed()).toEqual([]), { timeout: LONG_MS, interval: 250 })
    },
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

/** Looking at Shopify's health comes back every few minutes for as long as the shop is there. */
const DUE_SOON = `SELECT kind FROM "Work" WHERE kind <> 'check-health'
  AND (state = 'running' OR state = 'waiting' AND "nextAt" < now() + interval '1 minute')`

/** Through the link that the demo prints, until the whole history is in and everybody is worked out. */
export async function installAndImport({ journey, page, app }: Walk): Promise<void> {
  await page.goto(`${journey.stack.shop.origin}/`)
  await page.getByText('Open the admin').click()
  await app
    .getByText(/Orders: [\d,]+ of 4,\d{3}|1 of 5 steps done/)
    .first()
    .waitFor()
  await app.getByText('1 of 5 steps done').waitFor({ timeout: LONG_MS })
  // The shop's night may fall into any journey: what it brings would move people between two looks of a test.
  await journey.rows(`UPDATE "Shop" SET "nightlyAt" = now() + interval '1 day'`)
  await journey.rest()
}

/** Loads a place afresh until it shows this: what the worker does later, an open page need not. */
export async function untilThere(page: Page, place: string, what: Locator): Promise<void> {
  const isThere = async () => {
    await page.goto(place)
    return what
      .first()
      .waitFor({ timeout: DRAWN_MS })
      .then(() => true)
      .catch(() => false)
  }
  await expect.poll(isThere, { interval: 500, message: `${place} shows ${String(what)}` }).toBe(true)
}

/** From the open Tagging page until the first run has ended. */
export async function startTagging({ app }: Walk): Promise<void> {
  await app.getByRole('button', { name: 'Start tagging' }).click()
  await app.getByText('Tagging finished').waitFor({ timeout: LONG_MS })
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

/** How much later the largest piece of a page is painted with the blocks in it: pairs with and without, one after the other. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { chromium, type Browser } from 'playwright-core'
import { customer, NOON } from '#tests/extensions/cases.ts'
import { OFFER, PROGRESS, own } from '#tests/extensions/personal-cases.ts'
import { about, installed, picked, PRODUCTS } from '#tests/extensions/picks-cases.ts'
import { EXTENSION, renderBlock, renderTheme, stylesheetsOf } from '#tests/shop/storefront/liquid.ts'
import { storefrontWords } from '#tests/shop/storefront/words.ts'
import { median, medianInterval } from './intervals.ts'

/** Where the local theme has them: three on top of the page, what is picked below its products. */
const ABOVE = ['segment-message', 'reward-banner', 'reward-progress']
const BELOW = ['picked-for-you']
const BLOCKS = [...ABOVE, ...BELOW]
const ASSETS = '/storefront/assets/'
const PICTURES = '/storefront/images/'
/** About what a product's picture of 360 pixels weighs. */
const PICTURE_BYTES = 30_000
const THEME_CSS = new URL('../shop/theme/theme.css', import.meta.url).pathname
const LISTED = 24

/** A slow phone as Lighthouse has it where it throttles by the browser (core/config/constants.js: mobileSlow4G). */
const SLOW_4G = {
  offline: false,
  latency: 150 * 3.75,
  downloadThroughput: (1.6 * 1024 * 0.9 * 1024) / 8,
  uploadThroughput: (750 * 0.9 * 1024) / 8,
}
const CPU_SLOWDOWN = 4

type Page = '/with' | '/without'
type Painted = { ms: number; element: string }

/** Medians in ms, what was largest, and the median of the pairs' differences with its interval. */
type Paint = {
  pairs: number
  withMs: number
  withElement: string
  withoutMs: number
  withoutElement: string
  differenceMs: number
  lowMs: number
  highMs: number
  coverage: number
}

/**
 * Largest Contentful Paint of the local theme's home page on a slow phone, with our four blocks in it and without.
 * The pages are rendered before, since how long Liquid takes is Shopify's, and every page is opened by a browser that has
 * nothing of it: no cache, no connection.
 *
 * @throws if a page's largest piece is none, or a page came from a cache or over a connection that was there
 */
export async function benchStorefront(pairs: number): Promise<Paint> {
  const door = await open()
  const executablePath = spawnSync('which', ['chromium']).stdout.toString().trim()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    for (const page of ['/with', '/without'] as const) await paint(browser, door, page)
    const both: Record<Page, Painted>[] = []
    for (let pair = 0; pair < pairs; pair += 1) {
      // Who goes first alternates, so that what the machine does meanwhile falls on both alike.
      const order: Page[] = pair % 2 === 0 ? ['/with', '/without'] : ['/without', '/with']
      const painted = {} as Record<Page, Painted>
      for (const page of order) painted[page] = await paint(browser, door, page)
      both.push(painted)
    }
    const of = (page: Page) => both.map((painted) => painted[page])
    const differences = both.map((painted) => painted['/with'].ms - painted['/without'].ms)
    const { low, high, coverage } = medianInterval(differences)
    return {
      pairs,
      withMs: median(of('/with').map(({ ms }) => ms)),
      withElement: of('/with')[0]!.element,
      withoutMs: median(of('/without').map(({ ms }) => ms)),
      withoutElement: of('/without')[0]!.element,
      differenceMs: median(differences),
      lowMs: low,
      highMs: high,
      coverage,
    }
  } finally {
    await browser.close()
    door.server.close()
  }
}

type Door = {
  server: Server
  origin: string
  /** Since the last page, pictures left out: they come as the page nears them. */ asked: string[]
  connections: number
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="1200"><rect width="900" height="1200" fill="teal"/><!--${'picture '.repeat(PICTURE_BYTES / 8)}--></svg>`

async function open(): Promise<Door> {
  const files = new Map<string, { type: string; body: Buffer }>()
  const css = (name: string) => ({ type: 'text/css', body: gzipSync(readFileSync(name)) })
  files.set(`${ASSETS}theme.css`, css(THEME_CSS))
  for (const name of stylesheetsOf(BLOCKS)) files.set(`${ASSETS}${name}`, css(`${EXTENSION}assets/${name}`))
  for (const page of ['/with', '/without'] as const)
    files.set(page, { type: 'text/html; charset=utf-8', body: gzipSync(html(page)) })
  const server = createServer((request, response) => {
    if (request.url!.startsWith(PICTURES))
      return response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(PICTURE)
    door.asked.push(request.url!)
    const file = files.get(request.url!)
    if (!file) return response.writeHead(404).end()
    const { type, body } = file
    const headers = { 'content-type': type, 'content-encoding': 'gzip', 'content-length': body.length }
    response.writeHead(200, headers).end(body)
  })
  server.on('connection', () => (door.connections += 1))
  const door: Door = { server, origin: '', asked: [], connections: 0 }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  door.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return door
}

/** The home page for somebody who is greeted, has a code of their own, is on the way to another and has picks of their own. */
function html(page: Page): string {
  const rendering = { now: NOON, timezone: 'Asia/Seoul', locale: 'en' }
  const metafields = {
    ...customer('loyal')!.metafields['$app:morello'],
    ...own(OFFER, PROGRESS)!.metafields['$app:morello'],
    ...picked(PRODUCTS, about('goes-with')).metafields['$app:morello'],
  }
  const somebody = { ...customer('loyal')!, metafields: { '$app:morello': metafields } }
  const app = installed(PRODUCTS)
  const blocksOf = (names: readonly string[]) =>
    names.map((name) => {
      const block = renderBlock(name, { customer: somebody, app, settings: {} }, rendering)
      if (!/<(p|li)\b/.test(block)) throw new Error(`The block ${name} shows nothing: ${block}`)
      return block
    })
  const isWith = page === '/with'
  const products = Array.from({ length: LISTED }, (_, id) => {
    return { id, title: `Cica toner ${id}`, price: '₩24,000', kind: 'bottle', hue: id * 15 }
  })
  const words = storefrontWords('en')
  const scope = { words, locale: 'en', shop_name: 'Shop', path: '/', cart_count: 0, title: words.goods, who: 'Mina' }
  const listed = {
    products,
    page: 1,
    pages: 1,
    block_html: isWith ? blocksOf(ABOVE).join('\n') : '',
    below_html: isWith ? blocksOf(BELOW).join('\n') : '',
    stylesheets: isWith ? stylesheetsOf(BLOCKS) : [],
  }
  return renderTheme('home', { ...scope, ...listed }, rendering)
}

async function paint(browser: Browser, door: Door, path: Page): Promise<Painted> {
  Object.assign(door, { asked: [], connections: 0 })
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  try {
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.emulateNetworkConditions', SLOW_4G)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
    await page.goto(door.origin + path, { waitUntil: 'load', timeout: 120_000 })
    const painted = await page.evaluate(largestPaint)
    const mustAsk = path === '/with' ? 2 + stylesheetsOf(BLOCKS).length : 2
    if (door.asked.length !== mustAsk || door.connections === 0)
      throw new Error(`${path} asked ${door.asked.join(' ')} over ${door.connections} new connections`)
    return painted
  } finally {
    await context.close()
  }
}

/** In the page. The last entry counts; after `load` nothing larger follows on a page without scripts. */
function largestPaint(): Promise<Painted> {
  type Entry = PerformanceEntry & { element: Element | null }
  return new Promise((resolve, reject) => {
    let last: Entry | undefined
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) last = entry as Entry
    }).observe({ type: 'largest-contentful-paint', buffered: true })
    let looks = 0
    const look = (): void => {
      looks += 1
      if (last) {
        const { localName = '?', className = '' } = last.element ?? {}
        resolve({ ms: last.startTime, element: className === '' ? localName : `${localName}.${className}` })
      } else if (looks === 100) reject(new Error('nothing was painted'))
      else setTimeout(look, 300)
    }
    setTimeout(look, 300)
  })
}

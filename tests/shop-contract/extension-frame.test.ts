// The admin's places for extensions, in a browser: what Shopify gives an extension there, and what it keeps from it.
import { spawnSync } from 'node:child_process'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { jwtVerify } from 'jose'
import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { close, listen } from '#tests/shop/server.ts'
import { World } from '#tests/shop/world.ts'
import { startLocalShop, TEST_API_KEY, TEST_API_SECRET, type TestShop } from '#tests/support/local-shop.ts'

const CHROMIUM = spawnSync('which', ['chromium']).stdout.toString().trim()
const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization,content-type' }

const world = new World()
const customer = world.addCustomer({ tags: ['seg:new'] })
let shop: TestShop
let app: Server | null = null
let browser: Browser
let page: Page
let asked: { url: string; headers: IncomingHttpHeaders; body: string }[] = []

beforeAll(async () => {
  if (CHROMIUM === '') return
  const query = "customer_tags CONTAINS 'seg:new'"
  world.segments.set(5, { id: 5, name: 'New', query, createdAt: 0, editedAt: 0 })
  app = createServer((request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end()
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      asked.push({ url: request.url!, headers: request.headers, body })
      response.writeHead(200, { ...CORS, 'content-type': 'application/json' }).end('{"state":"not-imported"}')
    })
  })
  shop = await startLocalShop({ world, appUrl: await listen(app, 0) })
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  page = await browser.newPage({ locale: 'ko-KR', userAgent: 'Mozilla/5.0 Chrome/140' })
})

afterAll(async () => {
  await browser?.close()
  await shop?.stop()
  if (app) await close(app)
})

function extension(): FrameLocator {
  return page.frameLocator('iframe.extension')
}

describe.skipIf(CHROMIUM === '' && process.env.CI !== 'true')('in a browser', () => {
  test('a block asks the app with the token of who looks, in their language, and opens the app by a link', async () => {
    asked = []
    await page.goto(`${shop.origin}/admin/customers/${customer.id}`)
    const link = extension().getByRole('link', { name: 'Morello 열기' })
    await link.waitFor()
    const [question] = asked
    expect(question!.url).toContain(`id=${customer.id}`)
    const token = question!.headers.authorization!.replace('Bearer ', '')
    const { payload } = await jwtVerify(token, new TextEncoder().encode(TEST_API_SECRET))
    expect(payload).toMatchObject({ aud: TEST_API_KEY, dest: `https://${shop.world.shop.domain}` })
    // Its document has no origin, so nothing of the admin's is within its reach.
    expect(question!.headers.origin).toBe('null')
    await link.click()
    await page.waitForURL(`${shop.origin}/admin/apps/morello/app`)
  })

  test('an action begins when it is opened, may ask Shopify about the segment, and closes', async () => {
    asked = []
    await page.goto(`${shop.origin}/admin/customers/segments/5`)
    expect(asked).toEqual([])
    await page.locator('[data-opens]').click()
    await extension().getByRole('link', { name: 'Morello 열기' }).waitFor()
    expect(JSON.parse(asked[0]!.body)).toEqual({ ids: [String(customer.id)], locale: 'ko' })
    await extension().getByRole('button').last().click()
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
  })
})

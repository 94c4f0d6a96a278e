import { spawnSync } from 'node:child_process'
import { chromium, type Page } from 'playwright-core'

const CHROMIUM = spawnSync('which', ['chromium']).stdout.toString().trim()

/** With CI=true the browser must be there: a missing one fails instead of passing unseen. */
export const isBrowserMissing = CHROMIUM === '' && process.env.CI !== 'true'

export async function inBrowser(look: (page: Page) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    page.setDefaultTimeout(120_000)
    await look(page)
  } finally {
    await browser.close()
  }
}

/** Puts these blocks on a page with their stylesheet: what the page asks for, how far it shifts, and how large they are. */
export async function layoutOf(page: Page, css: string, blocks: string[]) {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.setContent(`<!doctype html><style>${css}</style><body>${blocks.join('')}<p>What follows.</p></body>`)
  await page.waitForLoadState('networkidle')
  const seen = await page.evaluate(async () => {
    const shifts = await new Promise<number>((resolve) => {
      let sum = 0
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value
      }).observe({ type: 'layout-shift', buffered: true })
      requestAnimationFrame(() => setTimeout(() => resolve(sum), 100))
    })
    const heights = [...document.querySelectorAll('.shopify-app-block')].map((block) => ({
      isEmpty: block.children.length === 0,
      height: block.getBoundingClientRect().height,
    }))
    return { shifts, heights, width: document.documentElement.scrollWidth }
  })
  return { asked, ...seen }
}

/** How often these bodies ran a script by themselves or when they are touched: each calls `ran()`. */
export async function scriptCounter(page: Page): Promise<(body: string) => Promise<number>> {
  let ran = 0
  await page.exposeFunction('ran', () => {
    ran += 1
  })
  return async (body) => {
    ran = 0
    await page.setContent(`<!doctype html><body>${body}</body>`)
    await page.evaluate(() => {
      for (const element of document.querySelectorAll<HTMLElement>('*'))
        for (const kind of ['mouseover', 'focus', 'toggle']) element.dispatchEvent(new Event(kind))
      for (const link of document.querySelectorAll('a')) if (link.protocol === 'javascript:') link.click()
    })
    await page.waitForLoadState('networkidle')
    return ran
  }
}

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Page, Route } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { EXTENSION, renderBlock } from '#tests/shop/storefront/liquid.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { root } from '#tests/structure/source.ts'
import { inBrowser, isBrowserMissing } from './browser.ts'
import { NOON } from './cases.ts'
import { OFFER, REFUSED, holder, own } from './personal-cases.ts'

const SCRIPT = `${EXTENSION}assets/morello-rewards.js`
const CLAIM = { ...OFFER, state: 'claim', code: null }

function html(scope: Partial<BlockScope>): string {
  const rendering = { now: NOON, timezone: 'Asia/Seoul', locale: 'en' }
  return renderBlock('reward-banner', { customer: null, settings: { script: 'on' }, ...scope }, rendering)
}

const answered = (offer: object, tokens: object = {}) => ({
  off: false,
  optOut: 'opt-out-token',
  offers: [{ ...offer, tokens: { seen: 'seen-token', claim: null, ask: null, ...tokens } }],
})

type Proxy = (route: Route, road: string) => Promise<void> | void
const json = (route: Route, body: unknown, status = 200): Promise<void> =>
  route.fulfill({ status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) })

/** A page of the shop's with this block, and what the script asked of the proxy. */
async function opened(page: Page, block: string, proxy: Proxy, isPatient = true) {
  const asked: { road: string; body: unknown }[] = []
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.route('http://shop.test/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/storefront/assets/morello-rewards.js')
      return route.fulfill({ contentType: 'text/javascript', body: readFileSync(SCRIPT, 'utf8') })
    if (!pathname.startsWith('/apps/morello/'))
      return route.fulfill({
        contentType: 'text/html; charset=utf-8',
        body: `<!doctype html><style>${readFileSync(`${EXTENSION}assets/morello.css`, 'utf8')}</style>${block}<p>What follows.</p>`,
      })
    const road = pathname.slice('/apps/morello/'.length)
    asked.push({ road, body: route.request().postDataJSON() as unknown })
    return proxy(route, road)
  })
  // A machine at its limits is not a proxy that hangs.
  if (isPatient)
    await page.addInitScript(() => {
      const real = window.setTimeout
      const patient = (act: () => void, ms?: number): number => real(act, ms === 800 || ms === 8000 ? 120_000 : ms)
      window.setTimeout = patient as typeof window.setTimeout
    })
  await page.goto('http://shop.test/')
  return { asked, problems }
}

const until = (isSo: () => boolean | Promise<boolean>) => expect.poll(isSo, { timeout: 120_000 }).toBe(true)

test('the script is a signed-off piece of TypeScript’s JavaScript', () => {
  const flags =
    '--noEmit --allowJs --checkJs --strict --skipLibCheck --target ES2023 --lib DOM,DOM.Iterable,ES2023 --module ESNext --moduleResolution Bundler --allowImportingTsExtensions --types node'
  const { stdout, status } = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', ...flags.split(' '), SCRIPT],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  expect([status, stdout]).toEqual([0, ''])
})

test('without the setting no byte of script is in the page', () => {
  for (const offer of [OFFER, REFUSED]) {
    expect(html({ customer: own(offer) })).toContain('<script')
    for (const scope of [{ settings: {} }, { settings: { script: 'off' } }] as Partial<BlockScope>[])
      expect(html({ customer: own(offer), ...scope })).not.toMatch(/script|morello-rewards/)
  }
  expect(html({ customer: own(CLAIM) })).toContain('First come')
  expect(html({ customer: own(CLAIM), settings: {} })).not.toContain('morello-reward')
  expect(html({ customer: own(CLAIM), settings: {}, isDesignMode: true })).toContain('Switch on Clicks and claims')
})

describe.skipIf(isBrowserMissing)('in a browser', () => {
  const FAILURES: Record<string, Proxy> = {
    down: (route) => route.abort('connectionrefused'),
    hanging: () => {},
    'answering HTML': (route) => route.fulfill({ contentType: 'text/html', body: '<h1 onload=ran()>Sorry</h1>' }),
    'answering 500': (route) => json(route, { error: 'invariant-broken' }, 500),
    'answering something else': (route) => json(route, { off: 'x', offers: [{ id: '<b>' }], optOut: 7 }),
    'answering broken JSON': (route) => route.fulfill({ contentType: 'application/json', body: '{"off":' }),
    'answering of nobody': (route) => json(route, { off: false, offers: [], optOut: null }),
  }

  test.each(Object.keys(FAILURES))('with the proxy %s the page stays as it was', async (name) => {
    await inBrowser(async (page) => {
      const { asked, problems } = await opened(
        page,
        html({ customer: own(CLAIM) }),
        FAILURES[name]!,
        name !== 'hanging',
      )
      const before = await page.evaluate(() => document.body.innerHTML)
      await until(() => asked.length > 0)
      if (name !== 'answering something else' && name !== 'answering of nobody') {
        await until(() => page.evaluate(() => sessionStorage.length === 1))
        await page.reload()
        await page.waitForLoadState('networkidle')
      }
      await page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => setTimeout(resolve, 300))))
      expect(await page.evaluate(() => document.body.innerHTML)).toBe(before)
      // Neither asked again nor, while it rests, on the next page.
      expect(asked.map(({ road }) => road)).toEqual(['offers'])
      expect(problems).toEqual([])
    })
  })

  test('a reward is taken with its token, and what came of it is text; nothing moves', async () => {
    await inBrowser(async (page) => {
      const { asked, problems } = await opened(page, html({ customer: own(CLAIM) }), (route, road) =>
        road === 'offers'
          ? json(route, answered(CLAIM, { claim: 'claim-token' }))
          : json(route, road === 'claim' ? { state: 'issued', code: '<img src=x onerror=ran()>' } : { noted: true }),
      )
      await page.getByRole('button', { name: 'Take it' }).click()
      const status = page.locator('.morello-live--claim [role=status]')
      await until(async () => (await status.textContent()) !== '')
      expect(await status.textContent()).toBe('It is yours. Your code: <img src=x onerror=ran()>')
      await until(() => asked.length === 4)
      expect(asked.find(({ road }) => road === 'claim')!.body).toEqual({ token: 'claim-token' })
      const seen = asked.filter(({ road }) => road === 'seen').map(({ body }) => body)
      expect(seen).toEqual(
        expect.arrayContaining([
          { kind: 'seen', token: 'seen-token' },
          { kind: 'clicked', token: 'seen-token' },
        ]),
      )
      expect(problems).toEqual([])
      expect(await page.evaluate(() => Object.keys(window).filter((name) => /morello/i.test(name)))).toEqual([])
    })
  })

  test('a button that comes moves nothing, and a second copy of the script does no harm', async () => {
    await inBrowser(async (page) => {
      const block = html({ customer: own(CLAIM) })
      const twice = block + block.replaceAll('reward-banner"', 'reward-banner-2"')
      const { problems, asked } = await opened(page, twice, (route, road) =>
        json(route, road === 'offers' ? answered(CLAIM, { claim: 'claim-token' }) : { noted: true }),
      )
      await until(async () => (await page.locator('.morello-live__button').count()) >= 2)
      const shift = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let sum = 0
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value
            }).observe({ type: 'layout-shift', buffered: true })
            setTimeout(() => resolve(sum), 200)
          }),
      )
      expect(shift).toBe(0)
      expect(asked.filter(({ road }) => road === 'offers')).toHaveLength(1)
      expect(problems).toEqual([])
    })
  })

  test.each([
    ['over', 200, { state: 'over' }, 'All of these are taken. You have lost nothing.'],
    ['reserved', 200, { state: 'reserved' }, 'It is yours. It shows here within minutes; load the page again then.'],
    [
      'an old token',
      403,
      { error: 'not-allowed' },
      'We cannot tell whether that worked. Load the page again to see how it stands.',
    ],
  ])('a claim that is answered with %s says so', async (_name, status, answer, text) => {
    await inBrowser(async (page) => {
      await opened(page, html({ customer: own(CLAIM) }), (route, road) =>
        road === 'offers'
          ? json(route, answered(CLAIM, { claim: 'claim-token' }))
          : road === 'claim'
            ? json(route, answer, status)
            : json(route, { noted: true }),
      )
      await page.getByRole('button', { name: 'Take it' }).click()
      await until(async () => (await page.locator('.morello-live--claim [role=status]').textContent()) === text)
    })
  })

  test('personal offers are switched off from the answer to why, and on again, and the shop is asked from a refusal', async () => {
    await inBrowser(async (page) => {
      const { asked } = await opened(page, html({ customer: own(OFFER) }), (route, road) =>
        json(route, road === 'offers' ? answered(OFFER) : { off: true, noted: true }),
      )
      await page.locator('summary').click()
      await page.getByRole('button', { name: 'Switch personal offers off' }).click()
      await until(async () => (await page.textContent('details'))!.includes('Personal offers are off.'))
      expect(asked.find(({ road }) => road === 'opt-out')!.body).toEqual({ off: true, token: 'opt-out-token' })
    })
    await inBrowser(async (page) => {
      const block = html({ customer: holder({ v: 1, off: true, rewards: [] }), settings: { script: 'on' } })
      const { asked } = await opened(page, block, (route, road) =>
        json(route, road === 'offers' ? { off: true, optOut: 'opt-out-token', offers: [] } : { off: false }),
      )
      await page.getByRole('button', { name: 'Switch personal offers on' }).click()
      await until(async () => (await page.textContent('.morello-reward'))!.includes('Personal offers are on.'))
      expect(asked.find(({ road }) => road === 'opt-out')!.body).toEqual({ off: false, token: 'opt-out-token' })
    })
    await inBrowser(async (page) => {
      const { asked } = await opened(page, html({ customer: own(REFUSED) }), (route, road) =>
        json(route, road === 'offers' ? answered(REFUSED, { ask: 'ask-token' }) : { asked: true, noted: true }),
      )
      await page.getByRole('button', { name: 'Ask the shop' }).click()
      await until(async () => (await page.textContent('.morello-live'))!.includes('The shop has your question.'))
      expect(asked.find(({ road }) => road === 'ask')!.body).toEqual({ reward: 7, token: 'ask-token' })
    })
  })
})

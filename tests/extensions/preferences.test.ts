import { readFileSync } from 'node:fs'
import type { Page, Route } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { EXTENSION, renderBlock } from '#tests/shop/storefront/liquid.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { inBrowser, isBrowserMissing, layoutOf, scriptCounter } from './browser.ts'
import { NOON } from './cases.ts'
import { piecesOf, textOf } from './html.ts'
import { HARD_TEXTS, PAYLOADS } from './payloads.ts'
import { onStorefront } from '#app/domain/survey.ts'
import {
  ASKED,
  NO_QUESTION,
  NO_SURVEY,
  ONLY_AFTER,
  SOMEBODY,
  SURVEY,
  WITH_AFTER,
  allSurveyCases,
  hostile,
  kept,
} from './survey-cases.ts'

const css = readFileSync(`${EXTENSION}assets/morello.css`, 'utf8')
const script = readFileSync(`${EXTENSION}assets/morello-rewards.js`, 'utf8')

function html(scope: Partial<BlockScope>, locale = 'en'): string {
  const rendering = { now: NOON, timezone: 'Asia/Seoul', locale }
  return renderBlock('preferences', { customer: null, settings: {}, ...scope }, rendering).replaceAll(/>\s+</g, '><')
}

const EMPTY = '<div id="shopify-block-preferences" class="shopify-block shopify-app-block"></div>'
const asked = { app: ASKED, customer: SOMEBODY }

describe('who is asked', () => {
  test('somebody signed in, in their language, with nothing ticked', () => {
    expect(textOf(html(asked))).toBe(
      'A few questions for you What do you look for? Moisture Calm 미백 Who do you shop for? Myself Somebody else ' +
        'I agree that this shop keeps my answers. The button to send comes here. If it does not, try again later.',
    )
    expect(textOf(html(asked, 'ko'))).toContain('누구를 위해 구매하세요? 나 다른 사람 답변을 보관하는 것에 동의합니다.')
    expect(html(asked)).not.toMatch(/checked/)
  })

  test('nobody else, and nobody where it is switched off or cannot be read', () => {
    expect(html({ app: ASKED })).toBe(EMPTY)
    for (const value of NO_SURVEY)
      expect(html({ app: kept(value), customer: SOMEBODY }), JSON.stringify(value)).toBe(EMPTY)
  })

  test('no question that cannot be read whole, and the others', () => {
    for (const strange of NO_QUESTION) {
      const app = kept({ v: 1, off: false, consent: SURVEY.consent, questions: [strange, SURVEY.questions[1]] })
      expect(html({ app, customer: SOMEBODY }).match(/<fieldset/g), JSON.stringify(strange)).toHaveLength(1)
    }
  })

  test('about a delivery nobody before the shop knows of one, and of strange moments nobody at all', () => {
    const folded = html({ app: kept(onStorefront(WITH_AFTER, true)), customer: SOMEBODY })
    expect(textOf(folded)).toContain('When an order of yours has arrived, we ask one question here.')
    expect(folded.match(/<fieldset[^>]*hidden/g)).toHaveLength(1)
    expect(folded).not.toContain('<div hidden')
    const alone = html({ app: kept(onStorefront(ONLY_AFTER, true)), customer: SOMEBODY })
    expect(alone).toContain('<div hidden><label')
    expect(textOf(alone)).not.toContain('The button to send')
    const [question] = SURVEY.questions
    for (const when of ['', 'later', 7, true]) {
      const app = kept({ ...onStorefront(SURVEY, true), questions: [{ ...question, when }] })
      expect(html({ app, customer: SOMEBODY }), String(when)).toBe(EMPTY)
    }
  })

  test.each(['en', 'ko'])('the editor says why nobody is, and previews a customer (%s)', (locale) => {
    const mark = locale === 'en' ? /^Only you see this: / : /^관리자에게만 보여요: /
    for (const scope of [{}, { app: ASKED }, { app: kept({ v: 1, off: true }), customer: SOMEBODY }])
      expect(textOf(html({ ...scope, isDesignMode: true }, locale))).toMatch(mark)
    expect(html({ app: ASKED, isDesignMode: true, settings: { preview_as: 'customer' } })).toContain('<fieldset')
    expect(html({ app: ASKED, settings: { preview_as: 'customer' } })).toBe(EMPTY)
  })
})

describe('the markup', () => {
  const TAGS = 'div section h2 p form fieldset legend label input span morello-rewards script'.split(' ')
  const ATTRIBUTES =
    'class id dir for type name value src defer hidden aria-labelledby data-shopify-editor-block'.split(' ')

  test('of every state is small, of its own tags and classes, and names no segment', () => {
    for (const one of allSurveyCases()) {
      const rendered = html(one.scope, one.locale)
      expect(Buffer.byteLength(rendered), one.name).toBeLessThanOrEqual(6 * 1024)
      for (const piece of piecesOf(rendered)) {
        if (piece.kind === 'text') continue
        expect(TAGS).toContain(piece.name)
        for (const [name, value] of piece.attributes) {
          if (!name.startsWith('data-')) expect(ATTRIBUTES, one.name).toContain(name)
          if (name === 'class') expect(value).toMatch(/^[a-z0-9_ -]+$/)
        }
      }
      if (!one.name.startsWith('hostile'))
        expect(textOf(rendered), one.name).not.toMatch(/Liquid error|missing:|NaN|undefined|loyal|segment|세그먼트/)
    }
  })

  test('names each group by its question and each box by its words', () => {
    const rendered = html(asked)
    expect(rendered.match(/<fieldset[^>]*><legend/g)).toHaveLength(2)
    for (const [, id] of rendered.matchAll(/<label [^>]*for="([^"]+)"/g))
      expect(rendered.match(new RegExp(`<input [^>]*id="${id}"`, 'g'))).toHaveLength(1)
    expect(rendered.match(/type="checkbox" id="[^"]*" name="1"/g)).toHaveLength(3)
    expect(rendered.match(/type="radio" id="[^"]*" name="5"/g)).toHaveLength(2)
  })
})

type Proxy = (route: Route, road: string, body: unknown) => Promise<void>
const json = (route: Route, body: unknown, status = 200): Promise<void> =>
  route.fulfill({ status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) })

/** A page of the shop's with the block, and what its script asked of the proxy. */
async function opened(page: Page, proxy: Proxy, survey = SURVEY) {
  const block = html({ app: kept(onStorefront(survey, true)), customer: SOMEBODY })
  const roads: { road: string; body: unknown }[] = []
  await page.route('http://shop.test/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname.endsWith('.js')) return route.fulfill({ contentType: 'text/javascript', body: script })
    if (!pathname.startsWith('/apps/morello/'))
      return route.fulfill({
        contentType: 'text/html; charset=utf-8',
        body: `<!doctype html><style>${css} button { display: inline-block }</style>${block}<p>What stands below</p>`,
      })
    const road = pathname.slice('/apps/morello/'.length)
    const body = route.request().postDataJSON() as unknown
    roads.push({ road, body })
    return proxy(route, road, body)
  })
  // A machine at its limits is not a proxy that hangs.
  await page.addInitScript(() => {
    const real = window.setTimeout
    const patient = (act: () => void, ms?: number): number => real(act, ms === 800 || ms === 8000 ? 120_000 : ms)
    window.setTimeout = patient as typeof window.setTimeout
  })
  await page.goto('http://shop.test/')
  return roads
}

describe.skipIf(isBrowserMissing)('in a browser', () => {
  test('every state asks for nothing but the script, moves nothing and fits a narrow screen', async () => {
    await inBrowser(async (page) => {
      const cases = allSurveyCases().filter(({ name }) => !name.startsWith('hostile'))
      const blocks = cases.map((one) => html(one.scope, one.locale).replaceAll(/<script.*?<\/script>/g, ''))
      const seen = await layoutOf(page, css, blocks)
      expect(seen.asked).toEqual([])
      expect(seen.shifts).toBe(0)
      expect(seen.width).toBeLessThanOrEqual(390)
      expect(seen.heights.filter(({ isEmpty, height }) => isEmpty !== (height === 0))).toEqual([])
    })
  }, 300_000)

  test('150 hostile texts and what breaks layouts run no script and stay inside, in every place', async () => {
    await inBrowser(async (page) => {
      const scriptsRunBy = await scriptCounter(page)
      const blocks = [...PAYLOADS, ...HARD_TEXTS].map((bad) =>
        html(hostile(bad)).replaceAll(/<script src="\/storefront\/assets\/morello-rewards\.js" defer><\/script>/g, ''),
      )
      expect(blocks.filter((block) => block === EMPTY)).toEqual([])
      expect(await scriptsRunBy(`<style>${css}</style>${blocks.join('\n')}`)).toBe(0)
      expect(await page.locator('script, img, svg, iframe, video, object, button').count()).toBe(0)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  }, 300_000)

  test('shows what was answered, sends nothing without the tick, and changes and takes it back', async () => {
    await inBrowser(async (page) => {
      let tokens = 0
      const token = () => `token-${(tokens += 1)}`
      const roads = await opened(page, (route, road, body) => {
        if (road === 'survey') return json(route, { answers: { 5: [7] }, token: token() })
        if (road === 'take-back') return json(route, { answers: {}, token: token() })
        return json(route, { answers: (body as { answers: object }).answers, token: token() })
      })
      const [send, takeBack] = ['Send answers', 'Erase them'].map((name) => page.getByRole('button', { name }))
      await send!.waitFor()
      expect(await page.getByLabel('Somebody else').isChecked()).toBe(true)
      expect(await page.getByLabel('I agree').isChecked()).toBe(false)
      await page.getByLabel('Moisture').check()
      await page.getByLabel('Calm').check()
      await send!.click()
      await page.getByText('tick that you agree').waitFor()
      expect(roads.map(({ road }) => road)).toEqual(['survey'])
      await page.getByLabel('I agree').check()
      await send!.click()
      await page.getByText('Your answers are kept').waitFor()
      expect(roads[1]).toEqual({
        road: 'answer',
        body: { token: 'token-1', consent: true, answers: { 1: [2, 3], 5: [7] } },
      })
      expect(await page.getByLabel('I agree').isChecked()).toBe(false)
      await takeBack!.click()
      await page.getByText('Your answers are erased.').waitFor()
      expect(roads[2]).toEqual({ road: 'take-back', body: { token: 'token-2' } })
      expect(await page.locator('input:checked').count()).toBe(0)
      expect(await takeBack!.isVisible()).toBe(false)
    })
  }, 300_000)

  test.each([
    ['beside others', WITH_AFTER, { 8: [9], 1: [2] }],
    ['alone', ONLY_AFTER, { 8: [9] }],
  ])(
    'unfolds the question after a delivery when they press for it, and moves nothing before (%s)',
    async (_, survey, sent) => {
      await inBrowser(async (page) => {
        await page.setViewportSize({ width: 390, height: 800 })
        const roads = await opened(
          page,
          (route, road, body) =>
            road === 'survey'
              ? json(route, {
                  answers: { 8: [10], ...(survey === WITH_AFTER ? { 1: [2] } : {}) },
                  token: 'a',
                  delivery: 'due',
                })
              : json(route, { answers: (body as { answers: object }).answers, token: 'b', delivery: 'answered' }),
          survey,
        )
        const below = () => page.getByText('What stands below').evaluate((each) => each.getBoundingClientRect().top)
        const before = await below()
        const unfold = page.getByRole('button', { name: 'One question about your order' })
        await unfold.waitFor()
        expect(await below()).toBe(before)
        expect(await page.getByLabel('Yes').isVisible()).toBe(false)
        const send = page.getByRole('button', { name: 'Send answers' })
        expect(await send.isVisible()).toBe(survey === WITH_AFTER)
        await unfold.click()
        // What was said of an order before is not said of this one.
        expect(await page.getByLabel('No', { exact: true }).isChecked()).toBe(false)
        await page.getByLabel('Yes').check()
        await page.getByLabel('I agree').check()
        await page.getByRole('button', { name: 'Send answers' }).click()
        await page.getByText('Your answers are kept').waitFor()
        const all = survey === WITH_AFTER ? { ...sent, 5: [] } : sent
        expect(roads[1]!.body).toEqual({ token: 'a', consent: true, answers: all })
        expect(await page.getByLabel('Yes').isChecked()).toBe(true)
      })
    },
    300_000,
  )

  test('sends nothing of the folded question, and lets them change what they have said there', async () => {
    await inBrowser(async (page) => {
      const roads = await opened(
        page,
        (route) => json(route, { answers: { 8: [10] }, token: 'a', delivery: 'answered' }),
        WITH_AFTER,
      )
      await page.getByRole('button', { name: 'Change my answer about my order' }).waitFor()
      await page.getByLabel('Moisture').check()
      await page.getByLabel('I agree').check()
      await page.getByRole('button', { name: 'Send answers' }).click()
      await page.getByText('Your answers are kept').waitFor()
      expect(roads[1]!.body).toMatchObject({ answers: { 1: [2], 5: [] } })
      await page.getByRole('button', { name: 'Change my answer about my order' }).click()
      expect(await page.getByLabel('No', { exact: true }).isChecked()).toBe(true)
    })
  }, 300_000)

  test('without an answer, or for somebody of whom the shop does not know, has no button and says so', async () => {
    for (const answer of [{ answers: {}, token: null }, { answers: 7, token: 'x' }, 'text', { token: 'x' }])
      await inBrowser(async (page) => {
        const roads = await opened(page, (route) => json(route, answer))
        await expect.poll(() => roads.length, { timeout: 120_000 }).toBe(1)
        await page.waitForLoadState('networkidle')
        expect(await page.getByRole('button').count()).toBe(0)
        expect(await page.getByText('The button to send comes here').count()).toBe(1)
      })
  }, 300_000)

  test('a deed that fails says that it is not known what became of it, and offers no second', async () => {
    await inBrowser(async (page) => {
      await opened(page, (route, road) =>
        road === 'survey' ? json(route, { answers: {}, token: 'a' }) : json(route, { error: 'not-allowed' }, 403),
      )
      await page.getByRole('button', { name: 'Send answers' }).waitFor()
      await page.getByLabel('Myself').check()
      await page.getByLabel('I agree').check()
      await page.getByRole('button', { name: 'Send answers' }).click()
      await page.getByText('We cannot tell whether that worked.').waitFor()
      expect(await page.getByRole('button', { name: 'Send answers' }).isDisabled()).toBe(true)
    })
  }, 300_000)
})

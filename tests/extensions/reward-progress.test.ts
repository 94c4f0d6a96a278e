import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import { EXTENSION, renderBlock } from '#tests/shop/storefront/liquid.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { inBrowser, isBrowserMissing, layoutOf, scriptCounter } from './browser.ts'
import { contrastOf } from './contrast.ts'
import { NOON } from './cases.ts'
import { piecesOf, textOf } from './html.ts'
import { HARD_TEXTS, PAYLOADS } from './payloads.ts'
import { MISSING, OFFER, PREVIEWS, PROGRESS, REFUSED, holder, own, strangeOffers } from './personal-cases.ts'
import { CREDIT_PROGRESS, LADDER, allProgressCases } from './progress-cases.ts'

const css = readFileSync(`${EXTENSION}assets/morello.css`, 'utf8')

function html(scope: Partial<BlockScope>, locale = 'en'): string {
  const rendering = { now: NOON, timezone: 'Asia/Seoul', locale }
  return renderBlock('reward-progress', { customer: null, settings: {}, ...scope }, rendering).replaceAll(
    />\s+</g,
    '><',
  )
}

function texts(scope: Partial<BlockScope>, locale = 'en'): string[] {
  return piecesOf(html(scope, locale)).flatMap((piece) =>
    piece.kind === 'text' ? [piece.text.replaceAll('\u00a0', ' ')] : [],
  )
}

const EMPTY = '<div id="shopify-block-reward-progress" class="shopify-block shopify-app-block"></div>'

describe('what is missing', () => {
  test.each([
    [
      'en',
      'Order 2 of 3: a free gift on order 3',
      'Cica toner',
      '· Works once · no minimum · earn it by 31 January',
      'Order 1: done',
      'Order 2: done',
      'Order 3: a free gift',
    ],
    [
      'ko',
      '3번 중 2번 주문 완료, 3번째 주문에 사은품 혜택을 드려요',
      'Cica toner',
      '· 한 번만 · 최소 금액 없음 · 1월 31일까지 채울 수 있어요',
      '1번째 주문: 완료',
      '2번째 주문: 완료',
      '3번째 주문: 사은품',
    ],
  ])('on a ladder is said in words and step by step (%s)', (locale, ...lines) => {
    expect(texts({ customer: own(LADDER) }, locale).slice(0, -2)).toEqual(lines)
    expect(html({ customer: own(LADDER) }, locale).match(/<ol/g)).toHaveLength(1)
    expect(html({ customer: own(LADDER) }, locale).match(/aria-current="step"/g)).toHaveLength(1)
  })

  test.each([
    ['review', 'en', 'Leave an honest review after delivery, any rating, and ₩3,000 credit is yours.'],
    ['review', 'ko', '배송 후 솔직한 리뷰를 남기면 별점과 상관없이 적립금 ₩3,000 혜택을 드려요.'],
    [
      'consent',
      'en',
      'Sign up for news by e-mail (optional) and ₩3,000 credit is yours. You can unsubscribe at any time and keep it.',
    ],
    [
      'survey',
      'en',
      'Once your order has arrived, answer one question about it (optional, any answer counts) and ₩3,000 credit is yours. You can take your answer back at any time and keep it.',
    ],
    [
      'survey',
      'ko',
      '주문 상품이 도착한 뒤 질문 하나에 답하면(선택, 어떤 답이든 괜찮아요) 적립금 ₩3,000 혜택을 드려요. 답변은 언제든 지울 수 있고 혜택은 그대로예요.',
    ],
    ['delivered', 'en', 'Your order is delivered: ₩3,000 credit is yours on 5 December.'],
    ['kept', 'en', 'Keep your whole order for 14 days and ₩3,000 credit is yours.'],
    ['kept', 'ko', '14일 동안 반품이 없으면 적립금 ₩3,000 혜택을 드려요.'],
    ['wait', 'en', 'All done: ₩3,000 credit is yours on 2 January.'],
  ])('is a sentence: %s in %s', (kind, locale, sentence) => {
    const missing = MISSING.filter((one) => one.kind === kind)
    expect(texts({ customer: own({ ...CREDIT_PROGRESS, missing }) }, locale)[0]).toBe(sentence)
  })

  test.each([
    ['and', 'en', 'Do all of these and ₩3,000 credit is yours', 'ol'],
    ['or', 'en', 'Any one of these is enough, and ₩3,000 credit is yours', 'ul'],
    ['and', 'ko', '모두 하면 적립금 ₩3,000 혜택을 드려요', 'ol'],
    ['or', 'ko', '하나만 해도 적립금 ₩3,000 혜택을 드려요', 'ul'],
  ] as const)('of several things says %s in words (%s)', (join, locale, sentence, list) => {
    const scope = { customer: own({ ...CREDIT_PROGRESS, join, missing: [MISSING[3], MISSING[4]] }) }
    expect(texts(scope, locale)[0]).toBe(sentence)
    expect(html(scope, locale)).toMatch(
      new RegExp(`<${list} class="morello-progress__list"><li>.*</li><li>.*</li></${list}>`),
    )
  })

  test('a review is any rating’s and says that it was rewarded; consent has the way to their account and no box', () => {
    expect(texts({ customer: own(CREDIT_PROGRESS) })).toContain('Please mention in your review that it was rewarded.')
    const consent = html({ customer: own({ ...CREDIT_PROGRESS, missing: [MISSING[4]] }) })
    expect(consent).toContain('href="/storefront/who"')
    expect(consent).not.toMatch(/<input|checked|<form/)
    expect(html({ customer: own(LADDER) })).not.toContain('href')
  })

  test('comes under the merchant’s own headline, with the part of several that it is', () => {
    const said = texts({ customer: own({ ...CREDIT_PROGRESS, step: 1, steps: 2, text: ' The other half ' }) })
    expect(said.slice(0, 3)).toEqual([
      'The other half',
      'Leave an honest review after delivery, any rating, and ₩3,000 credit is yours.',
      'Step 2 of 2 · Use it when you pay, signed in · no minimum · earn it by 31 January',
    ])
  })
})

describe('who sees it', () => {
  test('nobody without something on the way', () => {
    for (const customer of [null, own(), own(OFFER, REFUSED), own({ ...LADDER, endsOn: '2026-11-21' })])
      expect(html({ customer })).toBe(EMPTY)
    expect(html({ customer: holder({ v: 1, off: true, rewards: [LADDER] }) })).toBe(EMPTY)
  })

  test('of several the first two', () => {
    const customer = own(OFFER, LADDER, CREDIT_PROGRESS, { ...PROGRESS, text: 'The third' })
    expect(html({ customer }).match(/morello-progress__offer"/g)).toHaveLength(2)
    expect(texts({ customer })).not.toContain('The third')
  })

  test.each(MISSING)('nobody, where it cannot be read whole: $kind', (missing) => {
    let refused = 0
    for (const strange of strangeOffers({ ...PROGRESS, missing: [missing] })) {
      if (PersonalRewards.safeParse({ v: 1, off: false, rewards: [strange] }).success) continue
      // An object without fields is to Liquid a list without entries.
      if (JSON.stringify((strange as { missing?: unknown } | null)?.missing) === '{}') continue
      refused += 1
      expect(html({ customer: own(strange) }), JSON.stringify(strange)).toBe(EMPTY)
    }
    expect(refused).toBeGreaterThan(140)
    expect(html({ customer: own({ ...PROGRESS, missing: [missing] }) })).not.toBe(EMPTY)
  })

  test.each(['en', 'ko'])('the editor previews each and says what an example is (%s)', (locale) => {
    const mark = locale === 'en' ? /^Only you see this: / : /^관리자에게만 보여요: /
    const seen = new Set<string>()
    for (const preview_as of PREVIEWS) {
      const said = texts({ settings: { preview_as }, isDesignMode: true }, locale)
      expect(said[0], preview_as).toMatch(mark)
      if (said.length > 1) seen.add(said[1]!)
      expect(html({ settings: { preview_as } })).toBe(EMPTY)
    }
    expect(seen.size).toBe(6)
  })
})

describe('the markup', () => {
  const TAGS = 'div h2 p bdi a ol ul li details summary morello-rewards script'.split(' ')
  const ATTRIBUTES = 'class style id dir href data-shopify-editor-block aria-current src defer'.split(' ')

  test('of every state is small, of its own tags and classes, and names no segment', () => {
    for (const one of allProgressCases()) {
      const rendered = html(one.scope, one.locale)
      expect(Buffer.byteLength(rendered), one.name).toBeLessThanOrEqual(6 * 1024)
      const pieces = piecesOf(rendered)
      // Elements and texts, as a browser counts its nodes.
      expect(pieces.filter((piece) => piece.kind === 'text' || !piece.isEnd).length, one.name).toBeLessThanOrEqual(60)
      for (const piece of pieces) {
        if (piece.kind === 'text') continue
        expect(TAGS).toContain(piece.name)
        for (const [name, value] of piece.attributes) {
          if (!name.startsWith('data-')) expect(ATTRIBUTES).toContain(name)
          if (name === 'src') expect(one.scope.settings['script']).toBe('on')
          if (name === 'style') expect(value).toBe('min-height: 6.5rem')
          if (name === 'href') expect(value).toBe('/storefront/who')
          if (name === 'class') expect(value).toMatch(/^[a-z0-9_ -]+$/)
        }
      }
      expect(textOf(rendered), one.name).not.toMatch(
        /Liquid error|missing:|NaN|undefined|\{(figure|what|minimum|d|of|s)/,
      )
      if (one.scope.isDesignMode !== true)
        expect(textOf(rendered)).not.toMatch(/cherry|체리|prospect|segment|세그먼트|loyal|at.risk/i)
    }
  })

  test.each(['light', 'dark'])('has a contrast of at least 7 to 1 in the %s scheme, and nothing moves', (scheme) => {
    expect(contrastOf(css, scheme)).toBeGreaterThan(7)
    const colours = [...css.matchAll(/(?:^|[\s;])color: ([^;]+);/g)].map((match) => match[1])
    expect(colours.filter((colour) => colour !== 'inherit')).toEqual(['#3b1f24', '#fff6f3'])
    expect(css).not.toMatch(/animation|transition/)
  })
})

describe.skipIf(isBrowserMissing)('in a browser', () => {
  test('every state asks for nothing, moves nothing and fits a narrow screen', async () => {
    await inBrowser(async (page) => {
      const cases = allProgressCases().filter(({ name }) => !/^strange|script/.test(name))
      const seen = await layoutOf(
        page,
        css,
        cases.map((one) => html(one.scope, one.locale)),
      )
      expect(seen.asked).toEqual([])
      expect(seen.shifts).toBe(0)
      expect(seen.width).toBeLessThanOrEqual(390)
      expect(seen.heights.filter(({ isEmpty, height }) => isEmpty !== (height === 0))).toEqual([])
      expect(seen.heights.filter(({ isEmpty, height }) => !isEmpty && height < 104)).toEqual([])
    })
  }, 300_000)

  test('150 hostile texts and what breaks layouts run no script and stay inside, in every place', async () => {
    await inBrowser(async (page) => {
      const scriptsRunBy = await scriptCounter(page)
      const blocks = [...PAYLOADS, ...HARD_TEXTS].map((bad) => {
        const settings = { heading: bad, colors: bad, alignment: bad, preview_as: bad }
        const what = { kind: 'gift', product: '1', variant: '2', title: bad }
        return html({ customer: own({ ...LADDER, what, text: bad }, { ...CREDIT_PROGRESS, text: bad }), settings })
      })
      expect(blocks.filter((block) => block === EMPTY)).toEqual([])
      expect(await scriptsRunBy(`<style>${css}</style>${blocks.join('\n')}`)).toBe(0)
      expect(await page.locator('script, img, svg, iframe, video, object, form, input').count()).toBe(0)
      expect(await page.locator('.morello-progress__offer').count()).toBe(2 * blocks.length)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  }, 300_000)

  test('its links and questions are reached by keyboard', async () => {
    await inBrowser(async (page) => {
      await page.setContent(
        `<!doctype html><style>${css}</style>${html({ customer: own({ ...CREDIT_PROGRESS, missing: [MISSING[4]] }) })}`,
      )
      const focused = () => page.evaluate(() => document.activeElement!.tagName)
      await page.keyboard.press('Tab')
      expect(await focused()).toBe('A')
      await page.keyboard.press('Tab')
      expect(await focused()).toBe('SUMMARY')
      await page.keyboard.press('Enter')
      expect(await page.locator('details').getAttribute('open')).not.toBeNull()
    })
  }, 300_000)
})

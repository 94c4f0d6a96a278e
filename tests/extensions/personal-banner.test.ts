import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PersonalRewards } from '#app/domain/rewards/personal-rewards.ts'
import { EXTENSION, renderBlock } from '#tests/shop/storefront/liquid.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { inBrowser, isBrowserMissing, layoutOf, scriptCounter } from './browser.ts'
import { NOON } from './cases.ts'
import { piecesOf, textOf } from './html.ts'
import { HARD_TEXTS, PAYLOADS } from './payloads.ts'
import {
  CREDIT,
  GIFT,
  NO_PERSONAL,
  OFFER,
  PREVIEWS,
  PROGRESS,
  REFUSED,
  allPersonalCases,
  holder,
  own,
  strangeOffers,
} from './personal-cases.ts'
import { REWARD, SIGN_IN, live, stored, unseen } from './reward-cases.ts'

function html(scope: Partial<BlockScope>, locale = 'en', now = NOON): string {
  const rendering = { now, timezone: 'Asia/Seoul', locale }
  return renderBlock('reward-banner', { customer: null, settings: {}, ...scope }, rendering).replaceAll(/>\s+</g, '><')
}

function texts(scope: Partial<BlockScope>, locale = 'en'): string[] {
  return piecesOf(html(scope, locale)).flatMap((piece) =>
    piece.kind === 'text' ? [piece.text.replaceAll('\u00a0', ' ')] : [],
  )
}

const EMPTY = '<div id="shopify-block-reward-banner" class="shopify-block shopify-app-block"></div>'
const AUTOMATIC = 'This is worked out automatically from your orders in this shop.'

describe('what is theirs', () => {
  test.each([
    [
      'en',
      '10% off for you',
      'Works once · no minimum · until 31 January',
      'Copy the code by hand and enter it at checkout.',
      'Why do I see this?',
      `Your last order was a while ago. ${AUTOMATIC}`,
    ],
    [
      'ko',
      '10% 할인해 드려요',
      '한 번만 · 최소 금액 없음 · 1월 31일까지 쓸 수 있어요',
      '코드를 직접 복사해서 결제할 때 입력해 주세요.',
      '왜 보이나요?',
      '마지막 주문 후 시간이 지나서 드리는 혜택이에요. 이 쇼핑몰의 주문 내역으로 자동으로 정해져요.',
    ],
  ])('is read in %s with its code, its condition and why they see it', (locale, offer, ...rest) => {
    expect(texts({ customer: own(OFFER) }, locale)).toEqual([offer, 'BACK-7KQ2', ...rest])
  })

  test('goes before the first-order reward, and nothing that is not theirs shows beside it', () => {
    for (const reward of [REWARD, SIGN_IN]) {
      const scope = { customer: own(OFFER), app: live(reward) }
      expect(texts(scope)).toContain('BACK-7KQ2')
      expect(texts(scope)).not.toContain('WELCOME20')
      // With nothing of their own for now they read what everybody of their kind does.
      for (const rewards of [[], [PROGRESS]]) {
        const document = { v: 1, off: false, rewards, shared: [reward.id] }
        expect(texts({ customer: holder(document, 0), app: live(reward) })).toContain('WELCOME20')
        expect(html({ customer: holder(document, 1), app: live(reward) })).toBe(EMPTY)
      }
    }
    expect(texts({ customer: unseen(0), app: live(REWARD) })).toContain('WELCOME20')
  })

  test('refused, hides every first-order code, whether offers are switched off or on', () => {
    for (const reward of [REWARD, SIGN_IN])
      for (const off of [false, true]) {
        const said = texts({ customer: holder({ v: 1, off, rewards: [REFUSED], shared: [3] }, 0), app: live(reward) })
        expect(said).not.toContain('WELCOME20')
        expect(said[0]).toBe('This offer is for first orders.')
      }
  })

  test.each([
    ['en', 'This offer was personalised for you by automated decision-making.'],
    ['ko', '자동화된 결정으로 나에게 맞춘 혜택이에요.'],
  ])('to a segment says in %s that it was chosen automatically, where the shop sells in the EU', (locale, notice) => {
    const due = stored({ v: 1, rewards: [], personalised: true })
    const said = (because: string, app = due) => texts({ customer: own({ ...OFFER, because }), app }, locale)
    for (const because of ['late', 'loyal', 'chosen']) {
      expect(said(because)[3], because).toBe(notice)
      expect(said(because, live())).not.toContain(notice)
      expect(said(because, stored({ v: 1, rewards: [], personalised: 'yes' }))).not.toContain(notice)
    }
    for (const because of ['first-order', 'everybody', 'order']) expect(said(because)).not.toContain(notice)
  })

  test('switched off, what is theirs already stays theirs, and nothing else of their own is shown', () => {
    const off = (rewards: unknown[], orders: number) => ({ customer: holder({ v: 1, off: true, rewards }, orders) })
    expect(texts(off([OFFER], 1))).toContain('BACK-7KQ2')
    expect(html(off([], 1))).toBe(EMPTY)
    expect(texts({ ...off([], 1), isDesignMode: true }).join()).toContain('has switched personal offers off')
    expect(texts({ ...off([], 0), app: live(REWARD) })).toContain('WELCOME20')
  })

  test('switched off, the way back stands where the script is on: once, and whatever else is shown', () => {
    const settings = { script: 'on' }
    const note = 'Personal offers are switched off. What is yours already stays yours.'
    for (const rewards of [[], [OFFER]])
      for (const orders of [0, 1])
        for (const app of [undefined, live(REWARD)]) {
          const scope = { customer: holder({ v: 1, off: true, rewards }, orders), settings, ...(app ? { app } : {}) }
          expect(html(scope).match(/data-role="on"/g)).toHaveLength(1)
          expect(html(scope).match(/<script/g)).toHaveLength(1)
          expect(html(scope)).not.toContain('data-role="off"')
          expect(texts(scope).includes(note)).toBe(rewards.length === 0 && (orders === 1 || app === undefined))
          expect(texts(scope).includes('WELCOME20')).toBe(rewards.length === 0 && orders === 0 && app !== undefined)
        }
    expect(html({ customer: own(OFFER), settings })).not.toContain('data-role="on"')
  })

  test.each([
    ['asked', 'The shop has your question. You read its answer here.'],
    ['declined', 'The shop has looked at your question, and it stays as it is.'],
  ] as const)('of a first order they read once they have %s what became of it', (state, said) => {
    for (const settings of [{}, { script: 'on', contact: '/pages/contact' }] as Record<string, string>[]) {
      const scope = { customer: own({ ...REFUSED, state }), settings }
      expect(texts(scope)).toEqual(['This offer is for first orders.', said])
      expect(html(scope)).not.toMatch(/<a |data-ask/)
    }
  })

  test.each([
    [
      { ...OFFER, minimum: 5_000_000, isForSome: true },
      '10% off for you',
      'Works once · from ₩50,000 · for some products · until 31 January',
    ],
    [
      { ...OFFER, because: 'first-order' },
      '10% off your first order',
      'First order only · works once · no minimum · until 31 January',
    ],
    [
      { ...OFFER, what: { kind: 'free-shipping' } },
      'Free shipping for you',
      'Works once · no minimum · until 31 January',
    ],
    [
      CREDIT,
      '₩3,000 of store credit is in your account',
      'Use it when you pay, signed in · no minimum · until 31 January',
    ],
    [
      { ...CREDIT, step: 1, steps: 2, text: 'The other half' },
      'The other half',
      'Step 2 of 2 · ₩3,000 credit · Use it when you pay, signed in · no minimum · until 31 January',
    ],
    [
      { ...OFFER, state: 'claim', code: null },
      '10% off for you',
      'First come, first served · works once · no minimum · until 31 January',
    ],
  ])('is said whole: %j', (offer, headline, condition) => {
    const said = texts({ customer: own(offer), settings: { script: 'on' } }).filter((text) => text !== 'BACK-7KQ2')
    expect(said.slice(0, 2)).toEqual([headline, condition])
  })

  test('has the condition as second line, whatever it is', () => {
    for (const locale of ['en', 'ko'])
      for (const offer of [OFFER, CREDIT, GIFT, { ...OFFER, text: 'Hello', because: 'first-order' }, REFUSED]) {
        const paragraphs = html({ customer: own(offer), settings: { heading: 'x' } }, locale).match(/<p class="[^"]+"/g)
        expect(paragraphs!.slice(0, 2)).toEqual([
          '<p class="morello-reward__offer"',
          '<p class="morello-reward__condition"',
        ])
      }
  })

  test('a gift goes into the basket by the theme’s own form, without a script', () => {
    const rendered = html({ customer: own(GIFT) })
    expect(rendered).toContain('<form class="morello-reward__action" method="post" action="/storefront/cart/add">')
    expect(rendered).toContain('<input type="hidden" name="id" value="4455">')
    expect(texts({ customer: own(GIFT) })).toEqual(
      expect.arrayContaining(['A free gift for you', 'Cica toner', 'Add the gift to my cart', 'BACK-7KQ2']),
    )
    expect(html({ customer: own({ ...GIFT, state: 'claim', code: null }) })).not.toContain('<form')
  })

  test('is shown up to its last day', () => {
    expect(html({ customer: own({ ...OFFER, endsOn: '2026-11-21' }) })).toBe(EMPTY)
    expect(texts({ customer: own({ ...OFFER, endsOn: '2026-11-21' }, CREDIT) })[0]).toContain('store credit')
    expect(texts({ customer: own({ ...OFFER, endsOn: '2026-11-22' }) })).toContain('BACK-7KQ2')
  })
})

describe('what they were refused', () => {
  test.each([
    ['en', 'This offer is for first orders.', 'Think this is wrong? Ask the shop.'],
    ['ko', '첫 주문 고객을 위한 혜택이에요.', '잘못 표시됐다면 쇼핑몰에 알려 주세요.'],
  ])('is said without an accusation (%s)', (locale, ...lines) => {
    expect(texts({ customer: own(REFUSED) }, locale)).toEqual(lines)
    expect(texts({ customer: own(REFUSED, CREDIT) }, locale)).not.toContain(lines[0])
  })

  test('asking is a link where the merchant says where, and only to an address that a link may have', () => {
    const href = (contact: string) =>
      /href="([^"]*)"/.exec(html({ customer: own(REFUSED), settings: { contact } }))?.[1]
    expect(href('/pages/contact')).toBe('/pages/contact')
    expect(href('https://shop.example/ask')).toBe('https://shop.example/ask')
    for (const bad of ['javascript:ran()', ' JaVaScRiPt:ran()', 'data:text/html,x', 'vbscript:x', 'java\nscript:x', ''])
      expect(href(bad), bad).toBeUndefined()
  })
})

describe('what cannot be read whole', () => {
  test.each([OFFER, CREDIT, GIFT])('is not offered, and the next one is: $what.kind', (offer) => {
    let refused = 0
    for (const strange of strangeOffers(offer)) {
      if (PersonalRewards.safeParse({ v: 1, off: false, rewards: [strange] }).success) continue
      // An object without fields is to Liquid a list without entries.
      if (JSON.stringify((strange as { missing?: unknown } | null)?.missing) === '{}') continue
      refused += 1
      expect(html({ customer: own(strange), app: live(REWARD) }), JSON.stringify(strange)).toBe(EMPTY)
    }
    expect(refused).toBeGreaterThan(120)
    expect(texts({ customer: own({ ...offer, more: 1 }, { ...OFFER, code: 'NEXT' }) })).toContain('NEXT')
    expect(PersonalRewards.safeParse({ v: 1, off: false, rewards: [offer] }).success).toBe(true)
    expect(html({ customer: own(offer) })).not.toBe(EMPTY)
  })

  test('a code must be there for what needs one, and none for store credit', () => {
    for (const offer of [
      { ...OFFER, code: null },
      { ...GIFT, code: null },
      { ...CREDIT, code: 'X' },
      { ...OFFER, code: ' X' },
    ])
      expect(html({ customer: own(offer) }), JSON.stringify(offer)).toBe(EMPTY)
  })

  test.each(NO_PERSONAL.map((value) => ({ value })))('is as if it were not there: $value', ({ value }) => {
    expect(html({ customer: holder(value, 1), app: live(REWARD) })).toBe(EMPTY)
    expect(texts({ customer: holder(value, 0), app: live(REWARD) })).toContain('WELCOME20')
    expect(texts({ customer: holder(value, 1), isDesignMode: true }).join()).toMatch(/^Only you see this: /)
  })
})

describe('the preview in the theme editor', () => {
  const shown = (preview_as: string, locale = 'en') =>
    texts({ customer: own(OFFER), app: live(), settings: { preview_as }, isDesignMode: true }, locale)

  test.each(['en', 'ko'])(
    'shows an example for everybody who may get something, and says that it is one (%s)',
    (locale) => {
      const mark = locale === 'en' ? /^Only you see this: / : /^관리자에게만 보여요: /
      for (const preview of PREVIEWS.filter((one) => one !== 'visitor')) {
        const [first, ...rest] = shown(preview, locale)
        expect(first, preview).toMatch(mark)
        if (preview !== 'ordered' && preview !== 'progress') expect(rest.length, preview).toBeGreaterThan(1)
        expect(rest.join(), preview).not.toContain('BACK-7KQ2')
      }
    },
  )

  test('each has its own, and a live reward goes before an example', () => {
    const example = (preview: string) => shown(preview).slice(1, 3).join(' ')
    expect(example('guest')).toBe('10% off your first order EXAMPLE')
    expect(example('new')).toContain('₩3,000 of store credit')
    expect(shown('new')).not.toContain('EXAMPLE')
    expect(example('repeat')).toContain('A free gift for you')
    expect(example('vip')).toContain('₩3,000 off for you')
    expect(example('refused')).toContain('This offer is for first orders.')
    expect(shown('progress').join()).toContain('Reward progress block')
    const scope = { app: live(REWARD), settings: { preview_as: 'prospect' }, isDesignMode: true }
    expect(texts(scope)[0]).toContain('a preview')
    expect(texts(scope)).toContain('WELCOME20')
    expect(texts({ customer: own(), isDesignMode: true })[0]).toContain('no reward for whom you preview')
  })

  test('is nowhere else', () => {
    for (const preview_as of PREVIEWS) {
      expect(html({ settings: { preview_as }, app: live() })).toBe(EMPTY)
      expect(texts({ customer: own(OFFER), settings: { preview_as } })).toContain('BACK-7KQ2')
    }
  })
})

describe('the markup', () => {
  const SCRIPTED = ['morello-rewards', 'script']
  const TAGS = ['div', 'h2', 'p', 'bdi', 'a', 'form', 'input', 'button', 'details', 'summary', ...SCRIPTED]
  const ATTRIBUTES = 'class style id dir href data-shopify-editor-block method action type name value src defer'.split(
    ' ',
  )

  test('of every state is small, of its own tags and classes, and names no segment', () => {
    for (const one of allPersonalCases()) {
      const rendered = html(one.scope, one.locale, one.now)
      expect(Buffer.byteLength(rendered), one.name).toBeLessThanOrEqual(6 * 1024)
      const pieces = piecesOf(rendered)
      expect(pieces.length, one.name).toBeLessThanOrEqual(60)
      for (const piece of pieces) {
        if (piece.kind === 'text') continue
        expect(TAGS).toContain(piece.name)
        for (const [name, value] of piece.attributes) {
          if (!name.startsWith('data-')) expect(ATTRIBUTES).toContain(name)
          if (name === 'src')
            expect([one.scope.settings['script'], value]).toEqual(['on', '/storefront/assets/morello-rewards.js'])
          if (name === 'style') expect(value).toBe('min-height: 6.5rem')
          if (name === 'action') expect(value).toBe('/storefront/cart/add')
          if (name === 'class') expect(value).toMatch(/^[a-z0-9_ -]+$/)
        }
      }
      expect(textOf(rendered), one.name).not.toMatch(
        /Liquid error|missing:|NaN|undefined|\{(figure|amount|minimum|d|step)/,
      )
      if (one.scope.isDesignMode !== true)
        expect(textOf(rendered)).not.toMatch(/cherry|체리|prospect|segment|세그먼트|loyal|at.risk/i)
    }
  })
})

describe.skipIf(isBrowserMissing)('in a browser', () => {
  test('every state asks for nothing, moves nothing and fits a narrow screen', async () => {
    await inBrowser(async (page) => {
      const cases = allPersonalCases().filter(({ name }) => !/^strange|script/.test(name))
      const blocks = cases.map((one) => html(one.scope, one.locale, one.now))
      const seen = await layoutOf(page, readFileSync(`${EXTENSION}assets/morello.css`, 'utf8'), blocks)
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
      const hostile = [...PAYLOADS, ...HARD_TEXTS]
      const blocks = hostile.flatMap((bad) => {
        const settings = { heading: bad, offer: bad, colors: bad, alignment: bad, contact: bad, preview_as: bad }
        const gift = { ...GIFT, what: { ...GIFT.what, title: bad || 'x' } }
        return [
          html({ customer: own({ ...OFFER, text: bad, code: bad.trim().slice(0, 255).trim() || 'X' }), settings }),
          html({ customer: own(gift), settings }, 'ko'),
          html({ customer: own(REFUSED), settings }),
        ]
      })
      expect(blocks.filter((block) => block === EMPTY)).toEqual([])
      const css = readFileSync(`${EXTENSION}assets/morello.css`, 'utf8')
      expect(await scriptsRunBy(`<style>${css}</style>${blocks.join('\n')}`)).toBe(0)
      expect(await page.locator('body script, img, svg, iframe, video, object, body style ~ style').count()).toBe(0)
      expect(await page.locator('.morello-reward').count()).toBe(blocks.length)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  }, 300_000)
})

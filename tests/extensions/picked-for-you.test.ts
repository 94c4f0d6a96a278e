import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EXTENSION, renderBlock } from '#tests/shop/storefront/liquid.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { inBrowser, isBrowserMissing, layoutOf, scriptCounter } from './browser.ts'
import { NOON } from './cases.ts'
import { contrastOf } from './contrast.ts'
import { piecesOf, textOf } from './html.ts'
import { HARD_TEXTS, PAYLOADS } from './payloads.ts'
import {
  BALM,
  CREAM,
  GIFT_CARD,
  IN_SIZES,
  LEADS,
  LONG,
  MASK,
  NO_LIST,
  NO_NEVER,
  NO_REASON,
  NO_WHY,
  ON_SALE,
  PRODUCTS,
  SOLD_OUT,
  TONER,
  WITHOUT_PICTURE,
  about,
  allPicksCases,
  inCart,
  installed,
  page,
  picked,
  product,
  recommended,
} from './picks-cases.ts'

const css = readFileSync(`${EXTENSION}assets/morello.css`, 'utf8')

function html(scope: Partial<BlockScope>, locale = 'en'): string {
  const rendering = { now: NOON, timezone: 'Asia/Seoul', locale }
  return renderBlock('picked-for-you', { customer: null, settings: {}, ...scope }, rendering).replaceAll(/>\s+</g, '><')
}

const EMPTY = '<div id="shopify-block-picked-for-you" class="shopify-block shopify-app-block"></div>'

/** The headings, then the products in their order with why each is shown. */
function shown(scope: Partial<BlockScope>, locale = 'en') {
  const rendered = html(scope, locale)
  return {
    headings: [...rendered.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map((found) => textOf(found[1]!)),
    products: [...rendered.matchAll(/products\/(\d+)\?mrl=([\w-]+)"/g)].map((found) => `${found[1]} ${found[2]}`),
  }
}

const shop = { all: PRODUCTS, app: installed([BALM, MASK]) }
const first = { headings: ['A good place to start'], products: ['103 first', '104 first'] }

describe('which products', () => {
  test('a product’s page has what goes with it, before what was picked for anybody', () => {
    const customer = picked([TONER, CREAM], about('for-you'))
    const goes = { headings: ['Goes well with this'], products: ['102 goes-with', '103 goes-with'] }
    expect(shown({ ...shop, customer, product: page([CREAM, BALM]) })).toEqual(goes)
    expect(shown({ ...shop, product: page([]) })).toEqual(first)
  })

  test.each([
    ['goes-with', 'Goes with your last order', '지난 주문과 잘 어울려요'],
    ['for-you', 'Picked for you', '고객님을 위해 골랐어요'],
    ['popular', 'Popular in this shop', '이 쇼핑몰에서 인기 있어요'],
  ])('a customer has their own under a heading that says why: %s', (lead, english, korean) => {
    const customer = picked([TONER, CREAM, BALM], about(lead, { 102: 'pinned', 103: 'popular' }))
    const products = [`101 ${lead}`, '102 pinned', '103 popular']
    expect(shown({ ...shop, customer })).toEqual({ headings: [english], products })
    expect(shown({ ...shop, customer }, 'ko').headings).toEqual([korean])
    expect(
      shown({ ...shop, customer, settings: { [`heading_${lead.replace('-', '_')}`]: ' Mine ' } }).headings,
    ).toEqual(['Mine'])
  })

  test('a guest and whoever has none has the shop’s first picks, by a heading that fits both', () => {
    expect(shown(shop)).toEqual(first)
    const ordered = picked([], about('for-you'))
    expect(shown({ ...shop, customer: ordered })).toEqual({ ...first, headings: ['You may also like'] })
    expect(shown({ ...shop, customer: { ...ordered, orders_count: 0 } })).toEqual(first)
  })

  test('whoever has switched personal offers off, or may have, has no personal picks', () => {
    for (const rewards of [{ v: 1, off: true, rewards: [] }, { v: 1, rewards: [] }, 'text', 7, []])
      expect(shown({ ...shop, customer: picked([TONER, CREAM], about('for-you'), { rewards }) }).products).toEqual(
        first.products,
      )
    const on = picked([TONER, CREAM], about('for-you'), { rewards: { v: 1, off: false, rewards: [] } })
    expect(shown({ ...shop, customer: on }).products).toEqual(['101 for-you', '102 for-you'])
  })

  test('Shopify’s own recommendations come where its route renders the section, and then the page’s collection', () => {
    const more = { headings: ['You may also like'], products: ['101 shopify', '102 shopify'] }
    const recommendations = recommended([TONER, CREAM])
    expect(shown({ all: PRODUCTS, recommendations })).toEqual(more)
    expect(shown({ all: PRODUCTS, app: installed([BALM, MASK]), recommendations })).toEqual(first)
    expect(shown({ all: PRODUCTS }).products).toEqual(['101 shop', '102 shop', '103 shop', '104 shop'])
    expect(shown({ all: PRODUCTS, collection: { products: [MASK, BALM] } }).products).toEqual(['104 shop', '103 shop'])
  })

  test('never one that is sold out, a gift card, in the basket, this page’s own, or there twice', () => {
    const every = [SOLD_OUT, TONER, GIFT_CARD, CREAM, CREAM, null, BALM, MASK]
    const scope = { customer: picked(every, about('for-you')), cart: inCart(BALM), product: page([]) }
    expect(shown(scope).products).toEqual(['102 for-you', '104 for-you'])
  })

  test('in no list what the customer has bought or sent back, and of what is left fewer than two are not shown', () => {
    const never = (ids: unknown, more: Record<string, unknown> = {}) => ({
      all: PRODUCTS.slice(0, 5),
      customer: picked([], about(null, {}, ids), more),
    })
    const firsts = installed([BALM, MASK, CREAM])
    expect(shown({ ...never([103]), app: firsts }).products).toEqual(['104 first', '102 first'])
    expect(shown({ ...never([103]), product: page([CREAM, BALM, MASK]) }).products).toEqual([
      '102 goes-with',
      '104 goes-with',
    ])
    expect(shown({ ...never([101]), recommendations: recommended([TONER, CREAM, BALM]) }).products).toEqual([
      '102 shopify',
      '103 shopify',
    ])
    expect(shown(never([101, 102])).products).toEqual(['103 shop', '104 shop', '105 shop'])
    expect(html({ ...never([101, 102, 103, 104]), app: firsts })).toBe(EMPTY)
    // Whoever has switched personal offers off sees what guests see.
    const off = { rewards: { v: 1, off: true, rewards: [] } }
    expect(shown({ ...never([103], off), app: firsts }).products).toEqual(['103 first', '104 first', '102 first'])
    for (const none of NO_NEVER)
      expect(shown({ ...never(none), app: firsts }).products, JSON.stringify(none)).toHaveLength(3)
  })

  test('of fewer than two nothing is shown, and what comes next is looked at', () => {
    expect(shown({ ...shop, customer: picked([SOLD_OUT, CREAM], about('for-you')) }).products).toEqual(first.products)
    expect(html({ customer: picked([CREAM], about('for-you')) })).toBe(EMPTY)
    expect(html({})).toBe(EMPTY)
    expect(html({ all: [TONER] })).toBe(EMPTY)
  })

  test.each([
    [2, 2],
    [4, 4],
    [8, 8],
    ['', 2],
    [99, 8],
  ])('as many as the merchant says: %j', (count, expected) => {
    expect(shown({ all: PRODUCTS, settings: { count } }).products).toHaveLength(expected)
  })

  test('none at all where the merchant has switched picks off, or that cannot be read', () => {
    for (const setup of [{ v: 1, off: true }, { v: 2, off: false }, { v: 1 }, { v: 1, off: 'no' }, 7, 'x', [], {}])
      expect(html({ ...shop, app: installed([BALM, MASK], setup) }), JSON.stringify(setup)).toBe(EMPTY)
    expect(shown({ ...shop, app: installed([BALM, MASK], null) })).toEqual(first)
  })
})

describe('running low', () => {
  const low = (picks: unknown[], why: unknown = {}, more: Partial<BlockScope> = {}) => ({
    ...more,
    customer: picked(picks, about('low', why)),
  })

  test.each([
    ['en', 'Running low on Product 101?', 'Order it again'],
    ['ko', 'Product 101, 다 쓰실 때쯤이에요.', '다시 담기'],
  ])('is one line with the way into the basket, without a script (%s)', (locale, heading, button) => {
    const rendered = html(low([TONER]), locale)
    expect(shown(low([TONER]), locale)).toEqual({ headings: [heading], products: [] })
    expect(rendered).toContain('<form class="morello-picks__again" method="post" action="/storefront/cart/add">')
    expect(rendered).toContain(
      `<input type="hidden" name="id" value="5101"><button class="morello-picks__button">${button}<`,
    )
    expect(textOf(rendered)).toContain('₩9,101')
  })

  test('is a link where there are several to choose from', () => {
    expect(html(low([IN_SIZES]))).not.toContain('<form')
    expect(shown(low([IN_SIZES]))).toEqual({ headings: ['Running low on Product 204?'], products: ['204 low'] })
  })

  test('comes before what else was picked, with a heading of its own, and names nothing twice', () => {
    expect(shown(low([CREAM, TONER, BALM, MASK], { 102: 'for-you', 103: 'goes-with' }))).toEqual({
      headings: ['Running low on Product 101?', 'Picked for you'],
      products: ['102 for-you', '103 goes-with', '104 low'],
    })
    expect(shown(low([TONER, CREAM]))).toEqual({ headings: ['Running low on Product 101?'], products: [] })
  })

  test('takes the first that can be bought, and without one shows the rest as picked', () => {
    expect(shown(low([SOLD_OUT, TONER, CREAM], {}, { cart: inCart(TONER) })).headings).toEqual([
      'Running low on Product 102?',
    ])
    expect(shown(low([SOLD_OUT, CREAM, BALM], { 102: 'for-you', 103: 'pinned' }))).toEqual({
      headings: ['Picked for you'],
      products: ['102 for-you', '103 pinned'],
    })
  })

  test('says the merchant’s own words with the product in them', () => {
    const settings = { heading_low: 'Almost out of {product}' }
    expect(shown(low([TONER], {}, { settings })).headings).toEqual(['Almost out of Product 101'])
  })
})

describe('what cannot be read', () => {
  test('why somebody has picks: then they have none', () => {
    for (const no of NO_REASON)
      expect(shown({ ...shop, customer: picked([TONER, CREAM], no) }).products, JSON.stringify(no)).toEqual(
        first.products,
      )
  })

  test('the reason of one product: then it has the reason of all', () => {
    for (const lead of LEADS.filter((one) => one !== 'low'))
      for (const why of NO_WHY)
        expect(shown({ customer: picked([TONER, CREAM], about(lead, why)) }).products).toEqual([
          `101 ${lead}`,
          `102 ${lead}`,
        ])
  })

  test('a list: then what comes next is looked at', () => {
    for (const no of NO_LIST) {
      expect(shown({ ...shop, customer: picked(no, about('low')) }).products, JSON.stringify(no)).toEqual(
        first.products,
      )
      expect(shown({ ...shop, product: page(no) }).products).toEqual(first.products)
      expect(html({ app: installed(no) })).toBe(EMPTY)
    }
  })
})

describe('a product', () => {
  const priceOf = (one: typeof TONER, locale = 'en') => {
    const rendered = html({ all: [one, PRODUCTS[9]!] }, locale)
    return textOf(/<span class="morello-picks__price">.*?<\/span><\/a>/s.exec(rendered)![0])
  }

  test('has its price now, from what on where it varies, and what it was before', () => {
    expect(priceOf(TONER)).toBe('₩9,101')
    expect(priceOf(IN_SIZES)).toBe('from ₩9,204')
    expect(priceOf(IN_SIZES, 'ko')).toBe('₩9,204부터')
    expect(priceOf(ON_SALE)).toBe('Price now ₩9,203 Regular price ₩12,000')
    expect(priceOf(ON_SALE, 'ko')).toBe('지금 가격 ₩9,203 정가 ₩12,000')
  })

  test('has its picture in several widths, later than the page, with its own size and words', () => {
    const [picture] = /<img [^>]*>/.exec(html({ all: PRODUCTS }))!
    expect(picture).toContain('src="/storefront/images/p-101.svg?v=1&amp;width=640" alt="Product 101"')
    expect(picture).toContain('width="640" height="853" loading="lazy"')
    expect(picture.match(/ \d+w/g)).toEqual([' 180w', ' 240w', ' 320w', ' 480w', ' 640w'])
    expect(picture).toContain('sizes="')
  })

  test('without a picture keeps its place', () => {
    const rendered = html({ all: [WITHOUT_PICTURE, { ...WITHOUT_PICTURE, id: 1 }] })
    expect(rendered).not.toContain('<img')
    expect(rendered.match(/<span class="morello-picks__none"><\/span>/g)).toHaveLength(2)
  })

  test('has an address that says why it was shown, whatever stands in it already', () => {
    const tracked = { ...CREAM, url: '/products/cream?pr_prod_strat=a&pr_rec_id=b' }
    const rendered = html({ recommendations: recommended([TONER, tracked]) })
    expect(rendered).toContain('href="/storefront/products/101?mrl=shopify"')
    expect(rendered).toContain('href="/products/cream?pr_prod_strat=a&amp;pr_rec_id=b&amp;mrl=shopify"')
  })
})

describe('in the editor', () => {
  const editor = (settings: Record<string, string>, more: Partial<BlockScope> = {}, locale = 'en') =>
    html({ ...shop, ...more, settings, isDesignMode: true }, locale)

  test.each(['en', 'ko'])('says what an example is and why nothing is shown, and to nobody else (%s)', (locale) => {
    const mark = locale === 'en' ? 'Only you see this: ' : '관리자에게만 보여요: '
    for (const preview_as of ['repeat', 'low']) {
      expect(editor({ preview_as }, {}, locale)).toContain(mark)
      expect(html({ ...shop, settings: { preview_as } }, locale)).not.toContain(mark)
    }
    for (const more of [{ all: [], app: {} }, { app: installed([], { v: 1, off: true }) }])
      expect(editor({}, more, locale)).toContain(mark)
    expect(editor({ preview_as: 'guest' }, {}, locale)).not.toContain(mark)
  })

  test('previews each', () => {
    const customer = picked([TONER, CREAM], about('for-you'))
    const as = (preview_as: string) => shown({ ...shop, customer, settings: { preview_as }, isDesignMode: true })
    expect(as('visitor').headings).toEqual(['Picked for you'])
    expect(as('guest')).toEqual(first)
    expect(as('new').headings).toEqual(['You may also like'])
    expect(as('repeat').headings).toEqual(['Goes with your last order'])
    expect(as('low').headings).toEqual(['Running low on Product 101?', 'Picked for you'])
  })
})

describe('the markup', () => {
  const TAGS = 'div section h2 p ul li a span img s form input button'.split(' ')
  const ATTRIBUTES =
    'class id dir href src srcset sizes alt width height loading aria-labelledby data-shopify-editor-block'.split(' ')
  const OF_FORMS = 'method action type name value'.split(' ')

  test('of every state is small, of its own tags and classes, and names no segment', () => {
    for (const one of allPicksCases()) {
      const rendered = html(one.scope, one.locale)
      // A product is 0.9 KB, most of it the addresses of its picture.
      expect(Buffer.byteLength(rendered), one.name).toBeLessThanOrEqual(11 * 1024)
      for (const piece of piecesOf(rendered)) {
        if (piece.kind === 'text') continue
        expect(TAGS, one.name).toContain(piece.name)
        for (const [name, value] of piece.attributes) {
          expect([...ATTRIBUTES, ...OF_FORMS], one.name).toContain(name)
          if (name === 'class') expect(value).toMatch(/^[a-z0-9_ -]+$/)
          if (name === 'href') expect(value, one.name).toMatch(/^\/(storefront\/)?products\/.*[?&]mrl=[a-z-]+$/s)
          if (name === 'action') expect(value).toBe('/storefront/cart/add')
        }
      }
      if (one.name.startsWith('hostile')) continue
      expect(textOf(rendered), one.name).not.toMatch(/Liquid error|missing:|NaN|undefined|\{(price|product)/)
      expect(textOf(rendered), one.name).not.toMatch(/cherry|체리|prospect|segment|세그먼트|loyal|at.risk/i)
    }
  })

  test('is one section with the heading as its name, and a list', () => {
    const rendered = html({ all: PRODUCTS })
    expect(rendered).toMatch(/<section\s+class="[^"]*"\s+aria-labelledby="morello-picks-block-1"\s*>/)
    expect(rendered.match(/id="morello-picks-block-1"/g)).toHaveLength(1)
    expect(rendered).toMatch(/<ul class="morello-picks__list morello-picks__list--grid"><li/)
    const low = html({ customer: picked([TONER, CREAM, BALM], about('low')) })
    expect([...low.matchAll(/ id="([^"]+)"/g)].map((found) => found[1])).toEqual([
      'shopify-block-picked-for-you',
      'morello-picks-block-1-low',
      'morello-picks-block-1',
    ])
  })

  test('of four products is less than 5 KB', () => {
    expect(Buffer.byteLength(html({ all: PRODUCTS }))).toBeLessThan(5 * 1024)
  })

  test.each(['light', 'dark'])('has a contrast of at least 7 to 1 in the %s scheme', (scheme) => {
    expect(contrastOf(css, scheme)).toBeGreaterThan(7)
  })
})

describe.skipIf(isBrowserMissing)('in a browser', () => {
  test('every state asks for nothing but pictures, moves nothing when they come, and fits a narrow screen', async () => {
    await inBrowser(async (page) => {
      const drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="12"></svg>'
      await page.route('http://shop.test/**', async (route) => {
        if (!route.request().url().includes('/images/')) return route.fulfill({ contentType: 'text/html', body: '' })
        await new Promise((resolve) => setTimeout(resolve, 20))
        return route.fulfill({ contentType: 'image/svg+xml', body: drawn })
      })
      await page.goto('http://shop.test/')
      const cases = allPicksCases().filter(({ name }) => !name.startsWith('hostile'))
      const long = ['grid', 'row'].map((layout) =>
        html({ all: [LONG, { ...LONG, id: 1 }], settings: { layout } }, 'ko'),
      )
      const blocks = cases.map((one) => html(one.scope, one.locale))
      const seen = await layoutOf(page, css, [...blocks, ...long])
      expect(seen.asked.filter((url) => !/^http:\/\/shop\.test\/storefront\/images\/p-\d+\.svg\?/.test(url))).toEqual(
        [],
      )
      expect(seen.asked.length).toBeGreaterThan(0)
      expect(seen.shifts).toBe(0)
      expect(seen.width).toBeLessThanOrEqual(390)
      expect(seen.heights.filter(({ isEmpty, height }) => isEmpty !== (height === 0))).toEqual([])
    })
  }, 300_000)

  test('150 hostile texts and what breaks layouts run no script and stay inside, in every place', async () => {
    await inBrowser(async (page) => {
      const scriptsRunBy = await scriptCounter(page)
      const blocks = [...PAYLOADS, ...HARD_TEXTS].map((bad) => {
        const evil = { ...product(401, { title: bad }), url: `/products/${bad}`, featured_image: null }
        const drawn = { ...evil, id: 402, featured_image: { ...TONER.featured_image!, src: 'data:,', alt: bad } }
        const kinds = ['low', 'for_you']
        const settings = Object.fromEntries(kinds.map((kind) => [`heading_${kind}`, `${bad} {product}`]))
        const customer = picked([evil, drawn, CREAM], about('low', { 402: 'for-you' }))
        return html({ customer, settings: { ...settings, colors: bad, layout: bad, preview_as: bad } })
      })
      expect(blocks.filter((block) => block === EMPTY)).toEqual([])
      expect(await scriptsRunBy(`<style>${css}</style>${blocks.join('\n')}`)).toBe(0)
      expect(await page.locator('script, svg, iframe, video, object').count()).toBe(0)
      expect(await page.locator('.morello-picks').count()).toBe(blocks.length)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  }, 300_000)

  test('its products and its button are reached by keyboard, in their order', async () => {
    await inBrowser(async (page) => {
      const block = html({ customer: picked([TONER, CREAM, BALM], about('low')) })
      await page.setContent(`<!doctype html><style>${css}</style>${block}`)
      const reached: string[] = []
      for (let at = 0; at < 3; at += 1) {
        await page.keyboard.press('Tab')
        reached.push(await page.evaluate(() => document.activeElement!.className))
      }
      expect(reached).toEqual(['morello-picks__button', 'morello-picks__link', 'morello-picks__link'])
    })
  }, 300_000)
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { StorefrontRewards } from '#app/domain/rewards/storefront-rewards.ts'
import { EXTENSION, renderBlock } from '#tests/shop/storefront/liquid.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { inBrowser, isBrowserMissing, layoutOf, scriptCounter } from './browser.ts'
import { NOON, STAGES, customer } from './cases.ts'
import { contrastOf } from './contrast.ts'
import { piecesOf, textOf } from './html.ts'
import { PAYLOADS } from './payloads.ts'
import {
  BROKEN,
  NO_DOCUMENT,
  REWARD,
  SIGN_IN,
  allRewardCases,
  confirmed,
  live,
  stored,
  unseen,
} from './reward-cases.ts'

type Options = { locale?: string; now?: number; timezone?: string }

function html(scope: Partial<BlockScope>, options: Options = {}): string {
  const { locale = 'en', now = NOON, timezone = 'Asia/Seoul' } = options
  const block = renderBlock('reward-banner', { customer: null, settings: {}, ...scope }, { now, timezone, locale })
  return block.replaceAll(/>\s+</g, '><')
}

/** What is read, its spaces that do not break as plain ones. */
function texts(scope: Partial<BlockScope>, options: Options = {}): string[] {
  return piecesOf(html(scope, options)).flatMap((piece) =>
    piece.kind === 'text' ? [piece.text.replaceAll('\u00a0', ' ')] : [],
  )
}

const EMPTY = '<div id="shopify-block-reward-banner" class="shopify-block shopify-app-block"></div>'

describe('a guest', () => {
  test.each([
    ['en', '20% off your first order', 'First order only · works once · from ₩50,000 · until 31 January'],
    ['ko', '첫 주문 20% 할인해 드려요', '첫 주문에 한 번만 · ₩50,000 이상 구매 시 · 1월 31일까지 쓸 수 있어요'],
  ])('reads the offer, the code and its condition in %s where guests may use it', (locale, offer, condition) => {
    expect(texts({ app: live(REWARD) }, { locale })).toEqual([offer, 'WELCOME20', condition])
  })

  test.each([
    [
      'en',
      '20% off your first order',
      'Sign in first; works once, no minimum · first order only · until 31 January',
      'Sign in',
    ],
    [
      'ko',
      '첫 주문 20% 할인해 드려요',
      '로그인 후 1회, 최소 금액 없음 · 첫 주문만 · 1월 31일까지 쓸 수 있어요',
      '로그인하기',
    ],
  ])('reads in %s that they sign in first, with the way there and no code', (locale, ...lines) => {
    const scope = { app: live(SIGN_IN) }
    expect(texts(scope, { locale })).toEqual(lines)
    const links = piecesOf(html(scope, { locale })).filter((piece) => piece.kind === 'tag' && piece.name === 'a')
    expect(links[0]).toMatchObject({ attributes: expect.arrayContaining([['href', '/storefront/who']]) as unknown })
    expect(html(scope, { locale })).not.toContain('WELCOME20')
  })

  test('sees the first reward that is not over', () => {
    const past = { ...REWARD, code: 'PAST', endsOn: '2026-11-21' }
    expect(texts({ app: live(past, { ...REWARD, code: 'SECOND' }, REWARD) })).toContain('SECOND')
    expect(html({ app: live(past) })).toBe(EMPTY)
  })
})

describe('somebody signed in', () => {
  const sees = (who: BlockScope['customer'], reward: object): boolean =>
    texts({ customer: who, app: live(reward) }).includes('WELCOME20')

  test.each([REWARD, SIGN_IN])('reads the code before the first order and nothing after it: $guests', (reward) => {
    expect(sees(confirmed([reward.id]), reward)).toBe(true)
    for (const stage of STAGES.filter((one) => one !== 'prospect'))
      for (const orders of [0, 1, 3])
        expect(html({ customer: confirmed([reward.id], orders, stage), app: live(reward) }), stage).toBe(EMPTY)
    expect(html({ customer: confirmed([reward.id], 1), app: live(reward) })).toBe(EMPTY)
  })

  test('reads a code that anybody may use before Morello knows them, a bound one only once Shopify has confirmed them', () => {
    for (const who of [customer('prospect', 'Mina', 0), unseen(0)]) {
      expect(sees(who, REWARD)).toBe(true)
      expect(html({ customer: who, app: live(SIGN_IN) })).toBe(EMPTY)
      expect(sees(who, { ...SIGN_IN, guests: 'may-use' })).toBe(true)
    }
    for (const shared of ['3', 3, {}, [], [4], ['3'], [{ id: 3 }], [[3]], [null]])
      expect(html({ customer: confirmed(shared), app: live(SIGN_IN) }), JSON.stringify(shared)).toBe(EMPTY)
    expect(texts({ customer: confirmed([4]), app: live(SIGN_IN, { ...REWARD, code: 'ANYBODY' }) })).toContain('ANYBODY')
    expect(texts({ customer: confirmed([4]), app: live(SIGN_IN), isDesignMode: true }).join()).toContain(
      'there is no reward for whom you preview',
    )
  })

  test('reads nothing after it', () => {
    for (const stage of STAGES.filter((one) => one !== 'prospect'))
      for (const orders of [0, 1, 3])
        expect(html({ customer: customer(stage, 'Mina', orders), app: live(REWARD) }), stage).toBe(EMPTY)
    expect(html({ customer: unseen(1), app: live(REWARD) })).toBe(EMPTY)
  })

  test('has ordered from the moment of the order on, before Morello hears of it', () => {
    expect(html({ customer: customer('prospect', 'Mina', 1), app: live(REWARD) })).toBe(EMPTY)
  })

  test('with a state of a later version or a broken one reads nothing', () => {
    for (const stage of [undefined, null, 7, 'vip', { a: 'prospect' }])
      expect(html({ customer: customer(stage, 'Mina', 0), app: live(REWARD) })).toBe(EMPTY)
  })

  test('is never asked to sign in', () => {
    expect(texts({ customer: confirmed([SIGN_IN.id]), app: live(SIGN_IN) })).toEqual([
      '20% off your first order',
      'WELCOME20',
      'First order only · works once · no minimum · until 31 January',
    ])
  })
})

describe('the offer', () => {
  const offer = (what: object, scope: Partial<BlockScope> = {}, locale = 'en'): string | undefined =>
    texts({ app: live({ ...REWARD, what }), ...scope }, { locale })[0]

  test.each([
    ['en', 'KRW', '₩3,000 off your first order'],
    ['ko', 'KRW', '첫 주문 ₩3,000 할인해 드려요'],
    ['en', 'JPY', '¥3,000 off your first order'],
    ['en', 'USD', '$3,000.00 off your first order'],
  ])('says an amount in %s as the shop writes %s', (locale, currency, expected) => {
    expect(offer({ kind: 'amount', amount: 300_000 }, { currency }, locale)).toBe(expected)
  })

  test.each([
    ['en', 'Free shipping on your first order'],
    ['ko', '첫 주문은 무료로 배송해 드려요'],
  ])('says free shipping in %s', (locale, expected) => {
    expect(offer({ kind: 'free-shipping' }, {}, locale)).toBe(expected)
  })

  test.each([
    ['KRW', 'USD', 5_000_000, '50,000 KRW'],
    ['USD', 'JPY', 123_456_705, '1,234,567.05 USD'],
    ['USD', 'KRW', 100_000, '1,000 USD'],
    ['USD', 'EUR', 99_999, '999.99 USD'],
  ])('writes amounts of %s out where the shopper sees %s', (currency, shoppersCurrency, amount, expected) => {
    const scope = { currency, shoppersCurrency }
    const reward = { ...REWARD, what: { kind: 'amount', amount }, minimum: amount }
    const [said, , condition] = texts({ app: live(reward), ...scope })
    expect(said).toBe(`${expected} off your first order`)
    expect(condition).toContain(`from ${expected} ·`)
  })

  test('is the merchant’s where they wrote one, over the same condition', () => {
    const settings = { heading: ' New here? ', offer: '  A welcome gift ' }
    expect(texts({ app: live(REWARD), settings })).toEqual([
      'New here?',
      'A welcome gift',
      'WELCOME20',
      'First order only · works once · from ₩50,000 · until 31 January',
    ])
  })
})

describe('the last day', () => {
  test.each([
    ['Asia/Seoul', Date.UTC(2026, 10, 22, 14, 59, 59), true],
    ['Asia/Seoul', Date.UTC(2026, 10, 22, 15, 0, 0), false],
    ['America/New_York', Date.UTC(2026, 10, 23, 4, 59, 59), true],
    ['America/New_York', Date.UTC(2026, 10, 23, 5, 0, 0), false],
  ])('is over at midnight in %s', (timezone, now, isShown) => {
    const app = live({ ...REWARD, endsOn: '2026-11-22' })
    expect(html({ app }, { timezone, now }) !== EMPTY).toBe(isShown)
  })

  test('and the minimum are never broken over two lines', () => {
    expect(html({ app: live(REWARD) })).toContain('from\u00a0₩50,000 · until 31\u00a0January')
    expect(html({ app: live(REWARD) }, { locale: 'ko' })).toContain('₩50,000\u00a0이상 구매 시 · 1월\u00a031일까지')
  })

  test.each([
    ['2026-12-05', 'until 5 December', '12월 5일까지'],
    ['2027-11-21', 'until 21 November', '11월 21일까지'],
    ['2027-11-22', 'until 22 November 2027', '2027년 11월 22일까지'],
  ])('%s is said with its year from a year on', (endsOn, english, korean) => {
    const app = live({ ...REWARD, endsOn })
    expect(texts({ app })[2]).toMatch(new RegExp(`${english}$`))
    expect(texts({ app }, { locale: 'ko' })[2]).toContain(`· ${korean}`)
  })
})

describe('what cannot be read whole', () => {
  test.each(BROKEN)('is not offered, and the next reward is: %j', (change) => {
    const broken = { ...REWARD, ...change }
    expect(StorefrontRewards.safeParse({ v: 1, rewards: [broken] }).success).toBe(false)
    expect(html({ app: live(broken) })).toBe(EMPTY)
    expect(texts({ app: live(broken, { ...REWARD, code: 'NEXT' }) })).toContain('NEXT')
  })

  test.each(NO_DOCUMENT.map((value) => ({ value })))('leaves the page empty: $value', ({ value }) => {
    expect(html({ app: stored(value) })).toBe(EMPTY)
    expect(html({})).toBe(EMPTY)
  })

  test('is not what the app writes', () => {
    for (const reward of [REWARD, SIGN_IN])
      expect(StorefrontRewards.safeParse({ v: 1, rewards: [reward] }).success).toBe(true)
  })
})

describe('in the theme editor', () => {
  const editor = (scope: Partial<BlockScope>, locale = 'en'): string =>
    texts({ isDesignMode: true, ...scope }, { locale }).join('|')

  test.each([
    ['no reward is live', {}, 'no reward is live', '진행 중인 혜택이 없어서'],
    ['the last one is over', { app: live({ ...REWARD, endsOn: '2026-10-31' }) }, '31 October 2026', '2026년 10월 31일'],
    ['it cannot be read', { app: stored({ v: 2, rewards: [] }) }, 'cannot be read', '읽을 수 없어서'],
    [
      'they have ordered',
      { app: live(REWARD), customer: customer('loyal') },
      'hidden for whom you preview',
      '숨겼어요',
    ],
  ])('a hint says why nothing shows when %s', (_why, scope, english, korean) => {
    expect(editor(scope)).toMatch(/^Only you see this: /)
    expect(editor(scope)).toContain(english)
    expect(editor(scope, 'ko')).toMatch(/^관리자에게만 보여요: /)
    expect(editor(scope, 'ko')).toContain(korean)
    expect(html(scope)).toBe(EMPTY)
  })

  test('of rewards that are over the last one is named', () => {
    const over = (endsOn: string) => ({ ...REWARD, endsOn })
    expect(editor({ app: live(over('2026-09-01'), over('2026-10-31'), over('2026-10-02')) })).toContain('31 October')
  })

  test('the preview works there and nowhere else', () => {
    const scope = (preview_as: string) => ({
      app: live(SIGN_IN),
      settings: { preview_as },
      customer: customer('loyal'),
    })
    expect(editor(scope('guest'))).toContain('Sign in first')
    expect(editor(scope('prospect'))).toContain('WELCOME20')
    expect(editor({ ...scope('ordered'), customer: null })).toContain('hidden for whom you preview')
    expect(editor({ ...scope('visitor'), customer: null })).toContain('Sign in first')
    expect(html(scope('guest'))).toBe(EMPTY)
  })

  test('the block can be told from others', () => {
    expect(html({ app: live(REWARD), isDesignMode: true })).toContain('data-shopify-editor-block')
    expect(html({ isDesignMode: true })).toContain('data-shopify-editor-block')
  })
})

describe('the markup', () => {
  const TAGS = ['div', 'h2', 'p', 'bdi', 'a']
  const ATTRIBUTES = ['class', 'style', 'id', 'dir', 'href', 'data-shopify-editor-block', 'data-code']

  test('of every state is small, of its own tags, classes and styles, and asks for nothing', () => {
    const [styles, links] = [new Set<string>(), new Set<string>()]
    for (const one of allRewardCases()) {
      const rendered = html(one.scope, { locale: one.locale, now: one.now })
      expect(Buffer.byteLength(rendered), one.name).toBeLessThanOrEqual(6 * 1024)
      const pieces = piecesOf(rendered)
      expect(pieces.length, one.name).toBeLessThanOrEqual(60)
      for (const piece of pieces) {
        if (piece.kind === 'text') continue
        expect(TAGS).toContain(piece.name)
        for (const [name, value] of piece.attributes) {
          expect(ATTRIBUTES).toContain(name)
          if (name === 'style') styles.add(value)
          if (name === 'href') links.add(value)
          if (name === 'class') expect(value).toMatch(/^[a-z0-9_ -]+$/)
        }
      }
      expect(textOf(rendered), one.name).not.toMatch(/Liquid error|missing|NaN|undefined|\{(figure|amount|minimum|d)/)
    }
    expect([...styles]).toEqual(['min-height: 6.5rem'])
    expect([...links]).toEqual(['/storefront/who'])
  })

  test.each(['en', 'ko'])('has the condition as second line wherever it offers something (%s)', (locale) => {
    const typed: Record<string, string>[] = [{}, { heading: 'Hello', offer: 'Own words' }]
    for (const reward of [REWARD, SIGN_IN])
      for (const settings of typed) {
        const paragraphs = html({ app: live(reward), settings }, { locale }).match(/<p class="[^"]+"/g)
        expect(paragraphs!.slice(0, 2)).toEqual([
          '<p class="morello-reward__offer"',
          '<p class="morello-reward__condition"',
        ])
      }
  })

  test('no text names a segment or judges the shopper', () => {
    for (const one of allRewardCases().filter(({ scope }) => scope.isDesignMode !== true))
      expect(textOf(html(one.scope, { locale: one.locale }))).not.toMatch(
        /cherry|체리|prospect|segment|세그먼트|loyal/i,
      )
  })
})

describe.skipIf(isBrowserMissing)('in a browser', () => {
  test('every state asks for nothing, moves nothing and fits a narrow screen', async () => {
    await inBrowser(async (page) => {
      const blocks = allRewardCases().map((one) => html(one.scope, { locale: one.locale, now: one.now }))
      const css = readFileSync(`${EXTENSION}assets/morello.css`, 'utf8')
      const seen = await layoutOf(page, css, blocks)
      expect(seen.asked).toEqual([])
      expect(seen.shifts).toBe(0)
      expect(seen.width).toBeLessThanOrEqual(390)
      expect(seen.heights).toHaveLength(blocks.length)
      expect(seen.heights.filter(({ isEmpty, height }) => isEmpty !== (height === 0))).toEqual([])
      expect(seen.heights.filter(({ isEmpty, height }) => !isEmpty && height < 104)).toEqual([])
    })
  }, 300_000)

  test('150 hostile texts in every place run no script, where the bare ones do', async () => {
    expect(new Set(PAYLOADS).size).toBe(150)
    await inBrowser(async (page) => {
      const scriptsRunBy = await scriptCounter(page)
      const blocks = PAYLOADS.flatMap((bad) =>
        ['en', 'ko'].map((locale) =>
          html(
            { app: live({ ...REWARD, code: bad.trim() }), settings: { heading: bad, offer: bad, colors: bad } },
            { locale },
          ),
        ),
      )
      expect(blocks.filter((block) => block.includes('morello-reward__code'))).toHaveLength(300)
      expect(await scriptsRunBy(blocks.join('\n'))).toBe(0)
      expect(await page.locator('.morello-reward__code').count()).toBe(300)
      expect(await page.locator('script, img, svg, iframe, input, video, object, style').count()).toBe(0)
      expect(await page.locator('.morello-reward__code').allTextContents()).toEqual(
        PAYLOADS.flatMap((bad) => [bad.trim(), bad.trim()]),
      )
      let dangerous = 0
      for (const bad of PAYLOADS.slice(0, 15)) if ((await scriptsRunBy(`<p>${bad}</p>`)) > 0) dangerous += 1
      expect(dangerous).toBeGreaterThanOrEqual(9)
    })
  }, 300_000)
})

test.each(['light', 'dark'])('what a shopper reads in the %s scheme has a contrast of at least 7 to 1', (scheme) => {
  expect(contrastOf(readFileSync(`${EXTENSION}assets/morello.css`, 'utf8'), scheme)).toBeGreaterThan(7)
})

test('no other rule of the banner sets a colour, and a link is told by more than colour', () => {
  const css = readFileSync(`${EXTENSION}assets/morello.css`, 'utf8')
  const colours = [...css.matchAll(/(?:^|[\s;])color: ([^;]+);/g)].map((match) => match[1])
  expect(colours.filter((colour) => colour !== 'inherit')).toEqual(['#3b1f24', '#fff6f3'])
  expect(css).toMatch(/__link \{[^}]*text-decoration: underline/)
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EXTENSION, renderBlock } from '#tests/shop/storefront/liquid.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { HOSTILE, NOON, STAGES, allCases, customer } from './cases.ts'
import { contrastOf } from './contrast.ts'
import { piecesOf, textOf } from './html.ts'

type Options = { locale?: string; now?: number; timezone?: string }

function html(scope: BlockScope, options: Options = {}): string {
  const { locale = 'en', now = NOON, timezone = 'Asia/Seoul' } = options
  return renderBlock('segment-message', scope, { now, timezone, locale })
}

function text(scope: BlockScope, options: Options = {}): string {
  return textOf(html(scope, options))
}

const OFFER = { guest_code: 'WELCOME20', guest_condition: 'Sign in first; works once, no minimum' }

describe('who reads what', () => {
  test.each(['en', 'ko'])('every stage and a guest have a text of their own (%s)', (locale) => {
    const texts = [
      text({ customer: null, settings: {} }, { locale }),
      ...STAGES.map((stage) => text({ customer: customer(stage), settings: {} }, { locale })),
    ]
    expect(new Set(texts).size).toBe(8)
    for (const one of texts) expect(one).not.toMatch(/missing|\{|\}/)
  })

  test('the merchant’s own text stands in place of the default', () => {
    expect(text({ customer: customer('at-risk'), settings: { at_risk_message: 'Look, {name}!' } })).toBe('Look, Mina!')
  })

  test.each(['en', 'ko'])('no text of ours names a segment or judges the shopper (%s)', (locale) => {
    const judging = /cherry|체리|picker|at.risk|lapsed|loyal|prospect|segment|세그먼트|이탈|충성|miss you|보고 싶/i
    for (const one of [null, ...STAGES.map((stage) => customer(stage))])
      expect(text({ customer: one, settings: {} }, { locale })).not.toMatch(judging)
  })

  test('nothing in the markup tells one segment from another but the text', () => {
    const shapes = STAGES.map((stage) =>
      JSON.stringify(
        piecesOf(html({ customer: customer(stage), settings: {} })).filter((piece) => piece.kind === 'tag'),
      ),
    )
    expect(new Set(shapes).size).toBe(1)
  })

  test('a customer whom Morello has not seen yet is greeted without a claim', () => {
    const unseen = (orders: number) => ({ first_name: 'Mina', orders_count: orders, metafields: {} })
    const codes = Object.fromEntries(
      STAGES.flatMap((stage) => [
        [`${stage.replaceAll('-', '_')}_code`, 'CODE'],
        [`${stage.replaceAll('-', '_')}_condition`, 'condition'],
      ]),
    )
    expect(text({ customer: unseen(2), settings: codes })).toBe('Hello, Mina. It is good to have you here.')
    expect(text({ customer: unseen(0), settings: codes })).toContain('CODE')
  })

  test('a state of a later version or a broken one does no harm', () => {
    for (const stage of [undefined, null, 7, 'vip', { toString: 'x' }])
      expect(text({ customer: customer(stage), settings: {} })).toBe('Hello, Mina. It is good to have you here.')
  })

  test('the preview works in the theme editor and nowhere else', () => {
    const settings = { preview_as: 'loyal', loyal_message: 'For the loyal' }
    expect(text({ customer: null, settings, isDesignMode: true })).toBe('For the loyal')
    expect(text({ customer: null, settings })).not.toContain('loyal')
  })
})

describe('the name', () => {
  const said = (message: string, name: string | null, locale: string): string =>
    text({ customer: customer('new', name), settings: { new_message: message } }, { locale })

  test.each([
    ['Welcome back, {name}!', 'Mina', 'en', 'Welcome back, Mina!'],
    ['Welcome back, {name}!', null, 'en', 'Welcome back!'],
    ['{name}, thank you.', '', 'en', 'Thank you.'],
    ['Hello {name}.', '   ', 'en', 'Hello.'],
    ['{name}, 반가워요.', '지우', 'ko', '지우님, 반가워요.'],
    ['{name}님, 반가워요.', '지우', 'ko', '지우님, 반가워요.'],
    ['{name} 님, 반가워요.', '지우', 'ko', '지우님, 반가워요.'],
    ['{name}님, 반가워요.', null, 'ko', '고객님, 반가워요.'],
    ['{name}, 반가워요.', '', 'ko', '고객님, 반가워요.'],
    ['{name}님, 반가워요.', null, 'en', '고객님, 반가워요.'],
  ])('%s with %j in %s', (message, name, locale, expected) => {
    expect(said(message, name, locale)).toBe(expected)
  })

  test('a name that holds the placeholder is said once, as it is', () => {
    expect(said('Hi {name}', '{name}', 'en')).toBe('Hi {name}')
  })
})

describe('the code', () => {
  const offered = (settings: Record<string, string>, options: Options = {}): boolean =>
    text({ customer: null, settings }, options).includes('WELCOME20')

  test('its condition is the second line, and without one there is no code', () => {
    const paragraphs = piecesOf(html({ customer: null, settings: OFFER })).filter((piece) => piece.kind === 'text')
    expect(paragraphs.map((piece) => piece.kind === 'text' && piece.text)).toEqual([
      'Welcome. Take your time looking around.',
      'WELCOME20',
      'Sign in first; works once, no minimum',
    ])
    expect(offered({ guest_code: 'WELCOME20' })).toBe(false)
    expect(offered({ guest_code: 'WELCOME20', guest_condition: '  ' })).toBe(false)
  })

  test('it is for its own segment alone', () => {
    expect(text({ customer: customer('loyal'), settings: OFFER })).not.toContain('WELCOME20')
  })

  test.each([
    ['Asia/Seoul', Date.UTC(2026, 10, 22, 14, 59, 59), true],
    ['Asia/Seoul', Date.UTC(2026, 10, 22, 15, 0, 0), false],
    ['America/New_York', Date.UTC(2026, 10, 23, 4, 59, 59), true],
    ['America/New_York', Date.UTC(2026, 10, 23, 5, 0, 0), false],
    ['UTC', Date.UTC(2026, 10, 22, 23, 59, 59), true],
    ['UTC', Date.UTC(2026, 10, 23, 0, 0, 0), false],
  ])('its last day, 22 November, ends at midnight in %s', (timezone, now, isOffered) => {
    expect(offered({ ...OFFER, guest_last_day: '2026-11-22' }, { timezone, now })).toBe(isOffered)
  })

  test.each([
    ['2026-12-31', '2027-01-01', true],
    ['2027-01-01', '2026-12-31', false],
    ['2028-02-29', '2028-02-29', true],
  ])('on %s a code until %s shows: %s', (today, lastDay, isOffered) => {
    const now = Date.parse(`${today}T12:00:00Z`)
    expect(offered({ ...OFFER, guest_last_day: lastDay }, { timezone: 'UTC', now })).toBe(isOffered)
  })

  test.each([
    'soon',
    '2026-2-1',
    '2099-13-01',
    '2099-00-10',
    '2099-01-32',
    '31-12-2099',
    '20991231--',
    '2099-12-3x',
    '2099/12/31',
  ])('a last day written %j hides it, and the editor says why', (day) => {
    expect(offered({ ...OFFER, guest_last_day: day })).toBe(false)
    const settings = { ...OFFER, guest_last_day: day }
    expect(text({ customer: null, settings, isDesignMode: true })).toContain('YYYY-MM-DD')
    expect(text({ customer: null, settings })).not.toContain('YYYY-MM-DD')
  })

  test('the last day is shown beside the condition in both languages', () => {
    const settings = { ...OFFER, guest_last_day: '2026-11-30' }
    expect(text({ customer: null, settings })).toContain('Until 2026-11-30.')
    expect(text({ customer: null, settings }, { locale: 'ko' })).toContain('2026-11-30까지 쓸 수 있어요.')
  })
})

describe('hostile texts', () => {
  const TAGS = ['div', 'h2', 'p', 'span']
  const ATTRIBUTES = ['class', 'style', 'id', 'data-shopify-editor-block']

  test.each(HOSTILE)('%j stays text wherever it stands', (bad) => {
    const settings = { heading: bad, loyal_message: bad, loyal_code: bad, loyal_condition: bad }
    const pieces = piecesOf(html({ customer: customer('loyal', bad), settings }))
    for (const piece of pieces) {
      if (piece.kind === 'text') continue
      expect(TAGS).toContain(piece.name)
      for (const [name] of piece.attributes) expect(ATTRIBUTES).toContain(name)
    }
  })

  test('every state of the block has only its own tags, styles and classes', () => {
    const styles = new Set<string>()
    for (const one of allCases())
      for (const piece of piecesOf(html(one.scope, { locale: one.locale, now: one.now }))) {
        if (piece.kind === 'text') continue
        expect(TAGS).toContain(piece.name)
        for (const [name, value] of piece.attributes) {
          expect(ATTRIBUTES).toContain(name)
          if (name === 'style') styles.add(value)
          if (name === 'class') expect(value).toMatch(/^[a-z0-9_ -]+$/)
        }
      }
    expect([...styles]).toEqual(['min-height: 6.5rem'])
  })
})

test.each(['light', 'dark'])('what a shopper reads in the %s scheme has a contrast of at least 7 to 1', (scheme) => {
  expect(contrastOf(readFileSync(`${EXTENSION}assets/morello.css`, 'utf8'), scheme)).toBeGreaterThan(7)
})

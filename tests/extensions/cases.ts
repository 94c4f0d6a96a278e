import type { BlockScope } from '#tests/shop/storefront/liquid.ts'

export const STAGES = ['prospect', 'new', 'one-and-done', 'repeat', 'loyal', 'at-risk', 'lapsed'] as const

export type Case = { name: string; locale: string; now: number; scope: BlockScope }

/** 2026-11-22, 13:00 in Seoul. */
export const NOON = Date.UTC(2026, 10, 22, 4)

export function customer(stage: unknown, firstName: string | null = 'Mina', ordersCount = 3): BlockScope['customer'] {
  return {
    first_name: firstName,
    orders_count: ordersCount,
    metafields: { '$app:morello': { state: { value: { v: 1, stage, flags: [], since: '2026-10-01' } } } },
  }
}

/** What people and other software may put into a name, a text or a code (a subset of known attacks and accidents). */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '</p><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  'javascript:alert(1)',
  '{{ shop.secret }}{% raw %}<b>',
  '{% comment %}<i>{% endcomment %}',
  '\u2028<a href=x>\u2029',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;',
  '<!-- --><?php ?><![CDATA[<x>]]>',
  '\\0\\1\\\\ \\k<x>',
  '$& $1 $$',
  '" style="position:fixed" onclick="alert(1)',
  '<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;">',
  '{name}',
  '</style><script>alert(1)</script>',
]

const OFFER = {
  guest_message: 'New here, {name}?',
  guest_code: 'WELCOME20',
  guest_condition: 'Sign in first; works once, no minimum',
}

/** Every state the block can be in, for both engines. */
export function allCases(): Case[] {
  const cases: Case[] = []
  const add = (name: string, scope: BlockScope, now = NOON): void => {
    for (const locale of ['en', 'ko']) cases.push({ name: `${name} (${locale})`, locale, now, scope })
  }
  add('guest', { customer: null, settings: {} })
  for (const stage of STAGES) {
    add(stage, { customer: customer(stage), settings: {} })
    add(`${stage} without a name`, { customer: customer(stage, null), settings: {} })
  }
  for (const state of [undefined, null, 7, 'unknown', { a: 1 }])
    add(`stage ${JSON.stringify(state)}`, { customer: customer(state), settings: {} })
  add('signed in, no state yet, no order', {
    customer: { first_name: '지우', orders_count: 0, metafields: {} },
    settings: {},
  })
  add('signed in, no state yet, with orders', {
    customer: { first_name: '지우', orders_count: 2, metafields: {} },
    settings: {},
  })
  for (const day of [
    '',
    '2026-11-21',
    '2026-11-22',
    '2026-11-23',
    '2026-12-01',
    '2026-2-1',
    'soon',
    '2026-13-01',
    '30-11-2026',
    '20261130--',
    '2026-11-3x',
  ])
    add(`code until ${JSON.stringify(day)}`, { customer: null, settings: { ...OFFER, guest_last_day: day } })
  add('code without a condition', { customer: null, settings: { guest_code: 'WELCOME20' } })
  add('editor, code without a condition', { customer: null, settings: { guest_code: 'X' }, isDesignMode: true })
  add('editor, preview as loyal', { customer: null, settings: { preview_as: 'loyal' }, isDesignMode: true })
  add('editor, preview as at-risk', { customer: null, settings: { preview_as: 'at-risk' }, isDesignMode: true })
  for (const alignment of ['left', 'center', 'right', 'evil" onload="x'])
    for (const colors of ['theme', 'light', 'dark', 'evil"'])
      add(`${alignment} ${colors}`, { customer: null, settings: { alignment, colors, heading: 'Hello {name}' } })
  for (const text of [
    '{name}',
    '{name}, hello',
    '{name} hello',
    'hi {name}!',
    'hi, {name}.',
    '{name}님, 안녕',
    '안녕 {name} 님',
    '{name}{name}',
  ])
    for (const name of ['Mina', '', '  ', null])
      add(`${text} for ${JSON.stringify(name)}`, { customer: customer('new', name), settings: { new_message: text } })
  for (const bad of HOSTILE)
    add(`hostile ${bad}`, {
      customer: customer('loyal', bad),
      settings: { heading: bad, loyal_message: `a {name} ${bad}`, loyal_code: bad, loyal_condition: bad },
    })
  return cases
}

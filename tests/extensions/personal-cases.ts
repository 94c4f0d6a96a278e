import type { PersonalOffer } from '#app/domain/rewards/personal-rewards.ts'
import type { BlockScope, LiquidCustomer } from '#tests/shop/storefront/liquid.ts'
import { HOSTILE, NOON, type Case } from './cases.ts'
import { REWARD, live, stored } from './reward-cases.ts'

/** An offer as the app writes it for one customer. */
export const OFFER: PersonalOffer = {
  id: 7,
  step: 0,
  steps: 1,
  state: 'open',
  what: { kind: 'percent', percent: 10 },
  code: 'BACK-7KQ2',
  minimum: null,
  isForSome: false,
  endsOn: '2027-01-31',
  text: null,
  join: 'and',
  missing: [],
  because: 'late',
}
export const CREDIT: PersonalOffer = {
  ...OFFER,
  what: { kind: 'credit', amount: 300_000 },
  code: null,
  because: 'order',
}
export const GIFT: PersonalOffer = {
  ...OFFER,
  what: { kind: 'gift', product: '81', variant: '4455', title: 'Cica toner' },
  because: 'order',
}
export const REFUSED: PersonalOffer = { ...OFFER, state: 'refused', code: null, because: 'first-order' }
export const PROGRESS: PersonalOffer = { ...OFFER, state: 'progress', code: null, missing: [{ kind: 'review' }] }
export const MISSING = [
  { kind: 'order', done: 1, of: 3 },
  { kind: 'delivered', days: 7, on: '2026-12-05' },
  { kind: 'kept', days: 14, on: null },
  { kind: 'review' },
  { kind: 'consent', channel: 'email' },
  { kind: 'wait', on: '2027-01-02' },
  { kind: 'survey', which: 'delivery' },
] as const

/** Somebody signed in whose metafield holds this, as JSON has it. */
export function holder(value: unknown, ordersCount = 3): LiquidCustomer {
  const json = JSON.parse(JSON.stringify(value)) as unknown
  return {
    first_name: 'Mina',
    orders_count: ordersCount,
    metafields: { '$app:morello': { rewards: { value: json } } },
  }
}

/** With these offers of their own. */
export function own(...rewards: unknown[]): LiquidCustomer {
  return holder({ v: 1, off: false, rewards })
}

const STRANGE: unknown[] = [undefined, null, '', 'x', '20', 0, -1, 1.5, true, [], {}, [20], { a: 1 }]

/** The offer with one of its fields changed to something else, left out or added, at every depth. */
export function strangeOffers(offer: PersonalOffer): unknown[] {
  const changed: unknown[] = [
    { ...offer, more: 1 },
    { ...offer, what: { ...offer.what, more: 1 } },
  ]
  for (const value of STRANGE) {
    changed.push(value)
    for (const field of Object.keys(offer)) changed.push({ ...offer, [field]: value })
    for (const field of Object.keys(offer.what)) changed.push({ ...offer, what: { ...offer.what, [field]: value } })
    for (const missing of offer.missing) {
      changed.push({ ...offer, missing: [{ ...missing, more: 1 }] })
      for (const field of Object.keys(missing)) changed.push({ ...offer, missing: [{ ...missing, [field]: value }] })
    }
  }
  for (const day of ['2027-02-30', '2027-1-31', '20270131', '2027-13-01', '2027-01-31T00:00:00Z'])
    changed.push({ ...offer, endsOn: day })
  return changed
}

/** What may stand in the customer's metafield in place of a document. */
export const NO_PERSONAL: unknown[] = [
  7,
  'text',
  true,
  [],
  {},
  { v: 1, off: false },
  { v: 1, off: false, rewards: null },
  { v: 1, off: false, rewards: 'x' },
  { v: 1, off: false, rewards: { a: OFFER } },
  { v: 1, off: false, rewards: [null, 'x', 7, [], {}] },
  { v: 2, off: false, rewards: [OFFER] },
  { v: '1', off: false, rewards: [OFFER] },
  { v: 1, rewards: [OFFER] },
  { v: 1, off: 'no', rewards: [OFFER] },
  { v: 1, off: null, rewards: [OFFER] },
  { v: 1, off: false, rewards: [OFFER], more: 1 },
]

export const PREVIEWS = [
  'visitor',
  'guest',
  'prospect',
  'ordered',
  'new',
  'repeat',
  'at_risk',
  'vip',
  'refused',
  'progress',
] as const

const OFFERS: [string, PersonalOffer][] = [
  ['percent', OFFER],
  ['of some products', { ...OFFER, isForSome: true, minimum: 5_000_000 }],
  ['amount', { ...OFFER, what: { kind: 'amount', amount: 300_000 }, because: 'loyal' }],
  ['free shipping', { ...OFFER, what: { kind: 'free-shipping' }, because: 'chosen' }],
  ['credit', CREDIT],
  ['gift', GIFT],
  ['first order', { ...OFFER, because: 'first-order' }],
  ['second of two parts', { ...CREDIT, step: 1, steps: 2, text: 'The other half is here' }],
  ['own headline', { ...OFFER, text: '  A thank-you from us ', because: 'everybody' }],
  ['over', { ...OFFER, endsOn: '2026-11-21' }],
  ['until today', { ...OFFER, endsOn: '2026-11-22' }],
  ['a year away', { ...OFFER, endsOn: '2028-02-29' }],
  ['to take', { ...OFFER, state: 'claim', code: null }],
  ['credit to take', { ...CREDIT, state: 'claim' }],
  ['gift to take', { ...GIFT, state: 'claim', code: null }],
  ['refused', REFUSED],
  ['asked', { ...REFUSED, state: 'asked' }],
  ['declined', { ...REFUSED, state: 'declined' }],
  ['progress', PROGRESS],
]

/** Every state that a customer's own rewards bring a block into, for both engines. */
export function allPersonalCases(): Case[] {
  const cases: Case[] = []
  const add = (name: string, scope: Partial<BlockScope>): void => {
    for (const locale of ['en', 'ko'])
      cases.push({ name: `${name} (${locale})`, locale, now: NOON, scope: { customer: null, settings: {}, ...scope } })
  }
  for (const [name, offer] of OFFERS)
    for (const isDesignMode of [false, true])
      add(`${name}, editor ${isDesignMode}`, { customer: own(offer), app: live(REWARD), isDesignMode })
  for (const [name, offer] of OFFERS)
    add(`${name}, with the script`, { customer: own(offer), settings: { script: 'on' } })
  for (const [name, offer] of OFFERS)
    add(`${name}, personalised`, {
      customer: own(offer),
      settings: { script: 'on' },
      app: stored({ v: 1, rewards: [], personalised: true }),
    })
  for (const [currency, shoppersCurrency] of [
    ['JPY', 'JPY'],
    ['USD', 'USD'],
    ['KRW', 'USD'],
  ] as const)
    add(`credit in ${currency} seen in ${shoppersCurrency}`, { customer: own(CREDIT), currency, shoppersCurrency })
  add('the open one before the refused', { customer: own(REFUSED, PROGRESS, CREDIT, OFFER) })
  add('nothing of their own', { customer: own(), app: live(REWARD) })
  add('switched off', {
    customer: holder({ v: 1, off: true, rewards: [OFFER] }),
    app: live(REWARD),
    isDesignMode: true,
  })
  for (const rewards of [[], [OFFER], [CREDIT]])
    for (const orders of [0, 1])
      for (const isDesignMode of [false, true])
        add(`${rewards.length} of their own, switched off, ${orders} orders, with the script, editor ${isDesignMode}`, {
          customer: holder({ v: 1, off: true, rewards }, orders),
          app: live(REWARD),
          settings: { script: 'on' },
          isDesignMode,
        })
  for (const value of NO_PERSONAL)
    add(`${JSON.stringify(value).slice(0, 60)} in place of it`, { customer: holder(value) })
  for (const offer of [OFFER, GIFT, { ...PROGRESS, missing: [MISSING[0]] }] as PersonalOffer[])
    for (const [index, strange] of strangeOffers(offer).entries())
      cases.push({
        name: `strange ${index}: ${JSON.stringify(strange)}`,
        locale: 'en',
        now: NOON,
        scope: { customer: own(strange), settings: {} },
      })
  for (const preview_as of PREVIEWS)
    for (const currency of ['KRW', 'USD'])
      for (const app of [live(), live(REWARD)])
        add(`preview as ${preview_as} in ${currency}`, {
          customer: own(OFFER),
          settings: { preview_as },
          isDesignMode: true,
          currency,
          app,
        })
  for (const contact of ['/pages/contact', 'https://example.com/ask', 'mailto:a@b.c', 'javascript:ran()', 'x', ' '])
    add(`asking at ${contact}`, { customer: own(REFUSED), settings: { contact } })
  for (const bad of HOSTILE) {
    add(`hostile ${bad}`, { customer: own({ ...OFFER, text: bad, code: bad.trim() }), settings: { heading: bad } })
    const what = { ...GIFT.what, title: bad }
    add(`hostile gift ${bad}`, { customer: own({ ...GIFT, what, code: bad.trim() }), settings: { contact: bad } })
  }
  return cases
}

import { REWARDS_KEY, REWARDS_NAMESPACE } from '#app/domain/rewards/storefront-rewards.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { HOSTILE, NOON, customer, type Case } from './cases.ts'

/** A reward as the app writes it; `undefined` leaves a field out. */
export const REWARD = {
  id: 3,
  when: 'first-order',
  guests: 'may-use',
  what: { kind: 'percent', percent: 20 } as unknown,
  code: 'WELCOME20' as unknown,
  minimum: 5_000_000 as unknown,
  isForSome: false as unknown,
  endsOn: '2027-01-31' as unknown,
}
export const SIGN_IN = { ...REWARD, guests: 'sign-in', minimum: null }
type Changed = { [field in keyof typeof REWARD]?: unknown } & { [other: string]: unknown }

/** A document of version 1 with these rewards. */
export function live(...rewards: unknown[]): NonNullable<BlockScope['app']> {
  return stored({ v: 1, rewards })
}

/** Whatever stands in the metafield, as JSON has it. */
export function stored(value: unknown): NonNullable<BlockScope['app']> {
  const json = JSON.parse(JSON.stringify(value)) as unknown
  return { [REWARDS_NAMESPACE]: { [REWARDS_KEY]: { type: 'json', value: json } } }
}

/** Fields that are not what the document's shape says: a banner that offered any of these would promise what nobody set. */
export const BROKEN: Changed[] = [
  { what: undefined },
  { what: null },
  { what: 'percent' },
  { what: { kind: 'gift' } },
  { what: { kind: 'percent' } },
  { what: { kind: 'percent', percent: '20' } },
  { what: { kind: 'percent', percent: 0 } },
  { what: { kind: 'percent', percent: -20 } },
  { what: { kind: 'percent', percent: 12.5 } },
  { what: { kind: 'percent', percent: 101 } },
  { what: { kind: 'percent', percent: true } },
  { what: { kind: 'percent', percent: [20] } },
  { what: { kind: 'percent', percent: { a: 20 } } },
  { what: { kind: 'amount' } },
  { what: { kind: 'amount', amount: '300000' } },
  { what: { kind: 'amount', amount: 0 } },
  { what: { kind: ['percent'], percent: 20 } },
  { minimum: undefined },
  { minimum: '5000000' },
  { minimum: 0 },
  { minimum: -1 },
  { minimum: 1.5 },
  { minimum: false },
  { minimum: {} },
  { isForSome: undefined },
  { isForSome: 'no' },
  { isForSome: 0 },
  { code: undefined },
  { code: null },
  { code: '' },
  { code: '  ' },
  { code: 20 },
  { code: ['WELCOME20'] },
  { code: { a: 'WELCOME20' } },
  { code: 'x'.repeat(256) },
  { when: undefined },
  { when: 'second-order' },
  { guests: undefined },
  { guests: 'everybody' },
  { guests: true },
  { endsOn: undefined },
  { endsOn: null },
  { endsOn: 20270131 },
  { endsOn: 'soon' },
  { endsOn: '2027-1-31' },
  { endsOn: '2027-13-01' },
  { endsOn: '2027-00-10' },
  { endsOn: '2027-02-30' },
  { endsOn: '2027-01-32' },
  { endsOn: '31-01-2027' },
  { endsOn: '2027-01-3x' },
  { endsOn: '2027-01-31T00:00:00Z' },
  { endsOn: ['2027-01-31'] },
]

/** What may stand in the metafield in place of a document. */
export const NO_DOCUMENT: unknown[] = [
  null,
  7,
  'text',
  true,
  [],
  {},
  { v: 1 },
  { v: 1, rewards: null },
  { v: 1, rewards: [] },
  { v: 1, rewards: 'WELCOME20' },
  { v: 1, rewards: 7 },
  { v: 1, rewards: { a: REWARD } },
  { v: 1, rewards: [null, 'x', 7, [], {}] },
  { v: 2, rewards: [REWARD] },
  { v: '1', rewards: [REWARD] },
  { rewards: [REWARD] },
]

/** Somebody whom Morello has not seen yet. */
export function unseen(ordersCount: number): BlockScope['customer'] {
  return { first_name: 'Mina', orders_count: ordersCount, metafields: {} }
}

/** Somebody signed in whom Shopify has confirmed to be among those that these rewards' bound codes are for. */
export function confirmed(shared: unknown, ordersCount = 0, stage = 'prospect'): BlockScope['customer'] {
  const value = { v: 1, off: false, rewards: [], shared }
  const known = customer(stage, 'Mina', ordersCount)!
  const { state } = known.metafields!['$app:morello']!
  return { ...known, metafields: { '$app:morello': { state, rewards: { value } } } }
}

/** Every state the banner can be in, for both engines. */
export function allRewardCases(): Case[] {
  const cases: Case[] = []
  const add = (name: string, scope: Partial<BlockScope>, now = NOON): void => {
    for (const locale of ['en', 'ko'])
      cases.push({ name: `${name} (${locale})`, locale, now, scope: { customer: null, settings: {}, ...scope } })
  }
  const people: [string, BlockScope['customer']][] = [
    ['guest', null],
    ['prospect', customer('prospect', 'Mina', 0)],
    ['prospect who just ordered', customer('prospect', 'Mina', 1)],
    ['prospect confirmed', confirmed([1, REWARD.id])],
    ['prospect confirmed for another', confirmed([4])],
    ['prospect confirmed who just ordered', confirmed([REWARD.id], 1)],
    ...['3', 3, {}, [], ['3'], [{ id: 3 }], null, [[3]]].map((shared): [string, BlockScope['customer']] => [
      `shared ${JSON.stringify(shared)}`,
      confirmed(shared),
    ]),
    ['loyal', customer('loyal')],
    ['unseen without orders', unseen(0)],
    ['unseen with orders', unseen(2)],
    ['broken state', customer({ a: 1 }, 'Mina', 0)],
  ]
  for (const [name, who] of people)
    for (const reward of [REWARD, SIGN_IN])
      for (const isDesignMode of [false, true])
        add(`${name}, ${reward.guests}, editor ${isDesignMode}`, { customer: who, app: live(reward), isDesignMode })
  for (const what of [
    { kind: 'percent', percent: 100 },
    { kind: 'amount', amount: 300_000 },
    { kind: 'amount', amount: 1 },
    { kind: 'free-shipping' },
  ])
    for (const minimum of [null, 1, 5_000_000, 123_456_789_012])
      for (const [currency, shoppersCurrency] of [
        ['KRW', 'KRW'],
        ['JPY', 'JPY'],
        ['USD', 'USD'],
        ['KRW', 'USD'],
        ['USD', 'JPY'],
      ] as const)
        add(`${JSON.stringify(what)} from ${minimum} in ${currency} seen in ${shoppersCurrency}`, {
          app: live({ ...REWARD, what, minimum }),
          currency,
          shoppersCurrency,
        })
  for (const endsOn of ['2026-11-21', '2026-11-22', '2026-11-23', '2027-11-21', '2027-11-22', '2028-02-29'])
    for (const isDesignMode of [false, true])
      add(`until ${endsOn}, editor ${isDesignMode}`, { app: live({ ...REWARD, endsOn }), isDesignMode })
  for (const isDesignMode of [false, true]) {
    for (const broken of BROKEN)
      add(`${JSON.stringify(broken).slice(0, 60)}, editor ${isDesignMode}`, {
        app: live({ ...REWARD, ...broken }),
        isDesignMode,
      })
    for (const value of NO_DOCUMENT)
      add(`${JSON.stringify(value)}, editor ${isDesignMode}`, { app: stored(value), isDesignMode })
    add(`no metafield, editor ${isDesignMode}`, { isDesignMode })
  }
  add('the first one over, the second broken, the third live', {
    app: live({ ...REWARD, endsOn: '2026-01-01' }, { ...REWARD, code: 7 }, { ...REWARD, code: 'THIRD' }, REWARD),
  })
  for (const preview_as of ['visitor', 'guest', 'prospect', 'ordered', 'evil'])
    add(`preview as ${preview_as}`, {
      customer: customer('loyal'),
      app: live(SIGN_IN),
      settings: { preview_as },
      isDesignMode: true,
    })
  for (const alignment of ['left', 'center', 'right', 'evil" onload="x'])
    for (const colors of ['theme', 'light', 'dark', 'evil"'])
      add(`${alignment} ${colors}`, { app: live(REWARD), settings: { alignment, colors, heading: 'Hello' } })
  for (const bad of HOSTILE)
    add(`hostile ${bad}`, {
      app: live({ ...REWARD, code: bad.trim() }),
      settings: { heading: bad, offer: bad },
    })
  add('long texts', { app: live(REWARD), settings: { heading: 'h'.repeat(10_000), offer: '가'.repeat(10_000) } })
  return cases
}

import type { PersonalOffer } from '#app/domain/rewards/personal-rewards.ts'
import type { BlockScope } from '#tests/shop/storefront/liquid.ts'
import { stored } from './reward-cases.ts'
import { HOSTILE, NOON, type Case } from './cases.ts'
import {
  CREDIT,
  GIFT,
  MISSING,
  NO_PERSONAL,
  OFFER,
  PREVIEWS,
  PROGRESS,
  holder,
  own,
  strangeOffers,
} from './personal-cases.ts'

type Missing = PersonalOffer['missing']

const order = (done: number, of: number): Missing => [{ kind: 'order', done, of }]
export const LADDER: PersonalOffer = { ...PROGRESS, what: GIFT.what, missing: order(2, 3), because: 'order' }
export const CREDIT_PROGRESS: PersonalOffer = { ...PROGRESS, what: CREDIT.what, because: 'order' }

/** One of each way to be on the way. */
export const ON_THE_WAY: [string, PersonalOffer][] = [
  ['order 2 of 3', LADDER],
  ['order 0 of 3', { ...LADDER, missing: order(0, 3) }],
  ['order 0 of 1', { ...LADDER, missing: order(0, 1) }],
  ['order 4 of 5', { ...LADDER, missing: order(4, 5) }],
  ['order 7 of 20', { ...LADDER, missing: order(7, 20) }],
  ...MISSING.map((one): [string, PersonalOffer] => [one.kind, { ...CREDIT_PROGRESS, missing: [one] }]),
  ['delivered, no day yet', { ...CREDIT_PROGRESS, missing: [{ kind: 'delivered', days: 7, on: null }] }],
  ['delivered at once', { ...CREDIT_PROGRESS, missing: [{ kind: 'delivered', days: 0, on: null }] }],
  ['kept, with its day', { ...CREDIT_PROGRESS, missing: [{ kind: 'kept', days: 14, on: '2026-12-06' }] }],
  ['kept at once', { ...CREDIT_PROGRESS, missing: [{ kind: 'kept', days: 0, on: null }] }],
  ['sms', { ...CREDIT_PROGRESS, missing: [{ kind: 'consent', channel: 'sms' }] }],
  ['preferences', { ...CREDIT_PROGRESS, missing: [{ kind: 'survey', which: 'preferences' }] }],
  ['nothing missing', { ...CREDIT_PROGRESS, missing: [] }],
  ['all of', { ...CREDIT_PROGRESS, missing: [...MISSING].slice(0, 5) }],
  ['any of', { ...CREDIT_PROGRESS, join: 'or', missing: [...MISSING].slice(0, 5) }],
  ['a second part', { ...CREDIT_PROGRESS, step: 1, steps: 2, text: 'The other half', minimum: 5_000_000 }],
]

/** Every state that the block can be in, for both engines. */
export function allProgressCases(): Case[] {
  const cases: Case[] = []
  const add = (name: string, scope: Partial<BlockScope>): void => {
    for (const locale of ['en', 'ko'])
      cases.push({ name: `${name} (${locale})`, locale, now: NOON, scope: { customer: null, settings: {}, ...scope } })
  }
  for (const isDesignMode of [false, true]) {
    add(`guest, editor ${isDesignMode}`, { isDesignMode })
    add(`nothing, editor ${isDesignMode}`, { customer: own(OFFER), isDesignMode })
    for (const value of NO_PERSONAL) add(JSON.stringify(value), { customer: holder(value), isDesignMode })
  }
  add('switched off', { customer: holder({ v: 1, off: true, rewards: [LADDER] }), isDesignMode: true })
  for (const [name, offer] of ON_THE_WAY) add(name, { customer: own(offer), settings: { heading: 'Hello' } })
  for (const [name, offer] of ON_THE_WAY)
    add(`two: ${name}`, { customer: own(OFFER, offer, ON_THE_WAY[3]![1], LADDER) })
  for (const [name, offer] of ON_THE_WAY)
    add(`${name}, with the script`, { customer: own(offer), settings: { script: 'on' } })
  for (const because of ['late', 'loyal', 'chosen', 'everybody'] as const)
    add(`personalised, ${because}`, {
      customer: own({ ...LADDER, because }),
      app: stored({ v: 1, rewards: [], personalised: true }),
    })
  for (const what of [OFFER.what, { kind: 'amount', amount: 123_456 } as const, { kind: 'free-shipping' } as const])
    for (const currency of ['KRW', 'USD'])
      add(`${what.kind} in ${currency}`, { customer: own({ ...LADDER, what }), currency, shoppersCurrency: 'USD' })
  for (const missing of MISSING)
    for (const [index, strange] of strangeOffers({ ...PROGRESS, missing: [missing] }).entries())
      cases.push({
        name: `strange ${index}: ${JSON.stringify(strange)}`,
        locale: 'en',
        now: NOON,
        scope: { customer: own(strange), settings: {} },
      })
  for (const preview_as of PREVIEWS)
    for (const currency of ['KRW', 'JPY', 'USD'])
      add(`preview as ${preview_as} in ${currency}`, { settings: { preview_as }, isDesignMode: true, currency })
  for (const bad of HOSTILE) {
    const what = { ...GIFT.what, title: bad }
    const settings = { heading: bad, colors: bad, alignment: bad }
    add(`hostile ${bad}`, { customer: own({ ...LADDER, what, text: bad }), settings })
  }
  return cases
}

import fc from 'fast-check'
import { DAY_MS, type Line, type Order } from '#app/domain/order.ts'
import type { ToldOrder } from '#tests/support/orders.ts'
import { NOW } from '../segments/story.ts'

export const WELCOME = 'code:WELCOME'
/** Every one but the last two is used by many; staff's never counts. */
const KEYS = [WELCOME, 'code:HELLO', 'auto:Sale', 'auto:Gift', 'code:OWN', 'staff:sorry']
/** Each is a sale, in days before now: weeks in which the open discounts are common. */
const SALES = [33, 124, 215, 306, 404]

const line = fc.record({
  product: fc.option(fc.integer({ min: 11, max: 18 }), { nil: null, freq: 12 }),
  quantity: fc.integer({ min: 1, max: 4 }),
  kept: fc.integer({ min: 0, max: 4 }),
  unitMinor: fc.constantFrom(900, 1500, 2500),
  isCheap: fc.boolean(),
})
const order = fc.record({
  days: fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: 0, max: 860, noNaN: true }) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...SALES), fc.nat(6)).map(([sale, day]) => sale + day / 2) },
    { weight: 1, arbitrary: fc.constantFrom(20, 20.4, 60, 60.9, 61) },
  ),
  lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  key: fc.nat(KEYS.length),
  more: fc.nat(40),
  what: fc.constantFrom(
    ...Array<'paid'>(12).fill('paid'),
    'cancelled',
    'refunded',
    'test',
    'free',
    ...Array<'part'>(4).fill('part'),
    'later',
  ),
})
const person = fc.record({
  orders: fc.array(order, { maxLength: 7 }),
  isBusiness: fc.nat(24).map((chance) => chance === 0),
  isGuest: fc.nat(9).map((chance) => chance === 0),
})

/** A seeded shop in which everything happens that the measures look at; ids of people from 1. */
export function cherryStory(people: number, seed: number): ToldOrder[] {
  const told = fc.sample(person, { numRuns: people, seed })
  return told.flatMap((each, i) =>
    each.orders.map((sent, k): ToldOrder => {
      const isSale = SALES.some((sale) => sent.days >= sale && sent.days <= sale + 3)
      const key = isSale && sent.key > 0 ? 'auto:Sale' : KEYS[sent.key]
      const keys = key === undefined ? [] : sent.more === 0 ? [key, WELCOME] : [key]
      const lines = sent.lines.map((one, place) => {
        const isOff = isSale ? keys.length > 0 : one.isCheap && sent.more < 20 && keys.length > 0
        // The benefit asks for three pieces of something.
        const quantity = place === 0 && keys.includes(WELCOME) ? 3 : one.quantity
        return {
          product: one.product,
          quantity,
          currentQuantity: sent.what === 'part' ? Math.min(one.kept, 1) : quantity,
          unitMinor: one.unitMinor,
          discountMinor: isOff ? Math.round(0.2 * one.unitMinor * quantity) : 0,
          discounts: isOff ? keys : [],
        }
      })
      const gross = lines.reduce((sum, one) => sum + one.unitMinor * one.quantity - one.discountMinor, 0)
      return {
        id: 7_000_000 + 10 * i + k,
        customer: each.isGuest ? null : 1 + i,
        at: sent.what === 'later' ? NOW + DAY_MS : NOW - Math.round(sent.days * DAY_MS),
        isBusiness: each.isBusiness && k === 1,
        lines,
        discounts: keys,
        isTest: sent.what === 'test',
        ...(sent.what === 'free' ? { subtotalMinor: 0 } : {}),
        ...(sent.what === 'cancelled' ? { cancelledAt: NOW } : {}),
        ...(sent.what === 'refunded' ? { status: 'REFUNDED', refundedMinor: gross } : {}),
        ...(sent.what === 'part' ? { status: 'PARTIALLY_REFUNDED', refundedMinor: Math.round(gross / 3) } : {}),
      }
    }),
  )
}

/** The same order as the domain has it. */
export function asOrder(told: ToldOrder, currency: string): Order {
  const lines = told.lines!.map((one, i): Line => ({
    id: String(i + 1),
    product: one.product === null ? null : String(one.product),
    title: '',
    sku: '',
    quantity: one.quantity!,
    currentQuantity: one.currentQuantity!,
    unitMinor: one.unitMinor!,
    discountMinor: one.discountMinor!,
    discounts: one.discounts!,
  }))
  const discountMinor = lines.reduce((sum, one) => sum + one.discountMinor, 0)
  const subtotalMinor =
    told.subtotalMinor ?? lines.reduce((sum, one) => sum + one.unitMinor * one.quantity, 0) - discountMinor
  return {
    id: String(told.id),
    customer: told.customer === null ? null : String(told.customer),
    name: `#${told.id}`,
    orderedAt: told.at,
    createdAt: told.at,
    updatedAt: told.at,
    cancelledAt: told.cancelledAt ?? null,
    isTest: told.isTest ?? false,
    financialStatus: told.status ?? 'PAID',
    currency,
    subtotalMinor,
    totalMinor: subtotalMinor,
    discountMinor,
    refundedMinor: told.refundedMinor ?? 0,
    isBusiness: told.isBusiness ?? false,
    discounts: told.discounts!,
    lines,
  }
}

import { describe, expect, test } from 'vitest'
import {
  contributionMinor,
  depthProneness,
  isBenefitCut,
  measurePeople,
  proposedBenefits,
  type ShopOfOrders,
} from '#app/domain/cherry-measures.ts'
import { usualOrdersOf } from '#app/domain/contribution.ts'
import { dealExpectation, dealProneness } from '#app/domain/cherry-picker.ts'
import { DAY_MS, DEFAULT_ORDER_RULE, type Order } from '#app/domain/order.ts'
import { shopCalendar } from '#app/domain/shop-calendar.ts'

/** A Monday. */
const MONDAY = Date.UTC(2026, 0, 5)
const AS_OF = Date.UTC(2026, 11, 1)

let count = 0
type Told = Partial<Order> & { day: number; off?: number; code?: string; product?: string }

function order({ day, off = 0, code, product = 'p1', ...rest }: Told): Order {
  count += 1
  const orderedAt = MONDAY + day * DAY_MS
  const discounts = code === undefined ? [] : [`code:${code}`]
  return {
    id: String(count),
    customer: 'c1',
    name: `#${count}`,
    orderedAt,
    createdAt: orderedAt,
    updatedAt: orderedAt,
    cancelledAt: null,
    isTest: false,
    financialStatus: 'PAID',
    currency: 'EUR',
    subtotalMinor: 1000 - off,
    totalMinor: 1000 - off,
    discountMinor: off,
    refundedMinor: 0,
    isBusiness: false,
    discounts,
    lines: [
      {
        id: '1',
        product,
        title: '',
        sku: '',
        quantity: 1,
        currentQuantity: 1,
        unitMinor: 1000,
        discountMinor: off,
        discounts,
      },
    ],
    ...rest,
  }
}

const shop = (changes: Partial<ShopOfOrders> = {}): ShopOfOrders => ({
  asOf: AS_OF,
  calendar: shopCalendar('UTC', MONDAY, AS_OF),
  rule: DEFAULT_ORDER_RULE,
  currency: 'EUR',
  benefits: new Set(['code:WELCOME']),
  personOf: (customer) => customer,
  cycleDays: 60,
  costs: null,
  ...changes,
})
const factsOf = (orders: Order[], changes?: Partial<ShopOfOrders>, person = 'c1') =>
  measurePeople(orders, shop(changes)).people.get(person)!

describe('deal proneness and depth', () => {
  const others = (share: number) =>
    Array.from({ length: 10 }, (_, i) =>
      order({ day: 1, customer: `o${i}`, ...(i < share * 10 ? { off: 300, code: 'SPRING' } : {}) }),
    )

  test('what others paid for the product in the week is expected; the shop’s share of the week fills in', () => {
    const facts = factsOf([...others(0.4), order({ day: 2, off: 300, code: 'SPRING' })])
    expect(facts).toMatchObject({ dealLines: 1, dealDiscounted: 1 })
    expect(facts.dealExpected).toBeCloseTo(dealExpectation(11, 5, true, 5 / 11), 12)
    expect(dealProneness(facts)).toBeCloseTo((1 - (4 + (5 * 5) / 11) / 15) / 6, 12)
    expect(depthProneness(facts)).toBeCloseTo((0.3 - (4 * 0.3 + (5 * 5 * 0.3) / 11) / 15) / 6, 12)
  })
  test('where everybody pays discounted nobody is prone', () => {
    expect(dealProneness(factsOf([...others(1), order({ day: 2, off: 300, code: 'SPRING' })]))).toBeCloseTo(0, 12)
  })
  test('a code that only two used that week does not count, a first-purchase benefit does with one', () => {
    expect(factsOf([order({ day: 1, off: 100, code: 'MINE' })])).toMatchObject({
      dealDiscounted: 0,
      fullPriceOccasions: 1,
    })
    expect(factsOf([order({ day: 1, off: 100, code: 'WELCOME' })])).toMatchObject({
      dealDiscounted: 1,
      fullPriceOccasions: 0,
    })
  })
  test('guests are what others are, a company neither has facts nor is compared with', () => {
    const guests = Array.from({ length: 4 }, () => order({ day: 1, customer: null, off: 300, code: 'SPRING' }))
    expect(factsOf([...guests, order({ day: 2 })]).dealExpected).toBeCloseTo(dealExpectation(5, 4, false, 4 / 5), 12)
    const company = Array.from({ length: 4 }, (_, i) =>
      order({ day: 1, customer: 'b', isBusiness: i === 0, off: 300, code: 'SPRING' }),
    )
    expect(factsOf([...company, order({ day: 2 })]).dealExpected).toBe(0)
    expect(factsOf(company, {}, 'b')).toMatchObject({ isBusiness: true, dealLines: 0 })
  })
})

describe('first-purchase benefits', () => {
  test('a code is proposed from 20 uses of which nine in ten were first orders', () => {
    const firsts = Array.from({ length: 20 }, (_, i) => order({ day: 1, customer: `n${i}`, off: 100, code: 'HELLO' }))
    expect([...proposedBenefits(firsts, AS_OF, DEFAULT_ORDER_RULE, 'EUR')]).toEqual(['code:HELLO'])
    expect(proposedBenefits(firsts.slice(1), AS_OF, DEFAULT_ORDER_RULE, 'EUR').size).toBe(0)
    const again = [0, 1, 2].map((i) => order({ day: 9, customer: `n${i}`, off: 100, code: 'HELLO' }))
    expect(proposedBenefits([...firsts, ...again], AS_OF, DEFAULT_ORDER_RULE, 'EUR').size).toBe(0)
  })
  test('linked accounts are one person: their benefits, occasions and profiles add up', () => {
    const orders = ['c1', 'c2', 'c3'].map((customer, i) => order({ day: 20 * i, customer, off: 150, code: 'WELCOME' }))
    expect(factsOf(orders)).toMatchObject({ n: 1, benefitsUsed: 1, profilesWithBenefit: 1 })
    expect(factsOf(orders, { personOf: () => 'c1' })).toMatchObject({
      n: 3,
      benefitsUsed: 3,
      profilesWithBenefit: 3,
      first: 'with',
      recentOccasions: 3,
      laterDiscounted: 2,
    })
  })
  test('cancelled and refunded benefit orders are attempts, a free order is a kit', () => {
    const facts = factsOf([
      order({ day: 1, off: 150, code: 'WELCOME', cancelledAt: AS_OF }),
      order({ day: 2, off: 150, code: 'WELCOME', financialStatus: 'REFUNDED' }),
      order({ day: 3, financialStatus: 'REFUNDED' }),
      order({ day: 4, subtotalMinor: 0 }),
    ])
    expect(facts).toMatchObject({ n: 0, benefitAttempts: 2, freeKits: 1, benefitsUsed: 0 })
  })
  test('an order cut below the benefit’s minimum kept the benefit', () => {
    const cut = order({ day: 1, off: 150, code: 'WELCOME' })
    cut.lines = [
      { ...cut.lines[0]!, quantity: 5, currentQuantity: 1 },
      { ...cut.lines[0]!, quantity: 1, currentQuantity: 1 },
    ]
    expect(isBenefitCut(cut, true, 5000)).toBe(true)
    expect(isBenefitCut(cut, true, 2000)).toBe(false)
    expect(isBenefitCut(cut, true, 7000)).toBe(false)
    expect(isBenefitCut(cut, true, null)).toBe(false)
    expect(isBenefitCut(cut, false, 5000)).toBe(false)
    expect(isBenefitCut({ ...cut, cancelledAt: 1 }, true, 5000)).toBe(false)
    expect(measurePeople([cut], shop(), () => 5000).people.get('c1')).toMatchObject({ benefitCuts: 1 })
  })
})

describe('what was first may be long ago', () => {
  test('of a first occasion before the months that count nobody knows whether it used a benefit', () => {
    const facts = factsOf([order({ day: -700, off: 150, code: 'WELCOME' }), order({ day: 30 })])
    expect(facts).toMatchObject({ n: 2, recentOccasions: 1, first: 'unknown', benefitsUsed: 0 })
  })
})

describe('money left after costs', () => {
  const usual = usualOrdersOf(3, 2400, 3000)!
  const costs = { costs: { goodsShare: 0.5, paymentShare: 0.1, shippingShare: 0.2 }, usual }

  test('a discount makes goods no cheaper for the shop, and what came back costs nothing', () => {
    // Half of 0.8 of the goods' price, a tenth of what was paid, and a fifth of the usual 800.
    expect(contributionMinor([order({ day: 1 })], costs)).toBe(1000 - 400 - 100 - 160)
    expect(contributionMinor([order({ day: 1, off: 600 })], costs)).toBe(400 - 400 - 40 - 160)
    const back = order({ day: 1, refundedMinor: 1000, financialStatus: 'PARTIALLY_REFUNDED' })
    back.lines = [{ ...back.lines[0]!, currentQuantity: 0 }]
    expect(contributionMinor([back], costs)).toBe(-160)
  })
  test('over all orders the costs are the named shares of the money', () => {
    const orders = [order({ day: 1 }), order({ day: 2, off: 600 }), order({ day: 3 })]
    expect(contributionMinor(orders, costs)).toBe(Math.round(2400 * (1 - 0.8)))
  })
  test('only orders after the first are looked at', () => {
    const orders = [order({ day: 1 }), order({ day: 40, off: 600 })]
    expect(factsOf(orders, { costs }).laterContributionMinor).toBe(-200)
    expect(factsOf(orders.slice(0, 1), { costs }).laterContributionMinor).toBeNull()
    expect(factsOf(orders).laterContributionMinor).toBeNull()
  })
  test('orders that brought nothing have no shares', () => {
    expect(usualOrdersOf(0, 0, 0)).toBeNull()
    expect(usualOrdersOf(2, 0, 500)).toBeNull()
  })
})

test('ordering in sale weeks is told from ordering at other times', () => {
  const crowd = Array.from({ length: 20 }, (_, week) =>
    Array.from({ length: 10 }, (_, i) =>
      order({
        day: 7 * week,
        customer: `w${week}-${i}`,
        ...(week % 5 === 0 && i < 8 ? { off: 300, code: 'SALE' } : {}),
      }),
    ),
  ).flat()
  const { people, saleWeeks } = measurePeople(
    [...crowd, ...[0, 35, 70].map((day) => order({ day, off: 300, code: 'SALE' }))],
    shop({ cycleDays: 30 }),
  )
  expect(saleWeeks.size).toBe(4)
  expect(people.get('c1')).toMatchObject({ saleOccasions: 3, recentOccasions: 3 })
  expect(people.get('c1')!.chances.ignored).toBe(people.get('c1')!.chances.chances)
  expect(people.get('c1')!.chances.chances).toBeGreaterThan(5)
})

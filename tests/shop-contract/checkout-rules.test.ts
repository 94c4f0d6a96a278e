// The checkout's rules, each with the page it is from. What no page says is under "Unverified" in tests/shop/README.md.
// COMBINE: https://help.shopify.com/en/manual/discounts/combining-discounts
// EXAMPLES: https://docs.shopify.com/docs/apps/selling-strategies/discounts/discount-function-examples
// LIMIT: https://help.dollarlabs.io/dollarlabs-ultimate-discounts/function-limitations-by-shopify
// RULE: https://shopify.dev/docs/api/admin-graphql/2024-07/input-objects/priceruleinput
// CANCELLED: https://community.shopify.com/t/customer-cannot-reapply-same-discount-code-after-first-order-cancellation/52252
// WORDS: https://docs.personaldiscount.io/personal-discount-for-shopify/troubleshooting/why-my-shopify-discount-code-doesnt-work
// CREDIT: https://help.shopify.com/en/manual/customers/store-credit
import { beforeEach, describe, expect, test } from 'vitest'
import { placeOrder } from '#tests/shop/checkout.ts'
import { addDiscount, type NewDiscount } from '#tests/shop/discounts.ts'
import { Happenings } from '#tests/shop/happenings.ts'
import { priceBasket, spread, type Goods, type Shopper } from '#tests/shop/pricing.ts'
import { creditMinor, giveCredit, openCreditAccount } from '#tests/shop/store-credit.ts'
import type { Webhooks } from '#tests/shop/webhooks.ts'
import type { WorldProduct } from '#tests/shop/products.ts'
import { World } from '#tests/shop/world.ts'

let world: World
let pants: WorldProduct
let shirt: WorldProduct
let boots: WorldProduct

const ALL = { ORDER: true, PRODUCT: true, SHIPPING: true }

beforeEach(() => {
  world = new World({ currency: 'USD' })
  world.shipping = { minor: 2000, freeFromMinor: Number.POSITIVE_INFINITY }
  pants = world.addProduct({ title: 'Pants', priceMinor: 10_000 })
  shirt = world.addProduct({ title: 'Shirt', priceMinor: 5000 })
  boots = world.addProduct({ title: 'Boots', priceMinor: 20_000 })
})

function discount(code: string, given: Omit<NewDiscount, 'codes'>) {
  return addDiscount(world, { codes: [code], ...given })
}

const only = (...products: WorldProduct[]) => ({
  kind: 'products' as const,
  productIds: products.map(({ id }) => id),
  variantIds: [],
})

function everything(): Goods {
  return [pants, shirt, boots].map(({ id }) => ({ productId: id, quantity: 1 }))
}

function price(codes: string[], { lines = everything(), ...who }: Shopper & { lines?: Goods } = {}) {
  return priceBasket(world, lines, who, codes, world.now())
}

function problems(codes: string[], more: Shopper & { lines?: Goods } = {}): Record<string, string> {
  return Object.fromEntries(price(codes, more).refused.map(({ code, problem }) => [code, problem]))
}

/** Nobody listens: only the world changes. */
function happen(): Happenings {
  return new Happenings(world, { isHeard: () => false } as unknown as Webhooks)
}

describe('several codes on one order', () => {
  test('two product codes and free shipping each take their own (EXAMPLES 1)', () => {
    discount('20offPants', { value: { amountMinor: 2000, onEach: false }, items: only(pants), combinesWith: ALL })
    discount('10offShirts', { value: { amountMinor: 1000, onEach: false }, items: only(shirt), combinesWith: ALL })
    discount('Freeship100', { value: null, minimum: { subtotalMinor: 10_000 }, combinesWith: ALL })
    const priced = price(['20offPants', '10offShirts', 'Freeship100'])
    expect([priced.subtotalMinor, priced.shipping.minor, priced.totalMinor]).toEqual([32_000, 0, 32_000])
    expect(priced.refused).toEqual([])
  })

  test('an order code counts from what product codes left (EXAMPLES 2)', () => {
    discount('20offPants', { value: { amountMinor: 2000, onEach: false }, items: only(pants), combinesWith: ALL })
    discount('10offOrder', { value: { percentage: 0.1 }, combinesWith: ALL })
    const priced = price(['10offOrder', '20offPants'])
    expect([priced.subtotalMinor, priced.totalMinor]).toEqual([29_700, 31_700])
  })

  test('two order codes each count from the same subtotal, not one after the other (EXAMPLES 3)', () => {
    discount('TEN', { value: { percentage: 0.1 }, combinesWith: ALL })
    discount('FIFTEEN', { value: { percentage: 0.15 }, combinesWith: ALL })
    expect(price(['TEN', 'FIFTEEN']).subtotalMinor).toBe(35_000 - 3500 - 5250)
  })

  test('codes that cannot be combined: the better one for the shopper counts, whatever was entered first (COMBINE)', () => {
    discount('SOCKS', { value: { percentage: 0.2 }, items: only(boots) })
    discount('XMAS', { value: { amountMinor: 3000, onEach: false }, items: only(boots) })
    const priced = price(['XMAS', 'SOCKS'])
    expect([priced.discounts.map(({ title }) => title), priced.subtotalMinor]).toEqual([['SOCKS'], 31_000])
    expect(priced.refused).toEqual([
      expect.objectContaining({
        code: 'XMAS',
        problem: 'not-combined',
        says: expect.stringContaining('best combination'),
      }),
    ])
  })

  test('both sides must allow the other’s class (COMBINE)', () => {
    discount('WILLING', { value: { percentage: 0.1 }, combinesWith: ALL })
    discount('ALONE', { value: null })
    expect(problems(['WILLING', 'ALONE'])).toEqual({ ALONE: 'not-combined' })
  })

  test('no line has more than one product code: the better one, even where both allow the other (COMBINE)', () => {
    discount('HALF', { value: { percentage: 0.5 }, items: only(shirt, boots), combinesWith: ALL })
    discount('BOOTS', { value: { percentage: 0.6 }, items: only(boots), combinesWith: ALL })
    discount('LITTLE', { value: { percentage: 0.05 }, items: only(shirt), combinesWith: ALL })
    const priced = price(['HALF', 'BOOTS', 'LITTLE'])
    expect(priced.lines.map(({ allocations }) => allocations.map(({ minor }) => minor))).toEqual([[], [2500], [12_000]])
    expect(problems(['HALF', 'BOOTS', 'LITTLE'])).toEqual({ LITTLE: 'not-best' })
  })

  test('five codes for goods and one for shipping; a sixth is one too many (LIMIT)', () => {
    for (const at of [1, 2, 3, 4, 5, 6]) discount(`C${at}`, { value: { percentage: at / 100 }, combinesWith: ALL })
    discount('SHIP', { value: null, combinesWith: ALL })
    const codes = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'SHIP']
    expect(problems(codes)).toEqual({ C6: 'too-many' })
    expect(price(codes).totalMinor).toBe(35_000 * 0.85)
  })

  test('a code twice, in other letters, is one code', () => {
    discount('TEN', { value: { percentage: 0.1 }, combinesWith: ALL })
    expect(price(['TEN', ' ten ']).discounts).toHaveLength(1)
  })
})

describe('what a code asks for', () => {
  test('a minimum looks at the goods that the code is for (RULE)', () => {
    discount('BOOTS', { value: { percentage: 0.1 }, items: only(pants), minimum: { subtotalMinor: 10_001 } })
    expect(problems(['BOOTS'])).toEqual({ BOOTS: 'minimum' })
    expect(problems(['BOOTS'], { lines: [{ productId: pants.id, quantity: 2 }] })).toEqual({})
    discount('THREE', { value: { percentage: 0.1 }, items: only(pants), minimum: { quantity: 3 } })
    expect(problems(['THREE'], { lines: [{ productId: pants.id, quantity: 2 }] })).toEqual({ THREE: 'minimum' })
    expect(problems(['THREE'], { lines: [{ productId: pants.id, quantity: 3 }] })).toEqual({})
  })

  test('exactly the minimum is enough', () => {
    discount('EVEN', { value: { percentage: 0.1 }, minimum: { subtotalMinor: 35_000 } })
    expect(problems(['EVEN'])).toEqual({})
  })

  test('goods of a collection, and none of them in the cart (WORDS)', () => {
    const { id } = world.addCollection({ productIds: [boots.id] })
    discount('WARM', { value: { percentage: 0.5 }, items: { kind: 'collections', collectionIds: [id] } })
    expect(price(['WARM']).lines.map(({ allocations }) => allocations.length)).toEqual([0, 0, 1])
    const { refused } = price(['WARM'], { lines: [{ productId: shirt.id, quantity: 1 }] })
    expect(refused).toEqual([
      { code: 'WARM', problem: 'items', says: "The discount code isn't valid for the items in your cart" },
    ])
  })

  test('an amount on each piece, and one across them that is never more than they cost', () => {
    discount('EACH', { value: { amountMinor: 1500, onEach: true }, items: only(shirt) })
    discount('BIG', { value: { amountMinor: 99_999, onEach: false }, items: only(shirt) })
    const lines = [{ productId: shirt.id, quantity: 3 }]
    expect(price(['EACH'], { lines }).subtotalMinor).toBe(15_000 - 4500)
    expect(price(['BIG'], { lines }).subtotalMinor).toBe(0)
  })

  test('its dates: not before the start, not from the end on; said as of an unknown code (WORDS)', () => {
    const now = world.now()
    discount('LATER', { value: { percentage: 0.1 }, startsAt: now + 60_000 })
    discount('OVER', { value: { percentage: 0.1 }, startsAt: now - 60_000, endsAt: now })
    const { refused } = priceBasket(world, everything(), {}, ['LATER', 'OVER', 'NONE'], now)
    expect(refused.map(({ problem }) => problem)).toEqual(['not-started', 'expired', 'unknown'])
    expect(new Set(refused.map(({ says }) => says))).toEqual(new Set(['Enter a valid discount code']))
    expect(priceBasket(world, everything(), {}, ['LATER', 'OVER'], now + 60_000).discounts).toHaveLength(1)
  })

  test('free shipping up to a price', () => {
    discount('CHEAP', { value: null, maximumShippingMinor: 1999 })
    discount('DEAR', { value: null, maximumShippingMinor: 2000 })
    expect(problems(['CHEAP'])).toEqual({ CHEAP: 'shipping-price' })
    expect(price(['DEAR']).totalMinor).toBe(35_000)
  })

  test('won have no smaller unit: shares are whole and add up', () => {
    expect(spread(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(spread(7, [0, 5, 2])).toEqual([0, 5, 2])
    const won = new World({ currency: 'KRW' })
    const lines = [9900, 9900, 9900].map((priceMinor) => ({
      productId: won.addProduct({ priceMinor }).id,
      quantity: 1,
    }))
    addDiscount(won, { codes: ['T'], value: { amountMinor: 1000, onEach: false } })
    expect(priceBasket(won, lines, {}, ['T'], won.now()).lines.map((line) => line.allocations[0]!.minor)).toEqual([
      334, 333, 333,
    ])
  })
})

describe('who may use a code, and how often', () => {
  test('one for chosen customers is also theirs by their address, and nobody else’s (WORDS)', () => {
    const known = world.addCustomer({ email: 'Known@example.com' })
    discount('MINE', { value: { percentage: 0.1 }, buyers: { kind: 'customers', ids: [known.id] } })
    expect(problems(['MINE'], { customerId: known.id })).toEqual({})
    expect(problems(['MINE'], { email: ' known@EXAMPLE.com' })).toEqual({})
    expect(problems(['MINE'], { email: 'other@example.com' })).toEqual({ MINE: 'buyer' })
    expect(price(['MINE']).refused[0]!.says).toContain("isn't available to you right now")
  })

  test('one for a segment follows the segment, and a segment with a lag is late both ways', () => {
    const customer = world.addCustomer({ tags: ['vip'] })
    const now = world.now()
    const segment = {
      id: world.nextId(),
      name: 'VIP',
      query: "customer_tags CONTAINS 'vip'",
      createdAt: now,
      editedAt: now,
    }
    world.segments.set(segment.id, segment)
    discount('VIP', { value: { percentage: 0.1 }, buyers: { kind: 'segments', ids: [segment.id] } })
    const problem = () => problems(['VIP'], { customerId: customer.id })['VIP'] ?? null
    expect(problem()).toBeNull()
    world.lags.segmentsMs = 3_600_000
    expect(problem()).toBe('buyer')
    world.advance(1)
    expect(problem()).toBeNull()
    customer.tags = []
    expect(problem()).toBeNull()
    world.advance(1)
    expect(problem()).toBe('buyer')
  })

  test('once per customer is known by the account and by a guest’s address (RULE)', () => {
    const customer = world.addCustomer({ email: 'a@example.com' })
    discount('ONCE', { value: { percentage: 0.1 }, oncePerCustomer: true })
    placeOrder(world, { lines: everything(), code: 'ONCE', email: 'A@example.com' })
    expect(problems(['ONCE'], { customerId: customer.id })).toEqual({ ONCE: 'used' })
    expect(problems(['ONCE'], { email: 'a@example.com' })).toEqual({ ONCE: 'used' })
    expect(problems(['ONCE'], { email: 'b@example.com' })).toEqual({})
    happen().buy({ lines: everything(), code: 'ONCE', email: 'b@example.com' })
    expect(problems(['ONCE'], { email: 'B@example.com' })).toEqual({ ONCE: 'used' })
  })

  test('a limit is reached by use, and each code made in bulk has its own', () => {
    const one = addDiscount(world, { codes: ['A', 'B'], value: { percentage: 0.1 }, usageLimit: 1 })
    placeOrder(world, { lines: everything(), code: 'A' })
    expect([problems(['A']), problems(['B'])]).toEqual([{ A: 'limit' }, {}])
    expect(one.codes).toHaveLength(2)
  })

  test('a payment that fails burns nothing and leaves a checkout behind', () => {
    const customer = world.addCustomer()
    discount('LAST', { value: { percentage: 0.1 }, usageLimit: 1, oncePerCustomer: true })
    const failed = happen().failPayment({ customerId: customer.id, lines: everything(), code: 'LAST' })
    expect([failed.totalMinor, world.orders.size, world.checkouts.size]).toEqual([33_500, 0, 1])
    expect(problems(['LAST'], { customerId: customer.id })).toEqual({})
  })

  test('a cancelled order’s use stays a use (CANCELLED)', () => {
    const customer = world.addCustomer()
    discount('ONCE', { value: { percentage: 0.1 }, oncePerCustomer: true, usageLimit: 2 })
    const order = placeOrder(world, { customerId: customer.id, lines: everything(), code: 'ONCE' })
    happen().cancel(order.id)
    expect(problems(['ONCE'], { customerId: customer.id })).toEqual({ ONCE: 'used' })
  })

  test('a code that was deleted and made again starts anew', () => {
    const old = discount('AGAIN', { value: { percentage: 0.1 }, usageLimit: 1 })
    placeOrder(world, { lines: everything(), code: 'AGAIN' })
    world.discounts.delete(old.id)
    discount('AGAIN', { value: { percentage: 0.1 }, usageLimit: 1 })
    expect(problems(['AGAIN'])).toEqual({})
  })
})

describe('store credit', () => {
  test('pays first as far as it goes, the credit that ends soonest ahead, and comes back with a cancelled order (CREDIT)', () => {
    const customer = world.addCustomer()
    const account = openCreditAccount(world, customer.id, 'USD')
    const lasting = giveCredit(world, account, 1000)
    const soon = giveCredit(world, account, 500, { expiresAt: world.now() + 60_000 })
    const lines = [{ productId: shirt.id, quantity: 1 }]
    world.shipping = { minor: 0, freeFromMinor: 0 }
    discount('MOST', { value: { amountMinor: 4200, onEach: false } })
    const order = happen().buy({ customerId: customer.id, lines, code: 'MOST', storeCredit: true })
    expect([order.creditMinor, creditMinor(world, account)]).toEqual([800, 700])
    expect([soon.remainingMinor, lasting.remainingMinor]).toEqual([0, 700])
    happen().cancel(order.id)
    expect(creditMinor(world, account)).toBe(1500)
    expect(account.transactions.at(-1)).toMatchObject({ type: 'debit_revert', event: 'ORDER_CANCELLATION' })
    world.advance(1)
    expect(creditMinor(world, account)).toBe(1000)
    expect(account.transactions.map(({ type }) => type)).toEqual([
      'credit',
      'credit',
      'debit',
      'debit_revert',
      'expiration',
    ])
  })

  test('is for whoever is signed in: an address alone does not spend it (CREDIT)', () => {
    const customer = world.addCustomer({ email: 'rich@example.com' })
    giveCredit(world, openCreditAccount(world, customer.id, 'USD'), 1000)
    const lines = everything()
    expect(() => placeOrder(world, { email: 'rich@example.com', lines, storeCredit: true })).toThrow('signed in')
    expect(placeOrder(world, { email: 'rich@example.com', lines }).creditMinor).toBeUndefined()
  })
})

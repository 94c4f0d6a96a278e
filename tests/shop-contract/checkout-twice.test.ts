// Two readings of Shopify's pages hold each other: what the app says of a basket, and what the local shop's checkout makes of it.
import { describe, expect, test } from 'vitest'
import { priceAtCheckout, type CheckoutAnswer } from '#app/domain/rewards/checkout.ts'
import type { Refusal } from '#app/domain/rewards/checkout-rules.ts'
import type { Buyer, CheckoutDiscount } from '#app/domain/rewards/checkout-terms.ts'
import { chanceFrom, oneOf, wholeBetween } from '#tests/shop/chance.ts'
import { placeOrder } from '#tests/shop/checkout.ts'
import { addDiscount, usesOfCode, type WorldDiscount } from '#tests/shop/discounts.ts'
import {
  priceBasket,
  shippingFor,
  type CodeProblem,
  type Goods,
  type Priced,
  type Shopper,
} from '#tests/shop/pricing.ts'
import { World } from '#tests/shop/world.ts'

const BASKETS = 1000
/** What the local shop calls a refusal, by what the app calls it; the app is finer. */
const PROBLEM: Record<Exclude<Refusal['kind'], 'not-entered' | 'draft'>, CodeProblem> = {
  'unknown-code': 'unknown',
  'not-started': 'not-started',
  ended: 'expired',
  'used-up': 'limit',
  'not-signed-in': 'buyer',
  'not-for-customer': 'buyer',
  'has-ordered': 'buyer',
  'used-before': 'used',
  'no-items': 'items',
  'shipping-dear': 'shipping-price',
  'minimum-subtotal': 'minimum',
  'minimum-quantity': 'minimum',
  'too-many': 'too-many',
  'not-combined': 'not-combined',
  'gives-less': 'not-best',
  undoes: 'not-best',
}

type Random = () => number
const NEW_BUYERS = 'number_of_orders = 0'

/** A shop with eight discounts, people who have used some of them, and one basket. */
function playedShop(random: Random) {
  const world = new World({ currency: oneOf(random, ['USD', 'KRW']) })
  const chance = (share: number) => random() < share
  const products = Array.from({ length: 5 }, () => world.addProduct({ priceMinor: wholeBetween(random, 1, 400) * 50 }))
  world.shipping = {
    minor: wholeBetween(random, 1, 30) * 100,
    freeFromMinor: oneOf(random, [Number.POSITIVE_INFINITY, 30_000]),
  }
  const collection = world.addCollection({ productIds: [products[0]!.id, products[1]!.id] })
  const people = [0, 1, 2].map((at) =>
    world.addCustomer({ email: `p${at}@example.com`, tags: at === 0 ? ['vip'] : [] }),
  )
  const segment = (query: string) => {
    const id = world.nextId()
    const now = world.now()
    world.segments.set(id, { id, name: `S${id}`, query, createdAt: now, editedAt: now })
    return id
  }
  const segments = { vip: segment("customer_tags CONTAINS 'vip'"), 'not-ordered': segment(NEW_BUYERS) }
  const now = world.now()
  const eager = oneOf(random, [0.4, 0.8, 1])
  const discounts = Array.from({ length: 8 }, (_one, at) =>
    addDiscount(world, {
      codes: chance(0.1) ? [`C${at}`, `D${at}`] : [`C${at}`],
      value: oneOf(random, [
        null,
        { percentage: wholeBetween(random, 1, 20) * 0.05 },
        { percentage: wholeBetween(random, 1, 100) / 100 },
        { amountMinor: wholeBetween(random, 1, 60) * 100, onEach: false },
        { amountMinor: wholeBetween(random, 1, 40) * 50, onEach: false },
      ]),
      minimum: oneOf(random, [
        null,
        { subtotalMinor: wholeBetween(random, 1, 40) * 1000 },
        { subtotalMinor: wholeBetween(random, 1, 20) * 500 },
        { quantity: wholeBetween(random, 1, 6) },
      ]),
      oncePerCustomer: chance(0.4),
      usageLimit: chance(0.25) ? wholeBetween(random, 1, 2) : null,
      buyers: oneOf(random, [
        ...Array.from({ length: 9 }, () => ({ kind: 'all' as const })),
        { kind: 'segments' as const, ids: [segments.vip] },
        { kind: 'segments' as const, ids: [segments['not-ordered']] },
        { kind: 'customers' as const, ids: [oneOf(random, people).id] },
      ]),
      combinesWith: { ORDER: chance(eager), PRODUCT: chance(eager), SHIPPING: chance(eager) },
    }),
  )
  for (const discount of discounts) {
    if (discount.value === null) {
      discount.combinesWith.SHIPPING = false
      discount.maximumShippingMinor = chance(0.3) ? wholeBetween(random, 5, 30) * 100 : null
    } else if (chance(0.5)) {
      const [one, other] = [oneOf(random, products), oneOf(random, products)]
      discount.items = chance(0.3)
        ? { kind: 'collections', collectionIds: [collection.id] }
        : { kind: 'products', productIds: [one.id], variantIds: [other.variantId] }
      if ('amountMinor' in discount.value) discount.value.onEach = chance(0.5)
    }
  }
  for (let order = 0; order < 3; order += 1) {
    const [person, code] = [oneOf(random, people), oneOf(random, discounts).codes[0]!.code]
    const checkout = { customerId: person.id, lines: [{ productId: products[0]!.id, quantity: 9 }] }
    const isTaken = priceBasket(world, checkout.lines, checkout, [code], world.now()).refused.length === 0
    if (chance(0.7)) placeOrder(world, isTaken ? { ...checkout, code } : checkout)
  }
  const goods: Goods = products
    .filter(() => chance(0.5))
    .map(({ id }) => ({ productId: id, quantity: wholeBetween(random, 1, 4) }))
  const priceOf = (of: Goods) =>
    of.reduce((sum, { productId, quantity }) => sum + world.products.get(productId)!.priceMinor * quantity, 0)
  const pieces = goods.reduce((sum, { quantity }) => sum + quantity, 0)
  // Only now, for orders are placed by the world's own clock: to the millisecond on either side of its start and its end.
  for (const discount of discounts) {
    // And to the unit on either side of what the basket has.
    if (chance(0.1))
      discount.minimum = { subtotalMinor: Math.max(1, priceOf(goods) - oneOf(random, [-1, 0, 0, 1, 2000])) }
    else if (chance(0.06)) discount.minimum = { quantity: Math.max(1, pieces + oneOf(random, [0, 0, 1])) }
    discount.startsAt = now + (chance(0.04) ? 1 : -oneOf(random, [0, 1]))
    discount.endsAt = chance(0.04) ? now : oneOf(random, [null, now + 1])
  }
  const typed = oneOf(random, [0.2, 0.5, 0.9])
  const codes = ['C0', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'D1', 'NOBODY', 'c0'].filter(() => chance(typed))
  return { world, goods, codes, people, segments, collection, now }
}
type Played = ReturnType<typeof playedShop>

/** The same buyer as each of the two knows them. */
function buyerIn({ world, people, segments }: Played, random: Random): { shopper: Shopper; buyer: Buyer } {
  const person = oneOf(random, people)
  const kind = oneOf(random, ['guest', 'address', 'customer'] as const)
  if (kind === 'guest') return { shopper: {}, buyer: { kind } }
  const orders = world.ordersOf(person.id)
  const discounts = [...world.discounts.values()]
  const named = (is: (discount: WorldDiscount) => boolean) => discounts.filter(is).map(({ id }) => String(id))
  const usesOf = (discount: WorldDiscount) =>
    discount.codes.reduce(
      (sum, { code }) =>
        sum + usesOfCode(world, discount, code).filter(({ customerId }) => customerId === person.id).length,
      0,
    )
  return {
    shopper: kind === 'customer' ? { customerId: person.id } : { email: person.email },
    buyer: {
      kind,
      orders: orders.length,
      segmentOf: named(
        ({ buyers }) => buyers.kind === 'segments' && buyers.ids.includes(segments.vip) && person.tags.includes('vip'),
      ),
      chosenFor: named(({ buyers }) => buyers.kind === 'customers' && buyers.ids.includes(person.id)),
      uses: Object.fromEntries(discounts.map((discount) => [String(discount.id), usesOf(discount)])),
    },
  }
}

function discountAsPlainData(played: Played, discount: WorldDiscount): CheckoutDiscount {
  const { value, items, buyers, combinesWith, minimum } = discount
  const { world, segments } = played
  const texts = (ids: readonly number[]) => ids.map(String)
  return {
    id: String(discount.id),
    title: discount.title,
    isDraft: false,
    codes: discount.codes.map(({ code }) => ({ code, uses: usesOfCode(world, discount, code).length })),
    takes:
      value === null
        ? { kind: 'free-shipping', dearestMinor: discount.maximumShippingMinor }
        : 'percentage' in value
          ? { kind: 'percent', share: value.percentage }
          : { kind: 'amount', ...value },
    items:
      items.kind === 'all'
        ? items
        : {
            kind: 'chosen',
            productIds: texts(items.kind === 'products' ? items.productIds : []),
            variantIds: texts(items.kind === 'products' ? items.variantIds : []),
            collectionIds: texts(items.kind === 'collections' ? items.collectionIds : []),
          },
    minimum,
    buyers:
      buyers.kind === 'segments'
        ? buyers.ids.includes(segments['not-ordered'])
          ? 'not-ordered'
          : 'segment'
        : buyers.kind,
    oncePerCustomer: discount.oncePerCustomer,
    usageLimit: discount.usageLimit,
    startsAt: discount.startsAt,
    endsAt: discount.endsAt,
    combinesWith: { order: combinesWith.ORDER, product: combinesWith.PRODUCT, shipping: combinesWith.SHIPPING },
  }
}

function saidByTheApp(played: Played, buyer: Buyer): CheckoutAnswer {
  const { world, goods, codes, collection, now } = played
  const lines = goods.map(({ productId, quantity }) => {
    const { variantId, priceMinor } = world.products.get(productId)!
    const collectionIds = collection.productIds.includes(productId) ? [String(collection.id)] : []
    return {
      productId: String(productId),
      variantId: String(variantId),
      unitMinor: priceMinor,
      quantity,
      collectionIds,
    }
  })
  const discounts = [...world.discounts.values()].map((discount) => discountAsPlainData(played, discount))
  return priceAtCheckout({ lines, shippingMinor: shippingFor(world, goods) }, buyer, codes, discounts, now)
}

/** Both answers in the same words. */
function fromTheShop(priced: Priced) {
  const minors = priced.discounts.map((_use, at) =>
    [...priced.lines.flatMap(({ allocations }) => allocations), ...priced.shipping.allocations]
      .filter(({ discount }) => discount === at)
      .reduce((sum, { minor }) => sum + minor, 0),
  )
  return {
    applied: priced.discounts.map(({ title }, at) => `${title} ${minors[at]}`).sort(),
    lines: priced.lines.map(({ allocations }) => allocations.reduce((sum, { minor }) => sum + minor, 0)),
    refused: priced.refused.map(({ code, problem }) => `${code.toUpperCase()} ${problem}`).sort(),
    total: priced.totalMinor,
  }
}

function fromTheApp(answer: CheckoutAnswer) {
  return {
    applied: answer.applied.map(({ code, minor }) => `${code!.toUpperCase()} ${minor}`).sort(),
    lines: answer.lines.map(({ grossMinor, leftMinor }) => grossMinor - leftMinor),
    refused: answer.refused
      .flatMap(({ code, refusal: { kind } }) =>
        kind === 'not-entered' || kind === 'draft' ? [] : [`${code!.toUpperCase()} ${PROBLEM[kind]}`],
      )
      .sort(),
    total: answer.totalMinor,
  }
}

describe('a thousand baskets, priced twice', () => {
  test('the app and the local checkout apply the same, for the same money, and refuse for the same reason', () => {
    const met: Record<string, number> = {}
    const meet = (what: string) => void (met[what] = (met[what] ?? 0) + 1)
    const apart: unknown[] = []
    for (let at = 0; at < BASKETS; at += 1) {
      const random = chanceFrom(`basket ${at}`)
      const played = playedShop(random)
      const { shopper, buyer } = buyerIn(played, random)
      const answer = saidByTheApp(played, buyer)
      const ours = fromTheApp(answer)
      const theirs = fromTheShop(priceBasket(played.world, played.goods, shopper, played.codes, played.now))
      const isTie = answer.doubts.some(({ kind }) => kind === 'tie')
      const same = (key: keyof typeof ours) => JSON.stringify(ours[key]) === JSON.stringify(theirs[key])
      // Which of two equal combinations is taken is nobody's word.
      const isSame = isTie
        ? same('total') && ours.applied.length === theirs.applied.length
        : (['applied', 'lines', 'refused', 'total'] as const).every(same)
      if (!isSame) apart.push({ at, ours, theirs })
      meet(`applied ${answer.applied.length}`)
      for (const { refusal } of answer.refused) meet(`refused ${refusal.kind}`)
      for (const { kind } of answer.doubts) meet(`doubt ${kind}`)
      for (const { id } of answer.applied) {
        const { value, items } = [...played.world.discounts.values()].find((one) => String(one.id) === id)!
        meet(`takes ${value === null ? 'shipping' : 'percentage' in value ? 'percent' : 'amount'} of ${items.kind}`)
      }
    }
    process.stdout.write(`${BASKETS} baskets priced twice: ${JSON.stringify(met)}\n`)
    expect(apart.slice(0, 3)).toEqual([])
    expect(apart).toHaveLength(0)
    for (const kind of Object.keys(PROBLEM)) expect(met[`refused ${kind}`], kind).toBeGreaterThanOrEqual(10)
    for (const many of [0, 1, 2, 3]) expect(met[`applied ${many}`]).toBeGreaterThanOrEqual(15)
    for (const takes of [
      'shipping of all',
      'percent of all',
      'amount of all',
      'percent of products',
      'amount of products',
    ])
      expect(met[`takes ${takes}`], takes).toBeGreaterThanOrEqual(50)
    // Ties are compared by their money alone: few.
    expect(met['doubt tie'] ?? 0).toBeLessThan(BASKETS / 10)
  })
})

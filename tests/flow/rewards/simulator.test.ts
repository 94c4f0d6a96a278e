import { describe, expect, test } from 'vitest'
import type { Question, SimulatorPage } from '#app/domain/rewards/simulation.ts'
import { discountFrom } from '#app/flow/rewards/shop-discounts.ts'
import { saveReward } from '#app/flow/rewards/save.ts'
import { simulatorPage } from '#app/flow/rewards/simulator.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { addDiscount } from '#tests/shop/discounts.ts'
import { playShop } from '#tests/flow/sync/played.ts'
import { connectAs } from '#tests/support/database.ts'
import { writeStory, type ToldOrder } from '#tests/support/orders.ts'
import { live, rewardingShop, WELCOME } from './rewarded.ts'

const question = (more: Partial<Question> = {}): Question => ({
  who: 'guest',
  customer: '',
  lines: [{ item: '', unitMinor: 4200, quantity: 1 }],
  shippingMinor: 500,
  codes: ['WELCOME20'],
  ...more,
})

/** As Shopify's word of what was granted leaves it. */
async function allowedShop(...given: Parameters<typeof rewardingShop>) {
  const played = await rewardingShop(...given)
  const { shop } = played
  await withShop(shop, (tx) =>
    tx.shop.updateMany({ where: { shop }, data: { scopes: 'read_customers,write_discounts' } }),
  )
  return played
}

const story = (shop: ShopId, orders: ToldOrder[]) =>
  connectAs('superuser', (client) =>
    writeStory(client, shop, {
      customers: [11, 12].map((id) => ({ id, createdAt: Date.UTC(2026, 8, 1) })),
      orders,
      currency: 'USD',
      timezone: 'Asia/Seoul',
    }),
  )

/** What applies by name and money, and why the others do not. */
function told({ result }: SimulatorPage) {
  const { answer, names } = result!
  return {
    applied: answer.applied.map(({ id, minor }) => [names[id]!.title, minor]),
    refused: Object.fromEntries(
      answer.refused.map(({ id, code, refusal }) => [id === null ? code : names[id]!.title, refusal.kind]),
    ),
    total: answer.totalMinor,
  }
}

describe('the checkout simulator', () => {
  test('reads the shop’s discounts as they are now, and says of each why it does not apply', async () => {
    const played = await allowedShop()
    const { shop, world } = played
    await live(shop)
    await saveReward(shop, null, { ...WELCOME, name: 'Soon', code: 'SOON' })
    const product = world.addProduct({ title: 'Toner' })
    addDiscount(world, { codes: ['TEN'], value: { percentage: 0.1 } })
    addDiscount(world, {
      codes: ['TONER'],
      value: { amountMinor: 300, onEach: true },
      items: { kind: 'products', productIds: [product.id], variantIds: [] },
    })
    const first = await simulatorPage(shop, null)
    expect([first.read, first.result, first.question.codes]).toEqual([
      { kind: 'all', hasMore: false },
      null,
      ['WELCOME20'],
    ])
    expect(first.items).toEqual([{ id: `gid://shopify/Product/${product.id}`, kind: 'product', title: 'Toner' }])
    const short = await simulatorPage(shop, question({ codes: ['WELCOME20', 'ten', 'NOBODY'] }))
    expect(told(short)).toEqual({
      applied: [['TEN', 420]],
      refused: { Welcome: 'minimum-subtotal', NOBODY: 'unknown-code', TONER: 'not-entered', Soon: 'draft' },
      total: 4280,
    })
    const enough = question({
      lines: [{ item: first.items[0]!.id, unitMinor: 3000, quantity: 2 }],
      codes: ['WELCOME20', 'TONER'],
    })
    expect(told(await simulatorPage(shop, enough))).toMatchObject({ applied: [['Welcome', 1200]], total: 5300 })
  })

  test('a customer is known by their orders, what they have used, and the segments that Shopify says they are in', async () => {
    const played = await allowedShop((world) => {
      world.addCustomer({ id: 11, tags: ['vip'] })
      world.addCustomer({ id: 12 })
    })
    const { shop, world } = played
    await live(shop, { who: { kind: 'first-order', guests: 'sign-in' } })
    await story(shop, [{ customer: 11, at: Date.UTC(2026, 9, 1), discounts: ['code:ONCE'] }])
    const now = world.now()
    const id = world.nextId()
    world.segments.set(id, { id, name: 'VIP', query: "customer_tags CONTAINS 'vip'", createdAt: now, editedAt: now })
    addDiscount(world, { codes: ['VIP'], value: { percentage: 0.5 }, buyers: { kind: 'segments', ids: [id] } })
    addDiscount(world, { codes: ['ONCE'], value: { percentage: 0.1 }, oncePerCustomer: true })
    addDiscount(world, { codes: ['MINE'], value: { percentage: 0.3 }, buyers: { kind: 'customers', ids: [12] } })
    const codes = ['WELCOME20', 'VIP', 'ONCE', 'MINE']
    const lines = [{ item: '', unitMinor: 10_000, quantity: 1 }]
    const as = async (more: Partial<Question>) => told(await simulatorPage(shop, question({ codes, lines, ...more })))
    expect(await as({ who: 'customer', customer: '11' })).toMatchObject({
      applied: [['VIP', 5000]],
      refused: { Welcome: 'has-ordered', ONCE: 'used-before', MINE: 'not-for-customer' },
    })
    expect(await as({ who: 'address', customer: '12' })).toMatchObject({
      applied: [['MINE', 3000]],
      refused: { Welcome: 'not-combined', ONCE: 'not-combined', VIP: 'not-for-customer' },
    })
    expect(await as({ who: 'new' })).toMatchObject({
      applied: [['Welcome', 2000]],
      refused: { VIP: 'not-for-customer' },
    })
    expect(await as({})).toMatchObject({ applied: [['ONCE', 1000]], refused: { Welcome: 'not-signed-in' } })
    expect(await simulatorPage(shop, question({ who: 'customer', customer: '99' }))).toMatchObject({
      unknownCustomer: '99',
      result: null,
    })
  })

  test('without the permission, and while Shopify does not answer, our own rewards are tried and it is said', async () => {
    const without = await playShop(() => {})
    await saveReward(without.shop, null, WELCOME)
    const page = await simulatorPage(without.shop, question())
    expect(page.read).toEqual({ kind: 'no-permission' })
    expect(told(page).refused).toEqual({ Welcome: 'draft' })
    const played = await allowedShop()
    await live(played.shop)
    played.local.faults.serverErrorShare = 1
    const silent = await simulatorPage(played.shop, question({ lines: [{ item: '', unitMinor: 5000, quantity: 1 }] }))
    expect(silent.read).toEqual({ kind: 'unanswered' })
    expect(told(silent).applied).toEqual([['Welcome', 1000]])
  })

  test('another shop’s rewards and customers are not there', async () => {
    const one = await allowedShop()
    await live(one.shop)
    await story(one.shop, [{ customer: 11, at: Date.UTC(2026, 9, 1) }])
    const other = await allowedShop()
    const page = await simulatorPage(other.shop, question({ who: 'customer', customer: '11' }))
    expect([page.codes, page.unknownCustomer]).toEqual([[], '11'])
  })
})

describe('a discount of Shopify’s', () => {
  const gets = {
    appliesOnOneTimePurchase: true,
    value: { __typename: 'DiscountPercentage' as const, percentage: 0.15 },
    items: { __typename: 'AllDiscountItems' as const },
  }
  const common = {
    title: 'Sale',
    startsAt: '2026-04-25T00:00:00Z',
    endsAt: null,
    combinesWith: { orderDiscounts: true, productDiscounts: false, shippingDiscounts: false },
    context: { __typename: 'DiscountBuyerSelectionAll' as const },
    minimumRequirement: null,
  }
  const from = (shown: object) => discountFrom('gid', shown as Parameters<typeof discountFrom>[1], 'CAD')

  test('that is automatic applies without a code', () => {
    expect(from({ __typename: 'DiscountAutomaticBasic', ...common, customerGets: gets })).toMatchObject({
      discount: { codes: null, takes: { kind: 'percent', share: 0.15 }, buyers: 'all', oncePerCustomer: false },
    })
    const shipping = {
      destinationSelection: { __typename: 'DiscountCountryAll' },
      maximumShippingPrice: { amount: '20.0', currencyCode: 'CAD' },
    }
    expect(
      from({ __typename: 'DiscountAutomaticFreeShipping', ...common, appliesOnOneTimePurchase: true, ...shipping }),
    ).toMatchObject({ discount: { takes: { kind: 'free-shipping', dearestMinor: 2000 } } })
  })

  test.each([
    ['buy-x-get-y', { __typename: 'DiscountCodeBxgy', title: 'Sale' }],
    ['app', { __typename: 'DiscountAutomaticApp', title: 'Sale' }],
    [
      'subscriptions',
      { __typename: 'DiscountAutomaticBasic', ...common, customerGets: { ...gets, appliesOnOneTimePurchase: false } },
    ],
    [
      'markets',
      {
        __typename: 'DiscountAutomaticBasic',
        ...common,
        context: { __typename: 'DiscountMarkets' },
        customerGets: gets,
      },
    ],
    [
      'buy-x-get-y',
      {
        __typename: 'DiscountAutomaticBasic',
        ...common,
        customerGets: { ...gets, value: { __typename: 'DiscountOnQuantity' } },
      },
    ],
    [
      'other-currency',
      {
        __typename: 'DiscountAutomaticBasic',
        ...common,
        customerGets: {
          ...gets,
          value: {
            __typename: 'DiscountAmount',
            amount: { amount: '3.0', currencyCode: 'USD' },
            appliesOnEachItem: false,
          },
        },
      },
    ],
    [
      'countries',
      {
        __typename: 'DiscountAutomaticFreeShipping',
        ...common,
        appliesOnOneTimePurchase: true,
        destinationSelection: { __typename: 'DiscountCountries' },
        maximumShippingPrice: null,
      },
    ],
    [
      'long-list',
      {
        __typename: 'DiscountAutomaticBasic',
        ...common,
        customerGets: {
          ...gets,
          items: { __typename: 'DiscountCollections', collections: { nodes: [], pageInfo: { hasNextPage: true } } },
        },
      },
    ],
  ])('that cannot be said here is named with why: %s', (why, shown) => {
    expect(from(shown)).toEqual({ title: 'Sale', why })
  })
})

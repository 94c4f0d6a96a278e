// A discount from the Admin API to the checkout and back: codes that the app makes are taken there, and the order and the
// counts say so.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasUsed } from '#tests/shop/discounts.ts'
import { codeProblem } from '#tests/shop/pricing.ts'
import { giveCredit, openCreditAccount, spendableMinor } from '#tests/shop/store-credit.ts'
import type { WorldProduct } from '#tests/shop/products.ts'
import { World } from '#tests/shop/world.ts'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'

const SCOPES = [
  'read_orders',
  'read_all_orders',
  'read_customers',
  'write_customers',
  'read_products',
  'write_discounts',
]
const BASIC = `mutation Basic($input: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $input) { codeDiscountNode { id } userErrors { field message code } } }`
const SHIPPING = `mutation Shipping($input: DiscountCodeFreeShippingInput!) {
  discountCodeFreeShippingCreate(freeShippingCodeDiscount: $input) {
    codeDiscountNode { id } userErrors { field message code } } }`
const ADD = `mutation Add($id: ID!, $codes: [DiscountRedeemCodeInput!]!) {
  discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { bulkCreation { id done } userErrors { message } } }`
const COUNT = `query Count($id: ID!) { codeDiscountNode(id: $id) { codeDiscount { ... on DiscountCodeBasic {
  asyncUsageCount codes(first: 10) { nodes { code asyncUsageCount } } } } } }`

let shop: TestShop
let world: World
let cream: WorldProduct
let balm: WorldProduct

beforeEach(async () => {
  world = new World({ currency: 'KRW' })
  world.shipping = { minor: 3000, freeFromMinor: 100_000 }
  cream = world.addProduct({ title: 'Cream', priceMinor: 36_000 })
  balm = world.addProduct({ title: 'Balm', priceMinor: 9000 })
  shop = await startLocalShop({ world, scopes: SCOPES })
})

afterEach(() => shop.stop())

function input(code: string, more: object = {}): object {
  const combinesWith = { orderDiscounts: true, productDiscounts: true, shippingDiscounts: true }
  const startsAt = new Date(world.now() - 60_000).toISOString()
  return {
    title: code,
    code,
    startsAt,
    context: { all: 'ALL' },
    combinesWith,
    customerGets: { value: { percentage: 0.1 }, items: { all: true } },
    ...more,
  }
}

async function make(given: object, document = BASIC): Promise<string> {
  const { data, errors } = await shop.admin(document, { input: given })
  expect(errors).toBeUndefined()
  const [made] = Object.values(data as Record<string, { codeDiscountNode: { id: string } | null; userErrors: [] }>)
  expect(made!.userErrors).toEqual([])
  return made!.codeDiscountNode!.id
}

describe('an order with codes', () => {
  test('says which discount took how much from which line and from shipping', async () => {
    const products = { products: { productsToAdd: [`gid://shopify/Product/${balm.id}`] } }
    await make(input('BALM', { customerGets: { value: { discountAmount: { amount: '1000' } }, items: products } }))
    await make(input('TEN'))
    const { customerGets: _, ...shipping } = input('SHIP') as Record<string, unknown>
    await make(
      {
        ...shipping,
        destination: { all: true },
        combinesWith: { orderDiscounts: true, productDiscounts: true },
      },
      SHIPPING,
    )
    const order = shop.happen.buy({
      customerId: world.addCustomer().id,
      lines: [
        { productId: cream.id, quantity: 1 },
        { productId: balm.id, quantity: 1 },
      ],
      codes: ['ten', 'BALM', 'SHIP'],
    })
    const { data, errors } = await shop.admin(
      `query Read($id: ID!) { order(id: $id) { discountCodes totalDiscountsSet { shopMoney { amount } }
        totalPriceSet { shopMoney { amount } } totalShippingPriceSet { shopMoney { amount } }
        shippingLine { originalPriceSet { shopMoney { amount } } discountedPriceSet { shopMoney { amount } }
          discountAllocations { allocatedAmountSet { shopMoney { amount } } discountApplication { index } } }
        discountApplications(first: 5) { nodes { __typename index targetType targetSelection allocationMethod
          value { __typename ... on PricingPercentageValue { percentage } ... on MoneyV2 { amount } }
          ... on DiscountCodeApplication { code } } }
        lineItems(first: 5) { nodes { discountAllocations { allocatedAmountSet { shopMoney { amount } }
          discountApplication { index } } } } } }`,
      { id: `gid://shopify/Order/${order.id}` },
    )
    expect(errors).toBeUndefined()
    const share = (amount: string, index: number) => ({
      allocatedAmountSet: { shopMoney: { amount } },
      discountApplication: { index },
    })
    const code = { __typename: 'DiscountCodeApplication' }
    expect(data!['order']).toEqual({
      discountCodes: ['TEN', 'BALM', 'SHIP'],
      totalDiscountsSet: { shopMoney: { amount: '8400.0' } },
      totalPriceSet: { shopMoney: { amount: '39600.0' } },
      totalShippingPriceSet: { shopMoney: { amount: '0.0' } },
      shippingLine: {
        originalPriceSet: { shopMoney: { amount: '3000.0' } },
        discountedPriceSet: { shopMoney: { amount: '0.0' } },
        discountAllocations: [share('3000.0', 2)],
      },
      discountApplications: {
        nodes: [
          {
            ...code,
            index: 0,
            code: 'TEN',
            targetType: 'LINE_ITEM',
            targetSelection: 'ALL',
            allocationMethod: 'ACROSS',
            value: { __typename: 'PricingPercentageValue', percentage: 10 },
          },
          {
            ...code,
            index: 1,
            code: 'BALM',
            targetType: 'LINE_ITEM',
            targetSelection: 'ENTITLED',
            allocationMethod: 'ACROSS',
            value: { __typename: 'MoneyV2', amount: '1000.0' },
          },
          {
            ...code,
            index: 2,
            code: 'SHIP',
            targetType: 'SHIPPING_LINE',
            targetSelection: 'ALL',
            allocationMethod: 'EACH',
            value: { __typename: 'PricingPercentageValue', percentage: 100 },
          },
        ],
      },
      lineItems: {
        nodes: [
          { discountAllocations: [share('3600.0', 0)] },
          { discountAllocations: [share('800.0', 0), share('1000.0', 1)] },
        ],
      },
    })
  })

  test('counts as a use a moment later: of the code, and of the discount', async () => {
    const id = await make(input('TEN'))
    const lines = [{ productId: cream.id, quantity: 1 }]
    shop.happen.buy({ lines, code: 'TEN' })
    const counts = async () => (await shop.admin(COUNT, { id })).data!['codeDiscountNode']
    const at = (count: number) => ({
      codeDiscount: { asyncUsageCount: count, codes: { nodes: [{ code: 'TEN', asyncUsageCount: count }] } },
    })
    world.lags.usageCountMs = 3_600_000
    expect(await counts()).toEqual(at(0))
    world.advance(1)
    expect(await counts()).toEqual(at(1))
  })
})

describe('codes for one person each', () => {
  test('work once each, from the moment at which they are made, and once for each customer', async () => {
    const id = await make(input('POOL', { usageLimit: 1, appliesOncePerCustomer: true }))
    world.lags.bulkCodesMs = 3_600_000
    const codes = Array.from({ length: 250 }, (_one, at) => ({ code: `OWN-${at}` }))
    const { data } = await shop.admin(ADD, { id, codes })
    expect(data).toMatchObject({ discountRedeemCodeBulkAdd: { bulkCreation: { done: false }, userErrors: [] } })
    const [one, other] = [world.addCustomer().id, world.addCustomer().id]
    const lines = [{ productId: cream.id, quantity: 1 }]
    const problem = (code: string, customerId: number) => codeProblem(world, code, { customerId }, lines)
    expect(problem('OWN-7', one)).toBe('unknown')
    expect(codeProblem(world, 'OWN-7', { customerId: one }, lines, world.now() + 86_400_000)).toBe('unknown')
    world.advance(1)
    expect(problem('OWN-7', one)).toBeNull()
    shop.happen.buy({ customerId: one, lines, code: 'own-7' })
    expect([problem('OWN-7', other), problem('OWN-8', one), problem('OWN-8', other)]).toEqual(['limit', 'used', null])
  })

  test('100 orders at once for the last of three: three are sold', async () => {
    await make(input('RUSH', { usageLimit: 3 }))
    const lines = [{ productId: balm.id, quantity: 1 }]
    const tries = await Promise.allSettled(
      Array.from({ length: 100 }, async () => {
        await Promise.resolve()
        return shop.happen.buy({ lines, code: 'RUSH' })
      }),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(world.orders.size).toBe(3)
  })
})

test('a discount is refused without its scope, and nothing is made', async () => {
  await shop.stop()
  shop = await startLocalShop({ world, scopes: ['read_discounts', 'read_products'] })
  const { data, errors } = await shop.admin(BASIC, { input: input('NO') })
  expect(data).toEqual({ discountCodeBasicCreate: null })
  expect(errors![0]).toMatchObject({ extensions: { code: 'ACCESS_DENIED' } })
  expect(errors![0]!.message).toContain('`write_discounts`')
  expect(world.discounts.size).toBe(0)
  await shop.stop()
  shop = await startLocalShop({ world, scopes: ['read_products'] })
  const read = await shop.admin('{ codeDiscountNodes(first: 1) { nodes { id } } }')
  expect(read.errors![0]!.message).toContain('`read_discounts`')
})

test('a world that is kept knows its discounts, their uses and its credit again', async () => {
  const customer = world.addCustomer()
  await make(input('TEN', { appliesOncePerCustomer: true }))
  giveCredit(world, openCreditAccount(world, customer.id, 'KRW'), 5000)
  shop.happen.buy({ customerId: customer.id, lines: [{ productId: balm.id, quantity: 1 }], code: 'TEN' })
  const folder = mkdtempSync(join(tmpdir(), 'kept-world-'))
  try {
    await world.save(folder)
    const again = World.load(folder)
    expect([...again.discounts]).toEqual([...world.discounts])
    const { discount } = again.codes.get('ten')!
    const known = again.customers.get(customer.id)!
    expect(hasUsed(again, discount, { customer: known, email: null })).toBe(true)
    expect(spendableMinor(again, customer.id)).toBe(5000)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

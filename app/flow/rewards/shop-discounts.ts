/** A shop's discounts in Shopify as the checkout simulator knows them, live. */
import { decimalsOf, minorOf } from '#app/domain/money.ts'
import type { CheckoutDiscount } from '#app/domain/rewards/checkout-terms.ts'
import { codeKey } from '#app/domain/rewards/checkout-terms.ts'
import type { Item, NotSimulated } from '#app/domain/rewards/simulation.ts'
import {
  InSegmentsDocument,
  ShopDiscountByCodeDocument,
  ShopDiscountsDocument,
  type ShopDiscountsQuery,
} from '#app/outside/admin.generated.ts'
import type { Admin } from '#app/outside/shopify.server.ts'

/** Pages of 25 read of codes, and of automatic discounts, of which a shop has few. */
const PAGES_MAX = 4

/** `segments` and `customers`: Shopify's ids of those it is for. */
export type ReadDiscount = { discount: CheckoutDiscount; segments: string[]; customers: string[]; items: Item[] }
export type ReadDiscounts = { discounts: ReadDiscount[]; notSimulated: NotSimulated[]; hasMore: boolean }

type Shown = ShopDiscountsQuery['discountNodes']['nodes'][number]['discount']
type Gets = Extract<Shown, { __typename: 'DiscountCodeBasic' }>['customerGets']

/** Active discounts, newest first, and those of the codes, whatever their state. */
export async function readShopDiscounts(
  admin: Admin,
  currency: string,
  codes: readonly string[],
): Promise<ReadDiscounts> {
  const found = new Map<string, Shown>()
  let hasMore = false
  for (const method of ['automatic', 'code']) {
    let after: string | null = null
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const { discountNodes } = (await admin.ask(ShopDiscountsDocument, {
        query: `status:active AND method:${method}`,
        after,
      })) as ShopDiscountsQuery
      for (const { id, discount } of discountNodes.nodes) found.set(id, discount)
      after = discountNodes.pageInfo.hasNextPage ? discountNodes.pageInfo.endCursor : null
      if (after === null) break
    }
    hasMore ||= after !== null
  }
  const byCode = new Map<string, string>()
  for (const code of codes) {
    const { codeDiscountNodeByCode: node } = await admin.ask(ShopDiscountByCodeDocument, { code })
    if (node) {
      found.set(node.id, node.codeDiscount)
      byCode.set(codeKey(code), node.id)
    }
  }
  const discounts: ReadDiscount[] = []
  const notSimulated: NotSimulated[] = []
  for (const [id, shown] of found) {
    const read = discountFrom(id, shown, currency)
    if ('why' in read) notSimulated.push(read)
    else discounts.push(withCodes(read, codes, byCode))
  }
  return { discounts, notSimulated, hasMore }
}

/** Whether a customer is in each segment, as Shopify says now. */
export async function segmentsOf(admin: Admin, customer: string, segmentIds: readonly string[]): Promise<Set<string>> {
  if (segmentIds.length === 0) return new Set()
  const { customerSegmentMembership: answer } = await admin.ask(InSegmentsDocument, {
    customerId: `gid://shopify/Customer/${customer}`,
    segmentIds: [...segmentIds],
  })
  return new Set(answer.memberships.flatMap(({ segmentId, isMember }) => (isMember ? [segmentId] : [])))
}

/** A discount of very many codes shows the first few; those that were asked for are its own all the same. */
function withCodes(read: ReadDiscount, codes: readonly string[], byCode: ReadonlyMap<string, string>): ReadDiscount {
  const own = read.discount.codes ?? []
  const missing = codes.filter(
    (code) => byCode.get(codeKey(code)) === read.discount.id && !own.some((one) => codeKey(one.code) === codeKey(code)),
  )
  if (missing.length === 0) return read
  return { ...read, discount: { ...read.discount, codes: [...own, ...missing.map((code) => ({ code, uses: 0 }))] } }
}

/** In the simulator's terms, or why it cannot be said in them. */
export function discountFrom(id: string, shown: Shown, currency: string): ReadDiscount | NotSimulated {
  const not = (why: NotSimulated['why']): NotSimulated => ({ title: shown.title, why })
  switch (shown.__typename) {
    case 'DiscountCodeBxgy':
    case 'DiscountAutomaticBxgy':
      return not('buy-x-get-y')
    case 'DiscountCodeApp':
    case 'DiscountAutomaticApp':
      return not('app')
    case 'DiscountCodeFreeShipping':
    case 'DiscountAutomaticFreeShipping':
      if (!shown.appliesOnOneTimePurchase) return not('subscriptions')
      if (shown.destinationSelection.__typename !== 'DiscountCountryAll') return not('countries')
      break
    default:
      if (!shown.customerGets.appliesOnOneTimePurchase) return not('subscriptions')
  }
  const { context } = shown
  if (
    context.__typename !== 'DiscountBuyerSelectionAll' &&
    context.__typename !== 'DiscountCustomerSegments' &&
    context.__typename !== 'DiscountCustomers'
  )
    return not('markets')
  const money = moneyIn(currency)
  try {
    const goods = 'customerGets' in shown ? itemsOf(shown.customerGets) : { items: { kind: 'all' as const }, named: [] }
    const { combinesWith: with_ } = shown
    return {
      segments: context.__typename === 'DiscountCustomerSegments' ? context.segments.map((one) => one.id) : [],
      customers: context.__typename === 'DiscountCustomers' ? context.customers.map((one) => one.id) : [],
      items: goods.named,
      discount: {
        id,
        title: shown.title,
        isDraft: false,
        codes: 'codes' in shown ? shown.codes.nodes.map(({ code, asyncUsageCount: uses }) => ({ code, uses })) : null,
        takes:
          'customerGets' in shown
            ? takesOf(shown.customerGets, money)
            : {
                kind: 'free-shipping',
                dearestMinor: shown.maximumShippingPrice === null ? null : money(shown.maximumShippingPrice),
              },
        items: goods.items,
        minimum: minimumOf(shown.minimumRequirement, money),
        buyers:
          context.__typename === 'DiscountCustomerSegments'
            ? 'segment'
            : context.__typename === 'DiscountCustomers'
              ? 'customers'
              : 'all',
        oncePerCustomer: 'appliesOncePerCustomer' in shown && shown.appliesOncePerCustomer,
        usageLimit: 'usageLimit' in shown ? shown.usageLimit : null,
        startsAt: Date.parse(shown.startsAt),
        endsAt: shown.endsAt === null ? null : Date.parse(shown.endsAt),
        combinesWith: {
          order: with_.orderDiscounts,
          product: with_.productDiscounts,
          shipping: with_.shippingDiscounts,
        },
      },
    }
  } catch (error) {
    if (error instanceof Unsayable) return not(error.why)
    throw error
  }
}

/** What the simulator's terms have no word for. */
class Unsayable extends Error {
  readonly why: NotSimulated['why']
  constructor(why: NotSimulated['why']) {
    super(why)
    this.why = why
  }
}

type Amount = { amount: string; currencyCode: string }
type ToMinor = (amount: Amount) => number

function moneyIn(currency: string): ToMinor {
  decimalsOf(currency)
  return ({ amount, currencyCode }) => {
    if (currencyCode !== currency) throw new Unsayable('other-currency')
    return minorOf(amount, currency)
  }
}

function takesOf({ value }: Gets, money: ToMinor): CheckoutDiscount['takes'] {
  if (value.__typename === 'DiscountPercentage') return { kind: 'percent', share: value.percentage }
  if (value.__typename === 'DiscountAmount')
    return { kind: 'amount', amountMinor: money(value.amount), onEach: value.appliesOnEachItem }
  throw new Unsayable('buy-x-get-y')
}

function minimumOf(
  minimum: Extract<Shown, { __typename: 'DiscountCodeBasic' }>['minimumRequirement'],
  money: ToMinor,
): CheckoutDiscount['minimum'] {
  if (minimum === null) return null
  if ('greaterThanOrEqualToQuantity' in minimum) return { quantity: Number(minimum.greaterThanOrEqualToQuantity) }
  if ('greaterThanOrEqualToSubtotal' in minimum) return { subtotalMinor: money(minimum.greaterThanOrEqualToSubtotal) }
  throw new Unsayable('unknown')
}

function itemsOf({ items }: Gets): { items: CheckoutDiscount['items']; named: Item[] } {
  if (items.__typename === 'AllDiscountItems') return { items: { kind: 'all' }, named: [] }
  const none = { kind: 'chosen' as const, productIds: [], variantIds: [], collectionIds: [] }
  if (items.__typename === 'DiscountCollections') {
    const { nodes, pageInfo } = items.collections
    if (pageInfo.hasNextPage) throw new Unsayable('long-list')
    return {
      items: { ...none, collectionIds: nodes.map(({ id }) => id) },
      named: nodes.map(({ id, title }) => ({ id, kind: 'collection', title })),
    }
  }
  const { products, productVariants } = items
  if (products.pageInfo.hasNextPage || productVariants.pageInfo.hasNextPage) throw new Unsayable('long-list')
  return {
    items: {
      ...none,
      productIds: products.nodes.map(({ id }) => id),
      variantIds: productVariants.nodes.map(({ id }) => id),
    },
    named: [
      ...products.nodes.map(({ id, title }): Item => ({ id, kind: 'product', title })),
      ...productVariants.nodes.map(({ id, product }): Item => ({ id, kind: 'variant', title: product.title })),
    ],
  }
}

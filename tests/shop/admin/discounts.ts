import {
  classOf,
  codeKey,
  discountByCode,
  settleBulkCodes,
  statusOf,
  usageCount,
  type WorldBulkCodes,
  type WorldDiscount,
} from '../discounts.ts'
import { variantsOf } from '../products.ts'
import type { World } from '../world.ts'
import { count, counting } from './counts.ts'
import { dateTime, dateTimeOrNull, digitsOf, gid, money, readGid } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { compareDate, compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'

export type DiscountOf = { kind: string; id: number; discount: WorldDiscount }
type RedeemCodeOf = { kind: 'DiscountRedeemCode'; id: number; code: string; discount: WorldDiscount }
type CreationOf = { kind: 'DiscountRedeemCodeBulkCreation'; id: number; creation: WorldBulkCodes }
type ItemsOf = { kind: string; discount: WorldDiscount }

const SORTS: Record<string, (discount: WorldDiscount) => string | number> = {
  ID: ({ id }) => id,
  TITLE: ({ title }) => title.toLowerCase(),
  CREATED_AT: ({ createdAt }) => createdAt,
  UPDATED_AT: ({ updatedAt }) => updatedAt,
  STARTS_AT: ({ startsAt }) => startsAt,
  ENDS_AT: ({ endsAt }) => endsAt ?? Number.MAX_SAFE_INTEGER,
}

export function nodeOf(discount: WorldDiscount): DiscountOf {
  return { kind: 'DiscountCodeNode', id: discount.id, discount }
}

/** The discount itself, as the union shows it. */
function codeDiscountOf({ discount }: DiscountOf): DiscountOf {
  const kind = discount.value === null ? 'DiscountCodeFreeShipping' : 'DiscountCodeBasic'
  return { kind, id: discount.id, discount }
}

function typeOf({ value }: WorldDiscount): string {
  if (value === null) return 'free_shipping'
  return 'percentage' in value ? 'percentage' : 'fixed_amount'
}

function filtersIn(world: World): Filters<WorldDiscount> {
  const among = (value: string, own: string) => value.toLowerCase().split(',').includes(own)
  return {
    id: (one, operator, value) => compareNumber(one.id, operator, idIn(value)),
    title: (one, _operator, value) => one.title.toLowerCase().includes(value.toLowerCase()),
    status: (one, _operator, value) => among(value, statusOf(one, world.now()).toLowerCase()),
    method: (_one, _operator, value) => among(value, 'code'),
    discount_class: (one, _operator, value) => among(value, classOf(one).toLowerCase()),
    discount_type: (one, _operator, value) => among(value, typeOf(one)),
    // Documented: a code is not found when there are several.
    code: (one, _operator, value) => one.codes.length === 1 && codeKey(one.codes[0]!.code) === codeKey(value),
    tag: (one, _operator, value) => one.tags.some((tag) => among(value, tag.toLowerCase())),
    times_used: (one, operator, value) => compareNumber(usageCount(world, one), operator, Number(value)),
    created_at: (one, operator, value) => compareDate(one.createdAt, operator, value),
    updated_at: (one, operator, value) => compareDate(one.updatedAt, operator, value),
    starts_at: (one, operator, value) => compareDate(one.startsAt, operator, value),
    ends_at: (one, operator, value) => one.endsAt !== null && compareDate(one.endsAt, operator, value),
  }
}

function discountsFound(call: Call, args: Args, what: string): List {
  const { world } = call.shop
  if (args['savedSearchId'] != null) throw notPlayed(`${what} of a saved search`)
  const key = String(args['sortKey'] ?? 'ID')
  const sort = SORTS[key]
  if (!sort) throw notPlayed(`the sort key ${key} of ${what}`)
  settleBulkCodes(world, world.now())
  const passes = compileSearch(args['query'], filtersIn(world), what)
  const order = (a: WorldDiscount, b: WorldDiscount) => {
    const [left, right] = [sort(a), sort(b)]
    return left < right ? -1 : left > right ? 1 : a.id - b.id
  }
  const items = [...world.discounts.values()].filter(passes).sort(order).map(nodeOf)
  return { items, sortValue: (one: DiscountOf) => sort(one.discount), reverse: args['reverse'] === true }
}

function discountById(args: Args, call: Call): DiscountOf | null {
  const at = readGid(args['id'])
  settleBulkCodes(call.shop.world, call.shop.world.now())
  const discount = at?.type === 'DiscountCodeNode' ? call.shop.world.discounts.get(at.id) : undefined
  return discount ? nodeOf(discount) : null
}

/** Also what `node` answers for a bulk creation. */
export function creationById(world: World, id: number): CreationOf | null {
  settleBulkCodes(world, world.now())
  const creation = world.bulkCodes.get(id)
  return creation ? { kind: 'DiscountRedeemCodeBulkCreation', id, creation } : null
}

function creationIn(args: Args, call: Call): CreationOf | null {
  const at = readGid(args['id'])
  return at?.type === 'DiscountRedeemCodeBulkCreation' ? creationById(call.shop.world, at.id) : null
}

function redeemCodes(discount: WorldDiscount): RedeemCodeOf[] {
  return discount.codes.map(({ id, code }) => ({ kind: 'DiscountRedeemCode', id, code, discount }))
}

function contextOf({ discount }: DiscountOf, _args: Args, call: Call): Record<string, unknown> {
  const { buyers } = discount
  const { customers, segments } = call.shop.world
  if (buyers.kind === 'all') return { kind: 'DiscountBuyerSelectionAll', all: 'ALL' }
  if (buyers.kind === 'customers')
    return { kind: 'DiscountCustomers', customers: buyers.ids.flatMap((id) => customers.get(id) ?? []) }
  return { kind: 'DiscountCustomerSegments', segments: buyers.ids.flatMap((id) => segments.get(id) ?? []) }
}

function minimumOf({ discount }: DiscountOf, _args: Args, call: Call): Record<string, unknown> | null {
  const { minimum } = discount
  if (minimum === null) return null
  if ('quantity' in minimum)
    return { kind: 'DiscountMinimumQuantity', greaterThanOrEqualToQuantity: String(minimum.quantity) }
  const amount = money(minimum.subtotalMinor, call.shop.world.shop.currency)
  return { kind: 'DiscountMinimumSubtotal', greaterThanOrEqualToSubtotal: amount }
}

function getsOf({ discount }: DiscountOf, _args: Args, call: Call): Record<string, unknown> {
  const { value, items } = discount
  const shown =
    value !== null && 'amountMinor' in value
      ? {
          kind: 'DiscountAmount',
          amount: money(value.amountMinor, call.shop.world.shop.currency),
          appliesOnEachItem: value.onEach,
        }
      : { kind: 'DiscountPercentage', percentage: value?.percentage ?? 0 }
  const goods =
    items.kind === 'all'
      ? { kind: 'AllDiscountItems', allItems: true }
      : { kind: items.kind === 'products' ? 'DiscountProducts' : 'DiscountCollections', discount }
  return { value: shown, items: goods, appliesOnOneTimePurchase: true, appliesOnSubscription: false }
}

/** As recorded for discounts on the whole order; what Shopify writes of chosen goods no recording shows. */
function summaryOf({ discount }: DiscountOf, _args: Args, call: Call): string {
  const { value, items, minimum } = discount
  if (items.kind !== 'all') throw notPlayed('the summary of a discount on chosen products')
  const { currency } = call.shop.world.shop
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  const shown = (minor: number) => format.format(minor / 10 ** digitsOf(currency))
  const parts = ['Free shipping on one-time purchase products']
  if (value !== null && 'percentage' in value)
    parts[0] = `${Number((value.percentage * 100).toFixed(2))}% off entire order`
  else if (value !== null) parts[0] = `${shown(value.amountMinor)} off entire order`
  if (minimum !== null && 'quantity' in minimum) throw notPlayed('the summary of a discount with a minimum quantity')
  if (minimum !== null) parts.push(`Minimum purchase of ${shown(minimum.subtotalMinor)}`)
  if (value === null) parts.push('For all countries')
  if (discount.maximumShippingMinor !== null)
    parts.push(`Applies to shipping rates under ${shown(discount.maximumShippingMinor)}`)
  if (discount.oncePerCustomer) parts.push('One use per customer')
  return parts.join(' • ')
}

const common = {
  title: ({ discount }: DiscountOf) => discount.title,
  status: ({ discount }: DiscountOf, _args: Args, call: Call) => statusOf(discount, call.shop.world.now()),
  startsAt: ({ discount }: DiscountOf) => dateTime(discount.startsAt),
  endsAt: ({ discount }: DiscountOf) => dateTimeOrNull(discount.endsAt),
  createdAt: ({ discount }: DiscountOf) => dateTime(discount.createdAt),
  updatedAt: ({ discount }: DiscountOf) => dateTime(discount.updatedAt),
  asyncUsageCount: ({ discount }: DiscountOf, _args: Args, call: Call) => usageCount(call.shop.world, discount),
  appliesOncePerCustomer: ({ discount }: DiscountOf) => discount.oncePerCustomer,
  usageLimit: ({ discount }: DiscountOf) => discount.usageLimit,
  recurringCycleLimit: ({ discount }: DiscountOf) => discount.recurringCycleLimit,
  tags: ({ discount }: DiscountOf) => discount.tags,
  discountClasses: ({ discount }: DiscountOf) => [classOf(discount)],
  combinesWith: ({ discount: { combinesWith } }: DiscountOf) => ({
    orderDiscounts: combinesWith.ORDER,
    productDiscounts: combinesWith.PRODUCT,
    shippingDiscounts: combinesWith.SHIPPING,
  }),
  codesCount: ({ discount }: DiscountOf) => ({ count: discount.codes.length, precision: 'EXACT' }),
  context: contextOf,
  minimumRequirement: minimumOf,
  summary: summaryOf,
}

const node = { id: (of: DiscountOf) => gid('DiscountCodeNode', of.id) }

export const discountFields: PlayedFields = {
  QueryRoot: {
    codeDiscountNode: (_root, args, call) => discountById(args, call),
    discountNode: (_root, args, call) => discountById(args, call),
    codeDiscountNodeByCode: (_root, args, call) => {
      const { world } = call.shop
      const found = discountByCode(world, String(args['code']), world.now())
      return found ? nodeOf(found.discount) : null
    },
    discountRedeemCodeBulkCreation: (_root, args, call) => creationIn(args, call),
    discountNodesCount: (_root, args, call) =>
      count(discountsFound(call, { query: args['query'] }, 'discountNodesCount'), counting(args)),
    discountCodesCount: (_root, args, call) => {
      if (args['query'] != null) throw notPlayed('discountCodesCount with a search')
      settleBulkCodes(call.shop.world, call.shop.world.now())
      return count({ items: [...call.shop.world.codes.values()] }, counting(args))
    },
  },
  DiscountCodeNode: { ...node, codeDiscount: codeDiscountOf },
  DiscountNode: { ...node, discount: codeDiscountOf },
  DiscountCodeBasic: { ...common, customerGets: getsOf },
  DiscountCodeFreeShipping: {
    ...common,
    destinationSelection: () => ({ kind: 'DiscountCountryAll', allCountries: true }),
    maximumShippingPrice: ({ discount }: DiscountOf, _args, call) =>
      discount.maximumShippingMinor === null
        ? null
        : money(discount.maximumShippingMinor, call.shop.world.shop.currency),
    appliesOnOneTimePurchase: () => true,
    appliesOnSubscription: () => false,
  },
  DiscountRedeemCode: {
    id: (of: RedeemCodeOf) => gid('DiscountRedeemCode', of.id),
    code: (of: RedeemCodeOf) => of.code,
    asyncUsageCount: (of: RedeemCodeOf, _args, call) => usageCount(call.shop.world, of.discount, of.code),
  },
  DiscountRedeemCodeBulkCreation: {
    id: (of: CreationOf) => gid('DiscountRedeemCodeBulkCreation', of.id),
    createdAt: (of: CreationOf) => dateTime(of.creation.createdAt),
    done: (of: CreationOf) => of.creation.isDone,
    codesCount: (of: CreationOf) => of.creation.codes.length,
    importedCount: (of: CreationOf) => of.creation.codes.filter(({ redeemCodeId }) => redeemCodeId !== null).length,
    failedCount: (of: CreationOf) => of.creation.codes.filter(({ problem }) => problem !== null).length,
    discountCode: (of: CreationOf, _args, call) => {
      const discount = call.shop.world.discounts.get(of.creation.discountId)
      return discount ? nodeOf(discount) : null
    },
  },
}

function codesList(of: DiscountOf, args: Args): List {
  if (args['query'] != null || args['savedSearchId'] != null) throw notPlayed('codes of a discount by a search')
  if (args['sortKey'] != null && args['sortKey'] !== 'ID')
    throw notPlayed(`the sort key ${String(args['sortKey'])} of codes`)
  const items = redeemCodes(of.discount)
  return { items, sortValue: (one: RedeemCodeOf) => one.id, reverse: args['reverse'] === true }
}

export const discountLists: PlayedLists = {
  QueryRoot: {
    codeDiscountNodes: (_root: unknown, args, call) => discountsFound(call, args, 'codeDiscountNodes'),
    discountNodes: (_root: unknown, args, call) => discountsFound(call, args, 'discountNodes'),
  },
  DiscountCodeBasic: { codes: codesList },
  DiscountCodeFreeShipping: { codes: codesList },
  DiscountProducts: {
    products: ({ discount: { items } }: ItemsOf, _args, call) => ({
      items: items.kind === 'products' ? items.productIds.flatMap((id) => call.shop.world.products.get(id) ?? []) : [],
    }),
    productVariants: ({ discount: { items } }: ItemsOf, _args, call) => ({
      items: [...call.shop.world.products.values()]
        .filter(({ variantId }) => items.kind === 'products' && items.variantIds.includes(variantId))
        .map((product) => variantsOf(product)[0]!),
    }),
  },
  DiscountCollections: {
    collections: ({ discount: { items } }: ItemsOf, _args, call) => ({
      items:
        items.kind === 'collections'
          ? items.collectionIds.flatMap((id) => call.shop.world.collections.get(id) ?? [])
          : [],
    }),
  },
  DiscountRedeemCodeBulkCreation: {
    codes: ({ creation }: CreationOf, args, call) => {
      const discount = call.shop.world.discounts.get(creation.discountId)
      const items = creation.codes.map(({ code, problem, redeemCodeId }, id) => ({
        kind: 'DiscountRedeemCodeBulkCreationCode',
        id,
        code,
        errors: problem === null ? [] : [{ field: ['code'], message: problem, code: null, extraInfo: null }],
        discountRedeemCode:
          redeemCodeId === null || !discount ? null : { kind: 'DiscountRedeemCode', id: redeemCodeId, code, discount },
      }))
      return { items, reverse: args['reverse'] === true }
    },
  },
}

import { discountMinor, lineMinor, refundedMinor, subtotalMinor } from '../amounts.ts'
import { variantsOf } from '../products.ts'
import type { World, WorldCustomer, WorldLine, WorldOrder } from '../world.ts'
import { dateTime, dateTimeOrNull, gid, money, moneyBag } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { compareDate, compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'
import { sortedBy } from './sorted.ts'

const DAYS_WITHOUT_READ_ALL = 60

export type LineOf = { kind: 'LineItem'; id: number; order: WorldOrder; line: WorldLine }
export type ApplicationOf = { kind: string; id: number; order: WorldOrder; index: number }
type AllocationOf = { order: WorldOrder; discount: number; minor: number }
type RefundOf = { kind: 'Refund'; id: number; order: WorldOrder } & WorldOrder['refunds'][number]
type RefundLineOf = {
  kind: 'RefundLineItem'
  id: number
  order: WorldOrder
  line: WorldLine
  quantity: number
  minor: number
}

const APPLICATION = {
  code: 'DiscountCodeApplication',
  automatic: 'AutomaticDiscountApplication',
  manual: 'ManualDiscountApplication',
} as const

const ORDER_FILTERS: Filters<WorldOrder> = {
  id: (order, operator, value) => compareNumber(order.id, operator, idIn(value)),
  updated_at: (order, operator, value) => compareDate(order.updatedAt, operator, value),
  created_at: (order, operator, value) => compareDate(order.createdAt, operator, value),
  processed_at: (order, operator, value) => compareDate(order.processedAt, operator, value),
  customer_id: (order, operator, value) => compareNumber(order.customerId ?? 0, operator, idIn(value)),
  test: (order, _operator, value) => String(order.test) === value,
}

const ORDER_SORTS: Record<string, (order: WorldOrder) => number> = {
  ID: (order) => order.id,
  UPDATED_AT: (order) => order.updatedAt,
  CREATED_AT: (order) => order.createdAt,
  PROCESSED_AT: (order) => order.processedAt,
}

/** Without read_all_orders an app sees the last 60 days of orders. */
export function maySee(order: WorldOrder, call: Call): boolean {
  if (call.scopes.has('read_all_orders')) return true
  return order.createdAt >= call.shop.world.now() - DAYS_WITHOUT_READ_ALL * 86_400_000
}

export function orderList(call: Call, args: Args): List {
  const key = String(args['sortKey'] ?? 'PROCESSED_AT')
  const sortValue = ORDER_SORTS[key]
  if (!sortValue) throw notPlayed(`the sort key ${key} of orders`)
  const passes = compileSearch(args['query'], ORDER_FILTERS, 'orders')
  const all = sortedBy(call.shop.world, 'orders', key, sortValue)
  const items = all.filter((order) => maySee(order, call) && passes(order))
  return { items, sortValue, reverse: args['reverse'] === true }
}

function currentSubtotalMinor(order: WorldOrder): number {
  return order.lines.reduce((total, line) => {
    const share = line.quantity === 0 ? 0 : line.currentQuantity / line.quantity
    return total + Math.round((lineMinor(line) - discountMinor(line)) * share)
  }, 0)
}

/** The orders of one customer, who has few: searched and sorted on the spot. */
export function orderListOf(own: WorldOrder[], call: Call, args: Args): List {
  const key = String(args['sortKey'] ?? 'ID')
  const sortValue = ORDER_SORTS[key]
  if (!sortValue) throw notPlayed(`the sort key ${key} of Customer.orders`)
  const passes = compileSearch(args['query'], ORDER_FILTERS, 'Customer.orders')
  const items = own.filter((order) => maySee(order, call) && passes(order))
  items.sort((a, b) => sortValue(a) - sortValue(b) || a.id - b.id)
  return { items, sortValue, reverse: args['reverse'] === true }
}

function bag(order: WorldOrder, minor: number) {
  return moneyBag(minor, order.currency)
}

function customerOf(order: WorldOrder, call: Call): WorldCustomer | null {
  return order.customerId === null ? null : (call.shop.world.customers.get(order.customerId) ?? null)
}

export function lineOf(order: WorldOrder, line: WorldLine): LineOf {
  return { kind: 'LineItem', id: line.id, order, line }
}

function applicationOf(order: WorldOrder, index: number): ApplicationOf {
  const use = order.discounts[index]
  if (!use) throw notPlayed(`discount ${index} of order ${order.name}, which has no such discount`)
  return { kind: APPLICATION[use.kind], id: index, order, index }
}

function refundsOf(order: WorldOrder): RefundOf[] {
  return order.refunds.map((refund, at) => ({ kind: 'Refund', id: order.id * 10 + at, order, ...refund }))
}

function codesOf(order: WorldOrder): string[] {
  return order.discounts.filter(({ kind }) => kind === 'code').map(({ title }) => title)
}

type ShippingOf = { kind: 'ShippingLine'; id: number; order: WorldOrder }

function shippingLineOf(order: WorldOrder): ShippingOf {
  return { kind: 'ShippingLine', id: order.id + 1, order }
}

function discountsMinor(order: WorldOrder): number {
  return order.lines.reduce((total, line) => total + discountMinor(line), 0)
}

function shippingOffMinor({ shippingAllocations = [] }: WorldOrder): number {
  return shippingAllocations.reduce((total, { minor }) => total + minor, 0)
}

function productOf(world: World, line: WorldLine) {
  return world.products.get(line.productId) ?? null
}

/** What the checkout applied says so itself; of older orders only these words are known. */
const useOf = (of: ApplicationOf) => of.order.discounts[of.index]!
const applicationFields = {
  index: (of: ApplicationOf) => of.index,
  allocationMethod: (of: ApplicationOf) => useOf(of).method ?? 'ACROSS',
  targetSelection: (of: ApplicationOf) => useOf(of).selection ?? 'ALL',
  targetType: (of: ApplicationOf) => useOf(of).target ?? 'LINE_ITEM',
  value: (of: ApplicationOf) => {
    const { value, title } = useOf(of)
    if (value === undefined)
      throw notPlayed(`the value of ${title} on order ${of.order.name}, which the world does not know`)
    return 'percentage' in value
      ? { kind: 'PricingPercentageValue', percentage: value.percentage * 100 }
      : { kind: 'MoneyV2', ...money(value.amountMinor, of.order.currency) }
  },
}
const titleOf = (of: ApplicationOf) => of.order.discounts[of.index]!.title

export const orderFields: PlayedFields = {
  Order: {
    id: (order: WorldOrder) => gid('Order', order.id),
    legacyResourceId: (order: WorldOrder) => String(order.id),
    name: (order: WorldOrder) => order.name,
    processedAt: (order: WorldOrder) => dateTime(order.processedAt),
    createdAt: (order: WorldOrder) => dateTime(order.createdAt),
    updatedAt: (order: WorldOrder) => dateTime(order.updatedAt),
    cancelledAt: (order: WorldOrder) => dateTimeOrNull(order.cancelledAt),
    test: (order: WorldOrder) => order.test,
    displayFinancialStatus: (order: WorldOrder) => order.financialStatus,
    currencyCode: (order: WorldOrder) => order.currency,
    presentmentCurrencyCode: (order: WorldOrder) => order.currency,
    subtotalPriceSet: (order: WorldOrder) => bag(order, subtotalMinor(order)),
    currentSubtotalPriceSet: (order: WorldOrder) => bag(order, currentSubtotalMinor(order)),
    totalPriceSet: (order: WorldOrder) => bag(order, subtotalMinor(order) + order.shippingMinor),
    currentTotalPriceSet: (order: WorldOrder) =>
      bag(order, Math.max(0, subtotalMinor(order) + order.shippingMinor - refundedMinor(order))),
    totalShippingPriceSet: (order: WorldOrder) => bag(order, order.shippingMinor),
    totalDiscountsSet: (order: WorldOrder) => bag(order, discountsMinor(order) + shippingOffMinor(order)),
    shippingLine: (order: WorldOrder) => shippingLineOf(order),
    totalRefundedSet: (order: WorldOrder) => bag(order, refundedMinor(order)),
    customer: (order: WorldOrder, _args, call) => customerOf(order, call),
    purchasingEntity: (order: WorldOrder, _args, call) =>
      order.companyId === null ? customerOf(order, call) : { kind: 'PurchasingCompany', id: order.companyId, order },
    discountCode: (order: WorldOrder) => codesOf(order)[0] ?? null,
    discountCodes: (order: WorldOrder) => codesOf(order),
    refunds: (order: WorldOrder, args) => refundsOf(order).slice(0, (args['first'] as number | null) ?? undefined),
  },
  PurchasingCompany: {
    company: (of: { id: number }) => ({ kind: 'Company', id: of.id }),
  },
  Company: {
    id: (of: { id: number }) => gid('Company', of.id),
  },
  Refund: {
    id: (of: RefundOf) => gid('Refund', of.id),
    createdAt: (of: RefundOf) => dateTime(of.createdAt),
    updatedAt: (of: RefundOf) => dateTime(of.createdAt),
    processedAt: (of: RefundOf) => dateTime(of.createdAt),
    totalRefundedSet: (of: RefundOf) => bag(of.order, of.minor),
  },
  RefundLineItem: {
    id: (of: RefundLineOf) => gid('RefundLineItem', of.id),
    quantity: (of: RefundLineOf) => of.quantity,
    restockType: () => 'RETURN',
    restocked: () => true,
    lineItem: (of: RefundLineOf) => lineOf(of.order, of.line),
    subtotalSet: (of: RefundLineOf) => bag(of.order, of.minor),
  },
  LineItem: {
    id: (of: LineOf) => gid('LineItem', of.id),
    title: (of: LineOf) => of.line.title,
    name: (of: LineOf) => of.line.title,
    sku: (of: LineOf) => (of.line.sku === '' ? null : of.line.sku),
    quantity: (of: LineOf) => of.line.quantity,
    currentQuantity: (of: LineOf) => of.line.currentQuantity,
    originalUnitPriceSet: (of: LineOf) => bag(of.order, of.line.unitMinor),
    originalTotalSet: (of: LineOf) => bag(of.order, lineMinor(of.line)),
    // Codes across the order are left out unless asked for, as Shopify does: only what the line itself allows.
    discountedTotalSet: (of: LineOf, args) => bag(of.order, lineMinor(of.line) - counted(of, args)),
    totalDiscountSet: (of: LineOf) => bag(of.order, discountMinor(of.line)),
    discountAllocations: (of: LineOf): AllocationOf[] =>
      of.line.allocations.map((allocation) => ({ order: of.order, ...allocation })),
    product: (of: LineOf, _args, call) => productOf(call.shop.world, of.line),
    variant: (of: LineOf, _args, call) => {
      const product = productOf(call.shop.world, of.line)
      return product ? variantsOf(product)[0]! : null
    },
  },
  ShippingLine: {
    id: (of: ShippingOf) => gid('ShippingLine', of.id),
    title: () => 'Standard',
    originalPriceSet: ({ order }: ShippingOf) => bag(order, order.shippingMinor + shippingOffMinor(order)),
    discountedPriceSet: ({ order }: ShippingOf) => bag(order, order.shippingMinor),
    discountAllocations: ({ order }: ShippingOf): AllocationOf[] =>
      (order.shippingAllocations ?? []).map((allocation) => ({ order, ...allocation })),
  },
  DiscountAllocation: {
    allocatedAmountSet: (of: AllocationOf) => bag(of.order, of.minor),
    discountApplication: (of: AllocationOf) => applicationOf(of.order, of.discount),
  },
  DiscountCodeApplication: { ...applicationFields, code: titleOf },
  AutomaticDiscountApplication: { ...applicationFields, title: titleOf },
  ManualDiscountApplication: { ...applicationFields, title: titleOf, description: () => null },
}

function counted(of: LineOf, args: Args): number {
  const withCodes = args['withCodeDiscounts'] === true
  return of.line.allocations.reduce((total, { discount, minor }) => {
    const isCode = of.order.discounts[discount]?.kind === 'code'
    return isCode && !withCodes ? total : total + minor
  }, 0)
}

export const orderLists: PlayedLists = {
  QueryRoot: { orders: (_root: unknown, args, call) => orderList(call, args) },
  Refund: {
    refundLineItems: (of: RefundOf) => ({
      items: (of.lines ?? []).map(({ lineId, quantity, minor }, at): RefundLineOf => {
        const line = of.order.lines.find(({ id }) => id === lineId)!
        return { kind: 'RefundLineItem', id: of.id * 100 + at, order: of.order, line, quantity, minor }
      }),
    }),
  },
  Order: {
    shippingLines: (order: WorldOrder) => ({ items: [shippingLineOf(order)] }),
    lineItems: (order: WorldOrder, args) => ({
      items: order.lines.map((line) => lineOf(order, line)),
      reverse: args['reverse'] === true,
    }),
    discountApplications: (order: WorldOrder, args) => ({
      items: order.discounts.map((_use, index) => applicationOf(order, index)),
      reverse: args['reverse'] === true,
    }),
  },
}

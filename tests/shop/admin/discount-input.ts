import { GraphQLError } from 'graphql'
import { codeKey, settleBulkCodes, type DiscountBuyers, type DiscountItems, type WorldDiscount } from '../discounts.ts'
import type { World } from '../world.ts'
import { digitsOf, readGid } from './money.ts'
import { notPlayed } from './search.ts'

export type DiscountError = { field: string[] | null; message: string; code: string | null; extraInfo: null }
export type Root = 'basicCodeDiscount' | 'freeShippingCodeDiscount'

type Ids = { add?: string[] | null; remove?: string[] | null } | null
type Selection = { all?: boolean | null; customers?: Ids; customerSegments?: Ids } | null
/** DiscountCodeBasicInput and DiscountCodeFreeShippingInput as one; a field that is not there stays as it was. */
export type DiscountInput = {
  title?: string | null
  code?: string | null
  startsAt?: string | null
  endsAt?: string | null
  context?: { all?: string | null; customers?: Ids; customerSegments?: Ids; markets?: unknown } | null
  customerSelection?: Selection
  combinesWith?: Record<string, unknown> | null
  minimumRequirement?: {
    subtotal?: { greaterThanOrEqualToSubtotal?: unknown } | null
    quantity?: { greaterThanOrEqualToQuantity?: unknown } | null
  } | null
  appliesOncePerCustomer?: boolean | null
  appliesOnSubscription?: boolean | null
  appliesOnOneTimePurchase?: boolean | null
  usageLimit?: number | null
  recurringCycleLimit?: number | null
  tags?: string[] | null
  customerGets?: {
    value?: Value | null
    items?: Items | null
    appliesOnSubscription?: boolean | null
    appliesOnOneTimePurchase?: boolean | null
  } | null
  destination?: { all?: boolean | null; countries?: unknown } | null
  maximumShippingPrice?: unknown
}
type Value = { percentage?: number | null; discountAmount?: Amount | null; discountOnQuantity?: unknown }
type Amount = { amount?: unknown; appliesOnEachItem?: boolean | null }
type Items = {
  all?: boolean | null
  products?: {
    productsToAdd?: string[] | null
    productsToRemove?: string[] | null
    productVariantsToAdd?: string[] | null
    productVariantsToRemove?: string[] | null
  } | null
  collections?: Ids
}

export type DiscountChanges = Partial<WorldDiscount> & { code?: string }
type Read = { changes: DiscountChanges; errors: DiscountError[] }

const LONGEST = 255
const BIGGEST = 2_147_483_647
const TOO_MUCH = 1e18

/** What an input changes, and every recorded complaint about it, in the recorded order. `present`: what is updated. */
export function readDiscount(world: World, root: Root, input: DiscountInput, present: WorldDiscount | null): Read {
  refuseUnplayed(input)
  const errors: DiscountError[] = []
  const changes: DiscountChanges = {}
  const complain = (path: string[], message: string, code: string | null) =>
    errors.push({ field: [root, ...path], message, code, extraInfo: null })
  if (input.context != null && input.customerSelection != null) {
    complain(['context'], 'Only one of context or customerSelection can be provided.', 'INVALID')
    return { changes, errors }
  }
  readBuyers(world, input, present, changes, complain)
  if (input.combinesWith != null) readCombination(root, input.combinesWith, changes, complain)
  if (root === 'basicCodeDiscount') readGets(world, input, present, changes, complain)
  else readShipping(world, input, present, changes, complain)
  if (input.title !== undefined || present === null) {
    const title = input.title ?? ''
    if (title.trim() === '') complain(['title'], "Title can't be blank", 'BLANK')
    else if (title.length > LONGEST)
      complain(['title'], `Title is too long (maximum is ${LONGEST} characters)`, 'TOO_LONG')
    changes.title = title
  }
  readDates(input, present, changes, complain)
  readLimits(world, input, changes, complain)
  readCode(world, input, present, changes, complain)
  return { changes, errors }
}

type Complain = (path: string[], message: string, code: string | null) => void

function refuseUnplayed(input: DiscountInput): void {
  const { customerGets: gets } = input
  if (input.context?.markets != null) throw notPlayed('discounts for markets')
  if (input.destination?.countries != null) throw notPlayed('free shipping for chosen countries')
  if (input.appliesOnSubscription === true || gets?.appliesOnSubscription === true)
    throw notPlayed('discounts on subscriptions')
  if (input.appliesOnOneTimePurchase === false || gets?.appliesOnOneTimePurchase === false)
    throw notPlayed('discounts that are not for one-time purchases')
  const value = gets?.value
  if (value != null && [value.percentage, value.discountAmount, value.discountOnQuantity].filter(isGiven).length > 1)
    throw badRequest('A discount can only have one of percentage, discountOnQuantity or discountAmount.')
  const selection = input.customerSelection
  if (selection?.all === true && selection.customers != null)
    throw badRequest(
      'A discount cannot have customerSelection set to all, when customers or customerSavedSearches is specified.',
    )
  if (selection?.all === true && selection.customerSegments != null)
    throw badRequest('A discount cannot have customerSelection set to all, when customerSegments is specified.')
}

function isGiven(value: unknown): boolean {
  return value != null
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
}

function readBuyers(
  world: World,
  input: DiscountInput,
  present: WorldDiscount | null,
  changes: DiscountChanges,
  complain: Complain,
): void {
  const given = input.context ?? input.customerSelection
  if (given == null) {
    // Unverified: no recording creates one without saying for whom.
    if (present === null) complain(['context'], "Context can't be blank", 'BLANK')
    return
  }
  const before = present?.buyers ?? { kind: 'all' }
  const at = input.context == null ? 'customerSelection' : 'context'
  const chosen = (
    kind: 'customers' | 'segments',
    ids: Ids,
    type: string,
    known: (id: number) => boolean,
  ): DiscountBuyers => {
    for (const id of ids?.add ?? [])
      if (readGid(id)?.type !== type || !known(readGid(id)!.id))
        complain([at, kind === 'customers' ? 'customers' : 'customerSegments', 'add'], wrong(type, id), 'INVALID')
    return { kind, ids: changed(before.kind === kind ? before.ids : [], ids?.add, ids?.remove) }
  }
  if (given.customers != null)
    changes.buyers = chosen('customers', given.customers, 'Customer', (id) => world.customers.has(id))
  else if (given.customerSegments != null)
    changes.buyers = chosen('segments', given.customerSegments, 'Segment', (id) => world.segments.has(id))
  else changes.buyers = { kind: 'all' }
}

function wrong(type: string, id: string): string {
  const words = type === 'ProductVariant' ? 'Product variant' : type
  return `${words} with id: ${id.split('/').at(-1)} is invalid`
}

function changed(before: number[], add: string[] | null | undefined, remove: string[] | null | undefined): number[] {
  const ids = new Set([...before, ...(add ?? []).map((id) => readGid(id)?.id ?? 0)])
  for (const id of remove ?? []) ids.delete(readGid(id)?.id ?? 0)
  return [...ids]
}

function readCombination(
  root: Root,
  given: Record<string, unknown>,
  changes: DiscountChanges,
  complain: Complain,
): void {
  if (given['productDiscountsWithTagsOnSameCartLine'] != null)
    throw notPlayed('product discounts that share a line by their tags')
  if (root === 'freeShippingCodeDiscount' && given['shippingDiscounts'] === true)
    complain(
      ['combinesWith'],
      'The combinesWith settings are not valid for the discount class.',
      'INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS',
    )
  changes.combinesWith = {
    ORDER: given['orderDiscounts'] === true,
    PRODUCT: given['productDiscounts'] === true,
    SHIPPING: given['shippingDiscounts'] === true,
  }
}

function readGets(
  world: World,
  input: DiscountInput,
  present: WorldDiscount | null,
  changes: DiscountChanges,
  complain: Complain,
): void {
  const value = input.customerGets?.value
  const items = input.customerGets?.items
  const wasShipping = present?.value === null
  // Unverified words: no recording leaves these out.
  if (value == null && (present === null || wasShipping))
    complain(['customerGets', 'value'], "Value can't be blank", 'BLANK')
  if (items == null && present === null) complain(['customerGets', 'items'], "Items can't be blank", 'BLANK')
  if (value != null) readValue(world, value, changes, complain)
  if (items != null) changes.items = itemsOf(world, items, present, complain)
  if (wasShipping) changes.maximumShippingMinor = null
}

function readValue(world: World, value: Value, changes: DiscountChanges, complain: Complain): void {
  const at = ['customerGets', 'value']
  if (value.discountOnQuantity != null)
    complain(
      [...at, 'discountOnQuantity'],
      'discountOnQuantity field is only permitted with bxgy discounts.',
      'INVALID',
    )
  else if (value.discountAmount != null) {
    const amount = Number(value.discountAmount.amount)
    if (Number.isNaN(amount)) throw notPlayed('an amount that is no number')
    // Recorded as they are, word for word.
    if (amount >= TOO_MUCH)
      complain([...at, 'discountAmount', 'amount'], `Value must be greater than -${BigInt(TOO_MUCH)}`, 'LESS_THAN')
    else if (amount < 0)
      complain([...at, 'discountAmount', 'amount'], 'Value must be less than or equal to 0', 'LESS_THAN_OR_EQUAL_TO')
    changes.value = { amountMinor: minorOf(world, amount), onEach: value.discountAmount.appliesOnEachItem === true }
  } else {
    const percentage = value.percentage ?? 0
    if (percentage < 0 || percentage > 1)
      complain([...at, 'percentage'], 'Value must be between 0.0 and 1.0', 'VALUE_OUTSIDE_RANGE')
    changes.value = { percentage }
  }
}

function minorOf(world: World, amount: unknown): number {
  return Math.round(Number(amount) * 10 ** digitsOf(world.shop.currency))
}

function itemsOf(world: World, items: Items, present: WorldDiscount | null, complain: Complain): DiscountItems {
  const at = ['customerGets', 'items']
  const { products, collections } = items
  const goods = [...(products?.productsToAdd ?? []), ...(products?.productVariantsToAdd ?? [])]
  const isBoth = (collections?.add ?? []).length > 0 && goods.length > 0
  if (isBoth)
    complain(
      [...at, 'collections', 'add'],
      'Cannot entitle collections in combination with product variants or products',
      'CONFLICT',
    )
  const variants = new Set([...world.products.values()].map(({ variantId }) => variantId))
  const check = (ids: string[] | null | undefined, type: string, path: string[], has: (id: number) => boolean) => {
    for (const id of ids ?? [])
      if (readGid(id)?.type !== type || !has(readGid(id)!.id)) complain([...at, ...path], wrong(type, id), 'INVALID')
  }
  check(products?.productsToAdd, 'Product', ['products', 'productsToAdd'], (id) => world.products.has(id))
  check(products?.productVariantsToAdd, 'ProductVariant', ['products', 'productVariantsToAdd'], (id) =>
    variants.has(id),
  )
  if (!isBoth) check(collections?.add, 'Collection', ['collections', 'add'], (id) => world.collections.has(id))
  const before = present?.items
  if (products != null) {
    const own = before?.kind === 'products' ? before : { productIds: [], variantIds: [] }
    return {
      kind: 'products',
      productIds: changed(own.productIds, products.productsToAdd, products.productsToRemove),
      variantIds: changed(own.variantIds, products.productVariantsToAdd, products.productVariantsToRemove),
    }
  }
  if (collections == null) return { kind: 'all' }
  const own = before?.kind === 'collections' ? before.collectionIds : []
  return { kind: 'collections', collectionIds: changed(own, collections.add, collections.remove) }
}

function readShipping(
  world: World,
  input: DiscountInput,
  present: WorldDiscount | null,
  changes: DiscountChanges,
  complain: Complain,
): void {
  // Unverified: no recording leaves the destination out.
  if (input.destination?.all !== true && (present === null || input.destination != null))
    complain(['destination'], "Destination can't be blank", 'BLANK')
  if (input.maximumShippingPrice !== undefined)
    changes.maximumShippingMinor =
      input.maximumShippingPrice === null ? null : minorOf(world, input.maximumShippingPrice)
  changes.value = null
  changes.items = { kind: 'all' }
}

function readDates(
  input: DiscountInput,
  present: WorldDiscount | null,
  changes: DiscountChanges,
  complain: Complain,
): void {
  if (input.startsAt != null) changes.startsAt = Date.parse(input.startsAt)
  else if (present === null || input.startsAt === null) complain(['startsAt'], "Starts at can't be blank", 'BLANK')
  if (input.endsAt !== undefined) changes.endsAt = input.endsAt === null ? null : Date.parse(input.endsAt)
  const startsAt = changes.startsAt ?? present?.startsAt
  const endsAt = changes.endsAt === undefined ? present?.endsAt : changes.endsAt
  // Recorded of an automatic discount.
  if (startsAt !== undefined && endsAt != null && endsAt <= startsAt)
    complain(['endsAt'], 'Ends at needs to be after starts_at', 'INVALID')
}

function readLimits(world: World, input: DiscountInput, changes: DiscountChanges, complain: Complain): void {
  const { usageLimit, minimumRequirement: minimum } = input
  if (usageLimit !== undefined) {
    if (usageLimit !== null && usageLimit <= 0)
      complain(['usageLimit'], 'Usage limit must be greater than 0', 'GREATER_THAN')
    if (usageLimit !== null && usageLimit > BIGGEST)
      complain(['usageLimit'], `Usage limit must be less than or equal to ${BIGGEST}`, 'LESS_THAN_OR_EQUAL_TO')
    changes.usageLimit = usageLimit
  }
  if (input.appliesOncePerCustomer != null) changes.oncePerCustomer = input.appliesOncePerCustomer
  if (input.recurringCycleLimit !== undefined) changes.recurringCycleLimit = input.recurringCycleLimit
  if (input.tags != null) changes.tags = input.tags
  if (minimum === undefined) return
  const subtotal = minimum?.subtotal?.greaterThanOrEqualToSubtotal
  const quantity = minimum?.quantity?.greaterThanOrEqualToQuantity
  if (subtotal != null && quantity != null)
    // Unverified words; the code is the schema's.
    complain(
      ['minimumRequirement', 'subtotal', 'greaterThanOrEqualToSubtotal'],
      'Minimum subtotal cannot be defined when minimum quantity is.',
      'MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT',
    )
  changes.minimum =
    subtotal != null
      ? { subtotalMinor: minorOf(world, subtotal) }
      : quantity != null
        ? { quantity: Number(quantity) }
        : null
}

function readCode(
  world: World,
  input: DiscountInput,
  present: WorldDiscount | null,
  changes: DiscountChanges,
  complain: Complain,
): void {
  if (input.code == null) {
    // Unverified words: no recording leaves the code out.
    if (present === null) complain(['code'], "Code can't be blank", 'BLANK')
    return
  }
  settleBulkCodes(world, world.now())
  const code = input.code.trim()
  const taken = world.codes.get(codeKey(code))
  if (code === '') complain(['code'], "Code can't be blank", 'BLANK')
  else if (code.length > LONGEST) complain(['code'], `Code is too long (maximum is ${LONGEST} characters)`, 'TOO_LONG')
  else if (taken && taken.discount !== present)
    complain(['code'], 'Code must be unique. Please try a different code.', 'TAKEN')
  changes.code = code
}

import type { World, WorldCustomer, WorldOrder } from './world.ts'

export type DiscountClass = 'ORDER' | 'PRODUCT' | 'SHIPPING'

export type WorldRedeemCode = { id: number; code: string }

/** What a discount takes off goods; null: it makes shipping free. `percentage` is 0 to 1, `onEach` takes the amount off every piece. */
export type DiscountValue = { percentage: number } | { amountMinor: number; onEach: boolean } | null

export type DiscountItems =
  | { kind: 'all' }
  | { kind: 'products'; productIds: number[]; variantIds: number[] }
  | { kind: 'collections'; collectionIds: number[] }

export type DiscountBuyers = { kind: 'all' } | { kind: 'segments' | 'customers'; ids: number[] }

/** A discount that is asked for with one of its codes, whoever made it. */
export type WorldDiscount = {
  id: number
  title: string
  createdAt: number
  updatedAt: number
  startsAt: number
  endsAt: number | null
  value: DiscountValue
  items: DiscountItems
  buyers: DiscountBuyers
  combinesWith: Record<DiscountClass, boolean>
  minimum: { subtotalMinor: number } | { quantity: number } | null
  oncePerCustomer: boolean
  /** Of every code by itself. */
  usageLimit: number | null
  /** Dearer shipping is not made free. */
  maximumShippingMinor: number | null
  recurringCycleLimit: number | null
  tags: string[]
  codes: WorldRedeemCode[]
  /** Codes came in bulk: none of them is the discount's own any more. */
  isBulk: boolean
  /** Only on the first order of a customer whom the shop knows: not Shopify's own, but what another app's function may ask. */
  firstOrderOnly: boolean
}

/** With an id of its own, its codes get the ids after it. */
export type NewDiscount = Partial<Omit<WorldDiscount, 'codes'>> & { codes: string[] }

/** Codes that were handed in together and are made a moment later. */
export type WorldBulkCodes = {
  id: number
  discountId: number
  createdAt: number
  isDone: boolean
  codes: { code: string; problem: string | null; redeemCodeId: number | null }[]
}

const LONGEST_CODE = 255

export function classOf(discount: WorldDiscount): DiscountClass {
  if (discount.value === null) return 'SHIPPING'
  return discount.items.kind === 'all' ? 'ORDER' : 'PRODUCT'
}

export function statusOf(discount: WorldDiscount, at: number): 'SCHEDULED' | 'EXPIRED' | 'ACTIVE' {
  if (discount.endsAt !== null && discount.endsAt <= at) return 'EXPIRED'
  return discount.startsAt > at ? 'SCHEDULED' : 'ACTIVE'
}

export function codeKey(code: string): string {
  return code.trim().toLowerCase()
}

export function addDiscount(world: World, given: NewDiscount): WorldDiscount {
  const createdAt = given.createdAt ?? world.now()
  const { codes, ...rest } = given
  const discount: WorldDiscount = {
    title: codes[0] ?? 'Discount',
    updatedAt: createdAt,
    startsAt: createdAt,
    endsAt: null,
    value: { percentage: 0 },
    items: { kind: 'all' },
    buyers: { kind: 'all' },
    combinesWith: { ORDER: false, PRODUCT: false, SHIPPING: false },
    minimum: null,
    oncePerCustomer: false,
    usageLimit: null,
    maximumShippingMinor: null,
    recurringCycleLimit: null,
    tags: [],
    isBulk: false,
    firstOrderOnly: false,
    ...rest,
    createdAt,
    id: given.id ?? world.nextId(),
    codes: [],
  }
  world.discounts.set(discount.id, discount)
  for (const [at, code] of codes.entries())
    giveCode(world, discount, code, given.id === undefined ? undefined : given.id + at + 1)
  world.touch()
  return discount
}

/** Adds a code; nobody else may have it. */
export function giveCode(world: World, discount: WorldDiscount, code: string, id = world.nextId()): WorldRedeemCode {
  const made = { id, code: code.trim() }
  discount.codes.push(made)
  world.codes.set(codeKey(code), { discount, code: made })
  return made
}

/** The discount's one code is another now. */
export function renameCode(world: World, discount: WorldDiscount, code: string): void {
  const [own] = discount.codes
  if (!own) return void giveCode(world, discount, code)
  world.codes.delete(codeKey(own.code))
  own.code = code.trim()
  world.codes.set(codeKey(code), { discount, code: own })
}

export function removeDiscount(world: World, discount: WorldDiscount): void {
  for (const { code } of discount.codes) world.codes.delete(codeKey(code))
  world.discounts.delete(discount.id)
  world.touch()
}

/** The discount behind a code, as the checkout finds it: spelling in capitals or not is one code. */
export function discountByCode(
  world: World,
  code: string,
  at: number,
): { discount: WorldDiscount; code: WorldRedeemCode } | null {
  // A look into the future makes no codes.
  settleBulkCodes(world, Math.min(at, world.now()))
  return world.codes.get(codeKey(code)) ?? null
}

/** Makes the codes of every bulk creation whose time has come. */
export function settleBulkCodes(world: World, at: number): void {
  for (const creation of world.bulkCodes.values()) {
    if (creation.isDone || creation.createdAt + world.lags.bulkCodesMs > at) continue
    creation.isDone = true
    const discount = world.discounts.get(creation.discountId)
    const seen = new Set<string>()
    for (const one of creation.codes) {
      one.problem = discount ? problemOf(world, one.code, seen) : 'Code discount does not exist.'
      seen.add(codeKey(one.code))
      if (discount && one.problem === null) one.redeemCodeId = giveCode(world, discount, one.code).id
    }
    world.touch()
  }
}

/** Recorded words, in the order in which the recorded answers had them. */
function problemOf(world: World, code: string, seen: ReadonlySet<string>): string | null {
  if (code === '') return 'is too short (minimum is 1 character)'
  if (/[\n\r]/.test(code)) return 'cannot contain newline characters.'
  if (code.length > LONGEST_CODE) return `is too long (maximum is ${LONGEST_CODE} characters)`
  if (seen.has(codeKey(code))) return 'Codes must be unique within BulkDiscountCodeCreation'
  return world.codes.has(codeKey(code)) ? 'must be unique. Please try a different code.' : null
}

/** Orders on which this code was used since the discount exists; one that was cancelled or deleted since is among them. */
export function usesOfCode(world: World, discount: WorldDiscount, code: string): WorldOrder[] {
  return world
    .ordersWithCode(codeKey(code))
    .filter(({ processedAt, discounts }) =>
      discounts.some(
        (use) =>
          use.kind === 'code' &&
          codeKey(use.title) === codeKey(code) &&
          (use.discountId === undefined ? processedAt >= discount.createdAt : use.discountId === discount.id),
      ),
    )
}

/** What the Admin API counts: behind by a lag, as Shopify says of its counts. */
export function usageCount(world: World, discount: WorldDiscount, code?: string): number {
  const until = world.now() - world.lags.usageCountMs
  const codes = code === undefined ? discount.codes.map((one) => one.code) : [code]
  let count = 0
  for (const one of codes)
    count += usesOfCode(world, discount, one).filter(({ processedAt }) => processedAt <= until).length
  return count
}

/** Did this person use any code of the discount: by their account, or by the e-mail address on an order? */
export function hasUsed(
  world: World,
  discount: WorldDiscount,
  who: { customer: WorldCustomer | null; email: string | null },
): boolean {
  return discount.codes.some(({ code }) =>
    usesOfCode(world, discount, code).some(
      (order) =>
        (who.customer !== null && order.customerId === who.customer.id) ||
        (who.email !== null && emailKey(order.email) === who.email),
    ),
  )
}

/** An address as it is compared; null for none. */
export function emailKey(email: string | null | undefined): string | null {
  const key = email?.trim().toLowerCase() ?? ''
  return key === '' ? null : key
}

/** The address that the shop knows a customer by. */
export function emailOf(customer: WorldCustomer): string {
  return customer.contact?.email ?? customer.email
}

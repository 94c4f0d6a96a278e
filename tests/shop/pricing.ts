import {
  classOf,
  codeKey,
  discountByCode,
  emailKey,
  emailOf,
  hasUsed,
  statusOf,
  usesOfCode,
  type WorldDiscount,
  type WorldRedeemCode,
} from './discounts.ts'
import { isInSegment } from './segment-members.ts'
import { goodsMinor } from './world.ts'
import type { World, WorldCustomer, WorldDiscountUse, WorldOrder } from './world.ts'

export type Goods = { productId: number; quantity: number }[]

/** Who stands at the checkout: signed in, or with an address that they wrote. */
export type Shopper = { customerId?: number | null; email?: string | null }

/** Why the checkout does not take a code, finer than the few sentences that Shopify shows (`shopifySays`). */
export type CodeProblem =
  | 'unknown'
  | 'not-started'
  | 'expired'
  | 'limit'
  | 'used'
  | 'not-first'
  | 'buyer'
  | 'items'
  | 'minimum'
  | 'shipping-price'
  | 'too-many'
  | 'not-combined'
  | 'not-best'

/** The rule needs no combination of codes to be told. */
type Wanted = { entered: string; discount: WorldDiscount; code: WorldRedeemCode }

export type PricedLine = {
  productId: number
  quantity: number
  unitMinor: number
  /** `discount` is an index into `discounts` */
  allocations: { discount: number; minor: number }[]
}

export type Priced = {
  currency: string
  lines: PricedLine[]
  discounts: WorldDiscountUse[]
  refused: { code: string; problem: CodeProblem; says: string }[]
  /** Goods after their discounts. */
  subtotalMinor: number
  /** Asked for before any discount, taken off, and left to pay. */
  shipping: { originalMinor: number; offMinor: number; minor: number; allocations: PricedLine['allocations'] }
  totalMinor: number
}

/** https://help.dollarlabs.io/dollarlabs-ultimate-discounts/function-limitations-by-shopify: five of product and order, one of shipping. */
const MOST_OF_GOODS = 5
/** Only one can win; so many are tried. */
const MOST_OF_SHIPPING = 3

/** https://docs.personaldiscount.io/personal-discount-for-shopify/troubleshooting/why-my-shopify-discount-code-doesnt-work */
const ENTER_VALID = 'Enter a valid discount code'
const NOT_FOR_YOU = "The discount code isn't available to you right now"
const NOT_FOR_ITEMS = "The discount code isn't valid for the items in your cart"
/** https://help.shopify.com/en/manual/discounts/combining-discounts */
const NOT_TOGETHER = "Some discount codes couldn't be used together. We applied the best combination."

const SAYS: Record<CodeProblem, string> = {
  unknown: ENTER_VALID,
  'not-started': ENTER_VALID,
  expired: ENTER_VALID,
  limit: ENTER_VALID,
  used: 'This discount has already been used',
  'not-first': NOT_FOR_YOU,
  buyer: NOT_FOR_YOU,
  items: NOT_FOR_ITEMS,
  minimum: NOT_FOR_ITEMS,
  'shipping-price': NOT_FOR_ITEMS,
  'too-many': NOT_TOGETHER,
  'not-combined': NOT_TOGETHER,
  'not-best': NOT_TOGETHER,
}

/** The customer whom an address or an account stands for: a guest with a customer's address is that customer. */
export function customerOf(world: World, { customerId, email }: Shopper): WorldCustomer | null {
  if (customerId != null) {
    const customer = world.customers.get(customerId)
    if (!customer) throw new Error(`No customer ${customerId} in this shop`)
    return customer
  }
  const key = emailKey(email)
  return key === null ? null : (byEmail(world).get(key) ?? null)
}

const addresses = new WeakMap<World, { version: number; map: Map<string, WorldCustomer> }>()

function byEmail(world: World): Map<string, WorldCustomer> {
  const known = addresses.get(world)
  if (known?.version === world.version) return known.map
  const map = new Map<string, WorldCustomer>()
  for (const customer of world.customers.values()) {
    const key = emailKey(emailOf(customer))
    if (key !== null && !map.has(key)) map.set(key, customer)
  }
  addresses.set(world, { version: world.version, map })
  return map
}

/** What the checkout asks for shipping these goods, before any code. */
export function shippingFor(world: World, lines: Goods): number {
  let goods = 0
  for (const { productId, quantity } of lines) goods += (world.products.get(productId)?.priceMinor ?? 0) * quantity
  return goods >= world.shipping.freeFromMinor ? 0 : world.shipping.minor
}

/** What this basket costs this shopper with these codes: the best combination for them that the discounts allow. */
export function priceBasket(world: World, lines: Goods, who: Shopper, codes: readonly string[], at: number): Priced {
  const customer = customerOf(world, who)
  const email = emailKey(who.email) ?? (customer ? emailKey(emailOf(customer)) : null)
  const basket = basketOf(world, lines)
  const refused: Priced['refused'] = []
  const refuse = (code: string, problem: CodeProblem) => refused.push({ code, problem, says: SAYS[problem] })
  const wanted: Wanted[] = []
  for (const entered of distinct(codes)) {
    const found = discountByCode(world, entered, at)
    const problem = found ? ownProblem(world, basket, found, { customer, email }, at) : 'unknown'
    const one = { entered, ...found! }
    if (problem !== null) refuse(entered, problem)
    else if (trial(basket, [one]).isHeld) wanted.push(one)
    else refuse(entered, 'minimum')
  }
  const { kept, over } = capped(wanted)
  for (const one of over) refuse(one.entered, 'too-many')
  let best: Trial = trial(basket, [])
  for (const some of subsets(kept)) {
    if (!combines(some)) continue
    const tried = trial(basket, some)
    if (tried.isHeld && isBetter(tried, best)) best = tried
  }
  for (const one of kept) {
    const problem = best.applied.includes(one) ? null : whyNot(basket, one, best)
    if (problem !== null) refuse(one.entered, problem)
  }
  return answer(world, basket, best, refused)
}

/** What would be the matter with one code that is entered alone; null: the checkout takes it. */
export function codeProblem(
  world: World,
  code: string,
  who: Shopper,
  lines: Goods,
  at = world.now(),
): CodeProblem | null {
  return priceBasket(world, lines, who, [code], at).refused[0]?.problem ?? null
}

type Basket = {
  lines: { productId: number; variantId: number; quantity: number; unitMinor: number; collectionIds: number[] }[]
  shippingMinor: number
}

function basketOf(world: World, lines: Goods): Basket {
  return {
    shippingMinor: shippingFor(world, lines),
    lines: lines.map(({ productId, quantity }) => {
      const product = world.products.get(productId)
      if (!product) throw new Error(`No product ${productId} in this shop`)
      const collectionIds = [...world.collections.values()]
        .filter((one) => one.productIds.includes(productId))
        .map(({ id }) => id)
      return { productId, variantId: product.variantId, quantity, unitMinor: product.priceMinor, collectionIds }
    }),
  }
}

function distinct(codes: readonly string[]): string[] {
  const seen = new Map<string, string>()
  for (const code of codes) if (code.trim() !== '' && !seen.has(codeKey(code))) seen.set(codeKey(code), code.trim())
  return [...seen.values()]
}

function isEntitled({ items }: WorldDiscount, line: Basket['lines'][number]): boolean {
  if (items.kind === 'all') return true
  if (items.kind === 'products')
    return items.productIds.includes(line.productId) || items.variantIds.includes(line.variantId)
  return line.collectionIds.some((id) => items.collectionIds.includes(id))
}

function ownProblem(
  world: World,
  basket: Basket,
  { discount, code }: Omit<Wanted, 'entered'>,
  who: { customer: WorldCustomer | null; email: string | null },
  at: number,
): CodeProblem | null {
  const status = statusOf(discount, at)
  if (status !== 'ACTIVE') return status === 'EXPIRED' ? 'expired' : 'not-started'
  if (discount.usageLimit !== null && usesOfCode(world, discount, code.code).length >= discount.usageLimit)
    return 'limit'
  if (!isBuyer(world, discount, who.customer, at)) return 'buyer'
  if (discount.oncePerCustomer && hasUsed(world, discount, who)) return 'used'
  if (discount.firstOrderOnly && who.customer && world.ordersOf(who.customer.id).some(isBought)) return 'not-first'
  const { maximumShippingMinor: most } = discount
  if (discount.value === null && most !== null && basket.shippingMinor > most) return 'shipping-price'
  return basket.lines.some((line) => isEntitled(discount, line)) ? null : 'items'
}

/** A cancelled order, a test and a free kit are no first order. */
function isBought(order: WorldOrder): boolean {
  return order.cancelledAt === null && !order.test && goodsMinor(order) > 0
}

function isBuyer(world: World, { buyers }: WorldDiscount, customer: WorldCustomer | null, at: number): boolean {
  if (buyers.kind === 'all') return true
  if (customer === null) return false
  if (buyers.kind === 'customers') return buyers.ids.includes(customer.id)
  return buyers.ids.some((id) => {
    const segment = world.segments.get(id)
    return segment !== undefined && isInSegment(world, segment, customer, at)
  })
}

function capped(wanted: Wanted[]): { kept: Wanted[]; over: Wanted[] } {
  let goods = 0
  let shipping = 0
  const kept = wanted.filter(({ discount }) =>
    discount.value === null ? (shipping += 1) <= MOST_OF_SHIPPING : (goods += 1) <= MOST_OF_GOODS,
  )
  return { kept, over: wanted.filter((one) => !kept.includes(one)) }
}

/** Every choice among the codes, the largest and the first entered ahead of others. */
function* subsets(all: Wanted[]): Iterable<Wanted[]> {
  for (let mask = 1; mask < 1 << all.length; mask += 1) yield all.filter((_one, at) => (mask & (1 << at)) !== 0)
}

/** Both sides must allow the other's class, two codes of one discount are one too many, and shipping is free only once. */
function combines(some: Wanted[]): boolean {
  if (some.filter(({ discount }) => discount.value === null).length > 1) return false
  return some.every((one, at) => some.slice(at + 1).every((other) => combinesWith(one.discount, other.discount)))
}

function combinesWith(one: WorldDiscount, other: WorldDiscount): boolean {
  return one !== other && one.combinesWith[classOf(other)] && other.combinesWith[classOf(one)]
}

type Trial = {
  applied: Wanted[]
  /** Every minimum is reached with the others' discounts taken off. */
  isHeld: boolean
  /** By line: what product discounts leave. */
  left: number[]
  /** By line: what each applied discount takes off. */
  off: Map<Wanted, number>[]
  shippingOff: number
  saved: number
}

/**
 * Product discounts first, one for each line; then order discounts, each of what the first left, percentages before amounts;
 * shipping by itself.
 */
function trial(basket: Basket, some: Wanted[]): Trial {
  const off = basket.lines.map(() => new Map<Wanted, number>())
  const products = some.filter(({ discount }) => classOf(discount) === 'PRODUCT')
  const winners = basket.lines.map((_line, at) => {
    let best: Wanted | null = null
    for (const one of products) if (offAlone(basket, one)[at]! > (best ? offAlone(basket, best)[at]! : 0)) best = one
    return best
  })
  for (const one of products) {
    const shares = shareOut(basket, one, (at) => winners[at] === one)
    for (const [at, minor] of shares.entries()) if (minor > 0) off[at]!.set(one, minor)
  }
  const left = basket.lines.map((line, at) => line.unitMinor * line.quantity - sum(off[at]!.values()))
  const subtotal = sum(left)
  const rest = [...left]
  for (const one of percentagesFirst(some.filter(({ discount }) => classOf(discount) === 'ORDER'))) {
    const whole = amountOff(one.discount, subtotal)
    for (const [at, minor] of spread(Math.min(whole, sum(rest)), rest).entries()) {
      rest[at]! -= minor
      if (minor > 0) off[at]!.set(one, minor)
    }
  }
  const shippingOff = some.some(({ discount }) => discount.value === null) ? basket.shippingMinor : 0
  const isLoser = (one: Wanted) => products.includes(one) && winners.every((winner) => winner !== one)
  const lost = (one: Wanted) => isLoser(one) && products.length > 1
  const saved = sum(off.flatMap((shares) => [...shares.values()])) + shippingOff
  const applied = some.filter((one) => !lost(one))
  return { applied, isHeld: some.every((one) => reaches(basket, one.discount, left)), left, off, shippingOff, saved }
}

/** https://help.shopify.com/zh-CN/manual/discounts/combining-discounts/examples */
function percentagesFirst(some: Wanted[]): Wanted[] {
  const isPercentage = ({ discount: { value } }: Wanted) => value !== null && 'percentage' in value
  return [...some.filter(isPercentage), ...some.filter((one) => !isPercentage(one))]
}

function offAlone(basket: Basket, one: Wanted): number[] {
  return shareOut(basket, one, () => true)
}

/** A product discount's shares of the lines that it may have. */
function shareOut(basket: Basket, { discount }: Wanted, isIts: (at: number) => boolean): number[] {
  const { value } = discount
  const prices = basket.lines.map((line, at) =>
    isIts(at) && isEntitled(discount, line) ? line.unitMinor * line.quantity : 0,
  )
  if (value === null) return prices.map(() => 0)
  if ('percentage' in value) return prices.map((price) => percentOf(price, value.percentage))
  if (value.onEach) return prices.map((price, at) => Math.min(price, value.amountMinor * basket.lines[at]!.quantity))
  return spread(Math.min(value.amountMinor, sum(prices)), prices)
}

function amountOff({ value }: WorldDiscount, subtotal: number): number {
  if (value === null) return 0
  return 'percentage' in value ? percentOf(subtotal, value.percentage) : Math.min(value.amountMinor, subtotal)
}

/** .29 of 50 is 14.5 and 15, not what binary fractions make of it. */
function percentOf(minor: number, percentage: number): number {
  return Math.round((minor * Math.round(percentage * 10_000)) / 10_000)
}

/**
 * Minimums look at the goods that the discount is for. A product discount looks at their prices, an order's or shipping's at
 * what product discounts beside it left.
 */
function reaches(basket: Basket, discount: WorldDiscount, left: number[]): boolean {
  const { minimum } = discount
  if (minimum === null) return true
  let subtotal = 0
  let quantity = 0
  for (const [at, line] of basket.lines.entries()) {
    if (!isEntitled(discount, line)) continue
    subtotal += classOf(discount) === 'PRODUCT' ? line.unitMinor * line.quantity : left[at]!
    quantity += line.quantity
  }
  return 'quantity' in minimum ? quantity >= minimum.quantity : subtotal >= minimum.subtotalMinor
}

function isBetter(one: Trial, other: Trial): boolean {
  return one.saved > other.saved || (one.saved === other.saved && one.applied.length > other.applied.length)
}

function whyNot(basket: Basket, one: Wanted, best: Trial): CodeProblem {
  const others = best.applied.filter((other) => other !== one)
  if (!combines([...others, one])) return 'not-combined'
  return reaches(basket, one.discount, trial(basket, [...others, one]).left) ? 'not-best' : 'minimum'
}

function answer(world: World, basket: Basket, best: Trial, refused: Priced['refused']): Priced {
  const discounts = best.applied.map(useOf)
  const lines = basket.lines.map(({ productId, quantity, unitMinor }, at) => ({
    productId,
    quantity,
    unitMinor,
    allocations: best.applied.flatMap((one, discount) => {
      const minor = best.off[at]!.get(one) ?? 0
      return minor > 0 ? [{ discount, minor }] : []
    }),
  }))
  const gross = sum(basket.lines.map((line) => line.unitMinor * line.quantity))
  const subtotalMinor = gross - sum(best.off.flatMap((shares) => [...shares.values()]))
  const ship = best.applied.findIndex(({ discount }) => discount.value === null)
  const offMinor = best.shippingOff
  const shipping = {
    originalMinor: basket.shippingMinor,
    offMinor,
    minor: basket.shippingMinor - offMinor,
    allocations: offMinor > 0 ? [{ discount: ship, minor: offMinor }] : [],
  }
  const totalMinor = subtotalMinor + shipping.minor
  return { currency: world.shop.currency, lines, discounts, refused, subtotalMinor, shipping, totalMinor }
}

function useOf({ discount, code }: Wanted): WorldDiscountUse {
  const { value } = discount
  const isOnEach = value === null || ('onEach' in value ? value.onEach : classOf(discount) === 'PRODUCT')
  return {
    kind: 'code',
    title: code.code,
    discountId: discount.id,
    target: value === null ? 'SHIPPING_LINE' : 'LINE_ITEM',
    selection: classOf(discount) === 'PRODUCT' ? 'ENTITLED' : 'ALL',
    method: isOnEach ? 'EACH' : 'ACROSS',
    value:
      value === null
        ? { percentage: 1 }
        : 'percentage' in value
          ? { percentage: value.percentage }
          : { amountMinor: value.amountMinor },
  }
}

/** Shares an amount by weight in whole units; what rounding leaves goes to the largest remainders first. */
export function spread(amount: number, weights: number[]): number[] {
  const all = sum(weights)
  if (all <= 0 || amount <= 0) return weights.map(() => 0)
  const exact = weights.map((weight) => (amount * weight) / all)
  const shares = exact.map(Math.floor)
  const order = exact.map((_share, at) => at).sort((a, b) => (exact[b]! % 1) - (exact[a]! % 1) || a - b)
  for (let missing = amount - sum(shares), next = 0; missing > 0; missing -= 1, next += 1)
    shares[order[next % order.length]!]! += 1
  return shares
}

function sum(numbers: Iterable<number>): number {
  let all = 0
  for (const one of numbers) all += one
  return all
}

import { emailKey } from './discounts.ts'
import { customerOf, priceBasket, type CodeProblem, type Goods, type Priced } from './pricing.ts'
import { payWithCredit, spendableMinor } from './store-credit.ts'
import type { World, WorldOrder } from './world.ts'

export type Checkout = {
  /** The customer who is signed in. */
  customerId?: number | null
  /** What a guest writes: with a customer's address they are that customer, though not signed in. */
  email?: string
  lines: Goods
  code?: string
  codes?: string[]
  /** Pay with store credit first, as far as it goes. */
  storeCredit?: boolean
}

/** Refusals that do not keep anybody from buying: other codes were better together. */
const BEST_WITHOUT: ReadonlySet<CodeProblem> = new Set(['not-combined', 'not-best', 'too-many'])

/** Would the checkout stop with this code, or go on with a better one? */
export function isRefused({ problem }: Priced['refused'][number]): boolean {
  return !BEST_WITHOUT.has(problem)
}

export function priceCheckout(world: World, checkout: Checkout): Priced {
  const codes = [...(checkout.code === undefined ? [] : [checkout.code]), ...(checkout.codes ?? [])]
  return priceBasket(world, checkout.lines, checkout, codes, world.now())
}

/** Places an order as the storefront's checkout does; the customer changes with it. */
export function placeOrder(world: World, checkout: Checkout): WorldOrder {
  const priced = priceCheckout(world, checkout)
  const refused = priced.refused.find(isRefused)
  if (refused) throw new Error(`The code ${refused.code} is not taken: ${refused.problem}`)
  const customer = customerOf(world, checkout)
  const email = emailKey(checkout.email)
  const at = world.now()
  if (checkout.storeCredit === true && checkout.customerId == null)
    throw new Error('Store credit pays only for a customer who is signed in')
  const order = world.addOrder({
    customerId: customer?.id ?? null,
    ...(email === null ? {} : { email }),
    processedAt: at,
    createdAt: at,
    updatedAt: at,
    lines: priced.lines,
    discounts: priced.discounts,
    shippingMinor: priced.shipping.minor,
    ...(priced.shipping.offMinor > 0 ? { shippingAllocations: priced.shipping.allocations } : {}),
  })
  if (checkout.storeCredit === true && spendableMinor(world, customer!.id) > 0)
    order.creditMinor = payWithCredit(world, { id: order.id, customerId: customer!.id }, priced.totalMinor)
  if (customer) customer.updatedAt = at
  return order
}

import { goodsMinor } from './world.ts'
import type { World, WorldCode, WorldOrder } from './world.ts'

type Goods = { productId: number; quantity: number }[]

/** Why the checkout does not take a code. */
export type CodeProblem = 'unknown' | 'used' | 'not-first'

/**
 * Null: the checkout takes this code from this shopper. A guest has no earlier order that the shop could know. A use on an
 * order cancelled since counts as a use; whether it does in Shopify is unverified.
 */
export function codeProblem(world: World, code: string, customerId: number | null): CodeProblem | null {
  const known = codeOf(world, code)
  if (!known) return 'unknown'
  if (!known.firstOrderOnly || customerId === null) return null
  const own = world.ordersOf(customerId)
  if (own.some((order) => order.discounts.some((use) => use.kind === 'code' && use.title === known.code))) return 'used'
  return own.some(isBought) ? 'not-first' : null
}

function codeOf(world: World, code: string): WorldCode | undefined {
  return world.codes.get(code.trim().toLowerCase())
}

/** A cancelled order, a test and a free kit are no first order. */
function isBought(order: WorldOrder): boolean {
  return order.cancelledAt === null && !order.test && goodsMinor(order) > 0
}

/** What the checkout asks for shipping these goods, before any code. */
export function shippingFor(world: World, lines: Goods): number {
  let goods = 0
  for (const { productId, quantity } of lines) goods += (world.products.get(productId)?.priceMinor ?? 0) * quantity
  return goods >= world.shipping.freeFromMinor ? 0 : world.shipping.minor
}

/** Places an order as the storefront's checkout does; the customer changes with it. */
export function placeOrder(
  world: World,
  { customerId, lines, code }: { customerId: number | null; lines: Goods; code?: string },
): WorldOrder {
  const problem = code === undefined ? null : codeProblem(world, code, customerId)
  if (problem !== null) throw new Error(`The code ${code} is not taken: ${problem}`)
  const known = code === undefined ? undefined : codeOf(world, code)
  const customer = customerId === null ? undefined : world.customers.get(customerId)
  if (customerId !== null && !customer) throw new Error(`No customer ${customerId} in this shop`)
  const at = world.now()
  const order = world.addOrder({
    customerId,
    processedAt: at,
    createdAt: at,
    updatedAt: at,
    lines: lines.map(({ productId, quantity }) => {
      const product = world.products.get(productId)
      if (!product) throw new Error(`No product ${productId} in this shop`)
      const off = known ? Math.round((product.priceMinor * quantity * known.percent) / 100) : 0
      return { productId, quantity, allocations: off > 0 ? [{ discount: 0, minor: off }] : [] }
    }),
    discounts: known ? [{ kind: 'code', title: known.code }] : [],
    shippingMinor: known?.freeShipping ? 0 : shippingFor(world, lines),
  })
  if (customer) customer.updatedAt = at
  return order
}

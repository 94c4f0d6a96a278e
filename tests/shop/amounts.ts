import type { World, WorldLine, WorldOrder } from './world.ts'

export function lineMinor(line: WorldLine): number {
  return line.unitMinor * line.quantity
}

export function discountMinor(line: WorldLine): number {
  return line.allocations.reduce((total, { minor }) => total + minor, 0)
}

/** Lines less their discounts: Shopify's subtotal. */
export function subtotalMinor(order: WorldOrder): number {
  return order.lines.reduce((total, line) => total + lineMinor(line) - discountMinor(line), 0)
}

export function refundedMinor(order: WorldOrder): number {
  return order.refunds.reduce((total, { minor }) => total + minor, 0)
}

/** Every order of a lifetime, whatever an app may see of them. */
export function numberOfOrders(world: World, customerId: number): number {
  return world.ordersOf(customerId).length
}

/** Orders that were cancelled or are tests do not count as spent. */
export function spentMinor(world: World, customerId: number): number {
  let spent = 0
  for (const order of world.ordersOf(customerId))
    if (order.cancelledAt === null && !order.test)
      spent += subtotalMinor(order) + order.shippingMinor - refundedMinor(order)
  return Math.max(0, spent)
}

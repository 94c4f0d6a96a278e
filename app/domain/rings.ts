/** Which deliveries a shop's latest changes should have brought, and how long its silences usually are. */
import type { Instant } from './order.ts'

/** What Shopify says of an order or a customer that it has changed lately. */
type SeenOrder = {
  createdAt: Instant
  updatedAt: Instant
  cancelledAt: Instant | null
  refundedAt: readonly Instant[]
}
type SeenCustomer = { createdAt: Instant; updatedAt: Instant }

/** A delivery that a change should have brought. */
export type ExpectedRing = { topic: string; at: Instant }

/** What is made is also written down: within this it is one change. */
const SAME_CHANGE_MS = 2_000
const HOUR_MS = 3_600_000
/** Fewer deliveries than this tell nothing of a shop's habits. */
const RHYTHM_NEEDS = 20
/** A silence is unusual from this many times the longest one before it. */
const UNUSUAL_RATIO = 1.5

export function ringsOfOrder(order: SeenOrder): ExpectedRing[] {
  const rings: ExpectedRing[] = [{ topic: 'orders/create', at: order.createdAt }]
  if (order.updatedAt - order.createdAt > SAME_CHANGE_MS) rings.push({ topic: 'orders/updated', at: order.updatedAt })
  if (order.cancelledAt !== null) rings.push({ topic: 'orders/cancelled', at: order.cancelledAt })
  for (const at of order.refundedAt) rings.push({ topic: 'refunds/create', at })
  return rings
}

export function ringsOfCustomer(customer: SeenCustomer): ExpectedRing[] {
  const rings: ExpectedRing[] = [{ topic: 'customers/create', at: customer.createdAt }]
  if (customer.updatedAt - customer.createdAt > SAME_CHANGE_MS)
    rings.push({ topic: 'customers/update', at: customer.updatedAt })
  return rings
}

/**
 * Whether it has been silent for longer than this shop ever was between two deliveries: half as long again as the longest
 * silence, and an hour at least.
 *
 * @param rings  instants of deliveries, oldest first
 */
export function isUnusuallySilent(rings: readonly Instant[], at: Instant): boolean {
  const last = rings.at(-1)
  if (last === undefined || rings.length < RHYTHM_NEEDS) return false
  let longest = 0
  for (let i = 1; i < rings.length; i += 1) longest = Math.max(longest, rings[i]! - rings[i - 1]!)
  return at - last > Math.max(HOUR_MS, longest * UNUSUAL_RATIO)
}

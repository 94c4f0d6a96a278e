import type { Instant } from '#app/domain/order.ts'

/** One parcel of an order, in Shopify's words; `deliveredAt` is the carrier's. */
export type Parcel = {
  createdAt: Instant
  deliveredAt: Instant | null
  status: string
  displayStatus: string | null
}

/** Parcels that are not on their way any more and have not come: Shopify's FulfillmentStatus and FulfillmentDisplayStatus. */
const LOST = ['CANCELLED', 'CANCELED', 'ERROR', 'FAILURE', 'NOT_DELIVERED', 'LABEL_VOIDED']

/**
 * When an order was sent and delivered as a whole: once everything is sent, when the last parcel left and when the last one
 * came. A cancelled or lost parcel does not count.
 *
 * @param orderStatus  Shopify's OrderDisplayFulfillmentStatus: only FULFILLED has everything sent
 * Known value: of two parcels that came on the 3rd and the 5th the order was delivered on the 5th
 * (tests/domain/rewards/delivery.test.ts).
 */
export function deliveryOf(
  orderStatus: string,
  parcels: readonly Parcel[],
): { fulfilledAt: Instant | null; deliveredAt: Instant | null } {
  const sent = parcels.filter(
    ({ status, displayStatus }) => !LOST.includes(status) && !LOST.includes(displayStatus ?? ''),
  )
  if (orderStatus !== 'FULFILLED' || sent.length === 0) return { fulfilledAt: null, deliveredAt: null }
  const came = sent.flatMap(({ deliveredAt }) => deliveredAt ?? [])
  return {
    fulfilledAt: Math.max(...sent.map(({ createdAt }) => createdAt)),
    deliveredAt: came.length === sent.length ? Math.max(...came) : null,
  }
}

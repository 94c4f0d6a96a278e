import { fulfillmentStatus, fulfillmentsOf } from '../deliveries.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import type { WorldOrder } from '../world.ts'
import { wordsIn } from './words.ts'

type Deed = 'fulfil' | 'deliver' | 'cancelOrder'

/** What the merchant can do about an order now. */
function deedsOf(order: WorldOrder): Deed[] {
  if (order.cancelledAt !== null || order.lines.every(({ currentQuantity }) => currentQuantity === 0)) return []
  if (fulfillmentStatus(order) !== 'FULFILLED') return ['fulfil', 'cancelOrder']
  return fulfillmentsOf(order).some(({ deliveredAt }) => deliveredAt === null) ? ['deliver'] : []
}

/** Buttons beside an order. */
export function orderButtons(locale: Locale, order: WorldOrder): string {
  const words = wordsIn(locale)
  const buttons = deedsOf(order).map((deed) => `<button name="do" value="${deed}">${words[deed]}</button>`)
  return buttons.length === 0
    ? ''
    : `<form method="post" action="/admin/orders/${order.id}" class="row">${buttons.join('')}</form>`
}

/** Answers whose order it was; null: there is none. What cannot be done any more is not done. */
export function changeOrder({ world, happen }: DoorContext, orderId: number, form: URLSearchParams): number | null {
  const order = world.orders.get(orderId)
  if (!order) return null
  const deed = deedsOf(order).find((one) => one === form.get('do'))
  if (deed === 'fulfil') happen.fulfil(orderId)
  if (deed === 'deliver') happen.deliver(orderId)
  if (deed === 'cancelOrder') happen.cancel(orderId)
  return order.customerId
}

import { money } from '../frame/customers.ts'
import { fulfillmentsOf, fulfillmentStatus } from '../deliveries.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { spendableMinor } from '../store-credit.ts'
import { goodsMinor } from '../world.ts'
import type { World, WorldCustomer, WorldOrder } from '../world.ts'
import { storefrontWords } from './words.ts'

const ORDERS_SHOWN = 10
const MOST_STARS = 5

type OrderState = 'cancelled' | 'returned' | 'delivered' | 'on_its_way' | 'paid'

/** What a shopper's account page shows: news or not, store credit, their orders with what can be done about each. */
export function accountScope(
  world: World,
  locale: Locale,
  customer: WorldCustomer,
  titleOf: (title: string) => string,
) {
  const words = storefrontWords(locale)
  const credit = spendableMinor(world, customer.id)
  const orders = [...world.ordersOf(customer.id)]
    .sort((a, b) => b.processedAt - a.processedAt)
    .slice(0, ORDERS_SHOWN)
    .map((order) => {
      const state = stateOf(order)
      return {
        id: order.id,
        name: order.name,
        state: words[state],
        is_delivered: state === 'delivered',
        total: money(world, locale, goodsMinor(order) + order.shippingMinor, order.currency),
        lines: order.lines.map(({ productId, title, quantity }) => ({
          id: productId,
          title: titleOf(title),
          quantity,
        })),
      }
    })
  return {
    has_news: customer.emailConsent === 'SUBSCRIBED',
    credit: credit > 0 ? money(world, locale, credit) : null,
    orders,
    stars: Array.from({ length: MOST_STARS }, (_, at) => MOST_STARS - at),
  }
}

function stateOf(order: WorldOrder): OrderState {
  if (order.cancelledAt !== null) return 'cancelled'
  if (order.lines.every(({ currentQuantity }) => currentQuantity === 0)) return 'returned'
  if (fulfillmentStatus(order) !== 'FULFILLED') return 'paid'
  return fulfillmentsOf(order).every(({ deliveredAt }) => deliveredAt !== null) ? 'delivered' : 'on_its_way'
}

/**
 * What the shopper did on that page. Null: done, or not theirs to do; otherwise what went wrong, in their words.
 *
 * @param deed  news, review or return
 */
export async function accountDeed(
  { happen, world }: DoorContext,
  locale: Locale,
  customer: WorldCustomer,
  deed: string,
  form: URLSearchParams,
): Promise<string | null> {
  if (deed === 'news') {
    happen.changeConsent(customer.id, { email: form.has('on') ? 'SUBSCRIBED' : 'UNSUBSCRIBED' })
    return null
  }
  const order = world.ordersOf(customer.id).find(({ id }) => String(id) === form.get('order'))
  if (!order || stateOf(order) !== 'delivered') return null
  if (deed === 'return') {
    happen.return(order.id)
    return null
  }
  const product = order.lines.find(({ productId }) => String(productId) === form.get('product'))?.productId
  const stars = Number(form.get('stars'))
  if (deed !== 'review' || product == null || !(stars >= 1 && stars <= MOST_STARS)) return null
  const { status } = await happen.review(customer.id, product, stars)
  return status === 200 ? null : storefrontWords(locale).review_lost
}

/** Many orders that change alike, each in its own time: what Shopify would answer about each, and the bodies of its events. */
import type { OrderFieldsFragment } from '#app/outside/admin.generated.ts'
import { type OwedWork, parseBody, WEBHOOK_TOPICS } from '#app/outside/webhook-topics.ts'
import { EVENTS } from './scripts.ts'

/** Beyond what JavaScript's numbers can tell apart. */
const FIRST_ID = 820_982_911_946_154_500n
/** Shopify's clock when a script begins. */
const BEGIN = Date.UTC(2026, 5, 1, 9, 0, 0, 400)
/** A step takes so long. */
const STEP_MS = 7

const TOPIC_OF = [
  'orders/create',
  'orders/updated',
  'orders/edited',
  'refunds/create',
  'orders/updated',
  'refunds/create',
  'orders/cancelled',
] as const

/** One order: how far it has come, and when each of its versions began. */
type Played = { id: string; version: number; updatedAt: number[]; arrival: number[]; rung: number }

export class ShopOfOrders {
  orders: Played[]
  /** Shopify's clock; the database's is `offMs` from it. */
  clock = BEGIN
  offMs = 0

  constructor(arrivals: number[][]) {
    this.orders = arrivals.map((arrival, n) => ({
      id: String(FIRST_ID + BigInt(n)),
      version: 0,
      updatedAt: [],
      arrival,
      rung: 0,
    }))
  }

  step(): void {
    this.clock += STEP_MS
  }

  /** The database's clock. */
  now(): number {
    return this.clock + this.offMs
  }

  /** Every order that can changes once more. */
  change(order: Played, upTo = order.version + 1): void {
    while (order.version < Math.min(upTo, EVENTS)) {
      order.version += 1
      order.updatedAt[order.version] = Math.floor(this.clock / 1000) * 1000
    }
  }

  /** The next event of each order, as works: what it tells of has happened by now. */
  ring(): OwedWork[] {
    return this.orders.flatMap((order) => {
      const event = order.arrival[order.rung]
      if (event === undefined) return []
      order.rung += 1
      this.change(order, event)
      const topic = TOPIC_OF[event - 1]!
      return WEBHOOK_TOPICS[topic]!.worksOf(parseBody(bodyOf(topic, order, order.updatedAt[event]!)))
    })
  }

  /** What Shopify answers about an order now; null before it is there. */
  answer(order: Played): OrderFieldsFragment | null {
    const { version } = order
    if (version === 0) return null
    const at = (then: number) => new Date(order.updatedAt[then]!).toISOString().replace('.000Z', 'Z')
    const money = (amount: number) => ({ shopMoney: { amount: `${amount}.0` } })
    const refunds = [4, 6].filter((then) => then <= version)
    return {
      id: `gid://shopify/Order/${order.id}`,
      name: `version ${version}`,
      processedAt: at(1),
      createdAt: at(1),
      updatedAt: at(version),
      cancelledAt: version >= 7 ? at(7) : null,
      test: false,
      displayFinancialStatus: version >= 6 ? 'REFUNDED' : version >= 4 ? 'PARTIALLY_REFUNDED' : 'PAID',
      currencyCode: 'USD',
      customer: { id: 'gid://shopify/Customer/42' },
      purchasingEntity: { __typename: 'Customer' },
      subtotalPriceSet: money(30),
      totalPriceSet: money(30),
      totalDiscountsSet: money(0),
      discountCodes: [],
      refunds: refunds.map((then) => ({ createdAt: at(then), totalRefundedSet: money(5) })),
      lineItems: {
        edges: Array.from({ length: version >= 3 ? 3 : 2 }, (_, n) => ({ node: lineOf(n, version) })),
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    } as OrderFieldsFragment
  }
}

function lineOf(n: number, version: number) {
  return {
    id: `gid://shopify/LineItem/${n + 1}`,
    title: `version ${version}`,
    sku: '',
    quantity: 2,
    currentQuantity: version >= 6 ? 0 : 2,
    product: null,
    originalUnitPriceSet: { shopMoney: { amount: '5.0', currencyCode: 'USD' } },
    discountAllocations: [],
  }
}

function bodyOf(topic: (typeof TOPIC_OF)[number], order: Played, at: number): string {
  const time = JSON.stringify(new Date(at).toISOString().replace('.000Z', '+00:00'))
  if (topic === 'orders/edited') return `{"order_edit":{"id":1,"order_id":${order.id},"committed_at":${time}}}`
  if (topic === 'refunds/create') return `{"id":1,"order_id":${order.id},"created_at":${time}}`
  return `{"id":${order.id},"admin_graphql_api_id":"gid://shopify/Order/${order.id}","updated_at":${time}}`
}

/** The n-th order in which seven events can arrive, of 5,040. */
export function arrival(n: number): number[] {
  const left = Array.from({ length: EVENTS }, (_, event) => event + 1)
  let rest = n
  return Array.from({ length: EVENTS }, () => left.splice(take(left.length), 1)[0]!)
  function take(choices: number): number {
    const choice = rest % choices
    rest = Math.floor(rest / choices)
    return choice
  }
}

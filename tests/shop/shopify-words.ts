import { spentMinor } from './amounts.ts'
import type { World, WorldCustomer } from './world.ts'

const YEAR_MS = 365 * 86_400_000

export type ShopifyWords = { rfmGroup: string; predictedSpendTier: string | null }

type Known = { version: number; words: Map<number, ShopifyWords> }
const known = new WeakMap<World, Known>()

/**
 * What Shopify says of a customer by itself: fifths of recency, frequency and money over everybody who has ordered. How it
 * draws the groups' borders and predicts spending is not published; these are drawn so that each group is met.
 */
export function shopifyWordsOf(world: World, customer: WorldCustomer): ShopifyWords {
  let found = known.get(world)
  if (found?.version !== world.version) known.set(world, (found = { version: world.version, words: wordsIn(world) }))
  return found.words.get(customer.id) ?? { rfmGroup: 'PROSPECTS', predictedSpendTier: null }
}

function wordsIn(world: World): Map<number, ShopifyWords> {
  const buyers = [...world.customers.values()].flatMap(({ id }) => {
    const orders = world.ordersOf(id).filter((order) => order.cancelledAt === null && !order.test)
    if (orders.length === 0) return []
    const lastAt = orders.reduce((last, order) => Math.max(last, order.processedAt), 0)
    return [{ id, lastAt, orders: orders.length, spent: spentMinor(world, id) }]
  })
  const recency = fifths(buyers, ({ lastAt }) => lastAt)
  const frequency = fifths(buyers, ({ orders }) => orders)
  const money = fifths(buyers, ({ spent }) => spent)
  const now = world.now()
  return new Map(
    buyers.map((buyer) => {
      const worth = money.get(buyer.id)!
      const isActive = buyer.lastAt > now - YEAR_MS
      const tier = !isActive ? 'LOW' : worth === 5 ? 'HIGH' : 'MEDIUM'
      const rfmGroup = rfmGroupOf(recency.get(buyer.id)!, (frequency.get(buyer.id)! + worth) / 2)
      return [buyer.id, { rfmGroup, predictedSpendTier: tier }] as const
    }),
  )
}

/** From 1 to 5; the same value is in the same fifth. */
function fifths<T extends { id: number }>(items: T[], valueOf: (item: T) => number): Map<number, number> {
  const sorted = items.toSorted((a, b) => valueOf(a) - valueOf(b))
  const firstOf = new Map<number, number>()
  for (const [place, item] of sorted.entries()) if (!firstOf.has(valueOf(item))) firstOf.set(valueOf(item), place)
  return new Map(items.map((item) => [item.id, 1 + Math.floor((5 * firstOf.get(valueOf(item))!) / items.length)]))
}

/** @param recency  a fifth, 5 for the latest @param worth  the mean of two fifths */
export function rfmGroupOf(recency: number, worth: number): string {
  if (recency === 5) return worth >= 4 ? 'CHAMPIONS' : worth >= 2 ? 'ACTIVE' : 'NEW'
  if (recency === 4) return worth >= 4 ? 'LOYAL' : worth >= 2 ? 'ACTIVE' : 'PROMISING'
  if (recency === 3) return worth >= 4 ? 'LOYAL' : worth >= 2 ? 'NEEDS_ATTENTION' : 'PROMISING'
  if (recency === 2) return worth >= 3 ? 'AT_RISK' : 'ALMOST_LOST'
  return worth >= 4 ? 'PREVIOUSLY_LOYAL' : worth >= 3 ? 'AT_RISK' : 'DORMANT'
}

const ELSEWHERE = ['US', 'US', 'US', 'CA', 'AU', 'SG']

/** Where somebody's default address is; null: whoever never ordered has none. */
export function countryOf(world: World, customer: WorldCustomer): string | null {
  if (customer.country !== undefined) return customer.country
  if (world.ordersOf(customer.id).length === 0) return null
  return customer.locale.startsWith('ko') ? 'KR' : ELSEWHERE[customer.id % ELSEWHERE.length]!
}

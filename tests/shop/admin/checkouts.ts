import type { WorldCheckout } from '../world.ts'
import { dateTime, dateTimeOrNull, gid } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { compareDate, compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'

const FILTERS: Filters<WorldCheckout> = {
  id: (checkout, operator, value) => compareNumber(checkout.id, operator, idIn(value)),
  created_at: (checkout, operator, value) => compareDate(checkout.createdAt, operator, value),
  updated_at: (checkout, operator, value) => compareDate(checkout.updatedAt, operator, value),
}

const SORTS: Record<string, (checkout: WorldCheckout) => number> = {
  ID: (checkout) => checkout.id,
  CREATED_AT: (checkout) => checkout.createdAt,
}

/** Shopify keeps them for three months. */
const KEPT_MS = 92 * 86_400_000

function checkoutList(call: Call, args: Args): List {
  const key = String(args['sortKey'] ?? 'ID')
  const sortValue = SORTS[key]
  if (!sortValue) throw notPlayed(`the sort key ${key} of abandonedCheckouts`)
  const passes = compileSearch(args['query'], FILTERS, 'abandonedCheckouts')
  const { world } = call.shop
  const items = [...world.checkouts.values()]
    .filter((checkout) => checkout.createdAt > world.now() - KEPT_MS && passes(checkout))
    .sort((a, b) => sortValue(a) - sortValue(b) || a.id - b.id)
  return { items, sortValue, reverse: args['reverse'] === true }
}

export const checkoutFields: PlayedFields = {
  AbandonedCheckout: {
    id: (checkout: WorldCheckout) => gid('AbandonedCheckout', checkout.id),
    createdAt: (checkout: WorldCheckout) => dateTime(checkout.createdAt),
    updatedAt: (checkout: WorldCheckout) => dateTime(checkout.updatedAt),
    completedAt: (checkout: WorldCheckout) => dateTimeOrNull(checkout.completedAt),
    customer: (checkout: WorldCheckout, _args, call) =>
      checkout.customerId === null ? null : (call.shop.world.customers.get(checkout.customerId) ?? null),
  },
}

export const checkoutLists: PlayedLists = {
  QueryRoot: { abandonedCheckouts: (_root: unknown, args, call) => checkoutList(call, args) },
}

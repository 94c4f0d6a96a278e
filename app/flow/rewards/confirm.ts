/** Asks Shopify who is whom before a customer reads a code: whom it still knows, and who is among those a code is bound to. */
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import { CustomersThereDocument } from '#app/outside/admin.generated.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { segmentsOf } from './shop-discounts.ts'
import { readRewards } from './stored.ts'

/** Shopify takes as many in one call. */
const PER_CALL = 250
const CUSTOMER = 'gid://shopify/Customer/'
/** Shopify takes a while to work its segments out; after so long its no stands. */
const PATIENCE_MS = DAY_MS

/** Live rewards with a bound code that is there, each with Shopify's segment of those it is for. */
export async function readBound(tx: Tx, shop: ShopId): Promise<ReadonlyMap<number, string>> {
  const rewards = await readRewards(tx, shop)
  const isBound = ({ who }: RewardDefinition) => who.kind === 'first-order' && who.guests === 'sign-in'
  return new Map(
    rewards.flatMap(({ id, state, definition, segmentGid, discountGid }) =>
      state === 'live' && isBound(definition) && segmentGid !== null && discountGid !== null
        ? [[id, segmentGid] as const]
        : [],
    ),
  )
}

export type Asking = {
  customer: Id
  /** What they may read as far as we know, and what Shopify has confirmed before. */
  wanted: readonly number[]
  confirmed: readonly number[]
  /** When it was first asked; null: never. */
  since: Instant | null
}
export type Confirmed = {
  shared: number[]
  /** Shopify has said no, and may still work it out. */
  isOpen: boolean
}

/**
 * The bound codes that customers may read: Shopify counts them among those it is for. Whoever it has confirmed stays so, for an
 * order of theirs hides the code in the theme at once.
 */
export async function confirmShared(
  admin: Admin,
  bound: ReadonlyMap<number, string>,
  asking: readonly Asking[],
  at: Instant,
): Promise<Map<Id, Confirmed>> {
  const open = asking.map(({ customer, wanted, confirmed, since }) => {
    const there = wanted.filter((reward) => bound.has(reward))
    const isSettled = since !== null && at - since >= PATIENCE_MS
    return { customer, there, confirmed, toAsk: isSettled ? [] : there.filter((id) => !confirmed.includes(id)) }
  })
  const asked = open.filter(({ toAsk }) => toAsk.length > 0).map(({ customer }) => customer)
  const known = await customersThere(admin, asked)
  const answers = open.map(async ({ customer, there, confirmed, toAsk }): Promise<[Id, Confirmed]> => {
    const isAsked = toAsk.length > 0 && known.has(customer)
    const segments = isAsked ? await segmentsOf(admin, customer, [...new Set(toAsk.map((id) => bound.get(id)!))]) : null
    const shared = there.filter((id) => confirmed.includes(id) || (segments?.has(bound.get(id)!) ?? false))
    return [customer, { shared, isOpen: isAsked && shared.length < there.length }]
  })
  return new Map(await Promise.all(answers))
}

/** Those whom Shopify still knows: for one that it does not, it refuses a whole call. */
export async function customersThere(admin: Admin, customers: readonly Id[]): Promise<Set<Id>> {
  const there = new Set<Id>()
  for (let at = 0; at < customers.length; at += PER_CALL) {
    const ids = customers.slice(at, at + PER_CALL).map((customer) => CUSTOMER + customer)
    const { nodes } = await admin.ask(CustomersThereDocument, { ids })
    for (const node of nodes) if (node && 'id' in node) there.add(node.id.slice(CUSTOMER.length))
  }
  return there
}

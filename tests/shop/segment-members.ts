import { isMember, parseSegmentQuery, type SegmentQuery } from './segment-query.ts'
import type { World, WorldCustomer, WorldSegment } from './world.ts'

const parsed = new WeakMap<WorldSegment, { text: string; query: SegmentQuery }>()

function queryOf(segment: WorldSegment): SegmentQuery {
  const known = parsed.get(segment)
  if (known?.text === segment.query) return known.query
  // No segment is stored with a query that cannot be read.
  const query = parseSegmentQuery(segment.query).query!
  parsed.set(segment, { text: segment.query, query })
  return query
}

type Snapshot = { at: number; members: Set<number> }

const kept = new WeakMap<WorldSegment, Snapshot>()

/**
 * Is this customer a member, as far as Shopify has noticed? With a lag, members are looked at again only when that long has
 * gone by, and a new segment has none before: joining and leaving are both late, for the Admin API and for the checkout.
 */
export function isInSegment(world: World, segment: WorldSegment, customer: WorldCustomer, at: number): boolean {
  const query = queryOf(segment)
  const lag = world.lags.segmentsMs
  if (lag <= 0) return isMember(query, customer, world)
  let snapshot = kept.get(segment) ?? { at: segment.createdAt, members: new Set<number>() }
  if (at - snapshot.at >= lag) {
    const members = [...world.customers.values()].filter((one) => isMember(query, one, world))
    snapshot = { at, members: new Set(members.map(({ id }) => id)) }
  }
  kept.set(segment, snapshot)
  return snapshot.members.has(customer.id)
}

import { GraphQLError } from 'graphql'
import { spentMinor, numberOfOrders } from '../amounts.ts'
import { isInSegment } from '../segment-members.ts'
import { isMember, parseSegmentQuery } from '../segment-query.ts'
import type { WorldCustomer, WorldSegment } from '../world.ts'
import { needScope } from './access.ts'
import { maySee } from './orders.ts'
import { dateTime, gid, money, readGid } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'
import { sortedBy } from './sorted.ts'

const MOST_SEGMENTS = 6000
const MOST_MEMBERS_A_PAGE = 1000
const NOT_THERE = 'Segment does not exist'

type UserError = { field: string[] | null; message: string }
type MemberOf = { kind: 'CustomerSegmentMember'; id: number; customer: WorldCustomer }

const SORTS: Record<string, (segment: WorldSegment) => number> = {
  CREATION_DATE: (segment) => segment.createdAt,
  LAST_EDIT_DATE: (segment) => segment.editedAt,
  ID: (segment) => segment.id,
}

const FILTERS: Filters<WorldSegment> = {
  id: (segment, operator, value) => compareNumber(segment.id, operator, idIn(value)),
  name: (segment, _operator, value) => isNamed(segment, value),
}

/** Every word is somewhere in the name: finds more than the one name, as a search does (unverified how much more). */
function isNamed({ name }: WorldSegment, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return words.every((word) => name.toLowerCase().includes(word))
}

function byId(call: Call, id: unknown): WorldSegment | undefined {
  const at = readGid(id)
  return at?.type === 'Segment' ? call.shop.world.segments.get(at.id) : undefined
}

function nameProblems(name: string): UserError[] {
  if (name.trim() === '') return [{ field: ['name'], message: "Name can't be blank" }]
  return name.length > 255 ? [{ field: ['name'], message: 'Name is too long (maximum is 255 characters)' }] : []
}

function queryProblems(query: string): UserError[] {
  if (query.trim() === '') return [{ field: ['query'], message: "Query can't be blank" }]
  if (query.length > 5000) return [{ field: ['query'], message: 'Query is too long (maximum is 5000 characters)' }]
  return parseSegmentQuery(query).errors.map((message) => ({ field: ['query'], message }))
}

/** A name that another segment has is counted on: " (1)", " (2)", … */
function freeName(call: Call, name: string, self?: WorldSegment): string {
  const taken = new Set([...call.shop.world.segments.values()].filter((one) => one !== self).map((one) => one.name))
  let free = name
  for (let count = 1; taken.has(free); count += 1) free = `${name} (${count})`
  return free
}

function create(name: string, query: string, call: Call) {
  const { world } = call.shop
  const userErrors = [...nameProblems(name), ...queryProblems(query)]
  if (userErrors.length > 0) return { segment: null, userErrors }
  if (world.segments.size >= MOST_SEGMENTS) {
    const message = 'Segment limit reached. Delete an existing segment to create more.'
    return { segment: null, userErrors: [{ field: null, message }] }
  }
  const now = world.now()
  const segment = { id: world.nextId(), name: freeName(call, name), query, createdAt: now, editedAt: now }
  world.segments.set(segment.id, segment)
  world.touch()
  return { segment, userErrors: [] }
}

function update(args: Args, call: Call) {
  const segment = byId(call, args['id'])
  if (!segment) return { segment: null, userErrors: [{ field: ['id'], message: NOT_THERE }] }
  const name = args['name'] as string | null | undefined
  const query = args['query'] as string | null | undefined
  if (name == null && query == null)
    return { segment: null, userErrors: [{ field: null, message: 'At least one attribute to change must be present' }] }
  const userErrors = [...(name == null ? [] : nameProblems(name)), ...(query == null ? [] : queryProblems(query))]
  if (userErrors.length > 0) return { segment: null, userErrors }
  if (name != null) segment.name = freeName(call, name, segment)
  if (query != null) segment.query = query
  segment.editedAt = call.shop.world.now()
  call.shop.world.touch()
  return { segment, userErrors: [] }
}

function remove(args: Args, call: Call) {
  const segment = byId(call, args['id'])
  if (!segment) return { deletedSegmentId: null, userErrors: [{ field: ['id'], message: NOT_THERE }] }
  call.shop.world.segments.delete(segment.id)
  call.shop.world.touch()
  return { deletedSegmentId: gid('Segment', segment.id), userErrors: [] }
}

/** A search without a field looks at names. */
function list(args: Args, call: Call): List {
  needScope(call.scopes, 'read_customers', 'segments')
  const key = String(args['sortKey'] ?? 'CREATION_DATE')
  const sortValue = SORTS[key]
  if (!sortValue) throw notPlayed(`the sort key ${key} of segments`)
  const query = String(args['query'] ?? '')
  const passes = /^\s*\w+:/.test(query)
    ? compileSearch(query, FILTERS, 'segments')
    : (segment: WorldSegment) => isNamed(segment, query)
  const items = [...call.shop.world.segments.values()]
    .filter(passes)
    .sort((a, b) => sortValue(a) - sortValue(b) || a.id - b.id)
  return { items, sortValue, reverse: args['reverse'] === true }
}

function members(args: Args, call: Call): List {
  needScope(call.scopes, 'read_customers', 'customerSegmentMembers')
  if (args['queryId'] != null) throw notPlayed('customerSegmentMembers by queryId')
  if (args['sortKey'] != null) throw notPlayed(`the sort key ${String(args['sortKey'])} of customerSegmentMembers`)
  const segment = args['segmentId'] == null ? null : byId(call, args['segmentId'])
  // Unverified wording; what a query that cannot be read answers here is unverified too.
  if (segment === undefined) throw new GraphQLError('Invalid segment ID.', { extensions: { code: 'INVALID' } })
  const text = segment?.query ?? (args['query'] as string | null | undefined)
  if (text == null) throw notPlayed('customerSegmentMembers without a segment and without a query')
  const { query, errors } = parseSegmentQuery(text)
  if (!query) throw new GraphQLError(errors[0]!, { extensions: { code: 'INVALID' } })
  const { world } = call.shop
  const items = sortedBy(world, 'customers', 'ID', (customer) => customer.id)
    .filter((customer) =>
      segment ? isInSegment(world, segment, customer, world.now()) : isMember(query, customer, world),
    )
    .map((customer): MemberOf => ({ kind: 'CustomerSegmentMember', id: customer.id, customer }))
  return { items, sortValue: (one: MemberOf) => one.id, reverse: args['reverse'] === true, most: MOST_MEMBERS_A_PAGE }
}

function membership(args: Args, call: Call) {
  const { world } = call.shop
  const customer = world.customers.get(readGid(args['customerId'])?.id ?? 0)
  if (!customer) throw notPlayed('customerSegmentMembership of a customer who is not there')
  return {
    memberships: (args['segmentIds'] as string[]).map((segmentId) => {
      const segment = byId(call, segmentId)
      if (!segment) throw notPlayed('customerSegmentMembership in a segment that is not there')
      return { segmentId, isMember: isInSegment(world, segment, customer, world.now()) }
    }),
  }
}

export const segmentFields: PlayedFields = {
  QueryRoot: {
    segment: (_root, args, call) => {
      const segment = byId(call, args['id'])
      // Recorded: other than with an order or a customer, an id that names nothing is an error beside the null.
      if (!segment) throw new GraphQLError(NOT_THERE, { extensions: { code: 'NOT_FOUND' } })
      return segment
    },
    segmentsCount: (_root, _args, call) => ({ count: call.shop.world.segments.size, precision: 'EXACT' }),
    customerSegmentMembership: (_root, args, call) => membership(args, call),
  },
  Mutation: {
    segmentCreate: (_root, args, call) => {
      needScope(call.scopes, 'write_customers', 'segmentCreate')
      return create(String(args['name']), String(args['query']), call)
    },
    segmentUpdate: (_root, args, call) => {
      needScope(call.scopes, 'write_customers', 'segmentUpdate')
      return update(args, call)
    },
    segmentDelete: (_root, args, call) => {
      needScope(call.scopes, 'write_customers', 'segmentDelete')
      return remove(args, call)
    },
  },
  Segment: {
    id: (segment: WorldSegment) => gid('Segment', segment.id),
    name: (segment: WorldSegment) => segment.name,
    query: (segment: WorldSegment) => segment.query,
    creationDate: (segment: WorldSegment) => dateTime(segment.createdAt),
    lastEditDate: (segment: WorldSegment) => dateTime(segment.editedAt),
  },
  CustomerSegmentMember: {
    id: (of: MemberOf) => gid('CustomerSegmentMember', of.id),
    numberOfOrders: (of: MemberOf, _args, call) => String(numberOfOrders(call.shop.world, of.id)),
    amountSpent: (of: MemberOf, _args, call) =>
      money(spentMinor(call.shop.world, of.id), call.shop.world.shop.currency),
    lastOrderId: (of: MemberOf, _args, call) => {
      const seen = call.shop.world.ordersOf(of.id).filter((order) => maySee(order, call))
      const last = seen.toSorted((a, b) => a.processedAt - b.processedAt).at(-1)
      return last ? gid('Order', last.id) : null
    },
  },
}

export const segmentLists: PlayedLists = {
  QueryRoot: {
    segments: (_root: unknown, args, call) => list(args, call),
    customerSegmentMembers: (_root: unknown, args, call) => members(args, call),
  },
}

import { GraphQLError } from 'graphql'
import type { Args, List } from './played.ts'

const MAX_PAGE = 250

export type Page = {
  nodes: unknown[]
  edges: { cursor: string; node: unknown }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  /** Of the whole list; few connections show it. */
  totalCount: number
}

type Position = { last_id: number | string; last_value: string }

/** Cuts a list into the asked page. A cursor names an item by its sort value and id, so that it survives new items. */
export function pageOf(list: List, args: Args): Page {
  const most = list.most ?? MAX_PAGE
  const first = args['first'] as number | null | undefined
  const last = args['last'] as number | null | undefined
  if (first == null && last == null)
    throw new GraphQLError('you must provide one of first or last', { extensions: { code: 'BAD_REQUEST' } })
  for (const [name, size] of [
    ['first', first],
    ['last', last],
  ] as const)
    if (size != null && (size > most || size < 0))
      throw new GraphQLError(`${name} must be between 0 and ${most}`, { extensions: { code: 'BAD_REQUEST' } })
  let items = list.reverse === true ? list.items.toReversed() : list.items
  let hasPreviousPage = false
  let hasNextPage = false
  const after = positionOf(args['after'])
  if (after) {
    const at = placeAfter(list, items, after)
    hasPreviousPage = at > 0
    items = items.slice(at)
  }
  const before = positionOf(args['before'])
  if (before) {
    const at = placeBefore(list, items, before)
    hasNextPage = at < items.length
    items = items.slice(0, at)
  }
  if (first != null && items.length > first) {
    hasNextPage = true
    items = items.slice(0, first)
  } else if (last != null && items.length > last) {
    hasPreviousPage = true
    items = items.slice(items.length - last)
  }
  const edges = items.map((node) => ({ cursor: cursorOf(list, node), node }))
  const ends = { startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null }
  const pageInfo = { hasNextPage, hasPreviousPage, ...ends }
  return { nodes: items, edges, pageInfo, totalCount: list.items.length }
}

function sortValue(list: List, item: unknown): string | number {
  return list.sortValue ? list.sortValue(item as never) : list.items.indexOf(item)
}

function idOf(item: unknown): number | string {
  return (item as { id?: number | string }).id ?? 0
}

function cursorOf(list: List, item: unknown): string {
  const position: Position = { last_id: idOf(item), last_value: String(sortValue(list, item)) }
  return Buffer.from(JSON.stringify(position)).toString('base64')
}

function positionOf(cursor: unknown): Position | null {
  if (typeof cursor !== 'string') return null
  try {
    const position = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8')) as Position
    if (typeof position.last_value === 'string') return position
  } catch {
    // Falls through to the answer below: any text that is no cursor gets it.
  }
  throw new GraphQLError('Malformed cursor', { extensions: { code: 'BAD_REQUEST' } })
}

function compare(list: List, item: unknown, position: Position): number {
  const value = sortValue(list, item)
  const other = typeof value === 'number' ? Number(position.last_value) : position.last_value
  const order = value < other ? -1 : value > other ? 1 : Number(idOf(item)) - Number(position.last_id)
  return list.reverse === true ? -order : order
}

function placeAfter(list: List, items: unknown[], position: Position): number {
  return firstWhere(items, (item) => compare(list, item, position) > 0)
}

function placeBefore(list: List, items: unknown[], position: Position): number {
  return firstWhere(items, (item) => compare(list, item, position) >= 0)
}

/** The items are sorted, so the place is found by halving. */
function firstWhere(items: unknown[], holds: (item: unknown) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(items[middle])) high = middle
    else low = middle + 1
  }
  return low
}

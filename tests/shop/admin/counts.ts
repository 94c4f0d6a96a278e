import type { Args, List } from './played.ts'

const DEFAULT_COUNT_LIMIT = 10_000

export function count(list: List, args: Args): { count: number; precision: string } {
  const limit = args['limit'] as number | null
  const size = list.items.length
  const cap = limit ?? Number.POSITIVE_INFINITY
  return size > cap ? { count: cap, precision: 'AT_LEAST' } : { count: size, precision: 'EXACT' }
}

/** With the limit that Shopify has when none is asked for. */
export const counting = (args: Args): Args => ({ limit: DEFAULT_COUNT_LIMIT, ...args })

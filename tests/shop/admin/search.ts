import { GraphQLError } from 'graphql'

/** A filter of one search field: does this item pass `operator value`? */
export type Filters<T> = Record<string, (item: T, operator: string, value: string) => boolean>

const TERM =
  /\s*(\bAND\b|\bOR\b|\bNOT\b|\()|\s*(-)?([\w.-]+):(<=|>=|<|>|=)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()]+)|\s*(\S+)/gy

/**
 * Compiles the subset of Shopify's search syntax that is played: `field:value`, comparisons, and AND by space or word.
 * A field that is not played is an error naming it; Shopify itself ignores a field it does not know and warns.
 */
export function compileSearch<T>(query: unknown, filters: Filters<T>, what: string): (item: T) => boolean {
  const text = typeof query === 'string' ? query.trim() : ''
  if (text === '') return () => true
  const tests: ((item: T) => boolean)[] = []
  TERM.lastIndex = 0
  while (TERM.lastIndex < text.length) {
    const found = TERM.exec(text)
    if (!found) break
    const [, word, minus, field, operator = '', raw = '', loose] = found
    if (word === 'AND') continue
    if (word !== undefined || loose !== undefined)
      throw notPlayed(`"${word ?? loose}" in the search "${text}" of ${what}`)
    const filter = filters[field!]
    if (!filter) throw notPlayed(`the search field "${field}" of ${what}`)
    const value = /^["']/.test(raw) ? raw.slice(1, -1).replaceAll(/\\(.)/g, '$1') : raw
    tests.push(minus ? (item) => !filter(item, operator, value) : (item) => filter(item, operator, value))
  }
  return (item) => tests.every((test) => test(item))
}

export function notPlayed(what: string): GraphQLError {
  return new GraphQLError(`The local shop does not play ${what} yet`, { extensions: { code: 'LOCAL_SHOP_NOT_PLAYED' } })
}

export function compareNumber(actual: number, operator: string, wanted: number): boolean {
  if (operator === '>') return actual > wanted
  if (operator === '>=') return actual >= wanted
  if (operator === '<') return actual < wanted
  if (operator === '<=') return actual <= wanted
  return actual === wanted
}

/** Dates are compared in whole seconds, as Shopify stores them; a bare date is that whole day in UTC. */
export function compareDate(actual: number, operator: string, text: string): boolean {
  const wanted = Date.parse(text)
  if (Number.isNaN(wanted)) throw notPlayed(`the date "${text}" in a search`)
  const seconds = Math.floor(actual / 1000)
  const wantedSeconds = Math.floor(wanted / 1000)
  if (/^\d{4}-\d\d-\d\d$/.test(text) && (operator === '' || operator === '='))
    return seconds >= wantedSeconds && seconds < wantedSeconds + 86_400
  return compareNumber(seconds, operator, wantedSeconds)
}

export function idIn(text: string): number {
  return Number(text.replace(/^gid:\/\/shopify\/\w+\//, ''))
}

import { numberOfOrders, spentMinor } from './amounts.ts'
import { digitsOf } from './admin/money.ts'
import { notPlayed } from './admin/search.ts'
import { sameTag } from './tags.ts'
import type { World, WorldCustomer } from './world.ts'

/** A segment's query as a tree; only what a filter means is looked up when members are asked for. */
export type SegmentQuery =
  | { kind: 'and'; left: SegmentQuery; right: SegmentQuery }
  | { kind: 'or'; left: SegmentQuery; right: SegmentQuery }
  | { kind: 'not'; of: SegmentQuery }
  | { kind: 'clause'; filter: string; operator: string; values: string[] }

type Token = { text: string; line: number; column: number; isString: boolean }

/** Filters that Shopify documents or that a recording has; any other cannot be found. */
const FILTERS = new Set(
  `abandoned_checkout_date amount_spent companies created_by_app_id customer_account_status customer_added_date
  customer_cities customer_countries customer_email_domain customer_language customer_regions customer_tags
  email_subscription_status first_order_date last_order_date number_of_orders predicted_spend_tier
  product_subscription_status rfm_group sms_subscription_status`.split(/\s+/),
)
const COMPARISONS = new Set(['=', '!=', '>', '>=', '<', '<='])
const TOKEN = /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(>=|<=|!=|[=<>(),])|([^\s=<>!(),'"]+|.))/gy

/** Reads a query; the texts are recorded ones. Columns count from 0, as Shopify's do. */
export function parseSegmentQuery(text: string): { query: SegmentQuery | null; errors: string[] } {
  const reader = new Reader(tokensOf(text))
  const query = reader.expression()
  if (reader.unexpected === null && reader.next) reader.refuse()
  const errors = reader.unknown.map((token) => `${placeOf(token)} '${token.text}' filter cannot be found.`)
  if (reader.unexpected !== null) errors.unshift(reader.unexpected)
  return { query: errors.length === 0 ? query : null, errors }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    const [whole, quoted, sign, word] = found
    const raw = quoted ?? sign ?? word!
    const before = text.slice(0, found.index + whole.length - raw.length)
    const line = before.split('\n').length
    const column = before.length - (before.lastIndexOf('\n') + 1)
    const isString = quoted !== undefined
    tokens.push({ text: isString ? raw.slice(1, -1).replaceAll(/\\(.)/g, '$1') : raw, line, column, isString })
    if (TOKEN.lastIndex >= text.trimEnd().length) break
  }
  return tokens
}

function placeOf(token: Token): string {
  return `Query Line ${token.line} Column ${token.column}:`
}

class Reader {
  unexpected: string | null = null
  unknown: Token[] = []
  #tokens: Token[]
  #at = 0

  constructor(tokens: Token[]) {
    this.#tokens = tokens
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at]
  }

  expression(): SegmentQuery | null {
    let left = this.#all()
    while (left && this.#takes('OR')) {
      const right = this.#all()
      left = right && { kind: 'or', left, right }
    }
    return left
  }

  refuse(): null {
    const { next } = this
    // Unverified: no recording shows a query that ends too early.
    this.unexpected ??= next ? `${placeOf(next)} '${next.text}' is unexpected.` : 'Query is incomplete.'
    return null
  }

  #all(): SegmentQuery | null {
    let left = this.#one()
    while (left && this.#takes('AND')) {
      const right = this.#one()
      left = right && { kind: 'and', left, right }
    }
    return left
  }

  #one(): SegmentQuery | null {
    if (this.#takes('NOT')) {
      const of = this.#one()
      return of && { kind: 'not', of }
    }
    if (this.#takes('(')) {
      const inner = this.expression()
      return inner && (this.#takes(')') ? inner : this.refuse())
    }
    return this.#clause()
  }

  #clause(): SegmentQuery | null {
    const filter = this.next
    if (!filter || filter.isString || !/^\w/.test(filter.text)) return this.refuse()
    this.#at += 1
    if (!FILTERS.has(filter.text)) this.unknown.push(filter)
    const clause = (operator: string, values: string[]): SegmentQuery => ({
      kind: 'clause',
      filter: filter.text,
      operator,
      values,
    })
    const { next } = this
    if (next && COMPARISONS.has(next.text)) {
      this.#at += 1
      const value = this.#value()
      return value === null ? null : clause(next.text, [value])
    }
    if (this.#takes('IS')) {
      const isNot = this.#takes('NOT')
      return this.#takes('NULL') ? clause(isNot ? 'IS NOT NULL' : 'IS NULL', []) : this.refuse()
    }
    const not = this.#takes('NOT') ? 'NOT ' : ''
    if (this.#takes('CONTAINS')) {
      const value = this.#value()
      return value === null ? null : clause(`${not}CONTAINS`, [value])
    }
    if (this.#takes('BETWEEN')) {
      const low = this.#value()
      if (low === null || !this.#takes('AND')) return this.refuse()
      const high = this.#value()
      return high === null ? null : clause(`${not}BETWEEN`, [low, high])
    }
    return this.refuse()
  }

  #value(): string | null {
    const { next } = this
    if (!next || (!next.isString && !/^[\w-]/.test(next.text))) return this.refuse()
    this.#at += 1
    return next.text
  }

  #takes(word: string): boolean {
    const { next } = this
    if (!next || next.isString || next.text.toUpperCase() !== word) return false
    this.#at += 1
    return true
  }
}

/** Is this customer a member? Filters whose members are not played are an error naming them. */
export function isMember(query: SegmentQuery, customer: WorldCustomer, world: World): boolean {
  if (query.kind === 'and') return isMember(query.left, customer, world) && isMember(query.right, customer, world)
  if (query.kind === 'or') return isMember(query.left, customer, world) || isMember(query.right, customer, world)
  if (query.kind === 'not') return !isMember(query.of, customer, world)
  const { filter, operator, values } = query
  if (filter === 'customer_tags' && operator.endsWith('CONTAINS')) {
    const carries = customer.tags.some((tag) => sameTag(tag, values[0]!))
    return operator.startsWith('NOT') ? !carries : carries
  }
  if (filter === 'number_of_orders') return compares(numberOfOrders(world, customer.id), operator, values)
  if (filter === 'amount_spent')
    return compares(spentMinor(world, customer.id) / 10 ** digitsOf(world.shop.currency), operator, values)
  if (filter === 'email_subscription_status') return isText(customer.emailConsent ?? 'NOT_SUBSCRIBED', operator, values)
  throw notPlayed(`members by ${filter} ${operator}`)
}

function isText(own: string, operator: string, [value]: string[]): boolean {
  if (operator !== '=' && operator !== '!=') throw notPlayed(`members by a text ${operator}`)
  return (own.toUpperCase() === value!.toUpperCase()) === (operator === '=')
}

function compares(own: number, operator: string, values: string[]): boolean {
  const [first = Number.NaN, second = Number.NaN] = values.map(Number)
  if (operator === '=') return own === first
  if (operator === '!=') return own !== first
  if (operator === '>') return own > first
  if (operator === '>=') return own >= first
  if (operator === '<') return own < first
  if (operator === '<=') return own <= first
  if (operator === 'BETWEEN') return own >= first && own <= second
  throw notPlayed(`members by a number ${operator}`)
}

import { createHmac, timingSafeEqual } from 'node:crypto'

import type { Instant } from '../domain/order.ts'
import { isShopDomain } from './shop-domain.ts'

/** Who stands at the app proxy, and what they ask for: all that anything behind the door learns of the address. */
export type Visitor = {
  domain: string
  /** Shopify's id of the signed-in customer, digits only; null: nobody is signed in. */
  customerId: string | null
  /** Parameters of our own routes, by their names. */
  fields: Readonly<Record<string, string>>
}

/** How far the signed moment may be from ours, before and after. */
export const SIGNED_FOR_SECONDS = 90

// A slash has two spellings, everything else that a value may hold has one: so nothing has to be decoded.
const OF_SHOPIFY: Record<string, RegExp> = {
  logged_in_customer_id: /^(|[1-9]\d{0,19})$/,
  path_prefix: /^\/(?:a|apps|community|tools)\/[A-Za-z0-9_-]{1,64}$/,
  shop: /^[a-z0-9.-]{1,100}$/,
  timestamp: /^[1-9]\d{0,11}$/,
}
const OF_OURS: Record<string, RegExp> = { reward: /^[1-9]\d{0,9}$/ }
// Parsed back from its end, the signed text can be read in one way only: no name here ends with another, and no value
// holds an equals sign.
const ALLOWED: Record<string, RegExp> = { ...OF_SHOPIFY, ...OF_OURS, signature: /^[^&=]*$/ }

/**
 * Reads the raw query of a request that Shopify has handed on, if Shopify signed it for this minute: hexadecimal
 * HMAC-SHA256 with the client secret over `name=value` pairs, sorted by byte, joined by nothing.
 *
 * Names come once each, as written here, and no others: what is left out, doubled, encoded or unknown is refused before
 * the signature is looked at, since the signed text has no separators and two readings of it must never both count.
 *
 * @param query    what stands behind the question mark, as it came
 * @param secrets  several while a secret is being changed
 * @returns 400: not what Shopify sends; 401: not signed, signed wrongly, or for another moment
 *
 * Source: https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
 */
export function visitorOf(query: string, secrets: readonly string[], at: Instant): Visitor | 400 | 401 {
  if (!/(^|&)signature=/.test(query)) return 401
  const given = parametersOf(query)
  if (given === null) return 400
  const signature = given.get('signature')!
  given.delete('signature')
  if (Object.keys(OF_SHOPIFY).some((name) => !given.has(name))) return 400
  const domain = given.get('shop')!
  if (!isShopDomain(domain)) return 400
  if (!isSigned(given, signature, secrets)) return 401
  if (Math.abs(Number(given.get('timestamp')) - at / 1000) > SIGNED_FOR_SECONDS) return 401

  const id = given.get('logged_in_customer_id')!
  const fields = [...given].filter(([name]) => Object.hasOwn(OF_OURS, name))
  return Object.freeze({
    domain,
    customerId: id === '' ? null : id,
    fields: Object.freeze(Object.fromEntries(fields)),
  })
}

/** Every parameter by its name, its value as it was signed; null: something that Shopify does not send. */
function parametersOf(query: string): Map<string, string> | null {
  const given = new Map<string, string>()
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, at))
    const value = pair.slice(at + 1).replaceAll('%2F', '/')
    if (!Object.hasOwn(ALLOWED, name) || given.has(name) || !ALLOWED[name]!.test(value)) return null
    given.set(name, value)
  }
  return given
}

function isSigned(given: Map<string, string>, signature: string, secrets: readonly string[]): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false
  const claimed = Buffer.from(signature, 'hex')
  const text = [...given]
    .map(([name, value]) => `${name}=${value}`)
    .sort(byByte)
    .join('')
  return secrets.reduce((isRight, secret) => {
    const computed = createHmac('sha256', secret).update(text).digest()
    return timingSafeEqual(claimed, computed) || isRight
  }, false)
}

// Every character allowed is one byte, so the order of code units is that of bytes.
function byByte(a: string, b: string): number {
  return a < b ? -1 : 1
}

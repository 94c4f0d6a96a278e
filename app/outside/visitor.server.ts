/**
 * The door of the app proxy: shoppers on the storefront, whom Shopify hands on to us, signed. Answers are JSON that nobody
 * may keep, hold nothing of what was asked, and go by nothing but the signed parameters and the body.
 */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import type { z } from 'zod'

import type { Instant } from '../domain/order.ts'
import type { VisitorRefusal } from '../domain/wire.ts'
import { InvalidInput, OutsideFailure } from '../errors.ts'
import { now } from './clock.ts'
import { config } from './config.server.ts'
import { installedShop, type ShopId } from './database.server.ts'
import { log } from './log.server.ts'
import { paceOf } from './pace.server.ts'
import { type Visitor, visitorOf } from './proxy-signature.server.ts'

/** Whoever asks, at the shop that they ask in. */
export type VisitorHere = { shop: ShopId; customerId: string | null; fields: Visitor['fields']; at: Instant }

type Road = {
  method: 'GET' | 'POST'
  /** Our own parameters in the query. */
  fields: readonly string[]
  answer(visitor: VisitorHere, body: Buffer): Promise<object>
}

/** What the door knows to do, by the last part of the path. */
export type Roads = Readonly<Record<string, Road>>

/** A question. It writes nothing, so it may be asked again and again within the time it is signed for. */
export function question(answer: (visitor: VisitorHere) => Promise<object>, fields: readonly string[] = []): Road {
  return { method: 'GET', fields, answer }
}

/** A deed, with a JSON body. */
export function deed<B>(schema: z.ZodType<B>, act: (visitor: VisitorHere, body: B) => Promise<object>): Road {
  return {
    method: 'POST',
    fields: [],
    answer: (visitor, body) => {
      const read = schema.safeParse(jsonOf(body))
      if (!read.success) throw new InvalidInput('a body that does not fit its schema')
      return act(visitor, read.data)
    },
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** One request as it came. */
export type VisitorArrival = {
  method: string
  path: string
  /** Behind the question mark, not decoded. */
  query: string
  contentType: string | null
  /** Null: larger than LARGEST_DEED_BYTES. */
  body: Buffer | null
}

export type VisitorAnswer = { status: number; headers: Record<string, string>; body: string }

/** A deed is a token and a word. */
export const LARGEST_DEED_BYTES = 2048
const ROOT = '/proxy/'
const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
}
const STATUS = {
  'bad-request': 400,
  'not-signed': 401,
  'not-allowed': 403,
  'not-found': 404,
  'wrong-method': 405,
  'too-large': 413,
  'not-json': 415,
  'invalid-input': 422,
  'too-many-requests': 429,
  'invariant-broken': 500,
  unavailable: 503,
} as const satisfies Record<VisitorRefusal['error'], number>

const paceOfShop = paceOf<string>({ burst: 600, perSecond: 200, atMost: 10_000 })
// Guests of a shop are one: whose machine it is stays unknown to us.
const paceOfGuests = paceOf<string>({ burst: 300, perSecond: 100, atMost: 10_000 })
const paceOfCustomer = paceOf<string>({ burst: 30, perSecond: 2, atMost: 50_000 })

/**
 * The door to these roads. Refuses by STATUS with `{error}` and nothing else: what is unknown, not signed by Shopify for
 * this minute, about a shop where we are not installed, too often or too large comes to no road.
 */
export function visitorDoor(roads: Roads, secrets: readonly string[] = [config.shopifyApiSecret]) {
  return async (arrival: VisitorArrival): Promise<VisitorAnswer> => {
    const begunAt = now()
    const name = arrival.path.startsWith(ROOT) ? arrival.path.slice(ROOT.length) : ''
    const road = Object.hasOwn(roads, name) ? roads[name] : undefined
    const answer = road ? await answerOf(road, arrival, secrets, begunAt) : refusal('not-found')
    // Of an unknown path nothing is written down: it may hold anything.
    log.info({ route: road ? `${ROOT}${name}` : ROOT, status: answer.status, ms: now() - begunAt }, 'visitor answered')
    return answer
  }
}

async function answerOf(road: Road, arrival: VisitorArrival, secrets: readonly string[], at: Instant) {
  if (arrival.method !== road.method) return refusal('wrong-method', { allow: road.method })
  if (arrival.body === null) return refusal('too-large')
  const visitor = visitorOf(arrival.query, secrets, at)
  if (typeof visitor === 'number') return refusal(visitor === 400 ? 'bad-request' : 'not-signed')
  if (Object.keys(visitor.fields).some((field) => !road.fields.includes(field))) return refusal('bad-request')
  if (road.method === 'GET' && arrival.body.length > 0) return refusal('bad-request')
  // What a form of another site can send is none of these.
  if (road.method === 'POST' && !/^application\/json\s*(;|$)/i.test(arrival.contentType ?? ''))
    return refusal('not-json')
  const waitMs = waitOf(visitor, at)
  if (waitMs > 0) return refusal('too-many-requests', retryAfter(waitMs))
  try {
    const shop = await installationOf(visitor.domain, at)
    if (shop === null) return refusal('not-found')
    const { customerId, fields } = visitor
    const body = await road.answer({ shop, customerId, fields, at }, arrival.body)
    return { status: 200, headers: HEADERS, body: JSON.stringify(body) }
  } catch (error) {
    if (error instanceof InvalidInput) return refusal(error.code as 'invalid-input' | 'not-found' | 'not-allowed')
    if (error instanceof OutsideFailure) {
      log.warn({ error }, 'a visitor without their answer')
      return refusal('unavailable', retryAfter(error.retryAfterMs ?? 5000))
    }
    log.error({ error }, 'a visitor could not be answered')
    return refusal('invariant-broken')
  }
}

function waitOf({ domain, customerId }: Visitor, at: Instant): number {
  const own = customerId === null ? paceOfGuests(domain, at) : paceOfCustomer(`${domain} ${customerId}`, at)
  // One who asks too often does not use up what the shop has for all.
  return own > 0 ? own : paceOfShop(domain, at)
}

const retryAfter = (ms: number) => ({ 'retry-after': String(Math.ceil(ms / 1000)) })

function refusal(error: VisitorRefusal['error'], more: Record<string, string> = {}): VisitorAnswer {
  return {
    status: STATUS[error],
    headers: { ...HEADERS, ...more },
    body: JSON.stringify({ error } satisfies VisitorRefusal),
  }
}

const KNOWN_FOR_MS = 10_000
const MOST_KNOWN = 10_000
// That a domain is none of ours is remembered too. What is being looked up is looked up once.
const installations = new Map<string, { shop: Promise<ShopId | null>; until: Instant }>()

function installationOf(domain: string, at: Instant): Promise<ShopId | null> {
  const known = installations.get(domain)
  if (known && known.until > at && known.until <= at + KNOWN_FOR_MS) return known.shop
  const shop = installedShop(domain)
  const entry = { shop, until: at + KNOWN_FOR_MS }
  installations.delete(domain)
  installations.set(domain, entry)
  if (installations.size > MOST_KNOWN) installations.delete(installations.keys().next().value!)
  shop.catch(() => installations.get(domain) === entry && installations.delete(domain))
  return shop
}

/** The same as a loader and action of Remix, for where the production server (http.server.ts) is not: `shopify app dev`. */
export function forVisitor(roads: Roads, secrets?: readonly string[]) {
  const door = visitorDoor(roads, secrets)
  return async ({ request }: LoaderFunctionArgs | ActionFunctionArgs): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    const body = Buffer.from(await request.arrayBuffer())
    const {
      status,
      headers,
      body: text,
    } = await door({
      method: request.method,
      path: pathname,
      query: search.slice(1),
      contentType: request.headers.get('content-type'),
      body: body.length > LARGEST_DEED_BYTES ? null : body,
    })
    return new Response(text, { status, headers })
  }
}

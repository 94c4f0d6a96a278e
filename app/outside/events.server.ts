/**
 * The door of the web pixel: browsers on the storefront, of which nobody vouches for anything. What comes is stored or
 * refused by a status, and nothing is ever answered about anybody.
 */
import type { ActionFunctionArgs } from '@remix-run/node'

import { PixelBatchShape } from '../domain/events.ts'
import type { Instant } from '../domain/order.ts'
import type { PixelEvent } from '../domain/wire.ts'
import { OutsideFailure } from '../errors.ts'
import { now } from './clock.ts'
import type { ShopId } from './database.server.ts'
import { log } from './log.server.ts'
import { paceOf } from './pace.server.ts'
import { shopOfPixelKey } from './pixel-key.server.ts'
import { wholeBody } from './webhook.server.ts'

/** Twenty events are less than four kilobytes. */
export const LARGEST_EVENTS_BYTES = 16 * 1024

/** Stores events of one shop; false: the shop takes none. */
export type StoreEvents = (shop: ShopId, events: readonly PixelEvent[], receivedAt: Instant) => Promise<boolean>

/** One request; `body` null: larger than LARGEST_EVENTS_BYTES. */
export type EventArrival = { method: string; body: Buffer | null }
export type EventAnswer = { status: number; headers: Record<string, string> }
export type EventDoor = (arrival: EventArrival) => Promise<EventAnswer>

// A shop's sale lasts minutes, whoever fills its tables goes on for days: each has its own measure, in events.
const paceOfShop = paceOf<ShopId>({ burst: 20_000, perSecond: 2000, atMost: 10_000 })
const paceOfShopForLong = paceOf<ShopId>({ burst: 1_000_000, perSecond: 20, atMost: 10_000 })

/** Shopify runs the pixel without an origin of its own. */
const FOR_ALL = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' }

/**
 * The door to a place where events are stored: 204 stored, now or before · 400 not what the pixel sends, by one field too
 * many too · 401 no key of ours · 404 a shop that takes no events · 405 not a POST · 413 too large · 429 more than a shop's
 * shoppers do · 503 perhaps not stored: send it again.
 */
export function eventDoor(store: StoreEvents): EventDoor {
  return async (arrival) => {
    const begunAt = now()
    const answer = await answerOf(store, arrival, begunAt)
    log.debug({ route: '/events', status: answer.status, ms: now() - begunAt }, 'events answered')
    return answer
  }
}

async function answerOf(store: StoreEvents, { method, body }: EventArrival, at: Instant): Promise<EventAnswer> {
  if (method !== 'POST') return answer(405, { allow: 'POST' })
  if (body === null) return answer(413)
  const sent = jsonOf(body)
  const shop = shopOfPixelKey(typeof sent?.key === 'string' ? sent.key : '')
  if (sent === null) return answer(400)
  if (shop === null) return answer(401)
  const batch = PixelBatchShape.safeParse(sent)
  if (!batch.success) return answer(400)
  const { events } = batch.data
  const waitMs = paceOfShop(shop, at, events.length) || paceOfShopForLong(shop, at, events.length)
  if (waitMs > 0) return answer(429, { 'retry-after': String(Math.ceil(waitMs / 1000)) })
  try {
    return answer((await store(shop, events, at)) ? 204 : 404)
  } catch (error) {
    log[error instanceof OutsideFailure ? 'warn' : 'error']({ shop, error }, 'events were not stored')
    return answer(503, { 'retry-after': '5' })
  }
}

function jsonOf(body: Buffer): { key?: unknown } | null {
  try {
    const read: unknown = JSON.parse(body.toString('utf8'))
    return typeof read === 'object' ? read : null
  } catch {
    return null
  }
}

function answer(status: number, more: Record<string, string> = {}): EventAnswer {
  return { status, headers: { ...FOR_ALL, ...more } }
}

/** The same as an action of Remix, for where the production server (http.server.ts) is not: `shopify app dev`. */
export function forPixel(store: StoreEvents) {
  const door = eventDoor(store)
  return async ({ request }: ActionFunctionArgs): Promise<Response> => {
    const body = await wholeBody(request, LARGEST_EVENTS_BYTES)
    const { status, headers } = await door({ method: request.method, body })
    return new Response(null, { status, headers })
  }
}

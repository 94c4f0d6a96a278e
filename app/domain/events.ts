/** What the web pixel may send, and what follows from it for one customer. */
import { z } from 'zod'
import { DAY_MS, type Id, type Instant } from './order.ts'
import type { PixelBatch, PixelEvent } from './wire.ts'

/** Most events in one request. */
export const MOST_EVENTS = 20
/** Kept so long. */
export const EVENTS_KEPT_DAYS = 90
/** Of one customer and day: what is beyond is no shopper, or somebody who plays one. */
const MOST_COUNTED_A_DAY = 50
/** A pause so long ends a visit. */
const PAUSE_MS = 30 * 60_000
const VISITS_DAYS = 30
/** Looked at so often, a category is no accident. */
const LEAST_VIEWS = 2
/** Browsers keep what they could not send; their clocks run ahead. */
const OLDEST_MS = DAY_MS
const AHEAD_MS = 5 * 60_000

const id = z.string().regex(/^[1-9]\d{0,17}$/)
const PixelEventShape: z.ZodType<PixelEvent> = z.strictObject({
  id: z.string().regex(/^[\w.:-]{8,80}$/),
  kind: z.enum([
    'page-viewed',
    'product-viewed',
    'searched',
    'cart-added',
    'cart-removed',
    'cart-viewed',
    'checkout-started',
    'checkout-completed',
  ]),
  at: z.number().int().positive().max(8.64e15),
  customer: id.optional(),
  product: id.optional(),
  reason: z.enum(['goes-with', 'low', 'for-you', 'popular', 'first', 'pinned']).optional(),
})

/** A request of the pixel's. Strict: a field that it has no business to send refuses all of it. */
export const PixelBatchShape: z.ZodType<PixelBatch> = z.strictObject({
  key: z.string().max(100),
  events: z.array(PixelEventShape).min(1).max(MOST_EVENTS),
})

/** When an event is taken to have been: as told, unless the clock that told it is a day behind or minutes ahead. */
export function eventTime(told: Instant, receivedAt: Instant): Instant {
  return told >= receivedAt - OLDEST_MS && told <= receivedAt + AHEAD_MS ? told : receivedAt
}

/** One stored event of a customer. */
export type CustomerEvent = { kind: string; at: Instant; product: Id | null }

/** What is known of somebody's visits. */
export type Visits = {
  /** Begun in the last 30 days. */
  visits30d: number
  lastAt: Instant
  /** Categories of which they looked at most, if at any twice; several that are equal. */
  interests: Id[]
}

/**
 * What somebody's events come to. Of each day (UTC) the first 50 count.
 *
 * @param events      of one customer, oldest first
 * @param categories  of a product
 * @returns null: nothing in the last 90 days
 *
 * Known values: 10:00, 10:29, 10:59 and 11:30 are three visits: 30 minutes are a pause.
 */
export function visitsOf(
  events: readonly CustomerEvent[],
  asOf: Instant,
  categories: (product: Id) => readonly Id[],
): Visits | null {
  let visits30d = 0
  let lastAt: Instant | null = null
  const views = new Map<Id, number>()
  const ofDay = new Map<number, number>()
  for (const { kind, at, product } of events) {
    if (at <= asOf - EVENTS_KEPT_DAYS * DAY_MS) continue
    const day = Math.floor(at / DAY_MS)
    const count = (ofDay.get(day) ?? 0) + 1
    ofDay.set(day, count)
    if (count > MOST_COUNTED_A_DAY) continue
    if ((lastAt === null || at - lastAt >= PAUSE_MS) && at > asOf - VISITS_DAYS * DAY_MS) visits30d += 1
    lastAt = at
    if (kind !== 'product-viewed' || product === null) continue
    for (const category of categories(product)) views.set(category, (views.get(category) ?? 0) + 1)
  }
  if (lastAt === null) return null
  const most = Math.max(LEAST_VIEWS, ...views.values())
  const interests = [...views].filter(([, count]) => count === most).map(([category]) => category)
  return { visits30d, lastAt, interests: interests.sort(byNumber) }
}

function byNumber(one: Id, other: Id): number {
  return BigInt(one) < BigInt(other) ? -1 : 1
}

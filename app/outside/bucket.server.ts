import { setTimeout as sleep } from 'node:timers/promises'

import { OutsideFailure } from '../errors.ts'

/** What Shopify says with every answer: `extensions.cost`. */
export type Cost = {
  requestedQueryCost: number
  actualQueryCost: number | null
  throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }
}

/** Shopify's leaky bucket of one shop, as far as this process has seen it. */
export type Bucket = {
  /** Waits until a request of this document may be expected to pass; answers the points set aside for it. */
  enter(document: string): Promise<number>
  /** Takes in what the answer said (null: it said nothing) and gives the points set aside back to the account. */
  leave(document: string, reserved: number, cost: Cost | null): void
  /** How long until `points` are there, in ms. */
  waitMsFor(points: number): number
}

// Until the first answer of a document nobody knows its cost; most of ours ask for less.
const UNKNOWN_COST = 50
// Longer waits belong to the queue, which holds no process.
const LONGEST_WAIT_MS = 60_000

/**
 * A bucket that starts unknown and believes Shopify's last word, less what has been sent since. Other processes draw on
 * the same account: then Shopify answers THROTTLED, and the caller waits for the time computed here.
 *
 * @param elapsed  a clock in ms that only goes forward
 */
export function newBucket(elapsed: () => number = () => performance.now()): Bucket {
  const costOf = new Map<string, number>()
  let known: { available: number; maximum: number; restoreRate: number; at: number } | null = null
  let inFlight = 0
  // One after the other: whoever came first is served first, and nobody counts the same points twice.
  let door: Promise<unknown> = Promise.resolve()

  function available(): number {
    if (!known) return Infinity
    const restored = known.available + ((elapsed() - known.at) / 1000) * known.restoreRate
    return Math.min(known.maximum, restored) - inFlight
  }

  function waitMsFor(points: number): number {
    if (!known) return 0
    const missing = Math.min(points, known.maximum) - available()
    return missing <= 0 ? 0 : Math.ceil((missing / known.restoreRate) * 1000)
  }

  async function pass(points: number): Promise<number> {
    // Asked again after each wait: an answer may have come meanwhile that says more or less is left.
    for (let waited = 0, waitMs = waitMsFor(points); waitMs > 0; waitMs = waitMsFor(points)) {
      if (waited + waitMs > LONGEST_WAIT_MS) {
        throw new OutsideFailure('shopify-throttled', 'no room left at Shopify', { retryAfterMs: waitMs })
      }
      await sleep(waitMs)
      waited += waitMs
    }
    inFlight += points
    return points
  }

  return {
    enter(document) {
      const turn = door.then(() => pass(costOf.get(document) ?? UNKNOWN_COST))
      door = turn.catch(() => undefined)
      return turn
    },
    leave(document, reserved, cost) {
      inFlight -= reserved
      if (!cost) return
      costOf.set(document, cost.requestedQueryCost)
      const { currentlyAvailable, maximumAvailable, restoreRate } = cost.throttleStatus
      known = { available: currentlyAvailable, maximum: maximumAvailable, restoreRate, at: elapsed() }
    },
    waitMsFor,
  }
}

const buckets = new Map<number, Bucket>()

/** The bucket of this shop in this process. */
export function bucketOf(shop: number): Bucket {
  const bucket = buckets.get(shop) ?? newBucket()
  buckets.set(shop, bucket)
  return bucket
}

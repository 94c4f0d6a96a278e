/** The one window that Shopify names, for another topic: https://shopify.dev/changelog (delivery profiles, 2025-08-25). */
const DEBOUNCE_MS = 15 * 60_000

/** What can go wrong, set by a test in the same process. Counters count down as they are used. */
export type Faults = {
  /** Every Admin API answer waits this long. */
  slowMs: number
  /** The work is done at once and its answer travels this long: what it says may be old when it arrives. */
  lateMs: number
  /** Share (0 to 1) of Admin calls answered with a 5xx before anything is done. */
  serverErrorShare: number
  /** The next calls are answered THROTTLED, whatever the bucket holds. */
  throttledNext: number
  /** The next calls have their connection reset, before or after the work is done. */
  resetNext: number
  resetAfterWork: boolean
  /** The next calls of this mutation do their work, and their connection is reset before the answer. */
  lostAnswers: { mutation: string; times: number } | null
  /** The next calls of a mutation answer these user errors and change nothing. */
  userErrors: {
    mutation: string
    times: number
    errors: { field: string[] | null; message: string; code?: string }[]
  } | null
  /** This field of this type answers null with an error beside the data. */
  partialData: { type: string; field: string; message: string } | null
  /** The next bulk operations end FAILED after this many lines. */
  bulkFail: {
    times: number
    afterLines: number
    errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT'
  } | null
  /** What becomes of `shop` and its like when a shopper writes them into the address of the app's proxy: no page says. */
  proxyDoubled: 'appended' | 'overridden' | 'joined'
  file: FileFaults
  token: { slowMs: number; failNext: number }
  webhooks: WebhookFaults
}

export type WebhookFaults = {
  /** Nothing arrives any more. */
  drop: boolean
  /** Every delivery goes out so often, with one and the same webhook id. */
  copies: number
  /** Every delivery waits this long. */
  delayMs: number
  /** Decides by chance which deliveries the shares below hit: the same events, the same seed, the same fate. */
  seed: string
  /** Shares (0 to 1) of deliveries that are lost for good, go out once more, and wait up to `delayUpToMs`. */
  dropShare: number
  repeatShare: number
  delayShare: number
  delayUpToMs: number
  /** So many deliveries are held back and leave in another order than they came. */
  shuffle: number
  /** A subscription with chosen fields is not sent the same body again within this time. */
  debounceMs: number
}

export type FileFaults = {
  /** The next downloads end quietly after this byte of the file. */
  truncateAt: number | null
  /** The next downloads have their connection reset after this byte of the file. */
  resetAt: number | null
  /** How many downloads truncateAt and resetAt hit. */
  times: number
  /** The next downloads are refused with 403. */
  forbiddenNext: number
  /** Every download answers another ETag than the one before. */
  newEtag: boolean
  /** Sends nothing for this long after the first bytes. */
  stallMs: number
  /** What is done to the lines of files written from now on. */
  shuffle: boolean
  duplicateEvery: number
  dropEvery: number
}

export function noFaults(): Faults {
  return {
    slowMs: 0,
    lateMs: 0,
    serverErrorShare: 0,
    throttledNext: 0,
    resetNext: 0,
    resetAfterWork: false,
    lostAnswers: null,
    userErrors: null,
    partialData: null,
    bulkFail: null,
    proxyDoubled: 'appended',
    file: {
      truncateAt: null,
      resetAt: null,
      times: 0,
      forbiddenNext: 0,
      newEtag: false,
      stallMs: 0,
      shuffle: false,
      duplicateEvery: 0,
      dropEvery: 0,
    },
    token: { slowMs: 0, failNext: 0 },
    webhooks: {
      drop: false,
      copies: 1,
      delayMs: 0,
      seed: '1',
      dropShare: 0,
      repeatShare: 0,
      delayShare: 0,
      delayUpToMs: 0,
      shuffle: 0,
      debounceMs: DEBOUNCE_MS,
    },
  }
}

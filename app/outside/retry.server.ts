/** How long and how often to try again; chance is an argument. */
export type Pace = {
  /** Requests in all, the first included. */
  attempts: number
  baseMs: number
  capMs: number
  requestTimeoutMs: number
  random: () => number
}

/** The pace in production: six requests within about half a minute, then the queue decides. */
export const PACE: Pace = { attempts: 6, baseMs: 400, capMs: 10_000, requestTimeoutMs: 10_000, random: Math.random }

/**
 * Full jitter: a random wait of up to base × 2^tries, capped, so that many who failed together do not return together.
 *
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(pace: Pace, tries: number): number {
  return Math.floor(pace.random() * Math.min(pace.capMs, pace.baseMs * 2 ** tries))
}

/** The header in ms; seconds or a date. Null: absent or not understood. */
export function retryAfterMsOf(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after')
  if (!text) return null
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) return Math.ceil(seconds * 1000)
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** Whether a request of `fetch` failed before anything was sent: the connection never came to be. */
export function isNeverSent(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } }).cause?.code
  return (
    typeof code === 'string' &&
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(code)
  )
}

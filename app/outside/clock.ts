import type { Instant } from '../domain/order.ts'

let moveMs = 0

/** The present moment, epoch milliseconds: the only place in the app that asks the machine what time it is. */
export function now(): Instant {
  return Date.now() + moveMs
}

/** For tests (tests/support/time.ts): how far `now()` runs ahead of the machine. Refused in production. */
export function moveClock(ms: number): void {
  if (process.env.NODE_ENV === 'production') throw new Error('the clock does not move in production')
  moveMs = ms
}

import type { Instant } from '../domain/order.ts'
import { Bug } from '../errors.ts'
import { config } from './config.server.ts'

let movedMs = 0

/** The present moment, epoch milliseconds: the only place in the app that asks the machine what time it is. */
export function now(): Instant {
  return Date.now() + movedMs
}

/** For tests (tests/support/time.ts): how far `now()` runs ahead of the machine. Refused in production. */
export function moveClock(ms: number): void {
  if (config.isProduction) throw new Bug('the clock does not move in production')
  movedMs = ms
}

import type { WorldShop } from './world.ts'

/** Points a second by plan; the bucket holds 20 seconds of them. */
const RESTORE_RATE = { basic: 100, advanced: 200, plus: 1000, enterprise: 2000 } as const
const SECONDS_IN_BUCKET = 20

export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }

/** Shopify's leaky bucket of one app in one shop. */
export class Bucket {
  restoreRate: number
  #available: number
  #filledAt: number
  #clock: () => number

  constructor(plan: WorldShop['plan'], clock: () => number = () => performance.now()) {
    this.restoreRate = RESTORE_RATE[plan]
    this.#clock = clock
    this.#available = this.maximum
    this.#filledAt = clock()
  }

  get maximum(): number {
    return this.restoreRate * SECONDS_IN_BUCKET
  }

  /** Takes the requested points, or says no and takes nothing. */
  take(points: number): boolean {
    this.#refill()
    if (this.#available < points) return false
    this.#available -= points
    return true
  }

  /** Gives back what was asked for and not used. */
  giveBack(points: number): void {
    this.#refill()
    this.#available = Math.min(this.maximum, this.#available + points)
  }

  status(): ThrottleStatus {
    this.#refill()
    return {
      maximumAvailable: this.maximum,
      currentlyAvailable: Math.floor(this.#available),
      restoreRate: this.restoreRate,
    }
  }

  #refill(): void {
    const now = this.#clock()
    this.#available = Math.min(this.maximum, this.#available + ((now - this.#filledAt) / 1000) * this.restoreRate)
    this.#filledAt = now
  }
}

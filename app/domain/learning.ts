import type { Problem } from './pages.ts'

/** Optional scopes that learning from visits needs: the pixel itself, and what it may hear of. */
export const VISITS_SCOPES: readonly string[] = ['read_customer_events', 'write_pixels']

/** Where learning from visits stands. */
export type Learning = {
  isOn: boolean
  /** The pixel is in the shop, as it should be. */
  isThere: boolean
  /** Customers of whom visits are known. */
  customers: number
  problem: Problem | null
}

import type { ToldOrder } from '#tests/support/orders.ts'

const DAY_MS = 86_400_000
/** Now, in these stories. */
export const NOW = Date.UTC(2026, 9, 15, 3)

/** Days before now, as an instant. */
export function ago(days: number): number {
  return NOW - Math.round(days * DAY_MS)
}

/**
 * A crowd that makes the shop's cycle and window known: 60 people who reorder after 20 to 79 days and last bought at
 * different times, all at full price. Ids from 1000.
 */
export function crowd(): ToldOrder[] {
  const orders: ToldOrder[] = []
  for (let i = 0; i < 60; i += 1) {
    const gap = 20 + i
    const last = 5 + i * 5
    orders.push({ customer: 1000 + i, at: ago(last + gap), lines: [{ product: 1 + (i % 5) }] })
    orders.push({ customer: 1000 + i, at: ago(last), lines: [{ product: 1 + ((i + 1) % 5) }] })
  }
  return orders
}

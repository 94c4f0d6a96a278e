import type { Order } from './order.ts'

/** How a first-purchase benefit was used: on how many orders, and the least goods among them, minor units. */
export type BenefitUses = { uses: number; leastMinor: number }

/** With fewer uses nobody knows what a benefit asks for. */
const USES_NEEDED = 20

export function noUses(): BenefitUses {
  return { uses: 0, leastMinor: Infinity }
}

/** Takes one more use in, in place. @param goodsMinor  of the order before discounts */
export function addUse(known: BenefitUses, goodsMinor: number): void {
  known.uses += 1
  known.leastMinor = Math.min(known.leastMinor, goodsMinor)
}

/** Goods of an order before discounts and before anything went back, minor units. */
export function goodsMinorOf(order: Pick<Order, 'subtotalMinor' | 'discountMinor'>): number {
  return order.subtotalMinor + order.discountMinor
}

/**
 * What each benefit asks for in goods, learned from its own uses: nobody had it for less. Shopify's orders do not say it.
 * Benefits under 20 uses are left out. Where a benefit asks for nothing, this is about its cheapest order: whoever kept less
 * than that has cut it too.
 */
export function minimumsOf<Key>(uses: ReadonlyMap<Key, BenefitUses>): Map<Key, number> {
  const minimums = new Map<Key, number>()
  for (const [key, known] of uses) if (known.uses >= USES_NEEDED) minimums.set(key, known.leastMinor)
  return minimums
}

/** Whether an order of enough goods was left with fewer than the benefit's minimum, but not with nothing. All minor units. */
export function isCutBelow(goodsMinor: number, keptMinor: number, minimumMinor: number): boolean {
  return keptMinor > 0 && keptMinor < minimumMinor && goodsMinor >= minimumMinor
}

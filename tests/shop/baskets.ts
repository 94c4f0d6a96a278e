import { FIRST_CODE, OPEN_CODE, SHIPPING, SHIPPING_CODE, saleAt } from './catalogue.ts'
import { between } from './chance.ts'
import type { WorldProduct } from './products.ts'
import type { NewOrder, WorldDiscountUse } from './world.ts'

const DAY_MS = 86_400_000

/** Goods and the discount that this shopper has on them. `code`: this one, null for none, undefined for what people do. */
export function basket(
  customerId: number | null,
  at: number,
  picks: WorldProduct[],
  random: () => number,
  count: number,
  code?: string | null,
): NewOrder {
  const sale = saleAt(at)
  const used = code === undefined ? usualCode(random, count, sale !== null, customerId === null) : code
  const discounts: WorldDiscountUse[] = []
  let percent = 0
  if (sale && used !== FIRST_CODE) {
    discounts.push({ kind: 'automatic', title: sale.title })
    percent = sale.percent
  }
  if (used !== null && (percent === 0 || used === SHIPPING_CODE)) {
    discounts.unshift({ kind: used.startsWith('SORRY') ? 'manual' : 'code', title: used })
    if (used !== SHIPPING_CODE) percent = used === FIRST_CODE ? 20 : used === OPEN_CODE ? 10 : 30
  }
  const index = discounts.findIndex((use) => use.title !== SHIPPING_CODE)
  const pieces = new Map<WorldProduct, number>()
  for (const product of picks) pieces.set(product, (pieces.get(product) ?? 0) + 1)
  const lines = [...pieces].map(([product, quantity]) => ({
    productId: product.id,
    quantity,
    unitMinor: product.priceMinor,
    allocations:
      percent > 0 ? [{ discount: index, minor: Math.round((product.priceMinor * quantity * percent) / 100) }] : [],
  }))
  const goods = lines.reduce((sum, line) => sum + line.unitMinor * line.quantity, 0)
  return {
    customerId,
    lines,
    discounts,
    shippingMinor: goods >= SHIPPING.freeFromMinor || used === SHIPPING_CODE ? 0 : SHIPPING.minor,
  }
}

function usualCode(random: () => number, count: number, isSale: boolean, isGuest: boolean): string | null {
  const draw = random()
  if (count === 0) return !isSale && draw < (isGuest ? 0.1 : 0.5) ? FIRST_CODE : null
  if (draw < 0.05) return SHIPPING_CODE
  if (isSale) return null
  if (draw < 0.17) return OPEN_CODE
  return draw > 0.992 ? `SORRY ${Math.floor(random() * 9000) + 1000}` : null
}

/** What can happen to an order afterwards: part or all sent back, cancelled, changed by staff, not paid yet. */
export function troubled(order: NewOrder, at: number, until: number, random: () => number): NewOrder {
  const draw = random()
  const later = at + Math.floor(between(random, 2, 9) * 86_400) * 1000
  if (later > until || draw > 0.085) return order
  if (draw < 0.015)
    return { ...order, cancelledAt: at + 3_600_000, updatedAt: at + 3_600_000, financialStatus: 'VOIDED' }
  if (draw < 0.03) return { ...order, updatedAt: later, financialStatus: 'REFUNDED', refunds: allOf(order, later) }
  if (draw < 0.035 && at > until - 20 * DAY_MS) return { ...order, financialStatus: 'PENDING' }
  const lines = order.lines!
  const line = lines.at(-1)!
  if (lines.length < 2 && line.quantity! < 2) return order
  const change = { ...line, currentQuantity: line.quantity! - 1 }
  const off = (line.allocations?.[0]?.minor ?? 0) / line.quantity!
  const changed = { ...order, lines: [...lines.slice(0, -1), change], updatedAt: later }
  if (draw < 0.05) return changed
  return {
    ...changed,
    financialStatus: 'PARTIALLY_REFUNDED',
    refunds: [{ createdAt: later, minor: Math.round(line.unitMinor! - off) }],
  }
}

export function allOf(order: NewOrder, at: number): { createdAt: number; minor: number }[] {
  let minor = order.shippingMinor ?? 0
  for (const line of order.lines ?? []) {
    minor += line.unitMinor! * line.quantity!
    for (const share of line.allocations ?? []) minor -= share.minor
  }
  return [{ createdAt: at, minor }]
}

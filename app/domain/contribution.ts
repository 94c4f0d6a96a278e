/** What single orders left after costs, where the merchant has named the costs as shares of all that orders bring. */
import type { Costs } from './costs.ts'

/** What the shop's orders are like as a whole, over the months that count. */
export type UsualOrders = {
  /** Money that came in over what the pieces kept would cost at full price. */
  netPerGoods: number
  netPerOrderMinor: number
}

/** The costs, and the orders that they are shares of. */
export type OrderCosts = { costs: Costs; usual: UsualOrders }

/** Null where the orders have brought nothing to take a share of. All in minor units. */
export function usualOrdersOf(orders: number, netMinor: number, goodsMinor: number): UsualOrders | null {
  if (orders === 0 || netMinor <= 0 || goodsMinor <= 0) return null
  return { netPerGoods: netMinor / goodsMinor, netPerOrderMinor: netMinor / orders }
}

/** What the pieces that were kept would cost at full price, minor units: of the goods, the share of pieces kept. */
export function goodsKeptMinor(goodsMinor: number, pieces: number, piecesKept: number): number {
  return pieces === 0 ? 0 : (goodsMinor * piecesKept) / pieces
}

/**
 * What one order cost, minor units: goods by what they would cost at full price (a discount does not make them cheaper for
 * the shop), the payment fee by what was paid, shipping the same for every order. Over all orders of the shop these add up to
 * the named shares of the money that came in.
 *
 * Known value: 40 %, 3 % and 7 % of orders of 1,000 at full price: 500; of one at half price beside them: 485.
 */
export function orderCostMinor(
  { netMinor, keptMinor }: { netMinor: number; keptMinor: number },
  { costs, usual }: OrderCosts,
): number {
  return (
    costs.goodsShare * usual.netPerGoods * keptMinor +
    costs.paymentShare * netMinor +
    costs.shippingShare * usual.netPerOrderMinor
  )
}

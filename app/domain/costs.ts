/** What of an order's money the shop does not keep, as shares (0–1) of what customers paid for goods. */
export type Costs = { goodsShare: number; paymentShare: number; shippingShare: number }

/** Until the merchant names their own: an assumption, and every page that rests on it says so. */
export const ASSUMED_COSTS: Costs = { goodsShare: 0.4, paymentShare: 0.03, shippingShare: 0.07 }

/** What goods cost, as a share (0–1) of what is paid for them, and whether it is assumed. @param costs  null: never named */
export function goodsShareOf(costs: Costs | null): { share: number; isAssumed: boolean } {
  return { share: (costs ?? ASSUMED_COSTS).goodsShare, isAssumed: costs === null }
}

/** The share (0–1) of an order's money that costs take, and whether it is assumed. @param costs  null: never named */
export function costShareOf(costs: Costs | null): { share: number; isAssumed: boolean } {
  const { goodsShare, paymentShare, shippingShare } = costs ?? ASSUMED_COSTS
  // Shares are whole tenths of a per cent; their sum is not to end in …0000001.
  const share = Math.round((goodsShare + paymentShare + shippingShare) * 1000) / 1000
  return { share, isAssumed: costs === null }
}

/** Possible: shown, never tagged. Likely: tagged and flagged. */
export type CherryTier = 'none' | 'possible' | 'likely'

/** One line of the evidence list; `speaksFor` is false for what speaks against. */
export type CherryEvidence = {
  kind:
    | 'discount-habit'
    | 'no-discount-habit'
    | 'benefit-reused'
    | 'benefit-once'
    | 'free-kit'
    | 'benefit-cancelled'
    | 'full-price-order'
    | 'no-full-price-order'
    | 'not-counted'
  speaksFor: boolean
  count: number
  /** Discount keys it is about, for the list. */
  discounts: string[]
}

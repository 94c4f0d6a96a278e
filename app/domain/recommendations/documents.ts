/** What is stored and handed to the theme: product ids by Shopify's digits, and the metafields that hold them. */
import { z } from 'zod'
import { LEADS, PICK_REASONS, type Picks } from './picks.ts'

const ProductId = z.number().int().positive()

/** What a customer is shown, best first, and what is in no list that they see. */
export const CustomerPicks = z.strictObject({
  lead: z.enum(LEADS).nullable(),
  picks: z.array(z.tuple([ProductId, z.enum(PICK_REASONS)])),
  /** What was stored before there was such a list stands until the next rebuild. */
  never: z.array(ProductId).default([]),
})
export type CustomerPicks = z.infer<typeof CustomerPicks>

/** @param ids  Shopify's ids by position */
export function customerPicks({ lead, picks, never }: Picks, ids: ArrayLike<number>): CustomerPicks {
  return {
    lead,
    picks: picks.map(({ product, why }) => [ids[product]!, why]),
    never: never.map((product) => ids[product]!),
  }
}

/** What goes with a product, best first. */
export const ProductPicks = z.array(ProductId).min(1)
export type ProductPicks = z.infer<typeof ProductPicks>

/** What guests are shown. `off`: nothing is shown to anybody. */
export const ShopPicks = z.strictObject({ off: z.boolean(), first: z.array(ProductId) })
export type ShopPicks = z.infer<typeof ShopPicks>

/** Keys of the metafields; the theme's block knows them. */
export const PICKS_KEY = 'picks'
export const PICKS_ABOUT_KEY = 'picks_about'
export const GOES_WITH_KEY = 'goes_with'
export const FIRST_PICKS_KEY = 'first_picks'
export const PICKS_SETTINGS_KEY = 'picks_settings'

/** A metafield's own part of what is sent. */
export type Field = { key: string; type: 'json' | 'list.product_reference'; value: string }

function references(products: readonly number[]): string {
  return JSON.stringify(products.map((product) => `gid://shopify/Product/${product}`))
}

/**
 * A customer's two metafields: the products, which the theme fills with its own prices and stock, and why each is there. Where
 * there is no lead the theme looks at no products, whatever was written before.
 */
export function customerFields({ lead, picks, never }: CustomerPicks): Field[] {
  const why = Object.fromEntries(picks.filter(([, reason]) => reason !== lead))
  const about: Field = { key: PICKS_ABOUT_KEY, type: 'json', value: JSON.stringify({ v: 1, lead, why, never }) }
  if (lead === null) return [about]
  return [
    { key: PICKS_KEY, type: 'list.product_reference', value: references(picks.map(([product]) => product)) },
    about,
  ]
}

export function productFields(products: ProductPicks): Field[] {
  return [{ key: GOES_WITH_KEY, type: 'list.product_reference', value: references(products) }]
}

export function shopFields({ off, first }: ShopPicks): Field[] {
  return [
    { key: FIRST_PICKS_KEY, type: 'list.product_reference', value: references(first) },
    { key: PICKS_SETTINGS_KEY, type: 'json', value: JSON.stringify({ v: 1, off }) },
  ]
}

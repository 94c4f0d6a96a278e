/** What is stored and handed to the theme: product ids by Shopify's digits, and the metafields that hold them. */
import { z } from 'zod'
import { LEADS, PICK_REASONS } from './picks.ts'

const ProductId = z.number().int().positive()

/** What a customer is shown, best first. */
export const CustomerPicks = z.strictObject({
  lead: z.enum(LEADS),
  picks: z.array(z.tuple([ProductId, z.enum(PICK_REASONS)])).min(1),
})
export type CustomerPicks = z.infer<typeof CustomerPicks>

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

/** A customer's two metafields: the products, which the theme fills with its own prices and stock, and why each is there. */
export function customerFields({ lead, picks }: CustomerPicks): Field[] {
  const why = Object.fromEntries(picks.filter(([, reason]) => reason !== lead))
  return [
    { key: PICKS_KEY, type: 'list.product_reference', value: references(picks.map(([product]) => product)) },
    { key: PICKS_ABOUT_KEY, type: 'json', value: JSON.stringify({ v: 1, lead, why }) },
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

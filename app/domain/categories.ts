/** Which collections a merchant would call categories: the shop's own shelves, not its front page and not all of it. */

/** From this share of the shop's products on, a collection is all of them rather than a kind of them. */
export const NEARLY_ALL = 0.8

/** Shopify makes it with every shop and shows it on the front page; its title changes with the language. */
const FRONT_PAGE = 'frontpage'

/** A collection by Shopify's handle, with the ids of what is in it now. */
export type Shelf = { handle: string; products: readonly number[] }

/**
 * For each collection whether it stands for a category: something is in it, it is not the front page, and it holds less
 * than 80 % of the shop's products.
 *
 * @param productsOfShop  how many Shopify counts; what is in the collections counts where that is more
 *
 * Known values: of 10 products, collections of 8, 7 and 0 → false, true, false (tests/domain/categories.test.ts).
 */
export function areCategories(shelves: readonly Shelf[], productsOfShop: number): boolean[] {
  const all = Math.max(productsOfShop, new Set(shelves.flatMap(({ products }) => products)).size)
  return shelves.map(
    ({ handle, products }) => products.length > 0 && handle !== FRONT_PAGE && products.length < NEARLY_ALL * all,
  )
}

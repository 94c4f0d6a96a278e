import {
  isForSale,
  isOnStore,
  publishedAt,
  statusOfProduct,
  updatedAt,
  variantsOf,
  type VariantOf,
  type WorldProduct,
} from '../products.ts'
import { amountText, dateTime, dateTimeOrNull, gid, money } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { compareDate, compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'
import { sortedBy } from './sorted.ts'

const FILTERS: Filters<WorldProduct> = {
  id: (product, operator, value) => compareNumber(product.id, operator, idIn(value)),
  status: (product, _operator, value) => value.toUpperCase().split(',').includes(statusOfProduct(product)),
  updated_at: (product, operator, value) => compareDate(updatedAt(product), operator, value),
}
const SORTED: Record<string, (product: WorldProduct) => number> = { ID: ({ id }) => id, UPDATED_AT: updatedAt }

export function productList(call: Call, args: Args): List {
  const key = String(args['sortKey'] ?? 'ID')
  const sortValue = SORTED[key]
  if (!sortValue) throw notPlayed(`the sort key ${key} of products`)
  const passes = compileSearch(args['query'], FILTERS, 'products')
  const items = sortedBy(call.shop.world, 'products', key, sortValue).filter(passes)
  return { items, sortValue, reverse: args['reverse'] === true }
}

/** The lowest and the highest of some prices, as both of Shopify's ranges have them. */
function ends(minors: number[], call: Call): [object, object] {
  const { currency } = call.shop.world.shop
  return [money(Math.min(...minors), currency), money(Math.max(...minors), currency)]
}

function priceRange(product: WorldProduct, _args: Args, call: Call): object {
  const prices = variantsOf(product).map(({ priceMinor }) => priceMinor)
  const [minVariantPrice, maxVariantPrice] = ends(prices, call)
  return { minVariantPrice, maxVariantPrice }
}

function compareAtRange(product: WorldProduct, _args: Args, call: Call): object | null {
  const prices = variantsOf(product).flatMap(({ compareAtMinor }) => compareAtMinor ?? [])
  if (prices.length === 0) return null
  const [minVariantCompareAtPrice, maxVariantCompareAtPrice] = ends(prices, call)
  return { minVariantCompareAtPrice, maxVariantCompareAtPrice }
}

function storeUrl(product: WorldProduct, { shop }: Call): string | null {
  return isOnStore(shop.world, product) ? imageOrigin(shop.world.shop.domain, `/products/${product.handle}`) : null
}

function imageOrigin(domain: string, path: string): string {
  return `https://${domain}${path}`
}

type MediaOf = { kind: 'MediaImage'; product: WorldProduct }

const counted = (variant: VariantOf): number => variant.stock ?? 0

export const productFields: PlayedFields = {
  Product: {
    id: (product: WorldProduct) => gid('Product', product.id),
    legacyResourceId: (product: WorldProduct) => String(product.id),
    title: (product: WorldProduct) => product.title,
    handle: (product: WorldProduct) => product.handle,
    status: (product: WorldProduct) => statusOfProduct(product),
    publishedAt: (product: WorldProduct) => dateTimeOrNull(publishedAt(product)),
    updatedAt: (product: WorldProduct) => dateTime(updatedAt(product)),
    onlineStoreUrl: (product: WorldProduct, _args, call) => storeUrl(product, call),
    totalInventory: (product: WorldProduct) => variantsOf(product).reduce((sum, one) => sum + counted(one), 0),
    tracksInventory: (product: WorldProduct) => variantsOf(product).some(({ stock }) => stock !== null),
    hasOutOfStockVariants: (product: WorldProduct) =>
      variantsOf(product).some(({ stock }) => stock !== null && stock <= 0),
    hasOnlyDefaultVariant: (product: WorldProduct) => variantsOf(product).length === 1,
    isGiftCard: (product: WorldProduct) => product.isGiftCard === true,
    priceRangeV2: priceRange,
    compareAtPriceRange: compareAtRange,
    featuredMedia: (product: WorldProduct) => (product.image ? ({ kind: 'MediaImage', product } as MediaOf) : null),
  },
  ProductVariant: {
    id: (variant: VariantOf) => gid('ProductVariant', variant.id),
    title: (variant: VariantOf) => variant.title,
    sku: (variant: VariantOf) => variant.product.sku,
    price: (variant: VariantOf, _args, call) => amountText(variant.priceMinor, call.shop.world.shop.currency),
    compareAtPrice: (variant: VariantOf, _args, call) =>
      variant.compareAtMinor === null ? null : amountText(variant.compareAtMinor, call.shop.world.shop.currency),
    inventoryQuantity: (variant: VariantOf) => counted(variant),
    inventoryPolicy: (variant: VariantOf) => (variant.product.sellsWithoutStock === true ? 'CONTINUE' : 'DENY'),
    availableForSale: (variant: VariantOf) => isForSale(variant),
    product: (variant: VariantOf) => variant.product,
    inventoryItem: (variant: VariantOf) => variant,
  },
  // Readable with read_products alone; null where the shop has not said what a piece costs.
  InventoryItem: {
    id: (variant: VariantOf) => gid('InventoryItem', variant.id),
    unitCost: (variant: VariantOf, _args, call) =>
      variant.unitCostMinor === null ? null : money(variant.unitCostMinor, call.shop.world.shop.currency),
  },
  MediaImage: {
    id: (media: MediaOf) => gid('MediaImage', media.product.id),
    alt: (media: MediaOf) => media.product.image!.alt,
    mediaContentType: () => 'IMAGE',
    image: (media: MediaOf, _args, call) => {
      const { name, width, height, alt } = media.product.image!
      const url = imageOrigin(call.shop.world.shop.domain, `/cdn/shop/files/${name}`)
      return { url, width, height, altText: alt }
    },
  },
}

export const productLists: PlayedLists = {
  QueryRoot: { products: (_root: unknown, args, call) => productList(call, args) },
  Product: {
    variants: (product: WorldProduct, args) => {
      if (args['sortKey'] != null && args['sortKey'] !== 'POSITION' && args['sortKey'] !== 'ID')
        throw notPlayed(`the sort key ${String(args['sortKey'])} of a product's variants`)
      return { items: variantsOf(product), reverse: args['reverse'] === true }
    },
  },
}

import type { World } from './world.ts'

/** UNLISTED is on sale to whoever has the link: no collection, search or recommendation shows it, a reference does. */
export type ProductStatus = 'ACTIVE' | 'DRAFT' | 'ARCHIVED' | 'UNLISTED'

export type WorldImage = { name: string; width: number; height: number; alt: string }

export type WorldProduct = {
  id: number
  variantId: number
  title: string
  handle: string
  sku: string
  priceMinor: number
  compareAtMinor?: number
  /** What one piece costs the shop; missing: not named. */
  unitCostMinor?: number
  image?: WorldImage
  /** Missing: ACTIVE. */
  status?: ProductStatus
  /** On the online store since; missing: ever since; null: it is not there. */
  publishedAt?: number | null
  updatedAt?: number
  isGiftCard?: boolean
  /** How many are left; missing: nobody counts them. */
  stock?: number
  /** Goes on selling when none is left. */
  sellsWithoutStock?: boolean
  /** Beside the one that `variantId` names. Nothing here sells them: the checkout knows the first variant of a product. */
  otherVariants?: OtherVariant[]
}

export type OtherVariant = {
  id: number
  title: string
  priceMinor: number
  compareAtMinor?: number
  unitCostMinor?: number
  stock?: number
}

/** A variant with what it has of its product. */
export type VariantOf = {
  kind: 'ProductVariant'
  product: WorldProduct
  id: number
  title: string
  priceMinor: number
  compareAtMinor: number | null
  unitCostMinor: number | null
  stock: number | null
}

/** When the shop put on sale what says nothing about it. */
const EVER_SINCE = Date.UTC(2019, 0, 1)

export function variantsOf(product: WorldProduct): VariantOf[] {
  const others = product.otherVariants ?? []
  const first = {
    id: product.variantId,
    title: others.length === 0 ? 'Default Title' : 'Standard',
    priceMinor: product.priceMinor,
    ...(product.compareAtMinor === undefined ? {} : { compareAtMinor: product.compareAtMinor }),
    ...(product.unitCostMinor === undefined ? {} : { unitCostMinor: product.unitCostMinor }),
    ...(product.stock === undefined ? {} : { stock: product.stock }),
  }
  return [first, ...others].map(({ compareAtMinor = null, unitCostMinor = null, stock = null, ...variant }) => ({
    ...variant,
    kind: 'ProductVariant' as const,
    product,
    compareAtMinor,
    unitCostMinor,
    stock,
  }))
}

export function isForSale({ product, stock }: VariantOf): boolean {
  return stock === null || stock > 0 || product.sellsWithoutStock === true
}

export function statusOfProduct(product: WorldProduct): ProductStatus {
  return product.status ?? 'ACTIVE'
}

/** When it came onto the online store, whatever its status is; null: it is not there. */
export function publishedAt(product: WorldProduct): number | null {
  return product.publishedAt === undefined ? EVER_SINCE : product.publishedAt
}

export function updatedAt(product: WorldProduct): number {
  return product.updatedAt ?? EVER_SINCE
}

/** Can a shopper open its page, and can Liquid read it where something refers to it? */
export function isOnStore(world: World, product: WorldProduct): boolean {
  const since = publishedAt(product)
  const status = statusOfProduct(product)
  return (status === 'ACTIVE' || status === 'UNLISTED') && since !== null && since <= world.now()
}

/** Is it in collections, searches and recommendations? */
export function isListed(world: World, product: WorldProduct): boolean {
  return statusOfProduct(product) === 'ACTIVE' && isOnStore(world, product)
}

/** What goes out of the shop is no longer on its shelf, where somebody counts; answers what changed. */
export function takeFromShelf(world: World, lines: readonly { productId: number; quantity: number }[]): WorldProduct[] {
  const changed = new Set<WorldProduct>()
  for (const { productId, quantity } of lines) {
    const product = world.products.get(productId)
    if (product?.stock === undefined) continue
    product.stock -= quantity
    product.updatedAt = world.now()
    changed.add(product)
  }
  return [...changed]
}

import { appMetafields } from '../admin/metafields.ts'
import { digitsOf, gid, readGid } from '../admin/money.ts'
import { isForSale, isListed, isOnStore, variantsOf, type VariantOf, type WorldProduct } from '../products.ts'
import type { World, WorldMetafield } from '../world.ts'

/*
 * Products as Liquid has them, with the properties that Shopify documents and our blocks read. Money is in hundredths of the
 * unit in every currency. https://shopify.dev/docs/api/liquid/objects/product
 */

export type LiquidImage = { src: string; width: number; height: number; aspect_ratio: number; alt: string }
export type LiquidVariant = {
  id: number
  title: string
  price: number
  compare_at_price: number | null
  available: boolean
}
export type LiquidProduct = {
  id: number
  title: string
  handle: string
  url: string
  price: number
  price_min: number
  price_max: number
  price_varies: boolean
  compare_at_price: number | null
  available: boolean
  'gift_card?': boolean
  has_only_default_variant: boolean
  featured_image: LiquidImage | null
  variants: LiquidVariant[]
  selected_or_first_available_variant: LiquidVariant
  /** Of the app's own, on the product of the page alone. */
  metafields?: LiquidMetafields
}
export type LiquidMetafields = Record<string, Record<string, { type?: string; value: unknown } | undefined>>
export type LiquidCartLine = { product_id: number; variant_id: number; quantity: number }
export type Recommendations = { 'performed?': boolean; products_count: number; products: LiquidProduct[] }

/** Where the theme is not rendered by Shopify's own recommendations route. */
export const NOT_PERFORMED: Recommendations = { 'performed?': false, products_count: 0, products: [] }

/** Shopify lists so many of a collection without pages. */
const WITHOUT_PAGES = 50

function hundredths(world: World, minor: number): number {
  return minor * 10 ** (2 - digitsOf(world.shop.currency))
}

function liquidVariant(world: World, variant: VariantOf): LiquidVariant {
  const { id, title, priceMinor, compareAtMinor } = variant
  return {
    id,
    title,
    price: hundredths(world, priceMinor),
    compare_at_price: compareAtMinor === null ? null : hundredths(world, compareAtMinor),
    available: isForSale(variant),
  }
}

export function liquidProduct(world: World, product: WorldProduct, titleOf = (title: string) => title): LiquidProduct {
  const variants = variantsOf(product).map((variant) => liquidVariant(world, variant))
  const prices = variants.map(({ price }) => price)
  const before = variants.flatMap(({ compare_at_price }) => compare_at_price ?? [])
  const { image } = product
  return {
    id: product.id,
    title: titleOf(product.title),
    handle: product.handle,
    url: `/storefront/products/${product.id}`,
    price: Math.min(...prices),
    price_min: Math.min(...prices),
    price_max: Math.max(...prices),
    price_varies: Math.min(...prices) < Math.max(...prices),
    compare_at_price: before.length === 0 ? null : Math.min(...before),
    available: variants.some(({ available }) => available),
    'gift_card?': product.isGiftCard === true,
    has_only_default_variant: variants.length === 1,
    featured_image: image
      ? {
          src: `/storefront/images/${image.name}?v=1`,
          width: image.width,
          height: image.height,
          aspect_ratio: image.width / image.height,
          alt: image.alt === '' ? titleOf(product.title) : image.alt,
        }
      : null,
    variants,
    selected_or_first_available_variant: variants.find(({ available }) => available) ?? variants[0]!,
  }
}

/** A metafield's value in Liquid: references are the products themselves, and what the online store has not is nothing. */
function liquidValue(world: World, field: WorldMetafield, titleOf: (title: string) => string): unknown {
  const given = jsonOf(field)
  if (field.type !== 'list.product_reference') return given
  return (given as string[]).flatMap((reference) => {
    const product = world.products.get(readGid(reference)?.id ?? 0)
    return product && isOnStore(world, product) ? liquidProduct(world, product, titleOf) : []
  })
}

function jsonOf(field: WorldMetafield): unknown {
  try {
    return JSON.parse(field.value)
  } catch {
    return null
  }
}

/** The metafields of the app's own that something carries, as its own blocks may read them. */
export function ownMetafields(
  world: World,
  fields: ReadonlyMap<string, WorldMetafield> | undefined,
  titleOf = (title: string) => title,
): LiquidMetafields {
  const own = `app--${world.appId}--`
  const spaces: LiquidMetafields = {}
  for (const [path, field] of fields ?? []) {
    if (!path.startsWith(own)) continue
    const dot = path.lastIndexOf('.')
    const space = `$app:${path.slice(own.length, dot)}`
    ;(spaces[space] ??= {})[path.slice(dot + 1)] = { type: field.type, value: liquidValue(world, field, titleOf) }
  }
  return spaces
}

/** The metafields of the app's own installation, by their plain namespace. */
export function installationMetafields(world: World, titleOf = (title: string) => title): LiquidMetafields {
  const spaces: LiquidMetafields = {}
  for (const { namespace, key, field } of appMetafields(world))
    (spaces[namespace] ??= {})[key] = { type: field.type, value: liquidValue(world, field, titleOf) }
  return spaces
}

/** The product of a page, with what apps keep on it. */
export function pageProduct(world: World, product: WorldProduct, titleOf: (title: string) => string): LiquidProduct {
  const fields = world.otherMetafields.get(gid('Product', product.id))
  return { ...liquidProduct(world, product, titleOf), metafields: ownMetafields(world, fields, titleOf) }
}

/** `collections['all']`: the merchant's own collection of that handle, else everything, as the shop sorts it. */
export function allProducts(world: World, titleOf = (title: string) => title): LiquidProduct[] {
  const all = [...world.collections.values()].find(({ handle }) => handle === 'all')
  const products = all ? all.productIds.flatMap((id) => world.products.get(id) ?? []) : [...world.products.values()]
  return products
    .filter((product) => isListed(world, product))
    .slice(0, WITHOUT_PAGES)
    .map((product) => liquidProduct(world, product, titleOf))
}

/** What `image_url` answers: an address that still knows its image. */
class ImageUrl {
  image: LiquidImage
  width: number

  constructor(image: LiquidImage, width: number) {
    this.image = image
    this.width = width
  }

  toString(): string {
    return `${this.image.src}&width=${this.width}`
  }
}

/** https://shopify.dev/docs/api/liquid/filters/image_url, of the width alone. */
export function imageUrl(image: unknown, given: Record<string, unknown>): ImageUrl {
  const width = Number(given['width'])
  if (!Number.isInteger(width) || width < 1 || width > 5760) throw new Error('image_url needs a width up to 5760')
  const unplayed = Object.keys(given).filter((name) => name !== 'width')
  if (unplayed.length > 0) throw new Error(`The local shop does not play image_url: ${unplayed.join()} yet`)
  const shown = image as LiquidImage
  // An image is never made larger than it is.
  return new ImageUrl(shown, Math.min(width, shown.width))
}

/** https://shopify.dev/docs/api/liquid/filters/image_tag: text beside it is escaped, its alternative is the image's own. */
export function imageTag(url: unknown, given: Record<string, unknown>): string {
  if (!(url instanceof ImageUrl)) throw new Error('image_tag needs what image_url answers')
  const { image, width } = url
  const { widths, alt = image.alt, ...others } = given
  const wanted = String(widths ?? width)
    .split(',')
    .map(Number)
    .filter((one) => one <= image.width)
  const srcset = wanted.map((one) => `${new ImageUrl(image, one).toString()} ${one}w`).join(', ')
  const attributes: Record<string, unknown> = {
    src: url.toString(),
    alt,
    srcset,
    width,
    height: Math.round(width / image.aspect_ratio),
    ...others,
  }
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escaped(String(value))}"`)
  return `<img ${written.join(' ')}>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

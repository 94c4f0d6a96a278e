import { escapeHtml } from '../door-context.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { isOnStore, statusOfProduct, type WorldProduct } from '../products.ts'
import type { World } from '../world.ts'
import { money } from './customers.ts'
import { wordsIn } from './words.ts'

const SHOWN = 250
const RESTOCKED = 50

export const PRODUCTS = '/admin/products'

type Deed = 'sellOut' | 'restock' | 'unpublish' | 'publish'

/** What the merchant can do about a product now. */
function deedsOf(world: World, product: WorldProduct): Deed[] {
  return [
    product.stock === undefined || product.stock > 0 ? 'sellOut' : 'restock',
    isOnStore(world, product) ? 'unpublish' : 'publish',
  ]
}

export function productsPage({ world }: DoorContext, locale: Locale): string {
  const words = wordsIn(locale)
  const rows = [...world.products.values()].slice(0, SHOWN).map((product) => {
    const buttons = deedsOf(world, product).map((deed) => `<button name="do" value="${deed}">${words[deed]}</button>`)
    const state = isOnStore(world, product) ? words.published : `${words.unpublished} (${statusOfProduct(product)})`
    return `<tr><td>${escapeHtml(product.title)}</td><td class="number">${escapeHtml(money(world, locale, product.priceMinor))}</td><td class="number">${product.stock?.toLocaleString(locale) ?? '–'}</td><td class="wide">${state}</td><td><form method="post" action="${PRODUCTS}/${product.id}" class="row">${buttons.join('')}</form></td></tr>`
  })
  return `<div class="page"><h1>${words.products}</h1><div class="card"><table><thead><tr><th>${words.product}</th><th class="number">${words.price}</th><th class="number">${words.stock}</th><th class="wide">${words.onlineStore}</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table></div></div>`
}

/** What cannot be done any more is not done. */
export function changeProduct({ world, happen }: DoorContext, productId: number, form: URLSearchParams): void {
  const product = world.products.get(productId)
  if (!product) return
  const deed = deedsOf(world, product).find((one) => one === form.get('do'))
  if (deed === 'sellOut') happen.changeProduct(productId, { stock: 0 })
  if (deed === 'restock') happen.changeProduct(productId, { stock: RESTOCKED })
  if (deed === 'unpublish') happen.changeProduct(productId, { publishedAt: null })
  if (deed === 'publish') happen.changeProduct(productId, { status: 'ACTIVE', publishedAt: world.now() })
}

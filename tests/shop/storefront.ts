import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isRefused, priceCheckout } from './checkout.ts'
import { cookieOf, formOf, localeOf, ownPath, sendHtml, sendTo, urlOf } from './door-context.ts'
import type { DoorContext, Locale } from './door-context.ts'
import { customersFound, money, nameOf } from './frame/customers.ts'
import { accountDeed, accountScope } from './storefront/account.ts'
import { EXTENSION, renderBlock, renderPicture, renderTheme, stylesheetsOf } from './storefront/liquid.ts'
import type { LiquidCustomer, Rendering } from './storefront/liquid.ts'
import { allProducts, installationMetafields, ownMetafields, pageProduct } from './storefront/liquid-products.ts'
import { shippingFor } from './pricing.ts'
import { spendableMinor } from './store-credit.ts'
import { BLOCKS, blockInTheme, placeOf } from './storefront/theme-settings.ts'
import { managerHtml, pixelScript, type Consent, type Published } from './storefront/web-pixels.ts'
import { behaviourText, codeProblemText, storefrontWords } from './storefront/words.ts'
import { goodsMinor } from './world.ts'
import { isForSale, isListed, isOnStore, variantsOf } from './products.ts'
import type { WorldProduct } from './products.ts'
import type { World, WorldCustomer, WorldOrder } from './world.ts'

const PAGE_SIZE = 24
const PEOPLE_SHOWN = 60
const ASSETS: Record<string, string> = {
  'morello-rewards.js': `${EXTENSION}assets/morello-rewards.js`,
  'theme.css': new URL('./theme/theme.css', import.meta.url).pathname,
  ...Object.fromEntries(stylesheetsOf(BLOCKS).map((name) => [name, `${EXTENSION}assets/${name}`])),
}

type Visit = {
  request: IncomingMessage
  response: ServerResponse
  context: DoorContext
  world: World
  url: URL
  locale: Locale
  customer: WorldCustomer | null
  cart: Map<number, number>
  /** Inside the theme editor: the merchant's own look at the page, with a shopper of their choice. */
  isPreview: boolean
}

/** The shop as its customers see it: a small theme, with our extension's blocks as Shopify would render it. */
export async function storefrontHandler(
  request: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
): Promise<boolean> {
  const url = urlOf(request, context)
  if (url.pathname !== '/storefront' && !url.pathname.startsWith('/storefront/')) return false
  const { world } = context
  const visit: Visit = {
    request,
    response,
    context,
    world,
    url,
    locale: localeOf(request),
    customer: world.customers.get(Number(cookieOf(request, 'shop_customer'))) ?? null,
    cart: cartFrom(cookieOf(request, 'shop_cart'), world),
    isPreview: url.searchParams.has('editor'),
  }
  const [, , page = '', id = ''] = url.pathname.split('/')
  switch (page) {
    case '':
      return home(visit)
    case 'assets':
      return asset(visit, id)
    case 'images':
      return image(visit, id)
    case 'locale':
      return sendTo(response, ownPath(url.searchParams.get('back'), '/storefront'), [
        cookie('shop_locale', url.searchParams.get('to') === 'ko' ? 'ko' : 'en'),
      ])
    case 'pixels':
      return await pixels(visit, id)
    case 'consent':
      return await consent(visit)
    case 'who':
      return who(visit)
    case 'account':
      return request.method === 'POST' ? await actOnAccount(visit, id) : account(visit)
    case 'products':
      return product(visit, id)
    case 'cart':
      return request.method === 'POST' ? await addToCart(visit) : cart(visit)
    case 'buy':
      return request.method === 'POST' ? await buy(visit) : sendTo(response, '/storefront/cart')
    case 'thanks':
      return thanks(visit, id)
    default:
      return notFound(visit)
  }
}

/** What Liquid may know of the shopper: the app's own metafields are there for the app's own blocks. */
function liquidCustomer({ world, locale }: Visit, customer: WorldCustomer): LiquidCustomer {
  return {
    first_name: customer.firstName,
    orders_count: world.ordersOf(customer.id).length,
    metafields: ownMetafields(world, customer.metafields, (title) => titleIn(locale, title)),
  }
}

function rendering(visit: Visit): Rendering {
  return { now: visit.world.now(), timezone: visit.world.shop.timezone, locale: visit.locale }
}

function blocksPlaced(visit: Visit) {
  return BLOCKS.map((name) => ({ name, ...blockInTheme(visit.world, name) })).filter((one) => one.isAdded)
}

/** The app's blocks of a page, above and below what is the page's own. */
function blocksHtml(visit: Visit, product: WorldProduct | null = null) {
  const { world, customer, locale } = visit
  const titleOf = (title: string): string => titleIn(locale, title)
  const scope = {
    customer: customer === null ? null : liquidCustomer(visit, customer),
    isDesignMode: visit.isPreview,
    app: installationMetafields(world, titleOf),
    currency: world.shop.currency,
    product: product === null ? null : pageProduct(world, product, titleOf),
    all: allProducts(world, titleOf),
    cart: [...visit.cart].map(([id, quantity]) => ({
      product_id: id,
      variant_id: world.products.get(id)!.variantId,
      quantity,
    })),
  }
  const html = (place: 'above' | 'below'): string =>
    blocksPlaced(visit)
      .filter(({ name }) => placeOf(name) === place)
      .map(({ name, settings }) => renderBlock(name, { ...scope, settings }, rendering(visit)))
      .join('\n')
  return { block_html: html('above'), below_html: html('below') }
}

function show(
  visit: Visit,
  template: string,
  title: string,
  scope: object,
  status = 200,
  published: Published[] = [],
): true {
  const { world, locale, url, customer } = visit
  const words = storefrontWords(locale)
  let count = 0
  for (const quantity of visit.cart.values()) count += quantity
  const html = renderTheme(
    template,
    {
      ...scope,
      title,
      words,
      locale,
      shop_name: world.shop.name,
      path: url.pathname + url.search,
      cart_count: count,
      is_preview: visit.isPreview,
      stylesheets: stylesheetsOf(blocksPlaced(visit).map(({ name }) => name)),
      who: customer === null ? words.guest : nameOf(customer),
      is_guest: customer === null,
      ...pixelScope(visit, published),
    },
    rendering(visit),
  )
  return sendHtml(visit.response, html, status)
}

function asset(visit: Visit, name: string): true {
  const file = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
  if (file === undefined) return notFound(visit)
  const kind = name.endsWith('.js') ? 'text/javascript' : 'text/css'
  visit.response.writeHead(200, { 'content-type': `${kind}; charset=utf-8`, 'cache-control': 'no-store' })
  visit.response.end(readFileSync(file))
  return true
}

/** The app's pixel on a page, and the shopper's word about it. */
function pixelScope(visit: Visit, published: Published[]): object {
  const { context, customer, world, isPreview } = visit
  const pixel = isPreview ? null : context.webPixel()
  if (pixel === null) return {}
  const said = cookieOf(visit.request, 'shop_consent')
  const consent: Consent = said === 'yes' || said === 'no' ? said : null
  const shopper = customer && { id: customer.id, orders: world.ordersOf(customer.id).length }
  return {
    consent: consent ?? 'open',
    pixel_html: managerHtml(pixel, {
      consent,
      customer: shopper,
      events: [{ name: 'page_viewed', data: {} }, ...published],
    }),
  }
}

async function pixels(visit: Visit, name: string): Promise<true> {
  const script = await pixelScript(name)
  if (script === null) return notFound(visit)
  visit.response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' })
  visit.response.end(script)
  return true
}

async function consent(visit: Visit): Promise<true> {
  const form = await formOf(visit.request)
  const said = form.get('consent') === 'yes' ? 'yes' : 'no'
  return sendTo(visit.response, ownPath(form.get('back'), '/storefront'), [cookie('shop_consent', said)])
}

function variantOf(visit: Visit, id: number) {
  const { title, priceMinor } = visit.world.products.get(id)!
  const price = { amount: priceMinor / 100, currencyCode: visit.world.shop.currency }
  return { id: String(id), price, product: { id: String(id), title } }
}

function home(visit: Visit): true {
  const { world } = visit
  const all = [...world.products.values()].filter((one) => one.priceMinor > 0 && isListed(world, one))
  const pages = Math.max(1, Math.ceil(all.length / PAGE_SIZE))
  const page = Math.min(pages, Math.max(1, Number.parseInt(visit.url.searchParams.get('page') ?? '1', 10) || 1))
  const products = all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map((one) => shown(visit, one))
  return show(visit, 'home', storefrontWords(visit.locale).goods, {
    products,
    page,
    pages,
    ...blocksHtml(visit),
  })
}

function product(visit: Visit, id: string): true {
  const found = visit.world.products.get(Number(id))
  if (!found || !isOnStore(visit.world, found)) return notFound(visit)
  const product = shown(visit, found)
  const viewed = { name: 'product_viewed', data: { productVariant: variantOf(visit, found.id) } }
  return show(visit, 'product', product.title, { product, ...blocksHtml(visit, found) }, 200, [viewed])
}

/** A product's picture in any width: it is drawn, so that no file is needed. */
function image(visit: Visit, name: string): true {
  const product = [...visit.world.products.values()].find((one) => one.image?.name === decodeURIComponent(name))
  if (!product) return notFound(visit)
  visit.response.writeHead(200, { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=3600' })
  visit.response.end(renderPicture(shown(visit, product), rendering(visit)))
  return true
}

function shown(visit: Visit, product: WorldProduct) {
  const kinds: [RegExp, string][] = [
    [/set|kit|box|gift/i, 'box'],
    [/cream|mask|balm/i, 'jar'],
    [/foam|sun|hand|gel/i, 'tube'],
  ]
  return {
    id: product.id,
    title: titleIn(visit.locale, product.title),
    price: money(visit.world, visit.locale, product.priceMinor),
    kind: kinds.find(([pattern]) => pattern.test(product.title))?.[1] ?? 'bottle',
    is_sold_out: !variantsOf(product).some(isForSale),
    hue: [...product.sku].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 360, 7),
  }
}

/** The seeded goods carry both names, English first. */
function titleIn(locale: Locale, title: string): string {
  const korean = title.search(/[가-힣]/)
  if (korean <= 0) return title
  return locale === 'ko' ? title.slice(korean) : title.slice(0, korean).trim()
}

async function addToCart(visit: Visit): Promise<true> {
  const form = await formOf(visit.request)
  const asked = Number(form.get('id'))
  const quantity = Math.min(99, Math.max(1, Number.parseInt(form.get('quantity') ?? '1', 10) || 1))
  // Shopify's form names the variant; this theme's own names the product, which has one.
  const product = [...visit.world.products.values()].find((one) => one.id === asked || one.variantId === asked)
  if (!product || !isOnStore(visit.world, product)) return notFound(visit)
  const { id } = product
  if (!isForSale(variantsOf(product)[0]!)) return sendTo(visit.response, `/storefront/products/${id}`)
  visit.cart.set(id, Math.min(99, (visit.cart.get(id) ?? 0) + quantity))
  return sendTo(visit.response, `/storefront/cart?added=${id}`, [cartCookie(visit.cart)])
}

function goodsIn(cart: Visit['cart']): { productId: number; quantity: number }[] {
  return [...cart].map(([productId, quantity]) => ({ productId, quantity }))
}

function cart(visit: Visit, problem: string | null = null, code = ''): true {
  let goods = 0
  const lines = [...visit.cart].map(([id, quantity]) => {
    const product = visit.world.products.get(id)!
    goods += product.priceMinor * quantity
    return {
      title: titleIn(visit.locale, product.title),
      quantity,
      price: money(visit.world, visit.locale, product.priceMinor * quantity),
    }
  })
  const words = storefrontWords(visit.locale)
  const shipping = shippingFor(visit.world, goodsIn(visit.cart))
  const shown = (minor: number): string => money(visit.world, visit.locale, minor)
  const credit = visit.customer === null ? 0 : spendableMinor(visit.world, visit.customer.id)
  const scope = {
    lines,
    shipping: shipping === 0 ? words.free : shown(shipping),
    total: shown(goods + shipping),
    problem,
    code,
    credit: credit > 0 ? shown(credit) : null,
    ...blocksHtml(visit),
  }
  const added = visit.world.products.get(Number(visit.url.searchParams.get('added')))
  const published: Published[] = [{ name: 'cart_viewed', data: { cart: null } }]
  if (added && problem === null)
    published.unshift({
      name: 'product_added_to_cart',
      data: { cartLine: { merchandise: variantOf(visit, added.id), quantity: 1 } },
    })
  return show(visit, 'cart', words.cart, scope, problem === null ? 200 : 422, published)
}

async function buy(visit: Visit): Promise<true> {
  const form = await formOf(visit.request)
  if (form.has('clear')) return sendTo(visit.response, '/storefront/cart', [cartCookie(new Map())])
  if (visit.cart.size === 0) return sendTo(visit.response, '/storefront/cart')
  const code = (form.get('code') ?? '').trim()
  const email = (form.get('email') ?? '').trim()
  const checkout = {
    customerId: visit.customer?.id ?? null,
    lines: goodsIn(visit.cart),
    codes: code.split(/[\s,]+/).filter(Boolean),
    ...(visit.customer === null && email !== '' ? { email } : {}),
    storeCredit: visit.customer !== null && form.has('credit'),
  }
  const refused = priceCheckout(visit.world, checkout).refused.find(isRefused)
  if (refused) return cart(visit, codeProblemText(visit.locale, refused.problem), code)
  const order = visit.context.happen.buy(checkout)
  const seen =
    visit.customer === null && order.customerId !== null ? [cookie('shop_guest_order', String(order.id))] : []
  return sendTo(visit.response, `/storefront/thanks/${order.id}`, [cartCookie(new Map()), ...seen])
}

function thanks(visit: Visit, id: string): true {
  const order = visit.world.orders.get(Number(id))
  // Only the order's own shopper sees it; a guest's is known by its address alone, as on a real status page.
  const isGuests = cookieOf(visit.request, 'shop_guest_order') === id
  if (!order || (order.customerId !== (visit.customer?.id ?? null) && !isGuests)) return notFound(visit)
  // The checkout names things by their gids.
  const buyer = order.customerId === null ? null : { id: `gid://shopify/Customer/${order.customerId}` }
  const completed = { name: 'checkout_completed', data: { checkout: { order: { customer: buyer } } } }
  const scope = { order: shownOrder(visit, order) }
  return show(visit, 'thanks', storefrontWords(visit.locale).thanks, scope, 200, [completed])
}

function shownOrder(visit: Visit, order: WorldOrder) {
  const net = goodsMinor(order)
  const gross = order.lines.reduce((sum, line) => sum + line.unitMinor * line.quantity, 0)
  return {
    name: order.name,
    total: money(visit.world, visit.locale, net + order.shippingMinor, order.currency),
    discount: gross > net ? money(visit.world, visit.locale, gross - net, order.currency) : null,
    shipping:
      order.shippingMinor > 0
        ? money(visit.world, visit.locale, order.shippingMinor, order.currency)
        : storefrontWords(visit.locale).free,
    lines: order.lines.map((line) => ({ title: titleIn(visit.locale, line.title), quantity: line.quantity })),
  }
}

function account(visit: Visit, problem: string | null = null): true {
  const { world, locale, customer, url, response } = visit
  if (customer === null) return sendTo(response, '/storefront/who')
  const words = storefrontWords(locale)
  const done = { news: words.news_done, review: words.review_done, return: words.return_done }
  const scope = {
    ...accountScope(world, locale, customer, (title) => titleIn(locale, title)),
    problem,
    done: Object.entries(done).find(([deed]) => deed === url.searchParams.get('done'))?.[1] ?? null,
    ...blocksHtml(visit),
  }
  return show(visit, 'account', words.account, scope, problem === null ? 200 : 502)
}

async function actOnAccount(visit: Visit, deed: string): Promise<true> {
  const { context, locale, customer, response, request } = visit
  if (customer === null) return sendTo(response, '/storefront/who')
  const problem = await accountDeed(context, locale, customer, deed, await formOf(request))
  return problem === null ? sendTo(response, `/storefront/account?done=${deed}`) : account(visit, problem)
}

function who(visit: Visit): true {
  const { world, url, locale } = visit
  const chosen = url.searchParams.get('id')
  if (chosen !== null) {
    const known = world.customers.get(Number(chosen))
    return sendTo(visit.response, '/storefront', [cookie('shop_customer', known ? String(known.id) : '')])
  }
  const query = url.searchParams.get('query') ?? ''
  const found = query === '' ? introduced(world) : customersFound(world, query, '')
  const words = storefrontWords(locale)
  const people = found.slice(0, PEOPLE_SHOWN).map((customer) => {
    const orders = world.ordersOf(customer.id).length
    const unit = locale === 'ko' ? `${orders}${words.orders}` : `${orders} ${words.orders}`
    return {
      id: customer.id,
      name: nameOf(customer),
      orders: orders === 1 ? words.one_order : unit,
      behaviour: behaviourText(locale, customer.behaviour),
      is_current: customer.id === visit.customer?.id,
    }
  })
  return show(visit, 'who', words.who, { people, query, more: Math.max(0, found.length - PEOPLE_SHOWN) })
}

/** A few people of every kind, the one with a story first. */
function introduced(world: World): WorldCustomer[] {
  const kinds = new Map<string, WorldCustomer[]>()
  for (const customer of world.customers.values()) {
    const kind = customer.behaviour ?? ''
    const own = kinds.get(kind) ?? []
    if (own.length < (kind === '' ? PEOPLE_SHOWN : 4)) own.push(customer)
    kinds.set(kind, own)
  }
  return [...(kinds.get('story') ?? []), ...[...kinds].flatMap(([kind, people]) => (kind === 'story' ? [] : people))]
}

function notFound(visit: Visit): true {
  const words = storefrontWords(visit.locale)
  return show(visit, 'missing', words.not_found, {}, 404)
}

function cookie(name: string, value: string): string {
  const age = value === '' ? '; Max-Age=0' : ''
  return `${name}=${encodeURIComponent(value)}; Path=/; SameSite=Lax; HttpOnly${age}`
}

function cartCookie(cart: Map<number, number>): string {
  return cookie('shop_cart', [...cart].map(([id, quantity]) => `${id}x${quantity}`).join('.'))
}

function cartFrom(value: string | null, world: World): Map<number, number> {
  const cart = new Map<number, number>()
  for (const item of (value ?? '').split('.').slice(0, 50)) {
    const [id, quantity] = item.split('x').map(Number) as [number, number]
    if (world.products.has(id) && Number.isInteger(quantity) && quantity > 0 && quantity < 100) cart.set(id, quantity)
  }
  return cart
}

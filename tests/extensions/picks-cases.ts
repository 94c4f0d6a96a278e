import { liquidProduct } from '#tests/shop/storefront/liquid-products.ts'
import type { LiquidProduct } from '#tests/shop/storefront/liquid-products.ts'
import type { BlockScope, LiquidCustomer } from '#tests/shop/storefront/liquid.ts'
import type { WorldProduct } from '#tests/shop/products.ts'
import { World } from '#tests/shop/world.ts'
import { HOSTILE, NOON, type Case } from './cases.ts'

const world = new World({ currency: 'KRW' })

/** A product as Liquid has it, with a picture and two left. */
export function product(id: number, more: Partial<WorldProduct> = {}): LiquidProduct {
  const image = { name: `p-${id}.svg`, width: 900, height: 1200, alt: '' }
  const given = { title: `Product ${id}`, priceMinor: 9000 + id, stock: 2, image, variantId: id + 5000, ...more, id }
  return liquidProduct(world, world.addProduct(given))
}

export const PRODUCTS = Array.from({ length: 10 }, (_, at) => product(101 + at))
export const [TONER, CREAM, BALM, MASK] = PRODUCTS as [LiquidProduct, LiquidProduct, LiquidProduct, LiquidProduct]
export const SOLD_OUT = product(201, { stock: 0 })
export const GIFT_CARD = product(202, { isGiftCard: true })
export const ON_SALE = product(203, { compareAtMinor: 12_000 })
export const IN_SIZES = product(204, { otherVariants: [{ id: 7001, title: 'Large', priceMinor: 24_000, stock: 3 }] })
export const WITHOUT_PICTURE = { ...product(205), featured_image: null }
export const LONG = product(206, {
  title: '저자극약산성세라마이드히알루론산콜라겐펩타이드나이아신아마이드고보습집중케어크림대용량리필기획세트',
})

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Somebody signed in with picks of their own, for a reason. */
export function picked(picks: unknown, about: unknown, more: Record<string, unknown> = {}): LiquidCustomer {
  const fields = { picks, picks_about: about, ...more }
  const given = Object.entries(fields).map(([key, value]) => [key, { value: json(value) }] as const)
  return { first_name: 'Mina', orders_count: 3, metafields: { '$app:morello': Object.fromEntries(given) } }
}

export function about(lead: unknown, why: unknown = {}, never: unknown = []): object {
  return { v: 1, lead, why, never }
}

/** What the app keeps with its own installation. */
export function installed(first: unknown, setup: unknown = { v: 1, off: false }): NonNullable<BlockScope['app']> {
  return { morello: { first_picks: { value: json(first) }, picks_settings: { value: json(setup) } } }
}

/** A product's own page, with what goes with it. */
export function page(goesWith: unknown, of = TONER): LiquidProduct {
  return { ...of, metafields: { '$app:morello': { goes_with: { value: json(goesWith) } } } }
}

export function recommended(products: LiquidProduct[]): NonNullable<BlockScope['recommendations']> {
  return { 'performed?': true, products_count: products.length, products }
}

export const inCart = (...products: LiquidProduct[]) =>
  products.map(({ id, variants }) => ({ product_id: id, variant_id: variants[0]!.id, quantity: 1 }))

/** What may stand where a list of products is expected. */
export const NO_LIST: unknown[] = [null, 7, 'text', true, [], {}, [null, 7, 'x', [], {}], { a: 1 }, [[CREAM]]]

/** What may stand where it is said why, that says nothing. */
export const NO_REASON: unknown[] = [
  null,
  7,
  'text',
  true,
  [],
  {},
  { v: 2, lead: 'for-you', why: {} },
  { v: '1', lead: 'for-you', why: {} },
  { lead: 'for-you', why: {} },
  ...[undefined, null, 7, '', 'pinned', 'vip', ['low'], { low: 1 }, true, '"><script>'].map((lead) => about(lead)),
]

/** What may stand where it is said what no list shows to them, that says nothing. */
export const NO_NEVER: unknown[] = [undefined, null, 7, 'text', true, [], {}, [null, 'x', [], {}], { 101: true }]

/** Reasons of products that are none: the lead's counts. */
export const NO_WHY: unknown[] = [undefined, null, 7, 'low', ['low'], { 102: 'vip' }, { 102: 7 }, { 102: ['low'] }]

export const LEADS = ['goes-with', 'for-you', 'popular', 'low'] as const

/** Every state that the block can be in, for both engines. */
export function allPicksCases(): Case[] {
  const cases: Case[] = []
  const add = (name: string, scope: Partial<BlockScope>, locales = ['en', 'ko']): void => {
    for (const locale of locales)
      cases.push({ name: `${name} (${locale})`, locale, now: NOON, scope: { customer: null, settings: {}, ...scope } })
  }
  const shop = { all: PRODUCTS, app: installed([BALM, MASK, CREAM]) }
  for (const isDesignMode of [false, true]) {
    add(`an empty shop, editor ${isDesignMode}`, { isDesignMode })
    add(`one product, editor ${isDesignMode}`, { all: [TONER], isDesignMode })
    add(`guest, editor ${isDesignMode}`, { ...shop, isDesignMode })
    add(`switched off, editor ${isDesignMode}`, {
      ...shop,
      app: installed([BALM, MASK], { v: 1, off: true }),
      isDesignMode,
    })
  }
  for (const lead of LEADS) {
    add(`led by ${lead}`, { ...shop, customer: picked(PRODUCTS.slice(1, 5), about(lead)) })
    add(`led by ${lead}, one left`, { ...shop, customer: picked([SOLD_OUT, CREAM], about(lead)) })
    add(`led by ${lead}, none left`, { ...shop, customer: picked([SOLD_OUT], about(lead)) })
    for (const why of NO_WHY)
      add(`led by ${lead}, why ${JSON.stringify(why)}`, { customer: picked([TONER, CREAM, BALM], about(lead, why)) }, [
        'en',
      ])
  }
  add('low, several ways', {
    customer: picked([IN_SIZES, CREAM, BALM], about('low', { 102: 'for-you', 103: 'pinned' })),
  })
  add('low, and it is in the basket', {
    customer: picked([TONER, CREAM, BALM], about('low', { 103: 'for-you' })),
    cart: inCart(TONER),
  })
  add('low, its own page', { customer: picked([TONER, CREAM], about('low')), product: page([]) })
  for (const more of [
    { rewards: { v: 1, off: true, rewards: [] } },
    { rewards: { v: 1, off: false, rewards: [] } },
    { rewards: 'text' },
    { rewards: { v: 1, rewards: [] } },
  ])
    add(`rewards ${JSON.stringify(more)}`, { ...shop, customer: picked([TONER, CREAM], about('for-you'), more) })
  for (const never of [[101], [103, 104], PRODUCTS.map(({ id }) => id), ...NO_NEVER]) {
    add(`never ${JSON.stringify(never)}`, {
      ...shop,
      customer: picked([TONER, CREAM, BALM], about('for-you', {}, never)),
    })
    add(`nobody’s, never ${JSON.stringify(never)}`, { ...shop, customer: picked([], about(null, {}, never)) }, ['en'])
  }
  for (const no of NO_REASON) add(`about ${JSON.stringify(no)}`, { ...shop, customer: picked(PRODUCTS, no) }, ['en'])
  for (const no of NO_LIST) {
    add(`picks ${JSON.stringify(no)}`, { ...shop, customer: picked(no, about('for-you')) }, ['en'])
    add(`goes with ${JSON.stringify(no)}`, { ...shop, product: page(no) }, ['en'])
    add(`first ${JSON.stringify(no)}`, { all: PRODUCTS, app: installed(no) }, ['en'])
    add(`nothing but ${JSON.stringify(no)}`, { app: installed(no), customer: picked(no, about('low')) }, ['en'])
  }
  for (const setup of [null, 7, 'x', [], {}, { v: 2, off: false }, { v: 1 }, { v: 1, off: 'no' }, { v: 1, off: null }])
    add(`setup ${JSON.stringify(setup)}`, { ...shop, app: installed([BALM, MASK], setup) }, ['en'])
  add('a product’s page', { ...shop, product: page([CREAM, BALM, TONER]) })
  add('a product’s page, one left', { ...shop, product: page([SOLD_OUT, CREAM]) })
  add('Shopify recommends', { recommendations: recommended([TONER, { ...CREAM, url: '/products/c?pr_prod_strat=x' }]) })
  add('a collection’s page', { all: PRODUCTS, collection: { products: [MASK, BALM] } })
  add('of every kind', { all: [SOLD_OUT, GIFT_CARD, ON_SALE, IN_SIZES, WITHOUT_PICTURE, LONG, ON_SALE] })
  for (const count of [2, 3, 8, 'x', 0, 99])
    for (const layout of ['grid', 'row', 'evil"'])
      add(`${count} in ${layout}`, { all: PRODUCTS, settings: { count, layout } }, ['en'])
  for (const currency of ['KRW', 'USD'])
    for (const shoppersCurrency of ['KRW', 'USD', 'JPY'])
      add(`${currency} in ${shoppersCurrency}`, { all: [ON_SALE, IN_SIZES], currency, shoppersCurrency })
  for (const alignment of ['left', 'center', 'right', 'evil" onload="x'])
    for (const colors of ['theme', 'light', 'dark', 'evil"'])
      add(`${alignment} ${colors}`, { all: PRODUCTS, settings: { alignment, colors, ratio: alignment } }, ['en'])
  for (const preview_as of ['visitor', 'guest', 'new', 'repeat', 'low', 'evil"'])
    for (const all of [PRODUCTS, [TONER], []])
      for (const isDesignMode of [true, false])
        add(`${preview_as}, ${all.length}, editor ${isDesignMode}`, { all, settings: { preview_as }, isDesignMode })
  for (const bad of HOSTILE) {
    const evil = { ...product(301, { title: bad }), url: `/products/${bad}` }
    const drawn = { ...evil, id: 302, featured_image: { ...TONER.featured_image!, alt: bad } }
    const headings = Object.fromEntries(
      ['low', 'for_you', 'more'].map((kind) => [`heading_${kind}`, `${bad} {product}`]),
    )
    add(`hostile ${bad}`, { all: [evil, drawn], settings: headings })
    add(`hostile low ${bad}`, {
      customer: picked([evil, drawn, CREAM], about('low', { 302: 'for-you' })),
      settings: headings,
    })
  }
  return cases
}

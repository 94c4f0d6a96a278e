import { readFileSync } from 'node:fs'
import { Liquid } from 'liquidjs'
import type { TagToken, Template, TopLevelToken } from 'liquidjs'
import { NOT_PERFORMED, imageTag, imageUrl } from './liquid-products.ts'
import type { LiquidCartLine, LiquidMetafields, LiquidProduct, Recommendations } from './liquid-products.ts'

export const EXTENSION = new URL('../../../extensions/storefront/', import.meta.url).pathname
const THEME = new URL('../theme/', import.meta.url).pathname

type Words = { [key: string]: string | Words }
export type BlockSetting = {
  type: string
  id?: string
  label?: string
  content?: string
  info?: string
  placeholder?: string
  default?: string | number
  min?: number
  max?: number
  options?: { value: string; label: string }[]
}
export type BlockSchema = { name: string; target: string; stylesheet?: string; settings: BlockSetting[] }

/** The schema of an app block, as Shopify reads it from the block's own file. */
export function blockSchema(name: string): BlockSchema {
  const source = readFileSync(`${EXTENSION}blocks/${name}.liquid`, 'utf8')
  const schema = /\{%-?\s*schema\s*-?%\}([\s\S]*?)\{%-?\s*endschema\s*-?%\}/.exec(source)
  if (!schema) throw new Error(`The block ${name} has no schema`)
  return JSON.parse(schema[1]!) as BlockSchema
}

/** The files that these blocks bring to a page, each once: Shopify loads no asset twice. */
export function stylesheetsOf(blocks: readonly string[]): string[] {
  return [...new Set(blocks.flatMap((name) => blockSchema(name).stylesheet ?? []))]
}

const wordsCache = new Map<string, Words>()

/** A text of the extension's locale files; `kind` is '' for the storefront and '.schema' for the editor. */
function extensionText(key: string, locale: string, kind: '' | '.schema' = ''): string {
  for (const name of [`${locale}${kind}`, `en.default${kind}`]) {
    let words = wordsCache.get(name)
    if (!words) {
      const file = locale === 'en' && name === `en${kind}` ? `en.default${kind}` : name
      words = JSON.parse(readFileSync(`${EXTENSION}locales/${file}.json`, 'utf8')) as Words
      wordsCache.set(name, words)
    }
    let found: string | Words | undefined = words
    for (const part of key.split('.')) found = typeof found === 'object' ? found[part] : undefined
    if (typeof found === 'string') return found
  }
  return `Translation missing: ${locale}.${key}`
}

/** Labels of the schema are `t:` references into the schema locales. */
export function schemaText(text: string | undefined, locale: string): string {
  return text?.startsWith('t:') ? extensionText(text.slice(2), locale, '.schema') : (text ?? '')
}

export type Rendering = { now: number; timezone: string; locale: string }

/**
 * An engine with what Shopify's Liquid has beyond the language. `now` stands still for one rendering, and dates are in
 * the shop's time.
 */
function engineFor(rendering: Rendering, roots: string[]): Liquid {
  standingNow = rendering.now
  const key = [rendering.locale, rendering.timezone, ...roots].join(' ')
  const known = engines.get(key)
  if (known) return known
  const engine = newEngine(rendering, roots)
  engines.set(key, engine)
  return engine
}

/** Rendering is synchronous, so one moment at a time is enough for all engines. */
let standingNow = 0
const engines = new Map<string, Liquid>()
const parsedBlocks = new WeakMap<Liquid, Map<string, Template[]>>()

function parsedBlock(engine: Liquid, source: string): Template[] {
  const parsed = parsedBlocks.get(engine) ?? new Map<string, Template[]>()
  parsedBlocks.set(engine, parsed)
  const templates = parsed.get(source) ?? engine.parse(source)
  parsed.set(source, templates)
  return templates
}

function newEngine(rendering: Rendering, roots: string[]): Liquid {
  const engine = new Liquid({
    root: roots,
    partials: roots,
    extname: '.liquid',
    strictFilters: true,
    jsTruthy: false,
    timezoneOffset: rendering.timezone,
    cache: true,
  })
  const plainDate = engine.filters.date as (this: unknown, ...given: unknown[]) => unknown
  engine.registerFilter('date', function (value: unknown, ...rest: unknown[]) {
    return plainDate.call(this, value === 'now' ? new Date(standingNow) : value, ...rest)
  })
  // Shopify's `t` answers text that is already escaped; only keys that end in _html may hold markup.
  engine.registerFilter('t', (key: unknown) => escapeOnce(extensionText(String(key), rendering.locale)))
  engine.registerFilter('asset_url', (name: unknown) => `/storefront/assets/${textOf(name)}`)
  engine.registerFilter('escape', (value: unknown) => escapeAll(textOf(value)))
  engine.registerFilter('escape_once', (value: unknown) => escapeOnce(textOf(value)))
  // Ruby strips ASCII space alone, JavaScript any space there is.
  engine.registerFilter('strip', (value: unknown) => textOf(value).replaceAll(/^[\t\n\v\f\r ]+|[\t\n\v\f\r \0]+$/g, ''))
  // In Shopify whole numbers divide to whole numbers.
  engine.registerFilter('divided_by', (value: unknown, by: unknown) => {
    const [left, right] = [Number(value), Number(by)]
    return Number.isInteger(left) && Number.isInteger(right) ? Math.floor(left / right) : left / right
  })
  engine.registerFilter('strip_html', (value: unknown) => textOf(value).replaceAll(/<[^>]*>/g, ''))
  // Whole hundredths in, in the shopper's currency out, as that currency's default format has it; nothing is converted.
  engine.registerFilter('money', function (value: unknown) {
    return moneyText(Number(value), String(this.context.getSync(['cart', 'currency', 'iso_code'])))
  })
  engine.registerFilter('image_url', (image: unknown, ...rest: [string, unknown][]) =>
    imageUrl(image, Object.fromEntries(rest)),
  )
  engine.registerFilter('image_tag', (url: unknown, ...rest: [string, unknown][]) =>
    imageTag(url, Object.fromEntries(rest)),
  )
  engine.registerFilter('json', (value: unknown) =>
    JSON.stringify(value ?? null).replaceAll(
      /[<>&\u2028\u2029]/g,
      (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  )
  engine.registerTag('schema', {
    parse(_token: TagToken, rest: TopLevelToken[]) {
      for (let token = rest.shift(); token; token = rest.shift()) if ((token as TagToken).name === 'endschema') return
      throw new Error('The schema has no end')
    },
    render: () => '',
  })
  return engine
}

function moneyText(hundredths: number, currency: string): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(
    hundredths / 100,
  )
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}

function escapeAll(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function escapeOnce(text: string): string {
  return text
    .replaceAll(/&(?!(?:[a-z]+|#\d+|#x[\da-f]+);)/gi, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** What a block of ours may see of the shopper; undefined: nobody is signed in. */
export type LiquidCustomer = {
  first_name: string | null
  orders_count: number
  metafields: LiquidMetafields
}

/** Where the theme sends a shopper to sign in, and with what goes into their basket. */
const LOGIN_URL = '/storefront/who'
const CART_ADD_URL = '/storefront/cart/add'
const ACCOUNT_URL = '/storefront/who'

/** As the theme editor keeps them: a range's is a number. */
export type BlockSettings = Record<string, string | number>

export type BlockScope = {
  customer: LiquidCustomer | null
  settings: BlockSettings
  isDesignMode?: boolean
  /** Metafields of the app's own installation, by namespace and key. */
  app?: LiquidMetafields
  /** The product of the page, if it is a product's. */
  product?: LiquidProduct | null
  /** What `collections['all']` lists, and the collection of the page, if it is a collection's. */
  all?: LiquidProduct[]
  collection?: { products: LiquidProduct[] } | null
  cart?: LiquidCartLine[]
  recommendations?: Recommendations
  /** The shop's own currency, and the one that the shopper sees prices in. */
  currency?: string
  shoppersCurrency?: string
}

/** The scope as Shopify gives it to an app block, for this engine and for a second opinion. */
export function blockScope(given: BlockScope, rendering: Rendering): Record<string, unknown> {
  const currency = given.currency ?? 'KRW'
  return {
    customer: given.customer,
    app: { metafields: given.app ?? {} },
    shop: { currency },
    cart: { currency: { iso_code: given.shoppersCurrency ?? currency }, items: given.cart ?? [] },
    product: given.product ?? null,
    collection: given.collection ?? null,
    collections: { all: { products: given.all ?? [] } },
    recommendations: given.recommendations ?? NOT_PERFORMED,
    routes: {
      account_login_url: LOGIN_URL,
      storefront_login_url: LOGIN_URL,
      account_url: ACCOUNT_URL,
      cart_add_url: CART_ADD_URL,
    },
    request: { locale: { iso_code: rendering.locale }, design_mode: given.isDesignMode === true },
    block: {
      id: 'block-1',
      settings: given.settings,
      shopify_attributes: given.isDesignMode ? 'data-shopify-editor-block="1"' : '',
    },
  }
}

/** An app block as Shopify renders it: wrapped, with the settings' defaults filled in. */
export function renderBlock(name: string, given: BlockScope, rendering: Rendering): string {
  const engine = engineFor(rendering, [`${EXTENSION}snippets`])
  const settings = { ...defaultsOf(blockSchema(name)), ...given.settings }
  const source = readFileSync(`${EXTENSION}blocks/${name}.liquid`, 'utf8')
  const templates = parsedBlock(engine, source)
  const html = engine.renderSync(templates, {}, { globals: blockScope({ ...given, settings }, rendering) }) as string
  return `<div id="shopify-block-${name}" class="shopify-block shopify-app-block">${html}</div>`
}

export function defaultsOf(schema: BlockSchema): BlockSettings {
  const settings: BlockSettings = {}
  for (const setting of schema.settings) if (setting.id !== undefined) settings[setting.id] = setting.default ?? ''
  return settings
}

/** A drawn product as a file of its own. */
export function renderPicture(product: object, rendering: Rendering): string {
  const engine = engineFor(rendering, [`${THEME}templates`, `${THEME}snippets`])
  const svg = engine.renderFileSync('picture', {}, { globals: { product } }) as string
  return svg.trim().replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900" ')
}

/** A page of the small theme. */
export function renderTheme(template: string, scope: object, rendering: Rendering): string {
  const engine = engineFor(rendering, [`${THEME}templates`, `${THEME}snippets`])
  const content = engine.renderFileSync(template, {}, { globals: scope }) as string
  return engine.renderFileSync('layout', {}, { globals: { ...scope, content_for_layout: content } }) as string
}

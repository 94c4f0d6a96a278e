// The storefront's products as an app block has them: references the app wrote, resolved at the moment of the page.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WorldProduct } from '#tests/shop/products.ts'
import { World } from '#tests/shop/world.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'

const SET = `mutation Set($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { message } } }`

let shop: TestShop
let world: World
let products: WorldProduct[]
let mina: WorldCustomer

beforeEach(async () => {
  world = new World({ currency: 'KRW' })
  products = ['Toner', 'Cream', 'Balm', 'Mask', 'Oil', 'Soap'].map((title) =>
    world.addProduct({ title, stock: 2, image: { name: `${title}.svg`, width: 900, height: 900, alt: '' } }),
  )
  mina = world.addCustomer({ firstName: 'Mina' })
  world.addOrder({ customerId: mina.id, lines: [{ productId: products[0]!.id }] })
  shop = await startLocalShop({ world, scopes: ['read_products', 'write_products', 'write_customers', 'read_orders'] })
})

afterEach(() => shop.stop())

async function keep(ownerId: string, namespace: string, fields: Record<string, unknown>): Promise<void> {
  const metafields = Object.entries(fields).map(([key, value]) => ({
    ownerId,
    namespace,
    key,
    type: Array.isArray(value) ? 'list.product_reference' : 'json',
    value: JSON.stringify(value),
  }))
  const answer = await shop.admin(SET, { metafields })
  expect(answer.data).toEqual({ metafieldsSet: { userErrors: [] } })
}

const gidOf = (at: number): string => `gid://shopify/Product/${products[at]!.id}`

async function page(path: string, cookie = ''): Promise<string> {
  const response = await fetch(`${shop.origin}/storefront${path}`, { headers: { cookie }, redirect: 'manual' })
  return await response.text()
}

/** The products of the block, by their title, with why they are shown. */
async function shown(path = '', cookie = ''): Promise<string[]> {
  const html = await page(path, cookie)
  const links = [...html.matchAll(/products\/(\d+)\?mrl=([\w-]+)"/g)]
  return links.map(([, id, reason]) => `${world.products.get(Number(id))?.title} ${reason}`)
}

const signedIn = (): string => `shop_customer=${mina.id}`

test('what an app wrote for a customer, a product and itself is what each page shows', async () => {
  const installation = await shop.admin('{ currentAppInstallation { id } }')
  const { id } = installation.data!['currentAppInstallation'] as { id: string }
  await keep(id, 'morello', { first_picks: [gidOf(3), gidOf(4)], picks_settings: { v: 1, off: false } })
  await keep(gidOf(0), '$app:morello', { goes_with: [gidOf(1), gidOf(0), gidOf(2)] })
  await keep(`gid://shopify/Customer/${mina.id}`, '$app:morello', {
    picks: [gidOf(0), gidOf(5), gidOf(4)],
    picks_about: { v: 1, lead: 'low', why: { [products[5]!.id]: 'for-you' }, since: '2026-11-20' },
  })
  expect(await shown()).toEqual(['Mask first', 'Oil first'])
  expect(await shown(`/products/${products[0]!.id}`)).toEqual(['Cream goes-with', 'Balm goes-with'])
  expect(await shown('', signedIn())).toEqual(['Soap for-you', 'Oil low'])
  expect(await page('', signedIn())).toContain('Running low on Toner?')
})

test('what is sold out, unpublished, no longer sold, deleted or in the basket is gone at the next page', async () => {
  const customer = `gid://shopify/Customer/${mina.id}`
  const about = { v: 1, lead: 'for-you', why: {}, since: '2026-11-20' }
  await keep(customer, '$app:morello', { picks: [0, 1, 2, 3, 4, 5].map(gidOf), picks_about: about })
  const titles = async (cookie = signedIn()) => (await shown('', cookie)).map((one) => one.split(' ')[0])
  expect(await titles()).toEqual(['Toner', 'Cream', 'Balm', 'Mask'])
  shop.happen.buy({ lines: [{ productId: products[0]!.id, quantity: 2 }] })
  expect(await titles()).toEqual(['Cream', 'Balm', 'Mask', 'Oil'])
  shop.happen.changeProduct(products[1]!.id, { publishedAt: null })
  shop.happen.changeProduct(products[2]!.id, { status: 'DRAFT' })
  expect(await titles()).toEqual(['Mask', 'Oil', 'Soap'])
  expect(await titles(`${signedIn()}; shop_cart=${products[5]!.id}x1`)).toEqual(['Mask', 'Oil'])
  shop.happen.deleteProduct(products[3]!.id)
  expect(await titles()).toEqual(['Oil', 'Soap'])
  shop.happen.changeProduct(products[2]!.id, { status: 'UNLISTED' })
  expect(await titles()).toEqual(['Balm', 'Oil', 'Soap'])
})

test('without a word of the app the shop’s own products are there, and of fewer than two nothing', async () => {
  expect(await shown()).toEqual(['Toner shop', 'Cream shop', 'Balm shop', 'Mask shop'])
  for (const { id } of products.slice(1)) shop.happen.changeProduct(id, { status: 'UNLISTED' })
  expect(await page('')).not.toContain('morello-picks')
})

test('a sold out product cannot be put into the basket, and its page says so', async () => {
  const { id, variantId } = products[0]!
  shop.happen.changeProduct(id, { stock: 0 })
  expect(await page(`/products/${id}`)).toMatch(/<button class="main" disabled>Sold out/)
  const body = new URLSearchParams({ id: String(variantId) })
  const answer = await fetch(`${shop.origin}/storefront/cart/add`, { method: 'POST', body, redirect: 'manual' })
  expect(answer.headers.get('location')).toBe(`/storefront/products/${id}`)
  expect(answer.headers.get('set-cookie')).toBeNull()
  shop.happen.changeProduct(id, { publishedAt: null })
  expect((await fetch(`${shop.origin}/storefront/products/${id}`)).status).toBe(404)
})

test('a product’s picture is drawn by the shop, in any width', async () => {
  const answer = await fetch(`${shop.origin}/storefront/images/Toner.svg?v=1&width=240`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  expect(await answer.text()).toMatch(/^\s*<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="900"/)
  expect((await fetch(`${shop.origin}/storefront/images/None.svg`)).status).toBe(404)
})

test('the merchant sells out, restocks and takes products off the shelf by hand', async () => {
  const { id } = products[0]!
  const list = async () => (await fetch(`${shop.origin}/admin/products`)).text()
  const act = (deed: string) =>
    fetch(`${shop.origin}/admin/products/${id}`, {
      method: 'POST',
      body: new URLSearchParams({ do: deed }),
      redirect: 'manual',
    })
  expect(await list()).toContain('Toner')
  await act('sellOut')
  expect(world.products.get(id)!.stock).toBe(0)
  await act('sellOut')
  await act('restock')
  expect(world.products.get(id)!.stock).toBe(50)
  await act('unpublish')
  expect(world.products.get(id)!.publishedAt).toBeNull()
  expect(await list()).toContain('not published')
})

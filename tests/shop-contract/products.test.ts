// Products as Shopify shows them to an app: whether the online store has them, what is left of them, what refers to them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WorldProduct } from '#tests/shop/products.ts'
import { World } from '#tests/shop/world.ts'
import { startLocalShop, type TestShop } from '#tests/support/local-shop.ts'

let shop: TestShop
let world: World
let cream: WorldProduct
let balm: WorldProduct

const SCOPES = ['read_products', 'write_products', 'write_customers', 'read_orders']

beforeEach(async () => {
  world = new World({ currency: 'KRW' })
  cream = world.addProduct({ title: 'Barrier Cream', priceMinor: 36_000, stock: 2 })
  balm = world.addProduct({
    title: 'Lip Balm',
    priceMinor: 9000,
    compareAtMinor: 12_000,
    unitCostMinor: 3500,
    image: { name: 'balm.svg', width: 900, height: 1200, alt: 'A balm' },
    otherVariants: [{ id: 77, title: 'Set of three', priceMinor: 24_000, stock: 0 }],
  })
  shop = await startLocalShop({ world, scopes: SCOPES })
})

afterEach(() => shop.stop())

const PRODUCT = `id title status publishedAt totalInventory tracksInventory hasOutOfStockVariants isGiftCard
  onlineStoreUrl featuredMedia { alt ... on MediaImage { image { width height } } }
  priceRangeV2 { minVariantPrice { amount } maxVariantPrice { amount currencyCode } }
  compareAtPriceRange { maxVariantCompareAtPrice { amount } }`

async function productNow(id: number): Promise<Record<string, unknown>> {
  const answer = await shop.admin(`query One($id: ID!) { product(id: $id) { ${PRODUCT} } }`, {
    id: `gid://shopify/Product/${id}`,
  })
  expect(answer.errors).toBeUndefined()
  return answer.data!['product'] as Record<string, unknown>
}

describe('a product', () => {
  test('says its status, its stock and its prices', async () => {
    expect(await productNow(cream.id)).toMatchObject({
      status: 'ACTIVE',
      totalInventory: 2,
      tracksInventory: true,
      hasOutOfStockVariants: false,
      isGiftCard: false,
      featuredMedia: null,
      compareAtPriceRange: null,
    })
    expect(await productNow(balm.id)).toMatchObject({
      totalInventory: 0,
      tracksInventory: true,
      hasOutOfStockVariants: true,
      featuredMedia: { alt: 'A balm', image: { width: 900, height: 1200 } },
      priceRangeV2: {
        minVariantPrice: { amount: '9000.0' },
        maxVariantPrice: { amount: '24000.0', currencyCode: 'KRW' },
      },
      compareAtPriceRange: { maxVariantCompareAtPrice: { amount: '12000.0' } },
    })
  })

  test('has variants, of which each says whether it can be bought', async () => {
    const answer = await shop.admin(
      'query One($id: ID!) { product(id: $id) { variants(first: 5) { nodes { title inventoryQuantity inventoryPolicy availableForSale } } } }',
      { id: `gid://shopify/Product/${balm.id}` },
    )
    expect(answer.data!['product']).toEqual({
      variants: {
        nodes: [
          { title: 'Standard', inventoryQuantity: 0, inventoryPolicy: 'DENY', availableForSale: true },
          { title: 'Set of three', inventoryQuantity: 0, inventoryPolicy: 'DENY', availableForSale: false },
        ],
      },
    })
  })

  test('says of a variant what a piece costs the shop, and nothing where that is not named', async () => {
    const answer = await shop.admin(
      'query One($id: ID!) { product(id: $id) { variants(first: 5) { nodes { price inventoryItem { unitCost { amount currencyCode } } } } } }',
      { id: `gid://shopify/Product/${balm.id}` },
    )
    expect(answer.data!['product']).toEqual({
      variants: {
        nodes: [
          { price: '9000.0', inventoryItem: { unitCost: { amount: '3500.0', currencyCode: 'KRW' } } },
          { price: '24000.0', inventoryItem: { unitCost: null } },
        ],
      },
    })
  })

  test('is on the online store with an address, and without one where it is not published or no longer sold', async () => {
    expect(await productNow(cream.id)).toMatchObject({
      onlineStoreUrl: 'https://morello-demo.myshopify.com/products/barrier-cream',
    })
    shop.happen.changeProduct(cream.id, { publishedAt: null })
    expect(await productNow(cream.id)).toMatchObject({ status: 'ACTIVE', publishedAt: null, onlineStoreUrl: null })
    shop.happen.changeProduct(balm.id, { status: 'ARCHIVED' })
    expect(await productNow(balm.id)).toMatchObject({ status: 'ARCHIVED', onlineStoreUrl: null })
  })

  test('falls with what is bought, where somebody counts, and rings', async () => {
    const { webhooks } = shop.shop.played
    const topics: string[] = []
    webhooks.deliver = (request) => {
      topics.push(request.headers.get('x-shopify-topic')!)
      return Promise.resolve(new Response())
    }
    const made = { uri: '/webhooks', fields: null, name: null, filter: null, metafieldNamespaces: [], createdAt: 0 }
    webhooks.subscriptions.made = [{ id: 1, topic: 'products/update', updatedAt: 0, ...made }]
    shop.happen.buy({ lines: [{ productId: cream.id, quantity: 2 }] })
    expect(await productNow(cream.id)).toMatchObject({ totalInventory: 0, hasOutOfStockVariants: true })
    shop.happen.buy({ lines: [{ productId: balm.id, quantity: 1 }] })
    await shop.happen.delivered()
    expect(topics.filter((topic) => topic.startsWith('products/'))).toEqual(['products/update'])
  })

  test('is read in bulk with all that it says of itself', async () => {
    const query = `{ products { edges { node { ${PRODUCT} } } } }`
    const started = await shop.admin(
      'mutation Run($query: String!) { bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { message } } }',
      { query },
    )
    const run = started.data!['bulkOperationRunQuery'] as { bulkOperation: { id: string } }
    await shop.shop.played.bulk.idle()
    const ended = await shop.admin('query Ended($id: ID!) { bulkOperation(id: $id) { url } }', run.bulkOperation)
    const text = await (await fetch((ended.data!['bulkOperation'] as { url: string }).url)).text()
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(lines).toEqual([await productNow(cream.id), await productNow(balm.id)])
  })
})

const SET = `mutation Set($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { value } userErrors { field message code elementIndex } } }`
const DEFINE = `mutation Define($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { ownerType type { name } } userErrors { code } } }`

const gidOf = ({ id }: { id: number }): string => `gid://shopify/Product/${id}`
const related = (ownerId: string, products: string[]) => ({
  ownerId,
  namespace: '$app:morello',
  key: 'goes_with',
  type: 'list.product_reference',
  value: JSON.stringify(products),
})

describe('a list of references to products', () => {
  test('is a metafield of a product, a customer and the app’s own installation', async () => {
    const customer = world.addCustomer()
    const installation = await shop.admin('{ currentAppInstallation { id } }')
    const owners = [
      gidOf(cream),
      `gid://shopify/Customer/${customer.id}`,
      (installation.data!['currentAppInstallation'] as { id: string }).id,
    ]
    const metafields = owners.map((owner) => related(owner, [gidOf(balm)]))
    const value = `["${gidOf(balm)}"]`
    expect((await shop.admin(SET, { metafields })).data).toEqual({
      metafieldsSet: { metafields: [{ value }, { value }, { value }], userErrors: [] },
    })
    const read = await shop.admin(
      'query One($id: ID!) { product(id: $id) { metafield(namespace: "$app:morello", key: "goes_with") { type jsonValue ownerType owner { ... on Product { id } } } } }',
      { id: gidOf(cream) },
    )
    expect(read.data!['product']).toEqual({
      metafield: {
        type: 'list.product_reference',
        jsonValue: [gidOf(balm)],
        ownerType: 'PRODUCT',
        owner: { id: gidOf(cream) },
      },
    })
  })

  test('refuses what is not there: the owner, and each product that it names', async () => {
    const gone = related('gid://shopify/Product/1', [gidOf(balm)])
    expect((await shop.admin(SET, { metafields: [gone] })).data!['metafieldsSet']).toMatchObject({
      userErrors: [{ field: ['metafields', '0', 'ownerId'], message: 'Owner does not exist.' }],
    })
    const message = 'Value references non-existent resource gid://shopify/Product/1.'
    const missing = related(gidOf(cream), [gidOf(balm), 'gid://shopify/Product/1'])
    expect((await shop.admin(SET, { metafields: [missing] })).data).toEqual({
      metafieldsSet: {
        metafields: [],
        userErrors: [{ field: ['metafields', '0', 'value'], message, code: 'INVALID_VALUE', elementIndex: null }],
      },
    })
  })

  test('is defined for products, and goes with its product', async () => {
    const definition = {
      name: 'Goes with',
      namespace: '$app:morello',
      key: 'goes_with',
      type: 'list.product_reference',
      ownerType: 'PRODUCT',
    }
    expect((await shop.admin(DEFINE, { definition })).data).toEqual({
      metafieldDefinitionCreate: {
        createdDefinition: { ownerType: 'PRODUCT', type: { name: 'list.product_reference' } },
        userErrors: [],
      },
    })
    await shop.admin(SET, { metafields: [related(gidOf(cream), [gidOf(balm)])] })
    expect(world.otherMetafields.has(gidOf(cream))).toBe(true)
    shop.happen.deleteProduct(cream.id)
    expect(world.otherMetafields.has(gidOf(cream))).toBe(false)
  })

  test('is written on a product only by whoever may change products', async () => {
    const reader = await startLocalShop({ world, scopes: ['read_products', 'write_customers'] })
    const answer = await reader.admin(SET, { metafields: [related(gidOf(cream), [gidOf(balm)])] })
    expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(['ACCESS_DENIED'])
    await reader.stop()
  })
})

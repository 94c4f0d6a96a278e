import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { action, loader } from '#app/routes/flow.review-written.tsx'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { importAll, playShop } from '#tests/flow/sync/played.ts'
import { actionsIn } from '#tests/shop/flow-actions.ts'
import { freshDomain } from '#tests/support/database.ts'
import { signature } from '#tests/support/signed.ts'

const PATH = 'extensions/review-written/shopify.extension.toml'

async function shopWith(customer: number): Promise<{ shop: ShopId; domain: string }> {
  const played = await playShop((world) => {
    world.addCustomer({ id: customer, createdAt: world.now() - 1000 })
  })
  await importAll(played)
  const { shop, world } = played
  return { shop, domain: world.shop.domain }
}

function body(domain: string, properties: object, more: object = {}): string {
  return JSON.stringify({
    shop_id: '1',
    shopify_domain: domain,
    action_run_id: 'run-1',
    action_definition_id: 'review-written',
    handle: 'review-written',
    properties,
    ...more,
  })
}

async function send(text: string, signed: string | null = signature(text)): Promise<number> {
  const request = new Request('http://127.0.0.1:3000/flow/review-written', {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', ...(signed === null ? {} : { 'x-shopify-hmac-sha256': signed }) },
  })
  return (await action({ request, params: {}, context: {} })).status
}

const reviews = (shop: ShopId) =>
  withShop(shop, async (tx) => ({
    rows: (await tx.review.findMany({ where: { shop } })).map(({ id, customer, product }) => [
      id,
      Number(customer),
      product === null ? null : Number(product),
    ]),
    owed: await tx.work.count({ where: { shop, kind: 'grant-customer' } }),
  }))

describe('a review that Shopify Flow tells of', () => {
  test('is noted once, however often it is told of, and whoever wrote it is looked at', async () => {
    const { shop, domain } = await shopWith(7)
    const told = body(domain, { customer_id: '7', product_id: '55', review_id: 'r-1' })
    expect([await send(told), await send(told)]).toEqual([200, 200])
    expect(await send(body(domain, { customer_id: 7, review_id: 'r-1' }, { action_run_id: 'run-2' }))).toBe(200)
    expect(await send(body(domain, { customer_id: 'gid://shopify/Customer/7', review_id: 'r-2' }))).toBe(200)
    expect(await reviews(shop)).toEqual({
      rows: [
        ['r-1', 7, 55],
        ['r-2', 7, null],
      ],
      owed: 1,
    })
  })

  test('without a signature, with a wrong one or one of another body changes nothing', async () => {
    const { shop, domain } = await shopWith(7)
    const told = body(domain, { customer_id: '7', review_id: 'r-1' })
    const other = body(freshDomain(), { customer_id: '7', review_id: 'r-1' })
    expect(await send(told, null)).toBe(401)
    expect(await send(told, '')).toBe(401)
    expect(await send(told, signature(told, 'another secret'))).toBe(401)
    expect(await send(told, signature(other))).toBe(401)
    expect(await send(` ${told}`, signature(told))).toBe(401)
    expect(await reviews(shop)).toEqual({ rows: [], owed: 0 })
  })

  test('of another shop, or by another shop’s customer, changes nothing', async () => {
    const { shop, domain } = await shopWith(7)
    const other = await shopWith(8)
    expect(await send(body(freshDomain(), { customer_id: '7', review_id: 'r-1' }))).toBe(200)
    expect(await send(body(domain, { customer_id: '8', review_id: 'r-1' }))).toBe(202)
    expect(await reviews(shop)).toEqual({ rows: [], owed: 0 })
    expect(await reviews(other.shop)).toEqual({ rows: [], owed: 0 })
  })

  test('that is garbage is refused for good', async () => {
    const { shop, domain } = await shopWith(7)
    const good = { customer_id: '7', review_id: 'r-1' }
    for (const text of [
      '',
      'null',
      '[]',
      '{',
      body(domain, {}),
      body(domain, { ...good, customer_id: '7 OR 1=1' }),
      body(domain, { ...good, customer_id: '-7' }),
      body(domain, { ...good, review_id: '' }),
      body(domain, { ...good, review_id: 'x'.repeat(256) }),
      body(domain, { ...good, review_id: 'a\u0000b' }),
      body(domain, { ...good, review_id: 'x'.repeat(10_240) }),
      body(domain, good, { handle: 'other' }),
      body('shop.example.com', good),
      body(domain, good, { action_run_id: '' }),
    ])
      expect(await send(text), text.slice(0, 80)).toBe(400)
    expect(await send('x'.repeat(40_000))).toBe(413)
    expect(loader().status).toBe(405)
    expect(await reviews(shop)).toEqual({ rows: [], owed: 0 })
  })

  test('has no field for the rating, and says so in both languages', () => {
    const text = readFileSync(PATH, 'utf8')
    const [one] = actionsIn(text)
    expect(one).toMatchObject({ handle: 'review-written', runtimeUrl: 'https://example.com/flow/review-written' })
    expect(one!.fields.map(({ key }) => key)).toEqual(['customer_id', 'product_id', 'review_id'])
    expect(text).toMatch(/whatever its rating/)
    expect(text).toMatch(/별점과 상관없이/)
  })
})

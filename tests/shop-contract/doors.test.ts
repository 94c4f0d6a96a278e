import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer } from '#tests/shop/admin-api.ts'
import { adminFrameHandler, doorPage } from '#tests/shop/admin-frame.ts'
import { seededWorld } from '#tests/shop/behaviours.ts'
import { placeOrder } from '#tests/shop/checkout.ts'
import { codeProblem } from '#tests/shop/pricing.ts'
import type { DoorContext } from '#tests/shop/door-context.ts'
import { LocalShop } from '#tests/shop/playing.ts'
import { storefrontHandler } from '#tests/shop/storefront.ts'
import { startTunnel } from '#tests/shop/tunnel.ts'

const world = seededWorld(Date.now())
const jiwoo = [...world.customers.values()].find((customer) => customer.behaviour === 'story')!
const app = { apiKey: 'local-doors', apiSecret: 'a-secret' }
const scopes = new LocalShop({ world, appUrl: null, ...app })
const { happen, played, faults } = scopes
const admin: DoorContext['admin'] = (asked) => answer({ shop: played, scopes: new Set(played.tokens.scopes) }, asked)
const doors = { origin: '', tunnelOrigin: '', appUrl: null, appProxy: null, hasScope: () => true }
const webPixel = () => played.webPixel
const context: DoorContext = { world, happen, admin, scopes, faults, webPixel, ...doors, ...app }
let shop: Server
let appServer: Server
let tunnel: { origin: string; stop(): Promise<void> }
let asked: IncomingMessage | null = null
const APP_BRIDGE = 'https://cdn.shopify.com/shopifycloud/app-bridge.js'

async function originOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  shop = createServer((request, response) => {
    void (async () => {
      for (const handler of [doorPage, adminFrameHandler, storefrontHandler])
        if (await handler(request, response, context)) return
      response.writeHead(404).end()
    })()
  })
  context.origin = await originOf(shop)
  appServer = createServer((request, response) => {
    asked = request
    if (request.url === '/out')
      return void response
        .writeHead(302, { location: 'https://admin.shopify.com/store/morello-demo/apps/local-doors' })
        .end()
    response.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': 'frame-ancestors https://x.myshopify.com https://admin.shopify.com;',
      link: `<${APP_BRIDGE}>; rel="preload"; as="script";`,
      'set-cookie': ['a=1', 'b=2'],
    })
    request.pipe(response, { end: false })
    request.on('end', () => response.end(`<script src="${APP_BRIDGE}"></script>`))
  })
  const appUrl = await originOf(appServer)
  tunnel = await startTunnel({ appUrl, shopOrigin: context.origin })
  context.tunnelOrigin = tunnel.origin
})

afterAll(async () => {
  await tunnel.stop()
  for (const server of [shop, appServer]) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function page(path: string, cookies = '', form?: Record<string, string>) {
  const answer = await fetch(context.origin + path, {
    redirect: 'manual',
    headers: { cookie: cookies, 'accept-language': 'en' },
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}

describe('the tunnel', () => {
  test('changes who may frame the app and where App Bridge comes from, in headers and page, and nothing else', async () => {
    const answer = await fetch(`${tunnel.origin}/app?a=1&b=%2F`, { method: 'POST', body: 'hello ' })
    expect(asked!.url).toBe('/app?a=1&b=%2F')
    expect(asked!.headers.host).toBe(new URL(tunnel.origin).host)
    expect(answer.headers.get('content-security-policy')).toBe(
      `frame-ancestors https://x.myshopify.com https://admin.shopify.com ${context.origin};`,
    )
    expect(answer.headers.get('link')).toBe(`<${context.origin}/app-bridge.js>; rel="preload"; as="script";`)
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await answer.text()).toBe(`hello <script src="${context.origin}/app-bridge.js"></script>`)
  })

  test('sends redirects to the Shopify admin to the frame', async () => {
    const answer = await fetch(`${tunnel.origin}/out`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBe(`${context.origin}/admin/apps/local-doors`)
    const frame = await page('/admin/apps/local-doors/app/segments?x=1')
    expect(frame.headers.get('location')).toBe('/admin/apps/morello/app/segments?x=1')
  })

  test('says so when the app does not answer', async () => {
    const lonely = await startTunnel({ appUrl: 'http://127.0.0.1:9', shopOrigin: context.origin })
    const answer = await fetch(`${lonely.origin}/app`)
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('does not answer')])
    await lonely.stop()
  })
})

describe('the admin frame', () => {
  test('loads the app signed as Shopify signs it, with a session token that the app can check', async () => {
    const { text } = await page('/admin/apps/morello/app/segments?sort=size', 'shop_locale=ko')
    const source = new URL(/data-src="([^"]+)"/.exec(text)![1]!.replaceAll('&#38;', '&'))
    expect(source.origin + source.pathname).toBe(`${tunnel.origin}/app/segments`)
    const query = Object.fromEntries(source.searchParams)
    expect(query).toMatchObject({ embedded: '1', locale: 'ko', shop: world.shop.domain, sort: 'size' })
    expect(Buffer.from(query.host!, 'base64').toString()).toBe('admin.shopify.com/store/morello-demo')
    const { hmac, ...rest } = query
    const signed = new URLSearchParams(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b)))
    expect(createHmac('sha256', 'a-secret').update(signed.toString().replaceAll('+', '%20')).digest('hex')).toBe(hmac)
    const { payload, protectedHeader } = await jwtVerify(query.id_token!, Buffer.from('a-secret'), {
      audience: 'local-doors',
      issuer: `https://${world.shop.domain}/admin`,
    })
    expect(protectedHeader.alg).toBe('HS256')
    expect(payload.exp! - payload.iat!).toBe(60)
    expect(payload).toMatchObject({ dest: `https://${world.shop.domain}`, sub: '42' })
  })

  test('lists customers by tag in both of Shopify’s ways to ask, and says who they are', async () => {
    const vips = [...world.customers.values()].filter((customer) => customer.tags.includes('VIP')).length
    for (const query of [
      `query=${encodeURIComponent('tag:"vip"')}`,
      `segment_query=${encodeURIComponent("customer_tags CONTAINS 'VIP'")}`,
    ])
      expect((await page(`/admin/customers?${query}`)).text).toContain(`>${vips}</span>`)
    const { text } = await page(`/admin/customers/${jiwoo.id}`)
    expect(text).toContain('김 지우')
    expect(text).toContain('newsletter')
  })

  test('keeps hostile searches as text, and goes back only to paths of its own', async () => {
    const { text } = await page(`/admin/customers?query=${encodeURIComponent('"><script>x</script>')}`)
    expect(text).not.toContain('<script>x')
    for (const back of ['//evil.example', 'https://evil.example', '/\\evil.example'])
      expect((await page(`/admin/locale?to=ko&back=${encodeURIComponent(back)}`)).headers.get('location')).toBe(
        '/admin/apps/morello',
      )
  })

  test('adds our block from the app’s deep link, keeps what the merchant types, and adds no other app’s', async () => {
    await page('/admin/themes/current/editor', '', { block: 'segment-message', remove: '1' })
    expect((await page('/storefront')).text).not.toContain('morello-message__text')
    await page('/admin/themes/current/editor?context=apps&addAppBlockId=other/segment-message')
    expect((await page('/storefront')).text).not.toContain('morello-message__text')
    await page(
      '/admin/themes/current/editor?context=apps&addAppBlockId=local-doors/segment-message&target=newAppsSection',
    )
    expect((await page('/storefront')).text).toContain('morello-message__text')
    // What there is to get is the Reward banner's to say, and only where the reward is live.
    expect((await page('/storefront')).text).not.toContain('WELCOME20')
    await page('/admin/themes/current/editor', '', {
      block: 'segment-message',
      guest_message: 'Typed <b>here</b>',
      unknown: 'x',
    })
    expect((await page('/storefront')).text).toContain('Typed &lt;b&gt;here&lt;/b&gt;')
  })

  test('keeps each block’s settings apart, and saves nothing for a block that is not ours', async () => {
    const editor = '/admin/themes/current/editor'
    await page(`${editor}?addAppBlockId=local-doors/reward-banner`)
    const saved = await page(editor, '', { block: 'reward-banner', heading: 'For newcomers', guest_message: 'x' })
    expect(saved.headers.get('location')).toBe(`${editor}?saved=reward-banner`)
    const { text } = await page(`${editor}?saved=reward-banner`)
    expect(text).toMatch(/Saved\. The block “Reward banner” stands/)
    expect(text).toContain('id="reward-banner-heading" name="heading"')
    expect(text.match(/value="For newcomers"/g)).toHaveLength(1)
    const cardOf = (shown: string, block: string) => shown.indexOf(`name="block" value="${block}"`)
    expect(cardOf(text, 'reward-banner')).toBeLessThan(cardOf(text, 'segment-message'))
    const plain = (await page(editor)).text
    expect(cardOf(plain, 'segment-message')).toBeLessThan(cardOf(plain, 'reward-banner'))
    await page(editor, '', { block: 'elsewhere', heading: 'Nowhere' })
    expect((await page(editor)).text).not.toContain('Nowhere')
    await page(editor, '', { block: 'reward-banner', remove: '1' })
    expect((await page(editor)).text).toContain('The block “Reward banner” is not in your theme.')
  })

  test('says which page it does not play', async () => {
    const { status, text } = await page('/admin/products/<x>')
    expect(status).toBe(404)
    expect(text).not.toContain('<x>')
  })
})

describe('extensions in the admin', () => {
  const place = (target: string, selected: string) => new URLSearchParams({ target, selected }).toString()

  test('stand on the customer’s page, in a document of their own without an origin', async () => {
    const { text } = await page(`/admin/customers/${jiwoo.id}`, 'shop_locale=ko')
    const frame = /<iframe class="extension" sandbox="allow-scripts"[^>]* src="([^"]+)"/.exec(text)
    const address = frame![1]!.replaceAll('&#38;', '&')
    expect(new URLSearchParams(address.split('?')[1]).get('selected')).toBe(`gid://shopify/Customer/${jiwoo.id}`)
    const own = await page(address, 'shop_locale=ko')
    expect(own.text).toContain('"locale":"ko"')
    expect(own.text).toContain(tunnel.origin)
  })

  test('come as one script that announces itself for its place', async () => {
    const target = 'admin.customer-segment-details.action.render'
    const { text, headers } = await page(`/admin/extension.js?${place(target, 'gid://shopify/Segment/1')}`)
    expect(headers.get('content-type')).toContain('text/javascript')
    expect(text).toContain(`shopify.extend("${target}"`)
    expect(text).not.toMatch(/^import /m)
    expect((await page(`/admin/extension?${place('admin.elsewhere.render', 'x')}`)).status).toBe(404)
  })

  test('may ask the Admin API as the merchant, from the page around them', async () => {
    const answer = await fetch(`${context.origin}/admin/graphql`, {
      method: 'POST',
      body: JSON.stringify({ query: '{ shop { myshopifyDomain } }' }),
    })
    expect(await answer.json()).toMatchObject({ data: { shop: { myshopifyDomain: world.shop.domain } } })
  })

  test('open from a segment, which lists who is in it', async () => {
    const query = "customer_tags CONTAINS 'newsletter'"
    world.segments.set(7, { id: 7, name: 'Readers', query, createdAt: 0, editedAt: 0 })
    expect((await page('/admin/customers/segments')).text).toContain('/admin/customers/segments/7')
    const { text } = await page('/admin/customers/segments/7')
    expect(text).toContain('data-opens="#segment-action"')
    expect(text).toContain(`data-src="/admin/extension?target=admin.customer-segment-details`)
    world.segments.clear()
  })
})

describe('the storefront', () => {
  const state = (stage: string): void => {
    const value = JSON.stringify({ v: 1, stage, flags: [], since: '2026-11-01' })
    jiwoo.metafields.set(`app--${world.appId}--morello.state`, { type: 'json', value, updatedAt: 0 })
  }

  test('greets 지우 by her segment, in both languages, and differently once it has changed', async () => {
    const cookies = `shop_customer=${jiwoo.id}`
    state('new')
    expect((await page('/storefront', cookies)).text).toContain('Thank you for your first order, 지우.')
    expect((await page('/storefront', `${cookies}; shop_locale=ko`)).text).toContain('지우님, 첫 주문 고마워요.')
    state('repeat')
    expect((await page('/storefront', cookies)).text).toContain('Welcome back, 지우.')
    expect((await page('/storefront')).text).not.toContain('지우')
  })

  test('sells to a customer with a code and to a guest, and refuses a code that the shop does not have', async () => {
    const product = [...world.products.values()][0]!
    const before = world.ordersOf(jiwoo.id).length
    const cookies = `shop_customer=${jiwoo.id}; shop_cart=${product.id}x2`
    const refused = await page('/storefront/buy', cookies, { code: 'NOPE' })
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('not valid here')
    const bought = await page('/storefront/buy', cookies, { code: ' glow10 ' })
    expect(bought.status).toBe(303)
    expect(world.ordersOf(jiwoo.id).length).toBe(before + 1)
    expect(world.ordersOf(jiwoo.id).at(-1)!.discounts).toMatchObject([{ kind: 'code', title: 'GLOW10' }])
    const thanks = bought.headers.get('location')!
    expect((await page(thanks, cookies)).text).toContain('Thank you for your order')
    expect((await page(thanks)).status).toBe(404)
    await page('/storefront/buy', `shop_cart=${product.id}x1`, {})
    expect([...world.orders.values()].at(-1)!.customerId).toBeNull()
  })

  test('takes the first-order code once, and only on a first order; says why in both languages', async () => {
    const product = [...world.products.values()][0]!
    const newcomer = world.addCustomer({ behaviour: 'prospect' })
    const cookies = `shop_customer=${newcomer.id}; shop_cart=${product.id}x2`
    expect((await page('/storefront/buy', cookies, { code: 'welcome20' })).status).toBe(303)
    const [first] = world.ordersOf(newcomer.id)
    expect(first!.lines[0]!.allocations).toEqual([{ discount: 0, minor: product.priceMinor * 0.4 }])
    const again = await page('/storefront/buy', cookies, { code: 'WELCOME20' })
    expect([again.status, again.text]).toEqual([422, expect.stringContaining('You have used this code already')])
    first!.discounts = []
    const late = await page('/storefront/buy', `${cookies}; shop_locale=ko`, { code: 'WELCOME20' })
    expect([late.status, late.text]).toEqual([422, expect.stringContaining('첫 주문에만 쓸 수 있는 코드')])
    expect((await page('/storefront/buy', `${cookies}; shop_locale=en`, { code: 'WELCOME20' })).text).toContain(
      'you have ordered here before',
    )
    expect(world.ordersOf(newcomer.id)).toEqual([first])
    expect((await page('/storefront/buy', `shop_cart=${product.id}x1`, { code: 'WELCOME20' })).status).toBe(303)
  })

  test('a cancelled first order is none, but the code on it was used', async () => {
    const product = [...world.products.values()][0]!
    const buyer = world.addCustomer()
    const lines = [{ productId: product.id, quantity: 1 }]
    const first = placeOrder(world, { customerId: buyer.id, lines })
    expect(codeProblem(world, 'WELCOME20', { customerId: buyer.id }, lines)).toBe('not-first')
    first.cancelledAt = world.now()
    expect(codeProblem(world, 'WELCOME20', { customerId: buyer.id }, lines)).toBeNull()
    placeOrder(world, { customerId: buyer.id, lines, code: 'WELCOME20' }).cancelledAt = world.now()
    expect(codeProblem(world, 'WELCOME20', { customerId: buyer.id }, lines)).toBe('used')
  })

  test('on their account a shopper takes news or not, writes a review of what has arrived, and sends it back', async () => {
    const shopper = world.addCustomer({ firstName: 'Ada', lastName: 'Park' })
    const [product] = [...world.products.values()]
    const cookies = `shop_customer=${shopper.id}`
    const order = placeOrder(world, { customerId: shopper.id, lines: [{ productId: product!.id, quantity: 1 }] })
    const about = { order: String(order.id), product: String(product!.id), stars: '2' }
    expect((await page('/storefront/account')).headers.get('location')).toBe('/storefront/who')

    await page('/storefront/account/news', cookies, { on: '1' })
    expect(shopper.emailConsent).toBe('SUBSCRIBED')
    expect((await page('/storefront/account', cookies)).text).toContain('No more news by e-mail')
    await page('/storefront/account/news', cookies, {})
    expect(shopper.emailConsent).toBe('UNSUBSCRIBED')

    const runs: unknown[] = []
    const { run } = scopes.flowActions
    scopes.flowActions.run = (handle, values) => {
      runs.push([handle, values['product_id'], values['rating']])
      return Promise.resolve({ actionRunId: 'one', status: 200, tries: 1, answer: '' })
    }
    await page('/storefront/account/review', cookies, about)
    expect(runs).toEqual([])
    for (const [deed, state] of [
      ['fulfil', 'on its way'],
      ['deliver', 'delivered'],
      ['deliver', 'delivered'],
    ]) {
      await page(`/admin/orders/${order.id}`, '', { do: deed! })
      expect((await page('/storefront/account', cookies)).text).toContain(`· ${state}</p>`)
    }
    const reviewed = await page('/storefront/account/review', cookies, about)
    expect(runs).toEqual([['review-written', product!.id, 2]])
    expect((await page(reviewed.headers.get('location')!, cookies)).text).toContain('Thank you for your review.')
    scopes.flowActions.run = () => Promise.resolve({ actionRunId: 'two', status: null, tries: 5, answer: '' })
    const lost = await page('/storefront/account/review', cookies, about)
    expect([lost.status, lost.text]).toEqual([502, expect.stringContaining('Morello does not know of it')])
    scopes.flowActions.run = run

    await page('/storefront/account/return', `shop_customer=${jiwoo.id}`, about)
    expect(order.refunds).toEqual([])
    await page('/storefront/account/return', cookies, about)
    expect(order.financialStatus).toMatch(/REFUNDED/)
    expect((await page('/storefront/account', `${cookies}; shop_locale=ko`)).text).toContain('· 반품됨</p>')
  })

  test('an order that was not sent can be cancelled in the admin, once', async () => {
    const shopper = world.addCustomer()
    const [product] = [...world.products.values()]
    const order = placeOrder(world, { customerId: shopper.id, lines: [{ productId: product!.id, quantity: 1 }] })
    const { headers } = await page(`/admin/orders/${order.id}`, '', { do: 'cancelOrder' })
    expect(headers.get('location')).toBe(`/admin/customers/${shopper.id}`)
    expect(order.cancelledAt).not.toBeNull()
    expect((await page(`/admin/customers/${shopper.id}`)).text).not.toContain('name="do"')
    await page(`/admin/orders/${order.id}`, '', { do: 'fulfil' })
    expect(order.fulfillments ?? []).toEqual([])
    expect((await page('/admin/orders/1', '', { do: 'fulfil' })).headers.get('location')).toBe('/admin/customers')
  })

  test('any customer can be signed in and out', async () => {
    const someone = world.addCustomer({ firstName: 'Zoe', lastName: 'Novakova', email: 'zoe.n@example.com' })
    expect((await page('/storefront/who?query=zoe.n%40example.com')).text).toContain('Novakova')
    const signedIn = (await page(`/storefront/who?id=${someone.id}`)).headers.getSetCookie()
    expect(signedIn[0]).toContain(`shop_customer=${someone.id};`)
    expect((await page('/storefront', `shop_customer=${someone.id}`)).text).toContain('Novakova')
    const signedOut = (await page('/storefront/who?id=', `shop_customer=${someone.id}`)).headers.getSetCookie()
    expect(signedOut[0]).toMatch(/shop_customer=;.*Max-Age=0/)
  })

  test('several codes at once: the best of them counts; a guest’s address makes a customer and spends no credit', async () => {
    const [dear] = [...world.products.values()].filter((one) => one.priceMinor === 68_000)
    const email = 'new.guest@example.com'
    const answer = await page('/storefront/buy', `shop_cart=${dear!.id}x1`, {
      code: 'GLOW10, welcome20',
      email,
      credit: '1',
    })
    expect(answer.status).toBe(303)
    const order = [...world.orders.values()].at(-1)!
    expect(order.discounts.map(({ title }) => title)).toEqual(['WELCOME20'])
    expect(world.customers.get(order.customerId!)!.email).toBe(email)
    const seen = answer.headers.getSetCookie().map((one) => one.split(';')[0]!)
    expect((await page(answer.headers.get('location')!, seen.join('; '))).status).toBe(200)
    expect((await page(answer.headers.get('location')!)).status).toBe(404)
    const again = await page('/storefront/buy', `shop_cart=${dear!.id}x1`, { code: 'WELCOME20', email })
    expect(again.status).toBe(422)
  })

  test('asks shipping under 50,000 won, and FREESHIP waives it', async () => {
    const [cheap] = [...world.products.values()].filter((one) => one.priceMinor === 24_000)
    const sold = async (quantity: number, code = '') => {
      const answer = await page('/storefront/buy', `shop_cart=${cheap!.id}x${quantity}`, { code })
      expect(answer.status).toBe(303)
      return [...world.orders.values()].at(-1)!.shippingMinor
    }
    expect([await sold(2), await sold(3), await sold(2, 'FREESHIP')]).toEqual([3000, 0, 0])
    const { text } = await page('/storefront/cart', `shop_cart=${cheap!.id}x2`)
    expect(text).toMatch(/Shipping<.*₩3,000/)
    expect(text).toMatch(/Total<.*₩51,000/)
  })

  test('shows what the app keeps in its own metafield to its own block, and nothing once that is gone', async () => {
    const asked = async (query: string, variables: object = {}) =>
      (await admin({ query, variables: { ...variables } })) as { data: Record<string, never>; errors?: unknown }
    const read = '{ currentAppInstallation { id metafield(namespace: "morello", key: "rewards") { jsonValue } } }'
    const before = await asked(read)
    const { id: ownerId } = before.data['currentAppInstallation']! as { id: string }
    expect(before.data['currentAppInstallation']).toEqual({ id: ownerId, metafield: null })
    const reward = { id: 3, when: 'first-order', guests: 'sign-in', what: { kind: 'percent', percent: 15 } }
    const rewards = {
      v: 1,
      rewards: [{ ...reward, code: 'HELLO15', minimum: 3_000_000, isForSome: false, endsOn: '2099-12-31' }],
    }
    const written = await asked(
      'mutation ($fields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $fields) { userErrors { field message } } }',
      {
        fields: [ownerId, 'gid://shopify/AppInstallation/1'].map((owner) => ({
          ownerId: owner,
          namespace: 'morello',
          key: 'rewards',
          type: 'json',
          value: JSON.stringify(rewards),
        })),
      },
    )
    expect(written.data['metafieldsSet']).toEqual({
      userErrors: [{ field: ['metafields', '1', 'ownerId'], message: 'Owner does not exist.' }],
    })
    const write = { ownerId, namespace: 'morello', key: 'rewards', type: 'json', value: JSON.stringify(rewards) }
    await asked(
      'mutation ($fields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $fields) { userErrors { message } } }',
      { fields: [write] },
    )
    expect((await asked(read)).data['currentAppInstallation']).toMatchObject({ metafield: { jsonValue: rewards } })

    const newcomer = world.addCustomer({ behaviour: 'prospect' })
    const product = [...world.products.values()][0]!
    const cookies = `shop_customer=${newcomer.id}`
    expect((await page('/storefront')).text).not.toContain('morello-reward')
    await page('/admin/themes/current/editor?addAppBlockId=local-doors/reward-banner')
    expect((await page('/storefront', cookies)).text).not.toContain('HELLO15')
    // That it is theirs too stands in a metafield of their own.
    const own = {
      ownerId: `gid://shopify/Customer/${newcomer.id}`,
      namespace: '$app:morello',
      key: 'rewards',
      type: 'json',
    }
    await asked(
      'mutation ($fields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $fields) { userErrors { message } } }',
      { fields: [{ ...own, value: JSON.stringify({ v: 1, off: false, rewards: [], shared: [3] }) }] },
    )
    for (const path of ['/storefront', `/storefront/products/${product.id}`]) {
      const guest = (await page(path)).text
      expect(guest).toContain('works once, from\u00a0₩30,000 · first order only · until 31\u00a0December\u00a02099')
      expect(guest).toMatch(/<a class="morello-reward__link" href="\/storefront\/who">/)
      expect(guest).toContain('href="/storefront/assets/morello.css"')
      expect(guest).not.toContain('HELLO15')
      expect((await page(path, `${cookies}; shop_locale=ko`)).text).toContain('첫 주문 15% 할인해 드려요')
      expect((await page(path, cookies)).text).toContain('HELLO15')
    }
    placeOrder(world, { customerId: newcomer.id, lines: [{ productId: product.id, quantity: 1 }] })
    expect((await page('/storefront', cookies)).text).not.toContain('morello-reward ')
    expect((await page('/storefront?editor', cookies)).text).toContain('hidden for whom you preview')
    expect((await page('/storefront/assets/morello.css')).text).toContain('.morello-reward')

    await asked(
      'mutation ($fields: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $fields) { userErrors { message } } }',
      { fields: [{ ownerId, namespace: 'morello', key: 'rewards' }] },
    )
    expect((await asked(read)).data['currentAppInstallation']).toEqual({ id: ownerId, metafield: null })
    expect((await page('/storefront')).text).not.toContain('morello-reward ')
    expect((await page('/storefront?editor')).text).toContain('no reward is live')
  })

  test('every page holds nothing of another site', async () => {
    const product = [...world.products.keys()][0]!
    for (const path of [
      '/',
      '/storefront',
      `/storefront/products/${product}`,
      '/storefront/cart',
      '/storefront/who',
      '/storefront/account',
      '/storefront/none',
      '/admin/apps/morello',
      '/admin/customers',
      '/admin/themes/current/editor',
    ])
      for (const language of ['en', 'ko']) {
        const who = path.endsWith('/account') ? `; shop_customer=${jiwoo.id}` : ''
        const { text } = await page(path, `shop_locale=${language}${who}`)
        expect(text, path).not.toMatch(/(?:src|href|url\()\s*=?\s*["']?(?:https?:)?\/\/(?!127\.0\.0\.1)/)
        expect(text, path).toContain(`<html lang="${language}">`)
        expect(text, path).not.toMatch(/Translation missing|undefined|\[object/)
      }
  })
})

import { createHmac, randomUUID } from 'node:crypto'

const USER_ID = '42'
const SESSION_LIVES_S = 60

type FrameApp = { shop: string; apiKey: string; apiSecret: string }

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The token with which App Bridge vouches for a merchant: HS256 by the app's secret, good for a minute. */
export function sessionToken(app: FrameApp, now: number): string {
  const at = Math.floor(now / 1000)
  const claims = {
    iss: `https://${app.shop}/admin`,
    dest: `https://${app.shop}`,
    aud: app.apiKey,
    sub: USER_ID,
    exp: at + SESSION_LIVES_S,
    nbf: at,
    iat: at,
    jti: randomUUID(),
    sid: randomUUID(),
  }
  const body = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return `${body}.${createHmac('sha256', app.apiSecret).update(body).digest('base64url')}`
}

/** `host` as Shopify gives it: the admin's address of this shop, without a scheme, in base64. */
function hostOf(shop: string): string {
  return Buffer.from(`admin.shopify.com/store/${shop.replace('.myshopify.com', '')}`)
    .toString('base64')
    .replace(/=+$/, '')
}

/** The address at which the admin loads the app into its iframe, signed as Shopify signs it. */
export function appAddress(app: FrameApp, tunnelOrigin: string, path: string, locale: string, now: number): string {
  const url = new URL(path, tunnelOrigin)
  const given: Record<string, string> = {
    ...Object.fromEntries(url.searchParams),
    embedded: '1',
    host: hostOf(app.shop),
    id_token: sessionToken(app, now),
    locale,
    session: createHmac('sha256', app.apiSecret).update(`session ${app.shop}`).digest('hex'),
    shop: app.shop,
    timestamp: String(Math.floor(now / 1000)),
  }
  const query = new URLSearchParams(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1)))
  const signed = query.toString().replaceAll('+', '%20')
  query.set('hmac', createHmac('sha256', app.apiSecret).update(signed).digest('hex'))
  return `${url.origin}${url.pathname}?${query.toString()}`
}

import { createHmac, randomUUID } from 'node:crypto'

/** The client secret of setup.ts. */
export const SECRET = 'local-secret-of-the-tests'
export const API_KEY = 'local-key'

/** Shopify's signature of a webhook body. */
export function signature(body: string | Buffer, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('base64')
}

/** A delivery as Shopify sends it; `headers` replace its own, null leaves one out. */
export function webhook(
  topic: string,
  domain: string,
  payload: object | string | Buffer,
  headers: Record<string, string | null> = {},
): Request {
  const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload)
  const all: Record<string, string | null> = {
    'content-type': 'application/json',
    'x-shopify-topic': topic,
    'x-shopify-shop-domain': domain,
    'x-shopify-webhook-id': randomUUID(),
    'x-shopify-event-id': randomUUID(),
    'x-shopify-triggered-at': new Date().toISOString(),
    'x-shopify-hmac-sha256': signature(body),
    ...headers,
  }
  return new Request('http://127.0.0.1:3000/webhooks', {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  })
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** What Shopify admin puts into a session token for this shop. */
export function tokenClaims(domain: string): Record<string, unknown> {
  const second = Math.floor(Date.now() / 1000)
  return {
    iss: `https://${domain}/admin`,
    dest: `https://${domain}`,
    aud: API_KEY,
    sub: '42',
    exp: second + 60,
    nbf: second,
    iat: second,
    jti: randomUUID(),
    sid: randomUUID(),
  }
}

/** A session token; claims that are undefined are left out. */
export function sessionToken(
  domain: string,
  claims: Record<string, unknown> = {},
  { header = { alg: 'HS256', typ: 'JWT' } as object, secret = SECRET } = {},
): string {
  const head = `${base64url(header)}.${base64url({ ...tokenClaims(domain), ...claims })}`
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`
}

/** A request that App Bridge makes from the shop's admin. */
export function merchantRequest(path: string, token: string, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  headers.set('user-agent', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537.36')
  return new Request(`http://127.0.0.1:3000${path}`, { ...init, headers })
}

/** What Shopify adds to a request that it hands on from the storefront; a customer id of '' is nobody signed in. */
export function proxyParameters(domain: string, customerId: string | number = '', at = Date.now()) {
  return {
    shop: domain,
    logged_in_customer_id: String(customerId),
    path_prefix: '/apps/morello',
    timestamp: String(Math.floor(at / 1000)),
  }
}

/** The text that Shopify signs: the pairs by byte order, joined by nothing, what is doubled joined by commas. */
export function proxyText(pairs: [string, string][]): string {
  const byName = new Map<string, string[]>()
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), value])
  return [...byName]
    .map(([name, values]) => Buffer.from(`${name}=${values.join(',')}`))
    .sort((a, b) => Buffer.compare(a, b))
    .join('')
}

/** A query signed as Shopify signs it. */
export function proxyQuery(parameters: Record<string, string> | [string, string][], secret = SECRET): string {
  const pairs = Array.isArray(parameters) ? parameters : Object.entries(parameters)
  const signature = createHmac('sha256', secret).update(proxyText(pairs)).digest('hex')
  return new URLSearchParams([...pairs, ['signature', signature]]).toString()
}

import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Faults } from '../faults.ts'
import { bytesOf, cookieOf, sendHtml, type DoorContext } from '../door-context.ts'

/** `[app_proxy]` of shopify.app.toml. */
export type AppProxy = { url: string; prefix: string; subpath: string }

/**
 * Stripped from the request and from the answer. Cookies: https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies;
 * the rest is what Shopify's list of disallowed headers is known to hold.
 */
const NOT_FORWARDED = [
  'cookie',
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'expect',
]
const NOT_ANSWERED = [
  'set-cookie',
  'date',
  'server',
  'pragma',
  'x-powered-by',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
]
const MOST_REDIRECTS = 5

/** A storefront path that Shopify hands on to the app, signed. */
export async function appProxyHandler(
  request: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
): Promise<boolean> {
  const raw = request.url ?? '/'
  const path = raw.split('?')[0]!
  const proxy = context.appProxy
  if (!/^\/(apps|a|community|tools)(\/|$)/.test(path)) return false
  const prefix = proxy === null ? null : `/${proxy.prefix}/${proxy.subpath}`
  if (prefix === null)
    return refuse(response, 404, 'shopify.app.toml has no [app_proxy], so the local shop hands nothing on to the app.')
  if (path !== prefix && !path.startsWith(`${prefix}/`))
    return refuse(response, 404, `The app's proxy is at ${prefix}; ${path} is nobody's.`)
  if (!context.hasScope('write_app_proxy'))
    return refuse(response, 404, 'The app was not granted write_app_proxy, so its proxy does not exist.')
  if (context.appUrl === null) return refuse(response, 502, 'The local shop does not know where the app is.')
  const query = signedQuery(raw.slice(path.length + 1), {
    shop: context.world.shop.domain,
    customerId: customerId(request, context),
    pathPrefix: prefix,
    at: Date.now(),
    secret: context.apiSecret,
    doubled: context.faults.proxyDoubled,
  })
  const target = `${new URL(proxy!.url, context.appUrl).pathname.replace(/\/$/, '')}${path.slice(prefix.length)}`
  await passOn(request, response, `${context.appUrl}${target}?${query}`, context)
  return true
}

function customerId(request: IncomingMessage, { world }: DoorContext): string {
  const id = Number(cookieOf(request, 'shop_customer'))
  return world.customers.has(id) ? String(id) : ''
}

type Signing = {
  shop: string
  customerId: string
  pathPrefix: string
  at: number
  secret: string
  doubled: Faults['proxyDoubled']
}

/** The shopper's query with Shopify's parameters, signed as https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies says. */
export function signedQuery(query: string, { shop, customerId, pathPrefix, at, secret, doubled }: Signing): string {
  const own: [string, string][] = [
    ['shop', shop],
    ['logged_in_customer_id', customerId],
    ['path_prefix', pathPrefix],
    ['timestamp', String(Math.floor(at / 1000))],
  ]
  // A signature that a shopper wrote is never theirs to write.
  let given = [...new URLSearchParams(query)].filter(([name]) => name !== 'signature')
  if (doubled !== 'appended') {
    for (const pair of own) {
      const theirs = given.filter(([name]) => name === pair[0]).map(([, value]) => value)
      if (doubled === 'joined' && theirs.length > 0) pair[1] = [...theirs, pair[1]].join(',')
    }
    given = given.filter(([name]) => own.every(([mine]) => mine !== name))
  }
  const all = [...given, ...own]
  const byName = new Map<string, string[]>()
  for (const [name, value] of all) byName.set(name, [...(byName.get(name) ?? []), value])
  const text = [...byName]
    .map(([name, values]) => `${name}=${values.join(',')}`)
    .sort()
    .join('')
  const signature = createHmac('sha256', secret).update(text).digest('hex')
  return new URLSearchParams([...all, ['signature', signature]]).toString()
}

async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  { appUrl, world }: DoorContext,
): Promise<void> {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    if (!NOT_FORWARDED.includes(name) && value !== undefined) headers.set(name, String(value))
  headers.set('x-forwarded-host', world.shop.domain)
  headers.set('x-forwarded-for', request.socket.remoteAddress ?? '127.0.0.1')
  const method = request.method ?? 'GET'
  const body = method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(await bytesOf(request))
  let answer: Response
  try {
    answer = await fetch(url, { method, headers, body, redirect: 'manual' })
    for (let followed = 0; answer.status >= 300 && answer.status < 400 && followed < MOST_REDIRECTS; followed += 1) {
      const next = new URL(answer.headers.get('location') ?? '', url)
      if (next.origin !== new URL(appUrl!).origin) break
      answer = await fetch(next, { headers, redirect: 'manual' })
    }
  } catch (error) {
    refuse(response, 502, `The app does not answer (${error instanceof Error ? error.message : 'unknown'}).`)
    return
  }
  if ((answer.headers.get('content-type') ?? '').startsWith('application/liquid')) {
    refuse(response, 502, 'The local shop does not render application/liquid of an app proxy yet.')
    return
  }
  const kept: Record<string, string> = {}
  for (const [name, value] of answer.headers) if (!NOT_ANSWERED.includes(name)) kept[name] = value
  response.writeHead(answer.status, kept)
  response.end(Buffer.from(await answer.arrayBuffer()))
}

/** Shopify's own page, HTML as such a page is: a script that expects JSON must live with it. */
function refuse(response: ServerResponse, status: number, why: string): true {
  return sendHtml(response, `<!doctype html><title>${status}</title><p>${why.replaceAll('<', '&lt;')}</p>`, status)
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer, type AdminRequest } from './admin-api.ts'
import type { Call } from './admin/played.ts'
import { adminFrameHandler } from './admin-frame.ts'
import { doorPage } from './doors.ts'
import type { DoorContext } from './door-context.ts'
import { LocalShop, type Playing } from './playing.ts'
import { appProxyHandler, type AppProxy } from './storefront/app-proxy.ts'
import { storefrontHandler } from './storefront.ts'
import { appConfig } from './subscriptions.ts'
import { startTunnel } from './tunnel.ts'
import type { World } from './world.ts'

/**
 * Found in nothing that ships: CI looks for it in the built app.
 *
 * @public
 */
export const SENTINEL = 'morello-local-shop-must-never-ship-5f1d0c'

/** What a person opens; the rest is Shopify's API. */
const PAGES: ((request: IncomingMessage, response: ServerResponse, context: DoorContext) => Promise<boolean>)[] = [
  doorPage,
  adminFrameHandler,
  storefrontHandler,
  appProxyHandler,
]
const MAX_BODY = 110_000_000
const GRAPHQL = /^\/shopify\/([^/]+)\/admin\/api\/([^/]+)\/graphql\.json$/
const TOKEN = /^\/shopify\/([^/]+)\/admin\/oauth\/access_token$/
const NO_TOKEN = '[API] Invalid API key or access token (unrecognized login or wrong password)'

export type StartOptions = Omit<Playing, 'appUrl' | 'folder'> & {
  ports?: { shop?: number; tunnel?: number }
  /** Where the app listens; without it there is no tunnel and no webhook leaves. */
  appUrl?: string
  folder?: string
  /** Instead of what shopify.app.toml has; null: none. */
  appProxy?: AppProxy | null
}

export type RunningShop = {
  origin: string
  tunnelOrigin: string
  shop: LocalShop
  /** Every played shop by domain; the first is `shop`. */
  shops: Map<string, LocalShop>
  /** Another merchant's shop on the same server, for tests of tenancy. */
  addShop(world: World, options?: Partial<Playing>): LocalShop
  stop(): Promise<void>
}

/** Plays a shop on this machine: Admin API, token endpoint, files, and the pages a person opens. */
export async function startShop(options: StartOptions): Promise<RunningShop> {
  const { world, apiKey, apiSecret, folder } = options
  if (folder !== undefined) world.keepIn(folder)
  const playing = { ...options, appUrl: options.appUrl ?? null }
  const shop = new LocalShop(playing)
  const shops = new Map([[shop.domain, shop]])
  const admin = (asked: AdminRequest) =>
    answer({ shop: shop.played, scopes: scopeSet(shop.played.tokens.scopes) }, asked)
  const context: DoorContext = {
    world,
    happen: shop.happen,
    admin,
    scopes: shop,
    origin: '',
    tunnelOrigin: '',
    apiKey,
    apiSecret,
    appUrl: playing.appUrl,
    appProxy: options.appProxy === undefined ? appConfig().appProxy : options.appProxy,
    faults: shop.faults,
    webPixel: () => shop.played.webPixel,
    hasScope: (scope) => shop.played.tokens.scopes.includes(scope),
  }
  const server = createServer((request, response) => {
    handle(request, response, shops, context).catch((error: unknown) => {
      process.stderr.write(`local shop: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { errors: 'The local shop failed; see its output.' })
    })
  })
  context.origin = await listen(server, options.ports?.shop ?? 0)
  const tunnel =
    options.appUrl === undefined
      ? null
      : await startTunnel({
          appUrl: options.appUrl,
          port: options.ports?.tunnel ?? 0,
          shopOrigin: context.origin,
        })
  context.tunnelOrigin = tunnel?.origin ?? ''
  return {
    origin: context.origin,
    tunnelOrigin: context.tunnelOrigin,
    shop,
    shops,
    addShop(other, more = {}) {
      const added = new LocalShop({ ...playing, folder: undefined, ...more, world: other })
      shops.set(added.domain, added)
      return added
    },
    async stop() {
      for (const one of shops.values()) one.stop()
      await Promise.all([tunnel?.stop(), close(server), world.flush()])
    },
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  shops: Map<string, LocalShop>,
  context: DoorContext,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://shop')
  const graphql = GRAPHQL.exec(url.pathname)
  const token = TOKEN.exec(url.pathname)
  if (graphql || token) {
    const shop = shops.get((graphql ?? token)![1]!)
    if (!shop) return sendJson(response, 404, { errors: 'Not Found' })
    if (graphql) return await serveGraphql(request, response, shop, graphql[2]!)
    return await serveToken(request, response, shop)
  }
  if (url.pathname.startsWith('/bulk/')) {
    for (const shop of shops.values()) if (await shop.played.bulk.files.serve(request, response, url)) return
    return sendXml(response, 404, 'NoSuchKey')
  }
  if (url.pathname.startsWith('/staged')) return await serveUpload(request, response, shops, url)
  for (const page of PAGES) if (await page(request, response, context)) return
  sendJson(response, 404, { errors: `The local shop does not play ${request.method} ${url.pathname}` })
}

async function serveGraphql(
  request: IncomingMessage,
  response: ServerResponse,
  shop: LocalShop,
  version: string,
): Promise<void> {
  const { played, faults } = shop
  const body = await readBody(request)
  if (request.method !== 'POST') return sendJson(response, 405, { errors: 'Method Not Allowed' })
  if (version !== played.admin.version)
    return sendJson(response, 404, { errors: `The local shop plays ${played.admin.version}, not ${version}` })
  if (faults.slowMs > 0) await sleep(faults.slowMs)
  const reset = faults.resetNext > 0
  if (reset) faults.resetNext -= 1
  if (reset && !faults.resetAfterWork) return resetConnection(response)
  if (faults.serverErrorShare > 0 && Math.random() < faults.serverErrorShare)
    return sendHtml(response, 503, '<html><body>Service Unavailable</body></html>')
  const scopes = played.tokens.scopesOf(headerOf(request, 'x-shopify-access-token'))
  if (!scopes) return sendJson(response, 401, { errors: NO_TOKEN })
  const asked = readRequest(request, body)
  if (!asked) return sendJson(response, 400, { errors: { query: 'Required parameter missing or invalid' } })
  const call: Call = { shop: played, scopes: scopeSet(scopes) }
  const result = answer(call, asked)
  if (faults.lateMs > 0) await sleep(faults.lateMs)
  if (reset || isLost(shop)) return resetConnection(response)
  sendJson(response, 200, result, { 'x-shopify-api-version': version, 'x-request-id': crypto.randomUUID() })
}

function isLost({ faults, played }: LocalShop): boolean {
  const { lostAnswers: lost } = faults
  if (!lost || lost.times <= 0 || played.calls.at(-1)?.root !== lost.mutation) return false
  lost.times -= 1
  return true
}

async function serveToken(request: IncomingMessage, response: ServerResponse, shop: LocalShop): Promise<void> {
  const { faults } = shop
  const body = await readBody(request)
  if (faults.token.slowMs > 0) await sleep(faults.token.slowMs)
  if (faults.token.failNext > 0) {
    faults.token.failNext -= 1
    return sendHtml(response, 500, '<html><body>Internal Server Error</body></html>')
  }
  const fields = readFields(request, body)
  if (!fields || request.method !== 'POST') return sendJson(response, 400, { error: 'invalid_request' })
  const result = shop.token(fields)
  sendJson(response, result.status, result.body)
}

async function serveUpload(
  request: IncomingMessage,
  response: ServerResponse,
  shops: Map<string, LocalShop>,
  url: URL,
): Promise<void> {
  const body = await readBody(request)
  if (request.method === 'PUT') {
    const key = decodeURIComponent(url.pathname.replace(/^\/staged\//, ''))
    for (const shop of shops.values()) if (shop.played.uploads.put(key, body)) return void response.writeHead(200).end()
    return sendXml(response, 403, 'AccessDenied')
  }
  let last = { status: 403, text: '' }
  for (const shop of shops.values()) {
    last = await shop.played.uploads.post(headerOf(request, 'content-type') ?? '', body)
    if (last.status !== 403) break
  }
  response.writeHead(last.status, { 'content-type': 'application/xml; charset=UTF-8' }).end(last.text)
}

const scopeSets = new Map<string, ReadonlySet<string>>()

/** One set per list of scopes: what a set may do is remembered by the set. */
function scopeSet(scopes: string[]): ReadonlySet<string> {
  const key = scopes.join(',')
  let known = scopeSets.get(key)
  if (!known) scopeSets.set(key, (known = new Set(scopes)))
  return known
}

function readRequest(request: IncomingMessage, body: Buffer): AdminRequest | null {
  if (headerOf(request, 'content-type')?.startsWith('application/graphql') === true)
    return { query: body.toString('utf8') }
  const fields = readFields(request, body)
  return fields && typeof fields['query'] === 'string' ? (fields as AdminRequest) : null
}

function readFields(request: IncomingMessage, body: Buffer): Record<string, unknown> | null {
  const text = body.toString('utf8')
  if (headerOf(request, 'content-type')?.startsWith('application/x-www-form-urlencoded') === true)
    return Object.fromEntries(new URLSearchParams(text))
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new Error('A request to the local shop is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function resetConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body))
}

function sendHtml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body)
}

function sendXml(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml; charset=UTF-8' })
  response.end(`<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code></Error>`)
}

export async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}

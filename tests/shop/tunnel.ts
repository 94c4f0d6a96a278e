import { createServer, request as ask } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { APP_BRIDGE_PATH } from './app-bridge.ts'

const APP_BRIDGE_ON_CDN = 'https://cdn.shopify.com/shopifycloud/app-bridge.js'
const ADMIN = /^https:\/\/admin\.shopify\.com\/store\/[^/]+/
/** Bodies in which the App Bridge address can stand: pages, and scripts that render them again. */
const REWRITTEN_TYPES = /^(text\/html|text\/javascript|application\/javascript)/
const NOT_FORWARDED = ['connection', 'keep-alive', 'transfer-encoding', 'content-length']

/**
 * The origin at which browsers reach the app, as `shopify app dev` gives one. It hands everything on unchanged but three
 * things that would leave this machine: who may frame the app, where App Bridge comes from, and redirects to the admin.
 */
export async function startTunnel(options: {
  appUrl: string
  shopOrigin: string
  apiKey?: string
  port?: number
}): Promise<{ origin: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => passOn(request, response, options.appUrl, options.shopOrigin))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function passOn(request: IncomingMessage, response: ServerResponse, appUrl: string, shopOrigin: string): void {
  const { hostname, port } = new URL(appUrl)
  const headers = { ...request.headers, 'x-forwarded-host': request.headers.host, 'x-forwarded-proto': 'http' }
  // Read as text on the way back, so it must not come compressed.
  headers['accept-encoding'] = 'identity'
  const onward = ask({ hostname, port, method: request.method, path: request.url, headers }, (answer) => {
    const type = answer.headers['content-type'] ?? ''
    const isRewritten = REWRITTEN_TYPES.test(type) && request.method !== 'HEAD'
    const own = rewrittenHeaders(answer.headers, shopOrigin)
    if (!isRewritten) {
      if (answer.headers['content-length'] !== undefined) own['content-length'] = answer.headers['content-length']
      response.writeHead(answer.statusCode ?? 502, own)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
      return
    }
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', () => response.destroy())
    answer.on('end', () => {
      const body = Buffer.concat(chunks)
        .toString('utf8')
        .replaceAll(APP_BRIDGE_ON_CDN, `${shopOrigin}${APP_BRIDGE_PATH}`)
      delete own.etag
      response.writeHead(answer.statusCode ?? 502, { ...own, 'content-length': String(Buffer.byteLength(body)) })
      response.end(body)
    })
  })
  onward.on('error', (error) => {
    if (response.headersSent) return void response.destroy()
    response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(`The app does not answer at ${appUrl} (${error.message}). Is it still starting? Reload in a moment.`)
  })
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

function rewrittenHeaders(
  headers: IncomingHttpHeaders,
  shopOrigin: string,
): Record<string, string | string[] | undefined> {
  const own: Record<string, string | string[] | undefined> = { ...headers }
  for (const name of NOT_FORWARDED) delete own[name]
  const policy = headers['content-security-policy']
  if (typeof policy === 'string')
    own['content-security-policy'] = policy.replace(
      /frame-ancestors(?! 'none')([^;]*)/,
      `frame-ancestors$1 ${shopOrigin}`,
    )
  if (typeof headers.link === 'string')
    own.link = headers.link.replaceAll(APP_BRIDGE_ON_CDN, `${shopOrigin}${APP_BRIDGE_PATH}`)
  if (headers.location !== undefined) own.location = headers.location.replace(ADMIN, `${shopOrigin}/admin`)
  return own
}

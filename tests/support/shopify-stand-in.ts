// A server of the test's own in the place of Shopify: whatever https host the app asks, it reaches this one, with the
// host in x-forwarded-host. Import it before the app: Shopify's library keeps the fetch that it finds.
import http from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

type Reply = { status?: number; headers?: Record<string, string>; body?: string | Buffer | object }
type Handler = (
  request: { method: string; host: string; path: string; headers: http.IncomingHttpHeaders; body: string },
  response: http.ServerResponse,
) => Reply | undefined | Promise<Reply | undefined>

let port: number | null = null
const direct = globalThis.fetch

globalThis.fetch = function redirected(input, init) {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.protocol !== 'https:') return direct(input, init)
  if (port === null) return Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }))
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set('x-forwarded-host', url.host)
  return direct(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { ...init, headers })
}

/** Answers every request by `handler` (undefined: it has written to `response` itself) until the test ends. */
export async function shopifyIs(
  handler: Handler,
): Promise<{ requests: { host: string; path: string; body: string }[] }> {
  const requests: { host: string; path: string; body: string }[] = []
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const seen = { host: String(request.headers['x-forwarded-host']), path: request.url ?? '', body }
    requests.push(seen)
    const reply = await handler({ ...seen, method: request.method ?? '', headers: request.headers }, response)
    if (!reply) return
    const isJson = typeof reply.body === 'object' && !Buffer.isBuffer(reply.body)
    response.writeHead(reply.status ?? 200, {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...reply.headers,
    })
    response.end(isJson ? JSON.stringify(reply.body) : (reply.body as string | Buffer | undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  onTestFinished(async () => {
    port = null
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { requests }
}

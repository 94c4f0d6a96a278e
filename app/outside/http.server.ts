import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip, gzipSync } from 'node:zlib'

import { createReadableStreamFromReadable, createRequestHandler, type ServerBuild } from '@remix-run/node'

import { now } from './clock.ts'
import { type EventDoor, LARGEST_EVENTS_BYTES } from './events.server.ts'
import { log } from './log.server.ts'
import { LARGEST_DEED_BYTES, type VisitorAnswer, type VisitorArrival } from './visitor.server.ts'
import { LARGEST_BODY_BYTES, receiveDelivery } from './webhook.server.ts'

/** A web server that runs. */
export type RunningWeb = {
  port: number
  /** Takes no more connections, lets what was begun end (at most `withinMs`), then closes. */
  stop(withinMs?: number): Promise<void>
}

// Longer than a load balancer keeps its own side open (60 s as a rule): it must never meet a connection just closed.
const KEEP_ALIVE_MS = 75_000
const REQUEST_MS = 60_000

type VisitorDoor = (arrival: VisitorArrival) => Promise<VisitorAnswer>

/**
 * Serves the production build: Shopify's deliveries, the shoppers it hands on and what its pixel tells go straight to their
 * doors, the build's files come from memory, all else is Remix's.
 *
 * In the place of remix-serve, for three reasons: a delivery does not pay for Express, Remix's routing and a stream (they
 * took ten times as long as verifying and storing it); remix-serve writes every address to the log with the session
 * token in it; and it does not let requests end when it is told to stop.
 */
export async function startWeb(
  build: ServerBuild,
  doors: { visitors: VisitorDoor; events: EventDoor },
  where: { port: number; host?: string | undefined },
) {
  const remix = createRequestHandler(build, 'production')
  const assets = readAssets(build.assetsBuildDirectory)
  let isStopping = false

  const server = createServer((request, response) => {
    if (isStopping) response.setHeader('connection', 'close')
    const { method = '', url = '' } = request
    const at = url.split('?', 1)[0]!
    if (method === 'POST' && at === '/webhooks') return takeDelivery(request, response)
    if (at.startsWith('/proxy/')) return takeVisitor(doors.visitors, request, response)
    if (at === '/events') return takeEvents(doors.events, request, response)
    const asset = method === 'GET' || method === 'HEAD' ? assets.get(at) : undefined
    if (asset) return sendAsset(asset, request, response)
    const begunAt = now()
    answerByRemix(remix, request, response).then(
      () => log.info({ route: at, status: response.statusCode, ms: now() - begunAt }, 'request answered'),
      (error: unknown) => {
        // Whoever asked has gone: nobody is left to be told.
        if (request.destroyed && !response.writableFinished && response.destroyed) return
        log.error({ route: at, error }, 'a request could not be answered')
        if (response.headersSent) response.destroy()
        else response.writeHead(500).end()
      },
    )
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.headersTimeout = KEEP_ALIVE_MS + 1000
  server.requestTimeout = REQUEST_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(where.port, where.host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : where.port
  log.info({ count: port }, 'web listens')

  async function stop(withinMs = 20_000): Promise<void> {
    isStopping = true
    const closed = new Promise((resolve) => server.close(resolve))
    // A connection whose answer has just gone out is idle from then on.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    const cut = setTimeout(() => server.closeAllConnections(), withinMs)
    await closed
    clearInterval(idle)
    clearTimeout(cut)
  }
  return { port, stop } satisfies RunningWeb
}

function takeDelivery(request: IncomingMessage, response: ServerResponse): void {
  wholeBody(request, LARGEST_BODY_BYTES, (body) => {
    if (body === null) return void response.writeHead(413, { connection: 'close' }).end()
    const header = (name: string) => {
      const value = request.headers[name]
      return typeof value === 'string' ? value : null
    }
    receiveDelivery({ header, body }).then(
      (status) => {
        if (status === 503) response.setHeader('retry-after', 5)
        response.writeHead(status, { 'content-length': 0 }).end()
      },
      (error: unknown) => {
        log.error({ error }, 'a delivery was not judged')
        response.writeHead(503).end()
      },
    )
  })
}

function takeVisitor(visitors: VisitorDoor, request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '' } = request
  const mark = url.indexOf('?')
  const [path, query] = mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
  wholeBody(request, LARGEST_DEED_BYTES, (body) => {
    if (body === null) response.setHeader('connection', 'close')
    visitors({ method, path, query, contentType: request.headers['content-type'] ?? null, body }).then(
      ({ status, headers, body: text }) =>
        response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text),
      (error: unknown) => {
        log.error({ error }, 'a visitor was not judged')
        response.writeHead(500).end()
      },
    )
  })
}

function takeEvents(events: EventDoor, request: IncomingMessage, response: ServerResponse): void {
  wholeBody(request, LARGEST_EVENTS_BYTES, (body) => {
    if (body === null) response.setHeader('connection', 'close')
    events({ method: request.method ?? '', body }).then(
      ({ status, headers }) => response.writeHead(status, headers).end(),
      (error: unknown) => {
        log.error({ error }, 'events were not judged')
        response.writeHead(500).end()
      },
    )
  })
}

/** Calls back once: with the body as it came, or with null as soon as it is larger than allowed. */
function wholeBody(request: IncomingMessage, largest: number, taken: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    const wasSmall = size <= largest
    size += chunk.byteLength
    if (size <= largest) chunks.push(chunk)
    else if (wasSmall) taken(null)
  })
  request.on('end', () => {
    if (size <= largest) taken(Buffer.concat(chunks, size))
  })
}

async function answerByRemix(
  remix: (request: Request) => Promise<Response>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = asRequest(request, response)
  if (asked === null) return void response.writeHead(400).end()
  const answer = await remix(asked)
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  if (!answer.body || request.method === 'HEAD') return void response.end()

  const body = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
  if (isWorthPacking(answer) && takesGzip(request)) {
    response.setHeader('content-encoding', 'gzip')
    response.appendHeader('vary', 'accept-encoding')
    response.removeHeader('content-length')
    // Flushed with every part, so that a page streamed in parts is seen in parts.
    await pipeline(body, createGzip({ flush: constants.Z_SYNC_FLUSH }), response)
  } else await pipeline(body, response)
}

function asRequest(request: IncomingMessage, response: ServerResponse): Request | null {
  const url = URL.parse(`http://${request.headers.host ?? ''}${request.url ?? ''}`)
  if (!url) return null
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headersDistinct))
    for (const one of value ?? []) headers.append(name, one)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { method = 'GET' } = request
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const body = hasBody ? { body: createReadableStreamFromReadable(request), duplex: 'half' } : {}
  try {
    return new Request(url, { method, headers, signal: gone.signal, ...body } as RequestInit)
  } catch {
    // A method that fetch forbids (TRACE), a name in the address.
    return null
  }
}

function isWorthPacking({ headers }: Response): boolean {
  return !headers.has('content-encoding') && /^text\/|json|javascript/.test(headers.get('content-type') ?? '')
}

function takesGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
}

type Asset = { type: string; isImmutable: boolean; plain: Buffer; packed: Buffer | null }

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Every file of the build by its address: an address that is none of them can lead to no file. */
function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const address = `/${path.relative(folder, file).split(path.sep).join('/')}`
    const plain = readFileSync(file)
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream'
    const packed = /text|json|svg/.test(type) ? gzipSync(plain) : null
    // Names under /assets carry the hash of what they hold.
    assets.set(address, { type, isImmutable: address.startsWith('/assets/'), plain, packed })
  }
  return assets
}

function sendAsset(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const isPacked = asset.packed !== null && takesGzip(request)
  const body = isPacked ? asset.packed! : asset.plain
  response.writeHead(200, {
    'content-type': asset.type,
    'content-length': body.byteLength,
    'cache-control': asset.isImmutable ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

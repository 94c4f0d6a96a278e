import { data, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node'
import { z } from 'zod'

import type { BlockRefusal } from '../domain/wire.ts'
import { AccessLost, Bug, InvalidInput, OutsideFailure } from '../errors.ts'
import { now } from './clock.ts'
import { config } from './config.server.ts'
import { installedShop, withShop, type ShopId } from './database.server.ts'
import { log } from './log.server.ts'
import { shopOfSessionToken } from './session-token.server.ts'
import { paceOfBlocks } from './pace.server.ts'
import { isShopDomain } from './shop-domain.ts'
import { oweFirstImport, shopify } from './shopify.server.ts'

export { forVisitor } from './visitor.server.ts'
export { forPixel } from './events.server.ts'
export { forFlowAction } from './flow-action.server.ts'
export { forWebhook } from './webhook.server.ts'

/** What a form gets back with HTTP 422: per field a key of the screen texts, and perhaps one for the whole form. */
export type Refusal = { refused: 'invalid-input'; fields: Record<string, string>; shown: string | null }

/** What a thrown error gives the error page: `code` of errors.ts, and how long to wait where waiting helps. */
export type ShownFailure = { code: string; shown: string | null; retryAfterMs: number | null }

type Schemas<P, Q, F> = { params?: z.ZodType<P>; query?: z.ZodType<Q>; form?: z.ZodType<F> }

/** What a handler knows: who asks, and what they sent, parsed. */
export type MerchantContext<P, Q, F> = {
  shop: ShopId
  domain: string
  /** Shopify's id of who is signed in; null: the request does not say. */
  staff: string | null
  locale: 'en' | 'ko'
  params: P
  query: Q
  form: F
  request: Request
}

type RouteArguments = LoaderFunctionArgs | ActionFunctionArgs
type Refused = ReturnType<typeof data<Refusal>>

const JUST_A_MOMENT_MS = 5000

/**
 * A loader or action for a merchant in Shopify admin: authenticates, parses, runs, and turns errors into answers.
 *
 * With a `form` schema it is an action: input that cannot be comes back as `Refusal` with HTTP 422. All else is thrown
 * for the error page as data(ShownFailure): 404, 403 (access lost, not allowed), 422 in a loader, 503 with Retry-After,
 * 500; a refused token sends the merchant round for a new one, once.
 */
export function forMerchant<T, F, P = unknown, Q = unknown>(
  schemas: Schemas<P, Q, F> & { form: z.ZodType<F> },
  handler: (context: MerchantContext<P, Q, F>) => T | Promise<T>,
): (args: RouteArguments) => Promise<T | Refused>
export function forMerchant<T, P = unknown, Q = unknown>(
  schemas: Schemas<P, Q, never>,
  handler: (context: MerchantContext<P, Q, undefined>) => T | Promise<T>,
): (args: RouteArguments) => Promise<T>
export function forMerchant<T>(
  schemas: Schemas<unknown, unknown, unknown>,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the overloads above carry the types
  handler: (context: any) => T | Promise<T>,
): (args: RouteArguments) => Promise<unknown> {
  return async ({ request, params }) => {
    try {
      const { shop, domain, staff } = await signedIn(request)
      const url = new URL(request.url)
      const context: MerchantContext<unknown, unknown, unknown> = {
        shop,
        domain,
        staff,
        locale: await localeOf(shop, url),
        params: schemas.params ? parsed(schemas.params, params, 'not-found') : params,
        query: schemas.query ? parsed(schemas.query, Object.fromEntries(url.searchParams), 'invalid-input') : {},
        form: schemas.form ? parsed(schemas.form, fieldsOf(await request.formData()), 'invalid-input') : undefined,
        request,
      }
      return await handler(context)
    } catch (error) {
      if (error instanceof Response) throw error
      if (schemas.form && error instanceof InvalidInput && error.code === 'invalid-input') {
        const { fields, shown = null } = error
        return data<Refusal>({ refused: 'invalid-input', fields, shown }, { status: 422 })
      }
      throw answerFor(error, request)
    }
  }
}

type BlockContext<Q, B> = { shop: ShopId; query: Q; body: B }

const LARGEST_QUESTION_BYTES = 64 * 1024

/**
 * A loader (GET) or, with a `body` schema, an action (POST) for our extensions in Shopify admin: they run in Shopify's
 * origin and send the session token of whoever looks. Every answer is JSON with the CORS headers of Shopify's library, so
 * that the extension can read refusals too: 401 · 403 access lost · 405 · 413 · 422 with the fields · 429 and 503 with
 * Retry-After · 500. Answers a preflight; a route with a body needs it as its loader also, for that.
 */
export function forBlock<T, Q = unknown, B = unknown>(
  schemas: { query?: z.ZodType<Q>; body?: z.ZodType<B> },
  handler: (context: BlockContext<Q, B>) => T | Promise<T>,
): (args: RouteArguments) => Promise<Response> {
  return async ({ request }) => {
    const preflight = await preflightOf(request)
    if (request.method === 'OPTIONS') return preflight
    const answer = await answerBlock(schemas, handler, request)
    for (const [name, value] of preflight.headers)
      if (name.startsWith('access-control-') && name !== 'access-control-max-age') answer.headers.set(name, value)
    answer.headers.set('Cache-Control', 'private, no-store')
    return answer
  }
}

async function answerBlock<T, Q, B>(
  schemas: { query?: z.ZodType<Q>; body?: z.ZodType<B> },
  handler: (context: BlockContext<Q, B>) => T | Promise<T>,
  request: Request,
): Promise<Response> {
  try {
    if (request.method !== (schemas.body ? 'POST' : 'GET')) return new Response(null, { status: 405 })
    if (!request.headers.has('authorization')) return new Response(null, { status: 401 })
    const { shop } = await signedIn(request, 'extension')
    const waitMs = paceOfBlocks(shop, now())
    if (waitMs > 0) return refusal(429, { code: 'too-many-requests' }, waitMs)
    const query = Object.fromEntries(new URL(request.url).searchParams)
    const text = schemas.body ? await textOf(request) : ''
    if (text === null) return refusal(413, { code: 'too-large' })
    return Response.json(
      await handler({
        shop,
        query: (schemas.query ? parsed(schemas.query, query, 'invalid-input') : {}) as Q,
        body: (schemas.body ? parsed(schemas.body, jsonOf(text), 'invalid-input') : undefined) as B,
      }),
    )
  } catch (error) {
    if (error instanceof Response) return new Response(error.body, error)
    if (error instanceof InvalidInput && error.code === 'invalid-input')
      return refusal(422, { code: error.code, fields: error.fields })
    const answer = answerFor(error, request)
    if (answer instanceof Response) return answer
    return refusal(answer.init?.status ?? 500, { code: answer.data.code }, answer.data.retryAfterMs)
  }
}

// The library answers every OPTIONS request itself, by throwing, before it looks for a token.
async function preflightOf(request: Request): Promise<Response> {
  try {
    await shopify.authenticate.admin(new Request(request.url, { method: 'OPTIONS', headers: request.headers }))
  } catch (answer) {
    if (answer instanceof Response) return new Response(answer.body, answer)
    throw answer
  }
  throw new Bug('Shopify’s library did not answer a preflight')
}

function refusal(status: number, body: BlockRefusal, retryAfterMs: number | null = null): Response {
  const headers = retryAfterMs === null ? undefined : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }
  return Response.json(body, { status, headers })
}

async function textOf(request: Request): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  const reader = request.body?.getReader()
  for (;;) {
    const read = await reader?.read()
    if (!read || read.done) return text + decoder.decode()
    text += decoder.decode(read.value, { stream: true })
    if (text.length > LARGEST_QUESTION_BYTES) {
      await reader?.cancel()
      return null
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The shop that asks, by Shopify's session token; throws Shopify's own answers where there is none. */
async function signedIn(
  request: Request,
  from: 'page' | 'extension' = 'page',
): Promise<{ shop: ShopId; domain: string; staff: string | null }> {
  refuseOddToken(request, from)
  const { session, sessionToken } = await shopify.authenticate.admin(request)
  const domain = session.shop
  const shop = isShopDomain(domain) ? await installedShop(domain) : null
  if (shop === null) throw new AccessLost('shop-gone', 'a session without an installation')
  return { shop, domain, staff: sessionToken.sub ?? null }
}

// Before the library, which would ask for a token at whatever host the session token names.
function refuseOddToken(request: Request, from: 'page' | 'extension'): void {
  const url = new URL(request.url)
  const header = request.headers.get('authorization')
  const token = header === null ? url.searchParams.get('id_token') : header.replace(/^Bearer /, '')
  if (token === null) return
  const shop = shopOfSessionToken(token, from)
  const claimed = url.searchParams.get('shop')
  if (shop === null || (claimed !== null && claimed !== shop)) {
    log.warn({ code: 'session-token' }, 'a session token whose claims contradict each other')
    throw new Response(null, { status: 401, headers: documentHeaders(request) })
  }
}

const LANGUAGE = z.object({ language: z.enum(['en', 'ko']).nullable().optional() })

// The merchant's choice in Settings; else what Shopify admin is shown in; else English.
async function localeOf(shop: ShopId, url: URL): Promise<'en' | 'ko'> {
  const row = await withShop(shop, async (tx) => {
    await oweFirstImport(tx, shop)
    return tx.settings.findUnique({ where: { shop }, select: { data: true } })
  })
  const chosen = LANGUAGE.safeParse(row?.data).data?.language
  return chosen ?? (url.searchParams.get('locale')?.toLowerCase().startsWith('ko') ? 'ko' : 'en')
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, code: 'invalid-input' | 'not-found'): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const fields = Object.fromEntries(read.error.issues.map((issue) => [issue.path.join('.'), issue.message]))
  throw new InvalidInput('input does not fit its schema', { code, fields })
}

// A name that comes several times is a list; null prototype, for names are the sender's.
function fieldsOf(form: FormData): Record<string, unknown> {
  const fields = Object.create(null) as Record<string, unknown>
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name)
    fields[name] = values.length === 1 ? values[0] : values
  }
  return fields
}

function answerFor(error: unknown, request: Request): Response | ReturnType<typeof data<ShownFailure>> {
  if (error instanceof AccessLost && error.code === 'token-revoked' && !hasGoneRound(request)) return goRound(request)
  if (error instanceof InvalidInput) {
    const status = { 'invalid-input': 422, 'not-found': 404, 'not-allowed': 403 }[error.code as string] ?? 422
    return failure(error.code, error.shown, status)
  }
  if (error instanceof AccessLost) {
    log.warn({ error }, 'a page without access to the shop')
    return failure(error.code, error.shown, 403)
  }
  if (error instanceof OutsideFailure) {
    log.warn({ error }, 'a page without its answer from outside')
    return failure(error.code, error.shown, 503, error.retryAfterMs ?? JUST_A_MOMENT_MS)
  }
  log.error({ error }, 'a page failed')
  return failure('invariant-broken', undefined, 500)
}

function failure(code: string, shown: string | undefined, status: number, retryAfterMs: number | null = null) {
  const headers = retryAfterMs === null ? undefined : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }
  return data<ShownFailure>({ code, shown: shown ?? null, retryAfterMs }, { status, headers })
}

// The refused token has been dropped, so a fresh session token is exchanged for a new one: App Bridge repeats a fetch
// that is answered so, a document goes by the page that brings it a session token. Once: the mark stops a circle.
function goRound(request: Request): Response {
  if (request.headers.get('authorization') !== null) {
    return new Response(null, { status: 401, headers: { 'X-Shopify-Retry-Invalid-Session-Request': '1' } })
  }
  const here = new URL(request.url)
  here.searchParams.delete('id_token')
  here.searchParams.set('signed-in-again', '1')
  const { pathname, searchParams } = here
  searchParams.set('shopify-reload', `${new URL(config.shopifyAppUrl).origin}${pathname}?${searchParams.toString()}`)
  return new Response(null, { status: 302, headers: { Location: `/auth/session-token?${searchParams.toString()}` } })
}

function hasGoneRound(request: Request): boolean {
  return new URL(request.url).searchParams.has('signed-in-again')
}

function documentHeaders(request: Request): Headers {
  const headers = new Headers()
  addDocumentResponseHeaders(request, headers)
  return headers
}

/**
 * Headers of every HTML answer: only this shop's admin may put it into a frame; without a valid shop nobody may.
 * The library's own list names hosts of Shopify's developers too, and none at all without `?shop`.
 */
export function addDocumentResponseHeaders(request: Request, headers: Headers): void {
  shopify.addDocumentResponseHeaders(request, headers)
  const shop = new URL(request.url).searchParams.get('shop')
  const ancestors = shop && isShopDomain(shop) ? `https://${shop} https://admin.shopify.com` : "'none'"
  headers.set('Content-Security-Policy', `frame-ancestors ${ancestors};`)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'strict-origin-when-cross-origin')
}

/**
 * The routes under /auth: the page that fetches a session token, and the one that leaves the frame. Shopify's library
 * answers by throwing; its HTML gets our headers.
 */
export async function authenticate({ request }: LoaderFunctionArgs): Promise<null> {
  try {
    await signedIn(request)
    return null
  } catch (error) {
    if (!(error instanceof Response)) throw answerFor(error, request)
    const headers = new Headers(error.headers)
    addDocumentResponseHeaders(request, headers)
    throw new Response(error.body, { status: error.status, statusText: error.statusText, headers })
  }
}

/** Sends somebody who came with `?shop=` to that shop's installation page; else answers null: nothing to go by. */
export async function login({ request }: LoaderFunctionArgs): Promise<null> {
  const shop = new URL(request.url).searchParams.get('shop')
  if (shop !== null && isShopDomain(shop)) await shopify.login(request)
  return null
}

/** Answers for the load balancer: 200 if the database answers. */
export async function health(): Promise<Response> {
  try {
    await installedShop('health.myshopify.com')
    return new Response('ok', { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    log.error({ error }, 'the database does not answer')
    return new Response('database unavailable', { status: 503, headers: { 'cache-control': 'no-store' } })
  }
}

import { createHmac } from 'node:crypto'

import type { ActionFunctionArgs } from '@remix-run/node'
import { z } from 'zod'

import { OutsideFailure } from '../errors.ts'
import { config } from './config.server.ts'
import { receiveWebhook } from './database.server.ts'
import { dedupeKeyOf } from './inbox.server.ts'
import { log } from './log.server.ts'
import { rouseWorkers } from './rousing.server.ts'
import { isShopDomain } from './shop-domain.ts'
import { isSignedByShopify } from './webhook-signature.server.ts'
import { type OwedWork, parseBody, WEBHOOK_TOPICS } from './webhook-topics.ts'

/** Shopify sends kilobytes. */
export const LARGEST_BODY_BYTES = 5 * 1024 * 1024

const ID = z.string().regex(/^[\w.:-]{1,128}$/)
const HEADERS = z.object({
  domain: z.string().refine(isShopDomain),
  topic: z.string(),
  webhookId: ID,
  eventId: ID.nullable(),
  triggeredAt: z.iso.datetime({ offset: true }).nullable(),
})
const COMPLIANCE_BODY = z.object({ shop_domain: z.string() })
const UNINSTALLED_BODY = z.object({ myshopify_domain: z.string().optional() })

/** One POST to the door, its body read whole. */
export type Arrival = {
  /** As it came, or null; names in lower case. */
  header(name: string): string | null
  body: Buffer
}

/**
 * Takes in one delivery: verifies it, stores it, answers with a status. Loads no session, asks neither Redis nor Shopify,
 * so that Shopify's five seconds depend on PostgreSQL alone.
 *
 * 200 stored, repeated, or about a shop that is not ours (a refusal would only be repeated) · 400 headers or body that
 * Shopify does not send · 401 not signed, or signed wrongly · 404 a topic we have not asked for · 503 in any doubt whether
 * it is stored: Shopify delivers again.
 */
export async function receiveDelivery(
  { header, body }: Arrival,
  secrets: readonly string[] = [config.shopifyApiSecret],
): Promise<200 | 400 | 401 | 404 | 503> {
  if (!isSignedByShopify(body, header('x-shopify-hmac-sha256'), secrets)) return 401

  const headers = HEADERS.safeParse({
    domain: header('x-shopify-shop-domain'),
    topic: header('x-shopify-topic'),
    webhookId: header('x-shopify-webhook-id'),
    eventId: header('x-shopify-event-id'),
    triggeredAt: header('x-shopify-triggered-at'),
  })
  if (!headers.success) return 400
  const { domain, topic, webhookId, eventId, triggeredAt } = headers.data
  const meaning = Object.hasOwn(WEBHOOK_TOPICS, topic) ? WEBHOOK_TOPICS[topic] : undefined
  if (!meaning) return 404

  let works: OwedWork[]
  try {
    const parsed = parseBody(body.toString('utf8'))
    // The signature covers the body alone: a captured body sent under another shop's name ends here.
    if (meaning.isCompliance && COMPLIANCE_BODY.parse(parsed).shop_domain !== domain) return 400
    if (topic === 'app/uninstalled' && (UNINSTALLED_BODY.parse(parsed).myshopify_domain ?? domain) !== domain)
      return 400
    works = meaning.worksOf(parsed)
  } catch {
    return 400
  }

  try {
    const outcome = await receiveWebhook({
      domain,
      topic,
      webhookId,
      eventId: dedupeKeyOf(idOf(eventId ?? webhookId, works), header('x-shopify-name')),
      triggeredAt: triggeredAt === null ? null : Date.parse(triggeredAt),
      works,
      body: meaning.isCompliance ? body : null,
    })
    if (outcome === 'stored') rouseWorkers()
    log.info({ topic, code: outcome }, 'webhook received')
    return 200
  } catch (error) {
    const level = error instanceof OutsideFailure ? 'warn' : 'error'
    log[level]({ topic, error }, 'webhook refused: it may not have been stored')
    return 503
  }
}

// One thing done in the shop has one event id and may ring several times for one topic, once for each thing it touched.
// Under a key: whose ids they are must not outlive an erasure.
function idOf(event: string, works: OwedWork[]): string {
  if (works.length === 0) return event
  const things = createHmac('sha256', config.shopifyApiSecret)
  for (const { entity } of works) things.update(`${entity} `)
  return `${event} ${things.digest('base64url').slice(0, 16)}`
}

/** The same as an action of Remix, for where the production server (http.server.ts) is not: `shopify app dev`. */
export function forWebhook(secrets?: readonly string[]) {
  return async ({ request }: ActionFunctionArgs): Promise<Response> => {
    if (request.method !== 'POST') return answer(405)
    const body = await wholeBody(request, LARGEST_BODY_BYTES)
    if (!body) return answer(413)
    return answer(await receiveDelivery({ header: (name) => request.headers.get(name), body }, secrets))
  }
}

function answer(status: number): Response {
  return new Response(null, { status, ...(status === 503 ? { headers: { 'retry-after': '5' } } : {}) })
}

/**
 * The bytes as they came: a signature is over them, and a text would already have been decoded. Null: more than `most`.
 */
export async function wholeBody(request: Request, most: number): Promise<Buffer | null> {
  if (Number(request.headers.get('content-length') ?? 0) > most) return null
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (;;) {
    const read = await reader?.read()
    if (!read || read.done) return Buffer.concat(chunks)
    size += read.value.byteLength
    if (size > most) {
      await reader?.cancel()
      return null
    }
    chunks.push(read.value)
  }
}

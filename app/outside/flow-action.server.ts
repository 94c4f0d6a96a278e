import type { ActionFunctionArgs } from '@remix-run/node'
import { z } from 'zod'

import { OutsideFailure } from '../errors.ts'
import { config } from './config.server.ts'
import { installedShop, type ShopId } from './database.server.ts'
import { log } from './log.server.ts'
import { isShopDomain } from './shop-domain.ts'
import { wholeBody } from './webhook.server.ts'
import { isSignedByShopify } from './webhook-signature.server.ts'

/** Flow's own words around a few fields. */
const LARGEST_BYTES = 32 * 1024

const BODY = z.object({
  shopify_domain: z.string().refine(isShopDomain),
  action_run_id: z.string().min(1).max(255),
  handle: z.string(),
  properties: z.record(z.string(), z.unknown()),
})

/**
 * What a Flow action came to. `later`: it cannot be done yet, Flow comes again with the same run.
 */
export type FlowOutcome = 'done' | 'later'

/**
 * An action that Shopify Flow runs: verifies the signature over the raw body by itself, loads no session, and answers as Flow
 * expects (https://shopify.dev/docs/apps/build/flow/actions/endpoints): 200 done, also where it was done before or the shop is
 * not ours · 202 come again · 400 not what we asked Flow for · 401 not signed, or signed wrongly · 405, 413 · 503 in any doubt:
 * Flow comes again.
 *
 * @param action.handle      of the extension: the signature covers the body, not the address
 * @param action.properties  the fields that the extension names
 * @param action.run         may be called again with what it has done already
 */
export function forFlowAction<T>(action: {
  handle: string
  properties: z.ZodType<T>
  run(shop: ShopId, properties: T): Promise<FlowOutcome>
}) {
  return async ({ request }: ActionFunctionArgs): Promise<Response> => {
    if (request.method !== 'POST') return answer(405)
    const body = await wholeBody(request, LARGEST_BYTES)
    if (!body) return answer(413)
    if (!isSignedByShopify(body, request.headers.get('x-shopify-hmac-sha256'), [config.shopifyApiSecret]))
      return answer(401)
    const read = BODY.safeParse(parsed(body))
    if (!read.success || read.data.handle !== action.handle) return answer(400)
    const properties = action.properties.safeParse(read.data.properties)
    if (!properties.success) return answer(400)
    try {
      const shop = await installedShop(read.data.shopify_domain)
      if (shop === null) return answer(200)
      const outcome = await action.run(shop, properties.data)
      log.info({ shop, code: `${action.handle} ${outcome}` }, 'Flow ran an action')
      return answer(outcome === 'done' ? 200 : 202)
    } catch (error) {
      log[error instanceof OutsideFailure ? 'warn' : 'error']({ error }, 'an action of Flow was not done')
      return answer(503)
    }
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

function answer(status: number): Response {
  return new Response(null, { status, ...(status === 503 ? { headers: { 'retry-after': '5' } } : {}) })
}

/** Shoppers whom Shopify hands on to the app proxy. */
import { REWARD_ROADS } from '#app/flow/rewards/visitor.ts'
import { SURVEY_ROADS } from '#app/flow/survey/visitor.ts'
import type { VisitorAnswer, VisitorArrival } from '#app/outside/visitor.server.ts'
import { now } from '#app/outside/clock.ts'
import { proxyParameters, proxyQuery } from './signed.ts'

/** Every road of the app proxy. */
export const VISITOR_ROADS = { ...REWARD_ROADS, ...SURVEY_ROADS }

export type Asks = {
  customer?: string | number
  method?: string
  /** Parameters of our own. */
  fields?: Record<string, string>
  body?: unknown
  contentType?: string | null
  /** In the place of the signed query. */
  query?: string
}

/** A request for `/proxy/<name>`, signed as Shopify signs it. */
export function arrival(domain: string, name: string, asks: Asks = {}): VisitorArrival {
  const { customer = '', fields = {}, body, method = body === undefined ? 'GET' : 'POST' } = asks
  return {
    method,
    path: `/proxy/${name}`,
    query: asks.query ?? proxyQuery({ ...fields, ...proxyParameters(domain, customer, now()) }),
    contentType: asks.contentType === undefined ? (body === undefined ? null : 'application/json') : asks.contentType,
    body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

/** The answer as the storefront reads it. */
export function read({ status, body }: VisitorAnswer): Record<string, unknown> & { status: number } {
  return { status, ...(JSON.parse(body) as Record<string, unknown>) }
}

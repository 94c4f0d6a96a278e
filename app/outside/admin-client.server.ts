import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { getOperationAST, print } from 'graphql'
import { ClientError, GraphQLClient } from 'graphql-request'
import { setTimeout as sleep } from 'node:timers/promises'

import { AccessLost, Bug, OutsideFailure } from '../errors.ts'
import { adminTrouble, type GraphQLProblem, type Trouble } from './admin-trouble.server.ts'
import { API_VERSION } from './api-version.ts'
import type { Bucket, Cost } from './bucket.server.ts'
import { now } from './clock.ts'
import { log } from './log.server.ts'
import { backoffMs, isNeverSent, retryAfterMsOf, type Pace } from './retry.server.ts'

/** How a caller wants an answer to be read. */
export type AskOptions = {
  /** Take an answer with holes: fields that Shopify will not show are null, as the document's types allow. */
  partial?: boolean
}

/** What a caller knows of a mutation. */
export type ChangeOptions = {
  /** Executed twice it leaves what executed once leaves: where nobody knows whether it was, it is sent again. */
  isRepeatable?: boolean
}

/** What the client needs to know of one shop. */
export type AdminConnection = {
  shop: number
  domain: string
  bucket: Bucket
  pace: Pace
  /** The present token, or the next one when Shopify has refused `refused`. */
  token(refused: string | null): Promise<string>
}

type Answer = { data: unknown; errors?: GraphQLProblem[]; extensions?: { cost?: Cost } }
type Outcome = { kind: 'data'; data: unknown } | { kind: 'trouble'; trouble: Trouble }

// A wait that Shopify asks for and that is longer than this belongs to the queue.
const LONGEST_WAIT_MS = 30_000

/**
 * Sends one document and answers its data; the only road to Shopify's Admin API.
 *
 * Queries are sent again, with full jitter, when the connection, Shopify's servers or the answer's text fail. Mutations
 * are sent again only when the first was surely not executed: no connection came to be, Shopify refused it at the door
 * (401, 429, 503 with Retry-After), or answered THROTTLED without data. After a time-out, a cut answer or a 5xx nobody
 * knows: the caller has said that it may be repeated, or reads Shopify's state before it tries again.
 *
 * @throws {OutsideFailure} shopify-unavailable, shopify-throttled (time acts), shopify-refused (the document or its values)
 * @throws {AccessLost} token-revoked, scope-missing, shop-gone
 */
export async function send<R, V>(
  connection: AdminConnection,
  document: TypedDocumentNode<R, V>,
  variables: V,
  options: AskOptions & ChangeOptions = {},
): Promise<R> {
  const operation = getOperationAST(document)
  if (!operation?.name) throw new Bug('an Admin document has exactly one operation, with a name')
  const name = operation.name.value
  const isRepeatable = operation.operation === 'query' || (options.isRepeatable ?? false)
  const { pace, shop } = connection
  let token = await connection.token(null)
  let isRenewed = false
  for (let tries = 0; ; tries++) {
    const outcome = await sendOnce(connection, token, name, print(document), variables, options)
    if (outcome.kind === 'data') return outcome.data as R
    const { trouble } = outcome
    if (trouble.kind === 'token' && !isRenewed) {
      token = await connection.token(token)
      isRenewed = true
      continue
    }
    const mayRepeat = trouble.kind === 'wait' && (isRepeatable || trouble.isSurelyNotExecuted)
    const waitMs = trouble.kind === 'wait' ? (trouble.waitMs ?? backoffMs(pace, tries)) : 0
    if (!mayRepeat || tries + 1 >= pace.attempts || waitMs > LONGEST_WAIT_MS) throw errorOf(trouble, name, shop)
    log.debug({ shop, operation: name, code: trouble.code, ms: waitMs }, 'Shopify is asked again')
    await sleep(waitMs)
  }
}

async function sendOnce(
  { domain, bucket, pace }: AdminConnection,
  token: string,
  name: string,
  query: string,
  variables: unknown,
  options: AskOptions,
): Promise<Outcome> {
  const reserved = await bucket.enter(name)
  // Only now: the time-out is the request's, not that of the wait before it.
  const client = new GraphQLClient(`https://${domain}/admin/api/${API_VERSION}/graphql.json`, {
    // Looked up at each call, so that a fetch put in place later is used too.
    fetch: (input, init) => fetch(input, init),
    headers: { 'x-shopify-access-token': token, accept: 'application/json' },
    errorPolicy: 'all',
    redirect: 'manual',
    signal: AbortSignal.timeout(pace.requestTimeoutMs),
  })
  let cost: Cost | null = null
  try {
    const answer = (await client.rawRequest(query, variables as Record<string, unknown>)) as Answer
    cost = answer.extensions?.cost ?? null
    const trouble = answer.errors?.length
      ? adminTrouble(answer.errors, { hasData: hasAny(answer.data), mayBePartial: options.partial ?? false })
      : null
    if (trouble?.kind === 'wait' && trouble.code === 'shopify-throttled' && cost) {
      const { currentlyAvailable, restoreRate } = cost.throttleStatus
      const missing = cost.requestedQueryCost - currentlyAvailable
      // Jitter above the computed time, for several processes wait for the same points.
      const waitMs = Math.max(0, (missing / restoreRate) * 1000) + 100 + 400 * pace.random()
      return { kind: 'trouble', trouble: { ...trouble, waitMs } }
    }
    if (trouble) return { kind: 'trouble', trouble }
    if (answer.data === null || answer.data === undefined) return { kind: 'trouble', trouble: BROKEN_ANSWER }
    return { kind: 'data', data: answer.data }
  } catch (error) {
    if (error instanceof ClientError) return { kind: 'trouble', trouble: ofStatus(error, token) }
    // A TypeError of fetch (no connection, reset), a time-out, or an answer that is no JSON.
    return { kind: 'trouble', trouble: { ...BROKEN_ANSWER, isSurelyNotExecuted: isNeverSent(error) } }
  } finally {
    bucket.leave(name, reserved, cost)
  }
}

const BROKEN_ANSWER = {
  kind: 'wait',
  code: 'shopify-unavailable',
  detail: 'no whole answer',
  isSurelyNotExecuted: false,
  waitMs: null,
} as const satisfies Trouble

function hasAny(data: unknown): boolean {
  return typeof data === 'object' && data !== null && Object.values(data).some((value) => value !== null)
}

// ClientError's message and properties hold the token's request and the whole answer, so neither is kept as a cause.
function ofStatus(error: ClientError, token: string): Trouble {
  const { status } = error.response
  const headers = error.response.headers as Headers
  const waitMs = retryAfterMsOf(headers, now())
  const detail = `HTTP ${status}`
  if (status === 401) return { kind: 'token', refused: token }
  if ([402, 403, 404, 423].includes(status)) return { kind: 'lost', code: 'shop-gone', detail }
  if (status === 429) return { kind: 'wait', code: 'shopify-throttled', detail, isSurelyNotExecuted: true, waitMs }
  if (status >= 500 || status === 408) {
    const isSurelyNotExecuted = status === 503 && waitMs !== null
    return { kind: 'wait', code: 'shopify-unavailable', detail, isSurelyNotExecuted, waitMs }
  }
  return { kind: 'refused', detail }
}

function errorOf(trouble: Trouble, operation: string, shop: number): Error {
  const where = `shop ${shop}, ${operation}`
  switch (trouble.kind) {
    case 'token':
      return new AccessLost('token-revoked', `Shopify refuses the token (${where})`)
    case 'lost':
      return new AccessLost(trouble.code, `${trouble.detail} (${where})`, {
        ...(trouble.code === 'scope-missing' ? { scope: trouble.detail } : {}),
      })
    case 'refused':
      return new OutsideFailure('shopify-refused', `${trouble.detail} (${where})`)
    case 'wait':
      return new OutsideFailure(trouble.code, `${trouble.detail} (${where})`, {
        retryAfterMs: trouble.waitMs ?? undefined,
      })
  }
}

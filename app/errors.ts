/**
 * The four errors of the house, named by who must act. `outside/*` is the only place that turns foreign errors into
 * these; anything else that is thrown counts as a Bug.
 */
export type ErrorCode =
  | 'invalid-input'
  | 'not-found'
  | 'not-allowed'
  | 'shopify-unavailable'
  | 'shopify-throttled'
  | 'shopify-refused'
  | 'database-unavailable'
  | 'redis-unavailable'
  | 'bulk-file-gone'
  | 'lease-lost'
  | 'token-revoked'
  | 'scope-missing'
  | 'shop-gone'
  | 'invariant-broken'

type Detail = { cause?: unknown; shown?: string }

abstract class MorelloError extends Error {
  readonly code: ErrorCode
  /** A key of the screen texts, for the person; the message is for the log and carries ids only. */
  readonly shown: string | undefined
  constructor(code: ErrorCode, message: string, detail: Detail = {}) {
    super(message, { cause: detail.cause })
    this.name = new.target.name
    this.code = code
    this.shown = detail.shown
  }
}

/** The caller sent what cannot be; the caller acts. HTTP 422, 404 or 403; a job fails without a retry. */
export class InvalidInput extends MorelloError {
  readonly fields: Record<string, string>
  constructor(
    message: string,
    detail: Detail & { fields?: Record<string, string>; code?: 'invalid-input' | 'not-found' | 'not-allowed' } = {},
  ) {
    super(detail.code ?? 'invalid-input', message, detail)
    this.fields = detail.fields ?? {}
  }
}

/** Shopify, PostgreSQL or Redis is slow or down; time acts. HTTP 503; a job is retried with backoff. */
export class OutsideFailure extends MorelloError {
  readonly retryAfterMs: number | undefined
  constructor(
    code: Extract<
      ErrorCode,
      | 'shopify-unavailable'
      | 'shopify-throttled'
      | 'shopify-refused'
      | 'database-unavailable'
      | 'redis-unavailable'
      | 'bulk-file-gone'
      | 'lease-lost'
    >,
    message: string,
    detail: Detail & { retryAfterMs?: number } = {},
  ) {
    super(code, message, detail)
    this.retryAfterMs = detail.retryAfterMs
  }
}

/** The token is revoked, a scope is missing, the shop is gone or frozen; the merchant acts. Jobs are parked, not retried. */
export class AccessLost extends MorelloError {
  /** What the merchant has not granted, in Shopify's words, where they are known: `write_customers`. */
  readonly scope: string | undefined
  constructor(
    code: Extract<ErrorCode, 'token-revoked' | 'scope-missing' | 'shop-gone'>,
    message: string,
    detail: Detail & { scope?: string } = {},
  ) {
    super(code, message, detail)
    this.scope = detail.scope
  }
}

/** An invariant broke; we act. HTTP 500; a job fails and the log says so at error level. */
export class Bug extends MorelloError {
  constructor(message: string, detail: Detail = {}) {
    super('invariant-broken', message, detail)
  }
}

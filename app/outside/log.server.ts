import pino from 'pino'

import { config } from './config.server.ts'

/** What a log line may carry: ids, codes, counts and durations. No names, e-mails, tokens, bodies or addresses. */
export type LogFields = {
  shop?: number
  job?: string
  entity?: string
  work?: string
  attempts?: number
  code?: string
  topic?: string
  run?: number
  count?: number
  ms?: number
  status?: number
  route?: string
  requestId?: string
  operation?: string
  /** An error: its class, code, message and stack are kept, its properties and cause are not. */
  error?: unknown
}

const ALLOWED = new Set<string>([
  'shop',
  'job',
  'entity',
  'work',
  'attempts',
  'code',
  'topic',
  'run',
  'count',
  'ms',
  'status',
  'route',
  'requestId',
  'operation',
])

// Session tokens, Shopify tokens, and what PostgreSQL quotes from rows in its DETAIL lines.
const SECRETS = [
  /eyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /shp[a-z]{2}_[\w-]+/g,
  /(?<=[?&](?:hmac|signature|id_token|session|token|code)=)[^&\s]+/gi,
  /(?<=Key \([^)]*\)=\()[^)]*/g,
  /[\w.+-]+@[\w-]+\.[\w.]+/g,
  /(?<=(?:postgres(?:ql)?|rediss?):\/\/[^:@\s]*:)[^@\s]+(?=@)/g,
]

/** The text with tokens, signatures, e-mail addresses and row contents blotted out. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((left, secret) => left.replace(secret, '[…]'), text)
}

function told(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) if (ALLOWED.has(key) && value !== undefined) kept[key] = value
  if ('error' in fields) kept.error = toldError(fields.error)
  return kept
}

function toldError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: withoutSecrets(String(error)) }
  const code = (error as { code?: unknown }).code
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: withoutSecrets(error.message),
    stack: withoutSecrets(error.stack ?? ''),
    ...(error.cause instanceof Error ? { cause: withoutSecrets(`${error.cause.name}: ${error.cause.message}`) } : {}),
  }
}

const out = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime })

function writer(level: 'debug' | 'info' | 'warn' | 'error') {
  return (fields: LogFields, message: string): void => out[level](told(fields), withoutSecrets(message))
}

/** The structured log. Every line is JSON with the allow-listed fields and a message; anything else is dropped. */
export const log = {
  debug: writer('debug'),
  info: writer('info'),
  warn: writer('warn'),
  error: writer('error'),
}

import { z } from 'zod'

const key32 = z
  .string()
  .refine((text) => text.split(',').every((part) => Buffer.from(part.trim(), 'base64').length === 32), {
    message: 'must be 32 bytes in base64 (openssl rand -base64 32); several, newest first, are parted by commas',
  })

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')

// An empty value in a .env file means "not set". `shopify app dev` tells the tunnel's address as APP_URL.
const SCHEMA = z.preprocess(
  (env) => {
    const set = Object.fromEntries(Object.entries(env as Record<string, string>).filter(([, value]) => value !== ''))
    return { ...set, SHOPIFY_APP_URL: set['SHOPIFY_APP_URL'] ?? set['APP_URL'] }
  },
  z
    .object({
      NODE_ENV: z.string().default('development'),
      SHOPIFY_API_KEY: z.string().min(1),
      SHOPIFY_API_SECRET: z.string().min(16, 'must be the client secret of the app, at least 16 characters'),
      SHOPIFY_APP_URL: z.url({ protocol: /^https?$/ }),
      SCOPES: z.string().optional(),
      DATABASE_URL: postgresUrl.optional(),
      MIGRATE_DATABASE_URL: postgresUrl.optional(),
      REDIS_URL: z
        .string()
        .regex(/^rediss?:\/\//, 'must begin with redis://')
        .optional(),
      ENCRYPTION_KEY: key32,
      LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      HOST: z.string().optional(),
      PORT: z.coerce.number().int().min(1).max(65535).default(3000),
      WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
    })
    .refine((env) => env.NODE_ENV !== 'production' || env.DATABASE_URL, {
      path: ['DATABASE_URL'],
      message: 'is required in production; only elsewhere does the app start a PostgreSQL of its own',
    }),
)

/**
 * Reads the configuration from environment variables.
 *
 * @throws Error naming every problem at once
 */
export function configFrom(env: Record<string, string | undefined>) {
  const read = SCHEMA.safeParse(env)
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The configuration is not usable (.env.example explains every key):\n${problems.join('\n')}`)
  }
  const found = read.data
  return Object.freeze({
    isProduction: found.NODE_ENV === 'production',
    shopifyApiKey: found.SHOPIFY_API_KEY,
    shopifyApiSecret: found.SHOPIFY_API_SECRET,
    shopifyAppUrl: found.SHOPIFY_APP_URL,
    scopes: found.SCOPES,
    databaseUrl: found.DATABASE_URL,
    migrateDatabaseUrl: found.MIGRATE_DATABASE_URL,
    redisUrl: found.REDIS_URL,
    encryptionKey: found.ENCRYPTION_KEY,
    logLevel: found.LOG_LEVEL,
    host: found.HOST,
    port: found.PORT,
    workerConcurrency: found.WORKER_CONCURRENCY,
  })
}

/** The configuration of this process, read once; unusable values end the start with a list of what is wrong. */
export const config = configFrom(process.env)

import { expect, test } from 'vitest'

import { configFrom } from '#app/outside/config.server.ts'
import { withoutSecrets } from '#app/outside/log.server.ts'

const GOOD = {
  SHOPIFY_API_KEY: 'key',
  SHOPIFY_API_SECRET: '0123456789abcdef',
  SHOPIFY_APP_URL: 'https://app.example',
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
}

test('every problem of the configuration is named at once', () => {
  expect(() => configFrom({ ENCRYPTION_KEY: 'short', PORT: 'x', SHOPIFY_APP_URL: 'ftp://x' })).toThrow(
    /SHOPIFY_API_KEY[^]*SHOPIFY_API_SECRET[^]*SHOPIFY_APP_URL[^]*ENCRYPTION_KEY[^]*PORT/,
  )
})

test('empty values count as not set, and defaults fill in', () => {
  expect(configFrom({ ...GOOD, REDIS_URL: '', PORT: '' })).toMatchObject({
    redisUrl: undefined,
    port: 3000,
    logLevel: 'info',
  })
})

test('the address of a development tunnel serves where none is set', () => {
  const { SHOPIFY_APP_URL: _, ...rest } = GOOD
  expect(configFrom({ ...rest, APP_URL: 'https://tunnel.example' }).shopifyAppUrl).toBe('https://tunnel.example')
  expect(configFrom({ ...GOOD, APP_URL: 'https://tunnel.example' }).shopifyAppUrl).toBe('https://app.example')
})

test('production does without no database and no secret', () => {
  const production = { ...GOOD, NODE_ENV: 'production', DATABASE_URL: 'postgresql://x/y' }
  expect(configFrom(production).isProduction).toBe(true)
  for (const key of ['DATABASE_URL', 'SHOPIFY_API_KEY', 'SHOPIFY_API_SECRET', 'SHOPIFY_APP_URL', 'ENCRYPTION_KEY']) {
    expect(() => configFrom({ ...production, [key]: undefined }), key).toThrow(key)
  }
})

test('the configuration does not change after the start', () => {
  expect(Object.isFrozen(configFrom(GOOD))).toBe(true)
})

test('tokens, signatures, e-mail addresses and row contents do not reach the log', () => {
  const told = withoutSecrets(
    'eyJhbGciOi.eyJpc3Mi.c2ln shpat_abc123 shprt_x-1 /x?shop=a&hmac=deadbeef&id_token=t1 ann@example.com ' +
      'Key (email)=(bob@example.com) postgresql://app:pass@host/db',
  )
  for (const secret of ['eyJ', 'abc123', 'x-1', 'deadbeef', 't1', 'ann@', 'bob@', ':pass@'])
    expect(told).not.toContain(secret)
  expect(told).toContain('shop=a')
})

import { describe, expect, test } from 'vitest'

import { shopOfSessionToken } from '#app/outside/session-token.server.ts'
import { isShopDomain } from '#app/outside/shop-domain.ts'
import { sessionToken, tokenClaims } from '#tests/support/signed.ts'

const SHOP = 'one.myshopify.com'

describe('the claims of a session token', () => {
  test('name the shop they speak for', () => {
    expect(shopOfSessionToken(sessionToken(SHOP))).toBe(SHOP)
  })

  const second = Number(tokenClaims(SHOP).nbf)
  test.each([
    ['no expiry', { exp: undefined }],
    ['no start', { nbf: undefined }],
    ['an expiry before its start', { exp: second - 1 }],
    ['a life of an hour', { exp: second + 3600 }],
    ['an expiry in words', { exp: '9999999999' }],
    ['no destination', { dest: undefined }],
    ['no issuer', { iss: undefined }],
    ['another shop as issuer', { iss: 'https://two.myshopify.com/admin' }],
    ['an issuer that merely begins like the shop', { iss: `https://${SHOP}.evil.example/admin` }],
    ['several audiences', { aud: ['local-key', 'other'] }],
    ['a destination that is no shop', { dest: 'https://evil.example', iss: 'https://evil.example/admin' }],
    ['a destination with a path', { dest: `https://${SHOP}/x` }],
    ['a destination with a port', { dest: `https://${SHOP}:8443` }],
    ['a destination with a user', { dest: `https://user@${SHOP}` }],
    ['a destination in plain http', { dest: `http://${SHOP}` }],
    ['a destination in capitals', { dest: 'https://ONE.myshopify.com' }],
    ['a destination with a line break', { dest: `https://${SHOP}\n` }],
    ['a destination in other letters', { dest: 'https://оne.myshopify.com' }],
  ])('with %s are refused', (_, claims) => {
    expect(shopOfSessionToken(sessionToken(SHOP, claims))).toBeNull()
  })

  test.each([
    ['none', { alg: 'none' }],
    ['HS512', { alg: 'HS512' }],
    ['RS256', { alg: 'RS256' }],
    ['nothing', {}],
  ])('under the algorithm %s are refused', (_, header) => {
    expect(shopOfSessionToken(sessionToken(SHOP, {}, { header }))).toBeNull()
  })

  test.each(['', '.', '..', 'a.b', 'a.b.c', 'a.b.c.d', `${sessionToken(SHOP)}.x`, ` ${sessionToken(SHOP)}`])(
    'that are no token (%s) are refused',
    (text) => expect(shopOfSessionToken(text)).toBeNull(),
  )
})

describe('a shop’s domain', () => {
  test.each(['one.myshopify.com', '0.myshopify.com', 'a-b-c-9.myshopify.com'])('%s is one', (text) =>
    expect(isShopDomain(text)).toBe(true),
  )
  test.each([
    'evil.com/x.myshopify.com',
    'x.myshopify.com.evil.com',
    'x.myshopify.com\n',
    '\nx.myshopify.com',
    'X.myshopify.com',
    'x.myshopify.com/',
    'x.myshopify.com.',
    'x.shop.dev',
    'x.shopify.com',
    'a.b.myshopify.com',
    '-x.myshopify.com',
    '.myshopify.com',
    'myshopify.com',
    'x_y.myshopify.com',
    'xn--80ak6aa92e.com',
    'х.myshopify.com',
    `${'x'.repeat(70)}.myshopify.com`,
    '',
  ])('%j is none', (text) => expect(isShopDomain(text)).toBe(false))
})

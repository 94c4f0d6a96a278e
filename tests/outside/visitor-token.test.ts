import { expect, test } from 'vitest'

import { makeToken, readToken, type TokenHolder } from '#app/outside/visitor-token.server.ts'

const AT = Date.UTC(2026, 10, 22, 12)
const MINUTE = 60_000
const ANNA: TokenHolder = { shop: 1, customerId: '7', purpose: 'claim' }

test('a token is read back with its reward, for ten minutes', () => {
  const token = makeToken(ANNA, 12, AT)
  const read = readToken(ANNA, token, AT)
  expect(read).toMatchObject({ reward: 12, expiresAt: AT + 10 * MINUTE })
  expect(read?.jti).toHaveLength(16)
  expect(readToken(ANNA, token, AT + 10 * MINUTE - 1)?.jti).toEqual(read?.jti)
  expect(readToken(ANNA, token, AT + 10 * MINUTE)).toBeNull()
})

test('no two tokens are alike, and none says whose it is', () => {
  const tokens = Array.from({ length: 1000 }, () => makeToken(ANNA, 12, AT))
  expect(new Set(tokens).size).toBe(1000)
  expect(new Set(tokens.map((token) => readToken(ANNA, token, AT)?.jti.toString('hex'))).size).toBe(1000)
  const long = { ...ANNA, customerId: '77777777777777777777' }
  expect(Buffer.from(makeToken(long, 12, AT), 'base64url').toString('latin1')).not.toContain('7777')
})

test.each([
  ['another shop', { shop: 2 }],
  ['another customer', { customerId: '8' }],
  ['a customer whose id goes on', { customerId: '70' }],
  ['another purpose', { purpose: 'ask' as const }],
])('a token of %s is refused', (_, change) => {
  expect(readToken({ ...ANNA, ...change }, makeToken(ANNA, 12, AT), AT)).toBeNull()
})

test('a token is refused with any one bit changed, cut, lengthened or spelled otherwise', () => {
  const token = makeToken(ANNA, 12, AT)
  const bytes = Buffer.from(token, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const other = Buffer.from(bytes)
    other[bit >> 3]! ^= 1 << (bit & 7)
    expect(readToken(ANNA, other.toString('base64url'), AT)).toBeNull()
  }
  const standard = bytes.toString('base64')
  for (const other of [
    '',
    'x',
    token.slice(1),
    `${token}A`,
    `${token}=`,
    ` ${token}`,
    `${token}\n`,
    `${token}.${token}`,
  ])
    expect(readToken(ANNA, other, AT)).toBeNull()
  if (standard !== token) expect(readToken(ANNA, standard, AT)).toBeNull()
})

import { expect, test, vi } from 'vitest'

import { keyedHash, seal, unseal } from '#app/outside/secrets.server.ts'

test('a sealed value opens for its shop and label only, and not when a bit is changed', () => {
  const sealed = seal(1, 'Session.sealed a', 'geheim')
  expect(unseal(1, 'Session.sealed a', sealed).toString()).toBe('geheim')
  expect(sealed.includes('geheim')).toBe(false)
  expect(() => unseal(2, 'Session.sealed a', sealed)).toThrow('does not open')
  expect(() => unseal(1, 'Session.sealed b', sealed)).toThrow('does not open')
  for (let at = 0; at < sealed.length; at++) {
    const bent = Buffer.from(sealed)
    bent[at]! ^= 1
    expect(() => unseal(1, 'Session.sealed a', bent)).toThrow()
  }
  expect(() => unseal(1, 'Session.sealed a', Buffer.alloc(3))).toThrow()
  expect(seal(1, 'x', 'same')).not.toEqual(seal(1, 'x', 'same'))
})

test('a keyed hash is the same for one shop and label, and different elsewhere', () => {
  expect(keyedHash(1, 'customer', '42')).toEqual(keyedHash(1, 'customer', '42'))
  expect(keyedHash(1, 'customer', '42')).toHaveLength(32)
  expect(keyedHash(2, 'customer', '42')).not.toEqual(keyedHash(1, 'customer', '42'))
  expect(keyedHash(1, 'order', '42')).not.toEqual(keyedHash(1, 'customer', '42'))
})

test('after a change of keys, old values still open and new ones use the new key', async () => {
  const [before, after] = [process.env.ENCRYPTION_KEY!, Buffer.alloc(32, 'new').toString('base64')]
  const old = seal(1, 'x', 'old')
  const hash = keyedHash(1, 'x', 'y')
  process.env.ENCRYPTION_KEY = `${after},${before}`
  vi.resetModules()
  const both = await import('#app/outside/secrets.server.ts')
  expect(both.unseal(1, 'x', old).toString()).toBe('old')
  expect(both.keyedHash(1, 'x', 'y')).toEqual(hash)
  const fresh = both.seal(1, 'x', 'new')
  process.env.ENCRYPTION_KEY = after
  vi.resetModules()
  const alone = await import('#app/outside/secrets.server.ts')
  expect(alone.unseal(1, 'x', fresh).toString()).toBe('new')
  expect(() => alone.unseal(1, 'x', old)).toThrow('has no key here')
  process.env.ENCRYPTION_KEY = before
})

import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto'

import { Bug } from '../errors.ts'
import { config } from './config.server.ts'

// Layout of a sealed value: format (1 byte), which main key (4), nonce (12), tag (16), ciphertext.
const FORMAT = 1
const HEAD = 1 + 4 + 12 + 16

type MainKey = { id: Buffer; key: Buffer }

function mainKeys(): MainKey[] {
  return config.encryptionKey.split(',').map((part) => {
    const key = Buffer.from(part.trim(), 'base64')
    return { id: createHash('sha256').update('morello key id').update(key).digest().subarray(0, 4), key }
  })
}

// The first seals; the others still open what they sealed, until everything has been written again.
const MAIN_KEYS = mainKeys()

// Derived keys of the shops used last: a job that seals or hashes many values derives once.
const KEYS_KEPT = 1000
const derived = new Map<string, Buffer>()

function shopKey(main: MainKey, shop: number, purpose: 'seal' | 'hash' | 'account'): Buffer {
  const name = `${main.id.toString('hex')}/${purpose}/${shop}`
  const key =
    derived.get(name) ?? Buffer.from(hkdfSync('sha256', main.key, Buffer.alloc(0), `morello/${purpose}/${shop}`, 32))
  // Put in anew, so that the first is always the one not used for longest.
  derived.delete(name)
  derived.set(name, key)
  if (derived.size > KEYS_KEPT) derived.delete(derived.keys().next().value!)
  return key
}

function associated(shop: number, label: string): Buffer {
  return Buffer.from(`${shop}|${label}`)
}

/**
 * Encrypts a value at rest: AES-256-GCM under a key of the shop's own.
 *
 * @param label  where it is kept (table, column, row): a value copied elsewhere does not open there
 */
export function seal(shop: number, label: string, plain: Buffer | string): Buffer {
  const main = MAIN_KEYS[0]
  if (!main) throw new Bug('no encryption key')
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', shopKey(main, shop, 'seal'), nonce)
  cipher.setAAD(associated(shop, label))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.from([FORMAT]), main.id, nonce, cipher.getAuthTag(), body])
}

/**
 * Opens what `seal` made for the same shop and label.
 *
 * @throws {Bug} if it was changed, moved from another shop or row, or sealed with a key that is no longer configured
 */
export function unseal(shop: number, label: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed)
  const main = MAIN_KEYS.find((key) => bytes.length >= HEAD && bytes.subarray(1, 5).equals(key.id))
  if (bytes[0] !== FORMAT || !main) throw new Bug(`sealed value of shop ${shop} (${label}) has no key here`)
  const decipher = createDecipheriv('aes-256-gcm', shopKey(main, shop, 'seal'), bytes.subarray(5, 17))
  decipher.setAAD(associated(shop, label))
  decipher.setAuthTag(bytes.subarray(17, HEAD))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD)), decipher.final()])
  } catch (cause) {
    throw new Bug(`sealed value of shop ${shop} (${label}) does not open`, { cause })
  }
}

/**
 * A 32-byte keyed hash: equal values of one shop and label hash equally; without the key nothing can be tried out.
 * Always with the oldest configured key, so that hashes stay comparable while keys are being changed.
 */
export function keyedHash(shop: number, label: string, value: string): Buffer {
  const main = MAIN_KEYS.at(-1)
  if (!main) throw new Bug('no encryption key')
  return createHmac('sha256', shopKey(main, shop, 'hash'))
    .update(`${label}\0${value}`)
    .digest()
}

/** As many bytes of an HMAC as tell a shop's accounts apart: two of a million meet by chance once in 10^26 shops. */
const ACCOUNT_HASH_BYTES = 16

/**
 * A 16-byte keyed hash of how an account can be reached, under a key that hashes nothing else: equal values of one shop
 * and kind hash equally, those of two shops or two kinds do not. Always with the oldest configured key, as `keyedHash`.
 *
 * @param kind    what it is: `email`, `phone`, `address`, …
 * @param normal  the value in its normal form; kept nowhere
 */
export function accountHash(shop: number, kind: string, normal: string): Buffer {
  const main = MAIN_KEYS.at(-1)
  if (!main) throw new Bug('no encryption key')
  return createHmac('sha256', shopKey(main, shop, 'account'))
    .update(`${kind}\0${normal}`)
    .digest()
    .subarray(0, ACCOUNT_HASH_BYTES)
}

/** Digits and capitals without those that look alike (0 O, 1 I L). */
const CODE_CHARACTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
/** Of 31 kinds each: 59 bits. */
const CODE_LENGTH = 12

/** A discount code that nobody guesses: a prefix, a hyphen and 12 characters of chance. */
export function freshCode(prefix: string): string {
  const characters = Array.from({ length: CODE_LENGTH }, () => CODE_CHARACTERS[randomInt(CODE_CHARACTERS.length)])
  return `${prefix}-${characters.join('')}`
}

import { randomBytes, timingSafeEqual } from 'node:crypto'

import type { Instant } from '../domain/order.ts'
import { keyedHash } from './secrets.server.ts'

/** What a token is good for; one for one thing is good for nothing else. */
export type TokenPurpose = 'claim' | 'seen' | 'ask' | 'opt-out' | 'survey'

/** Whom a token was made for. Not in it: whoever shows one is known by Shopify's signature. */
export type TokenHolder = { shop: number; customerId: string; purpose: TokenPurpose }

/** A token that was made by us for whoever shows it, and has not ended. */
export type ShownToken = {
  /** What is written down when it is redeemed, so that it is redeemed once: 16 random bytes. */
  jti: Buffer
  /** 0: of no reward. */
  reward: number
  expiresAt: Instant
}

const MINUTE_MS = 60_000
/** A page left open longer asks anew. */
export const TOKEN_LIVES_MS = 10 * MINUTE_MS

// Layout: jti (16 bytes), reward (4), end in epoch seconds (6), HMAC-SHA256 (32).
const HEAD = 16 + 4 + 6
const LENGTH = HEAD + 32

/**
 * A token for one thing that a signed-in customer may do with one reward, for ten minutes: 128 random bits and 256 bits of
 * HMAC under a key of the shop's own.
 *
 * @param reward  0: none
 */
export function makeToken(holder: TokenHolder, reward: number, at: Instant): string {
  const head = Buffer.alloc(HEAD)
  randomBytes(16).copy(head)
  head.writeUInt32BE(reward, 16)
  head.writeUIntBE(Math.floor((at + TOKEN_LIVES_MS) / 1000), 20, 6)
  return Buffer.concat([head, sealOf(holder, head)]).toString('base64url')
}

/** Reads a token; null: not ours, not theirs, for another purpose, ended, or spelled otherwise than we did. */
export function readToken(holder: TokenHolder, text: string, at: Instant): ShownToken | null {
  const bytes = Buffer.from(text, 'base64url')
  // Node's decoder skips what it does not know: only the one right spelling counts.
  if (bytes.length !== LENGTH || bytes.toString('base64url') !== text) return null
  const head = bytes.subarray(0, HEAD)
  if (!timingSafeEqual(sealOf(holder, head), bytes.subarray(HEAD))) return null
  const expiresAt = head.readUIntBE(20, 6) * 1000
  if (at >= expiresAt) return null
  return { jti: Buffer.from(head.subarray(0, 16)), reward: head.readUInt32BE(16), expiresAt }
}

function sealOf({ shop, customerId, purpose }: TokenHolder, head: Buffer): Buffer {
  return keyedHash(shop, `visitor token ${purpose}`, `${customerId} ${head.toString('base64url')}`)
}

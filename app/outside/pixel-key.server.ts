import { timingSafeEqual } from 'node:crypto'

import type { ShopId } from './database.server.ts'
import { keyedHash } from './secrets.server.ts'

// Layout: the shop's number (4 bytes), the first 16 bytes of its HMAC-SHA256.
const SEAL_BYTES = 16
const LENGTH = 4 + SEAL_BYTES

/**
 * The key by which the web pixel names its shop: made by us, so that nobody fills another shop's tables by counting its
 * number up. It stands in the storefront's pages, so it vouches for nothing that an event says.
 */
export function pixelKeyOf(shop: ShopId): string {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(shop)
  return Buffer.concat([head, sealOf(shop)]).toString('base64url')
}

/** The shop that a key names; null: not made by us, or spelled otherwise than we did. */
export function shopOfPixelKey(text: string): ShopId | null {
  const bytes = Buffer.from(text, 'base64url')
  // Node's decoder skips what it does not know: only the one right spelling counts.
  if (bytes.length !== LENGTH || bytes.toString('base64url') !== text) return null
  const shop = bytes.readUInt32BE(0) as ShopId
  return timingSafeEqual(bytes.subarray(4), sealOf(shop)) ? shop : null
}

function sealOf(shop: ShopId): Buffer {
  return keyedHash(shop, 'pixel key', String(shop)).subarray(0, SEAL_BYTES)
}

import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether Shopify signed this body: base64 of HMAC-SHA256 over the raw bytes with the client secret.
 * The signature covers the body alone: shop, topic and id in the headers are claims.
 *
 * @param signature  the header as it came; missing, empty, repeated or not 32 bytes of base64 is a wrong signature
 * @param secrets    several while a secret is being changed (Shopify may use the old one for an hour)
 */
export function isSignedByShopify(body: Buffer, signature: string | null, secrets: readonly string[]): boolean {
  // Node's base64 decoder skips what it does not know and ignores the last two bits: only the one right spelling counts.
  const claimed = Buffer.from(signature ?? '', 'base64')
  if (claimed.length !== 32 || claimed.toString('base64') !== signature) return false
  return secrets.reduce((isSigned, secret) => {
    const computed = createHmac('sha256', secret).update(body).digest()
    return timingSafeEqual(claimed, computed) || isSigned
  }, false)
}

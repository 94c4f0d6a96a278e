import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether Shopify signed this body: base64 of HMAC-SHA256 over the raw bytes with the client secret.
 * The signature covers the body alone: shop, topic and id in the headers are claims.
 *
 * @param signature  the header as it came; missing, empty, repeated or not 32 bytes of base64 is a wrong signature
 * @param secrets    several while a secret is being changed (Shopify may use the old one for an hour)
 */
export function isSignedByShopify(body: Buffer, signature: string | null, secrets: readonly string[]): boolean {
  // Node's base64 decoder skips what it does not know, so the text is checked before it is decoded.
  if (!signature || !/^[A-Za-z0-9+/]{43}=$/.test(signature)) return false
  const claimed = Buffer.from(signature, 'base64')
  return secrets.reduce((isSigned, secret) => {
    const computed = createHmac('sha256', secret).update(body).digest()
    return timingSafeEqual(claimed, computed) || isSigned
  }, false)
}

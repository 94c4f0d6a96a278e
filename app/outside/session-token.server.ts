import { z } from 'zod'

import { isShopDomain } from './shop-domain.ts'

/**
 * App Bridge's tokens live one minute, those that Shopify documents for extensions up to five; some room beside that, and a
 * token made to last is refused.
 */
const LONGEST_LIFE_S = { page: 120, extension: 360 }

const CLAIMS = z.object({
  iss: z.string(),
  dest: z.string(),
  aud: z.string(),
  exp: z.number().int(),
  nbf: z.number().int(),
})

/**
 * The shop that a session token speaks for, or null if its claims cannot be right. Looks at the claims only, before
 * Shopify's library verifies signature, audience and times: the library accepts tokens without `exp`, with an issuer
 * other than the destination and with destinations that are no shop, and would send a request there.
 */
export function shopOfSessionToken(token: string, from: keyof typeof LONGEST_LIFE_S = 'page'): string | null {
  const parts = token.split('.')
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return null
  const header = jsonOf(parts[0])
  const claims = CLAIMS.safeParse(jsonOf(parts[1]))
  if (!claims.success || (header as { alg?: unknown } | null)?.alg !== 'HS256') return null
  const { iss, dest, exp, nbf } = claims.data
  const shop = dest.startsWith('https://') ? dest.slice('https://'.length) : ''
  if (!isShopDomain(shop) || (iss !== `https://${shop}` && !iss.startsWith(`https://${shop}/`))) return null
  return exp - nbf > 0 && exp - nbf <= LONGEST_LIFE_S[from] ? shop : null
}

function jsonOf(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

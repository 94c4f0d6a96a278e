import { Session } from '@shopify/shopify-api'
import { z } from 'zod'

import { AccessLost, OutsideFailure } from '../errors.ts'
import { now } from './clock.ts'
import { config } from './config.server.ts'
import { installedShop, type ShopId } from './database.server.ts'
import { log } from './log.server.ts'
import { PACE, retryAfterMsOf } from './retry.server.ts'
import { refreshLocked, sessionStorage } from './sessions.server.ts'

// Offline tokens live 60 minutes; with less than a fifth left the next one is fetched while this one still serves.
const REFRESH_WITHIN_MS = 12 * 60_000

const TOKEN_ANSWER = z.object({
  access_token: z.string().min(1),
  scope: z.string().default(''),
  expires_in: z.number().positive().optional(),
  refresh_token: z.string().min(1).optional(),
  refresh_token_expires_in: z.number().positive().optional(),
})

const underWay = new Map<ShopId, Promise<string>>()

/**
 * The shop's Admin API token, fresh enough to use.
 *
 * @param refused  the token that Shopify has just answered 401 to: it is replaced, unless somebody else already has
 * @throws {AccessLost} shop-gone: the installation has ended, or Shopify has closed the shop
 * @throws {AccessLost} token-revoked: there is no token, or Shopify will not renew it; the merchant opens the app again
 * @throws {OutsideFailure} shopify-unavailable: the token has run out and Shopify does not answer
 */
export async function accessToken(shop: ShopId, domain: string, refused: string | null = null): Promise<string> {
  const session = await storedSession(shop, domain)
  if (session.accessToken !== refused && !isNearEnd(session)) return session.accessToken
  // Within this process the callers share one refresh; between processes the lock sees to it.
  const running = underWay.get(shop)
  if (running) {
    const token = await running
    // A refresh before the end of a token may have kept it, not knowing that Shopify refuses it.
    return token === refused ? accessToken(shop, domain, refused) : token
  }
  const refresh = refreshLocked(shop, () => refreshed(shop, domain, refused)).finally(() => underWay.delete(shop))
  underWay.set(shop, refresh)
  return refresh
}

type Usable = Session & { accessToken: string }

async function storedSession(shop: ShopId, domain: string): Promise<Usable> {
  // Sessions are found by domain: an installation that has been left must not work with its successor's token.
  if ((await installedShop(domain)) !== shop) throw new AccessLost('shop-gone', `shop ${shop} is not installed`)
  const session = await sessionStorage.loadSession(`offline_${domain}`)
  if (!session?.accessToken) throw new AccessLost('token-revoked', `shop ${shop} has no usable token`)
  return session as Usable
}

function isNearEnd(session: Session): boolean {
  return session.expires !== undefined && session.expires.getTime() - now() < REFRESH_WITHIN_MS
}

async function refreshed(shop: ShopId, domain: string, refused: string | null): Promise<string> {
  // Read again under the lock: whoever held it before may have done the work.
  const session = await storedSession(shop, domain)
  const isRefused = session.accessToken === refused
  if (!isRefused && !isNearEnd(session)) return session.accessToken
  const isStillGood = !isRefused && (session.expires?.getTime() ?? Infinity) > now()
  try {
    const next = session.refreshToken ? await askForToken(domain, session.refreshToken) : null
    if (!next) throw await forgetToken(session, shop)
    // Saved before it is used. A crash before this line leaves the old refresh token stored, which Shopify honours until
    // the new one has been used once.
    await sessionStorage.storeSession(next)
    log.info({ shop }, 'access token renewed')
    return next.accessToken
  } catch (error) {
    if (!(error instanceof OutsideFailure) || !isStillGood) throw error
    log.warn({ shop, error }, 'access token not renewed yet; the present one still serves')
    return session.accessToken
  }
}

// What Shopify refuses is not sent again: without a stored token nobody asks, and the merchant's next visit exchanges a
// new one. The refresh token stays, so that the row tells what was there.
async function forgetToken(session: Session, shop: ShopId): Promise<AccessLost> {
  await sessionStorage.storeSession(new Session({ ...session.toObject(), accessToken: undefined }))
  return new AccessLost('token-revoked', `Shopify does not renew the token of shop ${shop}`)
}

async function askForToken(domain: string, refreshToken: string): Promise<Usable | null> {
  const startedAt = now()
  let response: Response
  let text: string
  try {
    response = await fetch(`https://${domain}/admin/oauth/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        client_id: config.shopifyApiKey,
        client_secret: config.shopifyApiSecret,
        refresh_token: refreshToken,
        grant_type: 'refresh_token',
      }),
      redirect: 'manual',
      signal: AbortSignal.timeout(PACE.requestTimeoutMs),
    })
    text = await response.text()
  } catch {
    // Without the cause: its ECONNREFUSED would be taken for the database's by whoever holds the lock's connection.
    throw new OutsideFailure('shopify-unavailable', 'no answer from the token endpoint')
  }
  if ([402, 403, 404, 423].includes(response.status)) {
    throw new AccessLost('shop-gone', `token endpoint answered ${response.status}`)
  }
  if ([400, 401].includes(response.status)) return null
  const answer = TOKEN_ANSWER.safeParse(jsonOf(text))
  if (!response.ok || !answer.success) {
    throw new OutsideFailure('shopify-unavailable', `token endpoint answered ${response.status}`, {
      retryAfterMs: retryAfterMsOf(response.headers, now()) ?? undefined,
    })
  }
  const { access_token, scope, expires_in, refresh_token, refresh_token_expires_in } = answer.data
  return new Session({
    id: `offline_${domain}`,
    shop: domain,
    state: '',
    isOnline: false,
    scope,
    accessToken: access_token,
    expires: expires_in ? new Date(startedAt + expires_in * 1000) : undefined,
    refreshToken: refresh_token ?? refreshToken,
    refreshTokenExpires: refresh_token_expires_in ? new Date(startedAt + refresh_token_expires_in * 1000) : undefined,
  }) as Usable
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const LIFE_SECONDS = 3600
const REFRESH_LIFE_SECONDS = 90 * 86_400
const SESSION_TOKEN_SECONDS = 60
const CLOCK_TOLERANCE_SECONDS = 10
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const OFFLINE = 'urn:shopify:params:oauth:token-type:offline-access-token'
const ONLINE = 'urn:shopify:params:oauth:token-type:online-access-token'

export type App = { apiKey: string; apiSecret: string }
type Access = { scopes: string[]; expiresAt: number | null }
type Refresh = { scopes: string[]; expiresAt: number; parent: string | null; dead: boolean }
type Saved = { access: [string, Access][]; refresh: [string, Refresh][] }
export type TokenAnswer = { status: number; body: Record<string, unknown> }

/** Real time on purpose: the app's own clock checks the same tokens. */
function nowSeconds(): number {
  return Date.now() / 1000
}

/** The token endpoint of one shop: exchange, rotation, expiry, revocation. */
export class Tokens {
  scopes: string[]
  lifeSeconds = LIFE_SECONDS
  /** Every request to the endpoint, by grant, for tests that count refreshes. */
  grants: { grant: string; status: number }[] = []
  #app: App
  #domain: string
  #file: string | null
  #access = new Map<string, Access>()
  #refresh = new Map<string, Refresh>()

  constructor(domain: string, app: App, scopes: string[], file: string | null) {
    this.#domain = domain
    this.#app = app
    this.scopes = scopes
    this.#file = file
    if (file === null || !existsSync(file)) return
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Saved
    this.#access = new Map(saved.access)
    this.#refresh = new Map(saved.refresh)
    // What is granted is granted to tokens of an earlier start, too.
    this.revokeScopes(scopes)
  }

  /** The scopes of a live access token; null is a 401. */
  scopesOf(token: string | undefined): string[] | null {
    const found = token === undefined ? undefined : this.#access.get(token)
    if (!found || (found.expiresAt !== null && found.expiresAt <= nowSeconds())) return null
    return found.scopes
  }

  answer(body: Record<string, unknown>): TokenAnswer {
    const grant = String(body['grant_type'] ?? '')
    const result = this.#answer(grant, body)
    this.grants.push({ grant: grant.split(':').at(-1)!, status: result.status })
    this.#save()
    return result
  }

  /** What uninstalling does: no token of this shop works any more. */
  revoke(): void {
    this.#access.clear()
    this.#refresh.clear()
    this.#save()
  }

  /** A merchant's change of scopes holds for tokens already out. */
  revokeScopes(scopes: string[]): void {
    for (const access of this.#access.values()) access.scopes = [...scopes]
    this.#save()
  }

  /** Access tokens end now; refresh tokens stay good. */
  expireAll(): void {
    for (const access of this.#access.values()) access.expiresAt = nowSeconds() - 1
    this.#save()
  }

  /** The session token that the admin gives to the embedded app. */
  sessionToken(overrides: Record<string, unknown> = {}): string {
    const now = Math.floor(nowSeconds())
    return signJwt(this.#app.apiSecret, {
      iss: `https://${this.#domain}/admin`,
      dest: `https://${this.#domain}`,
      aud: this.#app.apiKey,
      sub: '42',
      exp: now + SESSION_TOKEN_SECONDS,
      nbf: now,
      iat: now,
      jti: randomBytes(8).toString('hex'),
      sid: randomBytes(8).toString('hex'),
      ...overrides,
    })
  }

  #answer(grant: string, body: Record<string, unknown>): TokenAnswer {
    if (body['client_id'] !== this.#app.apiKey || body['client_secret'] !== this.#app.apiSecret)
      return refuse('invalid_client')
    if (grant === EXCHANGE) return this.#exchange(body)
    if (grant === 'refresh_token') return this.#rotate(String(body['refresh_token'] ?? ''))
    return refuse('unsupported_grant_type')
  }

  #exchange(body: Record<string, unknown>): TokenAnswer {
    const claims = readJwt(this.#app.apiSecret, String(body['subject_token'] ?? ''))
    const now = nowSeconds()
    const good =
      claims !== null &&
      claims['aud'] === this.#app.apiKey &&
      claims['dest'] === `https://${this.#domain}` &&
      Number(claims['exp']) + CLOCK_TOLERANCE_SECONDS > now &&
      Number(claims['nbf']) - CLOCK_TOLERANCE_SECONDS < now
    if (!good) return refuse('invalid_subject_token')
    const type = body['requested_token_type']
    if (type === ONLINE) return this.#online(claims)
    if (type !== OFFLINE) return refuse('invalid_request')
    return String(body['expiring'] ?? '0') === '1' ? this.#issue(this.scopes, null) : this.#forEver()
  }

  /** A refresh token stays good until the one that replaced it is used: a lost answer can be asked for again. */
  #rotate(token: string): TokenAnswer {
    const known = this.#refresh.get(token)
    if (!known || known.dead || known.expiresAt <= nowSeconds()) return refuse('invalid_grant')
    if (known.parent !== null) {
      const parent = this.#refresh.get(known.parent)
      if (parent) parent.dead = true
    }
    for (const sibling of this.#refresh.values()) if (sibling.parent === token) sibling.dead = true
    return this.#issue(this.scopes, token)
  }

  #issue(scopes: string[], parent: string | null): TokenAnswer {
    const access = this.#accessToken(scopes, this.lifeSeconds)
    const refresh = `shprt_${randomBytes(16).toString('hex')}`
    this.#refresh.set(refresh, { scopes, expiresAt: nowSeconds() + REFRESH_LIFE_SECONDS, parent, dead: false })
    return {
      status: 200,
      body: {
        access_token: access,
        scope: scopes.join(','),
        expires_in: this.lifeSeconds,
        refresh_token: refresh,
        refresh_token_expires_in: REFRESH_LIFE_SECONDS,
      },
    }
  }

  #forEver(): TokenAnswer {
    return { status: 200, body: { access_token: this.#accessToken(this.scopes, null), scope: this.scopes.join(',') } }
  }

  #online(claims: Record<string, unknown>): TokenAnswer {
    const day = 86_400
    const user = {
      id: Number(claims['sub']),
      first_name: 'Shop',
      last_name: 'Owner',
      email: 'owner@example.com',
      email_verified: true,
      account_owner: true,
      locale: 'en',
      collaborator: false,
    }
    const scope = this.scopes.join(',')
    const body = {
      access_token: this.#accessToken(this.scopes, day),
      scope,
      expires_in: day,
      associated_user_scope: scope,
      associated_user: user,
    }
    return { status: 200, body }
  }

  #accessToken(scopes: string[], seconds: number | null): string {
    const token = `shpat_${randomBytes(16).toString('hex')}`
    this.#access.set(token, { scopes: [...scopes], expiresAt: seconds === null ? null : nowSeconds() + seconds })
    return token
  }

  #save(): void {
    if (this.#file === null) return
    const saved: Saved = { access: [...this.#access], refresh: [...this.#refresh] }
    writeFileSync(`${this.#file}.new`, JSON.stringify(saved), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }
}

function refuse(error: string): TokenAnswer {
  return { status: 400, body: { error } }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function signature(secret: string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}

export function signJwt(secret: string, claims: Record<string, unknown>): string {
  const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return `${text}.${signature(secret, text).toString('base64url')}`
}

function readJwt(secret: string, token: string): Record<string, unknown> | null {
  const [head, claims, given] = token.split('.')
  if (head === undefined || claims === undefined || given === undefined) return null
  const wanted = signature(secret, `${head}.${claims}`)
  const bytes = Buffer.from(given, 'base64url')
  if (bytes.length !== wanted.length || !timingSafeEqual(bytes, wanted)) return null
  try {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: string }
    return header.alg === 'HS256'
      ? (JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

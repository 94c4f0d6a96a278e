import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlayedShop } from './admin/played.ts'
import { shopNumber } from './admin/shop-fields.ts'
import { BulkFiles } from './bulk-files.ts'
import { BulkOperations, type Pace } from './bulk.ts'
import { noFaults, type Faults, type WebhookFaults } from './faults.ts'
import { FlowActions } from './flow-actions.ts'
import { FlowTriggers } from './flow-triggers.ts'
import { Happenings } from './happenings.ts'
import { adminSchema } from './schema.ts'
import { StagedUploads } from './staged-uploads.ts'
import { appConfig } from './subscriptions.ts'
import { Bucket } from './throttle.ts'
import { Tokens, type TokenAnswer } from './tokens.ts'
import { Webhooks } from './webhooks.ts'
import type { World, WorldShop } from './world.ts'

export type Playing = {
  world: World
  appUrl: string | null
  apiKey: string
  apiSecret: string
  folder?: string
  scopes?: string[]
  /** Everything that shopify.app.toml asks for but these, as when Shopify has not approved read_all_orders. */
  withoutScopes?: string[]
  /** Decides how many points a second the bucket gets back; the world's own unless given. */
  plan?: WorldShop['plan']
  level2?: boolean
  pace?: Partial<Pace>
  webhookRetryOverMs?: number
  /** How many deliveries are tried at once. */
  webhooksAtOnce?: number
  faults?: FaultsGiven
}

export type FaultsGiven = Partial<Omit<Faults, 'webhooks'>> & { webhooks?: Partial<WebhookFaults> }

/** About what recorded operations took: some wait, then tens of thousands of objects a second. */
const DEFAULT_PACE: Pace = { startMs: 1000, objectsPerSecond: 25_000 }
const RETRY_OVER_MS = 40_000
const WEBHOOKS_AT_ONCE = 50

/** One shop ready to be played, and what a test or the demo can make happen in it. */
export class LocalShop {
  played: PlayedShop
  world: World
  faults: Faults
  /** Everything that others do in this shop, with the webhooks of it. */
  happen: Happenings
  /** What Flow runs of the app; `actions` can be given by hand. */
  flowActions: FlowActions
  #app: { apiKey: string; apiSecret: string }

  constructor(playing: Playing) {
    const { world, apiKey, apiSecret } = playing
    if (playing.plan !== undefined) world.shop.plan = playing.plan
    const { domain, plan } = world.shop
    const folder = playing.folder ?? mkdtempSync(join(tmpdir(), 'local-shop-'))
    mkdirSync(folder, { recursive: true })
    const config = appConfig()
    const number = shopNumber(domain)
    this.world = world
    const none = noFaults()
    this.faults = { ...none, ...playing.faults, webhooks: { ...none.webhooks, ...playing.faults?.webhooks } }
    this.#app = { apiKey, apiSecret }
    // The app's number is stable for its key, so that a restarted shop resolves $app namespaces as before.
    world.appId = 100_000_000_000 + Number.parseInt(createHash('md5').update(apiKey).digest('hex').slice(0, 9), 16)
    const tokenFile = playing.folder === undefined ? null : join(folder, 'tokens.json')
    const granted = playing.scopes ?? config.scopes.filter((scope) => !playing.withoutScopes?.includes(scope))
    const tokens = new Tokens(domain, this.#app, granted, tokenFile)
    const webhooks = new Webhooks(
      {
        domain,
        appUrl: playing.appUrl,
        apiSecret,
        faults: this.faults,
        scopes: () => tokens.scopes,
        now: () => world.now(),
        retryOverMs: playing.webhookRetryOverMs ?? RETRY_OVER_MS,
        atOnce: playing.webhooksAtOnce ?? WEBHOOKS_AT_ONCE,
      },
      config,
    )
    this.flowActions = new FlowActions({ domain, shopId: number, appUrl: playing.appUrl, apiSecret })
    this.happen = new Happenings(world, webhooks, this.flowActions)
    this.played = {
      world,
      faults: this.faults,
      admin: adminSchema(),
      apiKey,
      bucket: new Bucket(plan),
      tokens,
      bulk: new BulkOperations(() => this.played, new BulkFiles(world, this.faults.file, folder), {
        ...DEFAULT_PACE,
        ...playing.pace,
      }),
      uploads: new StagedUploads(number),
      webhooks,
      happen: this.happen,
      flow: new FlowTriggers(),
      definitions: [],
      webPixel: null,
      level2: playing.level2 ?? false,
      calls: [],
    }
  }

  get domain(): string {
    return this.world.shop.domain
  }

  sessionToken(overrides: Record<string, unknown> = {}): string {
    return this.played.tokens.sessionToken(overrides)
  }

  /** What the token endpoint answers; a token means that the app is installed. */
  token(body: Record<string, unknown>): TokenAnswer {
    const answer = this.played.tokens.answer(body)
    if (answer.status === 200) this.played.webhooks.subscriptions.isInstalled = true
    return answer
  }

  /** An offline token as the app would get it by token exchange. */
  exchange(expiring = true): Record<string, unknown> {
    const { body } = this.token({
      client_id: this.#app.apiKey,
      client_secret: this.#app.apiSecret,
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: this.sessionToken(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
      expiring: expiring ? '1' : '0',
    })
    return body
  }

  /** Removes the app: the tokens die first, then the app is told. */
  async uninstall(): Promise<void> {
    this.played.tokens.revoke()
    const { domain, name, currency, timezone } = this.world.shop
    const id = shopNumber(domain)
    const told = this.played.webhooks.send('app/uninstalled', {
      id,
      name,
      domain,
      myshopify_domain: domain,
      currency,
      iana_timezone: timezone,
    })
    this.played.webhooks.subscriptions.uninstalled()
    this.played.webPixel = null
    await told
  }

  /** The merchant takes scopes away, or grants more. */
  async changeScopes(scopes: string[]): Promise<void> {
    const previous = this.played.tokens.scopes
    this.played.tokens.scopes = scopes
    this.played.tokens.revokeScopes(scopes)
    const id = this.world.appId
    const shop_id = `gid://shopify/Shop/${shopNumber(this.domain)}`
    await this.played.webhooks.send('app/scopes_update', {
      id,
      previous,
      current: scopes,
      updated_at: new Date(this.world.now()).toISOString(),
      shop_id,
    })
  }

  grantedScopes(): readonly string[] {
    return this.played.tokens.scopes
  }

  /** More is allowed now: Shopify approved read_all_orders, or the merchant took an optional scope. */
  async grantScopes(...scopes: string[]): Promise<void> {
    const { scopes: required, optionalScopes } = appConfig()
    const unasked = scopes.filter((scope) => !required.includes(scope) && !optionalScopes.includes(scope))
    if (unasked.length > 0) throw new Error(`shopify.app.toml asks for no ${unasked.join(', ')}`)
    await this.changeScopes([...new Set([...this.played.tokens.scopes, ...scopes])])
  }

  async takeScopes(...scopes: string[]): Promise<void> {
    await this.changeScopes(this.played.tokens.scopes.filter((scope) => !scopes.includes(scope)))
  }

  /** Admin calls by operation, since the start or the last `forgetCalls()`. */
  callsByName(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { operation } of this.played.calls) counts[operation] = (counts[operation] ?? 0) + 1
    return counts
  }

  /** Calls, points and which part of the calls was answered THROTTLED. */
  callsInAll(): { calls: number; points: number; throttledShare: number } {
    const { calls } = this.played
    const throttled = calls.filter((call) => call.isThrottled).length
    const points = calls.reduce((sum, call) => sum + call.points, 0)
    return { calls: calls.length, points, throttledShare: calls.length === 0 ? 0 : throttled / calls.length }
  }

  forgetCalls(): void {
    this.played.calls.length = 0
  }

  async requestData(customerId: number): Promise<void> {
    await this.played.webhooks.send('customers/data_request', {
      ...this.#about(customerId),
      orders_requested: this.world.ordersOf(customerId).map(({ id }) => id),
      data_request: { id: this.world.nextId() },
    })
  }

  async redactCustomer(customerId: number): Promise<void> {
    await this.played.webhooks.send('customers/redact', {
      ...this.#about(customerId),
      orders_to_redact: this.world.ordersOf(customerId).map(({ id }) => id),
    })
  }

  async redactShop(): Promise<void> {
    await this.played.webhooks.send('shop/redact', { shop_id: shopNumber(this.domain), shop_domain: this.domain })
  }

  stop(): void {
    this.played.bulk.stop()
    this.played.webhooks.stop()
  }

  #about(customerId: number) {
    const customer = this.world.customers.get(customerId)
    return {
      shop_id: shopNumber(this.domain),
      shop_domain: this.domain,
      customer: { id: customerId, email: customer?.email ?? null, phone: null },
    }
  }
}

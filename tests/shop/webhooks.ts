import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'smol-toml'
import type { Faults } from './faults.ts'

const RETRIES = 8
const TOML = new URL('../../shopify.app.toml', import.meta.url)

export type Delivery = {
  topic: string
  webhookId: string
  eventId: string
  triggeredAt: string
  body: string
  headers: Record<string, string>
  attempts: number[]
  delivered: boolean
}

type Subscription = { topics?: string[]; compliance_topics?: string[]; uri: string; include_fields?: string[] }
type AppToml = {
  access_scopes?: { scopes?: string }
  webhooks?: { api_version?: string; subscriptions?: Subscription[] }
}

export type AppConfig = {
  scopes: string[]
  apiVersion: string
  subscriptions: Map<string, { uri: string; fields?: string[] }>
}

/** What the app asks of Shopify, read where Shopify reads it. */
export function appConfig(): AppConfig {
  const toml = parse(readFileSync(TOML, 'utf8')) as AppToml
  const subscriptions: AppConfig['subscriptions'] = new Map()
  for (const one of toml.webhooks?.subscriptions ?? [])
    for (const topic of [...(one.topics ?? []), ...(one.compliance_topics ?? [])])
      subscriptions.set(topic, { uri: one.uri, ...(one.include_fields ? { fields: one.include_fields } : {}) })
  return {
    scopes: (toml.access_scopes?.scopes ?? '').split(',').map((scope) => scope.trim()),
    apiVersion: toml.webhooks?.api_version ?? '',
    subscriptions,
  }
}

type Options = {
  domain: string
  appUrl: string | null
  apiSecret: string
  faults: Faults
  now: () => number
  /** Shopify retries over 4 hours; a test's whole schedule takes this long. */
  retryOverMs: number
}

/** Signs and delivers the webhooks of one shop. */
export class Webhooks {
  sent: Delivery[] = []
  /** Takes the place of the network: a test hands the delivery to a route by hand. */
  deliver: ((request: Request) => Promise<Response>) | null = null
  config: AppConfig
  #options: Options
  #open = new Set<Promise<void>>()
  #stopped = false

  constructor(options: Options, config: AppConfig) {
    this.#options = options
    this.config = config
  }

  /** Sends to the app's subscription of that topic, if it has one; resolves when delivered or given up. */
  async send(topic: string, payload: Record<string, unknown>, eventId: string = randomUUID()): Promise<void> {
    const subscription = this.config.subscriptions.get(topic)
    if (!subscription || this.#stopped) return
    const { fields } = subscription
    const kept = fields ? Object.fromEntries(Object.entries(payload).filter(([key]) => fields.includes(key))) : payload
    const body = JSON.stringify(kept)
    const { domain, apiSecret, faults } = this.#options
    const triggeredAt = new Date(this.#options.now()).toISOString()
    const webhookId = randomUUID()
    const delivery: Delivery = {
      topic,
      webhookId,
      eventId,
      triggeredAt,
      body,
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-hmac-sha256': createHmac('sha256', apiSecret).update(body).digest('base64'),
        'x-shopify-shop-domain': domain,
        'x-shopify-webhook-id': webhookId,
        'x-shopify-event-id': eventId,
        'x-shopify-triggered-at': triggeredAt,
        'x-shopify-api-version': this.config.apiVersion,
      },
      attempts: [],
      delivered: false,
    }
    this.sent.push(delivery)
    if (faults.webhooks.drop) return
    const copies = Array.from({ length: faults.webhooks.copies }, () => this.#carry(delivery, subscription.uri))
    const all = Promise.all(copies).then(() => undefined)
    this.#open.add(all)
    await all.finally(() => this.#open.delete(all))
  }

  /** Waits until every delivery has ended. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  stop(): void {
    this.#stopped = true
  }

  async #carry(delivery: Delivery, uri: string): Promise<void> {
    const { appUrl, faults, retryOverMs } = this.#options
    if (appUrl === null && this.deliver === null) return
    if (faults.webhooks.delayMs > 0) await sleep(faults.webhooks.delayMs)
    const url = new URL(uri, appUrl ?? 'http://127.0.0.1')
    for (let attempt = 0; attempt <= RETRIES && !this.#stopped; attempt += 1) {
      // Exponential: the waits double and end where Shopify's four hours end.
      if (attempt > 0) await sleep((retryOverMs * 2 ** (attempt - 1)) / (2 ** RETRIES - 1), undefined, { ref: false })
      const status = await this.#attempt(delivery, url)
      delivery.attempts.push(status)
      if (status >= 200 && status < 300) {
        delivery.delivered = true
        return
      }
    }
  }

  /** One try within Shopify's 5 seconds; a redirect is a failure. 0: no answer. */
  async #attempt(delivery: Delivery, url: URL): Promise<number> {
    const request = new Request(url, {
      method: 'POST',
      headers: delivery.headers,
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    })
    try {
      const response = await (this.deliver ? this.deliver(request) : fetch(request))
      await response.arrayBuffer()
      return response.status
    } catch {
      return 0
    }
  }
}

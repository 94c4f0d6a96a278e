import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { chanceFrom } from './chance.ts'
import type { Faults } from './faults.ts'
import { onlyFields, Subscriptions, type AppConfig, type Subscription } from './subscriptions.ts'

const RETRIES = 8
/** Deliveries held back to change places leave when nothing new has come for so long. */
const HELD_MS = 250
/** The newest deliveries are kept for tests to look at. */
const KEPT = 100_000

export type Delivery = {
  topic: string
  webhookId: string
  eventId: string
  triggeredAt: string
  body: string
  headers: Record<string, string>
  /** The subscription it went to: made through the Admin API, or null for shopify.app.toml. */
  subscription: number | null
  attempts: number[]
  /** Lost on the way on purpose: a fault. */
  dropped: boolean
  delivered: boolean
}

type Options = {
  domain: string
  appUrl: string | null
  apiSecret: string
  faults: Faults
  scopes: () => readonly string[]
  now: () => number
  /** Shopify retries over 4 hours; a test's whole schedule takes this long. */
  retryOverMs: number
  /** So many tries are under way at once; the rest waits its turn. */
  atOnce: number
}

/** The waits before each retry double, and end where Shopify's four hours end. */
export function retryWaits(overMs: number): number[] {
  return Array.from({ length: RETRIES }, (_none, at) => (overMs * 2 ** at) / (2 ** RETRIES - 1))
}

/** Signs and delivers the webhooks of one shop. */
export class Webhooks {
  sent: Delivery[] = []
  /** Not sent, for the same subscription was sent the very same body a moment ago. */
  debounced: { topic: string; body: string }[] = []
  /** Takes the place of the network: a test hands the delivery to a route by hand. */
  deliver: ((request: Request) => Promise<Response>) | null = null
  subscriptions: Subscriptions
  #apiVersion: string
  #options: Options
  #open = new Set<Promise<void>>()
  #held: (() => void)[] = []
  #heldTimer: NodeJS.Timeout | null = null
  #lately = new Map<string, number>()
  #number = 0
  #underWay = 0
  #waiting: (() => void)[] = []
  #stopped = false

  constructor(options: Options, config: AppConfig) {
    this.#options = options
    this.#apiVersion = config.apiVersion
    this.subscriptions = new Subscriptions(config.subscriptions)
  }

  /** Whether it is worth making the body: somebody asked for the topic and can be reached. */
  isHeard(topic: string): boolean {
    if (this.#options.faults.webhooks.drop || (this.#options.appUrl === null && this.deliver === null)) return false
    return this.subscriptions.of(topic, this.#options.scopes()).length > 0
  }

  /** Tells every subscription of that topic; resolves when all is delivered or given up. */
  async send(topic: string, payload: Record<string, unknown>, eventId: string = randomUUID()): Promise<void> {
    if (this.#stopped) return
    const subscriptions = this.subscriptions.of(topic, this.#options.scopes())
    await Promise.all(subscriptions.map((one) => this.#sendTo(one, payload, eventId)))
  }

  /** Waits until every delivery has ended: taken, given up or lost. */
  async idle(): Promise<void> {
    while (this.#open.size > 0 || this.#held.length > 0) {
      this.#release(0)
      await Promise.all(this.#open)
    }
  }

  stop(): void {
    this.#stopped = true
    this.#release(0)
  }

  async #sendTo(subscription: Subscription, payload: Record<string, unknown>, eventId: string): Promise<void> {
    const { fields, topic } = subscription
    const body = JSON.stringify(fields === null ? payload : onlyFields(payload, fields))
    if (fields !== null && this.#isRepeated(subscription, body)) {
      this.debounced.push({ topic, body })
      return
    }
    const delivery = this.#delivery(subscription, body, eventId)
    this.sent.push(delivery)
    if (this.sent.length > KEPT) this.sent.splice(0, KEPT / 10)
    const { copies, waits } = this.#fate()
    delivery.dropped = copies === 0
    if (copies === 0) return
    const { shuffle } = this.#options.faults.webhooks
    const left = shuffle > 0 ? this.#hold(shuffle) : Promise.resolve()
    const all = left
      .then(() => Promise.all(Array.from({ length: copies }, () => this.#carry(delivery, subscription, waits))))
      .then(() => undefined)
    this.#open.add(all)
    await all.finally(() => this.#open.delete(all))
  }

  #delivery(subscription: Subscription, body: string, eventId: string): Delivery {
    const { domain, apiSecret, now } = this.#options
    const { topic, name } = subscription
    const triggeredAt = new Date(now()).toISOString()
    const webhookId = randomUUID()
    return {
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
        'x-shopify-api-version': this.#apiVersion,
        ...(name === null ? {} : { 'x-shopify-name': name }),
      },
      subscription: subscription.id,
      attempts: [],
      dropped: false,
      delivered: false,
    }
  }

  /** How often a delivery goes out and how long it waits: the same seed decides the same for the same events. */
  #fate(): { copies: number; waits: number } {
    const { drop, copies, delayMs, seed, dropShare, repeatShare, delayShare, delayUpToMs } =
      this.#options.faults.webhooks
    this.#number += 1
    const chance = chanceFrom(`${seed}/${this.#number}`)
    const [isDropped, isRepeated, isDelayed, howLong] = [chance(), chance(), chance(), chance()]
    if (drop || isDropped < dropShare) return { copies: 0, waits: 0 }
    return {
      copies: copies + (isRepeated < repeatShare ? 1 : 0),
      waits: delayMs + (isDelayed < delayShare ? howLong * delayUpToMs : 0),
    }
  }

  /** Resolves when the delivery may leave: one of those held back, by chance, whenever there is one too many. */
  #hold(most: number): Promise<void> {
    if (this.#heldTimer !== null) clearTimeout(this.#heldTimer)
    this.#heldTimer = setTimeout(() => this.#release(0), HELD_MS).unref()
    const left = new Promise<void>((resolve) => this.#held.push(resolve))
    this.#release(most)
    return left
  }

  #release(most: number): void {
    const chance = chanceFrom(`${this.#options.faults.webhooks.seed}/order/${this.#number}`)
    while (this.#held.length > most) this.#held.splice(Math.floor(chance() * this.#held.length), 1)[0]!()
  }

  #isRepeated(subscription: Subscription, body: string): boolean {
    const { debounceMs } = this.#options.faults.webhooks
    const now = this.#options.now()
    const key = `${subscription.id ?? 'toml'} ${subscription.topic} ${body}`
    const before = this.#lately.get(key)
    if (before !== undefined && now - before < debounceMs) return true
    if (this.#lately.size > KEPT) this.#lately.clear()
    this.#lately.set(key, now)
    return false
  }

  async #carry(delivery: Delivery, subscription: Subscription, waits: number): Promise<void> {
    const { appUrl, retryOverMs } = this.#options
    if (appUrl === null && this.deliver === null) return
    if (waits > 0) await sleep(waits)
    // The address of the moment in which it was triggered, whatever becomes of the subscription.
    const url = new URL(subscription.uri, appUrl ?? 'http://127.0.0.1')
    for (const wait of [0, ...retryWaits(retryOverMs)]) {
      if (wait > 0) await sleep(wait, undefined, { ref: false })
      if (this.#stopped) return
      const status = await this.#inTurn(() => this.#attempt(delivery, url))
      delivery.attempts.push(status)
      if (status >= 200 && status < 300) {
        delivery.delivered = true
        return
      }
    }
    // Eight failures on end cost a subscription that was made through the Admin API; shopify.app.toml's stay.
    if (subscription.id !== null) this.subscriptions.remove(subscription)
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#options.atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#underWay += 1
    try {
      return await work()
    } finally {
      // The place is handed on, so that nobody newer slips in.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#underWay -= 1
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

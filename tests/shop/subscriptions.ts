import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import type { AppProxy } from './storefront/app-proxy.ts'
import { COMPLIANCE_TOPICS, TOPICS } from './topics.ts'

const TOML = new URL('../../shopify.app.toml', import.meta.url)

/** One wish of the app to hear of a topic. `id` is null for those of shopify.app.toml, which Shopify itself looks after. */
export type Subscription = {
  id: number | null
  topic: string
  uri: string
  fields: string[] | null
  name: string | null
  filter: string | null
  metafieldNamespaces: string[]
  createdAt: number
  updatedAt: number
}

/** What shopify.app.toml leaves open. */
const UNSAID = { name: null, filter: null, metafieldNamespaces: [], createdAt: 0, updatedAt: 0 }

type TomlSubscription = { topics?: string[]; compliance_topics?: string[]; uri: string; include_fields?: string[] }
type AppToml = {
  access_scopes?: { scopes?: string; optional_scopes?: string[] }
  app_proxy?: AppProxy
  webhooks?: { api_version?: string; subscriptions?: TomlSubscription[] }
}

export type AppConfig = {
  scopes: string[]
  optionalScopes: string[]
  apiVersion: string
  subscriptions: Subscription[]
  appProxy: AppProxy | null
}

/** What the app asks of Shopify, read where Shopify reads it. */
export function appConfig(text: string = readFileSync(TOML, 'utf8')): AppConfig {
  const toml = parse(text) as AppToml
  const subscriptions: Subscription[] = []
  for (const one of toml.webhooks?.subscriptions ?? [])
    for (const topic of [...(one.topics ?? []), ...(one.compliance_topics ?? [])]) {
      if (!(topic in TOPICS)) throw new Error(`The local shop does not play the webhook topic ${topic} yet`)
      const fields = one.include_fields ?? null
      subscriptions.push({ ...UNSAID, id: null, topic, uri: one.uri, fields })
    }
  return {
    scopes: (toml.access_scopes?.scopes ?? '').split(',').map((scope) => scope.trim()),
    optionalScopes: toml.access_scopes?.optional_scopes ?? [],
    apiVersion: toml.webhooks?.api_version ?? '',
    appProxy: toml.app_proxy ?? null,
    subscriptions,
  }
}

/** The app's subscriptions in one shop: those of shopify.app.toml, and those it made through the Admin API. */
export class Subscriptions {
  /** Made through the Admin API, oldest first. */
  made: Subscription[] = []
  /** Topics whose subscription in shopify.app.toml is not there, as after a deploy that went wrong. */
  lost = new Set<string>()
  isInstalled = true
  #toml: Subscription[]

  constructor(toml: Subscription[]) {
    this.#toml = toml
  }

  /** Who is told of a topic. Without the topic's scope nobody is; a removed app still hears what the law asks for. */
  of(topic: string, scopes: readonly string[]): Subscription[] {
    const scope = TOPICS[topic]
    if (scope === undefined) throw new Error(`The local shop does not play the webhook topic ${topic} yet`)
    if (!this.isInstalled && !COMPLIANCE_TOPICS.has(topic)) return []
    if (scope !== null && !scopes.includes(scope) && !scopes.includes(scope.replace('read_', 'write_'))) return []
    const written = this.lost.has(topic) ? [] : this.#toml
    return [...written, ...this.made].filter((one) => one.topic === topic)
  }

  /** What removing the app does: what it made is gone. */
  uninstalled(): void {
    this.isInstalled = false
    this.made = []
  }

  remove(subscription: Subscription): void {
    this.made = this.made.filter((one) => one !== subscription)
  }
}

/** Only the asked fields of a payload, `a.b` for a nested one; a field that a payload does not have is left out. */
export function onlyFields(payload: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(payload)) {
    if (fields.includes(key)) kept[key] = value
    const inner = fields.filter((field) => field.startsWith(`${key}.`)).map((field) => field.slice(key.length + 1))
    if (inner.length === 0 || fields.includes(key)) continue
    if (Array.isArray(value)) kept[key] = value.map((one) => (isObject(one) ? onlyFields(one, inner) : one))
    else if (isObject(value)) kept[key] = onlyFields(value, inner)
  }
  return kept
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { type Subscription } from '../subscriptions.ts'
import { enumOf, topicOf, TOPICS } from '../topics.ts'
import { dateTime, gid, readGid } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { notPlayed } from './search.ts'

type Input = {
  uri?: string | null
  callbackUrl?: string | null
  format?: string | null
  filter?: string | null
  includeFields?: string[] | null
  metafieldNamespaces?: string[] | null
  name?: string | null
}
type UserError = { field: string[]; message: string }

const NOT_THERE = { field: ['id'], message: 'Webhook subscription does not exist' }
const ADDRESS = ['webhookSubscription', 'callbackUrl']
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Shopify's words about an address. The tunnel of the local shop has no https, so this machine may do without. */
function addressProblem(uri: string): UserError | null {
  if (uri === '') return { field: ADDRESS, message: "Address can't be blank" }
  let url: URL
  try {
    url = new URL(uri)
  } catch {
    throw notPlayed(`the webhook address ${uri}`)
  }
  if (url.protocol === 'pubsub:' || uri.startsWith('arn:')) throw notPlayed(`the webhook address ${uri}`)
  if (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) return null
  if (/(^|\.)(myshopify\.com|shopify\.com)$/.test(url.hostname) || LOOPBACK.has(url.hostname))
    return { field: ADDRESS, message: 'Address cannot be a Shopify or an internal domain' }
  if (url.protocol !== 'https:')
    return { field: ADDRESS, message: `Address protocol ${url.protocol}// is not supported` }
  return null
}

function filterProblem(filter: string | null): UserError | null {
  if (filter === null || filter === '') return null
  if (/\w:\S/.test(filter)) throw notPlayed(`the webhook filter "${filter}"`)
  const message = 'The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.'
  return { field: ['webhookSubscription'], message }
}

function addressOf(input: Input): string {
  return (input.uri ?? input.callbackUrl ?? '').trim()
}

function refused(...userErrors: UserError[]) {
  return { webhookSubscription: null, userErrors }
}

function check(input: Input, uri: string): UserError | null {
  if ((input.format ?? 'JSON') !== 'JSON') throw notPlayed(`webhooks in ${input.format}`)
  if (input.name != null && !/^[\w-]{1,50}$/.test(input.name)) throw notPlayed(`the webhook name ${input.name}`)
  return addressProblem(uri) ?? filterProblem(input.filter ?? null)
}

function create(args: Args, call: Call) {
  const input = args['webhookSubscription'] as Input
  const topic = topicOf(String(args['topic']))
  if (topic === null) throw notPlayed(`the webhook topic ${String(args['topic'])}`)
  const { subscriptions } = call.shop.webhooks
  const uri = addressOf(input)
  const problem = check(input, uri)
  if (problem) return refused(problem)
  const scope = TOPICS[topic]
  // Unverified wording and field of this answer and of the next.
  if (scope != null && !call.scopes.has(scope) && !call.scopes.has(scope.replace('read_', 'write_')))
    return refused({ field: ['topic'], message: `You do not have permission to subscribe to ${topic}` })
  if (subscriptions.made.some((one) => one.topic === topic && one.uri === uri))
    return refused({ field: ADDRESS, message: 'Address for this topic has already been taken' })
  const now = call.shop.world.now()
  const made: Subscription = {
    id: call.shop.world.nextId(),
    topic,
    uri,
    fields: fieldsOf(input),
    name: input.name ?? null,
    filter: input.filter ?? null,
    metafieldNamespaces: input.metafieldNamespaces ?? [],
    createdAt: now,
    updatedAt: now,
  }
  subscriptions.made.push(made)
  return { webhookSubscription: made, userErrors: [] }
}

/** No fields are all fields. */
function fieldsOf(input: Input): string[] | null {
  return input.includeFields?.length ? input.includeFields : null
}

function update(args: Args, call: Call) {
  const found = byId(args, call)
  if (!found) return refused(NOT_THERE)
  const input = args['webhookSubscription'] as Input
  const uri = input.uri == null && input.callbackUrl == null ? found.uri : addressOf(input)
  const problem = check(input, uri)
  if (problem) return refused(problem)
  found.uri = uri
  if (input.includeFields !== undefined) found.fields = fieldsOf(input)
  if (input.filter !== undefined) found.filter = input.filter
  if (input.metafieldNamespaces !== undefined) found.metafieldNamespaces = input.metafieldNamespaces ?? []
  if (input.name !== undefined) found.name = input.name
  found.updatedAt = call.shop.world.now()
  return { webhookSubscription: found, userErrors: [] }
}

function remove(args: Args, call: Call) {
  const found = byId(args, call)
  if (!found) return { deletedWebhookSubscriptionId: null, userErrors: [NOT_THERE] }
  call.shop.webhooks.subscriptions.remove(found)
  return { deletedWebhookSubscriptionId: subscriptionGid(found), userErrors: [] }
}

function byId(args: Args, call: Call): Subscription | undefined {
  const at = readGid(args['id'])
  return at?.type === 'WebhookSubscription'
    ? call.shop.webhooks.subscriptions.made.find((one) => one.id === at.id)
    : undefined
}

function subscriptionGid(one: Subscription): string {
  return gid('WebhookSubscription', one.id!)
}

/** Only what was made through the API: those of shopify.app.toml never show. */
function list(args: Args, call: Call): List {
  const key = String(args['sortKey'] ?? 'CREATED_AT')
  const topics = args['topics'] as string[] | null | undefined
  const query = String(args['query'] ?? '')
  const id = /^id:(\d+)$/.exec(query)?.[1]
  if (query !== '' && id === undefined) throw notPlayed(`the search "${query}" of webhookSubscriptions`)
  const uri = (args['uri'] ?? args['callbackUrl'] ?? null) as string | null
  const items = call.shop.webhooks.subscriptions.made
    .filter((one) => topics == null || topics.includes(enumOf(one.topic)))
    .filter((one) => id === undefined || one.id === Number(id))
    .filter((one) => uri === null || one.uri === uri)
  const sortValue = (one: Subscription) => (key === 'ID' ? one.id! : one.createdAt)
  return { items, sortValue, reverse: args['reverse'] === true }
}

export const subscriptionFields: PlayedFields = {
  QueryRoot: {
    webhookSubscription: (_root, args, call) => byId(args, call) ?? null,
    webhookSubscriptionsCount: (_root, args, call) => ({ count: list(args, call).items.length, precision: 'EXACT' }),
  },
  Mutation: {
    webhookSubscriptionCreate: (_root, args, call) => create(args, call),
    webhookSubscriptionUpdate: (_root, args, call) => update(args, call),
    webhookSubscriptionDelete: (_root, args, call) => remove(args, call),
  },
  WebhookSubscription: {
    id: subscriptionGid,
    legacyResourceId: (one: Subscription) => String(one.id),
    topic: (one: Subscription) => enumOf(one.topic),
    uri: (one: Subscription) => one.uri,
    callbackUrl: (one: Subscription) => one.uri,
    endpoint: (one: Subscription) => ({ kind: 'WebhookHttpEndpoint', callbackUrl: one.uri }),
    format: () => 'JSON',
    filter: (one: Subscription) => one.filter,
    includeFields: (one: Subscription) => one.fields ?? [],
    metafieldNamespaces: (one: Subscription) => one.metafieldNamespaces,
    metafields: () => [],
    name: (one: Subscription) => one.name,
    createdAt: (one: Subscription) => dateTime(one.createdAt),
    updatedAt: (one: Subscription) => dateTime(one.updatedAt),
  },
}

export const subscriptionLists: PlayedLists = {
  QueryRoot: { webhookSubscriptions: (_root: unknown, args, call) => list(args, call) },
}

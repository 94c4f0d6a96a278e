/**
 * The subscriptions of shopify.app.toml belong to the app and Shopify looks after them; the Admin API neither lists nor
 * makes them, so whether one is there shows only in what rings. Where one does not, we make a subscription of the same
 * topic for this one shop, under a name that tells it apart, and take it away again once the app's own rings.
 */
import type { Instant } from '#app/domain/order.ts'
import {
  OurSubscriptionsDocument,
  SubscriptionCreateDocument,
  SubscriptionDeleteDocument,
  type WebhookSubscriptionTopic,
} from '#app/outside/admin.generated.ts'
import { config } from '#app/outside/config.server.ts'
import { OUR_SUBSCRIPTION } from '#app/outside/inbox.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { WEBHOOK_FIELDS } from '#app/outside/webhook-fields.ts'

/** Made by us for one shop, by topic. */
export type Registered = Record<string, { id: string; at: Instant }>

/** `orders/create` is ORDERS_CREATE in the Admin API. */
function topicEnum(topic: string): WebhookSubscriptionTopic {
  return topic.replaceAll(/[/.]/g, '_').toUpperCase() as WebhookSubscriptionTopic
}

/**
 * Makes a subscription for each topic, or finds the one that a worker made before it died.
 *
 * @returns those that are there now, and the topics that Shopify refused
 * @throws {OutsideFailure} {AccessLost} as the Admin client
 */
export async function registerTopics(
  admin: Admin,
  topics: readonly string[],
  at: Instant,
): Promise<{ registered: Registered; refused: string[] }> {
  const uri = new URL('/webhooks', config.shopifyAppUrl).href
  const { webhookSubscriptions } = await admin.ask(OurSubscriptionsDocument, { topics: topics.map(topicEnum) })
  const ours = webhookSubscriptions.edges.map((edge) => edge.node).filter((one) => one.name === OUR_SUBSCRIPTION)
  const registered: Registered = {}
  const refused: string[] = []
  for (const topic of topics) {
    const found = ours.find((one) => one.topic === topicEnum(topic))
    const id = found?.id ?? (await create(admin, topic, uri))
    if (id === null) refused.push(topic)
    else registered[topic] = { id, at }
  }
  return { registered, refused }
}

async function create(admin: Admin, topic: string, uri: string): Promise<string | null> {
  const includeFields = [...(WEBHOOK_FIELDS[topic] ?? [])]
  const { webhookSubscriptionCreate: answer } = await admin.change(SubscriptionCreateDocument, {
    topic: topicEnum(topic),
    subscription: { uri, includeFields, name: OUR_SUBSCRIPTION, format: 'JSON' },
  })
  return answer?.webhookSubscription?.id ?? null
}

/** Takes ours away; one that is not there any more is as good as taken away. */
export async function removeRegistered(admin: Admin, id: string): Promise<void> {
  await admin.change(SubscriptionDeleteDocument, { id }, { isRepeatable: true })
}

import { z } from 'zod'

import type { WorkKind } from '../domain/work.ts'

/** What a webhook topic means for us. */
export type WebhookTopic = {
  /** The work it owes; null: none of its own (the queue's function owes the privacy work, with the request's id). */
  kind: WorkKind | null
  /** What the work is about, from the parsed body; throws if the body is not what Shopify sends. */
  entityOf(body: unknown): string
  /** The body is kept, encrypted, until the work is done; it names its shop, which must be the header's. */
  isCompliance: boolean
}

const FINISHED = z.object({
  admin_graphql_api_id: z.string().regex(/^gid:\/\/shopify\/BulkOperation\/\d{1,20}$/),
})

const RING: WebhookTopic = { kind: null, entityOf: () => 'shop', isCompliance: false }
const COMPLIANCE: WebhookTopic = { ...RING, isCompliance: true }

/** The topics of shopify.app.toml (a test compares); any other is refused. */
export const WEBHOOK_TOPICS: Readonly<Record<string, WebhookTopic>> = {
  'app/uninstalled': { ...RING, kind: 'uninstall-shop' },
  // Owes nothing: the next token brings the granted scopes, and Shopify denies what a declined one covered.
  'app/scopes_update': RING,
  'bulk_operations/finish': {
    kind: 'ingest-bulk-result',
    entityOf: (body) => FINISHED.parse(body).admin_graphql_api_id.replace(/^.*\//, ''),
    isCompliance: false,
  },
  'customers/data_request': COMPLIANCE,
  'customers/redact': COMPLIANCE,
  'shop/redact': COMPLIANCE,
}

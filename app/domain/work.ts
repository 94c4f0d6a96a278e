import { z } from 'zod'

/** What is read beside orders and customers. */
export const BESIDE = ['collections', 'words', 'checkouts', 'products'] as const
export type Beside = (typeof BESIDE)[number]

/**
 * The kinds of work a stage may owe, with their payloads. Rows carry ids, never personal data; `entity` (a column of the
 * row) says what it is about, and two debts for one entity are one row with a higher version. "entity: the shop" is
 * String(shop), so that every stage's debt meets in the same row; a webhook, which knows no id, writes `shop`.
 * A new payload field is optional until the queue has drained.
 */
export const WORK = {
  /** entity: the shop. Start the bulk operations of the first import, or of a fresh one. */
  'backfill-shop': z.object({}),
  /**
   * entity: the digits of the bulk operation's gid, also where Shopify's bulk_operations/finish rings (it knows no run:
   * the job finds it by the operation). Read a ready result in, resumable; polls while it is not ready.
   */
  'ingest-bulk-result': z.object({ run: z.number().int().optional() }),
  /**
   * entity: the shop. Orders and customers updated since the last agreement with Shopify. `isNightly`: also what is done
   * once a day (a sample compared with Shopify, everybody worked out).
   */
  'catch-up': z.object({ isNightly: z.boolean().optional() }),
  /** entity: one of BESIDE. */
  'read-beside': z.object({}),
  /** entity: the shop. Whether the live road works. */
  'check-health': z.object({}),
  /** entity: the shop. Shopify has granted or taken away a scope. */
  'follow-scopes': z.object({}),
  /**
   * entity: the order's, the customer's id. Something happened to it: ask Shopify, unless what is stored is newer than the
   * event. `at`: when it happened, as Shopify dates it, in whole seconds; without it Shopify is always asked.
   */
  'refresh-order': z.object({ at: z.number().int().optional() }),
  /**
   * `withOrders`: their orders may have become theirs without being touched, as after a merge. `mayBeOurs`: what we write
   * ourselves rings so.
   */
  'refresh-customer': z.object({
    at: z.number().int().optional(),
    withOrders: z.boolean().optional(),
    mayBeOurs: z.boolean().optional(),
  }),
  /** entity: the id of a customer whom Shopify has merged `into` another: what the merchant has said of them goes along. */
  'carry-over': z.object({ into: z.string() }),
  /** entity: the shop. Everybody's e-mail, phone and address once, as keyed hashes; resumable, polls while Shopify writes. */
  'read-accounts': z.object({}),
  /** entity: the customer's id. The same of one account that was touched. */
  'read-account': z.object({}),
  /** entity: the shop. Which accounts look like one person's. */
  'link-accounts': z.object({}),
  /** entity: the shop. Facts, estimates, evidence and stages of everybody, as of now. */
  recompute: z.object({ cause: z.enum(['import', 'time', 'rule', 'estimates']) }),
  /** entity: the customer's id. The same of one customer, as of now. */
  'recompute-customer': z.object({}),
  /**
   * entity: the shop. A segment of the merchant's own was saved or deleted, or (`of: 'data'`) something that rules look at
   * was read anew: who is in which.
   */
  'fill-segments': z.object({ of: z.literal('data').optional() }),
  /** entity: the shop. What products and categories say of it, for the page Insights. */
  'work-out-insights': z.object({}),
  /** entity: the shop. Tell Shopify Flow of moves that it has not been told of. */
  announce: z.object({}),
  /** entity: the shop. Bring tags and metafields in Shopify to what the stages say. */
  publish: z.object({ run: z.number().int().optional() }),
  /** entity: the customer's id. The same for one customer: what their stage says, and what other hands did to their tags. */
  'publish-customer': z.object({}),
  /** entity: the shop. Each segment of ours as a customer segment of Shopify. */
  'sync-segments': z.object({}),
  /** entity: the shop. Each reward as a discount of Shopify and on the storefront; again while one is live. */
  'sync-rewards': z.object({}),
  /** entity: the customer's id. What they have earned is granted, and what they are shown is worked out. */
  'grant-customer': z.object({}),
  /** entity: the shop. The same of everybody whom a reward may concern. */
  'grant-everybody': z.object({}),
  /** entity: the shop. Each grant that is reserved becomes a code or store credit in Shopify. */
  'issue-grants': z.object({}),
  /** entity: the shop. Brings what customers read of their own rewards to their metafields. */
  'show-offers': z.object({}),
  /** entity: the shop. Whether orders that a reward waits for have been delivered; again while any waits. */
  'look-at-deliveries': z.object({}),
  /**
   * entity: the shop. What goes with what and what everybody is shown. `mayKeepChoice`: only what the merchant pins or keeps
   * out has changed.
   */
  'rebuild-recommendations': z.object({ mayKeepChoice: z.boolean().optional() }),
  /** entity: the customer's id. What they are shown of it, after an order, from what was last learned of everybody. */
  'pick-customer': z.object({}),
  /** entity: the shop. Brings what is recommended to Shopify. */
  'show-picks': z.object({}),
  /** entity: the shop. Our web pixel is in the shop, or gone from it, as the merchant has set. */
  'sync-pixel': z.object({}),
  /** entity: the shop. Visits of who came since the last time (`everybody`: of all), while anybody comes. */
  'count-visits': z.object({ everybody: z.boolean().optional() }),
  /** entity: the shop. Brings the survey to the app's own metafield, which the storefront reads. */
  'show-survey': z.object({}),
  /** entity: the shop. Takes everything of ours out of the shop before it is uninstalled. */
  'leave-shop': z.object({}),
  /** entity: the privacy request's id. `outside/database.server.ts` hands out the body that it came with. */
  redact: z.object({ request: z.number().int() }),
  'export-data': z.object({ request: z.number().int() }),
  /** entity: the shop. */
  'uninstall-shop': z.object({}),
  /** entity: the shop. What time moves: catch-up, recompute, retention. */
  nightly: z.object({}),
} as const

export type WorkKind = keyof typeof WORK
export type WorkPayload<K extends WorkKind> = z.infer<(typeof WORK)[K]>

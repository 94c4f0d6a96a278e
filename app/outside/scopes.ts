import type { ProtectedPart } from '../domain/people-pages.ts'

/** What one access scope is asked for. */
export type ScopeUse = {
  /** Operations of app/flow/**\/*.graphql that need it. */
  documents: readonly string[]
  /** Webhook topics that need it. */
  topics: readonly string[]
  /** Tables of shopify.app.toml that need it. */
  tables?: readonly string[]
  features: readonly string[]
  /** For the merchant and for Shopify's review. */
  reason: string
  /** Asked for where its feature is switched on, not at installation. */
  isOptional?: true
}

/**
 * Every scope with what needs it. shopify.app.toml names the same scopes; a test compares, and fails on a scope that
 * nothing uses and on a document or topic that is not listed.
 */
export const SCOPES: Readonly<Record<string, ScopeUse>> = {
  read_customers: {
    documents: [
      'CustomersBulk',
      'CustomersCountedBulk',
      'CustomersUpdated',
      'OrdersBulk',
      'OrdersUpdated',
      'OrderById',
      'CustomerById',
      'CustomerOrders',
      'TaggedLately',
      'TagsNow',
      'SegmentsPage',
      'InSegments',
      'SegmentChanged',
      'HealthLook',
      'HeldStill',
      'CustomersCounted',
      'CustomerWordsBulk',
      'CheckoutsUpdated',
      'AccountsBulk',
      'AccountById',
      'AccountsTried',
      'NamesNow',
      'CustomersThere',
      'CreditAccounts',
    ],
    topics: [
      'customers/data_request',
      'customers/redact',
      'customers/create',
      'customers/update',
      'customers/delete',
      'customers/purchasing_summary',
      'customer.tags_removed',
      'customers_email_marketing_consent/update',
      'customers_marketing_consent/update',
    ],
    features: ['import', 'stages', 'tagging', 'live'],
    reason:
      'Customers are put into segments; only ids, dates, tags, consent, the country and Shopify’s groups are read. Names, e-mail, phone and address are read only where a shop has switched on what needs them.',
  },
  read_orders: {
    documents: [
      'OrdersBulk',
      'OrdersUpdated',
      'OrderById',
      'OrderLines',
      'CustomerOrders',
      'CustomersUpdated',
      'CustomerById',
      'CustomersCountedBulk',
      'HealthLook',
      'HeldStill',
      'OrdersCounted',
      'CheckoutsUpdated',
      'CreditTransactions',
      'DeliveriesNow',
    ],
    topics: ['orders/create', 'orders/updated', 'orders/cancelled', 'orders/edited', 'orders/delete', 'refunds/create'],
    features: ['import', 'stages', 'cherry-picker', 'live', 'own segments'],
    reason: 'A customer’s stage follows from when and what they ordered.',
  },
  read_all_orders: {
    documents: ['OrdersBulk'],
    topics: [],
    features: ['import', 'stages'],
    reason: 'Without it Shopify shows the last 60 days only, and a loyal customer looks like a new one.',
  },
  read_customer_merge: {
    documents: [],
    topics: ['customers/merge'],
    features: ['live'],
    reason: 'When two customers are merged, the one that is kept takes over the orders and the stage of both.',
  },
  read_products: {
    documents: [
      'OrdersBulk',
      'OrdersUpdated',
      'OrderById',
      'OrderLines',
      'CustomerOrders',
      'CollectionsBulk',
      'ProductsCounted',
      'ProductsBulk',
    ],
    topics: [],
    features: ['cherry-picker', 'own segments', 'segment card', 'recommendations'],
    reason:
      'Which product a line sold tells whether a discount was open to everybody that week; a segment may name a collection, and its card says from which its customers buy; only what is on sale is recommended.',
  },
  write_customers: {
    documents: [
      'CustomerMove',
      'TagsAdd',
      'TagsRemove',
      'StatesSet',
      'StatesDelete',
      'StateDefinition',
      'StateDefinitionDelete',
      'SegmentCreate',
      'SegmentUpdate',
      'SegmentDelete',
      'OffersDefinition',
      'OffersDefinitionDelete',
      'OffersShow',
      'OffersTakeDown',
      'PicksDefinition',
      'PicksDefinitionDelete',
      'PicksSet',
      'PicksTakeDown',
    ],
    topics: [],
    features: ['tagging', 'storefront message', 'rewards', 'recommendations'],
    reason:
      'Segments are written to customers as tags and one metafield, their own rewards and what is recommended to them as others.',
  },
  write_products: {
    documents: ['PicksDefinition', 'PicksDefinitionDelete', 'PicksSet', 'PicksTakeDown'],
    topics: [],
    features: ['recommendations on product pages'],
    reason:
      'What goes with a product is a metafield of the product, so that its page shows it without asking our servers; nothing else of a product is changed.',
    isOptional: true,
  },
  write_discounts: {
    documents: [
      'DiscountByCode',
      'ShopDiscounts',
      'ShopDiscountByCode',
      'BasicDiscountCreate',
      'BasicDiscountUpdate',
      'ShippingDiscountCreate',
      'ShippingDiscountUpdate',
      'DiscountDeactivate',
      'DiscountDelete',
      'CodesAdd',
      'CodesMade',
    ],
    topics: [],
    features: ['rewards'],
    reason:
      'A reward is a discount of Shopify’s own, so that it really applies at checkout; no other discount is touched. Which discounts the shop has is read where the merchant tries a basket.',
    isOptional: true,
  },
  // Optional, though Shopify's page on app proxies reads as if it were for everybody: a scope that every installation has to
  // have can stop the app in each until its merchant has agreed, and without the proxy the storefront shows all
  // that shoppers are given.
  write_app_proxy: {
    documents: [],
    topics: [],
    tables: ['app_proxy'],
    features: ['rewards to be claimed', 'opt-out of personal offers', 'survey'],
    reason:
      'Signed-in shoppers claim a reward, ask why they see it, switch personal offers off and answer the shop’s survey on the storefront itself.',
    isOptional: true,
  },
  read_customer_events: {
    documents: ['PixelCreate', 'PixelUpdate'],
    topics: [],
    features: ['visits as conditions of segments'],
    reason: 'The web pixel hears of pages, products, carts and checkouts of shoppers who allow it.',
    isOptional: true,
  },
  write_pixels: {
    documents: ['PixelNow', 'PixelCreate', 'PixelUpdate', 'PixelDelete'],
    topics: [],
    features: ['visits as conditions of segments'],
    reason: 'The merchant switches the web pixel on and off in Morello itself.',
    isOptional: true,
  },
  read_store_credit_accounts: {
    documents: ['CreditAccounts', 'CreditTransactions'],
    topics: [],
    features: ['rewards'],
    reason:
      'Before and after store credit is given, the account’s history is read, so that nothing is ever given twice.',
    isOptional: true,
  },
  write_store_credit_account_transactions: {
    documents: ['CreditGive', 'CreditTransactions'],
    topics: [],
    features: ['rewards'],
    reason: 'A reward may be store credit, in Shopify’s own account of the customer; nothing is ever taken from it.',
    isOptional: true,
  },
}

/** A document that reads protected customer data of level 2. Both features are off until the merchant switches them on. */
export type Level2Use = { feature: 'same person' | 'names on screen'; parts: readonly ProtectedPart[] }

/**
 * Every document that reads protected customer data of level 2, with the feature that needs it; a test holds that no other
 * document selects such a field, and that these select only what is said here.
 */
export const LEVEL_2: Readonly<Record<string, Level2Use>> = {
  AccountsBulk: { feature: 'same person', parts: ['email', 'phone', 'address'] },
  AccountById: { feature: 'same person', parts: ['email', 'phone', 'address'] },
  AccountsTried: { feature: 'same person', parts: ['email', 'phone', 'address'] },
  NamesNow: { feature: 'names on screen', parts: ['name'] },
}

/** Documents and topics that Shopify gives every installed app. */
export const NEEDS_NO_SCOPE: Pick<ScopeUse, 'documents' | 'topics'> = {
  documents: [
    'BulkRun',
    'BulkStatus',
    'BulkRecent',
    'BulkChange',
    'BulkChangeStatus',
    'LinesUpload',
    'ShopDetails',
    'GrantedScopes',
    'OurSubscriptions',
    'SubscriptionCreate',
    'SubscriptionDelete',
    'OurInstallation',
    'RewardsShow',
    'SurveyOnInstallation',
    'SurveyShow',
  ],
  topics: ['app/uninstalled', 'app/scopes_update', 'bulk_operations/finish', 'shop/redact'],
}

/** The scopes asked for at installation, in alphabetical order. */
export function requestedScopes(): string[] {
  return scopesThat(({ isOptional }) => isOptional !== true)
}

/** Those that are asked for where their feature is switched on. */
export function optionalScopes(): string[] {
  return scopesThat(({ isOptional }) => isOptional === true)
}

function scopesThat(isSo: (use: ScopeUse) => boolean): string[] {
  return Object.keys(SCOPES)
    .filter((scope) => isSo(SCOPES[scope]!))
    .sort()
}

import '@shopify/shopify-app-remix/adapters/node'

import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { LogSeverity } from '@shopify/shopify-api'
import { AppDistribution, shopifyApp } from '@shopify/shopify-app-remix/server'
import type { ApiVersion } from '@shopify/shopify-app-remix/server'

import { AccessLost } from '../errors.ts'
import { accessToken } from './access-token.server.ts'
import { send, type AdminConnection, type AskOptions, type ChangeOptions } from './admin-client.server.ts'
import { API_VERSION } from './api-version.ts'
import { bucketOf } from './bucket.server.ts'
import { openFile, uploadFile, type BulkFile, type StagedTarget } from './bulk-file.server.ts'
import { config } from './config.server.ts'
import { domainOf, installedShop, withShop, type ShopId, type Tx } from './database.server.ts'
import { log } from './log.server.ts'
import { owe } from './queue.server.ts'
import { PACE } from './retry.server.ts'
import { requestedScopes } from './scopes.ts'
import { sessionStorage } from './sessions.server.ts'

export type { StagedTarget }

/**
 * Shopify's library, unmodified: it authenticates requests from the admin and exchanges session tokens for expiring
 * offline tokens. Webhooks and the Admin API have roads of our own (request.server.ts, `adminOf`).
 */
export const shopify = shopifyApp({
  apiKey: config.shopifyApiKey,
  apiSecretKey: config.shopifyApiSecret,
  appUrl: config.shopifyAppUrl,
  scopes: config.scopes?.split(',') ?? requestedScopes(),
  apiVersion: API_VERSION as ApiVersion,
  distribution: AppDistribution.AppStore,
  sessionStorage,
  future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
  hooks: { afterAuth: ({ session }) => startImport(session.shop) },
  // The library writes whole session tokens into its debug lines and messages; only that something went wrong is kept.
  logger: {
    level: LogSeverity.Warning,
    log: (severity) => {
      if (severity === LogSeverity.Error) log.error({}, 'Shopify’s library reports an error')
      else log.warn({}, 'Shopify’s library warns')
    },
  },
})

// Runs after every token exchange.
async function startImport(domain: string): Promise<void> {
  const shop = await installedShop(domain)
  if (shop !== null) await withShop(shop, (tx) => oweFirstImport(tx, shop))
}

/**
 * Owes the import of a shop that has never had one. Also called with every page: a process that dies between storing the
 * first token and owing the import would leave a shop that waits for ever.
 */
export async function oweFirstImport(tx: Tx, shop: ShopId): Promise<void> {
  const begun = await tx.syncRun.findFirst({ where: { shop, kind: 'history' }, select: { id: true } })
  if (begun) return
  const owed = await tx.work.findFirst({ where: { shop, kind: 'backfill-shop' }, select: { id: true } })
  if (!owed) await owe(tx, shop, 'backfill-shop', String(shop), {})
}

/** Shopify's Admin API and files for one shop. */
export type Admin = {
  /**
   * Asks a query: waits for room in the shop's bucket, tries again what may pass.
   *
   * @throws {OutsideFailure} shopify-unavailable, shopify-throttled, shopify-refused
   * @throws {AccessLost} token-revoked, scope-missing (names the scope), shop-gone
   */
  ask<R, V>(document: TypedDocumentNode<R, V>, variables: V, options?: AskOptions): Promise<R>
  /**
   * Sends a mutation: sent again only when it was surely not executed, or is repeatable. The caller reads `userErrors`.
   * Errors as `ask`.
   */
  change<R, V>(document: TypedDocumentNode<R, V>, variables: V, options?: ChangeOptions): Promise<R>
  /** Opens a bulk operation's result from a byte on; see bulk-file.server.ts. */
  openFile(url: string, fromByte: number, etag: string | null): Promise<BulkFile>
  /** Puts a file at a staged upload's target. */
  uploadFile(target: StagedTarget, lines: string | Buffer): Promise<void>
}

/**
 * The Admin API of one installation. Holds no token: each request takes the present one, renewed one at a time per shop.
 *
 * @throws {AccessLost} shop-gone or token-revoked: there is no such installation or no usable token
 */
export async function adminOf(shop: ShopId): Promise<Admin> {
  const domain = await domainOf(shop)
  if (domain === null) throw new AccessLost('shop-gone', `shop ${shop} is not installed`)
  await accessToken(shop, domain)
  const connection: AdminConnection = {
    shop,
    domain,
    bucket: bucketOf(shop),
    pace: PACE,
    token: (refused) => accessToken(shop, domain, refused),
  }
  return {
    ask: (document, variables, options) => send(connection, document, variables, options),
    change: (document, variables, options) => send(connection, document, variables, options),
    openFile,
    uploadFile,
  }
}

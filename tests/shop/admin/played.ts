import type { BulkOperations } from '../bulk.ts'
import type { Faults } from '../faults.ts'
import type { FlowTriggers } from '../flow-triggers.ts'
import type { Happenings } from '../happenings.ts'
import type { AdminSchema } from '../schema.ts'
import type { StagedUploads } from '../staged-uploads.ts'
import type { Bucket } from '../throttle.ts'
import type { Tokens } from '../tokens.ts'
import type { WebPixel } from '../web-pixel.ts'
import type { Webhooks } from '../webhooks.ts'
import type { World } from '../world.ts'
import type { Definition } from './metafield-definitions.ts'

/** One played shop: its world, and what Shopify keeps about the app in it. */
export type PlayedShop = {
  world: World
  faults: Faults
  admin: AdminSchema
  apiKey: string
  bucket: Bucket
  tokens: Tokens
  bulk: BulkOperations
  uploads: StagedUploads
  webhooks: Webhooks
  happen: Happenings
  flow: FlowTriggers
  definitions: Definition[]
  /** The app's web pixel; null: it has put none there. */
  webPixel: WebPixel | null
  /** Level 2 fields (name, e-mail, phone, address) are refused unless the app was approved for them. */
  level2: boolean
  /** Every Admin call, for tests that count them. */
  calls: AdminCall[]
}

/** `operation` is the operation's name, or its root field, which is `root`; `points` is what it used in the end. */
export type AdminCall = { operation: string; root: string; at: number; points: number; isThrottled: boolean }

/** One call: the shop and the token's scopes. */
export type Call = { shop: PlayedShop; scopes: ReadonlySet<string> }

export type Args = Record<string, unknown>
// The sources are world objects of many shapes; each resolver names the one it is registered for.
export type Resolve = (source: never, args: Args, call: Call) => unknown
export type PlayedFields = Record<string, Record<string, Resolve>>

/** A connection's whole list in ascending order, before it is turned around and cut into pages. */
export type List = {
  items: unknown[]
  sortValue?: (item: never) => string | number
  reverse?: boolean
  /** The largest page, where it is not 250. */
  most?: number
}
export type PlayedLists = Record<string, Record<string, (source: never, args: Args, call: Call) => List>>

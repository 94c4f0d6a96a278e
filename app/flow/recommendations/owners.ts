/** Whose metafields hold recommendations: customers' and products'. */
import { STATE_NAMESPACE } from '#app/domain/publication.ts'
import {
  CustomerPicks,
  customerFields,
  GOES_WITH_KEY,
  PICKS_ABOUT_KEY,
  PICKS_KEY,
  ProductPicks,
  productFields,
  type Field,
} from '#app/domain/recommendations/documents.ts'
import type { BulkTx, Tx } from '#app/outside/database.server.ts'

export type Hold = { stillMine(tx: Tx | BulkTx): Promise<void> }

/** Whose metafields they are, and where it is stored what they hold. */
export type Owner = {
  table: 'CustomerPicks' | 'ProductPicks'
  column: 'customer' | 'product'
  ownerType: 'CUSTOMER' | 'PRODUCT'
  gid: string
  keys: readonly { key: string; type: Field['type']; name: string }[]
  fieldsOf(wanted: unknown): Field[]
}

export const CUSTOMERS: Owner = {
  table: 'CustomerPicks',
  column: 'customer',
  ownerType: 'CUSTOMER',
  gid: 'gid://shopify/Customer/',
  keys: [
    { key: PICKS_KEY, type: 'list.product_reference', name: 'Morello picks' },
    { key: PICKS_ABOUT_KEY, type: 'json', name: 'Morello picks: why' },
  ],
  fieldsOf: (wanted) => customerFields(CustomerPicks.parse(wanted)),
}
export const PRODUCTS: Owner = {
  table: 'ProductPicks',
  column: 'product',
  ownerType: 'PRODUCT',
  gid: 'gid://shopify/Product/',
  keys: [{ key: GOES_WITH_KEY, type: 'list.product_reference', name: 'Morello: goes with it' }],
  fieldsOf: (wanted) => productFields(ProductPicks.parse(wanted)),
}

/** Rows that Shopify does not have as they should be, and that it has not refused as they are. */
export const IS_CHANGED = `t."wanted" IS NOT NULL AND t."wanted" IS DISTINCT FROM t."written"
  AND t."wanted" IS DISTINCT FROM t."sent" AND t."sentIn" IS NULL`

/** The metafields of one owner as Shopify takes them. */
export function metafieldsOf(owner: Owner, id: string, wanted: unknown) {
  return owner.fieldsOf(wanted).map((field) => ({ ownerId: owner.gid + id, namespace: STATE_NAMESPACE, ...field }))
}

/** A customer's change rings for us; what rings at or before it is our own echo. Products do not ring. */
export function echoOf({ table }: Owner): string {
  return table === 'CustomerPicks' ? `, "echoAt" = greatest(t."echoAt", r."at")` : ''
}

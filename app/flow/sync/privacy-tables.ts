/** Where something is stored about a person: one list for what a data request tells and for what an erasure takes away. */
import type { Id } from '#app/domain/order.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import type { PersonNamed } from './privacy-body.ts'

type PersonTable = {
  table: string
  /** Rows of their own, or of an order of theirs. */
  of: 'customer' | 'order'
  column: string
  orderBy: string
  /** A second column that may name them. */
  or?: string
  /** What a data request tells of a row, where that is not all of it. */
  told?: string
}

/** In the order in which they are told. */
const TABLES: readonly PersonTable[] = [
  { table: 'Customer', of: 'customer', column: 'id', orderBy: 'id' },
  { table: 'Order', of: 'order', column: 'id', orderBy: 'id' },
  { table: 'Line', of: 'order', column: 'order', orderBy: '"order", id' },
  { table: 'OrderEvidence', of: 'order', column: 'order', orderBy: '"order"' },
  { table: 'CustomerFeatures', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'Membership', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'MembershipChange', of: 'customer', column: 'customer', orderBy: 'id' },
  { table: 'OwnMembership', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'OwnMove', of: 'customer', column: 'customer', orderBy: 'id' },
  { table: 'Exclusion', of: 'customer', column: 'customer', orderBy: 'id' },
  { table: 'RewardStanding', of: 'customer', column: 'customer', orderBy: 'reward' },
  { table: 'Grant', of: 'customer', column: 'customer', orderBy: 'id' },
  { table: 'CustomerRewards', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'Review', of: 'customer', column: 'customer', orderBy: 'id' },
  { table: 'Delivery', of: 'order', column: 'order', orderBy: '"order"' },
  { table: 'RewardExposure', of: 'customer', column: 'customer', orderBy: 'reward, day' },
  { table: 'CustomerPicks', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'StorefrontEvent', of: 'customer', column: 'customer', orderBy: 'at, id' },
  { table: 'CustomerVisits', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'OffersOff', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'MessageSending', of: 'customer', column: 'customer', orderBy: 'at' },
  { table: 'SurveyAnswer', of: 'customer', column: 'customer', orderBy: 'question' },
  { table: 'AbandonedCheckout', of: 'customer', column: 'customer', orderBy: 'id' },
  // A hash says nothing to anybody without the key: which ones there are is told.
  {
    table: 'AccountKeys',
    of: 'customer',
    column: 'customer',
    orderBy: 'customer',
    told: `jsonb_build_object('fetchedAt', t."fetchedAt", 'keptAsKeyedHash', array_remove(ARRAY[
      CASE WHEN t.email IS NOT NULL THEN 'email' END, CASE WHEN t.phone IS NOT NULL THEN 'phone' END,
      CASE WHEN t.address IS NOT NULL THEN 'address' END, CASE WHEN t."nameAtAddress" IS NOT NULL THEN 'nameAtAddress' END,
      CASE WHEN t.workplace IS NOT NULL THEN 'workplace' END], NULL))`,
  },
  // Whose the other account is stays theirs.
  {
    table: 'PersonLink',
    of: 'customer',
    column: 'a',
    or: 'b',
    orderBy: 'a, b',
    told: `to_jsonb(t) - '{shop,a,b}'::text[]`,
  },
  { table: 'Ledger', of: 'customer', column: 'customer', orderBy: 'customer' },
  { table: 'TagChange', of: 'customer', column: 'customer', orderBy: 'id' },
]

/** The orders that are theirs or that the request names. */
export async function ordersOf(tx: Tx, shop: ShopId, { customer, orders }: PersonNamed): Promise<Id[]> {
  const rows = await tx.$queryRaw<{ id: Id }[]>`
    SELECT id::text AS id FROM "Order"
    WHERE shop = ${shop} AND (customer = ${customer}::text::bigint OR id = ANY (${orders}::text[]::bigint[]))`
  return rows.map((row) => row.id)
}

/**
 * Every table with the condition that picks their rows in it: of `t`, with `$1` the shop and `$2` the ids.
 *
 * @param orders  as `ordersOf` says, asked before anything is erased
 */
export function tablesAbout(
  { customer }: PersonNamed,
  orders: readonly Id[],
): (Pick<PersonTable, 'table' | 'orderBy'> & { told: string; where: string; ids: Id[] })[] {
  const isTheirs = (column: string) => `t."${column}" = ANY ($2::text[]::bigint[])`
  return TABLES.map(({ table, of, column, orderBy, or, told = `to_jsonb(t) - 'shop'` }) => ({
    table,
    orderBy,
    told,
    where: `t.shop = $1 AND ${or === undefined ? isTheirs(column) : `(${isTheirs(column)} OR ${isTheirs(or)})`}`,
    ids: of === 'order' ? [...orders] : customer === null ? [] : [customer],
  }))
}

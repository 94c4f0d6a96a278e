import type { Id } from '#app/domain/order.ts'
import type { WorkPayload } from '#app/domain/work.ts'
import {
  deliveredBody,
  domainOf,
  eraseDeliveredBody,
  type ShopId,
  type Tx,
  withShop,
} from '#app/outside/database.server.ts'
import { seal, unseal } from '#app/outside/secrets.server.ts'
import type { Holder } from './backfill.ts'
import { tombstoneHash } from './erased.ts'
import { personNamed, type PersonNamed } from './privacy-body.ts'

/** Where something is stored about a person, as their own row or as that of an order of theirs, and in which order it is told. */
const TABLES: {
  table: string
  of: 'customer' | 'order'
  column: string
  orderBy: string
  /** A second column that may name them. */
  or?: string
  /** What is told of a row, where that is not all of it. */
  told?: string
}[] = [
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
/** Everything that is stored about a person, as JSON text by table, and how many rows of each. */
type Stored = { json: string; counts: Record<string, number> }

/** customers/data_request: everything stored about one person, sealed until the merchant fetches it. */
export async function exportData(holder: Holder & { payload: WorkPayload<'export-data'> }): Promise<void> {
  const { shop, payload } = holder
  const request = payload.request
  if (request === undefined) return
  const domain = await domainOf(shop)
  await withShop(
    shop,
    async (tx) => {
      await holder.stillMine(tx)
      const row = await tx.privacyRequest.findUnique({ where: { shop_id: { shop, id: request } } })
      if (!row || row.doneAt !== null) return
      const body = await deliveredBody(tx, shop, request)
      const named = body === null ? null : personNamed(body)
      const person = named && (named.domain === null || named.domain === domain) ? named : null
      const stored = await storedAbout(tx, shop, person ?? { domain, customer: null, orders: [] })
      const hash = person?.customer ? new Uint8Array(tombstoneHash(shop, 'customer', person.customer)) : null
      await tx.privacyRequest.update({
        where: { shop_id: { shop, id: request } },
        data: { counts: stored.counts, hash, export: new Uint8Array(seal(shop, exportLabel(request), stored.json)) },
      })
      await tx.$executeRaw`UPDATE "PrivacyRequest" SET "doneAt" = now() WHERE shop = ${shop} AND id = ${request}`
      await eraseDeliveredBody(tx, shop, request)
    },
    { timeoutMs: 60_000 },
  )
}

/** The answer to a data request, for the merchant's download; null: there is none, or it has been forgotten. */
export async function readExport(shop: ShopId, request: number): Promise<{ fileName: string; json: string } | null> {
  const row = await withShop(shop, (tx) => tx.privacyRequest.findUnique({ where: { shop_id: { shop, id: request } } }))
  if (!row?.export || row.kind !== 'data-request') return null
  return { fileName: `data-request-${request}.json`, json: unseal(shop, exportLabel(request), row.export).toString() }
}

function exportLabel(request: number): string {
  return `PrivacyRequest.export ${request}`
}

// Text from PostgreSQL to the file: through JavaScript numbers, long ids would lose digits.
async function storedAbout(tx: Tx, shop: ShopId, person: PersonNamed): Promise<Stored> {
  const { customer, orders: named } = person
  const orders = (
    await tx.$queryRaw<{ id: Id }[]>`
      SELECT id::text AS id FROM "Order"
      WHERE shop = ${shop} AND (customer = ${customer}::text::bigint OR id = ANY (${named}::text[]::bigint[]))`
  ).map((row) => row.id)
  const counts: Record<string, number> = {}
  const parts: string[] = []
  for (const { table, of, column, orderBy, or = column, told = `to_jsonb(t) - 'shop'` } of TABLES) {
    const ids = of === 'order' ? orders : customer === null ? [] : [customer]
    const [found] = await tx.$queryRawUnsafe<Aggregate[]>(
      `SELECT count(*)::int AS rows, coalesce(jsonb_agg(${told} ORDER BY ${orderBy}), '[]')::text AS json
      FROM "${table}" t WHERE shop = $1 AND ("${column}" = ANY ($2::text[]::bigint[]) OR "${or}" = ANY ($2::text[]::bigint[]))`,
      shop,
      ids,
    )
    if (!found || found.rows === 0) continue
    counts[table] = found.rows
    parts.push(`${JSON.stringify(table)}:${found.json}`)
  }
  const head = `"shop":${JSON.stringify(person.domain)},"customer":${JSON.stringify(customer)}`
  return { json: `{${head},"stored":{${parts.join(',')}}}`, counts }
}

type Aggregate = { rows: number; json: string }

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
import { ordersOf, tablesAbout } from './privacy-tables.ts'

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
  const counts: Record<string, number> = {}
  const parts: string[] = []
  for (const { table, told, orderBy, where, ids } of tablesAbout(person, await ordersOf(tx, shop, person))) {
    const [found] = await tx.$queryRawUnsafe<Aggregate[]>(
      `SELECT count(*)::int AS rows, coalesce(jsonb_agg(${told} ORDER BY ${orderBy}), '[]')::text AS json
       FROM "${table}" t WHERE ${where}`,
      shop,
      ids,
    )
    if (!found || found.rows === 0) continue
    counts[table] = found.rows
    parts.push(`${JSON.stringify(table)}:${found.json}`)
  }
  const head = `"shop":${JSON.stringify(person.domain)},"customer":${JSON.stringify(person.customer)}`
  return { json: `{${head},"stored":{${parts.join(',')}}}`, counts }
}

type Aggregate = { rows: number; json: string }

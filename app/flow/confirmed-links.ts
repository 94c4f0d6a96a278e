/** Accounts that the merchant has confirmed to be one person's: every stage may ask, the people of the segments stage decide. */
import type { Id } from '#app/domain/order.ts'
import { linkedPersons } from '#app/domain/same-person.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

/**
 * The person of every account with a confirmed link, named by one of the accounts: A with B and B with C are one person.
 * Who is linked to nobody is not in it. As many rows as the merchant has decided, so it is read whole.
 */
export async function confirmedLinks(tx: BulkTx, shop: ShopId): Promise<Map<Id, Id>> {
  const rows = await tx.query<{ a: Id; b: Id }>(
    `SELECT a::text, b::text FROM "PersonLink" WHERE shop = $1 AND state = 'confirmed' ORDER BY "PersonLink".a, "PersonLink".b`,
    [shop],
  )
  return linkedPersons(rows.map(({ a, b }) => ({ profiles: [a, b] })))
}

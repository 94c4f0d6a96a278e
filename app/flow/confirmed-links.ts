/** Accounts that the merchant has confirmed to be one person's: every stage may ask, the people of the segments stage decide. */
import { joinPersons, type JoinedPersons } from '#app/domain/joined-persons.ts'
import type { Id } from '#app/domain/order.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { ask } from './either-door.ts'

/**
 * The persons that the merchant's answers make, what they confirmed first counting first: "household" outranks every "same
 * person" that contradicts it, also through third accounts. As many rows as the merchant has decided, so it is read whole.
 */
export async function joinedPersons(tx: Tx | BulkTx, shop: ShopId): Promise<JoinedPersons> {
  const rows = await ask<{ a: Id; b: Id; state: string }>(
    tx,
    `SELECT l.a::text, l.b::text, l.state FROM "PersonLink" l WHERE l.shop = $1 AND l.state IN ('confirmed', 'household')
     ORDER BY l."decidedAt", l.a, l.b`,
    [shop],
  )
  const pairsOf = (state: string) => rows.filter((row) => row.state === state).map(({ a, b }) => [a, b] as const)
  return joinPersons(
    pairsOf('confirmed').map((profiles) => ({ profiles })),
    pairsOf('household'),
  )
}

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

/** One person as the merchant's answers make them. */
export type Person = {
  /** The lowest id of their accounts. */
  id: Id
  /** All of them, ascending; at least one. */
  accounts: readonly Id[]
}

/** The person of one account. */
export async function personOf(tx: Tx | BulkTx, shop: ShopId, customer: Id): Promise<Person> {
  return personIn(await joinedPersons(tx, shop), customer)
}

/** The same of persons that were read before. */
export function personIn({ personOf: of }: JoinedPersons, customer: Id): Person {
  const named = of.get(customer)
  if (named === undefined) return { id: customer, accounts: [customer] }
  const accounts = [...of].flatMap(([account, person]) => (person === named ? [account] : []))
  accounts.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
  return { id: accounts[0]!, accounts }
}

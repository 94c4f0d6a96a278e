/** Accounts that the merchant has confirmed to be one person's: who of them used a first-purchase benefit. */
import type { IdIndex } from '#app/domain/id-index.ts'
import type { Id } from '#app/domain/order.ts'
import type { Standings } from '#app/domain/standings.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { joinedPersons } from '../confirmed-links.ts'

/** Counts for everybody the other accounts of the same person that used a first-purchase benefit. */
export async function countLinked(tx: BulkTx, shop: ShopId, standings: Standings, index: IdIndex): Promise<void> {
  const known = [...(await joinedPersons(tx, shop)).personOf]
    .map(([account, person]) => ({ person, at: index.find(Number(account)) }))
    .filter(({ at }) => at >= 0)
  const isUsing = (at: number) => (standings.benefitsUsed[at]! > 0 ? 1 : 0)
  const using = new Map<Id, number>()
  for (const { person, at } of known) using.set(person, (using.get(person) ?? 0) + isUsing(at))
  for (const { person, at } of known) standings.linkedWithBenefit[at] = using.get(person)! - isUsing(at)
}

/** The same for one customer, as columns of length one; for whom their order makes a difference is worked out next. */
export async function countLinkedToOne(tx: BulkTx, shop: ShopId, customer: Id, standings: Standings): Promise<void> {
  const persons = (await joinedPersons(tx, shop)).personOf
  const person = persons.get(customer)
  if (person === undefined) return
  const others = [...persons]
    .filter(([account, of]) => of === person && account !== customer)
    .map(([account]) => account)
  const rows = await tx.query<{ account: Id; isUsing: boolean }>(
    `SELECT "customer"::text AS "account", "benefitsUsed" > 0 AS "isUsing" FROM "CustomerFeatures"
     WHERE "shop" = $1 AND "customer" = ANY($2::bigint[])`,
    [shop, [customer, ...others]],
  )
  const using = new Set(rows.filter(({ isUsing }) => isUsing).map(({ account }) => account))
  standings.linkedWithBenefit[0] = others.filter((account) => using.has(account)).length
  if (using.has(customer) === standings.benefitsUsed[0]! > 0) return
  for (const account of others) await owe(tx, shop, 'recompute-customer', account, {})
}

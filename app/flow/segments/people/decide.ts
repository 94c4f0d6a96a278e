/** What the merchant says of two accounts that look like one person's. */
import type { Id } from '#app/domain/order.ts'
import type { LinkAnswer } from '#app/domain/people-pages.ts'
import { InvalidInput } from '#app/errors.ts'
import { type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { confirmedLinks } from '../../confirmed-links.ts'

/**
 * Keeps an answer, or takes it back (`suggested`), and has every account of the person worked out again where that changes who is one.
 *
 * @throws {InvalidInput} not-found: no such pair (any more)
 */
export async function decideLink(shop: ShopId, { a, b }: { a: Id; b: Id }, answer: LinkAnswer): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    const [link] = await tx.query<{ state: string }>(
      `SELECT state FROM "PersonLink" WHERE shop = $1 AND a = $2 AND b = $3 FOR UPDATE`,
      [shop, a, b],
    )
    if (!link) throw new InvalidInput(`no link of ${a} and ${b} in shop ${shop}`, { code: 'not-found' })
    if (link.state === answer) return
    const before = await personOf(tx, shop, a, b)
    await tx.query(
      `UPDATE "PersonLink" SET state = $4, "decidedAt" = CASE WHEN $4 = 'suggested' THEN NULL ELSE now() END
       WHERE shop = $1 AND a = $2 AND b = $3`,
      [shop, a, b, answer],
    )
    if (link.state !== 'confirmed' && answer !== 'confirmed') return
    const after = await personOf(tx, shop, a, b)
    for (const customer of new Set([...before, ...after])) await owe(tx, shop, 'recompute-customer', customer, {})
  })
}

/** The two, and every account that is confirmed to be the same person as one of them. */
async function personOf(tx: BulkTx, shop: ShopId, a: Id, b: Id): Promise<Id[]> {
  const persons = await confirmedLinks(tx, shop)
  const theirs = new Set([persons.get(a), persons.get(b)])
  theirs.delete(undefined)
  return [a, b, ...[...persons].filter(([, person]) => theirs.has(person)).map(([customer]) => customer)].sort()
}

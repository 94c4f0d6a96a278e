/** What the merchant says of two accounts that look like one person's. */
import { accountsMoved } from '#app/domain/joined-persons.ts'
import type { Id } from '#app/domain/order.ts'
import type { LinkAnswer } from '#app/domain/people-pages.ts'
import { InvalidInput } from '#app/errors.ts'
import { type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { joinedPersons } from '../../confirmed-links.ts'

/**
 * Keeps an answer, or takes it back (`suggested`), and has every account worked out again that is one person with others then.
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
    const before = await joinedPersons(tx, shop)
    await tx.query(
      `UPDATE "PersonLink" SET state = $4, "decidedAt" = CASE WHEN $4 = 'suggested' THEN NULL ELSE now() END
       WHERE shop = $1 AND a = $2 AND b = $3`,
      [shop, a, b, answer],
    )
    const after = await joinedPersons(tx, shop)
    for (const customer of accountsMoved(before.personOf, after.personOf))
      await owe(tx, shop, 'recompute-customer', customer, {})
    // What the two have in common with others is asked of others then.
    if (link.state === 'household' || answer === 'household') await owe(tx, shop, 'link-accounts', String(shop), {})
  })
}

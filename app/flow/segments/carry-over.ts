/** What the merchant has said of an account that Shopify has merged into another goes over to the one that stays. */
import { joinedExclusion } from '#app/domain/exclusions.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import { now } from '#app/outside/clock.ts'
import { withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { mayLinkAccounts } from '../settings.ts'

type Pair = { gone: Id; kept: Id }

/**
 * Carries over what keeps the account out of rewards, and the answers about whose other accounts are. Asked again, it finds
 * nothing left to carry.
 *
 * @param stillMine  asked last: throws if another worker has taken over, and nothing is written
 */
export async function carryOver(
  shop: ShopId,
  gone: Id,
  kept: Id,
  stillMine: (tx: BulkTx) => Promise<void> = async () => {},
): Promise<void> {
  await withShopBulk(shop, async (tx) => {
    await carryExclusions(tx, shop, { gone, kept }, now())
    if (await mayLinkAccounts(tx, shop)) await carryAnswers(tx, shop, { gone, kept })
    // Only now may they be forgotten.
    await owe(tx, shop, 'recompute-customer', gone, {})
    await stillMine(tx)
  })
}

type Row = { reason: string; since: Date; until: Date | null }

async function carryExclusions(tx: BulkTx, shop: ShopId, { gone, kept }: Pair, at: Instant): Promise<void> {
  await tx.query(
    `UPDATE "Exclusion" SET "endedAt" = "until" WHERE "shop" = $1 AND "customer" = ANY ($2::bigint[])
       AND "endedAt" IS NULL AND "until" <= $3`,
    [shop, [gone, kept], new Date(at)],
  )
  const [comes] = await tx.query<Row>(
    `DELETE FROM "Exclusion" WHERE "shop" = $1 AND "customer" = $2::bigint AND "endedAt" IS NULL
     RETURNING "reason", "since", "until"`,
    [shop, gone],
  )
  if (comes) {
    const [stays] = await tx.query<Row>(
      `SELECT "reason", "since", "until" FROM "Exclusion"
       WHERE "shop" = $1 AND "customer" = $2::bigint AND "endedAt" IS NULL FOR UPDATE`,
      [shop, kept],
    )
    const { reason, since, until } = stays ? joinedExclusion(inForce(stays), inForce(comes)) : inForce(comes)
    await tx.query(
      `INSERT INTO "Exclusion" ("shop", "customer", "reason", "since", "until") VALUES ($1, $2::bigint, $3, $4, $5)
       ON CONFLICT ("shop", "customer") WHERE "endedAt" IS NULL AND "customer" IS NOT NULL DO UPDATE
         SET "reason" = excluded."reason", "since" = excluded."since", "until" = excluded."until"`,
      [shop, kept, reason, new Date(since), until === null ? null : new Date(until)],
    )
  }
  await tx.query('UPDATE "Exclusion" SET "customer" = $3::bigint WHERE "shop" = $1 AND "customer" = $2::bigint', [
    shop,
    gone,
    kept,
  ])
}

function inForce({ reason, since, until }: Row) {
  return { reason, since: since.getTime(), until: until?.getTime() ?? null }
}

/** What was answered about the account that stays is what the merchant means of it; where nothing was, this is. */
async function carryAnswers(tx: BulkTx, shop: ShopId, { gone, kept }: Pair): Promise<void> {
  const answered = await tx.query<{ other: Id; state: string; because: string[]; suggestedAt: Date; decidedAt: Date }>(
    `DELETE FROM "PersonLink" WHERE shop = $1 AND (a = $2::bigint OR b = $2::bigint) AND state <> 'suggested'
     RETURNING (CASE WHEN a = $2::bigint THEN b ELSE a END)::text AS other, state, because, "suggestedAt", "decidedAt"`,
    [shop, gone],
  )
  for (const { other, state, because, suggestedAt, decidedAt } of answered) {
    if (other !== kept)
      await tx.query(
        `INSERT INTO "PersonLink" AS l (shop, a, b, state, because, "suggestedAt", "decidedAt")
         VALUES ($1, least($2::bigint, $3::bigint), greatest($2::bigint, $3::bigint), $4, $5, $6, $7)
         ON CONFLICT (shop, a, b) DO UPDATE SET state = excluded.state, "decidedAt" = excluded."decidedAt"
         WHERE l.state = 'suggested'`,
        [shop, kept, other, state, because, suggestedAt, decidedAt],
      )
    if (state === 'confirmed')
      for (const customer of [kept, other].sort()) await owe(tx, shop, 'recompute-customer', customer, {})
  }
}

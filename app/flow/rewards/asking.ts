/** "Think this is wrong? Ask the shop": what a shopper asks waits for the merchant as a grant that holds nothing yet. */
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import type { Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { personOf } from '../confirmed-links.ts'
import { lockPerson } from './reserve.ts'

/** Whether this customer has asked about this reward, whatever the merchant has said. */
export async function askedBefore(tx: BulkTx, shop: ShopId, reward: number, customer: string): Promise<boolean> {
  const asked = await tx.query(
    `SELECT FROM "Grant" WHERE shop = $1 AND reward = $2 AND customer = $3 AND because @> '[{"kind": "asked"}]'`,
    [shop, reward, customer],
  )
  return asked.length > 0
}

/** Puts the question into the merchant's queue; nothing, if the person has a grant of this turn already. */
export async function grantAsked(
  tx: BulkTx,
  { shop, reward, customer, at }: { shop: ShopId; reward: number; customer: string; at: Instant },
): Promise<void> {
  const person = await personOf(tx, shop, customer)
  await lockPerson(tx, shop, person.id)
  const [row] = await tx.query<{ definition: RewardDefinition; turn: number }>(
    `SELECT r.definition, (SELECT coalesce(max(turn) + 1, 0) FROM "Grant" g
       WHERE g.shop = $1 AND g.reward = $2 AND g.step = 0 AND g.person = $3) AS turn
     FROM "Reward" r WHERE r.shop = $1 AND r.id = $2`,
    [shop, reward, person.id],
  )
  if (!row) return
  await tx.query(
    `INSERT INTO "Grant" (shop, reward, step, turn, customer, person, state, what, because, "grantedAt")
     VALUES ($1, $2, 0, $3, $4, $5, 'waiting', $6, '[{"kind": "asked"}]', $7) ON CONFLICT DO NOTHING`,
    [shop, reward, row.turn, customer, person.id, JSON.stringify(row.definition.steps[0]!.what), new Date(at)],
  )
  // From here on they read that the shop has their question.
  await owe(tx, shop, 'grant-customer', customer, {})
}

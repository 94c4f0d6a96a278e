/** "Think this is wrong? Ask the shop": what a shopper asks waits for the merchant as a grant that holds nothing yet. */
import type { RewardDefinition } from '#app/domain/rewards/reward.ts'
import type { Instant } from '#app/domain/order.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

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
  const [row] = await tx.query<{ definition: RewardDefinition; person: string | null; turn: number }>(
    `SELECT r.definition, s.person,
       (SELECT coalesce(max(turn) + 1, 0) FROM "Grant" g
         WHERE g.shop = $1 AND g.reward = $2 AND g.step = 0 AND g.person = s.person) AS turn
     FROM "Reward" r LEFT JOIN "RewardStanding" s ON s.shop = r.shop AND s.reward = r.id AND s.customer = $3
     WHERE r.shop = $1 AND r.id = $2`,
    [shop, reward, customer],
  )
  if (!row) return
  await tx.query(
    `INSERT INTO "Grant" (shop, reward, step, turn, customer, person, state, what, because, "grantedAt")
     VALUES ($1, $2, 0, $3, $4, $5, 'waiting', $6, '[{"kind": "asked"}]', $7) ON CONFLICT DO NOTHING`,
    [
      shop,
      reward,
      row.turn,
      customer,
      row.person ?? customer,
      JSON.stringify(row.definition.steps[0]!.what),
      new Date(at),
    ],
  )
}

/** Grants that wait for Shopify, and what Shopify has answered about them. */
import type { Problem } from '#app/domain/pages.ts'
import type { Id, Instant } from '#app/domain/order.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { Hold } from './sync.ts'

/** A grant that is not in Shopify yet, or of which nobody knows. `A`: what was written down before asking. */
export type OpenGrant<A> = {
  id: number
  reward: number
  step: number
  turn: number
  customer: Id
  state: 'reserved' | 'asked'
  what: RewardGift
  code: string | null
  expiresAt: Instant | null
  asked: A | null
  problem: Problem | null
}

/** Those of one kind, the oldest first; what Shopify has refused is left out until the merchant changes something. */
export async function readOpenGrants<A>(
  tx: Tx,
  shop: ShopId,
  of: 'codes' | 'credit',
  limit: number,
): Promise<OpenGrant<A>[]> {
  const rows = await tx.$queryRaw<(Omit<OpenGrant<A>, 'expiresAt'> & { expiresAt: Date | null })[]>`
    SELECT "id", "reward", "step", "turn", "customer"::text, "state", "what", "code", "expiresAt", "asked", "problem" FROM "Grant"
    WHERE "shop" = ${shop} AND "state" IN ('reserved', 'asked') AND ("what" ->> 'kind' = 'credit') = ${of === 'credit'}
      AND "problem" ->> 'kind' IS DISTINCT FROM 'shopify-refused'
    ORDER BY "id" LIMIT ${limit}`
  return rows.map((row) => ({ ...row, expiresAt: row.expiresAt?.getTime() ?? null }))
}

export type Told<A> = {
  state?: 'reserved' | 'asked' | 'issued' | 'ended' | 'parked'
  asked?: A | null
  problem?: Problem | null
  code?: string
  outsideGid?: string
  expiresAt?: Instant
}

/**
 * Writes down what became of a grant, if it is still as it was read, and owes what follows: once it is there its owner sees it.
 *
 * @returns whether it was still so
 */
export async function noteGrant<A>(shop: ShopId, hold: Hold, grant: OpenGrant<A>, told: Told<A>): Promise<boolean> {
  return (await noteGrants(shop, hold, [{ grant, told }])) === 1
}

/** The same of several at once; answers of how many. */
export async function noteGrants<A>(
  shop: ShopId,
  hold: Hold,
  notes: readonly { grant: OpenGrant<A>; told: Told<A> }[],
): Promise<number> {
  if (notes.length === 0) return 0
  const rows = notes.map(({ grant, told }) => {
    const { state, asked, problem, code } = { ...grant, ...told }
    const expiresAt = told.expiresAt === undefined ? null : new Date(told.expiresAt).toISOString()
    return {
      id: grant.id,
      was: grant.state,
      state,
      asked,
      problem,
      code,
      outsideGid: told.outsideGid ?? null,
      expiresAt,
    }
  })
  const changed = await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const changed = await tx.$queryRaw<{ id: number; state: string; customer: Id }[]>`
      UPDATE "Grant" g SET "state" = n."state", "asked" = nullif(n."asked", 'null'), "problem" = nullif(n."problem", 'null'),
        "code" = n."code", "outsideGid" = coalesce(n."outsideGid", g."outsideGid"),
        "expiresAt" = coalesce(n."expiresAt", g."expiresAt"),
        "issuedAt" = CASE WHEN n."state" = 'issued' THEN coalesce(g."issuedAt", ${new Date(now())}::timestamptz) END
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("id" int, "was" text, "state" text, "asked" jsonb,
        "problem" jsonb, "code" text, "outsideGid" text, "expiresAt" timestamptz)
      WHERE g."shop" = ${shop} AND g."id" = n."id" AND g."state" = n."was"
      RETURNING g."id", g."state", g."customer"::text`
    const issued = changed.filter(({ state }) => state === 'issued').map(({ customer }) => customer)
    // Until when they may use it is known now, and they may read it now.
    for (const customer of [...new Set(issued)].sort()) await owe(tx, shop, 'grant-customer', customer, {})
    if (issued.length > 0) await owe(tx, shop, 'show-offers', String(shop), {})
    return changed
  })
  const ids = new Set(changed.map(({ id }) => id))
  for (const { grant, told } of notes) if (ids.has(grant.id)) Object.assign(grant, told)
  return changed.length
}

/** Brings every grant to Shopify: own codes and store credit, each without waiting for the other. */
import type { Problem } from '#app/domain/pages.ts'
import { isShared } from '#app/domain/rewards/reward.ts'
import { AccessLost } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { giveCredits } from './credit.ts'
import { bindAnew } from './first-order-codes.ts'
import { readOver } from './granting-frame.ts'
import { issueCodes } from './own-codes.ts'
import { readRewards } from './stored.ts'
import type { Hold } from './sync.ts'

/** A permission that is missing is the merchant's to give: the grants say so, and are looked at again. */
const WITHOUT_SCOPE_MS = 10 * 60_000

type Again = void | { againInMs: number }

/**
 * Asks Shopify for every code and credit that is reserved, and looks at what was asked for. Safe to be killed anywhere: each
 * grant ends with exactly one code, and no credit is given twice.
 */
export async function issueGrants(shop: ShopId, hold: Hold): Promise<Again> {
  const admin = await adminOf(shop)
  const codes = await unlessForbidden(shop, hold, 'codes', async () => {
    await bindAnew(shop, admin, hold)
    return issueCodes(shop, admin, hold)
  })
  const credit = await unlessForbidden(shop, hold, 'credit', () => giveCredits(shop, admin, hold))
  await hideUsedUp(shop, hold)
  const waits = [codes, credit].flatMap((again) => (again ? [again.againInMs] : []))
  return waits.length === 0 ? undefined : { againInMs: Math.min(...waits) }
}

/** With the last one taken, nobody is to read any more that it can be taken: whoever does is looked at again. */
async function hideUsedUp(shop: ShopId, hold: Hold): Promise<void> {
  await withShop(shop, async (tx) => {
    const live = (await readRewards(tx, shop)).filter(
      ({ state, definition }) => state === 'live' && !isShared(definition),
    )
    const claimed = live.filter(({ definition }) => definition.take === 'claimed')
    const over = [...(await readOver(tx, shop, claimed)).keys()]
    if (over.length === 0) return
    const offered = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM "CustomerRewards" WHERE "shop" = ${shop} AND EXISTS (
        SELECT FROM jsonb_array_elements("wanted" -> 'rewards') AS offer
        WHERE offer ->> 'state' = 'claim' AND (offer ->> 'id')::int = ANY (${over}::int[])) LIMIT 1`
    if (offered.length > 0) await owe(tx, shop, 'grant-everybody', String(shop), {})
    await hold.stillMine(tx)
  })
}

async function unlessForbidden(
  shop: ShopId,
  hold: Hold,
  what: 'codes' | 'credit',
  issue: () => Promise<Again>,
): Promise<Again> {
  try {
    return await issue()
  } catch (error) {
    if (!(error instanceof AccessLost) || error.code !== 'scope-missing') throw error
    const problem: Problem = { kind: 'scope-missing', ...(error.scope === undefined ? {} : { detail: error.scope }) }
    await withShop(shop, async (tx) => {
      await hold.stillMine(tx)
      await tx.$executeRaw`
        UPDATE "Grant" SET "problem" = ${JSON.stringify(problem)}::jsonb
        WHERE "shop" = ${shop} AND "state" IN ('reserved', 'asked') AND ("what" ->> 'kind' = 'credit') = ${what === 'credit'}
          AND "problem" IS DISTINCT FROM ${JSON.stringify(problem)}::jsonb`
    })
    return { againInMs: WITHOUT_SCOPE_MS }
  }
}

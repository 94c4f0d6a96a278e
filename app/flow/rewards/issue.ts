/** Brings every grant to Shopify: own codes and store credit, each without waiting for the other. */
import type { Problem } from '#app/domain/pages.ts'
import { AccessLost } from '#app/errors.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { giveCredits } from './credit.ts'
import { bindAnew } from './first-order-codes.ts'
import { issueCodes } from './own-codes.ts'
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
  const waits = [codes, credit].flatMap((again) => (again ? [again.againInMs] : []))
  return waits.length === 0 ? undefined : { againInMs: Math.min(...waits) }
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

/** The setup helper: which segments to watch first, by the merchant's answers and the shop's own figures. */
import type { FirstAnswers } from '#app/domain/first-answers.ts'
import {
  candidatesFor,
  firstSegments,
  reachedRule,
  ruleOfFirst,
  type FirstCount,
  type FirstFigures,
  type FirstPage,
} from '#app/domain/first-segments.ts'
import { windowDaysOf } from '#app/domain/stages.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { countMembers, type MemberCounts } from './counts.ts'
import { countRule } from './own/preview.ts'
import { ownSegments, ruleContext, rulesById } from './own/stored.ts'
import { readShopState } from './shop-state.ts'

const LONGEST_MS = 20_000

/** The three questions, and once they are answered what they propose; without figures before the first run. */
export async function firstPage(shop: ShopId): Promise<FirstPage> {
  const { state, freshness, members } = await withShop(shop, async (tx) => ({
    state: await readShopState(tx, shop),
    freshness: await freshnessOf(tx, shop),
    members: await countMembers(tx, shop),
  }))
  const { worked, settings, isLimited } = state
  const { watchFirst: answers, watchFirstDismissed: isDismissed } = settings.setup
  const { loyalOrders } = settings.thresholds
  const windowDays = worked ? Math.round(windowDaysOf(worked.estimates, settings.thresholds)) : 0
  const page = { freshness, estimates: worked?.estimates ?? null, answers, isDismissed, windowDays, loyalOrders }
  if (answers === null || worked === null) return { ...page, result: null }
  const counted = await withShopBulk(shop, async (tx) => {
    await tx.query(`SELECT set_config('statement_timeout', '${LONGEST_MS}', true)`)
    return {
      firstOrders: isLimited || answers.worry !== 'discounts' ? null : await firstOrdersOf(tx, shop),
      counts: await countsOf(tx, shop, answers, { windowDays, loyalOrders }, members),
    }
  })
  return { ...page, result: firstSegments(answers, { windowDays, loyalOrders, isLimited, ...counted }) }
}

async function countsOf(
  tx: BulkTx,
  shop: ShopId,
  answers: FirstAnswers,
  measures: Pick<FirstFigures, 'windowDays' | 'loyalOrders'>,
  members: MemberCounts,
): Promise<FirstFigures['counts']> {
  const context = await ruleContext(tx, shop, rulesById(await ownSegments(tx, shop)), now())
  const counts: FirstFigures['counts'] = {}
  for (const key of candidatesFor(answers)) {
    const rule = ruleOfFirst(key, measures)
    const count = async (each: typeof rule) => (await countRule(tx, context, each, null)).members
    // A big segment is counted as its page counts it: nowhere does it have two sizes.
    const known = key === 'cherry-picker' ? members.cherryPicker.customers : stageCount(members, key)
    const customers = known === null ? await count(rule) : { customers: known, plusMinus: 0 }
    const reachable = answers.channel === 'shop' ? null : await count(reachedRule(rule, answers.channel))
    counts[key] = { customers, reachable } satisfies FirstCount
  }
  return counts
}

function stageCount({ customers }: MemberCounts, key: string): number | null {
  return key in customers ? customers[key as keyof typeof customers] : null
}

async function firstOrdersOf(tx: BulkTx, shop: ShopId): Promise<{ all: number; withCode: number } | null> {
  const [row] = await tx.query<{ all: number; withCode: number }>(
    `SELECT count(*) FILTER (WHERE "first" > 0)::int AS "all", count(*) FILTER (WHERE "first" = 2)::int AS "withCode"
     FROM "CustomerFeatures" WHERE "shop" = $1`,
    [shop],
  )
  return row ?? null
}

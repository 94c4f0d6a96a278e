/** The same for everybody whom a live reward may concern: after one starts or ends, nightly, and after everybody was worked out. */
import { DAY_MS, type Id } from '#app/domain/order.ts'
import { needsNoOrder, type RewardDefinition } from '#app/domain/rewards/reward.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, withShopBulk, type BulkTx, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { expireGrants } from './benefit-orders.ts'
import { SURVEY_DAYS } from './deliveries.ts'
import { grantPerson } from './grant.ts'
import { readGrantingFrame, type GrantingFrame } from './granting-frame.ts'

type Holder = { shop: ShopId; stillMine(tx: Tx | BulkTx): Promise<void>; signal?: AbortSignal }

/** Held in memory at once. */
const PAGE = 500
/** Transactions at once: each waits for the database most of its time. */
const AT_ONCE = 4

/** Page by page, the lowest id first, each person in a transaction of their own; begun again, it changes nothing more. */
export async function grantEverybody({ shop, stillMine, signal }: Holder): Promise<void> {
  await withShop(shop, async (tx) => {
    await expireGrants(tx, shop, now())
    await stillMine(tx)
  })
  for (let after: Id = '0'; ;) {
    const frame = await withShop(shop, (tx) => readGrantingFrame(tx, shop, now()))
    const page = await withShopBulk(shop, (tx) => listCandidates(tx, shop, frame, after))
    for (let from = 0; from < page.length; from += AT_ONCE) {
      if (signal?.aborted) return
      await Promise.all(page.slice(from, from + AT_ONCE).map((customer) => grantOne(shop, customer, frame, stillMine)))
    }
    if (page.length < PAGE) return
    after = page.at(-1)!
  }
}

async function grantOne(
  shop: ShopId,
  customer: Id,
  frame: GrantingFrame,
  stillMine: Holder['stillMine'],
): Promise<void> {
  await withShop(shop, async (tx) => {
    const inMs = await grantPerson(tx, shop, customer, frame, now())
    if (inMs !== null) await owe(tx, shop, 'grant-customer', customer, {}, { inMs })
    await stillMine(tx)
  })
}

/** Accounts that may be among whom a live reward is for, and all who have a place, a grant or something shown. */
async function listCandidates(tx: BulkTx, shop: ShopId, frame: GrantingFrame, after: Id): Promise<Id[]> {
  const values: unknown[] = [shop, after, PAGE]
  const bound = (value: unknown) => `$${values.push(value)}`
  const sources = [
    ...['"RewardStanding"', '"CustomerRewards"', '"Grant"'].map((table) => `${table} t WHERE true`),
    ...frame.live.map(({ definition, startedAt }) => sourceOf(definition, bound, new Date(startedAt))),
    ...frame.shared.map(({ definition }) => sharedSource(definition)),
  ]
  const each = [...new Set(sources)].map(
    (source) => `(SELECT t."customer" AS id FROM ${source} AND t."shop" = $1::int AND t."customer" > $2::bigint
      GROUP BY t."customer" ORDER BY t."customer" LIMIT $3::int)`,
  )
  const rows = await tx.query<{ id: Id }>(
    `SELECT u.id::text AS id FROM (${each.join(' UNION ')}) u ORDER BY u.id LIMIT $3::int`,
    values,
  )
  return rows.map(({ id }) => id)
}

/** A code for everybody is nobody's in particular, but hidden from whoever is the same person as another account. */
function sharedSource({ who }: RewardDefinition): string {
  return who.kind === 'first-order' && who.guests === 'sign-in'
    ? `"Membership" t WHERE t."stage" = 'prospect'`
    : `(SELECT l."shop", unnest(ARRAY[l."a", l."b"]) AS "customer" FROM "PersonLink" l WHERE l."state" = 'confirmed') t WHERE true`
}

/** A table and condition; more than are among them does no harm. */
function sourceOf(definition: RewardDefinition, bound: (value: unknown) => string, startedAt: Date): string {
  const { who, steps } = definition
  switch (who.kind) {
    case 'first-order':
      return `"Membership" t WHERE t."stage" = 'prospect'`
    case 'everybody':
      if (steps[0]!.conditions.every(needsNoOrder)) return `"Membership" t WHERE true`
      return `"Order" t WHERE t."processedAt" >= ${bound(orderedFrom(definition, startedAt))}::timestamptz`
    case 'stage':
      return `"Membership" t WHERE t."stage" = ANY (${bound(who.stages)}::text[])`
    case 'flag':
      return `"Membership" t WHERE ${FLAGS[who.flag]}`
    case 'own':
      return `"OwnMembership" t WHERE ${bound(who.segment)}::int = ANY (t."segments")`
  }
}

/** What is asked after a delivery may be asked of an order from before the start. */
function orderedFrom({ steps }: RewardDefinition, startedAt: Date): Date {
  const isOfDelivery = steps[0]!.conditions.some((each) => each.kind === 'survey' && each.which === 'delivery')
  return isOfDelivery ? new Date(startedAt.getTime() - SURVEY_DAYS * DAY_MS) : startedAt
}

const FLAGS = {
  'cherry-picker': `t."cherryPicker" <> 'none'`,
  vip: 't."isVip"',
  'buys-in-sales': 't."buysInSales"',
  regular: 't."isRegular"',
} as const

/** Grants that wait for the merchant: what is known of each, and what their answer does. */
import type { GrantReason } from '#app/domain/rewards/progress.ts'
import type { WaitingGrant, WaitingPage } from '#app/domain/rewards/pages.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import type { Id } from '#app/domain/order.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { domainOf, withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { personOf } from '../confirmed-links.ts'
import { freshnessOf } from '../freshness.ts'
import { reserveGrant } from './reserve.ts'
import { readShopFrame } from './stored.ts'

/** More at once nobody looks through. */
const SHOWN = 50

type Row = {
  id: number
  reward: number
  name: string
  customer: Id
  state: 'waiting' | 'parked'
  what: RewardGift
  because: GrantReason[]
  grantedAt: Date
  orders: number
  granted: number
  gone: number
  accounts: number
}

export async function waitingPage(shop: ShopId): Promise<WaitingPage> {
  const domain = await domainOf(shop)
  return withShop(shop, async (tx) => {
    const rows = await waitingRows(tx, shop)
    return {
      currency: (await readShopFrame(tx, shop)).currency,
      freshness: await freshnessOf(tx, shop),
      grants: rows.map((row): WaitingGrant => ({
        ...row,
        grantedAt: row.grantedAt.getTime(),
        shopifyUrl: domain === null ? null : `https://${domain}/admin/customers/${row.customer}`,
      })),
    }
  })
}

/** With what the person ordered, was granted of this reward before, and gave back. */
async function waitingRows(tx: Tx, shop: ShopId): Promise<Row[]> {
  return tx.$queryRaw<Row[]>`
    SELECT g."id", g."reward", r."definition" ->> 'name' AS "name", g."customer"::text AS "customer", g."state", g."what", g."because",
      g."grantedAt",
      (SELECT count(*)::int FROM "Order" o WHERE o."shop" = ${shop} AND o."customer" = g."customer"
        AND NOT o."isTest" AND o."cancelledAt" IS NULL) AS "orders",
      (SELECT count(*)::int FROM "Grant" b WHERE b."shop" = ${shop} AND b."reward" = g."reward" AND b."person" = g."person"
        AND b."id" <> g."id" AND b."state" IN ('issued', 'used', 'expired')) AS "granted",
      (SELECT count(*)::int FROM "Grant" b JOIN "Order" o ON o."shop" = ${shop} AND o."id" = b."usedOrder"
        WHERE b."shop" = ${shop} AND b."reward" = g."reward" AND b."person" = g."person"
        AND (o."cancelledAt" IS NOT NULL OR (o."totalMinor" > 0 AND o."refundedMinor" >= o."totalMinor"))) AS "gone",
      (SELECT count(DISTINCT s."customer")::int FROM "RewardStanding" s
        WHERE s."shop" = ${shop} AND s."reward" = g."reward" AND s."person" = g."person") AS "accounts"
    FROM "Grant" g JOIN "Reward" r ON r."shop" = ${shop} AND r."id" = g."reward"
    WHERE g."shop" = ${shop} AND g."state" IN ('waiting', 'parked') ORDER BY g."grantedAt", g."id" LIMIT ${SHOWN}`
}

/**
 * The merchant's word on a grant that waits: given by the verb that grants, so within the budget and once only, or declined.
 *
 * @throws {InvalidInput} not-found: it no longer waits; `fields.grant` says why it cannot be given
 */
export async function decideGrant(shop: ShopId, id: number, isGiven: boolean): Promise<void> {
  await withShop(shop, async (tx) => {
    const [row] = await tx.$queryRaw<{ reward: number; customer: Id }[]>`
      SELECT "reward", "customer"::text AS "customer" FROM "Grant" WHERE "shop" = ${shop} AND "id" = ${id} AND "state" = 'waiting'`
    if (!row) throw notWaiting(shop, id)
    await owe(tx, shop, 'grant-customer', row.customer, {})
    if (isGiven) return give(tx, shop, id)
    const { count } = await tx.grant.updateMany({ where: { shop, id, state: 'waiting' }, data: { state: 'declined' } })
    if (count === 0) throw notWaiting(shop, id)
  })
}

/** What waits makes room for the same grant in earnest; where that is refused, all of it is as it was. */
async function give(tx: Tx, shop: ShopId, id: number): Promise<void> {
  const [taken] = await tx.$queryRaw<
    { reward: number; step: number; turn: number; customer: Id; what: RewardGift; because: GrantReason[] }[]
  >`DELETE FROM "Grant" WHERE "shop" = ${shop} AND "id" = ${id} AND "state" = 'waiting'
    RETURNING "reward", "step", "turn", "customer"::text AS "customer", "what", "because"`
  if (!taken) throw notWaiting(shop, id)
  const person = await personOf(tx, shop, taken.customer)
  const answer = await reserveGrant(tx, shop, { ...taken, person, at: now() })
  if (answer.kind === 'reserved') return
  const key = answer.kind === 'had' ? 'had' : answer.by
  throw new InvalidInput(`grant ${id} cannot be given: ${key}`, { fields: { grant: key, id: String(id) } })
}

function notWaiting(shop: ShopId, id: number): InvalidInput {
  return new InvalidInput(`grant ${id} of shop ${shop} does not wait`, { code: 'not-found' })
}

/** Grants that wait for the merchant, with what is known of each. */
import type { GrantReason } from '#app/domain/rewards/progress.ts'
import type { WaitingGrant, WaitingPage } from '#app/domain/rewards/pages.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import type { Id } from '#app/domain/order.ts'
import { domainOf, withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { joinedPersons, personIn } from '../confirmed-links.ts'
import { freshnessOf } from '../freshness.ts'
import { grantsWaiting } from './figures.ts'
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
      all: await grantsWaiting(tx, shop),
      grants: rows.map((row): WaitingGrant => ({
        ...row,
        grantedAt: row.grantedAt.getTime(),
        shopifyUrl: domain === null ? null : `https://${domain}/admin/customers/${row.customer}`,
      })),
    }
  })
}

/** With what the account ordered, and what the person was granted of this reward before under any account, and gave back. */
async function waitingRows(tx: Tx, shop: ShopId): Promise<Row[]> {
  const waits = await tx.grant.findMany({
    where: { shop, state: { in: ['waiting', 'parked'] } },
    select: { id: true, customer: true },
    orderBy: [{ grantedAt: 'asc' }, { id: 'asc' }],
    take: SHOWN,
  })
  const persons = await joinedPersons(tx, shop)
  const asked = waits.map(({ id, customer }) => ({ id, accounts: personIn(persons, String(customer)).accounts }))
  return tx.$queryRaw<Row[]>`
    SELECT g."id", g."reward", r."definition" ->> 'name' AS "name", g."customer"::text AS "customer", g."state", g."what", g."because",
      g."grantedAt", cardinality(p."accounts") AS "accounts",
      (SELECT count(*)::int FROM "Order" o WHERE o."shop" = ${shop} AND o."customer" = g."customer"
        AND NOT o."isTest" AND o."cancelledAt" IS NULL) AS "orders",
      (SELECT count(*)::int FROM "Grant" b WHERE b."shop" = ${shop} AND b."reward" = g."reward"
        AND (b."customer" = ANY (p."accounts") OR b."person" = ANY (p."accounts"))
        AND b."id" <> g."id" AND b."state" IN ('issued', 'used', 'expired')) AS "granted",
      (SELECT count(*)::int FROM "Grant" b JOIN "Order" o ON o."shop" = ${shop} AND o."id" = b."usedOrder"
        WHERE b."shop" = ${shop} AND b."reward" = g."reward"
        AND (b."customer" = ANY (p."accounts") OR b."person" = ANY (p."accounts"))
        AND (o."cancelledAt" IS NOT NULL OR (o."totalMinor" > 0 AND o."refundedMinor" >= o."totalMinor"))) AS "gone"
    FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) AS p("id" int, "accounts" bigint[])
    JOIN "Grant" g ON g."shop" = ${shop} AND g."id" = p."id"
    JOIN "Reward" r ON r."shop" = ${shop} AND r."id" = g."reward" ORDER BY g."grantedAt", g."id"`
}

/**
 * Own codes of a first order's reward end with the person's first order, also where it was placed without the code: Shopify
 * then refuses the code to the customer. Until we have heard of that order and Shopify has answered, a second order that
 * follows at once may still use it; so it may where Shopify took no customers for the discount. If the order comes to nothing,
 * as where its payment failed, the code is theirs again as long as it would have been. What the merchant gave to who asked is
 * given in spite of orders.
 */
import type { Id, Instant } from '#app/domain/order.ts'
import type { OwnDiscount } from '#app/domain/rewards/discount.ts'
import type { Grant } from '#app/domain/rewards/grant.ts'
import { needsNoOrder, type RewardDefinition } from '#app/domain/rewards/reward.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { customersThere } from './confirm.ts'
import { bindCustomers, unbindCustomers } from './discounts.ts'
import type { GrantingFrame } from './granting-frame.ts'
import type { OrderOfPerson } from './person-rows.ts'
import type { Hold } from './sync.ts'

/** Writes down which codes are to be refused, and which to be taken again; `asked` keeps until when the code was theirs. */
export async function settleFirstOrders(
  tx: Tx,
  shop: ShopId,
  grants: readonly Grant[],
  { orders, frame, at }: { orders: readonly OrderOfPerson[]; frame: GrantingFrame; at: Instant },
): Promise<void> {
  let changed = 0
  for (const { id, code, turn, reward, step } of grants) {
    const definition = frame.rewards.get(reward)?.definition
    if (code === null || turn > 0 || definition === undefined || !isOfFirstOrder(definition, step)) continue
    changed += orders.some((order) => order.counts && !order.discounts.includes(`code:${code}`))
      ? await tx.$executeRaw`
          UPDATE "Grant" SET "asked" = jsonb_build_object('bound', false, 'until', "expiresAt"), "expiresAt" = ${new Date(at)}
          WHERE "shop" = ${shop} AND "id" = ${id} AND "state" = 'issued' AND "expiresAt" > ${new Date(at)}
            AND NOT "because" @> '[{"kind": "asked"}]'`
      : await tx.$executeRaw`
          UPDATE "Grant" SET "asked" = jsonb_build_object('bound', true, 'until', "asked" -> 'until'),
            "expiresAt" = ("asked" ->> 'until')::timestamptz
          WHERE "shop" = ${shop} AND "id" = ${id} AND "state" = 'issued' AND "asked" -> 'bound' = 'false'::jsonb`
  }
  if (changed > 0) await owe(tx, shop, 'issue-grants', String(shop), {})
}

/** What comes after an order is earned by it. */
function isOfFirstOrder({ who, steps }: RewardDefinition, step: number): boolean {
  return who.kind === 'first-order' && (steps[step]?.conditions ?? []).every(needsNoOrder)
}

type Row = { id: number; customer: Id; bound: boolean; asked: OwnDiscount | null; gid: string | null }

/** Tells Shopify of them; safe to be killed anywhere, for done twice it is the same. */
export async function bindAnew(shop: ShopId, admin: Admin, hold: Hold): Promise<void> {
  const rows = await withShop(
    shop,
    (tx) => tx.$queryRaw<Row[]>`
      SELECT g."id", g."customer"::text AS "customer", (g."asked" -> 'bound')::boolean AS "bound", d."asked",
        d."discountGid" AS "gid"
      FROM "Grant" g JOIN "RewardDiscount" d ON d."shop" = g."shop" AND d."reward" = g."reward" AND d."step" = g."step"
        AND d."turn" = g."turn"
      WHERE g."shop" = ${shop} AND g."state" = 'issued' AND g."asked" -> 'bound' IS NOT NULL AND g."asked" -> 'isDone' IS NULL
      ORDER BY g."id"`,
  )
  const there = await customersThere(
    admin,
    rows.map(({ customer }) => customer),
  )
  for (const { id, customer, bound, asked, gid } of rows) {
    const isTold = gid !== null && asked !== null && asked.whom === 'customers' && there.has(customer)
    const tell = bound ? bindCustomers : unbindCustomers
    const { problem } = isTold
      ? await tell(admin, gid, asked, [`gid://shopify/Customer/${customer}`])
      : { problem: null }
    await withShop(shop, async (tx) => {
      await hold.stillMine(tx)
      await tx.$executeRaw`
        UPDATE "Grant" SET "asked" = "asked" || '{"isDone": true}'::jsonb,
          "problem" = nullif(${JSON.stringify(problem)}::jsonb, 'null')
        WHERE "shop" = ${shop} AND "id" = ${id} AND "asked" -> 'bound' = ${JSON.stringify(bound)}::jsonb`
    })
  }
}

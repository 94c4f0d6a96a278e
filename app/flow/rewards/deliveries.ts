/** Whether orders that a reward or the survey waits for have been delivered, as Shopify knows it from the carriers. */
import { DAY_MS, type Id, type Instant } from '#app/domain/order.ts'
import { deliveryOf } from '#app/domain/rewards/delivery.ts'
import { askedParts } from '#app/domain/survey.ts'
import { DeliveriesNowDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import { ask } from '../either-door.ts'
import { readSettings } from '../settings.ts'
import { storedSurvey } from '../stored-survey.ts'
import { validOrderSql } from '../valid-orders.ts'
import type { Hold } from './sync.ts'

const ORDER = 'gid://shopify/Order/'
/** What a carrier tells moves no order's updatedAt and rings nothing: it is looked at. */
const LOOK_EVERY_MS = 6 * 3_600_000
const LONGEST_DAYS = 180
/** An order with 50 parcels costs little; Shopify takes 250 ids. */
const PER_CALL = 50
/** For the survey alone an order is looked after so many days from when it was placed, and so many more at one look. */
export const SURVEY_DAYS = 30
const MOST_FOR_SURVEY = 1000

type Waiting = {
  order: Id
  customer: Id | null
  fulfilledAt: Date | null
  deliveredAt: Date | null
  isOfReward: boolean
}

/** Looks at every order that is due; again while any waits, or while shoppers are asked after a delivery. */
export async function lookAtDeliveries(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  let admin: Admin | null = null
  const isAsked = await withShop(shop, (tx) => watchForSurvey(tx, shop, now()))
  for (;;) {
    const rows = await withShop(shop, (tx) => waitingOrders(tx, shop, isAsked, now() - LOOK_EVERY_MS, PER_CALL))
    if (rows.length === 0) break
    admin ??= await adminOf(shop)
    await look(shop, admin, rows, hold)
  }
  const isAny = isAsked || (await withShop(shop, (tx) => waitingOrders(tx, shop, isAsked, now(), 1))).length > 0
  return isAny ? { againInMs: LOOK_EVERY_MS } : undefined
}

/**
 * Has each customer's newest order looked after for a while where the survey asks something after a delivery.
 *
 * @returns whether it does
 */
async function watchForSurvey(tx: Tx, shop: ShopId, at: Instant): Promise<boolean> {
  if (!askedParts(await storedSurvey(tx, shop)).includes('delivery')) return false
  const { orderRule } = await readSettings(tx, shop)
  await ask(
    tx,
    `INSERT INTO "Delivery" ("shop", "order", "until")
     SELECT n."shop", n."id", n."processedAt" + $3::int * interval '24 hours' FROM (
       SELECT DISTINCT ON (o."customer") o."shop", o."id", o."processedAt" FROM "Order" o
       WHERE o."shop" = $1::int AND o."processedAt" > $2::timestamptz AND ${validOrderSql('o', { shop, asOf: at, orderRule })}
       ORDER BY o."customer", o."processedAt" DESC) n
     WHERE NOT EXISTS (SELECT FROM "Delivery" d WHERE d."shop" = n."shop" AND d."order" = n."id")
     ORDER BY n."processedAt" DESC LIMIT $4::int ON CONFLICT DO NOTHING RETURNING 1`,
    [shop, new Date(at - SURVEY_DAYS * DAY_MS), SURVEY_DAYS, MOST_FOR_SURVEY],
  )
  return true
}

/** Of those that only the survey waits for none is asked of for long, nor once it must have come without the carrier's word. */
async function waitingOrders(
  tx: Tx,
  shop: ShopId,
  isAsked: boolean,
  lookedBefore: Instant,
  most: number,
): Promise<Waiting[]> {
  const at = now()
  const { rewards } = await readSettings(tx, shop)
  return tx.$queryRaw<Waiting[]>`
    SELECT d."order"::text, o."customer"::text, d."fulfilledAt", d."deliveredAt", d."until" IS NULL AS "isOfReward"
    FROM "Delivery" d JOIN "Order" o ON o."shop" = d."shop" AND o."id" = d."order"
    WHERE d."shop" = ${shop} AND d."deliveredAt" IS NULL
      AND (d."lookedAt" IS NULL OR d."lookedAt" <= ${new Date(lookedBefore)}::timestamptz)
      AND o."processedAt" > ${new Date(at - LONGEST_DAYS * DAY_MS)}::timestamptz
      AND (d."until" IS NULL OR (${isAsked} AND d."until" > ${new Date(at)}::timestamptz
        AND (d."fulfilledAt" IS NULL OR d."fulfilledAt" > ${new Date(at - rewards.deliveryDays * DAY_MS)}::timestamptz)))
    ORDER BY d."order" LIMIT ${most}`
}

async function look(shop: ShopId, admin: Admin, rows: Waiting[], hold: Hold): Promise<void> {
  const { nodes } = await admin.ask(DeliveriesNowDocument, { ids: rows.map(({ order }) => ORDER + order) })
  const told = new Map(
    nodes.flatMap((node) => {
      if (!node || !('fulfillments' in node)) return []
      const parcels = node.fulfillments.map(({ createdAt, deliveredAt, status, displayStatus }) => ({
        createdAt: Date.parse(createdAt),
        deliveredAt: deliveredAt === null ? null : Date.parse(deliveredAt),
        status,
        displayStatus,
      }))
      return [[node.id.slice(ORDER.length), deliveryOf(node.displayFulfillmentStatus, parcels)] as const]
    }),
  )
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const moved = new Set<Id>()
    for (const { order, customer, fulfilledAt, deliveredAt, isOfReward } of rows) {
      const found = told.get(order) ?? { fulfilledAt: null, deliveredAt: null }
      const hasMoved =
        found.fulfilledAt !== (fulfilledAt?.getTime() ?? null) || found.deliveredAt !== (deliveredAt?.getTime() ?? null)
      if (hasMoved && isOfReward && customer !== null) moved.add(customer)
      const dateOf = (at: number | null) => (at === null ? null : new Date(at))
      await tx.delivery.updateMany({
        where: { shop, order: BigInt(order) },
        data: {
          fulfilledAt: dateOf(found.fulfilledAt),
          deliveredAt: dateOf(found.deliveredAt),
          lookedAt: new Date(now()),
        },
      })
    }
    for (const customer of [...moved].sort()) await owe(tx, shop, 'grant-customer', customer, {})
  })
}

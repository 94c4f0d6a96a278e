/** Whether orders that a reward waits for have been delivered, as Shopify knows it from the carriers. */
import { DAY_MS, type Id } from '#app/domain/order.ts'
import { deliveryOf } from '#app/domain/rewards/delivery.ts'
import { DeliveriesNowDocument } from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import type { Hold } from './sync.ts'

const ORDER = 'gid://shopify/Order/'
/** What a carrier tells moves no order's updatedAt and rings nothing: it is looked at. */
const LOOK_EVERY_MS = 6 * 3_600_000
const LONGEST_DAYS = 180
/** An order with 50 parcels costs little; Shopify takes 250 ids. */
const PER_CALL = 50

type Waiting = { order: Id; customer: Id | null; fulfilledAt: Date | null; deliveredAt: Date | null }

/** Looks at every order that is due; again while any waits. */
export async function lookAtDeliveries(shop: ShopId, hold: Hold): Promise<void | { againInMs: number }> {
  let admin: Admin | null = null
  for (;;) {
    const rows = await withShop(shop, (tx) => {
      const at = now()
      return tx.$queryRaw<Waiting[]>`
        SELECT d."order"::text, o."customer"::text, d."fulfilledAt", d."deliveredAt" FROM "Delivery" d
        JOIN "Order" o ON o."shop" = d."shop" AND o."id" = d."order"
        WHERE d."shop" = ${shop} AND d."deliveredAt" IS NULL
          AND (d."lookedAt" IS NULL OR d."lookedAt" <= ${new Date(at - LOOK_EVERY_MS)}::timestamptz)
          AND o."processedAt" > ${new Date(at - LONGEST_DAYS * DAY_MS)}::timestamptz
        ORDER BY d."order" LIMIT ${PER_CALL}`
    })
    if (rows.length === 0) break
    admin ??= await adminOf(shop)
    await look(shop, admin, rows, hold)
  }
  const isAny = await withShop(
    shop,
    (tx) =>
      tx.$queryRaw<unknown[]>`
      SELECT FROM "Delivery" d JOIN "Order" o ON o."shop" = d."shop" AND o."id" = d."order"
      WHERE d."shop" = ${shop} AND d."deliveredAt" IS NULL
        AND o."processedAt" > ${new Date(now() - LONGEST_DAYS * DAY_MS)}::timestamptz LIMIT 1`,
  )
  return isAny.length > 0 ? { againInMs: LOOK_EVERY_MS } : undefined
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
    for (const { order, customer, fulfilledAt, deliveredAt } of rows) {
      const found = told.get(order) ?? { fulfilledAt: null, deliveredAt: null }
      const hasMoved =
        found.fulfilledAt !== (fulfilledAt?.getTime() ?? null) || found.deliveredAt !== (deliveredAt?.getTime() ?? null)
      if (hasMoved && customer !== null) moved.add(customer)
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

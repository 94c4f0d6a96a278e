import type { Instant, OrderRule } from '#app/domain/order.ts'
import type { ShopId } from '#app/outside/database.server.ts'

type ValidAt = { shop: ShopId; asOf: Instant; orderRule: OrderRule }

/** Orders that count, as domain/order.ts has it. What it compares with comes from closed lists and from the shop's row. */
export function validOrderSql(order: string, { asOf, orderRule, shop }: ValidAt): string {
  const column = (name: string) => `${order}."${name}"`
  const statuses = orderRule.statuses.filter((status) => /^[A-Z_]+$/.test(status) && status !== 'REFUNDED')
  return [
    `${column('customer')} IS NOT NULL`,
    `${column('processedAt')} <= '${new Date(asOf).toISOString()}'`,
    orderRule.countTests ? null : `NOT ${column('isTest')}`,
    orderRule.countCancelled ? null : `${column('cancelledAt')} IS NULL`,
    `${column('financialStatus')} IN ('${statuses.join("', '")}')`,
    `${column('subtotalMinor')} > 0`,
    // As the column's own type, of which PostgreSQL knows that nearly all orders have the shop's: else it expects hardly any.
    `${column('currency')} = coalesce((SELECT s."currency" FROM "Shop" s WHERE s."shop" = ${Number(shop)}), '')::bpchar`,
  ]
    .filter((part) => part !== null)
    .join(' AND ')
}

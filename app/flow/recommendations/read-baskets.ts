/** Who bought what in a shop, read once for all that is made of it. */
import type { IdIndex } from '#app/domain/id-index.ts'
import { whyLeftOut, type Id, type Instant, type OrderRule } from '#app/domain/order.ts'
import { BasketsGathered, type Baskets } from '#app/domain/recommendations/baskets.ts'
import { readCopy } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

/** Counted orders of known customers. */
export type Purchases = {
  baskets: Baskets
  /** Shopify's ids by position. */
  customers: Float64Array
  products: IdIndex
  /** By customer's id: products of which something went back, by position. */
  returned: Map<number, Set<number>>
  /** By customer's id, then by product: pieces of the last basket with it, where more than one. */
  pieces: Map<number, Map<number, number>>
  /** By product: what it was sold for ÷ what its list price would have been. */
  keptShare: Float64Array
}

export type CountingRule = { rule: OrderRule; currency: string }

const FIELDS = 13

/**
 * Reads them all, customer by customer, oldest first. Lines of products that Shopify does not name any more are nobody's.
 *
 * @param products  positions of the products on sale; others that were bought are added behind them
 * @param isRefill  of which products the pieces are wanted
 * @param only  one customer's
 */
export async function readPurchases(
  tx: BulkTx,
  shop: ShopId,
  products: IdIndex,
  { rule, currency }: CountingRule,
  asOf: Instant,
  { isRefill = () => true, only = null }: { isRefill?: (product: number) => boolean; only?: Id | null } = {},
): Promise<Purchases> {
  const gathered = new BasketsGathered()
  const customers: number[] = []
  const returned: Purchases['returned'] = new Map()
  const pieces: Purchases['pieces'] = new Map()
  let listMinor = new Float64Array(1024)
  let soldMinor = new Float64Array(1024)
  const facts = {
    customer: 'known',
    orderedAt: 0,
    isTest: false,
    cancelledAt: null as number | null,
    financialStatus: '',
    subtotalMinor: 0,
    currency: '',
  }
  await readCopy(tx.copyOut(`COPY (${linesSql(shop, only)}) TO STDOUT (FORMAT binary)`), FIELDS, (row) => {
    facts.orderedAt = row.time(2)
    facts.isTest = row.bool(6)
    facts.cancelledAt = row.isNull(7) ? null : row.time(7)
    facts.financialStatus = row.text(8)
    facts.subtotalMinor = row.int8(9)
    facts.currency = row.text(10)
    const why = whyLeftOut(facts, asOf, rule, currency)
    if (why !== null && why !== 'refunded') return
    const [customer, order, product] = [row.int8(0), row.int8(1), products.add(row.int8(3))]
    const [quantity, left] = [row.int4(4), why === null ? row.int4(5) : 0]
    if (left < quantity) within(returned, customer, () => new Set<number>()).add(product)
    if (why !== null) return
    if (product >= listMinor.length) {
      listMinor = grown(listMinor)
      soldMinor = grown(soldMinor)
    }
    const fullMinor = row.int8(11)
    listMinor[product] = listMinor[product]! + fullMinor
    soldMinor[product] = soldMinor[product]! + Math.max(0, fullMinor - row.int8(12))
    if (left <= 0) return
    if (customers.at(-1) !== customer) customers.push(customer)
    gathered.add(customer, order, facts.orderedAt, product)
    if (!isRefill(product)) return
    if (left > 1) within(pieces, customer, () => new Map<number, number>()).set(product, left)
    else pieces.get(customer)?.delete(product)
  })
  const keptShare = Float64Array.from({ length: products.size }, (_, product) =>
    (listMinor[product] ?? 0) > 0 ? soldMinor[product]! / listMinor[product]! : 1,
  )
  return {
    baskets: gathered.end(products.size),
    customers: Float64Array.from(customers),
    products,
    returned,
    pieces,
    keptShare,
  }
}

function within<V>(map: Map<number, V>, key: number, fresh: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const value = fresh()
  map.set(key, value)
  return value
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2)
  larger.set(column)
  return larger
}

/** The database sorts them. */
function linesSql(shop: ShopId, only: Id | null): string {
  return `SELECT o."customer", o."id", o."processedAt", l."product", l."quantity", l."currentQuantity", o."isTest",
      o."cancelledAt", o."financialStatus", o."subtotalMinor", o."currency", l."unitMinor" * l."quantity", l."discountMinor"
    FROM "Order" o JOIN "Line" l ON l."shop" = o."shop" AND l."order" = o."id"
    WHERE o."shop" = ${Number(shop)} AND l."shop" = ${Number(shop)} AND o."customer" ${only === null ? 'IS NOT NULL' : `= ${BigInt(only)}`}
      AND l."product" IS NOT NULL
      AND l."quantity" > 0
    ORDER BY o."customer", o."processedAt", o."id"`
}

/** How long products usually last in this shop: counted again whenever the shop is learned from anew. */
import { whyLeftOut, type Instant } from '#app/domain/order.ts'
import { ProductCycleCount } from '#app/domain/product-cycles.ts'
import { readCopy } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { ReadRule } from './read-orders.ts'

/** More people would say the same; their lines have to be sorted. */
const SAMPLE_CUSTOMERS = 50_000

/** Counts and writes them, in place of what was there. */
export async function writeProductCycles(
  tx: BulkTx,
  shop: ShopId,
  { rule, currency }: ReadRule,
  customers: number,
  asOf: Instant,
): Promise<void> {
  const count = new ProductCycleCount()
  const facts = {
    customer: 'known',
    orderedAt: 0,
    isTest: false,
    cancelledAt: null as number | null,
    financialStatus: '',
    subtotalMinor: 0,
    currency: '',
  }
  await readCopy(tx.copyOut(`COPY (${purchasesSql(shop, customers)}) TO STDOUT (FORMAT binary)`), 9, (row) => {
    facts.orderedAt = row.time(2)
    facts.isTest = row.bool(4)
    facts.cancelledAt = row.isNull(5) ? null : row.time(5)
    facts.financialStatus = row.text(6)
    facts.subtotalMinor = row.int8(7)
    facts.currency = row.text(8)
    if (whyLeftOut(facts, asOf, rule, currency) === null)
      count.add(row.int8(0), row.int8(1), facts.orderedAt, row.int4(3))
  })
  const cycles = count.cycles()
  await tx.query('DELETE FROM "ProductCycle" WHERE "shop" = $1', [shop])
  await tx.query(
    `INSERT INTO "ProductCycle" ("shop", "product", "gaps", "cycleDays")
      SELECT $1::int, r.* FROM unnest($2::bigint[], $3::int[], $4::float8[]) r`,
    [
      shop,
      cycles.map(({ product }) => product),
      cycles.map(({ gaps }) => gaps),
      cycles.map(({ cycleDays }) => cycleDays),
    ],
  )
}

/** What was bought and not returned, a customer's purchases of one product together; the database sorts them. */
function purchasesSql(shop: ShopId, customers: number): string {
  let mask = 0
  while (customers / (mask + 1) > SAMPLE_CUSTOMERS) mask = mask * 2 + 1
  return `SELECT o."customer", l."product", o."processedAt", l."currentQuantity", o."isTest", o."cancelledAt",
      o."financialStatus", o."subtotalMinor", o."currency"
    FROM "Order" o JOIN "Line" l ON l."shop" = o."shop" AND l."order" = o."id"
    WHERE o."shop" = ${Number(shop)} AND l."shop" = ${Number(shop)} AND o."customer" IS NOT NULL
      AND (hashint8(o."customer") & ${mask}) = 0 AND l."product" IS NOT NULL AND l."currentQuantity" > 0
    ORDER BY o."customer", l."product", o."processedAt"`
}

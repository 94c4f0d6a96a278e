/** Stores what is to be shown; rows that come out as they are stored are not written. */
import type { Id, Instant } from '#app/domain/order.ts'
import type { Choice } from '#app/domain/recommendations/choice.ts'
import type { CustomerPicks, ShopPicks } from '#app/domain/recommendations/documents.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { Counts } from './stored.ts'

/** `near`: the closest products and how much, best first. */
export type ProductRow = { product: number; customers: number; near: number[]; weights: number[]; wanted: number[] }
export type CustomerRow = { customer: number; wanted: CustomerPicks }

const PRODUCTS_AT_ONCE = 1_000

export async function writeProductPicks(tx: BulkTx, shop: ShopId, rows: readonly ProductRow[]): Promise<void> {
  for (let from = 0; from < rows.length; from += PRODUCTS_AT_ONCE) {
    const batch = rows.slice(from, from + PRODUCTS_AT_ONCE)
    await tx.query(
      `INSERT INTO "ProductPicks" AS p ("shop", "product", "customers", "near", "weights", "wanted")
       SELECT $1::int, r."product", r."customers", coalesce(r."near", '{}'), coalesce(r."weights", '{}'),
         CASE WHEN r."wanted" <> '[]'::jsonb THEN r."wanted" END
       FROM jsonb_to_recordset($2::jsonb)
         AS r("product" bigint, "customers" int, "near" bigint[], "weights" real[], "wanted" jsonb)
       ON CONFLICT ("shop", "product") DO UPDATE SET "customers" = excluded."customers", "near" = excluded."near",
         "weights" = excluded."weights", "wanted" = excluded."wanted"
       WHERE (p."customers", p."near", p."weights", p."wanted")
         IS DISTINCT FROM (excluded."customers", excluded."near", excluded."weights", excluded."wanted")`,
      [shop, JSON.stringify(batch)],
    )
  }
  await tx.query(
    `UPDATE "ProductPicks" p SET "wanted" = NULL, "near" = '{}', "weights" = '{}', "customers" = 0
     WHERE p."shop" = $1 AND NOT EXISTS (SELECT FROM unnest($2::bigint[]) id WHERE id = p."product")
       AND (p."wanted" IS NOT NULL OR p."customers" > 0)`,
    [shop, rows.map(({ product }) => product)],
  )
}

/** @param asOf  of the rebuild: whoever was worked out alone since then has ordered meanwhile, and is left as they are */
export async function putCustomerPicks(
  tx: BulkTx,
  shop: ShopId,
  rows: readonly CustomerRow[],
  asOf: Instant,
): Promise<void> {
  await tx.query(
    `INSERT INTO "CustomerPicks" AS p ("shop", "customer", "wanted")
       SELECT $1::int, r."customer", r."wanted"
       FROM jsonb_to_recordset($2::jsonb) AS r("customer" bigint, "wanted" jsonb)
       ON CONFLICT ("shop", "customer") DO UPDATE SET "wanted" = excluded."wanted"
       WHERE p."wanted" IS DISTINCT FROM excluded."wanted" AND (p."pickedAt" IS NULL OR p."pickedAt" < $3::timestamptz)`,
    [shop, JSON.stringify(rows), new Date(asOf)],
  )
}

/** One customer, worked out alone; null: nothing is to be shown to them. */
export async function putPicksOf(
  tx: BulkTx,
  shop: ShopId,
  customer: Id,
  picks: CustomerPicks | null,
  asOf: Instant,
): Promise<void> {
  await tx.query(
    `INSERT INTO "CustomerPicks" ("shop", "customer", "wanted", "pickedAt")
     VALUES ($1::int, $2::bigint, $3::jsonb, $4::timestamptz)
     ON CONFLICT ("shop", "customer") DO UPDATE SET "wanted" = excluded."wanted", "pickedAt" = excluded."pickedAt"`,
    [shop, customer, picks === null ? null : JSON.stringify(picks), new Date(asOf)],
  )
}

/**
 * Of whom nothing is to be shown any more: everybody but these.
 *
 * @param asOf  as in `putCustomerPicks`
 */
export async function clearOtherCustomers(
  tx: BulkTx,
  shop: ShopId,
  shown: readonly number[],
  asOf: Instant,
): Promise<void> {
  await tx.query(
    `UPDATE "CustomerPicks" p SET "wanted" = NULL WHERE p."shop" = $1 AND p."wanted" IS NOT NULL
       AND (p."pickedAt" IS NULL OR p."pickedAt" < $3::timestamptz)
       AND NOT EXISTS (SELECT FROM unnest($2::bigint[]) id WHERE id = p."customer")`,
    [shop, shown, new Date(asOf)],
  )
}

/** What Shopify has refused is sent again after each rebuild. */
export async function sendRefusedAgain(tx: BulkTx, shop: ShopId): Promise<void> {
  for (const table of ['CustomerPicks', 'ProductPicks'])
    await tx.query(
      `UPDATE "${table}" SET "sent" = NULL WHERE "shop" = $1 AND "sent" IS NOT NULL AND "sentIn" IS NULL`,
      [shop],
    )
}

/** @param made  of one rebuild; whether they are on stays as the merchant has it now */
export async function writeRecommender(
  tx: BulkTx,
  shop: ShopId,
  made: { choice: Choice; chosenAt: Instant; rebuiltAt: Instant; counts: Counts; wanted: ShopPicks },
): Promise<void> {
  await tx.query(
    `INSERT INTO "Recommender" ("shop", "choice", "chosenAt", "rebuiltAt", "counts", "wanted")
     VALUES ($1, $2::jsonb, $3::timestamptz, $4::timestamptz, $5::jsonb, $6::jsonb)
     ON CONFLICT ("shop") DO UPDATE SET "choice" = excluded."choice", "chosenAt" = excluded."chosenAt",
       "rebuiltAt" = excluded."rebuiltAt", "counts" = excluded."counts",
       "wanted" = jsonb_build_object('off', NOT "Recommender"."isOn", 'first', excluded."wanted" -> 'first')`,
    [
      shop,
      JSON.stringify(made.choice),
      new Date(made.chosenAt),
      new Date(made.rebuiltAt),
      JSON.stringify(made.counts),
      JSON.stringify(made.wanted),
    ],
  )
}
